"""The pages of one comparison, by HTTP: what they show, what they link to, and what they refuse."""

import copy
import csv
import io
import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from samples import EVALUATORS, LONG_NAME, Sample, make_sample
from starlette.testclient import TestClient

from registry.app import create_app
from registry.config import Settings
from registry.reliability.pair_filter import read_filter
from registry.reliability.presentation import ORDERS

SAMPLE = make_sample()
LINK = re.compile(r'href="(/pairs\?[^"#]+)"')
COUNT = re.compile(r'id="count">([0-9,]+) pairs')


def make_app(sample: Sample | None = SAMPLE) -> FastAPI:
    return create_app(Settings(), sample)


@pytest.fixture
def client() -> TestClient:
    return TestClient(make_app())


def get(client: TestClient, path: str, status: int = 200, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status, response.text
    return response.text


def test_the_page_shows_every_evaluator_with_score_interval_and_visits(client: TestClient) -> None:
    text = get(client, "/")

    for evaluator_id, visits, *_, score, interval, _ in EVALUATORS:
        assert f">{evaluator_id}</th>" in text
        assert f">{visits}</a>" in text
        if score is not None:
            assert f"{score:.1f} [{interval[0]:.1f}, {interval[1]:.1f}]" in text


def test_the_page_says_what_the_data_are_not(client: TestClient) -> None:
    assert re.search(r'govuk-inset-text">\s*<p class="govuk-body">The data are simulated\.', get(client, "/"))


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{name}" for name in ORDERS)])
def test_every_order_is_possible_and_marked(client: TestClient, order: str) -> None:
    text = get(client, f"/?sort={order}")

    assert text.count(f'aria-sort="{"descending" if order.startswith("-") else "ascending"}"') == 1


def test_sorting_changes_the_order_of_the_rows(client: TestClient) -> None:
    names = re.compile(r'<th scope="row" class="govuk-table__header id">([^<]+)</th>')
    ids = {order: names.findall(get(client, f"/?sort={order}")) for order in ("evaluator", "-evaluator")}
    rows = len(EVALUATORS)

    assert ids["evaluator"][:rows] == sorted(each[0] for each in EVALUATORS)
    assert ids["-evaluator"][:rows] == ids["evaluator"][:rows][::-1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_link_of_the_page_leads_somewhere(client: TestClient, language: str) -> None:
    text = get(client, f"/?lang={language}")
    links = {unescape(link) for link in re.findall(r'(?:href|src|data-spec|data-fallback)="(/[^"#]*)', text)}

    assert len(links) > 50
    for link in links:
        assert client.get(link).status_code == 200, link
        if not link.startswith("/static/"):
            assert "lang=" in link, link


def test_every_count_of_the_evaluators_table_is_the_number_of_pairs_behind_it(client: TestClient) -> None:
    for evaluator in SAMPLE.document["evaluators"]:
        own = {"evaluator": evaluator["evaluator_id"], "use": "scored"}
        false_pass = evaluator["direction"]["false_pass"]
        for query, expected in (
            (own, evaluator["pairs"]),
            (own | {"discrepancy": "1"}, evaluator["discrepancies"]),
            (own | {"outcome": "false_pass"}, false_pass["events"]),
            (own | {"outcome": "checked_fail"}, false_pass["n"]),
        ):
            found = COUNT.search(get(client, f"/pairs?{urlencode(query)}"))
            assert found is not None
            assert int(found[1].replace(",", "")) == expected, query


def test_every_count_of_the_criteria_table_is_the_number_of_pairs_behind_it(client: TestClient) -> None:
    for each in SAMPLE.document["criteria"]:
        query = {"criterion": each["criterion_id"], "use": each["role"], "discrepancy": "1"}
        found = COUNT.search(get(client, f"/pairs?{urlencode(query)}"))
        assert found is not None
        assert int(found[1].replace(",", "")) == each["discrepancies"]


def test_pairs_come_a_hundred_a_page(client: TestClient) -> None:
    assert "451 pairs, page 2 of 5." in get(client, "/pairs?page=2")
    assert get(client, "/pairs?page=5").count('<tr class="govuk-table__row">') == 1 + 51
    assert 'rel="next"' not in get(client, "/pairs?page=5")


def test_an_empty_filter_of_the_form_filters_nothing(client: TestClient) -> None:
    empty = "/pairs?evaluator=&criterion=&checker=&use=&discrepancy=&direction=&outcome="

    assert COUNT.search(get(client, empty)) is not None
    assert "451 pairs" in get(client, empty)


def test_the_downloaded_pairs_are_the_filtered_ones(client: TestClient) -> None:
    response = client.get("/pairs.csv?evaluator=001&discrepancy=1&use=scored")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))

    assert response.headers["content-disposition"] == 'attachment; filename="pairs.csv"'
    assert list(rows[0]) == list(SAMPLE.pairs.columns)
    assert {(row["evaluator_id"], row["discrepancy"]) for row in rows} == {("001", "1")}
    assert len(rows) == 4


