"""An application and the steps of its procedure, from the draft to a decision. Never itself a qualification. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Stage(StrEnum):
    """A word is never used again for something else."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED_FOR_REVIEW = "accepted_for_review"
    UNDER_ASSESSMENT = "under_assessment"
    FINDINGS_OPEN = "findings_open"
    CORRECTIVE_ACTION = "corrective_action"
    DECISION_PENDING = "decision_pending"
    GRANTED = "granted"
    GRANTED_REDUCED = "granted_reduced"
    REFUSED = "refused"
    WITHDRAWN_BY_APPLICANT = "withdrawn_by_applicant"
    LAPSED = "lapsed"


class StepType(StrEnum):
    """A word is never used again for something else."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    ASSESS = "assess"
    RAISE_FINDINGS = "raise_findings"
    ANSWER_FINDINGS = "answer_findings"
    CONCLUDE = "conclude"
    GRANT = "grant"
    GRANT_REDUCED = "grant_reduced"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


FINAL = frozenset({Stage.GRANTED, Stage.GRANTED_REDUCED, Stage.REFUSED, Stage.WITHDRAWN_BY_APPLICANT, Stage.LAPSED})
OF_APPLICANT = frozenset({StepType.SUBMIT, StepType.ANSWER_FINDINGS, StepType.WITHDRAW})
DECISIONS = frozenset({StepType.GRANT, StepType.GRANT_REDUCED, StepType.REFUSE})

# From which stages a step leads on, and to which. Only where an answer is awaited can an application lapse.
WAYS: Mapping[StepType, tuple[frozenset[Stage], Stage]] = {
    StepType.SUBMIT: (frozenset({Stage.DRAFT}), Stage.SUBMITTED),
    StepType.ACCEPT: (frozenset({Stage.SUBMITTED}), Stage.ACCEPTED_FOR_REVIEW),
    StepType.ASSESS: (frozenset({Stage.ACCEPTED_FOR_REVIEW}), Stage.UNDER_ASSESSMENT),
    # From findings_open it adds findings or sets another day for the answer.
    StepType.RAISE_FINDINGS: (
        frozenset({Stage.UNDER_ASSESSMENT, Stage.FINDINGS_OPEN, Stage.CORRECTIVE_ACTION}),
        Stage.FINDINGS_OPEN,
    ),
    StepType.ANSWER_FINDINGS: (frozenset({Stage.FINDINGS_OPEN}), Stage.CORRECTIVE_ACTION),
    StepType.CONCLUDE: (frozenset({Stage.UNDER_ASSESSMENT, Stage.CORRECTIVE_ACTION}), Stage.DECISION_PENDING),
    StepType.GRANT: (frozenset({Stage.DECISION_PENDING}), Stage.GRANTED),
    StepType.GRANT_REDUCED: (frozenset({Stage.DECISION_PENDING}), Stage.GRANTED_REDUCED),
    StepType.REFUSE: (frozenset({Stage.DECISION_PENDING}), Stage.REFUSED),
    StepType.WITHDRAW: (frozenset(Stage) - FINAL, Stage.WITHDRAWN_BY_APPLICANT),
    StepType.LAPSE: (frozenset({Stage.FINDINGS_OPEN}), Stage.LAPSED),
}


@dataclass(frozen=True, slots=True)
class Application:
    """applicants: who may act for the applicant. items: scope items that are asked for.

    findings: those that are not closed. answer_by: last day for the answer to them. granted: items of the decision.
    """

    id: str
    applicants: frozenset[str]
    items: frozenset[str]
    stage: Stage = Stage.DRAFT
    assessors: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    answer_by: date | None = None
    granted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """dossier_faults: of submit and answer_findings, what is wrong with the version that is named.

    assessors: of assess. findings, answer_by: of raise_findings, the new ones and the last day for the answer. closed:
    of conclude, findings whose correction was verified. granted: of grant_reduced. criteria_not_met: by item,
    requirements that failed or are not known. reasons: of refuse.
    """

    type: StepType
    actor: str
    on: date
    dossier_faults: tuple[str, ...] = ()
    assessors: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    answer_by: date | None = None
    closed: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
    criteria_not_met: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reasons: tuple[str, ...] = ()
