"""What crosses HTTP about applications and findings. Surveillances and appeals are in surveillance_wire.py."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from registry.evaluators.application import StepType
from registry.evaluators.application_queries import ApplicationRecord
from registry.evaluators.application_service import Established, StepWanted, Verdict
from registry.evaluators.decision import Scope
from registry.evaluators.finding_service import FindingWanted, Treatment
from registry.evaluators.qualification_wire import (
    Day,
    Identifier,
    ItemOut,
    Lines,
    ScopeIn,
    Sha256,
    Word,
    item_out,
    require_only,
)
from registry.evaluators.surveillance_queries import FindingRecord
from registry.json_models import In, Out


class ApplicationIn(In):
    """A draft for scope items of an evaluator, named by its code."""

    evaluator: Word
    items: Annotated[list[ScopeIn], Field(min_length=1, max_length=1000)]

    def scopes(self) -> tuple[Scope, ...]:
        return tuple(each.scope() for each in self.items)


class FindingIn(In):
    grade: Literal["major", "minor"]
    statement: Lines
    requirement: Word | None = None


def findings_wanted(given: Iterable[FindingIn]) -> tuple[FindingWanted, ...]:
    return tuple(FindingWanted(each.grade, each.statement, each.requirement) for each in given)


class TreatmentIn(In):
    statement: Lines
    evidence_sha256: Sha256 | None = None

    def treatment(self, finding_id: UUID) -> Treatment:
        return Treatment(finding_id, self.statement, self.evidence_sha256)


class FindingTreatmentIn(TreatmentIn):
    finding: Identifier


_STEP_TAKES: Mapping[str, frozenset[str]] = {
    "submit": frozenset({"dossier"}),
    "assess": frozenset({"assessors"}),
    "raise_findings": frozenset({"findings", "answer_by"}),
    "answer_findings": frozenset({"answers", "dossier"}),
    "conclude": frozenset({"accepted"}),
}
_TAKEN_BY_SOME_STEP = frozenset[str]().union(*_STEP_TAKES.values())
_TAKEN_BY_A_GRANT = frozenset({"effective_from", "valid_from", "valid_to"})
_VERDICT_TAKES: Mapping[str, frozenset[str]] = {
    "grant": _TAKEN_BY_A_GRANT,
    "grant_reduced": _TAKEN_BY_A_GRANT | {"granted"},
    "refuse": frozenset(),
}


class StepIn(In):
    """dossier: of submit, and of answer_findings where there is a new one: the newest version. assessors: of assess,
    accounts. findings, answer_by: of raise_findings. answers: of answer_findings. accepted: of conclude, findings whose
    correction was verified. A step that does not take a member refuses it."""

    step: Literal["submit", "accept", "assess", "raise_findings", "answer_findings", "conclude", "withdraw", "lapse"]
    dossier: Annotated[int, Field(ge=1, le=2**31)] | None = None
    assessors: list[Identifier] = Field(default_factory=list, max_length=100)
    findings: list[FindingIn] = Field(default_factory=list, max_length=1000)
    answer_by: Day | None = None
    answers: list[FindingTreatmentIn] = Field(default_factory=list, max_length=1000)
    accepted: list[FindingTreatmentIn] = Field(default_factory=list, max_length=1000)

    @model_validator(mode="after")
    def _gives_what_the_step_takes(self) -> "StepIn":
        require_only(self, self.step, _TAKEN_BY_SOME_STEP, _STEP_TAKES.get(self.step, frozenset()))
        return self

    def wanted(self) -> StepWanted:
        return StepWanted(
            StepType(self.step),
            self.dossier,
            tuple(map(UUID, self.assessors)),
            findings_wanted(self.findings),
            None if self.answer_by is None else date.fromisoformat(self.answer_by),
            tuple(each.treatment(UUID(each.finding)) for each in self.answers),
            tuple(each.treatment(UUID(each.finding)) for each in self.accepted),
        )


class FactIn(In):
    """value: of a decimal, as a text."""

    fact: Word
    value: bool | int | Annotated[str, Field(max_length=500)]
    grounds: Lines
    evidence_sha256: Sha256 | None = None


class FactsIn(In):
    facts: Annotated[list[FactIn], Field(min_length=1, max_length=1000)]

    def established(self) -> tuple[Established, ...]:
        return tuple(Established(each.fact, each.value, each.grounds, each.evidence_sha256) for each in self.facts)


class VerdictIn(In):
    """granted: items of a reduced grant. effective_from: by default the day of the decision. valid_to: first day after
    the validity."""

    verdict: Literal["grant", "grant_reduced", "refuse"]
    decided_on: Day
    reasons: Annotated[list[Lines], Field(min_length=1, max_length=10)]
    granted: list[Identifier] = Field(default_factory=list, max_length=1000)
    effective_from: Day | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _gives_what_the_verdict_takes(self) -> "VerdictIn":
        require_only(self, self.verdict, _VERDICT_TAKES["grant_reduced"], _VERDICT_TAKES[self.verdict])
        return self

    def decision(self) -> Verdict:
        days = (
            None if each is None else date.fromisoformat(each)
            for each in (self.effective_from, self.valid_from, self.valid_to)
        )
        return Verdict(
            StepType(self.verdict),
            date.fromisoformat(self.decided_on),
            tuple(self.reasons),
            tuple(map(UUID, self.granted)),
            *days,
        )


class ApplicationLineOut(Out):
    id: str
    evaluator: str
    stage: str
    created_at: datetime
    answer_by: date | None


class ApplicationListOut(Out):
    """The newest first. next: the address of the following page, null on the last one."""

    applications: list[ApplicationLineOut]
    next: str | None


class StepOut(Out):
    number: int
    step: str
    on: date
    by: str
    recorded_at: datetime
    dossier: int | None
    content: dict[str, Any]


class ActionOut(Out):
    """action: answer, accept or return."""

    number: int
    action: str
    on: date
    by: str
    statement: str
    evidence_sha256: str | None


class FindingOut(Out):
    """state: open, answered or closed."""

    id: str
    grade: str
    requirement: str | None
    statement: str
    due_on: date
    state: str
    actions: list[ActionOut]


class FactOut(Out):
    number: int
    fact: str
    value: bool | int | str
    grounds: str
    evidence_sha256: str | None
    by: str


class ApplicationOut(ApplicationLineOut):
    items: list[ItemOut]
    dossier: int | None
    assessors: list[str] = Field(description="Persons who took part in the assessment, and so do not decide.")
    steps: list[StepOut]
    findings: list[FindingOut]
    facts: list[FactOut]


def application_line_out(record: ApplicationRecord) -> ApplicationLineOut:
    return ApplicationLineOut(
        id=str(record.row.id),
        evaluator=record.evaluator.code,
        stage=record.now.stage,
        created_at=record.row.created_at,
        answer_by=record.now.answer_by,
    )


def application_out(record: ApplicationRecord) -> ApplicationOut:
    return ApplicationOut(
        **application_line_out(record).model_dump(),
        items=[item_out(each) for each in record.items],
        dossier=record.dossier_number,
        assessors=sorted(record.now.assessors),
        steps=[
            StepOut(
                number=each.number,
                step=each.type,
                on=each.taken_on,
                by=each.recorded_by,
                recorded_at=each.recorded_at,
                dossier=each.dossier_number,
                content=each.content,
            )
            for each in record.steps
        ],
        findings=[finding_out(each) for each in record.findings],
        facts=[
            FactOut(
                number=each.number,
                fact=each.fact,
                value=each.value,
                grounds=each.grounds,
                evidence_sha256=each.evidence_sha256,
                by=each.recorded_by,
            )
            for each in record.facts
        ],
    )


def finding_out(record: FindingRecord) -> FindingOut:
    finding = record.finding
    return FindingOut(
        id=str(finding.id),
        grade=finding.grade,
        requirement=finding.requirement,
        statement=finding.statement,
        due_on=finding.due_on,
        state=record.state,
        actions=[
            ActionOut(
                number=each.number,
                action=each.type,
                on=each.taken_on,
                by=each.recorded_by,
                statement=each.statement,
                evidence_sha256=each.evidence_sha256,
            )
            for each in record.actions
        ],
    )
