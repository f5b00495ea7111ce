"""Everything that a decision rests on, as it was known at one instant. Pure.

Each fact says which record it is from (ref) and, where it has one, the instant at which that was recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeVar

from registry.eligibility.covering import aged_on
from registry.eligibility.question import Question
from registry.evaluators import declared_interests, exclusion_matching, independence, tenure
from registry.evaluators.coverage import Coverage, Holding
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period

_Fact = TypeVar("_Fact")


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

    @property
    def in_order(self) -> "Relations":
        """By all that each of them says."""
        return Relations(
            tuple(sorted(self.independence, key=repr)),
            tuple(sorted(self.declared, key=repr)),
            tuple(sorted(self.advice, key=repr)),
            tuple(sorted(self.rotation, key=repr)),
        )


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
    """events: facts by the id of an event. posts, works: None where nobody told. reports: of the asked engagement, and
    those that were issued in the window. void_reports: under a right that was annulled since, whenever it was."""

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
    void_reports: tuple[Report, ...] = ()

    @property
    def in_order(self) -> "Case":
        """The same facts, each collection in an order of its own: an answer depends on what is known alone."""
        entity, relations = self.entity, self.relations
        return replace(
            self,
            entity=replace(
                entity,
                names=tuple(sorted(entity.names, key=lambda each: (each.valid_from or date.min, each.name))),
                standings=_sorted(entity.standings, "period.valid_from", "ref"),
                awaits=_sorted(entity.awaits, "period.valid_from", "ref"),
            ),
            holdings=_sorted(self.holdings, "item.id"),
            appeals=_sorted(self.appeals, "filed_on", "ref"),
            posts=None if self.posts is None else _sorted(self.posts, "post", "period.valid_from", "ref"),
            lapses=_sorted(self.lapses, "ref", "period.valid_from", "state"),
            lists=tuple(replace(each, findings=_listed(each.findings)) for each in _sorted(self.lists, "code")),
            owner_gaps=tuple(sorted(self.owner_gaps)),
            successions=tuple(
                replace(each, signs=tuple(sorted(each.signs))) for each in _sorted(self.successions, "old", "ref")
            ),
            relations=None if relations is None else relations.in_order,
            works=_sorted(self.works, "period.valid_from", "ref"),
            reports=_sorted(self.reports, "issued_on", "ref"),
            void_reports=_sorted(self.void_reports, "issued_on", "ref"),
        )

    @property
    def aged_on(self) -> date:
        return aged_on(self.question.window, self.aged_at)


def _sorted(values: Iterable[_Fact], *names: str) -> tuple[_Fact, ...]:
    return tuple(sorted(values, key=attrgetter(*names)))


def _listed(findings: Iterable[exclusion_matching.Finding]) -> tuple[exclusion_matching.Finding, ...]:
    """Of the source first, then of the body itself."""
    return tuple(
        sorted(
            findings,
            key=lambda each: (each.body != each.asked, each.body, "" if each.entry is None else each.entry.key),
        )
    )
