"""Surveillances, their findings, and what falls due: derived from the day that is asked about."""

from pathlib import Path

import pytest
from evaluator_samples import at, day
from sqlalchemy.orm import Session
from vetting_samples import LATE, Vetting, make_cause, make_scope, make_vetting

from registry.evaluators import due_service, finding_service, surveillance_queries, surveillance_service
from registry.evaluators.due import DueKind
from registry.evaluators.finding_service import FindingWanted, Treatment
from registry.evaluators.qualification import EventType
from registry.evaluators.status import Flag
from registry.evaluators.surveillance_service import Outcome, Plan
from registry.evaluators.vetting_errors import EventRefused, FindingRefused, SurveillanceRefused

FINDINGS = (FindingWanted("major", "Reports are late."), FindingWanted("minor", "No phone."))


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def due(vetting: Vetting, on: str) -> list[tuple[DueKind, str, bool]]:
    found = due_service.due(vetting.session, day(on), LATE)
    return [(each.kind, str(each.due_on), each.is_overdue) for each in found]


def planned(item: str) -> Plan:
    return Plan("reactive", (item,), day("2026-05-01"), "A complaint.")


def test_an_item_is_due_then_overdue_and_a_completed_surveillance_moves_the_day(vetting: Vetting) -> None:
    items = vetting.granted(make_scope("agri"), make_scope("env"), effective="2026-01-05", valid_to="2030-01-05")

    assert due(vetting, "2027-10-06") == []
    assert due(vetting, "2027-10-07") == [(DueKind.SURVEILLANCE, "2028-01-05", False)] * 2
    assert due(vetting, "2028-01-06") == [(DueKind.SURVEILLANCE, "2028-01-05", True)] * 2
    vetting.surveilled(items[:1], "2027-12-01")
    assert due(vetting, "2028-01-06") == [(DueKind.SURVEILLANCE, "2028-01-05", True)]
    assert Flag.SURVEILLANCE_OVERDUE not in vetting.status(items[0], "2028-01-06").flags
    assert Flag.SURVEILLANCE_OVERDUE in vetting.status(items[0], "2028-01-06", "2027-11-30").flags


def test_an_overdue_surveillance_keeps_from_reinstatement(vetting: Vetting) -> None:
    (item,) = vetting.granted(effective="2026-01-05", valid_to="2030-01-05")
    vetting.decide("suspend", item, "2027-12-20", causes=(make_cause(review_by="2028-03-01"),))

    with pytest.raises(EventRefused) as refused:
        vetting.reinstate(item, "2028-02-01")
    vetting.surveilled((item,), "2028-02-02")
    vetting.reinstate(item, "2028-02-02")

    assert {each.code for each in refused.value.violations} == {"SURVEILLANCE_OVERDUE"}


