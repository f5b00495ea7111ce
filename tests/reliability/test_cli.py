"""`registry compare` from the outside: exit codes, what goes to which stream, files whole or absent."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.documents import schema_violations
from registry.parsing import read_csv

FILES = ("result.json", "pairs.csv", "unpaired.csv", "working-paper.xlsx", "chart.svg", "chart.png")


def rows_of(path):
    table = read_csv(path.read_bytes(), name=path.name)
    return [dict(zip(table.heading, table.record(i), strict=True)) for i in range(len(table))]


def assert_refused(run, code, *texts):
    """Refused in words: nothing on stdout, no traceback, every text on stderr."""
    assert (run.code, run.out) == (code, b""), run.err
    assert "Traceback" not in run.err
    assert "Error: " in run.err
    for text in texts:
        assert text in run.err


def test_the_table_goes_to_stdout_and_nothing_else(inputs, run_registry):
    run = run_registry("compare", *inputs.options())

    assert (run.code, run.err) == (0, "")
    assert "机构0" in run.out.decode()
    assert "\x1b" not in run.out.decode()


def test_json_on_stdout_is_a_valid_comparison(inputs, run_registry):
    run = run_registry("compare", *inputs.options(), "--format", "json")

    document = json.loads(run.out)
    assert run.code == 0
    assert schema_violations("comparison.v1", document) == []
    assert document["inputs"]["reports"]["name"] == "reports.csv"
    assert [each["evaluator_id"] for each in document["evaluators"]] == ["机构0", "机构1"]


def test_csv_on_stdout_has_one_row_for_each_evaluator(inputs, run_registry):
    run = run_registry("compare", *inputs.options(), "--format", "csv")

    assert [line.split(",")[0] for line in run.out.decode().splitlines()] == ["evaluator_id", "机构0", "机构1"]


@pytest.mark.parametrize(
    ("name", "form", "start"),
    [("x.json", None, b"{"), ("x.csv", None, b"\xef\xbb\xbf"), ("x.txt", None, b""), ("x.JSON", None, b"{"),
     ("x", "json", b"{"), ("x.json", "table", b""), ("x.dat", "csv", b"\xef\xbb\xbf")],
)  # fmt: skip
def test_the_result_is_written_in_the_format_asked_for(inputs, run_registry, name, form, start):
    run = run_registry("compare", *inputs.options(out=inputs.folder / name, format=form))

    assert (run.code, run.out) == (0, b"")
    content = (inputs.folder / name).read_bytes()
    assert content.startswith(start or b"Evaluators")


def test_the_same_run_twice_gives_the_same_bytes_also_for_shuffled_rows(inputs, run_registry):
    found = []
    for folder in ("one", "two"):
        run = run_registry("compare", *inputs.options(folder=inputs.folder / folder, format="json"))
        found.append([run.out, *((inputs.folder / folder / name).read_bytes() for name in FILES)])

    assert found[0] == found[1]
    random.Random(1).shuffle(inputs.reports)
    again = json.loads(run_registry("compare", *inputs.write().options(format="json")).out)
    first = json.loads(found[0][0])
    assert again["inputs"]["reports"]["content_sha256"] == first["inputs"]["reports"]["content_sha256"]
    assert again["evaluators"] == first["evaluators"]


def test_without_a_command_the_help_is_shown(run_registry):
    run = run_registry("--help")

    assert run.code == 0
    assert b"compare" in run.out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"lag_days": -1}, "--lag-days"),
        ({"lag_days": 10**30}, "--lag-days"),
        ({"lag_days": "many"}, "--lag-days"),
        ({"format": "xml"}, "--format"),
        ({"on_error": "ignore"}, "--on-error"),
        ({"on_error": "report"}, "--errors FILE"),
        ({"errors": "e.csv"}, "--on-error report"),
        ({"out": "x.xlsx"}, "--format"),
        ({"chart": "x.pdf"}, ".svg or .png"),
        ({"language": "xx"}, "--language"),
        ({"reports": None}, "--reports"),
        ({"nonsense": "1"}, "--nonsense"),
    ],
)
def test_a_wrong_call_is_said_before_anything_is_done(inputs, run_registry, options, text):
    before = sorted(inputs.folder.iterdir())

    run = run_registry("compare", *inputs.options(**options))

    assert_refused(run, 2, text)
    assert sorted(inputs.folder.iterdir()) == before


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc", "Asia", "UTC+8"])
def test_an_unknown_zone_is_refused(inputs, run_registry, zone):
    assert_refused(run_registry("compare", *inputs.options(zone=zone)), 1, "no time zone", "Asia/Shanghai")


def test_an_unknown_language_in_the_environment_is_refused(inputs, run_registry, monkeypatch):
    monkeypatch.setenv("REGISTRY_LANGUAGE", "xx")

    assert_refused(run_registry("compare", *inputs.options()), 1, "REGISTRY_LANGUAGE", "'xx'")


def test_the_language_of_the_environment_is_that_of_the_table(inputs, run_registry, monkeypatch):
    english = run_registry("compare", *inputs.options())
    monkeypatch.setenv("REGISTRY_LANGUAGE", "zh")

    chinese = run_registry("compare", *inputs.options())

    assert chinese.code == 0
    assert chinese.out != english.out
    assert run_registry("compare", *inputs.options(language="en")).out == english.out


def test_missing_files_are_all_named(inputs, run_registry):
    options = inputs.options(reports="no-1.csv", spot_checks="no-2.csv", criteria="no-3.json")

    assert_refused(run_registry("compare", *options), 3, "no-1.csv", "no-2.csv", "no-3.json", "No such file")


@pytest.mark.parametrize("option", ["reports", "spot_checks", "criteria", "columns"])
def test_a_folder_is_no_file(inputs, run_registry, option):
    assert_refused(run_registry("compare", *inputs.options(**{option: inputs.folder})), 3, "Is a directory")


@pytest.mark.parametrize("option", ["out", "working_paper", "errors"])
def test_an_output_that_cannot_be_written_is_said_and_nothing_is_left(inputs, run_registry, option):
    (inputs.folder / "folder").mkdir()
    inputs.reports[0]["value"] = "maybe"
    changes = {option: inputs.folder / "folder", "errors": inputs.folder / "e.csv"} if option != "errors" else {}
    changes |= {"on_error": "report", "format": "json"}

    run = run_registry("compare", *inputs.write().options(**{option: inputs.folder / "folder"} | changes))

    assert run.code == 6
    assert run.out == b""
    assert "folder cannot be written: Is a directory" in run.err
    assert list((inputs.folder / "folder").iterdir()) == []
    assert [each.name for each in inputs.folder.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize("option", ["out", "chart", "working_paper", "errors"])
def test_no_output_replaces_an_input(inputs, run_registry, option):
    link = inputs.folder / ("link.csv" if option == "errors" else "link.svg")
    link.symlink_to(inputs.folder / "reports.csv")
    before = (inputs.folder / "reports.csv").read_bytes()

    run = run_registry(
        "compare", *inputs.options(on_error="report", format="csv", **{"errors": "e.csv"} | {option: link})
    )

    assert_refused(run, 1, "is also the file of --reports")
    assert (inputs.folder / "reports.csv").read_bytes() == before


def test_a_comparison_folder_holds_every_file_and_nothing_else(inputs, run_registry):
    run = run_registry("compare", *inputs.options(folder=inputs.folder / "out"))

    assert run.code == 0
    assert sorted(each.name for each in (inputs.folder / "out").iterdir()) == sorted(FILES)


BAD_REPORTS = {
    0: {"criterion_id": "c9"},
    1: {"value": "abc"},
    3: {"value": "NaN"},
    5: {"value": "inf"},
    6: {"observed_on": "2024-02-30"},
    8: {"site_id": "3.3E+11"},
    10: {"site_id": "5"},
}


def spoil(inputs):
    for row, change in BAD_REPORTS.items():
        inputs.reports[row] |= change
    inputs.spot_checks[2]["value"] = "perhaps"
    return inputs.write()


def test_every_bad_row_of_both_files_is_refused_at_once_with_row_column_value_and_fix(inputs, run_registry):
    run = run_registry("compare", *spoil(inputs).options(out=inputs.folder / "x.json"))

    assert_refused(run, 1, "7 of 12 rows of reports.csv and 1 of 12 rows of spot_checks.csv break rules")
    named = [line for line in run.err.splitlines() if line.startswith("  ")]
    assert [line.split(":")[0].strip() for line in named] == [
        "reports.csv, row 2, column criterion_id",
        "reports.csv, row 3, column value",
        "reports.csv, row 5, column value",
        "reports.csv, row 7, column value",
        "reports.csv, row 8, column observed_on",
        "reports.csv, row 10, column site_id",
        "reports.csv, row 12, column site_id",
        "spot_checks.csv, row 4, column value",
    ]
    assert named[1] == (
        "  reports.csv, row 3, column value: 02 (ratio) takes a number of 0 or more. Seen: 'abc'. "
        "Correct it, or leave it blank if it was not assessed."
    )
    assert not (inputs.folder / "x.json").exists()


def test_reported_rows_come_back_and_the_good_ones_are_compared(inputs, run_registry):
    errors = inputs.folder / "errors.csv"

    run = run_registry("compare", *spoil(inputs).options(on_error="report", errors=errors, format="json"))

    document = json.loads(run.out)
    assert run.code == 0
    assert "7 of 12 rows of reports.csv are bad and were left out; see" in run.err
    assert "1 of 12 rows of spot_checks.csv" in run.err
    back, second = rows_of(errors), rows_of(inputs.folder / "errors-spot-checks.csv")
    assert [{name: row[name] for name in inputs.reports[0]} for row in back] == inputs.reports
    assert {place for place, row in enumerate(back) if row["error"]} == set(BAD_REPORTS)
    assert [place for place, row in enumerate(second) if row["error"]] == [2]
    assert "Seen" not in back[1]["error"]
    assert document["inputs"]["reports"]["rows"] == 12
    assert document["inputs"]["reports"]["bad_rows"] == 7


def test_the_file_that_came_back_is_accepted_once_it_is_put_right(inputs, run_registry):
    clean = run_registry("compare", *inputs.options(format="json"))
    first = {name: json.loads(clean.out)[name] for name in ("evaluators", "criteria", "pool", "dropped")}
    right = [dict(row) for row in inputs.reports]
    errors = inputs.folder / "errors.csv"
    run_registry("compare", *spoil(inputs).options(on_error="report", errors=errors))
    table = read_csv(errors.read_bytes(), name="errors.csv")
    inputs.reports[:] = [
        row | {"error": table.record(i)[-1]} for i, row in enumerate(right)
    ]  # the cells are put right, the error column is left as it is
    inputs.spot_checks[2]["value"] = "是"

    run = run_registry("compare", *inputs.write().options(format="json"))

    assert run.code == 0
    assert {name: json.loads(run.out)[name] for name in first} == first


def test_bad_rows_come_back_also_when_none_is_good(inputs, run_registry):
    for row in inputs.reports:
        row["value"] = "?"
    errors = inputs.folder / "errors.csv"

    run = run_registry("compare", *inputs.write().options(on_error="report", errors=errors))

    assert (run.code, run.out) == (1, b"")
    assert "No good row is left in the reports" in run.err
    assert all(row["error"] for row in rows_of(errors))


def test_without_bad_rows_no_errors_file_appears(inputs, run_registry):
    errors = inputs.folder / "errors.csv"

    run = run_registry("compare", *inputs.options(on_error="report", errors=errors))

    assert run.code == 0
    assert "was not written" in run.err
    assert not errors.exists()


def test_only_spot_checks_with_bad_rows_go_to_the_named_file(inputs, run_registry):
    inputs.spot_checks[2]["value"] = "?"
    errors = inputs.folder / "errors.csv"

    run_registry("compare", *inputs.write().options(on_error="report", errors=errors))

    assert [row["spot_check_id"] for row in rows_of(errors) if row["error"]] == ["k1"]


def test_a_missing_column_is_refused_also_when_bad_rows_are_reported(inputs, run_registry):
    for row in inputs.reports:
        del row["value"]
    inputs.spot_checks[0]["value"] = "?"
    options = inputs.write().options(on_error="report", errors=inputs.folder / "e.csv")

    assert_refused(run_registry("compare", *options), 1, "column value is missing", "spot_checks.csv, row 2")
    assert not (inputs.folder / "e.csv").exists()


def test_a_ragged_row_comes_back_whole(inputs, run_registry):
    path = inputs.folder / "reports.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("7.5,2024", "7,5,2024", 1), encoding="utf-8")
    errors = inputs.folder / "errors.csv"

    run = run_registry("compare", *inputs.options(on_error="report", errors=errors, format="json"))

    assert json.loads(run.out)["inputs"]["reports"]["bad_rows"] == 1
    line = errors.read_text(encoding="utf-8-sig").splitlines()[2]
    assert line.startswith('r0,机构0,0000,02,7,5,"The row has 7 fields')
    assert line.endswith(",2024-03-01")


def test_formulas_in_what_is_written_are_made_harmless(inputs, run_registry):
    for row in inputs.reports:
        row["evaluator_id"] = '=HYPERLINK("http://x","y")'
        row["evidence"] = "@SUM(A1)"
    inputs.reports[0]["value"] = "+1+1"
    errors, folder = inputs.folder / "errors.csv", inputs.folder / "out"

    run = run_registry(
        "compare", *inputs.write().options(on_error="report", errors=errors, folder=folder, format="csv")
    )

    written = [run.out, errors.read_bytes(), (folder / "pairs.csv").read_bytes()]
    cells = [cell for content in written for row in read_csv(content, name="x").columns.values() for cell in row.values]
    assert run.code == 0
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]


CHINESE = {
    "报告编号": "report_id", "评估机构": "evaluator_id", "抽查编号": "spot_check_id", "检查员": "checker_id",
    "村": "site_id", "指标": "criterion_id", "结果": "value", "日期": "observed_on",
}  # fmt: skip


def with_chinese_headings(inputs):
    back = {column: heading for heading, column in CHINESE.items()}
    for rows in (inputs.reports, inputs.spot_checks):
        rows[:] = [{back[name]: value for name, value in row.items()} for row in rows]
    return inputs


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headings_are_proposed_and_mapped_in_any_named_encoding(inputs, run_registry, encoding):
    expected = run_registry("compare", *inputs.options())
    named = None if encoding.startswith("utf-8") else encoding
    columns = inputs.folder / "columns.json"
    with_chinese_headings(inputs).write(encoding)

    proposed = run_registry("compare", *inputs.options(encoding=named))
    columns.write_text(json.dumps(CHINESE, ensure_ascii=False), encoding="utf-8")
    run = run_registry("compare", *inputs.options(encoding=named, columns=columns))

    assert_refused(proposed, 1, '"评估机构": "evaluator_id"', "--columns")
    assert (run.code, run.out) == (0, expected.out), run.err


def test_a_file_in_another_encoding_is_refused_naming_the_option(inputs, run_registry):
    run = run_registry("compare", *inputs.write("gb18030").options())

    assert_refused(run, 1, "reports.csv is not UTF-8", "spot_checks.csv is not UTF-8", "--encoding gb18030")


def test_a_misspelt_optional_column_is_warned_of(inputs, run_registry):
    for row in inputs.spot_checks:
        row["Status"] = "failed"

    run = run_registry("compare", *inputs.write().options(format="json"))

    assert run.code == 0
    assert "Status was ignored. Is it status?" in run.err
    json.loads(run.out)


def test_files_of_one_name_are_told_apart(inputs, run_registry):
    other = inputs.folder / "other"
    other.mkdir()
    inputs.spot_checks[0]["value"] = "?"
    inputs.write()
    (inputs.folder / "spot_checks.csv").rename(other / "reports.csv")

    run = run_registry("compare", *inputs.options(spot_checks=other / "reports.csv"))

    assert_refused(run, 1, "reports.csv (spot checks), row 2")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a,b\n", "no rows"),
        (b"PK\x03\x04 workbook", "is a workbook"),
        (b"a;b\n1;2\n", "no commas"),
        (b"a,a\n1,2\n", "doubled heading"),
        (b'a,b\n1,"2\n', "double quotes"),
        (b"\xff\xfea\x00", "--encoding utf-16"),
        (b"\0" * 100, "NUL in its heading"),
        (b"value\n" + b"x" * 200_000, "32768"),
        (b"\x80\x81", "not UTF-8"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unreadable_file_is_refused(inputs, run_registry, content, text):
    (inputs.folder / "reports.csv").write_bytes(content)

    assert_refused(run_registry("compare", *inputs.options()), 1, "reports.csv", text)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty"),
        (b"[]", "no JSON object"),
        (b"{", "line 1"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"{}", 'Missing: "criteria"'),
        (b'{"criteria": [{"id": "c1", "scale": "boolean", "lag_days": ' + b"9" * 5000 + b"}]}", "/criteria/0/lag_days"),
        (b'{"criteria": [], "criteria": []}', "Duplicate key 'criteria'"),
        (b'{"criteria": [{"id": "c1", "scale": "boolean", "veto": 1}, {"id": "c1"}]}', "/criteria/1"),
        (b"[" * 100_000, "deeper than 64"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unusable_criteria_document_is_refused(inputs, run_registry, content, text):
    (inputs.folder / "criteria.json").write_bytes(content)

    assert_refused(run_registry("compare", *inputs.options()), 1, text)


def test_bad_criteria_are_said_with_what_the_files_lack(inputs, run_registry):
    inputs.criteria["criteria"].append({"id": "c1", "scale": "boolean"})
    for row in inputs.reports:
        del row["value"]

    run = run_registry("compare", *inputs.write().options())

    assert_refused(run, 1, "/criteria/0/id", "/criteria/2/id", "column value is missing")


def test_line_ends_and_blank_rows_change_nothing(inputs, run_registry):
    path = inputs.folder / "reports.csv"
    expected = json.loads(run_registry("compare", *inputs.options(format="json")).out)
    text = path.read_text(encoding="utf-8")
    for changed in (
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        "\ufeff" + text,
        text.replace("\n", "\n\n,,,,,\n"),
    ):
        path.write_bytes(changed.encode())

        found = json.loads(run_registry("compare", *inputs.options(format="json")).out)

        assert found["evaluators"] == expected["evaluators"]
        assert found["inputs"]["reports"]["content_sha256"] == expected["inputs"]["reports"]["content_sha256"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_spoiled_file_ends_in_anything_but_an_answer_or_a_refusal(inputs, run_registry, data):
    name = data.draw(st.sampled_from(["reports.csv", "spot_checks.csv", "criteria.json"]))
    content = bytearray((inputs.write().folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    (inputs.folder / name).write_bytes(bytes(content))
    options = inputs.options(on_error="report", errors=inputs.folder / "e.csv", format="json")

    run = run_registry("compare", *options)

    assert run.code in (0, 1)
    assert (run.code == 0) == bool(run.out)
    assert "Traceback" not in run.err
    if run.out:
        summary = json.loads(run.out)["inputs"]["reports"]
        assert summary["bad_rows"] <= summary["rows"]


def installed(*arguments, **options):
    """The program as a process of its own, warnings as errors."""
    command = [sys.executable, "-W", "error", "-m", "registry", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


def test_the_program_itself_compares_and_refuses(inputs):
    done = installed("compare", *inputs.options(format="json"))
    refused = installed("compare", *inputs.options(reports="nope.csv"))

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["format"] == "comparison.v1"
    assert (refused.returncode, refused.stdout) == (3, b"")
    assert refused.stderr.startswith(b"Error: nope.csv cannot be read")


def test_a_terminal_that_knows_no_chinese_gets_an_answer(inputs):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}

    table = installed("compare", *inputs.options(), env=environment)
    document = installed("compare", *inputs.options(format="json"), env=environment)

    assert (table.returncode, document.returncode) == (0, 0), table.stderr + document.stderr
    assert json.loads(document.stdout)["evaluators"][0]["evaluator_id"] == "机构0"


def test_a_file_name_that_is_no_utf8_is_shown_and_stored(inputs):
    path = os.fsencode(inputs.folder / "r") + b"\xff.csv"
    Path(os.fsdecode(path)).write_bytes((inputs.folder / "reports.csv").read_bytes())

    done = installed("compare", *inputs.options(reports=os.fsdecode(path), format="json"))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inputs"]["reports"]["name"] == "r?.csv"


def test_devices_are_written_to_and_not_replaced(inputs):
    done = installed("compare", *inputs.options(out="/dev/stdout", format="json"))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["format"] == "comparison.v1"
    assert Path("/dev/stdout").resolve() != Path("/dev/stdout")


def test_a_message_cannot_move_the_cursor_of_a_terminal(inputs, run_registry):
    inputs.reports[0]["value"] = "\x1b[2Jfine\u202e"
    for row in inputs.reports:
        row["observed_\x1b[31mon"] = row.pop("observed_on")

    run = run_registry("compare", *inputs.write().options())

    assert run.code == 1
    assert "observed_?[31mon" in run.err
    assert not {"\x1b", "\u202e"} & set(run.err)
