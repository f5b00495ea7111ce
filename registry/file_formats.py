"""What a user's file is: its first bytes and its suffix must say the same. Nothing is parsed here."""

from enum import StrEnum
from pathlib import PurePosixPath

from registry.errors import Unreadable, Violation
from registry.ids import printable

_MOST_CHARACTERS = 120
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_XML_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_START = 4096


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    PARQUET = "parquet"


FORMAT_OF_SUFFIX = {
    ".csv": FileFormat.CSV,
    ".txt": FileFormat.CSV,
    ".xlsx": FileFormat.XLSX,
    ".xls": FileFormat.XLS,
    ".parquet": FileFormat.PARQUET,
    ".pq": FileFormat.PARQUET,
}
NOUNS = {
    FileFormat.CSV: "text, as a CSV file is",
    FileFormat.XLSX: "a workbook of the present format (.xlsx)",
    FileFormat.XLS: "a workbook of the old format (.xls)",
    FileFormat.PARQUET: "a Parquet file",
}
_OTHERS = (
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "packed with gzip"),
    *((b"BZh%d1AY&SY" % level, "packed with bzip2") for level in range(1, 10)),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"ARROW1\0", "an Arrow (Feather) file"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"{\\rtf", "a rich text document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    *((bytes([0x80, protocol]), "a Python pickle, which could run a program") for protocol in (2, 3, 4, 5)),
)
_SAVE_ANEW = "Open it in a spreadsheet and save it as an Excel workbook (.xlsx) or as “CSV UTF-8”."


def shown_name(name: str) -> str:
    """The last part of a file's name, as it can be printed on one line and stored."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    whole = last.encode("utf-8", "replace").decode()
    return printable(whole).replace("\n", "?")[-_MOST_CHARACTERS:] or "file"


def format_of(content: bytes, name: str) -> FileFormat:
    """The format of a file. Raises Unreadable where it is empty, none that is read, or not what its suffix says."""
    if not content.strip():
        raise refusal(name, "empty-file", "The file is empty.", "Check that the right file was exported.")
    suffix = PurePosixPath(name).suffix.lower()
    asked = FORMAT_OF_SUFFIX.get(suffix)
    if suffix and asked is None:
        message = f"Files that end in {suffix} are not read."
        raise refusal(name, "unknown-suffix", message, f"Use .csv, .xlsx, .xls or .parquet. {_SAVE_ANEW}")
    found = _found(content, name)
    if asked not in (None, found):
        message = f"The name ends in {suffix}, but the file is {NOUNS[found]}."
        raise refusal(name, "not-what-its-suffix-says", message, f"Rename it to end in .{found}, or save it anew.")
    return found


def _found(content: bytes, name: str) -> FileFormat:
    if content.startswith(b"PK\x03\x04"):
        return FileFormat.XLSX
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if _ENCRYPTED_PACKAGE in content:
            raise protected(name)
        return FileFormat.XLS
    # PARENT and PAR1 may begin the heading of a text; what follows in a Parquet file is binary.
    if content.startswith(b"PAR1") and b"\0" in content[:_START]:
        return FileFormat.PARQUET
    if content.startswith(b"PARE") and content.endswith(b"PARE"):
        raise refusal(name, "protected-file", "The Parquet file is encrypted.", "Write it without encryption.")
    for start, noun in _OTHERS:
        if content.startswith(start):
            raise refusal(name, "not-a-table", f"The file is {noun}.", _SAVE_ANEW)
    if (markup := _markup(content)) is not None:
        raise refusal(name, "not-a-table", f"The file is {markup}, whatever its name says.", _SAVE_ANEW)
    return FileFormat.CSV


def _markup(content: bytes) -> str | None:
    """What a text in angle brackets is: many systems “export to Excel” by writing a web page."""
    start = content[:_START]
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\0", b"").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style")):
        return "a web page (HTML)"
    if start.startswith(b"<?xml"):
        return "an “XML Spreadsheet 2003”" if _XML_SPREADSHEET in start else "an XML document"
    return None


def protected(name: str) -> Unreadable:
    return refusal(name, "protected-file", "The workbook is protected by a password.", "Take the password off.")


def refusal(name: str, code: str, message: str, fix: str, sheet: str | None = None) -> Unreadable:
    """The error for a file that is refused as a whole."""
    return Unreadable(f"{name} cannot be read.", [Violation(code, message, fix, file=name, sheet=sheet)])
