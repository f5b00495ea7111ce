"""Whether every row of the log is what it was: a check that reads the log once, in order, and names every fault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from registry.audit import merkle, sealing
from registry.audit.checkpoint import Checkpoint, CheckpointRejected, VerifierKey, is_signature, read_note, trusted
from registry.audit.entry import entry_leaf, is_payload_of, read_entry

CLOSE_DAY = "audit.close_day"
ERASE = "audit.erase"


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A row of the log with its payload, None where that is erased."""

    index: int
    text: str
    salt: bytes
    leaf: bytes
    subject: str
    payload_salt: bytes | None
    payload: str | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Entries from start up to stop, the nodes that they complete, and the checkpoints signed within them."""

    start: int
    stop: int
    entries: Sequence[KeptEntry]
    nodes: Mapping[merkle.Node, bytes]
    notes: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Fault:
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """erased: entries whose payload is gone, each by an entry that says so. checkpoints: how many were verified."""

    size: int
    root: bytes
    checkpoints: int
    erased: tuple[int, ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class LogCheck:
    """Feed all chunks in order, then the rest, then ask for the verdict.

    outside: checkpoints from elsewhere, with where each is from; they must already be trusted.
    """

    keys: Sequence[VerifierKey]
    outside: Sequence[tuple[str, Checkpoint]] = ()
    faults: list[Fault] = field(default_factory=list)
    frontier: tuple[bytes, ...] = ()
    size: int = 0
    nodes: int = 0
    checkpoints: int = 0
    _days: dict[int, tuple[str, Any]] = field(default_factory=dict)
    _without_payload: set[int] = field(default_factory=set)
    _erasures: set[str] = field(default_factory=set)
    _is_whole: bool = True

    def feed(self, chunk: Chunk) -> None:
        rows = {each.index: each for each in chunk.entries}
        for index in range(chunk.start, chunk.stop):
            row = rows.get(index)
            if row is None:
                self._fault(f"entry {index}", "is missing")
                # Roots behind a gap cannot be computed, and to name each of them would hide the one fault.
                self._is_whole = False
            else:
                self._check_entry(row)
                self._check_nodes(row, chunk)
            self.size = index + 1
            if index + 1 in chunk.notes:
                self._check_note(index + 1, chunk.notes[index + 1])
            for place, checkpoint in self.outside:
                if checkpoint.size == index + 1 and self._is_whole and checkpoint.root != self.root():
                    self._fault(f"checkpoint {place}", f"was signed over another log: size {index + 1}, other entries")

    def root(self) -> bytes:
        return merkle.folded(self.frontier)

    def _fault(self, where: str, what: str) -> None:
        self.faults.append(Fault(where, what))

    def _check_entry(self, row: KeptEntry) -> None:
        where = f"entry {row.index}"
        # The tree is built of the kept leaves, so that an entry that was edited is one fault and not many.
        if entry_leaf(row.salt, row.text.encode()) != row.leaf:
            self._fault(where, "its text or salt is not what its leaf is the hash of")
        try:
            entry = read_entry(row.text)
        except ValueError:
            self._fault(where, "its text is no entry of this program")
            return
        if entry["index"] != row.index:
            self._fault(where, f"its text says that it is entry {entry['index']}")
        if entry["subject"] != row.subject:
            self._fault(where, f"its column subject says {row.subject!r}, its text {entry['subject']!r}")
        if row.payload is None or row.payload_salt is None:
            self._without_payload.add(row.index)
        elif not is_payload_of(entry["payload_sha256"], row.payload_salt, row.payload):
            self._fault(where, "its payload is not the one it was logged with")
        if entry["action"] == ERASE:
            self._erasures.add(entry["subject"])
        elif entry["action"] == CLOSE_DAY:
            self._days[row.index] = (entry["subject"], row.payload)

    def _check_nodes(self, row: KeptEntry, chunk: Chunk) -> None:
        if not self._is_whole:
            return
        self.frontier, completed = merkle.appended(self.frontier, row.index, row.leaf)
        self.nodes += len(completed)
        for (level, place), root in completed:
            if chunk.nodes.get((level, place)) != root:
                kept = "missing" if (level, place) not in chunk.nodes else "not that of its entries"
                self._fault(f"node {level}/{place}", f"is {kept}")

    def _check_note(self, size: int, text: str) -> None:
        where = f"checkpoint {size}"
        try:
            note = trusted(text, *self.keys) if self.keys else read_note(text)
        except CheckpointRejected as error:
            self._fault(where, error.detail)
            return
        self.checkpoints += 1
        if note.checkpoint.size != size:
            self._fault(where, f"its text is of size {note.checkpoint.size}")
        elif self._is_whole and note.checkpoint.root != self.root():
            self._fault(where, "its root is not that of the entries")

    def check_end(self, head: tuple[int, bytes], counts: tuple[int, int, int]) -> None:
        """head: size and frontier as kept. counts: kept entries, nodes, and the size of the largest checkpoint."""
        size, frontier = head
        entries, nodes, largest = counts
        if entries > size:
            self._fault("head", f"it counts {size} entries, but {entries} are kept")
        if self._is_whole and frontier != b"".join(self.frontier):
            self._fault("head", "its subtree roots are not those of the entries")
        if self._is_whole and nodes != self.nodes:
            self._fault("tree", f"{nodes} nodes are kept, the entries make {self.nodes}")
        if largest > size:
            self._fault(f"checkpoint {largest}", f"was signed, but the log has only {size} entries: it was cut off")
        for place, checkpoint in self.outside:
            if checkpoint.size > size:
                self._fault(
                    f"checkpoint {place}",
                    f"was signed over {checkpoint.size} entries, but the log has only {size}: it was cut off",
                )

    def check_triggers(self, missing: Iterable[str]) -> None:
        for name in missing:
            self._fault(f"trigger {name}", "is missing or disabled: rows can be changed")

    def check_newest(self, newest: Checkpoint | None, largest: int, *, is_kept: bool) -> None:
        """newest: the checkpoint kept outside. largest: the size of the largest in the database, is_kept: this one."""
        if newest is None and largest:
            self._fault("checkpoint kept outside the database", f"is missing, but the database holds one of {largest}")
        elif newest is not None and newest.size <= self.size and not is_kept:
            self._fault(
                f"checkpoint {newest.size}",
                "is kept outside the database but not in it: it was removed, or signing was interrupted",
            )

    def check_days(self, days: Iterable[tuple[date, int, bytes]]) -> dict[date, bytes]:
        """One day after the other, each with its entry; gives the roots for check_place."""
        roots: dict[date, bytes] = {}
        left = dict(self._days)
        last: date | None = None
        for day, index, root in days:
            subject, payload = left.pop(index, ("", None))
            expected = sealing.day_payload(root)["root"]
            if subject != f"day:{day.isoformat()}" or (payload is not None and f'"{expected}"' not in payload):
                self._fault(f"day {day}", f"entry {index} does not close it with the kept root")
            if last is not None and day != last + timedelta(days=1):
                self._fault(f"day {day}", f"follows {last}: every day is closed, also an empty one")
            roots[day], last = root, day
        for index, (subject, _) in left.items():
            self._fault(f"entry {index}", f"closes {subject}, of which nothing is kept")
        return roots

    def check_place(self, sealed_id: UUID, place: tuple[int, bytes], leaf: bytes, root: bytes | None) -> None:
        if root is None or sealing.root_of_day(leaf, *place) != root:
            self._fault(f"sealed entry {sealed_id}", "its path does not lead to the root of its day")

    def check_cosignature(self, note: str, line: str, witnesses: Sequence[VerifierKey], where: str) -> None:
        """A witness that is no longer known is passed over."""
        parsed = read_note(note + line)
        for key in witnesses:
            if any(not is_signature(key, parsed.body, each.content) for each in parsed.by(key)):
                self._fault(where, "does not hold")

    def verdict(self) -> Verdict:
        erased = {index for index in self._without_payload if f"entry:{index}" in self._erasures}
        for index in sorted(self._without_payload - erased):
            self._fault(f"entry {index}", "its payload is gone, and no entry says that it was erased")
        return Verdict(self.size, self.root(), self.checkpoints, tuple(sorted(erased)), tuple(self.faults))
