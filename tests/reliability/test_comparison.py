"""The main job from frames to document: what is counted where, and that the result can be trusted and traced."""

import json

import numpy as np
import pandas as pd
import pytest
from builders import frame, make_check, make_criteria, make_criterion, make_report, make_visits
from scipy import stats

from registry import documents
from registry.reliability import Method, compare
from registry.reliability.comparison import NothingToCompare
from registry.reliability.posterior import evaluator_posterior, log_beta_binomial
from registry.reliability.scoring import leniency_test, true_failure_share


def mixed_visits(**check):
    """E1 without a discrepancy but for two failures that it saw as well, E2 at a tenth, E3 at three tenths."""
    rng = np.random.default_rng(11)
    drawn = {who: [(int(d), 12) for d in rng.binomial(12, p, 12)] for who, p in {"E2": 0.10, "E3": 0.30}.items()}
    reports, checks, criteria = make_visits({"E1": [(0, 12)] * 12, **drawn}, **check)
    for side in (reports, checks):
        side.loc[(side["site_id"].str.startswith("E1")) & side["criterion_id"].isin(["c1", "c2"]), "value"] = "false"
    return reports, checks, criteria


@pytest.fixture(scope="module")
def mixed():
    return compare(*mixed_visits())


def evaluator(comparison, name="E1"):
    return next(each for each in comparison.evaluators if each.evaluator_id == name)


def test_the_result_meets_its_schema(mixed):
    assert documents.schema_violations("comparison.v1", mixed.document()) == []


def test_a_rerun_and_shuffled_rows_give_the_same_bytes():
    reports, checks, criteria = mixed_visits()
    shuffled = [each.sample(frac=1, random_state=seed) for seed, each in enumerate((reports, checks))]

    first, again, other = (
        compare(*sides, criteria).document() for sides in ((reports, checks), (reports, checks), shuffled)
    )

    assert json.dumps(first) == json.dumps(again) == json.dumps(other)


def test_other_content_has_another_digest():
    reports, checks, criteria = mixed_visits()
    changed = reports.copy()
    changed.loc[0, "value"] = "false" if changed.loc[0, "value"] == "true" else "true"

    one, other = compare(reports, checks, criteria), compare(changed, checks, criteria)

    assert one.inputs.reports.content_sha256 != other.inputs.reports.content_sha256
    assert one.inputs.spot_checks.content_sha256 == other.inputs.spot_checks.content_sha256


def test_renaming_evaluators_changes_only_their_names():
    reports, checks, criteria = mixed_visits()
    renamed = reports.assign(evaluator_id=reports["evaluator_id"].map({"E1": "Z1", "E2": "Y2", "E3": "X3"}))

    there, back = compare(reports, checks, criteria), compare(renamed, checks, criteria)

    for old, new in (("E1", "Z1"), ("E2", "Y2"), ("E3", "X3")):
        assert evaluator(there, old).score == pytest.approx(evaluator(back, new).score)


def test_the_score_is_a_hundred_less_the_mean_and_its_interval_the_quantiles(mixed):
    for each in mixed.evaluators:
        assert each.score == pytest.approx(100 * (1 - each.posterior.mean))
        assert each.interval == pytest.approx((100 * (1 - each.posterior.q95), 100 * (1 - each.posterior.q05)))
        assert each.interval[0] < each.score < each.interval[1]


def test_more_discrepancies_score_lower(mixed):
    scores = [evaluator(mixed, name).score for name in ("E1", "E2", "E3")]

    assert scores == sorted(scores, reverse=True)
    assert [evaluator(mixed, name).grade for name in ("E1", "E3")] == ["A", "C"]


def test_every_number_can_be_traced_to_its_pairs(mixed):
    pairs = mixed.pairs
    for each in mixed.evaluators:
        own = pairs[(pairs["evaluator_id"] == each.evaluator_id) & (pairs["use"] == "scored")]
        assert (len(own), int(own["discrepancy"].sum())) == (each.pairs, each.discrepancies)
        assert own["spot_check_id"].nunique() == each.visits
        assert (own["direction"] == "lenient").sum() == each.direction.lenient
        failed = own[own["checked_pass"] == "false"]
        assert (failed["reported_pass"] == "true").sum() == each.direction.false_pass.events
        assert len(failed) == each.direction.false_pass.n
        weighted = (own["weight"] * own["discrepancy"]).sum() / own["weight"].sum()
        assert weighted == pytest.approx(each.raw_rate)
    for each in mixed.criteria:
        own = pairs[pairs["criterion_id"] == each.criterion_id]
        assert len(own) == each.n
        assert float((own["report_value"] == own["check_value"]).mean()) == pytest.approx(each.exact_agreement)


