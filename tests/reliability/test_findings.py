"""Findings: what each row may say, and that a bad one is always named and never lost."""

import pandas as pd
import pytest
from builders import frame, make_check, make_criteria, make_criterion, make_report
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.reliability.columns import REMEMBERED_HEADINGS
from registry.reliability.criteria import read_criteria
from registry.reliability.findings import (
    OPTIONAL,
    REQUIRED,
    FindingsRejected,
    check_findings,
    lost_zero_violations,
    misspelt_columns,
    rename_columns,
    table_of,
    without_rows,
)
from registry.reliability.service import check_sides

# The machine of the tests may be busy.
QUICK = settings(deadline=None)

CRITERIA = read_criteria(
    make_criteria(
        make_criterion("c1"),
        make_criterion("02", scale="ordinal", categories=["差", "中", "好"]),
        make_criterion("c3", scale="ratio"),
        make_criterion("c4", scale="count"),
        make_criterion("c5", scale="interval"),
    )
)


def reports(*rows):
    return check_findings(table_of(frame([make_report(**row) for row in rows]), "r"), CRITERIA, "reports")


def checks(*rows):
    return check_findings(table_of(frame([make_check(**row) for row in rows]), "k"), CRITERIA, "spot_checks")


def found(checked):
    return [(each.row, each.column, each.code) for each in checked.violations]


def test_a_good_row_is_read():
    checked = reports({"value": "否", "observed_on": "2024/3/1"})

    assert checked.violations == ()
    assert checked.frame.loc[0, ["row", "criterion", "reading", "day"]].tolist() == [2, 0, 0.0, 19783]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"criterion_id": "c9"}, "criterion_id", "unknown-criterion"),
        ({"criterion_id": "C1"}, "criterion_id", "unknown-criterion"),
        ({"criterion_id": "2"}, "criterion_id", "unknown-criterion"),
        ({"criterion_id": ""}, "criterion_id", "missing-identifier"),
        ({"report_id": " "}, "report_id", "missing-identifier"),
        ({"evaluator_id": "x" * 201}, "evaluator_id", "long-identifier"),
        ({"evaluator_id": "甲\u200b"}, "evaluator_id", "hidden-character"),
        ({"evaluator_id": "甲\ufffd"}, "evaluator_id", "characters-lost"),
        ({"site_id": "3.30106E+11"}, "site_id", "digits-lost"),
        ({"site_id": "330106001001.0"}, "site_id", "digits-lost"),
        ({"site_id": "330106199003070000"}, "site_id", "digits-lost"),
        ({"site_id": "\uff13\uff13"}, "site_id", "full-width-digits"),
        ({"site_id": "#N/A"}, "site_id", "placeholder"),
        ({"site_id": "NaN"}, "site_id", "placeholder"),
        ({"value": "maybe"}, "value", "outside-categories"),
        ({"value": "2"}, "value", "outside-categories"),
        ({"criterion_id": "02", "value": "很好"}, "value", "outside-categories"),
        ({"criterion_id": "02", "value": "好\u200b"}, "value", "outside-categories"),
        *(({"criterion_id": "c3", "value": value}, "value", "not-a-number") for value in (
            "abc", "NaN", "nan", "inf", "-inf", "Infinity", "1e400", "1,5", "1 000", "1_000", "\uff11", "-1", "5%",
            "0x10",
            "1" * 5000, "true", "1e16", "\u0661", "1\u200b", "½", "--1", "=1+1", "#DIV/0!",
        )),
        ({"criterion_id": "c4", "value": "1.5"}, "value", "not-a-number"),
        ({"criterion_id": "c4", "value": "-1"}, "value", "not-a-number"),
        ({"criterion_id": "c5", "value": "-inf"}, "value", "not-a-number"),
        *(({"observed_on": day}, "observed_on", "bad-observed-on") for day in (
            "", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "20240301", "01.03.2024", "03/01/2024",
            "1/3/2024",
            "24-03-01", "2024-3", "45352", "2024-03-01 00:00", "2024年3月1日", "1899-12-30", "2200-01-01", "0000-01-01",
            "\uff12\uff10\uff12\uff14-03-01", "2024-+3-01", "2024-03-" + "9" * 5000, "2024-" + "9" * 30 + "-01", "NaT",
            "########",
        )),
        *(({"sealed_at": instant}, "sealed_at", "bad-sealed-at") for instant in (
            "2024-05-01T18:30:00", "2024-05-01", "yesterday", "2024-05-01T25:00:00+08:00", "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00", "1714559400",
        )),
        ({"standard_version": "1\u200b.0"}, "standard_version", "hidden-character"),
        ({"parameter_digest": "ab\u00a0"+"c"}, "parameter_digest", "hidden-character"),
    ],
)  # fmt: skip
def test_a_bad_report_row_is_named_and_left_out(change, column, code):
    checked = reports({}, {"report_id": "r2"} | change, {"report_id": "r3"})

    if set(change) & {"sealed_at", "standard_version", "parameter_digest"}:
        assert checked.rows_read == 3
    assert found(checked) == [(3, column, code)]
    assert checked.frame["row"].tolist() == [2, 4]
    (violation,) = checked.violations
    assert violation.message
    assert violation.fix
    assert violation.file == "r"
    assert len(violation.value) <= 80


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"status": "done"}, "status", "bad-status"),
        ({"status": "Completed"}, "status", "bad-status"),
        ({"for_cause": "maybe"}, "for_cause", "bad-for-cause"),
        ({"reverified": "2"}, "reverified", "bad-reverified"),
        *(({"inclusion_probability": p}, "inclusion_probability", "bad-inclusion-probability") for p in (
            "0", "-0.1", "1.01", "nan", "inf", "5%", "0,5", "one", "1e-320", "\uff11", "1e-10", "1_0",
        )),
        ({"inclusion_probability": ""}, "inclusion_probability", "missing-inclusion-probability"),
        ({"double_of": "nowhere"}, "double_of", "bad-double-of"),
        ({"double_of": "k2"}, "double_of", "bad-double-of"),
        ({"checker_id": ""}, "checker_id", "missing-identifier"),
        ({"spot_check_id": "k1"}, "criterion_id", "duplicate-finding"),
    ],
)  # fmt: skip
def test_a_bad_check_row_is_named(change, column, code):
    first = dict.fromkeys(change, "")
    good = {"status": "", "for_cause": "", "reverified": "", "inclusion_probability": "0.5", "double_of": ""}
    first = {name: good[name] for name in first if name in good}

    checked = checks(first, {"spot_check_id": "k2"} | change, first | {"spot_check_id": "k3"})

    assert (3, column, code) in found(checked)
    assert {row for row, _, _ in found(checked)} == ({2, 3} if code == "duplicate-finding" else {3})


