"""The chart: one definition, rendered with a font that has Chinese, in the version that the page has."""

import copy
import json
import struct
import zlib
from typing import Any

import pytest
import vl_convert
from samples import make_sample

from registry.languages import translator
from registry.pages import STATIC_DIR
from registry.reliability.chart import SCHEMA, VEGA_LITE, chart_spec, render_chart

SAMPLE = make_sample()
ENGLISH = translator("en")


def make_document(count: int) -> dict[str, Any]:
    document = copy.deepcopy(SAMPLE.document)
    document["evaluators"] = [
        copy.deepcopy(SAMPLE.document["evaluators"][place % 6]) | {"evaluator_id": f"{place:03} 评估机构"}
        for place in range(count)
    ]
    return document


def drawn_dots(document: dict[str, Any]) -> int:
    svg = render_chart(chart_spec(document, ENGLISH), "svg").decode()
    return svg.count('aria-roledescription="point"') or svg.count('aria-roledescription="circle"')


def pixels(png: bytes) -> bytes:
    """The decompressed image data of a PNG file."""
    place, data = 8, b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        if kind == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += 12 + length
    return zlib.decompress(data)


def text_chart(text: str) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "config": chart_spec(SAMPLE.document, ENGLISH)["config"],
        "width": 60,
        "height": 60,
        "data": {"values": [{}]},
        "mark": {"type": "text", "fontSize": 40},
        "encoding": {"text": {"value": text}},
    }


@pytest.mark.parametrize("count", [1, 6, 60, 200])
def test_every_scored_evaluator_has_a_dot_and_every_evaluator_a_row(count: int) -> None:
    document = make_document(count)
    scored = sum(each["score"] is not None for each in document["evaluators"])
    spec = chart_spec(document, ENGLISH)

    assert len(spec["encoding"]["y"]["scale"]["domain"]) == count
    assert drawn_dots(document) == scored


def test_rows_get_lower_as_evaluators_get_many() -> None:
    steps = [chart_spec(make_document(count), ENGLISH)["height"]["step"] for count in (1, 30, 200)]

    assert steps == sorted(steps, reverse=True)


def test_evaluators_are_sorted_by_score_with_those_without_one_last() -> None:
    values = chart_spec(SAMPLE.document, ENGLISH)["data"]["values"]
    scores = [value["score"] for value in values]

    assert scores[:4] == sorted(scores[:4], reverse=True)
    assert scores[4:] == [None, None]


def test_every_dot_has_its_interval_and_the_facts_for_the_tooltip() -> None:
    for value in chart_spec(SAMPLE.document, ENGLISH)["data"]["values"]:
        assert (value["score"] is None) == (value["low"] is None) == (value["high"] is None)
        assert {"visits", "pairs", "shown", "grade", "false_pass", "why"} <= set(value)


def test_reference_lines_stand_where_the_methods_bounds_are() -> None:
    document = copy.deepcopy(SAMPLE.document)
    document["method"]["parameters"] |= {"grade_a": 0.08, "grade_b": 0.2}

    def limits(of: dict[str, Any]) -> list[float]:
        return [value["limit"] for value in chart_spec(of, ENGLISH)["layer"][0]["data"]["values"]]

    assert limits(SAMPLE.document) == [90.0, 85.0]
    assert limits(document) == [92.0, 80.0]


def test_grades_differ_by_colour_and_by_shape() -> None:
    layer = next(each for each in chart_spec(SAMPLE.document, ENGLISH)["layer"] if each.get("name") == "scores")

    for channel in ("color", "shape"):
        scale = layer["encoding"][channel]["scale"]
        assert len(set(scale["range"])) == len(scale["domain"])


def test_without_evaluators_the_chart_says_so() -> None:
    svg = render_chart(chart_spec(make_document(0), ENGLISH), "svg").decode()

    assert "No evaluator was compared." in svg


def test_titles_and_description_follow_the_language() -> None:
    spec = chart_spec(SAMPLE.document, translator("zh"))

    assert spec["title"]["text"] == "各评估机构的可信度得分及 90% 区间"
    assert "6 家评估机构" in spec["description"]


def test_a_title_is_data_not_an_expression() -> None:
    document = copy.deepcopy(SAMPLE.document) | {"title": '<script>alert("x")</script>'}
    svg = render_chart(chart_spec(document, ENGLISH), "svg").decode()

    assert "<script" not in svg


def test_chinese_is_drawn_and_not_a_box() -> None:
    one, other, box = (pixels(render_chart(text_chart(text), "png")) for text in ("评", "估", "\ue123"))

    assert len({one, other, box}) == 3


def test_the_same_comparison_gives_the_same_files() -> None:
    spec = chart_spec(SAMPLE.document, ENGLISH)

    assert render_chart(spec, "png") == render_chart(json.loads(json.dumps(spec)), "png")
    assert render_chart(spec, "svg") == render_chart(spec, "svg")


def test_definition_page_and_renderer_speak_the_same_vega_lite() -> None:
    rows = [line.split() for line in (STATIC_DIR / "vendor" / "CHECKSUMS").read_text().splitlines() if line[0] != "#"]
    vendored = next(row[3] for row in rows if row[0] and row[1] == "vega-lite.min.js")

    assert SCHEMA.endswith(f"/v{vendored.split('.')[0]}.json")
    assert vendored.rpartition(".")[0] == VEGA_LITE
    assert VEGA_LITE in vl_convert.get_vegalite_versions()
