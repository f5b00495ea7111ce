"""Text to tree: the syntax, its limits, and what is said of texts that are no rules."""

import random
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_samples import ENVIRONMENT, GRADES, PERCENT, rules

from registry.rules.checking import read_rule
from registry.rules.declarations import BOOLEAN, decimal, level
from registry.rules.grammar import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_tree
from registry.rules.printing import canonical_text, json_form, tree_digest
from registry.rules.rule_errors import RuleRejected
from registry.rules.sentences import sentence
from registry.rules.tree import AllOf, Negative, Number, walk


def rejection(text: str) -> RuleRejected:
    with pytest.raises(RuleRejected) as raised:
        read_tree(text)
    return raised.value


def codes(text: str) -> list[str]:
    return [each.code for each in rejection(text).violations]


@given(rules)
def test_the_canonical_text_reads_back_as_the_same_tree(tree):
    assert read_tree(canonical_text(tree)) == tree


@given(rules)
def test_a_checked_tree_reads_back_as_the_same_tree(tree):
    rule = read_rule(canonical_text(tree), ENVIRONMENT)

    again = read_rule(rule.canonical, ENVIRONMENT)

    assert (again.tree, again.digest, json_form(again.tree)) == (rule.tree, rule.digest, json_form(rule.tree))


@given(rules, st.randoms(use_true_random=False))
def test_spaces_and_brackets_change_nothing(tree, rng: random.Random):
    text = canonical_text(tree)
    spaced = "".join(each + rng.choice(["", "\n", "  "]) if each in "()[],?" else each for each in text)

    assert read_tree(f" ( {spaced} )\r\n") == tree
    assert tree_digest(read_tree(f"({text})")) == tree_digest(tree)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("facts.rate<2.50", "(facts.rate) < 2.5", True),
        ("facts.rate < 2", 'facts.rate < quantity(2, "%")', True),
        ("facts.rate < 2", "facts.rate < 2.0", False),
        ("facts.rate < 2", "facts.rate <= 2", False),
        ("facts.p && facts.q", "facts.q && facts.p", False),
        ('facts.area == "west"', 'facts.word == "west"', False),
        ("facts.p == true", 'facts.word == "true"', False),
    ],
)
def test_the_digest_is_that_of_the_meaning_as_written(one, other, is_same):
    first, second = (read_rule(each, ENVIRONMENT) for each in (one, other))

    assert (first.digest == second.digest) is is_same


def test_the_json_form_is_that_of_resolved_documents():
    assert json_form(read_rule("actions.m >= 2 && facts.x < 0.50", ENVIRONMENT).tree) == {
        "op": "&&",
        "args": [
            {"op": ">=", "args": [{"var": "actions.m"}, {"lit": 2, "unit": "1"}]},
            {"op": "<", "args": [{"var": "facts.x"}, {"lit": "0.5", "type": "decimal", "unit": "1"}]},
        ],
    }


def test_threads_share_the_parser():
    texts = [f"facts.n + {each} > {each} - facts.n * {each}" for each in range(200)]
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(read_tree, texts))

    assert [canonical_text(each) for each in trees] == texts


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("facts.a&&facts.b||facts.c", "facts.a && facts.b || facts.c"),
        ("facts.a&&(facts.b||facts.c)", "facts.a && (facts.b || facts.c)"),
        ("(facts.a&&facts.b)&&facts.c", "(facts.a && facts.b) && facts.c"),
        ("facts.a||(facts.b||facts.c)", "facts.a || (facts.b || facts.c)"),
        ("facts.a-(facts.b-facts.c)", "facts.a - (facts.b - facts.c)"),
        ("(facts.a-facts.b)-facts.c", "facts.a - facts.b - facts.c"),
        ("(facts.a?facts.b:facts.c)?1:(facts.d?2:3)", "(facts.a ? facts.b : facts.c) ? 1 : facts.d ? 2 : 3"),
        ("2.50+2.0+0.1", "2.5 + 2.0 + 0.1"),
        ('facts["a"]==\'it\\\'s "x"\'', 'facts.a == "it\'s \\"x\\""'),
        ('findings["c-1"]&&facts["in"]', 'findings["c-1"] && facts["in"]'),
        ('quantity(2,"m*m/person")', 'quantity(2, "m^2/person")'),
        ("--1<0", "--1 < 0"),
    ],
)
def test_the_canonical_text_is_short_and_exact(written, canonical):
    assert canonical_text(read_tree(written)) == canonical


def test_a_decimal_is_exact_and_known_from_a_whole_number():
    assert read_tree("0.1") == Number(value=read_tree("0.10").value, is_integer=False)
    assert read_tree("2") != read_tree("2.0")
    assert str(read_tree("0.1").value) == "1/10"


