"""How much a user's file may hold and cost: an upload, which anybody may send, and an own file on the command line."""

from dataclasses import dataclass

from registry.file_formats import refusal

_KIB, _MIB, _GIB = 2**10, 2**20, 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reader of one file may take.

    unpacked_bytes: of all parts of a workbook that are read, counted while they are unpacked. Beyond free_bytes they
    may also not be more than ratio times the file. memory_bytes: address space of the reading process, about 300 MiB
    of it for itself. wall_seconds run from its start; queue_seconds is the longest wait for it to start.
    answer_bytes: texts and codes that it hands back.
    """

    file_bytes: int
    rows: int
    columns: int
    cells: int
    cell_characters: int
    zip_entries: int
    unpacked_bytes: int
    free_bytes: int
    ratio: int
    memory_bytes: int
    cpu_seconds: int
    wall_seconds: int
    queue_seconds: int
    answer_bytes: int


# A sheet of 100,000 rows x 20 columns has about 85 MiB of XML and packs 10 to 15 times; repeated texts, up to 50.
UPLOAD = Limits(
    file_bytes=32 * _MIB,
    rows=100_000,
    columns=200,
    cells=2_000_000,
    cell_characters=32 * _KIB,
    zip_entries=200,
    unpacked_bytes=160 * _MIB,
    free_bytes=64 * _MIB,
    ratio=50,
    memory_bytes=_GIB,
    cpu_seconds=20,
    wall_seconds=40,
    queue_seconds=90,
    answer_bytes=128 * _MIB,
)
OWN_FILE = Limits(
    file_bytes=_GIB,
    rows=5_000_000,
    columns=200,
    cells=100_000_000,
    cell_characters=32 * _KIB,
    zip_entries=2_000,
    unpacked_bytes=2 * _GIB,
    free_bytes=_GIB,
    ratio=50,
    memory_bytes=6 * _GIB,
    cpu_seconds=60,
    wall_seconds=120,
    queue_seconds=600,
    answer_bytes=2 * _GIB,
)


def require_within(rows: int, cells: int, name: str, limits: Limits, sheet: str | None = None) -> None:
    """Raises Unreadable for more rows or cells than a file may have."""
    for count, most, what in ((rows, limits.rows, "rows"), (cells, limits.cells, "cells")):
        if count > most:
            message = f"The table has {count:,} {what}, the limit is {most:,}."
            raise refusal(name, "too-large", message, "Split it into several files.", sheet)
