"""The facts that a dossier gives to the standard of qualification, and each requirement's outcome with them. Pure.

A fact of which the dossier says nothing is not among them, and then it is unknown: an assessor has to establish it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.declarations import Value
from registry.rules.values import exact_value, is_in_bounds
from registry.standards.outcomes import CriterionOutcome, Result, outcomes, parameter_values
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Obligation, Standard

STANDARD = "evaluator-qualification"
SCHEMA = "urn:evaluator-registry:schema:fact-sheet:v1"
# What keeps a mandatory requirement from being met. A waived one, and one that an assessor judges, does not.
UNMET = frozenset({Result.NOT_MET, Result.UNKNOWN})
# Of other forms it has to be declared.
_IS_LEGAL_PERSON = {
    "company": True,
    "public_institution": True,
    "social_organisation": True,
    "university": True,
    "university_unit": False,
    "inspection_team": False,
}


@dataclass(frozen=True, slots=True)
class Given:
    """A value with where it is from: pointers into the dossier, or the number of what an assessor established."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """statement: by language. rests_on: values by the names that decided, with their sources. missing: names."""

    criterion: str
    statement: Mapping[str, str]
    is_mandatory: bool
    outcome: CriterionOutcome
    rests_on: tuple[tuple[str, Given], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirements:
    """standard: as ID@VERSION. localizations: by which it was changed for the place. dossier_number: None before one
    was handed in. unusable: names of given facts that the standard does not know, or cannot read."""

    standard: str
    localizations: tuple[str, ...]
    on: date
    region: str | None
    dossier_number: int | None
    requirements: tuple[Requirement, ...]
    unusable: tuple[str, ...]

    @property
    def not_met(self) -> tuple[str, ...]:
        """Mandatory ones that failed or are not known."""
        return tuple(each.criterion for each in self.requirements if each.is_mandatory and each.outcome.result in UNMET)


def held_against(
    resolved: ResolvedStandard, values: Mapping[str, Value], given: Mapping[str, Given]
) -> tuple[Requirement, ...]:
    """values: of facts by their names in rules, as facts.n; given: the same as they were given, by n."""
    statements = {each.id: each for each in resolved.standard.criteria}
    parameters = {
        name: Given(str(value), _origin(resolved)) for name, value in parameter_values(resolved, values).items()
    }
    known = {f"facts.{name}": each for name, each in given.items()} | parameters
    return tuple(
        Requirement(
            each.criterion,
            statements[each.criterion].document["statement"],
            statements[each.criterion].obligation is Obligation.MANDATORY,
            each,
            tuple((name, known[name]) for name in sorted(each.rests_on) if name in known),
            tuple(sorted(each.missing)),
        )
        for each in outcomes(resolved, values)
    )


def _origin(resolved: ResolvedStandard) -> str:
    return ", ".join([resolved.standard.reference, *(f"{each.id}@{each.version}" for each in resolved.layers.order)])


def fact_sheet(standard: str, version: str, as_of: date, given: Mapping[str, Given]) -> dict[str, Any]:
    """As schemas/fact-sheet.v1.json describes it, to be read with the standard's own definitions."""
    return {
        "$schema": SCHEMA,
        "standard": {"id": standard, "version": version},
        "as_of": as_of.isoformat(),
        "facts": [{"id": name, "value": each.value, "source": each.source} for name, each in sorted(given.items())],
    }


def dossier_facts(dossier: Mapping[str, Any], on: date) -> dict[str, Given]:
    """What the dossier says on the day. Where its parts show a fact, they count before what it declares.

    The question is about the qualification as such: there is no engagement.
    """
    declared = {
        each["fact"]: Given(each["value"], f"dossier /facts/{place}")
        for place, each in enumerate(dossier.get("facts", ()))
    }
    posts = in_force(dossier["staff"], on)
    listed = {dossier["staff"][place]["person"] for place in posts}
    counted = {"staff_count": Given(len(listed), "dossier /staff")} if listed else {}
    licences = [
        place for place in in_force(dossier["certificates"], on) if dossier["certificates"][place]["kind"] == "licence"
    ]
    certified = [place for place in posts if _is_certified(dossier["staff"][place], on)]
    shown = {
        "has_licence": Given(bool(licences), _pointers("/certificates", licences)),
        "has_staff_certificates": Given(bool(certified), _pointers("/staff", certified)),
        "is_for_an_engagement": Given(False, "the question is about no engagement"),
    }
    if dossier["legal_form"] in _IS_LEGAL_PERSON:
        shown["is_legal_person"] = Given(_IS_LEGAL_PERSON[dossier["legal_form"]], "dossier /legal_form")
    return {**counted, **declared, **shown}


def _is_certified(post: Mapping[str, Any], on: date) -> bool:
    terms = [{**each, "valid_from": each["obtained_on"]} for each in post.get("qualifications", ())]
    return bool(in_force(terms, on))


def _pointers(part: str, places: Sequence[int]) -> str:
    return "dossier " + (", ".join(f"{part}/{place}" for place in places) or part)


def usable(standard: Standard, given: Mapping[str, Given]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Values by their names in rules, and names of what the standard does not ask for or cannot read: unknown."""
    values, left = {}, []
    for name, each in sorted(given.items()):
        definition = standard.facts.get(name)
        value = None if definition is None else exact_value(definition.declaration, each.value)
        if definition is None or value is None or not is_in_bounds(definition.declaration, value):
            left.append(name)
        else:
            values[f"facts.{name}"] = value
    return values, tuple(left)


def with_established(facts: Mapping[str, Given], established: Iterable[tuple[str, Given]]) -> dict[str, Given]:
    """What an assessor established counts before what the dossier says; of two, the later one."""
    return {**facts, **dict(established)}


def in_force(entries: Sequence[Mapping[str, Any]], on: date) -> list[int]:
    """Places of those that hold on the day by their valid_from and valid_to, half-open."""
    day = on.isoformat()
    return [
        place
        for place, each in enumerate(entries)
        if each.get("valid_from", "") <= day and ("valid_to" not in each or day < each["valid_to"])
    ]
