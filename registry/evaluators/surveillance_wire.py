"""What crosses HTTP about surveillances, appeals, requirements, and what falls due."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from registry.evaluators.appeal_service import Ruling
from registry.evaluators.due_service import Due
from registry.evaluators.qualification_queries import AppealFiled
from registry.evaluators.qualification_wire import Day, Identifier, ItemNames, Lines, Sha256, Word
from registry.evaluators.requirements import Given, Requirements
from registry.evaluators.surveillance_queries import SurveillanceRecord
from registry.evaluators.surveillance_service import Outcome, Plan
from registry.evaluators.vetting_wire import FindingIn, FindingOut, finding_out, findings_wanted
from registry.json_models import In, Out


class PlanIn(In):
    evaluator: Word
    kind: Literal["routine", "reactive", "randomized"]
    items: ItemNames
    due_on: Day
    reason: Lines | None = None

    def plan(self) -> Plan:
        return Plan(self.kind, tuple(self.items), date.fromisoformat(self.due_on), self.reason or "")


class OutcomeIn(In):
    """completed_on: null where it is called off. due_on: last day for the correction of the findings."""

    statement: Lines
    completed_on: Day | None = None
    evidence_sha256: Sha256 | None = None
    findings: list[FindingIn] = Field(default_factory=list, max_length=1000)
    due_on: Day | None = None

    def outcome(self) -> Outcome:
        completed_on, due_on = (
            None if each is None else date.fromisoformat(each) for each in (self.completed_on, self.due_on)
        )
        return Outcome(self.statement, completed_on, self.evidence_sha256, findings_wanted(self.findings), due_on)


class AppealIn(In):
    decision: Identifier
    filed_on: Day
    grounds: Lines

    def contested(self) -> tuple[UUID, date]:
        return UUID(self.decision), date.fromisoformat(self.filed_on)


class RulingIn(In):
    outcome: Literal["upheld", "dismissed", "withdrawn"]
    decided_on: Day
    reason: Lines

    def ruling(self) -> Ruling:
        return Ruling(self.outcome, date.fromisoformat(self.decided_on), self.reason)


class SurveillanceOut(Out):
    """state: planned, completed or called_off."""

    id: str
    evaluator: str
    kind: str
    items: list[str]
    due_on: date
    reason: str
    state: str
    completed_on: date | None
    statement: str | None
    findings: list[FindingOut]


class SurveillanceListOut(Out):
    """By the day on which they are due."""

    surveillances: list[SurveillanceOut]


def surveillance_out(record: SurveillanceRecord, code: str) -> SurveillanceOut:
    """code: of the evaluator."""
    result = record.result
    return SurveillanceOut(
        id=str(record.planned.id),
        evaluator=code,
        kind=record.planned.kind,
        items=[str(each) for each in record.items],
        due_on=record.planned.due_on,
        reason=record.planned.reason,
        state=record.state,
        completed_on=None if result is None else result.completed_on,
        statement=None if result is None else result.statement,
        findings=[finding_out(each) for each in record.findings],
    )


class DueOut(Out):
    """due_on: last day in time. about: identifier of the item, surveillance, finding or application."""

    kind: str
    due_on: date
    is_overdue: bool
    evaluator: str
    about: str
    cause: str | None


class DueListOut(Out):
    """The earliest first."""

    on: date
    known_at: datetime
    due: list[DueOut]


def due_out(each: Due) -> DueOut:
    return DueOut(
        kind=each.kind,
        due_on=each.due_on,
        is_overdue=each.is_overdue,
        evaluator=each.evaluator,
        about=str(each.about),
        cause=each.cause,
    )


class AppealOut(Out):
    """outcome: null while the appeal is pending; the decision stays in force. correction: a decision."""

    id: str
    decision: str
    filed_on: date
    grounds: str
    outcome: str | None
    decided_on: date | None
    reason: str | None
    correction: str | None


def appeal_out(filed: AppealFiled) -> AppealOut:
    decided = filed.outcome
    correction = None if decided is None or decided.correction_id is None else str(decided.correction_id)
    return AppealOut(
        id=str(filed.appeal.id),
        decision=str(filed.appeal.decision_id),
        filed_on=filed.appeal.filed_on,
        grounds=filed.appeal.grounds,
        outcome=None if decided is None else decided.outcome,
        decided_on=None if decided is None else decided.decided_on,
        reason=None if decided is None else decided.reason,
        correction=correction,
    )


class GivenOut(Out):
    """name: as in rules. source: a place in the dossier, what was established, or the documents of a parameter."""

    name: str
    value: Any
    source: str


class RequirementOut(Out):
    """result: met, not_met, measured, unknown, not_applicable, waived or judged. missing: names that leave it open."""

    criterion: str
    statement: Mapping[str, str]
    is_mandatory: bool
    result: str
    rests_on: list[GivenOut]
    missing: list[str]


class RequirementsOut(Out):
    """not_met: mandatory requirements that failed or are not known; with them nothing is granted.

    unusable: names of given facts that the standard does not know, or whose value it cannot read.
    """

    standard: str
    localizations: list[str]
    on: date
    region: str | None
    dossier: int | None
    not_met: list[str]
    unusable: list[str]
    requirements: list[RequirementOut]


def requirements_out(found: Requirements) -> RequirementsOut:
    return RequirementsOut(
        standard=found.standard,
        localizations=list(found.localizations),
        on=found.on,
        region=found.region,
        dossier=found.dossier_number,
        not_met=list(found.not_met),
        unusable=list(found.unusable),
        requirements=[
            RequirementOut(
                criterion=each.criterion,
                statement=each.statement,
                is_mandatory=each.is_mandatory,
                result=each.outcome.result,
                rests_on=[_given_out(name, given) for name, given in each.rests_on],
                missing=list(each.missing),
            )
            for each in found.requirements
        ],
    )


def _given_out(name: str, given: Given) -> GivenOut:
    return GivenOut(name=name, value=given.value, source=given.source)
