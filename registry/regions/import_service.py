"""Taking in what was read, whole or not at all: divisions, changes, facts, and the match of the official systems."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit import service as audit
from registry.audit.entry import Event
from registry.bulk_rows import add_columns
from registry.canonical import sha256_hex
from registry.regions import queries
from registry.regions.changes import Change
from registry.regions.claim import Claim
from registry.regions.coverage import Statement
from registry.regions.history import History
from registry.regions.import_report import ImportReport
from registry.regions.inputs import ChangesFile, DivisionsFile, FactsFile
from registry.regions.matching import RegionMatch, match_editions
from registry.regions.models import ChangeRow, DivisionRow, FactRow, Matching, MatchRow, RegionImport
from registry.regions.reference import DEPTH, LEVELS, MCA, NBS, Level
from registry.regions.region_errors import DivisionsRejected, EditionConflict, NoDivisions
from registry.regions.service import Unsaved, get_divisions, history

Progress = Callable[[float, str], None]


def _silent(_share: float, _step: str) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a file is taken in. progress is told the share that is done, 0 to 1, and what comes next."""

    now: datetime
    claim: Claim | None = None
    is_dry_run: bool = False
    progress: Progress = _silent


def import_divisions(
    session: Session,
    given: DivisionsFile,
    system: str,
    terms: Terms,
) -> ImportReport:
    """An edition, whole or not at all. Raises EditionConflict for other rows of a day, DivisionsRejected."""
    # Saving takes seconds: without a turn of its own it would lose to everybody who writes to the log meanwhile.
    audit.take_turn(session)
    edition, imports = given.edition, queries.list_imports(session, system)
    counts = {str(LEVELS[depth]): number for depth, number in sorted(Counter(edition.depths).items())}
    statement = _statement(terms.claim, edition.as_of, max(edition.depths, default=0))
    digest = sha256_hex(f"{given.content_sha256}{statement}".encode())
    report = ImportReport("divisions", system, len(edition.codes), counts)
    for each in imports:
        if each.as_of == edition.as_of and each.content_sha256 == digest:
            return replace(report, was_there=True)
        if each.as_of == edition.as_of:
            raise EditionConflict(
                f"Other divisions of {system} as of {edition.as_of} were imported from {each.file_name}: "
                f"{each.row_count:,} rows. What is imported never changes; correct it by an edition of another day, or "
                "by changes."
            )
    terms.progress(0.5, "Comparing with what is known")
    if imports or statement:
        new = Unsaved((edition,), statements=(statement,) if statement else ())
        _require_sound(history(session, imports, new), given.name)
    if terms.is_dry_run:
        return report
    taken = _taken(session, report, given.name, digest, terms.now)
    taken.as_of = edition.as_of
    _add_import(session, taken, statement)
    for share in add_columns(session, DivisionRow.__table__, queries.columns_of_edition(taken.number, edition)):
        terms.progress(0.6 + 0.4 * share, "Saving")
    _log(session, taken, terms.now)
    return replace(report, number=taken.number)


def import_changes(
    session: Session,
    given: ChangesFile,
    system: str,
    terms: Terms,
) -> ImportReport:
    """Changes, checked against the divisions and all other changes. Raises NoDivisions, DivisionsRejected."""
    audit.take_turn(session)
    imports = queries.list_imports(session, system)
    days = [each.as_of for each in imports if each.as_of is not None]
    if not days:
        raise NoDivisions(f"Import the divisions of {system} first: changes lead from them and to them.")
    statement = None
    if terms.claim is not None:
        statement = _statement(terms.claim, max(days), _deepest(session, imports))
    digest = sha256_hex(f"{given.content_sha256}{statement}".encode())
    known = {_content(each) for each in queries.load_changes(session, imports)}
    fresh = tuple(each for each in given.changes if _content(each) not in known)
    report = ImportReport(
        "changes",
        system,
        len(fresh),
        {str(kind): number for kind, number in sorted(Counter(each.kind for each in fresh).items())},
        known_before=len(given.changes) - len(fresh),
    )
    if any(each.content_sha256 == digest for each in imports) or (not fresh and statement is None):
        return replace(report, was_there=True)
    new = Unsaved(changes=fresh, statements=(statement,) if statement else ())
    _require_sound(history(session, imports, new), given.name)
    if terms.is_dry_run:
        return report
    taken = _taken(session, report, given.name, digest, terms.now)
    _add_import(session, taken, statement)
    if fresh:
        list(add_columns(session, ChangeRow.__table__, queries.columns_of_changes(taken.number, fresh)))
    _log(session, taken, terms.now)
    return replace(report, number=taken.number)


