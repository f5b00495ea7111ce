"""Data frames of any types as tables of text, and back."""

import math
from array import array
from collections import Counter
from collections.abc import Hashable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from registry.ids import REPLACEMENT_CHARACTER
from registry.parsing import Column, TextTable
from registry.reliability.columns import FindingsRejected
from registry.reliability.criterion import value_text

# Longer integers are no finding, and Python refuses to write out thousands of digits.
_LONGEST_INTEGER_BITS = 1024


def table_of(frame: pd.DataFrame, name: str) -> TextTable:
    """A frame of any types as a text table; missing values become blank, dates ISO text, row 2 is the first.

    Raises FindingsRejected for a doubled column name.
    """
    heading = tuple(_cell_text(each) for each in frame.columns)
    doubled = [each for each, count in Counter(heading).items() if count > 1]
    if doubled:
        raise FindingsRejected(f"{name} has a doubled column: {', '.join(doubled)}. Give each a name of its own.")
    columns = {each: _text_column(frame.iloc[:, place]) for place, each in enumerate(heading)}
    return TextTable(name, "", heading, columns, array("q", range(2, len(frame) + 2)), file_heading=heading)


def table_frame(table: TextTable) -> pd.DataFrame:
    """The table as a frame of texts; bad records are left out."""
    return pd.DataFrame({
        name: np.array(column.values, dtype=object)[np.frombuffer(column.codes, dtype=np.int64)]
        for name, column in table.columns.items()
    })  # fmt: skip


def _text_column(cells: "pd.Series[Any]") -> Column:
    if pd.api.types.infer_dtype(cells, skipna=True) in ("string", "empty"):
        # Most columns are texts with few distinct ones: each is looked at once.
        codes, distinct = pd.factorize(cells.astype(object).where(cells.notna(), ""))
        texts = [_cell_text(text) for text in distinct]
        return Column(tuple(texts), array("q", codes.astype(np.int64).tobytes()))
    places: dict[str, int] = {}
    codes_of_cells = array("q", (places.setdefault(_cell_text(cell), len(places)) for cell in cells.tolist()))
    return Column(tuple(places), codes_of_cells)


def _cell_text(cell: Hashable) -> str:
    if isinstance(cell, np.datetime64):
        cell = pd.Timestamp(cell)
    elif isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, datetime):
        has_time = cell.tzinfo is not None or cell.time() != datetime.min.time()
        return cell.isoformat() if has_time else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int) and cell.bit_length() > _LONGEST_INTEGER_BITS:
        return hex(cell)
    text = cell if isinstance(cell, str) else value_text(cell)
    return text if _is_whole(text) else "".join(each if _is_whole(each) else REPLACEMENT_CHARACTER for each in text)


def _is_whole(text: str) -> bool:
    """False for half of a surrogate pair, which is no text that could be stored or shown."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
