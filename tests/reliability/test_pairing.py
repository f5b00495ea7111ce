"""Section by section the rules of pairing: who meets whom, and why not."""

import json
from pathlib import Path

import pytest
from builders import frame, make_check, make_criteria, make_criterion, make_report
from hypothesis import given
from hypothesis import strategies as st

from registry.reliability import Method, compare
from registry.reliability.criteria import read_criteria
from registry.reliability.findings import check_findings, table_of
from registry.reliability.pairing import REASONS, pair

REFERENCE = Path(__file__).parent.parent / "reference" / "reliability-reference.json"


def pairing(reports, checks, criteria=None, method=None):
    known = read_criteria(criteria or make_criteria())
    sides = (
        check_findings(table_of(frame(reports), "reports"), known, "reports"),
        check_findings(table_of(frame(checks), "checks"), known, "spot_checks"),
    )
    assert not [str(each) for side in sides for each in side.violations]
    return pair(*sides, known, method or Method())


def reasons(found):
    return {(side, reason): rows for side, reason, rows in found.dropped()}


def test_same_site_and_criterion_within_the_lag_pair():
    found = pairing([make_report()], [make_check()])

    assert len(found.pairs) == 1
    assert found.pairs["lag"].tolist() == [10]
    assert found.dropped() == []


@pytest.mark.parametrize("change", [{"site_id": "s2"}, {"criterion_id": "c2"}])
def test_another_site_or_criterion_does_not_pair(change):
    criteria = make_criteria(make_criterion("c1"), make_criterion("c2"))

    found = pairing([make_report()], [make_check(**change)], criteria)

    assert reasons(found) == {("reports", "no_check"): 1, ("spot_checks", "no_report"): 1}


@pytest.mark.parametrize(
    ("criterion", "day", "pairs"),
    [
        ({}, "2024-04-30", 1),  # stable by default: day 60
        ({}, "2024-05-01", 0),
        ({"stability": "slow"}, "2024-03-15", 1),
        ({"stability": "slow"}, "2024-03-16", 0),
        ({"stability": "volatile"}, "2024-03-01", 1),
        ({"stability": "volatile"}, "2024-03-02", 0),
        ({"lag_days": 3}, "2024-03-04", 1),
        ({"lag_days": 3}, "2024-03-05", 0),
        ({"stability": "slow", "lag_days": 100}, "2024-06-09", 1),
    ],
)
def test_the_lag_limit_is_the_criterions_own_else_its_classs(criterion, day, pairs):
    found = pairing([make_report()], [make_check(observed_on=day)], make_criteria(make_criterion(**criterion)))

    assert len(found.pairs) == pairs
    if not pairs:
        assert reasons(found) == {("reports", "outside_lag"): 1, ("spot_checks", "outside_lag"): 1}


def test_the_methods_lag_overrides_every_criterion():
    criteria = make_criteria(make_criterion(lag_days=1))

    assert len(pairing([make_report()], [make_check()], criteria, Method(lag_days=10)).pairs) == 1
    assert len(pairing([make_report()], [make_check()], make_criteria(), Method(lag_days=9)).pairs) == 0


def test_a_volatile_criterion_stays_same_day_when_the_lag_is_widened():
    criteria = make_criteria(make_criterion(stability="volatile"))

    found = pairing([make_report()], [make_check()], criteria, Method(lag_days=30))

    assert reasons(found) == {("reports", "volatile"): 1, ("spot_checks", "volatile"): 1}


def test_a_report_after_the_check_is_outside_the_lag():
    found = pairing([make_report(observed_on="2024-03-12")], [make_check()])

    assert reasons(found) == {("reports", "outside_lag"): 1, ("spot_checks", "outside_lag"): 1}


@pytest.mark.parametrize(
    ("report", "check", "pairs"),
    [("2.1", "2.3", 1), ("2.1", "3.0", 0), ("2", "2.9", 1), ("2.1", "", 0), ("", "", 1), ("20.1", "2.1", 0)],
)
def test_only_the_same_major_version_pairs(report, check, pairs):
    found = pairing([make_report(standard_version=report)], [make_check(standard_version=check)])

    assert len(found.pairs) == pairs
    if not pairs:
        assert reasons(found) == {("reports", "version_mismatch"): 1, ("spot_checks", "version_mismatch"): 1}


