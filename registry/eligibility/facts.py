"""Facts as answers show them, and truth of many at once. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from registry.eligibility.decision import instant


def fact(ref: str, recorded_at: datetime | None = None, **values: Any) -> dict[str, Any]:
    """What one record says. values: texts, whole numbers, truths, days, or None, which is left out."""
    when = {} if recorded_at is None else {"recorded_at": instant(recorded_at)}
    told = {name: _written(value) for name, value in values.items() if value is not None}
    return {"ref": ref, **when, **told}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return value.isoformat() if isinstance(value, date) else value


def all_known(values: Iterable[bool | None]) -> bool | None:
    """False where one is, else None where one is not known, or where there is none."""
    seen = set(values)
    if False in seen:
        return False
    return None if None in seen or not seen else True
