"""The command line: composes the commands of the slices and turns errors into messages and exit codes."""

import sys
from typing import Annotated

import typer

from registry import __version__
from registry.errors import EXIT_CODES, RegistryError
from registry.reliability.cli import commands

app = typer.Typer(
    name="registry",
    help="Qualified evaluators, versioned standards, and how far evaluators' reports can be believed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for command in commands:
    app.command()(command)

# A refusal names every bad row; a terminal shows this many and says how to get the rest.
_SHOWN = 50


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def message(error: RegistryError) -> str:
    """What a person reads: the sentence, then each violation on a line of its own."""
    lines = [f"Error: {error.detail}", *(f"  {each}" for each in error.violations[:_SHOWN])]
    more = len(error.violations) - _SHOWN
    if more > 0:
        lines.append(f"  … and {more} more. Add --on-error report --errors FILE to get all of them beside their rows.")
    return "\n".join(lines)


def main() -> None:
    try:
        app()
    except RegistryError as error:
        typer.echo(message(error), err=True)
        sys.exit(EXIT_CODES[error.kind])
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone: nothing is wrong.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
