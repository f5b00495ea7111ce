"""Applications through the database: the way to a decision, findings and answers, four eyes, and all or nothing."""

from pathlib import Path
from uuid import uuid4

import pytest
from evaluator_samples import at, day
from people import make_person
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from vetting_samples import (
    EARLY,
    GOOD_FACTS,
    LATE,
    REGION,
    Vetting,
    actor_of,
    established,
    make_dossier,
    make_scope,
    make_vetting,
)

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import HeldRole, Role
from registry.evaluators import application_queries, application_service, status_service
from registry.evaluators.application import Stage, StepType
from registry.evaluators.application_models import ApplicationStep, Finding
from registry.evaluators.application_service import Verdict
from registry.evaluators.finding_service import FindingWanted, Treatment
from registry.evaluators.policy import State
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.vetting_errors import ApplicationNotFound, EventRefused, StepRefused

GRANT = Verdict(StepType.GRANT, day("2026-01-06"), ("All is met.",), valid_to=day("2028-01-06"))
REFUSAL = Verdict(StepType.REFUSE, day("2026-01-06"), ("Requirement capacity.",))


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def codes(refused: pytest.ExceptionInfo[StepRefused]) -> set[str]:
    return {each.code for each in refused.value.violations}


def rows(session: Session) -> tuple[int, ...]:
    tables = (ApplicationStep, Finding, QualificationEvent)
    return tuple(session.scalar(select(func.count()).select_from(each)) or 0 for each in tables)


def test_an_application_goes_from_draft_to_grant(vetting: Vetting) -> None:
    pending = vetting.pending(make_scope("agri"), make_scope("env"))

    record, recorded = application_service.decide_application(
        vetting.session, vetting.decider, pending.row.id, GRANT, at("2026-01-06")
    )

    assert [each.type for each in record.steps] == ["submit", "accept", "assess", "conclude", "grant"]
    assert record.now.stage is Stage.GRANTED
    assert recorded is not None
    assert {str(each.item_id) for each in recorded.events} == record.now.items
    assert recorded.events[0].rule == "evaluator-qualification@1.0.0"
    assert {each.status.state for each in status_service.status(
        vetting.session, vetting.evaluator, day("2026-02-01"), LATE).items} == {State.VALID}  # fmt: skip


def test_a_reduced_grant_leaves_the_other_items_without_a_record(vetting: Vetting) -> None:
    pending = vetting.pending(make_scope("agri"), make_scope("env"))
    agri, env = pending.items
    verdict = Verdict(
        StepType.GRANT_REDUCED, day("2026-01-06"), ("Only this.",), (agri.id,), valid_to=day("2028-01-06")
    )

    record, _ = application_service.decide_application(
        vetting.session, vetting.decider, pending.row.id, verdict, at("2026-01-06")
    )

    assert record.now.stage is Stage.GRANTED_REDUCED
    assert vetting.status(str(agri.id), "2026-02-01").state is State.VALID
    assert vetting.status(str(env.id), "2026-02-01").state is State.NO_RECORD


def test_a_refusal_grants_nothing(vetting: Vetting) -> None:
    pending = vetting.pending()

    record, recorded = application_service.decide_application(
        vetting.session, vetting.decider, pending.row.id, REFUSAL, at("2026-01-06")
    )

    assert (record.now.stage, recorded) == (Stage.REFUSED, None)


def test_findings_are_answered_and_closed(vetting: Vetting) -> None:
    opened = vetting.opened()
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    vetting.step(opened, "accept", vetting.officer, "2026-01-05")
    account_id = vetting.officer.account_id
    assert account_id is not None
    vetting.step(opened, "assess", vetting.other, "2026-01-05", assessors=(account_id,))
    wanted = (FindingWanted("major", "No quality control.", "governance"), FindingWanted("minor", "No phone."))
    raised = vetting.step(
        opened, "raise_findings", vetting.officer, "2026-01-06", findings=wanted, answer_by=day("2026-02-01")
    )
    first, second = (each.finding.id for each in raised.findings)

    with pytest.raises(StepRefused) as one_left_out:
        vetting.step(opened, "answer_findings", vetting.applicant, "2026-01-20", answers=(Treatment(first, "Done."),))
    both = (Treatment(first, "Done."), Treatment(second, "Here it is."))
    answered = vetting.step(opened, "answer_findings", vetting.applicant, "2026-01-20", answers=both)
    with pytest.raises(StepRefused) as still_open:
        vetting.step(opened, "conclude", vetting.officer, "2026-01-21", accepted=(Treatment(first, "Seen."),))
    concluded = vetting.step(opened, "conclude", vetting.officer, "2026-01-21", accepted=both)

    assert codes(one_left_out) == {"FINDINGS_OPEN"}
    assert [each.state for each in answered.findings] == ["answered", "answered"]
    assert codes(still_open) == {"FINDINGS_OPEN"}
    assert concluded.now.stage is Stage.DECISION_PENDING
    assert [each.state for each in concluded.findings] == ["closed", "closed"]


