"""Use cases of engagements: record one, record what happened to it, and read them as known at an instant.

actor: as this transaction sees them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.errors import Violation
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.independence_service import read_party
from registry.fieldwork import queries
from registry.fieldwork.engagement import (
    Engagement,
    EngagementEvent,
    EngagementRecord,
    as_known,
)
from registry.fieldwork.engagement_document import Document
from registry.fieldwork.engagement_errors import EngagementConflict, EngagementRejected
from registry.fieldwork.models import EngagementEventRow, EngagementRow, ScoredParty
from registry.fieldwork.planning_service import Finder, Planned, Recording, plan
from registry.fieldwork.reach_service import require

_PAGE = 1000
RECORD_AN_EVENT = "Record what happened since, or correct what is wrong, as an event of it."


@dataclass(frozen=True, slots=True)
class Recorded:
    """is_replayed: it was recorded before, by the same document."""

    record: EngagementRecord
    is_replayed: bool = False

    def known_at(self, now: datetime) -> datetime:
        """The instant at which all of it is known; a little after now, where others recorded meanwhile."""
        return max(now, *(each.recorded_at for each in self.record.events))


def engagements_of(session: Session, evaluator_ids: Sequence[UUID], known_at: datetime) -> tuple[Engagement, ...]:
    """As known then; two selects for each five hundred evaluators."""
    known = (as_known(each, known_at) for each in queries.records_of(session, evaluator_ids, known_at))
    return tuple(each for each in known if each is not None)


def engagements_about(session: Session, subject: str, known_at: datetime) -> tuple[Engagement, ...]:
    """In which the party is scored, by whomever they are done, as known then."""
    found = (as_known(each, known_at) for each in queries.records_about(session, subject, known_at))
    return tuple(each for each in found if each is not None and subject in each.terms.scored)


def search_of(session: Session, evaluator: str | None, commissioner: str | None, subject: str | None) -> queries.Search:
    """Of texts as people write them. Raises EvaluatorNotFound, QuestionRejected."""
    return queries.Search(
        None if evaluator is None else get_evaluator(session, evaluator).id,
        None if commissioner is None else read_party(session, commissioner, "commissioner"),
        None if subject is None else read_party(session, subject, "subject"),
    )


def on_record(
    records: Iterable[EngagementRecord], valid_at: date, known_at: datetime, subject: str | None = None
) -> list[Engagement]:
    """Those of which something is on record for the day. subject: only those that score it, as known then."""
    known = (as_known(each, known_at) for each in records)
    return [
        each
        for each in known
        if each is not None and each.agreed_on <= valid_at and (subject is None or subject in each.terms.scored)
    ]


def list_on_record(
    session: Session, search: queries.Search, valid_at: date, known_at: datetime, most: int
) -> list[Engagement]:
    """By code."""
    found: list[Engagement] = []
    after = 0
    while len(found) < most:
        records = queries.list_records(session, search, limit=_PAGE, after=after)
        found += on_record(records, valid_at, known_at, search.subject)
        if len(records) < _PAGE:
            break
        after = queries.number_of(records[-1].code)
    return found[:most]


def recording_of(session: Session, actor: Actor, now: datetime) -> Recording:
    """Not before what others recorded while this one waited for its turn."""
    _, newest_at = queries.newest_event(session)
    return Recording(now if newest_at is None else max(now, newest_at), actor.log_name, actor.person_id)


def record(session: Session, actor: Actor, document: Document, now: datetime) -> Recorded:
    """One engagement with what happened so far. The same document again is answered with what it made.

    Raises EngagementRejected with everything that is wrong, EngagementConflict, NotAllowed.
    """
    take_turn(session)
    planned = plan(Finder(session), document, recording_of(session, actor, now))
    if not isinstance(planned, Planned):
        raise rejected(planned)
    require(session, actor, Permission.ENGAGEMENT_RECORD, planned.evaluator.code, planned.terms, now)
    contract = (planned.commissioner, planned.contract_reference)
    known = queries.newest_attempts(session, [contract]).get(contract)
    if known is not None and is_recorded(session, known, planned.events[0].recorded_at):
        if known.content_sha256 != planned.content_sha256:
            raise EngagementConflict(f"{recorded_otherwise(planned, known)} {RECORD_AN_EVENT}")
        return Recorded(queries.get_record(session, queries.code_of(known.number)), is_replayed=True)
    number = queries.highest_number(session) + 1
    _save(session, planned, number, 1 if known is None else known.attempt + 1)
    code = queries.code_of(number)
    payload = {"evaluator": planned.evaluator.code, "content_sha256": planned.content_sha256}
    append(session, LogEvent(actor.log_name, "engagement.record", f"engagement:{code}", payload), now)
    return Recorded(queries.get_record(session, code))


def is_recorded(session: Session, known: queries.Known, at: datetime) -> bool:
    """Whether the agreement still counts; where it was taken out, the contract can be recorded anew."""
    return (
        not known.is_corrected or as_known(queries.get_record(session, queries.code_of(known.number)), at) is not None
    )


def recorded_otherwise(planned: Planned, known: queries.Known) -> str:
    return (
        f"The contract {planned.contract_reference} of {planned.commissioner} is recorded as "
        f"{queries.code_of(known.number)}, with other content."
    )


def _save(session: Session, planned: Planned, number: int, attempt: int) -> None:
    row = EngagementRow(
        id=uuid4(),
        number=number,
        evaluator_id=planned.evaluator.id,
        commissioner=planned.commissioner,
        contract_reference=planned.contract_reference,
        attempt=attempt,
        content_sha256=planned.content_sha256,
    )
    session.add(row)
    # Events and parties refer to it.
    session.flush()
    newest, _ = queries.newest_event(session)
    for each in planned.events:
        agreement = planned.agreement if each.terms is not None else None
        session.add(event_row(replace(each, number=newest + each.number), row.id, agreement))
    session.add_all(ScoredParty(party=each, engagement_id=row.id) for each in planned.scored)
    session.flush()


def event_row(event: EngagementEvent, engagement_id: UUID, agreement: Mapping[str, Any] | None) -> EngagementEventRow:
    standard, report = event.standard, event.report
    return EngagementEventRow(
        number=event.number,
        engagement_id=engagement_id,
        kind=event.kind,
        effective_from=event.effective_from,
        agreement=agreement,
        standard_family=None if standard is None else standard.family,
        standard_version=report.standard_version if report else standard.version if standard else None,
        standard_sha256=None if standard is None else standard.sha256,
        report_number=None if report is None else report.number,
        signatory=None if report is None else report.signatory,
        supersedes=event.supersedes,
        becomes=event.becomes,
        reason=event.reason,
        recorded_at=event.recorded_at,
        recorded_by=event.recorded_by,
        person_id=event.person,
    )


def rejected(faults: Iterable[Violation]) -> EngagementRejected:
    found = tuple(faults)
    return EngagementRejected(f"{len(found)} rule(s) are broken. Nothing was recorded.", found)
