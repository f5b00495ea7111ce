"""Documents in files of users."""

from pathlib import Path
from typing import Any

from registry.file_formats import shown_name
from registry.own_files import read_bytes
from registry.standards.document_service import MOST_BYTES, parse_document


def read_document(path: Path) -> dict[str, Any]:
    """Raises FileMissing, FileNotReadable, and what parse_document raises."""
    return parse_document(read_bytes(path, MOST_BYTES), shown_name(path.name))
