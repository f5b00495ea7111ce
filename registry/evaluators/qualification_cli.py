"""Commands that read qualifications and vetting. Those that decide are in deciding_cli.py.

Heavy packages are imported only by the function that needs them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from registry.command_options import JsonOption

if TYPE_CHECKING:
    from registry.evaluators.qualification_models import ScopeItem
    from registry.evaluators.status import Status

vetting = typer.Typer(
    name="vetting",
    help="Applications, decisions, surveillances, appeals, and what falls due in vetting.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Result = TypeVar("Result")
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="Of an evaluator, as ev-000001.")]
KnownAtOption = Annotated[
    str | None,
    typer.Option("--known-at", metavar="INSTANT", help="As known then, as 2026-03-10T00:00:00Z; default: now."),
]


def status(
    code: CodeArgument,
    valid_at: Annotated[
        str, typer.Option("--valid-at", metavar="DATE", help="The day that is asked about, or an instant of it.")
    ],
    known_at: KnownAtOption = None,
    item: Annotated[str | None, typer.Option(help="Only this scope item, by its number.")] = None,
    json: JsonOption = False,
) -> None:
    """Say what an evaluator was entitled to on a day, as known at an instant."""
    from registry.clock import utc_now
    from registry.evaluators import status_service
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.status_wire import evaluator_status_out

    on, known = read_valid_at(valid_at), read_known_at(known_at, utc_now())
    found = _read(lambda session: status_service.status(session, get_evaluator(session, code), on, known, item=item))
    if json:
        typer.echo(evaluator_status_out(found).model_dump_json())
        return
    typer.echo(f"{found.evaluator.code} on {on}, as known at {known:%Y-%m-%d %H:%M:%S}Z: {', '.join(found.states)}")
    for each in found.items:
        appeal = "  appeal pending" if each.appeals else ""
        typer.echo(f"  {_item_words(each.item)}  {_status_words(each.status)}{appeal}")


def history(code: CodeArgument, known_at: KnownAtOption = None, json: JsonOption = False) -> None:
    """Print every event of an evaluator's qualification, and what each scope item was from day to day."""
    from datetime import date, timedelta

    from registry.clock import utc_now
    from registry.evaluators import status_service
    from registry.evaluators.asked_times import read_known_at
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.status_wire import history_out

    known = read_known_at(known_at, utc_now())
    found = _read(lambda session: status_service.history(session, get_evaluator(session, code), known))
    if json:
        typer.echo(history_out(found).model_dump_json())
        return
    numbers = {each.item.id: each.item.number for each in found.items}
    counting = {event_id for each in found.items for event_id in each.counting}
    for event in found.events:
        corrected = "" if str(event.id) in counting else "  (corrected)"
        typer.echo(
            f"{event.recorded_at:%Y-%m-%d %H:%M:%S}Z  item {numbers[event.item_id]}  {event.type:9}  "
            f"from {event.effective_from}  {event.reason}{corrected}"
        )
    for held in found.items:
        typer.echo(_item_words(held.item))
        for span in held.spans:
            first = "" if span.period.valid_from == date.min else str(span.period.valid_from)
            last = "" if span.period.valid_to is None else str(span.period.valid_to - timedelta(days=1))
            typer.echo(f"  {first:10} to {last:10}  {_status_words(span.status)}")
    if not found.events:
        typer.echo("Nothing was recorded by then.", err=True)


def _item_words(item: "ScopeItem") -> str:
    regions = ", ".join(item.regions) + (" and below" if item.descendants else "")
    but = f" except {', '.join(item.excepted)}" if item.excepted else ""
    versions = f"{item.standard_family} from {item.from_version}"
    before = f" to before {item.before_version}" if item.before_version else ""
    return (
        f"item {item.number}: {item.domain}, {regions}{but}, {item.evaluation_type}, {item.subject_level}, "
        f"{versions}{before}"
    )


def _status_words(status: "Status") -> str:
    causes = f" ({', '.join(status.suspended_for)})" if status.suspended_for else ""
    flags = f" [{', '.join(sorted(status.flags))}]" if status.flags else ""
    return f"{status.state}{causes}{flags}"


