"""Documents in files of users."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registry.errors import Invalid
from registry.file_formats import shown_name
from registry.own_files import FileMissing, FileNotReadable, read_bytes
from registry.standards.document_errors import Refusal, of_all
from registry.standards.document_service import MOST_BYTES, is_fact_sheet, parse_document
from registry.standards.library_service import Given, given_document

_MOST_CHARACTERS_OF_A_NAME = 255


def read_document(path: Path) -> dict[str, Any]:
    """Raises FileMissing, FileNotReadable, and what parse_document raises."""
    return parse_document(read_bytes(path, MOST_BYTES), shown_name(path.name))


def read_given(path: Path) -> tuple[Given, str]:
    """A document that is to be judged, under the name of its file, with its reference. Raises UnknownDocumentKind,
    DocumentRejected where the schema is broken, and as read_document."""
    return given_document(read_document(path), shown_name(path.name))


def read_each(paths: Sequence[Path]) -> tuple[list[Given], list[Refusal]]:
    """The documents, and what is wrong with the files that hold none. Raises that where there is no document at all."""
    given, refusals = [], []
    for path in paths:
        try:
            given.append(read_given(path)[0])
        except (Invalid, FileMissing, FileNotReadable) as error:
            refusals.append(Refusal(shown_name(path.name), error))
    if not given:
        raise of_all(refusals)
    return given, refusals


def read_sources(sources: Sequence[str]) -> tuple[tuple[Given, ...], list[str]]:
    """The documents that are files, and references to all in their order. Raises as read_given."""
    given, references = [], []
    for each in sources:
        if is_file(each):
            document, reference = read_given(Path(each))
            given.append(document)
            references.append(reference)
        else:
            references.append(each)
    return tuple(given), references


def read_fact_sheet(path: Path) -> Given:
    """Whatever is in the file; it is judged with its standard. Raises as read_document."""
    return Given(read_document(path), shown_name(path.name))


def read_fact_sheets(sources: Sequence[str]) -> tuple[list[Given], list[str]]:
    """The files that are fact sheets, and the others. Raises as read_document."""
    sheets, others = [], []
    for each in sources:
        document = read_document(Path(each)) if is_file(each) else {}
        if is_fact_sheet(document):
            sheets.append(Given(document, shown_name(each)))
        else:
            others.append(each)
    return sheets, others


def is_file(source: str) -> bool:
    """What looks like a file is one, so that a misspelt name is told as such."""
    path = Path(source)
    # What is longer than a file may be called cannot be looked for.
    return path.suffix == ".json" or (len(path.name) <= _MOST_CHARACTERS_OF_A_NAME and path.is_file())
