"""What crosses HTTP, and what commands print as JSON, about independence and about names that look alike."""

from datetime import date, datetime

from registry.evaluators import independence_service as independence
from registry.evaluators.candidates_service import NameAnswer
from registry.evaluators.declared_interests import Finding as DeclaredFinding
from registry.evaluators.exclusion_wire import GapOut, MessageOut, PeriodOut, gap_out, gravest, message_out, period_out
from registry.evaluators.independence import Finding as IndependenceFinding
from registry.evaluators.models import Evaluator
from registry.evaluators.name_index import Candidate
from registry.evaluators.ownership import Edge
from registry.evaluators.sentences import message
from registry.evaluators.tenure import Finding as TenureFinding
from registry.json_models import Out


class EdgeOut(Out):
    """share: 0 to 1, null where it is not told."""

    owner: str
    owned: str
    share: float | None
    basis: str
    valid_from: date | None
    valid_to: date | None
    source: str
    seen_at: date


class RelationOut(Out):
    """on: a day of which it is true; until: the first day on which it is over. paths: from the owner down."""

    code: str
    outcome: str
    message: MessageOut
    role: str | None
    party: str | None
    on: date | None
    until: date | None
    through: list[str]
    paths: list[list[EdgeOut]]
    gaps: list[GapOut]


class DeclaredOut(Out):
    code: str
    outcome: str
    message: MessageOut
    declaration: str | None
    in_force: PeriodOut | None


class AdviceOut(Out):
    """until: from this day on it counts no more."""

    code: str
    outcome: str
    message: MessageOut
    until: date | None


class IndependenceOut(Out):
    """outcome: the gravest of all findings. Rotation is not among them: it needs the engagements of a subject."""

    evaluator: str
    window: PeriodOut
    known_at: datetime
    outcome: str
    findings: list[RelationOut]
    declared: list[DeclaredOut]
    advice: list[AdviceOut]


class CandidateOut(Out):
    """evaluator: code of the body that has or had the name. score: 0 to 1."""

    evaluator: str
    name: str
    valid_from: date | None
    valid_to: date | None
    is_former: bool
    likeness: str
    score: float


class NameOut(Out):
    """doubts: what is odd about the name by itself. left_out: how many candidates more there are."""

    name: str
    doubts: list[str]
    candidates: list[CandidateOut]
    left_out: int


class NamesOut(Out):
    valid_at: date
    known_at: datetime
    names: list[NameOut]


def independence_out(evaluator: Evaluator, answer: independence.Answer) -> IndependenceOut:
    outcomes = [str(each.outcome) for each in answer.findings]
    outcomes += [str(each.outcome) for each in answer.declared]
    outcomes += [str(each.outcome) for each in answer.advice]
    return IndependenceOut(
        evaluator=evaluator.code, window=period_out(answer.window), known_at=answer.known_at,
        outcome=gravest(outcomes), findings=[_relation(each) for each in answer.findings],
        declared=[_declared(each) for each in answer.declared], advice=[_advice(each) for each in answer.advice],
    )  # fmt: skip


def _relation(found: IndependenceFinding) -> RelationOut:
    return RelationOut(
        code=str(found.code), outcome=str(found.outcome), message=message_out(message(found)),
        role=None if found.role is None else str(found.role), party=found.party, on=found.on, until=found.until,
        through=list(found.through), paths=[[_edge(each) for each in path] for path in found.paths],
        gaps=[gap_out(each) for each in found.gaps],
    )  # fmt: skip


def _edge(edge: Edge) -> EdgeOut:
    return EdgeOut(
        owner=edge.owner, owned=edge.owned, share=None if edge.share is None else float(edge.share),
        basis=str(edge.basis), valid_from=None if edge.valid_from == date.min else edge.valid_from,
        valid_to=edge.valid_to, source=edge.source, seen_at=edge.seen_at,
    )  # fmt: skip


def _declared(found: DeclaredFinding) -> DeclaredOut:
    told = found.declaration
    return DeclaredOut(
        code=str(found.code), outcome=str(found.outcome), message=message_out(message(found)),
        declaration=None if told is None else told.id,
        in_force=None if told is None else period_out(told.in_force),
    )  # fmt: skip


def _advice(found: TenureFinding) -> AdviceOut:
    return AdviceOut(
        code=str(found.code), outcome=str(found.outcome), message=message_out(message(found)), until=found.until
    )


def name_out(answer: NameAnswer) -> NameOut:
    return NameOut(
        name=answer.name, doubts=[str(each) for each in answer.doubts],
        candidates=[_candidate(each) for each in answer.candidates.found], left_out=answer.candidates.left_out,
    )  # fmt: skip


def _candidate(found: Candidate) -> CandidateOut:
    return CandidateOut(
        evaluator=found.known.holder, name=found.known.name, valid_from=found.known.valid_from,
        valid_to=found.known.valid_to, is_former=found.is_former, likeness=str(found.likeness),
        score=round(found.score, 4),
    )  # fmt: skip
