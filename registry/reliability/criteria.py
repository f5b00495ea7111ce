"""Criteria of a comparison: how a value is read, when two values differ, and what counts as a failure."""

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from registry.errors import Invalid, Violation
from registry.ids import clean_text

Scale = Literal["boolean", "nominal", "ordinal", "interval", "ratio", "count"]
Role = Literal["scored", "difficulty", "reported", "document"]

NOT_ASSESSED = frozenset({"", "not_assessed", "未评估"})
SEVERITY_WEIGHTS = {"minor": 1.0, "serious": 1.0, "critical": 3.0}
_CATEGORICAL = ("boolean", "nominal", "ordinal")
_BOOLEAN_WORDS = {
    "true": "true", "yes": "true", "1": "true", "是": "true",
    "false": "false", "no": "false", "0": "false", "否": "false",
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt,
}  # fmt: skip
_LARGEST_NUMBER = 1e15


class CriteriaRejected(Invalid):
    code = "criteria-rejected"
    title = "The criteria document cannot be used"


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
        return self.scale in _CATEGORICAL

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
        return _number(text, whole=self.scale == "count", signed=self.scale == "interval")

    def expected(self) -> str:
        """What a value may be, in words."""
        if self.is_categorical:
            return "one of " + ", ".join(self.categories[:20]) + (" …" if len(self.categories) > 20 else "")
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
            return _COMPARISONS[comparison](reading, limit)
        return None


def _number(text: str, *, whole: bool, signed: bool) -> float | None:
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


def read_criteria(document: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """Criteria of a document that its schema has accepted. Raises CriteriaRejected with every contradiction."""
    violations: list[Violation] = []
    criteria = [_criterion(item, f"/criteria/{i}", violations) for i, item in enumerate(document["criteria"])]
    counts = Counter(criterion.id for criterion in criteria)
    violations += [
        Violation("duplicate-criterion", "The id stands more than once.", "Give each criterion an id of its own.",
                  pointer=f"/criteria/{i}/id", value=criterion.id)
        for i, criterion in enumerate(criteria) if counts[criterion.id] > 1
    ]  # fmt: skip
    if violations:
        raise CriteriaRejected(f"The criteria document breaks {len(violations)} rule(s).", violations)
    return tuple(criteria)


def _criterion(item: Mapping[str, Any], pointer: str, violations: list[Violation]) -> Criterion:
    scale: Scale = item["scale"]
    categories = tuple(value_text(each) for each in item.get("categories", ()))
    if len(set(categories)) != len(categories):
        violations.append(Violation("duplicate-category", "A category stands twice.", pointer=f"{pointer}/categories"))
    polarity, favourable = _favourable(item, categories, pointer, violations)
    if scale == "boolean" and not categories:
        categories = ("false", "true") if polarity > 0 else ("true", "false")
        favourable = frozenset({1})
    passing, pass_line = _pass(item, scale, categories, favourable, pointer, violations)
    tolerance = item.get("tolerance", {})
    return Criterion(
        id=clean_text(item["id"]),
        scale=scale,
        name=item.get("name") or item.get("name_zh") or item.get("name_en"),
        categories=categories,
        polarity=polarity,
        favourable=favourable,
        passing=passing,
        pass_line=pass_line,
        absolute=float(tolerance.get("absolute", 0.0)),
        relative=float(tolerance.get("relative", 0.0)),
        levels=int(tolerance.get("levels", 0)),
        stability=item.get("stability", "stable"),
        lag_days=item.get("lag_days"),
        severity=item.get("severity", "serious"),
        variable_type=int(item.get("variable_type", 1)),
        evidence_basis=item.get("evidence_basis", "on_site"),
        veto=bool(item.get("veto", False)),
    )


def _favourable(
    item: Mapping[str, Any], categories: Sequence[str], pointer: str, violations: list[Violation]
) -> tuple[int, frozenset[int] | None]:
    """Polarity of numbers, and the good places among categories (None where only their order says it)."""
    scale, given = item["scale"], item.get("favourable", "higher")
    if isinstance(given, list):
        words = [value_text(each) for each in given]
        if scale == "boolean" and not categories:
            if words not in (["true"], ["false"]):
                violations.append(_unknown_category(f"{pointer}/favourable", words, ("true", "false")))
            return (1 if words == ["true"] else -1), None
        unknown = [word for word in words if word not in categories]
        if unknown:
            violations.append(_unknown_category(f"{pointer}/favourable", unknown, categories))
        places = frozenset(categories.index(word) for word in words if word in categories)
        if scale != "nominal" and places and places != frozenset(range(min(places), len(categories))):
            violations.append(
                Violation("favourable-order", "The favourable categories are not the last of `categories`.",
                          "List the categories worst first.", pointer=f"{pointer}/favourable")
            )  # fmt: skip
        return 1, places
    if given == "lower" and categories:
        violations.append(
            Violation("favourable-order", "`categories` are listed worst first, so `favourable` cannot be lower.",
                      "Reverse `categories` or leave `favourable` out.", pointer=f"{pointer}/favourable")
        )  # fmt: skip
    return (-1 if given == "lower" else 1), (frozenset({1}) if scale == "boolean" and categories else None)


def _pass(
    item: Mapping[str, Any],
    scale: Scale,
    categories: Sequence[str],
    favourable: frozenset[int] | None,
    pointer: str,
    violations: list[Violation],
) -> tuple[frozenset[int] | None, tuple[str, float] | None]:
    if "pass" not in item:
        return (favourable if scale in ("boolean", "nominal") else None), None
    op, given = item["pass"]["op"], item["pass"]["value"]
    if scale not in _CATEGORICAL:
        if op == "in" or isinstance(given, bool | list) or (number := _limit(given)) is None:
            violations.append(
                Violation("pass-line", f"A {scale} needs a comparison with one number.",
                          'For example {"op": ">=", "value": 0.9}.', pointer=f"{pointer}/pass", value=str(given)[:80])
            )  # fmt: skip
            return None, None
        return None, (op, number)
    words = [value_text(each) for each in (given if isinstance(given, list) else [given])]
    unknown = [word for word in words if word not in categories]
    if unknown:
        violations.append(_unknown_category(f"{pointer}/pass/value", unknown, categories))
        return None, None
    if (op == "in") != isinstance(given, list) or (op not in ("==", "!=", "in") and scale == "nominal"):
        violations.append(
            Violation("pass-line", f"{op!r} does not suit a {scale} criterion and this value.",
                      "Use == or != with one category, `in` with a list, or an order with an ordinal category.",
                      pointer=f"{pointer}/pass/op", value=op)
        )  # fmt: skip
        return None, None
    places = [categories.index(word) for word in words]
    compare = _COMPARISONS.get(op)
    return frozenset(
        place for place in range(len(categories)) if (compare(place, places[0]) if compare else place in places)
    ), None


def _limit(given: object) -> float | None:
    return _number(value_text(given), whole=False, signed=True)


def _unknown_category(pointer: str, seen: Sequence[str], categories: Sequence[str]) -> Violation:
    return Violation(
        code="unknown-category",
        message=f"This names a value that is not among the categories {', '.join(categories)}.",
        fix="Use one of them, or add it to `categories`.",
        pointer=pointer,
        value=", ".join(seen)[:80],
    )