@pytest.mark.parametrize("status", ["", "completed", "failed", "refused", "site_changed", " failed "])
def test_known_statuses_are_read(status):
    assert checks({"status": status}).violations == ()


def test_a_blank_probability_needs_a_cause_or_a_first_check():
    checked = checks(
        {"inclusion_probability": "0.2", "for_cause": "", "double_of": ""},
        {"spot_check_id": "k2", "inclusion_probability": "", "for_cause": "是", "double_of": ""},
        {"spot_check_id": "k3", "inclusion_probability": "", "for_cause": "no", "double_of": "k1"},
        {"spot_check_id": "k4", "inclusion_probability": "", "for_cause": "no", "double_of": ""},
    )

    assert found(checked) == [(5, "inclusion_probability", "missing-inclusion-probability")]


def test_a_repetition_of_a_repetition_is_refused():
    checked = checks(
        {"double_of": ""},
        {"spot_check_id": "k2", "double_of": "k1"},
        {"spot_check_id": "k3", "double_of": "k2"},
    )

    assert found(checked) == [(4, "double_of", "bad-double-of")]
    assert "itself a repetition" in checked.violations[0].message


def test_a_check_that_names_itself_is_no_repetition_to_others():
    checked = checks({"double_of": "k1"}, {"spot_check_id": "k2", "double_of": "k1"})

    assert found(checked) == [(2, "double_of", "bad-double-of")]
    assert "cannot repeat itself" in checked.violations[0].message


def test_a_repetition_with_a_blank_id_blames_no_first_check():
    checked = checks({"double_of": ""}, {"spot_check_id": "", "double_of": "k1"})

    assert {row for row, _, _ in found(checked)} == {3}


def test_lost_zeros_of_a_first_check_are_said():
    checked = checks({"spot_check_id": "007", "double_of": ""}, {"spot_check_id": "008", "double_of": "7"})

    assert found(checked) == [(3, "double_of", "bad-double-of")]
    assert "leading zeros" in checked.violations[0].message


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [("inclusion_probability", "0.5", "0.25"), ("for_cause", "yes", "no"), ("double_of", "k0", "")],
)
def test_what_belongs_to_the_visit_may_not_vary_in_it(name, one, other):
    first = {"spot_check_id": "k0", "site_id": "s0", name: {"double_of": ""}.get(name, other)}
    checked = checks(first, {name: one}, {name: other, "criterion_id": "c3", "value": "1"})

    assert found(checked) == [(3, name, "varies-in-visit"), (4, name, "varies-in-visit")]


