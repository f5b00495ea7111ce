"""Parameters of a standard from their document: values, tables by class, domains, and who may change them. Pure.

`read_value`, `read_by_class`, `read_domain` and `read_domains` also read what localizations set and narrow.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar, cast

from registry.errors import Violation
from registry.json_text import pointer_part
from registry.rules.declarations import Declaration, Kind, Namespace, Type, Value
from registry.rules.values import EXPECTED, exact_value
from registry.standards.declaring import (
    MAX_SUGGESTIONS,
    WITH_BOUNDS,
    declare,
    did_you_mean,
    invalid,
    repeated,
    seen,
    unknown_reference,
    unknown_references,
)
from registry.standards.document_errors import Code
from registry.standards.domains import allowed
from registry.standards.parameter import (
    ANYTHING,
    UNCLASSIFIED,
    Direction,
    Domain,
    Parameter,
    contains,
    is_empty,
    rank,
    value_json,
)

T = TypeVar("T")
Read: TypeAlias = T | Violation | list[Violation]
# Beyond it a value is not spelled out in other words.
FAR = 10**15


def read_value(declaration: Declaration, given: object, pointer: str) -> Value | Violation:
    """The exact value of a parameter; its domain is not looked at."""
    value = exact_value(declaration, given)
    if value is not None:
        return value
    message = f"A value of {declaration.id} has to be {declaration.type}."
    return Violation(Code.PARAM_TYPE, message, _instead(declaration.type, given), pointer, value=seen(given))


def read_by_class(
    declaration: Declaration, classes: Sequence[str], given: Mapping[str, object], pointer: str
) -> tuple[dict[str, Value], list[Violation]]:
    """A table of values by class. Classes that it leaves out are no fault here: see `missing_classes`."""
    return _by_class(read_value, declaration, classes, given, pointer)


def read_domains(
    declaration: Declaration, classes: Sequence[str], given: Mapping[str, Mapping[str, Any]], pointer: str
) -> tuple[dict[str, Domain], list[Violation]]:
    """A table of domains by class. Classes that it leaves out are no fault here: see `missing_classes`."""
    return _by_class(read_domain, declaration, classes, given, pointer)


def missing_classes(classes: Sequence[str], given: Collection[str], pointer: str) -> list[Violation]:
    missing = [each for each in classes if each not in given]
    if not missing:
        return []
    message = f"The table says nothing of: {', '.join(missing)}."
    return [Violation(Code.CLASSES_INCOMPLETE, message, "Give every class of the classifying fact.", pointer)]


def read_domain(declaration: Declaration, given: Mapping[str, Any], pointer: str) -> Domain | list[Violation]:
    """The parts that are given, which are of the parameter's type and leave at least one value."""
    unfit = _unfit_parts(declaration.type.kind, given, pointer)
    if unfit:
        return unfit
    violations: list[Violation] = []
    bounds: dict[str, Value] = {}
    for which in ("minimum", "maximum"):
        if which in given:
            _sort(read_value(declaration, given[which], f"{pointer}/{which}"), bounds, which, violations)
    choices: dict[int, Value] = {}
    for place, each in enumerate(given.get("choices", ())):
        _sort(read_value(declaration, each, f"{pointer}/choices/{place}"), choices, place, violations)
    steps: dict[str, Fraction] = {}
    if "step" in given:
        _sort(_read_step(declaration, given["step"], f"{pointer}/step"), steps, "step", violations)
    if violations:
        return violations
    domain = Domain(bounds.get("minimum"), bounds.get("maximum"), steps.get("step"), tuple(choices.values()))
    if is_empty(domain, declaration.type):
        message = f"No value of {declaration.id} lies in this domain."
        fix = "Write a maximum that is not less than the minimum."
        return [Violation(Code.EMPTY_DOMAIN, message, fix, pointer, value=allowed(domain))]
    return domain


