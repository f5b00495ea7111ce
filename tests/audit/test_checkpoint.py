"""Checkpoints and cosignatures in the forms of C2SP; whatever is changed in them does not hold."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from registry.audit.checkpoint import (
    COSIGNATURE_V1,
    ED25519,
    Checkpoint,
    CheckpointRejected,
    KeyLineRejected,
    VerifierKey,
    cosigned,
    read_key,
    read_note,
    read_signatures,
    signed,
    trusted,
    witnesses_of,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
LOG = VerifierKey("example.org/log", ED25519, KEY.public_key().public_bytes_raw())
BY_WITNESS = VerifierKey("witness.example/w1", COSIGNATURE_V1, WITNESS.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint("example.org/log", 20852163, bytes(range(32)))
NOTE = signed(CHECKPOINT, KEY)
LINE = str(cosigned(read_note(NOTE), BY_WITNESS.name, WITNESS, NOON))
# The verifier key of the tests of golang.org/x/mod/sumdb/note: another program's key line.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_checkpoint_is_a_note_of_three_lines_and_a_signature() -> None:
    body, signature = NOTE.split("\n\n")

    assert body == "example.org/log\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert signature.startswith("— example.org/log ")
    content = base64.b64decode(signature.split()[2])
    assert content[:4] == LOG.key_id
    KEY.public_key().verify(content[4:], f"{body}\n".encode())
    assert trusted(NOTE, LOG).checkpoint == CHECKPOINT


def test_the_key_line_of_another_program_is_read_and_written() -> None:
    key = read_key(GO_KEY)

    assert (key.name, key.algorithm, key.key_id.hex()) == ("PeterNeumann", ED25519, "c74f20a3")
    assert str(key) == GO_KEY


def test_key_lines_come_back_as_they_were() -> None:
    assert [read_key(str(each)) for each in (LOG, BY_WITNESS)] == [LOG, BY_WITNESS]


@pytest.mark.parametrize(
    "line",
    ["", "name", GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("Peter", "Petra"), GO_KEY[:-4], GO_KEY + "AAAA",
     "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a b" + GO_KEY[12:]],
)  # fmt: skip
def test_what_is_no_key_line_is_refused(line: str) -> None:
    with pytest.raises(KeyLineRejected):
        read_key(line)


def test_a_witness_signs_time_and_checkpoint() -> None:
    note = read_note(NOTE + LINE)

    (signature,) = note.by(BY_WITNESS)
    assert int.from_bytes(signature.content[:8], "big") == int(NOON.timestamp())
    message = f"cosignature/v1\ntime {int(NOON.timestamp())}\n{note.body}"
    WITNESS.public_key().verify(signature.content[8:], message.encode())
    assert note.is_signed_by(BY_WITNESS)
    assert witnesses_of(note, read_signatures(LINE), [BY_WITNESS]) == [signature]


def test_unknown_signatures_are_ignored() -> None:
    stranger = str(cosigned(read_note(NOTE), "stranger.example", KEY, NOON))

    assert trusted(NOTE + stranger + LINE, LOG).checkpoint == CHECKPOINT
    assert witnesses_of(read_note(NOTE), read_signatures(stranger), [BY_WITNESS]) == []


def test_a_known_witness_whose_signature_fails_is_named() -> None:
    other = read_note(signed(Checkpoint("example.org/log", 7, bytes(32)), KEY))

    with pytest.raises(CheckpointRejected, match="is not what"):
        witnesses_of(other, read_signatures(LINE), [BY_WITNESS])


def test_of_two_signatures_by_the_log_both_must_hold() -> None:
    forged = NOTE.splitlines()[-1][:-6] + "AAAA==\n"
    spoilt = base64.b64encode(LOG.key_id + bytes(64)).decode()

    with pytest.raises(CheckpointRejected):
        trusted(f"{NOTE}— {LOG.name} {spoilt}\n", LOG)
    with pytest.raises(CheckpointRejected):
        trusted(NOTE + forged, LOG)


@given(place=st.integers(0, len(NOTE.encode()) - 1), bit=st.integers(0, 7))
@example(place=0, bit=0)
def test_every_changed_bit_of_a_checkpoint_is_seen(place: int, bit: int) -> None:
    content = bytearray(NOTE.encode())
    content[place] ^= 1 << bit

    with pytest.raises((CheckpointRejected, UnicodeDecodeError)):
        trusted(content.decode(), LOG)


def test_a_checkpoint_signed_with_another_key_or_of_another_log_is_refused() -> None:
    with pytest.raises(CheckpointRejected, match="not signed by"):
        trusted(signed(CHECKPOINT, WITNESS), LOG)
    with pytest.raises(CheckpointRejected, match="not of the log"):
        trusted(signed(Checkpoint("other.example/log", 1, bytes(32)), KEY), LOG)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "a\n\n— b c\n", NOTE[:-1], NOTE.rpartition("\n\n")[0] + "\n\n", NOTE.replace("20852163", "020852163"),
     NOTE.replace("20852163", "-1"), NOTE.replace("20852163", "٣"), NOTE.replace("AAEC", "AAE"),
     NOTE.replace("—", "-"), NOTE.replace("example.org/log\n", "\n", 1), NOTE.replace("20852163", "2085\t2163"),
     NOTE + LINE * 200],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointRejected):
        read_note(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_note, read_signatures):
        try:
            read(text)
        except CheckpointRejected:
            continue


def test_extension_lines_are_part_of_what_was_signed() -> None:
    body = CHECKPOINT.body() + "extension\n"
    signature = base64.b64encode(LOG.key_id + KEY.sign(body.encode())).decode()

    assert trusted(f"{body}\n— {LOG.name} {signature}\n", LOG).checkpoint == CHECKPOINT
