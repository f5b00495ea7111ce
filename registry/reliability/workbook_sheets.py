"""The sheets of a working paper that only state what the comparison found."""

import json
from collections.abc import Mapping
from typing import Any

from registry.languages import Translate
from registry.reliability.glossary import PAIR_COLUMNS, TERMS
from registry.reliability.presentation import (
    Document,
    check_error_sentence,
    dropped_lines,
    evaluator_line,
    pool_sentence,
    rule_lines,
)
from registry.reliability.wording import SCALES, SEVERITIES, SIDES, USES, say, word
from registry.reliability.workbook_cells import Book, Cell, Column

NO_FILE = "–"


def summary_sheet(book: Book, document: Document, translate: Translate) -> None:
    """What was compared, by which method, from which files, under which rules."""
    rows: list[tuple[str, Cell]] = [(translate("What was compared"), document["title"] or "")]
    rows += [(translate("Note"), say(note, translate)) for note in document["notes"]]
    rows += [
        (translate("Pool"), pool_sentence(document, translate)),
        (translate("Check error"), check_error_sentence(document, translate)),
    ]
    rule = translate("Rule")
    rows += [(f"{rule}: {name}", state) for name, state in rule_lines(document, translate)]
    rows += [*_input_rows(document, translate), *_method_rows(document, translate)]
    columns = [Column(translate("Item"), 40, "wrapped"), Column(translate("Content"), 100, "wrapped")]
    book.sheet(translate("Summary"), columns, rows, [translate("Working paper: reports compared with spot checks")])


def _input_rows(document: Document, translate: Translate) -> list[tuple[str, Cell]]:
    rows: list[tuple[str, Cell]] = []
    for code in ("reports", "spot_checks"):
        source, name = document["inputs"][code], word(SIDES, code, translate)
        facts = (
            (translate("file"), source["name"] or NO_FILE),
            (translate("SHA-256 of the file"), source["sha256"] or NO_FILE),
            (translate("SHA-256 of the checked rows"), source["content_sha256"]),
            (translate("rows read"), str(source["rows"])),
            (translate("rows left out because they break a rule"), str(source["bad_rows"])),
            (translate("columns ignored"), ", ".join(source["ignored_columns"])),
            (translate("optional columns absent"), ", ".join(source["absent_columns"])),
        )
        rows += [(f"{name}: {fact}", value) for fact, value in facts]
    criteria = document["inputs"]["criteria"]
    name = translate("Criteria")
    file, canonical = translate("file"), translate("SHA-256 of the canonical JSON")
    return [*rows, (f"{name}: {file}", criteria["name"] or NO_FILE), (f"{name}: {canonical}", criteria["sha256"])]


def _method_rows(document: Document, translate: Translate) -> list[tuple[str, Cell]]:
    method = document["method"]
    software, parameter, mean = translate("Software"), translate("Parameter"), translate("Posterior mean")
    rows: list[tuple[str, Cell]] = [
        (translate("Method"), f"{method['name']}, {method['version']}"),
        (translate("SHA-256 of the parameters"), method["parameters_sha256"]),
        (translate("SHA-256 of the program"), method["code_sha256"]),
    ]
    rows += [(f"{software}: {name}", version) for name, version in sorted(method["software"].items())]
    for name, value in sorted(method["parameters"].items()):
        rows.append((f"{parameter}: {name}", json.dumps(value, ensure_ascii=False, sort_keys=True)))
    for name, value in sorted((method["hyper_posterior"] or {}).items()):
        rows.append((f"{mean}: {name}", f"{value:.4f}"))
    return rows


def evaluators_sheet(book: Book, document: Document, translate: Translate) -> None:
    columns = [
        Column("evaluator_no", 11, "integer"),
        Column(translate("Evaluator"), 24),
        Column(translate("Visits"), 8, "integer"),
        Column(translate("Pairs"), 8, "integer"),
        Column(translate("Score"), 9, "score"),
        Column(translate("Interval from"), 10, "score"),
        Column(translate("Interval to"), 10, "score"),
        Column(translate("Grade"), 13),
        Column(translate("Why"), 48, "wrapped"),
        Column(translate("Visits still needed"), 11, "integer"),
        Column(translate("Discrepancies"), 13, "integer"),
        Column(translate("Hajek rate"), 10, "percent"),
        Column(translate("Unweighted rate"), 11, "percent"),
        Column(translate("False pass rate"), 11, "percent"),
        Column(translate("False passes"), 10, "integer"),
        Column(translate("Checked failures"), 10, "integer"),
        Column(translate("Lenient findings"), 10, "number"),
        Column(translate("Harsh findings"), 10, "number"),
        Column(translate("Direction"), 24, "wrapped"),
        Column(translate("Rank interval"), 12),
        Column(translate("To be looked at"), 11),
        Column(translate("Left out, by reason"), 44, "wrapped"),
    ]
    rows = [_evaluator_row(place, each, translate) for place, each in enumerate(document["evaluators"], start=1)]
    book.sheet(translate("Evaluators"), columns, rows)


