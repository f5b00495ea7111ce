"""CSV files in the reading process: the strict reader of parsing.py, within the limits of a file."""

from registry.file_limits import Limits, require_within
from registry.parsing import TextTable, read_csv


def read_text_file(content: bytes, *, name: str, encoding: str | None, limits: Limits) -> TextTable:
    """A CSV file. Raises Unreadable as read_csv does, and for more rows or cells than the limits allow."""
    table = read_csv(content, name=name, encoding=encoding)
    rows = len(table) + len(table.bad_records)
    require_within(rows, rows * len(table.heading), name, limits)
    return table
