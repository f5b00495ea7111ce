"""Which entries of the log can change an answer about whom, and what of an answer is compared. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.canonical import digest

# Decisions about one evaluator change answers about that one alone.
_OF_ONE = "qualification."
# Facts about owners, bars, people and works, which may stand behind an answer about anybody.
_OF_ANYBODY = (
    "appeal.decide", "appeal.file", "certificate.", "comparison.record", "engagement.", "entity.", "evaluator.apply",
    "evaluator.save", "evaluator.judge_", "exclusion.", "exclusion_list.", "region.", "register.", "standard.publish",
    "standard.withdraw", "surveillance.finish",
)  # fmt: skip
_EVALUATOR = "evaluator:"


@dataclass(frozen=True, slots=True)
class Causes:
    """evaluators: codes; None: anybody's answer may be another one. told: as the log names action and subject."""

    evaluators: frozenset[str] | None
    told: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        return self.evaluators is not None and not self.evaluators


def causes_of(entries: Iterable[tuple[str, str]]) -> Causes:
    """entries: action and subject of each."""
    codes, told, is_anybody = set[str](), list[str](), False
    for action, subject in entries:
        if action.startswith(_OF_ONE) and subject.startswith(_EVALUATOR):
            codes.add(subject.removeprefix(_EVALUATOR))
        elif action.startswith(_OF_ANYBODY):
            is_anybody = True
        else:
            continue
        told.append(f"{action} {subject}")
    return Causes(None if is_anybody else frozenset(codes), tuple(dict.fromkeys(told)))


def outcomes_sha256(verdict: str, differences: Iterable[Mapping[str, Any]]) -> str:
    """Equal where an answer differs from the stored one in the same way."""
    return digest({"verdict": verdict, "differences": [dict(each) for each in differences]})
