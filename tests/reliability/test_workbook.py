"""The working paper: every number can be computed again from its own sheets, and the same result is the same file."""

import copy
import io
import re
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from samples import make_sample

from registry.languages import translator
from registry.reliability.glossary import PAIR_COLUMNS
from registry.reliability.workbook import working_paper

SAMPLE = make_sample()
ENGLISH = translator("en")
FIRST_ROW = 11
SHEETS = ["Summary", "Evaluators", "Criteria", "Checkers", "Dropped", "Pairs", "Visits", "Re-performance", "Glossary"]


def paper(document: dict[str, Any] = SAMPLE.document, pairs: pd.DataFrame = SAMPLE.pairs, **options: Any) -> bytes:
    return working_paper(document, pairs, ENGLISH, **options)


def opened(content: bytes, *, values: bool = True) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def records(sheet: Worksheet, heading_row: int = 1) -> list[dict[str, Any]]:
    rows = list(sheet.iter_rows(min_row=heading_row, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


class Recalculation:
    """Evaluates the few functions of our formulas from the cells of the file, knowing nothing of how it was made."""

    def __init__(self, content: bytes) -> None:
        self.formulas, self.values = opened(content, values=False), opened(content)

    def column(self, text: str) -> list[Any]:
        sheet, first, last = re.fullmatch(r"'([^']+)'!\$([A-Z]+\$[0-9]+):\$([A-Z]+\$[0-9]+)", text).groups()  # type: ignore[union-attr]
        area = f"{first}:{last}".replace("$", "")
        return [row[0] for row in self.values[sheet].iter_rows(
            min_col=openpyxl.utils.column_index_from_string(re.sub("[0-9]", "", area.split(":")[0])),
            max_col=openpyxl.utils.column_index_from_string(re.sub("[0-9]", "", area.split(":")[1])),
            min_row=int(re.sub("[A-Z]", "", area.split(":")[0])),
            max_row=int(re.sub("[A-Z]", "", area.split(":")[1])),
            values_only=True,
        )]  # fmt: skip

    def criterion(self, text: str, sheet: str) -> Any:
        if text.startswith('"'):
            return text.strip('"')
        return self.values[sheet][text.replace("$", "")].value if text.startswith("$") else float(text)

    def countifs(self, arguments: str, sheet: str) -> float:
        parts = arguments.split(",")
        tests = [
            (self.column(area), self.criterion(wanted, sheet))
            for area, wanted in zip(parts[::2], parts[1::2], strict=True)
        ]
        return float(sum(all(cells[row] == wanted for cells, wanted in tests) for row in range(len(tests[0][0]))))

    def sumifs(self, arguments: str, sheet: str) -> float:
        added, key, wanted = arguments.split(",")
        of = self.criterion(wanted, sheet)
        pairs = zip(self.column(added), self.column(key), strict=True)
        return float(sum(value for value, place in pairs if place == of))

    def value(self, cell: str, sheet: str) -> float | str:
        text = str(self.formulas[sheet][cell].value).removeprefix("=")
        text = re.sub(r"COUNTIFS\(([^()]*)\)", lambda found: repr(self.countifs(found[1], sheet)), text)
        text = re.sub(r"SUMIFS\(([^()]*)\)", lambda found: repr(self.sumifs(found[1], sheet)), text)
        text = text.replace("^", "**")
        condition = re.fullmatch(r'IF\((.*?)=0,"",(.*)\)', text)
        if condition:
            return "" if eval(condition[1]) == 0 else float(eval(condition[2]))
        return float(eval(text))


def test_the_sheets_are_there_in_reading_order() -> None:
    assert opened(paper()).sheetnames == SHEETS


def test_the_same_comparison_gives_the_same_bytes() -> None:
    assert paper() == paper(copy.deepcopy(SAMPLE.document), SAMPLE.pairs.copy())


def test_the_order_of_the_pairs_does_not_change_the_file() -> None:
    assert paper() == paper(pairs=SAMPLE.pairs.sample(frac=1, random_state=1).reset_index(drop=True))


def test_every_formula_gives_the_value_that_is_stored_with_it() -> None:
    content = paper()
    recalculation = Recalculation(content)
    sheet = recalculation.values["Re-performance"]

    for row in range(FIRST_ROW, sheet.max_row + 1):
        stored = sheet[f"E{row}"].value
        again = recalculation.value(f"E{row}", "Re-performance")
        assert again == pytest.approx(stored) if stored not in (None, "") else again == "", row


def test_computed_again_and_the_programs_number_do_not_differ() -> None:
    sheet = opened(paper())["Re-performance"]
    rows = records(sheet, heading_row=FIRST_ROW - 1)

    assert len(rows) == 14 * len(SAMPLE.document["evaluators"])
    assert {row["Difference"] for row in rows} == {0}
    assert sheet["A8"].value == 0


def test_counts_from_the_pairs_sheet_are_the_results() -> None:
    """Read back with another library, counted by plain comparison of the identifiers."""
    book = opened(paper())
    pairs = [row for row in records(book["Pairs"]) if row["use"] == "scored"]

    for evaluator in SAMPLE.document["evaluators"]:
        own = [row for row in pairs if row["evaluator_id"] == evaluator["evaluator_id"]]
        fails = [row for row in own if row["checked_pass"] == 0]
        false_pass = evaluator["direction"]["false_pass"]
        assert len(own) == evaluator["pairs"]
        assert sum(row["discrepancy"] for row in own) == evaluator["discrepancies"]
        assert (sum(row["reported_pass"] for row in fails), len(fails)) == (false_pass["events"], false_pass["n"])


def test_a_wrong_number_of_the_program_shows_as_a_difference() -> None:
    document = copy.deepcopy(SAMPLE.document)
    document["evaluators"][0]["discrepancies"] += 1
    document["evaluators"][1]["raw_rate"] = None
    sheet = opened(paper(document))["Re-performance"]
    differing = [row["Number"] for row in records(sheet, FIRST_ROW - 1) if row["Difference"] != 0]

    assert differing == ["Discrepancies", "Hajek rate"]
    assert sheet["A8"].value == 2


def test_a_result_of_nine_digits_is_no_difference() -> None:
    document = copy.deepcopy(SAMPLE.document)
    for evaluator in document["evaluators"]:
        for name in ("raw_rate", "unweighted_rate", "effective_visits"):
            evaluator[name] = evaluator[name] and float(f"{evaluator[name]:.9g}")

    assert opened(paper(document))["Re-performance"]["A8"].value == 0


def test_codes_that_differ_only_in_leading_zeros_are_not_counted_together() -> None:
    rows = records(opened(paper())["Re-performance"], FIRST_ROW - 1)
    pairs = {row["evaluator_id"]: row["Computed again"] for row in rows if row["Number"] == "Pairs, counted in Pairs"}

    assert (pairs["001"], pairs["1"]) == (120, 100)


def test_codes_and_formulas_of_the_input_stay_text() -> None:
    pairs = SAMPLE.pairs.copy()
    pairs.loc[0, ["report_value", "check_value", "site_id"]] = ["=1+1", "https://example.org", "330122100001"]
    sheet = opened(paper(pairs=pairs), values=False)["Pairs"]
    row = next(row for row in records(sheet) if row["site_id"] == "330122100001" and row["report_value"] == "=1+1")

    cell = next(cell for line in sheet.iter_rows() for cell in line if cell.value == "=1+1")
    assert cell.data_type == "s"
    assert row["check_value"] == "https://example.org"
    assert all(isinstance(each["site_id"], str) for each in records(sheet))


def test_pairs_that_do_not_fit_one_sheet_go_on_over_the_next_ones() -> None:
    content = paper(pairs_a_sheet=200)
    recalculation = Recalculation(content)
    book = recalculation.values

    assert book.sheetnames[5:8] == ["Pairs", "Pairs 2", "Pairs 3"]
    assert sum(len(records(book[name])) for name in book.sheetnames[5:8]) == len(SAMPLE.pairs)
    assert book["Re-performance"]["A8"].value == 0
    assert recalculation.value(f"E{FIRST_ROW}", "Re-performance") == 120


def test_headings_stay_in_view_and_repeat_in_print() -> None:
    book = opened(paper())

    for sheet in book.worksheets:
        top = FIRST_ROW - 1 if sheet.title == "Re-performance" else 3 if sheet.title == "Summary" else 1
        assert sheet.freeze_panes == f"A{top + 1}"
        assert sheet.print_title_rows == f"${top}:${top}"
        assert sheet.auto_filter.ref
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_every_column_of_the_pairs_is_explained() -> None:
    book = opened(paper())
    terms = {row["Term or column"] for row in records(book["Glossary"])}

    assert list(records(book["Pairs"])[0]) == list(PAIR_COLUMNS)
    assert set(PAIR_COLUMNS) <= terms
    assert set(SAMPLE.pairs.columns) | {"evaluator_no"} == set(PAIR_COLUMNS)


def test_no_score_stands_without_interval_and_visits() -> None:
    for row in records(opened(paper())["Evaluators"]):
        assert (row["Score"] is None) == (row["Interval from"] is None) == (row["Interval to"] is None)
        assert row["Visits"] is not None


def test_a_chinese_paper_has_chinese_sheets_and_live_formulas() -> None:
    content = working_paper(SAMPLE.document, SAMPLE.pairs, translator("zh"))
    book = opened(content)

    assert book.sheetnames == ["摘要", "评估机构", "指标", "抽查人员", "未配对", "配对", "走访", "复算", "术语"]
    assert book["复算"]["A8"].value == 0
    assert Recalculation(content).value(f"E{FIRST_ROW}", "复算") == 120


def test_a_comparison_without_pairs_still_gives_a_paper() -> None:
    document = copy.deepcopy(SAMPLE.document) | {"evaluators": [], "criteria": [], "checkers": [], "dropped": []}
    book = opened(paper(document, SAMPLE.pairs.iloc[:0]))

    assert book.sheetnames == SHEETS
    assert records(book["Pairs"]) == []


def test_missing_values_are_blank_cells() -> None:
    pairs = SAMPLE.pairs.copy()
    pairs["normalised_weight"] = pairs["normalised_weight"].where(pairs["use"] == "scored")

    row = next(row for row in records(opened(paper(pairs=pairs))["Pairs"]) if row["use"] == "document")
    assert row["normalised_weight"] is None
