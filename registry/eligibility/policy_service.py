"""The policy of a place, as it was in force on the day of asking."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.eligibility.deciding import CRITERIA
from registry.eligibility.eligibility_errors import QuestionRejected
from registry.eligibility.policy import STANDARD, Policy, read_policy
from registry.errors import Violation
from registry.recently_used import RecentlyUsed
from registry.regions import service as regions
from registry.regions.reference import Reference, read_reference
from registry.regions.region_errors import NoDivisions
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.resolving_service import Asked, Resolver, resolve_pinned
from registry.validity import legal_day

_BYTES_OF_A_POLICY = 2_000_000
# By the digests of what it was resolved from.
_POLICIES: RecentlyUsed[str, Policy] = RecentlyUsed(64 * 1024 * 1024, lambda _: _BYTES_OF_A_POLICY)


def policy_for(session: Session, places: Iterable[str], written_on: date, known_at: datetime) -> Policy:
    """Of all regions of a question, which were written as of a day. Raises QuestionRejected where two places decide by
    different policies."""
    on = legal_day(known_at)
    resolver = Resolver(session, Asked(STANDARD, on, known_at))
    present = (each for place in places for each in _present(session, place, written_on, on))
    found = {region: _read(resolver.answer(region).resolved) for region in dict.fromkeys(present)}
    pins = {policy.pin.sha256: str(region) for region, policy in found.items()}
    if len(pins) > 1:
        named = ", ".join(sorted(pins.values()))
        message = f"The places decide by different policies: {named}."
        fix = "Ask about each of these places by itself."
        raise QuestionRejected(message, [Violation("policies-differ", message, fix, "/scope", named)])
    return next(iter(found.values()))


def pinned_policy(session: Session, pin: dict[str, Any], known_at: datetime) -> Policy:
    """The one by which a check was decided: published versions never change, and a withdrawal is for days to come."""
    reference = f"{pin['id']}@{pin['version']}"
    return _read(resolve_pinned(session, reference, pin["localizations"], legal_day(known_at)))


def _present(session: Session, region: str, written_on: date, on: date) -> tuple[str | None, ...]:
    """The region, or what came in its place by the day of asking. None where it is not known: then what holds
    everywhere counts."""
    reference = read_reference(region)
    try:
        if regions.resolve(session, reference, on).region is not None:
            return (region,)
        dated = Reference(reference.system, reference.code, reference.dated or written_on)
        gone = regions.resolve(session, dated, on)
    except NoDivisions:
        return (None,)
    return tuple(str(each.reference) for each in gone.related) or (None,)


def _read(resolved: ResolvedStandard) -> Policy:
    key = resolved.sha256
    return _POLICIES.get(key, lambda: read_policy(resolved, CRITERIA))
