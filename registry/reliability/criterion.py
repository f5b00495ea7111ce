"""One criterion: how a value is read on its scale, and whether it passes."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from registry.ids import clean_text

Scale = Literal["boolean", "nominal", "ordinal", "interval", "ratio", "count"]
Role = Literal["scored", "difficulty", "reported", "document"]

NOT_ASSESSED = frozenset({"", "not_assessed", "未评估"})
SEVERITY_WEIGHTS = {"minor": 1.0, "serious": 1.0, "critical": 3.0}
CATEGORICAL: tuple[Scale, ...] = ("boolean", "nominal", "ordinal")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt,
}  # fmt: skip
_BOOLEAN_WORDS = {
    "true": "true", "yes": "true", "1": "true", "是": "true",
    "false": "false", "no": "false", "0": "false", "否": "false",
}  # fmt: skip
_LARGEST_NUMBER = 1e15


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion. A reading is a category's place (worst first) or the number itself.

    favourable: readings that are good (categorical), or +1 / -1 for higher / lower (numbers and ordered categories).
    passing: readings that pass (categorical); pass_line: comparison and number; both None: no pass line.
    """

    id: str
    scale: Scale
    name: str | None = None
    categories: tuple[str, ...] = ()
    polarity: int = 1
    favourable: frozenset[int] | None = None
    passing: frozenset[int] | None = None
    pass_line: tuple[str, float] | None = None
    absolute: float = 0.0
    relative: float = 0.0
    levels: int = 0
    stability: str = "stable"
    lag_days: int | None = None
    severity: str = "serious"
    variable_type: int = 1
    evidence_basis: str = "on_site"
    veto: bool = False

    @property
    def is_categorical(self) -> bool:
        return self.scale in CATEGORICAL

    @property
    def has_pass_line(self) -> bool:
        return self.passing is not None or self.pass_line is not None

    @property
    def role(self) -> Role:
        if self.evidence_basis == "document":
            return "document"
        if self.variable_type == 3 or self.stability == "volatile":
            return "reported"
        return "difficulty" if self.variable_type == 2 else "scored"

    def read(self, text: str) -> float | None:
        """The reading of a clean text: NaN where not assessed, None where the text is no value of this criterion."""
        if text in NOT_ASSESSED:
            return math.nan
        if self.is_categorical:
            label = text
            if label not in self.categories and self.scale == "boolean":
                label = _BOOLEAN_WORDS.get(text.lower(), text)
            return float(self.categories.index(label)) if label in self.categories else None
        return plain_number(text, whole=self.scale == "count", signed=self.scale == "interval")

    def expected(self) -> str:
        """What a value may be, in words."""
        if self.is_categorical:
            words = " (also yes and no, 1 and 0, 是 and 否)" if set(self.categories) == {"true", "false"} else ""
            return "one of " + ", ".join(self.categories[:20]) + (" …" if len(self.categories) > 20 else "") + words
        kind = {"interval": "a finite number", "ratio": "a number of 0 or more", "count": "a whole number of 0 or more"}
        return kind[self.scale]

    def passes(self, reading: float) -> bool | None:
        """Whether a reading passes; None without a pass line or a reading."""
        if math.isnan(reading):
            return None
        if self.passing is not None:
            return int(reading) in self.passing
        if self.pass_line is not None:
            comparison, limit = self.pass_line
            return COMPARISONS[comparison](reading, limit)
        return None


def plain_number(text: str, *, whole: bool = False, signed: bool = False) -> float | None:
    """A plain decimal number, or None: no thousands separators, no infinities, no words."""
    if not text.isascii() or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or abs(number) > _LARGEST_NUMBER:
        return None
    if (number < 0 and not signed) or (whole and number != int(number)):
        return None
    return number


def value_text(value: object) -> str:
    """The text of a JSON value or a cell: true and false in lower case, whole floats without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_NUMBER:
        return str(int(value))
    return clean_text(str(value))
