"""What an evaluator did for a subject before: advice it gave, and assessments of it in a row. Pure.

Burdens pass to a successor at once: advice and cycles of a body count for the body that took it over.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.evaluators.independence import Outcome
from registry.evaluators.periods import Period, months_later


class Code(StrEnum):
    """A word is never used again for something else."""

    ADVISORY_SEPARATION = "ADVISORY_SEPARATION"
    ADVICE_BY_AFFILIATE = "ADVICE_BY_AFFILIATE"
    ADVICE_NONE = "ADVICE_NONE"
    ADVICE_UNKNOWN = "ADVICE_UNKNOWN"
    ROTATION_LIMIT = "ROTATION_LIMIT"
    ROTATION_KEPT = "ROTATION_KEPT"
    ROTATION_UNKNOWN = "ROTATION_UNKNOWN"


class TenureOnMerger(StrEnum):
    """SUM: the cycles of all that merged count together. MAX: those of the one with most. RESET: from the merger on."""

    SUM = "sum"
    MAX = "max"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Succession:
    predecessor: str
    successor: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Advice:
    """ended_on: the first day without; None while it goes on."""

    adviser: str
    subject: str
    began_on: date
    ended_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """One assessment. number: of the cycle, so that cycles in a row are numbers in a row."""

    evaluator: str
    subject: str
    number: int
    began_on: date
    source: str


@dataclass(frozen=True, slots=True)
class History:
    """advice, cycles: None where not known, which is not the same as none. cycles: of one subject."""

    advice: tuple[Advice, ...] | None
    cycles: tuple[Cycle, ...] | None
    successions: tuple[Succession, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """facts: what it rests on, in order, advice first. until: when it is over. months: that must lie between.

    count: cycles in a row with the asked one, number. limit: of such cycles.
    """

    code: Code
    outcome: Outcome
    evaluator: str
    facts: tuple[Advice | Cycle | Succession, ...] = ()
    until: date | None = None
    months: int | None = None
    number: int | None = None
    count: int | None = None
    limit: int | None = None


def predecessors(evaluator: str, successions: Iterable[Succession], by: date) -> tuple[Succession, ...]:
    """Every take-over up to the day that made the evaluator, at any remove, the last first."""
    known = sorted((each for each in successions if each.on <= by), key=lambda each: each.on, reverse=True)
    bodies, found = {evaluator: by}, []
    for each in known:
        if each.successor in bodies and each.on <= bodies[each.successor] and each.predecessor not in bodies:
            bodies[each.predecessor] = each.on
            found.append(each)
    return tuple(found)


def advisory_separation(
    evaluator: str,
    scored: tuple[str, ...],
    history: History,
    window: Period,
    months: int,
    affiliates: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """affiliates: bodies under the same control, of whose advice a person judges."""
    if history.advice is None:
        return (Finding(Code.ADVICE_UNKNOWN, Outcome.UNKNOWN, evaluator, months=months),)
    related = set(affiliates)
    passed = {
        each.predecessor: each for each in predecessors(evaluator, history.successions, window.valid_to or date.max)
    }
    found = []
    for each in sorted(history.advice, key=lambda one: (one.began_on, one.adviser, one.subject)):
        until = None if each.ended_on is None else months_later(each.ended_on, months)
        began_after = window.valid_to is not None and each.began_on >= window.valid_to
        if each.subject not in scored or began_after or (until is not None and until <= window.valid_from):
            continue
        if each.adviser == evaluator or each.adviser in passed:
            facts = (each, passed[each.adviser]) if each.adviser in passed else (each,)
            found.append(Finding(Code.ADVISORY_SEPARATION, Outcome.FAIL, evaluator, facts, until, months))
        elif each.adviser in related:
            found.append(Finding(Code.ADVICE_BY_AFFILIATE, Outcome.REVIEW, evaluator, (each,), until, months))
    return tuple(found) or (Finding(Code.ADVICE_NONE, Outcome.PASS, evaluator, months=months),)


def rotation(
    evaluator: str,
    history: History,
    number: int,
    limit: int,
    on_merger: TenureOnMerger = TenureOnMerger.SUM,
    by: date = date.max,
) -> Finding:
    """Cycles in a row with the asked one, number, against the limit. by: the day up to which mergers count."""
    if history.cycles is None:
        return Finding(Code.ROTATION_UNKNOWN, Outcome.UNKNOWN, evaluator, number=number, limit=limit)
    earlier = [each for each in history.cycles if each.number < number]
    mergers = predecessors(evaluator, history.successions, by)
    counted = _counted(evaluator, earlier, mergers, on_merger, number)
    count = 1 + len(counted)
    facts: tuple[Cycle | Succession, ...] = (*sorted(counted, key=lambda each: (each.number, each.evaluator)), *mergers)
    is_kept = count <= limit
    code, outcome = (Code.ROTATION_KEPT, Outcome.PASS) if is_kept else (Code.ROTATION_LIMIT, Outcome.FAIL)
    return Finding(code, outcome, evaluator, facts, number=number, count=count, limit=limit)


def _counted(
    evaluator: str, earlier: list[Cycle], mergers: tuple[Succession, ...], rule: TenureOnMerger, number: int
) -> list[Cycle]:
    bodies = {evaluator, *(each.predecessor for each in mergers)}
    own = [each for each in earlier if each.evaluator == evaluator]
    if rule is TenureOnMerger.SUM or not mergers:
        return _in_a_row([each for each in earlier if each.evaluator in bodies], number)
    last = mergers[0].on
    if rule is TenureOnMerger.RESET:
        return _in_a_row([each for each in own if each.began_on >= last], number)
    after = [each for each in own if each.began_on >= mergers[-1].on]
    lines = [_in_a_row(own, number)]
    for body in bodies - {evaluator}:
        line = {(each.number): each for each in (*after, *(one for one in earlier if one.evaluator == body))}
        lines.append(_in_a_row([*line.values()], number))
    return max(lines, key=len)


def _in_a_row(cycles: list[Cycle], number: int) -> list[Cycle]:
    """The cycles before the number without a gap; of bodies that both assessed one cycle, both."""
    counts = Counter(each.number for each in cycles)
    first = number
    while counts[first - 1]:
        first -= 1
    return [each for each in cycles if each.number >= first]
