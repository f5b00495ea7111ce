"""Use cases of legal persons: what became of one is taken down, as another register or court says it.

actor: as this transaction sees them. What was recorded is never changed: a correction is another event.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.errors import RegistryError, Violation
from registry.evaluators import entity_queries as queries
from registry.evaluators.entity import EntityEvent, EventKind, entity_state
from registry.evaluators.entity_errors import EntityEventRefused, SuccessorRejected
from registry.evaluators.entity_guards import EntityCase, entity_refusals
from registry.evaluators.entity_models import EntitySuccessor, RecordedEntityEvent
from registry.evaluators.entity_queries import EntityHistory
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.independence_service import key_of, read_party
from registry.evaluators.judging_service import require_judge
from registry.evaluators.models import Evaluator
from registry.evaluators.vetting_errors import require_none

_BODIES = ("uscc:", "evaluator:")


@dataclass(frozen=True, slots=True)
class EntityEventWanted:
    """successors: codes of evaluators or credit codes. source: where it is told, as of noted_on."""

    kind: EventKind
    effective_from: date
    source: str
    noted_on: date
    successors: tuple[str, ...] = ()
    supersedes: int | None = None
    evidence_sha256: str | None = None


def record_event(
    session: Session, actor: Actor, evaluator: Evaluator, wanted: EntityEventWanted, now: datetime
) -> EntityHistory:
    """Everything that is known of the body then.

    Raises EntityEventRefused with every rule that is broken, SuccessorRejected, NotAllowed, EvidenceNotHandedIn.
    """
    take_turn(session)
    person = require_judge(session, actor, Permission.ENTITY_RECORD, evaluator, now)
    require_handed_in(session, evaluator.id, {"/evidence_sha256": wanted.evidence_sha256})
    number, recorded_at = queries.next_place(session, RecordedEntityEvent, now)
    successors = _read_successors(session, wanted)
    event = EntityEvent(
        number, key_of(evaluator), wanted.kind, wanted.effective_from, recorded_at, successors, wanted.source,
        wanted.supersedes,
    )  # fmt: skip
    heirs = queries.evaluators_by_key(session, event.heirs)
    for each in heirs.values():
        require_judge(session, actor, Permission.ENTITY_RECORD, each, now)
    states = {
        key: entity_state(queries.events_of(session, each.id), wanted.effective_from, recorded_at)
        for key, each in heirs.items()
    }
    case = EntityCase(queries.events_of(session, evaluator.id), event, wanted.noted_on, states)
    require_none(entity_refusals(case), EntityEventRefused)
    row = RecordedEntityEvent(
        number=number,
        evaluator_id=evaluator.id,
        body=event.body,
        kind=wanted.kind,
        effective_from=wanted.effective_from,
        source=wanted.source,
        noted_on=wanted.noted_on,
        evidence_sha256=wanted.evidence_sha256,
        supersedes=wanted.supersedes,
        recorded_at=recorded_at,
        recorded_by=actor.log_name,
        person_id=person,
    )
    session.add(row)
    # Its successors name it.
    session.flush()
    session.add_all(
        EntitySuccessor(event_number=number, successor=each, place=place) for place, each in enumerate(successors)
    )
    session.flush()
    _log(session, actor, evaluator, event, now)
    return queries.history_of(session, evaluator.id, recorded_at)


def _read_successors(session: Session, wanted: EntityEventWanted) -> tuple[str, ...]:
    """Keys of parties, each once. Raises SuccessorRejected with every fault."""
    keys, faults = list[str](), list[Violation]()
    fix = "Write an evaluator's code (ev-000001) or a credit code, each once."
    for place, text in enumerate(wanted.successors):
        pointer = f"/successors/{place}"
        try:
            key = read_party(session, text, "successors")
        except RegistryError as error:
            faults.append(Violation("bad-party", error.detail, fix, pointer, value=text[:80]))
            continue
        if not key.startswith(_BODIES):
            faults.append(Violation("not-a-body", "A region takes nobody over.", fix, pointer, value=text[:80]))
        elif key in keys:
            faults.append(Violation("named-twice", "This body is named twice.", fix, pointer, value=text[:80]))
        keys.append(key)
    if faults:
        raise SuccessorRejected(f"{len(faults)} successor(s) cannot be who is named.", faults)
    return tuple(keys)


def _log(session: Session, actor: Actor, evaluator: Evaluator, event: EntityEvent, now: datetime) -> None:
    payload = {
        "number": event.number,
        "kind": str(event.kind),
        "effective_from": event.effective_from.isoformat(),
        "successors": list(event.successors),
        "supersedes": event.supersedes,
    }
    entry = LogEvent(actor.log_name, "entity.record", f"evaluator:{evaluator.code}", payload, event.source)
    append(session, entry, now)
