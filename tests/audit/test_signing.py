"""What was changed in the database by whoever owns it is noticed before it is signed."""

from datetime import timedelta
from pathlib import Path

import pytest
from log_rows import NOON, append_many, make_keys, unprotected
from sqlalchemy import text

from registry import keys as key_files
from registry.audit import service
from registry.audit.checkpoint import CheckpointRejected, read_note
from registry.audit.service import LogNotContinuous
from registry.db import Database
from registry.keys import Keys, KeysUnusable

LEAF = '(SELECT leaf FROM audit_entries WHERE "index" = 0)'


@pytest.fixture
def keys(database: Database, tmp_path: Path) -> Keys:
    """Of a log of 41 entries, the first 40 of which were signed."""
    keys = make_keys(tmp_path)
    append_many(database, 40)
    service.sign(database, keys, NOON)
    append_many(database, 1)
    return keys


def change(database: Database, *statements: str) -> None:
    with unprotected(database) as connection:
        for each in statements:
            connection.execute(text(each))


def zeros(database: Database, length: str) -> str:
    if database.engine.dialect.name == "sqlite":
        return f"zeroblob({length})"
    return f"decode(repeat('00', {length}), 'hex')"


@pytest.mark.parametrize("later", [0, 1, 7, 23])
@pytest.mark.parametrize("are_signed", [True, False])
def test_a_head_that_is_not_that_of_the_nodes_is_not_signed(
    database: Database, keys: Keys, later: int, are_signed: bool
) -> None:
    """Whatever was appended on top of it, also once the tree is complete and the nodes are as wrong as the head."""
    newest = keys.newest()
    if not are_signed and later < 23:
        change(database, "DELETE FROM audit_checkpoints")
        (keys.folder / key_files.NEWEST).unlink()
        newest = None
    change(database, f"UPDATE audit_heads SET frontier = {zeros(database, 'length(frontier)')}")
    append_many(database, later)

    with pytest.raises(LogNotContinuous, match=r"frontier|nodes above"):
        service.sign(database, keys, NOON)

    assert keys.newest() == newest


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_heads SET size = 42", "counts 42 entries, but the newest entry kept is 40"),
        ("UPDATE audit_heads SET size = 40", "counts 40 entries, but the newest entry kept is 40"),
        ('DELETE FROM audit_entries WHERE "index" = 40', "the newest entry kept is 39"),
        ('DELETE FROM audit_entries', "no entry is kept"),
        ("""UPDATE audit_entries SET entry = replace(entry, 'record', 'remove') WHERE "index" = 40""", "entry 40"),
        (f'UPDATE audit_entries SET leaf = {LEAF} WHERE "index" = 40', "entry 40"),
        ("DELETE FROM audit_nodes WHERE level = 5", "no node at level 5, place 0"),
        (f"UPDATE audit_nodes SET hash = {LEAF} WHERE level = 5", "(frontier) are not those"),
        (f"UPDATE audit_nodes SET hash = {LEAF} WHERE level = 3 AND place = 4", "(frontier) are not those"),
    ],
)  # fmt: skip
def test_what_was_changed_at_the_end_of_the_log_is_named_and_not_signed(
    database: Database, keys: Keys, statement: str, named: str
) -> None:
    newest = keys.newest()
    change(database, statement)

    with pytest.raises(LogNotContinuous) as caught:
        service.sign(database, keys, NOON)

    assert named in caught.value.detail
    assert keys.newest() == newest


def test_a_part_that_was_made_anew_below_the_head_is_noticed(database: Database, tmp_path: Path) -> None:
    """Head, nodes and newest entry fit together, and the nodes of the old checkpoint are untouched."""
    keys = make_keys(tmp_path)
    append_many(database, 24)
    service.sign(database, keys, NOON)
    append_many(database, 8)
    root = zeros(database, "32")
    change(database, f"UPDATE audit_heads SET frontier = {root}")
    change(database, f"UPDATE audit_nodes SET hash = {root} WHERE level = 5")
    append_many(database, 32)

    with pytest.raises(LogNotContinuous, match="does not lead on from the checkpoint of 24 entries"):
        service.sign(database, keys, NOON)


def test_a_log_without_the_checkpoint_outside_is_signed_only_where_an_operator_says_so(
    database: Database, keys: Keys
) -> None:
    (keys.folder / key_files.NEWEST).unlink()

    for work in (service.sign, service.keep):
        with pytest.raises(LogNotContinuous, match=r"newest-checkpoint.txt .* is missing.*--adopt"):
            work(database, keys, NOON - timedelta(days=365))

    size = read_note(service.sign(database, keys, NOON, adopt=True)).checkpoint.size
    assert read_note(keys.newest() or "").checkpoint.size == size


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", KeysUnusable), (b"\n", KeysUnusable), (b"\xff\xfe\x00", KeysUnusable), (b"x", CheckpointRejected)],
)
def test_an_outside_checkpoint_that_is_none_is_named(
    database: Database, keys: Keys, content: bytes, error: type[Exception]
) -> None:
    (keys.folder / key_files.NEWEST).write_bytes(content)

    for work in (service.sign, service.keep):
        with pytest.raises(error, match=r"newest-checkpoint\.txt"):
            work(database, keys, NOON - timedelta(days=365))