def test_an_application_lapses_only_after_the_day_for_its_answer(vetting: Vetting) -> None:
    opened = vetting.opened()
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    vetting.step(opened, "accept", vetting.officer, "2026-01-05")
    account_id = vetting.officer.account_id
    assert account_id is not None
    vetting.step(opened, "assess", vetting.other, "2026-01-05", assessors=(account_id,))
    wanted = (FindingWanted("minor", "No phone."),)
    vetting.step(opened, "raise_findings", vetting.officer, "2026-01-06", findings=wanted, answer_by=day("2026-02-01"))

    with pytest.raises(StepRefused) as too_early:
        vetting.step(opened, "lapse", vetting.officer, "2026-02-01")
    lapsed = vetting.step(opened, "lapse", vetting.officer, "2026-02-02")

    assert codes(too_early) == {"ANSWER_NOT_DUE"}
    assert lapsed.now.stage is Stage.LAPSED


@pytest.mark.parametrize("role", [Role.APPROVER, Role.VETTING_OFFICER])
def test_an_assessor_does_not_decide_under_another_account_either(vetting: Vetting, role: Role) -> None:
    pending = vetting.pending()
    second = make_person(vetting.session, role, now=EARLY, same_as=vetting.officer.account_id)
    before = rows(vetting.session)

    with pytest.raises(StepRefused) as refused:
        application_service.decide_application(
            vetting.session, actor_of(second, role), pending.row.id, GRANT, at("2026-01-06")
        )

    assert "DECIDER_ASSESSED" in codes(refused)
    assert rows(vetting.session) == before


def test_whoever_concluded_or_established_a_fact_does_not_decide_though_nobody_named_them(vetting: Vetting) -> None:
    opened = vetting.opened()
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    vetting.step(opened, "accept", vetting.decider, "2026-01-05")
    account_id = vetting.other.account_id
    assert account_id is not None
    vetting.step(opened, "assess", vetting.decider, "2026-01-05", assessors=(account_id,))
    application_service.establish(
        vetting.session, vetting.decider, opened.row.id, established(iso17020_type="A"), at("2026-01-05")
    )
    vetting.step(opened, "conclude", vetting.officer, "2026-01-05")

    for actor in (vetting.decider, vetting.officer, vetting.other):
        with pytest.raises(StepRefused) as refused:
            application_service.decide_application(vetting.session, actor, opened.row.id, GRANT, at("2026-01-06"))
        assert "DECIDER_ASSESSED" in codes(refused)


def test_whoever_acts_for_the_applicant_takes_no_step_of_an_officer(vetting: Vetting) -> None:
    opened = vetting.opened()
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    own = HeldRole(Role.EVALUATOR, vetting.evaluator.code)
    both = make_person(vetting.session, own, Role.VETTING_OFFICER, now=EARLY)

    with pytest.raises(StepRefused) as refused:
        vetting.step(opened, "accept", actor_of(both, own, Role.VETTING_OFFICER), "2026-01-05")
    with pytest.raises(NotAllowed):
        vetting.step(opened, "accept", vetting.applicant, "2026-01-05")

    assert codes(refused) == {"NOT_THE_APPLICANT"}


def test_another_evaluator_neither_opens_nor_submits(vetting: Vetting) -> None:
    opened = vetting.opened()
    foreign = HeldRole(Role.EVALUATOR, "ev-999999")
    stranger = actor_of(make_person(vetting.session, foreign, now=EARLY), foreign)

    with pytest.raises(NotAllowed):
        vetting.step(opened, "submit", stranger, "2026-01-05", dossier_number=1)
    with pytest.raises(NotAllowed):
        application_service.open_application(
            vetting.session, stranger, vetting.evaluator, [make_scope()], at("2026-01-05")
        )


