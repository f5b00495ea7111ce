"""The shipped examples say what their README says."""

import csv
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from registry import documents
from registry.json_text import parse_json
from registry.parsing import read_csv
from registry.reliability import compare
from registry.reliability.agreement import error_rates
from registry.reliability.cli import demo_comparison
from registry.reliability.findings import table_frame
from registry.reliability.repeat_inspections import InvalidInspections, as_reports_and_checks

EXAMPLES = Path(__file__).parents[2] / "examples"
BACK_CHECK = EXAMPLES / "back-check"


def expected_rates():
    with (BACK_CHECK / "expected_error_rates.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", expected_rates(), ids=lambda row: f"{row['criterion']}-{row['group_id']}")
def test_the_error_rates_that_stata_prints_are_reproduced(row):
    pairs = pd.read_csv(BACK_CHECK / "pairs.csv", dtype=str)
    own = pairs[pairs["criterion"] == row["criterion"]]

    found = error_rates(
        own["report_value"], own["check_value"], groups=own[f"{row['group_kind']}_id"], missing="difference"
    )

    group = next(each for each in found.groups if each.group == row["group_id"])
    assert (group.differences, group.n) == (int(row["differences"]), int(row["total"]))
    assert group.rate == pytest.approx(float(row["error_rate"]), abs=5e-5)


def test_stata_prints_twenty_rates():
    assert len(expected_rates()) == 20


def test_the_back_check_runs_as_a_comparison_and_blanks_are_not_assessed():
    frames = [
        table_frame(read_csv((BACK_CHECK / name).read_bytes(), name=name))
        for name in ("reports.csv", "spot_checks.csv")
    ]

    comparison = compare(*frames, parse_json((BACK_CHECK / "criteria.json").read_bytes()))

    by_id = {each.criterion_id: each for each in comparison.criteria}
    assert (by_id["gender"].n, by_id["gender"].discrepancies) == (6, 0)
    assert by_id["gameresult"].role == "difficulty"
    assert by_id["itemssold"].role == "reported"
    assert {each.grade for each in comparison.evaluators} == {"not rated"}


@pytest.fixture(scope="module")
def demo():
    return demo_comparison()


def test_the_demo_compares_the_citys_repeat_inspections(demo):
    assert (demo.pool.evaluators, demo.pool.visits, demo.pool.pairs) == (6, 425, 425 * 44)
    assert demo.dropped == ()
    assert documents.schema_violations("comparison.v1", demo.document()) == []


def test_the_demo_says_what_its_data_are_not(demo):
    notes = " ".join(demo.notes)

    for statement in ("30 inspections cite an item 70", "Neither inspection is the truth", "by construction", "Draft"):
        assert statement in notes


def test_severities_follow_the_levels_of_the_list(demo):
    severity = {each.criterion_id: each.severity for each in demo.criteria}

    assert list(severity.values()) == ["critical"] * 14 + ["serious"] * 15 + ["minor"] * 15


def test_a_follow_up_is_the_next_inspection_of_that_unit_by_another_group(demo):
    with (EXAMPLES / "chicago-food-inspections" / "inspections.csv").open(encoding="utf-8") as file:
        by_unit: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file):
            by_unit.setdefault(row["unit_id"], []).append(row)
    expected = set()
    for visits in by_unit.values():
        visits.sort(key=lambda row: row["inspection_date"])
        for first, second in pairwise(visits):
            days = (pd.Timestamp(second["inspection_date"]) - pd.Timestamp(first["inspection_date"])).days
            if days <= 180 and first["evaluator_group"] != second["evaluator_group"]:
                expected.add((first["inspection_id"], second["inspection_id"]))

    assert set(zip(demo.pairs["report_id"], demo.pairs["spot_check_id"], strict=True)) == expected


def inspection(**changes):
    row = {
        "inspection_id": "I1",
        "unit_id": "U1",
        "evaluator_group": "red",
        "inspection_date": "2020-01-01",
        "violations": "",
    }
    return row | changes


def test_citations_become_findings_and_unknown_items_are_counted():
    first, second = (
        inspection(violations="1;70"),
        inspection(inspection_id="I2", evaluator_group="blue", inspection_date="2020-02-01", violations="2"),
    )

    found = as_reports_and_checks(pd.DataFrame([second, first]), ["v01", "v02"], within_days=60)

    assert found.reports.set_index("criterion_id")["value"].to_dict() == {"v01": True, "v02": False}
    assert found.spot_checks.set_index("criterion_id")["value"].to_dict() == {"v01": False, "v02": True}
    assert found.dropped == {"70": 1}


@pytest.mark.parametrize("change", [{"evaluator_group": "red"}, {"inspection_date": "2020-06-01"}, {"unit_id": "U2"}])
def test_the_same_group_too_late_or_elsewhere_is_no_check(change):
    second = inspection(inspection_id="I2", evaluator_group="blue", inspection_date="2020-02-01") | change

    assert as_reports_and_checks(pd.DataFrame([inspection(), second]), ["v01"], within_days=60).pairs == 0


def test_a_missing_column_is_named():
    with pytest.raises(InvalidInspections, match="violations"):
        as_reports_and_checks(pd.DataFrame([inspection()]).drop(columns="violations"), ["v01"], within_days=60)
