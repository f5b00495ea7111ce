"""What an import did. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportReport:
    """number None: nothing was saved, because all of it was there already or because it was only tried out.

    known_before: rows of changes that were recorded before.
    """

    kind: str
    system: str | None
    rows: int
    counts: dict[str, int]
    was_there: bool = False
    number: int | None = None
    known_before: int = 0
