"""Weights of criteria as the parameters leave them, and whether they add up. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from registry.errors import Violation
from registry.standards.document_errors import Code
from registry.standards.parameter import ByClass, Parameter, decimal_json
from registry.standards.standard import Criterion


def weights_of(criterion: Criterion, values: Mapping[str, ByClass]) -> set[Fraction]:
    """The weight, or those of each class where that is not known; none where the criterion has no weight."""
    if criterion.weight is None:
        return set()
    if isinstance(criterion.weight, Fraction):
        return {criterion.weight}
    return {Fraction(value) for value in values[criterion.weight].values() if isinstance(value, int | Fraction)}


def weight_violations(
    document: Mapping[str, Any],
    criteria: Sequence[Criterion],
    parameters: Mapping[str, Parameter],
    values: Mapping[str, ByClass],
) -> Iterator[Violation]:
    """The weights make up the total of the decision and those of the groups, where these are stated, in every class."""
    wanted = [(document["decision"].get("total"), criteria, "/decision/total")]
    for place, group in enumerate(document.get("groups", ())):
        own = [each for each in criteria if each.document.get("group") == group["id"]]
        wanted.append((group.get("weight"), own, f"/groups/{place}/weight"))
    for total, weighed, pointer in wanted:
        if total is None:
            continue
        lowest, highest = _sums(weighed, parameters, values)
        if not lowest == highest == Fraction(total):
            found = decimal_json(lowest) + ("" if lowest == highest else f" to {decimal_json(highest)}, by class")
            message = f"The weights of the criteria add up to {found}."
            fix = "Change a weight or the total, so that they are equal."
            yield Violation(Code.WEIGHTS_NOT_TOTAL, message, fix, pointer, value=total)


def _sums(
    criteria: Sequence[Criterion], parameters: Mapping[str, Parameter], values: Mapping[str, ByClass]
) -> tuple[Fraction, Fraction]:
    """The lowest and the highest sum that there is, by the classes in which a place can be."""
    fixed = sum((each.weight for each in criteria if isinstance(each.weight, Fraction)), Fraction(0))
    # Parameters of one classifying fact change together, so their values are added class by class.
    sums: dict[str | None, dict[str, Fraction]] = {}
    for each in criteria:
        if isinstance(each.weight, str):
            of_fact = sums.setdefault(parameters[each.weight].classified_by, {})
            for its_class, value in values[each.weight].items():
                of_fact[its_class] = of_fact.get(its_class, Fraction(0)) + cast(Fraction, value)
    lowest = fixed + sum(min(by_class.values()) for by_class in sums.values())
    highest = fixed + sum(max(by_class.values()) for by_class in sums.values())
    return lowest, highest
