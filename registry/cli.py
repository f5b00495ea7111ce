"""The command line: composes the commands of the slices and turns errors into messages and exit codes."""

import io
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from registry import __version__
from registry.db_cli import database
from registry.errors import EXIT_CODES, RegistryError
from registry.reliability.cli import (
    Format,
    LanguageOption,
    compare,
    demo_comparison,
    language_of,
    show_document,
    write_folder,
)

app = typer.Typer(
    name="registry",
    help="Qualified evaluators, versioned standards, and how far evaluators' reports can be believed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.command()(compare)
app.add_typer(database, name="db")

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


def message(error: RegistryError, most: int | None = None) -> str:
    """What a person reads: the sentence, then each violation on a line of its own, or the first and a count by rule."""
    shown = error.violations[:most]
    lines = [f"Error: {error.detail}", *(f"  {each}" for each in shown)]
    if len(shown) < len(error.violations):
        rules = Counter(each.code for each in error.violations).most_common()
        lines.append(
            f"  … and {len(error.violations) - len(shown)} more. In all: " + ", ".join(f"{n} {r}" for r, n in rules)
        )
        if any(each.row is not None for each in error.violations):
            lines.append("  Add --on-error report --errors FILE to get all of them beside their rows.")
    return "\n".join(lines)


def main() -> None:
    # A terminal that knows no Chinese shows escapes in its place; JSON and CSV are UTF-8 whatever the terminal is.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except RegistryError as error:
        typer.echo(message(error, _SHOWN if sys.stderr.isatty() else None), err=True)
        sys.exit(EXIT_CODES[error.kind])
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone: nothing is wrong.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
