"""The type of every problem leads to a page that says what it means and what to do, in both languages."""

import json
import re
from collections import defaultdict
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

import registry
from registry import deps
from registry.accounts.permissions import Actor, HeldRole, Role
from registry.app import create_app
from registry.config import Settings
from registry.errors import RegistryError
from registry.languages import LANGUAGES, translator
from registry.problem_details import STATUS_OF_CODE, members, status_of
from registry.problem_pages import error_types, known_problems
from registry.problem_texts import EXPLANATIONS, explanation
from registry.problems import of_http_error

PACKAGE = Path(registry.__file__).parent
TYPES = error_types()
CODES = {each.code for each in TYPES}
STATUSES = [status for status in HTTPStatus if status >= 400]
HTML = {"accept": "text/html"}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Of a server without a database and with a small limit, on which one address fails."""
    app = create_app(Settings(max_body_bytes=1024))

    # An auditor, without a database to know one by.
    app.dependency_overrides[deps.actor] = lambda: Actor(UUID(int=1), UUID(int=1), (HeldRole(Role.AUDITOR),))

    @app.get("/api/fault")
    def fault() -> None:
        raise RuntimeError

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_has_a_page_of_its_own_words(client: TestClient, code: str, language: str) -> None:
    error = next(each for each in TYPES if each.code == code)
    page = client.get(members(400, code, "", "")["type"], params={"lang": language}, headers=HTML)
    text, translate = unescape(page.text), translator(language)  # type: ignore[arg-type]

    assert page.status_code == 200
    assert f'<h1 class="govuk-heading-l">{translate(error.title)}</h1>' in text
    assert f">{status_of(error.kind, code)}</dd>" in text
    assert all(translate(words) in text for words in EXPLANATIONS[code])


def test_no_words_are_kept_for_what_no_answer_holds() -> None:
    assert set(EXPLANATIONS) <= set(known_problems())
    assert set(STATUS_OF_CODE) <= CODES


def test_every_title_is_translated() -> None:
    shown = {title for code, (_, title) in known_problems().items() if code in EXPLANATIONS}
    translate = translator("zh")

    assert sorted(title for title in shown if translate(title) == title) == []


def test_a_code_has_one_title_and_one_status() -> None:
    found = defaultdict(set)
    for each in TYPES:
        found[each.code].add((each.title, each.kind))

    assert {code: faces for code, faces in found.items() if len(faces) > 1} == {}


def test_every_code_in_the_source_is_known() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    written = {code for source in sources for code in re.findall(r'^    code = "([^"]+)"$', source, re.MULTILINE)}

    assert len(written) > 40
    assert written == CODES


@pytest.mark.parametrize("status", STATUSES)
def test_every_refusal_of_the_framework_has_a_page(client: TestClient, status: HTTPStatus) -> None:
    body = json.loads(bytes(of_http_error(HTTPException(status)).body))
    page = client.get(body["type"], headers=HTML)

    assert page.status_code == 200
    if body["code"] in {each.code for each in RegistryError.__subclasses__()}:
        assert known_problems()[body["code"]] == (body["status"], body["title"])
    assert explanation(body["code"], status)[1] in unescape(page.text)


@pytest.mark.parametrize(
    ("code", "method", "path", "options"),
    [
        ("not-found", "GET", "/api/v1/missing", {}),
        ("method-not-allowed", "DELETE", "/api/openapi.json", {}),
        ("database-unavailable", "GET", "/api/v1/comparisons", {}),
        ("unknown-parameter", "GET", "/api/v1/comparisons?colour=red", {}),
        ("invalid-request", "POST", "/api/v1/comparisons", {"content": "{}", "headers": JSON}),
        ("foreign-origin", "POST", "/api/v1/comparisons", {"headers": {"sec-fetch-site": "cross-site"}}),
        ("unsupported-media-type", "POST", "/api/v1/comparisons", {"content": "a"}),
        ("body-too-large", "POST", "/api/v1/comparisons", {"content": b"x" * 2000, "headers": JSON}),
        ("malformed-body", "POST", "/api/v1/comparisons", {"content": "{", "headers": JSON}),
        ("unknown-language", "GET", "/?lang=xx", {"headers": {"accept": "application/json"}}),
        ("internal-error", "GET", "/api/fault", {}),
    ],
)
def test_the_type_of_a_real_answer_leads_to_its_page(
    client: TestClient, code: str, method: str, path: str, options: dict[str, Any]
) -> None:
    answer = client.request(method, path, **options).json()
    page = client.get(answer["type"], headers=HTML)

    assert answer["code"] == code
    assert page.status_code == 200
    assert f"<code>{code}</code>" in page.text
    assert f">{answer['status']}</dd>" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_leads_to_every_page(client: TestClient, language: str) -> None:
    text = client.get("/problems", params={"lang": language}, headers=HTML).text
    links = re.findall(r'href="(/problems/[^"]+)"', text)

    assert [link.split("?")[0].rpartition("/")[2] for link in links] == sorted(EXPLANATIONS.keys() | CODES)
    assert all(link.endswith(f"?lang={language}") for link in links)


def test_a_program_gets_the_same_as_json(client: TestClient) -> None:
    one = client.get("/problems/malformed-body", headers={"accept": "application/json"}).json()
    every = client.get("/problems", headers={"accept": "application/json"}).json()

    assert (one["code"], one["status"], one["title"]) == ("malformed-body", 400, "The body is not acceptable JSON")
    assert (one["meaning"], one["fix"]) == EXPLANATIONS["malformed-body"]
    assert one in every


@pytest.mark.parametrize("code", ["no-such-problem", "Not-Found", "not-found/more", "%2e%2e"])
def test_an_unknown_code_is_a_page_that_does_not_exist(client: TestClient, code: str) -> None:
    page = client.get(f"/problems/{code}", headers=HTML, follow_redirects=False)

    assert page.status_code == 404
    assert "This page does not exist" in page.text


def test_an_unknown_language_is_refused_as_on_every_page(client: TestClient) -> None:
    assert client.get("/problems?lang=xx", headers=HTML).status_code == 422
    assert client.get("/problems/invalid?lang=xx", headers=HTML).status_code == 422


def test_behind_a_proxy_the_links_keep_its_path() -> None:
    client = TestClient(create_app(Settings()), root_path="/registry")

    assert 'href="/registry/problems/invalid"' in client.get("/registry/problems", headers=HTML).text


def test_the_pages_are_no_part_of_the_contract(client: TestClient) -> None:
    assert [path for path in client.get("/api/openapi.json").json()["paths"] if "problems" in path] == []
