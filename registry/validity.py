"""Legal days, and the days on which something holds. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

# Legal days are days of the registry's zone.
ZONE = ZoneInfo("Asia/Shanghai")


def legal_day(instant: datetime) -> date:
    """Raises ValueError for an instant without a zone, which would be read in that of the machine."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} does not say in which zone it is.")
    return instant.astimezone(ZONE).date()


@dataclass(frozen=True, slots=True)
class Validity:
    """Half-open; valid_to None is open."""

    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def lies_within(self, outer: "Validity") -> bool:
        is_before_end = outer.valid_to is None or (self.valid_to is not None and self.valid_to <= outer.valid_to)
        return outer.valid_from <= self.valid_from and is_before_end

    def overlaps(self, other: "Validity") -> bool:
        is_before = self.valid_to is not None and self.valid_to <= other.valid_from
        is_after = other.valid_to is not None and other.valid_to <= self.valid_from
        return not (is_before or is_after)

    def __str__(self) -> str:
        return f"from {self.valid_from}" + (f" until {self.valid_to}" if self.valid_to else "")
