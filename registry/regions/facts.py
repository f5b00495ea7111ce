"""Classifying facts of regions (terrain, region class): what was known when about which day. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from registry.errors import Violation
from registry.ids import hidden_character
from registry.regions.answers import Region, Resolution

COLUMNS = ("region", "key", "value", "valid_from", "valid_to", "source")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What holds for everything inside a region. The terrain of a county is not that of each of its villages.
INHERITED = frozenset({"region_class"})
MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """value None: from valid_from on nothing is said any more. coded_on: the day as of which the code is meant.

    Facts are only ever added; of two about the same day the one that was recorded later counts.
    """

    system: str
    code: str
    coded_on: date
    key: str
    value: str | None
    valid_from: date
    valid_to: date | None
    source: str
    recorded_at: datetime
    number: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class FactAnswer:
    """fact None is "not known". holder: the region that it is recorded of, the asked one or one above it."""

    asked: Resolution
    fact: Fact | None = None
    holder: Region | None = None

    @property
    def value(self) -> str | None:
        return None if self.fact is None else self.fact.value


def fact_on(facts: Iterable[Fact], valid_at: date, known_at: datetime) -> Fact | None:
    """Of facts of one region and key, the one that holds: the last recorded of those that speak of the day."""
    fitting = [
        each
        for each in facts
        if each.recorded_at <= known_at
        and each.valid_from <= valid_at
        and (each.valid_to is None or valid_at < each.valid_to)
    ]
    newest = max(fitting, key=lambda each: (each.recorded_at, each.number), default=None)
    return None if newest is None or newest.value is None else newest


def text_fault(column: str, text: str) -> Violation | None:
    """For keys, values and sources."""
    if column == "key" and not KEY.fullmatch(text):
        return Violation("bad-key", "A key has small letters, digits and underscores.", "Write it as region_class.")
    if column == "source" and not text:
        return Violation("missing-source", "Every fact has a source.", "Say where it was taken from.")
    if len(text) > MOST_CHARACTERS:
        sentence = f"The text has {len(text)} characters, the limit is {MOST_CHARACTERS}."
        return Violation("long-text", sentence, "Shorten it.")
    if (found := hidden_character(text)) is not None:
        return Violation("hidden-character", f"The text has an invisible character, {found}.", "Retype it.")
    return None
