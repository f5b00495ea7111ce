"""Commands about standards. Each takes a file, or ID@VERSION of what is published."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from registry.command_options import JsonOption, LanguageOption, language_of
from registry.errors import EXIT_CODES, Kind
from registry.standards.document_kinds import DocumentKind

if TYPE_CHECKING:
    from datetime import date

    from registry.standards.resolving_service import Answer, Asked

standards = typer.Typer(
    help="Standards and their localizations: validate, resolve, import, publish, export, list, show.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Result = TypeVar("Result")
_WHAT = "A file, ID@VERSION of what is published, or an ID for the version in force."
SourceArgument = Annotated[str, typer.Argument(metavar="STANDARD", help=_WHAT)]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The day that is asked about; default: today.")
]
LocalizationOption = Annotated[
    list[str] | None,
    typer.Option("--localization", metavar="FILE", help="A file or ID@VERSION; several times. Imports are looked up."),
]
RegionOption = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="As mca:530303. Without --localization the one in force there is taken."),
]
FactsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A fact sheet; its classifying facts choose values.")
]
OutputOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of printing.")]


@standards.command()
def validate(
    sources: Annotated[
        list[str], typer.Argument(metavar="STANDARD...", help=_WHAT + " Files may build on each other.")
    ],
    json: JsonOption = False,
) -> None:
    """Say whether standards, localizations, mappings and fact sheets are right; every fault with code and pointer."""
    from registry.canonical import digest
    from registry.own_database import own_database
    from registry.standards.checking_service import check_sources
    from registry.standards.inputs import read_fact_sheets, read_sources

    sheets, others = read_fact_sheets(sources)
    given, references = read_sources(others)
    with own_database() as own:
        checked = own.read(lambda session: check_sources(session, references, given, sheets, _today()))
    found = [{"reference": each.reference, "kind": each.kind, "sha256": each.sha256} for each in checked]
    found += [{"reference": each.file or "", "kind": "fact sheet", "sha256": digest(each.document)} for each in sheets]
    if json:
        typer.echo(_json(found))
        return
    for line in found:
        typer.echo(f"{line['reference']}  {line['kind']}  valid  {line['sha256']}")


@standards.command("resolve")
def resolve_command(
    standard: SourceArgument,
    localization: LocalizationOption = None,
    region: RegionOption = None,
    on: OnOption = None,
    facts: FactsOption = None,
    every: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="For every region of the level, below --region; JSON Lines.")
    ] = None,
    output: OutputOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Say what a standard means in one place on one day and where each value comes from, or every violation."""
    from registry.clock import utc_now
    from registry.own_database import own_database
    from registry.standards.inputs import read_fact_sheet, read_sources
    from registry.standards.presentation import resolved_text
    from registry.standards.resolving_service import Asked, resolve_asked

    day = _day(on)
    given, (reference, *references) = read_sources([standard, *(localization or ())])
    sheet = None if facts is None else read_fact_sheet(facts)
    asked = Asked(reference, day, utc_now(), tuple(references), region, given=given, fact_sheet=sheet)
    if every is not None:
        _resolve_every(asked, every, output)
        return
    with own_database() as own:
        answer = own.read(lambda session: resolve_asked(session, asked))
    for line in _stale_lines(answer):
        typer.echo(line, err=True)
    if json:
        _put(answer.resolved.canonical + b"\n", output)
    else:
        _put(resolved_text(answer.resolved, language_of(language)).encode() + b"\n", output)


def _resolve_every(asked: "Asked", level: str, output: Path | None) -> None:
    """One line for each region: the resolved standard, or what stands against it."""
    from registry.own_database import own_database
    from registry.progress_bar import progress_bar
    from registry.regions.options import read_level_option
    from registry.standards.many_service import resolve_many

    depth = read_level_option(level)
    assert depth is not None
    if output is None:
        raise typer.BadParameter("--every writes to a file: add --output FILE.")
    with own_database() as own, progress_bar() as tell:
        lines, refused = own.read(lambda session: resolve_many(session, asked, depth, tell))
    _put(b"".join(lines), output)
    typer.echo(f"{len(lines) - refused} resolved, {refused} refused. Written to {output}.")
    if refused:
        raise typer.Exit(EXIT_CODES[Kind.INVALID])


