"""Databases for tests, on either engine."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import postgres_server
import pytest

from registry import db_state
from registry.db import Database, open_database


def without_postgres() -> bool:
    return os.environ.get(postgres_server.LEFT_OUT, "0") not in {"", "0"}


class Databases:
    """Makes databases for one run of tests; the tables are made once per engine and then copied."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._server: postgres_server.Server | None = None
        self._templates: dict[str, str] = {}
        self._shared: dict[str, Database] = {}

    def empty(self, engine: str, folder: Path) -> str:
        return self.server().create() if engine == "postgresql" else f"sqlite:///{folder / 'registry.db'}"

    def migrated(self, engine: str, folder: Path) -> str:
        template = self._template(engine)
        if engine == "postgresql":
            return self.server().create(template)
        shutil.copyfile(template.removeprefix("sqlite:///"), folder / "registry.db")
        return f"sqlite:///{folder / 'registry.db'}"

    def drop(self, url: str) -> None:
        if url.startswith("postgresql"):
            self.server().drop(url)

    def shared(self, engine: str) -> Database:
        """One database for all tests that roll back."""
        if engine not in self._shared:
            (folder := self._folder / "shared").mkdir(exist_ok=True)
            self._shared[engine] = open_database(self.migrated(engine, folder))
            self._stack.callback(self._shared[engine].close)
        return self._shared[engine]

    def server(self) -> postgres_server.Server:
        if self._server is None:
            if without_postgres():
                pytest.skip(f"{postgres_server.LEFT_OUT} is set")
            try:
                self._server = self._stack.enter_context(postgres_server.server())
            except postgres_server.NoPostgres as error:
                pytest.fail(str(error), pytrace=False)
        return self._server

    def _template(self, engine: str) -> str:
        if engine not in self._templates:
            url = self.empty(engine, self._folder)
            made = open_database(url, create=True)
            db_state.upgrade(made)
            made.close()
            self._templates[engine] = url
        return self._templates[engine]
