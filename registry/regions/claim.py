"""What somebody vouches for with a file of changes. Pure."""

from dataclasses import dataclass
from datetime import date

from registry.regions.reference import Level


@dataclass(frozen=True, slots=True)
class Claim:
    """All changes from this day to that (both included) are recorded, down to this level.

    None: to the day of the newest divisions, down to their deepest level.
    """

    complete_from: date
    complete_to: date | None = None
    level: Level | None = None
