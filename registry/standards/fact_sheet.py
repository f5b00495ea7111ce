"""The facts of one place on one day, held against the standard that defines what they mean. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from registry.canonical import digest
from registry.errors import Violation
from registry.rules.declarations import Value
from registry.rules.units import ONE, read_unit
from registry.rules.values import EXPECTED, exact_value, is_in_bounds
from registry.standards.declaring import MAX_SUGGESTIONS, MAX_VIOLATIONS, did_you_mean, repeated, seen
from registry.standards.document_errors import Code, FactSheetRejected
from registry.standards.domains import allowed
from registry.standards.geography import Paths, lies_in
from registry.standards.mandate_reading import unknown_sources
from registry.standards.parameter import Domain
from registry.standards.standard import FactDefinition, Standard


@dataclass(frozen=True, slots=True)
class FactSheet:
    """values: by the name in rules, as facts.n. sha256: of the canonical form of document."""

    as_of: date
    jurisdiction: str | None
    values: Mapping[str, Value]
    sha256: str
    document: Mapping[str, Any]

    @property
    def classes(self) -> dict[str, str]:
        """The texts among the facts, by name: those that may classify."""
        named = {name.partition(".")[2]: value for name, value in self.values.items()}
        return {name: value for name, value in named.items() if isinstance(value, str)}

    def place_violation(self, region: str, paths: Paths) -> Violation | None:
        """Facts speak of their own place, of what lies in it, and of what it lies in. paths: as of Question.

        That the region itself is not known is told where the standard is resolved for it.
        """
        place = self.jurisdiction
        if place is None or region not in paths or lies_in(paths, region, place) or lies_in(paths, place, region):
            return None
        if place not in paths:
            message, fix = (
                "This region is not known on the day.",
                "Correct the code, or import the divisions of the day.",
            )
            return Violation(Code.JURISDICTION_UNKNOWN, message, fix, "/jurisdiction", value=place)
        message = f"These are facts of {place}, and {region} neither lies in it nor around it."
        fix = "Take a fact sheet of the region, or ask about the region of the fact sheet."
        return Violation(Code.FACTS_OF_ANOTHER_PLACE, message, fix, "/jurisdiction", value=place)


def read_fact_sheet(document: Mapping[str, Any], standard: Standard, file: str | None = None) -> FactSheet:
    """document: of the schema fact-sheet.v1.

    Raises FactSheetRejected with every violation; of more than a hundred, with the first hundred.
    """
    violations, values = [], {}
    facts = document["facts"]
    of = document["standard"]
    if of["id"] != standard.id or of.get("version", standard.version) != standard.version:
        named = f"{of['id']}@{of['version']}" if "version" in of else of["id"]
        message = f"These are facts for {named}, not for {standard.reference}."
        fix = "Take the fact sheet of this standard."
        violations.append(Violation(Code.STANDARD_MISMATCH, message, fix, "/standard", value=named))
    for key in ("sources", "facts"):
        ids = [each["id"] for each in document.get(key, ())]
        for place in repeated(ids):
            pointer = f"/{key}/{place}/id"
            violations.append(
                Violation(Code.DUPLICATE_ID, "This stands twice.", "Leave one out.", pointer, value=ids[place])
            )
    members = [(each, f"/facts/{place}") for place, each in enumerate(facts)]
    violations += islice(unknown_sources(members, document.get("sources", ())), MAX_VIOLATIONS)
    as_of = date.fromisoformat(document["as_of"])
    for fact, pointer in members:
        # To look for the nearest of hundreds of names takes a while.
        suggested = standard.facts if len(violations) < MAX_SUGGESTIONS else ()
        read = _read(fact, pointer, standard, as_of, suggested)
        if isinstance(read, Violation):
            violations.append(read)
        else:
            values[f"facts.{fact['id']}"] = read
    if violations:
        found = [replace(each, file=file) for each in violations[:MAX_VIOLATIONS]]
        raise FactSheetRejected(f"The fact sheet does not fit {standard.reference}.", found)
    return FactSheet(as_of, document.get("jurisdiction"), values, digest(document), document)


def _read(
    fact: Mapping[str, Any], pointer: str, standard: Standard, as_of: date, suggested: Collection[str]
) -> Value | Violation:
    definition = standard.facts.get(fact["id"])
    if definition is None:
        message = f"{standard.reference} has no such fact."
        fix = did_you_mean(fact["id"], suggested, "facts of the standard")
        return Violation(Code.UNKNOWN_FACT, message, fix, f"{pointer}/id", value=fact["id"])
    declaration = definition.declaration
    unit = declaration.type.unit or ONE
    if "unit" in fact and read_unit(fact["unit"]) != unit:
        message = f"{fact['id']} is given in another unit than {unit}."
        fix = f"Give it in {unit}; nothing is converted."
        return Violation(Code.UNIT_INVALID, message, fix, f"{pointer}/unit", value=fact["unit"])
    value = exact_value(declaration, fact["value"])
    at = f"{pointer}/value"
    if value is None:
        wanted = (
            f"one of {', '.join(declaration.type.choices)}"
            if declaration.type.choices
            else EXPECTED[declaration.type.kind]
        )
        message = f"{fact['id']} has to be {declaration.type}."
        return Violation(Code.FACT_TYPE, message, f"Write {wanted}.", at, value=seen(fact["value"]))
    if not is_in_bounds(declaration, value):
        message = f"{fact['id']} goes {allowed(Domain(declaration.minimum, declaration.maximum))}."
        return Violation(Code.FACT_OUT_OF_BOUNDS, message, "Correct the value.", at, value=seen(fact["value"]))
    return _in_time(fact, pointer, definition, as_of) or value


def _in_time(fact: Mapping[str, Any], pointer: str, definition: FactDefinition, as_of: date) -> Violation | None:
    """A fact of later than the sheet, or too old on its day, is none."""
    if "collected_on" not in fact:
        return None
    age = (as_of - date.fromisoformat(fact["collected_on"])).days
    if age < 0 or (definition.max_age_days is not None and age > definition.max_age_days):
        limit = f"; {definition.max_age_days} are allowed" if age > 0 else ""
        when = f"{age} days before" if age > 0 else "after"
        message = f"{fact['id']} was collected {when} the day of the sheet, {as_of}{limit}."
        fix = "Collect it anew, or date the sheet by its facts."
        return Violation(Code.EVIDENCE_STALE, message, fix, f"{pointer}/collected_on", value=fact["collected_on"])
    return None
