"""Taking in engagements by the file, whole or not at all. What is recorded already by the same content is left so."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.bulk_rows import add_columns
from registry.db_state import metadata_of_all_tables
from registry.errors import Violation
from registry.fieldwork import queries
from registry.fieldwork.inputs import EngagementsFile, Entry
from registry.fieldwork.models import EngagementEventRow, EngagementRow, ScoredParty
from registry.fieldwork.planning_service import Finder, Planned, plan
from registry.fieldwork.service import (
    RECORD_AN_EVENT,
    event_row,
    is_recorded,
    recorded_otherwise,
    recording_of,
)

Progress = Callable[[float, str], None]
_STEP = 1_000


def _silent(_share: float, _step: str) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """progress: the share that is done, 0 to 1."""

    now: datetime
    is_dry_run: bool = False
    progress: Progress = _silent


@dataclass(frozen=True, slots=True)
class ImportReport:
    """recorded: how many are new. was_there: how many were recorded before by the same content. first, last: codes of
    the new ones; None where there are none, and of a dry run."""

    engagements: int
    recorded: int
    was_there: int
    first: str | None = None
    last: str | None = None


def import_engagements(session: Session, actor: Actor, given: EngagementsFile, terms: ImportTerms) -> ImportReport:
    """Raises EngagementRowsRejected with every fault of the file, and for contracts that are recorded otherwise."""
    # Saving takes seconds: without a turn of its own it would lose to everybody who writes to the log meanwhile.
    take_turn(session)
    planned, violations = _plans(session, actor, given, terms)
    known = queries.newest_attempts(session, (_contract(each) for _, each in planned))
    new, conflicts = _new_ones(session, given, planned, known, terms.now)
    faults = (*given.violations, *violations, *conflicts)
    if faults:
        raise given.rejection(tuple(sorted(faults, key=lambda each: each.row or 0)))
    report = ImportReport(len(planned), len(new), len(planned) - len(new))
    if terms.is_dry_run or not new:
        return report
    first = queries.highest_number(session) + 1
    _save(session, new, first, known, terms)
    report = replace(report, first=queries.code_of(first), last=queries.code_of(first + len(new) - 1))
    payload = {
        "file_name": given.name,
        "content_sha256": given.sha256,
        "engagements": len(new),
        "first": report.first,
        "last": report.last,
    }
    append(session, LogEvent(actor.log_name, "engagement.import", f"engagement:{report.first}", payload), terms.now)
    return report


def _plans(
    session: Session, actor: Actor, given: EngagementsFile, terms: ImportTerms
) -> tuple[list[tuple[Entry, Planned]], list[Violation]]:
    finder, recording = Finder(session), recording_of(session, actor, terms.now)
    planned: list[tuple[Entry, Planned]] = []
    violations: list[Violation] = []
    for place, entry in enumerate(given.entries):
        if place % _STEP == 0:
            terms.progress(0.1 + 0.6 * place / len(given.entries), "Checking the engagements")
        found = plan(finder, entry.document, recording)
        if isinstance(found, Planned):
            planned.append((entry, found))
        else:
            violations += [given.placed(entry, each) for each in found]
    return planned, violations


def _contract(planned: Planned) -> queries.Contract:
    return planned.commissioner, planned.contract_reference


def _new_ones(
    session: Session,
    given: EngagementsFile,
    planned: Iterable[tuple[Entry, Planned]],
    known: Mapping[queries.Contract, queries.Known],
    now: datetime,
) -> tuple[list[Planned], list[Violation]]:
    """What is not recorded yet, and contracts that are recorded otherwise or stand twice in the file."""
    new: dict[queries.Contract, Planned] = {}
    conflicts: list[Violation] = []
    for entry, each in planned:
        contract = _contract(each)
        earlier, twin = known.get(contract), new.get(contract)
        if twin is not None:
            message = f"The contract {each.contract_reference} of {each.commissioner} stands in the file before."
            conflicts.append(_conflict(given, entry, each, "doubled-contract", message, "Keep one of the two."))
        elif earlier is None or not is_recorded(session, earlier, now):
            new[contract] = each
        elif earlier.content_sha256 != each.content_sha256:
            message = recorded_otherwise(each, earlier)
            conflicts.append(_conflict(given, entry, each, "recorded-otherwise", message, RECORD_AN_EVENT))
    return list(new.values()), conflicts


def _conflict(given: EngagementsFile, entry: Entry, planned: Planned, code: str, message: str, fix: str) -> Violation:
    fault = Violation(code, message, fix, "/contract_reference", value=planned.contract_reference)
    return given.placed(entry, fault)


def _save(
    session: Session,
    new: Sequence[Planned],
    first: int,
    known: Mapping[queries.Contract, queries.Known],
    terms: ImportTerms,
) -> None:
    next_event = queries.newest_event(session)[0] + 1
    engagements, events, parties = list[Any](), list[Any](), list[Any]()
    for number, each in enumerate(new, start=first):
        earlier = known.get(_contract(each))
        row_id = uuid4()
        engagements.append(
            EngagementRow(
                id=row_id, number=number, evaluator_id=each.evaluator.id, commissioner=each.commissioner,
                contract_reference=each.contract_reference, attempt=1 if earlier is None else earlier.attempt + 1,
                content_sha256=each.content_sha256,
            )
        )  # fmt: skip
        events += _event_rows(each, row_id, next_event + len(events))
        parties += [ScoredParty(party=party, engagement_id=row_id) for party in each.scored]
    for place, rows in enumerate((engagements, events, parties)):
        for share in _add(session, rows):
            terms.progress(0.7 + 0.3 * (place + share) / 3, "Saving")


def _event_rows(planned: Planned, row_id: UUID, first: int) -> list[EngagementEventRow]:
    return [
        event_row(replace(each, number=first + place), row_id, planned.agreement if each.terms is not None else None)
        for place, each in enumerate(planned.events)
    ]


def _add(session: Session, rows: Sequence[Any]) -> Iterable[float]:
    # All tables: a column that refers to one has the type of what it refers to.
    table = metadata_of_all_tables().tables[rows[0].__tablename__]
    columns = {column.name: [getattr(each, column.name) for each in rows] for column in table.columns}
    return add_columns(session, table, columns)
