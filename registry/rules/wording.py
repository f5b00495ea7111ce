"""The words around names in the sentences of rules, in both languages. A table; 不低于 includes the limit itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.languages import Language
from registry.rules.tree import Comparison, Function


@dataclass(frozen=True, slots=True)
class Words:
    all_of: str
    any_of: str
    item: str
    between_items: str
    between_members: str
    implies: str
    choice: str
    negation: str
    holds: str
    fails: str
    always: str
    never: str
    yes: str
    no: str
    among: str
    quoted: str
    valued: str
    compare: Mapping[Comparison, str]
    dates: Mapping[Comparison, str]
    functions: Mapping[Function, str]
    units: Mapping[str, str]


WORDS: Mapping[Language, Words] = {
    "en": Words(
        all_of="all of the following hold: ",
        any_of="at least one of the following holds: ",
        item="({}) {}",
        between_items="; ",
        between_members=", ",
        implies="if {}, then {}",
        choice="if {}, then {}, and otherwise {}",
        negation="it is not so that {}",
        holds="{} is so",
        fails="{} is not so",
        always="this always holds",
        never="this never holds",
        yes="yes",
        no="no",
        among="{} is one of ({})",
        quoted="“{}”",
        valued="{} (now {})",
        compare={
            "==": "{} is equal to {}",
            "!=": "{} is not equal to {}",
            "<": "{} is less than {}",
            "<=": "{} is at most {}",
            ">": "{} is more than {}",
            ">=": "{} is at least {}",
        },
        dates={
            "==": "{} is on {}",
            "!=": "{} is not on {}",
            "<": "{} is before {}",
            "<=": "{} is on or before {}",
            ">": "{} is after {}",
            ">=": "{} is on or after {}",
        },
        functions={
            Function.MIN: "the smallest of ({})",
            Function.MAX: "the largest of ({})",
            Function.ABS: "the size without sign of ({})",
            Function.FLOOR: "({}) rounded down to a whole number",
            Function.CEIL: "({}) rounded up to a whole number",
            Function.SUM: "the sum of ({})",
            Function.COUNT: "the number of these that hold ({})",
        },
        units={"CNY/person/year": "CNY per person and year", "point": "points", "day": "days", "person": "persons"},
    ),
    "zh": Words(
        all_of="同时满足以下各项：",
        any_of="至少满足以下一项：",
        item="（{}）{}",
        between_items="；",
        between_members="、",
        implies="如果{}，则{}",
        choice="如果{}，则{}，否则{}",
        negation="并非{}",
        holds="{}成立",
        fails="{}不成立",
        always="恒成立",
        never="恒不成立",
        yes="是",
        no="否",
        among="{}为（{}）之一",
        quoted="“{}”",
        valued="{}（现为{}）",
        compare={
            "==": "{}等于{}",
            "!=": "{}不等于{}",
            "<": "{}小于{}",
            "<=": "{}不高于{}",
            ">": "{}大于{}",
            ">=": "{}不低于{}",
        },
        dates={
            "==": "{}为{}当日",
            "!=": "{}不为{}当日",
            "<": "{}早于{}",
            "<=": "{}不晚于{}",
            ">": "{}晚于{}",
            ">=": "{}不早于{}",
        },
        functions={
            Function.MIN: "（{}）中的最小值",
            Function.MAX: "（{}）中的最大值",
            Function.ABS: "（{}）的绝对值",
            Function.FLOOR: "（{}）向下取整",
            Function.CEIL: "（{}）向上取整",
            Function.SUM: "（{}）之和",
            Function.COUNT: "（{}）中成立的项数",
        },
        units={
            "CNY": "元",
            "CNY/person/year": "元/人·年",
            "point": "分",
            "day": "天",
            "person": "人",
            "household": "户",
            "m^2": "平方米",
            "year": "年",
            "h/week": "小时/周",
        },
    ),
}
