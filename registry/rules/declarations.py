"""What a rule may speak of: parameters, facts, actions and findings, each with a type, a unit and its words."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from registry.rules.units import ONE, Unit

# The value of a fact: a whole number is an int, a decimal a Fraction, a level its name.
Value: TypeAlias = bool | int | Fraction | str | date


class Namespace(StrEnum):
    """params: what editors set; facts: what is given; actions: what the assessed can do; findings: what was found."""

    PARAMS = "params"
    FACTS = "facts"
    ACTIONS = "actions"
    FINDINGS = "findings"


class Kind(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Type:
    """unit: of a number; None is a bare number that takes the unit of what it meets.

    choices: the levels from the lowest to the highest, or the texts that are allowed (empty: any).
    """

    kind: Kind
    unit: Unit | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind in {Kind.INTEGER, Kind.DECIMAL}

    def __str__(self) -> str:
        if self.is_number and self.unit is not None:
            return f"{self.kind} in {self.unit}"
        return f"{self.kind} of {', '.join(self.choices)}" if self.choices else str(self.kind)


BOOLEAN = Type(Kind.BOOLEAN)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)


def integer(unit: Unit = ONE) -> Type:
    return Type(Kind.INTEGER, unit)


def decimal(unit: Unit = ONE) -> Type:
    return Type(Kind.DECIMAL, unit)


def level(*choices: str) -> Type:
    """choices from the lowest to the highest."""
    return Type(Kind.LEVEL, choices=choices)


@dataclass(frozen=True, slots=True)
class Declaration:
    """minimum and maximum are included, and mean numbers and days. Words that are missing are the identifier."""

    namespace: Namespace
    id: str
    type: Type
    name_en: str = ""
    name_zh: str = ""
    minimum: Fraction | int | date | None = None
    maximum: Fraction | int | date | None = None

    @property
    def key(self) -> str:
        return f"{self.namespace}.{self.id}"


@dataclass(frozen=True, slots=True)
class Environment:
    """All declarations by key, such as facts.rate; of two with one key the last counts."""

    declarations: Mapping[str, Declaration] = field(default_factory=dict)

    @classmethod
    def of(cls, declarations: Iterable[Declaration]) -> "Environment":
        return cls({each.key: each for each in declarations})

    def find(self, key: str) -> Declaration | None:
        return self.declarations.get(key)

    def nearest(self, key: str) -> Declaration | None:
        """The declaration that is spelled most like this key: of the same kind, or the same word of another kind."""
        namespace, _, identifier = key.partition(".")
        same_kind = {each.id: each for each in self.declarations.values() if each.namespace == namespace}
        for spelled in difflib.get_close_matches(identifier, same_kind, n=1, cutoff=0.7):
            return same_kind[spelled]
        return next((each for each in self.declarations.values() if each.id == identifier), None)
