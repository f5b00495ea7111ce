"""Requests that nobody would think of: generated from the contract, valid and broken. None may be a fault of ours.

REGISTRY_FUZZ_CASES raises their number; then they differ from run to run.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api_requests import COMPARISONS, client_of, make_app, make_body
from databases import Databases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from registry.db import Database, open_database

OPERATIONS = sorted(
    (method.upper(), path)
    for path, item in json.loads((Path(__file__).parent.parent / "docs" / "openapi.json").read_text("utf-8"))[
        "paths"
    ].items()
    for method in item
)
CASES = int(os.environ.get("REGISTRY_FUZZ_CASES", "300"))
# What comes in is what the application must survive; half as many for each of the others.
SHARES = {"POST": 6, "GET": 1}
CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
LONGEST_ERROR = 16 * 1024


@pytest.fixture(scope="module")
def fuzzed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(databases.migrated("sqlite", tmp_path_factory.mktemp("fuzz")))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the one database of all these tests stand beside it."""
    monkeypatch.delenv("REGISTRY_KEYS_DIR", raising=False)


def examples_of(method: str, path: str) -> int:
    share = SHARES["POST"] if path == COMPARISONS and method == "POST" else SHARES["GET"]
    total = SHARES["POST"] + SHARES["GET"] * (len(OPERATIONS) - 1)
    return max(1, round(CASES * share / total))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_is_answered_with_a_fault_of_ours(fuzzed: Database, method: str, path: str) -> None:
    client = client_of(fuzzed)
    bearer = {"authorization": client.headers["authorization"]}
    made = client.post(COMPARISONS, json=make_body()).json()
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", make_app(fuzzed))
    modes = [schema[path][method].as_strategy(generation_mode=mode) for mode in GenerationMode]
    checks: list[Any] = [CHECKS.get_one(name) for name in CHECKED]
    seen: list[int] = []

    @given(case=st.one_of(modes), is_recorded=st.booleans())
    @settings(
        max_examples=examples_of(method, path),
        derandomize="REGISTRY_FUZZ_CASES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case: Any, is_recorded: bool) -> None:
        if is_recorded and "comparison_id" in path:
            case.path_parameters = {"comparison_id": made["id"]}
        response = case.call(headers=bearer)
        case.validate_response(response, checks=checks)
        assert response.status_code < 400 or len(response.content) <= LONGEST_ERROR
        seen.append(response.status_code)

    try_it()

    assert seen
    assert client_of(fuzzed).get("/healthz").status_code == 200


def test_the_cases_are_as_many_as_asked_for() -> None:
    assert CASES * 0.9 <= sum(examples_of(*each) for each in OPERATIONS) <= CASES * 1.2


@pytest.mark.parametrize("path", ["/api/v1/comparisons/{comparison_id}"])
def test_a_planted_fault_is_found(path: str) -> None:
    app = make_app(None)

    async def faulty(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith(COMPARISONS):
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    schema = schemathesis.openapi.from_asgi("/api/openapi.json", faulty)
    case = schema[path]["GET"].Case(path_parameters={"comparison_id": "x"})

    with pytest.raises(BaseException, match=r"(?i)server error"):
        case.call_and_validate()
