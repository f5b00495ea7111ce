"""Files of users: read, mapped, written back with what is wrong in them; finished comparisons read again."""

import json

import pandas as pd
import pytest
from builders import frame, make_check, make_criteria, make_criterion, make_report, make_visits
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.annotated_files import annotate
from registry.errors import Invalid, Unreadable
from registry.file_formats import shown_name
from registry.own_files import FileMissing, read_bytes
from registry.parsing import read_csv, write_csv
from registry.reliability import compare
from registry.reliability.criteria import read_criteria
from registry.reliability.findings import check_findings, rename_columns
from registry.reliability.inputs import (
    ComparisonFiles,
    InputsRejected,
    NotAComparison,
    evaluators_csv,
    pairs_csv,
    read_column_mappings,
    read_comparison,
    read_criteria_document,
    read_inputs,
    read_table,
    result_json,
)

# The machine of the tests may be busy.
QUICK = settings(deadline=None)

CRITERIA = read_criteria(make_criteria(make_criterion("c1", scale="ordinal", categories=["-", "+"])))
HEADING = ",".join(make_report())


def lines(content):
    return content.decode("utf-8-sig").splitlines()


def checked(table):
    return check_findings(table, CRITERIA, "reports")


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_file_comes_back_whole_with_what_is_wrong_beside_each_bad_row():
    text = f"{HEADING}\nr1,E,s,c1,+,2024-03-01\n\nr2,E,s,c9,x,2024-02-30\nr3,E,s\nr4,E,s,c1,+,2024-03-01,more,=1\n"
    table = read_csv(text.encode(), name="r.csv")

    back = lines(annotate(table, checked(table).violations).content)

    assert back[0] == f"{HEADING},error"
    assert back[1] == "r1,E,s,c1,'+,2024-03-01,"
    assert back[2].startswith('r2,E,s,c9,x,2024-02-30,"')
    assert "criterion_id: " in back[2]
    assert " | observed_on: There is no such day." in back[2]
    assert back[3].startswith('r3,E,s,,,,"The row has 3 fields')
    assert back[4].startswith("r4,E,s,c1,'+,2024-03-01,\"The row has 8 fields")
    assert back[4].endswith("\",more,'=1")


def test_a_file_that_was_written_back_and_put_right_is_read_as_the_original_would_be(tmp_path):
    table = read_csv(f"{HEADING}\n-r1,@E,=s,c1,+,2024-03-01\nr2,'=E,s,c1,?,2024-03-01\n".encode(), name="r.csv")
    back = annotate(table, checked(table).violations).content.replace(b",?,", b",'-,")

    again = read_table(write(tmp_path / "r.csv", back), "reports", {})

    assert checked(again).violations == ()
    frame_again = checked(again).frame
    assert frame_again["report_id"].tolist() == ["-r1", "r2"]
    assert frame_again["evaluator_id"].tolist() == ["@E", "'=E"]
    assert frame_again["value"].tolist() == ["+", "-"]
    assert annotate(again, ()).content.count(b"error") == 1


def test_headings_of_a_file_that_comes_back_are_its_own():
    table = rename_columns(
        read_csv("编号,E,s,c,结果,日期\nr1,E,s,c1,?,2024-03-01\n".encode(), name="r.csv"),
        {
            "编号": "report_id",
            "E": "evaluator_id",
            "s": "site_id",
            "c": "criterion_id",
            "结果": "value",
            "日期": "observed_on",
        },
        "reports",
    )

    back = lines(annotate(table, checked(table).violations).content)

    assert back[0] == "编号,E,s,c,结果,日期,error"
    assert "结果 (value): c1" in back[1]


def test_an_error_column_of_the_file_itself_is_kept():
    table = read_csv(b"error,b\nmine,2\n", name="r.csv")

    assert lines(annotate(table, ()).content) == ["error,b,registry_error", "mine,2,"]


@QUICK
@given(st.text(st.sampled_from("ab,\"\n\r ='+"), max_size=60))
def test_no_row_of_a_file_is_lost_when_it_comes_back(text):
    try:
        table = read_csv(b"h,k\n" + text.encode(), name="x.csv")
    except Unreadable:
        return

    again = read_csv(annotate(table, table.bad_record_violations()).content, name="x.csv", may_be_empty=True)

    assert len(again) + len(again.bad_records) == len(table) + len(table.bad_records)


@pytest.mark.parametrize(
    ("content", "reports", "spot_checks"),
    [
        ('{"村": "site_id"}', {"村": "site_id"}, {"村": "site_id"}),
        ('{"reports": {"村": "site_id"}}', {"村": "site_id"}, {}),
        ('{"reports": {"a": "value"}, "spot_checks": {"b": "value"}}', {"a": "value"}, {"b": "value"}),
        ("{}", {}, {}),
    ],
)
def test_a_column_mapping_is_for_both_sides_or_for_each(tmp_path, content, reports, spot_checks):
    found = read_column_mappings(write(tmp_path / "columns.json", content))

    assert found == {"reports": reports, "spot_checks": spot_checks}


@pytest.mark.parametrize(
    "content", ["[]", '"x"', "null", '{"a": 1}', '{"report": {"a": "value"}}', '{"reports": {"a": 1}}', ""]
)
def test_another_shape_of_column_mapping_is_refused(tmp_path, content):
    with pytest.raises(Invalid, match=r"columns\.json"):
        read_column_mappings(write(tmp_path / "columns.json", content))


