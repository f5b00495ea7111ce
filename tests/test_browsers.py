"""What a browser is told about where it is, and what it says about where it comes from."""

import re

import pytest
from api_requests import make_app
from starlette.testclient import TestClient

from registry.browsers import own_origins


def test_where_the_address_is_known_nothing_else_is_our_origin() -> None:
    assert own_origins("registry.example.org", "https://registry.example.org/x") == {"https://registry.example.org"}
    assert own_origins("127.0.0.1:8000", None) == {"http://127.0.0.1:8000", "https://127.0.0.1:8000"}


@pytest.mark.parametrize(
    "path", ["//evil.example/", "///evil.example/x", "/static/nothing.css", "/static//evil.example"]
)
def test_links_of_a_page_that_does_not_exist_stay_here(path: str) -> None:
    response = TestClient(make_app(None)).get(f"http://testserver{path}?lang=zh", headers={"accept": "text/html"})
    links = re.findall(r'(?:href|src)="([^"]*)', response.text)

    assert response.status_code == 404
    assert len(links) > 3
    assert [link for link in links if not link.startswith(("/", "#")) or link.startswith("//")] == []
    assert [link for link in links if link.startswith("/static/static") or link == "/static/"] == []


@pytest.mark.parametrize("path", ["/api/v1/comparisons/", "/problems/", "/sign-in/"])
def test_no_redirect_repeats_a_host_that_was_claimed(path: str) -> None:
    response = TestClient(make_app(None)).get(path, headers={"host": "evil.example"}, follow_redirects=False)

    assert response.status_code == 404
    assert "location" not in response.headers
