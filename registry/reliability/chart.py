"""One Vega-Lite definition of the score chart, for the page and, rendered here, for SVG and PNG files."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import vl_convert

from registry.languages import Translate
from registry.reliability.presentation import Document, EvaluatorLine, evaluator_lines
from registry.reliability.wording import GRADES

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_LITE = "6.4"
FONT = "Noto Sans SC"

# Okabe and Ito's colours, told apart by the colour-blind and at least 3:1 on white; the shape says the same again.
GRADE_MARKS = {
    "A": ("#0072B2", "circle"),
    "B": ("#007A5A", "triangle-up"),
    "C": ("#C04000", "diamond"),
    "inconclusive": ("#6B6B6B", "square"),
    "not rated": ("#8B5A9B", "cross"),
}
WIDTH = 560
LABEL_LIMIT = 190
# Rows get lower as evaluators get many: (from this many evaluators, height of a row).
STEPS = ((61, 15), (21, 20), (1, 28))
Spec = dict[str, Any]


def chart_spec(document: Document, translate: Translate) -> Spec:
    """The evaluators by score, each a dot on its 90 % interval; one without a score keeps its place, without a dot."""
    lines = evaluator_lines(document, translate)
    frame = {
        "$schema": SCHEMA,
        "background": "white",
        "padding": 8,
        "config": _config(),
        "title": _title(document, translate),
    }
    if not lines:
        return frame | _empty(translate)
    return frame | {
        "description": _description(document, lines, translate),
        "width": WIDTH,
        "height": {"step": next(step for least, step in STEPS if len(lines) >= least)},
        "data": {"values": [_datum(line, translate) for line in lines]},
        "encoding": {"y": _y(lines)},
        "layer": [*_limits(document, lines, translate), *_marks(lines, translate)],
    }


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(pylopdf_fonts_zh_cn.sans_path().parent))


def render_chart(spec: Mapping[str, Any], form: Literal["svg", "png"]) -> bytes:
    """The chart as a file, with a font that has Chinese."""
    _register_fonts()
    definition = json.dumps(spec)
    if form == "svg":
        return vl_convert.vegalite_to_svg(definition, vl_version=VEGA_LITE).encode()
    return vl_convert.vegalite_to_png(definition, vl_version=VEGA_LITE, scale=2)


def _config() -> Spec:
    fonts = f"{FONT}, PingFang SC, Microsoft YaHei, sans-serif"
    return {
        "font": fonts,
        "view": {"stroke": None},
        "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": "#0b0c0c"},
        "axisY": {"labelLimit": LABEL_LIMIT},
        "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
        "title": {"fontSize": 16, "subtitleFontSize": 12, "anchor": "start", "frame": "bounds", "offset": 12},
    }


def _title(document: Document, translate: Translate) -> Spec:
    return {
        "text": translate("Reliability score of each evaluator, with its 90 % interval"),
        "subtitle": [
            document["title"] or "",
            translate("Score: 100 less the probability of a discrepancy in percent, with its 90 % interval."),
            translate("Dashed: what the lower end of the interval must reach for a grade."),
            translate("Where intervals overlap, the order means nothing."),
        ],
        "limit": WIDTH + LABEL_LIMIT,
    }


def _description(document: Document, lines: Sequence[EvaluatorLine], translate: Translate) -> str:
    text = translate(
        "{title}. {evaluators} evaluators sorted by reliability score; each dot is a score between 0 and 100, each "
        "line its 90 % interval, colour and shape the grade. {unscored} have no score. The table holds the same "
        "numbers."
    )
    unscored = sum(line.score is None for line in lines)
    return text.format(title=document["title"] or translate("Comparison"), evaluators=len(lines), unscored=unscored)


def _empty(translate: Translate) -> Spec:
    text = translate("No evaluator was compared.")
    return {
        "description": text,
        "width": WIDTH,
        "height": 60,
        "data": {"values": [{"text": text}]},
        "mark": {"type": "text", "fontSize": 14, "color": "#505a5f"},
        "encoding": {"text": {"field": "text"}},
    }


def _datum(line: EvaluatorLine, translate: Translate) -> Spec:
    return {
        "evaluator": line.evaluator_id,
        "score": line.score,
        "low": line.low,
        "high": line.high,
        "grade": line.grade_text,
        "shown": line.score_text,
        "why": line.why,
        "visits": line.visits,
        "pairs": line.pairs,
        "false_pass": line.false_pass,
        "missing": translate("no score") if line.score is None else None,
    }


def _domain(lines: Sequence[EvaluatorLine], limits: Sequence[float]) -> list[float]:
    ends = [line.low for line in lines if line.low is not None]
    return [max(0.0, min([*ends, *limits]) // 10 * 10), 100.0]


def _y(lines: Sequence[EvaluatorLine]) -> Spec:
    return {
        "field": "evaluator",
        "type": "nominal",
        "title": None,
        "sort": None,
        # The shared scale names every evaluator, so that a layer that leaves some out does not lose them.
        "scale": {"domain": [line.evaluator_id for line in lines]},
        "axis": {"grid": True, "gridColor": "#f0f0f0", "ticks": False, "domain": False, "labelPadding": 8},
    }


def _score_limits(document: Document) -> tuple[float, float]:
    """Lowest lower end of the interval for grade A and for grade B."""
    parameters = document["method"]["parameters"]
    return 100 * (1 - parameters.get("grade_a", 0.10)), 100 * (1 - parameters.get("grade_b", 0.15))


def _x(field: str, title: str, domain: list[float]) -> Spec:
    axis = {
        "orient": "top",
        "offset": 18,
        "grid": False,
        "tickCount": 6,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
    }
    return {"field": field, "type": "quantitative", "title": title, "scale": {"domain": domain}, "axis": axis}


def _limits(document: Document, lines: Sequence[EvaluatorLine], translate: Translate) -> list[Spec]:
    """Dashed lines where the lower end of an interval must reach for grades A and B, each with its name above."""
    for_a, for_b = _score_limits(document)
    title = translate("Score")
    domain = _domain(lines, (for_a, for_b))
    text = translate("{grade}: from {limit}")
    values = [
        {"limit": limit, "label": text.format(grade=grade, limit=f"{limit:.0f}"), "grade": grade}
        for grade, limit in (("A", for_a), ("B", for_b))
    ]
    x = _x("limit", title, domain)
    layers: list[Spec] = [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#505a5f", "aria": False},
            "encoding": {"x": x, "y": None},
        }
    ]
    for value, align, gap in zip(values, ("left", "right"), (3, -3), strict=True):
        mark = {"type": "text", "align": align, "dx": gap, "dy": -8, "fontSize": 11, "color": "#505a5f", "aria": False}
        encoding = {"x": x, "y": {"value": 0}, "text": {"field": "label"}}
        layers.append({"data": {"values": [value]}, "mark": mark, "encoding": encoding})
    return layers


def _grade_scales(lines: Sequence[EvaluatorLine], translate: Translate) -> tuple[Spec, Spec]:
    present = [grade for grade in GRADES if any(line.grade == grade and line.score is not None for line in lines)]
    names = [translate(GRADES[grade]) for grade in present]
    colour, shape = ([GRADE_MARKS[grade][place] for grade in present] for place in (0, 1))
    legend = {"orient": "bottom", "title": translate("Grade"), "symbolSize": 110, "symbolOpacity": 1}
    shared = {"field": "grade", "type": "nominal", "legend": legend}
    return (
        shared | {"scale": {"domain": names, "range": colour}},
        shared | {"scale": {"domain": names, "range": shape}},
    )


def _marks(lines: Sequence[EvaluatorLine], translate: Translate) -> list[Spec]:
    colour, shape = _grade_scales(lines, translate)
    tooltip = [
        {"field": field, "type": "nominal", "title": title}
        for field, title in (
            ("evaluator", translate("Evaluator")),
            ("shown", translate("Score")),
            ("visits", translate("Visits")),
            ("pairs", translate("Pairs")),
            ("grade", translate("Grade")),
            ("why", translate("Why")),
            ("false_pass", translate("False pass rate")),
        )
    ]
    scored = [{"filter": "datum.score !== null"}]
    x = {"field": "low", "type": "quantitative"}
    missing = {"type": "text", "align": "left", "dx": 4, "color": "#505a5f", "fontSize": 11}
    return [
        {
            "transform": scored,
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55, "aria": False},
            "encoding": {"x": x, "x2": {"field": "high"}, "color": colour, "tooltip": tooltip},
        },
        {
            "name": "scores",
            "transform": scored,
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {
                "x": {"field": "score", "type": "quantitative"},
                "color": colour,
                "shape": shape,
                "tooltip": tooltip,
            },
        },
        {
            "transform": [{"filter": "datum.score === null"}],
            "mark": missing,
            "encoding": {"x": {"value": 0}, "text": {"field": "missing"}, "tooltip": tooltip},
        },
    ]