def test_other_local_parameters_are_a_version_mismatch():
    found = pairing([make_report(parameter_digest="a" * 8)], [make_check(parameter_digest="b" * 8)])

    assert reasons(found)[("reports", "version_mismatch")] == 1


def test_a_version_column_on_one_side_only_is_not_applied():
    assert len(pairing([make_report(standard_version="2.1")], [make_check()]).pairs) == 1


@pytest.mark.parametrize("value", ["", "not_assessed"])
def test_both_values_must_be_assessed(value):
    assert reasons(pairing([make_report(value=value)], [make_check()])) == {
        ("reports", "not_assessed"): 1, ("spot_checks", "not_assessed"): 1,
    }  # fmt: skip
    assert len(pairing([make_report()], [make_check(value=value)]).pairs) == 0


@pytest.mark.parametrize(
    ("sealed_at", "pairs"),
    [
        ("2024-03-11T23:59:59+08:00", 1),  # the last second of the check's day in Shanghai
        ("2024-03-12T00:00:00+08:00", 0),
        ("2024-03-11T15:59:59Z", 1),
        ("2024-03-11T16:00:00Z", 0),
        ("", 0),
    ],
)
def test_a_report_must_be_sealed_before_the_end_of_the_checks_local_day(sealed_at, pairs):
    found = pairing([make_report(sealed_at=sealed_at)], [make_check()])

    assert len(found.pairs) == pairs
    if not pairs:
        assert reasons(found) == {("reports", "unsealed"): 1, ("spot_checks", "unsealed"): 1}


def test_the_day_of_sealing_ends_in_the_zone_of_the_method():
    sealed = make_report(sealed_at="2024-03-11T20:00:00Z")

    assert len(pairing([sealed], [make_check()], method=Method(zone="America/Chicago")).pairs) == 1
    assert len(pairing([sealed], [make_check()], method=Method(zone="Asia/Shanghai")).pairs) == 0


def test_the_latest_report_counts_and_older_ones_are_superseded():
    old, new = make_report(report_id="r1"), make_report(report_id="r2", observed_on="2024-03-05", value="false")

    found = pairing([old, new], [make_check()])

    assert found.pairs["report_index"].tolist() == [1]
    assert reasons(found) == {("reports", "superseded"): 1}


def test_a_superseded_report_says_so_even_if_it_is_too_old_as_well():
    old, new = make_report(report_id="r1", observed_on="2023-01-01"), make_report(report_id="r2")

    assert reasons(pairing([old, new], [make_check()])) == {("reports", "superseded"): 1}


def test_a_report_sealed_too_late_does_not_displace_the_sealed_one():
    sealed = make_report(report_id="r1", sealed_at="2024-03-02T10:00:00+08:00")
    corrected = make_report(report_id="r2", observed_on="2024-03-05", sealed_at="2024-03-20T10:00:00+08:00")

    found = pairing([sealed, corrected], [make_check()])

    assert found.pairs["report_index"].tolist() == [0]
    assert reasons(found) == {("reports", "unsealed"): 1}


def test_a_criterion_that_the_latest_report_leaves_out_is_not_taken_from_an_older_one():
    criteria = make_criteria(make_criterion("c1"), make_criterion("c2"))
    reports = [make_report(), make_report(criterion_id="c2"), make_report(report_id="r2", observed_on="2024-03-05")]

    found = pairing(reports, [make_check(), make_check(criterion_id="c2")], criteria)

    assert found.pairs["report_index"].tolist() == [2]
    assert reasons(found) == {("reports", "superseded"): 2, ("spot_checks", "no_report"): 1}


def test_one_check_meets_the_report_of_every_evaluator():
    found = pairing([make_report(), make_report(evaluator_id="E2", report_id="r2")], [make_check()])

    assert len(found.pairs) == 2
    assert found.pairs["check_index"].tolist() == [0, 0]


