"""Commands about regions. Heavy packages are imported only by the function that needs them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from registry.command_options import JsonOption
from registry.errors import EXIT_CODES, Kind

if TYPE_CHECKING:
    from datetime import date

    from registry.regions.answers import Region, Resolution
    from registry.regions.import_report import ImportReport
    from registry.regions.import_service import Terms

regions = typer.Typer(
    help="Administrative divisions: import, search, show, and what became of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Result = TypeVar("Result")
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REGION", help="mca:422828100; with a day mca:330103@2020-05-01: the code as of it.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The day that is asked about; default: today.")
]
LevelOption = Annotated[str | None, typer.Option(help="province, prefecture, county, township or village.")]


@regions.command("import")
def import_file(
    file: Annotated[Path | None, typer.Argument(help="Divisions; none: those that come with the program.")] = None,
    changes: Annotated[Path | None, typer.Option(help="Instead: a file of dated changes.")] = None,
    facts: Annotated[Path | None, typer.Option(help="Instead: a file of classifying facts.")] = None,
    system: Annotated[str, typer.Option(help="Code system: mca, nbs or own:<name>.")] = "mca",
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The day on which the divisions were so.")] = None,
    complete_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="All changes from this day on are in the file.")
    ] = None,
    complete_to: Annotated[
        str | None, typer.Option(metavar="DATE", help="To this day; default: the day of the newest divisions.")
    ] = None,
    down_to: Annotated[str | None, typer.Option(metavar="LEVEL", help="All of them down to this level.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be wrong.")] = False,
    json: JsonOption = False,
) -> None:
    """Import divisions, changes or facts: CSV, XLSX or Parquet, whole or not at all."""
    from registry.clock import utc_now
    from registry.own_database import own_database
    from registry.progress_bar import progress_bar
    from registry.regions.import_service import Terms
    from registry.regions.options import read_claim_options

    if [file, changes, facts].count(None) < 2:
        raise typer.BadParameter("Give one of FILE, --changes and --facts.")
    with own_database() as own, progress_bar() as tell:
        terms = Terms(utc_now(), read_claim_options(complete_from, complete_to, down_to), dry_run, tell)
        if changes is not None:
            work = _changes_work(changes, system, terms)
        elif facts is not None:
            work = _facts_work(facts, terms)
        else:
            work = _divisions_work(file, system, as_of, terms)
        report = own.write(work)
    _show_import(report, dry_run, json)


def _divisions_work(
    file: Path | None, system: str, as_of: str | None, terms: "Terms"
) -> "Callable[[Any], ImportReport]":
    from registry.regions import inputs
    from registry.regions.import_service import import_divisions
    from registry.regions.options import read_day_option
    from registry.regions.reference import MCA, require_system

    day = read_day_option(as_of, "--as-of")
    if file is None:
        if system != MCA or day not in (None, inputs.SHIPPED_AS_OF):
            raise typer.BadParameter(f"What comes with the program is {MCA} as of {inputs.SHIPPED_AS_OF}. Name a FILE.")
        given = inputs.shipped_divisions(terms.progress)
    else:
        if day is None:
            raise typer.BadParameter("Say on which day the divisions were so: --as-of DATE")
        given = inputs.read_divisions(file, require_system(system), day, terms.progress)
    return lambda session: import_divisions(session, given, system, terms)


def _changes_work(file: Path, system: str, terms: "Terms") -> "Callable[[Any], ImportReport]":
    from registry.regions.import_service import import_changes
    from registry.regions.inputs import read_changes
    from registry.regions.reference import require_system

    given = read_changes(file, require_system(system))
    return lambda session: import_changes(session, given, system, terms)


def _facts_work(file: Path, terms: "Terms") -> "Callable[[Any], ImportReport]":
    from registry.regions.import_service import import_facts
    from registry.regions.inputs import read_facts

    given, today = read_facts(file), _today()
    return lambda session: import_facts(session, given, today, terms)


def _show_import(report: "ImportReport", dry_run: bool, json: bool) -> None:
    from dataclasses import asdict

    from registry.regions.lines import import_line
    from registry.regions.wire import ImportOut

    out = ImportOut(**asdict(report))
    typer.echo(out.model_dump_json() if json else import_line(report, dry_run))


@regions.command()
def find(
    words: Annotated[list[str], typer.Argument(metavar="NAME...", help="A part of a name; words before it: above it.")],
    level: LevelOption = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    system: Annotated[str | None, typer.Option(help="Only in this code system; default: in all.")] = None,
    on: OnOption = None,
    json: JsonOption = False,
) -> None:
    """Find regions by their name. Exit code 3 where there is none."""
    from registry.regions import service
    from registry.regions.lines import hit_line
    from registry.regions.options import read_level_option
    from registry.regions.reference import require_system
    from registry.regions.search import Query
    from registry.regions.wire import HitListOut, hit_out

    query = Query(" ".join(words), _asked(on), most, read_level_option(level))
    only = None if system is None else require_system(system)
    hits = _read(lambda session: service.find(session, query, only))
    if json:
        typer.echo(HitListOut(on=query.on, regions=[hit_out(each) for each in hits]).model_dump_json())
    else:
        for hit in hits:
            typer.echo(hit_line(hit))
    if not hits:
        typer.echo(f"No region has {query.text!r} in its name on {query.on}.", err=True)
        raise typer.Exit(EXIT_CODES[Kind.NOT_FOUND])


@regions.command()
def show(reference: ReferenceArgument, on: OnOption = None, json: JsonOption = False) -> None:
    """Say what a reference means on a day. Exit code 3 where it means no region then."""
    from registry.regions.lines import region_lines
    from registry.regions.wire import resolution_out

    found, path = _found(reference, on)
    if json:
        typer.echo(resolution_out(found).model_dump_json())
    elif found.region is not None:
        typer.echo(region_lines(found.region, path))
    _finish(found, json)


@regions.command("path")
def show_path(reference: ReferenceArgument, on: OnOption = None, json: JsonOption = False) -> None:
    """Print the regions that it lies in, from the top, and itself."""
    from registry.regions.wire import PathOut, region_out, resolution_out

    found, path = _found(reference, on)
    if json:
        out = PathOut(resolution=resolution_out(found), path=[region_out(each) for each in path])
        typer.echo(out.model_dump_json())
    else:
        for each in path:
            typer.echo(f"{each.level!s:10}  {each.reference!s:18}  {each.name}")
    _finish(found, json)


@regions.command("changes")
def list_changes(
    reference: Annotated[str | None, typer.Argument(metavar="REGION", help="Only of this region.")] = None,
    system: Annotated[str, typer.Option(help="Code system.")] = "mca",
    on: OnOption = None,
    json: JsonOption = False,
) -> None:
    """List the recorded changes, by day."""
    from registry.regions import service
    from registry.regions.lines import change_line
    from registry.regions.reference import read_reference, require_system
    from registry.regions.wire import change_out

    if reference is None:
        only = require_system(system)
        found = _read(lambda session: service.list_changes(session, only))
    else:
        asked, day = read_reference(reference), _asked(on)
        found = _read(lambda session: service.changes(session, service.get_region(session, asked, day)))
    if json:
        typer.echo(_json_list([change_out(each) for each in found]))
        return
    for each in found:
        typer.echo(change_line(each))
    if not found:
        typer.echo("No change is recorded.", err=True)


@regions.command("facts")
def show_facts(
    reference: ReferenceArgument,
    key: Annotated[str | None, typer.Option(help="Only what holds under this key; default: all ever recorded.")] = None,
    on: OnOption = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="As known then, as 2026-03-01T12:00:00Z; default: now.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print classifying facts of a region. With --key, exit code 3 where nothing is known."""
    from registry.clock import utc_now
    from registry.regions import service
    from registry.regions.lines import fact_line
    from registry.regions.options import read_instant_option
    from registry.regions.reference import read_reference
    from registry.regions.wire import fact_answer_out, fact_out
    from registry.regions.wording import reason_sentence

    asked, day = read_reference(reference), _asked(on)
    instant = read_instant_option(known_at) or utc_now()
    if key is None:
        facts = _read(lambda session: service.list_facts(session, asked, day))
        lines = "\n".join(fact_line(each) for each in facts) or "No fact is recorded."
        typer.echo(_json_list([fact_out(each) for each in facts]) if json else lines)
        return
    answer = _read(lambda session: service.get_fact(session, asked, key, day, instant))
    if json:
        typer.echo(fact_answer_out(answer).model_dump_json())
    elif answer.fact is not None:
        typer.echo(fact_line(answer.fact))
    if answer.fact is None:
        typer.echo(reason_sentence(answer.asked) or f"Nothing is known of {asked} under {key!r} on {day}.", err=True)
        raise typer.Exit(EXIT_CODES[Kind.NOT_FOUND])


