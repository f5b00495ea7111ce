"""Whether an evaluator stands on lists of bodies that are barred, by code for sure, by name for a person. Pure.

A list is what it was when it was queried: snapshots are kept, since entries are taken off upstream.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.independence import Outcome
from registry.evaluators.names import DatedName, Likeness, likeness
from registry.evaluators.periods import Period
from registry.validity import legal_day

MOST_TYPING_MISTAKES = 2


class Code(StrEnum):
    """A word is never used again for something else."""

    EXCLUDED = "EXCLUDED"
    EXCLUDED_VIA_CONTROLLER = "EXCLUDED_VIA_CONTROLLER"
    NAME_ONLY_MATCH = "NAME_ONLY_MATCH"
    SOURCE_STALE = "SOURCE_STALE"
    SOURCE_MISSING = "SOURCE_MISSING"
    LISTED_BUT_ENDED = "LISTED_BUT_ENDED"
    NOT_LISTED = "NOT_LISTED"


class MatchKind(StrEnum):
    """MATCH: the same body. CANDIDATE: for a person to decide."""

    MATCH = "match"
    CANDIDATE = "candidate"


class Why(StrEnum):
    SAME_CODE = "same_code"
    CODE_ALMOST_SAME = "code_almost_same"
    NAME = "name"
    FORMER_NAME = "former_name"
    JUDGED_THE_SAME = "judged_the_same"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """scope: what it bars from; empty bars from all. in_force: half-open days. key: of the entry in its list."""

    key: str
    credit_code: str | None
    name: str
    scope: frozenset[str]
    in_force: Period
    basis: str = ""

    def bars_from(self, scope: frozenset[str]) -> bool:
        """scope: what a body would do; empty for anything."""
        return not self.scope or not scope or bool(self.scope & scope)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole list as one query gave it. sha256: of the bytes received."""

    list_id: str
    queried_at: datetime
    sha256: str
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """All codes and names that the body has or had. controllers: identities of those who control it."""

    id: str
    credit_codes: frozenset[str]
    names: tuple[DatedName, ...]
    controllers: tuple["Identity", ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's decision whether an entry means a body."""

    list_id: str
    key: str
    body: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Match:
    """score: 0 to 1. likeness, name: of the name of the body that the entry's name is like."""

    kind: MatchKind
    why: Why
    score: float
    likeness: Likeness | None = None
    name: DatedName | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """floor: similarity of names from which a person is asked, 0 to 1."""

    max_age_days: int = 7
    floor: float = 0.85
    bars_controlled: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """Of one list. scope: what the body would do. known_at: only what was queried by then counts. aged_at: the instant
    from which ages count, known_at where it is None."""

    list_id: str
    window: Period
    scope: frozenset[str]
    known_at: datetime
    aged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """asked: the body that was asked about. body: that one or its controller.

    snapshot: the last one with the entry, or the last of the list. max_age_days: by the terms of the list.
    """

    code: Code
    outcome: Outcome
    question: Question
    asked: str
    body: str
    snapshot: Snapshot | None
    entry: ListEntry | None = None
    match: Match | None = None
    barred: Period | None = None
    max_age_days: int | None = None

    @property
    def is_about_other_things(self) -> bool:
        return self.entry is not None and not self.entry.bars_from(self.question.scope)


def match(entry: ListEntry, identity: Identity, floor: float, on: date | None = None) -> Match | None:
    """A code decides, for and against; a name never does. on: the day that tells former names from others."""
    read = read_credit_code(entry.credit_code or "")
    if read.code is not None:
        if read.code in identity.credit_codes:
            return Match(MatchKind.MATCH, Why.SAME_CODE, 1.0)
        if identity.credit_codes:
            return None
    if entry.credit_code and read.code is None:
        written = entry.credit_code.strip().upper()
        distances = (Levenshtein.distance(written, each) for each in identity.credit_codes)
        nearest = min(distances, default=MOST_TYPING_MISTAKES + 1)
        if nearest <= MOST_TYPING_MISTAKES:
            return Match(MatchKind.CANDIDATE, Why.CODE_ALMOST_SAME, 1 - nearest / 18)
    found = [
        Match(
            MatchKind.CANDIDATE, Why.NAME if on is None or name.holds(on) else Why.FORMER_NAME, like[1], like[0], name
        )
        for name in identity.names
        if (like := likeness(entry.name, name.name, floor)) is not None
    ]
    strength = {each: place for place, each in enumerate(Likeness)}
    return min(found, key=lambda each: (strength[each.likeness or Likeness.SIMILAR], -each.score), default=None)


def exclusions(
    question: Question,
    identity: Identity,
    snapshots: Iterable[Snapshot],
    judgements: Iterable[Judgement],
    limits: Limits,
) -> tuple[Finding, ...]:
    """Everything that one list says of the body and of those who control it; never nothing."""
    known = sorted(
        (each for each in snapshots if each.list_id == question.list_id and each.queried_at <= question.known_at),
        key=lambda each: (each.queried_at, each.sha256),
    )
    judged = {(each.key, each.body): each.is_same for each in judgements if each.list_id == question.list_id}
    found = list(_of_source(question, identity, known, limits))
    for body in (identity, *identity.controllers):
        for entry, last in _entries(known):
            like = match(entry, body, limits.floor, question.window.valid_from)
            if like is not None and like.kind is MatchKind.CANDIDATE and (entry.key, body.id) in judged:
                like = Match(MatchKind.MATCH, Why.JUDGED_THE_SAME, 1.0) if judged[entry.key, body.id] else None
            if like is not None:
                finding = _of_entry(question, identity.id, body, entry, like, last)
                found.append(finding if body is identity else _of_controller(finding, limits))
    if not any(each.body == identity.id for each in found):
        found.append(Finding(Code.NOT_LISTED, Outcome.PASS, question, identity.id, identity.id, known[-1]))
    return tuple(found)


def _of_source(question: Question, identity: Identity, known: list[Snapshot], limits: Limits) -> Iterator[Finding]:
    if not known:
        yield Finding(Code.SOURCE_MISSING, Outcome.UNKNOWN, question, identity.id, identity.id, None)
    elif (question.aged_at or question.known_at) - known[-1].queried_at > timedelta(days=limits.max_age_days):
        yield Finding(
            Code.SOURCE_STALE, Outcome.UNKNOWN, question, identity.id, identity.id, known[-1],
            max_age_days=limits.max_age_days,
        )  # fmt: skip


def _entries(known: list[Snapshot]) -> Iterator[tuple[ListEntry, Snapshot]]:
    """Each entry as it was last seen. One taken off the list early bars up to the day it was first seen to be gone."""
    last_with: dict[str, tuple[ListEntry, int]] = {}
    for place, snapshot in enumerate(known):
        last_with.update({entry.key: (entry, place) for entry in snapshot.entries})
    for entry, place in last_with.values():
        if place + 1 == len(known):
            yield entry, known[place]
            continue
        gone_on = legal_day(known[place + 1].queried_at)
        if gone_on > entry.in_force.valid_from:
            days = entry.in_force.common_with(Period(entry.in_force.valid_from, gone_on)) or entry.in_force
            yield ListEntry(entry.key, entry.credit_code, entry.name, entry.scope, days, entry.basis), known[place]


def _of_entry(question: Question, asked: str, body: Identity, entry: ListEntry, like: Match, last: Snapshot) -> Finding:
    barred = entry.in_force.common_with(question.window)
    told = question, asked, body.id, last, entry, like
    if not entry.bars_from(question.scope) or barred is None:
        return Finding(Code.LISTED_BUT_ENDED, Outcome.PASS, *told)
    if like.kind is MatchKind.MATCH:
        return Finding(Code.EXCLUDED, Outcome.FAIL, *told, barred)
    return Finding(Code.NAME_ONLY_MATCH, Outcome.UNKNOWN, *told, barred)


def _of_controller(finding: Finding, limits: Limits) -> Finding:
    if finding.code is not Code.EXCLUDED:
        return finding
    outcome = Outcome.FAIL if limits.bars_controlled else Outcome.REVIEW
    return replace(finding, code=Code.EXCLUDED_VIA_CONTROLLER, outcome=outcome)