@vetting.command("list")
def list_applications(
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """List applications, the newest first."""
    from registry.clock import utc_now
    from registry.evaluators import application_queries as queries
    from registry.evaluators.vetting_wire import application_line_out

    now = utc_now()
    found = _read(lambda session: queries.records(session, queries.list_applications(session, limit=most), now))
    lines = [application_line_out(each) for each in found]
    if json:
        typer.echo("[" + ",\n ".join(each.model_dump_json() for each in lines) + "]")
        return
    for each in lines:
        answer = f"  answer by {each.answer_by}" if each.answer_by else ""
        typer.echo(f"{each.id}  {each.created_at:%Y-%m-%d}  {each.evaluator}  {each.stage}{answer}")
    if not lines:
        typer.echo("There is no application yet.", err=True)


@vetting.command()
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="As `registry vetting list` shows it.")],
    json: JsonOption = False,
) -> None:
    """Print an application, and each requirement with its outcome. Exit code 3 where there is none."""
    from registry.clock import utc_now
    from registry.evaluators import application_queries, requirements_service
    from registry.evaluators.surveillance_wire import requirements_out
    from registry.evaluators.vetting_wire import application_out

    now = utc_now()

    def load(session: Any) -> tuple[Any, Any]:
        record = application_queries.get_application(session, application_queries.read_application_id(identifier), now)
        return record, requirements_service.evaluate(session, record, now)

    record, requirements = _read(load)
    if json:
        application, held = application_out(record).model_dump_json(), requirements_out(requirements).model_dump_json()
        typer.echo(f'{{"application":{application},"requirements":{held}}}')
        return
    typer.echo(f"{record.row.id}  {record.evaluator.code}  {record.now.stage}")
    for item in record.items:
        typer.echo(f"  {_item_words(item)}")
    for step in record.steps:
        typer.echo(f"  {step.taken_on}  {step.type}")
    for each in record.findings:
        finding = each.finding
        typer.echo(f"  finding {finding.id}  {finding.grade}  {each.state}  by {finding.due_on}: {finding.statement}")
    typer.echo(f"Requirements of {requirements.standard} on {requirements.on}:")
    for found in requirements.requirements:
        missing = f"  not known: {', '.join(found.missing)}" if found.missing else ""
        typer.echo(f"  {found.criterion:24} {found.outcome.result:14}{missing}")


@vetting.command("surveillances")
def list_surveillances(code: CodeArgument, json: JsonOption = False) -> None:
    """List the surveillances of an evaluator with their findings, by the day on which they are due."""
    from registry.evaluators import surveillance_queries as queries
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.surveillance_wire import SurveillanceListOut, surveillance_out

    found = _read(lambda session: queries.list_surveillances(session, get_evaluator(session, code).id))
    records = SurveillanceListOut(surveillances=[surveillance_out(each, code) for each in found])
    if json:
        typer.echo(records.model_dump_json())
        return
    for each in records.surveillances:
        typer.echo(f"{each.id}  {each.due_on}  {each.kind}  {each.state}")
        for finding in each.findings:
            typer.echo(f"  finding {finding.id}  {finding.grade}  {finding.state}  by {finding.due_on}")
    if not records.surveillances:
        typer.echo("No surveillance was planned.", err=True)


@vetting.command("due")
def list_due(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day that is asked about; default: today.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List what falls due or is overdue, the earliest first."""
    from registry.clock import utc_now
    from registry.evaluators import due_service
    from registry.evaluators.surveillance_wire import DueListOut, due_out
    from registry.regions.options import read_day_option
    from registry.validity import legal_day

    now = utc_now()
    day = read_day_option(on, "--on") or legal_day(now)
    found = _read(lambda session: due_service.due(session, day, now))
    if json:
        typer.echo(DueListOut(on=day, known_at=now, due=[due_out(each) for each in found]).model_dump_json())
        return
    for each in found:
        overdue = "overdue" if each.is_overdue else "due"
        cause = f"  {each.cause}" if each.cause else ""
        typer.echo(f"{each.due_on}  {overdue:7}  {each.evaluator}  {each.kind}  {each.about}{cause}")
    if not found:
        typer.echo(f"Nothing is due on {day}.", err=True)


def _read(work: Callable[[Any], Result]) -> Result:
    from registry.own_database import own_database

    with own_database() as own:
        return own.read(work)