def test_an_unreadable_cell_does_not_make_the_other_rows_of_its_visit_bad():
    checked = checks(
        {"inclusion_probability": "0.5"},
        {"inclusion_probability": "half", "criterion_id": "c3", "value": "1"},
    )

    assert found(checked) == [(3, "inclusion_probability", "bad-inclusion-probability")]
    assert checked.frame["row"].tolist() == [2]


def test_all_that_is_wrong_with_a_row_is_said_at_once():
    checked = reports(
        {"report_id": "", "criterion_id": "c9", "observed_on": "2024-02-30", "site_id": "1E+10"},
        {"value": "x", "observed_on": "x"},
    )

    assert sorted(found(checked)) == [
        (2, "criterion_id", "unknown-criterion"),
        (2, "observed_on", "bad-observed-on"),
        (2, "report_id", "missing-identifier"),
        (2, "site_id", "digits-lost"),
        (3, "observed_on", "bad-observed-on"),
        (3, "value", "outside-categories"),
    ]
    assert checked.bad_rows() == {2, 3}


def test_both_of_two_same_findings_are_bad_also_where_one_has_another_fault():
    checked = reports({}, {"value": "maybe"}, {"report_id": "r2"})

    assert found(checked) == [
        (2, "criterion_id", "duplicate-finding"),
        (3, "value", "outside-categories"),
        (3, "criterion_id", "duplicate-finding"),
    ]
    assert "row 3" in checked.violations[0].message


def test_the_same_finding_in_another_report_is_no_duplicate():
    assert reports({}, {"report_id": "r2"}, {"evaluator_id": "E2"}, {"site_id": "s2"}).violations == ()


def test_rows_with_blank_identifiers_are_not_called_duplicates():
    assert [code for _, _, code in found(reports({"report_id": ""}, {"report_id": ""}))] == ["missing-identifier"] * 2


def test_many_same_rows_are_refused_with_short_messages():
    table = table_of(pd.concat([frame([make_report()])] * 10_000), "r")

    checked = check_findings(table, CRITERIA, "reports")

    assert len(checked.violations) == 10_000
    assert "stands also in row 3, 4, 5, 6, 7 and 9994 more" in checked.violations[0].message
    assert max(len(each.message) for each in checked.violations) < 200


@pytest.mark.parametrize("side", ["reports", "spot_checks"])
def test_every_missing_column_is_named(side):
    with pytest.raises(FindingsRejected) as caught:
        check_findings(table_of(pd.DataFrame({"x": [1]}), "r"), CRITERIA, side)

    assert [each.column for each in caught.value.violations] == list(REQUIRED[side])


def test_remembered_headings_are_proposed_for_missing_columns_and_not_applied():
    chinese = {"report_id": "报告编号", "evaluator_id": "评估机构", "site_id": "村", "criterion_id": "指标",
               "value": "结果", "observed_on": "日期"}  # fmt: skip
    table = table_of(frame([make_report()]).rename(columns=chinese), "r")

    with pytest.raises(FindingsRejected) as caught:
        check_findings(table, CRITERIA, "reports")

    proposal = (
        '{"报告编号": "report_id", "评估机构": "evaluator_id", "村": "site_id", "指标": "criterion_id", "结果": "value"'
    )
    assert proposal in caught.value.detail
    assert "--columns" in caught.value.detail
    mapping = {heading: column for column, heading in chinese.items()}
    assert check_findings(rename_columns(table, mapping, "reports"), CRITERIA, "reports").violations == ()
    assert check_findings(rename_columns(table, chinese, "reports"), CRITERIA, "reports").violations == ()


def test_of_two_headings_for_one_column_one_is_proposed():
    rows = frame([make_report()]).rename(columns={"site_id": "村"}).assign(村庄="x")

    with pytest.raises(FindingsRejected) as caught:
        check_findings(table_of(rows, "r"), CRITERIA, "reports")

    assert '{"村": "site_id"}' in caught.value.detail


def test_every_remembered_heading_is_a_column():
    known = {name for side in REQUIRED for name in (*REQUIRED[side], *OPTIONAL[side])}

    assert set(REMEMBERED_HEADINGS.values()) <= known
    assert set(REMEMBERED_HEADINGS) & known == set()


