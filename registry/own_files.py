"""Files that commands are given by their names: what cannot be read is an error of ours, with the name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.errors import NotFound, Unavailable


class FileMissing(NotFound):
    code = "file-missing"
    title = "There is no such file"


class FileNotReadable(Unavailable):
    code = "file-not-readable"
    title = "The file cannot be read"


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """At most so many bytes and one more, by which a file that is larger is known.

    Raises FileMissing for what is no file, FileNotReadable for one that may not be read.
    """
    with opening(path), path.open("rb") as file:
        return file.read() if most is None else file.read(most + 1)


@contextmanager
def opening(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise FileMissing(f"{path} cannot be read: {error.strerror}.") from error
    except OSError as error:
        raise FileNotReadable(f"{path} cannot be read: {error.strerror}.") from error