@pytest.mark.parametrize("content", ["[]", "1", "null", '"criteria"'])
def test_a_criteria_file_without_an_object_is_refused(tmp_path, content):
    with pytest.raises(Invalid, match=r"c\.json holds no JSON object"):
        read_criteria_document(write(tmp_path / "c.json", content))


@pytest.mark.parametrize("name", ["r.xlsx", "r.parquet", "r.csv.gz"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name):
    with pytest.raises(Unreadable, match=r"The name ends in|are not read"):
        read_table(write(tmp_path / name, f"{HEADING}\n"), "reports", {})


def test_criteria_of_more_bytes_than_can_be_judged_quickly_are_refused(tmp_path):
    path = write(tmp_path / "c.json", json.dumps({"criteria": [], "notes": "x" * 2**21}))

    with pytest.raises(Invalid, match=r"c\.json has 2,097,\d+ bytes; criteria may have 2,097,152"):
        read_criteria_document(path)


def test_what_is_no_file_is_missing(tmp_path):
    for path in (tmp_path, tmp_path / "no", write(tmp_path / "file", "") / "x"):
        with pytest.raises(FileMissing, match="cannot be read"):
            read_bytes(path)


def test_a_name_is_printable_whatever_the_file_system_holds():
    assert shown_name("a\r\nb\udcff村.csv") == "a??b?村.csv"


def test_everything_wrong_with_several_files_is_said_at_once(tmp_path):
    files = ComparisonFiles(
        write(tmp_path / "r.csv", ""), write(tmp_path / "k.csv", b"\xff\xff"), write(tmp_path / "c.json", '{"a": NaN}')
    )

    with pytest.raises(InputsRejected) as caught:
        read_inputs(files)

    assert [name for name in ("r.csv", "k.csv", "c.json") if name in caught.value.detail] == [
        "r.csv",
        "k.csv",
        "c.json",
    ]
    assert [(each.file, each.pointer) for each in caught.value.violations] == [("r.csv", None), ("c.json", "/a")]


def test_several_missing_files_are_missing(tmp_path):
    with pytest.raises(FileMissing, match=r"(?s)r\.csv.*k\.csv"):
        read_inputs(ComparisonFiles(tmp_path / "r.csv", tmp_path / "k.csv", write(tmp_path / "c.json", "{}")))


def test_a_mapped_heading_that_neither_file_has_is_reported(tmp_path):
    files = ComparisonFiles(
        write(tmp_path / "r.csv", write_csv(list(make_report()), [list(make_report().values())])),
        write(tmp_path / "k.csv", write_csv(list(make_check()), [list(make_check().values())])),
        write(tmp_path / "c.json", json.dumps(make_criteria())),
        write(tmp_path / "columns.json", '{"状態": "status", "value": "value"}'),
    )

    assert read_inputs(files).unused_headings == ("状態",)


@pytest.fixture(scope="module")
def comparison():
    reports, checks, criteria = make_visits({"=E1": [(1, 3), (0, 3)], "E2": [(0, 3)]})
    return compare(reports, checks, criteria)


@pytest.fixture
def folder(comparison, tmp_path):
    write(tmp_path / "result.json", result_json(comparison.document()))
    write(tmp_path / "pairs.csv", pairs_csv(comparison.pairs))
    return tmp_path


def test_a_saved_comparison_is_read_back(folder, comparison):
    saved = read_comparison(folder)

    assert saved.document == comparison.document()
    pd.testing.assert_frame_equal(saved.pairs, comparison.pairs, check_dtype=False)


def test_a_saved_comparison_without_pairs_is_read_back(tmp_path):
    nothing = compare(frame([make_report()]), frame([make_check(site_id="s2")]), make_criteria())
    write(tmp_path / "result.json", result_json(nothing.document()))
    write(tmp_path / "pairs.csv", pairs_csv(nothing.pairs))

    assert len(read_comparison(tmp_path).pairs) == 0


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("result.json", "{}", NotAComparison),
        ("result.json", "[]", NotAComparison),
        ("result.json", "{", Unreadable),
        ("pairs.csv", "a,b\n1,2\n", NotAComparison),
        ("pairs.csv", "", Unreadable),
    ],
)
def test_a_folder_that_holds_something_else_is_refused(folder, name, content, error):
    write(folder / name, content)

    with pytest.raises(error):
        read_comparison(folder)


@pytest.mark.parametrize("change", [(b",0,", b",x,"), (b"E2,", b"E2,,"), (b"lag_days", b"lag")])
def test_spoiled_pairs_are_refused(folder, change):
    write(folder / "pairs.csv", (folder / "pairs.csv").read_bytes().replace(*change, 1))

    with pytest.raises(NotAComparison, match=r"pairs\.csv"):
        read_comparison(folder)


def test_an_empty_folder_is_missing_its_result(tmp_path):
    with pytest.raises(FileMissing, match=r"result\.json"):
        read_comparison(tmp_path)


def test_the_table_of_evaluators_runs_no_formula_and_has_each_once(comparison):
    table = lines(evaluators_csv(comparison.document()))

    assert [line.split(",")[0] for line in table] == ["evaluator_id", "'=E1", "E2"]
    assert "score_low" in table[0]
    assert "score_high" in table[0]