def test_a_bad_row_names_the_heading_of_the_file():
    table = rename_columns(
        table_of(frame([make_report(value="x")]).rename(columns={"value": "结果"}), "r"), {"结果": "value"}, "reports"
    )

    assert check_findings(table, CRITERIA, "reports").violations[0].column == "结果 (value)"


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({"a": "nope"}, "nope, which is no column"),
        ({"evidence_text": "value"}, "two columns are called value"),
        ({"site_id": "村", "report_id": "村"}, "heading 村 to two columns"),
    ],
)
def test_a_mapping_that_contradicts_itself_or_the_file_is_refused(mapping, reason):
    with pytest.raises(FindingsRejected, match=reason):
        rename_columns(table_of(frame([make_report(evidence_text="x")]), "r"), mapping, "reports")


def test_a_misspelt_or_chinese_optional_column_is_pointed_out():
    checked = checks({"Status": "failed", "举报核查": "no", "double-of": "", "weather": "rain"})

    assert misspelt_columns(checked) == {"Status": "status", "举报核查": "for_cause", "double-of": "double_of"}


def test_site_codes_whose_zeros_the_other_file_has_are_bad_rows():
    one, other = reports({"site_id": "101"}, {"site_id": "s2"}), checks({"site_id": "0101"}, {"site_id": "s2"})

    lost = lost_zero_violations(one, other, {"reports": "r", "spot_checks": "k"})

    assert [(each.file, each.row, each.value, each.code) for each in lost] == [("r", 2, "101", "leading-zeros-lost")]
    assert "'0101'" in lost[0].message
    left = without_rows(one, lost)
    assert left.frame["row"].tolist() == [3]
    assert left.bad_rows() == {2}
    assert left.content_sha256 == reports({"site_id": "s2"}).content_sha256


def test_lost_zeros_are_judged_by_side_also_where_both_files_have_one_name():
    one = table_of(frame([make_report(site_id="7"), make_report(site_id="s2")]), "same.csv")
    other = table_of(frame([make_check(site_id="007"), make_check(site_id="s2")]), "same.csv")

    sides = check_sides(one, other, CRITERIA)

    assert [side.bad_rows() for side in sides] == [{2}, set()]
    assert sides[0].violations[0].file == "same.csv (reports)"


def test_a_missing_column_of_one_file_is_said_with_the_bad_rows_of_the_other():
    one = table_of(frame([make_report()]).drop(columns="value"), "r")
    other = table_of(frame([make_check(value="maybe")]), "k")

    with pytest.raises(FindingsRejected) as caught:
        check_sides(one, other, CRITERIA)

    assert [(each.file, each.code) for each in caught.value.violations] == [
        ("r", "missing-column"),
        ("k", "outside-categories"),
    ]


def test_the_digest_of_the_rows_ignores_their_order_and_nothing_else():
    rows = [{}, {"report_id": "r2"}, {"value": "false", "site_id": "s9"}]

    assert reports(*rows).content_sha256 == reports(*reversed(rows)).content_sha256
    assert reports(*rows).content_sha256 != reports(*rows[:2]).content_sha256
    assert reports(*rows).content_sha256 != reports(*rows[:2], rows[2] | {"value": "true"}).content_sha256


@QUICK
@given(
    st.lists(
        st.fixed_dictionaries({
            "report_id": st.sampled_from(["r1", "r2", "", "#N/A"]),
            "criterion_id": st.sampled_from(["c1", "02", "2", "c3", "?"]),
            "value": st.sampled_from(["true", "好", "1", "NaN", "", "1e999"]),
            "observed_on": st.sampled_from(["2024-03-01", "2024-02-30", ""]),
            "sealed_at": st.sampled_from(["", "2024-03-01T00:00:00Z", "x"]),
        }),
        min_size=1,
        max_size=12,
    )
)  # fmt: skip
def test_every_row_is_good_or_bad_and_none_is_both_or_lost(rows):
    checked = reports(*rows)

    good = set(checked.frame["row"])
    assert good | checked.bad_rows() == set(range(2, len(rows) + 2))
    assert not good & checked.bad_rows()
    assert checked.rows_read == len(rows)


@QUICK
@given(st.dictionaries(st.sampled_from([*REQUIRED["spot_checks"], *OPTIONAL["spot_checks"]]), st.text(max_size=12)))
def test_no_text_raises_anything_but_a_refusal(changes):
    checked = checks(changes)

    assert len(checked.frame) + len(checked.bad_rows()) == 1