def test_conjunctions_of_many_are_one_level_deep():
    tree = read_tree(" && ".join(["facts.a"] * 100))

    assert isinstance(tree, AllOf)
    assert max(depth for _, depth in walk(tree)) == 2


def nested(depth: int) -> str:
    return "-" * (depth - 1) + "1"


def test_the_depth_is_limited_and_the_limit_itself_passes():
    assert isinstance(read_tree(nested(MAX_DEPTH)), Negative)
    assert codes(nested(MAX_DEPTH + 1)) == ["RULE_TOO_DEEP"]


def test_the_number_of_parts_is_limited_and_the_limit_itself_passes():
    assert sum(1 for _ in walk(read_tree(f"sum([{'1,' * (MAX_NODES - 2)}1])"))) == MAX_NODES
    assert codes(f"sum([{'1,' * (MAX_NODES - 1)}1])") == ["RULE_TOO_LARGE"]


def test_the_length_is_limited_in_bytes():
    fits = f'facts.w == "{"乡" * 600}"'
    filled = fits + " " * (MAX_BYTES - len(fits.encode()))

    assert read_tree(filled) == read_tree(fits)
    assert codes(filled + " ") == ["RULE_TOO_LONG"]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "(" * 1000 + "1" + ")" * 1001,
        "!" * 2048,
        "1 in [" * 300,
        "true ? " * 290,
        "(" * 10_000_000,
        "-" * 2047 + "1",
        "sum([" * 400,
        '"' + '\\"' * 1000,
        "a" * 2048 + "!",
        "1." * 1000,
        "facts.a<" * 250,
    ],
)
def test_hostile_texts_are_refused(text):
    assert len(codes(text)) == 1


def test_a_text_that_is_too_long_is_refused_before_any_work():
    text = "乡" * 3_000_000

    tracemalloc.start()
    try:
        assert codes(text) == ["RULE_TOO_LONG"]
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "RULE_SYNTAX", 1, 1),
        ("true &&\n  ", "RULE_SYNTAX", 1, 8),
        ("true &&\n  facts.a ==", "RULE_SYNTAX", 2, 13),
        ("facts.a = 2", "RULE_SYNTAX", 1, 9),
        ("1 < 2 < 3", "RULE_SYNTAX", 1, 7),
        ("facts.a % 2 == 0", "RULE_SYNTAX", 1, 9),
        ("facts.a and facts.b", "RULE_SYNTAX", 1, 9),
        ("+1 > 0", "RULE_SYNTAX", 1, 1),
        ("facts.in", "RULE_SYNTAX", 1, 1),
        ("facts.a > 1e999999999", "RULE_NUMBER", 1, 11),
        ("facts.a > 0x10", "RULE_NUMBER", 1, 11),
        ("facts.a > 007", "RULE_NUMBER", 1, 11),
        ("facts.a > 1_000", "RULE_NUMBER", 1, 11),
        ("facts.a > 3u", "RULE_NUMBER", 1, 11),
        (f"facts.a > {'9' * 16}", "RULE_NUMBER", 1, 11),
        (f"facts.a > 0.{'0' * 15}1", "RULE_NUMBER", 1, 11),
        ("facts.a > .5", "RULE_SYNTAX", 1, 11),
        ("a\x00b", "RULE_CHARACTER", 1, 2),
        ('facts.a == "\u202ex"', "RULE_CHARACTER", 1, 13),
        ("f\u0430cts.a", "RULE_CHARACTER", 1, 2),
        ("facts.a ≥ 2", "RULE_CHARACTER", 1, 9),
        ("facts.a > \uff12", "RULE_CHARACTER", 1, 11),
        ("\ud800", "RULE_CHARACTER", 1, 1),
        ("\u2028true", "RULE_CHARACTER", 1, 1),
        ('facts.a == "x', "RULE_TEXT", 1, 12),
        ('facts.a == "x\ny"', "RULE_TEXT", 1, 12),
        (r'facts.a == "\u0041"', "RULE_TEXT", 1, 12),
        ('facts.a == "e\u0301"', "RULE_TEXT", 1, 12),
        ('facts[""]', "RULE_TEXT", 1, 1),
        ('date("2026-02-29") == facts.d', "RULE_DATE", 1, 1),
        ('date("20260228") == facts.d', "RULE_DATE", 1, 1),
        ('quantity(2, "2m") > 1', "RULE_UNIT", 1, 13),
        ("quantity(facts.a, \"m\") > 1", "RULE_ARGUMENTS", 1, 1),
        ("rate > 2", "RULE_NAMESPACE", 1, 1),
        ("fact.rate > 2", "RULE_NAMESPACE", 1, 1),
        ("null == 1", "RULE_NAMESPACE", 1, 1),
        ("has(facts.a)", "RULE_UNKNOWN_FUNCTION", 1, 1),
        ('exec("x")', "RULE_UNKNOWN_FUNCTION", 1, 1),
        ("min(1) > 0", "RULE_ARGUMENTS", 1, 1),
        ("min([1, 2]) > 0", "RULE_ARGUMENTS", 1, 5),
        ("count(true)", "RULE_ARGUMENTS", 1, 1),
        ("abs() > 0", "RULE_ARGUMENTS", 1, 1),
        ("[1] == [1]", "RULE_SYNTAX", 1, 1),
        ("facts.a.b.__class__", "RULE_SYNTAX", 1, 8),
        ("facts.list.map(x, x)", "RULE_SYNTAX", 1, 11),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_its_place(text, code, line, column):
    (violation,) = rejection(text).violations

    assert violation.code == code
    assert violation.message.startswith(f"Line {line}, column {column}: ")
    assert violation.fix


