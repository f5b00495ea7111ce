"""Domains against the sets of values that they allow."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.declarations import TEXT, Kind, Type, Value, decimal, integer, level
from registry.standards.domains import allowed, common, has_nothing, narrowed, shown, widened_parts
from registry.standards.parameter import Domain, contains, domain_json

UNIVERSE = range(-30, 61)
LEVELS = ("a", "b", "c", "d", "e")
GRADE = level(*LEVELS)
DATE = Type(Kind.DATE)
BEGIN = date(2026, 1, 1).toordinal()
# Whole numbers as values of each type that has an order, with how much of it a whole number is.
ORDERED: list[tuple[Type, Callable[[int], Value], Fraction]] = [
    (integer(), lambda each: each, Fraction(1)),
    (decimal(), lambda each: Fraction(each, 10), Fraction(1, 10)),
    (DATE, lambda each: date.fromordinal(BEGIN + each), Fraction(1)),
]


@st.composite
def bounds(draw: st.DrawFn) -> tuple[int | None, int | None, int | None]:
    """Minimum, maximum and step; a step only with a minimum, and never nothing between the bounds."""
    low = draw(st.none() | st.integers(-10, 20))
    high = draw(st.none() | st.integers(-10 if low is None else low, 40))
    return low, high, None if low is None else draw(st.none() | st.integers(1, 7))


def domain_of(kind: tuple[Type, Callable[[int], Value], Fraction], drawn: tuple[int | None, ...]) -> Domain:
    _, value, unit = kind
    low, high, step = drawn
    return Domain(
        None if low is None else value(low),
        None if high is None else value(high),
        None if step is None else step * unit,
    )


def values_of(drawn: tuple[int | None, ...]) -> set[int]:
    """What is allowed, said in the plainest way."""
    low, high, step = drawn
    return {
        each
        for each in UNIVERSE
        if (low is None or each >= low)
        and (high is None or each <= high)
        and (step is None or low is None or (each - low) % step == 0)
    }


def found_in(kind: tuple[Type, Callable[[int], Value], Fraction], domain: Domain) -> set[int]:
    its_type, value, _ = kind
    return {each for each in UNIVERSE if contains(domain, its_type, value(each))}


@given(kind=st.sampled_from(ORDERED), drawn=bounds())
def test_a_domain_holds_what_lies_between_its_bounds_on_its_steps(
    kind: tuple[Type, Callable[[int], Value], Fraction], drawn: tuple[int | None, ...]
) -> None:
    assert found_in(kind, domain_of(kind, drawn)) == values_of(drawn)


@given(kind=st.sampled_from(ORDERED), one=bounds(), other=bounds())
def test_what_two_domains_have_in_common_is_what_both_allow(
    kind: tuple[Type, Callable[[int], Value], Fraction], one: tuple[int | None, ...], other: tuple[int | None, ...]
) -> None:
    both = common(kind[0], domain_of(kind, one), domain_of(kind, other))

    expected = values_of(one) & values_of(other)
    if both is None:
        # Domains without an upper end may meet only beyond the values that are looked at; up to 7 × 7 they do not.
        assert not expected
    else:
        assert found_in(kind, both) == expected


@given(kind=st.sampled_from(ORDERED), one=bounds(), other=bounds())
def test_what_two_domains_have_in_common_does_not_depend_on_their_order(
    kind: tuple[Type, Callable[[int], Value], Fraction], one: tuple[int | None, ...], other: tuple[int | None, ...]
) -> None:
    pair = domain_of(kind, one), domain_of(kind, other)

    assert common(kind[0], *pair) == common(kind[0], *pair[::-1])


@given(kind=st.sampled_from(ORDERED), domain=bounds())
def test_a_domain_has_itself_and_anything_in_common_with_itself(
    kind: tuple[Type, Callable[[int], Value], Fraction], domain: tuple[int | None, ...]
) -> None:
    given_domain = domain_of(kind, domain)

    assert common(kind[0], given_domain, given_domain) == given_domain
    assert common(kind[0], given_domain, Domain()) == given_domain


@given(kind=st.sampled_from(ORDERED), inherited=bounds(), part=bounds())
def test_a_narrowing_that_widens_no_part_allows_nothing_new(
    kind: tuple[Type, Callable[[int], Value], Fraction], inherited: tuple[int | None, ...], part: tuple[int | None, ...]
) -> None:
    whole, narrow = domain_of(kind, inherited), domain_of(kind, part)

    if not list(widened_parts(kind[0], whole, narrow)):
        after = narrowed(kind[0], whole, narrow)
        assert found_in(kind, after) <= values_of(inherited)
        assert found_in(kind, after) <= values_of((part[0], part[1], None))
        assert has_nothing(kind[0], after) or found_in(kind, after)


@pytest.mark.parametrize(
    ("inherited", "part", "widened"),
    [
        (Domain(1, 5), Domain(1, 5), []),
        (Domain(1, 5), Domain(2), []),
        (Domain(1, 5), Domain(0), ["minimum"]),
        (Domain(1, 5), Domain(maximum=6), ["maximum"]),
        (Domain(1, 5), Domain(0, 6), ["minimum", "maximum"]),
        (Domain(), Domain(0, 6), []),
        (Domain(0, 12, Fraction(4)), Domain(4), []),
        (Domain(0, 12, Fraction(4)), Domain(2), ["step"]),
        (Domain(0, 12, Fraction(4)), Domain(0, step=Fraction(2)), ["step"]),
        (Domain(0, 12, Fraction(4)), Domain(0, step=Fraction(8)), []),
    ],
)
def test_the_parts_that_would_allow_more_are_named(inherited: Domain, part: Domain, widened: list[str]) -> None:
    assert list(widened_parts(integer(), inherited, part)) == widened


levels = st.lists(st.sampled_from(LEVELS), min_size=1, unique=True).map(lambda each: Domain(choices=tuple(each)))
ranges = (
    st.tuples(st.integers(0, 4), st.integers(0, 4))
    .map(sorted)
    .map(lambda each: Domain(LEVELS[each[0]], LEVELS[each[1]]))
)


def levels_in(domain: Domain) -> set[str]:
    return {each for each in LEVELS if contains(domain, GRADE, each)}


@given(one=levels | ranges, other=levels | ranges)
def test_levels_meet_by_choices_and_by_bounds_and_are_written_in_one_form(one: Domain, other: Domain) -> None:
    both = common(GRADE, one, other)

    assert (levels_in(both) if both else set()) == levels_in(one) & levels_in(other)
    assert both is None or not (both.choices and set(domain_json(both)) != {"choices"})


@given(inherited=levels | ranges, part=levels | ranges)
def test_levels_are_narrowed_by_choices_and_by_bounds_and_are_written_in_one_form(
    inherited: Domain, part: Domain
) -> None:
    after = narrowed(GRADE, inherited, part)

    if not list(widened_parts(GRADE, inherited, part)):
        assert levels_in(after) == levels_in(inherited) & levels_in(part)
        if not has_nothing(GRADE, after):
            assert "choices" not in domain_json(after) or set(domain_json(after)) == {"choices"}


def test_a_level_outside_of_the_inherited_bounds_is_a_widening() -> None:
    assert list(widened_parts(GRADE, Domain("b", "d"), Domain(choices=("a", "b")))) == ["choices"]
    assert list(widened_parts(GRADE, Domain(choices=("b", "d")), Domain(choices=("b", "c")))) == ["choices"]


def test_texts_have_in_common_the_choices_of_both_in_their_order() -> None:
    one, other = Domain(choices=("a", "b", "c")), Domain(choices=("c", "b"))

    assert common(TEXT, one, other) == Domain(choices=("b", "c"))
    assert common(TEXT, one, Domain(choices=("d",))) is None
    assert common(TEXT, one, Domain()) == one


def test_steps_that_miss_each_other_leave_nothing() -> None:
    assert common(integer(), Domain(0, 12, Fraction(4)), Domain(1, 12, Fraction(2))) is None


def test_steps_of_4_and_of_6_meet_in_steps_of_12() -> None:
    assert common(integer(), Domain(2, 60, Fraction(4)), Domain(0, 60, Fraction(6))) == Domain(6, 60, Fraction(12))


def test_a_finer_minimum_moves_up_to_the_next_step_of_the_other() -> None:
    assert common(decimal(), Domain(Fraction(1), None, Fraction(1, 2)), Domain(Fraction(6, 5))) == Domain(
        Fraction(3, 2), None, Fraction(1, 2)
    )


def test_days_that_would_meet_beyond_the_calendar_do_not() -> None:
    one = Domain(date(9999, 12, 30), None, Fraction(7))

    assert common(DATE, one, Domain(date(9999, 12, 31))) is None


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        (Domain(), "anything"),
        (Domain(1, 5), "from 1 to 5"),
        (Domain(Fraction(1, 2), None, Fraction(1, 4)), "from 0.5 in steps of 0.25"),
        (Domain(date(2026, 5, 4)), "from 2026-05-04"),
        (Domain(choices=("a", "b")), "one of a, b"),
        (Domain(choices=(True,)), "one of true"),
    ],
)
def test_a_domain_is_said_in_words(domain: Domain, said: str) -> None:
    assert allowed(domain) == said


def test_a_step_is_written_as_values_of_its_parameter_are() -> None:
    assert domain_json(Domain(0, 12, Fraction(4))) == {"minimum": 0, "maximum": 12, "step": 4}
    assert domain_json(Domain(Fraction(0), None, Fraction(1, 2))) == {"minimum": "0", "step": "0.5"}
    assert domain_json(Domain(date(2026, 5, 4), None, Fraction(7))) == {"minimum": "2026-05-04", "step": 7}


def test_values_are_shown_as_documents_write_them() -> None:
    assert [shown(each) for each in (True, 3, Fraction(1, 4), "a", date(2026, 5, 4))] == [
        "true",
        "3",
        "0.25",
        "a",
        "2026-05-04",
    ]
