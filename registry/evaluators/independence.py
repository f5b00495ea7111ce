"""Whether an evaluator is independent of those whom an engagement concerns, each check with code and facts. Pure.

What is not known is unknown, never a pass. A common owner that is only the state is said and is no conflict.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from registry.evaluators.control import ANYONE, OwnershipOnDay
from registry.evaluators.ownership import Gap, GapKind, Ownership, Path
from registry.evaluators.periods import Period, months_later


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REVIEW = "review"
    UNKNOWN = "unknown"


class Code(StrEnum):
    """A word is never used again for something else."""

    NOT_RELATED = "NOT_RELATED"
    COI_IS_PARTY = "COI_IS_PARTY"
    COI_COMMON_CONTROL = "COI_COMMON_CONTROL"
    COI_INTEREST_BELOW_CONTROL = "COI_INTEREST_BELOW_CONTROL"
    COI_COOLING_OFF = "COI_COOLING_OFF"
    COI_STATE_ONLY = "COI_STATE_ONLY"
    COI_DATA_STALE = "COI_DATA_STALE"
    COI_DATA_MISSING = "COI_DATA_MISSING"
    COMMISSIONER_IS_SUBJECT = "COMMISSIONER_IS_SUBJECT"
    COMMISSIONER_UNDER_SUBJECT = "COMMISSIONER_UNDER_SUBJECT"
    COMMISSIONER_APART = "COMMISSIONER_APART"
    COMMISSIONER_UNKNOWN = "COMMISSIONER_UNKNOWN"
    PAYER_IS_SUBJECT = "PAYER_IS_SUBJECT"
    PAYER_UNDER_SUBJECT = "PAYER_UNDER_SUBJECT"
    PAYER_APART = "PAYER_APART"
    PAYER_UNKNOWN = "PAYER_UNKNOWN"
    BIDDERS_UNKNOWN = "BIDDERS_UNKNOWN"


_DOUBTS = frozenset({Code.COI_DATA_STALE, Code.COI_DATA_MISSING})


class Role(StrEnum):
    SUBJECT = "subject"
    # Whoever builds or runs what is assessed.
    IMPLEMENTER = "implementer"
    COMMISSIONER = "commissioner"
    PAYER = "payer"
    BIDDER = "other bidder"


@dataclass(frozen=True, slots=True)
class Limits:
    """None of the numbers is law. interest: share from which an interest below control is looked at, 0 to 1."""

    interest: Fraction = Fraction(1, 5)
    cooling_off_months: int = 24
    ownership_max_age_days: int = 365


@dataclass(frozen=True, slots=True)
class Engagement:
    """Whom the work concerns, by ids. scored: everybody whose targets are scored, the subject among them.

    commissioner, payer, other_bidders: None where not known. window: of the work, the report included.
    """

    evaluator: str
    scored: tuple[str, ...]
    commissioner: str | None
    payer: str | None
    other_bidders: tuple[str, ...] | None
    window: Period
    implementers: tuple[str, ...] = ()

    def parties(self) -> Iterator[tuple[Role, str]]:
        yield from ((Role.SUBJECT, each) for each in self.scored)
        yield from ((Role.IMPLEMENTER, each) for each in self.implementers)
        yield from ((Role.BIDDER, each) for each in self.other_bidders or ())
        for role, party in ((Role.COMMISSIONER, self.commissioner), (Role.PAYER, self.payer)):
            if party is not None:
                yield role, party


@dataclass(frozen=True, slots=True)
class Finding:
    """on: the day of which it is true. until: the first day on which it is over. paths, gaps: what it rests on.

    limit: share from which interests are looked at. ended_on: the first day without the control that there was.
    """

    code: Code
    outcome: Outcome
    evaluator: str
    limit: Fraction
    party: str | None = None
    role: Role | None = None
    on: date | None = None
    until: date | None = None
    paths: tuple[Path, ...] = ()
    gaps: tuple[Gap, ...] = ()
    through: tuple[str, ...] = ()
    ended_on: date | None = None


def independence(engagement: Engagement, ownership: Ownership, limits: Limits, known_on: date) -> tuple[Finding, ...]:
    """Every check, none left out. known_on: the day from which the age of facts counts."""
    oldest_seen = known_on - timedelta(days=limits.ownership_max_age_days)
    checks = _Checks(engagement, ownership, limits, oldest_seen)
    found = [finding for role, party in engagement.parties() for finding in checks.related(role, party)]
    if engagement.other_bidders is None:
        found.append(checks.finding(Code.BIDDERS_UNKNOWN, Outcome.UNKNOWN, None, None))
    return (*found, checks.stands_apart(Role.COMMISSIONER), checks.stands_apart(Role.PAYER))


@dataclass(frozen=True, slots=True)
class _Relation:
    code: Code
    through: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    gaps: tuple[Gap, ...] = ()


class _Checks:
    def __init__(self, engagement: Engagement, ownership: Ownership, limits: Limits, oldest_seen: date) -> None:
        self._engagement, self._ownership, self._limits = engagement, ownership, limits
        self._oldest_seen = oldest_seen

    def finding(self, code: Code, outcome: Outcome, role: Role | None, party: str | None, **facts: Any) -> Finding:
        return Finding(code, outcome, self._engagement.evaluator, self._limits.interest, party, role, **facts)

    def related(self, role: Role, party: str) -> Iterator[Finding]:
        """On every day of the window, and control on every day of the time after which it is forgotten."""
        evaluator, window, months = self._engagement.evaluator, self._engagement.window, self._limits.cooling_off_months
        if party == evaluator:
            yield self.finding(Code.COI_IS_PARTY, Outcome.FAIL, role, party)
            return
        relations = list(self._by_day(party, Period(months_later(window.valid_from, -months), window.valid_to)))
        seen: set[Code] = set()
        for day, until, relation in relations:
            if until is not None and until <= window.valid_from:
                continue
            if relation.code is not Code.NOT_RELATED and relation.code not in seen:
                seen.add(relation.code)
                yield self._of_relation(role, party, max(day, window.valid_from), relation)
        earlier = [
            each for each in relations if each[2].code is Code.COI_COMMON_CONTROL and each[0] < window.valid_from
        ]
        if earlier and Code.COI_COMMON_CONTROL not in seen:
            day, ended, relation = earlier[-1]
            assert ended is not None
            seen.add(Code.COI_COOLING_OFF)
            yield self.finding(
                Code.COI_COOLING_OFF, Outcome.FAIL, role, party, on=day, until=months_later(ended, months),
                ended_on=ended, through=relation.through, paths=relation.paths,
            )  # fmt: skip
        doubtful = [each for each in relations if each[2].code in _DOUBTS and each[2].code not in seen]
        if doubtful and not seen & {Code.COI_COMMON_CONTROL, Code.COI_COOLING_OFF}:
            day, _, relation = doubtful[-1]
            seen.add(relation.code)
            yield self._of_relation(role, party, day, relation)
        if not seen:
            yield self.finding(Code.NOT_RELATED, Outcome.PASS, role, party, on=window.valid_from)

    def _of_relation(self, role: Role, party: str, on: date, relation: _Relation) -> Finding:
        outcome = {
            Code.COI_COMMON_CONTROL: Outcome.FAIL,
            Code.COI_INTEREST_BELOW_CONTROL: Outcome.REVIEW,
            Code.COI_STATE_ONLY: Outcome.PASS,
        }.get(relation.code, Outcome.UNKNOWN)
        return self.finding(
            relation.code, outcome, role, party, on=on,
            through=relation.through, paths=relation.paths, gaps=relation.gaps,
        )  # fmt: skip

    def _by_day(self, party: str, period: Period) -> Iterator[tuple[date, date | None, _Relation]]:
        """Each stretch of days on which the facts are the same, with the relation on it."""
        day = period.valid_from
        while True:
            view = OwnershipOnDay(self._ownership, day, self._oldest_seen)
            relation = relation_of(view, self._engagement.evaluator, party, self._limits.interest)
            change = view.next_change()
            if change is None or (period.valid_to is not None and change >= period.valid_to):
                yield day, None, relation
                return
            yield day, change, relation
            day = change

    def stands_apart(self, role: Role) -> Finding:
        """Commissioner and payer are none of those who are scored, and none of these controls them."""
        is_payer = role is Role.PAYER
        party = self._engagement.payer if is_payer else self._engagement.commissioner
        unknown = Code.PAYER_UNKNOWN if is_payer else Code.COMMISSIONER_UNKNOWN
        if party is None:
            return self.finding(unknown, Outcome.UNKNOWN, role, None)
        if party in self._engagement.scored:
            code = Code.PAYER_IS_SUBJECT if is_payer else Code.COMMISSIONER_IS_SUBJECT
            return self.finding(code, Outcome.FAIL, role, party, through=(party,))
        doubt: Finding | None = None
        for day, until, _ in self._by_day(party, self._engagement.window):
            view = OwnershipOnDay(self._ownership, day, self._oldest_seen)
            above = tuple(each for each in self._engagement.scored if each in view.controllers(party))
            if above:
                code = Code.PAYER_UNDER_SUBJECT if is_payer else Code.COMMISSIONER_UNDER_SUBJECT
                paths = view.control_paths(above[0], party)
                return self.finding(code, Outcome.REVIEW, role, party, on=day, until=until, through=above, paths=paths)
            gaps = tuple(gap for gap in view.gaps(party) if gap.kind is not GapKind.MISSING)
            if gaps or view.possible_controllers(party) & set(self._engagement.scored):
                doubt = doubt or self.finding(unknown, Outcome.UNKNOWN, role, party, on=day, gaps=gaps)
        code = Code.PAYER_APART if is_payer else Code.COMMISSIONER_APART
        return doubt or self.finding(code, Outcome.PASS, role, party)


def relation_of(view: OwnershipOnDay, one: str, other: str, limit: Fraction) -> _Relation:
    """The strongest relation of two different bodies on the day of the view."""
    state = view.ownership.state_bodies - {one, other}
    above = [{body, *view.controllers(body)} for body in (one, other)]
    common = above[0] & above[1]
    if common - state:
        return _Relation(Code.COI_COMMON_CONTROL, *_through(view, common - state, one, other))
    interests = [view.interests_in(body, limit / 1000) for body in (one, other)]
    strong = [controllers | known.reaching(limit) for controllers, known in zip(above, interests, strict=True)]
    gaps = tuple(dict.fromkeys((*view.gaps(one), *view.gaps(other))))
    possible = [{body, *view.possible_controllers(body)} for body in (one, other)]
    may_control = any(ANYONE in each for each in possible) or bool((possible[0] & possible[1]) - state)
    if (strong[0] & strong[1]) - state and not may_control:
        return _Relation(Code.COI_INTEREST_BELOW_CONTROL, *_through(view, (strong[0] & strong[1]) - state, one, other))
    wide = [
        controllers | known.possibly_reaching(limit) for controllers, known in zip(possible, interests, strict=True)
    ]
    may_interest = any(known.may_be_anyones(limit) for known in interests) or bool((wide[0] & wide[1]) - state)
    if may_control or may_interest:
        is_stale = any(gap.kind is GapKind.STALE for gap in gaps)
        through = tuple(dict.fromkeys(gap.body for gap in gaps)) or (one, other)
        return _Relation(Code.COI_DATA_STALE if is_stale else Code.COI_DATA_MISSING, through, gaps=gaps)
    if common or strong[0] & strong[1]:
        return _Relation(Code.COI_STATE_ONLY, *_through(view, common or strong[0] & strong[1], one, other))
    return _Relation(Code.NOT_RELATED)


def _through(
    view: OwnershipOnDay, parties: Iterable[str], one: str, other: str
) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    names = tuple(sorted(parties))
    paths = (path for party in names for body in (one, other) for path in view.chains(party, body))
    return names, tuple(dict.fromkeys(paths))
