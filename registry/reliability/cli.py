"""The command of the main job, compare. Heavy packages are imported only by the function that needs them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import LanguageOption, language_of

if TYPE_CHECKING:
    from registry.languages import Language
    from registry.reliability.method import Method
    from registry.reliability.result import Comparison
    from registry.reliability.service import CheckedInputs
    from registry.reliability.submission import Submission


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class OnError(StrEnum):
    REFUSE = "refuse"
    REPORT = "report"


EXAMPLE = "chicago-food-inspections"
DEMO_LAG_DAYS = 180
_LONGEST_LAG_DAYS = 36500
_FORMATS = {".json": Format.JSON, ".csv": Format.CSV, ".txt": Format.TABLE, "": Format.TABLE}
_CHARTS = (".svg", ".png")
_ERRORS = (".csv", ".xlsx", ".parquet", "")


# The options are the interface, so there are as many parameters as options.
def compare(
    reports: Annotated[Path, typer.Option(help="Evaluators' findings, one row each: CSV, XLSX, XLS, Parquet or JSON.")],
    spot_checks: Annotated[Path, typer.Option(help="Spot checks' findings, likewise.")],
    criteria: Annotated[Path, typer.Option(help="Criteria document, JSON.")],
    out: Annotated[Path | None, typer.Option(help="Write the result there instead of printing it.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: by the suffix of --out, else table.")] = None,
    lag_days: Annotated[
        int | None, typer.Option(min=0, max=_LONGEST_LAG_DAYS, help="Longest lag from report to check, all criteria.")
    ] = None,
    columns: Annotated[Path | None, typer.Option(help="JSON: your heading to our column, or the reverse.")] = None,
    encoding: Annotated[str | None, typer.Option(help="For CSV files that are not UTF-8, e.g. gb18030.")] = None,
    reports_sheet: Annotated[str | None, typer.Option(help="Sheet of the reports, if several hold data.")] = None,
    spot_checks_sheet: Annotated[str | None, typer.Option(help="Sheet of the spot checks, likewise.")] = None,
    on_error: Annotated[OnError, typer.Option(help="refuse the files, or report bad rows and go on.")] = OnError.REFUSE,
    errors: Annotated[
        Path | None,
        typer.Option(help="With --on-error report: the bad file back, errors marked; its suffix says the format."),
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="Write result, pairs, working paper and charts there.")] = None,
    working_paper: Annotated[Path | None, typer.Option(help="Write the auditor's working paper, XLSX.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the chart, .svg or .png.")] = None,
    zone: Annotated[str, typer.Option(help="IANA time zone in which the day of a check ends.")] = "Asia/Shanghai",
    language: LanguageOption = None,
    record: Annotated[bool, typer.Option("--record", help="Keep files and result in the database, for good.")] = False,
) -> None:
    """Score how far each evaluator's reports can be believed, from unannounced spot checks."""
    from registry.output_files import require_distinct, write_whole
    from registry.progress_bar import progress_bar
    from registry.reliability.inputs import ComparisonFiles, read_inputs
    from registry.reliability.outputs import chart_file, working_paper_file
    from registry.reliability.service import check_files, compare_inputs, submission_of_files
    from registry.reliability.submission import Options

    tongue, form, method = language_of(language), _format(format, out), _method(lag_days, zone)
    _require_errors_file(on_error, errors)
    _require_chart_suffix(chart)
    sheets = {role: sheet for role, sheet in (("reports", reports_sheet), ("spot_checks", spot_checks_sheet)) if sheet}
    files = ComparisonFiles(reports, spot_checks, criteria, columns, encoding, sheets)
    outputs = {"--out": out, "--errors": errors, "--working-paper": working_paper, "--chart": chart}
    given = [(option, path) for option, path in outputs.items() if path is not None]
    twin = [] if errors is None else [("the second file of --errors", _second_errors_file(errors))]
    require_distinct(files.paths().items(), [*given, *twin, *_folder_files(folder)])
    with progress_bar() as tell:
        tell(0.05, "reading")
        read = read_inputs(files)
        checked = check_files(files, read)
        _warn_of_unused_columns(checked, read.unused_headings)
        if on_error is OnError.REFUSE:
            checked.require_no_violations()
        if errors is not None:
            _write_bad_rows(checked, errors)
        tell(0.3, "comparing")
        comparison = compare_inputs(checked, method)
        tell(0.9, "writing")
        document = comparison.document()
        if folder is not None:
            write_folder(comparison, folder, tongue)
            typer.echo(f"Wrote {folder}", err=True)
        if working_paper is not None:
            write_whole(working_paper, working_paper_file(document, comparison.pairs, tongue))
        if chart is not None:
            write_whole(chart, chart_file(document, chart.name, tongue))
        if record:
            options = Options(lag_days=lag_days, zone=zone, encoding=encoding, on_error=on_error.value, sheets=sheets)
            _record(submission_of_files(files, read, options), comparison)
    show_document(document, form, out, tongue)


def _record(submission: "Submission", comparison: "Comparison") -> None:
    from registry.clock import utc_now
    from registry.own_database import own_database
    from registry.reliability import queries
    from registry.reliability.service import Run, products_of

    run = Run(submission, comparison, products_of(comparison))
    with own_database() as own:
        recorded = own.write(lambda session: queries.record(session, run, utc_now(), actor="operator"))
    typer.echo(f"Recorded as {recorded.id}", err=True)


