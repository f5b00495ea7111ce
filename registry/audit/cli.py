"""Commands about the log. Heavy packages are imported only by the function that needs them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.command_options import JsonOption
from registry.errors import EXIT_CODES, Kind
from registry.json_text import MAX_INTEGER

if TYPE_CHECKING:
    from registry.audit.checking import Verdict
    from registry.audit.checkpoint import Checkpoint, VerifierKey
    from registry.keys import Keys
    from registry.own_database import OwnDatabase

log = typer.Typer(
    help="The append-only log: check it, sign it, prove an entry, hand it over.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


IndexArgument = Annotated[int, typer.Argument(min=0, metavar="INDEX", help="As `registry audit list` shows it.")]
OutOption = Annotated[Path | None, typer.Option(help="Write it there instead of printing it.")]


@contextmanager
def _opened(*, make: bool = True, adopt: bool = False) -> "Iterator[tuple[OwnDatabase, Keys]]":
    """The database and the keys of the settings. make, adopt: see keys_of."""
    from registry.config import settings_from_environment
    from registry.keys import keys_folder, keys_of
    from registry.own_database import own_database

    settings = settings_from_environment()
    with own_database() as own:
        yield own, keys_of(own.database, keys_folder(settings.keys_dir, settings.database_url), make=make, adopt=adopt)


@log.command()
def verify(
    against: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint from elsewhere that the log must contain; repeatable.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check every row of the log, all signatures and the checkpoint kept outside. Exit code 4 where one is wrong."""
    from registry.audit import queries
    from registry.audit.checkpoint import log_keys, newest_of, read_key

    with _opened(make=False) as (own, keys):
        signers = log_keys(keys)
        note, outside = newest_of(keys), _outside(signers, against or [])
        newest = None if note is None else note.checkpoint
        witnesses = [read_key(line) for line in keys.witnesses]
        found = own.read(lambda session: queries.check_log(session, signers, newest, outside, witnesses))
    _show_verdict(found, signers[0], json)
    if found.faults:
        raise typer.Exit(EXIT_CODES[Kind.CONFLICT])


def _outside(signers: "tuple[VerifierKey, ...]", against: list[Path]) -> "list[tuple[str, Checkpoint]]":
    from registry.audit.checkpoint import trusted
    from registry.audit.inputs import read_text

    return [(str(path), trusted(read_text(path), *signers).checkpoint) for path in against]


def _show_verdict(found: "Verdict", key: "VerifierKey", json: bool) -> None:
    from registry.canonical import canonical_json

    if json:
        document = {
            "size": found.size, "root": found.root.hex(), "key": str(key), "checkpoints": found.checkpoints,
            "erased": list(found.erased), "faults": [{"where": each.where, "what": each.what} for each in found.faults],
        }  # fmt: skip
        typer.echo(canonical_json(document))
        return
    for fault in found.faults:
        typer.echo(f"FAULT {fault}")
    typer.echo(f"{len(found.faults) or 'No'} fault(s) in {found.size} entries and {found.checkpoints} checkpoints.")
    if found.erased:
        typer.echo(f"Erased, as the log itself says: the payloads of entries {', '.join(map(str, found.erased))}.")
    typer.echo(f"Root {found.root.hex()}\nKey  {key}")


@log.command("list")
def list_entries(
    subject: Annotated[str | None, typer.Option(help="Only of this subject, for example comparison:<id>.")] = None,
    after: Annotated[int, typer.Option(max=MAX_INTEGER, help="Begin behind the entry of this index.")] = -1,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 100,
    json: JsonOption = False,
) -> None:
    """List entries in the order of the log."""
    from registry.audit import queries
    from registry.audit.entry import read_entry
    from registry.own_database import own_database

    with own_database() as own:
        found = own.read(lambda session: queries.list_entries(session, limit=most, after=after, subject=subject))
    for each in found:
        entry = read_entry(each.entry)
        line = f"{each.index:8}  {entry['recorded_at']}  {entry['actor']}  {entry['action']}  {entry['subject']}"
        typer.echo(each.entry if json else line)


@log.command()
def show(index: IndexArgument) -> None:
    """Print an entry as JSON, with its payload unless that is erased."""
    from registry.audit import queries
    from registry.canonical import canonical_json
    from registry.json_text import parse_json
    from registry.own_database import own_database

    with own_database() as own:
        entry = own.read(lambda session: queries.get_entry(session, index))
        payload = own.read(lambda session: queries.find_payload(session, index))
    content = {"payload": None, "reason": None} if payload is None else parse_json(payload.content.encode())
    document = {**parse_json(entry.entry.encode()), **content, "is_erased": payload is None, "leaf": entry.leaf.hex()}
    typer.echo(canonical_json(document))