def _unfit_parts(kind: Kind, given: Mapping[str, Any], pointer: str) -> list[Violation]:
    """Parts that a domain of this type cannot have, and choices that stand twice."""
    has_steps = kind in WITH_BOUNDS
    has_order = has_steps or kind is Kind.LEVEL
    fits = {"minimum": has_order, "maximum": has_order, "step": has_steps, "choices": not has_steps}
    fix = "Bounds are for numbers, days and levels, steps for numbers and days, choices for all else."
    unfit = [
        invalid(f"The domain of a {kind} has no {part}.", fix, f"{pointer}/{part}") for part in given if not fits[part]
    ]
    choices = given.get("choices", [])
    twice = [
        invalid("The same choice stands twice.", "Leave one out.", f"{pointer}/choices/{place}", choices[place])
        for place in repeated(map(seen, choices))
    ]
    return [*unfit, *twice]


def _read_step(declaration: Declaration, given: object, pointer: str) -> Fraction | Violation:
    """Of days in days."""
    kind = Kind.DECIMAL if declaration.type.kind is Kind.DECIMAL else Kind.INTEGER
    step = read_value(replace(declaration, type=Type(kind)), given, pointer)
    if isinstance(step, Violation):
        return step
    if cast(Fraction, step) <= 0:
        return invalid("A step is more than 0.", "Count it upwards from the minimum.", pointer, given)
    return Fraction(cast(Fraction, step))


def _by_class(
    read: Callable[[Declaration, Any, str], Read[T]],
    declaration: Declaration,
    classes: Sequence[str],
    given: Mapping[str, Any],
    pointer: str,
) -> tuple[dict[str, T], list[Violation]]:
    table: dict[str, T] = {}
    violations: list[Violation] = []
    for its_class, each in given.items():
        place = f"{pointer}/{pointer_part(its_class)}"
        if its_class in classes:
            _sort(read(declaration, each, place), table, its_class, violations)
        else:
            known = classes if len(violations) < MAX_SUGGESTIONS else ()
            fix = did_you_mean(its_class, known, "choices of the classifying fact")
            violations.append(Violation(Code.UNKNOWN_CLASS, "There is no such class.", fix, place, value=its_class))
    return table, violations


def _sort(read: T | Violation | list[Violation], good: dict[Any, T], key: object, violations: list[Violation]) -> None:
    """What was read into its place: among the good, or among the violations."""
    if isinstance(read, Violation):
        violations.append(read)
    elif isinstance(read, list):
        violations.extend(read)
    else:
        good[key] = read


def _instead(its_type: Type, given: object) -> str:
    """What to write for the value, spelled out where it was nearly right."""
    match its_type.kind, given:
        case Kind.INTEGER, float() if given.is_integer() and abs(given) < FAR:
            return f"Write {int(given)}, without a point."
        case Kind.INTEGER, str() if given.isascii() and given.isdecimal() and int(given) < FAR:
            return f"Write {int(given)}, without quotation marks."
        case Kind.DECIMAL, float() if 1 / FAR < abs(given) < FAR:
            return f'Write "{Decimal(repr(given)):f}", in quotation marks.'
        case _ if its_type.choices:
            return f"Write one of {', '.join(its_type.choices)}."
        case _:
            return f"Write {EXPECTED[its_type.kind]}."


def read_parameter(
    document: Mapping[str, Any], pointer: str, facts: Mapping[str, Declaration], levels: Sequence[str]
) -> tuple[Declaration, Parameter | None, list[Violation]]:
    """The declaration comes out in any case, so that rules can be read; the parameter only if nothing is wrong."""
    reader = _Reader(document, pointer, facts, levels)
    parameter = reader.parameter()
    return reader.declaration, None if reader.violations else parameter, reader.violations


