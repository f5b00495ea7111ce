"""The commands about the log, as an operator runs them."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from log_rows import NOON, append_many, make_keys, unprotected
from sqlalchemy import text
from typer.testing import CliRunner, Result

from registry.audit import queries
from registry.audit.checkpoint import COSIGNATURE_V1, VerifierKey, cosigned, log_key, read_note, trusted
from registry.audit.cli import log
from registry.audit.queries import EntryNotFound
from registry.db import Database, open_database, read
from registry.errors import Conflict, RegistryError
from registry.keys import WITNESSES, Keys


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
        assert done.exception.kind == "invalid"


def test_entries_are_listed_and_shown(keys: Keys) -> None:
    assert len(run("list").stdout.splitlines()) == 7
    assert "comparison:3" in run("list", "--subject", "comparison:3").stdout
    assert len(run("list", "--after", 4, "--most", 1).stdout.splitlines()) == 1
    assert json.loads(run("list", "--json").stdout.splitlines()[6])["index"] == 6
    shown = json.loads(run("show", 3).stdout)
    assert (shown["subject"], shown["payload"]["title"], shown["is_erased"]) == ("comparison:3", "乡镇环境整治", False)
    run("erase", 3, "--reason", "")
    shown = json.loads(run("show", 3).stdout)
    assert (shown["payload"], shown["is_erased"]) == (None, True)
    assert isinstance(run("show", 99).exception, EntryNotFound)


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


def test_the_checkpoint_is_of_the_whole_log_and_signed(keys: Keys, database: Database) -> None:
    note = trusted(run("checkpoint").stdout, log_key(keys))

    assert (note.checkpoint.size, note.checkpoint.root) == read(database, queries.state)
    assert keys.newest() == run("checkpoint").stdout
