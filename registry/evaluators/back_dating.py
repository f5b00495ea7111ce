"""On which days a newly recorded event changes a status, so that what was decided on them can be found. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from registry.evaluators.periods import Period, joined
from registry.evaluators.policy import Policy
from registry.evaluators.qualification import Event, Surveillance
from registry.evaluators.status import Span, recorded, timeline


def changed_days(
    before: Iterable[Event], added: Sequence[Event], *, surveillances: Iterable[Surveillance], policy: Policy
) -> Mapping[str, tuple[Period, ...]]:
    """Days by item on which state, open causes or flags are others with the added events; items without are left out.

    added: at least one, recorded together. The days are past and future ones: a decision is affected where it looked
    at one of them. Both sides are told as known when the last of the added events was recorded.
    """
    events, completed = tuple(before), tuple(surveillances)
    known_at = max(each.recorded_at for each in added)
    found = {}
    for item_id in sorted({each.item_id for each in added}):
        was, becomes = (
            timeline(recorded(each, item_id, known_at, completed), policy) for each in (events, (*events, *added))
        )
        if days := _different(was, becomes):
            found[item_id] = days
    return found


def _different(was: Sequence[Span], becomes: Sequence[Span]) -> tuple[Period, ...]:
    return joined(
        common
        for old in was
        for new in becomes
        if old.status.answer != new.status.answer and (common := old.period.common_with(new.period)) is not None
    )