def demo_comparison() -> "Comparison":
    """The shipped inspections as reports and checks, compared; what the data are not is among the notes."""
    from registry import documents
    from registry.own_files import read_bytes
    from registry.parsing import read_csv
    from registry.reliability.inputs import read_criteria_document
    from registry.reliability.repeat_inspections import as_reports_and_checks
    from registry.reliability.service import compare_tables
    from registry.reliability.text_frames import table_frame, table_of

    criteria = read_criteria_document(documents.example_path(EXAMPLE, "criteria.json"))
    path = documents.example_path(EXAMPLE, "inspections.csv")
    inspections = table_frame(read_csv(read_bytes(path), name=path.name))
    items = [each["id"] for each in criteria["criteria"]]
    found = as_reports_and_checks(inspections, items, within_days=DEMO_LAG_DAYS)
    criteria["notes"] = [*criteria["notes"], *found.notes(DEMO_LAG_DAYS)]
    return compare_tables(
        table_of(found.reports, "reports"),
        table_of(found.spot_checks, "spot_checks"),
        criteria,
        _method(DEMO_LAG_DAYS, "America/Chicago"),
        criteria_name="criteria.json",
    ).comparison


def write_folder(comparison: "Comparison", folder: Path, language: "Language") -> list[str]:
    """Result, pairs, unpaired rows, working paper and charts; each whole or not at all. Gives their names."""
    from registry.output_files import write_whole
    from registry.reliability.outputs import folder_files
    from registry.reliability.service import products_of

    contents = folder_files(comparison.document(), comparison.pairs, products_of(comparison), language)
    for name, content in contents.items():
        write_whole(folder / name, content)
    return list(contents)


def _folder_files(folder: Path | None) -> list[tuple[str, Path]]:
    from registry.reliability.outputs import FOLDER

    return [] if folder is None else [(f"{name} of --folder", folder / name) for name in FOLDER]


def _method(lag_days: int | None, zone: str) -> "Method":
    from registry.reliability.method import Method
    from registry.reliability.submission import require_zone

    require_zone(zone)
    return Method(lag_days=lag_days, zone=zone)


def _format(given: Format | None, out: Path | None) -> Format:
    if given is not None or out is None:
        return given or Format.TABLE
    found = _FORMATS.get(out.suffix.lower())
    if found is None:
        raise typer.BadParameter(f"What shall {out.name} hold? Say it with --format.", param_hint="--out")
    return found


def _require_errors_file(on_error: OnError, errors: Path | None) -> None:
    if on_error is OnError.REPORT and errors is None:
        raise typer.BadParameter("--on-error report needs --errors FILE, where the bad rows go.", param_hint="--errors")
    if on_error is OnError.REFUSE and errors is not None:
        raise typer.BadParameter("--errors FILE needs --on-error report.", param_hint="--errors")
    if errors is not None and errors.suffix.lower() not in _ERRORS:
        raise typer.BadParameter(
            f"Bad rows go to {', '.join(_ERRORS[:-1])} or a name without suffix (as they came), not {errors.name!r}.",
            param_hint="--errors",
        )


def _require_chart_suffix(chart: Path | None) -> None:
    if chart is not None and chart.suffix.lower() not in _CHARTS:
        raise typer.BadParameter(f"A chart is written as .svg or .png, not {chart.name!r}.", param_hint="--chart")


def show_document(document: dict[str, Any], form: Format, out: Path | None, language: "Language") -> None:
    """Print the result, or write it to out. What is printed as JSON or CSV is UTF-8 without a byte order mark."""
    from registry.output_files import write_whole
    from registry.reliability.inputs import evaluators_csv, result_json

    if form is Format.TABLE:
        table = _table(document, language, width=120 if out else None)
        if out is None:
            typer.echo(table, nl=False)
        else:
            write_whole(out, table.encode())
        return
    content = result_json(document) if form is Format.JSON else evaluators_csv(document)
    if out is None:
        typer.echo(content.removeprefix(b"\xef\xbb\xbf"), nl=False)
    else:
        write_whole(out, content)


def _table(document: dict[str, Any], language: "Language", width: int | None) -> str:
    """The comparison as text; coloured only where it goes straight to a terminal."""
    import io
    import sys

    from rich.console import Console

    from registry.languages import translator
    from registry.reliability.table import comparison_renderable

    is_terminal = width is None and sys.stdout.isatty()
    text = io.StringIO()
    screen = Console(file=text, width=width or Console().width, force_terminal=is_terminal)
    screen.print(comparison_renderable(document, translator(language)))
    return text.getvalue()


def _second_errors_file(errors: Path) -> Path:
    return errors.with_name(f"{errors.stem}-spot-checks{errors.suffix}")


def _write_bad_rows(checked: "CheckedInputs", errors: Path) -> None:
    """The file with bad rows, annotated; if both have some, the spot checks go beside it."""
    from registry.annotated_files import annotate
    from registry.file_formats import FORMAT_OF_SUFFIX
    from registry.output_files import write_whole

    bad = [(table, side) for table, side in checked.sides() if side.violations]
    for place, (table, side) in enumerate(bad):
        path = errors if place == 0 else _second_errors_file(errors)
        file = annotate(table, side.violations, FORMAT_OF_SUFFIX.get(path.suffix.lower()))
        write_whole(path, file.content)
        rows = len(side.bad_rows())
        typer.echo(f"{rows} of {side.rows_read} rows of {table.name} are bad and were left out; see {path}", err=True)
        if file.notice:
            typer.echo(file.notice, err=True)
    if not bad:
        typer.echo(f"No row is bad; {errors} was not written.", err=True)


def _warn_of_unused_columns(checked: "CheckedInputs", unused_headings: tuple[str, ...]) -> None:
    from registry.ids import printable
    from registry.reliability.findings import misspelt_columns

    for heading in unused_headings:
        typer.echo(f"Warning: --columns names the heading {printable(heading)}, which neither file has.", err=True)
    for table, side in checked.sides():
        for name, near in misspelt_columns(side).items():
            typer.echo(f"Warning: {table.name}: the column {printable(name)} was ignored. Is it {near}?", err=True)
