"""Commands that record something of regions. Heavy packages are imported only by the function that needs them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import JsonOption

if TYPE_CHECKING:
    from registry.regions.import_report import ImportReport
    from registry.regions.import_service import Terms


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
    from registry.validity import legal_day

    given, today = read_facts(file), legal_day(terms.now)
    return lambda session: import_facts(session, given, today, terms)


def _show_import(report: "ImportReport", dry_run: bool, json: bool) -> None:
    from dataclasses import asdict

    from registry.regions.lines import import_line
    from registry.regions.wire import ImportOut

    out = ImportOut(**asdict(report))
    typer.echo(out.model_dump_json() if json else import_line(report, dry_run))


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
