"""A standard as it is used: read from its document, all rules checked, everything found by its id. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

from registry.canonical import canonical_json
from registry.rules.checking import Rule
from registry.rules.declarations import Declaration, Environment
from registry.rules.printing import json_form
from registry.standards.parameter import Parameter
from registry.validity import Validity


class Obligation(StrEnum):
    MANDATORY = "mandatory"
    SCORED = "scored"
    INFORMATIVE = "informative"


class MeasureKind(StrEnum):
    """condition: met or not. points: the rule gives points. level: the rule gives a level. judgement: an assessor's."""

    CONDITION = "condition"
    POINTS = "points"
    LEVEL = "level"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """region_fact: the key under which the register of regions keeps it."""

    declaration: Declaration
    max_age_days: int | None
    region_fact: str | None


@dataclass(frozen=True, slots=True)
class Mandate:
    id: str
    validity: Validity | None
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Criterion:
    """weight: points, the id of the parameter that says how many, or None. document: as it is written."""

    id: str
    obligation: Obligation
    weight: Fraction | str | None
    applies_when: Rule | None
    kind: MeasureKind
    measure: Rule | None
    is_veto: bool
    is_normalised: bool
    waivable_by: frozenset[str]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Axiom:
    id: str
    rule: Rule
    document: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Standard:
    """sha256: of the canonical form of document. environment: everything that rules may name."""

    id: str
    version: str
    sha256: str
    levels: tuple[str, ...]
    jurisdiction: str | None
    validity: Validity
    environment: Environment
    facts: Mapping[str, FactDefinition]
    parameters: Mapping[str, Parameter]
    mandates: Mapping[str, Mandate]
    axioms: tuple[Axiom, ...]
    criteria: tuple[Criterion, ...]
    decision: Rule | None
    document: Mapping[str, Any]

    @property
    def reference(self) -> str:
        return f"{self.id}@{self.version}"

    @cached_property
    def written_criteria(self) -> tuple["WrittenCriterion", ...]:
        """As resolved standards write them where nothing is waived and no parameter weighs them."""
        return tuple(WrittenCriterion.of(each) for each in self.criteria)


@dataclass(frozen=True, slots=True)
class WrittenCriterion:
    """With its rules as text, tree and digest. canonical: its bytes, so that they are made once for all places."""

    document: Mapping[str, Any]
    canonical: bytes

    @classmethod
    def of(cls, criterion: Criterion) -> "WrittenCriterion":
        document = dict(criterion.document)
        if criterion.applies_when is not None:
            document["applies_when"] = written_rule(criterion.applies_when)
        if criterion.measure is not None:
            document["measure"] = {**document["measure"], "rule": written_rule(criterion.measure)}
        return cls(document, canonical_json(document))


def written_rule(rule: Rule) -> dict[str, Any]:
    """As resolved standards keep it: the text, and the tree that was made of it."""
    return {"text": rule.canonical, "tree": json_form(rule.tree), "sha256": rule.digest}
