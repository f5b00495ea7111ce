"""Key files: the key that signs the log, the key that seals entries, and the newest checkpoint, beside each other.
The key that signs attestations stands there too; it alone may be lost, since another one can take its place.

None of them is in the database: who has the database alone can neither sign for the log nor read sealed entries, and
a database restored from an older backup meets here a checkpoint that it no longer leads to.
"""

import base64
import binascii
import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import literal, select, table
from sqlalchemy.orm import Session

from registry.db import Database, read
from registry.db_engines import default_url, read_url, sqlite_file
from registry.entropy import random_bytes
from registry.errors import Conflict, Unavailable

SIGNING = "log-signing.key"
SEALING = "sealing.key"
ATTESTING = "attestation-signing.key"
NEXT_ATTESTING = "next-attestation-signing.key"
NEWEST = "newest-checkpoint.txt"
WITNESSES = "witnesses.txt"
RETIRED = "retired-keys.txt"
_LOCK = ".lock"
_KEY_BYTES = 32
_FORM = re.compile(r"registry-key-v1 (?P<kind>[a-z]+) (?P<name>[^\s+]+) (?P<secret>[A-Za-z0-9+/=]+)\n")


class KeysUnusable(Unavailable):
    code = "keys-unusable"
    title = "The key files cannot be used"


class NewestCheckpointChanged(Conflict):
    code = "newest-checkpoint-changed"
    title = "Another process has signed a checkpoint meanwhile"


@dataclass(frozen=True, slots=True)
class Keys:
    """Open keys. origin: the name of the log. Secrets stay out of the text form.

    witnesses, retired: key lines, of those who cosign and of keys that signed before this one.
    """

    folder: Path
    origin: str
    signing: Ed25519PrivateKey = field(repr=False)
    sealing: bytes = field(repr=False)
    witnesses: tuple[str, ...]
    retired: tuple[str, ...]

    def newest(self) -> str | None:
        """The newest checkpoint that this log has signed, or None before the first one. Raises KeysUnusable."""
        path = self.folder / NEWEST
        found = _read_text(path)
        if found is not None and not found.strip():
            raise KeysUnusable(f"{path} is empty. Restore the newest copy of it.")
        return found

    def replace_newest(self, expected: str | None, note: str) -> None:
        """Put the note in the place of the expected one, durably. Raises NewestCheckpointChanged."""
        with _locked(self.folder):
            if self.newest() != expected:
                raise NewestCheckpointChanged("Another process has signed a checkpoint meanwhile. Try again.")
            _write_durably(self.folder / NEWEST, note.encode())

    def attesting_key(self, public: bytes | None) -> Ed25519PrivateKey:
        """The key that signs attestations. public: of the one in use, as the database has it; None before the first
        use, when one is made. Raises KeysUnusable."""
        path, following = self.folder / ATTESTING, self.folder / NEXT_ATTESTING
        with _reading(self.folder), _locked(self.folder):
            if public is None and not path.exists():
                _make_key(path, "attesting", "attestations")
            for each in (path, following):
                found = _attesting(each)
                if found is None or public not in (None, found.public_key().public_bytes_raw()):
                    continue
                # A change of keys that was interrupted after the database had the new one.
                if each == following:
                    _rename_durably(following, path)
                return found
        raise KeysUnusable(
            f"The key that signs attestations is missing in {self.folder}. Restore the folder from its backup, or run "
            "`registry attest rotate-key`: another key takes its place, and what was signed can still be verified."
        )

    def next_attesting_key(self) -> Ed25519PrivateKey:
        """A new key, which `attesting_key` puts in place once the database names it. Raises KeysUnusable."""
        path = self.folder / NEXT_ATTESTING
        with _reading(self.folder), _locked(self.folder):
            if not path.exists():
                _make_key(path, "attesting", "attestations")
            found = _attesting(path)
        assert found is not None
        return found


def keys_folder(setting: Path | None, database_url: str | None) -> Path:
    """The setting REGISTRY_KEYS_DIR, else `keys` beside the SQLite file, or one for each PostgreSQL database there."""
    if setting is not None:
        return setting
    url, usual = read_url(database_url), sqlite_file(default_url())
    assert usual is not None
    file = sqlite_file(url)
    return file.parent / "keys" if file else usual.parent / f"keys-{url.database}"


def keys_of(database: Database, folder: Path, *, make: bool = True, adopt: bool = False) -> Keys:
    """The keys of this database's log. None are made for a database that holds what was signed or sealed.

    make: False where a command only looks. adopt: an operator says that a new signing key takes the place of the one
    that retired-keys.txt names. Raises KeysUnusable.
    """

    def require_new(missing: str) -> None:
        if adopt and missing == SIGNING and _read_lines(folder / RETIRED):
            return
        if read(database, _is_any_signed_or_sealed):
            raise KeysUnusable(
                f"{missing} is missing in {folder}, but the database holds what was signed or sealed with it. "
                "Restore the folder from its backup; see 'Restoring a backup' in docs/audit.md."
            )
        if not make:
            raise KeysUnusable(f"There are no keys in {folder} yet. Run `registry audit checkpoint`: it makes them.")

    return open_keys(folder, require_new)


