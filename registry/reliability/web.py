"""The pages of one comparison: what an auditor reads, and the pairs behind every number."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import pandas as pd
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from registry.canonical import canonical_json
from registry.errors import NotFound
from registry.languages import mark
from registry.pages import Reader, page, reader_of
from registry.parsing import write_csv
from registry.reliability.chart import chart_spec, render_chart
from registry.reliability.pair_filter import UnknownQuery, check_names, chosen, known_values, read_filter, unknown_value
from registry.reliability.presentation import (
    ORDERS,
    UnknownOrder,
    check_error_sentence,
    count,
    criteria_by_rate,
    decimal,
    dropped_lines,
    estimate_text,
    evaluator_lines,
    percent,
    pool_sentence,
    rule_lines,
)
from registry.reliability.table import bar_scale
from registry.reliability.wording import (
    DIRECTIONS,
    OUTCOMES,
    SCALES,
    SEVERITIES,
    USES,
    reason_text,
    say,
)
from registry.reliability.workbook import working_paper

PAGE_SIZE = 100
_FILTERS = ("evaluator", "criterion", "checker", "use", "discrepancy", "direction", "outcome", "page", "lang")
_SHOWN = (
    "evaluator_id", "criterion_id", "site_id", "spot_check_id", "checker_id", "report_row", "check_row",
    "report_observed_on", "check_observed_on", "report_value", "check_value", "use", "discrepancy", "direction",
    "weight",
)  # fmt: skip
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter()


class HeldComparison(Protocol):
    """A finished comparison: its document by schemas/comparison.v1.json, and the pairs behind it."""

    @property
    def document(self) -> Mapping[str, Any]: ...

    @property
    def pairs(self) -> pd.DataFrame: ...


class NoComparison(NotFound):
    code = "no-comparison"
    title = mark("There is no comparison yet")


def held(request: Request) -> HeldComparison:
    comparison: HeldComparison | None = request.app.state.comparison
    if comparison is None:
        raise NoComparison(mark("Compare a file of reports with a file of spot checks first; the first page says how."))
    return comparison


ReaderDep = Annotated[Reader, Depends(reader_of)]
ComparisonDep = Annotated[HeldComparison, Depends(held)]


@router.get("/")
def show_comparison(request: Request, reader: ReaderDep) -> HTMLResponse:
    check_names(request.query_params, ("sort", "lang"))
    if request.app.state.comparison is None:
        return page(request, reader, "reliability/empty.html")
    document, translate = held(request).document, reader.translate
    order = request.query_params.get("sort", "-score")
    try:
        lines = evaluator_lines(document, translate, order)
    except UnknownOrder as error:
        known = tuple(name for each in ORDERS for name in (each, f"-{each}"))
        raise UnknownQuery(mark("The table cannot be sorted so."), [unknown_value("sort", order, known)]) from error
    return page(
        request, reader, "reliability/comparison.html",
        document=document, criteria=criteria_by_rate(document), lines=lines, order=order, scale=bar_scale(lines),
        notes=[say(note, translate) for note in document["notes"]],
        pool=pool_sentence(document, translate), check_error=check_error_sentence(document, translate),
        rules=rule_lines(document, translate), dropped=dropped_lines(document, translate), **_words(reader),
    )  # fmt: skip


def _words(reader: Reader) -> dict[str, Any]:
    """What templates call to put a value into words."""
    translate = reader.translate
    return {
        "percent": lambda value: percent(value, translate),
        "decimal": decimal,
        "count": count,
        "estimate": lambda value: estimate_text(value, translate),
        "reason": lambda code: reason_text(code, translate),
        "say": lambda text: say(text, translate),
        "uses": {code: translate(text) for code, text in USES.items()},
        "scales": {code: translate(text) for code, text in SCALES.items()},
        "severities": {code: translate(text) for code, text in SEVERITIES.items()},
        "directions": {code: translate(text) for code, text in DIRECTIONS.items()},
        "outcomes": {code: translate(text) for code, text in OUTCOMES.items()},
    }


@router.get("/pairs")
def show_pairs(request: Request, reader: ReaderDep, comparison: ComparisonDep) -> HTMLResponse:
    check_names(request.query_params, _FILTERS)
    wanted = read_filter(request.query_params, comparison.document)
    found = chosen(comparison.pairs, wanted)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    if wanted.page > pages:
        violation = unknown_value("page", str(wanted.page), tuple(str(number) for number in range(1, pages + 1)))
        raise UnknownQuery(mark("There are not so many pages."), [violation])
    rows = found.iloc[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE]
    return page(
        request, reader, "reliability/pairs.html",
        wanted=wanted, total=len(found), pages=pages, columns=_SHOWN, known=known_values(comparison.document),
        rows=rows[list(_SHOWN)].to_dict("records"), **_words(reader),
    )  # fmt: skip


@router.get("/pairs.csv")
def download_pairs(request: Request, comparison: ComparisonDep) -> Response:
    check_names(request.query_params, _FILTERS)
    found = chosen(comparison.pairs, read_filter(request.query_params, comparison.document))
    records = found.fillna("").astype(str).itertuples(index=False, name=None)
    return _download(write_csv(list(found.columns), records), "text/csv; charset=utf-8", "pairs.csv")


@router.get("/chart.json")
def chart_definition(request: Request, reader: ReaderDep, comparison: ComparisonDep) -> JSONResponse:
    check_names(request.query_params, ("lang",))
    return JSONResponse(chart_spec(comparison.document, reader.translate))


@router.get("/chart.svg")
def chart_as_svg(request: Request, reader: ReaderDep, comparison: ComparisonDep) -> Response:
    check_names(request.query_params, ("lang",))
    content = render_chart(chart_spec(comparison.document, reader.translate), "svg")
    return Response(content, media_type="image/svg+xml")


@router.get("/chart.png")
def chart_as_png(request: Request, reader: ReaderDep, comparison: ComparisonDep) -> Response:
    check_names(request.query_params, ("lang",))
    content = render_chart(chart_spec(comparison.document, reader.translate), "png")
    return Response(content, media_type="image/png")


@router.get("/result.json")
def download_result(request: Request, comparison: ComparisonDep) -> Response:
    check_names(request.query_params, ("lang",))
    return _download(canonical_json(comparison.document), "application/json", "result.json")


@router.get("/working-paper.xlsx")
def download_working_paper(request: Request, reader: ReaderDep, comparison: ComparisonDep) -> Response:
    check_names(request.query_params, ("lang",))
    content = working_paper(comparison.document, comparison.pairs, reader.translate)
    return _download(content, _XLSX, "working-paper.xlsx")


def _download(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})
