"""Everything that a decision rests on, as it was known at one instant. Pure.

Each fact says which record it is from (ref) and, where it has one, the instant at which that was recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from registry.eligibility.question import Question
from registry.evaluators import declared_interests, exclusion_matching, independence, tenure
from registry.evaluators.coverage import Coverage, Holding
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period
from registry.validity import legal_day


@dataclass(frozen=True, slots=True)
class Standing:
    """The legal person on some days: active, in liquidation, merged, split, dissolved. successors: their keys."""

    period: Period
    kind: str
    successors: tuple[str, ...]
    ref: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entity:
    """founded_on: None where it is not known. recorded_at: None for a body that is not registered. standings: none
    while it is active. awaits: bodies whose rights it has not been granted, though it took them over."""

    code: str
    credit_code: str | None
    names: tuple[DatedName, ...]
    founded_on: date | None
    recorded_at: datetime | None
    standings: tuple[Standing, ...] = ()
    awaits: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeAnswer:
    """Of one tuple. holding: the item that covers it or comes nearest. version_began_on: on which the version came into
    force, None where the registry does not hold the standard. before: coverage of the version before."""

    coverage: Coverage
    holding: Holding | None
    version_began_on: date | None = None
    before: Coverage | None = None

    @property
    def nearest_misses(self) -> tuple[Any, ...]:
        return self.coverage.nearest_misses


@dataclass(frozen=True, slots=True)
class Appeal:
    ref: str
    decision_id: str
    filed_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One person in one post, by an opaque id."""

    ref: str
    person: str
    post: str
    period: Period
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Lapse:
    """Days on which an accreditation was not in force, and why."""

    ref: str
    number: str
    issuer: str
    is_hard: bool
    state: str
    period: Period
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What one list says of the evaluator and of those who control it."""

    code: str
    authority: str
    legal_basis: str
    max_age_days: int
    findings: tuple[exclusion_matching.Finding, ...]


@dataclass(frozen=True, slots=True)
class Succession:
    """Signs that the evaluator is a body that was barred. judged: what a person said, None while nobody did."""

    old: str
    ending: str
    signs: tuple[str, ...]
    ref: str
    judged: bool | None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Relations:
    """What was found of the parties of the engagement. None in a case that asks about no party."""

    independence: tuple[independence.Finding, ...]
    declared: tuple[declared_interests.Finding, ...]
    advice: tuple[tenure.Finding, ...]
    rotation: tuple[tenure.Finding, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """An engagement that is open on days of the window."""

    ref: str
    period: Period
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """signatory_is_qualified: None where it is not known who signed."""

    ref: str
    issued_on: date
    signatory_is_qualified: bool | None
    was_suspended: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Score:
    """Of a recorded comparison. low: lower bound of the score, 0 to 100."""

    ref: str
    score: Fraction | None
    low: Fraction | None
    visits: int
    grade: str
    method: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """events: facts by the id of an event. posts, works: None where nobody told."""

    question: Question
    known_at: datetime
    aged_at: datetime
    entity: Entity
    coverages: tuple[ScopeAnswer, ...]
    holdings: tuple[Holding, ...]
    events: Mapping[str, Mapping[str, Any]]
    appeals: tuple[Appeal, ...]
    posts: tuple[Post, ...] | None
    lapses: tuple[Lapse, ...]
    lists: tuple[ListAnswer, ...]
    owner_gaps: tuple[str, ...]
    successions: tuple[Succession, ...]
    relations: Relations | None
    works: tuple[Work, ...]
    reports: tuple[Report, ...]
    score: Score | None

    @property
    def aged_on(self) -> date:
        """The last day of the window, or the day from which ages count if that is earlier: so much can be late."""
        assert self.question.window.valid_to is not None
        last = date.fromordinal(self.question.window.valid_to.toordinal() - 1)
        return min(last, legal_day(self.aged_at))
