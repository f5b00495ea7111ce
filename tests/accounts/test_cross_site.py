"""Requests that pages of other sites make a browser send change nothing, on any route (T15)."""

from typing import Any

import pytest
from api_requests import make_body
from fastapi.routing import iter_route_contexts
from people import saved_person
from sqlalchemy import inspect, text
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.canonical import sha256_hex
from registry.db import Database

# What a browser sends for a form, a script or an image of another site, of a sister host, and of nowhere.
CROSS_SITE: dict[str, dict[str, str]] = {
    "form of another site": {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    "sister host": {"origin": "http://evil.127.0.0.1", "sec-fetch-site": "same-site"},
    "sandboxed frame": {"origin": "null", "sec-fetch-site": "cross-site"},
    "old browser": {"origin": "https://evil.example"},
    "no headers at all": {},
    "another port": {"origin": "http://127.0.0.1:8001", "sec-fetch-site": "same-site"},
    "metadata alone": {"sec-fetch-site": "cross-site"},
    "method override": {"origin": "https://evil.example", "x-http-method-override": "GET", "sec-fetch-mode": "no-cors"},
}
BODIES: tuple[dict[str, Any], ...] = (
    {"json": {"name": "evil", "label": "x", "scope": ["comparison.read"], "role": "auditor"}},
    {"content": b'{"name": "evil"}', "headers": {"content-type": "text/plain"}},
    {"data": {"name": "evil", "password": "x", "label": "x", "scope": "comparison.read"}},
)


def digest(database: Database) -> str:
    """Of every row of every table."""
    found = []
    with database.engine.connect() as connection:
        for table in sorted(inspect(database.engine).get_table_names()):
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            found.append(f"{table} {sorted(map(str, rows))}")
    return sha256_hex("\n".join(found).encode())


@pytest.mark.parametrize("headers", CROSS_SITE.values(), ids=CROSS_SITE)
def test_no_request_of_another_site_changes_anything(
    browser: TestClient, database: Database, headers: dict[str, str]
) -> None:
    both = saved_person(database, Role.ADMINISTRATOR, Role.AUDITOR)
    browser.headers.clear()
    browser.cookies.update(both.cookies)
    before = digest(database)
    asked = []
    for context in iter_route_contexts(browser.app.routes):  # type: ignore[attr-defined]
        for method in set(context.methods or ()) - {"GET", "HEAD", "OPTIONS"}:
            path = (context.path or "").replace("{account_id}", str(both.account_id)).replace("{key_id}", "x")
            for body in BODIES:
                given = {"accept": "text/html"} | headers | body.get("headers", {})
                rest = {name: value for name, value in body.items() if name != "headers"}
                asked.append(browser.request(method, path, headers=given, **rest).status_code)

    assert len(asked) >= 3 * 20
    assert set(asked) == {403}
    assert digest(database) == before


def test_the_same_request_of_our_own_page_changes_something(browser: TestClient, database: Database) -> None:
    """So that the test above could fail."""
    both = saved_person(database, Role.ADMINISTRATOR, Role.AUDITOR)
    browser.cookies.update(both.cookies)
    before = digest(database)

    assert browser.post("/api/v1/accounts", json={"name": "new"}).status_code == 201
    assert digest(database) != before


def test_a_program_with_a_key_needs_no_such_headers(browser: TestClient, database: Database) -> None:
    auditor = saved_person(database, Role.AUDITOR)
    browser.headers.clear()

    assert browser.post("/api/v1/comparisons", json=make_body(), headers=auditor.bearer).status_code == 201


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing_whoever_asks(browser: TestClient, database: Database, method: str) -> None:
    both = saved_person(database, Role.ADMINISTRATOR, Role.AUDITOR)
    browser.headers.clear()
    browser.cookies.update(both.cookies)
    before = digest(database)
    for context in iter_route_contexts(browser.app.routes):  # type: ignore[attr-defined]
        path = (context.path or "").replace("{account_id}", str(both.account_id))
        if "GET" in (context.methods or ()) and "{" not in path and path != "/sign-in/oidc":
            assert browser.request(method, path, headers=CROSS_SITE["form of another site"]).status_code < 500

    assert digest(database) == before
