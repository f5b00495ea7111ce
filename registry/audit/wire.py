"""What crosses HTTP about the log. Hashes are in hexadecimal."""

from typing import Annotated

from pydantic import Field

from registry.json_models import In, Out


class CosignatureIn(In):
    """The checkpoint of this log with the signatures of witnesses (c2sp.org/tlog-cosignature) after its own."""

    checkpoint: Annotated[str, Field(min_length=1, max_length=100_000)]


class CosignedOut(Out):
    """added: witnesses whose signature was new. Unknown signatures are ignored."""

    size: int
    added: list[str]


class EntryOut(Out):
    """entry: the canonical text. leaf: SHA-256 of a zero byte, the salt and the text. Payloads are never shown here."""

    index: int
    entry: str
    salt: str
    leaf: str


class EntryListOut(Out):
    """In the order of the log. next: the address of the following page, null on the last one."""

    entries: list[EntryOut]
    next: str | None


class ProofOut(Out):
    """hashes: from the leaf up (RFC 9162, 2.1.3). checkpoint: the signed note whose root they lead to."""

    index: int
    size: int
    hashes: list[str]
    checkpoint: str


class ConsistencyOut(Out):
    """hashes: the proof of RFC 9162, 2.1.4, that the log of the later size begins with that of the earlier."""

    earlier: int
    later: int
    hashes: list[str]
