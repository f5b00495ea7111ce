"""Answers to questions that are asked again and again: given anew, or as they were given while they still hold."""

from collections.abc import Iterator
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from registry.audit.entry import read_entry, read_instant
from registry.audit.models import Entry, Head
from registry.canonical import canonical_json
from registry.eligibility.answering_service import answer
from registry.eligibility.asking import Written
from registry.eligibility.decision import Decision
from registry.eligibility.kept_answers import KeptAnswer, Line, Sight, ages_change_at
from registry.eligibility.lookups_service import Lookups, Standing
from registry.evaluators.exclusion_models import ExclusionSnapshot
from registry.recently_used import RecentlyUsed

_MOST_BYTES = 128 * 1024 * 1024
# Read by one question: while the log is longer than what was read, questions are answered anew.
_ENTRIES_AT_ONCE = 2_000


def ask(session: Session, written: Written, known_at: datetime) -> KeptAnswer:
    """The answer without the instants of asking, and for how long it holds. Raises as answering_service.answer."""
    return _answers_of(session.get_bind()).ask(session, written, known_at)


class KeptAnswers:
    """Of one database, by what was asked and by the last entry of its log that can have changed the answer."""

    def __init__(self) -> None:
        self._sight = Sight()
        self._kept: RecentlyUsed[tuple[bytes, Written], KeptAnswer] = RecentlyUsed(
            _MOST_BYTES, lambda each: len(each.content)
        )
        self._standing = b"", Standing()

    def ask(self, session: Session, written: Written, known_at: datetime) -> KeptAnswer:
        # Read before the answer and in its transaction: what is logged later is not in it.
        sight = self._look(session)
        if sight is None or known_at < sight.latest_at:
            return KeptAnswer(_content(answer(session, written, known_at)), known_at, known_at)
        key = sight.changed_by, written
        kept = self._kept.find(key)
        if kept is None or not kept.holds(known_at):
            decision = answer(session, written, known_at, lookups=Lookups(session, self._standing_of(sight)))
            kept = KeptAnswer(_content(decision), known_at, _until(session, decision))
            self._kept.put(key, kept)
        return kept

    def _standing_of(self, sight: Sight) -> Standing:
        """Every instant from the last change on knows the same."""
        changed_by, standing = self._standing
        if changed_by != sight.changed_by:
            standing = Standing()
            self._standing = sight.changed_by, standing
        return standing

    def _look(self, session: Session) -> Sight | None:
        """None where this transaction sees another log, or more of it than was read."""
        seen = self._sight
        size, last = session.execute(
            select(Head.size, Entry.leaf).outerjoin(Entry, Entry.index == seen.size - 1).where(Head.id == 1)
        ).one()
        if size < seen.size:
            return None
        if seen.size and last != seen.last:
            seen = Sight()
        if size > seen.size:
            seen = self._sight = seen.after(_lines(session, seen.size))
        return seen if seen.size == size else None


_OF_DATABASES: WeakKeyDictionary[Engine | Connection, KeptAnswers] = WeakKeyDictionary()


def _answers_of(database: Engine | Connection) -> KeptAnswers:
    # Of two threads that come first, one may lose what it keeps.
    return _OF_DATABASES.setdefault(database, KeptAnswers())


def _lines(session: Session, after: int) -> Iterator[Line]:
    statement = select(Entry.entry, Entry.leaf).where(Entry.index >= after).order_by(Entry.index)
    for text, leaf in session.execute(statement.limit(_ENTRIES_AT_ONCE)):
        entry = read_entry(text)
        yield Line(entry["action"], read_instant(entry["recorded_at"]), leaf)


def _content(decision: Decision) -> bytes:
    return canonical_json(decision.timeless)


def _until(session: Session, decision: Decision) -> datetime:
    """The lists that are told have the age that is told; any may become too old for an answer."""
    newest = session.scalars(select(func.max(ExclusionSnapshot.queried_at)).group_by(ExclusionSnapshot.list_code)).all()
    told = [each.source.queried_at for each in decision.findings if each.source is not None]
    return ages_change_at(decision.known_at, [*newest, *told])
