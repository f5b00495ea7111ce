"""What crosses HTTP about eligibility. An answer is what schemas/eligibility-decision.v1.json describes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from registry.canonical import canonical_json
from registry.eligibility.affected_service import AffectedCheck
from registry.eligibility.check_service import Replay
from registry.eligibility.consortium import Consortium, members_of
from registry.eligibility.decision import instant
from registry.eligibility.models import EligibilityCheck, Override
from registry.evaluators.qualification_wire import Lines
from registry.json_models import In, Out

VerdictName = Literal["eligible", "conditional", "ineligible", "indeterminate"]
OutcomeName = Literal["pass", "fail", "review", "unknown", "not_applicable"]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class OverrideIn(In):
    """legal_basis: on which the officer decides otherwise."""

    verdict: VerdictName
    reason: Lines
    legal_basis: Lines


class ReviewIn(In):
    outcome: Literal["stands", "asked_again", "award_questioned"]
    reason: Lines


class WordsOut(Out):
    zh: str
    en: str


class PeriodOut(Out):
    """to: the first day after it; None where it has no end."""

    model_config = Out.model_config | {"populate_by_name": True}

    first: Annotated[str, Field(alias="from")]
    until: Annotated[str | None, Field(alias="to")]


class GroundOut(Out):
    kind: Literal["statute", "tender_document"]
    document: dict[str, str]
    clause: str | None = None


class SourceOut(Out):
    list: str
    authority: str
    legal_basis: str
    queried_at: datetime
    age: str
    max_age: str
    snapshot_sha256: Digest


class RemedyOut(Out):
    code: str
    message: WordsOut
    by: str | None = None


class RuleOut(Out):
    """question: which of the buyer's seventeen it is part of. about: which tuple, list or party."""

    rule_id: str
    version: int
    question: int
    mandatory: bool
    outcome: OutcomeName
    reason_code: str
    about: str = ""
    message: WordsOut
    basis: list[GroundOut]
    facts: list[dict[str, Any]]
    gap: list[PeriodOut]
    source: SourceOut | None = None
    remedy: RemedyOut | None = None
    changes_on: str | None = None


class PolicyOut(Out):
    id: str
    version: str
    localizations: list[str]
    sha256: Digest


class NearMissOut(Out):
    scope: int
    item: str
    dimension: str
    held: str


class DecisionOut(Out):
    """Of one evaluator."""

    verdict: VerdictName
    policy: PolicyOut
    request: dict[str, Any]
    rules: list[RuleOut]
    nearest_misses: list[NearMissOut]
    next_change_at: str | None


class AnswerOut(Out):
    """members: one, or one for each member of a consortium. decision_id: None where nothing was stored."""

    decision_id: str | None
    verdict: VerdictName
    members: list[DecisionOut]
    known_at: datetime
    evaluated_at: datetime
    next_change_at: str | None
    result_sha256: Digest


class OneAnswerOut(DecisionOut):
    """As DecisionOut, with the instants. decision_id: None: nothing is stored."""

    decision_id: str | None
    known_at: datetime
    evaluated_at: datetime
    result_sha256: Digest


class ChangeOut(Out):
    """was, becomes: outcome and reason_code; None where the rule found nothing of it."""

    evaluator: str
    rule_id: str
    about: str
    was: dict[str, str] | None
    becomes: dict[str, str] | None


class ReplayOut(Out):
    """is_same: whether the digest is that of the stored answer."""

    decision_id: str
    known_at: datetime
    verdict: VerdictName
    stored_verdict: VerdictName
    result_sha256: Digest
    stored_sha256: Digest
    is_same: bool
    differences: list[ChangeOut]


class OverrideOut(Out):
    """statement: what was signed, a compact JWS."""

    verdict: VerdictName
    reason: str
    legal_basis: str
    statement: str
    decided_at: datetime


class AffectedOut(Out):
    """cause: what was recorded since, as the log names it, the first of `causes` in all. differences: none where the
    answer became the stored one again. review: None while nobody looked."""

    id: str
    decision_id: str
    cause: list[str]
    causes: int
    verdict_then: VerdictName
    verdict_now: VerdictName
    differences: list[ChangeOut]
    found_at: datetime
    review: dict[str, Any] | None


