"""The procedure of an application: its way to a decision, and what stands against each step."""

from dataclasses import replace
from typing import Any

import pytest
from evaluator_samples import day

from registry.evaluators.application import DECISIONS, FINAL, OF_APPLICANT, WAYS, Application, Stage, Step, StepType
from registry.evaluators.application_steps import advance
from registry.evaluators.refusal import Code

OFFICER, APPLICANT, ASSESSOR, DIRECTOR = "officer", "applicant", "assessor", "director"


def make_application(stage: Stage = Stage.DRAFT, **changes: Any) -> Application:
    known = {"assessors": frozenset({ASSESSOR}) if stage in LATER else frozenset()}
    return Application("app_1", frozenset({APPLICANT}), frozenset({"agri", "env"}), stage, **(known | changes))


LATER = frozenset(Stage) - {Stage.DRAFT, Stage.SUBMITTED, Stage.ACCEPTED_FOR_REVIEW}


def make_step(kind: StepType, actor: str | None = None, on: str = "2026-03-01", **changes: Any) -> Step:
    ordinary: dict[StepType, dict[str, Any]] = {
        StepType.ASSESS: {"assessors": frozenset({ASSESSOR})},
        StepType.RAISE_FINDINGS: {"findings": frozenset({"f1", "f2"}), "answer_by": day("2026-04-01")},
        StepType.GRANT_REDUCED: {"granted": frozenset({"agri"})},
        StepType.REFUSE: {"reasons": ("R1",)},
    }
    by_whom = APPLICANT if kind in OF_APPLICANT else DIRECTOR if kind in DECISIONS else OFFICER
    return Step(kind, actor or by_whom, day(on), **(ordinary.get(kind, {}) | changes))


def advanced(application: Application, *steps: Step) -> Application:
    for step in steps:
        found = advance(application, step)
        assert isinstance(found, Application), found
        application = found
    return application


def codes(application: Application, step: Step) -> list[Code]:
    found = advance(application, step)
    assert not isinstance(found, Application)
    return [each.code for each in found]


BEGUN = [make_step(each) for each in (StepType.SUBMIT, StepType.ACCEPT, StepType.ASSESS)]
CLOSE_ALL = make_step(StepType.CONCLUDE, closed=frozenset({"f1", "f2"}))


def test_the_way_with_findings_leads_to_a_grant() -> None:
    findings = [make_step(StepType.RAISE_FINDINGS), make_step(StepType.ANSWER_FINDINGS)]

    found = advanced(make_application(), *BEGUN, *findings, *findings, CLOSE_ALL, make_step(StepType.GRANT))

    assert (found.stage, found.granted, found.findings) == (Stage.GRANTED, {"agri", "env"}, frozenset())
    assert (found.assessors, found.answer_by) == ({ASSESSOR}, None)


def test_the_way_without_findings_leads_to_a_decision() -> None:
    pending = advanced(make_application(), *BEGUN, make_step(StepType.CONCLUDE))

    assert advanced(pending, make_step(StepType.GRANT_REDUCED)).granted == {"agri"}
    assert advanced(pending, make_step(StepType.REFUSE)).stage is Stage.REFUSED


@pytest.mark.parametrize("kind", StepType)
@pytest.mark.parametrize("stage", Stage)
def test_a_step_is_possible_only_where_its_way_begins(stage: Stage, kind: StepType) -> None:
    late = "2026-05-01" if kind is StepType.LAPSE else "2026-03-01"
    found = advance(make_application(stage, answer_by=day("2026-04-01")), make_step(kind, on=late))

    if stage in WAYS[kind][0]:
        assert isinstance(found, Application)
        assert found.stage is WAYS[kind][1]
    else:
        assert not isinstance(found, Application)
        assert [each.code for each in found] == [Code.STEP_NOT_POSSIBLE]
        assert stage in found[0].message


def test_the_ways_are_those_of_the_procedure() -> None:
    ways = {(str(origin), str(target)) for origins, target in WAYS.values() for origin in origins}
    to_exits = {way for way in ways if way[1] in {"withdrawn_by_applicant", "lapsed"}}

    assert ways - to_exits == {
        ("draft", "submitted"),
        ("submitted", "accepted_for_review"),
        ("accepted_for_review", "under_assessment"),
        ("under_assessment", "findings_open"),
        ("under_assessment", "decision_pending"),
        ("findings_open", "findings_open"),
        ("findings_open", "corrective_action"),
        ("corrective_action", "findings_open"),
        ("corrective_action", "decision_pending"),
        ("decision_pending", "granted"),
        ("decision_pending", "granted_reduced"),
        ("decision_pending", "refused"),
    }
    assert ("findings_open", "lapsed") in to_exits
    assert {origin for origin, target in to_exits if target == "withdrawn_by_applicant"} == set(Stage) - FINAL


@pytest.mark.parametrize("kind", DECISIONS)
def test_who_assessed_does_not_decide(kind: StepType) -> None:
    assert codes(make_application(Stage.DECISION_PENDING), make_step(kind, ASSESSOR)) == [Code.DECIDER_ASSESSED]