@log.command()
def checkpoint(
    out: OutOption = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Go on although newest-checkpoint.txt is lost; see docs/audit.md.")
    ] = False,
) -> None:
    """Sign the log as it is and print the checkpoint: give it away, so that nobody can rewrite the log unseen."""
    from registry.audit import queries, service
    from registry.clock import utc_now

    with _opened(adopt=adopt) as (own, keys):
        service.sign(own.database, keys, utc_now(), adopt=adopt)
        _print(own.read(lambda session: queries.note_of(session, queries.get_checkpoint(session))), out)


def _print(text: str, out: Path | None) -> None:
    from registry.output_files import write_whole

    if out is None:
        typer.echo(text, nl=False)
    else:
        write_whole(out, text.encode())


@log.command()
def prove(index: IndexArgument, out: OutOption = None) -> None:
    """Sign the log and print the proof of one entry (.tlog-proof), which verify_export.py --proof verifies alone."""
    from registry.audit import queries, service
    from registry.clock import utc_now

    with _opened() as (own, keys):
        service.sign(own.database, keys, utc_now())
        _print(own.read(lambda session: queries.record_proof(session, index)), out)


@log.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    payloads: Annotated[bool, typer.Option(help="Also what may hold personal data.")] = True,
) -> None:
    """Sign the log; write entries, checkpoint, public key and the program that verifies them without this one."""
    from registry.audit import queries, service
    from registry.audit.checkpoint import log_key
    from registry.audit.export import KEY, SUMS, VERIFIER, sums
    from registry.audit.inputs import source_of_verifier
    from registry.clock import utc_now
    from registry.errors import Conflict, Unavailable

    if folder.exists():
        raise Conflict(f"{folder} exists already. Name a folder that does not.")
    with _opened() as (own, keys):
        service.sign(own.database, keys, utc_now())
        try:
            with _made_whole(folder) as part:
                digests: dict[str, hashlib._Hash] = {}

                def put(name: str, content: bytes) -> None:
                    with (part / name).open("ab") as file:
                        file.write(content)
                    digests.setdefault(name, hashlib.sha256()).update(content)

                put(KEY, f"{log_key(keys)}\n".encode())
                put(VERIFIER, source_of_verifier())
                size = own.read(lambda session: queries.export(session, put, with_payloads=payloads))
                (part / SUMS).write_bytes(sums({name: each.hexdigest() for name, each in digests.items()}))
        except OSError as error:
            raise Unavailable(f"{folder} cannot be written: {error.strerror}.") from error
    typer.echo(f"{size} entries written to {folder.resolve()}. Verify them anywhere: python3 {VERIFIER}")


@contextmanager
def _made_whole(folder: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name once it is full; nothing is left behind where that fails."""
    from tempfile import TemporaryDirectory

    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".registry-") as beside:
        part = Path(beside) / "export"
        part.mkdir()
        yield part
        part.rename(folder)


@log.command("seal-day")
def seal_day(
    days: Annotated[int, typer.Option(min=1, help="At most so many days at once.")] = 366,
) -> None:
    """Close the days that are over: one entry each, whatever was sealed in them. A server does it by itself."""
    from registry.audit import service
    from registry.clock import utc_now

    with _opened() as (own, keys):
        now = utc_now()
        closed = own.write(lambda session: service.close_days(session, now, days))
        service.sign(own.database, keys, now)
    typer.echo(f"{len(closed)} day(s) closed{': ' + ', '.join(map(str, closed)) if closed else ''}.")


@log.command()
def cosign(file: Annotated[Path, typer.Argument(help="A checkpoint with signatures of witnesses.")]) -> None:
    """Keep the signatures of witnesses that witnesses.txt, beside the keys, names."""
    from registry.audit import service
    from registry.audit.checkpoint import log_key, trusted
    from registry.audit.inputs import read_text
    from registry.clock import utc_now

    text = read_text(file)
    with _opened() as (own, keys):
        size = trusted(text, log_key(keys)).checkpoint.size
        added = own.write(lambda session: service.add_cosignatures(session, keys.witnesses, size, text, utc_now()))
    typer.echo(f"Checkpoint {size}: {', '.join(added) if added else 'nothing new'}.")


@log.command()
def erase(
    index: IndexArgument,
    reason: Annotated[str, typer.Option(help="Why; kept with the entry that says so. No personal data, please.")],
) -> None:
    """Remove the payload of an entry for good. The entry stays and can still be proven."""
    from registry.audit import service
    from registry.clock import utc_now
    from registry.own_database import own_database

    with own_database() as own:
        now = utc_now()
        by = own.write(lambda session: service.erase(session, index, actor="operator", reason=reason, now=now))
    typer.echo(f"The payload of entry {index} is erased; entry {by} says so. Backups still hold it.")
