"""What is wrong with a rule, each fault with its place in the text."""

from dataclasses import dataclass
from enum import StrEnum
from unicodedata import east_asian_width

from registry.errors import Invalid, Violation

EXCERPT_WIDTH = 60


class Code(StrEnum):
    """Codes of faults. A code is never used again for something else."""

    TOO_LONG = "RULE_TOO_LONG"
    TOO_DEEP = "RULE_TOO_DEEP"
    TOO_LARGE = "RULE_TOO_LARGE"
    CHARACTER = "RULE_CHARACTER"
    SYNTAX = "RULE_SYNTAX"
    NUMBER = "RULE_NUMBER"
    TEXT = "RULE_TEXT"
    DATE = "RULE_DATE"
    UNIT = "RULE_UNIT"
    NAMESPACE = "RULE_NAMESPACE"
    UNKNOWN_FACT = "RULE_UNKNOWN_FACT"
    UNKNOWN_ACTION = "RULE_UNKNOWN_ACTION"
    UNKNOWN_PARAM = "RULE_UNKNOWN_PARAM"
    UNKNOWN_FINDING = "RULE_UNKNOWN_FINDING"
    UNKNOWN_FUNCTION = "RULE_UNKNOWN_FUNCTION"
    ARGUMENTS = "RULE_ARGUMENTS"
    TYPE_ERROR = "RULE_TYPE_ERROR"
    NONLINEAR = "RULE_NONLINEAR"
    DIVISION_BY_ZERO = "RULE_DIVISION_BY_ZERO"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start to end (exclusive) of the rule's text."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. seen: the text or type that was found; fix says what to do."""

    code: Code
    message: str
    fix: str
    at: Span
    seen: str | None = None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both count from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def excerpt(text: str, at: Span) -> str:
    """The line of the fault and, below it, carets under the fault. Characters that do not print are shown as ?."""
    line, column = line_and_column(text, at.start)
    whole = text.split("\n")[line - 1]
    first = max(0, min(column - 1 - EXCERPT_WIDTH // 2, len(whole) - EXCERPT_WIDTH))
    shown = "".join(each if each.isprintable() else "?" for each in whole[first : first + EXCERPT_WIDTH])
    indent = column - 1 - first
    carets = max(1, min(at.end - at.start, len(shown) - indent))
    # A wide space below each wide character keeps the carets in their column.
    below = "".join("\u3000" if east_asian_width(each) in "WF" else " " for each in shown[:indent])
    return f"{shown}\n{below}{'^' * carets}"


class RuleRejected(Invalid):
    """A rule that cannot be used. faults are all that were found, in the order of the text."""

    code = "rule-rejected"
    title = "The rule is not a valid rule"

    def __init__(self, text: str, faults: tuple[Fault, ...], pointer: str | None = None) -> None:
        self.text = text
        self.faults = tuple(sorted(faults, key=lambda each: (each.at.start, each.at.end, each.code)))
        many = f"{len(faults)} faults" if len(faults) > 1 else "a fault"
        super().__init__(f"The rule has {many}.", (violation(text, each, pointer) for each in self.faults))


class FactsRejected(Invalid):
    """Values that do not fit what is declared of them."""

    code = "rule-facts-rejected"
    title = "Values for a rule do not fit their declarations"


def violation(text: str, fault: Fault, pointer: str | None = None) -> Violation:
    """The fault for a list of violations: its place stands in the message, with an excerpt of the text."""
    line, column = line_and_column(text, fault.at.start)
    message = f"Line {line}, column {column}: {fault.message}\n{excerpt(text, fault.at)}\n"
    return Violation(fault.code, message, fault.fix, pointer=pointer, value=fault.seen)
