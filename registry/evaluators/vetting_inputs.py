"""Files of whoever decides at a terminal: the body of a request, evidence, and the key of a person."""

from pathlib import Path

from registry.file_formats import shown_name
from registry.json_models import Model, parsed, validated
from registry.own_files import read_bytes

_MOST_BYTES = 32 * 1024 * 1024
_MOST_KEY_BYTES = 1024


def read_body(path: Path, model: type[Model]) -> Model:
    """Raises FileMissing, FileNotReadable, MalformedBody, and RequestRejected with every fault and its place."""
    return validated(model, parsed(read_bytes(path, _MOST_BYTES), shown_name(path.name)))


def read_evidence(path: Path) -> tuple[str, bytes]:
    """Name and content. Raises FileMissing, FileNotReadable."""
    return path.name, read_bytes(path, _MOST_BYTES)


def read_key(path: Path) -> str:
    """The first line. Raises FileMissing, FileNotReadable."""
    return read_bytes(path, _MOST_KEY_BYTES).decode(errors="replace").partition("\n")[0].strip()
