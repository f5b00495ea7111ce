"""The columns of findings: which each side has, how a file's headings become them, what a missing one may be called."""

import difflib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from registry.errors import Invalid, Violation
from registry.ids import clean_text
from registry.parsing import TextTable

Side = Literal["reports", "spot_checks"]

SIDES: tuple[Side, Side] = ("reports", "spot_checks")
REQUIRED: dict[Side, tuple[str, ...]] = {
    "reports": ("report_id", "evaluator_id", "site_id", "criterion_id", "value", "observed_on"),
    "spot_checks": ("spot_check_id", "checker_id", "site_id", "criterion_id", "value", "observed_on"),
}
OPTIONAL: dict[Side, tuple[str, ...]] = {
    "reports": ("standard_version", "parameter_digest", "sealed_at", "evidence"),
    "spot_checks": (
        "status", "inclusion_probability", "for_cause", "double_of", "reverified", "standard_version",
        "parameter_digest",
    ),
}  # fmt: skip
ALL_COLUMNS = frozenset(column for side in SIDES for column in (*REQUIRED[side], *OPTIONAL[side]))
# Headings that people use. They are proposed in an error message, never applied unasked.
REMEMBERED_HEADINGS = {
    "报告编号": "report_id", "报告": "report_id", "评估机构": "evaluator_id", "评估单位": "evaluator_id",
    "第三方机构": "evaluator_id", "抽查编号": "spot_check_id", "核查编号": "spot_check_id", "检查员": "checker_id",
    "核查员": "checker_id", "抽查人": "checker_id", "村": "site_id", "村庄": "site_id", "行政村": "site_id",
    "地点": "site_id", "乡镇": "site_id", "指标": "criterion_id", "指标编号": "criterion_id", "结果": "value",
    "评估结果": "value", "抽查结果": "value", "日期": "observed_on", "评估日期": "observed_on",
    "抽查日期": "observed_on", "状态": "status", "抽中概率": "inclusion_probability",
    "入样概率": "inclusion_probability", "举报核查": "for_cause", "复核对象": "double_of", "已复核": "reverified",
    "标准版本": "standard_version", "参数摘要": "parameter_digest", "封存时间": "sealed_at", "证据": "evidence",
    "evaluator": "evaluator_id", "checker": "checker_id", "site": "site_id", "village": "site_id",
    "criterion": "criterion_id", "indicator": "criterion_id", "result": "value", "finding": "value",
    "date": "observed_on", "report": "report_id", "spot_check": "spot_check_id",
}  # fmt: skip


class FindingsRejected(Invalid):
    code = "findings-rejected"
    title = "Findings break rules"


def rename_columns(table: TextTable, mapping: Mapping[str, str], side: Side) -> TextTable:
    """The table under our column names. mapping gives heading to column or column to heading; others stay.

    Raises FindingsRejected where the mapping names no column of ours, or gives one column to two headings.
    """
    columns = headings_to_columns(mapping)
    unknown = sorted(set(columns.values()) - ALL_COLUMNS)
    if unknown:
        known = ", ".join((*REQUIRED[side], *OPTIONAL[side]))
        raise FindingsRejected(f"The column mapping names {', '.join(unknown)}, which is no column. Known: {known}.")
    heading = tuple(columns.get(clean_text(each), each) for each in table.heading)
    doubled = [each for each, count in Counter(heading).items() if count > 1]
    if doubled:
        raise FindingsRejected(
            f"{table.name}: with the column mapping two columns are called {', '.join(doubled)}. Its headings: "
            f"{', '.join(table.heading)}. Map one heading to each column."
        )
    return replace(table, heading=heading, columns=dict(zip(heading, table.columns.values(), strict=True)))


def headings_to_columns(mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping from a file's headings to our columns, whichever way round it was written.

    Raises FindingsRejected where one heading is to be two columns.
    """
    pairs = [(clean_text(one), clean_text(other)) for one, other in mapping.items()]
    ours = [{side[place] for side in pairs} <= ALL_COLUMNS for place in (0, 1)]
    if ours[0] and not ours[1]:
        pairs = [(heading, column) for column, heading in pairs]
    doubled = [heading for heading, count in Counter(heading for heading, _ in pairs).items() if count > 1]
    if doubled:
        raise FindingsRejected(f"The column mapping gives the heading {', '.join(doubled)} to two columns.")
    return dict(pairs)


def require_columns(table: TextTable, side: Side) -> None:
    """Raises FindingsRejected, naming every missing column and what seems to stand in its place."""
    missing = [name for name in REQUIRED[side] if name not in table.columns]
    if not missing:
        return
    violations = [
        Violation("missing-column", f"The column {name} is missing.", _what_to_do(name, table.heading),
                  file=table.name, row=1, column=name)
        for name in missing
    ]  # fmt: skip
    hint = f" Headings found: {', '.join(table.heading)}."
    if proposals := _proposals(table.heading, {*missing, *OPTIONAL[side]}):
        hint += (
            f" If these headings mean what they seem to, save {json.dumps(proposals, ensure_ascii=False)}"
            " as columns.json and add --columns columns.json."
        )
    raise FindingsRejected(f"{table.name} lacks {len(missing)} required column(s).{hint}", violations)


def _proposals(headings: Sequence[str], wanted: set[str]) -> dict[str, str]:
    """Remembered headings of wanted columns that the file does not have; for each column the first."""
    proposals: dict[str, str] = {}
    for heading in headings:
        column = REMEMBERED_HEADINGS.get(_plain(heading))
        if column in wanted and column not in headings and column not in proposals.values():
            proposals[heading] = column
    return proposals


def _what_to_do(name: str, headings: Sequence[str]) -> str:
    remembered = [heading for heading in headings if REMEMBERED_HEADINGS.get(_plain(heading)) == name]
    near = remembered or _near([name], headings).get(name, [])
    return f"Is it the one called {near[0]!r}?" if near else "Add it, or map it with --columns."


def _near(names: Sequence[str], candidates: Sequence[str]) -> dict[str, list[str]]:
    plain = {_plain(candidate): candidate for candidate in candidates}
    return {
        name: [plain[found] for found in difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.7)]
        for name in names
    }


def _plain(heading: str) -> str:
    return clean_text(heading).casefold().replace(" ", "_").replace("-", "_")


def misspelt(ignored: Sequence[str], absent: Sequence[str]) -> dict[str, str]:
    """Ignored headings that are close to an absent column, or remembered for it, with that column."""
    close = {name: near[0] for name, near in _near(ignored, absent).items() if near}
    known = {name: REMEMBERED_HEADINGS[_plain(name)] for name in ignored if _plain(name) in REMEMBERED_HEADINGS}
    return {name: column for name, column in (close | known).items() if column in absent}
