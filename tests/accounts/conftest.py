"""A browser on this machine, and one server per test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from registry.accounts import passwords
from registry.app import create_app
from registry.config import Settings
from registry.db import Database

BrowserMaker = Callable[..., TestClient]
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1"}


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hash with parameters that cost nothing. test_passwords.py holds those that count."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords.hash_of_nobody.cache_clear()


@pytest.fixture
def new_browser(database: Database, tmp_path: Path, quick_passwords: None) -> BrowserMaker:
    """Browsers of one server each, all with the same database; without cookies, from one address."""

    def make(address: str = "192.0.2.1", **settings: Any) -> TestClient:
        app = create_app(Settings(keys_dir=tmp_path / "keys", **settings), None, database)
        return TestClient(
            app,
            base_url="http://127.0.0.1",
            raise_server_exceptions=False,
            follow_redirects=False,
            client=(address, 50000),
            headers={"accept": "text/html", **SAME_ORIGIN},
        )

    return make


@pytest.fixture
def browser(new_browser: BrowserMaker) -> TestClient:
    return new_browser()
