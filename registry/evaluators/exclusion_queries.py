"""Exclusion lists, their snapshots and judgements, saved and found again as they were known at an instant."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from registry.bulk_rows import add_columns, values_by_key
from registry.db import Base
from registry.evaluators.exclusion_errors import ExclusionEntryNotFound, ExclusionListNotFound
from registry.evaluators.exclusion_import import EntryRow
from registry.evaluators.exclusion_matching import Judgement, ListEntry, Snapshot
from registry.evaluators.exclusion_models import (
    ContentEntry,
    ExclusionContent,
    ExclusionEntry,
    ExclusionJudgement,
    ExclusionList,
    ExclusionSnapshot,
)
from registry.evaluators.periods import Period

_CHUNK = 500


def list_lists(session: Session, known_at: datetime) -> Sequence[ExclusionList]:
    """Each under the terms that were recorded last by then, by code; those out of use too."""
    newest = (
        select(ExclusionList.code, func.max(ExclusionList.revision).label("revision"))
        .where(ExclusionList.recorded_at <= known_at)
        .group_by(ExclusionList.code)
        .subquery()
    )
    is_newest = (ExclusionList.code == newest.c.code) & (ExclusionList.revision == newest.c.revision)
    return session.scalars(select(ExclusionList).join(newest, is_newest).order_by(ExclusionList.code)).all()


def find_list(session: Session, code: str) -> ExclusionList | None:
    """Under its newest terms."""
    return session.scalar(
        select(ExclusionList).where(ExclusionList.code == code).order_by(ExclusionList.revision.desc()).limit(1)
    )


def get_list(session: Session, code: str) -> ExclusionList:
    """Raises ExclusionListNotFound."""
    found = find_list(session, code)
    if found is None:
        raise ExclusionListNotFound(
            "There is no exclusion list with this code. Record its terms first: authority, legal basis, largest age."
        )
    return found


def list_snapshots(
    session: Session, list_code: str, limit: int = 100
) -> list[tuple[ExclusionSnapshot, ExclusionContent]]:
    """The last query first."""
    statement = (
        select(ExclusionSnapshot, ExclusionContent)
        .join(ExclusionContent, ExclusionContent.number == ExclusionSnapshot.content_number)
        .where(ExclusionSnapshot.list_code == list_code)
        .order_by(ExclusionSnapshot.queried_at.desc())
        .limit(limit)
    )
    return [(snapshot, content) for snapshot, content in session.execute(statement)]


def find_snapshot(session: Session, list_code: str, queried_at: datetime) -> ExclusionSnapshot | None:
    is_it = (ExclusionSnapshot.list_code == list_code) & (ExclusionSnapshot.queried_at == queried_at)
    return session.scalar(select(ExclusionSnapshot).where(is_it))


def count_before(session: Session, list_code: str, queried_at: datetime) -> int | None:
    """Entries of the last query before; None where there is none."""
    return session.scalar(
        select(ExclusionContent.entry_count)
        .join(ExclusionSnapshot, ExclusionSnapshot.content_number == ExclusionContent.number)
        .where(ExclusionSnapshot.list_code == list_code, ExclusionSnapshot.queried_at < queried_at)
        .order_by(ExclusionSnapshot.queried_at.desc())
        .limit(1)
    )


def find_content(session: Session, list_code: str, sha256: str) -> ExclusionContent | None:
    is_it = (ExclusionContent.list_code == list_code) & (ExclusionContent.sha256 == sha256)
    return session.scalar(select(ExclusionContent).where(is_it))


def add_content(session: Session, list_code: str, sha256: str, entry_count: int) -> ExclusionContent:
    made = ExclusionContent(
        number=_next(session, ExclusionContent), list_code=list_code, sha256=sha256, entry_count=entry_count
    )
    session.add(made)
    # Entries name it.
    session.flush()
    return made


def add_entries(session: Session, content: ExclusionContent, rows: Sequence[EntryRow]) -> Iterator[float]:
    """Of a file; wordings that the list had before are not kept twice. Gives the share that is done."""
    wordings = select(ExclusionEntry.sha256, ExclusionEntry.number).where(ExclusionEntry.list_code == content.list_code)
    known = {row.sha256: row.number for row in session.execute(wordings)}
    first = _next(session, ExclusionEntry)
    fresh = [each for each in rows if each.sha256 not in known]
    numbers = range(first, first + len(fresh))
    known |= zip((each.sha256 for each in fresh), numbers, strict=True)
    if fresh:
        columns = _entry_columns(content.list_code, fresh) | {"number": numbers}
        for share in add_columns(session, _table(ExclusionEntry), columns):
            yield share / 2
    links = {"content_number": [content.number] * len(rows), "entry_number": [known[each.sha256] for each in rows]}
    for share in add_columns(session, _table(ContentEntry), links):
        yield 0.5 + share / 2


def _table(model: type[Base]) -> Table:
    return model.metadata.tables[model.__tablename__]


def _entry_columns(list_code: str, rows: Sequence[EntryRow]) -> dict[str, Sequence[object]]:
    entries = [each.entry for each in rows]
    return {
        "list_code": [list_code] * len(rows),
        "sha256": [each.sha256 for each in rows],
        "key": [each.key for each in entries],
        "name": [each.name for each in entries],
        "credit_code": [each.credit_code for each in entries],
        "scope": [sorted(each.scope) for each in entries],
        "valid_from": [each.in_force.valid_from for each in entries],
        "valid_to": [each.in_force.valid_to for each in entries],
        "basis": [each.basis for each in entries],
    }


def contents_by_list(session: Session, list_codes: Iterable[str]) -> Mapping[str, list[str]]:
    """Digests of all files that a list ever had: they say which wordings it had."""
    statement = select(ExclusionContent.list_code, ExclusionContent.sha256).order_by(ExclusionContent.number)
    return values_by_key(session, statement, ExclusionContent.list_code, list_codes)


def list_wordings(session: Session, list_code: str) -> list[tuple[str, str, str | None]]:
    """Key, name and credit code of every entry that the list ever had."""
    columns = (ExclusionEntry.key, ExclusionEntry.name, ExclusionEntry.credit_code)
    statement = select(*columns).where(ExclusionEntry.list_code == list_code).order_by(ExclusionEntry.number)
    return [(key, name, code) for key, name, code in session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Query:
    """When a list was asked, and what it was then."""

    queried_at: datetime
    content_number: int
    sha256: str


def queries_by_list(session: Session, list_codes: Iterable[str], known_at: datetime) -> Mapping[str, list[Query]]:
    """What was both queried and recorded by then, the earliest first."""
    table = ExclusionSnapshot
    asked = select(table.list_code, table).where(table.recorded_at <= known_at).order_by(table.queried_at)
    found = values_by_key(session, asked, table.list_code, list_codes)
    numbers = {each.content_number for of in found.values() for each in of}
    contents = values_by_key(
        session, select(ExclusionContent.number, ExclusionContent.sha256), ExclusionContent.number, numbers
    )
    return {
        code: [Query(each.queried_at, each.content_number, contents[each.content_number][0]) for each in of]
        for code, of in found.items()
    }


def snapshots_of(
    session: Session, terms: ExclusionList, queries: Iterable[Query], keys: Iterable[str]
) -> tuple[Snapshot, ...]:
    """With the entries of these keys alone."""
    entries = _entries_of(session, terms, sorted(keys))
    return tuple(
        Snapshot(terms.code, each.queried_at, each.sha256, tuple(entries.get(each.content_number, ())))
        for each in queries
    )


def _entries_of(session: Session, terms: ExclusionList, keys: Sequence[str]) -> Mapping[int, list[ListEntry]]:
    """By the number of the content."""
    found: defaultdict[int, list[ListEntry]] = defaultdict(list)
    for start in range(0, len(keys), _CHUNK):
        statement = (
            select(ContentEntry.content_number, ExclusionEntry)
            .join(ExclusionEntry, ExclusionEntry.number == ContentEntry.entry_number)
            .where(ExclusionEntry.list_code == terms.code, ExclusionEntry.key.in_(keys[start : start + _CHUNK]))
            .order_by(ContentEntry.content_number, ExclusionEntry.number)
        )
        for content, each in session.execute(statement):
            found[content].append(entry_of(each, terms))
    return found


def entry_of(row: ExclusionEntry, terms: ExclusionList) -> ListEntry:
    """What an entry does not say itself, the terms of its list say."""
    scope, period = frozenset(row.scope or terms.scope), Period(row.valid_from, row.valid_to)
    return ListEntry(row.key, row.credit_code, row.name, scope, period, row.basis or terms.legal_basis)


def get_entry(session: Session, list_code: str, key: str) -> ExclusionEntry:
    """In the wording that came last. Raises ExclusionEntryNotFound."""
    found = session.scalar(
        select(ExclusionEntry)
        .join(ContentEntry, ContentEntry.entry_number == ExclusionEntry.number)
        .join(ExclusionSnapshot, ExclusionSnapshot.content_number == ContentEntry.content_number)
        .where(ExclusionEntry.list_code == list_code, ExclusionEntry.key == key)
        .order_by(ExclusionSnapshot.queried_at.desc(), ExclusionEntry.number.desc())
        .limit(1)
    )
    if found is None:
        raise ExclusionEntryNotFound(f"The list {list_code} has, and had, no entry with this key.")
    return found


def judgements_by_body(
    session: Session, bodies: Iterable[str], known_at: datetime
) -> Mapping[str, list[ExclusionJudgement]]:
    """Of all lists, the earliest first."""
    table = ExclusionJudgement
    statement = select(table.body, table).where(table.judged_at <= known_at).order_by(table.number)
    return values_by_key(session, statement, table.body, bodies)


def judgements_that_hold(rows: Iterable[ExclusionJudgement], snapshots: Iterable[Snapshot]) -> tuple[Judgement, ...]:
    """Those that are of the entry as it was last seen: another body under the same key was never judged."""
    last = {entry.key: (entry.name, entry.credit_code) for each in snapshots for entry in each.entries}
    return tuple(
        Judgement(each.list_code, each.entry_key, each.body, each.is_same)
        for each in rows
        if last.get(each.entry_key) == (each.entry_name, each.entry_credit_code)
    )


def next_judgement(session: Session) -> int:
    return _next(session, ExclusionJudgement)


def _next(session: Session, table: type[ExclusionContent] | type[ExclusionEntry] | type[ExclusionJudgement]) -> int:
    return (session.scalar(select(func.max(table.number))) or 0) + 1
