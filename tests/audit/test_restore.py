"""T14: a restored backup, a rewritten log or lost keys are noticed before anything is signed."""

import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from databases import Databases
from log_rows import NOON, append_many, faults, make_keys, unprotected
from sqlalchemy import text

from registry import keys as key_files
from registry.audit import queries, service
from registry.audit.checkpoint import COSIGNATURE_V1, CheckpointRejected, VerifierKey, cosigned, log_key, read_note
from registry.audit.service import LogNotContinuous, NothingToSign
from registry.db import Database, open_database, read, write
from registry.db_engines import sqlite_module
from registry.keys import KeysUnusable, NewestCheckpointChanged, keys_folder, open_keys

KEEPING_DAY = NOON + timedelta(hours=5)


@pytest.fixture
def sqlite(databases: Databases, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(databases.migrated("sqlite", tmp_path))
    yield opened
    opened.close()


def backup(database: Database, path: Path) -> None:
    assert database.engine.url.database is not None
    with closing(sqlite_module().connect(database.engine.url.database)) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))


def test_a_restored_older_backup_is_not_signed(sqlite: Database, tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    append_many(sqlite, 10)
    service.sign(sqlite, keys, NOON)
    backup(sqlite, tmp_path / "backup.db")
    append_many(sqlite, 5)
    newest = service.sign(sqlite, keys, NOON)

    with closing(open_database(f"sqlite:///{tmp_path / 'backup.db'}")) as restored:
        with pytest.raises(LogNotContinuous, match=r"has 10 entries, but the checkpoint kept outside .* over 15"):
            service.sign(restored, keys, NOON)
        # It does not help to fill it up again: the entries are others.
        append_many(restored, 20)
        with pytest.raises(LogNotContinuous, match="first 15 entries"):
            service.keep(restored, keys, NOON)
        assert [each for each in faults(restored, keys) if "signed over another log" in each]
    assert keys.newest() == newest
    assert service.sign(sqlite, keys, NOON) == newest


def test_a_newest_backup_goes_on(sqlite: Database, tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    append_many(sqlite, 10)
    service.sign(sqlite, keys, NOON)
    backup(sqlite, tmp_path / "backup.db")

    with closing(open_database(f"sqlite:///{tmp_path / 'backup.db'}")) as restored:
        append_many(restored, 1)
        assert read_note(service.sign(restored, keys, NOON)).checkpoint.size == 11
        assert faults(restored, keys) == []


def test_a_log_cut_off_in_the_database_is_not_signed_even_without_the_outside_checkpoint(
    database: Database, tmp_path: Path
) -> None:
    keys = make_keys(tmp_path)
    append_many(database, 8)
    service.sign(database, keys, NOON)
    (keys.folder / key_files.NEWEST).unlink()
    with unprotected(database) as connection:
        connection.execute(text("DELETE FROM audit_payloads WHERE entry_index >= 4"))
        connection.execute(text('DELETE FROM audit_entries WHERE "index" >= 4'))
        connection.execute(
            text("DELETE FROM audit_nodes WHERE level = 3 OR (level = 1 AND place >= 2) OR place = 1 AND level = 2")
        )
        frontier = connection.execute(text("SELECT hash FROM audit_nodes WHERE level = 2 AND place = 0")).scalar_one()
        connection.execute(text("UPDATE audit_heads SET size = 4, frontier = :frontier"), {"frontier": bytes(frontier)})

    with pytest.raises(LogNotContinuous, match="in the database"):
        service.sign(database, keys, NOON, adopt=True)
    assert [each for each in faults(database, keys) if "cut off" in each]


def test_a_checkpoint_that_was_signed_but_not_saved_is_saved_later(database: Database, tmp_path: Path) -> None:
    """The process died between the file and the database."""
    keys = make_keys(tmp_path)
    append_many(database, 3)
    size, root = read(database, queries.state)
    note = service.signed(service.Checkpoint(keys.origin, size, root), keys.signing)
    keys.replace_newest(None, note)

    assert service.keep(database, keys, KEEPING_DAY)
    with database.readers() as session:
        assert queries.get_checkpoint(session).size >= 3


def test_keeping_closes_days_signs_what_grew_and_then_rests(database: Database, tmp_path: Path) -> None:
    keys = make_keys(tmp_path)

    assert service.keep(database, keys, KEEPING_DAY)
    assert not service.keep(database, keys, KEEPING_DAY)
    append_many(database, 2)
    assert service.keep(database, keys, KEEPING_DAY)
    assert not service.keep(database, keys, KEEPING_DAY)

    with database.readers() as session:
        assert [day for day, *_ in queries.closed_days(session)] == [date(2026, 3, 1)]
        assert queries.get_checkpoint(session).size == 3
    assert faults(database, keys) == []


def test_an_empty_log_is_not_signed(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NothingToSign):
        service.sign(database, make_keys(tmp_path), NOON)


def test_a_log_signed_by_other_keys_is_not_signed(database: Database, tmp_path: Path) -> None:
    append_many(database, 3)
    service.sign(database, make_keys(tmp_path), NOON)

    with pytest.raises(CheckpointRejected, match="not of the log"):
        service.sign(database, make_keys(tmp_path / "others"), NOON, adopt=True)


def test_after_lost_entries_the_log_goes_on_under_another_name(sqlite: Database, tmp_path: Path) -> None:
    """As docs/audit.md tells: the old key is retired, and what it signed is still verified."""
    keys = make_keys(tmp_path)
    append_many(sqlite, 10)
    service.sign(sqlite, keys, NOON)
    backup(sqlite, tmp_path / "backup.db")
    append_many(sqlite, 5)
    service.sign(sqlite, keys, NOON)
    (tmp_path / "old").mkdir()
    for name in (key_files.SIGNING, key_files.NEWEST):
        shutil.move(keys.folder / name, tmp_path / "old" / name)
    (keys.folder / key_files.RETIRED).write_text(f"{log_key(keys)}\n")
    renamed = make_keys(tmp_path)

    with closing(open_database(f"sqlite:///{tmp_path / 'backup.db'}")) as restored:
        append_many(restored, 7)
        note = read_note(service.sign(restored, renamed, NOON, adopt=True))

        assert note.checkpoint.origin == renamed.origin != keys.origin
        assert note.checkpoint.size == 17
        assert faults(restored, renamed) == []
    assert renamed.sealing == keys.sealing


def test_witnesses_sign_and_others_are_ignored(database: Database, tmp_path: Path) -> None:
    witness = Ed25519PrivateKey.generate()
    key = VerifierKey("witness.example/w1", COSIGNATURE_V1, witness.public_key().public_bytes_raw())
    append_many(database, 3)
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / key_files.WITNESSES).write_text(f"# the council\n{key}\n")
    keys = make_keys(tmp_path)
    note = service.sign(database, keys, NOON)
    line = str(cosigned(read_note(note), key.name, witness, NOON))
    stranger = str(cosigned(read_note(note), "stranger", witness, NOON))

    def add(lines: str) -> list[str]:
        return write(database, lambda session: service.add_cosignatures(session, keys.witnesses, 3, lines, NOON))

    assert add(note + stranger + line) == ["witness.example/w1"]
    assert add(line) == []
    with pytest.raises(CheckpointRejected, match="None of the signatures"):
        add(stranger)
    with database.readers() as session:
        assert queries.note_of(session, queries.get_checkpoint(session)) == note + line
    assert faults(database, keys) == []


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = make_keys(tmp_path), make_keys(tmp_path)

    assert log_key(first) == log_key(second)
    assert first.sealing == second.sealing
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = [tmp_path / "keys" / name for name in (key_files.SIGNING, key_files.SEALING)]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    secrets = [each.read_text().split()[-1] for each in files]
    assert not any(secret in repr(first) for secret in secrets)
    assert first.sealing.hex() not in repr(first)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda folder: (folder / key_files.SIGNING).chmod(0o640), "chmod 600"),
        (lambda folder: (folder / key_files.SEALING).unlink(), "sealing.key is missing"),
        (lambda folder: (folder / key_files.SIGNING).write_text("x"), "holds no signing key"),
        (lambda folder: shutil.copy(folder / key_files.SEALING, folder / key_files.SIGNING), "holds no signing key"),
    ],
)  # fmt: skip
def test_spoilt_keys_are_named_and_never_made_anew(tmp_path: Path, spoil: object, named: str) -> None:
    keys = make_keys(tmp_path)
    assert callable(spoil)
    spoil(keys.folder)

    with pytest.raises(KeysUnusable, match=named):
        open_keys(keys.folder)


def test_a_signing_key_that_is_lost_after_it_has_signed_is_not_made_anew(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    keys.replace_newest(None, "a checkpoint")
    (keys.folder / key_files.SIGNING).unlink()

    with pytest.raises(KeysUnusable, match="is missing"):
        open_keys(keys.folder)


def test_of_two_processes_that_sign_at_once_one_is_told(tmp_path: Path) -> None:
    first, second = make_keys(tmp_path), make_keys(tmp_path)
    first.replace_newest(None, "one")

    with pytest.raises(NewestCheckpointChanged):
        second.replace_newest(None, "two")
    assert first.newest() == second.newest() == "one"


def test_keys_lie_beside_the_database_unless_the_setting_says_otherwise(tmp_path: Path) -> None:
    assert keys_folder(None, f"sqlite:///{tmp_path}/registry.db") == tmp_path / "keys"
    assert keys_folder(tmp_path / "x", "postgresql://user@host/name") == tmp_path / "x"
    assert keys_folder(None, "postgresql://user@host/name").name == "keys-name"