@regions.command()
def match(json: JsonOption = False) -> None:
    """Match the newest divisions of the two official systems and keep the result; print how many of each kind."""
    from registry.canonical import canonical_json
    from registry.clock import utc_now
    from registry.own_database import own_database
    from registry.regions.import_service import match as match_systems
    from registry.regions.matching import counts
    from registry.regions.reference import LEVELS

    with own_database() as own:
        now = utc_now()
        run, matches, is_new = own.write(lambda session: match_systems(session, now))
    numbers = sorted(counts(matches).items())
    if json:
        rows = [{"level": str(LEVELS[depth]), "kind": str(kind), "number": n} for (depth, kind), n in numbers]
        typer.echo(canonical_json({"matching": run.number, "is_new": is_new, "counts": rows}))
        return
    for (depth, kind), number in numbers:
        typer.echo(f"{LEVELS[depth]!s:10}  {kind!s:36}  {number:8,}")
    typer.echo(f"Matching {run.number}{'' if is_new else ', as it was made before'}.")


def _read(work: Callable[[Any], Result]) -> Result:
    from registry.own_database import own_database

    with own_database() as own:
        return own.read(work)


def _found(reference: str, on: str | None) -> "tuple[Resolution, tuple[Region, ...]]":
    from registry.regions import service
    from registry.regions.reference import read_reference

    asked, day = read_reference(reference), _asked(on)

    def look(session: Any) -> "tuple[Resolution, tuple[Region, ...]]":
        found = service.get_region(session, asked, day)
        return found, service.path(session, found)

    return _read(look)


def _finish(found: "Resolution", json: bool) -> None:
    """The last day that is known, and why there is no answer."""
    from registry.regions.wording import reason_sentence

    if found.region is None:
        if not json:
            typer.echo(reason_sentence(found), err=True)
        raise typer.Exit(EXIT_CODES[Kind.NOT_FOUND])
    if found.as_of is not None and not json:
        typer.echo(f"as far as is known: the divisions are those of {found.as_of}")


def _json_list(outs: Sequence[Any]) -> str:
    return "[" + ",\n ".join(each.model_dump_json() for each in outs) + "]"


def _today() -> "date":
    from registry.clock import utc_now
    from registry.validity import legal_day

    return legal_day(utc_now())


def _asked(on: str | None) -> "date":
    from registry.regions.options import read_day_option

    return read_day_option(on, "--on") or _today()