def test_every_dropped_row_can_be_traced():
    reports = frame([make_report(), make_report(report_id="r0", observed_on="2024-02-01"), make_report(site_id="s9")])
    checks = frame([make_check(), make_check(site_id="s8", spot_check_id="k8")])

    comparison = compare(reports, checks, make_criteria())

    rows = comparison.unpaired[["side", "row", "reason"]].to_dict("split")["data"]
    assert sorted(rows) == [["reports", 3, "superseded"], ["reports", 4, "no_check"], ["spot_checks", 3, "no_report"]]
    counted = comparison.unpaired.groupby(["side", "reason"]).size().to_dict()
    assert counted == {(each.side, each.reason): each.rows for each in comparison.dropped}


def test_rows_of_the_input_are_named_as_a_spreadsheet_does():
    reports, checks, criteria = make_visits({"E1": [(1, 3)]})

    pairs = compare(reports, checks, criteria).pairs

    assert sorted(pairs["report_row"]) == [2, 3, 4]


def test_two_evaluators_at_one_check_are_two_visits():
    reports = [make_report(), make_report(evaluator_id="E2", report_id="r2")]

    comparison = compare(frame(reports), frame([make_check()]), make_criteria())

    assert comparison.pool.visits == 2
    assert [each.visits for each in comparison.evaluators] == [1, 1]


def test_a_type_2_criterion_is_a_difficulty_and_type_3_is_reported_only():
    criteria = make_criteria(*(make_criterion(f"c{i}", variable_type=i) for i in (1, 2, 3)))
    reports = frame([make_report(criterion_id=f"c{i}") for i in (1, 2, 3)])
    checks = frame([make_check(criterion_id=f"c{i}", value="false") for i in (1, 2, 3)])

    found = evaluator(compare(reports, checks, criteria))

    assert (found.pairs, found.difficulty.pairs, found.reported_only.pairs) == (1, 1, 1)
    assert found.difficulty.discrepancies == 1


def test_a_volatile_criterion_is_reported_only():
    criteria = make_criteria(make_criterion(stability="volatile"))

    found = evaluator(compare(frame([make_report()]), frame([make_check(observed_on="2024-03-01")]), criteria))

    assert (found.pairs, found.reported_only.pairs) == (0, 1)


def test_documents_are_reported_apart_and_never_enter_the_grade():
    reports, checks, criteria = make_visits({"E1": [(6, 12)] * 8})
    paper = [make_criterion(f"d{i}", evidence_basis="document") for i in range(40)]
    sites = reports["site_id"].unique()
    more = {"site_id": sites.repeat(40), "criterion_id": [each["id"] for each in paper] * len(sites)}
    extra_reports = pd.DataFrame(more).assign(
        report_id="r" + pd.Series(more["site_id"]), evaluator_id="E1", value="true", observed_on="2024-03-01"
    )
    extra_checks = pd.DataFrame(more).assign(
        spot_check_id="k" + pd.Series(more["site_id"]), checker_id="K1", value="true", observed_on="2024-03-11"
    )

    without = evaluator(compare(reports, checks, criteria))
    found = evaluator(compare(
        pd.concat([reports, extra_reports]), pd.concat([checks, extra_checks]),
        make_criteria(*criteria["criteria"], *paper),
    ))  # fmt: skip

    assert found.documents.pairs == 320
    assert (found.score, found.grade, found.pairs) == (without.score, without.grade, without.pairs)


def test_severity_weights_displayed_rates_and_leaves_the_score_alone():
    reports, checks, criteria = make_visits({"E1": [(2, 12)] * 8})
    critical = make_criteria(
        *(each | {"severity": "critical" if each["id"] == "c1" else "minor"} for each in criteria["criteria"])
    )

    plain, weighted = evaluator(compare(reports, checks, criteria)), evaluator(compare(reports, checks, critical))

    assert plain.severity_weighted_rate == pytest.approx(2 / 12)
    assert weighted.severity_weighted_rate == pytest.approx((3 + 1) / (3 + 11))
    assert (weighted.score, weighted.discrepancies) == (plain.score, plain.discrepancies)