def test_an_old_dossier_and_an_unknown_assessor_are_refused(vetting: Vetting) -> None:
    opened = vetting.opened()

    with pytest.raises(StepRefused) as old:
        vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=7)
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    vetting.step(opened, "accept", vetting.officer, "2026-01-05")
    with pytest.raises(StepRefused) as unknown:
        vetting.step(opened, "assess", vetting.officer, "2026-01-05", assessors=(uuid4(),))

    assert codes(old) == {"DOSSIER_INCOMPLETE"}
    assert codes(unknown) == {"ASSESSOR_MISSING"}


def test_a_requirement_that_is_not_known_keeps_from_a_grant(session: Session, tmp_path: Path) -> None:
    facts = {name: each for name, each in GOOD_FACTS.items() if name != "has_serious_breach"}
    vetting = make_vetting(session, tmp_path, make_dossier(facts))
    pending = vetting.pending()

    with pytest.raises(StepRefused) as refused:
        application_service.decide_application(session, vetting.decider, pending.row.id, GRANT, at("2026-01-06"))

    assert codes(refused) == {"CRITERIA_NOT_MET"}
    assert "clean_record" in str(refused.value)
    refusal, _ = application_service.decide_application(
        session, vetting.decider, pending.row.id, REFUSAL, at("2026-01-06")
    )
    assert list(refusal.steps[-1].content["criteria_not_met"].values()) == [["clean_record"]]


def test_a_grant_that_its_guard_refuses_leaves_no_step(vetting: Vetting) -> None:
    pending = vetting.pending()
    too_long = Verdict(StepType.GRANT, day("2026-01-06"), ("All is met.",), valid_to=day("2036-01-06"))

    with pytest.raises(EventRefused) as refused, vetting.session.begin_nested():
        application_service.decide_application(vetting.session, vetting.decider, pending.row.id, too_long,
                                               at("2026-01-06"))  # fmt: skip

    assert {each.code for each in refused.value.violations} == {"CYCLE_TOO_LONG"}
    found = application_queries.get_application(vetting.session, pending.row.id, LATE)
    assert found.now.stage is Stage.DECISION_PENDING


def test_after_two_withdrawals_there_is_no_return(vetting: Vetting) -> None:
    for _ in range(2):
        (item,) = vetting.granted(effective="2026-01-05")
        vetting.decide("withdraw", item, "2026-01-05")
    pending = vetting.pending()

    with pytest.raises(EventRefused) as refused, vetting.session.begin_nested():
        application_service.decide_application(
            vetting.session, vetting.decider, pending.row.id, GRANT, at("2026-01-06")
        )

    assert {each.code for each in refused.value.violations} == {"WITHDRAWN_TOO_OFTEN"}


def test_the_applicant_withdraws_at_any_time_before_the_end(vetting: Vetting) -> None:
    opened = vetting.opened()

    withdrawn = vetting.step(opened, "withdraw", vetting.applicant, "2026-01-05")

    assert withdrawn.now.stage is Stage.WITHDRAWN_BY_APPLICANT
    with pytest.raises(StepRefused):
        vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)


def test_what_there_is_not_is_not_found(session: Session) -> None:
    with pytest.raises(ApplicationNotFound):
        application_queries.get_application(session, uuid4(), LATE)


def test_a_role_limited_to_a_region_reaches_evaluators_that_have_their_seat_there(vetting: Vetting) -> None:
    opened = vetting.opened()
    vetting.step(opened, "submit", vetting.applicant, "2026-01-05", dossier_number=1)
    far, near = (HeldRole(Role.VETTING_OFFICER, region=path) for path in (("mca:330000",), ("mca:150000", REGION)))
    person = make_person(vetting.session, now=EARLY)

    with pytest.raises(NotAllowed):
        vetting.step(opened, "accept", actor_of(person, far), "2026-01-05")
    accepted = vetting.step(opened, "accept", actor_of(person, near), "2026-01-05")

    assert accepted.now.stage is Stage.ACCEPTED_FOR_REVIEW
