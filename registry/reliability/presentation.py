"""A comparison's numbers as a reader meets them, once for the terminal, the page and the chart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.errors import Invalid
from registry.languages import Translate
from registry.reliability.wording import GRADES, RULES, reason_text, say, word

Document = Mapping[str, Any]

NONE = "–"
# Below this p value a direction is called different from that of the other evaluators.
DIRECTION_LEVEL = 0.05


class UnknownOrder(Invalid):
    code = "unknown-order"
    title = "The table cannot be sorted by this"


@dataclass(frozen=True, slots=True)
class EvaluatorLine:
    """One evaluator as a row of text. source is the evaluator's part of the document; low and high end the interval."""

    source: Mapping[str, Any]
    evaluator_id: str
    visits: int
    pairs: int
    score: float | None
    low: float | None
    high: float | None
    score_text: str
    discrepancies: str
    false_pass: str
    differences: str
    leniency: str
    grade: str
    grade_text: str
    why: str
    reasons: tuple[str, ...]


def percent(value: float | None, translate: Translate) -> str:
    return NONE if value is None else translate("{value} %").format(value=f"{100 * value:.1f}")


def decimal(value: float | None, digits: int = 2) -> str:
    return NONE if value is None else f"{value:.{digits}f}"


def count(value: float) -> str:
    """A number of findings, which may be a half."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def score_text(score: float | None, interval: Sequence[float] | None) -> str:
    """93.1 [90.2, 95.6]; a score without its interval is not shown."""
    if score is None or interval is None:
        return NONE
    return f"{score:.1f} [{interval[0]:.1f}, {interval[1]:.1f}]"


def rate_text(rate: Mapping[str, Any], translate: Translate) -> str:
    """12.3 % (3/24): the rate with its counts."""
    return f"{percent(rate['value'], translate)} ({rate['events']}/{rate['n']})"


def leniency_words(direction: Mapping[str, Any], translate: Translate) -> str:
    """Whether the evaluator's differences lean to one side, and whether more than those of the others."""
    lenient, harsh = direction["lenient"], direction["harsh"]
    if not lenient and not harsh:
        return translate("no difference")
    p_value, index, pool = direction["leniency_p_value"], direction["leniency_index"], direction["pool_leniency_index"]
    if None not in (p_value, index, pool) and p_value < DIRECTION_LEVEL and index != pool:
        return translate("more lenient than the others") if index > pool else translate("harsher than the others")
    if lenient == harsh:
        return translate("as often lenient as harsh")
    return translate("mostly lenient") if lenient > harsh else translate("mostly harsh")


def why_words(evaluator: Mapping[str, Any], reasons: Sequence[str], translate: Translate) -> str:
    """The grade's reason in a few words."""
    if evaluator["grade"] == "inconclusive":
        more = evaluator["visits_still_needed"]
        if more is None:
            return translate("more visits needed")
        return translate("{n} more visits needed").format(n=more)
    if evaluator["grade"] == "not rated":
        return reasons[0] if reasons else translate("too few visits or pairs")
    if evaluator["grade"] == "C":
        return translate("own visits: at least {rate} discrepant").format(
            rate=percent(evaluator["own_data_q05"], translate)
        )
    upper = evaluator["posterior"]["q95"] if evaluator["posterior"] else None
    return translate("at most {rate} discrepant").format(rate=percent(upper, translate))


def evaluator_line(evaluator: Mapping[str, Any], translate: Translate) -> EvaluatorLine:
    direction, interval = evaluator["direction"], evaluator["interval"]
    shown = evaluator["score"] is not None and interval is not None
    reasons = tuple(say(reason, translate) for reason in evaluator["grade_reasons"])
    return EvaluatorLine(
        source=evaluator,
        evaluator_id=evaluator["evaluator_id"],
        visits=evaluator["visits"],
        pairs=evaluator["pairs"],
        score=evaluator["score"] if shown else None,
        low=interval[0] if shown else None,
        high=interval[1] if shown else None,
        score_text=score_text(evaluator["score"], interval),
        discrepancies=f"{evaluator['discrepancies']} ({percent(evaluator['raw_rate'], translate)})",
        false_pass=rate_text(direction["false_pass"], translate),
        differences=translate("{lenient} lenient, {harsh} harsh").format(
            lenient=count(direction["lenient"]), harsh=count(direction["harsh"])
        ),
        leniency=leniency_words(direction, translate),
        grade=evaluator["grade"],
        grade_text=word(GRADES, evaluator["grade"], translate),
        why=why_words(evaluator, reasons, translate),
        reasons=reasons,
    )


