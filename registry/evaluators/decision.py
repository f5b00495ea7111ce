"""A decision on scope items as it is asked for, and the events that it is taken down as. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.errors import Violation
from registry.evaluators.qualification import Cause, Event, EventType, events_known
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.scope import RegionSet, ScopeItem, StandardRange
from registry.evaluators.vetting_errors import ScopeRejected
from registry.regions.reference import read_reference
from registry.regions.region_errors import ReferenceRejected
from registry.standards.versions import precedence


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope item that is asked for, before it has an identifier."""

    domain: str
    regions: RegionSet
    evaluation_type: str
    subject_level: str
    standards: StandardRange


def scope_of(item: ScopeItem) -> Scope:
    return Scope(item.domain, item.regions, item.evaluation_type, item.subject_level, item.standards)


@dataclass(frozen=True, slots=True)
class Basis:
    """Why it was decided. rule: identifier of a requirement or an article. verified_on, evidence: of a reinstatement.

    surveillance: identifier of the surveillance on which it rests.
    """

    reason: str
    rule: str | None = None
    evidence_sha256: str | None = None
    verified_on: date | None = None
    surveillance: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is asked for. The members after published_at are those of qualification.Event, for each of the items.

    items: those that it touches; of an extension none, but new_scopes. published_at: None for the instant of recording.
    supersedes: of a correction, the event, which has to be of the one item.
    """

    type: EventType
    decided_on: date
    effective_from: date
    basis: Basis
    items: tuple[str, ...] = ()
    new_scopes: tuple[Scope, ...] = ()
    published_at: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    causes: tuple[Cause, ...] = ()
    closes: tuple[str, ...] = ()
    parent_item_id: str | None = None
    under_investigation: bool = False
    supersedes: str | None = None
    becomes: EventType | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the log: its own identifier, that of its decision, and when it is recorded."""

    id: str
    seq: int
    decision_id: str
    recorded_at: datetime


def to_event(decision: Decision, item_id: str, place: Place) -> Event:
    return Event(
        id=place.id,
        seq=place.seq,
        item_id=item_id,
        type=decision.type,
        decision_id=place.decision_id,
        decided_on=decision.decided_on,
        effective_from=decision.effective_from,
        published_at=decision.published_at or place.recorded_at,
        recorded_at=place.recorded_at,
        valid_from=decision.valid_from,
        valid_to=decision.valid_to,
        causes=decision.causes,
        closes=decision.closes,
        parent_item_id=decision.parent_item_id,
        under_investigation=decision.under_investigation,
        supersedes=decision.supersedes,
        becomes=decision.becomes,
    )


def extended_already(
    decision: Decision, history: Sequence[Event], held: Mapping[str, Scope], known_at: datetime
) -> list[Refusal]:
    """Of an extension: what the same parent has from the same day on. held: the scopes of the evaluator's items."""
    standing = (each for item_id in held for each in events_known(history, item_id, known_at))
    made = {
        held[each.item_id]: each
        for each in standing
        if each.acts_as is EventType.EXTEND
        and (each.parent_item_id, each.effective_from) == (decision.parent_item_id, decision.effective_from)
    }
    return [
        Refusal(
            Code.ALREADY_EXTENDED,
            f"This scope was added from {decision.effective_from} on, by the event {made[scope].id}.",
            "Leave the item out: it is recorded. Correct the event where its days are wrong.",
            made[scope].item_id,
        )
        for scope in decision.new_scopes
        if scope in made
    ]


def require_scopes(scopes: Sequence[Scope]) -> None:
    """Raises ScopeRejected with every fault; pointers lead into the list of items."""
    faults = [fault for place, each in enumerate(scopes) for fault in _faults(each, f"/items/{place}")]
    if faults:
        raise ScopeRejected(f"The scope has {len(faults)} fault(s).", faults)


def _faults(scope: Scope, pointer: str) -> list[Violation]:
    faults = []
    for name, references in (("regions", scope.regions.regions), ("excepted", scope.regions.excepted)):
        for place, each in enumerate(references):
            try:
                read_reference(each)
            except ReferenceRejected as error:
                fix = "Write a code system and a code, such as mca:422828100."
                faults.append(
                    Violation("bad-region-reference", error.detail, fix, f"{pointer}/{name}/{place}", value=each[:80])
                )
    standards = scope.standards
    if standards.before_version is not None and precedence(standards.before_version) <= precedence(
        standards.from_version
    ):
        faults.append(
            Violation(
                "versions-not-in-order",
                f"No version lies from {standards.from_version} to before {standards.before_version}.",
                "Give a later before_version, or leave it out.",
                f"{pointer}/before_version",
                value=standards.before_version,
            )
        )
    return faults
