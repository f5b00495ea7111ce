"""Responses that are given again to the key that got them, after one look at the log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from registry.accounts.models import Account, ApiKey, RoleGrant
from registry.accounts.permissions import Actor
from registry.accounts.sign_in_service import SEEN_AGAIN
from registry.audit.models import Head
from registry.db import Database
from registry.db_errors import domain_errors
from registry.eligibility.kept_answers import KeptAnswer
from registry.eligibility.kept_responses import KeptResponse, LogState, request_digest
from registry.recently_used import RecentlyUsed

# The contents are those of kept_answers_service while that keeps them as well.
_MOST_BYTES = 64 * 1024 * 1024
_BYTES_BESIDE_CONTENT = 500
_MOST_KEYS = 10_000
_LOG_STATE = select(Head.size, Head.frontier).where(Head.id == 1)


@dataclass(frozen=True, slots=True)
class Looked:
    """A request with a key, and the log before anything else was read for it. content: None where none holds."""

    digest: bytes
    log: LogState
    content: bytes | None


class KeptResponses:
    """Of one database."""

    def __init__(self) -> None:
        self._kept: RecentlyUsed[bytes, KeptResponse] = RecentlyUsed(
            _MOST_BYTES, lambda each: len(each.content) + _BYTES_BESIDE_CONTENT
        )
        self._noted_until: RecentlyUsed[UUID, datetime] = RecentlyUsed(_MOST_KEYS, lambda _: 1)

    def find(self, digest: bytes, log: LogState, now: datetime) -> bytes | None:
        kept = self._kept.find(digest)
        noted_until = None if kept is None else self._noted_until.find(kept.key_id)
        if kept is None or noted_until is None or not kept.holds(log, now, noted_until):
            return None
        return kept.content

    def keep(self, digest: bytes, response: KeptResponse, noted_until: datetime) -> None:
        self._kept.put(digest, response)
        self._noted_until.put(response.key_id, noted_until)


_OF_DATABASES: WeakKeyDictionary[Engine | Connection, KeptResponses] = WeakKeyDictionary()


def _responses_of(database: Engine | Connection) -> KeptResponses:
    # Of two threads that come first, one may lose what it keeps.
    return _OF_DATABASES.setdefault(database, KeptResponses())


def look(database: Database, credential: str, query: bytes, now: datetime) -> Looked:
    """credential: the header Authorization."""
    readers: Engine = database.readers.kw["bind"]
    digest = request_digest(credential, query)
    # A session would cost as much again.
    with domain_errors(), readers.connect() as connection:
        size, frontier = connection.execute(_LOG_STATE).one()
    log = LogState(size, frontier)
    return Looked(digest, log, _responses_of(readers).find(digest, log, now))


def keep(session: Session, looked: Looked, asking: Actor, answer: KeptAnswer, now: datetime) -> None:
    """asking: by the key that was looked for. answer: as of now, from this transaction.

    Who asks and the answer were both read after the look. Where something was recorded since, the log is never again
    as it was looked at, and what is kept here is never given.
    """
    if not answer.holds(now):
        return
    key = session.execute(
        select(ApiKey.id, ApiKey.expires_at, ApiKey.last_used_at).where(ApiKey.id == asking.credential_id)
    ).one()
    if key.last_used_at is None:
        return
    ends = [answer.until, key.expires_at, *_ends_of_roles(session, asking, now)]
    response = KeptResponse(answer.content, key.id, looked.log, now, min(ends))
    _responses_of(session.get_bind()).keep(looked.digest, response, key.last_used_at + SEEN_AGAIN)


def _ends_of_roles(session: Session, asking: Actor, now: datetime) -> list[datetime]:
    """The next one of all accounts of the person, if any is to end."""
    statement = (
        select(func.min(RoleGrant.valid_to))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(Account.person_id == asking.person_id, RoleGrant.valid_to > now)
    )
    found = session.scalar(statement)
    return [] if found is None else [found]
