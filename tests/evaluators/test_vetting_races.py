"""Decisions at the same instant: of two deciders one grants, and what is refused leaves nothing behind."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from evaluator_samples import at, day
from sqlalchemy import func, select
from vetting_samples import Vetting, make_vetting

from registry.accounts.permissions import Actor
from registry.audit.service import take_turn
from registry.db import Database, read, write
from registry.errors import RegistryError
from registry.evaluators import application_service
from registry.evaluators.application import StepType
from registry.evaluators.application_models import ApplicationStep
from registry.evaluators.application_service import Verdict
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.vetting_errors import EventRefused, StepRefused

RACES = 5
GRANT = Verdict(StepType.GRANT, day("2026-01-06"), ("All is met.",), valid_to=day("2028-01-06"))
REFUSAL = Verdict(StepType.REFUSE, day("2026-01-06"), ("Requirement capacity.",))

pytestmark = pytest.mark.slow


def together(*steps: Callable[[], Any]) -> list[Any]:
    """What they return, or the error with which they were refused, started at the same instant."""
    start = threading.Barrier(len(steps))

    def run(step: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return step()
        except RegistryError as refused:
            return refused

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def with_session(vetting: Vetting, session: Any) -> Vetting:
    return Vetting(
        session, session.merge(vetting.evaluator), vetting.applicant, vetting.officer, vetting.decider, vetting.other
    )


def count(database: Database, table: Any) -> int:
    return read(database, lambda session: session.scalar(select(func.count()).select_from(table)) or 0)


def deciding(database: Database, actor: Actor, application_id: Any, verdict: Verdict) -> Callable[[], Any]:
    def work(session: Any) -> Any:
        take_turn(session)
        return application_service.decide_application(session, actor, application_id, verdict, at("2026-01-06"))

    return lambda: write(database, work)


def test_of_two_deciders_one_grants(database: Database, tmp_path: Path) -> None:
    vetting = write(database, lambda session: make_vetting(session, tmp_path))
    for number in range(1, RACES + 1):
        pending = write(database, lambda session: with_session(vetting, session).pending())

        results = together(
            deciding(database, vetting.decider, pending.row.id, GRANT),
            deciding(database, vetting.other, pending.row.id, GRANT),
        )

        refused = [each for each in results if isinstance(each, RegistryError)]
        assert len(refused) == 1
        assert isinstance(refused[0], StepRefused)
        assert {each.code for each in refused[0].violations} == {"STEP_NOT_POSSIBLE"}
        assert count(database, QualificationEvent) == number
        assert count(database, ApplicationStep) == 5 * number


def test_a_grant_and_a_refusal_at_once_are_one_of_them(database: Database, tmp_path: Path) -> None:
    vetting = write(database, lambda session: make_vetting(session, tmp_path))
    for _ in range(RACES):
        before = count(database, QualificationEvent)
        pending = write(database, lambda session: with_session(vetting, session).pending())

        results = together(
            deciding(database, vetting.decider, pending.row.id, GRANT),
            deciding(database, vetting.other, pending.row.id, REFUSAL),
        )

        assert sum(isinstance(each, RegistryError) for each in results) == 1
        is_granted = not isinstance(results[0], RegistryError)
        assert count(database, QualificationEvent) == before + is_granted


def test_two_withdrawals_at_once_are_one(database: Database, tmp_path: Path) -> None:
    vetting = write(database, lambda session: make_vetting(session, tmp_path))
    (item,) = write(database, lambda session: with_session(vetting, session).granted(effective="2026-01-05"))

    def withdraw() -> Any:
        return write(database, lambda session: _withdrawn(with_session(vetting, session), item))

    results = together(withdraw, withdraw, withdraw)

    refused = [each for each in results if isinstance(each, RegistryError)]
    assert len(refused) == 2
    assert all(isinstance(each, EventRefused) for each in refused)
    assert count(database, QualificationEvent) == 2


def _withdrawn(vetting: Vetting, item: str) -> Any:
    return vetting.decide("withdraw", item, "2026-03-01")


def test_a_decision_that_fails_at_its_last_step_leaves_nothing(database: Database, tmp_path: Path) -> None:
    vetting = write(database, lambda session: make_vetting(session, tmp_path))
    pending = write(database, lambda session: with_session(vetting, session).pending())
    before = (count(database, ApplicationStep), count(database, QualificationEvent))
    too_long = Verdict(StepType.GRANT, day("2026-01-06"), ("All is met.",), valid_to=day("2036-01-06"))

    with pytest.raises(EventRefused):
        deciding(database, vetting.decider, pending.row.id, too_long)()

    assert (count(database, ApplicationStep), count(database, QualificationEvent)) == before
