"""Frames of any types as tables of text: the Python face takes what pandas users have."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from builders import frame, make_check, make_criteria, make_criterion, make_report
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import RegistryError
from registry.reliability import Method, compare
from registry.reliability.comparison import NothingToCompare
from registry.reliability.criteria import read_criteria
from registry.reliability.findings import FindingsRejected, check_findings, table_frame, table_of
from registry.reliability.service import compare_tables

# The machine of the tests may be busy.
QUICK = settings(deadline=None)

CRITERIA = read_criteria(make_criteria(make_criterion("c1")))


@QUICK
@given(
    st.lists(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=3) | st.dates()
        | st.datetimes() | st.decimals() | st.just(10**5000) | st.just(pd.NaT) | st.just(pd.NA),
        min_size=1, max_size=6,
    ),
    st.sampled_from(sorted(make_report())),
)  # fmt: skip
def test_no_object_in_a_frame_raises_anything_but_a_refusal(cells, column):
    rows = frame([make_report(report_id=f"r{i}") for i in range(len(cells))])
    rows[column] = pd.Series(cells, dtype=object)

    try:
        checked = check_findings(table_of(rows, "r"), CRITERIA, "reports")
    except RegistryError:
        return

    assert len(checked.frame) + len(checked.bad_rows()) == len(cells)


def texts_of(cells, **options):
    return table_frame(table_of(pd.DataFrame({"x": pd.Series(cells, **options)}), "x"))["x"].tolist()


@pytest.mark.parametrize(
    ("cells", "options", "texts"),
    [
        ([True, False, None], {"dtype": object}, ["true", "false", ""]),
        ([np.True_, np.False_], {"dtype": object}, ["true", "false"]),
        ([True, False], {}, ["true", "false"]),
        ([True, None], {"dtype": "boolean"}, ["true", ""]),
        ([1, 2], {}, ["1", "2"]),
        ([1.0, float("nan"), 2.5], {}, ["1", "", "2.5"]),
        ([1, None], {"dtype": "Int64"}, ["1", ""]),
        ([np.int8(1), np.float32(2), np.float32("nan")], {"dtype": object}, ["1", "2", ""]),
        ([330106001001.0], {}, ["330106001001"]),
        ([dt.date(2024, 3, 1), pd.Timestamp("2024-03-02")], {"dtype": object}, ["2024-03-01", "2024-03-02"]),
        ([pd.NaT], {"dtype": object}, [""]),
        ([np.datetime64("2024-03-01", "ns"), np.datetime64("NaT", "ns")], {"dtype": object}, ["2024-03-01", ""]),
        (["2024-03-01", None], {"dtype": "datetime64[ns]"}, ["2024-03-01", ""]),
        ([pd.Timestamp("2024-03-01T10:00+08:00")], {}, ["2024-03-01T10:00:00+08:00"]),
        (["b", "a", None, "b"], {"dtype": "category"}, ["b", "a", "", "b"]),
        ([2, 1, 2], {"dtype": "category"}, ["2", "1", "2"]),
        (["a", None, float("nan"), pd.NA], {"dtype": object}, ["a", "", "", ""]),
        (["007", 7, 7.0, "NA"], {"dtype": object}, ["007", "7", "7", "NA"]),
        ([Decimal("1.50"), "\ud800"], {"dtype": object}, ["1.50", "\ufffd"]),
        ([], {"dtype": object}, []),
    ],
)  # fmt: skip
def test_cells_of_a_frame_are_taken_as_they_are(cells, options, texts):
    assert texts_of(cells, **options) == texts


def test_rows_of_a_frame_count_from_two_whatever_its_index():
    rows = frame([make_report(), make_report(report_id="r2", value="x")]).set_axis([7, 7], axis=0)

    checked = check_findings(table_of(rows, "r"), CRITERIA, "reports")

    assert [(each.row, each.column) for each in checked.violations] == [(3, "value")]


def test_a_frame_with_a_doubled_column_is_refused():
    doubled = pd.concat([frame([make_report()]), pd.DataFrame({"value": ["true"]})], axis=1)

    with pytest.raises(FindingsRejected, match="doubled column: value"):
        table_of(doubled, "r")
    with pytest.raises(FindingsRejected, match="doubled column: 1"):
        table_of(pd.DataFrame([[1, 2]], columns=[1, "1"]), "r")


def test_a_comparison_takes_frames_of_mixed_types():
    rows = pd.DataFrame({
        "report_id": [1, 2.0, "3"], "evaluator_id": pd.Categorical(["E"] * 3), "site_id": [1, 2, 3],
        "criterion_id": ["c1"] * 3, "value": [True, np.False_, None], "extra": [object()] * 3,
        "observed_on": [dt.date(2024, 3, 1), pd.Timestamp("2024-03-01"), "2024-03-01"],
    }, index=[5, 5, 6])  # fmt: skip
    other = pd.DataFrame({
        "spot_check_id": [1, 2, 3], "checker_id": [1.0] * 3, "site_id": ["1", "2", "3"], "criterion_id": ["c1"] * 3,
        "value": ["yes", 0, 1.0], "observed_on": pd.to_datetime(["2024-03-05"] * 3),
    })  # fmt: skip

    result = compare(rows, other, make_criteria())

    assert result.pool.pairs == 2
    assert result.evaluators[0].discrepancies == 0
    assert result.inputs.reports.ignored_columns == ("extra",)
    assert result.inputs.reports.name is None


def test_a_frame_without_rows_leaves_nothing_to_compare():
    with pytest.raises(NothingToCompare, match="No good row is left in the reports"):
        compare(frame([make_report()]).iloc[:0], frame([make_check()]), make_criteria())


def test_bad_rows_of_a_frame_are_refused_together():
    with pytest.raises(FindingsRejected) as caught:
        compare(frame([make_report(value="x")]), frame([make_check(observed_on=None)]), make_criteria())

    assert [(each.file, each.row) for each in caught.value.violations] == [("reports", 2), ("spot_checks", 2)]
    assert "1 of 1 rows of reports and 1 of 1 rows of spot_checks" in caught.value.detail


def test_bad_rows_that_are_reported_are_counted_in_the_result():
    rows = [make_report(), make_report(report_id="r2", value="x")]
    tables = table_of(frame(rows), "r"), table_of(frame([make_check()]), "k")

    outcome = compare_tables(*tables, make_criteria(), Method(), on_error="report")

    assert (outcome.comparison.inputs.reports.rows, outcome.comparison.inputs.reports.bad_rows) == (2, 1)
    assert len(outcome.reports.frame) == 1