def test_visits_for_cause_count_on_their_own_and_never_in_the_score():
    reports, checks, criteria = make_visits({"E1": [(0, 12)] * 8 + [(12, 12)]})
    caused = checks.assign(for_cause=checks["site_id"] == "E1-8")

    found = evaluator(compare(reports, caused, criteria))

    assert (found.visits, found.discrepancies) == (8, 0)
    assert (found.for_cause.pairs, found.for_cause.discrepancies) == (12, 12)
    assert {each.reason: each.rows for each in found.excluded} == {"for_cause": 12}


def test_inclusion_probabilities_weigh_visits():
    reports, checks, criteria = make_visits({"E1": [(0, 10), (0, 10), (3, 10), (4, 10), (2, 10), (0, 10)]})
    likely = checks["site_id"].isin(["E1-2", "E1-3", "E1-4"])
    weighted = checks.assign(inclusion_probability=np.where(likely, 1.0, 0.25))

    found = evaluator(compare(reports, weighted, criteria))

    assert found.raw_rate == pytest.approx((3 + 4 + 2) / (3 * 4 * 10 + 3 * 10))
    assert found.unweighted_rate == pytest.approx(9 / 60)
    assert found.effective_visits == pytest.approx(15**2 / (3 * 16 + 3))


def test_the_cap_and_its_effect_are_reported():
    reports, checks, criteria = make_visits({"E1": [(0, 10), (0, 10), (0, 10), (0, 10), (10, 10)]})
    probability = np.where(checks["site_id"] == "E1-4", 0.01, 1.0)

    found = evaluator(compare(reports, checks.assign(inclusion_probability=probability), criteria))

    assert found.weight_cap.capped_visits == 1
    assert found.raw_rate == pytest.approx(5 / 9)
    assert found.weight_cap.rate_without_cap == pytest.approx(100 / 104)


def test_without_probabilities_weights_are_equal_and_the_result_says_so(mixed):
    assert (mixed.pairs["weight"] == 1).all()
    assert mixed.method.rules["weights"].startswith("equal weights")


def test_rules_without_their_column_are_said_not_to_apply(mixed):
    rules = mixed.method.rules

    assert "no sealed_at" in rules["sealing"]
    assert "no status" in rules["status"]
    assert "no reverified" in rules["reverification"]
    assert "not assessed" in rules["version"]
    assert "not assessed" in rules["check_error"]


def test_rules_with_their_column_are_said_to_apply():
    reports, checks, criteria = mixed_visits(
        status="completed", inclusion_probability=0.5, reverified=True, standard_version="1.2"
    )
    sealed = reports.assign(sealed_at="2024-03-02T08:00:00+08:00", standard_version="1.0")

    rules = compare(sealed, checks, criteria).method.rules

    assert not [
        text
        for name, text in rules.items()
        if text.startswith(("not assessed", "equal", "all visits")) and name != "check_error"
    ]


def test_net_and_gross_difference_and_leniency_index():
    # 4 lenient, 1 harsh, 15 equal
    values = [("true", "false")] * 4 + [("false", "true")] + [("true", "true")] * 15
    criteria = make_criteria(*(make_criterion(f"c{i}") for i in range(20)))
    reports = frame([make_report(criterion_id=f"c{i}", value=y) for i, (y, _) in enumerate(values)])
    checks = frame([make_check(criterion_id=f"c{i}", value=x) for i, (_, x) in enumerate(values)])

    direction = evaluator(compare(reports, checks, criteria)).direction

    assert direction.net_difference_rate == pytest.approx(3 / 20)
    assert direction.gross_difference_rate == pytest.approx(5 / 20)
    assert direction.leniency_index == pytest.approx(4 / 5)
    assert (direction.false_pass.events, direction.false_pass.n) == (4, 4)
    assert (direction.false_alarm.events, direction.false_alarm.n) == (1, 16)
    assert direction.leniency_p_value is None
    assert "other evaluators" in direction.leniency_reason


def test_leniency_is_tested_against_the_others_ratio_not_one_half():
    p_value, reason = leniency_test((6, 4), (60, 40))

    assert reason is None
    assert p_value == pytest.approx(1)
    assert leniency_test((9, 1), (50, 50))[0] == pytest.approx(stats.binomtest(9, 10, 0.5).pvalue)


