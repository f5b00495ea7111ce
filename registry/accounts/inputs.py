"""Passwords from files."""

from pathlib import Path

from registry.errors import Unreadable


def read_password(path: Path) -> str:
    """The first line. Raises Unreadable."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"The password cannot be read from {path}: it must be a readable file in UTF-8.") from error
    return lines[0] if lines else ""
