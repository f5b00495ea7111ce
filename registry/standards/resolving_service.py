"""What a standard means in a place on a day, by what is published and what is handed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from registry.errors import Violation
from registry.standards.document_errors import Code, DocumentRejected, FactSheetRejected
from registry.standards.document_kinds import DocumentKind
from registry.standards.document_service import load_fact_sheet
from registry.standards.geography import Paths
from registry.standards.geography_service import classes_of, path_of, paths_of
from registry.standards.library_service import Given, Library
from registry.standards.localization import Question, resolve
from registry.standards.localization_document import Localization
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.selection import Published, by_place, nearest, successor
from registry.standards.standard import Standard


@dataclass(frozen=True, slots=True)
class Asked:
    """standard, localizations: as ID@VERSION, or an ID for the version in force. known_at: what was recorded later does
    not count. Without localizations those in force in the region are taken. classes: of classifying facts; behind them
    stand those of the fact sheet, and behind these what is recorded of the region. given: documents that count before
    what is published, under their references."""

    standard: str
    on: date
    known_at: datetime
    localizations: tuple[str, ...] = ()
    region: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    fact_sheet: Given | None = None


@dataclass(frozen=True, slots=True)
class Successor:
    """An input that is no longer the newest: what has come in its place by the day."""

    input: str
    replaced_by: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Answer:
    """successors: not empty where the resolved standard is stale. It stays what it is: nothing is taken in unasked."""

    resolved: ResolvedStandard
    successors: tuple[Successor, ...]


class Resolver:
    """Answers for one region or for many; what they have in common is read once."""

    def __init__(self, session: Session, asked: Asked) -> None:
        """Raises StandardNotFound, DocumentRejected with every violation."""
        self._session, self._asked = session, asked
        self._library = Library(session, asked.given, asked.known_at)
        self._published = self._library.get(asked.standard, asked.on, DocumentKind.STANDARD)
        self.standard = self._library.standard(self._published)
        self._named = [
            self._library.get(each, asked.on, DocumentKind.LOCALIZATION).reference for each in asked.localizations
        ]
        self._read: dict[str, Localization] = {}
        self._sheet = None
        if asked.fact_sheet is not None:
            self._sheet = load_fact_sheet(asked.fact_sheet.document, self.standard, asked.fact_sheet.file)

    def answer(self, region: str | None) -> Answer:
        """Raises DocumentRejected with every violation, AmbiguousLocalization, NoDivisions."""
        on = self._asked.on
        references = self._named or self._in_force(region)
        inputs = [self._published, *self._library.with_imports(references).values()]
        require_not_withdrawn(inputs, on)
        layers = self._layers(inputs[1:])
        classes: dict[str, str] = {}
        if region is not None:
            classes = classes_of(self._session, self.standard, region, on, self._asked.known_at)
        paths = named_paths(self._session, self.standard, layers, region, on)
        given = self._given_classes(region)
        question = Question(on, region, paths, {**classes, **given})
        successors = tuple(_successors(self._library, inputs, on))
        return Answer(resolve(self.standard, layers, question), successors)

    def _given_classes(self, region: str | None) -> dict[str, str]:
        """Raises FactSheetRejected for facts of another place."""
        sheet, given = self._sheet, self._asked.fact_sheet
        if sheet is None or given is None:
            return dict(self._asked.classes)
        if region is not None and sheet.jurisdiction is not None:
            written = [(sheet.jurisdiction, sheet.as_of), (region, None)]
            fault = sheet.place_violation(region, paths_of(self._session, written, self._asked.on))
            if fault is not None:
                detail = f"The fact sheet cannot be used for {region}."
                raise FactSheetRejected(detail, [replace(fault, file=given.file)])
        return {**sheet.classes, **self._asked.classes}

    def _in_force(self, region: str | None) -> list[str]:
        """The localization of the region itself, or of the nearest region above it that has one."""
        if region is None:
            return []
        path = paths_of(self._session, [(region, None)], self._asked.on).get(region)
        found = None if path is None else nearest(self._placed, path)
        return [] if found is None else [found.reference]

    @cached_property
    def _placed(self) -> Mapping[str, list[Published]]:
        on, candidates = self._asked.on, self._library.localizations_of(self.standard.reference)
        places = {
            each.reference: path_of(self._session, each.jurisdiction, each.validity.valid_from, on)
            for each in candidates
            if each.jurisdiction is not None
        }
        return by_place(candidates, places, on)

    def _layers(self, published: Sequence[Published]) -> list[Localization]:
        unread = [each for each in published if each.reference not in self._read]
        for each in self._library.localizations(unread, self.standard):
            self._read[each.reference] = each
        return [self._read[each.reference] for each in published]


def resolve_asked(session: Session, asked: Asked) -> Answer:
    """Raises StandardNotFound, DocumentRejected with every violation, AmbiguousLocalization, NoDivisions."""
    return Resolver(session, asked).answer(asked.region)


def resolve_pinned(session: Session, standard: str, localizations: Sequence[str], on: date) -> ResolvedStandard:
    """Of exactly these versions, ID@VERSION, by which something was decided on the day: what became of them since, as a
    withdrawal, changes nothing. Raises StandardNotFound, DocumentRejected, NoDivisions."""
    library = Library(session)
    base = library.standard(library.get(standard, on, DocumentKind.STANDARD))
    layers = library.localizations(library.with_imports(localizations).values(), base)
    paths = named_paths(session, base, layers, None, on)
    return resolve(base, layers, Question(on, None, paths, {}))


def named_paths(
    session: Session, base: Standard, layers: Sequence[Localization], region: str | None, on: date
) -> Paths:
    """Of every jurisdiction that is named, and of the region."""
    written = [(each.jurisdiction, each.validity.valid_from) for each in layers if each.jurisdiction is not None]
    if base.jurisdiction is not None and (written or region is not None):
        written.append((base.jurisdiction, base.validity.valid_from))
    asked: list[tuple[str, date | None]] = [] if region is None else [(region, None)]
    return paths_of(session, [*written, *asked], on)


def require_not_withdrawn(inputs: Sequence[Published], on: date) -> None:
    withdrawn = [
        Violation(
            Code.NOT_IN_FORCE,
            f"{each.reference} was withdrawn from {each.withdrawn_from} on.",
            "Ask about a day before, or take another version.",
            "/valid_to",
            each.reference,
        )
        for each in inputs
        if each.withdrawn_from is not None and each.withdrawn_from <= on
    ]
    if withdrawn:
        raise DocumentRejected(f"What was withdrawn cannot be used on {on}.", withdrawn)


def _successors(library: Library, inputs: Sequence[Published], on: date) -> Iterator[Successor]:
    for each in inputs:
        newer = successor(each, library.known, on)
        if newer is not None:
            yield Successor(each.reference, newer.reference, newer.validity.valid_from)
