"""What crosses HTTP about scope items: decisions on them, and what they are on a day. Answers are in status_wire.py."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from registry.evaluators.asked_times import read_instant
from registry.evaluators.decision import Basis, Decision, Scope
from registry.evaluators.qualification import Cause, CauseKind, EventType
from registry.evaluators.qualification_models import ScopeItem
from registry.evaluators.scope import RegionSet, StandardRange
from registry.evaluators.status import Status
from registry.ids import hidden_character, with_ordinary_digits
from registry.json_models import In, Out, VisibleText
from registry.keyset import read_uuid
from registry.regions.reference import read_day


def _day(text: str) -> str:
    if read_day(text) is None:
        raise ValueError("this is no day; write it as 2026-03-01")
    return text


def _lines(text: str) -> str:
    hidden = next(filter(None, map(hidden_character, text.split("\n"))), None)
    if hidden is not None:
        raise ValueError(f"the invisible character {hidden} is not allowed")
    if not text.strip():
        raise ValueError("say something")
    return text


def _word(text: str) -> str:
    """What is compared letter by letter: a space at its end would make another word of it."""
    if (hidden := hidden_character(text)) is not None:
        raise ValueError(f"the invisible character {hidden} is not allowed")
    if text != text.strip():
        raise ValueError("a space stands before or after it")
    return text


def _identifier(text: str) -> str:
    if read_uuid(text) is None:
        raise ValueError("this is no identifier")
    return text


def _instant(text: str) -> str:
    if read_instant(text) is None:
        raise ValueError("this is no instant with its zone; write it as 2026-03-01T12:00:00Z")
    return text


def require_only(given: In, what: str, names: Collection[str], taken: Collection[str]) -> None:
    """Raises ValueError with all of names that say something which would be passed over: what takes no other."""
    if surplus := ", ".join(sorted(name for name in set(names) - set(taken) if getattr(given, name))):
        raise ValueError(f"{what} takes no {surplus}; leave out what it does not take")


Instant = Annotated[str, Field(max_length=40), AfterValidator(_instant)]
Day = Annotated[str, Field(max_length=10), AfterValidator(_day)]
Lines = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_lines)]
Identifier = Annotated[str, Field(max_length=40), AfterValidator(_identifier)]
Word = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_word)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
ItemNames = Annotated[list[Word], Field(min_length=1, max_length=1000, description="Identifiers or numbers of items.")]
_Version = Annotated[str, Field(max_length=40, pattern="^(0|[1-9][0-9]*)([.](0|[1-9][0-9]*)){2}(-[0-9a-z.-]+)?$")]


class ScopeIn(In):
    """before_version: the first version that is outside; null is open."""

    domain: Word
    regions: list[Word] = Field(min_length=1, max_length=1000, description="References to regions.")
    descendants: bool
    excepted: list[Word] = Field(default_factory=list, max_length=1000, description="References to regions.")
    evaluation_type: Word
    subject_level: Word
    standard: Word
    from_version: _Version
    before_version: _Version | None = None

    def scope(self) -> Scope:
        return Scope(
            self.domain,
            RegionSet(_plain(self.regions), self.descendants, _plain(self.excepted)),
            self.evaluation_type,
            self.subject_level,
            StandardRange(self.standard, self.from_version, self.before_version),
        )


def _plain(references: Iterable[str]) -> tuple[str, ...]:
    """With ordinary digits, each once. What is no reference stays, to be told as such with its place."""
    return tuple(dict.fromkeys(with_ordinary_digits(each.strip()) for each in references))


class CauseIn(In):
    """key: names the cause among those of the item. review_by: last day on which the review is in time."""

    key: Word
    kind: Literal["imposed", "voluntary", "financial"]
    reason: Annotated[VisibleText, Field(max_length=200)]
    notice: Annotated[VisibleText, Field(max_length=200)]
    review_by: Day | None = None

    def cause(self) -> Cause:
        review_by = None if self.review_by is None else date.fromisoformat(self.review_by)
        return Cause(self.key, CauseKind(self.kind), self.reason, self.notice, review_by)


_Kind = Literal["suspend", "reinstate", "reduce", "renew", "withdraw", "surrender", "annul", "extend", "correct"]
_Becomes = Literal["grant", "suspend", "reinstate", "reduce", "renew", "withdraw", "surrender", "annul", "extend"]


# What an event of each type takes beside its days, its grounds and what it is about; a correction, what it becomes.
_TAKEN: Mapping[str, frozenset[str]] = {
    "suspend": frozenset({"causes"}),
    "reinstate": frozenset({"closes", "verified_on"}),
    "surrender": frozenset({"under_investigation"}),
    **dict.fromkeys(("grant", "renew", "extend"), frozenset({"valid_from", "valid_to"})),
}
_TAKEN_BY_SOME = frozenset({"becomes"}).union(*_TAKEN.values())


class DecisionIn(In):
    """items: what is decided on; of an extension new_items and parent, of a correction supersedes, an event.

    verified_on, evidence_sha256: of a reinstatement. surveillance: on which the decision rests. becomes: of a
    correction, what the event counts as; null for nothing.
    """

    type: _Kind
    decided_on: Day
    effective_from: Day
    reason: Lines
    items: list[Word] = Field(default_factory=list, max_length=1000, description="Identifiers or numbers of items.")
    new_items: list[ScopeIn] = Field(default_factory=list, max_length=1000)
    parent: Word | None = None
    rule: Word | None = None
    evidence_sha256: Sha256 | None = None
    verified_on: Day | None = None
    surveillance: Identifier | None = None
    published_at: Instant | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    causes: list[CauseIn] = Field(default_factory=list, max_length=100)
    closes: list[Word] = Field(default_factory=list, max_length=100)
    under_investigation: bool = False
    supersedes: Identifier | None = None
    becomes: _Becomes | None = None

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> "DecisionIn":
        wanted = {"extend": {"new_items", "parent"}, "correct": {"supersedes"}}.get(self.type, {"items"})
        given = {name for name in ("items", "new_items", "parent", "supersedes") if getattr(self, name)}
        if given != wanted:
            raise ValueError(f"{self.type} names {' and '.join(sorted(wanted))}, and no other of what it is about")
        taken = _TAKEN.get(self.becomes or self.type, frozenset())
        require_only(self, self.type, _TAKEN_BY_SOME, taken | {"becomes"} if self.type == "correct" else taken)
        return self

    def decision(self) -> Decision:
        return Decision(
            type=EventType(self.type),
            decided_on=date.fromisoformat(self.decided_on),
            effective_from=date.fromisoformat(self.effective_from),
            basis=Basis(self.reason, self.rule, self.evidence_sha256, _read(self.verified_on), self.surveillance),
            items=tuple(self.items),
            new_scopes=tuple(each.scope() for each in self.new_items),
            published_at=None if self.published_at is None else datetime.fromisoformat(self.published_at),
            valid_from=_read(self.valid_from),
            valid_to=_read(self.valid_to),
            causes=tuple(each.cause() for each in self.causes),
            closes=tuple(self.closes),
            parent_item_id=self.parent,
            under_investigation=self.under_investigation,
            supersedes=self.supersedes,
            becomes=None if self.becomes is None else EventType(self.becomes),
        )


def _read(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


class ItemOut(Out):
    """number: among the items of the evaluator."""

    id: str
    number: int
    domain: str
    regions: list[str]
    descendants: bool
    excepted: list[str]
    evaluation_type: str
    subject_level: str
    standard: str
    from_version: str
    before_version: str | None


def item_out(row: ScopeItem) -> ItemOut:
    return ItemOut(
        id=str(row.id),
        number=row.number,
        domain=row.domain,
        regions=row.regions,
        descendants=row.descendants,
        excepted=row.excepted,
        evaluation_type=row.evaluation_type,
        subject_level=row.subject_level,
        standard=row.standard_family,
        from_version=row.from_version,
        before_version=row.before_version,
    )


class CauseOut(Out):
    """since: first day of the suspension for this cause; null in an event, which tells it by its effective_from."""

    key: str
    kind: str
    reason: str
    notice: str
    review_by: date | None
    since: date | None


class StatusOut(Out):
    """valid_to: first day after the validity. surveillance_due_on: last day in time. basis: ids of events."""

    state: str
    causes: list[CauseOut]
    flags: list[str]
    valid_from: date | None
    valid_to: date | None
    surveillance_due_on: date | None
    basis: list[str]


def status_out(status: Status) -> StatusOut:
    return StatusOut(
        state=status.state,
        causes=[cause_out(each.cause, each.since) for each in status.causes],
        flags=sorted(status.flags),
        valid_from=status.valid_from,
        valid_to=status.valid_to,
        surveillance_due_on=status.surveillance_due_on,
        basis=list(status.basis),
    )


def cause_out(cause: Cause, since: date | None) -> CauseOut:
    return CauseOut(
        key=cause.key,
        kind=cause.kind,
        reason=cause.reason,
        notice=cause.notice,
        review_by=cause.review_by,
        since=since,
    )
