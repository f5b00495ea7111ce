"""Lists of the API come in pages: every comparison and every pair once, in a fixed order, and filters stay."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api_requests import COMPARISONS, assert_problem, client_of, created, make_app, make_body
from people import saved_person
from rows import NOON
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.clock import utc_now
from registry.db import Database
from registry.keyset import encode_cursor
from registry.reliability import api
from registry.reliability.inputs import SavedComparison, comparison_of
from registry.reliability.submission import Products


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


def test_the_list_comes_newest_first_and_every_comparison_once(client: TestClient) -> None:
    made = [created(client)["id"] for _ in range(5)]
    found, address = [], f"{COMPARISONS}?limit=2"
    while address:
        page = client.get(address).json()
        assert len(page["comparisons"]) <= 2
        found += [each["id"] for each in page["comparisons"]]
        address = page["next"]

    assert found == made[::-1]


def test_comparisons_of_one_instant_are_paged_without_loss(database: Database) -> None:
    app = make_app(database)
    app.dependency_overrides[utc_now] = lambda: NOON
    client = TestClient(app, headers=saved_person(database, Role.AUDITOR, now=NOON).bearer)
    made = {created(client)["id"] for _ in range(3)}
    first = client.get(f"{COMPARISONS}?limit=1").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()

    assert {page["comparisons"][0]["id"] for page in (first, second, third)} == made
    assert third["next"] is None


def all_pairs(client: TestClient, address: str) -> tuple[list[dict[str, Any]], list[int]]:
    found, sizes = [], []
    while address:
        response = client.get(address)
        assert response.status_code == 200, response.text
        page = response.json()
        found += page["pairs"]
        sizes.append(len(page["pairs"]))
        address = page["next"]
    return found, sizes


def test_every_pair_comes_exactly_once_in_a_fixed_order(client: TestClient) -> None:
    pairs = created(client)["links"]["pairs"]

    found, sizes = all_pairs(client, f"{pairs}?limit=4")

    assert sizes == [4, 4, 4, 3]
    assert found == client.get(pairs).json()["pairs"]
    assert len({(each["spot_check_id"], each["criterion_id"]) for each in found}) == 15


def test_pairs_are_filtered_and_the_filter_stays_on_the_next_page(client: TestClient) -> None:
    pairs = created(client)["links"]["pairs"]

    found, sizes = all_pairs(client, f"{pairs}?limit=2&evaluator=甲&discrepancy=1")

    assert sizes == [2, 1]
    assert {(each["evaluator_id"], each["discrepancy"]) for each in found} == {("甲", 1)}
    assert client.get(f"{pairs}?outcome=false_pass").json()["total"] == 4
    problem = assert_problem(client.get(f"{pairs}?evaluator=nobody"), 422, "unknown-query")
    assert problem["errors"][0]["column"] == "evaluator"


def test_a_pair_that_is_not_scored_has_null_for_its_weight(client: TestClient) -> None:
    body = make_body()
    body["criteria"]["criteria"][2]["evidence_basis"] = "document"
    # One visit holds nothing that is scored.
    body["reports"] = [row for row in body["reports"] if row["site_id"] != "甲-0" or row["criterion_id"] == "c3"]
    pairs = client.get(client.post(COMPARISONS, json=body).json()["links"]["pairs"])

    weights = {(each["use"], each["normalised_weight"] is None) for each in pairs.json()["pairs"]}
    assert "NaN" not in pairs.text
    assert weights == {("scored", False), ("document", False), ("document", True)}


def test_the_pairs_are_parsed_once_for_all_pages_of_all_readers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = created(client)["links"]["pairs"]
    expected = client.get(pairs).json()["pairs"]
    parsed: list[Products] = []

    def watched(products: Products) -> SavedComparison:
        parsed.append(products)
        return comparison_of(products)

    api.PARSED.clear()
    monkeypatch.setattr(api, "comparison_of", watched)
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda _: all_pairs(client, f"{pairs}?limit=4")[0], range(4)))

    assert read == [expected] * 4
    assert len(parsed) == 1


def test_a_page_and_a_filter_leave_the_kept_pairs_as_they_are(client: TestClient) -> None:
    pairs = created(client)["links"]["pairs"]
    first = client.get(f"{pairs}?limit=3").content

    client.get(f"{pairs}?limit=2&evaluator=甲&discrepancy=1")

    assert client.get(f"{pairs}?limit=3").content == first


def test_pairs_of_two_comparisons_are_told_apart(client: TestClient) -> None:
    one, other = created(client), created(client, **make_body({"丙": [(1, 3)]}))

    found = [client.get(each["links"]["pairs"]).json()["total"] for each in (one, other, one, other)]

    assert found == [15, 3, 15, 3]


@pytest.mark.parametrize(("after", "expected"), [(-5, 15), (13, 1), (14, 0), (2**53 - 1, 0)])
def test_a_page_begins_after_its_cursor(client: TestClient, after: int, expected: int) -> None:
    pairs = created(client)["links"]["pairs"]

    page = client.get(f"{pairs}?cursor={encode_cursor(after)}").json()

    assert (len(page["pairs"]), page["total"], page["next"]) == (expected, 15, None)