def test_half_findings_stay_out_of_the_test_of_leniency():
    levels = {"scale": "ordinal", "categories": ["poor", "fair", "good"], "pass": {"op": "==", "value": "good"}}
    criteria = make_criteria(*(make_criterion(f"c{i}", **levels) for i in range(4)))
    reports = frame([make_report(criterion_id=f"c{i}", value="fair") for i in range(4)])
    checks = frame([make_check(criterion_id=f"c{i}", value="poor") for i in range(4)])

    direction = evaluator(compare(reports, checks, criteria)).direction

    assert direction.lenient == 2
    assert "no whole" in direction.leniency_reason


def test_the_pool_of_a_leniency_test_leaves_out_the_evaluator_itself(mixed):
    total = (
        sum(each.direction.lenient for each in mixed.evaluators),
        sum(each.direction.harsh for each in mixed.evaluators),
    )
    for each in mixed.evaluators:
        others = total[0] - each.direction.lenient, total[1] - each.direction.harsh
        assert each.direction.pool_leniency_index == pytest.approx(others[0] / sum(others))


@pytest.mark.parametrize(
    ("prevalence", "error", "share"),
    [(0.2, 0.0, 1.0), (0.03, 0.03, 0.0), (0.01, 0.03, 0.0), (1.0, 0.03, 1.0), (0.18, 0.05, None)],
)
def test_the_share_of_checked_failures_that_are_true(prevalence, error, share):
    pi = min(1.0, max(0.0, (prevalence - error) / (1 - 2 * error)))
    expected = pi * (1 - error) / (pi * (1 - error) + (1 - pi) * error) if share is None else share

    assert true_failure_share(prevalence, error) == pytest.approx(expected)


def test_false_passes_are_none_with_a_reason_where_no_check_fails():
    found = evaluator(compare(*make_visits({"E1": [(0, 12)] * 8})))

    assert found.direction.false_pass_posterior is None
    assert "no checked failure" in found.direction.false_pass_reason
    assert found.grade != "A"


def test_the_posterior_of_false_passes_follows_the_failures_passed():
    # E1 passes every failure, E2 none of them: it reports the same failures.
    reports, checks, criteria = make_visits({"E1": [(3, 12)] * 10, "E2": [(3, 12)] * 10})
    honest = reports["evaluator_id"] == "E2"
    reports.loc[honest, "value"] = checks.loc[honest, "value"]

    comparison = compare(reports, checks, criteria)

    blind, sharp = (evaluator(comparison, name).direction.false_pass_posterior for name in ("E1", "E2"))
    assert blind.q05 > 0.7
    assert sharp.q95 < 0.25


def with_doubles(checks, differing, share=1.0):
    """Each visit repeated by another checker; the first `differing` repeated findings differ."""
    count = int(len(checks) * share)
    second = checks.head(count).copy()
    second["double_of"], second["checker_id"] = second["spot_check_id"], "K2"
    second["spot_check_id"] = "d" + second["spot_check_id"]
    flip = second.index[:differing]
    second.loc[flip, "value"] = second.loc[flip, "value"].map({"true": "false", "false": "true"})
    return pd.concat([checks.assign(double_of=""), second], ignore_index=True)


def test_double_checks_give_the_check_error_and_raise_the_score():
    reports, checks, criteria = mixed_visits()

    without = compare(reports, checks, criteria)
    found = compare(reports, with_doubles(checks, 25), criteria)

    error = found.method.check_error
    assert (error.status, error.findings, error.discrepancies) == ("assessed", 432, 25)
    assert error.delta == pytest.approx(25 / 432)
    assert error.q05 < error.point < error.q95
    assert found.pool.pairs == without.pool.pairs
    assert evaluator(found, "E2").score > evaluator(without, "E2").score


def test_without_double_checks_the_error_is_zero_and_not_assessed(mixed):
    error = mixed.method.check_error

    assert (error.status, error.mean, error.findings) == ("not assessed", 0.0, 0)


def test_only_scored_criteria_tell_the_check_error():
    reports, checks, criteria = make_visits({"E1": [(0, 4)] * 4})
    apart = make_criteria(
        *(each | {"evidence_basis": "document"} if each["id"] == "c1" else each for each in criteria["criteria"])
    )

    error = compare(reports, with_doubles(checks, 0), apart).method.check_error

    assert error.findings == 12


