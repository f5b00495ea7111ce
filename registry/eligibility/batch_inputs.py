"""Files of bidders: CSV, XLSX; headings in English or Chinese; every fault of every row at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from registry.eligibility.batch import ANSWERS, HEADINGS, MOST_BIDDERS
from registry.eligibility.eligibility_errors import BiddersRejected
from registry.errors import Violation
from registry.file_limits import OWN_FILE, UPLOAD, Limits
from registry.file_reader import read_file
from registry.ids import clean_text, with_ordinary_digits
from registry.own_files import read_bytes
from registry.parsing import TextTable

_SEEN = 80
# Names keep the digits that they have, and credit codes have rules of their own.
_AS_WRITTEN = frozenset({"name", "evaluator", "lot"})
_NAME_OF = {heading: name for name, headings in HEADINGS.items() for heading in headings}
_KNOWN = (
    f"The columns are evaluator and, where needed, {', '.join(each for each in HEADINGS if each != 'evaluator')}; "
    f"or in Chinese {'、'.join(headings[0] for headings in HEADINGS.values())}."
)


@dataclass(frozen=True, slots=True)
class BiddersFile:
    """table: as it was read, its columns under our names. lines: cells by column, one for each of its rows."""

    table: TextTable
    lines: tuple[Mapping[str, str], ...]

    @property
    def name(self) -> str:
        return self.table.name

    def placed(self, index: int, fault: Violation) -> Violation:
        """What is wrong with a row, where its owner finds it."""
        column, table = fault.column, self.table
        value = self.lines[index].get(column, "") if fault.value is None and column else fault.value
        return replace(
            fault, pointer=None, file=table.name, row=table.rows[index], sheet=table.sheet,
            column=None if column is None else table.column_label(column),
            value=None if value is None else value[:_SEEN],
        )  # fmt: skip

    def rejection(self, violations: list[Violation]) -> BiddersRejected:
        rows = len({each.row for each in violations})
        found = sorted(violations, key=lambda each: each.row or 0)
        sentence = f"{self.name}: {rows} row(s) break {len(found)} rule(s). Nobody was asked about."
        return BiddersRejected(sentence, found)


def read_bidders(path: Path) -> BiddersFile:
    """Of the command line. Raises Unreadable, FileMissing, BiddersRejected."""
    return read_bidders_bytes(path.name, read_bytes(path, OWN_FILE.file_bytes), OWN_FILE)


def read_bidders_bytes(name: str, content: bytes, limits: Limits = UPLOAD) -> BiddersFile:
    """Raises Unreadable, and BiddersRejected for a heading, too many rows, and rows that no table may hold."""
    table = _under_our_names(read_file(content, name=name, limits=limits))
    faults = [*_heading_faults(table), *table.bad_record_violations()]
    if len(table) > MOST_BIDDERS:
        message = f"There are {len(table):,} bidders, the limit is {MOST_BIDDERS:,}."
        faults.append(Violation("too-large", message, "Split the file.", file=table.name, sheet=table.sheet))
    if faults:
        raise BiddersRejected(f"{table.name} cannot be taken as it is. Nobody was asked about.", faults)
    return BiddersFile(table, tuple(_lines(table)))


def _under_our_names(table: TextTable) -> TextTable:
    """An answer that stands in the file from an earlier time is left out: it is given anew."""
    ours = [_NAME_OF.get(each, each) for each in table.heading]
    kept = [place for place, each in enumerate(ours) if each not in ANSWERS]
    columns = list(table.columns.values())
    bad = tuple(
        replace(each, cells=tuple(each.cells[place] for place in kept)) if len(each.cells) == len(ours) else each
        for each in table.bad_records
    )
    return replace(
        table,
        heading=tuple(ours[place] for place in kept),
        file_heading=tuple(table.heading[place] for place in kept),
        columns={ours[place]: columns[place] for place in kept},
        bad_records=bad,
    )


def _lines(table: TextTable) -> Iterator[dict[str, str]]:
    cells = {}
    for name, column in table.columns.items():
        clean = [_clean(name, each) for each in column.values]
        cells[name] = [clean[code] for code in column.codes]
    for row in zip(*cells.values(), strict=True):
        yield dict(zip(cells, row, strict=True))


def _clean(name: str, text: str) -> str:
    return clean_text(text) if name in _AS_WRITTEN else with_ordinary_digits(clean_text(text))


def _heading_faults(table: TextTable) -> Iterator[Violation]:
    told = [] if "evaluator" in table.heading else [("evaluator", "missing-column", "The column evaluator is missing.")]
    for ours, theirs in zip(table.heading, table.file_heading, strict=True):
        if ours not in HEADINGS:
            told.append((theirs, "unknown-column", f"There is no column {theirs[:_SEEN]!r} here."))
        elif table.heading.count(ours) > 1:
            told.append((theirs, "doubled-heading", f"The column {ours} stands twice."))
    for column, code, message in told:
        yield Violation(code, message, _KNOWN, file=table.name, row=1, column=column[:_SEEN], sheet=table.sheet)
