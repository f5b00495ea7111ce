"""What happened to an engagement, and corrections of it: each event recorded on what was recorded before.

actor: as this transaction sees them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission, Subject, may
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.errors import Violation
from registry.fieldwork import queries
from registry.fieldwork.engagement import EngagementEvent, EngagementRecord, EventKind, ReportFacts, as_known
from registry.fieldwork.engagement_document import Document
from registry.fieldwork.engagement_errors import EngagementConflict
from registry.fieldwork.engagement_guards import Code, log_faults
from registry.fieldwork.models import ScoredParty
from registry.fieldwork.planning_service import Finder, Planned, Recording, plan
from registry.fieldwork.reach_service import newest_terms, require_reach
from registry.fieldwork.service import event_row, recording_of, rejected
from registry.ids import clean_text


@dataclass(frozen=True, slots=True)
class EventWanted:
    """standard_version: of a start, None for the one in force on its day; of a report, the one that it is by.

    agreement: of a correction to an agreement, the whole of it as a document. The rest as in EngagementEvent.
    """

    kind: EventKind
    effective_from: date
    standard_version: str | None = None
    report_number: str | None = None
    signatory: str | None = None
    reason: str = ""
    supersedes: int | None = None
    becomes: EventKind | None = None
    agreement: Document | None = None


def add_event(session: Session, actor: Actor, code: str, wanted: EventWanted, now: datetime) -> EngagementRecord:
    """Raises EngagementNotFound, EngagementRejected with every rule that is broken, NotAllowed."""
    take_turn(session)
    earlier = queries.get_record(session, code)
    _require_for(session, actor, earlier, wanted, now)
    row = queries.get_row(session, code)
    newest, _ = queries.newest_event(session)
    recording = recording_of(session, actor, now)
    event, agreement = _event(session, earlier, wanted, recording, newest + 1)
    faults = log_faults(earlier.events, (event,), {event.number: ""})
    if faults:
        raise rejected(faults)
    _require_newest(session, earlier, event, row.attempt)
    session.add(event_row(event, row.id, agreement))
    if agreement is not None:
        known = queries.scored_parties(session, row.id)
        session.add_all(
            ScoredParty(party=each, engagement_id=row.id) for each in agreement["scored"] if each not in known
        )
    session.flush()
    payload = {"event": event.number, "kind": str(event.kind), "effective_from": str(event.effective_from)}
    append(session, LogEvent(actor.log_name, "engagement.event", f"engagement:{code}", payload), now)
    return queries.get_record(session, code)


def _require_newest(session: Session, earlier: EngagementRecord, event: EngagementEvent, attempt: int) -> None:
    """Raises EngagementConflict where a contract would be recorded twice: it was recorded anew meanwhile."""
    contract = (earlier.commissioner, earlier.contract_reference)
    newest = queries.newest_attempts(session, [contract])[contract]
    after = replace(earlier, events=(*earlier.events, event))
    if newest.attempt != attempt and as_known(after, event.recorded_at) is not None:
        raise EngagementConflict(f"The contract was recorded anew as {queries.code_of(newest.number)}.")


def _require_for(session: Session, actor: Actor, record: EngagementRecord, wanted: EventWanted, now: datetime) -> None:
    """A report may be recorded by the evaluator itself too. Raises NotAllowed."""
    subject = Subject(evaluator_id=record.evaluator_code)
    if wanted.kind is EventKind.REPORT_ISSUED and may(actor, Permission.REPORT_SUBMIT, subject):
        return
    require_reach(session, actor, Permission.ENGAGEMENT_RECORD, record, now)


def _event(
    session: Session, record: EngagementRecord, wanted: EventWanted, recording: Recording, number: int
) -> tuple[EngagementEvent, Mapping[str, Any] | None]:
    """With the agreement as it is kept, where it has one. Raises EngagementRejected."""
    finder, kind, terms, agreement = Finder(session), wanted.becomes or wanted.kind, None, None
    _require_fitting(wanted, kind)
    event = EngagementEvent(
        number, wanted.kind, wanted.effective_from, recording.at, recording.by, recording.person,
        clean_text(wanted.reason), report=_report(wanted), supersedes=wanted.supersedes, becomes=wanted.becomes,
    )  # fmt: skip
    if wanted.agreement is not None:
        planned = plan(finder, wanted.agreement, recording)
        if not isinstance(planned, Planned):
            raise rejected([replace(each, pointer=f"/agreement{each.pointer or ''}") for each in planned])
        _require_same_parties(record, planned, wanted.effective_from)
        terms, agreement = planned.events[0].terms, planned.agreement
    if kind is not EventKind.STARTED:
        return replace(event, terms=terms), agreement
    standard = finder.standard(newest_terms(record).standard_family, wanted.standard_version, wanted.effective_from)
    if isinstance(standard, Violation):
        raise rejected([replace(standard, pointer="/standard_version")])
    return replace(event, terms=terms, standard=standard), agreement


def _require_same_parties(record: EngagementRecord, planned: Planned, agreed_on: date) -> None:
    """Raises EngagementRejected: who agreed on which contract is what an engagement is."""
    told = {
        "evaluator": (planned.evaluator.code, record.evaluator_code),
        "commissioner": (planned.commissioner, record.commissioner),
        "contract_reference": (planned.contract_reference, record.contract_reference),
        "agreed_on": (str(planned.events[0].effective_from), str(agreed_on)),
        "history": (len(planned.events), 1),
    }
    fix = "Take the agreement out by a correction that becomes nothing, and record the right engagement."
    faults = [
        Violation(Code.PARTIES_FIXED, f"{name} is {seen}, and has to be {wanted}.", fix, f"/agreement/{name}")
        for name, (seen, wanted) in told.items()
        if seen != wanted
    ]
    if faults:
        raise rejected(faults)


def _require_fitting(wanted: EventWanted, kind: EventKind) -> None:
    """Nothing that was told may be dropped in silence. Raises EngagementRejected."""
    told = {
        "report_number": (wanted.report_number, {EventKind.REPORT_ISSUED}),
        "signatory": (wanted.signatory, {EventKind.REPORT_ISSUED}),
        "standard_version": (wanted.standard_version, {EventKind.REPORT_ISSUED, EventKind.STARTED}),
        "agreement": (wanted.agreement, {EventKind.AGREED}),
    }
    foreign = [name for name, (value, kinds) in told.items() if value is not None and kind not in kinds]
    if foreign:
        fix = "Leave it out, or record the event that it belongs to."
        raise rejected(
            Violation(Code.CONTENT_DOES_NOT_FIT, f"{kind} has no {each}.", fix, f"/{each}") for each in foreign
        )


def _report(wanted: EventWanted) -> ReportFacts | None:
    if (wanted.becomes or wanted.kind) is not EventKind.REPORT_ISSUED:
        return None
    told = (wanted.report_number, wanted.signatory, wanted.standard_version)
    names = ("report_number", "signatory", "standard_version")
    missing = [name for name, value in zip(names, told, strict=True) if not value]
    if missing:
        fix = "Give number, signatory and version of the standard of the report."
        message = "A report has a number, a signatory and a version of the standard."
        raise rejected([Violation(Code.CONTENT_DOES_NOT_FIT, message, fix, f"/{each}") for each in missing])
    return ReportFacts(clean_text(told[0] or ""), told[1] or "", told[2] or "")
