"""Requirements: what a dossier says as facts, and what the standard of the catalogue makes of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from evaluator_samples import at
from sqlalchemy.orm import Session
from vetting_samples import (
    GOOD_FACTS,
    LATE,
    REGION,
    Vetting,
    established,
    make_dossier,
    make_vetting,
)

from registry.evaluators import application_queries, application_service, requirements_service
from registry.evaluators.requirements import Requirements, dossier_facts
from registry.evaluators.vetting_errors import RequirementsNotReadable, StepRefused
from registry.regions.region_errors import NoDivisions
from registry.standards.document_errors import FactSheetRejected
from registry.standards.outcomes import Result

ON = date(2026, 1, 5)
POST = {"person": "p1", "post": "lead_evaluator", "valid_from": "2024-01-01"}
LICENCE = {
    "id": "c1", "kind": "licence", "number": "1", "issuer": "Office", "valid_from": "2024-01-01",
    "valid_to": "2026-01-05", "dependency": "hard",
}  # fmt: skip


def held(session: Session, folder: Path, dossier: dict[str, Any]) -> Requirements:
    vetting = make_vetting(session, folder, dossier)
    pending = vetting.pending()
    return requirements_service.evaluate(session, pending, at("2026-01-06"))


def results(found: Requirements) -> dict[str, Result]:
    return {each.criterion: each.outcome.result for each in found.requirements}


def value(dossier: dict[str, Any], fact: str, on: date = ON) -> Any:
    found = dossier_facts(dossier, on).get(fact)
    return None if found is None else found.value


def test_a_good_dossier_meets_every_mandatory_requirement(session: Session, tmp_path: Path) -> None:
    found = held(session, tmp_path, make_dossier())

    assert found.not_met == ()
    assert found.standard == "evaluator-qualification@1.0.0"
    assert (found.on, found.region, found.dossier_number) == (ON, REGION, 1)
    assert results(found)["contract"] is Result.NOT_APPLICABLE
    assert results(found)["iso17020"] is Result.UNKNOWN


def test_the_localization_of_the_evaluators_region_applies(session: Session, tmp_path: Path) -> None:
    found = held(session, tmp_path, make_dossier({**GOOD_FACTS, "has_serious_breach": True, "years_since_breach": "2"}))

    assert found.localizations == ("evaluator-qualification.mca-150700@1.0.0",)
    (record,) = (each for each in found.requirements if each.criterion == "clean_record")
    assert record.outcome.result is Result.NOT_MET
    shown = {name: (given.value, given.source) for name, given in record.rests_on}
    assert shown["facts.years_since_breach"] == ("2", "dossier /facts/12")
    assert shown["params.clean_record_years"][0] == "3"
    assert "evaluator-qualification.mca-150700@1.0.0" in shown["params.clean_record_years"][1]


def test_elsewhere_no_localization_applies(session: Session, tmp_path: Path) -> None:
    assert held(session, tmp_path, make_dossier(region="mca:330100")).localizations == ()


def test_what_the_dossier_does_not_say_is_unknown_and_is_named(session: Session, tmp_path: Path) -> None:
    found = held(session, tmp_path, make_dossier({}))

    unknown = {each.criterion: each.missing for each in found.requirements if each.outcome.result is Result.UNKNOWN}
    assert unknown["capacity"] == ("facts.has_equipment_and_skill", "facts.staff_count")
    assert set(found.not_met) == {"org_type", "independence", "capacity", "governance", "clean_record"}


def test_what_the_standard_cannot_read_is_unknown_and_is_told(session: Session, tmp_path: Path) -> None:
    found = held(session, tmp_path, make_dossier({**GOOD_FACTS, "staff_count": "many", "shoe_size": 43}))

    assert found.unusable == ("shoe_size", "staff_count")
    assert results(found)["capacity"] is Result.UNKNOWN


def test_what_an_assessor_established_counts_before_what_was_declared(session: Session, tmp_path: Path) -> None:
    vetting = make_vetting(session, tmp_path)
    opened = _in_assessment(vetting)

    for answer, result in ((True, Result.NOT_MET), (False, Result.MET)):
        facts = established(has_serious_breach=answer, years_since_breach="1")
        application = application_service.establish(session, vetting.officer, opened, facts, at("2026-01-06"))
        found = requirements_service.evaluate(session, application, LATE)
        (record,) = (each for each in found.requirements if each.criterion == "clean_record")
        assert record.outcome.result is result
        source = dict(record.rests_on)["facts.has_serious_breach"].source
        assert source == f"established in the assessment, no. {1 if answer else 3}"


def _in_assessment(vetting: Vetting) -> Any:
    opened = vetting.opened()
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    vetting.step(opened, "accept", vetting.officer, "2026-01-05")
    account_id = vetting.officer.account_id
    assert account_id is not None
    vetting.step(opened, "assess", vetting.other, "2026-01-05", assessors=(account_id,))
    return opened.row.id


def test_a_fact_that_does_not_fit_is_not_established(session: Session, tmp_path: Path) -> None:
    vetting = make_vetting(session, tmp_path)
    opened = _in_assessment(vetting)
    wrong = established(shoe_size=43, staff_count=-1, has_licence="yes", iso17020_type="D")

    with pytest.raises(FactSheetRejected) as refused:
        application_service.establish(session, vetting.officer, opened, wrong, at("2026-01-06"))

    assert len(refused.value.violations) == 4
    assert application_queries.get_application(session, opened, LATE).facts == ()


def test_facts_are_established_in_the_assessment_alone(session: Session, tmp_path: Path) -> None:
    vetting = make_vetting(session, tmp_path)
    pending = vetting.pending()

    with pytest.raises(StepRefused):
        application_service.establish(
            session, vetting.officer, pending.row.id, established(staff_count=3), at("2026-01-06")
        )


def test_a_region_that_cannot_be_looked_up_is_no_region_without_a_localization(
    session: Session, tmp_path: Path
) -> None:
    with pytest.raises(RequirementsNotReadable):
        held(session, tmp_path, make_dossier(region="mca:999999"))


def test_without_divisions_nothing_is_evaluated(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NoDivisions):
        held(session, tmp_path, make_dossier(region="nbs:150700"))


@pytest.mark.parametrize(
    ("form", "expected"), [("company", True), ("university_unit", False), ("inspection_team", False), ("other", None)]
)
def test_the_form_of_a_body_says_whether_it_is_a_legal_person(form: str, expected: bool | None) -> None:
    assert value(make_dossier({}, legal_form=form), "is_legal_person") is expected


def test_parts_of_a_dossier_count_before_what_it_declares() -> None:
    claimed = make_dossier({"has_licence": True, "has_staff_certificates": True, "is_for_an_engagement": True})

    assert [value(claimed, each) for each in ("has_licence", "has_staff_certificates", "is_for_an_engagement")] == [
        False, False, False
    ]  # fmt: skip


def test_a_licence_shows_for_its_days_alone() -> None:
    dossier = make_dossier({}, certificates=[LICENCE])

    assert value(dossier, "has_licence", date(2026, 1, 4)) is True
    assert value(dossier, "has_licence", date(2026, 1, 5)) is False
    assert value(dossier, "has_licence", date(2023, 12, 31)) is False


def test_staff_is_counted_by_person_where_no_number_is_declared() -> None:
    gone = {**POST, "person": "p2", "valid_to": "2025-01-01"}
    dossier = make_dossier({}, staff=[POST, {**POST, "post": "signatory"}, gone])

    assert value(dossier, "staff_count") == 1
    assert value(make_dossier({"staff_count": 40}, staff=[POST]), "staff_count") == 40
    assert value(make_dossier({}), "staff_count") is None


def test_certificates_of_staff_count_while_they_and_the_post_last() -> None:
    title = {"title": "Appraiser", "issuer": "Office", "obtained_on": "2024-01-01", "valid_to": "2027-01-01"}
    dossier = make_dossier({}, staff=[{**POST, "qualifications": [title], "valid_to": "2026-06-01"}])

    seen = [value(dossier, "has_staff_certificates", day) for day in (ON, date(2026, 6, 1), date(2023, 6, 1))]
    assert seen == [True, False, False]