def test_checkers_are_scored_by_their_double_checks():
    reports, checks, criteria = mixed_visits()

    checkers = {each.checker_id: each for each in compare(reports, with_doubles(checks, 25), criteria).checkers}

    assert (checkers["K1"].double_checks, checkers["K1"].double_discrepancies) == (432, 25)
    assert checkers["K2"].pairs == 0
    assert checkers["K1"].error.value == pytest.approx((1 - np.sqrt(1 - 2 * 25 / 432)) / 2)
    assert checkers["K1"].discrepancy_rate == pytest.approx(checkers["K1"].discrepancies / 432)


def test_a_checker_without_double_checks_has_no_error_but_a_reason(mixed):
    assert mixed.checkers[0].error.value is None
    assert mixed.checkers[0].error.reason


def test_three_readings_give_a_second_opinion():
    reports, checks, criteria = mixed_visits()

    latent = compare(reports, with_doubles(checks, 10), criteria).method.check_error.dawid_skene

    assert latent.units == 432
    assert [each.source for each in latent.readings] == ["report", "first check", "double check"]
    by_source = {each.source: each for each in latent.readings}
    assert by_source["report"].false_pass > by_source["first check"].false_pass


def test_below_the_minimum_there_is_a_reason_and_no_score():
    found = evaluator(compare(*make_visits({"E1": [(0, 12)] * 3, "E2": [(0, 12)] * 8})))

    assert (found.grade, found.score, found.interval, found.rank_interval) == ("not rated", None, None, None)
    assert "3 visits" in found.grade_reasons[0]


def test_an_inconclusive_grade_says_how_many_visits_it_still_needs():
    found = evaluator(compare(*make_visits({"E1": [(1, 12), (2, 12), (1, 12), (1, 12)]})))

    assert found.grade == "inconclusive"
    assert found.visits_still_needed == found.visits_needed - 4 > 0


def test_beyond_the_cap_no_number_of_visits_is_promised():
    found = evaluator(compare(*make_visits({"E1": [(1, 12), (2, 12)] * 3}), Method(visits_cap=6)))

    assert (found.grade, found.visits) == ("inconclusive", 6)
    assert (found.visits_needed, found.visits_still_needed) == (None, None)


def test_the_worst_evaluator_is_proposed_and_a_person_must_hear_it(mixed):
    worst = evaluator(mixed, "E3")

    assert worst.investigate
    assert worst.sanction_proposal.proposed
    assert worst.exceedance >= 0.95
    assert worst.sanction_proposal.in_bh_set
    assert "human hearing" in worst.sanction_proposal.note
    assert not evaluator(mixed, "E1").investigate


def test_a_criterion_tells_agreement_with_prevalence_and_n(mixed):
    found = mixed.criteria[0]

    assert found.n == 36
    assert found.discrepancy_rate == pytest.approx(1 - found.exact_agreement)
    assert found.prevalence == pytest.approx(
        (mixed.pairs.query("criterion_id == 'c1'")["checked_pass"] == "false").mean()
    )
    assert found.kappa.n == 36
    assert found.ac.method.startswith("Gwet AC1")


def test_a_criterion_without_pairs_is_listed_with_nulls():
    criteria = make_criteria(make_criterion("c1"), make_criterion("c2"))

    comparison = compare(frame([make_report()]), frame([make_check()]), criteria)

    assert comparison.criteria[1].n == 0
    assert comparison.criteria[1].exact_agreement is None


def numbers(scale, values, **changes):
    criteria = make_criteria(make_criterion(scale=scale, **changes))
    reports = frame([make_report(site_id=f"s{i}", report_id=f"r{i}", value=y) for i, (y, _) in enumerate(values)])
    checks = frame([make_check(site_id=f"s{i}", spot_check_id=f"k{i}", value=x) for i, (_, x) in enumerate(values)])
    return compare(reports, checks, criteria).criteria[0]


