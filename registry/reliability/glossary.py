"""The terms of a comparison and the columns of its pairs, each with a sentence: the same for everybody who reads it."""

from registry.languages import mark

TERMS = (
    (mark("Evaluator"), mark("The third party that assessed and reported.")),
    (mark("Spot check"), mark("An unannounced visit by a checker who looks at the same things again.")),
    (mark("Visit"), mark("One spot check of one evaluator's reports: the unit of evidence.")),
    (mark("Finding"), mark("One value of one criterion at one site.")),
    (mark("Pair"), mark("A reported finding and the checked finding of the same site and criterion, close in time.")),
    (mark("Discrepancy"), mark("A pair whose values differ by more than the criterion tolerates.")),
    (mark("Lenient"), mark("The report is more favourable than the check.")),
    (mark("Harsh"), mark("The report is less favourable than the check.")),
    (
        mark("False pass rate"),
        mark("Among findings that fail in the check: the share that the report passes, weighted by design."),
    ),
    (
        mark("False alarm rate"),
        mark("Among findings that pass in the check: the share that the report fails, weighted by design."),
    ),
    (
        mark("Design weight"),
        mark("1 divided by the probability with which the visit was drawn, cut at 5 times the median."),
    ),
    (mark("Hajek rate"), mark("Sum of weighted discrepancies divided by the sum of weighted pairs.")),
    (
        mark("Effective visits"),
        mark("Kish: the square of the summed weights divided by the sum of squared weights."),
    ),
    (
        mark("Score"),
        mark(
            "100 less the probability, in percent, of a discrepancy that is the evaluator's own, with a 90 % interval."
        ),
    ),
    (mark("Check error"), mark("How often a checker is wrong, learned from visits that a second checker repeated.")),
    (mark("Grade"), mark("A, B or C by the bound of the interval, never by the score alone; else inconclusive.")),
    (
        mark("Rank interval"),
        mark("The best and the worst rank that the evidence allows. A single rank would claim too much."),
    ),
)

PAIR_COLUMNS = {
    "evaluator_no": mark(
        "Number of the evaluator in this file. Formulas count by it, since a spreadsheet compares codes as numbers."
    ),
    "evaluator_id": mark("Evaluator, as in the reports."),
    "spot_check_id": mark("Spot check, as in the checks."),
    "checker_id": mark("Checker who made the spot check."),
    "site_id": mark("Site that was assessed."),
    "criterion_id": mark("Criterion, as in the criteria document."),
    "report_id": mark("Report, as in the reports."),
    "report_row": mark("Row of the reports file; the heading is row 1."),
    "check_row": mark("Row of the spot checks file; the heading is row 1."),
    "report_observed_on": mark("Day on which the evaluator observed."),
    "check_observed_on": mark("Day on which the checker observed."),
    "lag_days": mark("Days from the report's observation to the check."),
    "report_value": mark("Reported value, as given."),
    "check_value": mark("Checked value, as given."),
    "use": mark("What the pair is used for; only scored pairs enter the score."),
    "discrepancy": mark("1 where the values differ by more than the criterion tolerates, else 0."),
    "signed_size": mark("Size of the difference; positive where the report is more favourable."),
    "direction": mark("lenient, harsh or blank."),
    "reported_pass": mark("Whether the reported value passes: 1, 0, or blank without a pass line."),
    "checked_pass": mark("Whether the checked value passes: 1, 0, or blank without a pass line."),
    "weight": mark("Design weight of the visit after the cut; 1 where all are equal."),
    "normalised_weight": mark(
        "Weight of the visit, scaled so that an evaluator's weights add up to the effective visits."
    ),
    "severity": mark("Severity of the criterion."),
}
