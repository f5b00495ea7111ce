"""What an engagement's document means here: its evaluator, parties and standard looked up, its events put together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from registry.documents import schema_violations
from registry.errors import Invalid, NotFound, RegistryError, Violation
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.dossier_queries import find_by_credit_code, find_evaluator
from registry.evaluators.independence_service import read_party
from registry.evaluators.models import Evaluator
from registry.fieldwork.engagement import (
    EngagementEvent,
    EventKind,
    PinnedStandard,
    ReportFacts,
    Terms,
)
from registry.fieldwork.engagement_document import (
    PARTIES,
    PARTY_LISTS,
    SCHEMA,
    Document,
    content_sha256,
    document_faults,
    read_terms,
    terms_document,
)
from registry.fieldwork.engagement_guards import Code, log_faults
from registry.ids import clean_text
from registry.standards.document_errors import StandardNotFound
from registry.standards.document_kinds import DocumentKind
from registry.standards.library_service import Library

Found = TypeVar("Found")
_SEEN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Recording:
    """Who records, and when. person: None for a command on the machine of the registry."""

    at: datetime
    by: str
    person: UUID | None


@dataclass(frozen=True, slots=True)
class Planned:
    """Of one document, ready to be saved. agreement: as it is kept. events: the agreement first, numbered from 1 on."""

    evaluator: Evaluator
    commissioner: str
    contract_reference: str
    content_sha256: str
    agreement: dict[str, Any]
    events: tuple[EngagementEvent, ...]

    @property
    def terms(self) -> Terms:
        return read_terms(self.agreement)

    @property
    def scored(self) -> tuple[str, ...]:
        """Each once, however the document names it."""
        return tuple(dict.fromkeys(self.agreement["scored"]))


@dataclass(slots=True)
class Finder:
    """Looks up what documents name, each text once. Answers are values, or what is wrong with the text."""

    session: Session
    _library: Library | None = None
    _evaluators: dict[str, Evaluator | Violation] = field(default_factory=dict)
    _parties: dict[str, str | Violation] = field(default_factory=dict)
    _standards: dict[tuple[str, str | None, date], PinnedStandard | Violation] = field(default_factory=dict)

    def evaluator(self, text: str) -> Evaluator | Violation:
        return _once(self._evaluators, text, lambda: self._find_evaluator(text))

    def party(self, text: str) -> str | Violation:
        return _once(self._parties, text, lambda: self._read_party(text))

    def standard(self, family: str, version: str | None, on: date) -> PinnedStandard | Violation:
        """The version that is in force on the day, or the given one, where it had come into force by then."""
        return _once(self._standards, (family, version, on), lambda: self._find_standard(family, version, on))

    def family(self, family: str) -> Violation | None:
        """What is wrong with the id of a standard."""
        if any(each.id == family for each in self._published().of_kind(DocumentKind.STANDARD)):
            return None
        message = f"No standard is published under {family}."
        fix = "Take the id from `registry standards list` or /api/v1/standards."
        return Violation(Code.STANDARD_UNKNOWN, message, fix, value=family[:_SEEN_CHARACTERS])

    def _published(self) -> Library:
        if self._library is None:
            self._library = Library(self.session)
        return self._library

    def _find_evaluator(self, text: str) -> Evaluator | Violation:
        if text.startswith("ev-"):
            found = find_evaluator(self.session, text)
        else:
            credit_code = read_credit_code(text).code
            found = None if credit_code is None else find_by_credit_code(self.session, credit_code)
        if found is not None:
            return found
        message = "No evaluator is registered under this code or credit code."
        fix = "Register it first; codes are written as ev-000001."
        return Violation(Code.EVALUATOR_UNKNOWN, message, fix, value=text[:_SEEN_CHARACTERS])

    def _read_party(self, text: str) -> str | Violation:
        try:
            return read_party(self.session, text, "party")
        except (Invalid, NotFound) as error:
            return _unreadable_party(error, text)

    def _find_standard(self, family: str, version: str | None, on: date) -> PinnedStandard | Violation:
        library = self._published()
        try:
            found = library.get(f"{family}@{version}" if version else family, on, DocumentKind.STANDARD)
        except StandardNotFound as error:
            fix = "Name a version that was published, or correct the day."
            return Violation(Code.STANDARD_UNKNOWN, error.detail, fix, value=version or family[:_SEEN_CHARACTERS])
        if found.validity.valid_from > on:
            message = f"{found.reference} is in force only from {found.validity.valid_from} on, not on {on}."
            return Violation(Code.STANDARD_UNKNOWN, message, "Name the version that work began with.", value=version)
        return PinnedStandard(found.id, found.version, found.sha256)


def _once(known: dict[Any, Found], key: Any, find: Callable[[], Found]) -> Found:
    if key not in known:
        known[key] = find()
    return known[key]


def _unreadable_party(error: RegistryError, text: str) -> Violation:
    message = error.violations[0].message if error.violations else error.detail
    fix = "Write the code of an evaluator, a credit code, or the reference of a region as mca:422828100."
    return Violation(Code.PARTY_UNREADABLE, message, fix, value=text[:_SEEN_CHARACTERS])


def plan(finder: Finder, document: Document, recording: Recording) -> Planned | tuple[Violation, ...]:
    """What would be saved of a document, or everything that is wrong with it."""
    broken = schema_violations(SCHEMA, document)
    if broken:
        return tuple(broken)
    named = _Named.of(finder, document)
    faults = [*document_faults(document), *named.faults]
    if faults or named.evaluator is None:
        return tuple(faults)
    agreement = terms_document(document, named.parties)
    events = list(_events(finder, document, agreement, recording))
    faults += [each for each in events if isinstance(each, Violation)]
    added = tuple(each for each in events if isinstance(each, EngagementEvent))
    # Where an event could not be read, those after it would seem to be out of order.
    faults += [] if faults else log_faults((), added, {each.number: _pointer(each.number) for each in added})
    if faults:
        return tuple(faults)
    digest = content_sha256(document, named.parties, named.evaluator.code)
    reference = clean_text(document["contract_reference"])
    return Planned(named.evaluator, named.parties["commissioner"], reference, digest, agreement, added)


def _pointer(number: int) -> str:
    """Of an event that is planned: 1 is the agreement."""
    return "/agreed_on" if number == 1 else f"/history/{number - 2}"


@dataclass(frozen=True, slots=True)
class _Named:
    """parties: keys by member of the document. evaluator: None with a fault."""

    evaluator: Evaluator | None
    parties: dict[str, Any]
    faults: tuple[Violation, ...]

    @classmethod
    def of(cls, finder: Finder, document: Document) -> "_Named":
        evaluator = finder.evaluator(document["evaluator"])
        looked_up = [("/evaluator", evaluator), ("/standard", finder.family(document["standard"]))]
        parties: dict[str, Any] = {}
        for name in PARTIES:
            parties[name] = finder.party(document[name])
            looked_up.append((f"/{name}", parties[name]))
        for name in PARTY_LISTS:
            if name in document:
                parties[name] = [finder.party(each) for each in document[name]]
                looked_up += [(f"/{name}/{place}", each) for place, each in enumerate(parties[name])]
        faults = tuple(replace(each, pointer=where) for where, each in looked_up if isinstance(each, Violation))
        return cls(evaluator if isinstance(evaluator, Evaluator) else None, parties, faults)


def _events(
    finder: Finder, document: Document, agreement: Document, recording: Recording
) -> Iterator[EngagementEvent | Violation]:
    yield EngagementEvent(
        1, EventKind.AGREED, date.fromisoformat(document["agreed_on"]), recording.at, recording.by, recording.person,
        terms=read_terms(agreement),
    )  # fmt: skip
    for number, each in enumerate(document.get("history", ()), start=2):
        kind, on = EventKind(each["kind"]), date.fromisoformat(each["on"])
        standard = None
        if kind is EventKind.STARTED:
            pinned = finder.standard(document["standard"], each.get("standard_version"), on)
            if isinstance(pinned, Violation):
                yield replace(pinned, pointer=_pointer(number))
                continue
            standard = pinned
        yield EngagementEvent(
            number, kind, on, recording.at, recording.by, recording.person,
            clean_text(each.get("reason", "")),
            standard=standard,
            report=_report(each) if kind is EventKind.REPORT_ISSUED else None,
        )  # fmt: skip


def _report(event: Document) -> ReportFacts:
    return ReportFacts(clean_text(event["report_number"]), event["signatory"], event["standard_version"])
