"""What crosses HTTP, and what commands print as JSON, about exclusions."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from registry.evaluators.exclusion_list_service import ImportReport, ListTerms
from registry.evaluators.exclusion_matching import Finding, ListEntry, Match
from registry.evaluators.exclusion_models import (
    ExclusionContent,
    ExclusionJudgement,
    ExclusionList,
    ExclusionSnapshot,
)
from registry.evaluators.exclusion_service import Answer, ListAnswer, Opinion
from registry.evaluators.ownership import Gap
from registry.evaluators.periods import Period
from registry.evaluators.register_wire import RespellingOut, respelling_out
from registry.evaluators.sentences import Message, gap_message, message
from registry.json_models import In, Out, VisibleText

Line = Annotated[VisibleText, Field(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[VisibleText, Field(min_length=1, max_length=1000, pattern=r"\S")]


class ListIn(In):
    name: Line
    authority: Line
    legal_basis: Words
    scope: list[Line] = Field(default=[], max_length=50, description="What entries bar from; empty: everything.")
    max_age_days: int = Field(default=7, ge=0, le=366, description="How old the last query may be.")
    bars_controlled: bool = Field(default=True, description="Bodies that an excluded one controls are barred too.")
    in_use: bool = Field(default=True, description="A check asks this list.")

    def terms(self) -> ListTerms:
        return ListTerms(
            self.name, self.authority, self.legal_basis, tuple(self.scope), self.max_age_days, self.bars_controlled,
            self.in_use,
        )  # fmt: skip


class ListOut(Out):
    code: str
    revision: int
    name: str
    authority: str
    legal_basis: str
    scope: list[str]
    max_age_days: int
    bars_controlled: bool
    in_use: bool
    recorded_at: datetime


class ListsOut(Out):
    known_at: datetime
    lists: list[ListOut]


class SnapshotOut(Out):
    """One query of the list. sha256: of the bytes that it gave."""

    id: str
    queried_at: datetime
    recorded_at: datetime
    sha256: str
    entries: int
    file: str


class SnapshotsOut(Out):
    """The last query first, at most 100."""

    snapshots: list[SnapshotOut]


class ImportOut(Out):
    """snapshot null: nothing was saved. doubtful: names of entries with a credit code that cannot be one.

    respelled: by names of entries, credit codes that are not written as on a licence, with what they are read as.
    """

    list_code: str
    queried_at: datetime
    sha256: str
    entries: int
    doubtful: list[str]
    respelled: list[RespellingOut]
    was_there: bool
    same_file: bool
    snapshot: str | None


class PeriodOut(Out):
    """Half-open days; valid_to null is open."""

    valid_from: date
    valid_to: date | None


class MatchOut(Out):
    """kind candidate: a person decides. score: 0 to 1. name: of the body, that the entry's name is like."""

    kind: str
    why: str
    score: float
    likeness: str | None
    name: str | None


class EntryOut(Out):
    """As the list has it; in_force ends on the day on which the list was first seen without it."""

    key: str
    name: str
    credit_code: str | None
    in_force: PeriodOut
    scope: list[str]
    basis: str


class MessageOut(Out):
    """One sentence, in Chinese and in English."""

    zh: str
    en: str


class ExclusionOut(Out):
    """snapshot_sha256, queried_at: of the query that it rests on."""

    code: str
    outcome: str
    message: MessageOut
    body: str
    entry: EntryOut | None
    barred: PeriodOut | None
    match: MatchOut | None
    snapshot_sha256: str | None
    queried_at: datetime | None


class ListAnswerOut(Out):
    list_code: str
    revision: int
    authority: str
    findings: list[ExclusionOut]


class GapOut(Out):
    body: str
    kind: str
    message: MessageOut
    last_seen_at: date | None


class CheckOut(Out):
    """outcome: the gravest of all lists (fail, unknown, review, pass). gaps: who may control the body is not known."""

    body: str
    window: PeriodOut
    known_at: datetime
    outcome: str
    lists: list[ListAnswerOut]
    gaps: list[GapOut]


class OpinionIn(In):
    evaluator: Annotated[VisibleText, Field(min_length=1, max_length=16, description="Code, as ev-000001.")]
    entry: Annotated[VisibleText, Field(min_length=1, max_length=200, description="Key of the entry.")]
    is_same: bool = Field(description="The entry means the evaluator.")
    reason: Words

    def opinion(self, list_code: str) -> Opinion:
        return Opinion(list_code, self.entry, self.is_same, self.reason)


