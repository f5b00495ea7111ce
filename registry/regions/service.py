"""Answers about regions, from the divisions as they are held in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.recently_used import RecentlyUsed
from registry.regions import queries
from registry.regions.answers import Answer, Reason, Region, Resolution
from registry.regions.changes import Change, with_depths
from registry.regions.coverage import Statement, coverage
from registry.regions.facts import INHERITED, Fact, FactAnswer, fact_on
from registry.regions.history import Edition, History, derive
from registry.regions.models import RegionImport
from registry.regions.reference import MCA, Level, Reference
from registry.regions.region_errors import NoDivisions, QueryRejected, RegionNotFound
from registry.regions.search import Hit, NameIndex, Query
from registry.regions.tree import Tree

# About what a record holds in memory, and room for the whole country down to villages.
_BYTES_OF_A_RECORD = 1_000
_MOST_BYTES = 2 * 1024**3
# Each word is a look through all names.
_MOST_WORDS = 5


class Divisions:
    """A code system in memory, as of one import. Only read, by any number of threads."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    @cached_property
    def names(self) -> NameIndex:
        return NameIndex(self.tree)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What is about to be imported."""

    editions: tuple[Edition, ...] = ()
    changes: tuple[Change, ...] = ()
    statements: tuple[Statement, ...] = ()


# By the id of the newest import of a system, which names its state in whatever database.
_HELD: RecentlyUsed[UUID, Divisions] = RecentlyUsed(_MOST_BYTES, lambda held: len(held.tree) * _BYTES_OF_A_RECORD)


def get_divisions(session: Session, system: str) -> Divisions:
    """From memory where nothing was imported since. Raises NoDivisions."""
    newest = session.scalar(
        select(RegionImport.id).where(RegionImport.system == system).order_by(RegionImport.number.desc()).limit(1)
    )
    if newest is None:
        raise NoDivisions(
            f"No divisions of the code system {system!r} are imported. `registry regions import` takes in those of the "
            "Ministry of Civil Affairs that come with the program."
        )
    return _HELD.get(newest, lambda: Divisions(Tree(system, history(session, queries.list_imports(session, system)))))


def history(session: Session, imports: Sequence[RegionImport], new: Unsaved | None = None) -> History:
    """Of what is imported and, where given, of what is about to be."""
    taken = sorted((each for each in imports if each.as_of is not None), key=lambda each: each.as_of or date.min)
    editions = [queries.load_edition(session, each) for each in taken]
    changes, statements = queries.load_changes(session, imports), queries.statements_of(imports)
    if new is not None:
        editions = sorted([*editions, *new.editions], key=lambda each: each.as_of)
        changes, statements = [*changes, *new.changes], [*statements, *new.statements]
    known = coverage([each.as_of for each in editions], statements)
    return derive(editions, with_depths(changes, statements), known)


def resolve(session: Session, reference: Reference, on: date) -> Resolution:
    """Raises NoDivisions."""
    return get_divisions(session, reference.system).tree.resolve(reference, on)


def get_region(session: Session, reference: Reference, on: date) -> Resolution:
    """The same for a code that the system has had at some time. Raises RegionNotFound for any other."""
    found = resolve(session, reference, on)
    if found.reason is Reason.UNKNOWN_CODE:
        raise RegionNotFound(f"The code system {reference.system} has no code {reference.code}.")
    return found


def path(session: Session, found: Resolution) -> tuple[Region, ...]:
    """From the top down to the region; nothing where the reference means none."""
    tree = get_divisions(session, found.reference.system).tree
    return () if found.region is None else tree.path(found.region, found.on)


def descendants(
    session: Session, found: Resolution, *, level: Level | None = None, after: str | None = None
) -> Iterator[Region]:
    """After the code of the last one seen, which has to lie in the region."""
    tree = get_divisions(session, found.reference.system).tree
    return iter(()) if found.region is None else tree.descendants(found.region, found.on, level=level, after=after)


def all_of(session: Session, system: str, level: Level, on: date) -> Iterator[Region]:
    """Every region of the level on the day. Raises NoDivisions."""
    return get_divisions(session, system).tree.all_of(level, on)


def lies_in(session: Session, found: Resolution, code: str) -> bool:
    inner = Reference(found.reference.system, code)
    return bool(get_divisions(session, inner.system).tree.covers(found.reference, inner, found.on).value)


def changes(session: Session, found: Resolution) -> list[Change]:
    """Of what the reference means, else of what it meant on the day when it was written, else of all with its code."""
    tree = get_divisions(session, found.reference.system).tree
    written = tree.find(found.reference.code, found.reference.dated or found.on)
    unit = written if found.region is None else found.region.unit
    if unit is not None:
        return tree.changes(unit)
    code = found.reference.code
    return [each for each in tree.changes() if code in {side.code for side in (each.before, each.after) if side}]


def list_changes(session: Session, system: str) -> list[Change]:
    """By day. Raises NoDivisions."""
    return get_divisions(session, system).tree.changes()


def covers(session: Session, outer: Reference, inner: Reference, on: date) -> Answer:
    """Across systems nothing is known. Raises NoDivisions."""
    return get_divisions(session, inner.system).tree.covers(outer, inner, on)


def find(session: Session, query: Query, system: str | None = None) -> list[Hit]:
    """In one system, or in all, the ministry's first, until there are enough. Raises NoDivisions, QueryRejected."""
    if len(query.text.split()) > _MOST_WORDS:
        raise QueryRejected(
            f"A search has at most {_MOST_WORDS} words: names of regions above, and last a part of a name."
        )
    systems = [system] if system else queries.list_systems(session) or [MCA]
    found: list[Hit] = []
    for each in systems:
        if len(found) < query.limit:
            found += get_divisions(session, each).names.search(query)
    return found[: query.limit]


def get_fact(session: Session, reference: Reference, key: str, valid_at: date, known_at: datetime) -> FactAnswer:
    """What was known then about that day; for a key that is inherited, of the nearest region above it too."""
    tree = get_divisions(session, reference.system).tree
    asked = tree.resolve(reference, valid_at)
    if asked.region is None:
        return FactAnswer(asked)
    holders = tree.path(asked.region, valid_at) if key in INHERITED else (asked.region,)
    for holder in reversed(holders):
        codes = tree.codes(holder.unit)
        facts = [
            each
            for each in queries.load_facts(session, key, reference.system, codes)
            if tree.find(each.code, each.coded_on) == holder.unit
        ]
        found = fact_on(facts, valid_at, known_at)
        if found is not None:
            return FactAnswer(asked, found, holder)
    return FactAnswer(asked)


def list_facts(session: Session, reference: Reference, on: date) -> list[Fact]:
    """All that was ever recorded of the region, in the order of recording."""
    tree = get_divisions(session, reference.system).tree
    asked = tree.resolve(reference, on)
    if asked.region is None:
        return []
    unit = asked.region.unit
    facts = queries.load_facts(session, None, reference.system, tree.codes(unit))
    return [each for each in facts if tree.find(each.code, each.coded_on) == unit]