def test_formulas_are_harmless_in_the_download_and_markup_in_the_page() -> None:
    pairs = SAMPLE.pairs.copy()
    pairs.loc[0, ["report_value", "check_value"]] = ["=1+1", "<script>alert(1)</script>"]
    document = copy.deepcopy(SAMPLE.document) | {"title": "<script>alert(2)</script>"}
    client = TestClient(make_app(Sample(document, pairs)))

    assert "'=1+1" in client.get("/pairs.csv").text
    for path in ("/", "/pairs"):
        assert "<script>alert" not in client.get(path).text
        assert "&lt;script&gt;alert" in client.get(path).text


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/?sort=rank", "sort"),
        ("/?lang=xx", "lang"),
        ("/?srot=score", "srot"),
        ("/pairs?evaluator=nobody", "evaluator"),
        ("/pairs?criterion=nothing", "criterion"),
        ("/pairs?use=all", "use"),
        ("/pairs?discrepancy=2", "discrepancy"),
        ("/pairs?direction=up", "direction"),
        ("/pairs?outcome=maybe", "outcome"),
        ("/pairs?page=0", "page"),
        ("/pairs?page=-1", "page"),
        ("/pairs?page=²", "page"),
        ("/pairs?page=99999999999999999999", "page"),
        ("/pairs?page=6", "page"),
        ("/pairs?evalutor=001", "evalutor"),
        ("/pairs.csv?use=all", "use"),
        ("/chart.json?x=1", "x"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_value_is_a_page_that_names_the_parameter(
    client: TestClient, path: str, parameter: str, language: str
) -> None:
    text = get(client, path, 422, **{"accept-language": language})

    assert f"<code>{parameter}</code>" in text
    assert f'<html lang="{"en" if language == "en" else "zh-Hans-CN"}"' in text


def test_the_language_comes_from_the_address_then_from_the_browser(client: TestClient) -> None:
    assert 'lang="zh-Hans-CN" class' in get(client, "/?lang=zh", **{"accept-language": "en"})
    assert 'lang="zh-Hans-CN" class' in get(client, "/", **{"accept-language": "zh-CN,zh;q=0.9"})
    assert 'lang="en" class' in get(client, "/", **{"accept-language": "fr"})


def test_the_settings_language_is_the_last_resort() -> None:
    client = TestClient(create_app(Settings(language="zh"), SAMPLE))

    assert 'lang="zh-Hans-CN" class' in get(client, "/")


def test_the_link_to_the_other_language_keeps_what_was_asked_for(client: TestClient) -> None:
    links = [
        unescape(link)
        for link in re.findall(r'href="([^"]+)" lang=', get(client, f"/pairs?evaluator={LONG_NAME}&page=1"))
    ]

    assert len(links) == 2
    assert all(urlencode({"evaluator": LONG_NAME}) in link for link in links)


def test_without_a_comparison_the_page_tells_the_command() -> None:
    client = TestClient(make_app(None))

    assert "registry compare --reports" in get(client, "/")
    get(client, "/pairs", 404)
    get(client, "/working-paper.xlsx", 404)


def test_a_missing_page_has_the_look_of_the_others(client: TestClient) -> None:
    text = get(client, "/nothing", 404)

    assert "This page does not exist" in text
    assert "govuk-frontend.min.css" in text


def test_another_method_is_refused_with_a_page(client: TestClient) -> None:
    response = client.post("/")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert "govuk-heading-l" in response.text


def test_a_fault_of_ours_is_a_page_without_details() -> None:
    app = make_app()

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("a secret")

    response = TestClient(app, raise_server_exceptions=False).get("/fault")

    assert response.status_code == 500
    assert "a secret" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/nothing", "/pairs?x=1", "/static/registry.css", "/chart.svg", "/healthz"])
def test_every_response_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_no_page_holds_an_inline_script_or_another_host(client: TestClient) -> None:
    for path in ("/", "/pairs", "/nothing"):
        text = client.get(path).text
        assert re.findall(r"<script(?![^>]* src=)", text) == []
        assert re.findall(r" on[a-z]+=", text) == []
        assert "https://" not in text
        assert "http://" not in text


def test_the_downloads_are_what_they_are_called(client: TestClient) -> None:
    assert json.loads(get(client, "/result.json")) == SAMPLE.document
    assert client.get("/working-paper.xlsx").content.startswith(b"PK")
    assert client.get("/chart.png").content.startswith(b"\x89PNG")
    assert get(client, "/chart.svg?lang=zh").startswith("<svg")
    assert json.loads(get(client, "/chart.json"))["$schema"].endswith("/v6.json")


def test_there_is_no_page_that_needs_another_host(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        get(client, path, 404)


def test_the_health_check_answers_without_a_comparison() -> None:
    assert TestClient(make_app(None)).get("/healthz").json()["status"] == "ok"


def test_behind_a_proxy_every_address_has_the_path_before_ours() -> None:
    client = TestClient(make_app(), root_path="/registry")
    links = re.findall(r'(?:href|src|data-spec|data-fallback)="(/[^"]*)"', client.get("/registry/").text)

    assert links
    assert all(link.startswith("/registry/") for link in links)


def test_a_filter_survives_being_written_as_an_address() -> None:
    wanted = read_filter({"evaluator": "001", "page": "3"}, SAMPLE.document)

    assert wanted.query() == {"evaluator": "001", "page": "3"}
    assert wanted.query(page=1) == {"evaluator": "001"}