class JudgementOut(Out):
    number: int
    list_code: str
    entry: str
    entry_name: str
    body: str
    is_same: bool
    reason: str
    judged_at: datetime


_GRAVITY = ("fail", "unknown", "review", "pass")


def gravest(outcomes: list[str]) -> str:
    """unknown for nothing: that nobody was asked is no clearance."""
    return next((each for each in _GRAVITY if each in outcomes), "unknown")


def list_out(row: ExclusionList) -> ListOut:
    return ListOut(
        code=row.code, revision=row.revision, name=row.name, authority=row.authority, legal_basis=row.legal_basis,
        scope=list(row.scope), max_age_days=row.max_age_days, bars_controlled=row.bars_controlled, in_use=row.in_use,
        recorded_at=row.recorded_at,
    )  # fmt: skip


def snapshot_out(snapshot: ExclusionSnapshot, content: ExclusionContent) -> SnapshotOut:
    return SnapshotOut(
        id=str(snapshot.id), queried_at=snapshot.queried_at, recorded_at=snapshot.recorded_at, sha256=content.sha256,
        entries=content.entry_count, file=snapshot.file_name,
    )  # fmt: skip


def import_out(report: ImportReport) -> ImportOut:
    return ImportOut(
        list_code=report.list_code, queried_at=report.queried_at, sha256=report.sha256, entries=report.entries,
        doubtful=list(report.doubtful), respelled=[respelling_out(each) for each in report.respelled],
        was_there=report.was_there, same_file=report.same_file, snapshot=report.snapshot,
    )  # fmt: skip


def judgement_out(row: ExclusionJudgement) -> JudgementOut:
    return JudgementOut(
        number=row.number, list_code=row.list_code, entry=row.entry_key, entry_name=row.entry_name, body=row.body,
        is_same=row.is_same, reason=row.reason, judged_at=row.judged_at,
    )  # fmt: skip


def check_out(answer: Answer) -> CheckOut:
    outcomes = [str(finding.outcome) for each in answer.lists for finding in each.findings]
    return CheckOut(
        body=answer.identity.id, window=period_out(answer.window), known_at=answer.known_at, outcome=gravest(outcomes),
        lists=[_list_answer(each) for each in answer.lists], gaps=[gap_out(each) for each in answer.gaps],
    )  # fmt: skip


def _list_answer(answer: ListAnswer) -> ListAnswerOut:
    return ListAnswerOut(
        list_code=answer.terms.code, revision=answer.terms.revision, authority=answer.terms.authority,
        findings=[_exclusion(each) for each in answer.findings],
    )  # fmt: skip


def _exclusion(found: Finding) -> ExclusionOut:
    entry, snapshot = found.entry, found.snapshot
    return ExclusionOut(
        code=str(found.code),
        outcome=str(found.outcome),
        message=message_out(message(found)),
        body=found.body,
        entry=None if entry is None else _entry(entry),
        barred=None if found.barred is None else period_out(found.barred),
        match=None if found.match is None else _match(found.match),
        snapshot_sha256=None if snapshot is None else snapshot.sha256,
        queried_at=None if snapshot is None else snapshot.queried_at,
    )


def _entry(entry: ListEntry) -> EntryOut:
    return EntryOut(
        key=entry.key, name=entry.name, credit_code=entry.credit_code, in_force=period_out(entry.in_force),
        scope=sorted(entry.scope), basis=entry.basis,
    )  # fmt: skip


def _match(like: Match) -> MatchOut:
    return MatchOut(
        kind=str(like.kind), why=str(like.why), score=round(like.score, 4),
        likeness=None if like.likeness is None else str(like.likeness),
        name=None if like.name is None else like.name.name,
    )  # fmt: skip


def message_out(told: Message) -> MessageOut:
    return MessageOut(zh=told["zh"], en=told["en"])


def period_out(period: Period) -> PeriodOut:
    return PeriodOut(valid_from=period.valid_from, valid_to=period.valid_to)


def gap_out(gap: Gap) -> GapOut:
    return GapOut(
        body=gap.body, kind=str(gap.kind), message=message_out(gap_message(gap)), last_seen_at=gap.last_seen_at
    )
