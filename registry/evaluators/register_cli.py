"""Commands about the register as a whole: take in an existing one, write this one to a file.

Heavy packages are imported only by the function that needs them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.command_options import JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.evaluators.credit_code import Respelling
    from registry.evaluators.register_export import ExportFormat
    from registry.evaluators.register_service import ImportReport

_MOST_CHARACTERS = 200


def import_register(
    file: Annotated[
        Path | None, typer.Argument(help="A workbook with the sheets evaluators and scope, or evaluators as CSV.")
    ] = None,
    scope: Annotated[Path | None, typer.Option(help="The scope items, where they are a file of their own.")] = None,
    source: Annotated[str, typer.Option(help="What the register is called, and who keeps it.")] = "",
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The day of which the register is.")] = "",
    dry_run: Annotated[bool, typer.Option(help="Only say what would be wrong.")] = False,
    json: JsonOption = False,
) -> None:
    """Import an existing register with its certificates: CSV or XLSX, whole or not at all."""
    from dataclasses import asdict

    from registry.accounts.permissions import OPERATOR
    from registry.canonical import canonical_json
    from registry.clock import utc_now
    from registry.evaluators import register_service as service
    from registry.evaluators.register_inputs import RegisterFiles, read_register
    from registry.own_database import own_database
    from registry.progress_bar import progress_bar
    from registry.regions.reference import read_day

    day = read_day(as_of)
    if file is None or day is None:
        raise typer.BadParameter("Give a FILE and, as 2026-03-01, the day of which it is: --as-of DATE")
    if not 0 < len(source.strip()) <= _MOST_CHARACTERS:
        raise typer.BadParameter(f"Say in 1 to {_MOST_CHARACTERS} characters which register it is: --source TEXT")
    with own_database() as own, progress_bar() as tell:
        given = read_register(RegisterFiles(file, scope), day, tell)
        terms = service.Terms(source.strip(), utc_now(), dry_run, tell)
        report = own.write(lambda session: service.import_register(session, OPERATOR, given, terms))
    typer.echo(canonical_json(asdict(report)).decode() if json else _import_line(report, dry_run))
    if report.respelled and not json:
        typer.echo(respelled_line(report.respelled), err=True)


def _import_line(report: "ImportReport", is_dry_run: bool) -> str:
    if report.was_there:
        return "Nothing to do: this register is imported already."
    done = "would be imported" if is_dry_run else f"imported as {report.import_id}"
    return f"{report.evaluators:,} evaluators with {report.items:,} scope items {done}."


def respelled_line(respelled: "Sequence[Respelling]") -> str:
    """With the first few of them."""
    shown = ", ".join(f"{each.ref}: {each.written} as {each.read_as}" for each in respelled[:5])
    more = ", ..." if len(respelled) > 5 else ""
    return f"{len(respelled)} credit code(s) are not written as on a licence and were read so: {shown}{more}"


def export_register(
    output: Annotated[Path, typer.Argument(help="The file to write: .csv, .xlsx or .json.")],
    valid_at: Annotated[
        str, typer.Option("--valid-at", metavar="DATE", help="The day that is asked about, or an instant of it.")
    ],
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="INSTANT", help="As known then, as 2026-03-10T00:00:00Z; default: now."),
    ] = None,
) -> None:
    """Write every scope item with its status on a day, as everybody may see it."""
    from registry.clock import utc_now
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.evaluators.register_export import export
    from registry.evaluators.register_service import listing
    from registry.evaluators.status_service import POLICY
    from registry.output_files import write_whole
    from registry.own_database import own_database

    form, on, known = _format_of(output), read_valid_at(valid_at), read_known_at(known_at, utc_now())
    with own_database() as own:
        found = own.read(lambda session: listing(session, on, known, POLICY))
    write_whole(output, export(found, form))
    typer.echo(
        f"{len(found.lines):,} scope items on {on}, as known at {known:%Y-%m-%d %H:%M:%S}Z, written to {output}."
    )


def _format_of(output: Path) -> "ExportFormat":
    from registry.evaluators.register_export import ExportFormat

    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in set(ExportFormat):
        raise typer.BadParameter(f"The name of the file ends in .{', .'.join(ExportFormat)}, and so is its format.")
    return ExportFormat(suffix)
