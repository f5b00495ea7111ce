"""From what a document says of a fact, an action, a finding or a parameter to its declaration. Pure.

A declaration comes out even where something is wrong with it, so that rules that name it cause no further faults.
"""

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, cast

from registry.errors import Violation
from registry.ids import clean_text, hidden_character
from registry.rules.declarations import Declaration, Kind, Namespace, Type
from registry.rules.units import ONE, Unit, read_unit
from registry.rules.values import EXPECTED, exact_value
from registry.standards.document_errors import Code

MAX_SHOWN = 60
# Of one document; whoever has more faults has mostly one kind of them.
MAX_VIOLATIONS = 100
# Looking for the nearest of hundreds of names takes a while.
MAX_SUGGESTIONS = 5
MAX_SUGGESTED = 64
WITH_BOUNDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE})
WITH_UNIT = frozenset({Kind.INTEGER, Kind.DECIMAL})
WITH_CHOICES = frozenset({Kind.TEXT, Kind.LEVEL})


def declare(
    namespace: Namespace, identifier: str, document: Mapping[str, Any], pointer: str
) -> tuple[Declaration, list[Violation]]:
    """document: a definition of a fact or an action, a finding, or a parameter, whose domain is not looked at."""
    kind = Kind(document["type"])
    unit, unit_faults = _unit(kind, document.get("unit"), f"{pointer}/unit")
    choices, choice_faults = _choices(kind, document.get("choices"), f"{pointer}/choices")
    # Without its list a level has no order; as a text it can at least be named.
    its_type = Type(Kind.TEXT if kind is Kind.LEVEL and not choices else kind, unit, choices)
    name = document.get("name", {})
    bare = Declaration(namespace, identifier, its_type, name.get("en", ""), name.get("zh", ""))
    declaration, bound_faults = _bounded(bare, document, pointer)
    return declaration, [*unit_faults, *choice_faults, *bound_faults]


def declare_finding(criterion: str, document: Mapping[str, Any], pointer: str) -> tuple[Declaration, list[Violation]]:
    """findings.<criterion>, under the criterion's own words; pointer is that of its finding."""
    return declare(Namespace.FINDINGS, criterion, {**document["finding"], "name": document["statement"]}, pointer)


def invalid(message: str, fix: str, pointer: str, given: object = None) -> Violation:
    """Of a declaration that contradicts itself."""
    return Violation(Code.DECLARATION_INVALID, message, fix, pointer, value=None if given is None else seen(given))


def unknown_reference(given: str, known: Collection[str], what: str, pointer: str) -> Violation:
    """Of a name that nothing has. what: the kind of thing in the plural, as "mandates"."""
    message = f"There is no such name among the {what}."
    return Violation(Code.UNKNOWN_REFERENCE, message, did_you_mean(given, known, what), pointer, value=given)


def unknown_references(given: Iterable[str], known: Collection[str], what: str, pointer: str) -> list[Violation]:
    """Of a list of names; pointer is that of the list."""
    unknown = [(each, f"{pointer}/{place}") for place, each in enumerate(given) if each not in known]
    return [
        unknown_reference(each, known if count < MAX_SUGGESTIONS else (), what, place)
        for count, (each, place) in enumerate(unknown)
    ]


def did_you_mean(given: str, known: Collection[str], what: str) -> str:
    near = difflib.get_close_matches(given, known, n=1) if len(given) <= MAX_SUGGESTED else []
    return f"Did you mean {near[0]}?" if near else f"Use one of the {what}, or add it there."


def repeated(ids: Iterable[str]) -> list[int]:
    """The places of those that stood before."""
    known: set[str] = set()
    places = []
    for place, each in enumerate(ids):
        if each in known:
            places.append(place)
        known.add(each)
    return places


def unfit_choices(choices: Iterable[str], pointer: str) -> list[Violation]:
    """Texts that no value can be equal to, and those that stand twice."""
    choices = list(choices)
    fix = "Type it anew, without spaces around it."
    unfit = [
        invalid("The text has characters that do not show, or is not in NFC.", fix, f"{pointer}/{place}", each)
        for place, each in enumerate(choices)
        if clean_text(each) != each or hidden_character(each)
    ]
    twice = [
        invalid("The same text stands twice.", "Leave one out.", f"{pointer}/{place}", choices[place])
        for place in repeated(choices)
    ]
    return [*unfit, *twice]


def seen(given: object) -> str:
    """A value of a document, as it is written there, for a message."""
    return json.dumps(given, ensure_ascii=False)[:MAX_SHOWN]


def _unit(kind: Kind, given: str | None, pointer: str) -> tuple[Unit | None, list[Violation]]:
    if kind not in WITH_UNIT:
        message = f"A {kind} has no unit."
        wrong = Violation(Code.UNIT_INVALID, message, "Leave it out.", pointer, value=given)
        return None, [wrong] if given is not None else []
    unit = ONE if given is None else read_unit(given)
    if unit is None:
        fix = "Write units joined by * and /, as %, CNY or CNY/person/year."
        return None, [Violation(Code.UNIT_INVALID, "This is not a unit.", fix, pointer, value=given)]
    return unit, []


def _choices(kind: Kind, given: list[str] | None, pointer: str) -> tuple[tuple[str, ...], list[Violation]]:
    if given is None:
        fix = "List them from the lowest to the highest."
        return (), [invalid("A level needs its choices.", fix, pointer)] if kind is Kind.LEVEL else []
    if kind not in WITH_CHOICES:
        return (), [invalid(f"A {kind} has no choices.", "Leave them out, or make it a text or a level.", pointer)]
    return tuple(dict.fromkeys(given)), unfit_choices(given, pointer)


def _bounded(
    declaration: Declaration, document: Mapping[str, Any], pointer: str
) -> tuple[Declaration, list[Violation]]:
    kind = declaration.type.kind
    violations = []
    bounds: dict[str, Fraction | int | date] = {}
    for which in ("minimum", "maximum"):
        if which not in document:
            continue
        place, given = f"{pointer}/{which}", document[which]
        value = exact_value(declaration, given)
        if kind not in WITH_BOUNDS:
            violations.append(invalid(f"A {kind} has no {which}.", "Leave it out.", place, given))
        elif value is None:
            violations.append(invalid(f"The {which} is not {kind}.", f"Write {EXPECTED[kind]}.", place, given))
        else:
            bounds[which] = cast(Fraction | int | date, value)
    low, high = bounds.get("minimum"), bounds.get("maximum")
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        fix = f"Write {seen(document['minimum'])} or more, or a smaller minimum."
        violations.append(
            invalid("The maximum is less than the minimum.", fix, f"{pointer}/maximum", document["maximum"])
        )
        return declaration, violations
    return replace(declaration, minimum=low, maximum=high), violations
