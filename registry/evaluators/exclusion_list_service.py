"""Exclusion lists: their terms, and taking in what a query of one gave, whole or not at all."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.evaluators import exclusion_queries as queries
from registry.evaluators.credit_code import Respelling
from registry.evaluators.exclusion_errors import (
    ExclusionListRejected,
    QueryTimeRejected,
    SnapshotConflict,
    SnapshotShrunk,
)
from registry.evaluators.exclusion_inputs import ListFile
from registry.evaluators.exclusion_models import ExclusionContent, ExclusionList, ExclusionSnapshot

LIST_CODE = re.compile("[a-z][a-z0-9-]{0,39}")
# A download that broke off is a shorter list, and would lift every bar that it lacks.
_LEAST_SHARE_OF_THE_LAST = 0.5

Progress = Callable[[float, str], None]


def _silent(_share: float, _step: str) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class ListTerms:
    """See models.ExclusionList."""

    name: str
    authority: str
    legal_basis: str
    scope: tuple[str, ...] = ()
    max_age_days: int = 7
    bars_controlled: bool = True
    in_use: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """Of a list. queried_at None: now. accepts_fewer: the list is known to have become much shorter."""

    queried_at: datetime | None = None
    accepts_fewer: bool = False
    is_dry_run: bool = False
    progress: Progress = _silent


@dataclass(frozen=True, slots=True)
class ImportReport:
    """snapshot None: nothing was saved. was_there: this query was recorded before. same_file: of an earlier query.

    doubtful: names of entries whose credit code cannot be one, so that only a person can say whom they mean.
    respelled: by the names of entries, credit codes that are not written as on a licence, with what they are read as.
    """

    list_code: str
    queried_at: datetime
    sha256: str
    entries: int
    doubtful: tuple[str, ...]
    respelled: tuple[Respelling, ...]
    was_there: bool = False
    same_file: bool = False
    snapshot: str | None = None


def require_list_code(code: str) -> str:
    """Raises ExclusionListRejected."""
    if LIST_CODE.fullmatch(code) is None:
        raise ExclusionListRejected(
            f"{code[:80]!r} is no code of a list: up to 40 small letters, digits and -, a letter first."
        )
    return code


def record_list(session: Session, actor: Actor, code: str, terms: ListTerms, now: datetime) -> ExclusionList:
    """Terms of a new list, or the next revision; the same terms again change nothing."""
    take_turn(session)
    last = queries.find_list(session, code)
    if last is not None and _terms_of(last) == replace(terms, scope=tuple(sorted(set(terms.scope)))):
        return last
    made = ExclusionList(
        code=code, revision=1 if last is None else last.revision + 1, name=terms.name, authority=terms.authority,
        legal_basis=terms.legal_basis, scope=sorted(set(terms.scope)), max_age_days=terms.max_age_days,
        bars_controlled=terms.bars_controlled, in_use=terms.in_use, recorded_at=now, recorded_by=actor.log_name,
        person_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = asdict(terms) | {"revision": made.revision, "scope": made.scope}
    append(session, Event(actor.log_name, "exclusion_list.record", f"exclusion_list:{code}", payload), now)
    return made


def _terms_of(row: ExclusionList) -> ListTerms:
    return ListTerms(
        row.name, row.authority, row.legal_basis, tuple(row.scope), row.max_age_days, row.bars_controlled, row.in_use
    )


def import_list(
    session: Session, actor: Actor, list_code: str, given: ListFile, query: Query, now: datetime
) -> ImportReport:
    """A dated snapshot of a list, whole or not at all; the content of a file is kept once.

    Raises ExclusionListNotFound, ExclusionRowsRejected, QueryTimeRejected, SnapshotConflict, SnapshotShrunk.
    """
    take_turn(session)
    terms = queries.get_list(session, list_code)
    if given.violations:
        raise given.rejection()
    queried_at = query.queried_at or now
    if queried_at > now:
        raise QueryTimeRejected(f"queried_at is {queried_at.isoformat()}, which lies ahead of {now.isoformat()}.")
    doubtful = tuple(each.entry.name for each in given.rows if each.is_doubtful)
    respelled = tuple(each.respelling for each in given.rows if each.respelling is not None)
    content = queries.find_content(session, list_code, given.sha256)
    report = ImportReport(
        list_code, queried_at, given.sha256, len(given.rows), doubtful, respelled, same_file=content is not None
    )
    recorded = queries.find_snapshot(session, list_code, queried_at)
    if recorded is not None and content is not None and recorded.content_number == content.number:
        return replace(report, was_there=True, snapshot=str(recorded.id))
    if recorded is not None:
        told = f"gave {recorded.file_name} with other content. What was recorded never changes."
        raise SnapshotConflict(f"The query of {list_code} at {queried_at.isoformat()} {told}")
    _require_not_shrunk(session, report, query)
    if query.is_dry_run:
        return report
    kept = content or _keep(session, list_code, given, query)
    snapshot = ExclusionSnapshot(
        id=uuid4(), list_code=list_code, list_revision=terms.revision, content_number=kept.number,
        file_name=given.name, queried_at=queried_at, recorded_at=now, recorded_by=actor.log_name,
        person_id=actor.person_id,
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    payload = {"sha256": given.sha256, "entries": len(given.rows), "queried_at": queried_at.isoformat()}
    append(session, Event(actor.log_name, "exclusion_list.import", f"exclusion_list:{list_code}", payload), now)
    return replace(report, snapshot=str(snapshot.id))


def _keep(session: Session, list_code: str, given: ListFile, query: Query) -> ExclusionContent:
    content = queries.add_content(session, list_code, given.sha256, len(given.rows))
    for share in queries.add_entries(session, content, given.rows):
        query.progress(0.5 + share / 2, "Saving")
    return content


def _require_not_shrunk(session: Session, report: ImportReport, query: Query) -> None:
    before = queries.count_before(session, report.list_code, report.queried_at)
    if before is not None and not query.accepts_fewer and report.entries < before * _LEAST_SHARE_OF_THE_LAST:
        raise SnapshotShrunk(
            f"The file has {report.entries:,} entries, the query before had {before:,}. If the authority did take so "
            "many off the list, say so (--accept-fewer, or accept_fewer=true); otherwise query the list again."
        )
