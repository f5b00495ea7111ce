"""Typed cells of workbooks and Parquet files as the texts that a CSV file would have."""

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any

# A spreadsheet keeps 15 significant digits and writes zeros for the rest.
_SIGNIFICANT = 15
_WHOLE = 10.0**_SIGNIFICANT


def cell_text(value: object) -> str:
    """The text of a cell: true and false, ISO dates and times, numbers as number_text; nothing for None."""
    return _TEXTS.get(type(value), str)(value)


def number_text(value: float) -> str:
    """A number without a point where it is whole, else in the 15 digits that a spreadsheet keeps.

    From 10**15 on digits may be lost, so the text shows that it was a number (1.1010119900307e+17): no code passes for
    whole (registry.ids.has_lost_digits).
    """
    if not math.isfinite(value) or abs(value) >= _WHOLE:
        return repr(value)
    if value.is_integer():
        return str(int(value))
    text = f"{value:.{_SIGNIFICANT}g}"
    return f"{Decimal(text):f}" if "e" in text else text


def _duration_text(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, seconds = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}"


def _instant_text(value: datetime) -> str:
    """A day where nothing but a day is said."""
    has_time = value.tzinfo is not None or value.time() != time.min
    return value.isoformat() if has_time else value.date().isoformat()


_TEXTS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    float: number_text,
    NoneType: lambda _: "",
    datetime: _instant_text,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration_text,
    Decimal: lambda value: f"{value:f}",
}
