"""Parquet files as tables of text: the types that a table may have, and nothing taken from a footer on trust."""

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import Unreadable
from registry.file_formats import FileFormat
from registry.file_limits import UPLOAD
from registry.ids import has_lost_digits, is_placeholder
from registry.parquet_tables import read_parquet

# A wall clock without a zone, as such files have it.
DAY = dt.datetime.fromisoformat("2024-05-01")


def written(columns, **options):
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content, **options)
    return content.getvalue()


def read(content, limits=UPLOAD):
    return read_parquet(content, name="x.parquet", limits=limits)


def refused(content, **options):
    with pytest.raises(Unreadable) as caught:
        read(content, **options)
    return caught.value


def column(array):
    return [record[1] for record in records(read(written({"key": ["k"] * len(array), "value": array})))]


def records(table):
    return [table.record(i) for i in range(len(table))]


def test_texts_are_read_as_they_are_and_rows_counted_from_two():
    table = read(
        written({"code": ["00123", "NA", "", None], "name": pa.array(["丽水", "=1+1", "x", None], pa.large_string())})
    )

    assert (table.heading, table.form, table.sheet) == (("code", "name"), FileFormat.PARQUET, None)
    assert records(table) == [["00123", "丽水"], ["NA", "=1+1"], ["", "x"]]
    assert list(table.rows) == [2, 3, 4]


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array([1, None, -3], pa.int8()), ["1", "", "-3"]),
        (pa.array([110101199003071234], pa.int64()), ["110101199003071234"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([1.0, 0.1, None, 1e-7]), ["1", "0.1", "", "0.0000001"]),
        (pa.array([0.1, 3, None], pa.float32()), ["0.1", "3", ""]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([dt.date(2024, 5, 1)]), ["2024-05-01"]),
        (pa.array([DAY, DAY + dt.timedelta(hours=18.5)]), ["2024-05-01", "2024-05-01T18:30:00"]),
        (pa.array([1], pa.timestamp("ns")), ["1970-01-01"]),
        (pa.array([0], pa.timestamp("s", "Asia/Shanghai")), ["1970-01-01T08:00:00+08:00"]),
        (pa.array([Decimal("1.50"), None, Decimal("1E+3")], pa.decimal128(12, 2)), ["1.50", "", "1000.00"]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.nulls(2), ["", ""]),
    ],
)  # fmt: skip
def test_other_types_become_the_text_that_a_csv_file_would_have(array, texts):
    assert column(array) == texts


def test_numbers_that_are_none_or_may_have_lost_digits_are_texts_that_a_rule_refuses():
    missing, infinite, *codes = column(pa.array([float("nan"), float("inf"), 110101199003071234.0, 1e15]))

    assert (is_placeholder(missing), infinite) == (True, "inf")
    assert [has_lost_digits(code) for code in codes] == [True, True]


def test_missing_values_of_pandas_are_blank():
    content = io.BytesIO()
    pd.DataFrame({"code": ["a", None], "value": [1, None], "on": [pd.Timestamp(2024, 5, 1), pd.NaT]}).to_parquet(
        content
    )

    assert records(read(content.getvalue())) == [["a", "1", "2024-05-01"]]


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([[1]]), "list"),
        (pa.array([{"a": 1}]), "struct"),
        (pa.array([b"x"]), "binary"),
        (pa.array([dt.time(1)]), "time64"),
        (pa.array([dt.timedelta(1)]), "duration"),
    ],
)
def test_types_that_are_no_cell_are_refused_with_their_column(array, kind):
    (found,) = refused(written({"code": ["x"], "丽水": array})).violations

    assert (found.code, found.column, kind in found.message) == ("type-not-read", "丽水", True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (written({"score": [1, 2, 3]})[:-10], "damaged-file"),
        (b"PAR1" + b"\0" * 20 + b"PAR1", "damaged-file"),
        (written({"score": ["x"] * 100}).replace(b"score", b"sc\xff\xfee", 1), "damaged-file"),
        (written({"score": pa.array([], pa.string())}), "no-rows"),
        (written({"score": [None]}), "no-rows"),
        (written({" ": ["x"]}), "no-heading"),
        (written({"a": ["x"], " a": ["y"]}), "doubled-heading"),
        (written({f"c{i}": ["x"] for i in range(201)}), "too-large"),
    ],
)
def test_a_file_without_a_sound_table_is_refused(content, code):
    assert [each.code for each in refused(content).violations] == [code]


def test_a_damaged_page_is_refused():
    content = bytearray(written({"score": np.random.default_rng(1).random(20_000)}, write_page_checksum=True))
    content[60_000] ^= 1

    assert refused(bytes(content)).violations[0].code == "damaged-file"


def test_a_text_that_is_not_utf_8_is_refused():
    content = written({"code": ["københavn"]}, use_dictionary=False, compression="none", write_statistics=False)

    assert refused(content.replace("ø".encode(), b"\xf8o")).violations[0].code == "damaged-file"


def test_rows_beyond_the_limit_are_refused():
    content = written({"score": ["x"] * 600})

    assert len(read(content, replace(UPLOAD, rows=600))) == 600
    assert "600 rows, the limit is 599" in refused(content, limits=replace(UPLOAD, rows=599)).violations[0].message
    assert "600 cells" in refused(content, limits=replace(UPLOAD, cells=599)).violations[0].message


def test_decoded_bytes_are_counted_whatever_the_footer_says():
    content = written({"score": ["x" * 10_000] * 5_000}, compression="zstd")

    found = refused(content, limits=replace(UPLOAD, unpacked_bytes=2**20)).violations[0]

    assert len(content) < 2**16
    assert "more than 1 MiB" in found.message


def test_a_long_text_stands_apart():
    table = read(written({"code": ["x" * 40_000, "y"]}))

    assert [(each.code, each.row, each.column) for each in table.bad_record_violations()] == [("long-cell", 2, "code")]
    assert records(table) == [["y"]]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
NUMBERS = st.text("01.eE+-", max_size=9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, NUMBERS), min_size=1, max_size=600).filter(lambda rows: any(map(any, rows))))
def test_texts_are_read_as_they_were_written(rows):
    content = written({"code": [row[0] for row in rows], "value": [row[1] for row in rows]})

    assert records(read(content)) == [list(row) for row in rows if any(row)]
