"""From the document of a localization to its use, held against the standard that it localizes. Pure.

Everything that is wrong in itself is told at once; what depends on other localizations is told by resolving.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from registry.canonical import digest
from registry.errors import Violation
from registry.rules.declarations import Namespace
from registry.standards.declaring import (
    MAX_SUGGESTIONS,
    MAX_VIOLATIONS,
    declare,
    did_you_mean,
    invalid,
    repeated,
    unknown_reference,
)
from registry.standards.document_errors import NEQ, Code, LocalizationRejected
from registry.standards.localization_document import Localization, Narrowing, Pin, Setting, Waiver
from registry.standards.mandate_reading import read_mandates, read_validity, unknown_sources
from registry.standards.parameter import UNCLASSIFIED, Domain, Parameter
from registry.standards.parameter_reading import read_by_class, read_domain, read_domains, read_value
from registry.standards.reading import version_violations
from registry.standards.standard import Standard
from registry.validity import Validity


def read_localization(document: Mapping[str, Any], standard: Standard, file: str | None = None) -> Localization:
    """document: valid by its schema. file: named in violations, else the document's own reference.

    Raises LocalizationRejected with every violation; of more than a hundred, with the first hundred.
    """
    reference = f"{document['id']}@{document['version']}"
    refusal = f"{reference} is not a localization of {standard.reference}. {NEQ}"
    localized = _pin(document["standard"]).reference
    if localized != standard.reference:
        # Held against another standard, all that it says would be wrong.
        fix = f"Resolve {localized} with it, or write a localization of {standard.reference}."
        message = f"It localizes {localized}, not {standard.reference}."
        mismatch = Violation(Code.STANDARD_MISMATCH, message, fix, "/standard", file or reference, value=localized)
        raise LocalizationRejected(refusal, [mismatch])
    reader = _Reader(document, standard)
    localization = reader.read()
    if reader.violations:
        found = [replace(each, file=file or reference) for each in reader.violations[:MAX_VIOLATIONS]]
        raise LocalizationRejected(refusal, found)
    return localization


class _Reader:
    """Goes once through the document and collects what is wrong, until there is enough of it."""

    def __init__(self, document: Mapping[str, Any], standard: Standard) -> None:
        self.document, self.standard = document, standard
        self.violations: list[Violation] = []
        self.validity = self._validity(document, "")

    def read(self) -> Localization:
        document = self.document
        self._head()
        mandates, faults = read_mandates(document.get("mandates", ()), self.standard.levels)
        self.violations += faults
        self.mandates = {**self.standard.mandates, **mandates}
        members = [
            (each, f"/{key}/{place}")
            for key in ("mandates", "set", "narrow", "waive", "add_informative")
            for place, each in enumerate(document.get(key, ()))
        ]
        self.violations += islice(unknown_sources(members, document.get("sources", ())), MAX_VIOLATIONS)
        return Localization(
            id=document["id"],
            version=document["version"],
            sha256=digest(document),
            standard=_pin(document["standard"]),
            imports=tuple(_pin(each) for each in document.get("imports", ())),
            level=document["level"],
            jurisdiction=document.get("jurisdiction"),
            validity=self.validity,
            mandates=mandates,
            settings=self._settings(document.get("set", ())),
            narrowings=self._narrowings(document.get("narrow", ())),
            waivers=self._waivers(document.get("waive", ())),
            informative=self._informative(document.get("add_informative", ())),
            document=document,
        )

    def _head(self) -> None:
        document, levels = self.document, self.standard.levels
        if document["level"] not in levels:
            self.violations.append(unknown_reference(document["level"], levels, "levels of the standard", "/level"))
        self.violations += version_violations(document)
        for key in ("sources", "mandates"):
            ids = [each["id"] for each in document.get(key, ())]
            self.violations += [_twice(f"/{key}/{place}/id", ids[place]) for place in repeated(ids)]
        references = [(each["id"], each["version"]) for each in document.get("imports", ())]
        for place in _repeated_pairs(references):
            self.violations.append(_twice(f"/imports/{place}", "@".join(references[place])))

    def _validity(self, document: Mapping[str, Any], pointer: str, outer: Validity | None = None) -> Validity:
        """What is not said is that of outer."""
        validity, faults = read_validity(document, pointer, outer)
        self.violations += faults
        return validity

    def _suggested(self, names: Collection[str]) -> Collection[str]:
        """Names of which the nearest is looked for: that takes a while, and a document may hold thousands of faults."""
        return names if len(self.violations) < MAX_SUGGESTIONS else ()

    def _listed(self, documents: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for place, document in enumerate(documents):
            if len(self.violations) >= MAX_VIOLATIONS:
                return
            yield place, document

    def _parameter(self, name: str, pointer: str) -> Parameter | None:
        parameter = self.standard.parameters.get(name)
        if parameter is None:
            message = f"{self.standard.reference} has no such parameter."
            fix = did_you_mean(name, self._suggested(self.standard.parameters), "parameters of the standard")
            self.violations.append(Violation(Code.UNKNOWN_PARAM, message, fix, f"{pointer}/parameter", value=name))
        return parameter

    def _mandate(self, document: Mapping[str, Any], pointer: str) -> None:
        name = document.get("mandate")
        if name is not None and name not in self.mandates:
            self.violations.append(
                unknown_reference(name, self._suggested(self.mandates), "mandates", f"{pointer}/mandate")
            )

    def _settings(self, documents: Sequence[Mapping[str, Any]]) -> tuple[Setting, ...]:
        settings: list[Setting] = []
        for place, document in self._listed(documents):
            pointer = f"/set/{place}"
            parameter = self._parameter(document["parameter"], pointer)
            self._mandate(document, pointer)
            validity = self._validity(document, pointer, self.validity)
            if not validity.lies_within(self.validity):
                message = f"The value is in force on days on which the localization is not, which is {self.validity}."
                fix = "Let it begin no sooner and end no later."
                found = Violation(Code.VALIDITY_GAP, message, fix, f"{pointer}/valid_from", value=str(validity))
                self.violations.append(found)
            if parameter is None:
                continue
            self._evidence(document, pointer)
            values, faults = self._values(parameter, document, pointer)
            self.violations += faults
            setting = Setting(parameter.id, values, validity, pointer, document)
            self.violations += _set_twice(settings, setting)
            settings.append(setting)
        return tuple(settings)

    def _values(
        self, parameter: Parameter, document: Mapping[str, Any], pointer: str
    ) -> tuple[dict[str, Any], list[Violation]]:
        if "value_by_class" in document:
            if not self._is_classified(parameter, f"{pointer}/value_by_class"):
                return {}, []
            given = document["value_by_class"]
            return read_by_class(parameter.declaration, parameter.classes, given, f"{pointer}/value_by_class")
        value = read_value(parameter.declaration, document["value"], f"{pointer}/value")
        if isinstance(value, Violation):
            return {}, [value]
        return dict.fromkeys(parameter.classes, value), []

    def _is_classified(self, parameter: Parameter, pointer: str) -> bool:
        if parameter.classes != (UNCLASSIFIED,):
            return True
        message = f"{parameter.id} does not differ by a classifying fact."
        self.violations.append(invalid(message, "Give one value or domain.", pointer))
        return False

    def _evidence(self, document: Mapping[str, Any], pointer: str) -> None:
        for place, each in self._listed(document.get("evidence", ())):
            fact = self.standard.facts.get(each["fact"])
            if fact is None:
                message = f"{self.standard.reference} has no such fact."
                fix = did_you_mean(each["fact"], self._suggested(self.standard.facts), "facts of the standard")
                at = f"{pointer}/evidence/{place}/fact"
                self.violations.append(Violation(Code.UNKNOWN_FACT, message, fix, at, value=each["fact"]))
                continue
            value = read_value(fact.declaration, each["value"], f"{pointer}/evidence/{place}/value")
            if isinstance(value, Violation):
                self.violations.append(replace(value, code=Code.FACT_TYPE))

    def _narrowings(self, documents: Sequence[Mapping[str, Any]]) -> tuple[Narrowing, ...]:
        narrowings = []
        for place in repeated([each["parameter"] for each in documents]):
            self.violations.append(_twice(f"/narrow/{place}/parameter", documents[place]["parameter"]))
        for place, document in self._listed(documents):
            pointer = f"/narrow/{place}"
            parameter = self._parameter(document["parameter"], pointer)
            self._mandate(document, pointer)
            if parameter is None:
                continue
            domains, faults = self._domains(parameter, document, pointer)
            self.violations += faults
            narrowings.append(Narrowing(parameter.id, domains, pointer, document))
        return tuple(narrowings)

    def _domains(
        self, parameter: Parameter, document: Mapping[str, Any], pointer: str
    ) -> tuple[dict[str, Domain], list[Violation]]:
        if "domain_by_class" in document:
            if not self._is_classified(parameter, f"{pointer}/domain_by_class"):
                return {}, []
            given = document["domain_by_class"]
            return read_domains(parameter.declaration, parameter.classes, given, f"{pointer}/domain_by_class")
        domain = read_domain(parameter.declaration, document["domain"], f"{pointer}/domain")
        if isinstance(domain, list):
            return {}, domain
        return dict.fromkeys(parameter.classes, domain), []

    def _waivers(self, documents: Sequence[Mapping[str, Any]]) -> tuple[Waiver, ...]:
        waivers = []
        known = [each.id for each in self.standard.criteria]
        for place in repeated([each["criterion"] for each in documents]):
            self.violations.append(_twice(f"/waive/{place}/criterion", documents[place]["criterion"]))
        for place, document in self._listed(documents):
            pointer = f"/waive/{place}"
            self._mandate(document, pointer)
            if document["criterion"] not in known:
                message = f"{self.standard.reference} has no such criterion."
                fix = did_you_mean(document["criterion"], self._suggested(known), "criteria of the standard")
                at = f"{pointer}/criterion"
                self.violations.append(Violation(Code.UNKNOWN_CRITERION, message, fix, at, value=document["criterion"]))
                continue
            validity, faults = read_validity(document, pointer, Validity(self.validity.valid_from))
            # One that has ended before the localization begins is told by what it is, a waiver that never counts.
            self.violations += faults if "valid_from" in document else []
            waivers.append(Waiver(document["criterion"], validity, pointer, document))
        return tuple(waivers)

    def _informative(self, documents: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
        for place in repeated([each["id"] for each in documents]):
            self.violations.append(_twice(f"/add_informative/{place}/id", documents[place]["id"]))
        for place, document in enumerate(documents):
            if "finding" in document:
                pointer = f"/add_informative/{place}/finding"
                _, faults = declare(Namespace.FINDINGS, document["id"], document["finding"], pointer)
                self.violations += faults
        return tuple(documents)


def _pin(document: Mapping[str, Any]) -> Pin:
    return Pin(document["id"], document["version"], document.get("sha256"))


def _twice(pointer: str, seen: str) -> Violation:
    return Violation(Code.DUPLICATE_ID, "This stands twice.", "Leave one out.", pointer, value=seen)


def _set_twice(settings: Sequence[Setting], setting: Setting) -> Iterator[Violation]:
    """At most one: the first setting before it of the same parameter and of some of the same days."""
    for each in settings:
        if each.parameter == setting.parameter and each.validity.overlaps(setting.validity):
            message = (
                f"{setting.parameter} is set at {each.pointer} for some of the same days, which are {each.validity}."
            )
            fix = "Give each a time of its own by valid_from and valid_to."
            yield Violation(Code.PARAM_SET_TWICE, message, fix, setting.pointer, value=str(setting.validity))
            return


def _repeated_pairs(pairs: Sequence[tuple[str, str]]) -> list[int]:
    return [place for place, each in enumerate(pairs) if each in pairs[:place]]
