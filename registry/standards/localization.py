"""What a standard means in one place on one day: its parameters as its localizations leave them, or every violation.

Resolving is total and atomic: there is a resolved standard whose every value is within its bounds and set by who may,
or there is none. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from registry.errors import Violation
from registry.standards.authority import authority_violations
from registry.standards.document_errors import NEQ, Code, LocalizationRejected, StandardRejected
from registry.standards.geography import Paths
from registry.standards.layer_effects import apply_layers
from registry.standards.layering import arrange
from registry.standards.localization_document import Localization
from registry.standards.parameter import ByClass
from registry.standards.resolved_standard import Resolution, ResolvedStandard
from registry.standards.standard import Standard
from registry.standards.weights import weight_violations


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about. region: as mca:530303, or None for wherever the last localization applies.

    paths: of every jurisdiction and of the region. classes: the values of classifying facts, as far as they are known;
    where one is not, a parameter keeps its value for each class.
    """

    on: date
    region: str | None = None
    paths: Paths = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)


def resolve(standard: Standard, localizations: Sequence[Localization], question: Question) -> ResolvedStandard:
    """localizations: in any order, with all that they import; exactly one of them is the last, which none imports.

    Equal arguments give equal bytes, whatever their order. Raises LocalizationRejected with every violation, and
    StandardRejected where there is no localization to blame.
    """
    layers = arrange(standard, localizations, on=question.on, paths=question.paths, region=question.region)
    violations = [*_unknown_classes(standard, question.classes), *layers.violations]
    distinct = {(each.reference, each.sha256): each for each in localizations}
    # What localizes another standard may speak of what is not here.
    ours = [distinct[key] for key in sorted(distinct) if distinct[key].standard.reference == standard.reference]
    for each in ours:
        violations += authority_violations(standard, each)
    violations += _taken_ids(standard, ours)
    effects = apply_layers(standard, layers, question.on)
    violations += effects.violations
    states = effects.after[layers.order[-1].reference] if layers.order else effects.before
    values: dict[str, ByClass] = {}
    for parameter in standard.parameters.values():
        known = question.classes.get(parameter.classified_by or "")
        held = parameter.classes if known is None or known not in parameter.classes else (known,)
        values[parameter.id] = {each: states[parameter.id, each].value for each in held}
    weighed = weight_violations(standard.document, standard.criteria, standard.parameters, values)
    violations += [replace(each, file=standard.reference) for each in weighed]
    if violations:
        refused = LocalizationRejected if localizations else StandardRejected
        raise refused(_refusal(standard, localizations, question), violations)
    return ResolvedStandard(
        standard, layers, effects, values, Resolution(question.on, question.region, question.classes)
    )


def _refusal(standard: Standard, localizations: Sequence[Localization], question: Question) -> str:
    outcome = f"cannot be resolved for {question.on}. Nothing was made."
    if not localizations:
        return f"{standard.reference} {outcome}"
    return f"{standard.reference} with {', '.join(sorted(each.reference for each in localizations))} {outcome} {NEQ}"


def _unknown_classes(standard: Standard, classes: Mapping[str, str]) -> list[Violation]:
    violations = []
    used = {each.classified_by: each.classes for each in standard.parameters.values() if each.classified_by}
    for fact, given in classes.items():
        if fact in used and given not in used[fact]:
            message = f"{fact} is one of {', '.join(used[fact])}."
            violations.append(Violation(Code.UNKNOWN_CLASS, message, "Correct the fact.", None, value=given[:80]))
    return violations


def _taken_ids(standard: Standard, localizations: Sequence[Localization]) -> list[Violation]:
    """Informative criteria that are added under an id that is taken."""
    taken = {each.id: standard.reference for each in standard.criteria}
    violations = []
    for layer in localizations:
        for place, criterion in enumerate(layer.informative):
            holder = taken.setdefault(criterion["id"], layer.reference)
            pointer = f"/add_informative/{place}/id"
            if holder != layer.reference:
                message = f"{holder} has a criterion of this id."
                fix = "Choose another id."
                violations.append(
                    Violation(Code.DUPLICATE_ID, message, fix, pointer, layer.reference, value=criterion["id"])
                )
    return violations
