"""The command line: composes the commands of the slices and turns errors into messages and exit codes."""

import gc
import io
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry import __version__
from registry.accounts.cli import app as accounts
from registry.audit.cli import log
from registry.command_options import JsonOption, LanguageOption, language_of
from registry.db_cli import database
from registry.eligibility.attestation_cli import attest, verify
from registry.eligibility.cli import check
from registry.errors import EXIT_CODES, Kind, RegistryError
from registry.evaluators.cli import evaluators
from registry.evaluators.exclusion_cli import exclusions
from registry.evaluators.qualification_cli import vetting
from registry.evaluators.webhook_cli import webhooks
from registry.fieldwork.cli import engagements
from registry.ids import printable
from registry.regions.cli import regions
from registry.reliability.cli import (
    Format,
    compare,
    demo_comparison,
    show_document,
    write_folder,
)
from registry.standards.cli import standards

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from registry.reliability.submission import Products, Submission

app = typer.Typer(
    name="registry",
    help="Qualified evaluators, versioned standards, and how far evaluators' reports can be believed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.command()(compare)
app.command()(verify)
app.add_typer(accounts)
app.add_typer(attest)
app.add_typer(check)
app.add_typer(database, name="db")
app.add_typer(evaluators)
app.add_typer(exclusions)
app.add_typer(engagements)
app.add_typer(vetting)
app.add_typer(webhooks)
app.add_typer(log, name="audit")
app.add_typer(regions, name="regions")
app.add_typer(standards, name="standards")
comparisons = typer.Typer(
    name="comparisons", help="Recorded comparisons.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)
app.add_typer(comparisons)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `registry comparisons list` shows it.")]

# A refusal names every bad row; a terminal shows this many and says how to get the rest.
_SHOWN = 50


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def demo(
    serve: Annotated[bool, typer.Option(help="Serve the page after printing the table.")] = True,
    folder: Annotated[Path, typer.Option(help="Where the results go.")] = Path("registry-demo"),
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to serve on.")] = None,
    language: LanguageOption = None,
) -> None:
    """Compare repeat food inspections of the City of Chicago: real data, no preparation."""
    from registry import server
    from registry.reliability.inputs import SavedComparison

    tongue = language_of(language)
    where = server.address(host, port)
    if serve:
        server.require_free(where)
    comparison = demo_comparison()
    document = comparison.document()
    show_document(document, Format.TABLE, None, tongue)
    names = write_folder(comparison, folder, tongue)
    typer.echo(f"\nWritten to {folder.resolve()}: {', '.join(names)}")
    if serve:
        typer.echo(f"Serving on http://{where} (stop with Ctrl+C)")
        # What is tried out leaves no trace in a database that is used in earnest.
        server.serve(SavedComparison(document, comparison.pairs), where, None)


@app.command()
def serve(
    folder: Annotated[Path | None, typer.Argument(help="A folder that `registry compare --folder` wrote.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; default REGISTRY_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default REGISTRY_PORT, else 8000.")] = None,
) -> None:
    """Serve the page of a finished comparison, and the API that records comparisons in the database."""
    from registry import server
    from registry.own_database import own_database
    from registry.reliability.inputs import read_comparison

    where = server.address(host, port)
    server.require_free(where)
    saved = read_comparison(folder) if folder else None
    with own_database() as own:
        typer.echo(f"Serving on http://{where}, the API on http://{where}/api (stop with Ctrl+C)")
        server.serve(saved, where, own.database)


@comparisons.command("list")
def list_recorded(
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """List recorded comparisons, the newest first."""
    from registry.own_database import own_database
    from registry.reliability import queries
    from registry.reliability.answers import comparison_out

    with own_database() as own:
        found = own.read(lambda session: queries.list_comparisons(session, limit=most))
    if json:
        typer.echo("[" + ",\n ".join(comparison_out(each).model_dump_json() for each in found) + "]")
        return
    for each in found:
        rate = "" if each.discrepancy_rate is None else f"{each.discrepancy_rate:.1%}"
        counts = f"{each.evaluators:4} evaluators {each.visits:6} visits {each.pairs:8} pairs {rate:>6}"
        typer.echo(f"{each.id}  {each.recorded_at:%Y-%m-%d %H:%M:%S}Z {counts}  {each.title or ''}".rstrip())
    if not found:
        typer.echo("Nothing is recorded yet. Use: registry compare --record", err=True)


@comparisons.command("show")
def show_recorded(identifier: IdArgument, json: JsonOption = False, language: LanguageOption = None) -> None:
    """Print a recorded comparison as `compare` does."""
    from registry.json_text import parse_json

    _, products = _recorded(identifier)
    if json:
        typer.echo(products.result, nl=False)
        return
    show_document(parse_json(products.result), Format.TABLE, None, language_of(language))


@comparisons.command("replay")
def replay_recorded(identifier: IdArgument, json: JsonOption = False) -> None:
    """Compare the kept files again. Exit code 4 where the result is not bit for bit the recorded one."""
    from registry.own_database import own_database
    from registry.reliability import queries
    from registry.reliability.wire import ReplayOut

    with own_database() as own:
        found = own.read(lambda session: queries.replay(session, queries.read_comparison_id(identifier)))
    out = ReplayOut(identical=found.is_identical, same_code=found.is_same_code, differences=list(found.differences))
    if json:
        typer.echo(out.model_dump_json())
    else:
        code = "the same code" if found.is_same_code else "other code"
        typer.echo(f"{'Identical' if found.is_identical else 'Different'}, by {code}.")
        for each in found.differences:
            typer.echo(f"  {each or '(document)'}")
    if not found.is_identical:
        raise typer.Exit(EXIT_CODES[Kind.CONFLICT])


@comparisons.command("export")
def export_recorded(
    identifier: IdArgument,
    folder: Annotated[Path, typer.Option(help="Where the files go.")],
    language: LanguageOption = None,
) -> None:
    """Write the files that were handed in, and all that came of them."""
    from registry.output_files import require_distinct, write_whole
    from registry.reliability.inputs import comparison_of
    from registry.reliability.outputs import folder_files

    submission, products = _recorded(identifier)
    saved = comparison_of(products)
    files = {
        f"inputs/{role.replace('_', '-')}-{each.name}": each.content for role, each in submission.files().items()
    } | folder_files(saved.document, saved.pairs, products, language_of(language))
    require_distinct([], [(name, folder / name) for name in files])
    for name, content in files.items():
        write_whole(folder / name, content)
    typer.echo(f"Written to {folder.resolve()}: {', '.join(files)}")


def _recorded(identifier: str) -> "tuple[Submission, Products]":
    """What was handed in and what came of it. Raises ComparisonNotFound."""
    from registry.own_database import own_database
    from registry.reliability import queries

    def load(session: "Session") -> "tuple[Submission, Products]":
        recorded = queries.get_comparison(session, queries.read_comparison_id(identifier))
        return queries.load_submission(session, recorded.description), queries.load_products(session, recorded)

    with own_database() as own:
        return own.read(load)


def message(error: RegistryError, most: int | None = None) -> str:
    """What a person reads: the sentence, then each violation on a line of its own, or the first and a count by rule."""
    shown = error.violations[:most]
    told = [f"{each.code}  {each}" if error.shows_codes else str(each) for each in shown]
    lines = [f"Error: {error.detail}", *(f"  {each}" for each in told)]
    if len(shown) < len(error.violations):
        rules = Counter(each.code for each in error.violations).most_common()
        lines.append(
            f"  … and {len(error.violations) - len(shown)} more. In all: " + ", ".join(f"{n} {r}" for r, n in rules)
        )
        if error.code == "findings-rejected":
            lines.append("  Add --on-error report --errors FILE to get all of them beside their rows.")
    return "\n".join(lines)


def main() -> None:
    # Divisions, names and rules stay for as long as the process does. To go through them for every 700 new objects, as
    # is usual, takes a quarter of the time of a thousand questions about eligibility.
    gc.set_threshold(20_000, 50, 100)
    # A terminal that knows no Chinese shows escapes in its place; JSON and CSV are UTF-8 whatever the terminal is.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except RegistryError as error:
        typer.echo(printable(message(error, _SHOWN if sys.stderr.isatty() else None)), err=True)
        sys.exit(EXIT_CODES[error.kind])
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone: nothing is wrong.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