_ORDERS: dict[str, Callable[[EvaluatorLine], Any]] = {
    "evaluator": lambda line: line.evaluator_id,
    "visits": lambda line: line.visits,
    "pairs": lambda line: line.pairs,
    "score": lambda line: line.score,
    "discrepancies": lambda line: line.source["raw_rate"],
    "false_pass": lambda line: line.source["direction"]["false_pass"]["value"],
    "leniency": lambda line: line.source["direction"]["net_difference_rate"],
    "grade": lambda line: list(GRADES).index(line.grade),
}
ORDERS = tuple(_ORDERS)


def evaluator_lines(document: Document, translate: Translate, order: str = "-score") -> list[EvaluatorLine]:
    """The evaluators in an order of ORDERS, falling with "-" before it; those without the value come last.

    Raises UnknownOrder.
    """
    key = _ORDERS.get(order.removeprefix("-"))
    if key is None:
        raise UnknownOrder(f"sort={order!r} is not known. Known are: {', '.join(ORDERS)}, each also with - before it.")
    lines = [evaluator_line(each, translate) for each in document["evaluators"]]
    lines.sort(key=lambda line: line.evaluator_id)
    known = [line for line in lines if key(line) is not None]
    known.sort(key=key, reverse=order.startswith("-"))
    return known + [line for line in lines if key(line) is None]


def pool_sentence(document: Document, translate: Translate) -> str:
    pool = document["pool"]
    text = translate(
        "{evaluators} evaluators, {visits} visits, {scored} scored pairs of {pairs}; discrepancy rate {rate}, "
        "share of checked failures {prevalence}, false alarm rate {alarm}."
    )
    return text.format(
        evaluators=pool["evaluators"],
        visits=pool["visits"],
        scored=pool["scored_pairs"],
        pairs=pool["pairs"],
        rate=percent(pool["discrepancy_rate"], translate),
        prevalence=percent(pool["fail_prevalence"], translate),
        alarm=percent(pool["false_alarm_rate"], translate),
    )


def check_error_sentence(document: Document, translate: Translate) -> str:
    error = document["method"]["check_error"]
    if error["status"] != "assessed":
        return translate("Error of the spot checks: not assessed, for want of double checks; taken as 0.")
    text = translate(
        "Error of the spot checks: {mean} [{low}, {high}], from {discrepancies} discrepancies in {findings} "
        "double-checked findings."
    )
    return text.format(
        mean=percent(error["mean"], translate),
        low=percent(error["q05"], translate),
        high=percent(error["q95"], translate),
        discrepancies=error["discrepancies"],
        findings=error["findings"],
    )


def rule_lines(document: Document, translate: Translate) -> list[tuple[str, str]]:
    """(rule, applied or why not) in the order of the method."""
    rules = document["method"]["rules"]
    return [(translate(name), say(rules[code], translate)) for code, name in RULES.items()]


def dropped_lines(document: Document, translate: Translate) -> list[tuple[str, int, int, str]]:
    """(code, rows of reports, rows of spot checks, sentence), most rows first."""
    rows: dict[str, dict[str, int]] = {}
    for each in document["dropped"]:
        sides = rows.setdefault(each["reason"], {"reports": 0, "spot_checks": 0})
        sides[each["side"]] += each["rows"]
    ordered = sorted(rows.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return [(code, n["reports"], n["spot_checks"], reason_text(code, translate)) for code, n in ordered]


def criteria_by_rate(document: Document) -> list[Mapping[str, Any]]:
    """The criteria, the highest discrepancy rate first, those without a pair last."""
    return sorted(
        document["criteria"], key=lambda each: (-(each["discrepancy_rate"] or 0), not each["n"], each["criterion_id"])
    )


def estimate_text(estimate: Mapping[str, Any] | None, translate: Translate) -> str:
    """0.71 [0.60, 0.82], or the reason why there is no value."""
    if estimate is None:
        return NONE
    if estimate["value"] is None:
        return f"{NONE} ({say(estimate['reason'], translate)})" if estimate["reason"] else NONE
    interval = estimate["interval"]
    tail = f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else ""
    return f"{estimate['value']:.2f}{tail}"
