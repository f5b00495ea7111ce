"""A file of bidders: what its columns mean, what is wrong with a row, and what is said of each. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from registry.canonical import digest
from registry.eligibility.asking import Tuple, Written, window_of
from registry.eligibility.decision import Outcome, Verdict
from registry.eligibility.eligibility_errors import QuestionRejected
from registry.eligibility.question import RiskClass
from registry.errors import Violation
from registry.evaluators.credit_code import read_credit_code
from registry.languages import Language
from registry.regions.reference import read_day

MOST_BIDDERS = 5_000
# Of one lot, as where they are named one by one: each is held against each.
MOST_COMPETITORS = 50
# As a file may head its columns; in Chinese the first is the one that we write.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "evaluator": ("评估机构", "统一社会信用代码"),
    "name": ("名称", "机构名称"),
    "lot": ("标段",),
    "domain": ("领域",),
    "region": ("地区",),
    "type": ("评估类型",),
    "level": ("对象层级",),
    "standard": ("标准",),
    "from": ("开始日期",),
    "to": ("结束日期",),
    "subject": ("评估对象",),
    "commissioner": ("委托方",),
    "payer": ("付款方",),
}
ANSWERS = ("verdict", "reasons", "next_change_at", "decision_id", "result_sha256", "attestation")
_NEEDED = ("domain", "region", "type", "standard")
_SEVERAL = ";"
_DAY_FORM = "Write year, month and day with hyphens, as 2026-05-01."
_SEEN = 80
_TOLD = (str(Outcome.FAIL), str(Outcome.UNKNOWN), str(Outcome.REVIEW))
# Members of what is wrong with a question, by the column that a row has for them.
_COLUMN_OF = {"evaluator": "evaluator", "subject": "subject", "commissioner": "commissioner", "payer": "payer",
              "to": "to"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Defaults:
    """For rows that do not say it themselves. first, until: days as they are written."""

    domain: str = ""
    region: str = ""
    type: str = ""
    standard: str = ""
    level: str = ""
    first: str = ""
    until: str = ""
    subjects: tuple[str, ...] = ()
    commissioner: str = ""
    payer: str = ""
    other_bidders: tuple[str, ...] | None = None
    implementers: tuple[str, ...] = ()
    risk_class: RiskClass = RiskClass.NORMAL
    lists: tuple[str, ...] | None = None
    tender: str | None = None


@dataclass(frozen=True, slots=True)
class Bidder:
    """row: in the table. written: its question, without those who bid against it."""

    row: int
    lot: str
    written: Written


@dataclass(frozen=True, slots=True)
class Answered:
    """content: what the digest is of, see decision.Decision.content. code: of the stored decision. attestation: its
    identifier; for_want_of: why there is none, where one was asked for."""

    row: int
    content: Mapping[str, Any]
    sha256: str
    code: str | None = None
    attestation: str | None = None
    for_want_of: str | None = None


def batch_sha256(file_sha256: str, defaults: Defaults, *, as_competitors: bool, attest: bool) -> str:
    """The same for the same file with the same options."""
    told = {name: _plain(value) for name, value in asdict(defaults).items() if value not in ("", None)}
    options = {"as_competitors": as_competitors, "attest": attest}
    return digest({"file": file_sha256, "defaults": told, **options})


def read_bidder(row: int, cells: Mapping[str, str], defaults: Defaults) -> tuple[Bidder | None, list[Violation]]:
    """The question of a row, or every fault that shows without looking anything up."""
    told = {
        name: cells.get(name) or getattr(defaults, name, "") for name in (*_NEEDED, "level", "commissioner", "payer")
    }
    faults = [*_body_faults(cells["evaluator"]), *_missing(told)]
    days = {name: cells.get(name) or default for name, default in (("from", defaults.first), ("to", defaults.until))}
    read = {name: read_day(text) for name, text in days.items()}
    for name, text in days.items():
        if text and read[name] is None:
            faults.append(Violation("bad-day", "This is no day.", _DAY_FORM, column=name, value=text[:_SEEN]))
    try:
        window = None if any(read[name] is None and days[name] for name in days) else window_of(None, *read.values())
    except QuestionRejected as error:
        faults += [replace(each, column=_of_window(days)) for each in error.violations]
        window = None
    if faults or window is None:
        return None, faults
    scope = Tuple(told["domain"], told["region"], told["type"], told["standard"], told["level"] or None)
    subjects = tuple(each.strip() for each in cells.get("subject", "").split(_SEVERAL) if each.strip())
    written = Written(
        cells["evaluator"], (scope,), window, subjects or defaults.subjects, told["commissioner"] or None,
        told["payer"] or None, defaults.other_bidders, defaults.implementers, defaults.risk_class, None,
        defaults.lists, defaults.tender, (cells["name"],) if cells.get("name") else (),
    )  # fmt: skip
    return Bidder(row, cells.get("lot", ""), written), []


def column_of(fault: Violation) -> str | None:
    """Of what is wrong with a question, the column of the row."""
    if fault.pointer is not None:
        return fault.pointer.rpartition("/")[2]
    return _COLUMN_OF.get((fault.column or "").removeprefix("query "))


def competing(bidders: Sequence[Bidder]) -> Iterator[tuple[Bidder, Violation | None]]:
    """Each against all others of its lot, or of the file where no row names a lot."""
    lots: dict[str, dict[str, None]] = {}
    for each in bidders:
        lots.setdefault(each.lot, {})[each.written.evaluator] = None
    for each in bidders:
        others = tuple(other for other in lots[each.lot] if other != each.written.evaluator)
        fault = None
        if len(others) > MOST_COMPETITORS:
            message = f"The lot has {len(others) + 1} bidders, each of which would be held against each."
            fix = f"Name lots of at most {MOST_COMPETITORS + 1} bidders in a column lot, or leave out as_competitors."
            fault = Violation("too-many-competitors", message, fix, column="lot", value=each.lot[:_SEEN])
        yield replace(each, written=replace(each.written, other_bidders=others)), fault


def reasons(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every rule that is no pass, the worst first, as a decision tells it."""
    told = [each for each in content["rules"] if each["outcome"] in _TOLD]
    return sorted(told, key=lambda each: (not each["mandatory"], _TOLD.index(each["outcome"])))


