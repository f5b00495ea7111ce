"""Which pairs stand behind a number: a filter that an address can carry."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from registry.errors import Invalid, Violation
from registry.languages import mark
from registry.reliability.presentation import Document
from registry.reliability.wording import DIRECTIONS, OUTCOMES, USES

# outcome -> (reported_pass, checked_pass); None is either.
_OUTCOMES: dict[str, tuple[str | None, str]] = {
    "checked_fail": (None, "false"),
    "false_pass": ("true", "false"),
    "checked_pass": (None, "true"),
    "false_alarm": ("false", "true"),
}
_COLUMNS = {
    "evaluator": "evaluator_id",
    "criterion": "criterion_id",
    "checker": "checker_id",
    "use": "use",
    "direction": "direction",
}
CHOICES: dict[str, tuple[str, ...]] = {
    "use": tuple(USES),
    "discrepancy": ("1", "0"),
    "direction": tuple(name for name in DIRECTIONS if name),
    "outcome": tuple(OUTCOMES),
}
_MAX_PAGE_DIGITS = 7
KNOWN_VALUES = mark("Known values")
KNOWN_PARAMETERS = mark("Known parameters")


class UnknownQuery(Invalid):
    code = "unknown-query"
    title = mark("The address asks for something unknown")


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Empty texts do not filter. page counts from 1."""

    evaluator: str = ""
    criterion: str = ""
    checker: str = ""
    use: str = ""
    discrepancy: str = ""
    direction: str = ""
    outcome: str = ""
    page: int = 1

    def query(self, **changes: Any) -> dict[str, str]:
        """As parameters of an address, without those that do not filter."""
        values = asdict(replace(self, **changes))
        return {name: str(value) for name, value in values.items() if value and (name, value) != ("page", 1)}


def known_values(document: Document) -> dict[str, tuple[str, ...]]:
    """What each parameter may be, besides empty."""
    return {
        "evaluator": tuple(each["evaluator_id"] for each in document["evaluators"]),
        "criterion": tuple(each["criterion_id"] for each in document["criteria"]),
        "checker": tuple(each["checker_id"] for each in document["checkers"]),
        **CHOICES,
    }


def read_filter(parameters: Mapping[str, str], document: Document) -> PairFilter:
    """The filter of an address's parameters. Raises UnknownQuery with a violation for every unknown one."""
    known = known_values(document)
    violations = []
    for name, value in parameters.items():
        if name in known and value and value not in known[name]:
            violations.append(unknown_value(name, value, known[name]))
    text = parameters.get("page", "") or "1"
    page = int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_PAGE_DIGITS else 0
    if page < 1:
        violations.append(unknown_value("page", text, ("1", "2", "3")))
    if violations:
        raise UnknownQuery(mark("The pairs cannot be filtered so."), violations)
    return PairFilter(page=page, **{name: parameters.get(name, "") for name in known})


def unknown_value(name: str, value: str, known: tuple[str, ...]) -> Violation:
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return Violation(
        code="unknown-value",
        message=mark("This parameter has an unknown value."),
        column=name,
        value=value[:80],
        fix=f"{KNOWN_VALUES}: {shown}." if known else mark("This comparison has none."),
    )


def check_names(parameters: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raises UnknownQuery for a parameter that the address does not have, so that no typing error goes unseen."""
    unknown = [name for name in parameters if name not in known]
    if unknown:
        raise UnknownQuery(
            mark("The address has unknown parameters."),
            [
                Violation(
                    code="unknown-parameter",
                    message=mark("This parameter is not known."),
                    fix=f"{KNOWN_PARAMETERS}: {', '.join(known)}.",
                    column=name[:80],
                )
                for name in unknown
            ],
        )


def chosen(pairs: pd.DataFrame, wanted: PairFilter) -> pd.DataFrame:
    """The pairs that the filter lets through, in their order."""
    keep = pd.Series(data=True, index=pairs.index)
    for name, column in _COLUMNS.items():
        value = getattr(wanted, name)
        if value:
            keep &= pairs[column].eq(value)
    if wanted.discrepancy:
        keep &= pairs["discrepancy"].eq(int(wanted.discrepancy))
    if wanted.outcome:
        reported, checked = _OUTCOMES[wanted.outcome]
        keep &= pairs["checked_pass"].eq(checked)
        if reported is not None:
            keep &= pairs["reported_pass"].eq(reported)
    return pairs[keep]
