"""Dossiers in files of users."""

from pathlib import Path
from typing import Any

from registry.errors import Violation
from registry.evaluators.dossier_errors import DossierRejected
from registry.file_formats import shown_name
from registry.json_text import parse_json
from registry.own_files import read_bytes

MOST_BYTES = 4 * 1024 * 1024


def read_dossier(path: Path) -> dict[str, Any]:
    """Raises FileMissing, FileNotReadable, Unreadable, and DossierRejected for what is no object."""
    name = shown_name(path.name)
    found = parse_json(read_bytes(path, MOST_BYTES), file=name)
    if not isinstance(found, dict):
        fault = Violation("no-object", "A dossier is a JSON object.", "Write one dossier per file.", "", file=name)
        raise DossierRejected(f"{name} holds no dossier.", [fault])
    return found
