"""Sealed entries: committed to now, shown later, and until then nothing public depends on them.

A sealed entry's leaf hides its content behind a salt. The leaves of a day stand at random places of a tree of fixed
height whose other places hold random bytes, which cannot be told from hashes: root, proofs and their lengths are the
same whether a day has none or thousands. The content itself is kept encrypted for the holder of the sealing key.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.audit.entry import SALT_BYTES, instant
from registry.audit.merkle import HASH_BYTES, leaf_hash, parent
from registry.canonical import NotCanonical, canonical_json
from registry.errors import Conflict, Invalid, Unavailable
from registry.validity import ZONE

# Two to this power of entries fit into a day.
HEIGHT = 20
NONCE_BYTES = 12
# A day is closed at this minute of the next one, in this zone, whatever happened in it.
CLOSING = time(0, 5)
MOST_DAYS = 366
# Lengths of what is encrypted are rounded up to this, so that they tell little.
_BLOCK_BYTES = 1024


class SealingRejected(Invalid):
    code = "sealing-rejected"
    title = "The content cannot be sealed"


class SealBroken(Unavailable):
    code = "seal-broken"
    title = "The sealed entry cannot be opened"


class ClockDoubtful(Conflict):
    code = "clock-doubtful"
    title = "Too many days would be closed at once"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the auditor gets back. commitment: the leaf in hexadecimal, which tells nothing and may be handed out."""

    id: UUID
    commitment: str


@dataclass(frozen=True, slots=True)
class Box:
    """A sealed entry as it is kept."""

    nonce: bytes
    ciphertext: bytes = field(repr=False)
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """content: any JSON value. text: the canonical bytes that, after the salt, give the leaf."""

    kind: str
    sealed_at: str
    content: Any = field(repr=False)
    text: str = field(repr=False)
    salt: bytes = field(repr=False)


def boxed(key: bytes, sealed_id: UUID, what: tuple[str, Any, datetime], randoms: bytes) -> Box:
    """what: kind, content, instant. randoms: a salt and a nonce. Raises SealingRejected, which shows no content."""
    kind, content, now = what
    salt, nonce = randoms[:SALT_BYTES], randoms[SALT_BYTES:]
    try:
        text = canonical_json({"content": content, "id": str(sealed_id), "kind": kind, "sealed_at": instant(now)})
    except NotCanonical:
        raise SealingRejected("The content to be sealed is no JSON value.") from None
    plain = canonical_json({"salt": salt.hex(), "text": text.decode()})
    padded = plain.ljust(-(-len(plain) // _BLOCK_BYTES) * _BLOCK_BYTES)
    return Box(nonce, AESGCM(key).encrypt(nonce, padded, sealed_id.bytes), leaf_hash(salt + text))


def opened(key: bytes, sealed_id: UUID, box: Box) -> Opened:
    """Raises SealBroken for another key, another entry's content, or bytes that were changed."""
    try:
        plain = json.loads(AESGCM(key).decrypt(box.nonce, box.ciphertext, sealed_id.bytes))
    except InvalidTag:
        raise SealBroken(f"The sealed entry {sealed_id} cannot be opened with this key, or it was changed.") from None
    salt, text = bytes.fromhex(plain["salt"]), plain["text"]
    if leaf_hash(salt + text.encode()) != box.leaf:
        raise SealBroken(f"The content of the sealed entry {sealed_id} is not what was committed to.")
    members = json.loads(text)
    return Opened(members["kind"], members["sealed_at"], members["content"], text, salt)


@dataclass(frozen=True, slots=True)
class DayTree:
    """places and paths: of each sealed leaf, in the order given."""

    root: bytes
    places: tuple[int, ...]
    paths: tuple[bytes, ...]


def day_tree(leaves: Sequence[bytes], random_bytes: Callable[[int], bytes]) -> DayTree:
    """Leaves at random places; every subtree without one is a random hash."""
    if not leaves:
        return DayTree(random_bytes(HASH_BYTES), (), ())
    places: dict[int, bytes] = {}
    order: list[int] = []
    for leaf in leaves:
        place = _free_place(places, random_bytes)
        places[place] = leaf
        order.append(place)
    level, paths = dict(places), dict.fromkeys(order, b"")
    for height in range(HEIGHT):
        level |= {place ^ 1: random_bytes(HASH_BYTES) for place in level if place ^ 1 not in level}
        for place in order:
            paths[place] += level[(place >> height) ^ 1]
        level = {place >> 1: parent(level[place & ~1], level[place | 1]) for place in level}
    return DayTree(level[0], tuple(order), tuple(paths[place] for place in order))


def root_of_day(leaf: bytes, place: int, path: bytes) -> bytes | None:
    """The root that a sealed entry's path leads to; None where it cannot be one."""
    if len(path) != HEIGHT * HASH_BYTES or not 0 <= place < 1 << HEIGHT:
        return None
    root = leaf
    for height in range(HEIGHT):
        neighbour = path[height * HASH_BYTES : (height + 1) * HASH_BYTES]
        root = parent(neighbour, root) if place >> height & 1 else parent(root, neighbour)
    return root


def days_due(last: date | None, now: datetime, most: int = MOST_DAYS) -> list[date]:
    """The days that are over and not closed yet, the oldest first. last: the newest closed one.

    Raises ClockDoubtful beyond `most`: a clock that was wrong for a moment would close the days of years to come.
    """
    local = now.astimezone(ZONE)
    yesterday = local.date() - timedelta(days=1 if local.time() >= CLOSING else 2)
    first = yesterday if last is None else last + timedelta(days=1)
    number = (yesterday - first).days + 1
    if number > most:
        raise ClockDoubtful(
            f"{number} days since {first} would be closed at once; the limit is {most}. Look at the clock of this "
            f"machine, which says {local:%Y-%m-%d}. If it is right: registry audit seal-day --days {number}"
        )
    return [first + timedelta(days=each) for each in range(number)]


def day_payload(root: bytes) -> Mapping[str, str]:
    """The public payload of a closed day, the same length whatever it holds."""
    return {"root": root.hex()}


def _free_place(taken: Mapping[int, bytes], random_bytes: Callable[[int], bytes]) -> int:
    if len(taken) >= 1 << (HEIGHT - 1):
        raise SealingRejected(f"A day holds at most {1 << (HEIGHT - 1)} sealed entries.")
    while True:
        place = int.from_bytes(random_bytes(4), "big") >> (32 - HEIGHT)
        if place not in taken:
            return place