@standards.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Standards, localizations or mappings.")],
    json: JsonOption = False,
) -> None:
    """Take documents in as drafts, all or none. They are published by `publish` once another person approved them."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.own_database import own_database
    from registry.standards.draft_service import create_drafts
    from registry.standards.inputs import read_each

    given, refusals = read_each(files)
    now = utc_now()

    def take_in(session: Any) -> list[dict[str, str]]:
        drafts = create_drafts(session, OPERATOR, given, refusals, now)
        return [
            {"draft": str(each.id), "reference": f"{each.document_id}@{each.version}", "sha256": each.sha256}
            for each in drafts
        ]

    with own_database() as own:
        taken = own.write(take_in)
    if json:
        typer.echo(_json(taken))
        return
    for each in taken:
        typer.echo(f"{each['reference']}  draft {each['draft']}  {each['sha256']}")


@standards.command()
def publish(source: SourceArgument, json: JsonOption = False) -> None:
    """Publish the approved draft of a version; of a file: if it is the draft, byte for byte in canonical form."""
    from registry.accounts.permissions import OPERATOR
    from registry.canonical import digest
    from registry.clock import utc_now
    from registry.own_database import own_database
    from registry.standards.checking_service import check_judged, judge_ahead
    from registry.standards.inputs import read_sources
    from registry.standards.publishing_service import get_open_draft, publish_version

    given, (reference,) = read_sources([source])
    expected, now = digest(given[0].document) if given else None, utc_now()
    with own_database() as own:
        own.read(lambda session: judge_ahead(session, get_open_draft(session, reference)))
        published = own.write(
            lambda session: publish_version(session, OPERATOR, reference, expected, now, check_judged)
        )
    out = {"reference": reference, "sha256": published.sha256}
    typer.echo(_json(out) if json else f"Published {reference}  {published.sha256}")


@standards.command()
def export(
    source: SourceArgument,
    folder: Annotated[
        Path | None, typer.Option(help="Write it there with its localizations, as the catalogue is laid out.")
    ] = None,
    output: OutputOption = None,
    on: OnOption = None,
    json: Annotated[bool, typer.Option("--json", help="In canonical form, of which the digest is taken.")] = False,
) -> None:
    """Print a published document, or write it."""
    from registry.canonical import canonical_json
    from registry.output_files import write_whole
    from registry.standards.exporting import readable
    from registry.standards.library_service import exported_files

    if folder is not None:
        files = _with_library(source, on, exported_files)
        for name, content in files.items():
            write_whole(folder / name, content)
        typer.echo(f"Written to {folder.resolve()}: {', '.join(files)}")
        return
    document = _with_library(source, on, lambda library, published: library.document(published))
    _put(canonical_json(document) + b"\n" if json else readable(document), output)


@standards.command("list")
def list_known(
    kind: Annotated[DocumentKind | None, typer.Option(help="Only of this kind.")] = None,
    of: Annotated[str | None, typer.Option(metavar="ID@VERSION", help="Only localizations of this standard.")] = None,
    on: OnOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """List what is published, and what is in force on a day."""
    from registry.own_database import own_database
    from registry.standards.library_service import Library
    from registry.standards.lists import listed, published_line
    from registry.standards.wire import known_out

    day, tongue = _day(on), language_of(language)
    with own_database() as own:
        known = own.read(lambda session: listed(Library(session).known, kind, of))
    if json:
        typer.echo(_json([known_out(each, day).model_dump(mode="json") for each in known]))
        return
    for each in known:
        typer.echo(published_line(each, day, tongue))


@standards.command()
def show(
    source: SourceArgument, on: OnOption = None, json: JsonOption = False, language: LanguageOption = None
) -> None:
    """Show a standard with its parameters, their bounds, and its rules as sentences; or a localization."""
    from registry.standards.presentation import localization_text, standard_text

    tongue = language_of(language)

    def shown(library: Any, published: Any) -> str:
        if json:
            return _json(library.document(published))
        if published.kind == "standard":
            return standard_text(library.standard(published), tongue)
        return localization_text(library.document(published), tongue)

    typer.echo(_with_library(source, on, shown))


def _with_library(source: str, on: str | None, work: Callable[[Any, Any], Result]) -> Result:
    """What a function of the library makes of a published or given document."""
    from registry.own_database import own_database
    from registry.standards.inputs import read_sources
    from registry.standards.library_service import Library

    day = _day(on)
    given, (reference,) = read_sources([source])

    def look(session: Any) -> Result:
        library = Library(session, given)
        return work(library, library.get(reference, day))

    with own_database() as own:
        return own.read(look)


def _stale_lines(answer: "Answer") -> list[str]:
    return [
        f"Stale: {each.input} has been replaced by {each.replaced_by} from {each.valid_from} on."
        for each in answer.successors
    ]


def _put(content: bytes, output: Path | None) -> None:
    from registry.output_files import write_whole

    if output is None:
        typer.echo(content.decode(), nl=False)
    else:
        write_whole(output, content)


def _json(value: Any) -> str:
    from json import dumps

    return dumps(value, ensure_ascii=False, indent=2)


def _day(on: str | None) -> "date":
    from registry.regions.options import read_day_option

    return read_day_option(on, "--on") or _today()


def _today() -> "date":
    from registry.clock import utc_now
    from registry.validity import legal_day

    return legal_day(utc_now())
