"""Commands of the main job: compare, demo, serve. Heavy packages are imported only by the command that needs them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.errors import Invalid, Unavailable, Violation

if TYPE_CHECKING:
    import pandas as pd

    from registry.languages import Language
    from registry.reliability.result import Comparison
    from registry.reliability.service import Outcome


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class OnError(StrEnum):
    REFUSE = "refuse"
    REPORT = "report"


class Tongue(StrEnum):
    EN = "en"
    ZH = "zh"


EXAMPLE = "chicago-food-inspections"
DEMO_LAG_DAYS = 180

Language_ = Annotated[Tongue | None, typer.Option("--language", help="en or zh; default REGISTRY_LANGUAGE, else en.")]


def compare(
    reports: Annotated[Path, typer.Option(help="Evaluators' findings, CSV, one row per finding.")],
    spot_checks: Annotated[Path, typer.Option(help="Spot checks' findings, CSV, one row per finding.")],
    criteria: Annotated[Path, typer.Option(help="Criteria document, JSON.")],
    out: Annotated[Path | None, typer.Option(help="Write the result there instead of printing it.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: by the suffix of --out, else table.")] = None,
    lag_days: Annotated[int | None, typer.Option(min=0, help="Longest lag from report to check, all criteria.")] = None,
    columns: Annotated[Path | None, typer.Option(help="JSON: your heading to our column, or the reverse.")] = None,
    encoding: Annotated[str | None, typer.Option(help="For CSV files that are not UTF-8, e.g. gb18030.")] = None,
    on_error: Annotated[OnError, typer.Option(help="refuse the files, or report bad rows and go on.")] = OnError.REFUSE,
    errors: Annotated[Path | None, typer.Option(help="With --on-error report: the file back, with errors.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Write result, pairs, working paper and charts there.")] = None,
    working_paper: Annotated[Path | None, typer.Option(help="Write the auditor's working paper, XLSX.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the chart, .svg or .png.")] = None,
    zone: Annotated[str, typer.Option(help="IANA time zone in which the day of a check ends.")] = "Asia/Shanghai",
    language: Language_ = None,
) -> None:
    """Score how far each evaluator's reports can be believed, from unannounced spot checks."""
    from registry.reliability.inputs import read_column_mappings, read_criteria_document, read_table
    from registry.reliability.service import compare_tables

    tongue = _language(language)
    form = _format(format, out)
    if on_error is OnError.REPORT and errors is None:
        raise Invalid("--on-error report needs --errors FILE, where the bad rows go.")
    mappings = read_column_mappings(columns)
    outcome = compare_tables(
        read_table(reports, "reports", encoding=encoding, mapping=mappings["reports"]),
        read_table(spot_checks, "spot_checks", encoding=encoding, mapping=mappings["spot_checks"]),
        read_criteria_document(criteria),
        _method(lag_days, zone),
        on_error=on_error.value,
        criteria_name=criteria.name,
    )
    if errors is not None:
        _write_bad_rows(outcome, errors)
    _warn_of_misspelt_columns(outcome)
    document = outcome.comparison.document()
    if folder is not None:
        write_folder(outcome.comparison, folder, tongue)
        typer.echo(f"Wrote {folder}", err=True)
    if working_paper is not None:
        _write(working_paper, _working_paper(document, outcome.comparison.pairs, tongue))
    if chart is not None:
        _write(chart, _chart(document, chart, tongue))
    _show(document, form, out, tongue)


def demo(
    serve: Annotated[bool, typer.Option(help="Serve the page after printing the table.")] = True,
    folder: Annotated[Path, typer.Option(help="Where the results go.")] = Path("registry-demo"),
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to serve on.")] = None,
    language: Language_ = None,
) -> None:
    """Compare repeat food inspections of the City of Chicago: real data, no preparation."""
    tongue = _language(language)
    if serve:
        _require_free_port(*_address(host, port))
    comparison = demo_comparison()
    document = comparison.document()
    _show(document, Format.TABLE, None, tongue)
    names = write_folder(comparison, folder, tongue)
    typer.echo(f"\nWritten to {folder.resolve()}: {', '.join(names)}")
    if serve:
        _serve(document, comparison.pairs, host, port)


def serve(
    folder: Annotated[Path | None, typer.Argument(help="A folder that `registry compare --folder` wrote.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; default REGISTRY_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default REGISTRY_PORT, else 8000.")] = None,
) -> None:
    """Serve the page of a finished comparison."""
    from registry.reliability.inputs import read_comparison

    _require_free_port(*_address(host, port))
    saved = read_comparison(folder) if folder else None
    _serve(saved.document if saved else None, saved.pairs if saved else None, host, port)


commands = (compare, demo, serve)


