"""Commands that look after the database. SQLAlchemy and Alembic are imported only by the command that runs."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from registry.errors import EXIT_CODES, Kind

if TYPE_CHECKING:
    from registry.db import Database

database = typer.Typer(
    name="db", help="Make, upgrade and check the database.", no_args_is_help=True, rich_markup_mode=None
)

Url = Annotated[
    str | None,
    typer.Option("--url", help="sqlite:////path/to/file.db or postgresql://user@host/name; default by the settings."),
]


@database.command()
def upgrade(url: Url = None) -> None:
    """Bring the tables to the newest revision; an SQLite file that does not exist is made."""
    from registry import db_state

    with closing(_open(url, create=True)) as opened:
        before, after = db_state.upgrade(opened)
        typer.echo(_address(opened))
    typer.echo(f"Already at revision {after}." if before == after else f"From {before or 'nothing'} to {after}.")


@database.command()
def current(url: Url = None) -> None:
    """Print the revision of the database and the newest one."""
    from registry import db_state

    with closing(_open(url)) as opened:
        typer.echo(f"{db_state.current_revision(opened) or 'none'} (newest: {db_state.newest_revision()})")


@database.command()
def check(url: Url = None) -> None:
    """Say what state the database is in. Exit code 4 where something is to be done."""
    from registry import db_state

    with closing(_open(url)) as opened:
        findings = db_state.check(opened)
        typer.echo(_address(opened))
    for finding in findings:
        typer.echo(f"{finding.subject:12} {'FAULT' if finding.fault else 'ok':6} {finding.fault or finding.seen}")
    if any(finding.fault for finding in findings):
        raise typer.Exit(EXIT_CODES[Kind.CONFLICT])


def _open(url: str | None, *, create: bool = False) -> "Database":
    from registry.config import settings_from_environment
    from registry.db import open_database

    return open_database(url or settings_from_environment().database_url, create=create)


def _address(opened: "Database") -> str:
    return opened.engine.url.render_as_string(hide_password=True)