@pytest.mark.parametrize("kind", StepType)
def test_a_step_is_taken_by_the_right_side(kind: StepType) -> None:
    stage = next(each for each in Stage if each in WAYS[kind][0])
    wrong, code = (OFFICER, Code.ONLY_THE_APPLICANT) if kind in OF_APPLICANT else (APPLICANT, Code.NOT_THE_APPLICANT)
    application = make_application(stage, answer_by=day("2026-02-01") if kind is StepType.LAPSE else None)

    assert codes(application, make_step(kind, wrong)) == [code]


def test_an_incomplete_dossier_is_told_whole() -> None:
    step = make_step(StepType.SUBMIT, dossier_faults=("No name.", "No region."))

    assert codes(make_application(), step) == [Code.DOSSIER_INCOMPLETE, Code.DOSSIER_INCOMPLETE]
    assert codes(replace(make_application(), items=frozenset()), make_step(StepType.SUBMIT)) == [Code.ITEMS_MISSING]


def test_somebody_else_than_the_applicant_assesses() -> None:
    accepted = make_application(Stage.ACCEPTED_FOR_REVIEW)

    assert codes(accepted, make_step(StepType.ASSESS, assessors=frozenset())) == [Code.ASSESSOR_MISSING]
    assert codes(accepted, make_step(StepType.ASSESS, assessors=frozenset({APPLICANT, ASSESSOR}))) == [
        Code.ASSESSOR_IS_APPLICANT
    ]


def test_findings_are_named_and_answered_by_a_day_to_come() -> None:
    assessed = make_application(Stage.UNDER_ASSESSMENT)

    assert codes(assessed, make_step(StepType.RAISE_FINDINGS, findings=frozenset())) == [Code.FINDING_MISSING]
    assert codes(assessed, make_step(StepType.RAISE_FINDINGS, answer_by=None)) == [Code.ANSWER_DAY_MISSING]
    assert codes(assessed, make_step(StepType.RAISE_FINDINGS, answer_by=day("2026-03-01"))) == [Code.ANSWER_DAY_MISSING]


def test_an_application_lapses_only_after_the_last_day_for_an_answer() -> None:
    waiting = advanced(make_application(), *BEGUN, make_step(StepType.RAISE_FINDINGS))

    assert codes(waiting, make_step(StepType.LAPSE, on="2026-04-01")) == [Code.ANSWER_NOT_DUE]
    assert advanced(waiting, make_step(StepType.LAPSE, on="2026-04-02")).stage is Stage.LAPSED
    assert advanced(waiting, make_step(StepType.ANSWER_FINDINGS, on="2026-04-01")).stage is Stage.CORRECTIVE_ACTION
    assert codes(waiting, make_step(StepType.ANSWER_FINDINGS, on="2026-04-02")) == [Code.ANSWER_OVERDUE]


def test_an_officer_may_set_another_day_for_the_answer() -> None:
    waiting = advanced(make_application(), *BEGUN, make_step(StepType.RAISE_FINDINGS))
    again = make_step(StepType.RAISE_FINDINGS, on="2026-04-05", findings=frozenset(), answer_by=day("2026-05-01"))

    found = advanced(waiting, again, make_step(StepType.ANSWER_FINDINGS, on="2026-04-20"))

    assert found.findings == {"f1", "f2"}


def test_an_assessment_ends_when_every_finding_is_closed() -> None:
    corrected = make_application(Stage.CORRECTIVE_ACTION, findings=frozenset({"f1", "f2"}))

    assert codes(corrected, make_step(StepType.CONCLUDE, closed=frozenset({"f1"}))) == [Code.FINDINGS_OPEN]
    assert codes(corrected, make_step(StepType.CONCLUDE, closed=frozenset({"f1", "f2", "f3"}))) == [
        Code.UNKNOWN_FINDING
    ]


def test_a_grant_needs_all_criteria_of_the_items_it_names() -> None:
    pending = make_application(Stage.DECISION_PENDING)
    unmet = (("env", ("R3", "R4")),)

    assert codes(pending, make_step(StepType.GRANT, criteria_not_met=unmet)) == [Code.CRITERIA_NOT_MET]
    assert advanced(pending, make_step(StepType.GRANT_REDUCED, criteria_not_met=unmet)).granted == {"agri"}
    env = make_step(StepType.GRANT_REDUCED, criteria_not_met=unmet, granted=frozenset({"env"}))
    assert codes(pending, env) == [Code.CRITERIA_NOT_MET]


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        (set(), [Code.NOT_REDUCED]),
        ({"agri", "env"}, [Code.NOT_REDUCED]),
        ({"water"}, [Code.ITEMS_NOT_ASKED_FOR]),
    ],
)
def test_a_reduced_grant_is_of_some_of_the_items(granted: set[str], expected: list[Code]) -> None:
    step = make_step(StepType.GRANT_REDUCED, granted=frozenset(granted))

    assert codes(make_application(Stage.DECISION_PENDING), step) == expected


@pytest.mark.parametrize("reasons", [(), (" ",)])
def test_a_refusal_gives_a_reason(reasons: tuple[str, ...]) -> None:
    step = make_step(StepType.REFUSE, reasons=reasons)

    assert codes(make_application(Stage.DECISION_PENDING), step) == [Code.REASON_MISSING]
