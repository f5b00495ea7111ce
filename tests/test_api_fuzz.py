"""Requests that nobody would think of: generated from the contract, valid and broken. None may be a fault of ours.

REGISTRY_FUZZ_CASES raises their number; then they differ from run to run.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api_requests import COMPARISONS, make_app, make_body
from databases import Databases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import make_person
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.schemas import BaseSchema
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from vetting_samples import make_vetting

from registry.accounts.permissions import Role
from registry.db import open_database, write

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
CHECKS_OF_ELIGIBILITY = "/api/v1/eligibility-checks"
# Whoever may do most of what there is; an administrator could shut this very account.
ROLES = (Role.AUDITOR, Role.PROCUREMENT, Role.VETTING_OFFICER, Role.EDITOR, Role.APPROVER)


@dataclass(frozen=True)
class Target:
    """recorded: values for addresses, by name and by the beginning of the address, of what there is."""

    client: TestClient
    schema: BaseSchema
    recorded: Mapping[tuple[str, str], str]

    def known_values(self, path: str) -> dict[str, str]:
        named = re.findall("{(.*?)}", path)
        return {name: value for (start, name), value in self.recorded.items() if name in named and start in path}


@pytest.fixture(scope="module")
def target(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzz")
    with closing(open_database(databases.migrated("sqlite", folder))) as opened:
        evaluator = write(opened, lambda session: make_known(session, folder))
        app = make_app(opened, public_url="http://testserver")
        client = TestClient(app, raise_server_exceptions=False)
        client.headers.update(write(opened, lambda session: make_person(session, *ROLES)).bearer)
        made = client.post(COMPARISONS, json=make_body()).json()
        check = client.post(CHECKS_OF_ELIGIBILITY, json=make_question(evaluator)).json()
        attestation = client.post(check["links"]["attestation"]).json()
        recorded = {
            ("/comparisons", "comparison_id"): made["id"], ("/evaluators", "code"): evaluator,
            ("/eligibility-checks", "code"): check["decision_id"],
            ("/attestations", "attestation_id"): attestation["id"],
            ("/status-lists", "purpose"): "revocation", ("/status-lists", "number"): "1",
        }  # fmt: skip
        yield Target(client, schemathesis.openapi.from_asgi("/api/openapi.json", app), recorded)


def make_known(session: Session, folder: Path) -> str:
    """The code of an evaluator that is qualified."""
    vetting = make_vetting(session, folder)
    vetting.granted(effective="2024-01-05", valid_to="2028-01-01")
    return vetting.evaluator.code


def make_question(evaluator: str) -> dict[str, Any]:
    scope = {"domain": "agri", "region": "mca:420000", "type": "annual", "standard": "rural-rev@2.1.0", "level": "town"}
    return {"members": [{"evaluator": evaluator, "scope": [scope]}], "valid_at": "2026-05-01"}


@pytest.fixture(autouse=True)
def _keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the one database of all these tests stand beside it."""
    monkeypatch.delenv("REGISTRY_KEYS_DIR", raising=False)


def examples_of(method: str, path: str) -> int:
    share = SHARES["POST"] if path == COMPARISONS and method == "POST" else SHARES["GET"]
    total = SHARES["POST"] + SHARES["GET"] * (len(OPERATIONS) - 1)
    return max(1, round(CASES * share / total))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_is_answered_with_a_fault_of_ours(target: Target, method: str, path: str) -> None:
    bearer = {"authorization": target.client.headers["authorization"]}
    known = target.known_values(path)
    modes = [target.schema[path][method].as_strategy(generation_mode=mode) for mode in GenerationMode]
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
        if is_recorded and known:
            case.path_parameters = {**case.path_parameters, **known}
        response = case.call(headers=bearer)
        case.validate_response(response, checks=checks)
        assert response.status_code < 400 or len(response.content) <= LONGEST_ERROR
        seen.append(response.status_code)

    try_it()

    assert seen
    assert target.client.get("/healthz").status_code == 200


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
