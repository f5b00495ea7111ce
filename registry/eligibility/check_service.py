"""Stored answers: kept as they were given, replayed to the same digest, compared with what is known at another time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.eligibility.answering_service import answer, answer_question
from registry.eligibility.asking import Written
from registry.eligibility.asking_service import body_of
from registry.eligibility.consortium import Consortium, members_of
from registry.eligibility.decision import Decision
from registry.eligibility.eligibility_errors import CheckNotFound
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.models import CheckedBody, EligibilityCheck
from registry.eligibility.party_facts_service import Instants
from registry.eligibility.policy_service import pinned_policy
from registry.eligibility.question import question_of
from registry.evaluators.models import Evaluator

# The instant and identifier of the last one seen.
Row = tuple[datetime, UUID]
_CODE_PREFIX = "ec-"
_MOST_DIGITS = 12
_Found: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Replay:
    """decisions: one, or one for each member of a consortium."""

    known_at: datetime
    consortium: Consortium
    differences: tuple[dict[str, Any], ...]
    is_same: bool


def ask(session: Session, parts: Sequence[Written], known_at: datetime) -> Consortium:
    """parts: one, or one for each member of a consortium with its part of the work."""
    lookups = Lookups(session)
    return Consortium(tuple(answer(session, each, known_at, lookups=lookups) for each in parts))


def store(
    session: Session, actor: Actor, parts: Sequence[Written], known_at: datetime, now: datetime
) -> EligibilityCheck:
    take_turn(session)
    found = ask(session, parts, known_at)
    number = (session.scalar(select(func.max(EligibilityCheck.number))) or 0) + 1
    made = EligibilityCheck(
        number=number, known_at=found.known_at, verdict=found.verdict,
        content=found.content, result_sha256=found.sha256, batch_sha256=None, stored_at=now,
        stored_by=actor.log_name, person_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    codes = {each.question.evaluator for each in found.decisions}
    known = session.scalars(select(Evaluator).where(Evaluator.code.in_(codes)))
    ids = {each.code: each.id for each in known}
    session.add_all(CheckedBody(check_id=made.id, key=code, evaluator_id=ids.get(code)) for code in sorted(codes))
    payload = {"verdict": made.verdict, "result_sha256": made.result_sha256, "about": sorted(codes)}
    append(session, Event(actor.log_name, "eligibility.check", f"eligibility_check:{made.code}", payload), now)
    return made


def get_check(session: Session, code: str) -> EligibilityCheck:
    """Raises CheckNotFound."""
    digits = code.removeprefix(_CODE_PREFIX)
    is_code = code.startswith(_CODE_PREFIX) and digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    found = session.scalar(select(EligibilityCheck).where(EligibilityCheck.number == int(digits))) if is_code else None
    if found is None or found.code != code:
        raise CheckNotFound(f"There is no eligibility check {code[:80]}. `registry check list` shows them.")
    return found


def list_checks(
    session: Session, *, evaluator: str | None = None, limit: int, before: Row | None = None
) -> Sequence[EligibilityCheck]:
    """The newest first."""
    order = EligibilityCheck.stored_at.desc(), EligibilityCheck.id.desc()
    statement = select(EligibilityCheck).order_by(*order).limit(limit)
    if evaluator is not None:
        about = select(CheckedBody.check_id).where(CheckedBody.key == evaluator)
        statement = statement.where(EligibilityCheck.id.in_(about))
    if before is not None:
        place = tuple_(EligibilityCheck.stored_at, EligibilityCheck.id)
        statement = statement.where(place < tuple_(*map(literal, before)))
    return session.scalars(statement).all()


def replay(session: Session, check: EligibilityCheck, known_at: datetime | None = None) -> Replay:
    """The same question by the same policy. With another known_at, ages still count from when it was asked first."""
    at = Instants(known_at or check.known_at, check.known_at)
    found = Consortium(tuple(_again(session, each, at) for each in members_of(check.content)))
    differences = tuple(_differences(check.content, found.content))
    return Replay(at.known, found, differences, found.sha256 == check.result_sha256)


def _again(session: Session, member: Mapping[str, Any], at: Instants) -> Decision:
    question = question_of(member["request"])
    policy = pinned_policy(session, member["policy"], at.aged)
    lookups = Lookups(session)
    return answer_question(session, question, body_of(lookups, question.evaluator, at.known), at, policy, lookups)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rule by rule: what was found then and is not now, and the other way round."""
    for was, becomes in zip(members_of(before), members_of(after), strict=True):
        old, new = _findings(was), _findings(becomes)
        for key in dict.fromkeys((*old, *new)):
            lost, added = _apart(old.get(key, []), new.get(key, []))
            for one, other in zip_longest(lost, added):
                evaluator, rule_id, about = was["request"]["evaluator"], *key
                yield {"evaluator": evaluator, "rule_id": rule_id, "about": about, "was": one, "becomes": other}


def _apart(old: list[_Found], new: list[_Found]) -> tuple[list[_Found], list[_Found]]:
    """What only one of them has, each as often as it has it more often."""
    lost, added = list(old), list(new)
    for each in old:
        if each in added:
            lost.remove(each)
            added.remove(each)
    return lost, added


def _findings(member: Mapping[str, Any]) -> dict[tuple[str, str], list[_Found]]:
    """A rule may find several things of one matter, as several days without a right."""
    found = dict[tuple[str, str], list[_Found]]()
    for each in member["rules"]:
        told = {"outcome": each["outcome"], "reason_code": each["reason_code"]}
        found.setdefault((each["rule_id"], each.get("about", "")), []).append(told)
    return found
