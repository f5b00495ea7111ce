"""The hard cases about bodies that are tied to one another, names, people who sign, and rights that ended for good."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import make_credit_code
from eligibility_samples import codes_of, policy_with
from eligibility_world import World, add_evaluator, make_staffed_dossier, make_world
from evaluator_samples import at, day
from exclusion_samples import LIST, make_edge, make_row, record_list, take
from fieldwork_samples import FAMILY, make_document
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from vetting_samples import make_scope

from registry.accounts.permissions import OPERATOR
from registry.audit.models import Entry
from registry.eligibility import check_service
from registry.eligibility.decision import Decision
from registry.eligibility.eligibility_errors import QuestionRejected
from registry.evaluators import dossier_service, name_queries
from registry.evaluators.credit_code import check_character
from registry.evaluators.dossier_service import Submission
from registry.evaluators.name_sight import Sight
from registry.evaluators.policy import State
from registry.evaluators.scope import StandardRange
from registry.evaluators.vetting_errors import EventRefused
from registry.fieldwork import service as fieldwork
from registry.fieldwork.engagement_projections import reports

START, K = "2025-12-01", "2026-04-15"
WINDOW = "2026-05-01", "2026-10-01"
CLEAR = ("eligible", [])
PARENT, MIDDLE, BUILDER = (make_credit_code(each) for each in (7, 6, 8))
STATE = "11330000000000001"
STATE += check_character(STATE)
TOWN, COUNTY = "mca:422828100", "mca:422828"


@pytest.fixture
def world(session: Session, tmp_path: Path) -> World:
    made = make_world(session, tmp_path)
    made.believe("2025-11-20")
    return made


def told(decision: Decision) -> tuple[str, list[tuple[str, str]]]:
    return decision.verdict, codes_of(decision)


def by(owner: str, share: float, owned: str | None = None, /, **changes: Any) -> dict[str, Any]:
    """owned: the evaluator itself where it is None."""
    return make_edge(owner, share, owned) | {"seen_at": "2026-04-01"} | changes


def by_person(person: str, share: float, owned: str | None = None, **changes: Any) -> dict[str, Any]:
    return by(PARENT, share, owned, owner={"person": person}, **changes)


def own(world: World, on: str, *edges: dict[str, Any]) -> None:
    document = make_staffed_dossier("2026-04-01", ownership=list(edges))
    dossier_service.save(
        world.session, OPERATOR, world.evaluator, Submission(document), world.evaluator.dossier_sha256, at(on)
    )


def test_cases_12_and_17_of_owners(world: World) -> None:
    world.query_lists("2026-04-10")
    world.vetting.granted(make_scope(), effective=START, valid_to="2028-01-01", on="2025-11-10")
    record_list(world.session, "parents", at("2025-11-03"))
    take(world.session, [make_row(1, credit_code=PARENT)], at("2026-04-10"), code="parents")
    builder = by(PARENT, 0.51, BUILDER), by_person("p-1", 0.49, BUILDER), by_person("p-2", 1.0, PARENT)
    days = {"valid_from": "2020-01-01", "valid_to": START}

    def ask(known_at: str, *edges: dict[str, Any], **changes: Any) -> Decision:
        own(world, known_at, *edges)
        parties: dict[str, Any] = {
            "subjects": (TOWN,), "commissioner": COUNTY, "payer": COUNTY, "other_bidders": (),
            "implementers": (BUILDER,), "lists": (LIST,),
        }  # fmt: skip
        return world.ask("agri", *WINDOW, known_at, **(parties | changes))

    interest = ask("2026-04-11", by(PARENT, 0.2), by_person("p-9", 0.8), *builder)
    assert told(interest) == ("conditional", [("COI-001", "COI_INTEREST_BELOW_CONTROL")])
    state = by(STATE, 1.0, owner={"credit_code": STATE, "is_state": True})
    common = ask("2026-04-12", state, state | {"owned": {"credit_code": BUILDER}})
    assert told(common) == CLEAR
    assert "COI_STATE_ONLY" in {each.code for each in common.findings}
    old = {"seen_at": "2024-01-01"}
    stale = ask("2026-04-13", by_person("p-9", 1.0, **old), *builder)
    assert stale.verdict == "indeterminate"
    assert ("COI-001", "COI_DATA_STALE") in codes_of(stale, "unknown")
    sold = ask(
        "2026-04-14", by(PARENT, 0.6, **days), by_person("p-9", 0.4, **days),
        by_person("p-9", 1.0, valid_from=START), *builder,
    )  # fmt: skip
    assert told(sold) == ("ineligible", [("COI-001", "COI_COOLING_OFF")])
    (cooling,) = [each for each in sold.findings if each.code == "COI_COOLING_OFF"]
    assert cooling.changes_on == day("2027-12-01")
    chain = by(PARENT, 0.6, MIDDLE), by(MIDDLE, 0.6), by_person("p-9", 0.4), by_person("p-9", 0.4, MIDDLE)
    through = ask("2026-04-15", *chain, *builder)
    assert told(through) == ("ineligible", [("COI-001", "COI_COMMON_CONTROL")])
    (control,) = [each for each in through.findings if each.code == "COI_COMMON_CONTROL"]
    assert {(each["owner"], each["owned"]) for each in control.facts} >= {
        (f"uscc:{PARENT}", f"uscc:{MIDDLE}"), (f"uscc:{MIDDLE}", f"uscc:{world.evaluator.credit_code}"),
        (f"uscc:{PARENT}", f"uscc:{BUILDER}"),
    }  # fmt: skip

    def barred(**changes: Any) -> tuple[str, list[tuple[str, str]]]:
        return told(world.ask("agri", *WINDOW, K, lists=("parents",), **changes))

    via = [("EXC-002", "EXCLUDED_VIA_CONTROLLER")]
    assert barred() == ("ineligible", via)
    assert barred(policy=policy_with(bars_controlled=False)) == ("conditional", via)
    # What was known when other owners were told stays as it was.
    assert world.ask("agri", *WINDOW, "2026-04-12").verdict == "eligible"


def test_case_8_what_was_withdrawn_is_not_reinstated(world: World) -> None:
    world.query_lists("2026-02-10")
    (item,) = world.vetting.granted(make_scope(), effective=START, valid_to="2028-01-01", on="2025-11-10")
    world.vetting.decide("withdraw", item, "2026-02-01")
    ask = "agri", "2026-02-10", "2026-03-01", "2026-02-10"
    before, entries = world.ask(*ask), entries_of(world.session)

    with pytest.raises(EventRefused):
        world.vetting.reinstate(item, "2026-02-05")

    assert entries_of(world.session) == entries
    assert ("VAL-001", "WITHDRAWN") in codes_of(before, "fail")
    assert world.ask(*ask).sha256 == before.sha256


def entries_of(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(Entry))


def test_case_9_a_name_that_two_bodies_had_decides_nothing(session: Session, tmp_path: Path) -> None:
    name = "呼伦贝尔评估院"
    names = [{"name": name, "valid_to": "2026-02-01"}, {"name": "呼伦贝尔评估中心", "valid_from": "2026-02-01"}]
    world = make_world(session, tmp_path, names=names)
    world.believe("2025-11-20")
    world.vetting.granted(make_scope(), effective=START, valid_to="2028-01-01", on="2025-11-10")
    other = World(
        add_evaluator(
            session, "2026-06-05", credit_code=make_credit_code(5), names=[{"name": name, "valid_from": "2026-06-01"}]
        )
    )
    world.query_lists("2026-03-05", "2026-07-01")

    def named(on: str) -> list[str]:
        found = name_queries.find_by_name(session, name, day(on), at(on), Sight(sees_all=True))
        return [each.code for each in found]

    assert named("2026-03-05") == [world.evaluator.code]
    assert told(world.ask("agri", "2026-03-05", "2026-05-01", "2026-03-05")) == CLEAR
    assert named("2026-07-01") == [world.evaluator.code, other.evaluator.code]
    # Each is asked about under its own code, and answers for itself alone.
    window = "agri", "2026-07-01", "2026-10-01", "2026-07-01"
    assert told(world.ask(*window)) == CLEAR
    assert {code for _, code in codes_of(other.ask(*window), "unknown")} >= {"NO_RECORD"}
    with pytest.raises(QuestionRejected):
        check_service.ask(session, [replace(world.written(*window[:3]), evaluator=name)], at("2026-07-01"))


def test_cases_15_and_18_of_reports(world: World) -> None:
    world.query_lists(K, "2026-06-02")
    of_reports = make_scope(standards=StandardRange(FAMILY, "1.0.0"))
    item, other = world.vetting.granted(
        make_scope(), of_reports, effective=START, valid_to="2028-01-01", on="2025-11-10"
    )
    document = make_document(
        world.evaluator.code, scored=[TOWN], commissioner=COUNTY, payer=COUNTY, region=TOWN, subject_level="town",
        window={"from": "2026-01-01", "to": "2026-05-01"}, agreed_on="2025-12-20",
        history=[
            {"kind": "started", "on": "2026-01-10"},
            *(
                {"kind": "report_issued", "on": "2026-03-01", "report_number": number, "signatory": signatory,
                 "standard_version": "1.0.0"}
                for number, signatory in (("R-1", "p-1"), ("R-2", "p-9"))
            ),
        ],
    )  # fmt: skip
    engagement = fieldwork.record(world.session, OPERATOR, document, at("2026-03-02")).record.code

    decision = world.ask("agri", *WINDOW, K, engagement=engagement)
    (unqualified,) = [each for each in decision.findings if each.code == "SIGNATORY_UNQUALIFIED"]
    assert told(decision) == ("eligible", [("SIG-001", "SIGNATORY_UNQUALIFIED")])
    assert [each["ref"].endswith("/report/R-2") for each in unqualified.facts] == [True]
    assert world.vetting.status(item, "2026-03-01").state is State.VALID
    assert told(world.ask("agri", *WINDOW, K)) == CLEAR

    world.vetting.decide("annul", item, START, "2026-06-01")
    void = world.ask("agri", *WINDOW, "2026-06-02", engagement=engagement)
    assert ("VAL-001", "VOID") in codes_of(void, "fail")
    world.vetting.decide("annul", other, START, "2026-06-01")
    asked = world.ask("agri", "2026-07-01", "2026-08-01", "2026-06-02", standard=f"{FAMILY}@1.0.0")
    (finding,) = [each for each in asked.findings if (each.rule_id, each.code) == ("VAL-001", "VOID")]
    under_it = [each["ref"] for each in finding.facts if "/report/" in each["ref"]]
    assert [each[-4:] for each in under_it] == ["/R-1", "/R-2"]
    assert ("SIG-001", "SIGNATORY_UNQUALIFIED") in codes_of(void)
    known = fieldwork.engagements_of(world.session, [world.evaluator.id], at("2026-06-02"))
    assert [each.number for each in reports(known)] == ["R-1", "R-2"]
    assert world.ask("agri", *WINDOW, K, engagement=engagement).sha256 == decision.sha256
