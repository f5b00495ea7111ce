"""A comparison as tables for the terminal: rich renderables that fit themselves to its width, printed by the caller."""

from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from registry.languages import Translate
from registry.reliability.presentation import (
    Document,
    EvaluatorLine,
    check_error_sentence,
    criteria_by_rate,
    dropped_lines,
    evaluator_lines,
    percent,
    pool_sentence,
    rule_lines,
)
from registry.reliability.wording import USES, say, word

GRADE_STYLES = {"A": "green", "B": "cyan", "C": "red bold", "inconclusive": "yellow", "not rated": "dim"}
# From this width on every number has a column of its own; below, related ones share a cell.
WIDE = 110
ID_WIDTH = 24
BAR_WIDTH = 14
SHOWN_CRITERIA = 10


def comparison_renderable(document: Document, translate: Translate) -> RenderableType:
    """The whole comparison in reading order: notes, evaluators, pool, criteria, dropped rows, rules."""
    parts: list[RenderableType] = []
    if document["title"]:
        parts.append(Text(document["title"], style="bold"))
    parts += [notes(document, translate), EvaluatorsTable(document, translate)]
    parts.append(Text(pool_sentence(document, translate)))
    parts.append(Text(check_error_sentence(document, translate)))
    for table in (criteria_table(document, translate), dropped_table(document, translate)):
        parts += [Text(""), table]
    parts += [Text(""), rules_table(document, translate)]
    return Group(*parts)


def notes(document: Document, translate: Translate) -> RenderableType:
    """The statements a reader must know, as a list; nothing where there are none."""
    lines = [Text.assemble(("! ", "yellow bold"), say(note, translate)) for note in document["notes"]]
    return Group(*lines)


class EvaluatorsTable:
    """The evaluators, wide or narrow by the space that the console gives."""

    def __init__(self, document: Document, translate: Translate) -> None:
        self._document = document
        self._translate = translate

    def __rich_console__(self, _console: object, options: ConsoleOptions) -> RenderResult:
        translate = self._translate
        lines = evaluator_lines(self._document, translate)
        if not lines:
            yield Text(translate("No evaluator was compared."))
            return
        scale = bar_scale(lines)
        build = _wide if options.max_width >= WIDE else _narrow
        table = build(lines, scale, translate, ascii_only=options.ascii_only)
        table.title = translate("Evaluators")
        caption = translate(
            "Score: 100 less the probability of a discrepancy in percent, with its 90 % interval. "
            "Bar: from {low} to 100. Where intervals overlap, the order means nothing."
        )
        table.caption = caption.format(low=f"{scale:.0f}")
        yield table


