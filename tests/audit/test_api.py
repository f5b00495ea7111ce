"""The log over HTTP: checkpoint and proofs for everybody, entries for those who may read them."""

import time
from pathlib import Path

import pytest
from api_requests import stranger_of
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from log_rows import NOON, append_many, faults, make_keys
from people import saved_person
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.audit import merkle, service
from registry.audit.checkpoint import COSIGNATURE_V1, VerifierKey, cosigned, log_key, read_note, trusted
from registry.audit.entry import entry_leaf, read_entry
from registry.db import Database
from registry.keys import WITNESSES, Keys

AUDIT = "/api/v1/audit"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(tmp_path)


@pytest.fixture
def client(database: Database, tmp_path: Path) -> TestClient:
    return stranger_of(database, keys_dir=tmp_path / "keys")


def test_there_is_no_checkpoint_before_the_first_one(client: TestClient) -> None:
    answer = client.get(f"{AUDIT}/checkpoint")

    assert (answer.status_code, answer.json()["code"]) == (404, "checkpoint-not-found")


def test_who_asks_is_not_told_where_missing_keys_should_be(
    database: Database, keys: Keys, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    append_many(database, 1)
    signed = service.sign(database, keys, NOON)
    elsewhere = stranger_of(database, keys_dir=tmp_path / "elsewhere")

    answer = elsewhere.post(f"{AUDIT}/cosignatures", json={"checkpoint": str(signed)})

    assert (answer.status_code, answer.json()["code"]) == (503, "keys-unusable")
    assert str(tmp_path) not in answer.text
    assert str(tmp_path / "elsewhere") in caplog.text


def test_everybody_gets_checkpoints_and_proofs_that_fit(client: TestClient, database: Database, keys: Keys) -> None:
    append_many(database, 9)
    first = service.sign(database, keys, NOON)
    append_many(database, 8, first=9)
    service.sign(database, keys, NOON)

    newest = client.get(f"{AUDIT}/checkpoint")
    assert newest.headers["content-type"] == "text/plain; charset=utf-8"
    assert client.get(f"{AUDIT}/checkpoint", params={"size": 9}).text == first
    later, earlier = (trusted(text, log_key(keys)).checkpoint for text in (newest.text, first))
    path = client.get(f"{AUDIT}/consistency", params={"from": 9, "to": 17}).json()["hashes"]
    assert merkle.is_consistent(9, earlier.root, 17, later.root, [bytes.fromhex(each) for each in path])
    proof = client.get(f"{AUDIT}/entries/4/proof", params={"size": 9}).json()
    assert (proof["index"], proof["size"], proof["checkpoint"]) == (4, 9, first)
    auditor = saved_person(database, Role.AUDITOR)
    listed = client.get(f"{AUDIT}/entries", headers=auditor.bearer, params={"limit": 5}).json()["entries"]
    leaf = entry_leaf(bytes.fromhex(listed[4]["salt"]), listed[4]["entry"].encode())
    assert leaf.hex() == listed[4]["leaf"]
    hashes = [bytes.fromhex(each) for each in proof["hashes"]]
    assert merkle.root_by_inclusion(leaf, 4, 9, hashes) == earlier.root


def test_entries_come_in_pages_and_without_payloads(client: TestClient, database: Database) -> None:
    append_many(database, 25)
    auditor = saved_person(database, Role.AUDITOR)

    seen, address = [], f"{AUDIT}/entries?limit=10&subject=comparison:7"
    answer = client.get(address, headers=auditor.bearer)
    assert [read_entry(each["entry"])["subject"] for each in answer.json()["entries"]] == ["comparison:7"]
    address = f"{AUDIT}/entries?limit=10"
    while address:
        answer = client.get(address, headers=auditor.bearer)
        assert "乡镇环境整治" not in answer.text
        seen += [each["index"] for each in answer.json()["entries"]]
        address = answer.json()["next"]
    assert seen == list(range(len(seen)))
    assert len(seen) >= 25


@pytest.mark.parametrize("roles", [(), (Role.PROCUREMENT,), (Role.EDITOR,)])
def test_entries_are_not_for_everybody(client: TestClient, database: Database, roles: tuple[Role, ...]) -> None:
    headers = saved_person(database, *roles).bearer if roles else {}

    assert client.get(f"{AUDIT}/entries", headers=headers).status_code in {401, 403}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("entries/99/proof", 404), ("entries/-1/proof", 422), ("entries/x/proof", 422), ("checkpoint?size=99", 404),
        ("consistency?from=3&to=99", 404), ("consistency?from=3&to=2", 404), ("consistency", 422),
        ("consistency?from=1&to=2&x=1", 422), ("entries/1/proof?size=99", 404),
        ("consistency?from=99999999999999999999&to=2", 422),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(
    client: TestClient, database: Database, keys: Keys, address: str, status: int
) -> None:
    append_many(database, 3)
    service.sign(database, keys, NOON)

    answer = client.get(f"{AUDIT}/{address}")

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_server_closes_days_and_signs_by_itself(client: TestClient, database: Database, keys: Keys) -> None:
    append_many(database, 3)
    give_up_at = time.monotonic() + 60

    with client:
        while (answer := client.get(f"{AUDIT}/checkpoint")).status_code != 200 and time.monotonic() < give_up_at:
            assert answer.json()["code"] == "checkpoint-not-found"

    # Three entries and that of the day before.
    assert trusted(answer.text, log_key(keys)).checkpoint.size == 4
    assert faults(database, keys) == []


def test_a_witness_sends_its_signature(client: TestClient, database: Database, keys: Keys) -> None:
    witness = Ed25519PrivateKey.generate()
    key = VerifierKey("witness.example/w1", COSIGNATURE_V1, witness.public_key().public_bytes_raw())
    (keys.folder / WITNESSES).write_text(f"{key}\n")
    append_many(database, 3)
    note = service.sign(database, keys, NOON)
    line = str(cosigned(read_note(note), key.name, witness, NOON))

    answer = client.post(f"{AUDIT}/cosignatures", json={"checkpoint": note + line})

    assert (answer.status_code, answer.json()) == (200, {"size": 3, "added": ["witness.example/w1"]})
    assert client.get(f"{AUDIT}/checkpoint").text == note + line
    stranger = str(cosigned(read_note(note), "stranger", witness, NOON))
    refused = client.post(f"{AUDIT}/cosignatures", json={"checkpoint": note + stranger})
    assert (refused.status_code, refused.json()["code"]) == (422, "checkpoint-rejected")
