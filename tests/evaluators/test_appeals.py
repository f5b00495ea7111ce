"""Appeals: in what time, by whom they are decided, and that what a decision rests on was handed in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import NOW, PDF, make_evaluator
from evaluator_samples import at, day
from sqlalchemy.orm import Session
from vetting_samples import EVIDENCE, Vetting, make_scope, make_vetting

from registry.accounts.permissions import OPERATOR
from registry.canonical import sha256_hex
from registry.evaluators import appeal_service, evidence_service, finding_service
from registry.evaluators.appeal_guards import Contested, Filed, filing_refusals, ruling_refusals
from registry.evaluators.application_service import Established, establish
from registry.evaluators.decision import Basis
from registry.evaluators.finding_service import FindingWanted, Treatment
from registry.evaluators.policy import Policy
from registry.evaluators.qualification_service import Recorded
from registry.evaluators.refusal import Code
from registry.evaluators.vetting_errors import AppealRefused, EvidenceNotHandedIn

KNOWN = date(2026, 3, 1)
CONTESTED = Contested("d-1", date(2026, 2, 20), KNOWN, is_contested_already=False)
FILED = Filed("a-1", date(2026, 3, 5), None, {"decider", "appellant"})
# Of a file that another evaluator handed in.
FOREIGN = sha256_hex(PDF)


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def filing(
    today: date, filed_on: date | None = None, contested: Contested = CONTESTED, appeal_days: int = 30
) -> list[Code]:
    found = filing_refusals(contested, filed_on or today, today, Policy(appeal_days=appeal_days))
    return [each.code for each in found]


@pytest.mark.parametrize("days", [1, 30, 60])
def test_the_last_day_is_in_time_and_the_next_is_not(days: int) -> None:
    last = KNOWN + timedelta(days=days)

    assert filing(last, appeal_days=days) == []
    assert filing(last + timedelta(days=1), appeal_days=days) == [Code.APPEAL_OUT_OF_TIME]
    # Whoever is late does not become punctual by a day of filing of their own.
    assert filing(last + timedelta(days=1), last, appeal_days=days) == [Code.APPEAL_OUT_OF_TIME]


def test_the_time_is_that_of_the_policy() -> None:
    assert Policy().appeal_days == 30
    (refusal,) = filing_refusals(CONTESTED, date(2026, 4, 1), date(2026, 4, 1), Policy())
    assert (refusal.value, refusal.limit, refusal.about) == ("2026-04-01", "2026-03-31", "d-1")


def test_every_broken_rule_of_an_appeal_is_told_at_once() -> None:
    pending = Contested("d-1", date(2026, 2, 20), KNOWN, is_contested_already=True)

    assert filing(date(2026, 6, 1), date(2026, 2, 19), pending) == [
        Code.APPEAL_PENDING,
        Code.APPEAL_DAY_IMPOSSIBLE,
        Code.APPEAL_OUT_OF_TIME,
    ]
    assert filing(date(2026, 3, 5), date(2026, 3, 6)) == [Code.APPEAL_DAY_IMPOSSIBLE]
    assert filing(date(2026, 3, 5), date(2026, 2, 20)) == []


@pytest.mark.parametrize(
    ("changes", "decided_on", "person", "expected"),
    [
        ({}, "2026-03-05", "third", []),
        ({}, "2026-03-10", "third", []),
        ({}, "2026-03-04", "third", [Code.RULING_DAY_IMPOSSIBLE]),
        ({}, "2026-03-11", "third", [Code.RULING_DAY_IMPOSSIBLE]),
        ({}, "2026-03-10", "decider", [Code.RULING_BY_A_PARTY]),
        ({}, "2026-03-10", "appellant", [Code.RULING_BY_A_PARTY]),
        ({"outcome": "upheld"}, "2026-03-10", "third", [Code.APPEAL_DECIDED]),
        ({"outcome": "upheld"}, "2026-03-11", "decider",
         [Code.APPEAL_DECIDED, Code.RULING_BY_A_PARTY, Code.RULING_DAY_IMPOSSIBLE]),
    ],
)  # fmt: skip
def test_a_ruling_is_once_by_a_third_person_on_a_possible_day(
    changes: dict[str, Any], decided_on: str, person: str, expected: list[Code]
) -> None:
    filed = Filed(FILED.id, FILED.filed_on, changes.get("outcome"), FILED.took_part)

    found = ruling_refusals(filed, day(decided_on), person, date(2026, 3, 10))

    assert [each.code for each in found] == expected


def test_an_appeal_runs_from_the_day_on_which_the_decision_could_be_known(vetting: Vetting) -> None:
    first, second = vetting.granted(make_scope("agri"), make_scope("env"))
    early = vetting.decide("withdraw", first, "2026-03-01", decided_on=day("2026-01-10"), published_at=at("2026-01-10"))
    late = vetting.decide("withdraw", second, "2026-03-01", published_at=at("2026-03-31"))

    def appeal(decision: Recorded, on: str) -> None:
        appeal_service.file_appeal(vetting.session, vetting.applicant, decision.decision_id, "No.", day(on), at(on))

    with pytest.raises(AppealRefused) as refused:
        appeal(early, "2026-04-01")
    assert [each.code for each in refused.value.violations] == [Code.APPEAL_OUT_OF_TIME]
    appeal(early, "2026-03-31")
    appeal(late, "2026-04-30")


def assert_not_handed_in(act: Callable[[], object], pointer: str) -> None:
    with pytest.raises(EvidenceNotHandedIn) as refused:
        act()
    assert [(each.pointer, each.value) for each in refused.value.violations] == [(pointer, FOREIGN)]


def test_what_a_decision_rests_on_was_handed_in_for_this_evaluator(vetting: Vetting) -> None:
    evidence_service.hand_in(vetting.session, OPERATOR, make_evaluator(vetting.session), "theirs.pdf", PDF, NOW)
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01")

    def reinstate(evidence: str) -> None:
        basis = Basis("Verified.", evidence_sha256=evidence, verified_on=day("2026-03-10"))
        vetting.decide("reinstate", item, "2026-03-10", closes=("late-report",), basis=basis)

    assert_not_handed_in(lambda: reinstate(FOREIGN), "/evidence_sha256")
    reinstate(EVIDENCE)


def test_what_surveillances_and_findings_rest_on_was_handed_in(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    asked = {"findings": (FindingWanted("minor", "Late."),), "due_on": day("2026-06-01")}

    assert_not_handed_in(lambda: vetting.surveilled((item,), "2026-03-05", evidence_sha256=FOREIGN), "/evidence_sha256")
    finding = vetting.surveilled((item,), "2026-03-05", evidence_sha256=EVIDENCE, **asked).findings[0].finding.id
    treat = partial(finding_service.treat, vetting.session, vetting.applicant)
    given = Treatment(finding, "Done.", FOREIGN)
    assert_not_handed_in(lambda: treat(given, "answer", at("2026-03-06")), "/evidence_sha256")
    assert treat(replace(given, evidence_sha256=EVIDENCE), "answer", at("2026-03-06")).state == "answered"


def test_what_an_application_rests_on_was_handed_in(vetting: Vetting) -> None:
    on, officer = "2026-03-06", vetting.officer
    opened = vetting.opened(now=at(on))
    vetting.step(opened, "submit", vetting.applicant, on, dossier_number=1)
    vetting.step(opened, "accept", officer, on)
    vetting.step(opened, "assess", vetting.other, on, assessors=(officer.account_id,))
    facts = [
        Established("staff_count", 12, "Seen.", EVIDENCE),
        Established("has_finance_system", True, "Seen.", FOREIGN),
    ]
    assert_not_handed_in(
        lambda: establish(vetting.session, officer, opened.row.id, facts, at(on)), "/facts/1/evidence_sha256"
    )
    raised = vetting.step(
        opened, "raise_findings", officer, on, findings=(FindingWanted("minor", "Late."),), answer_by=day("2026-04-01")
    )
    answer = Treatment(raised.findings[0].finding.id, "Done.", FOREIGN)
    reply = partial(vetting.step, opened, "answer_findings", vetting.applicant, on)
    assert_not_handed_in(lambda: reply(answers=(answer,)), "/answers/0/evidence_sha256")
    reply(answers=(replace(answer, evidence_sha256=EVIDENCE),))
    conclude = partial(vetting.step, opened, "conclude", officer, on)
    assert_not_handed_in(lambda: conclude(accepted=(answer,)), "/accepted/0/evidence_sha256")
