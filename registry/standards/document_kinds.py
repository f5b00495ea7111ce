"""Which kind of document this is, by its $schema. Pure."""

from enum import StrEnum

from registry.errors import Violation
from registry.standards.draft_errors import UnknownDocumentKind

_SEEN_CHARACTERS = 100


class DocumentKind(StrEnum):
    """What is drafted and published."""

    STANDARD = "standard"
    LOCALIZATION = "localization"
    MAPPING = "mapping"

    @property
    def schema(self) -> str:
        """As registry.documents names it."""
        return f"{self}.v1"

    @property
    def urn(self) -> str:
        """As a document names it in its $schema."""
        return f"urn:evaluator-registry:schema:{self}:v1"


_BY_URN = {kind.urn: kind for kind in DocumentKind}


def document_kind(document: object, file: str | None = None) -> DocumentKind:
    """Raises UnknownDocumentKind."""
    named = document.get("$schema") if isinstance(document, dict) else None
    found = _BY_URN.get(named) if isinstance(named, str) else None
    if found is None:
        seen = named[:_SEEN_CHARACTERS] if isinstance(named, str) else None
        known = ", ".join(_BY_URN)
        message = "The member $schema does not name a kind of document that is drafted and published."
        violation = Violation("unknown-document-kind", message, f"Write one of: {known}.", "/$schema", file, value=seen)
        raise UnknownDocumentKind("The kind of the document is told by its $schema.", [violation])
    return found
