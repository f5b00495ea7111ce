"""Whether one region lies in another on a day, as scope items and questions write them, and when that may change.

A scope item means the region as it was when the item was granted. What became part of something larger covers only
that part of it.
"""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from registry.evaluators.periods import Period
from registry.regions import service as regions
from registry.regions.answers import Reason, Resolution
from registry.regions.reference import Reference, read_reference
from registry.regions.region_errors import NoDivisions
from registry.regions.tree import Tree

_DAY = timedelta(days=1)
_GONE = frozenset({Reason.MERGED, Reason.SPLIT, Reason.ABOLISHED})


class Geography:
    """Of one question: each pair is looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, Reference] = {}
        self._trees: dict[str, Tree | None] = {}
        self._answers: dict[tuple[str, str, date], bool | None] = {}

    def covers(self, outer: str, inner: str, on: date) -> bool | None:
        """None where it cannot be told: of codes that are not known, or of days of which nothing is known."""
        key = outer, inner, on
        if key not in self._answers:
            around, within = self._reference(outer), self._reference(inner)
            tree = self._tree(around.system) if around.system == within.system else None
            self._answers[key] = None if tree is None else _covers(tree, around, within, on)
        return self._answers[key]

    def changes_in(self, references: list[str], window: Period) -> list[date]:
        """Days of the window from which another answer is possible."""
        trees = [self._tree(system) for system in {self._reference(each).system for each in references}]
        return sorted(
            {day for tree in trees if tree is not None for day in tree.changes_in(window.valid_from, window.valid_to)}
        )

    def as_written_on(self, text: str, on: date) -> str:
        """With the day on which it was written, where the registry knows what it meant on that day."""
        reference = self._reference(text)
        tree = self._tree(reference.system)
        if tree is None or reference.dated is not None or tree.resolve(reference, on).region is None:
            return text
        return str(Reference(reference.system, reference.code, on))

    def level(self, region: str, on: date) -> str | None:
        reference = self._reference(region)
        tree = self._tree(reference.system)
        found = None if tree is None else tree.resolve(reference, on).region
        return None if found is None else str(found.level)

    def _reference(self, text: str) -> Reference:
        if text not in self._read:
            self._read[text] = read_reference(text)
        return self._read[text]

    def _tree(self, system: str) -> Tree | None:
        if system not in self._trees:
            try:
                self._trees[system] = regions.get_divisions(self._session, system).tree
            except NoDivisions:
                self._trees[system] = None
        return self._trees[system]


def _covers(tree: Tree, outer: Reference, inner: Reference, on: date) -> bool | None:
    answer = tree.covers(outer, inner, on)
    if answer.value is not None or answer.inner.region is None or not _is_gone(answer.outer):
        return answer.value
    # As it was on the last day of the outer one: what did not exist then, or lay elsewhere, it never covered.
    last = _last_day(answer.outer)
    before = tree.covers(outer, Reference(inner.system, inner.code, inner.dated or on), last)
    if before.value is not None:
        return before.value
    return False if before.inner.region is None and before.inner.reason is not Reason.NOT_KNOWN_THEN else None


def _is_gone(resolution: Resolution) -> bool:
    return resolution.reason in _GONE and resolution.changed_on is not None


def _last_day(resolution: Resolution) -> date:
    assert resolution.changed_on is not None
    return resolution.changed_on - _DAY
