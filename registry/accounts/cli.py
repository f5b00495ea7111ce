"""Commands for whoever runs the registry's machine. They need no account, and the log says "operator"."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="accounts",
    help="Accounts, their roles and API keys.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
keys = typer.Typer(name="keys", help="API keys.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)
app.add_typer(keys)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Sign-in name, or the identifier that `list` shows.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="First line of a file; - is standard input. Without it the terminal asks.")
]


@app.command("create-administrator")
def create_administrator(name: Name = "administrator", password_file: PasswordFile = None) -> None:
    """Make an account that administers accounts. There is no default password."""
    from registry.accounts import operator_service
    from registry.accounts.names import sign_in_name
    from registry.accounts.own_account_service import new_password_hash
    from registry.clock import utc_now
    from registry.own_database import own_database

    folded = sign_in_name(name)
    with own_database() as own:
        password_hash = new_password_hash(_password(password_file), folded)
        now = utc_now()
        own.write(lambda session: operator_service.create_administrator(session, folded, password_hash, now))
    typer.echo(f"The administrator {folded} can sign in. Set up a second factor there, under Your account.")


def _password(path: Path | None) -> str:
    from registry.accounts.inputs import read_password

    if path is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n") if str(path) == "-" else read_password(path)


@app.command("list")
def list_accounts(json: Json = False) -> None:
    """List accounts with their roles and what waits for a second administrator."""
    from registry.accounts import queries
    from registry.accounts.answers import account_out, role_text
    from registry.own_database import own_database

    with own_database() as own:
        found = own.read(lambda session: queries.list_accounts(session, limit=100_000))
    if json:
        typer.echo("[" + ",\n ".join(account_out(each).model_dump_json() for each in found) + "]")
        return
    for each in found:
        state = "erased" if each.account.erased_at else "disabled" if each.account.disabled_at else ""
        roles = ", ".join(role_text(grant) for grant in each.grants)
        typer.echo(f"{each.account.id}  {each.account.sign_in_name or '-':24} {state:9} {roles}".rstrip())
    if not found:
        typer.echo("There is no account yet. Use: registry accounts create-administrator", err=True)


@app.command()
def create(
    name: Name,
    same_person_as: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another account of the same person: duties count persons.")
    ] = None,
) -> None:
    """Make an account without roles and print its invitation, a path to open on the server within 7 days."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        _tell_invitation(own.write(lambda session: operator_service.create(session, name, same_person_as, now)))


def _tell_invitation(token: str) -> None:
    typer.echo(f"/invitation?token={token}")
    typer.echo("Open this path on the server within 7 days. Whoever has it has the account.", err=True)


@app.command()
def invite(name: Name) -> None:
    """Print a new invitation to set a password or link an identity; earlier ones end."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        _tell_invitation(own.write(lambda session: operator_service.invite(session, name, now)))


@app.command("reset-password")
def reset_password(
    name: Name,
    password_file: PasswordFile = None,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Remove the second factor too, if it is lost.")
    ] = False,
) -> None:
    """Set a password; all sessions of the account end."""
    from registry.accounts import operator_service
    from registry.accounts.own_account_service import new_password_hash
    from registry.clock import utc_now
    from registry.own_database import own_database

    with own_database() as own:
        account = own.read(lambda session: operator_service.account_named(session, name))
        password_hash = new_password_hash(_password(password_file), account.sign_in_name)
        now = utc_now()
        own.write(
            lambda session: operator_service.reset_password(session, account.id, password_hash, second_factor, now)
        )
    typer.echo(f"The password of {account.sign_in_name} is set.")


@app.command()
def grant(
    name: Name,
    role: Annotated[str, typer.Argument(help="For example auditor; see docs/accounts.md.")],
    evaluator: Annotated[str | None, typer.Option(help="The one evaluator of the role evaluator.")] = None,
    region: Annotated[str | None, typer.Option(help="Path from the top, with slashes: it and all below.")] = None,
    field: Annotated[str | None, typer.Option(help="Field of assessment.")] = None,
) -> None:
    """Grant a role at once. Between administrators a powerful role needs two of them."""
    from registry.accounts import operator_service
    from registry.accounts.answers import read_role, role_text
    from registry.clock import utc_now
    from registry.own_database import own_database

    held = read_role(role, evaluator, region.split("/") if region else None, field)
    now = utc_now()
    with own_database() as own:
        made = own.write(lambda session: operator_service.grant(session, name, held, now))
    typer.echo(f"{made.id}  {role_text(made)}")


@app.command()
def revoke(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="A role's name, or its identifier by `list --json`.")],
) -> None:
    """End every role of this name, or the one of this identifier. It stays on record."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        typer.echo(f"Ended: {own.write(lambda session: operator_service.revoke(session, name, role, now))}.")


@app.command()
def disable(name: Name) -> None:
    """Nobody signs in to it, its sessions end and its keys open nothing."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        own.write(lambda session: operator_service.disable(session, name, now))


@app.command()
def enable(name: Name) -> None:
    """It can be signed in to again."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        own.write(lambda session: operator_service.enable(session, name, now))


@app.command()
def erase(name: Name) -> None:
    """Remove the name and everything to sign in with. What the account did stays under its identifier."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        own.write(lambda session: operator_service.erase(session, name, now))


@keys.command("create")
def create_key(
    name: Name,
    scope: Annotated[list[str], typer.Option(help="A permission, for example comparison.record; repeat for more.")],
    label: Annotated[str, typer.Option(help="By which it is told from others.")] = "command line",
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 90,
) -> None:
    """Make an API key for an account and print it; nobody can show it again."""
    from registry.accounts import operator_service
    from registry.accounts.own_account_service import WantedKey
    from registry.clock import utc_now
    from registry.own_database import own_database

    wanted, now = WantedKey(label, tuple(scope), days), utc_now()
    with own_database() as own:
        typer.echo(own.write(lambda session: operator_service.make_key(session, name, wanted, now)))


@keys.command("list")
def list_keys(name: Name, json: Json = False) -> None:
    """List the API keys of an account, the newest first."""
    from registry.accounts import operator_service
    from registry.accounts.answers import key_out
    from registry.own_database import own_database

    with own_database() as own:
        found = own.read(lambda session: operator_service.list_keys(session, name))
    if json:
        typer.echo("[" + ",\n ".join(key_out(each).model_dump_json() for each in found) + "]")
        return
    for each in found:
        state = "revoked" if each.revoked_at else f"until {each.expires_at:%Y-%m-%d}"
        typer.echo(f"{each.id}  {each.prefix}  {state:16} {each.label}: {', '.join(each.scope)}")


@keys.command("revoke")
def revoke_key(
    name: Name, key: Annotated[str, typer.Argument(metavar="KEY", help="Identifier or first characters.")]
) -> None:
    """The key opens nothing from now on."""
    from registry.accounts import operator_service
    from registry.clock import utc_now
    from registry.own_database import own_database

    now = utc_now()
    with own_database() as own:
        own.write(lambda session: operator_service.revoke_key(session, name, key, now))
