"""The messages in which a reading process hands over the table of a user's file.

The messages are JSON and the bytes of the codes, never pickles: what comes from a reading process is as little
trusted as the file.
"""

import json
from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from registry.errors import Unreadable, Violation
from registry.file_formats import FileFormat
from registry.parsing import BadRecord, Column, TextTable


def table_messages(table: TextTable) -> Iterator[bytes]:
    """The table as a head, then for each column its values and its codes."""
    yield _json(
        {
            "outcome": "table",
            "name": table.name,
            "sha256": table.sha256,
            "heading": table.heading,
            "form": table.form,
            "sheet": table.sheet,
            "bad_records": [asdict(each) for each in table.bad_records],
            "problems": [asdict(each) for each in table.problems],
        }
    )
    yield table.rows.tobytes()
    for column in table.columns.values():
        yield _json(column.values)
        yield column.codes.tobytes()


def refusal_message(error: Unreadable) -> bytes:
    return _json({"outcome": "refused", "detail": error.detail, "violations": [asdict(e) for e in error.violations]})


def read_messages(receive: Callable[[], bytes]) -> TextTable:
    """The table that table_messages wrote. Raises Unreadable for a refusal, ValueError for what is neither."""
    head: dict[str, Any] = json.loads(receive())
    if head["outcome"] == "refused":
        raise Unreadable(str(head["detail"]), [Violation(**each) for each in head["violations"]])
    rows = _integers(receive())
    columns: dict[str, Column] = {}
    for name in head["heading"]:
        values = tuple(json.loads(receive()))
        columns[str(name)] = Column(values, _integers(receive()))
        if len(columns[str(name)].codes) != len(rows):
            raise ValueError(f"column {name} has another length than the table")
    heading = tuple(columns)
    return TextTable(
        name=str(head["name"]),
        sha256=str(head["sha256"]),
        heading=heading,
        columns=columns,
        rows=rows,
        bad_records=tuple(BadRecord(**(each | {"cells": tuple(each["cells"])})) for each in head["bad_records"]),
        file_heading=heading,
        form=FileFormat(head["form"]),
        sheet=head["sheet"],
        problems=tuple(Violation(**each) for each in head["problems"]),
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _integers(content: bytes) -> "array[int]":
    found = array("q")
    found.frombytes(content)
    return found
