"""Sentences: readable, in two languages, and never the same for two different rules."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rule_samples import CNY, ENVIRONMENT, PERCENT, named, rules, unit

from registry.rules.checking import read_rule
from registry.rules.declarations import BOOLEAN, Declaration, Environment, Namespace, decimal, integer, level
from registry.rules.printing import canonical_text
from registry.rules.sentences import sentence
from registry.rules.tree import (
    AllOf,
    AnyOf,
    Calculate,
    Call,
    Choice,
    Compare,
    Function,
    Negative,
    Not,
    Number,
    Tree,
    Truth,
)
from registry.rules.wording import WORDS

PARAMS, FACTS, ACTIONS, FINDINGS = Namespace
# Names and figures of real documents: the exit of poor counties (2017), GB/T 32000-2015, a city's scoring table (2017),
# and the three enterprises of a report of 2019.
REAL = Environment.of(
    [
        Declaration(FACTS, "incidence", decimal(PERCENT), "composite poverty incidence", "综合贫困发生率"),
        Declaration(FACTS, "wrong_exit", decimal(PERCENT), "wrong-exit rate", "脱贫人口错退率"),
        Declaration(FACTS, "recognition", decimal(PERCENT), "recognition by residents", "群众认可度"),
        Declaration(PARAMS, "incidence_limit", decimal(PERCENT), "limit of incidence", "发生率上限"),
        Declaration(FACTS, "region", level("west", "central"), "region class", "地区类别"),
        Declaration(FACTS, "income", decimal(unit("CNY/person/year")), "net income per head", "家庭年人均纯收入"),
        Declaration(FACTS, "in_school", decimal(PERCENT), "children in school", "义务教育达标率"),
        Declaration(FACTS, "eligible", integer(), "eligible enterprises", "符合条件的企业数"),
        Declaration(ACTIONS, "invested", integer(), "enterprises invested in", "已投资企业数"),
        Declaration(PARAMS, "target", integer(), "enterprises to invest in", "应投资企业数"),
        Declaration(ACTIONS, "unspent", decimal(CNY), "funds unspent", "未用资金"),
        Declaration(ACTIONS, "plan_changed", BOOLEAN, "the plan was changed", "计划有变更"),
    ]
)


def both(text: str, environment=REAL, expected=BOOLEAN, values=None) -> tuple[str, str]:
    tree = read_rule(text, environment, expected).tree
    return sentence(tree, environment, "en", values), sentence(tree, environment, "zh", values)


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("facts.incidence < 2", "Composite poverty incidence is less than 2%.", "综合贫困发生率小于2%。"),
        ("facts.recognition >= 90", "Recognition by residents is at least 90%.", "群众认可度不低于90%。"),
        (
            "facts.income >= 3070",
            "Net income per head is at least 3070 CNY per person and year.",
            "家庭年人均纯收入不低于3070元/人·年。",
        ),
        (
            'facts.incidence < (facts.region == "central" ? 2 : 3)',
            (
                "Composite poverty incidence is less than [if [region class is equal to “central”], then 2%, and "
                "otherwise 3%]."
            ),
            "综合贫困发生率小于[如果[地区类别等于“central”]，则2%，否则3%]。",
        ),
        (
            "facts.incidence < 2 && facts.wrong_exit < 2 && facts.recognition >= 90",
            (
                "All of the following hold: (1) composite poverty incidence is less than 2%; (2) “wrong-exit rate” is "
                "less than 2%; (3) recognition by residents is at least 90%."
            ),
            "同时满足以下各项：（1）综合贫困发生率小于2%；（2）脱贫人口错退率小于2%；（3）群众认可度不低于90%。",
        ),
        (
            "actions.invested < params.target && !actions.plan_changed ? actions.unspent > 0 : true",
            (
                "If [all of the following hold: (1) enterprises invested in is less than enterprises to invest in; "
                "(2) “the plan was changed” is not so], then [funds unspent is more than 0 CNY]."
            ),
            "如果[同时满足以下各项：（1）已投资企业数小于应投资企业数；（2）“计划有变更”不成立]，则[未用资金大于0元]。",
        ),
        (
            "facts.incidence < 2 && (actions.plan_changed || facts.recognition >= 90)",
            (
                "All of the following hold: (1) composite poverty incidence is less than 2%; (2) at least one of the "
                "following holds: (2.1) “the plan was changed” is so; (2.2) recognition by residents is at least 90%."
            ),
            (
                "同时满足以下各项：（1）综合贫困发生率小于2%；（2）至少满足以下一项：（2.1）“计划有变更”成立；"
                "（2.2）群众认可度不低于90%。"
            ),
        ),
    ],
)
def test_real_rules_read_well(text, english, chinese):
    assert both(text) == (english, chinese)


def test_a_step_deduction_is_said_with_its_brackets():
    text = 'max(0, 4 - ceil(max(0, 100 - facts.in_school) / quantity(0.1, "%")))'

    assert both(text, expected=None) == (
        "The largest of (0, 4 − (the largest of (0%, 100% − children in school) ÷ 0.1%) rounded up to a whole number).",
        "（0、4 − （（0%、100% − 义务教育达标率）中的最大值 ÷ 0.1%）向上取整）中的最大值。",
    )


def test_values_of_parameters_stand_behind_their_names():
    english, chinese = both("actions.invested >= params.target", values={"params.target": 2})

    assert english == "Enterprises invested in is at least enterprises to invest in (now 2)."
    assert chinese == "已投资企业数不低于应投资企业数（现为2）。"
    assert both("facts.incidence < params.incidence_limit", values={"params.incidence_limit": Fraction(5, 2)})[1] == (
        "综合贫困发生率小于发生率上限（现为2.5%）。"
    )


def test_days_are_said_as_days():
    english, chinese = both('facts.day >= date("2026-03-01")', ENVIRONMENT)

    assert english == "Day of the visit is on or after 2026-03-01."
    assert chinese == "检查日期不早于2026年3月1日。"


def test_a_text_cannot_pretend_to_be_two():
    one, two = (both(f"facts.word in [{each}]", ENVIRONMENT)[0] for each in ('"a”, “b"', '"a", "b"'))

    assert one != two


def test_both_languages_have_words_for_everything():
    english, chinese = WORDS["en"], WORDS["zh"]

    assert english.compare.keys() == chinese.compare.keys() == english.dates.keys() == chinese.dates.keys()
    assert english.functions.keys() == chinese.functions.keys()


@settings(max_examples=300)
@given(rules, rules, st.sampled_from(["en", "zh"]))
def test_different_rules_have_different_sentences(one, other, language):
    first, second = (read_rule(canonical_text(each), ENVIRONMENT).tree for each in (one, other))
    assume(canonical_text(first) != canonical_text(second))

    # quantity(2, "%") and a 2 that is compared with a percentage are the same thing said twice.
    if "quantity" not in canonical_text(first) + canonical_text(second):
        assert sentence(first, ENVIRONMENT, language) != sentence(second, ENVIRONMENT, language)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("facts.p && (facts.q || facts.n > 1)", "facts.p && facts.q || facts.n > 1"),
        ("facts.p && (facts.q && facts.n > 1)", "facts.p && facts.q && facts.n > 1"),
        ("(facts.p && facts.q) && facts.n > 1", "facts.p && (facts.q && facts.n > 1)"),
        ("!(facts.p && facts.q)", "!facts.p && facts.q"),
        ("facts.n - (1 - facts.n) > 0", "facts.n - 1 - facts.n > 0"),
        ("-(facts.n + 1) > 0", "-facts.n + 1 > 0"),
        ("2 * (facts.n + 1) > 0", "2 * facts.n + 1 > 0"),
        ("floor(facts.x * 2) > 0", "floor(facts.x) * 2 > 0"),
        ("(facts.p ? facts.q : true) ? facts.q : true", "facts.p ? (facts.q ? facts.q : true) : true"),
        ("facts.p == (facts.q == true)", "(facts.p == facts.q) == true"),
        ("count([facts.p && facts.q]) == 1", "count([facts.p, facts.q]) == 1"),
        ("min(min(1, facts.n), 2) > 0", "min(1, min(facts.n, 2)) > 0"),
        ("min(1, facts.n, 2) > 0", "min(1, min(facts.n, 2)) > 0"),
        ("facts.n == 2", "facts.n == 2.0"),
        ("(facts.p ? 1 : facts.n) + 1 > 0", "(facts.p ? 1 : facts.n + 1) > 0"),
        ("-facts.n > 0", "--facts.n > 0"),
    ],
)
def test_where_brackets_matter_the_sentences_differ(one, other, language):
    said = {sentence(read_rule(each, ENVIRONMENT).tree, ENVIRONMENT, language) for each in (one, other)}

    assert len(said) == 2


def _grown(trees: list[Tree], pairs: list[Callable[[Tree, Tree], Tree]], single: list[Callable[[Tree], Tree]]):
    """The trees and all that one more step makes of them."""
    return [
        *trees,
        *(make(a, b) for make in pairs for a in trees for b in trees),
        *(make(a) for make in single for a in trees),
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_small_conditions_have_sentences_of_their_own(language):
    leaves = [named("facts.p"), Compare(">", named("facts.n"), Number(Fraction(1), True))]
    pairs = [lambda a, b: AllOf((a, b)), lambda a, b: AnyOf((a, b)), lambda a, b: Compare("==", a, b)]
    pairs += [lambda a, b: Choice(a, b, Truth(True))]
    trees = _grown(_grown(leaves, pairs, [Not]), pairs, [Not])
    assert len(trees) > 1500

    said = [sentence(read_rule(canonical_text(each), ENVIRONMENT).tree, ENVIRONMENT, language) for each in trees]

    assert len(set(said)) == len(set(map(canonical_text, trees)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_small_calculations_have_sentences_of_their_own(language):
    leaves = [named("facts.x"), Number(Fraction(1), True)]
    pairs = [lambda a, b: Calculate("-", a, b), lambda a, b: Call(Function.MIN, (a, b))]
    pairs += [lambda a, b: Choice(named("facts.p"), a, b)]
    single = [Negative, lambda a: Call(Function.FLOOR, (a,)), lambda a: Calculate("/", a, Number(Fraction(2), True))]
    trees = _grown(_grown(leaves, pairs, single), pairs, single)
    assert len(trees) > 1000

    said = [sentence(read_rule(canonical_text(each), ENVIRONMENT, None).tree, ENVIRONMENT, language) for each in trees]

    assert len(set(said)) == len(set(map(canonical_text, trees)))
