"""Both engines behind one pair of faces, made once: nothing that is refused leaves a trace in them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from databases import Databases, without_postgres
from faces import Faces

from registry.db import Database, open_database

ENGINES = ("sqlite",) if without_postgres() else ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def both_engines(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    folder = tmp_path_factory.mktemp("bad-inputs")
    with ExitStack() as stack:
        yield {name: stack.enter_context(closing(open_database(databases.migrated(name, folder)))) for name in ENGINES}


@pytest.fixture
def faces(both_engines: dict[str, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faces]:
    url = both_engines["sqlite"].engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("REGISTRY_DATABASE_URL", url)
    made = Faces(both_engines, tmp_path)
    yield made
    assert made.is_serving()
