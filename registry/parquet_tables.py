"""Parquet files, read in the limited process: a few rows at a time, the bytes counted as they are decoded.

The footer of a hostile file says what its author likes, so nothing is taken from it but an early refusal.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from registry.cell_texts import cell_text
from registry.errors import Unreadable, Violation
from registry.file_formats import FileFormat, refusal
from registry.file_limits import Limits, require_within
from registry.parsing import TextTable
from registry.table_builder import TableBuilder

_ROWS_AT_ONCE = 256
_MOST_METADATA = 2**20
_SAVE = "Write the file anew."
_FLAT = "Write it as text, a number, true or false, a date or a time."


def read_parquet(content: bytes, *, name: str, limits: Limits) -> TextTable:
    """The table of a Parquet file, every cell as text; row 2 is the first. A missing value is blank, NaN is “nan”.

    Raises Unreadable for a damaged file, a column of another type than text, number, truth, date and time, and for
    more rows, cells or decoded bytes than the limits allow.
    """
    builder = TableBuilder(name, FileFormat.PARQUET, limits)
    try:
        with pq.ParquetFile(
            io.BytesIO(content),
            pre_buffer=False,
            page_checksum_verification=True,
            thrift_string_size_limit=_MOST_METADATA,
            thrift_container_size_limit=_MOST_METADATA,
        ) as file:
            _require_flat(file.schema_arrow, name, limits)
            rows = file.metadata.num_rows
            require_within(rows, rows * len(file.schema_arrow), name, limits)
            builder.set_heading(1, file.schema_arrow.names)
            for row, cells in enumerate(_records(file, name, limits), start=2):
                if any(cells):
                    builder.add(row, cells)
    except UnicodeDecodeError as error:
        message = "A text is not UTF-8, as texts in a Parquet file are."
        raise refusal(name, "damaged-file", message, _SAVE) from error
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError) as error:
        if isinstance(error, MemoryError):
            raise
        message = f"The Parquet file is damaged: {' '.join(str(error).split())[:200].rstrip('.')}."
        raise refusal(name, "damaged-file", message, _SAVE) from error
    return builder.table()


def _require_flat(schema: Any, name: str, limits: Limits) -> None:
    if len(schema) > limits.columns:
        message = f"The file has {len(schema):,} columns, the limit is {limits.columns}."
        raise refusal(name, "too-large", message, "Leave out the columns that are not needed.")
    wrong = [
        Violation("type-not-read", f"The column is of the type {str(each.type)[:80]}, which is not read.", _FLAT,
                  file=name, column=each.name or f"column {place}")
        for place, each in enumerate(schema, start=1) if not _is_flat(each.type)
    ]  # fmt: skip
    unnamed = [
        Violation("no-heading", f"Column {place} has no name.", "Give every column a name.", file=name)
        for place, each in enumerate(schema.names, start=1) if not each.strip()
    ]  # fmt: skip
    if wrong or unnamed:
        raise Unreadable(f"{name} cannot be read.", [*wrong, *unnamed])


def _is_flat(kind: Any) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    is_number = types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind) or types.is_decimal(kind)
    is_other = types.is_boolean(kind) or types.is_date(kind) or types.is_timestamp(kind) or types.is_null(kind)
    return _is_text(kind) or is_number or is_other


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _records(file: Any, name: str, limits: Limits) -> Iterator[Sequence[str]]:
    rows = decoded = 0
    for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
        rows += batch.num_rows
        decoded += batch.nbytes
        require_within(rows, rows * batch.num_columns, name, limits)
        if decoded > limits.unpacked_bytes:
            message = f"The file decodes to more than {limits.unpacked_bytes // 2**20} MiB."
            raise refusal(name, "too-large", message, "Split it into several files.")
        yield from zip(*(_texts(column) for column in batch.columns), strict=True)


def _texts(column: Any) -> list[str]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        # Finer than Python's times; nanoseconds matter to no rule.
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    elif pa.types.is_float32(kind):
        # 0.1 in 32 bits is 0.10000000149 in 64.
        return ["" if each is None else cell_text(float(each)) for each in column.cast(pa.string()).to_pylist()]
    return [each if type(each) is str else cell_text(each) for each in column.to_pylist()]
