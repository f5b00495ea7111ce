"""Days where the register is kept, months, and times made of whole days."""

from datetime import date, datetime

import pytest
from evaluator_samples import day

from registry.evaluators.periods import Period, joined, months_later
from registry.validity import legal_day


def test_an_instant_without_a_zone_has_no_legal_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        legal_day(datetime(2026, 6, 30, 16, 30))  # noqa: DTZ001 - that is the fault


@pytest.mark.parametrize(
    ("first", "months", "expected"),
    [("2024-02-29", 12, "2025-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2024-12-31", 2, "2025-02-28")],
)
def test_months_end_on_their_last_day(first: str, months: int, expected: str) -> None:
    assert months_later(day(first), months) == day(expected)


def test_months_end_with_the_calendar() -> None:
    assert months_later(date(9999, 6, 1), 12) == date.max


def test_periods_that_touch_are_one() -> None:
    periods = [Period(day("2026-02-01"), day("2026-03-01")), Period(day("2026-01-01"), day("2026-02-01"))]

    assert joined([*periods, Period(day("2026-04-01"))]) == (
        Period(day("2026-01-01"), day("2026-03-01")),
        Period(day("2026-04-01")),
    )
    with pytest.raises(ValueError, match="No day"):
        Period(day("2026-01-01"), day("2026-01-01"))
