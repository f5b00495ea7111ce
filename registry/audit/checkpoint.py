"""Checkpoints: the size and root of the log as a signed note (c2sp.org/tlog-checkpoint, signed-note, tlog-cosignature).

A key line, `<name>+<key id>+<base64 of the algorithm's number and the key>`, names its algorithm; only the functions
on algorithms below would change for another one.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.errors import Invalid

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
MAX_SIGNATURES = 100
_KEY_BYTES = 32
_ID_BYTES = 4
_TIME_BYTES = 8
_NAME = re.compile(r"[^\s+]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


class CheckpointRejected(Invalid):
    code = "checkpoint-rejected"
    title = "The checkpoint cannot be trusted"


class KeyLineRejected(Invalid):
    code = "key-line-rejected"
    title = "The text is no key line"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name. algorithm: ED25519 for logs, COSIGNATURE_V1 for witnesses."""

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.algorithm]) + self.public_key).digest()[
            :_ID_BYTES
        ]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.algorithm]) + self.public_key)}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line as it stands in a note: whose, and the bytes after the key's id."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_base64(self.key_id + self.content)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint and its signatures, none of them verified yet. body: the signed text."""

    checkpoint: Checkpoint
    body: str
    signatures: tuple[Signature, ...]

    def by(self, key: VerifierKey) -> tuple[Signature, ...]:
        return tuple(each for each in self.signatures if (each.name, each.key_id) == (key.name, key.key_id))

    def is_signed_by(self, key: VerifierKey) -> bool:
        """True where there is a signature of this key and every one of this key holds."""
        found = self.by(key)
        return bool(found) and all(is_signature(key, self.body, each.content) for each in found)


class LogKeys(Protocol):
    """What signs for the log: its name, its key, the witnesses it knows, and the newest checkpoint kept outside."""

    @property
    def origin(self) -> str: ...
    @property
    def signing(self) -> Ed25519PrivateKey: ...
    @property
    def sealing(self) -> bytes: ...
    @property
    def witnesses(self) -> tuple[str, ...]: ...
    @property
    def retired(self) -> tuple[str, ...]: ...
    def newest(self) -> str | None: ...
    def replace_newest(self, expected: str | None, note: str) -> None: ...


def log_key(keys: LogKeys) -> VerifierKey:
    return VerifierKey(keys.origin, ED25519, keys.signing.public_key().public_bytes_raw())


def log_keys(keys: LogKeys) -> tuple[VerifierKey, ...]:
    """The key of the log first, then those that signed for it under earlier names."""
    return (log_key(keys), *(read_key(line) for line in keys.retired))


def newest_of(keys: LogKeys) -> Note | None:
    """The checkpoint kept outside the database, None where there is none. Raises CheckpointRejected."""
    newest = keys.newest()
    try:
        return None if newest is None else trusted(newest, *log_keys(keys))
    except CheckpointRejected as error:
        raise CheckpointRejected(f"newest-checkpoint.txt, beside the keys: {error.detail}") from error


