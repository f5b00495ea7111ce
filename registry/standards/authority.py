"""Whether a localization may do what it does: who sets, narrows and waives, and with which reasons. Pure.

What depends on the layers above, bounds and distances, is in layer_effects.py.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from registry.errors import Violation
from registry.standards.document_errors import Code
from registry.standards.localization_document import Localization, Setting, Waiver
from registry.standards.parameter import Parameter
from registry.standards.standard import Mandate, Standard


def authority_violations(standard: Standard, layer: Localization) -> Iterator[Violation]:
    """In the order of the document, whatever the day."""
    for setting in layer.settings:
        parameter = standard.parameters[setting.parameter]
        yield from _of_level(parameter, layer, "set", parameter.settable_by, setting.pointer)
        yield from _of_reasons(
            standard, parameter, layer, setting.document, setting.pointer, setting.validity.valid_from
        )
        yield from _of_evidence(standard, parameter, layer, setting)
    for narrowing in layer.narrowings:
        parameter = standard.parameters[narrowing.parameter]
        yield from _of_level(parameter, layer, "narrow", parameter.narrowable_by, narrowing.pointer)
        begins = layer.validity.valid_from
        yield from _of_reasons(standard, parameter, layer, narrowing.document, narrowing.pointer, begins)
    for waiver in layer.waivers:
        yield from _of_waiver(standard, layer, waiver)


def _of_level(
    parameter: Parameter, layer: Localization, verb: str, levels: frozenset[str], pointer: str
) -> Iterator[Violation]:
    if parameter.is_locked:
        message = f"{parameter.id} is locked: nobody may {verb} it."
        yield Violation(Code.PARAM_LOCKED, message, "Leave it out.", f"{pointer}/parameter", layer.reference)
    elif layer.level not in levels:
        may = " or ".join(sorted(levels)) or "nobody"
        message = f"The level {layer.level} may not {verb} {parameter.id}; that is for: {may}."
        fix = "Leave it out, also where it changes nothing, or ask that level."
        yield Violation(
            Code.LEVEL_NOT_AUTHORISED, message, fix, f"{pointer}/parameter", layer.reference, value=layer.level
        )


def _of_reasons(
    standard: Standard,
    parameter: Parameter,
    layer: Localization,
    document: Mapping[str, Any],
    pointer: str,
    begins: date,
) -> Iterator[Violation]:
    if parameter.needs_rationale and "rationale" not in document:
        message = f"{parameter.id} is changed without a rationale."
        yield Violation(
            Code.RATIONALE_MISSING, message, "Say why, in rationale.", f"{pointer}/rationale", layer.reference
        )
    if parameter.needs_mandate and "mandate" not in document:
        message = f"{parameter.id} may be changed only under a mandate."
        fix = "Name one of the mandates, by its id."
        yield Violation(Code.MANDATE_MISSING, message, fix, f"{pointer}/mandate", layer.reference)
    yield from _of_mandate(standard, layer, document, pointer, begins)


def _of_mandate(
    standard: Standard, layer: Localization, document: Mapping[str, Any], pointer: str, begins: date
) -> Iterator[Violation]:
    mandate = mandate_of(standard, layer, document)
    if mandate is not None and mandate.validity is not None and not mandate.validity.holds(begins):
        message = f"The mandate {mandate.id} is not in force on {begins}; it is {mandate.validity}."
        fix = "Name a mandate that is in force when the change begins."
        yield Violation(
            Code.MANDATE_NOT_IN_FORCE, message, fix, f"{pointer}/mandate", layer.reference, value=mandate.id
        )


def mandate_of(standard: Standard, layer: Localization, document: Mapping[str, Any]) -> Mandate | None:
    """That of a setting, narrowing or waiver: one of the localization's own, else of the standard's."""
    name = document.get("mandate")
    return None if name is None else layer.mandates.get(name) or standard.mandates[name]


def _of_evidence(
    standard: Standard, parameter: Parameter, layer: Localization, setting: Setting
) -> Iterator[Violation]:
    given = {each["fact"]: (place, each) for place, each in enumerate(setting.document.get("evidence", ()))}
    for fact in parameter.evidence:
        if fact not in given:
            message = f"{parameter.id} may be set only with the fact {fact} as evidence."
            fix = "Add it to evidence, with its value, its day and its source."
            yield Violation(Code.EVIDENCE_MISSING, message, fix, f"{setting.pointer}/evidence", layer.reference)
    for fact, (place, each) in given.items():
        age = standard.facts[fact].max_age_days
        as_of, begins = date.fromisoformat(each["as_of"]), setting.validity.valid_from
        if as_of > begins or (age is not None and begins - as_of > timedelta(age)):
            days = (begins - as_of).days
            limit = "" if age is None else f"; at most {age} days before it are allowed"
            when = f"{days} days before" if days >= 0 else f"{-days} days after"
            message = f"The evidence is of {when} the change, which begins on {begins}{limit}."
            fix = "Use a fact of a day before the change and not too old."
            pointer = f"{setting.pointer}/evidence/{place}/as_of"
            yield Violation(Code.EVIDENCE_STALE, message, fix, pointer, layer.reference, value=each["as_of"])


def _of_waiver(standard: Standard, layer: Localization, waiver: Waiver) -> Iterator[Violation]:
    yield from _of_mandate(standard, layer, waiver.document, waiver.pointer, waiver.validity.valid_from)
    criterion = next(each for each in standard.criteria if each.id == waiver.criterion)
    if layer.level not in criterion.waivable_by:
        may = " or ".join(sorted(criterion.waivable_by)) or "nobody"
        message = f"The level {layer.level} may not waive {waiver.criterion}; that is for: {may}."
        pointer = f"{waiver.pointer}/criterion"
        yield Violation(
            Code.WAIVER_NOT_AUTHORISED,
            message,
            "Leave it out, or ask that level.",
            pointer,
            layer.reference,
            value=layer.level,
        )
    requester, approver = waiver.document["requested_by"], waiver.document["approved_by"]
    if any(requester.get(language) == name for language, name in approver.items()):
        message = "Whoever asks for a waiver may not approve it."
        yield Violation(
            Code.WAIVER_SELF_APPROVED,
            message,
            "Have another body approve it.",
            f"{waiver.pointer}/approved_by",
            layer.reference,
        )
    if not waiver.validity.overlaps(layer.validity):
        message = f"The waiver is {waiver.validity}, the localization {layer.validity}: it never counts."
        fix = "Let it end later, or leave it out."
        pointer = f"{waiver.pointer}/valid_to"
        yield Violation(
            Code.WAIVER_EXPIRED, message, fix, pointer, layer.reference, value=str(waiver.validity.valid_to)
        )
