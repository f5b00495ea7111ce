"""CSV files in the reading process: the strict reader of parsing.py, within the limits of a file."""

from registry.file_formats import FileFormat
from registry.file_limits import Limits, require_within
from registry.file_tables import FileTable
from registry.parsing import read_csv


def read_text_file(content: bytes, *, name: str, encoding: str | None, limits: Limits) -> FileTable:
    """A CSV file. Raises Unreadable as read_csv does, and for more rows or cells than the limits allow."""
    table = read_csv(content, name=name, encoding=encoding)
    rows = len(table) + len(table.bad_records)
    require_within(rows, rows * len(table.heading), name, limits)
    return FileTable(
        name=table.name,
        sha256=table.sha256,
        heading=table.heading,
        columns=table.columns,
        rows=table.rows,
        bad_records=table.bad_records,
        file_heading=table.file_heading,
        format=FileFormat.CSV,
    )
