"""Files that commands about the log are given."""

from pathlib import Path

from registry.errors import NotFound, Unreadable

_MOST_BYTES = 1024 * 1024


def read_text(path: Path) -> str:
    """A checkpoint, key line or signature. Raises NotFound, Unreadable."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.") from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise Unreadable(f"{path} has more than {_MOST_BYTES} bytes, so it is no checkpoint.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text.") from error


def source_of_verifier() -> bytes:
    """The program that goes along with every export, byte for byte."""
    return Path(__file__).with_name("verify_export.py").read_bytes()
