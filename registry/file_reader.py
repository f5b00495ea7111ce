"""The one door for users' tables: CSV, XLSX, XLS and Parquet, each file read in a limited process of its own.

Here a file is looked at only as far as its first bytes and its name; whatever a damaged or hostile one does to a
reader happens to a child of the fork server (reader_client), and this process says what became of it.
"""

import json
import signal
from dataclasses import asdict, replace
from pathlib import Path

from registry.canonical import sha256_hex
from registry.errors import Unreadable
from registry.file_formats import NOUNS, FileFormat, format_of, refusal, shown_name
from registry.file_limits import OWN_FILE, UPLOAD, Limits
from registry.parsing import TextTable
from registry.reader_client import READERS, ReaderDied
from registry.reader_server import ANSWER_TOO_LARGE, OUT_OF_MEMORY
from registry.table_messages import read_messages

__all__ = ["OWN_FILE", "UPLOAD", "FileFormat", "Limits", "read_file", "shown_name"]

_SPLIT = "Split it into several files."
_SAVE = "Open it in the program that made it and save it anew."


def read_file(
    source: Path | bytes,
    *,
    name: str,
    encoding: str | None = None,
    sheet: str | None = None,
    limits: Limits = UPLOAD,
) -> TextTable:
    """The table of a file: one heading row, every cell as text, blank rows passed over.

    name: as the user knows the file; its suffix must say what it is (none: the content alone says it). encoding: of a
    CSV file, None for UTF-8. sheet: of a workbook, None where only one has data. Rows with a formula, an error of the
    spreadsheet or a text that is too long stand apart as bad records. Raises Unreadable for what cannot be read,
    Unavailable if no reader can be started, OSError if source is a path that cannot be read.
    """
    name = shown_name(name)
    content = _content(source, name, limits)
    form = format_of(content, name)
    request = {"format": form, "name": name, "encoding": encoding, "sheet": sheet, "limits": asdict(limits)}
    try:
        table = READERS.ask(json.dumps(request).encode(), content, read_messages, limits)
    except ReaderDied as died:
        raise _what_became_of_it(name, form, died.code, limits) from died
    return replace(table, name=name, sha256=sha256_hex(content))


def _content(source: Path | bytes, name: str, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        content = source
    else:
        with source.open("rb") as file:
            content = file.read(limits.file_bytes + 1)
    if len(content) > limits.file_bytes:
        message = f"The file has more than {_mebibytes(limits.file_bytes)}."
        raise refusal(name, "too-large", message, _SPLIT)
    return content


def _what_became_of_it(name: str, form: FileFormat, code: int | None, limits: Limits) -> Unreadable:
    """The error for a file on which the reading process ended without an answer."""
    if code is None or code == -signal.SIGXCPU:
        seconds = limits.wall_seconds if code is None else limits.cpu_seconds
        return refusal(name, "too-slow-to-read", f"To read the file takes more than {seconds} seconds.", _SPLIT)
    if code in {OUT_OF_MEMORY, -signal.SIGKILL}:
        message = f"To read the file takes more memory than there is for it ({_mebibytes(limits.memory_bytes)})."
        return refusal(name, "too-large-to-read", message, _SPLIT)
    if code == ANSWER_TOO_LARGE:
        message = f"The file holds more than {_mebibytes(limits.answer_bytes)} of text."
        return refusal(name, "too-large", message, _SPLIT)
    # A reader that cannot get the memory it wants, or meets what its authors did not foresee, aborts.
    message = f"The reader gave up on the file, which is to be {NOUNS[form]}: it is damaged, or far too large inside."
    return refusal(name, "reader-gave-up", message, f"{_SAVE} {_SPLIT}")


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"
