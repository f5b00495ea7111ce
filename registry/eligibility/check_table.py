"""A decision as lines for a terminal: the verdict, every rule that is no pass, how many are one. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.eligibility.batch import reasons
from registry.languages import Language

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "eligible": "eligible", "conditional": "conditional", "ineligible": "ineligible",
        "indeterminate": "indeterminate", "fail": "fail", "review": "review", "unknown": "unknown",
        "as known": "as known at", "remedy": "What to do", "gap": "Days", "open": "open",
        "passed": "{passed} passed, {waived} not asked or waived.", "info": "for information",
        "change": "Another answer is possible from {day} on.", "same": "The answer is the same, digest {sha256}.",
        "other": "The answer is another one: {verdict}, digest {sha256}.", "none": "nothing",
    },
    "zh": {
        "eligible": "符合", "conditional": "有条件符合", "ineligible": "不符合", "indeterminate": "无法判断",
        "fail": "不通过", "review": "须审查", "unknown": "未知", "as known": "知识截止于", "remedy": "补救",
        "gap": "期间", "open": "不限", "passed": "通过{passed}条，未提问或豁免{waived}条。", "info": "仅提示",
        "change": "自{day}起结论可能不同。", "same": "结论相同，摘要{sha256}。",
        "other": "结论不同：{verdict}，摘要{sha256}。", "none": "无",
    },
}  # fmt: skip


def decision_lines(
    members: Sequence[Mapping[str, Any]], verdict: str, known_at: str, language: Language
) -> Iterator[str]:
    """members: one, or one for each member of a consortium."""
    words = _WORDS[language]
    about = ", ".join(each["request"]["evaluator"] for each in members)
    window = members[0]["request"]["window"]
    yield f"{words[verdict]}  {about}  [{window['from']}, {window['to']})  {words['as known']} {known_at}"
    for member in members:
        if len(members) > 1:
            yield f"{member['request']['evaluator']}: {words[member['verdict']]}"
        yield from _member_lines(member, language)


def _member_lines(member: Mapping[str, Any], language: Language) -> Iterator[str]:
    words = _WORDS[language]
    for rule in reasons(member):
        mark = "" if rule["mandatory"] else f" ({words['info']})"
        yield f"  {rule['rule_id']}  {words[rule['outcome']]}{mark}  {rule['reason_code']}  {rule['message'][language]}"
        for gap in rule["gap"]:
            yield f"      {words['gap']}: [{gap['from']}, {gap['to'] or words['open']})"
        if rule.get("remedy") is not None:
            yield f"      {words['remedy']}: {rule['remedy']['message'][language]}"
    outcomes = Counter(each["outcome"] for each in member["rules"])
    yield "  " + words["passed"].format(passed=outcomes["pass"], waived=outcomes["not_applicable"])
    if member["next_change_at"] is not None:
        yield "  " + words["change"].format(day=member["next_change_at"])


def replay_lines(replay: Any, language: Language) -> Iterator[str]:
    """replay: as wire.ReplayOut."""
    words = _WORDS[language]
    said = words["same" if replay.is_same else "other"]
    yield f"{replay.decision_id}  " + said.format(verdict=words[replay.verdict], sha256=replay.result_sha256)
    yield from difference_lines(replay.differences, language)


def difference_lines(differences: Sequence[Any], language: Language) -> Iterator[str]:
    none = _WORDS[language]["none"]
    for each in differences:
        told = [
            none if side is None else f"{side['outcome']} {side['reason_code']}" for side in (each.was, each.becomes)
        ]
        yield f"  {each.evaluator}  {each.rule_id}  {each.about}  {told[0]} -> {told[1]}"