def bar_scale(lines: Sequence[EvaluatorLine]) -> float:
    """Lower end of the bars: a multiple of 10 at or below every interval."""
    return min((line.low // 10 * 10 for line in lines if line.low is not None), default=0.0)


def interval_bar(line: EvaluatorLine, lowest: float, *, ascii_only: bool = False) -> str:
    """The interval as a line with the score as a dot, BAR_WIDTH cells from lowest to 100."""
    if line.score is None or line.low is None or line.high is None:
        return ""

    def cell(value: float) -> int:
        share = (value - lowest) / (100 - lowest)
        return min(BAR_WIDTH - 1, max(0, round(share * (BAR_WIDTH - 1))))

    stroke, dot = ("-", "o") if ascii_only else ("─", "●")
    cells = [" "] * BAR_WIDTH
    for place in range(cell(line.low), cell(line.high) + 1):
        cells[place] = stroke
    cells[cell(line.score)] = dot
    return "".join(cells)


def _id_column(table: Table, lines: Sequence[EvaluatorLine], heading: str) -> None:
    """Identifiers stay on one line; only one longer than ID_WIDTH is folded, at that width."""
    widest = max(cell_len(text) for text in [heading, *(line.evaluator_id for line in lines)])
    width = min(ID_WIDTH, widest)
    table.add_column(heading, min_width=width, max_width=width, overflow="fold", no_wrap=widest <= ID_WIDTH)


def _table(title: str | None = None) -> Table:
    return Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title=title,
        title_justify="left",
        caption_justify="left",
        expand=True,
    )


def _grade(line: EvaluatorLine) -> Text:
    style = GRADE_STYLES[line.grade]
    return Text.assemble((line.grade_text, style), f": {line.why}")


def _wide(lines: Sequence[EvaluatorLine], scale: float, translate: Translate, *, ascii_only: bool) -> Table:
    table = _table()
    _id_column(table, lines, translate("Evaluator"))
    table.add_column(translate("Visits"), justify="right", no_wrap=True)
    table.add_column(translate("Pairs"), justify="right", no_wrap=True)
    table.add_column(translate("Score"), no_wrap=True)
    table.add_column("", min_width=BAR_WIDTH, no_wrap=True)
    table.add_column(translate("False pass rate"), min_width=13)
    table.add_column(translate("Direction"), min_width=16, ratio=1, overflow="fold")
    table.add_column(translate("Grade"), min_width=18, ratio=1, overflow="fold")
    for line in lines:
        table.add_row(
            Text(line.evaluator_id),
            str(line.visits),
            str(line.pairs),
            line.score_text,
            interval_bar(line, scale, ascii_only=ascii_only),
            line.false_pass,
            f"{line.leniency} ({line.differences})",
            _grade(line),
        )
    return table


def _narrow(lines: Sequence[EvaluatorLine], scale: float, translate: Translate, *, ascii_only: bool) -> Table:
    table = _table()
    _id_column(table, lines, translate("Evaluator"))
    table.add_column(translate("Score"), no_wrap=True)
    table.add_column(translate("False pass rate and direction"), min_width=16, ratio=1, overflow="fold")
    table.add_column(translate("Grade"), min_width=14, ratio=1, overflow="fold")
    for line in lines:
        size = translate("visits: {visits}, pairs: {pairs}").format(visits=line.visits, pairs=line.pairs)
        table.add_row(
            Text(line.evaluator_id),
            Text(f"{line.score_text}\n{interval_bar(line, scale, ascii_only=ascii_only)}"),
            Text(f"{line.false_pass}; {line.leniency}"),
            Text.assemble(_grade(line), f"\n{size}"),
        )
    return table


def criteria_table(document: Document, translate: Translate) -> RenderableType:
    """The criteria on which reports and checks differ most."""
    criteria = [each for each in criteria_by_rate(document) if each["n"]][:SHOWN_CRITERIA]
    if not criteria:
        return Text(translate("No criterion was compared."))
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title=translate("Criteria with the highest discrepancy rate"),
        title_justify="left",
    )
    table.add_column(translate("Criterion"), overflow="fold", no_wrap=max(_widths(criteria)) <= ID_WIDTH)
    table.add_column(translate("Name"), ratio=1, overflow="fold")
    table.add_column(translate("Discrepant"), justify="right", no_wrap=True)
    table.add_column(translate("Pairs"), justify="right", no_wrap=True)
    table.add_column(translate("Use"), no_wrap=True)
    for each in criteria:
        table.add_row(
            Text(each["criterion_id"]),
            Text(each["name"] or ""),
            f"{percent(each['discrepancy_rate'], translate)} ({each['discrepancies']})",
            str(each["n"]),
            word(USES, each["role"], translate),
        )
    return table


def _widths(criteria: Sequence[Document]) -> list[int]:
    return [cell_len(each["criterion_id"]) for each in criteria]


def dropped_table(document: Document, translate: Translate) -> RenderableType:
    """Rows that did not pair, on both sides, with what the reason means."""
    lines = dropped_lines(document, translate)
    if not lines:
        return Text(translate("Every row found its pair."))
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=translate("Rows that did not pair"), title_justify="left"
    )
    table.add_column(translate("Reason"), no_wrap=True)
    table.add_column(translate("Reports"), justify="right", no_wrap=True)
    table.add_column(translate("Checks"), justify="right", no_wrap=True)
    table.add_column(translate("Meaning"), ratio=1, overflow="fold")
    for code, reports, checks, meaning in lines:
        table.add_row(code, str(reports), str(checks), meaning)
    return table


def rules_table(document: Document, translate: Translate) -> RenderableType:
    """Which rules were applied, and which were not and why."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=translate("Rules"), title_justify="left")
    table.add_column(translate("Rule"), ratio=1, overflow="fold")
    table.add_column(translate("Applied"), ratio=1, overflow="fold")
    for name, state in rule_lines(document, translate):
        table.add_row(name, Text(state))
    return table
