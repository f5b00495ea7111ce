"""Files that commands write: whole or not at all, and never over something that they read."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from registry.errors import Invalid, Unavailable


class OutputWouldOverwrite(Invalid):
    code = "output-would-overwrite"
    title = "An output would overwrite another file of the command"


def require_distinct(inputs: Iterable[tuple[str, Path]], outputs: Iterable[tuple[str, Path]]) -> None:
    """Raises OutputWouldOverwrite where an output is also an input or another output. Each: option, path."""
    taken = {os.path.realpath(path): option for option, path in inputs}
    for option, path in outputs:
        other = taken.setdefault(os.path.realpath(path), option)
        if other != option:
            raise OutputWouldOverwrite(f"{option} {path} is also the file of {other}. Give it another name.")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then renamed. Raises Unavailable."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            # A device or a pipe cannot be replaced.
            path.write_bytes(content)
            return
        _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".registry-", delete=False) as temporary:
        beside = Path(temporary.name)
    try:
        beside.write_bytes(content)
        beside.chmod(target.stat().st_mode & 0o777 if target.is_file() else 0o644)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
