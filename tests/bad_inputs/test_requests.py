"""Requests that are wrong in their address, their headers or their repetition; identifiers on the command line too."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from api_requests import COMPARISONS, JSON_TYPE, counts, make_body
from bad_input_list import CASES
from builders import make_check, make_report
from faces import Faces, files_of, masked, run_command

from registry.db import Database

IDENTIFIERS = {
    "D22 2^63": CASES["D22"]["payload"]["path_id"],
    "2^64": str(2**64),
    "-1": "-1",
    "400 digits": "9" * 400,
    "nought": "0",
    "a fraction": "1.5",
    "not finite": "NaN",
    "no such one": "00000000-0000-0000-0000-000000000000",
    "one in capitals": "FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF",
    "one in braces": "{00000000-0000-0000-0000-000000000000}",
    "one with other digits": "00000000-0000-0000-0000-00000000000\u0660",
    "one without its last": "00000000-0000-0000-0000-00000000000",
    "a quote": "' OR 1=1--",
    "NUL": "a\0b",
    "half a surrogate pair": "%ED%A0%80",
    "an escape sequence": "\x1b[31m",
    "8,000 letters": "a" * 8000,
}
PARTS = ("", "/result", "/pairs", "/pairs.csv", "/unpaired.csv")


@pytest.mark.parametrize("identifier", IDENTIFIERS.values(), ids=IDENTIFIERS)
def test_an_identifier_that_nothing_has_is_answered_alike(faces: Faces, identifier: str) -> None:
    path = identifier if identifier.startswith("%") else quote(identifier, safe="")
    absent = faces.request("GET", f"{COMPARISONS}/11111111-1111-4111-8111-111111111111")

    for part in PARTS:
        answer = faces.request("GET", f"{COMPARISONS}/{path}{part}")
        assert (answer.status_code, masked(answer.content)) == (404, masked(absent.content))
    assert faces.request("POST", f"{COMPARISONS}/{path}/replay").status_code == 404
    assert faces.request("GET", f"/api/v1/jobs/{path}").status_code == 404


@pytest.mark.parametrize("identifier", IDENTIFIERS.values(), ids=IDENTIFIERS)
def test_so_it_is_on_the_command_line(faces: Faces, identifier: str) -> None:
    for command in (["show"], ["replay"], ["export", "--folder", faces.folder / "out"]):
        code, out, err = run_command("comparisons", *command, "--", identifier)

        assert (code, out) == (3, b"")
        assert err.startswith("Error: No comparison is recorded")
    assert not (faces.folder / "out").exists()


# What can be asked for is told; all else is refused in the same words, whether something hidden has that name or not.


QUERIES = [*CASES["D35"]["payload"]["query"], "fields=evaluator_id", "expand=files", "order_by=id", "filter[a]=1",
           "offset=0", "page=2", "limit=0", "limit=1e3", "limit=-1", "limit=\u0661", "limit=9223372036854775808",
           "limit=1&limit=2", "q=x", "$filter=1", "include", "=x", "%00=1", "%ff=1", "cursor=%00"]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_d35_a_query_that_is_not_offered_is_refused(faces: Faces, query: str) -> None:
    answer = faces.request("GET", f"{COMPARISONS}?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"]


def test_d35_hidden_names_are_refused_in_the_words_for_absent_ones(faces: Faces) -> None:
    def words(name: str) -> str:
        return faces.request("GET", f"{COMPARISONS}?{name}=1").text.replace(name, "-")

    assert {words(name) for name in ("response_body", "worker", "heartbeat_at")} == {words("no_such_name")}


# Pages of other sites.


CROSS_SITE: dict[str, tuple[dict[str, str], set[int]]] = {
    "D40 foreign origin": ({"origin": "https://elsewhere.example"} | JSON_TYPE, {403}),
    "D40 cross-site": ({"sec-fetch-site": "cross-site"} | JSON_TYPE, {403}),
    "D40 text/plain": ({"content-type": "text/plain"}, {415}),
    "D40 urlencoded": ({"content-type": "application/x-www-form-urlencoded"}, {415}),
    "same site, other origin": ({"sec-fetch-site": "same-site"} | JSON_TYPE, {403}),
    "a frame without an origin": ({"origin": "null"} | JSON_TYPE, {403}),
    "an origin that ends like ours": ({"origin": "http://x.testserver"} | JSON_TYPE, {403}),
    "an origin that starts like ours": ({"origin": "http://testserver.example"} | JSON_TYPE, {403}),
    "another port": ({"origin": "http://testserver:81"} | JSON_TYPE, {403}),
    "an origin with a user": ({"origin": "http://testserver@elsewhere.example"} | JSON_TYPE, {403}),
    "two media types": ({"content-type": "text/plain, application/json"}, {415}),
    "a media type with JSON in it": ({"content-type": "text/plain; application/json"}, {415}),
    "a form without parts": ({"content-type": "multipart/form-data"}, {400, 422}),
}


@pytest.mark.parametrize(("headers", "statuses"), CROSS_SITE.values(), ids=CROSS_SITE)
def test_another_site_cannot_record(faces: Faces, headers: dict[str, str], statuses: set[int]) -> None:
    answer = faces.request("POST", COMPARISONS, content=json.dumps(make_body()), headers=headers)

    assert answer.status_code in statuses


OVERRIDES: dict[str, dict[str, Any]] = {
    "D41 header": {"headers": {"x-http-method-override": "DELETE"}},
    "another header": {"headers": {"x-method-override": "PUT", "x-http-method": "PATCH"}},
}


@pytest.mark.parametrize("request_", OVERRIDES.values(), ids=OVERRIDES)
def test_d41_a_method_is_what_the_request_says(faces: Faces, request_: dict[str, Any]) -> None:
    made = faces.send_json().json()["links"]["self"]

    assert faces.request("GET", "/api/openapi.json", **request_).status_code == 200
    for method in ("DELETE", "PUT", "PATCH"):
        assert faces.request(method, made, **request_).status_code in {404, 405}
    assert faces.request("POST", made, data={"_method": "DELETE"}).status_code == 405
    assert faces.request("GET", f"{COMPARISONS}?_method=DELETE").status_code == 422
    assert faces.request("POST", COMPARISONS, data={"_method": "DELETE"}, **request_).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "x" * 99])
def test_what_is_recorded_has_no_method_that_changes_it(faces: Faces, method: str) -> None:
    assert faces.request(method, f"{COMPARISONS}/x", headers={"if-match": "*"}).status_code == 405


# A request that is sent again.


def body_about(site: str) -> bytes:
    return json.dumps(make_body(reports=[make_report(site_id=site)], spot_checks=[make_check(site_id=site)])).encode()


@pytest.mark.parametrize("key", ["D59", "k" * 200, "!~\"'--"])
def test_d59_a_key_answers_its_request_and_no_other(faces: Faces, both_engines: dict[str, Database], key: str) -> None:
    headers = {"idempotency-key": key}
    first = faces.send_json(body_about(f"a{key[:9]}"), headers=headers)
    recorded = [counts(each) for each in both_engines.values()]

    again = faces.send_json(body_about(f"a{key[:9]}"), headers=headers)
    other = faces.send_json(body_about(f"b{key[:9]}"), headers=headers)
    as_files = faces.request("POST", COMPARISONS, files=files_of(), headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert (other.status_code, as_files.status_code) == (409, 409)
    assert [counts(each) for each in both_engines.values()] == recorded


def test_d59_the_same_request_at_once_is_carried_out_once(faces: Faces, both_engines: dict[str, Database]) -> None:
    headers = JSON_TYPE | {"idempotency-key": "at-once"}
    for client, database in faces.clients:
        before = counts(database)["comparisons"]
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(client.post, COMPARISONS, content=body_about("o"), headers=headers) for _ in range(8)]
        answers = [each.result() for each in sent]

        assert {each.status_code for each in answers} == {201}
        assert len({each.content for each in answers}) == 1
        assert counts(database)["comparisons"] == before + 1


@pytest.mark.parametrize("key", ["", "k" * 201, "a b", "a\tb", "caf\u00e9", "\x7f"])
def test_a_key_that_is_none_is_refused(faces: Faces, key: str) -> None:
    answer = faces.send_json(headers={"idempotency-key": key.encode("latin-1")})

    assert answer.status_code == 422
    assert "dempotency" in answer.json()["errors"][0]["column"]


# Searching the pairs.


SEARCHES = [*CASES["D65"]["payload"]["q"], "%25", "E_", "E%", "e1", "E1 ", "*", "[E]1", "E1' --", "\0", "E\u200b1"]


@pytest.mark.parametrize("name", ["evaluator", "criterion", "checker"])
def test_d65_a_search_finds_itself_and_nothing_else(faces: Faces, name: str) -> None:
    pairs = faces.send_json(make_body(reports=[make_report()], spot_checks=[make_check()])).json()["links"]["pairs"]

    for text in SEARCHES:
        answer = faces.clients[0][0].get(pairs, params={name: text})
        assert answer.status_code in {200, 422}
        assert answer.status_code == 422 or answer.json()["total"] == 0
    assert (
        faces.clients[0][0]
        .get(pairs, params={name: {"evaluator": "E1", "criterion": "c1"}.get(name, "K1")})
        .json()["total"]
        == 1
    )


def test_d65_what_has_such_a_name_is_found(faces: Faces) -> None:
    names = ["%", "_", "' OR 1=1--", "\\"]
    reports = [make_report(report_id=f"r{i}", site_id=f"s{i}", evaluator_id=each) for i, each in enumerate(names)]
    checks = [make_check(spot_check_id=f"k{i}", site_id=f"s{i}") for i in range(len(names))]
    made = faces.send_json(make_body(reports=reports, spot_checks=checks)).json()

    for name in names:
        answer = faces.clients[0][0].get(made["links"]["pairs"], params={"evaluator": name})
        assert [each["evaluator_id"] for each in answer.json()["pairs"]] == [name]
