"""Logs of qualification events as no guard would admit them, for tests of what holds for every log."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from registry.evaluators.qualification import Cause, CauseKind, Event, EventType

ITEMS = ("a", "b", "c")
FIRST = date(2024, 1, 1)
# Few days and instants, so that events meet on them; the reviews and the ends of validity lie among them too.
DAYS = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=20 * number))
INSTANTS = st.integers(0, 40).map(lambda number: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=20 * number))
KEYS = ("x", "y", "z")


@st.composite
def causes(draw: st.DrawFn) -> Cause:
    return Cause(draw(st.sampled_from(KEYS)), CauseKind.IMPOSED, "R", "n", draw(st.none() | DAYS))


@st.composite
def event(draw: st.DrawFn, number: int, items: tuple[str, ...] = ITEMS) -> Event:
    kind = draw(st.sampled_from([*EventType, EventType.GRANT, EventType.SUSPEND, EventType.CORRECT]))
    known_at = draw(INSTANTS)
    effective = draw(DAYS)
    return Event(
        id=f"e{number}",
        seq=number,
        item_id=draw(st.sampled_from(items)),
        type=kind,
        decision_id=f"d{number}",
        decided_on=effective,
        effective_from=effective,
        published_at=None,
        recorded_at=known_at,
        valid_from=draw(st.none() | DAYS),
        valid_to=draw(st.none() | DAYS),
        causes=tuple(draw(st.lists(causes(), max_size=2))),
        closes=tuple(draw(st.lists(st.sampled_from(KEYS), max_size=2))),
        under_investigation=draw(st.booleans()),
        supersedes=f"e{draw(st.integers(0, 12))}" if kind is EventType.CORRECT else None,
        becomes=draw(st.none() | st.sampled_from(EventType)) if kind is EventType.CORRECT else None,
    )


@st.composite
def logs(draw: st.DrawFn) -> tuple[Event, ...]:
    """Any events on three items, most of which were granted; also such as no guard admits."""
    number = draw(st.integers(0, 9))
    grants = [
        replace(draw(event(100 + i, (item,))), type=EventType.GRANT, supersedes=None, becomes=None)
        for i, item in enumerate(ITEMS)
        if draw(st.booleans())
    ]
    return (*grants, *(draw(event(i)) for i in range(number)))