def import_facts(session: Session, given: FactsFile, today: date, terms: Terms) -> ImportReport:
    """Facts of regions that exist. A code is meant as of the day in the reference, else as of today.

    Raises NoDivisions, DivisionsRejected with every region that is not known.
    """
    audit.take_turn(session)
    imports = queries.list_imports(session)
    report = ImportReport("facts", None, len(given.facts), dict(sorted(Counter(f.key for f in given.facts).items())))
    if any(each.kind == "facts" and each.content_sha256 == given.content_sha256 for each in imports):
        return replace(report, was_there=True)
    faults = []
    for reference in sorted({each.region for each in given.facts}, key=str):
        found = get_divisions(session, reference.system).tree.resolve(reference, reference.dated or today)
        if found.region is None:
            faults.append(f"{reference} ({found.reason})")
    if faults:
        raise DivisionsRejected(
            f"{given.name}: these regions are not known: {', '.join(faults)}. Nothing was imported."
        )
    if terms.is_dry_run:
        return report
    taken = _taken(session, report, given.name, given.content_sha256, terms.now)
    _add_import(session, taken, None)
    columns: dict[str, Sequence[Any]] = {
        "import_number": [taken.number] * len(given.facts),
        "place": range(len(given.facts)),
        "system": [each.region.system for each in given.facts],
        "code": [each.region.code for each in given.facts],
        "coded_on": [each.region.dated or today for each in given.facts],
        "recorded_at": [terms.now] * len(given.facts),
    } | {
        name: [getattr(each, name) for each in given.facts]
        for name in ("key", "value", "valid_from", "valid_to", "source")
    }
    list(add_columns(session, FactRow.__table__, columns))
    _log(session, taken, terms.now)
    return replace(report, number=taken.number)


def _statement(claim: Claim | None, as_of: date, deepest: int) -> Statement | None:
    if claim is None:
        return None
    last = claim.complete_to or as_of
    if claim.complete_from > last:
        raise DivisionsRejected(f"The changes cannot be complete from {claim.complete_from} to {last}.")
    return Statement(claim.complete_from, last, deepest if claim.level is None else DEPTH[claim.level])


def _deepest(session: Session, imports: Sequence[RegionImport]) -> int:
    numbers = [each.number for each in imports if each.as_of is not None]
    levels = session.scalars(select(DivisionRow.level).where(DivisionRow.import_number.in_(numbers)).distinct())
    return max(DEPTH[Level(each)] for each in levels)


def _content(change: Change) -> Change:
    """Without where it was read."""
    return replace(change, file=None, row=None, complete_to_depth=-1)


def _require_sound(history: History, name: str) -> None:
    if history.violations:
        sentence = f"{name} contradicts the divisions in {len(history.violations)} place(s). Nothing was imported."
        raise DivisionsRejected(sentence, history.violations)


def _taken(session: Session, report: ImportReport, name: str, digest: str, now: datetime) -> RegionImport:
    return RegionImport(
        number=queries.next_number(session),
        kind=report.kind,
        system=report.system,
        file_name=name,
        content_sha256=digest,
        row_count=report.rows,
        imported_at=now,
    )


def _add_import(session: Session, taken: RegionImport, statement: Statement | None) -> None:
    if statement is not None:
        taken.complete_from, taken.complete_to = statement.first, statement.last
        taken.complete_level = str(LEVELS[statement.depth])
    session.add(taken)
    # Its rows name it.
    session.flush()


def _log(session: Session, taken: RegionImport, now: datetime) -> None:
    payload = {
        "kind": taken.kind,
        "system": taken.system,
        "as_of": str(taken.as_of) if taken.as_of else None,
        "file_name": taken.file_name,
        "content_sha256": taken.content_sha256,
        "rows": taken.row_count,
    }
    audit.append(session, Event("operator", "region.import", f"region_import:{taken.id}", payload), now)


def match(session: Session, now: datetime) -> tuple[Matching, list[RegionMatch], bool]:
    """The newest editions of both official systems; gives the run, its matches, and whether it is new.

    Raises NoDivisions.
    """
    audit.take_turn(session)
    newest = {}
    for system in (MCA, NBS):
        editions = [each for each in queries.list_imports(session, system) if each.as_of is not None]
        if not editions:
            raise NoDivisions(f"Import the divisions of {system} first: a match needs both official systems.")
        newest[system] = max(editions, key=lambda each: each.as_of or date.min)
    known = queries.find_matching(session, newest[MCA].number, newest[NBS].number)
    if known is not None:
        return known, queries.list_matches(session, known.number), False
    found = match_editions(*(queries.load_edition(session, newest[system]) for system in (MCA, NBS)))
    number = (session.scalar(select(func.max(Matching.number))) or 0) + 1
    run = Matching(number=number, mca_import=newest[MCA].number, nbs_import=newest[NBS].number, matched_at=now)
    session.add(run)
    # Its rows name it.
    session.flush()
    columns: dict[str, Sequence[Any]] = {
        "matching_number": [number] * len(found),
        "place": range(len(found)),
        "kind": [str(each.kind) for each in found],
        "level": [str(LEVELS[each.depth]) for each in found],
        "mca_code": [each.mca_code for each in found],
        "nbs_code": [each.nbs_code for each in found],
    }
    list(add_columns(session, MatchRow.__table__, columns))
    payload = {"mca_import": run.mca_import, "nbs_import": run.nbs_import, "matches": len(found)}
    audit.append(session, Event("operator", "region.match", f"region_matching:{number}", payload), now)
    return run, list(found), True
