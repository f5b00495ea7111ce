"""The offline verifier, alone in a folder without network, proves a log and catches whatever is done to it.

REGISTRY_FLIPS=all flips every byte of an export; otherwise a sample of them.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from databases import Databases
from log_rows import NOON, append_many, make_event, make_keys
from typer.testing import CliRunner

from registry.audit import queries, service, verify_export
from registry.audit.checkpoint import COSIGNATURE_V1, VerifierKey, cosigned, log_key, read_note
from registry.audit.cli import log
from registry.canonical import canonical_json
from registry.db import Database, open_database, read, write
from registry.keys import Keys

SIZE = 200
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = VerifierKey("witness.example/w1", COSIGNATURE_V1, WITNESS.public_key().public_bytes_raw())
ALONE = ["unshare", "--user", "--map-root-user", "--net"]
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))


class Export:
    """A folder that `registry audit export` wrote, and what else a town may have."""

    def __init__(self, folder: Path, key: str, earlier: Path) -> None:
        self.folder, self.key, self.earlier = folder, key, earlier

    def lines(self, name: str = "entries.txt") -> list[bytes]:
        return (self.folder / name).read_bytes().splitlines(keepends=True)

    def write(self, name: str, content: bytes | list[bytes]) -> None:
        """As a forger would: with sums that fit."""
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else b"".join(content))
        sums = self.folder / "SHA256SUMS"
        names = [line[66:] for line in sums.read_text().splitlines()]
        digests = [hashlib.sha256((self.folder / each).read_bytes()).hexdigest() for each in names]
        sums.write_text("".join(f"{digest}  {each}\n" for digest, each in zip(digests, names, strict=True)))

    def fault(self, *against: Path) -> str:
        """What the verifier says against it; nothing where all is proven."""
        try:
            key = verify_export.read_key(self.key)
            verify_export.check_export(self.folder, key, [str(each) for each in against], [])
        except (verify_export.Unproven, OSError, ValueError, KeyError, TypeError, IndexError) as error:
            return f"{type(error).__name__} {error}"
        return ""


def run(*arguments: str) -> str:
    done = CliRunner().invoke(log, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def opened(url: str, keys: Path, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REGISTRY_DATABASE_URL", url)
    environment.setenv("REGISTRY_KEYS_DIR", str(keys))


@pytest.fixture(scope="module")
def original(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Export:
    folder = tmp_path_factory.mktemp("export")
    url = databases.migrated("sqlite", folder)
    database, keys = open_database(url), make_keys(folder)
    append_many(database, 120)
    (folder / "earlier.txt").write_text(service.sign(database, keys, NOON))
    append_many(database, SIZE - 121, first=120)
    write(database, lambda session: service.erase(session, 3, actor="operator", reason="asked for", now=NOON))
    service.sign(database, keys, NOON)
    database.close()
    with pytest.MonkeyPatch.context() as environment:
        opened(url, folder / "keys", environment)
        run("export", str(folder / "files"))
    return Export(folder / "files", str(log_key(keys)), folder / "earlier.txt")


@pytest.fixture
def export(original: Export, tmp_path: Path) -> Export:
    shutil.copytree(original.folder, tmp_path / "copy")
    return Export(tmp_path / "copy", original.key, original.earlier)


def test_an_untouched_export_is_proven(export: Export) -> None:
    assert export.fault() == ""
    assert export.fault(export.earlier) == ""


@pytest.mark.parametrize("flags", [["-I"], ["-I", "-S"]], ids=["cryptography", "openssl"])
def test_it_runs_alone_without_network_and_without_the_registry(export: Export, flags: list[str]) -> None:
    command = [*ALONE, sys.executable, *flags, "verify_export.py", ".", "--key", export.key]
    command += ["--against", str(export.earlier)]

    good = subprocess.run(command, cwd=export.folder, capture_output=True, text=True, check=False)
    (export.folder / "checkpoint.txt").write_text(export.earlier.read_text())
    bad = subprocess.run(command, cwd=export.folder, capture_output=True, text=True, check=False)

    assert (good.returncode, good.stderr) == (0, ""), good
    assert good.stdout.startswith("200 entries proven, 1 payloads erased, each by an entry of the log, 2 checkpoints")
    assert bad.returncode == 1
    assert bad.stdout.startswith("NOT PROVEN: 200 entries are here; the checkpoint was signed over 120")


def test_without_cryptography_a_forged_signature_is_refused_too() -> None:
    message = b"message"
    public, signature = STRANGER.public_key().public_bytes_raw(), STRANGER.sign(message)

    assert verify_export.openssl_holds(public, signature, message)
    assert not verify_export.openssl_holds(public, signature, b"another")
    assert not verify_export.openssl_holds(public, bytes(64), message)


def test_it_is_short_and_imports_nothing_of_ours() -> None:
    source = Path(verify_export.__file__).read_text(encoding="utf-8")

    assert len(source.splitlines()) < 300
    assert "import registry" not in source
    assert "from registry" not in source


def edited(export: Export) -> None:
    lines = export.lines()
    lines[50] = lines[50].replace(b"comparison:50", b"comparison:51")
    export.write("entries.txt", lines)


def removed(export: Export) -> None:
    lines = export.lines()
    export.write("entries.txt", lines[:50] + lines[51:])


def removed_and_renumbered(export: Export) -> None:
    lines = export.lines()
    del lines[50]
    for number in range(50, len(lines)):
        lines[number] = lines[number].replace(f'"index":{number + 1},'.encode(), f'"index":{number},'.encode())
    export.write("entries.txt", lines)
    export.write("payloads.txt", [])


def reordered(export: Export) -> None:
    lines = export.lines()
    lines[50], lines[51] = lines[51], lines[50]
    export.write("entries.txt", lines)


def inserted(export: Export) -> None:
    lines = export.lines()
    export.write("entries.txt", [*lines[:50], lines[50], *lines[50:]])


def truncated(export: Export) -> None:
    export.write("entries.txt", export.lines()[:150])


def appended(export: Export) -> None:
    line = export.lines()[-1].replace(b'"index":199', b'"index":200')
    export.write("entries.txt", [*export.lines(), line])


def cut_off(export: Export) -> None:
    export.write("entries.txt", (export.folder / "entries.txt").read_bytes()[:-1])


def forged_checkpoint(export: Export) -> None:
    """Signed with another key under the name of the log."""
    export.write("entries.txt", export.lines()[:150])
    frontier: tuple[bytes, ...] = ()
    from registry.audit import merkle
    from registry.audit.checkpoint import Checkpoint, signed

    for number, line in enumerate(export.lines()):
        leaf = merkle.leaf_hash(bytes.fromhex(line[:32].decode()) + line[33:-1])
        frontier, _ = merkle.appended(frontier, number, leaf)
    origin = export.key.split("+")[0]
    export.write("checkpoint.txt", signed(Checkpoint(origin, 150, merkle.folded(frontier)), STRANGER).encode())
    export.write("payloads.txt", [each for each in export.lines("payloads.txt") if int(each.split()[0]) < 150])


def payload_edited(export: Export) -> None:
    lines = export.lines("payloads.txt")
    lines[10] = lines[10].replace("乡镇".encode(), "乡村".encode())
    export.write("payloads.txt", lines)


def payload_removed(export: Export) -> None:
    lines = export.lines("payloads.txt")
    export.write("payloads.txt", lines[:10] + lines[11:])


def all_payloads_removed(export: Export) -> None:
    (export.folder / "payloads.txt").unlink()


def another_key(export: Export) -> None:
    export.key = str(VerifierKey(export.key.split("+")[0], 1, STRANGER.public_key().public_bytes_raw()))


def unlisted_file(export: Export) -> None:
    sums = export.folder / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(keepends=True) if "key.txt" not in line))


@pytest.mark.parametrize(
    "attack",
    [
        edited, removed, removed_and_renumbered, reordered, inserted, truncated, appended, cut_off, forged_checkpoint,
        payload_edited, payload_removed, all_payloads_removed, another_key, unlisted_file,
    ],
)  # fmt: skip
def test_an_attack_is_caught(export: Export, attack: Callable[[Export], None]) -> None:
    attack(export)

    assert export.fault() != ""


def test_every_entry_removed_doubled_or_swapped_is_caught(export: Export) -> None:
    lines = export.lines()
    for number in range(SIZE):
        variants = [lines[:number] + lines[number + 1 :], [*lines[:number], lines[number], *lines[number:]]]
        if number:
            variants.append([*lines[: number - 1], lines[number], lines[number - 1], *lines[number + 1 :]])
        for each in variants:
            (export.folder / "entries.txt").write_bytes(b"".join(each))
            assert export.fault() != "", number


def test_a_flipped_byte_anywhere_is_caught(export: Export) -> None:
    """The sums stay as they were: this is damage, not forgery."""
    every = os.environ.get("REGISTRY_FLIPS") == "all"
    rng = random.Random(20260301)
    flipped = 0
    for path in sorted(export.folder.iterdir()):
        content = path.read_bytes()
        # The small files byte for byte; the verifier does not verify itself, its sum does.
        step = 1 if every or len(content) < 2000 else 97
        with path.open("r+b", buffering=0) as file:
            for place in range(0 if every else rng.randrange(step), len(content), step):
                file.seek(place)
                file.write(bytes([content[place] ^ (1 << rng.randrange(8))]))
                assert export.fault() != "", (path.name, place)
                file.seek(place)
                file.write(content[place : place + 1])
                flipped += 1
    assert flipped > 1000
    assert export.fault() == ""


def test_a_flipped_byte_is_caught_without_the_sums_too(export: Export) -> None:
    """A forger makes the sums anew. What is left is the tree and the signature."""
    content, rng = (export.folder / "entries.txt").read_bytes(), random.Random(7)
    for place in rng.sample(range(len(content)), 200):
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << rng.randrange(8)
        export.write("entries.txt", bytes(spoilt))
        assert export.fault() != "", place


def test_a_truncated_log_signed_anew_is_caught_by_an_older_checkpoint(databases: Databases, tmp_path: Path) -> None:
    """Whoever has the key can sign anything; only a checkpoint from elsewhere shows it."""
    database, keys = open_database(databases.migrated("sqlite", tmp_path)), make_keys(tmp_path)
    append_many(database, 30)
    (tmp_path / "paper.txt").write_text(service.sign(database, keys, NOON))
    database.close()

    def story(name: str, number: int, first: int) -> Export:
        (folder := tmp_path / name).mkdir()
        url = databases.migrated("sqlite", folder)
        shutil.copytree(tmp_path / "keys", folder / "keys")
        (folder / "keys" / "newest-checkpoint.txt").unlink()
        other = open_database(url)
        append_many(other, number, first)
        service.sign(other, make_keys(folder), NOON)
        other.close()
        with pytest.MonkeyPatch.context() as environment:
            opened(url, folder / "keys", environment)
            run("export", str(folder / "files"))
        return Export(folder / "files", str(log_key(keys)), tmp_path / "paper.txt")

    shorter, forked = story("shorter", 20, 0), story("forked", 40, 5)

    assert shorter.fault() == forked.fault() == ""
    assert "signed over 30 entries; here are 20" in shorter.fault(shorter.earlier)
    assert "signed over other entries than the first 30" in forked.fault(forked.earlier)


def test_a_missing_witness_is_named(export: Export) -> None:
    note = (export.folder / "checkpoint.txt").read_text()
    witness = verify_export.read_key(str(WITNESS_KEY))
    key = verify_export.read_key(export.key)

    with pytest.raises(verify_export.Unproven, match="not signed by the witness"):
        verify_export.check_export(export.folder, key, [], [witness])
    export.write("checkpoint.txt", (note + str(cosigned(read_note(note), WITNESS_KEY.name, WITNESS, NOON))).encode())

    assert "200 entries proven" in verify_export.check_export(export.folder, key, [], [witness])


def test_a_town_proves_its_own_record_with_one_file(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_many(database, 50)
    keys = make_keys(tmp_path)
    service.sign(database, keys, NOON)
    opened(database_url, tmp_path / "keys", monkeypatch)
    (town := tmp_path / "town").mkdir()
    run("prove", "17", "--out", str(town / "17.tlog-proof"))
    shutil.copy(verify_export.__file__, town)
    command = [*ALONE, sys.executable, "-I", "verify_export.py", "--key", str(log_key(keys)), "--proof"]

    good = subprocess.run([*command, "17.tlog-proof"], cwd=town, capture_output=True, text=True, check=False)

    assert good.returncode == 0, good.stdout
    assert '"subject":"comparison:17"' in good.stdout
    proof = (town / "17.tlog-proof").read_text()
    for place in range(0, len(proof), 7):
        if proof[place] not in "\n\u2014":
            spoilt = proof[:place] + chr(ord(proof[place]) ^ 1) + proof[place + 1 :]
            (town / "spoilt").write_text(spoilt)
            with pytest.raises((verify_export.Unproven, ValueError, KeyError, IndexError)):
                verify_export.check_proof(str(town / "spoilt"), verify_export.read_key(str(log_key(keys))))


def test_a_revealed_entry_is_proven_alone_and_a_changed_one_is_not(
    database: Database, tmp_path: Path, keys: Keys
) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    sealed = write(database, lambda session: service.seal(session, keys.sealing, "plan", {"site": "V1"}, now))
    append_many(database, 5)
    service.keep(database, keys, now + timedelta(days=1))
    shown = read(database, lambda session: queries.reveal(session, keys.sealing, sealed.id))
    (tmp_path / "revealed.json").write_bytes(canonical_json(shown))
    shutil.copy(verify_export.__file__, tmp_path)
    command = [*ALONE, sys.executable, "-I", "verify_export.py", "--key", str(log_key(keys)), "--revealed"]

    good = subprocess.run([*command, "revealed.json"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert good.returncode == 0, good.stdout
    assert '"site":"V1"' in good.stdout
    key = verify_export.read_key(str(log_key(keys)))
    text = json.dumps(shown, separators=(",", ":"), ensure_ascii=False)
    for old, new in (("V1", "V2"), ("12:00:00", "11:00:00"), ('"place":', '"place":1'), ('"index":', '"index":1')):
        (tmp_path / "spoilt").write_text(text.replace(old, new))
        with pytest.raises((verify_export.Unproven, ValueError)):
            verify_export.check_revealed(str(tmp_path / "spoilt"), key)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(tmp_path)


def test_an_export_without_payloads_says_so(
    database: Database, database_url: str, tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_many(database, 5)
    write(database, lambda session: service.append(session, make_event(payload={"name": "needle"}), NOON))
    service.sign(database, keys, NOON)
    opened(database_url, tmp_path / "keys", monkeypatch)

    run("export", str(tmp_path / "files"), "--no-payloads")

    assert not any(b"needle" in each.read_bytes() for each in (tmp_path / "files").iterdir())
    said = verify_export.check_export(tmp_path / "files", verify_export.read_key(str(log_key(keys))), [], [])
    assert "6 entries proven, payloads were not exported" in said