def _evaluator_row(number: int, evaluator: Mapping[str, Any], translate: Translate) -> list[Cell]:
    line, direction = evaluator_line(evaluator, translate), evaluator["direction"]
    rank = evaluator["rank_interval"]
    return [
        number,
        line.evaluator_id,
        line.visits,
        line.pairs,
        line.score,
        line.low,
        line.high,
        line.grade_text,
        "; ".join(line.reasons),
        evaluator["visits_still_needed"],
        evaluator["discrepancies"],
        evaluator["raw_rate"],
        evaluator["unweighted_rate"],
        direction["false_pass"]["value"],
        direction["false_pass"]["events"],
        direction["false_pass"]["n"],
        direction["lenient"],
        direction["harsh"],
        line.leniency,
        f"{rank[0]}–{rank[1]}" if rank else "",
        translate("yes") if evaluator["investigate"] else translate("no"),
        "; ".join(f"{each['reason']}: {each['rows']} ({each['share']:.1%})" for each in evaluator["excluded"]),
    ]


def criteria_sheet(book: Book, document: Document, translate: Translate) -> None:
    estimates = (
        "kappa",
        "ac",
        "alpha",
        "positive_agreement",
        "negative_agreement",
        "concordance",
        "verification_factor",
    )
    columns = [
        Column(translate("Criterion"), 16),
        Column(translate("Name"), 36, "wrapped"),
        Column(translate("Scale"), 16),
        Column(translate("Use"), 14),
        Column(translate("Severity"), 11),
        Column(translate("Pairs"), 8, "integer"),
        Column(translate("Visits"), 8, "integer"),
        Column(translate("Share that fails in the check"), 12, "percent"),
        Column(translate("Discrepancies"), 13, "integer"),
        Column(translate("Discrepancy rate"), 12, "percent"),
        Column(translate("Exact agreement"), 12, "percent"),
        *(Column(name, 13, "number") for name in estimates),
    ]
    rows: list[list[Cell]] = [
        [
            each["criterion_id"],
            each["name"] or "",
            word(SCALES, each["scale"], translate),
            word(USES, each["role"], translate),
            word(SEVERITIES, each["severity"], translate),
            each["n"],
            each["visits"],
            each["prevalence"],
            each["discrepancies"],
            each["discrepancy_rate"],
            each["exact_agreement"],
            *(each[name] and each[name]["value"] for name in estimates),
        ]
        for each in document["criteria"]
    ]
    book.sheet(translate("Criteria"), columns, rows)


def checkers_sheet(book: Book, document: Document, translate: Translate) -> None:
    columns = [
        Column(translate("Checker"), 20),
        Column(translate("Visits"), 9, "integer"),
        Column(translate("Pairs"), 9, "integer"),
        Column(translate("Discrepancies"), 14, "integer"),
        Column(translate("Discrepancy rate"), 14, "percent"),
        Column(translate("Reports more lenient"), 14, "number"),
        Column(translate("Reports harsher"), 14, "number"),
        Column(translate("Double-checked findings"), 16, "integer"),
        Column(translate("Of these discrepant"), 14, "integer"),
        Column(translate("Check error"), 12, "percent"),
    ]
    names = ("checker_id", "visits", "pairs", "discrepancies", "discrepancy_rate", "lenient", "harsh")
    rows: list[list[Cell]] = [
        [*(each[n] for n in names), each["double_checks"], each["double_discrepancies"], each["error"]["value"]]
        for each in document["checkers"]
    ]
    book.sheet(translate("Checkers"), columns, rows)


def dropped_sheet(book: Book, document: Document, translate: Translate) -> None:
    columns = [
        Column(translate("Reason"), 20),
        Column(translate("Rows of reports"), 16, "integer"),
        Column(translate("Rows of spot checks"), 16, "integer"),
        Column(translate("Meaning"), 90, "wrapped"),
    ]
    book.sheet(translate("Dropped"), columns, dropped_lines(document, translate))


def glossary_sheet(book: Book, translate: Translate) -> None:
    """Every term and every column in English beside the paper's own language."""
    columns = [
        Column(translate("Term or column"), 22),
        Column(translate("In this paper's language"), 26, "wrapped"),
        Column(translate("Meaning"), 60, "wrapped"),
        Column("English", 60, "wrapped"),
    ]
    rows: list[tuple[Cell, ...]] = [(term, translate(term), translate(text), text) for term, text in TERMS]
    rows += [(name, "", translate(text), text) for name, text in PAIR_COLUMNS.items()]
    book.sheet(translate("Glossary"), columns, rows)
