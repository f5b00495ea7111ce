"""All that is published: what the database holds, and the catalogue that comes with the program."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from registry import documents
from registry.canonical import digest
from registry.json_text import parse_json
from registry.recently_used import RecentlyUsed
from registry.standards import queries
from registry.standards.document_errors import StandardNotFound
from registry.standards.document_kinds import DocumentKind, document_kind
from registry.standards.document_service import Document, load_localizations, load_standard, require_schema
from registry.standards.exporting import file_name, readable
from registry.standards.localization_document import Localization
from registry.standards.selection import Published, choose, published_of
from registry.standards.standard import Standard

# A standard of 200 criteria takes about 2 MB in memory, some ten times its text.
_MOST_BYTES = 512 * 1024**2
_BYTES_OF_A_CHARACTER = 10

_STANDARDS: RecentlyUsed[str, Standard] = RecentlyUsed(
    _MOST_BYTES, lambda held: _BYTES_OF_A_CHARACTER * sum(len(each.canonical) for each in held.written_criteria)
)


@dataclass(frozen=True, slots=True)
class Given:
    """A document that somebody hands in, with the name of its file."""

    document: Document
    file: str | None = None


@cache
def shipped() -> Mapping[str, tuple[Published, Mapping[str, Any]]]:
    """The catalogue by ID@VERSION, without its fact sheets."""
    found = {}
    for path, content in documents.shipped_standards():
        document = parse_json(content, file=path)
        if path.rpartition("/")[0].endswith("/facts"):
            continue
        published = published_of(document_kind(document), document, digest(document), is_shipped=True)
        found[published.reference] = (published, document)
    return found


class Library:
    """What is published, as of the session's transaction, and before it what somebody hands in."""

    def __init__(self, session: Session, given: Sequence[Given] = (), known_at: datetime | None = None) -> None:
        """given: as given_document gives them. known_at: only what was published or withdrawn by then counts; None for
        all that is recorded. The catalogue has no such instants: it is known always."""
        self._session = session
        self._given = {}
        for each in given:
            published = published_of(document_kind(each.document), each.document, digest(each.document))
            self._given[published.reference] = (published, each)
        known = {published.reference: published for published, _ in shipped().values()}
        known |= {each.reference: each for each in queries.list_known(session, known_at)}
        known |= {reference: published for reference, (published, _) in self._given.items()}
        self.known = tuple(known.values())

    def of_kind(self, kind: DocumentKind) -> tuple[Published, ...]:
        return tuple(each for each in self.known if each.kind == kind)

    def localizations_of(self, standard: str) -> tuple[Published, ...]:
        """standard: as ID@VERSION."""
        return tuple(each for each in self.known if each.standard == standard)

    def get(self, reference: str, on: date, kind: DocumentKind | None = None) -> Published:
        """ID@VERSION, or an ID, which means its version in force. Raises StandardNotFound."""
        found = choose(reference, self.known, on)
        if kind is not None and found.kind != kind:
            raise StandardNotFound(f"{found.reference} is a {found.kind}, not a {kind}.")
        return found

    def document(self, published: Published) -> Document:
        if published.reference in self._given:
            return self._given[published.reference][1].document
        if published.is_shipped:
            return shipped()[published.reference][1]
        return queries.document_of(queries.get_published(self._session, None, published.id, published.version))

    def file(self, published: Published) -> str | None:
        """How violations name it."""
        held = self._given.get(published.reference)
        return None if held is None else held[1].file

    def standard(self, published: Published) -> Standard:
        """Raises StandardRejected for a given one that is wrong. What is published is read once and kept."""
        if published.reference in self._given:
            return load_standard(self.document(published), self.file(published))
        return _STANDARDS.get(published.sha256, lambda: load_standard(self.document(published)))

    def localizations(self, published: Iterable[Published], standard: Standard) -> tuple[Localization, ...]:
        """Raises LocalizationRejected."""
        return load_localizations([(self.document(each), self.file(each)) for each in published], standard)

    def with_imports(self, references: Iterable[str]) -> dict[str, Published]:
        """Localizations and all that they import, near and far, as far as they are known."""
        by_reference = {each.reference: each for each in self.of_kind(DocumentKind.LOCALIZATION)}
        found: dict[str, Published] = {}
        waiting = list(references)
        while waiting:
            reference = waiting.pop()
            if reference in by_reference and reference not in found:
                found[reference] = by_reference[reference]
                waiting += [reference_of(each) for each in self.document(found[reference]).get("imports", ())]
        return found


def given_document(document: Document, file: str | None = None) -> tuple[Given, str]:
    """With its reference. Raises UnknownDocumentKind, DocumentRejected where the schema is broken."""
    require_schema(document_kind(document, file).schema, document, file)
    return Given(document, file), reference_of(document)


def exported_files(library: Library, published: Published) -> dict[str, bytes]:
    """Of a standard with its localizations, or of another document alone: readable, by path as in the catalogue."""
    all_of_it = [published, *library.localizations_of(published.reference)]
    documents_of = [library.document(each) for each in all_of_it]
    return {file_name(each): readable(each) for each in documents_of}


def reference_of(pin: Mapping[str, Any]) -> str:
    """ID@VERSION of a document, or of what names one."""
    return f"{pin['id']}@{pin['version']}"
