"""Documents as files: readable, and laid out as the catalogue is. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from registry.standards.document_kinds import document_kind

_WIDTH = 120


def readable(document: Mapping[str, Any]) -> bytes:
    """JSON with what fits into a line on one line. The digest is that of the canonical form, so layout is free."""
    return f"{_laid_out(document, 0)}\n".encode()


def _laid_out(value: Any, indent: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + indent <= _WIDTH:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {_laid_out(each, indent + 2)}"
            for key, each in value.items()
        ]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(inner + _laid_out(each, indent + 2) for each in value) + "\n" + " " * indent + "]"


def file_name(document: Mapping[str, Any]) -> str:
    """Below standards/, as the catalogue names it. A localization stands with its standard, under its own id."""
    base = document.get("standard")
    if base is None:
        return f"{document['id']}/{document['version']}/{document_kind(document)}.json"
    return f"{base['id']}/{base['version']}/localizations/{document['id']}@{document['version']}.json"
