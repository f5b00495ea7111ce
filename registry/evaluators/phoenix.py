"""Signs that a new body is an old one that was barred or lost its qualification, for a person to judge. Pure.

No sign is a verdict: people change their work, and many bodies share a house. Persons are told by opaque ids.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from registry.evaluators.names import DatedName, likeness
from registry.evaluators.periods import months_later

_NOT_DIGITS = re.compile(r"\D", re.ASCII)
_OF_A_PHONE = 7


class Role(StrEnum):
    LEGAL_REPRESENTATIVE = "legal_representative"
    OWNER = "owner"
    LEAD_EVALUATOR = "lead_evaluator"
    STAFF = "staff"


class Sign(StrEnum):
    """A word is never used again for something else."""

    SAME_LEGAL_REPRESENTATIVE = "same_legal_representative"
    SAME_OWNER = "same_owner"
    SAME_LEAD_EVALUATORS = "same_lead_evaluators"
    SAME_STAFF = "same_staff"
    SAME_PERSON_OTHER_ROLE = "same_person_other_role"
    SAME_ADDRESS = "same_address"
    SAME_PHONE = "same_phone"
    SIMILAR_NAME = "similar_name"


_SIGN_OF_ROLE = {
    Role.LEGAL_REPRESENTATIVE: Sign.SAME_LEGAL_REPRESENTATIVE,
    Role.OWNER: Sign.SAME_OWNER,
    Role.LEAD_EVALUATOR: Sign.SAME_LEAD_EVALUATORS,
    Role.STAFF: Sign.SAME_STAFF,
}


@dataclass(frozen=True, slots=True)
class Membership:
    """person: an opaque id."""

    person: str
    role: Role


@dataclass(frozen=True, slots=True)
class Profile:
    """founded_on: None where not known. members: all there are or were."""

    body: str
    founded_on: date | None
    names: tuple[DatedName, ...]
    members: frozenset[Membership] = frozenset()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """Of the old body's rights, by exclusion or withdrawal. ends_on: the first day without the bar; None is open."""

    began_on: date
    ends_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Signal:
    """evidence: ids, addresses or names that both have. share: of the new body's people in the role, 0 to 1."""

    sign: Sign
    evidence: tuple[str, ...]
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class PossibleSuccession:
    """days_after: from the ending to the founding; None where the founding is not known."""

    new: str
    old: str
    ending: Ending
    days_after: int | None
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """months: how long before and after the ending a founding is looked at. people: share from which people count."""

    months_before: int = 12
    months_after: int = 36
    people: Fraction = Fraction(1, 2)
    name_floor: float = 0.8


def possible_successions(
    new: Profile, ended: Iterable[tuple[Profile, Ending]], limits: Limits
) -> tuple[PossibleSuccession, ...]:
    """Old bodies that the new one shares something with, those with most signals first. When alone is no sign."""
    found = []
    for old, ending in ended:
        if old.body == new.body or not is_near(new.founded_on, ending, limits):
            continue
        signals = tuple(signals_of(new, old, limits))
        if signals:
            days = None if new.founded_on is None else (new.founded_on - ending.began_on).days
            found.append(PossibleSuccession(new.body, old.body, ending, days, signals))
    return tuple(sorted(found, key=lambda each: (-len(each.signals), each.old, each.ending.began_on)))


def signals_of(new: Profile, old: Profile, limits: Limits) -> Iterator[Signal]:
    """What both have in common, each with its evidence."""
    for role, sign in _SIGN_OF_ROLE.items():
        theirs, its = _people(old, role), _people(new, role)
        both = its & theirs
        share = Fraction(len(both), len(its)) if its else Fraction(0)
        is_group = role in {Role.LEAD_EVALUATOR, Role.STAFF}
        if both and (not is_group or share >= limits.people):
            yield Signal(sign, tuple(sorted(both)), share)
    leaders = {each.person for each in old.members if each.role in {Role.LEGAL_REPRESENTATIVE, Role.OWNER}}
    moved = {
        each.person
        for each in new.members
        if each.person in leaders and Membership(each.person, each.role) not in old.members
    }
    if moved:
        yield Signal(Sign.SAME_PERSON_OTHER_ROLE, tuple(sorted(moved)))
    for sign, mine, others, plain in (
        (Sign.SAME_ADDRESS, new.addresses, old.addresses, plain_address),
        (Sign.SAME_PHONE, new.phones, old.phones, plain_phone),
    ):
        known = {plain(each) for each in others} - {""}
        shared = tuple(each for each in mine if plain(each) in known)
        if shared:
            yield Signal(sign, shared)
    names = tuple(
        f"{one.name} / {other.name}"
        for one in new.names
        for other in old.names
        if likeness(one.name, other.name, limits.name_floor) is not None
    )
    if names:
        yield Signal(Sign.SIMILAR_NAME, names)


def is_near(founded_on: date | None, ending: Ending, limits: Limits) -> bool:
    """A founding that is not known is near: nothing is ruled out by what is missing."""
    if founded_on is None:
        return True
    first = months_later(ending.began_on, -limits.months_before)
    last = max(months_later(ending.began_on, limits.months_after), ending.ends_on or date.min)
    return first <= founded_on <= last


def _people(profile: Profile, role: Role) -> frozenset[str]:
    return frozenset(each.person for each in profile.members if each.role is role)


def plain_address(address: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", address).casefold() if each.isalnum())


def plain_phone(phone: str) -> str:
    """Digits without the code of the country and the zero before that of an area; nothing where there are too few."""
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", phone))
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
    digits = digits.removeprefix("0")
    return digits if len(digits) >= _OF_A_PHONE else ""
