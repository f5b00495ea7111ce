"""A standard with localizations in places, and its publication as people publish, for tests of what builds on it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from draft_samples import NOW
from localization_samples import make_localization, make_setting, pin
from people import acting, make_person
from region_samples import AS_OF, SINCE, changes_file, divisions_file, write_csv
from sqlalchemy.orm import Session
from standard_samples import Document, make_criterion, make_fact, make_parameter, make_small_standard

from registry.accounts.permissions import Role
from registry.db import Database, write
from registry.regions import import_service
from registry.regions.claim import Claim
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes, read_divisions, read_facts
from registry.regions.reference import Level
from registry.standards import draft_service, publishing_service
from registry.standards.checking_service import check_publishable
from registry.standards.models import PublishedDocument
from registry.standards.resolving_service import Answer

DAY = date(2026, 5, 1)
PROVINCE, PREFECTURE, COUNTY, TOWNSHIP = "mca:420000", "mca:422800", "mca:422828", "mca:422828100"
OTHER_PROVINCE = "mca:330000"
_BELOW = ["province", "prefecture", "county", "township"]
_PLACES = dict(zip(_BELOW, (PROVINCE, PREFECTURE, COUNTY, TOWNSHIP), strict=True))
FACTS = (
    "mca:420000,region_class,centre,2025-06-01,,State Council",
    "mca:422828,terrain,mountain,2025-06-01,,Survey",
)


def make_town_standard(**changes: Any) -> Document:
    """town-order@1.2.0: p goes everywhere from 1 to 5, share by the terrain, rate by the class of the region."""
    lists = {
        "fact_definitions": [
            make_fact(),
            _classifying("terrain", "mountain", "hill"),
            _classifying("zone", "centre", "west", region_fact="region_class"),
        ],
        "parameters": [
            make_parameter(settable_by=_BELOW, max_tightening="3", max_relaxation="1"),
            _by_class("share", "terrain", mountain="80", hill="50"),
            _by_class("rate", "zone", centre="2", west="3"),
        ],
        "criteria": [make_criterion()],
    }
    return make_small_standard(**{"id": "town-order", "version": "1.2.0", **lists, **changes})


def _classifying(name: str, *choices: str, region_fact: str | None = None) -> Document:
    key = region_fact or name
    return make_fact(id=name, type="text", choices=list(choices), region_fact=key, minimum=None, maximum=None)


def _by_class(name: str, fact: str, **values: str) -> Document:
    return make_parameter(
        id=name, default=None, default_by_class=values, classified_by=fact, stricter_when="none",
        domain={"minimum": "0", "maximum": "100"},
    )  # fmt: skip


def make_layer(standard: Document, level: str = "county", value: str | None = "3", **changes: Any) -> Document:
    """town-order.<level>@1.0.0, which sets p; as it can be published. imports: documents."""
    imports = [pin(each, with_digest=True) for each in changes.pop("imports", ())]
    given: dict[str, Any] = {
        "id": f"town-order.{level}",
        "standard": pin(standard, with_digest=True),
        "jurisdiction": _PLACES.get(level),
        "valid_to": None,
        "set": [make_setting("p", value)] if value is not None else None,
        "imports": imports or None,
    }
    return make_localization(level, **given | changes)


def make_town_mapping(source: Document, target: Document, **changes: Any) -> Document:
    common = {
        "$schema": "urn:evaluator-registry:schema:mapping:v1",
        "id": "town-order.mapping",
        "version": "1.0.0",
        "source": pin(source, with_digest=True),
        "target": pin(target, with_digest=True),
        "entries": [
            {"relationship": "equal-to", "sources": [{"criterion": "c"}], "targets": [{"criterion": "c"}]},
        ],
    }
    return common | changes


def make_fact_sheet(standard: Document, **changes: Any) -> Document:
    common = {
        "$schema": "urn:evaluator-registry:schema:fact-sheet:v1",
        "standard": {"id": standard["id"], "version": standard["version"]},
        "jurisdiction": COUNTY,
        "as_of": "2026-04-30",
        "facts": [{"id": "terrain", "value": "hill", "source": "Survey"}],
    }
    return common | changes


def take_places(session: Session, folder: Path, facts: tuple[str, ...] = FACTS) -> None:
    """The divisions of region_samples, their changes, and facts that classify."""
    import_service.import_divisions(session, read_divisions(divisions_file(folder), "mca", AS_OF), "mca", Terms(NOW))
    claim = Claim(SINCE, None, Level.COUNTY)
    import_service.import_changes(session, read_changes(changes_file(folder), "mca"), "mca", Terms(NOW, claim))
    heading = "region,key,value,valid_from,valid_to,source"
    import_service.import_facts(session, read_facts(write_csv(folder / "facts.csv", heading, facts)), DAY, Terms(NOW))


def publish(session: Session, *documents: Mapping[str, Any], now: datetime = NOW) -> list[PublishedDocument]:
    """In this order, drafted and published by one person and approved by another."""
    editor = acting(session, make_person(session, Role.EDITOR, now=now), now)
    approver = acting(session, make_person(session, Role.APPROVER, now=now), now)
    published = []
    for each in documents:
        draft = draft_service.create_draft(session, editor, each, now)
        draft_service.submit(session, editor, draft.id, now, check_publishable)
        draft_service.approve(session, approver, draft.id, draft.sha256, "", now)
        published.append(publishing_service.publish(session, editor, draft.id, draft.sha256, now, check_publishable))
    return published


def withdraw(session: Session, document: Mapping[str, Any], withdrawn_from: date, now: datetime = NOW) -> None:
    approver = acting(session, make_person(session, Role.APPROVER, now=now), now)
    wanted = publishing_service.WithdrawalWanted(document["id"], document["version"], withdrawn_from, "It was wrong.")
    publishing_service.withdraw(session, approver, wanted, now)
    session.flush()


def saved_places(database: Database, folder: Path, *documents: Mapping[str, Any]) -> None:
    """Divisions and published documents, saved."""

    def work(session: Session) -> None:
        take_places(session, folder)
        publish(session, *documents)

    write(database, work)


def value_of(answer: Answer, parameter: str = "p") -> Any:
    """As the resolved document writes it: a value, or a table by class."""
    found = next(each for each in answer.resolved.document["parameters"] if each["id"] == parameter)
    return found.get("value", found.get("value_by_class"))


KNOWN_AT = datetime(2026, 6, 1, tzinfo=UTC)
