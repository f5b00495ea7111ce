"""JSON routes of regions: everybody may read them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_requests import stranger_of
from region_samples import AS_OF, SINCE, changes_file, divisions_file
from starlette.testclient import TestClient

from registry.db import Database, write
from registry.regions import import_service
from registry.regions.claim import Claim
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes, read_divisions
from registry.regions.reference import Level

REGIONS = "/api/v1/regions"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def client(database: Database, tmp_path: Path) -> TestClient:
    divisions = read_divisions(divisions_file(tmp_path), "mca", AS_OF)
    changes = read_changes(changes_file(tmp_path), "mca")
    terms = Terms(NOW, Claim(SINCE, None, Level.COUNTY))
    write(database, lambda session: import_service.import_divisions(session, divisions, "mca", Terms(NOW)))
    write(database, lambda session: import_service.import_changes(session, changes, "mca", terms))
    return stranger_of(database)


def got(client: TestClient, address: str, **parameters: object) -> dict[str, Any]:
    response = client.get(f"{REGIONS}{address}", params={name: str(value) for name, value in parameters.items()})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_search_as_one_types(client: TestClient) -> None:
    found = got(client, "", q="容美")["regions"]

    assert [(each["region"]["reference"], each["match"]) for each in found] == [("mca:422828100", "prefix")]
    assert found[0]["path"] == ["湖北省", "恩施土家族苗族自治州", "鹤峰县", "容美镇"]
    assert len(got(client, "", q="区", limit=2, level="county", on=AS_OF)["regions"]) == 2


def test_a_region_that_was_merged_is_answered_with_what_came_in_its_place(client: TestClient) -> None:
    found = got(client, "/mca:330104@2021-04-08", on="2021-04-09")

    assert (found["region"], found["reason"], found["changed_on"]) == (None, "merged", "2021-04-09")
    assert [each["reference"] for each in found["related"]] == ["mca:330102"]
    assert "was merged" in found["sentence"]
    assert got(client, "/mca:330102", on="2030-01-01")["as_of"] == "2025-12-31"


def test_path_and_changes(client: TestClient) -> None:
    assert [each["name"] for each in got(client, "/mca:330113/path", on=AS_OF)["path"]] == [
        "浙江省",
        "杭州市",
        "临平区",
    ]
    assert [each["kind"] for each in got(client, "/mca:330113/changes")["changes"]] == ["split"]


def test_descendants_come_by_pages(client: TestClient) -> None:
    seen, address = [], f"{REGIONS}/mca:330100/descendants?limit=2&on={AS_OF}"
    while address:
        page = client.get(address).json()
        seen += [each["reference"] for each in page["regions"]]
        address = page["next"]

    assert seen == ["mca:330102", "mca:330102001", "mca:330105", "mca:330106", "mca:330110", "mca:330113"]
    assert got(client, "/mca:330104@2021-04-08/descendants", on="2021-04-09")["regions"] == []


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/mca:999999", 404, "region-not-found"),
        ("/nbs:330100", 404, "no-divisions"),
        ("/330100", 422, "region-reference-rejected"),
        ("?q=x&system=gb", 422, "region-reference-rejected"),
        ("?q=", 422, "invalid-request"),
        ("?q=x&on=gestern", 422, "invalid-request"),
        ("?q=x&limit=1000", 422, "invalid-request"),
        ("?q=x&name=y", 422, "unknown-parameter"),
        ("?q=1+2+3+4+5+6", 422, "region-query-rejected"),
        ("/mca:330100/descendants?cursor=WyI0MjI4MjgiXQ", 422, "cursor-rejected"),
        ("/mca:330100/descendants?cursor=x", 422, "cursor-rejected"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem(
    client: TestClient, address: str, status: int, code: str
) -> None:
    response = client.get(f"{REGIONS}{address}")

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_day_is_written_in_one_form_only(client: TestClient) -> None:
    for day in ("0", "1767225600", "2026-01-01T00:00:00", "20260101", "2026-13-01"):
        response = client.get(f"{REGIONS}/mca:330104", params={"on": day})

        assert response.status_code == 422, day
        assert response.json()["errors"][0]["column"] == "query on"
