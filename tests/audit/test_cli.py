"""The commands about the log, as an operator runs them."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from log_rows import NOON, append_many, make_keys, unprotected
from sqlalchemy import text
from typer.testing import CliRunner, Result

from registry.audit import queries, verify_export
from registry.audit.checkpoint import (
    COSIGNATURE_V1,
    CheckpointRejected,
    VerifierKey,
    cosigned,
    log_key,
    read_note,
    trusted,
)
from registry.audit.cli import log
from registry.audit.queries import EntryNotFound, NotProvenYet
from registry.audit.service import LogNotContinuous
from registry.db import Database, open_database, read
from registry.errors import Conflict, NotFound, RegistryError
from registry.keys import NEWEST, RETIRED, SIGNING, WITNESSES, Keys, KeysUnusable


@pytest.fixture
def keys(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Of a log with seven entries."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    monkeypatch.setenv("REGISTRY_KEYS_DIR", str(tmp_path / "keys"))
    with closing(open_database(database_url)) as opened:
        append_many(opened, 7)
    return make_keys(tmp_path)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(log, [str(each) for each in arguments])


def test_verify_says_that_all_is_well_and_what_was_erased(keys: Keys) -> None:
    run("checkpoint")
    run("erase", 2, "--reason", "asked for")
    done = run("verify")

    assert done.exit_code == 0, done.output
    assert "No fault(s) in 8 entries and 1 checkpoints." in done.stdout
    assert "the payloads of entries 2." in done.stdout
    assert str(log_key(keys)) in done.stdout
    document = json.loads(run("verify", "--json").stdout)
    assert (document["size"], document["erased"], document["faults"]) == (8, [2], [])


def test_verify_names_every_fault_and_ends_with_4(keys: Keys, database: Database) -> None:
    run("checkpoint")
    with unprotected(database) as connection:
        connection.execute(text("UPDATE audit_entries SET entry = replace(entry, 'comparison:', 'comparison:9')"))

    done = run("verify")

    assert done.exit_code == 4
    assert done.stdout.count("FAULT entry") >= 7
    assert len(json.loads(run("verify", "--json").stdout)["faults"]) >= 7


def test_verify_against_a_checkpoint_of_another_day(keys: Keys, database: Database, tmp_path: Path) -> None:
    run("checkpoint", "--out", tmp_path / "paper.txt")
    append_many(database, 3)

    assert run("verify", "--against", tmp_path / "paper.txt").exit_code == 0
    with unprotected(database) as connection:
        connection.execute(text("UPDATE audit_heads SET size = 3"))
    done = run("verify", "--against", tmp_path / "paper.txt")
    assert done.exit_code == 4
    assert "was signed over 7 entries, but the log has only 3: it was cut off" in done.stdout


def test_a_file_that_is_no_checkpoint_is_refused(keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff")
    run("checkpoint")
    (tmp_path / "y").write_text("no checkpoint")

    for name in ("x", "y", "absent"):
        done = run("verify", "--against", tmp_path / name)
        assert isinstance(done.exception, RegistryError), name
        assert done.exception.kind == ("not_found" if name == "absent" else "invalid")


def test_entries_are_listed_and_shown(keys: Keys) -> None:
    assert len(run("list").stdout.splitlines()) == 7
    assert "comparison:3" in run("list", "--subject", "comparison:3").stdout
    assert len(run("list", "--after", 4, "--most", 1).stdout.splitlines()) == 1
    assert json.loads(run("list", "--json").stdout.splitlines()[6])["index"] == 6
    shown = json.loads(run("show", 3).stdout)
    assert (shown["subject"], shown["payload"]["title"], shown["is_erased"]) == ("comparison:3", "乡镇环境整治", False)
    run("erase", 3, "--reason", "asked for")
    shown = json.loads(run("show", 3).stdout)
    assert (shown["payload"], shown["is_erased"]) == (None, True)
    for index in (99, 99999999999999999999):
        assert isinstance(run("show", index).exception, EntryNotFound)
    assert isinstance(run("cosign", "/nowhere").exception, NotFound)


def test_a_witness_signs_by_file(keys: Keys, database: Database, tmp_path: Path) -> None:
    witness = Ed25519PrivateKey.generate()
    key = VerifierKey("witness.example/w1", COSIGNATURE_V1, witness.public_key().public_bytes_raw())
    (keys.folder / WITNESSES).write_text(f"{key}\n")
    note = run("checkpoint").stdout
    (tmp_path / "signed.txt").write_text(note + str(cosigned(read_note(note), key.name, witness, NOON)))

    assert "Checkpoint 7: witness.example/w1." in run("cosign", tmp_path / "signed.txt").stdout
    assert "nothing new" in run("cosign", tmp_path / "signed.txt").stdout
    assert read_note(run("checkpoint").stdout).is_signed_by(key)


def test_a_day_is_closed_once_by_hand_too(keys: Keys, database: Database) -> None:
    assert run("seal-day").stdout.startswith("1 day(s) closed")
    again = run("seal-day").stdout

    assert again.startswith(("0 day(s)", "1 day(s)"))
    with database.readers() as session:
        days = queries.closed_days(session)
    assert len(days) in {1, 2}


def test_an_export_is_not_written_over_something(keys: Keys, tmp_path: Path) -> None:
    run("checkpoint")
    (tmp_path / "there").mkdir()

    done = run("export", tmp_path / "there")

    assert isinstance(done.exception, Conflict)
    assert "exists already" in str(done.exception)


def test_an_export_and_a_proof_are_signed_first(keys: Keys, tmp_path: Path) -> None:
    """Right after an erasure too, and of the newest entry."""
    run("checkpoint")
    run("erase", 2, "--reason", "asked for")

    assert run("export", tmp_path / "files").exit_code == 0
    key = verify_export.read_key(str(log_key(keys)))
    assert verify_export.check_export(tmp_path / "files", key, [], []).startswith("8 entries proven, 1 payloads erased")
    run("erase", 3, "--reason", "asked for")
    assert run("prove", 8, "--out", tmp_path / "8.tlog-proof").exit_code == 0
    assert "Entry 8 is in the log of 9 entries" in verify_export.check_proof(str(tmp_path / "8.tlog-proof"), key)


def test_an_export_does_not_leave_out_the_entry_that_says_what_is_erased(keys: Keys, database: Database) -> None:
    run("checkpoint")
    run("erase", 2, "--reason", "asked for")

    with pytest.raises(NotProvenYet, match="erased after"):
        read(database, lambda session: queries.export(session, lambda *_: None, with_payloads=True))


def test_an_export_that_fails_leaves_nothing_behind(
    keys: Keys, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    with monkeypatch.context() as planted:
        planted.setattr(queries, "chunks", lambda *_, **__: iter([None]))
        assert isinstance(run("export", tmp_path / "out" / "files").exception, AttributeError)
    with unprotected(database) as connection:
        connection.execute(text("UPDATE audit_heads SET size = 6"))
    assert isinstance(run("export", tmp_path / "out" / "files").exception, LogNotContinuous)

    assert list((tmp_path / "out").iterdir()) == []


def test_keys_that_are_lost_are_not_made_anew(keys: Keys, tmp_path: Path) -> None:
    run("checkpoint")
    keys.folder.rename(tmp_path / "elsewhere")

    for command in (["verify"], ["checkpoint"], ["checkpoint", "--adopt"], ["seal-day"], ["export", tmp_path / "x"]):
        error = run(*command).exception
        assert isinstance(error, KeysUnusable), command
        assert str(keys.folder) in error.detail
        assert "Restore the folder" in error.detail
    assert not keys.folder.exists()
    assert not (tmp_path / "x").exists()


def test_verify_makes_no_keys(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)

    assert isinstance(run("verify").exception, KeysUnusable)
    assert not (tmp_path / "keys").exists()


def test_a_signing_key_is_replaced_only_where_the_one_before_is_named(keys: Keys) -> None:
    run("checkpoint")
    for name in (SIGNING, NEWEST):
        (keys.folder / name).unlink()

    assert isinstance(run("checkpoint", "--adopt").exception, KeysUnusable)
    (keys.folder / RETIRED).write_text(f"{log_key(keys)}\n")
    assert isinstance(run("checkpoint").exception, KeysUnusable)
    assert run("checkpoint", "--adopt").exit_code == 0
    assert run("verify").exit_code == 0


def test_a_checkpoint_that_is_missing_outside_or_inside_is_a_fault(keys: Keys, database: Database) -> None:
    note = run("checkpoint").stdout
    (keys.folder / NEWEST).unlink()
    done = run("verify")
    assert done.exit_code == 4
    assert "FAULT checkpoint kept outside the database: is missing, but the database holds one of 7" in done.stdout
    assert isinstance(run("checkpoint").exception, LogNotContinuous)

    (keys.folder / NEWEST).write_text(note)
    with unprotected(database) as connection:
        connection.execute(text("DELETE FROM audit_checkpoints"))
    done = run("verify")
    assert done.exit_code == 4
    assert "FAULT checkpoint 7: is kept outside the database but not in it" in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "error", "named"),
    [
        (NEWEST, b"", KeysUnusable, NEWEST), (NEWEST, b"\xff", KeysUnusable, NEWEST),
        (NEWEST, b"nonsense", CheckpointRejected, NEWEST),
        (WITNESSES, b"# one\nnonsense\n", KeysUnusable, f"{WITNESSES} has lines .* line 2: 'nonsense'"),
        (RETIRED, b"a+00000000+AAAA\n\xe4", KeysUnusable, RETIRED),
        (RETIRED, b"a+00000000+AAAA", KeysUnusable, f"{RETIRED} has lines .* line 1"),
    ],
)  # fmt: skip
def test_a_spoilt_file_beside_the_keys_is_named_by_every_command(
    keys: Keys, name: str, content: bytes, error: type[Exception], named: str
) -> None:
    run("checkpoint")
    (keys.folder / name).write_bytes(content)

    for command in ("verify", "checkpoint"):
        found = run(command).exception
        assert isinstance(found, error), command
        assert re.search(named, str(found))


def test_the_checkpoint_is_of_the_whole_log_and_signed(keys: Keys, database: Database) -> None:
    note = trusted(run("checkpoint").stdout, log_key(keys))

    assert (note.checkpoint.size, note.checkpoint.root) == read(database, queries.state)
    assert keys.newest() == run("checkpoint").stdout
