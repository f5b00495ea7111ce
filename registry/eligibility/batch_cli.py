"""The command about a file of bidders. Heavy packages are imported only by the function that needs them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import JsonOption, LanguageOption, language_of
from registry.eligibility.question import RiskClass

if TYPE_CHECKING:
    from registry.accounts.permissions import Actor
    from registry.eligibility.attestation_service import Issuer
    from registry.eligibility.batch_inputs import BiddersFile
    from registry.eligibility.batch_service import Order, Report
    from registry.own_database import OwnDatabase

Default = Annotated[str, typer.Option(help="For rows that do not say it.")]
Parties = Annotated[list[str] | None, typer.Option(help="For rows that name none; repeatable.")]


def ask_about_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX with a bidder in each row.")],
    domain: Default = "",
    region: Default = "",
    evaluation_type: Annotated[str, typer.Option("--type", help="For rows that do not say it.")] = "",
    standard: Default = "",
    level: Default = "",
    valid_at: Annotated[str | None, typer.Option("--valid-at", metavar="DATE", help="One day.")] = None,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the work.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="First day after it.")] = "",
    known_at: Annotated[str | None, typer.Option("--known-at", metavar="INSTANT", help="Default: now.")] = None,
    subject: Parties = None,
    commissioner: Default = "",
    payer: Default = "",
    implementer: Parties = None,
    risk_class: Annotated[RiskClass, typer.Option(help="Of the work.")] = RiskClass.NORMAL,
    lists: Annotated[list[str] | None, typer.Option("--list", metavar="CODE", help="Only this list.")] = None,
    tender: Annotated[str | None, typer.Option(help="Clause of the tender document.")] = None,
    as_competitors: Annotated[bool, typer.Option("--as-competitors", help="Each against all of its lot.")] = False,
    attest: Annotated[bool, typer.Option("--attest", help="An attestation of each that is registered.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where to write the file with the answers.")] = None,
    errors: Annotated[Path | None, typer.Option(help="Where to write the file with what is wrong in each row.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Answer, and store nothing.")] = False,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", envvar="REGISTRY_KEY_FILE", help="An API key; default: the operator."),
    ] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Ask about every bidder of a file; all answers are kept, or none. The same file again is kept once."""
    from registry.clock import utc_now
    from registry.eligibility.batch import Defaults
    from registry.eligibility.batch_inputs import read_bidders
    from registry.eligibility.batch_service import Order
    from registry.eligibility.batch_wire import batch_out
    from registry.evaluators.asked_times import read_known_at
    from registry.progress_bar import progress_bar

    first, until = _days(valid_at, first, until)
    told = Defaults(
        domain, region, evaluation_type, standard, level, first, until, tuple(subject or ()), commissioner, payer, None,
        tuple(implementer or ()), risk_class, None if lists is None else tuple(lists), tender,
    )  # fmt: skip
    now = utc_now()
    known = read_known_at(known_at, now, "--known-at")
    with progress_bar() as tell:
        given = read_bidders(file)
        order = Order(told, known, as_competitors, attest and not dry_run, tell)
        report = _report(given, order, key, errors, dry_run=dry_run)
    if out is not None:
        _write_answers(report, out, language)
    typer.echo(batch_out(report).model_dump_json() if json else "\n".join(_lines(report, dry_run)))


def _days(valid_at: str | None, first: str, until: str) -> tuple[str, str]:
    from registry.eligibility.asking import window_of
    from registry.evaluators.asked_times import read_valid_at

    if valid_at is None:
        return first, until
    window = window_of(read_valid_at(valid_at), *(read_valid_at(each) if each else None for each in (first, until)))
    return str(window.valid_from), str(window.valid_to)


def _report(given: "BiddersFile", order: "Order", key: Path | None, errors: Path | None, *, dry_run: bool) -> "Report":
    from registry.audit.service import take_turn
    from registry.clock import utc_now
    from registry.eligibility.batch_service import answer_batch, prepare_batch, store_batch
    from registry.eligibility.eligibility_errors import BiddersRejected
    from registry.own_database import own_database

    try:
        with own_database() as own:
            if dry_run:
                return own.read(lambda session: answer_batch(session, acting(session, key, utc_now()), given, order))
            opener = issuer_opener(own) if order.attest else None
            prepared = own.read(lambda session: prepare_batch(session, acting(session, key, utc_now()), given, order))

            def work(session: Any) -> "Report":
                take_turn(session)
                now = utc_now()
                actor = acting(session, key, now)
                return store_batch(session, actor, prepared, order, now, None if opener is None else opener(session))

            return own.write(work)
    except BiddersRejected as error:
        if errors is not None:
            _write_errors(given, error, errors)
        raise


def acting(session: Any, key: Path | None, now: Any) -> "Actor":
    """Whose API key it is, or the operator."""
    from registry.accounts.key_service import actor_by_key
    from registry.accounts.permissions import OPERATOR
    from registry.evaluators.vetting_inputs import read_key

    return OPERATOR if key is None else actor_by_key(session, read_key(key), now)


def issuer_opener(own: "OwnDatabase") -> "Callable[[Any], Issuer]":
    """Who attests in the name of this registry; which key that is, the database says inside of a transaction."""
    from registry.config import settings_from_environment
    from registry.eligibility import attestation_queries as queries
    from registry.eligibility import attestation_service as service
    from registry.eligibility.attestation_keys import SigningKey
    from registry.keys import keys_folder, keys_of

    settings = settings_from_environment()
    addresses = service.addresses_of(settings.public_url)
    keys = keys_of(own.database, keys_folder(settings.keys_dir, settings.database_url))

    def opened(session: Any) -> "Issuer":
        current = queries.current_key(session)
        return service.Issuer(SigningKey(keys.attesting_key(None if current is None else current.public)), addresses)

    return opened


def _write_answers(report: "Report", path: Path, language: Any) -> None:
    from registry.eligibility.batch_service import answered_file
    from registry.file_formats import FORMAT_OF_SUFFIX
    from registry.output_files import write_whole

    file = answered_file(report, language_of(language), FORMAT_OF_SUFFIX.get(path.suffix.lower()))
    write_whole(path, file.content)
    typer.echo(f"The answers are written to {path}. {file.notice}".rstrip(), err=True)


def _write_errors(given: "BiddersFile", error: Any, path: Path) -> None:
    from registry.annotated_files import annotate
    from registry.file_formats import FORMAT_OF_SUFFIX
    from registry.output_files import write_whole

    write_whole(path, annotate(given.table, error.violations, FORMAT_OF_SUFFIX.get(path.suffix.lower())).content)
    typer.echo(f"What is wrong in each row is written to {path}.", err=True)


def _lines(report: "Report", dry_run: bool) -> list[str]:
    verdicts, codes = report.counts
    told = [f"{count:6} {name}" for counted in (verdicts, codes) for name, count in counted.items() if count]
    if report.was_there:
        done = "was stored before, with the same options and as of the same instant; these are its answers"
    else:
        done = "is answered, and nothing is stored" if dry_run else "is answered and stored"
    return [f"{report.given.name} {done}. Digest {report.batch_sha256}", *told]