def _is_any_signed_or_sealed(session: Session) -> bool:
    # By name, since nothing outside the slices may import their models.
    tables = (table("audit_checkpoints"), table("audit_sealed_entries"), table("second_factors"))
    return any(session.execute(select(literal(1)).select_from(each).limit(1)).first() for each in tables)


def open_keys(folder: Path, require_new: Callable[[str], None] | None = None) -> Keys:
    """The keys of the folder, made where there are none. Raises KeysUnusable, which names the file and what to do.

    require_new: is given the names of what is missing, and raises where that may not be made.
    """
    with _reading(folder):
        missing = [name for name in (SIGNING, SEALING) if not (folder / name).exists()]
        if missing:
            if require_new is not None:
                require_new(" and ".join(missing))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(folder):
                _make_missing(folder)
        origin, signing = _read_key(folder / SIGNING, "signing")
        _, sealing = _read_key(folder / SEALING, "sealing")
        witnesses, retired = _read_lines(folder / WITNESSES), _read_lines(folder / RETIRED)
    return Keys(folder, origin, Ed25519PrivateKey.from_private_bytes(signing), sealing, witnesses, retired)


def _make_missing(folder: Path) -> None:
    """Both keys where there is nothing yet. A key that is lost is never made anew: that would hide the loss."""
    has_signing, has_sealing, has_signed = ((folder / name).exists() for name in (SIGNING, SEALING, NEWEST))
    if has_signing and has_sealing:
        return
    if has_signing or has_signed:
        missing = SEALING if has_signing else SIGNING
        raise KeysUnusable(f"{folder} holds keys of a log, but {missing} is missing. Restore it from its backup.")
    # A sealing key alone is from a start that was interrupted, or waits for the key of a new log.
    if not has_sealing:
        _make_key(folder / SEALING, "sealing", "sealed-entries")
    _make_key(folder / SIGNING, "signing", f"evaluator-registry/{random_bytes(8).hex()}")


def _attesting(path: Path) -> Ed25519PrivateKey | None:
    return Ed25519PrivateKey.from_private_bytes(_read_key(path, "attesting")[1]) if path.exists() else None


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeysUnusable(f"The keys in {folder} cannot be read or made: {error.strerror}.") from error


def _make_key(path: Path, kind: str, name: str) -> None:
    secret = base64.b64encode(random_bytes(_KEY_BYTES)).decode()
    _write_durably(path, f"registry-key-v1 {kind} {name} {secret}\n".encode())


def _read_key(path: Path, kind: str) -> tuple[str, bytes]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeysUnusable(f"{path} is open to others (mode {mode:o}). Run: chmod 600 {path}")
    found = _FORM.fullmatch(path.read_text(encoding="utf-8", errors="replace"))
    try:
        secret = base64.b64decode(found["secret"], validate=True) if found else b""
    except binascii.Error:
        secret = b""
    if found is None or found["kind"] != kind or len(secret) != _KEY_BYTES:
        raise KeysUnusable(f"{path} holds no {kind} key. Restore it from its backup.")
    return found["name"], secret


def _read_text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode() if path.exists() else None
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise KeysUnusable(f"{path} is not UTF-8 text. Restore the newest copy of it.") from error


def _read_lines(path: Path) -> tuple[str, ...]:
    """Key lines; # begins a comment. Raises KeysUnusable, which names every line that is none."""
    lines = [line.strip() for line in (_read_text(path) or "").splitlines()]
    found = [(number, line) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    wrong = [f"line {number}: {line[:120]!r}" for number, line in found if not _is_key_line(line)]
    if wrong:
        raise KeysUnusable(f"{path} has lines that are no key lines (name+id+key): {'; '.join(wrong)}.")
    return tuple(line for _, line in found)


def _is_key_line(line: str) -> bool:
    """Whether the id is that of name and key; which algorithms there are is for the log to know."""
    name, _, rest = line.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    return len(content) == 1 + _KEY_BYTES and sha256(f"{name}\n".encode() + content).hexdigest()[:8] == key_id


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time; the operating system lets go when the process ends."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_durably(path: Path, content: bytes) -> None:
    """Whole or not at all, also if the power fails: beside its place first, then renamed, then the folder."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _rename_durably(beside, path)
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be written: {error.strerror}.") from error


def _rename_durably(old: Path, new: Path) -> None:
    old.replace(new)
    folder = os.open(new.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
