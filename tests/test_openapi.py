"""The contract of the API: committed, up to date, complete, and shown by a page that needs no other host."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from api_requests import client_of
from starlette.testclient import TestClient
from test_permission_matrix import ROUTES

from registry.app import create_app
from registry.config import Settings

COMMITTED = Path(__file__).parent.parent / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
OPERATIONS = [(path, method, each) for path, item in DOCUMENT["paths"].items() for method, each in item.items()]


def test_the_committed_document_is_that_of_the_application() -> None:
    assert create_app(Settings()).openapi() == DOCUMENT, "run: python tools/write_openapi.py"


def test_the_server_gives_the_committed_document() -> None:
    assert client_of(None).get("/api/openapi.json").json() == DOCUMENT


def test_every_route_of_the_api_is_in_the_document() -> None:
    documented = {(method.upper(), path) for path, method, _ in OPERATIONS}

    assert documented == {(method, path) for method, path in ROUTES if path.startswith("/api/v1/")}
    assert len(documented) > 20


def test_every_operation_is_explained_and_may_answer_with_a_problem() -> None:
    for path, method, operation in OPERATIONS:
        problem = operation["responses"]["4XX"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}, path
        assert operation.get("description"), f"{method} {path}"


def test_every_reference_leads_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT)):
        part = DOCUMENT
        for name in reference.split("/"):
            part = part[name]
        assert part


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_the_api_needs_no_other_host(language: str) -> None:
    client: TestClient = client_of(None)
    text = client.get(f"/api?lang={language}").text
    addresses = re.findall(r'(?:src|href|data-document)="([^"]+)"', text)
    scripts = re.findall(r'<script src="([^"]+)"', text)

    assert len(scripts) == 2
    assert all(each.startswith(("/", "#")) for each in addresses)
    for each in {*scripts, *re.findall(r'data-document="([^"]+)"', text)}:
        assert client.get(each).status_code == 200


def test_the_first_page_leads_to_the_api() -> None:
    assert 'href="/api"' in client_of(None).get("/").text
