"""What a resolved standard says of given facts and findings, criterion by criterion; unknown is never a pass. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.declarations import Value
from registry.rules.evaluation import Outcome
from registry.standards.parameter import UNCLASSIFIED
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Criterion, MeasureKind


class Result(StrEnum):
    """measured: the rule gives points or a level, which are the value. judged: an assessor has to say."""

    MET = "met"
    NOT_MET = "not_met"
    MEASURED = "measured"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class CriterionOutcome:
    """value: points or a level. rests_on: the names that decided; missing: those whose lack leaves it open."""

    criterion: str
    result: Result
    value: Value | None = None
    rests_on: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


def outcomes(resolved: ResolvedStandard, values: Mapping[str, Value]) -> tuple[CriterionOutcome, ...]:
    """values: of facts, actions and findings by their names in rules; what is not there is unknown."""
    known = {**values, **parameter_values(resolved, values)}
    waived = {waiver.criterion for _, waiver in resolved.waivers()}
    return tuple(
        CriterionOutcome(each.id, Result.WAIVED) if each.id in waived else _outcome(each, known)
        for each in resolved.standard.criteria
    )


def parameter_values(resolved: ResolvedStandard, values: Mapping[str, Value]) -> dict[str, Value]:
    """params.<id>; one that differs by a classifying fact which is not known is unknown too."""
    found: dict[str, Value] = {}
    for name, by_class in resolved.values.items():
        fact = resolved.standard.parameters[name].classified_by
        own = UNCLASSIFIED if UNCLASSIFIED in by_class else str(values.get(f"facts.{fact}", ""))
        if len(by_class) == 1:
            found[f"params.{name}"] = next(iter(by_class.values()))
        elif own in by_class:
            found[f"params.{name}"] = by_class[own]
    return found


def _outcome(criterion: Criterion, known: Mapping[str, Value]) -> CriterionOutcome:
    applies = Outcome(True) if criterion.applies_when is None else criterion.applies_when.evaluate(known)
    if applies.value is None:
        return CriterionOutcome(criterion.id, Result.UNKNOWN, None, applies.rests_on, applies.missing)
    if not applies.value:
        return CriterionOutcome(criterion.id, Result.NOT_APPLICABLE, None, applies.rests_on)
    if criterion.measure is None:
        return CriterionOutcome(criterion.id, Result.JUDGED, None, applies.rests_on)
    measured = criterion.measure.evaluate(known)
    rests_on = applies.rests_on | measured.rests_on
    if measured.value is None:
        return CriterionOutcome(criterion.id, Result.UNKNOWN, None, rests_on, measured.missing)
    if criterion.kind is MeasureKind.CONDITION:
        result = Result.MET if measured.value else Result.NOT_MET
        return CriterionOutcome(criterion.id, result, None, rests_on)
    return CriterionOutcome(criterion.id, Result.MEASURED, measured.value, rests_on)