def reason_line(rule: Mapping[str, Any], language: Language) -> str:
    mark = "" if rule["mandatory"] else "（仅提示）" if language == "zh" else " (for information)"
    return f"{rule['rule_id']} {rule['reason_code']}{mark}: {rule['message'][language]}"


def answer_cells(answered: Answered, language: Language) -> dict[str, str]:
    """Of the columns that are added to the file."""
    content = answered.content
    return {
        "verdict": content["verdict"],
        "reasons": " | ".join(reason_line(each, language) for each in reasons(content)),
        "next_change_at": content["next_change_at"] or "",
        "decision_id": answered.code or "",
        "result_sha256": answered.sha256,
        "attestation": answered.attestation or answered.for_want_of or "",
    }


def counts(answers: Iterable[Answered]) -> tuple[dict[str, int], dict[str, int]]:
    """By verdict, and by code of a reason how many bidders it was said of."""
    verdicts = Counter[str]({str(each): 0 for each in Verdict})
    codes = Counter[str]()
    for each in answers:
        verdicts[each.content["verdict"]] += 1
        codes.update({rule["reason_code"] for rule in reasons(each.content)})
    return dict(verdicts), dict(codes.most_common())


def _body_faults(text: str) -> Iterator[Violation]:
    if not text:
        fix = "Write an evaluator's code (ev-000001) or a credit code."
        yield Violation("missing-value", "The row names no bidder.", fix, column="evaluator", value="")
    elif not text.startswith("ev-"):
        for each in read_credit_code(text).faults:
            yield Violation(each.code, each.message, each.fix, column="evaluator", value=text[:_SEEN])


def _missing(told: Mapping[str, str]) -> Iterator[Violation]:
    for name in _NEEDED:
        if not told[name]:
            fix = f"Write it into the column {name}, or give it for all rows."
            yield Violation("missing-value", f"The {name} is not told.", fix, column=name, value="")


def _of_window(days: Mapping[str, str]) -> str:
    return "to" if days["from"] else "from"


def _plain(value: Any) -> Any:
    """As canonical JSON takes it."""
    return list(value) if isinstance(value, tuple) else str(value)
