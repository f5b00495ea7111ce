"""Which entries of the log can change an answer about whom, and what of an answer is compared. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.canonical import digest
from registry.eligibility.kept_answers import may_change_answers

# Decisions that deprive nobody of a right and correct none: they change answers about their evaluator alone, unless
# somebody took it over. Whatever else may change answers may change those about anybody.
_OF_ONE = frozenset(
    f"qualification.{each}" for each in ("grant", "suspend", "reinstate", "extend", "renew", "reduce")
)  # fmt: skip
_EVALUATOR = "evaluator:"
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Causes:
    """evaluators: codes; None: anybody's answer may be another one. told: the first causes, as the log names action
    and subject. count: of all."""

    evaluators: frozenset[str] | None
    told: tuple[str, ...]
    count: int

    @property
    def is_nothing(self) -> bool:
        return self.evaluators is not None and not self.evaluators


def causes_of(entries: Iterable[tuple[str, str]]) -> Causes:
    """entries: action and subject of each."""
    causes = dict.fromkeys(each for each in entries if may_change_answers(each[0]))
    told = tuple(f"{action} {subject}" for action, subject in causes)
    is_of_one = all(action in _OF_ONE and subject.startswith(_EVALUATOR) for action, subject in causes)
    codes = frozenset(subject.removeprefix(_EVALUATOR) for _, subject in causes) if is_of_one else None
    return Causes(codes, told[:_MOST_TOLD], len(told))


def outcomes_sha256(verdict: str, differences: Iterable[Mapping[str, Any]]) -> str:
    """Equal where an answer differs from the stored one in the same way."""
    return digest({"verdict": verdict, "differences": [dict(each) for each in differences]})
