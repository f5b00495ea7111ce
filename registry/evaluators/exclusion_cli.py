"""Commands about exclusion lists. Heavy packages are imported only by the function that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import JsonOption, LanguageOption, language_of
from registry.errors import EXIT_CODES, Kind
from registry.evaluators.register_cli import respelled_line

if TYPE_CHECKING:
    from registry.evaluators.exclusion_inputs import ListFile
    from registry.evaluators.exclusion_list_service import ImportReport, ListTerms
    from registry.evaluators.exclusion_service import Answer

exclusions = typer.Typer(
    name="exclusions",
    help="Lists of bodies that are barred: take in what a query gave, and check a body.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_MOST_CHARACTERS = 200


@exclusions.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON as the authority gave it.")],
    list_code: Annotated[str, typer.Option("--list", metavar="CODE", help="Of the list, as ccgp-serious.")],
    name: Annotated[str | None, typer.Option(help="Of a new list: what it is called.")] = None,
    authority: Annotated[str | None, typer.Option(help="Of a new list: who keeps it.")] = None,
    legal_basis: Annotated[str | None, typer.Option(help="Of a new list: the rule on which it rests.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Of a new list: what it bars from; none: anything.")] = None,
    max_age_days: Annotated[int, typer.Option(min=0, max=366, help="Of a new list: how old a query may be.")] = 7,
    queried_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When the authority gave the file; default: now.")
    ] = None,
    accept_fewer: Annotated[bool, typer.Option(help="The list is known to have become much shorter.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where to write the file with what is wrong in each row.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be wrong.")] = False,
    json: JsonOption = False,
) -> None:
    """Take in a dated snapshot of a list, whole or not at all. The same file again is one more query of it."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.evaluators import exclusion_list_service as service
    from registry.evaluators.asked_times import read_known_at
    from registry.evaluators.exclusion_inputs import read_list
    from registry.evaluators.exclusion_wire import import_out
    from registry.own_database import own_database
    from registry.progress_bar import progress_bar

    terms = _terms(name, authority, legal_basis, tuple(scope or ()), max_age_days)
    code = service.require_list_code(list_code)

    def work(session: Any) -> "ImportReport":
        if terms is not None:
            service.record_list(session, OPERATOR, code, terms, now)
        return service.import_list(session, OPERATOR, code, given, query, now)

    with own_database() as own, progress_bar() as tell:
        given = read_list(file, tell)
        if given.violations and errors is not None:
            _write_errors(given, errors)
        now = utc_now()
        query = service.Query(read_known_at(queried_at, now, "--queried-at"), accept_fewer, dry_run, tell)
        report = own.write(work)
    typer.echo(import_out(report).model_dump_json() if json else _import_line(report, dry_run))
    if report.doubtful and not json:
        shown = ", ".join(report.doubtful[:5]) + (", ..." if len(report.doubtful) > 5 else "")
        typer.echo(f"{len(report.doubtful)} credit code(s) cannot be ones; a person decides on: {shown}", err=True)
    if report.respelled and not json:
        typer.echo(respelled_line(report.respelled), err=True)


def _terms(
    name: str | None, authority: str | None, legal_basis: str | None, scope: tuple[str, ...], max_age_days: int
) -> "ListTerms | None":
    """None where the list is known already."""
    from registry.evaluators.exclusion_list_service import ListTerms

    told = [each.strip() for each in (name, authority, legal_basis) if each is not None]
    if not told:
        return None
    if len(told) < 3 or not all(0 < len(each) <= _MOST_CHARACTERS for each in told):
        raise typer.BadParameter(
            f"Of a new list, give all of --name, --authority and --legal-basis, each in 1 to {_MOST_CHARACTERS} "
            "characters."
        )
    return ListTerms(told[0], told[1], told[2], scope, max_age_days)


def _write_errors(given: "ListFile", path: Path) -> None:
    from registry.annotated_files import annotate
    from registry.file_formats import FORMAT_OF_SUFFIX
    from registry.output_files import write_whole

    write_whole(path, annotate(given.table, given.violations, FORMAT_OF_SUFFIX.get(path.suffix.lower())).content)
    typer.echo(f"What is wrong in each row is written to {path}.", err=True)


def _import_line(report: "ImportReport", is_dry_run: bool) -> str:
    if report.was_there:
        return f"Nothing to do: this query of {report.list_code} is recorded already."
    done = "would be recorded" if is_dry_run else f"is recorded as {report.snapshot}"
    again = " The file is that of an earlier query." if report.same_file else ""
    query = f"The query of {report.list_code} at {report.queried_at.isoformat()}"
    return f"{query}, {report.entries:,} entries, {done}.{again}"


@exclusions.command()
def check(
    who: Annotated[str, typer.Argument(metavar="CODE", help="Of an evaluator, as ev-000001, or a credit code.")],
    valid_at: Annotated[
        str, typer.Option("--valid-at", metavar="DATE", help="The day that is asked about, or an instant of it.")
    ],
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day after the window; default: one day.")
    ] = None,
    name: Annotated[list[str] | None, typer.Option(help="With a credit code: a name of the body.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="What the body would do; none: anything.")] = None,
    lists: Annotated[list[str] | None, typer.Option("--list", metavar="CODE", help="Only this list.")] = None,
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="INSTANT", help="As known then, as 2026-03-10T00:00:00Z; default: now."),
    ] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Say what every list says of a body. Exit code 3 where no list is known."""
    from registry.clock import utc_now
    from registry.evaluators import exclusion_service as service
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.exclusion_wire import check_out
    from registry.own_database import own_database
    from registry.regions.options import read_day_option

    window = service.window_of(read_valid_at(valid_at), read_day_option(until, "--until"))
    known = read_known_at(known_at, utc_now())
    asked = service.Asked(window, known, frozenset(scope or ()), tuple(lists or ()) or None)

    def look(session: Any) -> "Answer":
        if who.startswith("ev-"):
            return service.check_evaluator(session, get_evaluator(session, who), asked)
        return service.check_given(session, service.read_code(who), tuple(name or ()), asked)

    with own_database() as own:
        answer = own.read(look)
    out = check_out(answer)
    if json:
        typer.echo(out.model_dump_json())
    else:
        tongue = language_of(language)
        typer.echo(f"{out.body} {window}, as known at {known:%Y-%m-%d %H:%M:%S}Z: {out.outcome}")
        for each in out.lists:
            for finding in each.findings:
                said = getattr(finding.message, tongue)
                typer.echo(f"  {each.list_code}  {finding.outcome:7}  {finding.code}  {said}")
        for gap in out.gaps:
            typer.echo(f"  {gap.kind}  {getattr(gap.message, tongue)}")
    if not out.lists:
        typer.echo("No list is known: the answer is unknown.", err=True)
        raise typer.Exit(EXIT_CODES[Kind.NOT_FOUND])
