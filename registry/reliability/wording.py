"""What the codes and the set sentences of a comparison say to a reader; every text is a message to translate."""

import re
from collections.abc import Mapping
from functools import cache

from registry.languages import Translate, mark

REASONS = {
    "no_report": mark("The evaluator has no report of this site and criterion before the check."),
    "no_check": mark("No spot check looked at this finding."),
    "version_mismatch": mark("Report and check follow different major versions or local values of the standard."),
    "outside_lag": mark("The check came too long after the report, so the place may have changed."),
    "volatile": mark("The criterion changes from day to day and was not checked on the same day."),
    "visit_failed": mark("The visit did not take place."),
    "visit_refused": mark("Access was refused at the visit."),
    "not_assessed": mark("The report or the check gives no value."),
    "unsealed": mark("The report was not sealed before the day of the check ended."),
    "site_changed": mark("An auditor certified that the site changed between report and check."),
    "for_cause": mark("The visit was chosen for cause: it is shown apart and never enters the score."),
    "not_reverified": mark("A critical discrepancy or a failed veto was not verified a second time."),
    "superseded": mark("A later report of the same evaluator counts instead."),
    "same_checker": mark("The double check is by the same checker, so it is not independent."),
}
SIDES = {"reports": mark("reports"), "spot_checks": mark("spot checks")}
GRADES = {
    "A": mark("A"),
    "B": mark("B"),
    "C": mark("C"),
    "inconclusive": mark("inconclusive"),
    "not rated": mark("not rated"),
}
USES = {
    "scored": mark("scored"),
    "difficulty": mark("hard to ask"),
    "reported": mark("reported only"),
    "document": mark("documents only"),
    "for_cause": mark("for cause"),
}
DIRECTIONS = {"lenient": mark("lenient"), "harsh": mark("harsh"), "": mark("neither")}
OUTCOMES = {
    "checked_fail": mark("check fails"),
    "false_pass": mark("report passes, check fails"),
    "checked_pass": mark("check passes"),
    "false_alarm": mark("report fails, check passes"),
}
SCALES = {
    "boolean": mark("yes or no"),
    "nominal": mark("categories"),
    "ordinal": mark("ordered categories"),
    "interval": mark("number, interval"),
    "ratio": mark("number, ratio"),
    "count": mark("count"),
}
SEVERITIES = {"minor": mark("minor"), "serious": mark("serious"), "critical": mark("critical")}
RULES = {
    "lag": mark("Longest lag between report and check"),
    "version": mark("Same version of the standard"),
    "sealing": mark("Report sealed before the check"),
    "weights": mark("Design weights"),
    "status": mark("Failed and refused visits, changed sites"),
    "reverification": mark("Second verification of critical discrepancies"),
    "check_error": mark("Error of the spot checks"),
}

# Sentences of a result, as the scoring fills them in. The fields are numbers, names of columns, or such a sentence.
_AS_GIVEN = (
    mark("by criterion: its lag_days, else stable {stable}, slow {slow}, volatile 0 days"),
    mark("{days} days for every criterion"),
    mark("not assessed: no standard_version or parameter_digest on both sides"),
    mark("not assessed: no sealed_at column"),
    mark("sealed before the end of the check's day in {zone}"),
    mark("equal weights: no inclusion_probability column"),
    mark("1 / inclusion_probability, cut at {factor} x the median, normalised by evaluator"),
    mark("all visits taken as completed: no status column"),
    mark("only completed visits"),
    mark("critical discrepancies count without re-verification: no reverified column"),
    mark("critical discrepancies and failed vetoes count once re-verified"),
    mark("estimated from double checks"),
    mark("not assessed: no double checks, taken as 0"),
    mark("same {columns}"),
    mark("{visits} visits, at least {limit} are needed"),
    mark("A proposal only: it needs a human hearing."),
    mark("No unit has two ratings."),
    mark("Agreement by chance is complete (only one category was used), so the coefficient is 0 / 0."),
    mark("no double check"),
    mark("no whole lenient or harsh finding"),
    mark("the other evaluators have no whole lenient or harsh finding"),
    mark("no checked failure on a criterion with a pass line"),
    mark("checked failures are no more frequent than the checkers' own errors"),
    mark("no check fails a criterion with a pass line"),
    mark("no check passes a criterion with a pass line"),
    mark("Two pairs are needed."),
    mark("All values are the same."),
    mark("The check values do not vary."),
    mark("Neither rater used the category."),
)
# Where the scoring is terse, what the reader is told instead.
SENTENCES = dict(zip(_AS_GIVEN, _AS_GIVEN, strict=True)) | {
    "{pairs} pairs, at least {limit} are needed": mark("{pairs} scored pairs, at least {limit} are needed"),
    "U95 of false passes {value} <= {limit}": mark("upper bound of the false pass rate {value}, limit {limit}: kept"),
    "U95 of false passes {value} > {limit}": mark(
        "upper bound of the false pass rate {value}, limit {limit}: exceeded"
    ),
    "U95 {value} <= {limit}": mark("upper bound of the discrepancy probability {value}, limit {limit}: kept"),
    "U95 {value} > {limit}": mark("upper bound of the discrepancy probability {value}, limit {limit}: exceeded"),
    "the false-pass rate is unknown": mark("the false pass rate is not known"),
    "{visits} visits >= {limit}": mark("{visits} visits, of {limit} needed"),
    "{visits} visits < {limit}": mark("{visits} visits, fewer than the {limit} needed"),
    "raw rate {value} <= {limit}": mark("weighted discrepancy rate {value}, limit {limit}: kept"),
    "raw rate {value} > {limit}": mark("weighted discrepancy rate {value}, limit {limit}: exceeded"),
    "raw rate unknown": mark("the weighted discrepancy rate is not known"),
    "own-data L05 {value} > {limit}": mark("lower bound from the evaluator's own visits {value}, above {limit}"),
    "own-data L05 {value} <= {limit}": mark("lower bound from the evaluator's own visits {value}, not above {limit}"),
    "no A: {reason}": mark("no grade A: {reason}"),
}


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[a-z_]+\})", sentence)
    return re.compile("".join(f"(?P<{p[1:-1]}>.+)" if p.startswith("{") else re.escape(p) for p in parts), re.DOTALL)


def say(text: str, translate: Translate) -> str:
    """A text of the result in the reader's language: by its sentence where that is known, else as it is."""
    for sentence, message in SENTENCES.items():
        match = _pattern(sentence).fullmatch(text)
        if match:
            parts = {name: say(value, translate) for name, value in match.groupdict().items()}
            return translate(message).format(**parts)
    return translate(text)


def word(table: Mapping[str, str], code: str, translate: Translate) -> str:
    """A code's word in one of the tables above."""
    return translate(table[code])


def reason_text(code: str, translate: Translate) -> str:
    """What a reason code means; a code without a sentence is shown as it is."""
    return translate(REASONS[code]) if code in REASONS else code
