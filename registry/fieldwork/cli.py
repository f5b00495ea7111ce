"""Commands about engagements. Heavy packages are imported only by the function that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.command_options import JsonOption

if TYPE_CHECKING:
    from registry.fieldwork.engagement_errors import EngagementRowsRejected
    from registry.fieldwork.import_service import ImportReport
    from registry.fieldwork.wire import EngagementHistoryOut, EngagementOut
    from registry.parsing import TextTable

engagements = typer.Typer(
    name="engagements",
    help="Engagements: who assesses what for whom, and what happened to each contract.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="Of an engagement, as eg-000001.")]
ValidAtOption = Annotated[
    str, typer.Option("--valid-at", metavar="DATE", help="The day that is asked about, or an instant of it.")
]
KnownAtOption = Annotated[
    str | None,
    typer.Option("--known-at", metavar="INSTANT", help="As known then, as 2026-03-10T00:00:00Z; default: now."),
]


@engagements.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a row for each engagement, or JSON with documents.")],
    errors: Annotated[Path | None, typer.Option(help="Where to write the file with what is wrong in each row.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be wrong.")] = False,
    json: JsonOption = False,
) -> None:
    """Record the engagements of a file, whole or not at all. What is recorded by the same content is left so."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.fieldwork import import_service as service
    from registry.fieldwork.engagement_errors import EngagementRowsRejected
    from registry.fieldwork.inputs import read_engagements
    from registry.fieldwork.wire import import_out
    from registry.own_database import own_database
    from registry.progress_bar import progress_bar

    with own_database() as own, progress_bar() as tell:
        given = read_engagements(file, tell)
        terms = service.ImportTerms(utc_now(), dry_run, tell)
        try:
            report = own.write(lambda session: service.import_engagements(session, OPERATOR, given, terms))
        except EngagementRowsRejected as rejected:
            if errors is not None and given.table is not None:
                _write_errors(errors, given.table, rejected)
            raise
    typer.echo(import_out(report).model_dump_json() if json else _import_line(report, dry_run))


def _write_errors(path: Path, table: "TextTable", rejected: "EngagementRowsRejected") -> None:
    from registry.annotated_files import annotate
    from registry.file_formats import FORMAT_OF_SUFFIX
    from registry.output_files import write_whole

    write_whole(path, annotate(table, rejected.violations, FORMAT_OF_SUFFIX.get(path.suffix.lower())).content)
    typer.echo(f"What is wrong in each row is written to {path}.", err=True)


def _import_line(report: "ImportReport", is_dry_run: bool) -> str:
    done = "would be recorded" if is_dry_run else "recorded"
    codes = f" as {report.first} to {report.last}" if report.first else ""
    return f"{report.recorded:,} engagements {done}{codes}; {report.was_there:,} were recorded already."


@engagements.command("list")
def list_engagements(
    valid_at: ValidAtOption,
    known_at: KnownAtOption = None,
    evaluator: Annotated[str | None, typer.Option(metavar="CODE", help="Of the evaluator, as ev-000001.")] = None,
    commissioner: Annotated[str | None, typer.Option(metavar="PARTY", help="Code of a body, or a region.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="PARTY", help="Who is scored.")] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many, by code.")] = 1000,
    json: JsonOption = False,
) -> None:
    """List the engagements of which there is a record for a day."""
    from registry.clock import utc_now
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.fieldwork import service
    from registry.fieldwork.wire import engagement_out
    from registry.own_database import own_database

    on, known = read_valid_at(valid_at), read_known_at(known_at, utc_now())
    with own_database() as own:
        found = own.read(
            lambda session: service.list_on_record(
                session, service.search_of(session, evaluator, commissioner, subject), on, known, most
            )
        )
    shown = [engagement_out(each, on, known) for each in found]
    if json:
        typer.echo("[" + ",\n ".join(each.model_dump_json(by_alias=True) for each in shown) + "]")
        return
    for each in shown:
        typer.echo(_line(each))
    if not shown:
        typer.echo("There is no record of such an engagement.", err=True)


def _line(shown: "EngagementOut") -> str:
    since = f" since {shown.since}" if shown.since else ""
    standard = f"{shown.standard.id}@{shown.standard.version}" if shown.standard else shown.standard_family
    window = f"{shown.window.from_}..{shown.window.to}"
    return f"{shown.code}  {shown.evaluator}  {shown.state}{since}  {window}  {standard}  {shown.contract_reference}"


@engagements.command("show")
def show(code: CodeArgument, valid_at: ValidAtOption, known_at: KnownAtOption = None, json: JsonOption = False) -> None:
    """Print an engagement on a day, with everything that was recorded of it."""
    from registry.clock import utc_now
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.fieldwork import queries
    from registry.fieldwork.wire import history_out
    from registry.own_database import own_database

    on, known = read_valid_at(valid_at), read_known_at(known_at, utc_now())
    with own_database() as own:
        record = own.read(lambda session: queries.get_record(session, code))
    _print(history_out(record, on, known), json)


@engagements.command("record")
def record(
    code: CodeArgument,
    file: Annotated[Path, typer.Argument(help="JSON as of POST /api/v1/engagements/CODE/events.")],
    json: JsonOption = False,
) -> None:
    """Record a start, a report, a completion, a termination, or a correction."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.evaluators.vetting_inputs import read_body
    from registry.fieldwork import event_service, service
    from registry.fieldwork.wire import EventIn, history_out
    from registry.own_database import own_database
    from registry.validity import legal_day

    wanted, now = read_body(file, EventIn).wanted(), utc_now()
    with own_database() as own:
        made = own.write(lambda session: event_service.add_event(session, OPERATOR, code, wanted, now))
    _print(history_out(made, legal_day(now), service.Recorded(made).known_at(now)), json)


def _print(shown: "EngagementHistoryOut", json: bool) -> None:
    if json:
        typer.echo(shown.model_dump_json(by_alias=True))
        return
    typer.echo(
        f"{shown.code}  no record" if shown.engagement is None else _line(shown.engagement),
    )
    for each in shown.events:
        kind = each.kind if each.becomes is None else f"{each.kind} to {each.becomes}"
        facts = [f"{each.number:>6}  {each.on}  {kind}", each.report_number, each.standard_version, each.reason]
        told = "  ".join(fact for fact in facts if fact)
        typer.echo(told if each.counts else f"{told}  (does not count)")
