"""Documents as they are handed in: judged by their schema, then read. Nothing here needs a database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry import documents
from registry.errors import Violation
from registry.json_text import parse_json
from registry.standards import localization
from registry.standards.document_errors import (
    NEQ,
    DocumentRejected,
    FactSheetRejected,
    LocalizationRejected,
    MappingRejected,
    StandardRejected,
)
from registry.standards.fact_sheet import FactSheet, read_fact_sheet
from registry.standards.geography import Paths
from registry.standards.localization import Question
from registry.standards.localization_document import Localization
from registry.standards.localization_reading import read_localization
from registry.standards.mapping import check_mapping
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Standard

Document = Mapping[str, Any]
# A standard of 2,000 criteria with long texts has about 2 MiB.
MOST_BYTES = 4 * 1024 * 1024
FACT_SHEET = "fact-sheet.v1"
_REFUSALS: Mapping[str, type[DocumentRejected]] = {
    "standard.v1": StandardRejected,
    "localization.v1": LocalizationRejected,
    FACT_SHEET: FactSheetRejected,
    "mapping.v1": MappingRejected,
}


def parse_document(content: bytes, file: str | None = None) -> dict[str, Any]:
    """One JSON object of at most 4 MiB, strictly read. Raises DocumentRejected, Unreadable."""
    name = file or "The document"
    if len(content) > MOST_BYTES:
        raise DocumentRejected(f"{name} has more than {MOST_BYTES} bytes. Split it into several standards.")
    document = parse_json(content, file=file)
    if not isinstance(document, dict):
        raise DocumentRejected(f"{name} has to be one JSON object, with the members of a standard or a localization.")
    return document


def is_fact_sheet(document: Document) -> bool:
    return document.get("$schema") == "urn:evaluator-registry:schema:fact-sheet:v1"


def require_schema(schema: str, document: object, file: str | None = None) -> None:
    """schema: as standard.v1. Raises the DocumentRejected of that kind with every violation, at most a hundred."""
    found = documents.schema_violations(schema, document, file=file)
    if found:
        raise _REFUSALS[schema](f"{file or 'The document'} is not a {schema.partition('.')[0]}.", found)


def load_standard(document: Document, file: str | None = None) -> Standard:
    """Raises StandardRejected."""
    require_schema("standard.v1", document, file)
    return read_standard(document, file)


def load_localization(document: Document, standard: Standard, file: str | None = None) -> Localization:
    """Raises LocalizationRejected."""
    require_schema("localization.v1", document, file)
    return read_localization(document, standard, file)


def load_localizations(given: Sequence[tuple[Document, str | None]], standard: Standard) -> tuple[Localization, ...]:
    """given: documents with the names of their files. Raises LocalizationRejected with the violations of all."""
    loaded: list[Localization] = []
    violations: list[Violation] = []
    for document, file in given:
        try:
            loaded.append(load_localization(document, standard, file))
        except LocalizationRejected as error:
            violations += error.violations
    if violations:
        raise LocalizationRejected(f"Not all of these are localizations of {standard.reference}. {NEQ}", violations)
    return tuple(loaded)


def load_fact_sheet(document: Document, standard: Standard, file: str | None = None) -> FactSheet:
    """Raises FactSheetRejected."""
    require_schema(FACT_SHEET, document, file)
    return read_fact_sheet(document, standard, file)


def load_mapping(document: Document, source: Standard, target: Standard, file: str | None = None) -> None:
    """Raises MappingRejected."""
    require_schema("mapping.v1", document, file)
    check_mapping(document, source, target, file)


def resolve(
    standard: Document | Standard,
    localizations: Sequence[Document | Localization] = (),
    *,
    on: date,
    region: str | None = None,
    paths: Paths | None = None,
    classes: Mapping[str, str] | None = None,
) -> ResolvedStandard:
    """What the standard means on the day where the last of the localizations applies, or in the region, there.

    Documents are values as parse_json gives them, or what load_standard and load_localization made of them.
    paths: of every jurisdiction that is named (registry.standards.geography); without it none is known. classes: values
    of classifying facts, as {"terrain": "hill"}.

    A pure function: equal arguments give equal bytes, `.canonical`; their digest is `.sha256`, their value `.document`.
    Raises StandardRejected and LocalizationRejected with every violation by code and pointer.

    """
    base = standard if isinstance(standard, Standard) else load_standard(standard)
    given = [(each, None) for each in localizations if not isinstance(each, Localization)]
    ready = [each for each in localizations if isinstance(each, Localization)]
    layers = [*ready, *load_localizations(given, base)]
    return localization.resolve(base, layers, Question(on, region, paths or {}, classes or {}))
