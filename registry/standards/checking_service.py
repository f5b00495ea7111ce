"""Whether a document may be published, or is right as far as it can be told."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from registry import documents
from registry.errors import Violation
from registry.recently_used import RecentlyUsed
from registry.standards import queries
from registry.standards.document_errors import (
    Code,
    DocumentRejected,
    LocalizationRejected,
    StandardRejected,
    VersionTaken,
)
from registry.standards.document_kinds import DocumentKind, document_kind
from registry.standards.document_service import (
    FACT_SHEET,
    load_fact_sheet,
    load_localization,
    load_mapping,
    load_standard,
    require_schema,
)
from registry.standards.draft_errors import DraftChanged
from registry.standards.library_service import Given, Library, reference_of, shipped
from registry.standards.localization import Question, resolve
from registry.standards.localization_document import Localization
from registry.standards.models import StandardDraft
from registry.standards.resolving_service import named_paths, require_not_withdrawn
from registry.standards.selection import Published
from registry.standards.standard import Standard
from registry.standards.strictness import Strictness, judge_strictness
from registry.validation import judge

Judge = Callable[[Standard], Strictness]

_MOST_BYTES = 16 * 1024**2
_BYTES_OF_A_FAULT = 1000
_JUDGED: RecentlyUsed[str, Strictness] = RecentlyUsed(
    _MOST_BYTES, lambda held: _BYTES_OF_A_FAULT * (1 + len(held.violations) + len(held.undetermined))
)


def judge_ahead(session: Session, draft: StandardDraft) -> None:
    """In a transaction that only reads, since the solver may take minutes: what check_judged then finds."""
    document = queries.get_document(session, draft)
    if document_kind(document) is DocumentKind.STANDARD:
        # What cannot be read has no directions to judge; check_judged says what is wrong with it.
        with suppress(StandardRejected):
            standard = load_standard(document)
            _JUDGED.get(standard.sha256, lambda: judge_strictness(standard))


def check_judged(session: Session, document: Mapping[str, Any]) -> None:
    """As check_publishable, but while others wait for their turn of writing: the solver does not run.

    Raises DraftChanged for content that judge_ahead did not see.
    """
    check_publishable(session, document, _judged)


def _judged(standard: Standard) -> Strictness:
    found = _JUDGED.find(standard.sha256)
    if found is None:
        raise DraftChanged("Somebody else changed the draft at this moment. Nothing was saved. Read it again.")
    return found


def check_publishable(
    session: Session, document: Mapping[str, Any], judge_directions: Judge = judge_strictness
) -> None:
    """Whether the document is right as a whole, with all that it builds on, and by both validators.

    Raises DocumentRejected, StandardNotFound, VersionTaken.
    """
    kind = document_kind(document)
    found = judge(documents.read_schema(kind.schema), document)
    if found:
        raise DocumentRejected(f"The document is not a {kind}.", found)
    reference = reference_of(document)
    if reference in shipped():
        raise VersionTaken(f"{reference} comes with the program. Choose another version or another id.")
    library = Library(session)
    if kind is DocumentKind.LOCALIZATION:
        _require_pins(document, reference)
    check_document(session, library, document, reference, judge_directions)


def check_document(
    session: Session,
    library: Library,
    document: Mapping[str, Any],
    file: str,
    judge_directions: Judge = judge_strictness,
) -> None:
    """The same, without what only publishing asks for: pins may be missing, and the version may be there.

    Raises DocumentRejected, StandardNotFound.
    """
    kind = document_kind(document)
    match kind:
        case DocumentKind.STANDARD:
            _check_standard(document, file, judge_directions)
        case DocumentKind.LOCALIZATION:
            _check_localization(session, library, document, file)
        case DocumentKind.MAPPING:
            pins = (reference_of(document[side]) for side in ("source", "target"))
            source, target = (library.standard(library.get(each, date.max, DocumentKind.STANDARD)) for each in pins)
            load_mapping(document, source, target, file)


def check_sources(
    session: Session, references: Sequence[str], given: Sequence[Given], fact_sheets: Sequence[Given], on: date
) -> list[Published]:
    """All of them, which may build on each other. Raises DocumentRejected with the violations of all."""
    library = Library(session, given)
    checked: list[Published] = []
    violations: list[Violation] = []
    for reference in references:
        published = library.get(reference, on)
        checked.append(published)
        document, file = library.document(published), library.file(published) or published.reference
        violations += _faults(partial(check_document, session, library, document, file))
    for sheet in fact_sheets:
        violations += _faults(partial(_check_fact_sheet, library, sheet))
    if violations:
        raise DocumentRejected("Not all of these are right.", violations)
    return checked


def _faults(check: Callable[[], object]) -> Sequence[Violation]:
    try:
        check()
    except DocumentRejected as error:
        return error.violations
    return ()


def _check_fact_sheet(library: Library, sheet: Given) -> None:
    require_schema(FACT_SHEET, sheet.document, sheet.file)
    of = sheet.document["standard"]
    reference = reference_of(of) if "version" in of else of["id"]
    published = library.get(reference, date.fromisoformat(sheet.document["as_of"]), DocumentKind.STANDARD)
    load_fact_sheet(sheet.document, library.standard(published), sheet.file)


def _check_standard(document: Mapping[str, Any], file: str, judge_directions: Judge) -> None:
    judged = judge_directions(load_standard(document, file))
    wrong = [replace(each, file=file) for each in (*judged.violations, *judged.undetermined)]
    if wrong:
        raise StandardRejected(f"{file} says of a parameter what its rules do not bear out.", wrong)


def _require_pins(document: Mapping[str, Any], file: str) -> None:
    pins = [("/standard", document["standard"])]
    pins += [(f"/imports/{place}", pin) for place, pin in enumerate(document.get("imports", ()))]
    message, fix = "What is published names what it builds on by its digest.", "Add sha256."
    found = [
        Violation(Code.IMPORT_NOT_PINNED, message, fix, f"{pointer}/sha256", file, value=reference_of(pin))
        for pointer, pin in pins
        if "sha256" not in pin
    ]
    if found:
        raise LocalizationRejected(f"{file} cannot be published yet.", found)


def _check_localization(session: Session, library: Library, document: Mapping[str, Any], file: str) -> None:
    """On every day on which something in it, or in what it imports, begins or ends."""
    begins = date.fromisoformat(document["valid_from"])
    published = library.get(reference_of(document["standard"]), begins, DocumentKind.STANDARD)
    base = library.standard(published)
    own = load_localization(document, base, file)
    imports = library.with_imports(pin.reference for pin in own.imports).values()
    inputs = [published, *imports]
    layers = [own, *library.localizations(imports, base)]
    for day in _turning_days(own, layers):
        require_not_withdrawn(inputs, day)
        resolve(base, layers, Question(day, None, named_paths(session, base, layers, None, day)))


def _turning_days(own: Localization, layers: Sequence[Localization]) -> list[date]:
    ends = [each.validity.valid_to for layer in layers for each in layer.settings]
    starts = [each.validity.valid_from for layer in layers for each in layer.settings]
    days = {own.validity.valid_from, *starts, *(end for end in ends if end is not None)}
    return sorted(day for day in days if own.validity.holds(day))
