"""Stored answers that would be others by what was recorded since: found by reading the log, marked, never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event, read_entry
from registry.audit.models import Entry, Head
from registry.audit.service import append, take_turn
from registry.db import Database, read, write
from registry.eligibility.affected import Causes, causes_of, outcomes_sha256
from registry.eligibility.check_service import Replay, Row, replay
from registry.eligibility.eligibility_errors import AffectedNotFound, AlreadyReviewed
from registry.eligibility.models import Affected, AffectedReview, CheckedBody, EligibilityCheck, Position
from registry.eligibility.reach_service import require_check
from registry.evaluators.entity_models import EntitySuccessor, RecordedEntityEvent
from registry.evaluators.models import Evaluator
from registry.keyset import read_uuid

# Gone through in one transaction: others write between two of them.
CHECKS_AT_ONCE = 20
_ENTRIES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class AffectedCheck:
    row: Affected
    check: EligibilityCheck
    review: AffectedReview | None


@dataclass(frozen=True, slots=True)
class Opinion:
    outcome: str
    reason: str


def catch_up(database: Database, now: datetime) -> bool:
    """One step; False where nothing waits. Whoever is killed in between leaves the rest to the next step."""
    if not read(database, _is_behind):
        return False
    return write(database, lambda session: step(session, now))


def _is_behind(session: Session) -> bool:
    position = session.get(Position, 1)
    return position is None or position.log_size < _log_size(session)


def _log_size(session: Session) -> int:
    return session.scalars(select(Head.size)).one()


def step(session: Session, now: datetime) -> bool:
    """Looks at the next checks for the entries that were written since. False where all was looked at."""
    take_turn(session)
    position = _position(session)
    if position.until_size <= position.log_size:
        position.until_size = min(_log_size(session), position.log_size + _ENTRIES_AT_ONCE)
        position.number = 0
    causes = _causes(session, position)
    waiting = [] if causes.is_nothing else _next_checks(session, causes, position.number)
    for each in waiting:
        _mark(session, each, causes, position.until_size, now)
        position.number = each.number
    if len(waiting) < CHECKS_AT_ONCE:
        position.log_size, position.number = position.until_size, 0
    session.flush()
    return _is_behind(session)


def _position(session: Session) -> Position:
    found = session.get(Position, 1)
    if found is None:
        found = Position(id=1, log_size=0, until_size=0, number=0)
        session.add(found)
    return found


def _causes(session: Session, position: Position) -> Causes:
    is_new = (Entry.index >= position.log_size) & (Entry.index < position.until_size)
    texts = session.scalars(select(Entry.entry).where(is_new).order_by(Entry.index))
    causes = causes_of((each["action"], each["subject"]) for each in map(read_entry, texts))
    if causes.evaluators and _are_taken_over(session, causes.evaluators):
        return replace(causes, evaluators=None)
    return causes


def _are_taken_over(session: Session, codes: frozenset[str]) -> bool:
    """Any of them, whether or not that was corrected since: what they had a right to counts for the successors."""
    statement = (
        select(EntitySuccessor.event_number)
        .join(RecordedEntityEvent, RecordedEntityEvent.number == EntitySuccessor.event_number)
        .join(Evaluator, Evaluator.id == RecordedEntityEvent.evaluator_id)
        .where(Evaluator.code.in_(codes))
    )
    return session.scalars(statement.limit(1)).first() is not None


def _next_checks(session: Session, causes: Causes, after: int) -> Sequence[EligibilityCheck]:
    statement = select(EligibilityCheck).where(EligibilityCheck.number > after)
    if causes.evaluators is not None:
        credit_codes = select(Evaluator.credit_code).where(Evaluator.code.in_(causes.evaluators))
        is_one = CheckedBody.key.in_(causes.evaluators) | CheckedBody.key.in_(credit_codes)
        about = select(CheckedBody.check_id).where(is_one)
        statement = statement.where(EligibilityCheck.id.in_(about))
    return session.scalars(statement.order_by(EligibilityCheck.number).limit(CHECKS_AT_ONCE)).all()


def _mark(session: Session, check: EligibilityCheck, causes: Causes, log_size: int, now: datetime) -> None:
    """Where the answer differs in another way than by the last mark, also where it is the stored one again."""
    found = replay(session, check, now)
    sha256 = outcomes_sha256(found.consortium.verdict, found.differences)
    last = session.scalar(
        select(Affected).where(Affected.check_id == check.id).order_by(Affected.log_size.desc()).limit(1)
    )
    is_told = not found.differences if last is None else last.outcomes_sha256 == sha256
    if is_told:
        return
    session.add(_row(check, causes, found, sha256, log_size, now))
    session.flush()
    payload = {
        "verdict": check.verdict, "verdict_now": str(found.consortium.verdict), "differences": len(found.differences),
        "cause": list(causes.told), "causes": causes.count,
    }  # fmt: skip
    append(session, Event("system", "eligibility.affected", f"eligibility_check:{check.code}", payload), now)


def _row(check: EligibilityCheck, causes: Causes, found: Replay, sha256: str, log_size: int, now: datetime) -> Affected:
    return Affected(
        check_id=check.id, cause=list(causes.told), causes=causes.count, verdict_now=found.consortium.verdict,
        differences=list(found.differences), outcomes_sha256=sha256, log_size=log_size, found_at=now,
    )  # fmt: skip


def list_affected(
    session: Session, *, limit: int, before: Row | None = None, check: EligibilityCheck | None = None,
    waiting: bool = False,
) -> list[AffectedCheck]:  # fmt: skip
    """The newest first. waiting: only those that an officer has to look at."""
    statement = (
        select(Affected, EligibilityCheck, AffectedReview)
        .join(EligibilityCheck, EligibilityCheck.id == Affected.check_id)
        .outerjoin(AffectedReview, AffectedReview.affected_id == Affected.id)
        .order_by(Affected.found_at.desc(), Affected.id.desc())
        .limit(limit)
    )
    if check is not None:
        statement = statement.where(Affected.check_id == check.id)
    if waiting:
        statement = statement.where(_waits())
    if before is not None:
        statement = statement.where(tuple_(Affected.found_at, Affected.id) < tuple_(*map(literal, before)))
    return [AffectedCheck(*row) for row in session.execute(statement)]


def needing_review(session: Session, checks: Sequence[EligibilityCheck]) -> frozenset[UUID]:
    """Of the checks those with a mark that an officer has to look at."""
    statement = (
        select(Affected.check_id)
        .outerjoin(AffectedReview, AffectedReview.affected_id == Affected.id)
        .where(Affected.check_id.in_([each.id for each in checks]), _waits())
    )
    return frozenset(session.scalars(statement))


def _waits() -> ColumnElement[bool]:
    """Of a mark, beside its review: nobody looked at it, none came after it, and it tells of differences."""
    later = aliased(Affected)
    is_last = ~exists().where(later.check_id == Affected.check_id, later.log_size > Affected.log_size)
    return AffectedReview.affected_id.is_(None) & is_last & (Affected.differences != [])


def review(session: Session, actor: Actor, text: str, opinion: Opinion, now: datetime) -> AffectedCheck:
    """An officer has looked at it. Raises AffectedNotFound, NotAllowed, AlreadyReviewed."""
    take_turn(session)
    affected_id = read_uuid(text)
    row = None if affected_id is None else session.get(Affected, affected_id)
    if row is None:
        raise AffectedNotFound(f"There is no affected check {text[:80]}.")
    check = session.get_one(EligibilityCheck, row.check_id)
    require_check(session, actor, Permission.ELIGIBILITY_REVIEW, check)
    if session.get(AffectedReview, row.id) is not None:
        raise AlreadyReviewed("An officer has looked at this already; what was said stands.")
    made = AffectedReview(
        affected_id=row.id, outcome=opinion.outcome, reason=opinion.reason, reviewed_at=now,
        reviewed_by=actor.log_name, person_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"affected": str(row.id), "outcome": opinion.outcome}
    subject = f"eligibility_check:{check.code}"
    append(session, Event(actor.log_name, "eligibility.review", subject, payload, opinion.reason), now)
    return AffectedCheck(row, check, made)