def signed(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The note with the log's signature, under its origin."""
    verifier = VerifierKey(checkpoint.origin, ED25519, key.public_key().public_bytes_raw())
    body = checkpoint.body()
    return f"{body}\n{Signature(verifier.name, verifier.key_id, key.sign(body.encode()))}"


def cosigned(note: Note, name: str, key: Ed25519PrivateKey, now: datetime) -> Signature:
    """The signature line of a witness, who first verifies that the log only grew (tlog-cosignature, version 1)."""
    time = int(now.timestamp())
    verifier = VerifierKey(name, COSIGNATURE_V1, key.public_key().public_bytes_raw())
    content = time.to_bytes(_TIME_BYTES, "big") + key.sign(_cosigned_message(time, note.body))
    return Signature(name, verifier.key_id, content)


def is_signature(key: VerifierKey, body: str, content: bytes) -> bool:
    """The one place that knows how each algorithm signs."""
    if key.algorithm == ED25519:
        return _holds(key.public_key, content, body.encode())
    if key.algorithm == COSIGNATURE_V1 and len(content) > _TIME_BYTES:
        time = int.from_bytes(content[:_TIME_BYTES], "big")
        return _holds(key.public_key, content[_TIME_BYTES:], _cosigned_message(time, body))
    return False


def read_key(line: str) -> VerifierKey:
    """Raises KeyLineRejected for what is no key line, whose id is not that of its key, or of an unknown algorithm."""
    # Base64 has plus signs of its own.
    name, _, rest = line.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    content = _unbase64(encoded)
    if _NAME.fullmatch(name) and content is not None and len(content) == 1 + _KEY_BYTES:
        found = VerifierKey(name, content[0], content[1:])
        if found.key_id.hex() == key_id and found.algorithm in {ED25519, COSIGNATURE_V1}:
            return found
    raise KeyLineRejected(
        f"{line.strip()[:120]!r} is no key line. One looks like: name+0123abcd+ARs3... with algorithm 1 (Ed25519) "
        "for a log or 4 (cosignature/v1) for a witness."
    )


def read_note(text: str) -> Note:
    """Raises CheckpointRejected for what is no checkpoint. Whether to believe it is for the signatures to say."""
    body, blank, lines = text.rpartition("\n\n")
    body += "\n"
    signatures = [_read_signature(line) for line in lines.splitlines()]
    checkpoint = _read_body(body)
    if not blank or not lines.endswith("\n") or not 0 < len(signatures) <= MAX_SIGNATURES or checkpoint is None:
        raise _rejected("is not one")
    found = tuple(each for each in signatures if each is not None)
    if len(found) < len(signatures):
        raise _rejected("has a line after its text that is no signature")
    return Note(checkpoint, body, found)


def read_signatures(text: str) -> tuple[Signature, ...]:
    """Signature lines alone, or a whole checkpoint with them. Raises CheckpointRejected."""
    lines = text.rpartition("\n\n")[2].splitlines()
    found = [_read_signature(line) for line in lines if line.strip()]
    if not found or len(found) > MAX_SIGNATURES or any(each is None for each in found):
        raise _rejected("has no signature lines; one looks like: — name base64")
    return tuple(each for each in found if each is not None)


def trusted(text: str, *keys: VerifierKey) -> Note:
    """The note if this log signed it by the key of its name; unknown signatures are ignored. Raises CheckpointRejected.

    keys: that of the log, then those of names that it had before.
    """
    note = read_note(text)
    named = [key for key in keys if key.name == note.checkpoint.origin]
    if not named:
        raise _rejected(f"is of {note.checkpoint.origin[:80]!r}, not of the log {keys[0].name!r}")
    if not any(note.is_signed_by(key) for key in named):
        raise _rejected(f"is not signed by the key of the log, {named[0]}")
    return note


def witnesses_of(note: Note, signatures: Iterable[Signature], keys: Sequence[VerifierKey]) -> list[Signature]:
    """The signatures of known witnesses, unknown ones left out. Raises CheckpointRejected where a known one fails."""
    found = []
    for each in signatures:
        known = [key for key in keys if (key.name, key.key_id) == (each.name, each.key_id)]
        if known and not is_signature(known[0], note.body, each.content):
            raise _rejected(f"of size {note.checkpoint.size} is not what {each.name!r} signed")
        found += [each] if known else []
    return found


def _rejected(what: str) -> CheckpointRejected:
    return CheckpointRejected(f"The checkpoint {what}.")


def _read_body(body: str) -> Checkpoint | None:
    lines = body.split("\n")[:-1]
    is_plain = all(lines) and not any(ord(character) < 0x20 for line in lines for character in line)
    if len(lines) < 3 or not is_plain or not _SIZE.fullmatch(lines[1]):
        return None
    root = _unbase64(lines[2])
    return Checkpoint(lines[0], int(lines[1]), root) if root is not None and len(root) == _KEY_BYTES else None


def _read_signature(line: str) -> Signature | None:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    content = _unbase64(encoded)
    if dash != "—" or not _NAME.fullmatch(name) or content is None or len(content) <= _ID_BYTES:
        return None
    return Signature(name, content[:_ID_BYTES], content[_ID_BYTES:])


def _cosigned_message(time: int, body: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{body}".encode()


def _holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unbase64(text: str) -> bytes | None:
    """None unless it is the one way to write these bytes."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if _base64(content) == text else None
