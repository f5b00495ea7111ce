"""Use cases of the register as a whole: taking in an existing one, whole or not at all, and showing this one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.bulk_rows import add_columns
from registry.db_state import metadata_of_all_tables
from registry.errors import Violation
from registry.evaluators import qualification_queries
from registry.evaluators import register_queries as queries
from registry.evaluators.batch_status import statuses
from registry.evaluators.column_queries import load_columns
from registry.evaluators.credit_code import Respelling
from registry.evaluators.policy import Policy
from registry.evaluators.register_errors import ExportTooLarge, RegisterRejected
from registry.evaluators.register_export import Line, Listing
from registry.evaluators.register_import import Columns, Origin, Start, bodies, dossier_columns, grant_columns
from registry.evaluators.register_inputs import Register
from registry.evaluators.register_models import RegisterImport
from registry.evaluators.register_rows import Fault
from registry.evaluators.webhook_service import announce
from registry.evaluators.webhooks import IMPORTED, Message
from registry.validity import legal_day

# Scope items of one answer; a listing is held in memory.
MOST_SENT = 200_000
Progress = Callable[[float, str], None]


def _silent(_share: float, _step: str) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a register is taken in. source: what it is called. progress: the share that is done, 0 to 1."""

    source: str
    now: datetime
    is_dry_run: bool = False
    progress: Progress = _silent


@dataclass(frozen=True, slots=True)
class ImportReport:
    """import_id None: nothing was saved, because all of it was there already or because it was only tried out.

    respelled: credit codes that the files do not write as on a licence, with what they were taken for.
    """

    evaluators: int
    items: int
    respelled: tuple[Respelling, ...]
    was_there: bool = False
    import_id: str | None = None


def import_register(session: Session, actor: Actor, given: Register, terms: Terms) -> ImportReport:
    """Raises RegisterRejected with every fault of the files, and for evaluators that are registered already."""
    # Saving takes seconds: without a turn of its own it would lose to everybody who writes to the log meanwhile.
    take_turn(session)
    report = ImportReport(len(given.evaluators), len(given.grants), given.respelled)
    if not given.violations and queries.find_import(session, given.content_sha256) is not None:
        return replace(report, was_there=True)
    terms.progress(0.3, "Comparing with what is known")
    if given.as_of > legal_day(terms.now):
        raise RegisterRejected(f"The register is said to be of {given.as_of}, which lies after today.")
    violations = find_violations(session, given)
    if violations:
        rows = len({(each.file, each.sheet, each.row) for each in violations})
        sentence = f"{given.name}: {rows} row(s) break {len(violations)} rule(s). Nothing was imported."
        raise RegisterRejected(sentence, violations)
    if terms.is_dry_run:
        return report
    imported = _imported(actor, given, terms)
    session.add(imported)
    # Rows name it.
    session.flush()
    _save(session, given, imported, terms)
    _tell(session, actor, imported, given.respelled, terms.now)
    return replace(report, import_id=str(imported.id))


def find_violations(session: Session, given: Register) -> list[Violation]:
    """Every fault of the files, and evaluators in them that are registered already."""
    return [*given.violations, *_known_already(session, given)]


def _known_already(session: Session, given: Register) -> Iterator[Violation]:
    known = queries.known_codes(session, (each.credit_code for each in given.evaluators if each.credit_code))
    for row, place in zip(given.evaluators, given.places, strict=True):
        if row.credit_code in known:
            message = f"This credit code is that of {known[row.credit_code]}, which is registered already."
            fix = "Leave the row out with those of its scope; record what is new by an application."
            yield place.violation(Fault("credit_code", "already-registered", message, fix, row.credit_code or ""))


def _imported(actor: Actor, given: Register, terms: Terms) -> RegisterImport:
    return RegisterImport(
        id=uuid4(),
        content_sha256=given.content_sha256,
        file_name=given.name,
        source=terms.source,
        as_of=given.as_of,
        evaluator_count=len(given.evaluators),
        item_count=len(given.grants),
        imported_at=terms.now,
        imported_by=actor.log_name,
    )


def _save(session: Session, given: Register, imported: RegisterImport, terms: Terms) -> None:
    newest_seq, recorded_before = qualification_queries.newest_event(session)
    # As of every event: nothing is recorded before what others recorded while this one waited.
    recorded_at = terms.now if recorded_before is None else max(terms.now, recorded_before)
    origin = Origin(imported.id, imported.source, imported.as_of, recorded_at)
    start = Start(queries.highest_number(session) + 1, newest_seq + 1)
    found = bodies(given.evaluators, given.grants, origin, start)
    tables: Mapping[str, Columns] = dossier_columns(found, origin) | grant_columns(found, origin, start)
    # All of them: a column that refers to a table has the type of what it refers to.
    known = metadata_of_all_tables().tables
    for place, (name, columns) in enumerate(tables.items()):
        for share in add_columns(session, known[name], columns):
            terms.progress(0.4 + 0.6 * (place + share) / len(tables), "Saving")


def _tell(
    session: Session, actor: Actor, imported: RegisterImport, respelled: Sequence[Respelling], now: datetime
) -> None:
    """One message and one entry of the log for all of it: its rows name the import."""
    payload = {
        "source": imported.source,
        "as_of": imported.as_of.isoformat(),
        "evaluators": imported.evaluator_count,
        "items": imported.item_count,
    }
    announce(session, Message(IMPORTED, {"import": str(imported.id)} | payload), now)
    # The rows have the codes as they were read: here stays what was written.
    written = {"respelled": [asdict(each) for each in respelled]} if respelled else {}
    digest = {"content_sha256": imported.content_sha256, "file_name": imported.file_name, **written}
    append(session, Event(actor.log_name, "register.import", f"register_import:{imported.id}", payload | digest), now)


def listing_to_send(session: Session, valid_at: date, known_at: datetime, policy: Policy) -> Listing:
    """As listing, while one answer holds it. Raises ExportTooLarge."""
    count = queries.count_decided(session)
    if count > MOST_SENT:
        raise ExportTooLarge(
            f"The register has {count:,} scope items, an answer at most {MOST_SENT:,}. An operator writes all of them "
            "with `registry evaluators export`."
        )
    return listing(session, valid_at, known_at, policy)


def listing(session: Session, valid_at: date, known_at: datetime, policy: Policy) -> Listing:
    """Every scope item that was decided on, with its status on the day, as known at the instant."""
    decided = queries.list_decided(session)
    columns = load_columns(session, [each.item.id for each in decided])
    found = statuses(columns, valid_at, known_at, policy)
    return Listing(
        valid_at,
        known_at,
        tuple(
            Line(
                each.code,
                each.name,
                each.credit_code,
                each.legal_form,
                each.region,
                each.item.number,
                qualification_queries.held_item(each.item),
                found.state_of(place),
                found.flags_of(place),
                _day(int(found.valid_from[place])),
                _day(int(found.valid_to[place])),
            )
            for place, each in enumerate(decided)
        ),
    )


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None
