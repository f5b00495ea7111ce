"""Bitstring Status List 1.0: which bit an item has in which list, and a list as text. Pure.

An index tells nothing by itself: it is drawn at random, and a list counts as full when half of it is given away.
"""

import base64
import binascii
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from registry.evaluators.batch_status import STATES, StatusColumns
from registry.evaluators.policy import State

Bits: TypeAlias = NDArray[np.bool_]

# The fewest entries that the specification allows, so that nobody is known by the length of the list.
ENTRIES = 131_072
HELD = ENTRIES // 2
TTL_MS = 300_000
# The beginning of a gzip file without name, time and system: the same bits are the same bytes.
_GZIP = b"\x1f\x8b\x08" + b"\0" * 5 + b"\x02\xff"


class Purpose(StrEnum):
    """revocation: the right has ended. suspension: it rests."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


_SET: dict[Purpose, frozenset[State]] = {
    Purpose.REVOCATION: frozenset({State.WITHDRAWN, State.WITHDRAWN_PART, State.SURRENDERED, State.VOID}),
    Purpose.SUSPENSION: frozenset({State.SUSPENDED}),
}


class NotAStatusList(ValueError):
    pass


def encoded(bits: Bits) -> str:
    """Multibase base64url of gzip; the first entry is the highest bit of the first byte."""
    content = np.packbits(bits, bitorder="big").tobytes()
    deflating = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflating.compress(content) + deflating.flush()
    end = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return "u" + base64.urlsafe_b64encode(_GZIP + body + end).rstrip(b"=").decode()


def decoded(text: str) -> Bits:
    """Raises NotAStatusList, also for a list of another length than ours."""
    if not text.startswith("u"):
        raise NotAStatusList("It does not begin with u, the sign of base64url.")
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        packed = base64.b64decode(text[1:] + "=" * (-(len(text) - 1) % 4), b"-_", validate=True)
        content = inflating.decompress(packed, ENTRIES // 8 + 1)
    except (binascii.Error, zlib.error) as error:
        raise NotAStatusList(f"It is no gzip in base64url: {error}.") from error
    if len(content) != ENTRIES // 8 or not inflating.eof or inflating.unused_data:
        raise NotAStatusList(f"It does not hold {ENTRIES} entries.")
    return np.unpackbits(np.frombuffer(content, np.uint8), bitorder="big").astype(np.bool_)


def is_set(purpose: Purpose, state: State, *, was_granted: bool) -> bool:
    """was_granted: whether a grant of the item stands, on whatever day it begins; one that was taken out is revoked."""
    return state in _SET[purpose] or (purpose is Purpose.REVOCATION and not was_granted)


def bits_of(purpose: Purpose, indexes: NDArray[np.int64], on_day: StatusColumns, in_the_end: StatusColumns) -> Bits:
    """indexes: of the items in the order of the columns. in_the_end: their status on the last day there is."""
    table = np.array([is_set(purpose, each, was_granted=True) for each in STATES])
    values = table[on_day.state]
    if purpose is Purpose.REVOCATION:
        values = values | (in_the_end.state == STATES.index(State.NO_RECORD))
    bits = np.zeros(ENTRIES, np.bool_)
    bits[indexes[values]] = True
    return bits


def drawn_index(is_free: Callable[[int], bool], random: Callable[[int], bytes]) -> int:
    """An index that was never given away. random: as many random bytes. At most half are taken, so few are drawn."""
    while True:
        index = int.from_bytes(random(3), "big") % ENTRIES
        if is_free(index):
            return index


def list_content(address: str, purpose: Purpose, bits: Bits) -> dict[str, Any]:
    """What a credential says of a list."""
    return {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": str(purpose),
        "encodedList": encoded(bits),
        "ttl": TTL_MS,
    }
