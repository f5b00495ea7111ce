"""A standard from its document: all references, declarations and rules checked, all violations at once. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from registry.canonical import digest
from registry.errors import Violation
from registry.rules.checking import Rule
from registry.rules.declarations import Declaration, Environment, Namespace
from registry.standards.criterion_reading import (
    Scope,
    level_rule,
    read_criterion,
)
from registry.standards.declaring import MAX_VIOLATIONS, declare, declare_finding, repeated
from registry.standards.document_errors import Code, StandardRejected
from registry.standards.mandate_reading import read_mandates, read_validity, unknown_sources
from registry.standards.parameter import Parameter
from registry.standards.parameter_reading import read_parameter
from registry.standards.rule_forms import read_given_rule
from registry.standards.standard import Axiom, Criterion, FactDefinition, Standard
from registry.standards.versions import precedence
from registry.standards.weights import weight_violations

T = TypeVar("T")
# Whoever has as many reads no more of them, and each may take a search for the nearest name.
# Lists whose members have an id.
LISTS = (
    "sources",
    "mandates",
    "fact_definitions",
    "action_definitions",
    "axioms",
    "parameters",
    "scales",
    "groups",
    "criteria",
)


def read_standard(document: Mapping[str, Any], file: str | None = None) -> Standard:
    """document: of the schema standard.v1. file: how violations name it.

    Raises StandardRejected with all violations; of more than a hundred, with the first hundred.
    """
    reader = _Reader(document)
    standard = reader.standard()
    found = reader.violations
    if found:
        more = "at least " if len(found) >= MAX_VIOLATIONS else ""
        times = f"{more}{min(len(found), MAX_VIOLATIONS)} times" if len(found) > 1 else "once"
        detail = f"{standard.reference} breaks the rules of standards {times}."
        raise StandardRejected(detail, (replace(each, file=file) for each in found[:MAX_VIOLATIONS]))
    return standard


class _Reader:
    """Goes once through the document and collects what is wrong."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.violations: list[Violation] = []

    def standard(self) -> Standard:
        """To be used only if there are no violations."""
        document = self.document
        self.violations += [*self.duplicates(), *version_violations(document), *self.sources()]
        validity = self.kept(read_validity(document, ""))
        mandates = self.kept(read_mandates(document.get("mandates", ()), document["levels"]))
        facts = self.facts()
        parameters, declarations = self.parameters({each.declaration.id: each.declaration for each in facts.values()})
        environment = Environment.of([*(each.declaration for each in facts.values()), *declarations, *self.others()])
        scope = Scope(environment, document["levels"], mandates, self.ids("groups"), self.ids("scales"))
        axioms = self.axioms(environment)
        criteria = self.criteria(scope, parameters)
        return Standard(
            id=document["id"],
            version=document["version"],
            sha256=digest(document),
            levels=tuple(document["levels"]),
            jurisdiction=document.get("jurisdiction"),
            validity=validity,
            environment=environment,
            facts=facts,
            parameters=parameters,
            mandates=mandates,
            axioms=axioms,
            criteria=criteria,
            decision=self.decision(scope),
            document=document,
        )

    def listed(self, key: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The members of a list, each with its pointer; none after too many violations."""
        for place, each in enumerate(self.document.get(key, ())):
            if len(self.violations) >= MAX_VIOLATIONS:
                return
            yield each, f"/{key}/{place}"

    def ids(self, key: str) -> tuple[str, ...]:
        return tuple(each["id"] for each in self.document.get(key, ()))

    def duplicates(self) -> Iterator[Violation]:
        for key in LISTS:
            for place in repeated(self.ids(key)):
                yield _duplicate(self.ids(key)[place], f"/{key}/{place}/id")
        levels = self.document["levels"]
        for place in repeated(levels):
            yield _duplicate(levels[place], f"/levels/{place}")
        for scale, pointer in self.listed("scales"):
            values = [each["value"] for each in scale["points"]]
            for place in repeated(values):
                yield _duplicate(values[place], f"{pointer}/points/{place}/value")

    def sources(self) -> Iterator[Violation]:
        members = [each for key in LISTS for each in self.listed(key)]
        decision = (self.document["decision"], "/decision")
        return islice(unknown_sources([*members, decision], self.document.get("sources", ())), MAX_VIOLATIONS)

    def facts(self) -> dict[str, FactDefinition]:
        return {
            each["id"]: FactDefinition(
                self.kept(declare(Namespace.FACTS, each["id"], each, pointer)),
                each.get("max_age_days"),
                each.get("region_fact"),
            )
            for each, pointer in self.listed("fact_definitions")
        }

    def others(self) -> list[Declaration]:
        """Actions and findings."""
        actions = [
            self.kept(declare(Namespace.ACTIONS, each["id"], each, pointer))
            for each, pointer in self.listed("action_definitions")
        ]
        findings = [
            self.kept(declare_finding(each["id"], each, f"{pointer}/finding"))
            for each, pointer in self.listed("criteria")
            if "finding" in each
        ]
        return [*actions, *findings]

    def kept(self, read: tuple[T, list[Violation]]) -> T:
        """What was read, its violations kept with the others."""
        self.violations += read[1]
        return read[0]

    def parameters(self, facts: Mapping[str, Declaration]) -> tuple[dict[str, Parameter], list[Declaration]]:
        """Declarations of all parameters, and the parameters that have no fault."""
        parameters, declarations = {}, []
        for each, pointer in self.listed("parameters"):
            declaration, parameter, faults = read_parameter(each, pointer, facts, self.document["levels"])
            declarations.append(declaration)
            self.violations += faults
            if parameter is not None:
                parameters[parameter.id] = parameter
        return parameters, declarations

    def axioms(self, environment: Environment) -> tuple[Axiom, ...]:
        axioms = []
        for each, pointer in self.listed("axioms"):
            rule = read_given_rule(each["rule"], environment, f"{pointer}/rule")
            if isinstance(rule, list):
                self.violations += rule
            else:
                axioms.append(Axiom(each["id"], rule, each))
        return tuple(axioms)

    def criteria(self, scope: Scope, parameters: Mapping[str, Parameter]) -> tuple[Criterion, ...]:
        criteria = []
        for each, pointer in self.listed("criteria"):
            criterion = read_criterion(each, pointer, scope)
            if isinstance(criterion, list):
                self.violations += criterion
            else:
                criteria.append(criterion)
        # A sum of some of the weights, or with a parameter that is not clear, says nothing.
        is_clear = len(criteria) == len(self.document["criteria"]) and set(parameters) == set(self.ids("parameters"))
        if is_clear:
            values = {each.id: each.defaults for each in parameters.values()}
            self.violations += weight_violations(self.document, criteria, parameters, values)
        return tuple(criteria)

    def decision(self, scope: Scope) -> Rule | None:
        decision = self.document["decision"]
        if "rule" not in decision:
            return None
        rule = level_rule(decision["rule"], decision["levels"], "/decision", scope)
        if isinstance(rule, list):
            self.violations += rule
            return None
        return rule


def _duplicate(given: str, pointer: str) -> Violation:
    message = "This stands in the list before."
    return Violation(Code.DUPLICATE_ID, message, "Give each its own, or leave one out.", pointer, value=given)


def version_violations(document: Mapping[str, Any]) -> list[Violation]:
    """A document supersedes lower versions only."""
    superseded = document.get("supersedes")
    if superseded is None or precedence(superseded) < precedence(document["version"]):
        return []
    message = f"Version {document['version']} cannot supersede one that is not lower."
    fix = "Raise the version, or name the one before it."
    return [Violation(Code.VERSION_ORDER, message, fix, "/supersedes", value=superseded)]
