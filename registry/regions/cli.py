"""Commands about regions; those that record something are in import_cli.py.

Heavy packages are imported only by the function that needs them.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from registry.command_options import JsonOption
from registry.errors import EXIT_CODES, Kind
from registry.regions.import_cli import import_file, match

if TYPE_CHECKING:
    from datetime import date

    from registry.regions.answers import Region, Resolution

regions = typer.Typer(
    help="Administrative divisions: import, search, show, and what became of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
regions.command("import")(import_file)
regions.command()(match)

Result = TypeVar("Result")
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REGION", help="mca:422828100; with a day mca:330103@2020-05-01: the code as of it.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The day that is asked about; default: today.")
]
LevelOption = Annotated[str | None, typer.Option(help="province, prefecture, county, township or village.")]


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


def _asked(on: str | None) -> "date":
    from registry.clock import utc_now
    from registry.regions.options import read_day_option
    from registry.validity import legal_day

    return read_day_option(on, "--on") or legal_day(utc_now())