def demo_comparison() -> "Comparison":
    """The shipped inspections as reports and checks, compared; what the data are not is among the notes."""
    from registry import documents
    from registry.parsing import read_csv
    from registry.reliability.findings import table_frame, table_of
    from registry.reliability.inputs import read_bytes, read_criteria_document
    from registry.reliability.repeat_inspections import as_reports_and_checks
    from registry.reliability.service import compare_tables

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
    """Result, pairs, working paper and charts; each file appears whole or not at all. Gives their names."""
    from registry.reliability.inputs import PAIRS, RESULT, pairs_csv, result_json

    document = comparison.document()
    contents = {
        RESULT: result_json(document),
        PAIRS: pairs_csv(comparison.pairs),
        "working-paper.xlsx": _working_paper(document, comparison.pairs, language),
        "chart.svg": _chart(document, Path("chart.svg"), language),
        "chart.png": _chart(document, Path("chart.png"), language),
    }
    for name, content in contents.items():
        _write(folder / name, content)
    return list(contents)


def _method(lag_days: int | None, zone: str) -> Any:
    from zoneinfo import ZoneInfo

    from registry.reliability.method import Method

    try:
        ZoneInfo(zone)
    except (ValueError, OSError) as error:
        raise Invalid(f"{zone!r} is no time zone. Use an IANA name, for example Asia/Shanghai.") from error
    return Method(lag_days=lag_days, zone=zone)


def _language(given: Tongue | None) -> "Language":
    from registry.config import Settings

    return given.value if given is not None else Settings().language


def _format(given: Format | None, out: Path | None) -> Format:
    if given is not None or out is None:
        return given or Format.TABLE
    return {".json": Format.JSON, ".csv": Format.CSV}.get(out.suffix.lower(), Format.TABLE)


def _show(document: dict[str, Any], form: Format, out: Path | None, language: "Language") -> None:
    from registry.reliability.inputs import evaluators_csv, result_json

    if form is Format.TABLE:
        text = _table(document, language, width=120 if out else None)
        content = text.encode()
    else:
        content = result_json(document) if form is Format.JSON else evaluators_csv(document)
    if out is None:
        typer.echo(content.decode("utf-8-sig"), nl=False)
    else:
        _write(out, content)


def _table(document: dict[str, Any], language: "Language", width: int | None) -> str:
    """The comparison as text; coloured only where it goes straight to a terminal."""
    import io
    import sys

    from rich.console import Console

    from registry.languages import translator
    from registry.reliability.table import comparison_renderable

    screen = Console(file=io.StringIO(), width=width or Console().width, force_terminal=width is None and sys.stdout.isatty())
    screen.print(comparison_renderable(document, translator(language)))
    return screen.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def _working_paper(document: dict[str, Any], pairs: "pd.DataFrame", language: "Language") -> bytes:
    from registry.languages import translator
    from registry.reliability.workbook import working_paper

    return working_paper(document, pairs, translator(language))


def _chart(document: dict[str, Any], path: Path, language: "Language") -> bytes:
    from registry.languages import translator
    from registry.reliability.chart import chart_spec, render_chart

    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise Invalid(f"A chart is written as .svg or .png, not {suffix or path.name!r}.")
    return render_chart(chart_spec(document, translator(language)), "svg" if suffix == ".svg" else "png")


def _write_bad_rows(outcome: "Outcome", errors: Path) -> None:
    """The file with bad rows, annotated; if both have some, the spot checks go beside it."""
    from registry.reliability.inputs import annotated

    bad = [(table, side.violations) for table, side in outcome.sides() if side.violations]
    for place, (table, violations) in enumerate(bad):
        path = errors if place == 0 else errors.with_name(f"{errors.stem}-spot-checks{errors.suffix}")
        _write(path, annotated(table, violations))
        rows = len({violation.row for violation in violations})
        typer.echo(f"{rows} bad rows of {table.name} were left out; see {path}", err=True)


def _warn_of_misspelt_columns(outcome: "Outcome") -> None:
    from registry.reliability.findings import misspelt_columns

    for table, side in outcome.sides():
        for name, near in misspelt_columns(side).items():
            typer.echo(f"Warning: {table.name}: the column {name} was ignored. Is it {near}?", err=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then renamed."""
    import os
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as temporary:
            temporary.write(content)
        os.chmod(temporary.name, 0o644)
        Path(temporary.name).replace(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    from registry.config import Settings

    settings = Settings()
    return host or settings.host, port or settings.port


def _require_free_port(host: str, port: int) -> None:
    """Say so before the work is done, not after."""
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            detail = f"{host}:{port} cannot be listened on: {error.strerror}. Give another one with --port."
            raise Unavailable(detail, [Violation("address-in-use", error.strerror or "", value=f"{host}:{port}")]) from error


def _serve(document: dict[str, Any] | None, pairs: "pd.DataFrame | None", host: str | None, port: int | None) -> None:
    import uvicorn

    from registry.app import create_app
    from registry.config import Settings
    from registry.reliability.inputs import SavedComparison

    comparison = SavedComparison(document, pairs) if document is not None and pairs is not None else None
    address, number = _address(host, port)
    typer.echo(f"Serving on http://{address}:{number} (stop with Ctrl+C)")
    uvicorn.run(create_app(Settings(), comparison), host=address, port=number, log_level="warning")
