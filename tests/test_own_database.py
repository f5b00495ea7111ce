"""The database of the settings: what is said of one that cannot be opened."""

from pathlib import Path

import pytest

from registry.db_errors import DatabaseUnavailable
from registry.own_database import open_own_database


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(bytes(range(256)) * 20)

    with pytest.raises(DatabaseUnavailable, match="not an SQLite database"):
        open_own_database(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_folder_is_said_to_be_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
        open_own_database(f"sqlite:///{tmp_path}")
