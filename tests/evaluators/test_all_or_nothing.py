"""A process that is killed in the middle of a change leaves all of it or nothing, and the same request then succeeds
once: at each table that is changed in turn, just before the COMMIT and just after it."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import doomed_deeds
import exclusion_samples
import pytest
from doomed_deeds import Deed
from evaluator_samples import at, day
from log_rows import faults
from register_samples import small_register
from sqlalchemy import select
from sqlalchemy.orm import Session
from vetting_samples import EARLY, Vetting, make_scope, make_vetting
from warm_processes import start_process

from registry.accounts.permissions import OPERATOR
from registry.db import Database, read, write
from registry.db_state import metadata_of_all_tables
from registry.errors import Conflict
from registry.evaluators import appeal_service, webhook_service
from registry.evaluators.exclusion_inputs import read_list_bytes
from registry.outbound import Outbound
from registry.secret_box import SecretBox

pytestmark = pytest.mark.slow

HOOK = "https://hooks.example.org"
_PATIENCE_S = 60
_MOST_MOMENTS = 60
SCOPES = (make_scope("agri"), make_scope("env"))
TOLD = {"webhook_messages": 1, "webhook_deliveries": 1}

Rows = dict[str, Counter[str]]


@dataclass(frozen=True)
class Case:
    """arguments: made by its preparation. adds: rows by table, among others. again: what a second time comes to."""

    deed: Deed
    prepare: Callable[[Session, Path], tuple[Any, ...]]
    adds: dict[str, int]
    again: bool | type[Conflict] = Conflict


def pending(session: Session, folder: Path) -> tuple[Any, ...]:
    vetting = make_vetting(session, folder)
    return vetting.decider, vetting.pending(*SCOPES).row.id


def granted(session: Session, folder: Path) -> tuple[Vetting, tuple[str, ...]]:
    vetting = make_vetting(session, folder)
    return vetting, vetting.granted(*SCOPES)


def entitled(session: Session, folder: Path) -> tuple[Any, ...]:
    vetting, items = granted(session, folder)
    return vetting.decider, vetting.evaluator.id, items


def contested(session: Session, folder: Path) -> tuple[Any, ...]:
    vetting, items = granted(session, folder)
    decided = vetting.decide("withdraw", items, "2026-05-01")
    filed = appeal_service.file_appeal(
        session, vetting.applicant, decided.decision_id, "It is wrong.", day("2026-05-10"), at("2026-05-10")
    )
    return vetting.other, filed.appeal.id


def listed(session: Session, _folder: Path) -> tuple[Any, ...]:
    exclusion_samples.record_list(session)
    rows = [exclusion_samples.make_row(number) for number in (1, 2, 3)]
    return (read_list_bytes("list.csv", exclusion_samples.csv_of(rows)),)


CASES = {
    "application": Case(
        doomed_deeds.apply, lambda _session, _folder: (), {"evaluators": 1, "dossier_versions": 1},
        again=True,
    ),
    "grant of two items": Case(
        doomed_deeds.grant, pending, {"application_steps": 1, "qualification_events": 2, "audit_entries": 2, **TOLD}
    ),
    "withdrawal of two items": Case(
        doomed_deeds.withdraw, entitled, {"qualification_events": 2, "audit_entries": 1, **TOLD}
    ),
    "appeal upheld": Case(
        doomed_deeds.uphold, contested, {"appeal_outcomes": 1, "qualification_events": 2, "audit_entries": 2, **TOLD}
    ),
    "register": Case(
        doomed_deeds.take_register, lambda _session, folder: (small_register(folder),),
        {"register_imports": 1, "evaluators": 2, "qualification_events": 4, "audit_entries": 1, **TOLD},
        again=True,
    ),
    "exclusions": Case(
        doomed_deeds.take_exclusions, listed, {"exclusion_snapshots": 1, "exclusion_entries": 3, "audit_entries": 1},
        again=True,
    ),
}  # fmt: skip


def all_rows(session: Session) -> Rows:
    tables = metadata_of_all_tables().sorted_tables
    return {each.name: Counter(map(repr, session.execute(select(each)).all())) for each in tables}


def grown(before: Rows, after: Rows) -> dict[str, int]:
    return {name: after[name].total() - rows.total() for name, rows in before.items() if after[name] != rows}


def rehearsed(database: Database, case: Case, arguments: tuple[Any, ...], before: Rows) -> dict[str, int]:
    """What the whole of it comes to, then taken back."""
    found: dict[str, int] = {}

    def work(session: Session) -> None:
        case.deed(session, *arguments)
        session.flush()
        found.update(grown(before, all_rows(session)))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(database, work)
    return found


def killed(url: str, case: Case, arguments: tuple[Any, ...]) -> Iterator[int]:
    """Each moment after the process was killed there."""
    for moment in range(1, _MOST_MOMENTS):
        process = start_process(doomed_deeds.main, url, case.deed, arguments, moment)
        process.join(_PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
        process.close()
        yield moment


@pytest.mark.parametrize("name", CASES)
def test_a_kill_leaves_all_of_a_change_or_nothing(
    database: Database, database_url: str, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    arguments = write(database, lambda session: case.prepare(session, tmp_path))
    outside, box = Outbound(frozenset({HOOK})), SecretBox(b"k" * 32)
    write(database, lambda session: webhook_service.register(session, OPERATOR, (HOOK, ""), outside, box, EARLY))
    before = read(database, all_rows)
    whole = rehearsed(database, case, arguments, before)
    assert whole.items() >= case.adds.items()

    after = before
    for moment in killed(database_url, case, arguments):
        after = read(database, all_rows)
        if after != before:
            # Only the last kill came after the COMMIT: before it, every table that is added to was written.
            assert moment > len(case.adds) + 1
            break

    assert grown(before, after) == whole
    assert faults(database) == []
    if case.again is True:
        assert write(database, lambda session: case.deed(session, *arguments)) is True
    else:
        with pytest.raises(Conflict):
            write(database, lambda session: case.deed(session, *arguments))
    assert read(database, all_rows) == after