def test_one_report_finding_pairs_once_with_each_of_two_checks():
    found = pairing([make_report()], [make_check(), make_check(spot_check_id="k2", observed_on="2024-03-20")])

    assert sorted(found.pairs["lag"]) == [10, 19]


def test_a_report_between_two_checks_answers_the_later_one_only():
    checks = [make_check(), make_check(spot_check_id="k2", observed_on="2024-03-20")]
    reports = [make_report(), make_report(report_id="r2", observed_on="2024-03-15")]

    found = pairing(reports, checks)

    assert sorted(zip(found.pairs["report_index"], found.pairs["check_index"], strict=True)) == [(0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("status", "reason"),
    [("failed", "visit_failed"), ("refused", "visit_refused"), ("site_changed", "site_changed")],
)
@pytest.mark.parametrize("value", ["true", ""])
def test_a_visit_that_did_not_take_place_says_so(status, reason, value):
    found = pairing([make_report()], [make_check(status=status, value=value)])

    assert reasons(found) == {("reports", reason): 1, ("spot_checks", reason): 1}


def test_a_visit_for_cause_is_kept_apart_with_its_reason():
    found = pairing([make_report()], [make_check(for_cause=True)])

    assert found.pairs["use"].tolist() == ["for_cause"]
    assert reasons(found) == {("reports", "for_cause"): 1, ("spot_checks", "for_cause"): 1}


def test_a_critical_discrepancy_waits_for_its_verification():
    criteria = make_criteria(make_criterion(severity="critical"))
    differing = make_check(value="false")

    assert reasons(pairing([make_report()], [differing | {"reverified": False}], criteria)) == {
        ("reports", "not_reverified"): 1, ("spot_checks", "not_reverified"): 1,
    }  # fmt: skip
    assert len(pairing([make_report()], [differing | {"reverified": True}], criteria).pairs) == 1
    assert len(pairing([make_report()], [differing], criteria).pairs) == 1
    assert len(pairing([make_report()], [make_check(reverified=False)], criteria).pairs) == 1


def test_a_critical_discrepancy_in_the_harsh_direction_waits_too():
    criteria = make_criteria(make_criterion(severity="critical"))

    found = pairing([make_report(value="false")], [make_check(reverified=False)], criteria)

    assert ("reports", "not_reverified") in reasons(found)


def test_a_failed_veto_waits_for_its_verification_even_where_both_agree():
    criteria = make_criteria(make_criterion(veto=True))

    found = pairing([make_report(value="false")], [make_check(value="false", reverified=False)], criteria)

    assert ("spot_checks", "not_reverified") in reasons(found)


def test_the_first_reason_in_the_order_of_the_list_is_given():
    row = make_check(standard_version="3.0", observed_on="2026-01-01", value="", status="failed")

    found = pairing([make_report(standard_version="2.0")], [row])

    assert reasons(found) == {("reports", "version_mismatch"): 1, ("spot_checks", "version_mismatch"): 1}
    assert REASONS[:5] == ("no_report", "no_check", "version_mismatch", "outside_lag", "volatile")


def test_a_double_check_never_pairs_with_a_report():
    checks = [make_check(), make_check(spot_check_id="k2", checker_id="K2", value="false", double_of="k1")]
    checks[0]["double_of"] = ""

    found = pairing([make_report()], checks)

    assert found.pairs["check_index"].tolist() == [0]
    assert found.doubles.to_dict("list") == {"first_index": [0], "second_index": [1]}
    assert found.dropped() == []


def test_a_double_check_by_the_same_checker_is_not_independent():
    checks = [make_check(double_of=""), make_check(spot_check_id="k2", double_of="k1")]

    found = pairing([make_report()], checks)

    assert found.doubles.empty
    assert reasons(found) == {("spot_checks", "same_checker"): 1}


def test_a_double_check_without_a_value_or_too_late_is_dropped_with_its_reason():
    criteria = make_criteria(make_criterion("c1"), make_criterion("c2", stability="slow"))
    first = [make_check(double_of=""), make_check(criterion_id="c2", double_of="")]
    second = {"spot_check_id": "k2", "checker_id": "K2", "double_of": "k1", "observed_on": "2024-04-01"}
    checks = [*first, make_check(**second, value=""), make_check(**second, criterion_id="c2")]

    found = pairing([make_report(), make_report(criterion_id="c2")], checks, criteria)

    assert reasons(found) == {("spot_checks", "not_assessed"): 1, ("spot_checks", "outside_lag"): 1}


def test_the_reference_case_of_pairing():
    case = next(each for each in json.loads(REFERENCE.read_text())["cases"] if each["id"] == "D32")
    columns = case["data"]["columns"]
    days = ["2024-01-01", "2024-01-06", "2024-01-21", "2024-01-31"]
    date_of = dict(zip((0, 5, 20, 30), days, strict=True))
    stability = case["data"]["criterion_class"]
    criteria = make_criteria(
        *(make_criterion(name, categories=["fail", "pass"], stability=each) for name, each in stability.items())
    )

    def row(values, **names):
        given = dict(zip(columns, values, strict=True))
        return names | {
            "site_id": given["site"],
            "criterion_id": given["criterion"],
            "value": given["value"],
            "observed_on": date_of[given["day"]],
            "standard_version": given["standard_version"],
        }

    reports = [row(each, report_id=each[0], evaluator_id="E1") for each in case["data"]["reports"]]
    checks = [row(each, spot_check_id=each[0], checker_id="K1") for each in case["data"]["checks"]]

    comparison = compare(frame(reports), frame(checks), make_criteria(*criteria["criteria"]))

    expected = {each["statistic"]: each["value"] for each in case["expected"]}
    direction = comparison.evaluators[0].direction
    assert comparison.pool.pairs == expected["paired"]
    assert int((comparison.pairs["discrepancy"] == 0).sum()) == expected["agree"]
    assert (direction.lenient, direction.harsh) == (expected["lenient"], expected["harsh"])
    dropped = {each.reason: each.rows for each in comparison.dropped if each.side == "spot_checks"}
    named = {"outside_lag": "volatile_outside_lag"}
    assert {named.get(reason, reason): rows for reason, rows in dropped.items()} == expected["excluded_reason_counts"]


rows = st.fixed_dictionaries({
    "site_id": st.sampled_from(["s1", "s2"]), "criterion_id": st.sampled_from(["c1", "c2"]),
    "value": st.sampled_from(["true", "false", ""]),
    "observed_on": st.sampled_from(["2024-01-01", "2024-02-01", "2024-02-20", "2024-06-01"]),
})  # fmt: skip


@given(
    st.lists(st.tuples(rows, st.sampled_from(["E1", "E2"]), st.sampled_from(["r1", "r2", "r3"])), min_size=1,
             max_size=12, unique_by=lambda r: (r[0]["site_id"], r[0]["criterion_id"], r[1], r[2])),
    st.lists(st.tuples(rows, st.sampled_from(["k1", "k2", "k3"])), min_size=1, max_size=12,
             unique_by=lambda c: (c[0]["site_id"], c[0]["criterion_id"], c[1])),
)  # fmt: skip
def test_every_row_pairs_or_has_exactly_one_reason(report_rows, check_rows):
    reports = [make_report(**row, evaluator_id=who, report_id=which) for row, who, which in report_rows]
    checks = [make_check(**row, spot_check_id=which) for row, which in check_rows]

    found = pairing(reports, checks, make_criteria(make_criterion("c1"), make_criterion("c2")))

    assert set(found.pairs["report_index"]) == set((found.report_reason < 0).nonzero()[0])
    assert set(found.pairs["check_index"]) == set((found.check_reason < 0).nonzero()[0])
    per_check = found.pairs.assign(evaluator=[reports[i]["evaluator_id"] for i in found.pairs["report_index"]])
    assert not per_check.duplicated(["check_index", "evaluator"]).any()
    assert found.pairs["lag"].between(0, 60).all()
