"""What leaves the house: the files of an exported log, and the proof of one record, in forms that others read too.

entries.txt: salt in hexadecimal, a space, the entry's text. payloads.txt: index, salt, content of what is not erased.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence

from registry.audit.checking import Chunk

ENTRIES, PAYLOADS, CHECKPOINT, KEY, VERIFIER, SUMS = (
    "entries.txt", "payloads.txt", "checkpoint.txt", "key.txt", "verify_export.py", "SHA256SUMS",
)  # fmt: skip


def lines(chunks: Iterable[Chunk], *, with_payloads: bool) -> Iterator[tuple[str, bytes]]:
    """Pieces of entries.txt and payloads.txt, each with the name of its file."""
    for chunk in chunks:
        yield ENTRIES, b"".join(b"%s %s\n" % (each.salt.hex().encode(), each.text.encode()) for each in chunk.entries)
        if with_payloads:
            kept = ((each.index, each.payload_salt, each.payload) for each in chunk.entries)
            yield (
                PAYLOADS,
                b"".join(
                    b"%d %s %s\n" % (index, salt.hex().encode(), content.encode())
                    for index, salt, content in kept
                    if salt is not None and content is not None
                ),
            )


def sums(digests: Mapping[str, str]) -> bytes:
    """SHA256SUMS, as the command sha256sum writes and checks it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def tlog_proof(record: tuple[bytes, str], index: int, path: Sequence[bytes], note: str) -> str:
    """A .tlog-proof of one entry (c2sp.org/tlog-proof). record: its salt and text, which are the extra data."""
    salt, text = record
    hashes = "".join(f"{_base64(each)}\n" for each in path)
    return f"c2sp.org/tlog-proof@v1\nextra {_base64(salt + text.encode())}\nindex {index}\n{hashes}\n{note}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