def test_a_ratio_has_log_limits_and_concordance():
    values = [(110.0, 100.0), (90.0, 100.0), (210.0, 200.0), (50.0, 55.0)]

    found = numbers("ratio", values)

    logs = [np.log(y / x) for y, x in values]
    assert found.bland_altman.log
    assert found.bland_altman.mean_difference == pytest.approx(np.mean(logs))
    assert found.bland_altman.limits[1] == pytest.approx(np.mean(logs) + 1.96 * np.std(logs, ddof=1))
    assert 0.9 < found.concordance.value < 1
    assert found.kappa is None


def test_a_count_has_a_verification_factor():
    values = [(10, 8), (20, 20), (30, 24)]

    found = numbers("count", values)

    factor = found.verification_factor
    residuals = [x - 52 / 60 * y for y, x in values]
    assert factor.value == pytest.approx(52 / 60)
    assert factor.standard_error == pytest.approx(np.sqrt(sum(r**2 for r in residuals) * 3 / 2) / 60)


def test_an_ordinal_criterion_has_weighted_coefficients_and_loss():
    levels = ["poor", "fair", "good"]
    values = [("poor", "poor"), ("good", "fair"), ("fair", "fair"), ("good", "poor"), ("good", "good")]

    found = numbers("ordinal", values, categories=levels)

    assert found.ordinal_loss == pytest.approx((0.25 + 1) / 5)
    assert found.ac.method.startswith("Gwet AC2")
    assert found.positive_agreement is None


@pytest.mark.parametrize(("reports", "checks"), [([], [make_check()]), ([make_report()], [])])
def test_a_side_without_rows_is_refused(reports, checks):
    columns = {"reports": list(make_report()), "checks": list(make_check())}

    with pytest.raises(NothingToCompare):
        compare(
            pd.DataFrame(reports, columns=columns["reports"]),
            pd.DataFrame(checks, columns=columns["checks"]),
            make_criteria(),
        )


def test_rows_that_never_meet_still_give_a_result():
    comparison = compare(frame([make_report()]), frame([make_check(site_id="s9")]), make_criteria())

    found = comparison.document()
    assert documents.schema_violations("comparison.v1", found) == []
    assert (found["pool"]["pairs"], found["evaluators"][0]["grade"]) == (0, "not rated")
    assert {(each["side"], each["reason"]) for each in found["dropped"]} == {
        ("reports", "no_check"),
        ("spot_checks", "no_report"),
    }


def test_the_whole_model_meets_a_direct_sum_over_its_hyper_parameters():
    """An independent computation of one evaluator's posterior mean, node by node, on a small grid."""
    from registry.reliability.method import HyperGrid
    from registry.reliability.posterior import EDGES, MIDPOINTS, VisitCounts, beta_masses, fit_pool

    grid = HyperGrid(mu1=(0.05, 0.1), phi1=(20.0,), mu2=(0.2,), omega=(0.0, 0.2))
    visits = {0: [(1, 12), (2, 12)], 1: [(4, 12)]}
    method = Method(rho=(0.05, 0.2))
    total, mean = 0.0, 0.0
    for mu1 in grid.mu1:
        for omega in grid.omega:
            for rho in method.rho:
                prior = (1 - omega) * beta_masses(mu1, 20.0) + omega * beta_masses(0.2, 12.0)
                likelihood = {
                    e: np.prod(
                        [np.exp(log_beta_binomial(np.float64(d), np.float64(m), MIDPOINTS, rho)) for d, m in each], 0
                    )
                    for e, each in visits.items()
                }
                marginal = {e: (prior * each).sum() for e, each in likelihood.items()}
                weight = stats.beta(1, 9).pdf(mu1) * stats.beta(1, 6).pdf(rho) * marginal[0] * marginal[1]
                total += weight
                mean += weight * (prior * likelihood[0] * MIDPOINTS).sum() / marginal[0]
    counts = VisitCounts(2, np.array([0, 0, 1]), np.array([1.0, 2.0, 4.0]), np.full(3, 12.0), np.ones(3))

    fit = fit_pool(counts, method, grid, ((0.0, 1.0),))

    assert fit.of(0).mean == pytest.approx(mean / total, rel=1e-9)
    assert len(EDGES) == 126


def test_one_evaluator_alone_is_close_to_its_own_rate():
    found = evaluator(compare(*make_visits({"E1": [(1, 12)] * 40})))
    alone = evaluator_posterior([1] * 40, [12] * 40, mean=0.08, concentration=10, rho=0.01, check_error=0.0)

    assert found.posterior.mean == pytest.approx(alone.mean, abs=0.005)
