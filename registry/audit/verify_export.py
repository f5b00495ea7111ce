"""Verify an exported log, or one record of it, with nothing but Python and one Ed25519 check.

    python3 verify_export.py FOLDER --key KEYLINE [--against CHECKPOINT ...] [--witness KEYLINE ...]
    python3 verify_export.py --proof RECORD.tlog-proof --key KEYLINE
    python3 verify_export.py --revealed REVEALED.json --key KEYLINE

KEYLINE is the public key of the log, from a source you trust: paper, minutes, a gazette. Without it the one in the
export is used, which proves nothing against somebody who made the whole export up. --against: a checkpoint that you got
at another time or from somebody else; the log must contain it. --witness: this witness must have signed the newest one.
The exit code is 0 when all is proven, 1 when something is not, 2 for a wrong call.
Formats: RFC 9162 (tree), c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Key = tuple[str, bytes, int, bytes]
FILES = ("checkpoint.txt", "entries.txt", "key.txt", "payloads.txt", "verify_export.py")
MEMBERS = {"action", "actor", "index", "payload_sha256", "recorded_at", "subject"}
DAY_HEIGHT = 20


class Unproven(Exception):
    pass


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unproven(otherwise)


def unbase64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        content = b""
    require(base64.b64encode(content).decode() == text, f"not base64: {text[:60]!r}")
    return content


def unhex(text: str, length: int) -> bytes:
    content = bytes.fromhex(text)
    require(content.hex() == text and len(content) == length, "a hash or salt of another length or form")
    return content


def ed25519_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return openssl_holds(public_key, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def openssl_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The fixed beginning of an Ed25519 key in DER (RFC 8410).
        der = bytes.fromhex("302a300506032b6570032100") + public_key
        for file, content in (("key", der), ("signature", signature), ("message", message)):
            (folder / file).write_bytes(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature"
        done = subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)  # noqa: S603
        return done.returncode == 0


def read_key(line: str) -> Key:
    """name, id, algorithm and key of a key line."""
    name, key_id, encoded = [*line.strip().split("+", 2), "", ""][:3]
    content = unbase64(encoded)
    computed = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
    require(len(content) == 33 and computed.hex() == key_id, f"not a key line: {line.strip()[:80]!r}")
    require(content[0] in (1, 4), f"unknown algorithm {content[0]} in the key line")
    return name, computed, content[0], content[1:]


def is_signed(note: str, key: Key) -> bool:
    """Whether the key signed the note; a signature of it that does not hold refuses the note."""
    name, key_id, algorithm, public_key = key
    text, _, lines = note.rpartition("\n\n")
    text, found = text + "\n", False
    require(lines.endswith("\n"), "the checkpoint is cut off")
    for line in lines[:-1].split("\n"):
        dash, signer, encoded = [*line.split(" ", 2), "", ""][:3]
        require(dash == "\u2014", f"not a signature line: {line[:60]!r}")
        content = unbase64(encoded)
        if (signer, content[:4]) == (name, key_id):
            signature, message = content[4:], text
            if algorithm == 4:
                time, signature = int.from_bytes(content[4:12], "big"), content[12:]
                message = f"cosignature/v1\ntime {time}\n{text}"
            found = len(signature) == 64 and ed25519_holds(public_key, signature, message.encode())
            require(found, f"a signature of {name} does not hold")
    return found


def read_checkpoint(note: str, key: Key) -> tuple[int, bytes]:
    """Size and root, once the log's signature is verified."""
    require(is_signed(note, key), f"the checkpoint is not signed by {key[0]}")
    lines = note.rpartition("\n\n")[0].split("\n")
    require(lines[0] == key[0], f"the checkpoint is of another log: {lines[0][:80]!r}")
    require(lines[1] == str(int(lines[1])), f"not a size: {lines[1][:40]!r}")
    return int(lines[1]), unbase64(lines[2])


def parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def folded(frontier: Sequence[bytes]) -> bytes:
    root = frontier[-1] if frontier else hashlib.sha256(b"").digest()
    for left in reversed(frontier[:-1]):
        root = parent(left, root)
    return root


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2."""
    require(0 <= index < size, f"entry {index} is not among {size}")
    place, last, root = index, size - 1, leaf
    for neighbour in path:
        require(last > 0, "the proof is too long")
        if place & 1 or place == last:
            root = parent(neighbour, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = parent(root, neighbour)
        place, last = place >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return root


def lines_of(path: Path, hashed: Any) -> Iterator[bytes]:
    """Lines of a file with their ends, its hash taken along the way."""
    with path.open("rb") as file:
        for block in iter(lambda: file.readlines(1 << 20), []):
            hashed.update(b"".join(block))
            require(block[-1].endswith(b"\n"), f"{path.name}: the last line is cut off")
            yield from block


class Payloads:
    """payloads.txt read beside the entries: index, salt and content of those that are not erased."""

    def __init__(self, path: Path, hashed: Any) -> None:
        self.is_there = path.exists()
        self.lines = lines_of(path, hashed) if self.is_there else iter(())
        self.missing, self.erasures = set[int](), set[str]()
        self.next = self.following()

    def following(self) -> tuple[int, bytes, bytes]:
        number, salt, content = next(self.lines, b"-1 " + b"0" * 32 + b" \n").split(b" ", 2)
        return int(number), unhex(salt.decode(), 16), content[:-1]

    def check(self, index: int, entry: Any) -> None:
        if entry["action"] == "audit.erase":
            self.erasures.add(entry["subject"])
        number, salt, content = self.next
        if number == index:
            digest = hashlib.sha256(salt + content).hexdigest()
            if digest != entry["payload_sha256"]:
                raise Unproven(f"entry {index}: its payload is not the one it was logged with")
            self.next = self.following()
        else:
            self.missing.add(index)

    def finish(self) -> str:
        if not self.is_there:
            return "payloads were not exported"
        require(self.next[0] == -1, f"payloads.txt: a payload of entry {self.next[0]} is out of place")
        unexplained = sorted(each for each in self.missing if f"entry:{each}" not in self.erasures)
        require(not unexplained, f"payloads missing without an entry that says so: {unexplained[:10]}")
        return f"{len(self.missing)} payloads erased, each by an entry of the log"


def check_entries(folder: Path, sums: Any, checkpoints: Sequence[tuple[int, bytes, str]]) -> tuple[int, str]:
    """Rebuild the tree, holding its root against each checkpoint on the way; gives the size."""
    frontier, size, sha256 = list[bytes](), 0, hashlib.sha256
    payloads = Payloads(folder / "payloads.txt", sums["payloads.txt"])
    pending = sorted(checkpoints, reverse=True)
    for line in lines_of(folder / "entries.txt", sums["entries.txt"]):
        salt, text = unhex(line[:32].decode(), 16), line[33:-1]
        entry = json.loads(text)
        if line[32:33] != b" " or entry.keys() != MEMBERS or entry["index"] != size:
            raise Unproven(f"not entry {size} of a log: {text[:200]!r}")
        payloads.check(size, entry)
        root, place = sha256(b"\x00" + salt + text).digest(), size
        while place & 1:
            root = sha256(b"\x01" + frontier.pop() + root).digest()
            place >>= 1
        frontier.append(root)
        size += 1
        while pending and pending[-1][0] == size:
            _, expected, source = pending.pop()
            require(folded(frontier) == expected, f"{source}: was signed over other entries than the first {size}")
    for signed_size, _, source in pending:
        require(False, f"{source}: was signed over {signed_size} entries; here are {size}")
    return size, payloads.finish()


def check_export(folder: Path, key: Key, against: Sequence[str], witnesses: Sequence[Key]) -> str:
    listed = {line[66:]: line[:64] for line in read(folder / "SHA256SUMS").splitlines()}
    as_written = "".join(f"{digest}  {name}\n" for name, digest in listed.items())
    require(read(folder / "SHA256SUMS") == as_written, "SHA256SUMS: not of its form")
    require(set(listed) <= set(FILES), f"SHA256SUMS names a file that is not of an export: {sorted(listed)}")
    sums = {name: hashlib.sha256() for name in FILES}
    for name in ("checkpoint.txt", "key.txt", "verify_export.py"):
        sums[name].update((folder / name).read_bytes())
    note = read(folder / "checkpoint.txt")
    newest = read_checkpoint(note, key)
    for each in witnesses:
        require(is_signed(note, each), f"checkpoint.txt: not signed by the witness {each[0]}")
    checkpoints = [(*newest, "checkpoint.txt"), *((*read_checkpoint(read(path), key), str(path)) for path in against)]
    size, said = check_entries(folder, sums, checkpoints)
    require(size == newest[0], f"{size} entries are here; the checkpoint was signed over {newest[0]}")
    for name in FILES:
        here = sums[name].hexdigest() if (folder / name).exists() else None
        require(here == listed.get(name), f"{name}: not the file that SHA256SUMS names")
    return f"{size} entries proven, {said}, {len(checkpoints)} checkpoints contained. Root: {newest[1].hex()}"


def check_proof(path: str, key: Key) -> str:
    """One record: its salt and text are the extra data of the proof."""
    head, _, note = read(path).partition("\n\n")
    first, extra, index, *hashes = head.split("\n")
    require(first == "c2sp.org/tlog-proof@v1" and extra.startswith("extra ") and index.startswith("index "), "no proof")
    record, number = unbase64(extra[6:]), int(index[6:])
    size, root = read_checkpoint(note, key)
    leaf = hashlib.sha256(b"\x00" + record).digest()
    require(root_by_inclusion(leaf, number, size, list(map(unbase64, hashes))) == root, "the proof does not hold")
    require(json.loads(record[16:])["index"] == number, "the record is of another index")
    return f"Entry {number} is in the log of {size} entries: {record[16:].decode()}"


def check_revealed(file: str, key: Key) -> str:
    """A sealed entry that was opened: its text, the tree of its day, the entry of that day, the log."""
    shown = json.loads(read(file))
    parts = (shown[name] for name in ("sealed", "payload", "entry"))
    sealed, payload, entry = ((unhex(each["salt"], 16), each["text"].encode()) for each in parts)
    root, path = hashlib.sha256(b"\x00" + b"".join(sealed)).digest(), [unhex(each, 32) for each in shown["path"]]
    require(len(path) == DAY_HEIGHT and 0 <= shown["place"] < 1 << DAY_HEIGHT, "the path has a wrong length")
    for height, neighbour in enumerate(path):
        root = parent(neighbour, root) if shown["place"] >> height & 1 else parent(root, neighbour)
    logged, members = json.loads(entry[1]), json.loads(payload[1])
    require(members["payload"] == {"root": root.hex()}, "the sealed text does not lead to the root of its day")
    digest = hashlib.sha256(b"".join(payload)).hexdigest()
    require(digest == logged["payload_sha256"], "the root is not that of the entry")
    require((logged["action"], logged["index"]) == ("audit.close_day", shown["index"]), "the entry closes no day")
    size, log_root = read_checkpoint(shown["checkpoint"], key)
    leaf = hashlib.sha256(b"\x00" + b"".join(entry)).digest()
    proof = [unhex(each, 32) for each in shown["proof"]]
    require(root_by_inclusion(leaf, shown["index"], size, proof) == log_root, "the entry is not in the log")
    return f"Sealed before entry {shown['index']}, recorded at {logged['recorded_at']}: {sealed[1].decode()}"


def read(path: Any) -> str:
    return Path(path).read_bytes().decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=".", help="what `registry audit export` wrote; default: here")
    parser.add_argument("--key", help="the log's key line, or a file that holds it")
    parser.add_argument("--against", action="append", default=[], help="a checkpoint from elsewhere; may be repeated")
    parser.add_argument("--witness", action="append", default=[], help="a key line; may be repeated")
    parser.add_argument("--proof", help="a .tlog-proof of one record, in place of the export")
    parser.add_argument("--revealed", help="a sealed entry that was opened, in place of the export")
    asked = parser.parse_args()
    try:
        line = asked.key or read(Path(asked.folder) / "key.txt")
        key = read_key(line if "+" in line else read(line))
        if asked.proof or asked.revealed:
            said = check_proof(asked.proof, key) if asked.proof else check_revealed(asked.revealed, key)
        else:
            said = check_export(Path(asked.folder), key, asked.against, [read_key(each) for each in asked.witness])
    except (Unproven, OSError, ValueError, KeyError, TypeError, IndexError) as error:
        sys.stdout.write(f"NOT PROVEN: {error if isinstance(error, (Unproven, OSError)) else repr(error)}\n")
        return 1
    sys.stdout.write(f"{said}\n" + (f"Compare this key with paper: {line.strip()}\n" if not asked.key else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