class _Reader:
    """Collects what is wrong with one parameter."""

    def __init__(
        self, document: Mapping[str, Any], pointer: str, facts: Mapping[str, Declaration], levels: Sequence[str]
    ) -> None:
        self.document = document
        self.pointer = pointer
        self.facts = facts
        self.levels = levels
        self.declaration, self.violations = declare(Namespace.PARAMS, document["id"], document, pointer)

    def parameter(self) -> Parameter:
        document = self.document
        classes = self.classes()
        domains: dict[str, Domain] = self.table(read_domain, "domain", classes) or dict.fromkeys(classes, ANYTHING)
        defaults: dict[str, Value] = self.table(read_value, "default", classes)
        self.compare(defaults, domains)
        self.declaration = replace(self.declaration, **_bounds(self.declaration.type, domains))
        return Parameter(
            declaration=self.declaration,
            classes=classes,
            defaults=defaults,
            domains=domains,
            stricter_when=self.direction(),
            settable_by=frozenset(self.known("settable_by", self.levels, "levels")),
            narrowable_by=frozenset(self.known("narrowable_by", self.levels, "levels")),
            is_locked=document.get("locked", False),
            max_tightening=self.distance("max_tightening"),
            max_relaxation=self.distance("max_relaxation"),
            needs_rationale=document.get("rationale_required", True),
            needs_mandate=document.get("mandate_required", False),
            evidence=tuple(self.known("evidence_required", self.facts, "fact_definitions")),
            classified_by=document.get("classified_by"),
            document=document,
        )

    def classes(self) -> tuple[str, ...]:
        fact = self.document.get("classified_by")
        pointer = f"{self.pointer}/classified_by"
        if fact is None:
            return (UNCLASSIFIED,)
        if fact not in self.facts:
            self.violations.append(unknown_reference(fact, self.facts, "fact_definitions", pointer))
            return ()
        choices = self.facts[fact].type.choices
        if not choices:
            fix = "Give the fact its choices, or classify by another one."
            self.violations.append(invalid("A classifying fact has to have choices.", fix, pointer, fact))
        return choices

    def table(self, read: Callable[[Declaration, Any, str], Read[T]], key: str, classes: Sequence[str]) -> dict[str, T]:
        """One for all classes under the key, or one for each under <key>_by_class; nothing where neither stands."""
        pointer = f"{self.pointer}/{key}"
        if key in self.document:
            found: dict[str, T] = {}
            _sort(read(self.declaration, self.document[key], pointer), found, UNCLASSIFIED, self.violations)
            return {each: value for each in classes for value in found.values()}
        given, pointer = self.document.get(f"{key}_by_class"), f"{pointer}_by_class"
        if given is None:
            return {}
        # Without classes the fault is in the classifying fact.
        by_class, violations = _by_class(read, self.declaration, classes or tuple(given), given, pointer)
        self.violations += [*violations, *missing_classes(classes, given, pointer)]
        return by_class

    def compare(self, defaults: Mapping[str, Value], domains: Mapping[str, Domain]) -> None:
        """Each default lies in the domain of its class; one default for all classes is told once."""
        outside = [
            each
            for each, value in defaults.items()
            if each in domains and not contains(domains[each], self.declaration.type, value)
        ]
        is_table = "default_by_class" in self.document
        for each in outside if is_table else outside[:1]:
            pointer = f"{self.pointer}/default_by_class/{pointer_part(each)}" if is_table else f"{self.pointer}/default"
            message = "The default lies outside of the domain."
            fix = f"Choose it {allowed(domains[each])}."
            given = seen(value_json(defaults[each]))
            self.violations.append(Violation(Code.PARAM_OUT_OF_DOMAIN, message, fix, pointer, value=given))

    def direction(self) -> Direction:
        direction = Direction(self.document["stricter_when"])
        if direction is not Direction.NONE and self.document["type"] == Kind.TEXT:
            pointer = f"{self.pointer}/stricter_when"
            fix = 'Write "none", or make it a level.'
            self.violations.append(invalid("A text is not higher or lower than another.", fix, pointer, direction))
        return direction

    def known(self, key: str, known: Collection[str], what: str) -> list[str]:
        given: list[str] = self.document.get(key, [])
        self.violations += unknown_references(given, known, what, f"{self.pointer}/{key}")
        return given

    def distance(self, key: str) -> Fraction:
        distance = Fraction(self.document.get(key, "0"))
        if distance < 0:
            fix = "Write 0 to forbid it, or how far it may go."
            message = "A distance is not less than 0."
            self.violations.append(invalid(message, fix, f"{self.pointer}/{key}", self.document[key]))
        return distance


def _bounds(its_type: Type, domains: Mapping[str, Domain]) -> dict[str, Any]:
    """The lowest minimum and the highest maximum of all classes, for numbers and days; None where one has none."""
    if its_type.kind not in WITH_BOUNDS or not domains:
        return {}
    lows = [each.minimum for each in domains.values()]
    highs = [each.maximum for each in domains.values()]
    return {
        "minimum": None if None in lows else min(lows, key=lambda each: rank(its_type, cast(Value, each))),
        "maximum": None if None in highs else max(highs, key=lambda each: rank(its_type, cast(Value, each))),
    }
