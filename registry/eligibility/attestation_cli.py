"""Commands about attestations. Heavy packages are imported only by the function that needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from registry.command_options import JsonOption

if TYPE_CHECKING:
    from registry.config import Settings
    from registry.keys import Keys
    from registry.own_database import OwnDatabase


class _CheckOrCommand(TyperGroup):
    """`registry attest ec-000001` is `registry attest issue ec-000001`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        is_check = bool(args) and args[0] not in self.commands and not args[0].startswith("-")
        return super().resolve_command(ctx, ["issue", *args] if is_check else args)


attest = typer.Typer(
    name="attest",
    cls=_CheckOrCommand,
    help="Attest a decision: registry attest CHECK. And the keys that sign.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@contextmanager
def _opened() -> "Iterator[tuple[OwnDatabase, Keys, Settings]]":
    from registry.config import settings_from_environment
    from registry.keys import keys_folder, keys_of
    from registry.own_database import own_database

    settings = settings_from_environment()
    with own_database() as own:
        yield own, keys_of(own.database, keys_folder(settings.keys_dir, settings.database_url)), settings


@attest.command()
def issue(
    check: Annotated[str, typer.Argument(metavar="CHECK", help="Code of a stored decision, as ec-000001.")],
    out: Annotated[Path | None, typer.Option(help="Write the signed text there instead of printing it.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF too, which carries the signed text.")] = None,
) -> None:
    """Sign what a decision says."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.eligibility import attestation_queries as queries
    from registry.eligibility import attestation_service as service
    from registry.eligibility.attestation_check_service import attested_check
    from registry.eligibility.attestation_keys import SigningKey
    from registry.eligibility.attestation_pdf import attestation_pdf
    from registry.eligibility.check_service import get_check
    from registry.output_files import write_whole

    now = utc_now()
    with _opened() as (own, keys, settings):
        addresses = service.addresses_of(settings.public_url)

        def work(session: Any) -> Any:
            attested = attested_check(session, get_check(session, check))
            current = queries.current_key(session)
            key = SigningKey(keys.attesting_key(None if current is None else current.public))
            return service.issue(session, OPERATOR, attested, service.Issuer(key, addresses), now), attested

        made, attested = own.write(work)
    if pdf is not None:
        write_whole(pdf, attestation_pdf(made, attested))
    if out is None:
        typer.echo(made.jws)
    else:
        write_whole(out, f"{made.jws}\n".encode())
    typer.echo(f"Attestation {made.id}; everybody verifies it at {addresses.verify(made.id)}", err=True)


@attest.command("rotate-key")
def rotate_key() -> None:
    """Another key signs from now on. The old one stays published, and what it signed can be verified for ever."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.eligibility import attestation_key_service as service
    from registry.eligibility.attestation_keys import SigningKey

    now = utc_now()
    with _opened() as (own, keys, _):
        key = SigningKey(keys.next_attesting_key())
        own.write(lambda session: service.take_into_use(session, OPERATOR, key, now))
        # Puts the file in the place of the old one; a start that comes after a power cut does the same.
        keys.attesting_key(key.public)
    typer.echo(f"{key.kid} signs attestations from now on.")


@attest.command("keys")
def list_keys(
    out: Annotated[Path | None, typer.Option(help="Write it there instead of printing it.")] = None,
) -> None:
    """Every key that ever signed, with its time: what others verify with, also without a network."""
    import json

    from registry.config import settings_from_environment
    from registry.eligibility import attestation_queries as queries
    from registry.eligibility.attestation_keys import key_set
    from registry.output_files import write_whole
    from registry.own_database import own_database

    with own_database() as own:
        found = key_set(own.read(queries.key_uses), settings_from_environment().public_url)
    text = json.dumps(found, indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_whole(out, text.encode())


# A name of a key may begin with a hyphen.
@attest.command("key-compromised", context_settings={"ignore_unknown_options": True})
def key_compromised(
    kid: Annotated[str, typer.Argument(metavar="KEY", help="As `registry attest keys` shows it under kid.")],
    since: Annotated[str, typer.Option("--from", metavar="INSTANT", help="From when on others may have had it.")],
    reason: Annotated[str, typer.Option(help="How that is known; kept in the log. No personal data, please.")],
) -> None:
    """Nothing counts that the key signed from then on. Then run `registry attest rotate-key`."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.eligibility import attestation_key_service as service
    from registry.evaluators.asked_times import read_known_at
    from registry.own_database import own_database

    now = utc_now()
    at = read_known_at(since, now, "--from")
    with own_database() as own:
        own.write(lambda session: service.mark_compromised(session, OPERATOR, kid, at, reason, now))
    typer.echo(f"Nothing counts that {kid} signed from {at.isoformat()} on.")


def verify(
    file: Annotated[Path, typer.Argument(help="The attestation: signed text, JSON, or the PDF.")],
    keys: Annotated[
        Path | None, typer.Option(help="Keys of the registry that issued it; default: this registry's own.")
    ] = None,
    decision: Annotated[Path | None, typer.Option(help="The decision that it attests.")] = None,
    status_list: Annotated[list[Path] | None, typer.Option(help="A status list as published; repeatable.")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="For which it is asked; default: now.")] = None,
    json: JsonOption = False,
) -> None:
    """Verify an attestation of eligibility, without a network. The registry that issued it also says its state."""
    from json import dumps

    from registry.clock import utc_now
    from registry.eligibility import verify_attestation as verifier
    from registry.eligibility.attestation_errors import AttestationRejected
    from registry.evaluators.asked_times import read_known_at
    from registry.own_files import read_bytes

    now = utc_now()
    instant = read_known_at(at, now, "--at")
    try:
        given = verifier.read_given(read_bytes(file))
        decided = None if decision is None else verifier.read_json(read_bytes(decision), "The decision")
        lists = [read_bytes(each).decode("utf-8", "replace").strip() for each in status_list or ()]
        trusted = _own_keys() if keys is None else verifier.read_json(read_bytes(keys), "The file of keys")
        lines = verifier.check(given, trusted, decided, lists, instant)
    except verifier.Refused as refused:
        raise AttestationRejected(str(refused)) from refused
    if keys is None:
        lines = [*lines, f"Here and now it is: {_own_worth(given.jws, now)}."]
    typer.echo(dumps({"holds": True, "found": lines}, ensure_ascii=False) if json else "\n".join(lines))


def _own_keys() -> Any:
    from registry.eligibility import attestation_queries as queries
    from registry.eligibility.attestation_keys import key_set
    from registry.own_database import own_database

    with own_database() as own:
        return key_set(own.read(queries.key_uses), None)


def _own_worth(token: str, now: Any) -> str:
    from registry.eligibility import attestation_service as service
    from registry.own_database import own_database

    with own_database() as own:
        return str(own.read(lambda session: service.verify_file(session, token.encode(), now)).worth)
