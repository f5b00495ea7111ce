"""Requests of the API for tests: a small comparison as JSON and as files, and a client on a database."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builders import make_visits
from fastapi import FastAPI
from people import saved_person
from sqlalchemy import func, select
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.answered_requests import IdempotencyKey
from registry.app import create_app
from registry.blobs import Content
from registry.config import Settings
from registry.db import Database, read
from registry.reliability.models import Job, RecordedComparison

COMPARISONS = "/api/v1/comparisons"
OUTCOMES = {"甲": [(1, 3), (0, 3), (2, 3)], "乙": [(0, 3), (1, 3)]}
JSON_TYPE = {"content-type": "application/json"}
NOTHING = {"contents": 0, "comparisons": 0, "jobs": 0, "idempotency_keys": 0}


def make_body(outcomes: Mapping[str, Sequence[tuple[int, int]]] = OUTCOMES, **changes: Any) -> dict[str, Any]:
    reports, checks, criteria = make_visits(outcomes)
    body = {"reports": reports.to_dict("records"), "spot_checks": checks.to_dict("records"), "criteria": criteria}
    return body | changes


def make_files(outcomes: Mapping[str, Sequence[tuple[int, int]]] = OUTCOMES) -> dict[str, tuple[str, bytes]]:
    reports, checks, criteria = make_visits(outcomes)
    return {
        "reports": ("报告.csv", reports.to_csv(index=False).encode()),
        "spot_checks": ("checks.csv", checks.to_csv(index=False).encode()),
        "criteria": ("criteria.json", json.dumps(criteria).encode()),
    }


def make_app(database: Database | None, **settings: Any) -> FastAPI:
    return create_app(Settings(**settings), None, database)


def stranger_of(database: Database | None, **settings: Any) -> TestClient:
    """Without the worker, which starts with the server, and with a 500 where an exception was not foreseen."""
    return TestClient(make_app(database, **settings), raise_server_exceptions=False)


def client_of(database: Database | None, **settings: Any) -> TestClient:
    """The same with the key of an auditor, who may do all that there is to comparisons."""
    client = stranger_of(database, **settings)
    if database is not None:
        client.headers.update(saved_person(database, Role.AUDITOR).bearer)
    return client


def created(client: TestClient, **changes: Any) -> dict[str, Any]:
    """The answer to a comparison that was recorded."""
    response = client.post(COMPARISONS, json=make_body(**changes))
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    assert response.headers["location"] == found["links"]["self"]
    return found


def counts(database: Database) -> dict[str, int]:
    """Rows of every table that the API writes."""
    tables = (Content, RecordedComparison, Job, IdempotencyKey)
    return read(
        database,
        lambda session: {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables},
    )


def in_pieces(content: bytes, size: int = 4096) -> Iterator[bytes]:
    """A body without a declared length."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.content) <= 16 * 1024
    problem: dict[str, Any] = response.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    return problem
