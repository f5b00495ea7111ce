"""Criteria of a comparison: read from a document, every contradiction said at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from registry.errors import Invalid, Violation
from registry.ids import clean_text, hidden_character
from registry.reliability.cell_rules import Problem, identifier_problem
from registry.reliability.criterion import (
    CATEGORICAL,
    COMPARISONS,
    NOT_ASSESSED,
    SEVERITY_WEIGHTS,
    Criterion,
    Scale,
    plain_number,
    value_text,
)

__all__ = ["SEVERITY_WEIGHTS", "CriteriaRejected", "Criterion", "plain_number", "read_criteria", "value_text"]

_TOLERANCE_SCALES: dict[str, tuple[Scale, ...]] = {
    "absolute": ("interval", "ratio", "count"),
    "relative": ("ratio", "count"),
    "levels": ("ordinal",),
}
# Where `favourable` is left out, the pass line of these scales says all that there is to say about good and bad.
_PASS_GIVES_DIRECTION: tuple[Scale, ...] = ("boolean", "nominal")
_PASS_FALSE = (("==", False), ("!=", True), ("in", [False]))


class CriteriaRejected(Invalid):
    code = "criteria-rejected"
    title = "The criteria document cannot be used"


def read_criteria(document: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """Criteria of a document that its schema has accepted. Raises CriteriaRejected with every contradiction."""
    violations: list[Violation] = []
    criteria = [_criterion(item, f"/criteria/{i}", violations) for i, item in enumerate(document["criteria"])]
    violations += _id_violations(criteria)
    violations += _shown_text_violations(document)
    if violations:
        raise CriteriaRejected(f"The criteria document breaks {len(violations)} rule(s).", violations)
    return tuple(criteria)


def _shown_text_violations(document: Mapping[str, Any]) -> list[Violation]:
    """Texts that tables and pages show as they are, where a hidden character would turn them round or colour them."""
    texts = {
        "/title": document.get("title"),
        **{f"/notes/{i}": each for i, each in enumerate(document.get("notes", ()))},
    }
    for i, item in enumerate(document["criteria"]):
        texts |= {f"/criteria/{i}/{name}": item.get(name) for name in ("name", "name_en", "name_zh")}
    return [
        Violation(
            "hidden-character", f"The text holds the invisible character {hidden}.", "Type it anew.", pointer=where
        )
        for where, text in texts.items()
        if text and (hidden := hidden_character(text.replace("\n", "")))
    ]


def _id_violations(criteria: Sequence[Criterion]) -> list[Violation]:
    found: list[Violation] = []
    counts = Counter(criterion.id for criterion in criteria)
    for i, criterion in enumerate(criteria):
        problem = identifier_problem(criterion.id)
        if problem is None and counts[criterion.id] > 1:
            message = "The id stands more than once."
            problem = Problem("duplicate-criterion", message, "Give each criterion an id of its own.")
        if problem is not None:
            where = f"/criteria/{i}/id"
            found.append(Violation(problem.code, problem.message, problem.fix, pointer=where, value=criterion.id[:80]))
    return found


def _criterion(item: Mapping[str, Any], pointer: str, violations: list[Violation]) -> Criterion:
    scale: Scale = item["scale"]
    categories = tuple(value_text(each) for each in item.get("categories", ()))
    violations += _category_violations(categories, f"{pointer}/categories")
    polarity, favourable = _favourable(item, categories, pointer, violations)
    if scale == "boolean" and not categories:
        categories = ("false", "true") if polarity > 0 else ("true", "false")
        favourable = frozenset({1})
    passing, pass_line = _pass(item, scale, categories, favourable, pointer, violations)
    tolerance = item.get("tolerance", {})
    criterion = Criterion(
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
    violations += _contradictions(criterion, pointer, is_direction_given="favourable" in item)
    return criterion


def _category_violations(categories: Sequence[str], pointer: str) -> list[Violation]:
    found = [
        Violation("duplicate-category", "A category stands twice.", "Name each once.", pointer=pointer, value=each)
        for each, count in Counter(categories).items() if count > 1
    ]  # fmt: skip
    for each in categories:
        if each in NOT_ASSESSED:
            found.append(
                Violation("category-not-assessed", "A finding with this text counts as not assessed.",
                          "Leave the category out, or name it otherwise.", pointer=pointer, value=each)
            )  # fmt: skip
        elif hidden_character(each):
            found.append(
                Violation("hidden-character", "The category holds an invisible character.", "Type it anew.",
                          pointer=pointer, value=each)
            )  # fmt: skip
    return found


def _contradictions(criterion: Criterion, pointer: str, *, is_direction_given: bool) -> list[Violation]:
    """What parts of a criterion say against each other, though each alone is in order."""
    found: list[Violation] = []
    for name in ("absolute", "relative", "levels"):
        if getattr(criterion, name) and criterion.scale not in _TOLERANCE_SCALES[name]:
            found.append(
                Violation("tolerance", f"A {criterion.scale} criterion has no {name} tolerance.",
                          f"`{name}` is for {', '.join(_TOLERANCE_SCALES[name])}.",
                          pointer=f"{pointer}/tolerance/{name}", value=f"{getattr(criterion, name):g}")
            )  # fmt: skip
    if criterion.veto and not criterion.has_pass_line:
        found.append(
            Violation("veto-without-pass", "A veto is a failure, and without a pass line nothing fails.",
                      "Add `pass`, or leave `veto` out.", pointer=f"{pointer}/veto", value="true")
        )  # fmt: skip
    if criterion.passing is not None and not criterion.passing:
        found.append(Violation("pass-line", "No category passes.", "Change `pass`.", pointer=f"{pointer}/pass"))
    elif (is_direction_given or criterion.scale not in _PASS_GIVES_DIRECTION) and not _passes_what_is_good(criterion):
        found.append(
            Violation("pass-direction", "`pass` lets bad values pass and fails the best ones.",
                      "Change `pass`, or `favourable` (default higher), or the order of `categories` (worst first).",
                      pointer=f"{pointer}/pass")
        )  # fmt: skip
    return found


def _passes_what_is_good(criterion: Criterion) -> bool:
    """False where the pass line points away from what is favourable; True where there is none."""
    if criterion.pass_line is not None:
        wanted = {">=": 1, ">": 1, "<=": -1, "<": -1}.get(criterion.pass_line[0], criterion.polarity)
        return wanted == criterion.polarity
    if criterion.passing is None:
        return True
    best = criterion.favourable if criterion.favourable is not None else {len(criterion.categories) - 1}
    return bool(criterion.passing & best)


def _direction_of_pass(item: Mapping[str, Any], categories: Sequence[str]) -> str:
    """Where `favourable` is left out: a pass line of low numbers, or of false, says that lower is better."""
    line = item.get("pass", {})
    if item["scale"] == "boolean" and not categories:
        return "lower" if (line.get("op"), line.get("value")) in _PASS_FALSE else "higher"
    return "lower" if item["scale"] not in CATEGORICAL and line.get("op") in ("<", "<=") else "higher"


def _favourable(
    item: Mapping[str, Any], categories: Sequence[str], pointer: str, violations: list[Violation]
) -> tuple[int, frozenset[int] | None]:
    """Polarity of numbers, and the good places among categories (None where only their order says it)."""
    scale, given = item["scale"], item.get("favourable", _direction_of_pass(item, categories))
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
    if scale not in CATEGORICAL:
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
    compare = COMPARISONS.get(op)
    return frozenset(
        place for place in range(len(categories)) if (compare(place, places[0]) if compare else place in places)
    ), None


def _limit(given: object) -> float | None:
    return plain_number(value_text(given), whole=False, signed=True)


def _unknown_category(pointer: str, seen: Sequence[str], categories: Sequence[str]) -> Violation:
    return Violation(
        code="unknown-category",
        message=f"This names a value that is not among the categories {', '.join(categories)}.",
        fix="Use one of them, or add it to `categories`.",
        pointer=pointer,
        value=", ".join(seen)[:80],
    )
