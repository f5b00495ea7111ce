"""What crosses HTTP about engagements."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from registry.evaluators.qualification_wire import Day, Lines, Word
from registry.fieldwork.engagement import (
    Engagement,
    EngagementEvent,
    EngagementRecord,
    EventKind,
    as_known,
    state_of,
)
from registry.fieldwork.event_service import EventWanted
from registry.fieldwork.import_service import ImportReport
from registry.json_models import In, Out

_Kind = Literal["agreed", "started", "report_issued", "completed", "terminated"]
_Signatory = Annotated[str, Field(max_length=40, pattern="^[a-z][a-z0-9-]*$")]
_Version = Annotated[str, Field(min_length=1, max_length=40)]


class ReportIn(In):
    """number: as the evaluator counts its reports. signatory: id of a person in its dossier."""

    number: Word
    issued_on: Day
    signatory: _Signatory
    standard_version: _Version

    def wanted(self) -> EventWanted:
        return EventWanted(
            EventKind.REPORT_ISSUED,
            date.fromisoformat(self.issued_on),
            self.standard_version,
            self.number,
            self.signatory,
        )


class EventIn(In):
    """on: the day on which it happened. standard_version: of a report; of a start, null for the one in force that day.

    reason: of a termination and of a correction. supersedes: number of the event that a correction takes out; becomes:
    what it counts as in its place, null for nothing. agreement: of a correction to an agreement, by
    schemas/engagement.v1.json and without history.
    """

    kind: Literal["started", "report_issued", "completed", "terminated", "corrected"]
    on: Day
    standard_version: _Version | None = None
    report_number: Word | None = None
    signatory: _Signatory | None = None
    reason: Lines | None = None
    supersedes: int | None = Field(None, ge=1, le=2**53 - 1)
    becomes: _Kind | None = None
    agreement: dict[str, Any] | None = None

    def wanted(self) -> EventWanted:
        return EventWanted(
            EventKind(self.kind),
            date.fromisoformat(self.on),
            self.standard_version,
            self.report_number,
            self.signatory,
            self.reason or "",
            self.supersedes,
            None if self.becomes is None else EventKind(self.becomes),
            self.agreement,
        )


class WindowOut(Out):
    """to: the first day after it."""

    from_: date = Field(serialization_alias="from")
    to: date


class PinnedOut(Out):
    id: str
    version: str
    sha256: str


class EventOut(Out):
    """counts: whether it counts as known then. by: as the log names actors."""

    number: int
    kind: str
    becomes: str | None
    on: date
    standard_version: str | None
    report_number: str | None
    signatory: str | None
    supersedes: int | None
    reason: str
    recorded_at: datetime
    by: str
    counts: bool


class EngagementOut(Out):
    """Parties are keys: uscc:…, evaluator:… or a region. state: on valid_at, since when, and the events behind it.

    other_bidders: null where not known. standard: pinned at the start, null before it.
    """

    code: str
    evaluator: str
    commissioner: str
    contract_reference: str
    payer: str
    scored: list[str]
    implementers: list[str]
    other_bidders: list[str] | None
    domain: str
    region: str
    evaluation_type: str
    subject_level: str
    standard_family: str
    window: WindowOut
    cycle: int
    assignment: str
    paid_by: str
    agreed_on: date
    standard: PinnedOut | None
    valid_at: date
    known_at: datetime
    state: str
    since: date | None
    basis: list[int]


class EngagementHistoryOut(Out):
    """engagement: null where it was not known then, or was taken out. events: all that were recorded by then."""

    code: str
    valid_at: date
    known_at: datetime
    engagement: EngagementOut | None
    events: list[EventOut]


class EngagementListOut(Out):
    """By code. next: the address of the following page, null on the last one."""

    valid_at: date
    known_at: datetime
    engagements: list[EngagementOut]
    next: str | None


class ImportOut(Out):
    """recorded: how many are new; was_there: how many were recorded so before. first, last: codes."""

    engagements: int
    recorded: int
    was_there: int
    first: str | None
    last: str | None


def import_out(report: ImportReport) -> ImportOut:
    return ImportOut(
        engagements=report.engagements,
        recorded=report.recorded,
        was_there=report.was_there,
        first=report.first,
        last=report.last,
    )


def history_out(record: EngagementRecord, valid_at: date, known_at: datetime) -> EngagementHistoryOut:
    engagement = as_known(record, known_at)
    counting = set() if engagement is None else {each.number for each in engagement.events}
    known = [each for each in record.events if each.recorded_at <= known_at]
    return EngagementHistoryOut(
        code=record.code,
        valid_at=valid_at,
        known_at=known_at,
        engagement=None if engagement is None else engagement_out(engagement, valid_at, known_at),
        events=[_event_out(each, each.number in counting) for each in known],
    )


def engagement_out(engagement: Engagement, valid_at: date, known_at: datetime) -> EngagementOut:
    terms, standard = engagement.terms, engagement.standard
    state = state_of(engagement.events, valid_at, known_at)
    assert terms.window.valid_to is not None
    return EngagementOut(
        code=engagement.code,
        evaluator=engagement.evaluator_code,
        commissioner=engagement.commissioner,
        contract_reference=engagement.contract_reference,
        payer=terms.payer,
        scored=list(terms.scored),
        implementers=list(terms.implementers),
        other_bidders=None if terms.other_bidders is None else list(terms.other_bidders),
        domain=terms.domain,
        region=terms.region,
        evaluation_type=terms.evaluation_type,
        subject_level=terms.subject_level,
        standard_family=terms.standard_family,
        window=WindowOut(from_=terms.window.valid_from, to=terms.window.valid_to),
        cycle=terms.cycle,
        assignment=terms.regime.assignment,
        paid_by=terms.regime.paid_by,
        agreed_on=engagement.agreed_on,
        standard=None
        if standard is None
        else PinnedOut(id=standard.family, version=standard.version, sha256=standard.sha256),
        valid_at=valid_at,
        known_at=known_at,
        state=state.kind,
        since=state.since,
        basis=list(state.basis),
    )


def _event_out(event: EngagementEvent, counts: bool) -> EventOut:
    report, standard = event.report, event.standard
    return EventOut(
        number=event.number,
        kind=event.kind,
        becomes=event.becomes,
        on=event.effective_from,
        standard_version=report.standard_version if report else standard.version if standard else None,
        report_number=None if report is None else report.number,
        signatory=None if report is None else report.signatory,
        supersedes=event.supersedes,
        reason=event.reason,
        recorded_at=event.recorded_at,
        by=event.recorded_by,
        counts=counts,
    )
