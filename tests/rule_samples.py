"""Declarations, values and random rules for the tests of the rule language."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from registry.rules.declarations import (
    BOOLEAN,
    DATE,
    Declaration,
    Environment,
    Kind,
    Namespace,
    Type,
    Value,
    decimal,
    integer,
    level,
)
from registry.rules.tree import (
    AllOf,
    Among,
    AnyOf,
    Calculate,
    Call,
    Choice,
    Compare,
    Day,
    Function,
    Name,
    Negative,
    Not,
    Number,
    Text,
    Tree,
    Truth,
)
from registry.rules.units import Unit, read_unit

PARAMS, FACTS, ACTIONS, FINDINGS = Namespace


def unit(text: str) -> Unit:
    found = read_unit(text)
    assert found is not None
    return found


PERCENT, CNY, PERSON = unit("%"), unit("CNY"), unit("person")
AREAS = ("central", "west")
GRADES = ("D", "C", "B", "A")

ENVIRONMENT = Environment.of(
    [
        Declaration(FACTS, "n", integer(), "farms", "农场数"),
        Declaration(ACTIONS, "m", integer(), "farms invested in", "已投资农场数"),
        Declaration(PARAMS, "k", integer(), "farms required", "应投资农场数"),
        Declaration(FACTS, "x", decimal(), "ratio", "比值"),
        Declaration(FACTS, "rate", decimal(PERCENT), "wrong-exit rate", "脱贫人口错退率"),
        Declaration(PARAMS, "limit", decimal(PERCENT), "limit", "上限"),
        Declaration(ACTIONS, "money", decimal(CNY), "money unspent", "未用资金"),
        Declaration(FACTS, "persons", integer(PERSON), "persons", "人数"),
        Declaration(FACTS, "p", BOOLEAN, "p is met", "条件甲"),
        Declaration(FACTS, "q", BOOLEAN, "q is met", "条件乙"),
        Declaration(FINDINGS, "c-noplan", BOOLEAN, "plan kept", "计划未变"),
        Declaration(FACTS, "area", Type(Kind.TEXT, choices=AREAS), "area", "地区"),
        Declaration(FACTS, "word", Type(Kind.TEXT), "word", "文字"),
        Declaration(FACTS, "grade", level(*GRADES), "grade", "等级"),
        Declaration(FACTS, "day", DATE, "day of the visit", "检查日期"),
        Declaration(FACTS, "until", DATE, "last day", "截止日期"),
    ]
)
KEYS = tuple(ENVIRONMENT.declarations)
SMALL = st.integers(-3, 3)
WORDS = ("", "a", "b", '"', "乡")
DAYS = (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1))


def values_of(its_type: Type) -> SearchStrategy[Value]:
    """Few values, so that random rules often meet their own limits."""
    match its_type.kind:
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.INTEGER:
            return SMALL
        case Kind.DECIMAL:
            return SMALL.map(lambda value: Fraction(value, 2))
        case Kind.DATE:
            return st.sampled_from(DAYS)
        case Kind.LEVEL:
            return st.sampled_from(its_type.choices)
        case Kind.TEXT:
            return st.sampled_from(its_type.choices or WORDS)


def points(environment: Environment = ENVIRONMENT) -> SearchStrategy[dict[str, Value]]:
    """A value for every name."""
    return st.fixed_dictionaries({key: values_of(each.type) for key, each in environment.declarations.items()})


def known_parts(point: Mapping[str, Value]) -> SearchStrategy[dict[str, Value]]:
    """The point with some of its values unknown."""
    return st.sets(st.sampled_from(sorted(point))).map(
        lambda lost: {key: value for key, value in point.items() if key not in lost}
    )


def named(key: str) -> Name:
    namespace, _, identifier = key.partition(".")
    return Name(Namespace(namespace), identifier)


def _names(wanted: Type) -> SearchStrategy[Tree]:
    found = [each.key for each in ENVIRONMENT.declarations.values() if each.type == wanted]
    return st.sampled_from([named(key) for key in found])


whole_numbers = st.integers(0, 4).map(lambda value: Number(Fraction(value), True))
decimals = st.integers(0, 8).map(lambda value: Number(Fraction(value, 4), False))
constants: SearchStrategy[Tree] = whole_numbers | decimals


def integers(depth: int, conditions_too: bool = True) -> SearchStrategy[Tree]:
    """Whole numbers with the unit 1 or none."""
    leaves = whole_numbers | _names(integer())
    if depth == 0:
        return leaves
    inner = integers(depth - 1, conditions_too)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    parts = [
        *([leaves] if depth == 1 else []),
        inner.map(Negative),
        st.builds(Calculate, st.sampled_from("+-"), inner, inner),
        st.builds(Calculate, st.just("*"), whole_numbers, inner),
        st.builds(Calculate, st.just("*"), inner, st.just(named("params.k")) if depth == 1 else whole_numbers),
        st.builds(Choice, conditions(depth - 1, integers_only=not conditions_too), inner, inner),
    ]
    if conditions_too:
        parts += [
            st.builds(Call, st.sampled_from([Function.MIN, Function.MAX, Function.SUM]), several),
            inner.map(lambda each: Call(Function.ABS, (each,))),
            numbers(depth - 1, decimal()).map(lambda each: Call(Function.FLOOR, (each,))),
            numbers(depth - 1, decimal()).map(lambda each: Call(Function.CEIL, (each,))),
            st.lists(conditions(depth - 1), min_size=1, max_size=3).map(lambda each: Call(Function.COUNT, tuple(each))),
        ]
    return st.one_of(parts)


def numbers(depth: int, its_type: Type) -> SearchStrategy[Tree]:
    """Decimals of one unit; those of the unit 1 hold whole numbers too."""
    leaves: SearchStrategy[Tree] = constants | _names(its_type)
    if its_type == decimal():
        leaves |= _names(integer())
    elif its_type.unit is not None:
        leaves |= decimals.map(lambda each: Number(each.value, False, its_type.unit, False))
    if depth == 0:
        return leaves
    inner = numbers(depth - 1, its_type)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    divisors = st.integers(1, 8).map(lambda value: Number(Fraction(value, 4), False))
    divisors |= st.integers(1, 3).map(lambda value: Number(Fraction(value), True))
    return st.one_of(
        *([leaves] if depth == 1 else []),
        inner.map(Negative),
        st.builds(Calculate, st.sampled_from("+-"), inner, inner),
        st.builds(Calculate, st.just("*"), constants, inner),
        st.builds(Calculate, st.just("/"), inner, divisors | divisors.map(Negative)),
        st.builds(Call, st.sampled_from([Function.MIN, Function.MAX, Function.SUM]), several),
        st.builds(Choice, conditions(depth - 1), inner, inner),
    )


def conditions(depth: int, integers_only: bool = False) -> SearchStrategy[Tree]:
    leaves: SearchStrategy[Tree] = st.booleans().map(Truth) | _names(BOOLEAN)
    if depth == 0:
        return leaves
    inner = conditions(depth - 1, integers_only)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    same = st.sampled_from(["==", "!="])
    whole = integers(depth - 1, not integers_only)
    parts = [
        *([leaves] if depth == 1 else []),
        inner.map(Not),
        several.map(AllOf),
        several.map(AnyOf),
        st.builds(Compare, signs, whole, whole),
        st.builds(Compare, same, inner, inner),
        st.builds(Choice, inner, inner, inner),
        st.builds(Among, whole, st.lists(whole, min_size=1, max_size=3).map(tuple)),
    ]
    if not integers_only:
        for its_type in (decimal(), decimal(PERCENT), decimal(CNY)):
            amount = numbers(depth - 1, its_type)
            parts.append(st.builds(Compare, signs, amount, amount))
        area: SearchStrategy[Tree] = st.sampled_from(AREAS).map(Text)
        grade: SearchStrategy[Tree] = st.sampled_from(GRADES).map(Text)
        word: SearchStrategy[Tree] = st.sampled_from(WORDS).map(Text) | _names(Type(Kind.TEXT))
        day: SearchStrategy[Tree] = st.sampled_from(DAYS).map(Day) | _names(DATE)
        number_of_days = st.builds(Calculate, st.just("-"), day, day)
        parts += [
            st.builds(Compare, same, st.just(named("facts.area")), area),
            st.builds(Among, st.just(named("facts.area")), st.lists(area, min_size=1, max_size=2).map(tuple)),
            st.builds(Compare, signs, st.just(named("facts.grade")), grade),
            st.builds(Compare, same, word, word),
            st.builds(Compare, signs, day, day),
            st.builds(Compare, signs, number_of_days, whole_numbers),
        ]
    return st.one_of(parts)


rules = conditions(3)
