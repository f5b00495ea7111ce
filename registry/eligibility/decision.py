"""An answer: what each rule found and on which facts, what follows for the whole, and its fixed bytes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from registry.canonical import digest
from registry.eligibility.question import Question
from registry.evaluators.coverage import NearMiss
from registry.evaluators.periods import Period
from registry.languages import Language

Words: TypeAlias = Mapping[Language, str] | Mapping[str, str]


class Outcome(StrEnum):
    """unknown is never a pass. review: a person has to look. not_applicable: it was not asked, or was waived."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REVIEW = "review"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    ELIGIBLE = "eligible"
    CONDITIONAL = "conditional"
    INELIGIBLE = "ineligible"
    INDETERMINATE = "indeterminate"


class GroundKind(StrEnum):
    STATUTE = "statute"
    TENDER_DOCUMENT = "tender_document"


@dataclass(frozen=True, slots=True)
class Ground:
    """What entitles to ask for it. clause: None where the tender document's was not named."""

    kind: GroundKind
    document: Words
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would make it a pass. by: the day from which or up to which it has to be done."""

    code: str
    message: Words
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A list as it was queried. age_days: whole days, at the instant from which ages count."""

    list: str
    authority: str
    legal_basis: str
    queried_at: datetime
    age_days: int
    max_age_days: int
    snapshot_sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found. about: which of several tuples, lists or parties, empty for the whole question.

    facts: each with the record it is from (ref) and, where it has one, the instant at which it was recorded. gap: days
    for which it holds. changes_on: the first day on which it will be otherwise, as far as is known.
    """

    rule_id: str
    version: int
    question: int
    is_mandatory: bool
    outcome: Outcome
    code: str
    message: Words
    grounds: tuple[Ground, ...]
    about: str = ""
    facts: tuple[Mapping[str, Any], ...] = ()
    gap: tuple[Period, ...] = ()
    remedy: Remedy | None = None
    source: Source | None = None
    changes_on: date | None = None


@dataclass(frozen=True, slots=True)
class PolicyPin:
    """The policy by which it was decided: the standard, what places changed in it, and the digest of both together."""

    id: str
    version: str
    localizations: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Decision:
    """known_at: only what was recorded by then counts. aged_at: the instant from which ages count; another one only in
    a replay with hindsight."""

    question: Question
    policy: PolicyPin
    known_at: datetime
    aged_at: datetime
    findings: tuple[Finding, ...]
    nearest_misses: tuple[tuple[int, NearMiss], ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)

    @property
    def next_change_at(self) -> date | None:
        """The first day after the window begins on which something that was looked at will be otherwise."""
        start = self.question.window.valid_from
        return min(
            (each.changes_on for each in self.findings if each.changes_on and each.changes_on > start), default=None
        )

    @property
    def content(self) -> dict[str, Any]:
        """What the digest is of: no identifiers of the asking, no clock."""
        return {
            "verdict": str(self.verdict),
            "policy": {
                "id": self.policy.id,
                "version": self.policy.version,
                "localizations": list(self.policy.localizations),
                "sha256": self.policy.sha256,
            },
            "request": self.question.document,
            "rules": [finding_document(each) for each in self.findings],
            "nearest_misses": [
                {"scope": place, "item": miss.item_id, "dimension": str(miss.dimension), "held": miss.held}
                for place, miss in self.nearest_misses
            ],
            "next_change_at": None if self.next_change_at is None else self.next_change_at.isoformat(),
        }

    @property
    def sha256(self) -> str:
        return digest(self.content)

    @property
    def timeless(self) -> dict[str, Any]:
        """What is told whenever it is asked, while nothing else is known and no age is another one."""
        content = self.content
        return {**content, "result_sha256": digest(content)}


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """What is only informative is said beside it and changes nothing."""
    seen = tuple(findings)
    mandatory = {each.outcome for each in seen if each.is_mandatory}
    if Outcome.FAIL in mandatory:
        return Verdict.INELIGIBLE
    if Outcome.UNKNOWN in mandatory:
        return Verdict.INDETERMINATE
    is_reviewed = Outcome.REVIEW in mandatory
    return Verdict.CONDITIONAL if is_reviewed else Verdict.ELIGIBLE


# From the one that decides over all others.
_STRENGTH = (Verdict.INELIGIBLE, Verdict.INDETERMINATE, Verdict.CONDITIONAL, Verdict.ELIGIBLE)


def verdict_of_all(verdicts: Iterable[Verdict]) -> Verdict:
    """Of a consortium, each part of whose work is done by one member."""
    return min(verdicts, key=_STRENGTH.index)


def finding_document(finding: Finding) -> dict[str, Any]:
    return dict(_members(finding))


def _members(finding: Finding) -> Iterator[tuple[str, Any]]:
    yield "rule_id", finding.rule_id
    yield "version", finding.version
    yield "question", finding.question
    yield "mandatory", finding.is_mandatory
    yield "outcome", str(finding.outcome)
    yield "reason_code", finding.code
    if finding.about:
        yield "about", finding.about
    yield "message", dict(finding.message)
    yield "basis", [_ground(each) for each in finding.grounds]
    yield "facts", [dict(each) for each in finding.facts]
    yield "gap", [period_document(each) for each in finding.gap]
    if finding.source is not None:
        yield "source", _source(finding.source)
    if finding.remedy is not None:
        by = {} if finding.remedy.by is None else {"by": finding.remedy.by.isoformat()}
        yield "remedy", {"code": finding.remedy.code, "message": dict(finding.remedy.message), **by}
    if finding.changes_on is not None:
        yield "changes_on", finding.changes_on.isoformat()


def _ground(ground: Ground) -> dict[str, Any]:
    clause = {} if ground.clause is None else {"clause": ground.clause}
    return {"kind": str(ground.kind), "document": dict(ground.document), **clause}


def _source(source: Source) -> dict[str, Any]:
    return {
        "list": source.list,
        "authority": source.authority,
        "legal_basis": source.legal_basis,
        "queried_at": instant(source.queried_at),
        "age": f"P{source.age_days}D",
        "max_age": f"P{source.max_age_days}D",
        "snapshot_sha256": source.snapshot_sha256,
    }


def period_document(period: Period) -> dict[str, str | None]:
    return {
        "from": period.valid_from.isoformat(),
        "to": None if period.valid_to is None else period.valid_to.isoformat(),
    }


def instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