def test_only_causes_that_are_open_fall_due_each_by_its_own_day(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    late, paid = make_cause(), make_cause("fee", "2026-05-01")
    suspended = vetting.suspend(item, "2026-03-01", None, late, paid)

    assert [each for _, each, _ in due(vetting, "2026-05-02")] == ["2026-05-01", "2026-06-01"]
    found = due_service.due(vetting.session, day("2026-05-02"), LATE)
    assert [(each.cause, each.is_overdue, str(each.about)) for each in found] == [
        ("fee", True, item),
        ("late-report", False, item),
    ]
    vetting.decide(
        "correct", (), "2026-03-01", "2026-05-01", supersedes=str(suspended.events[0].id), becomes=EventType.SUSPEND,
        causes=(make_cause("fee", "2026-05-10"),),
    )  # fmt: skip
    assert due(vetting, "2026-05-02") == [(DueKind.SUSPENSION_REVIEW, "2026-05-10", False)]
    assert len(due_service.due(vetting.session, day("2026-05-02"), at("2026-04-01"))) == 2


def test_reviews_of_suspensions_and_planned_surveillances_fall_due(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01")
    surveillance_service.plan(vetting.session, vetting.officer, vetting.evaluator, planned(item), at("2026-03-02"))

    assert due(vetting, "2026-05-02") == [
        (DueKind.PLANNED_SURVEILLANCE, "2026-05-01", True),
        (DueKind.SUSPENSION_REVIEW, "2026-06-01", False),
    ]


def test_findings_are_answered_returned_answered_and_accepted(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    session = vetting.session
    finished = vetting.surveilled((item,), "2026-03-01", findings=FINDINGS[:1], due_on=day("2026-04-01"))
    (finding,) = finished.findings
    said = Treatment(finding.finding.id, "It is so.")
    assert due(vetting, "2026-04-02") == [(DueKind.CORRECTION, "2026-04-01", True)]

    with pytest.raises(FindingRefused):
        finding_service.treat(session, vetting.officer, said, "accept", at("2026-03-02"))
    states = [
        finding_service.treat(session, actor, said, action, at("2026-03-03")).state  # type: ignore[arg-type]
        for actor, action in (
            (vetting.applicant, "answer"), (vetting.officer, "return"), (vetting.applicant, "answer"),
            (vetting.officer, "accept"),
        )
    ]  # fmt: skip

    assert states == ["answered", "open", "answered", "closed"]
    assert due(vetting, "2026-04-02") == []
    with pytest.raises(FindingRefused):
        finding_service.treat(session, vetting.applicant, said, "answer", at("2026-03-04"))


def test_a_surrender_while_something_is_open_says_so(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.surveilled((item,), "2026-03-01", findings=FINDINGS, due_on=day("2026-04-01"))

    with pytest.raises(EventRefused) as refused:
        vetting.decide("surrender", item, "2026-03-10")
    vetting.decide("surrender", item, "2026-03-10", under_investigation=True)

    assert {each.code for each in refused.value.violations} == {"INVESTIGATION_NOT_FLAGGED"}
    assert Flag.UNDER_INVESTIGATION in vetting.status(item, "2026-03-11").flags


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("Later.", day("2026-03-09")),
        Outcome("Findings without a day.", day("2026-03-01"), findings=FINDINGS),
        Outcome("A day without findings.", day("2026-03-01"), due_on=day("2026-04-01")),
        Outcome("Called off with findings.", None, findings=FINDINGS, due_on=day("2026-04-01")),
        Outcome("Due at once.", day("2026-03-01"), findings=FINDINGS, due_on=day("2026-03-02")),
    ],
    ids=lambda each: each.statement,
)
def test_a_result_that_cannot_be_is_refused(vetting: Vetting, outcome: Outcome) -> None:
    (item,) = vetting.granted()
    wanted = planned(item)
    made = surveillance_service.plan(vetting.session, vetting.officer, vetting.evaluator, wanted, at("2026-02-20"))

    with pytest.raises(SurveillanceRefused):
        surveillance_service.finish(vetting.session, vetting.officer, made.planned.id, outcome, at("2026-03-02"))

    assert surveillance_queries.get_surveillance(vetting.session, made.planned.id).state == "planned"


def test_a_surveillance_that_was_called_off_moves_no_day_and_is_not_finished_again(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    wanted = planned(item)
    made = surveillance_service.plan(vetting.session, vetting.officer, vetting.evaluator, wanted, at("2026-02-20"))
    before = vetting.status(item, "2026-06-01").surveillance_due_on
    off = Outcome("The complaint was withdrawn.")

    finished = surveillance_service.finish(vetting.session, vetting.officer, made.planned.id, off, at("2026-03-02"))

    assert finished.state == "called_off"
    assert vetting.status(item, "2026-06-01").surveillance_due_on == before
    with pytest.raises(SurveillanceRefused):
        surveillance_service.finish(vetting.session, vetting.officer, made.planned.id, off, at("2026-03-03"))


def test_a_surveillance_is_not_older_than_the_first_grant_of_its_items(vetting: Vetting) -> None:
    first, second = vetting.granted(effective="2026-02-01") + vetting.granted(effective="2026-03-01", on="2026-02-02")
    asked_for = tuple(str(each.id) for each in vetting.opened().items)

    for items, on, seen in (((first,), "2026-01-31", "2026-02-01"), (asked_for, "2026-04-01", "None of its items")):
        with pytest.raises(SurveillanceRefused, match=seen):
            vetting.surveilled(items, on)
    vetting.surveilled((first, second), "2026-02-15")
    with pytest.raises(SurveillanceRefused, match="2026-03-01"):
        vetting.surveilled((second,), "2026-02-28")
    made = surveillance_service.plan(
        vetting.session, vetting.officer, vetting.evaluator, planned(second), at("2026-03-02")
    )
    old = Outcome("Long ago.", day("1990-01-01"))
    with pytest.raises(SurveillanceRefused, match="1990-01-01"):
        surveillance_service.finish(vetting.session, vetting.officer, made.planned.id, old, at("2026-03-02"))


def test_what_is_not_routine_says_why(vetting: Vetting) -> None:
    (item,) = vetting.granted()

    for kind in ("reactive", "randomized"):
        with pytest.raises(SurveillanceRefused):
            surveillance_service.plan(
                vetting.session,
                vetting.officer,
                vetting.evaluator,
                Plan(kind, (item,), day("2026-05-01"), " "),
                at("2026-03-01"),
            )
