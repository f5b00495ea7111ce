"""The requirements of qualification, a standard of the catalogue, held against a dossier and what was established."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.evaluators.application_queries import ApplicationRecord
from registry.evaluators.dossier_models import DossierVersion
from registry.evaluators.requirements import (
    STANDARD,
    Given,
    Requirements,
    dossier_facts,
    fact_sheet,
    held_against,
    usable,
    with_established,
)
from registry.evaluators.vetting_errors import RequirementsNotReadable
from registry.json_text import parse_json
from registry.standards.fact_sheet import read_fact_sheet
from registry.standards.geography_service import path_of
from registry.standards.resolving_service import Answer, Asked, resolve_asked
from registry.validity import legal_day


def evaluate(session: Session, application: ApplicationRecord, now: datetime) -> Requirements:
    """By the standard as it was, and as it was known, when the application was submitted; before that, as of now.

    Raises NoDivisions and RequirementsNotReadable where the evaluator's region cannot be looked up.
    """
    on, _ = application.submitted or (legal_day(now), now)
    number = application.dossier_number
    region, given = None, dict[str, Given]()
    if number is not None:
        version = session.get_one(DossierVersion, (application.evaluator.id, number))
        dossier = parse_json(version.content.encode())
        region = dossier["region"]
        given = dossier_facts(dossier, on)
        _require_known(session, region, on)
    given = with_established(given, _established(application))
    resolved = _answer(session, application, region, now).resolved
    standard = resolved.standard
    values, unusable = usable(standard, given)
    return Requirements(
        standard.reference,
        tuple(f"{each.id}@{each.version}" for each in resolved.layers.order),
        on,
        region,
        number,
        held_against(resolved, values, given),
        unusable,
    )


def _require_known(session: Session, region: str, on: date) -> None:
    """Where the region is not known, no localization would be taken, and nobody would see that one was missing."""
    if not path_of(session, region, None, on):
        raise RequirementsNotReadable(
            f"The region of the dossier, {region}, means no region on {on}, so that the requirements of its place "
            "cannot be found. Correct the dossier, or import the divisions of that time."
        )


def _answer(session: Session, application: ApplicationRecord, region: str | None, now: datetime) -> Answer:
    on, known_at = application.submitted or (legal_day(now), now)
    return resolve_asked(session, Asked(STANDARD, on, known_at, region=region))


def _established(application: ApplicationRecord) -> list[tuple[str, Given]]:
    return [
        (each.fact, Given(each.value, f"established in the assessment, no. {each.number}"))
        for each in application.facts
    ]


def require_known_facts(
    session: Session, application: ApplicationRecord, values: Mapping[str, object], now: datetime
) -> None:
    """Raises FactSheetRejected with every fact that the standard does not know, or of which the value does not fit."""
    on, _ = application.submitted or (legal_day(now), now)
    standard = _answer(session, application, None, now).resolved.standard
    given = {name: Given(value, "established in the assessment") for name, value in values.items()}
    read_fact_sheet(fact_sheet(standard.id, standard.version, on, given), standard)


def dossier_faults(application: ApplicationRecord, number: int | None) -> tuple[str, ...]:
    """Why this version of the dossier cannot be handed in; its content was looked at when it was saved."""
    newest = application.evaluator.dossier_number
    if number is None:
        return (f"No version of the dossier is named; the newest is {newest}.",)
    return () if number == newest else (f"The dossier is named as version {number}; the newest is {newest}.",)
