"""Criteria of a standard from their document, and whether their weights add up. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from registry.errors import Violation
from registry.rules.checking import Rule
from registry.rules.declarations import BOOLEAN, Declaration, Environment, Namespace, level
from registry.rules.rule_errors import Code as RuleCode
from registry.rules.rule_errors import Fault, Span, violation
from registry.standards.declaring import invalid, unfit_choices, unknown_reference, unknown_references
from registry.standards.rule_forms import Given, read_given_rule
from registry.standards.standard import Criterion, MeasureKind, Obligation


@dataclass(frozen=True, slots=True)
class Scope:
    """What a criterion may name."""

    environment: Environment
    levels: Collection[str]
    mandates: Collection[str]
    groups: Collection[str]
    scales: Collection[str]

    def parameters(self) -> dict[str, Declaration]:
        found = self.environment.declarations.values()
        return {each.id: each for each in found if each.namespace is Namespace.PARAMS}


def read_criterion(document: Mapping[str, Any], pointer: str, scope: Scope) -> Criterion | list[Violation]:
    kind, obligation = MeasureKind(document["measure"]["kind"]), Obligation(document["obligation"])
    violations = _references(document, pointer, scope)
    weight = document.get("weight")
    if weight is not None:
        violations += _unfit_weight(weight, obligation, f"{pointer}/weight", scope)
        weight = Fraction(weight) if isinstance(weight, str) else str(weight["parameter"])
    is_veto = document.get("veto", False)
    if is_veto and obligation is not Obligation.MANDATORY:
        fix = 'Make the criterion mandatory, or write "veto": false.'
        message = "Only the failure of a mandatory criterion decides the whole."
        violations.append(invalid(message, fix, f"{pointer}/veto", is_veto))
    applies_when = None
    if "applies_when" in document:
        applies_when = read_given_rule(document["applies_when"], scope.environment, f"{pointer}/applies_when")
    measure = _measure(document["measure"], kind, f"{pointer}/measure", scope)
    for each in (applies_when, measure):
        violations += each if isinstance(each, list) else []
    if violations or isinstance(applies_when, list) or isinstance(measure, list):
        return violations
    return Criterion(
        id=document["id"],
        obligation=obligation,
        weight=weight,
        applies_when=applies_when,
        kind=kind,
        measure=measure,
        is_veto=is_veto,
        is_normalised=document.get("normalised", False),
        waivable_by=frozenset(document.get("waivable_by", ())),
        document=document,
    )


def level_rule(given: Given, levels: Sequence[str], pointer: str, scope: Scope) -> Rule | list[Violation]:
    """A rule that gives one of the levels, which stand beside it; pointer is that of both."""
    unfit = unfit_choices(levels, f"{pointer}/levels")
    expected = level(*dict.fromkeys(levels))
    rule = read_given_rule(given, scope.environment, f"{pointer}/rule", expected)
    if isinstance(rule, list) or unfit:
        return [*unfit, *(rule if isinstance(rule, list) else ())]
    return rule


def _references(document: Mapping[str, Any], pointer: str, scope: Scope) -> list[Violation]:
    violations = [
        *unknown_references(document.get("mandates", ()), scope.mandates, "mandates", f"{pointer}/mandates"),
        *unknown_references(document.get("waivable_by", ()), scope.levels, "levels", f"{pointer}/waivable_by"),
    ]
    group, scale = document.get("group"), document["measure"].get("scale")
    if group is not None and group not in scope.groups:
        violations.append(unknown_reference(group, scope.groups, "groups", f"{pointer}/group"))
    if scale is not None and scale not in scope.scales:
        violations.append(unknown_reference(scale, scope.scales, "scales", f"{pointer}/measure/scale"))
    return violations


def _unfit_weight(
    weight: str | Mapping[str, str], obligation: Obligation, pointer: str, scope: Scope
) -> list[Violation]:
    if obligation is Obligation.INFORMATIVE and (not isinstance(weight, str) or Fraction(weight) != 0):
        fix = "Leave the weight out, or make the criterion scored."
        return [invalid("An informative criterion changes nothing, so it has no weight.", fix, pointer, weight)]
    if isinstance(weight, str):
        return []
    parameters, name, place = scope.parameters(), weight["parameter"], f"{pointer}/parameter"
    if name not in parameters:
        return [unknown_reference(name, parameters, "parameters", place)]
    declaration = parameters[name]
    if not declaration.type.is_number:
        return [invalid("A weight is a number.", f"Make {name} an integer or a decimal.", place, name)]
    lowest = declaration.minimum
    if not isinstance(lowest, int | Fraction) or lowest < 0:
        fix = f"Give {name} a domain whose minimum is 0 or more."
        return [invalid("A weight cannot be less than 0.", fix, place, name)]
    return []


def _measure(
    measure: Mapping[str, Any], kind: MeasureKind, pointer: str, scope: Scope
) -> Rule | list[Violation] | None:
    match kind:
        case MeasureKind.JUDGEMENT:
            return None
        case MeasureKind.CONDITION:
            return read_given_rule(measure["rule"], scope.environment, f"{pointer}/rule", BOOLEAN)
        case MeasureKind.LEVEL:
            return level_rule(measure["rule"], measure["levels"], pointer, scope)
        case MeasureKind.POINTS:
            return _points(measure["rule"], f"{pointer}/rule", scope)


def _points(given: Given, pointer: str, scope: Scope) -> Rule | list[Violation]:
    rule = read_given_rule(given, scope.environment, pointer, None)
    if isinstance(rule, list) or rule.type.is_number:
        return rule
    fix = "Give the points, as condition ? 5 : 0."
    whole = Span(0, len(rule.text))
    fault = Fault(RuleCode.TYPE_ERROR, "The rule has to give a number.", fix, whole, str(rule.type))
    return [violation(rule.text, fault, pointer)]
