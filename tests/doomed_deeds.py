"""Changes of the evaluators' register, each made in a process that is killed at one moment of it: for tests."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from typing import Any
from uuid import UUID

import exclusion_samples
from dossier_samples import make_dossier
from evaluator_samples import at, day
from register_samples import imported as import_register
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, configure_mappers

from registry.accounts.permissions import OPERATOR, Actor
from registry.db import open_database, write
from registry.evaluators import (
    appeal_service,
    application_service,
    dossier_service,
    qualification_service,
)
from registry.evaluators.appeal_service import Ruling
from registry.evaluators.application import StepType
from registry.evaluators.application_service import Verdict
from registry.evaluators.decision import Basis, Decision
from registry.evaluators.dossier_service import Submission
from registry.evaluators.exclusion_inputs import ListFile
from registry.evaluators.exclusion_list_service import Query, import_list
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import EventType
from registry.evaluators.register_inputs import Register
from registry.evaluators.requirements import STANDARD
from registry.standards.document_service import load_standard
from registry.standards.library_service import shipped

Deed = Callable[..., object]
# Once for all processes that are forked from one that has imported this.
configure_mappers()
load_standard(next(document for each, document in shipped().values() if each.id == STANDARD))


def apply(session: Session) -> bool:
    """Whether it was done before."""
    return dossier_service.apply(session, OPERATOR, Submission(make_dossier(), "once"), at("2026-03-01")).is_replayed


def grant(session: Session, decider: Actor, application_id: UUID) -> None:
    verdict = Verdict(
        StepType.GRANT,
        day("2026-01-06"),
        ("All is met.",),
        effective_from=day("2026-02-01"),
        valid_to=day("2028-02-01"),
    )
    application_service.decide_application(session, decider, application_id, verdict, at("2026-01-06"))


def withdraw(session: Session, decider: Actor, evaluator_id: UUID, items: tuple[str, ...]) -> None:
    evaluator = session.get(Evaluator, evaluator_id)
    assert evaluator is not None
    decision = Decision(EventType.WITHDRAW, day("2026-04-01"), day("2026-04-01"), Basis("Gifts."), items=items)
    qualification_service.decide(session, decider, evaluator, decision, at("2026-04-01"))


def uphold(session: Session, decider: Actor, appeal_id: UUID) -> None:
    ruling = Ruling("upheld", day("2026-06-01"), "The grounds hold.")
    appeal_service.decide_appeal(session, decider, appeal_id, ruling, at("2026-06-01"))


def take_register(session: Session, given: Register) -> bool:
    return import_register(session, given).was_there


def take_exclusions(session: Session, given: ListFile) -> bool:
    query = Query(exclusion_samples.NOW)
    return import_list(session, OPERATOR, exclusion_samples.LIST, given, query, exclusion_samples.NOW).was_there


def main(url: str, deed: Deed, arguments: Sequence[Any], moment: int) -> None:
    """Killed when so many tables in turn were begun to be changed; then just before the COMMIT, then just after it."""
    passed, last = count(1), [""]

    def be_killed_at_the_moment(*_: Any) -> None:
        if next(passed) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def look_at(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        change = " ".join(statement.split(None, 3)[:3])
        if change.startswith(("INSERT", "UPDATE", "DELETE", "WITH")) and change != last[0]:
            last[0] = change
            be_killed_at_the_moment()

    event.listen(Engine, "after_cursor_execute", look_at)
    event.listen(Session, "before_commit", be_killed_at_the_moment)
    event.listen(Session, "after_commit", be_killed_at_the_moment)
    with closing(open_database(url)) as database:
        write(database, lambda session: deed(session, *arguments))