def test_all_faults_of_the_parts_are_told_at_once():
    assert codes('foo.bar > 007 && date("x") == quantity(3)') == [
        "RULE_NAMESPACE",
        "RULE_NUMBER",
        "RULE_DATE",
        "RULE_ARGUMENTS",
    ]


def test_a_caret_stands_below_the_fault():
    (violation,) = rejection("true &&\nfacts.a > 1e9 && true").violations

    assert violation.message.split("\n")[1:3] == ["facts.a > 1e9 && true", "          ^^^"]


def test_carets_stand_in_their_column_behind_wide_characters():
    (violation,) = rejection('facts.a == "乡镇" && 1e9').violations

    assert violation.message.split("\n")[2] == f"{' ' * 12}\u3000\u3000{' ' * 5}^^^"


def test_the_excerpt_of_a_long_line_is_cut_around_the_fault():
    (violation,) = rejection("true && " * 100 + "1e9 > 0" + " && true" * 100).violations

    shown, carets = violation.message.split("\n")[1:3]
    assert len(shown) <= 60
    assert shown[carets.index("^") :].startswith("1e9")


PIECES = [*"().,[]!<?:-\"'", "facts", "a", "1", "0.5", "&&", "||", "==", "in", "sum", "min", "quantity", "\x00", "。"]


@settings(max_examples=500)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_is_a_rule_or_a_list_of_faults(text):
    with suppress(RuleRejected):
        tree = read_tree(text)
        assert read_tree(canonical_text(tree)) == tree


SEEDS = (
    'facts.rate * quantity(0.01, "1/%") < 0.02 && !facts.p || facts.grade in ["A", "B"]',
    "(actions.m < params.k && !facts.q) ? actions.money > 0 : true",
    'max(0, 4 - floor((100 - facts.rate) / quantity(0.1, "%"))) >= 2',
    'count([facts.p, facts.n >= 3, facts.day - date("2026-02-28") > 1]) >= 2 && findings["c-noplan"]',
    'sum([facts.n, 2, -1]) / 3 == 0.5 && facts.area != "west" && min(facts.x, 1.5) <= abs(-facts.x)',
)
KINDS = (BOOLEAN, None, decimal(PERCENT), level(*GRADES))


def damaged(rng: random.Random) -> str:
    """A good rule with a few pieces of it lost, doubled, or replaced by pieces of another."""
    text = rng.choice(SEEDS)
    for _ in range(rng.randint(0, 4)):
        start = rng.randint(0, len(text))
        end = start + rng.choice((0, 1, 1, 3, 9))
        other = rng.choice(SEEDS)
        begin = rng.randint(0, len(other))
        piece = rng.choice(
            ("", rng.choice(PIECES), other[begin : begin + rng.randint(1, 20)], chr(rng.randint(0, 0x2FFF)))
        )
        text = text[:start] + piece + text[end:]
    return text * rng.choice((1, 1, 1, 1, 40))


@pytest.mark.slow
def test_ten_thousand_damaged_rules_end_in_a_result_or_in_faults():
    rng = random.Random(6)
    results = 0
    for _ in range(10_000):
        with suppress(RuleRejected):
            rule = read_rule(damaged(rng), ENVIRONMENT, rng.choice(KINDS))
            assert read_rule(rule.canonical, ENVIRONMENT, rule.type).tree == rule.tree
            rule.evaluate({})
            assert sentence(rule.tree, ENVIRONMENT, "zh")
            results += 1

    assert 500 < results < 9_500