class AffectedListOut(Out):
    checks: list[AffectedOut]
    next: str | None


class CheckOut(AnswerOut):
    """A stored answer, what an officer decided beside it, and what came up since."""

    stored_at: datetime
    overrides: list[OverrideOut]
    affected: list[AffectedOut]
    links: dict[str, str]


class CheckLineOut(Out):
    decision_id: str
    about: list[str]
    verdict: VerdictName
    known_at: datetime
    stored_at: datetime
    result_sha256: Digest
    needs_review: bool


class ChecksOut(Out):
    checks: list[CheckLineOut]
    next: str | None


def one_answer(found: Consortium, evaluated_at: datetime) -> dict[str, Any]:
    """Of one evaluator, as schemas/eligibility-decision.v1.json describes it."""
    (decision,) = found.decisions
    return {**_instants(found.known_at, evaluated_at), **decision.timeless}


def one_answer_body(content: bytes, known_at: datetime, evaluated_at: datetime) -> bytes:
    """Canonical JSON of one_answer. content: of Decision.timeless, whose members all come after the instants."""
    return canonical_json(_instants(known_at, evaluated_at))[:-1] + b"," + content[1:]


def _instants(known_at: datetime, evaluated_at: datetime) -> dict[str, Any]:
    return {"decision_id": None, "known_at": instant(known_at), "evaluated_at": instant(evaluated_at)}


def check_document(check: EligibilityCheck, overrides: Sequence[Override], marks: Sequence[AffectedCheck]) -> Any:
    """As CheckOut has it; the members are as they were stored."""
    own = f"/api/v1/eligibility-checks/{check.code}"
    members = members_of(check.content)
    changes = [each["next_change_at"] for each in members if each["next_change_at"]]
    return {
        "decision_id": check.code,
        "verdict": check.verdict,
        "members": list(members),
        "known_at": instant(check.known_at),
        "evaluated_at": instant(check.stored_at),
        "next_change_at": min(changes, default=None),
        "result_sha256": check.result_sha256,
        "stored_at": instant(check.stored_at),
        "overrides": [override_out(each).model_dump(mode="json") for each in overrides],
        "affected": [affected_out(each).model_dump(mode="json") for each in marks],
        "links": {"self": own, "replay": f"{own}/replay", "attestation": f"{own}/attestation"},
    }


def line_out(check: EligibilityCheck, needs_review: bool) -> CheckLineOut:
    return CheckLineOut(
        decision_id=check.code,
        about=[each["request"]["evaluator"] for each in members_of(check.content)],
        verdict=check.verdict,  # type: ignore[arg-type]
        known_at=check.known_at,
        stored_at=check.stored_at,
        result_sha256=check.result_sha256,
        needs_review=needs_review,
    )


def override_out(row: Override) -> OverrideOut:
    return OverrideOut(
        verdict=row.verdict,  # type: ignore[arg-type]
        reason=row.reason,
        legal_basis=row.legal_basis,
        statement=row.statement,
        decided_at=row.decided_at,
    )


def affected_out(found: AffectedCheck) -> AffectedOut:
    review = found.review
    told = None
    if review is not None:
        told = {"outcome": review.outcome, "reason": review.reason, "reviewed_at": instant(review.reviewed_at)}
    return AffectedOut(
        id=str(found.row.id),
        decision_id=found.check.code,
        cause=found.row.cause,
        causes=found.row.causes,
        verdict_then=found.check.verdict,  # type: ignore[arg-type]
        verdict_now=found.row.verdict_now,  # type: ignore[arg-type]
        differences=[ChangeOut(**each) for each in found.row.differences],
        found_at=found.row.found_at,
        review=told,
    )


def replay_out(check: EligibilityCheck, found: Replay) -> ReplayOut:
    return ReplayOut(
        decision_id=check.code,
        known_at=found.known_at,
        verdict=str(found.consortium.verdict),  # type: ignore[arg-type]
        stored_verdict=check.verdict,  # type: ignore[arg-type]
        result_sha256=found.consortium.sha256,
        stored_sha256=check.result_sha256,
        is_same=found.is_same,
        differences=[ChangeOut(**each) for each in found.differences],
    )
