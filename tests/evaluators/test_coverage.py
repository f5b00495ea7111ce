"""One item for every day of a window: gaps, unknown days and nearest misses."""

from datetime import date

import pytest
from evaluator_samples import (
    REGION_CHANGE,
    at,
    covers,
    day,
    make_asked,
    make_cause,
    make_event,
    make_grant,
    make_holding,
    make_item,
    make_reinstatement,
    make_suspension,
)

from registry.evaluators.coverage import Coverage, Holding, NearMiss, Outcome, Reason, find_coverage
from registry.evaluators.periods import Period
from registry.evaluators.policy import State
from registry.evaluators.scope import Asked, Dimension, RegionSet

WINDOW = ("2026-05-01", "2026-10-01")
HELD = NearMiss("item_1", Dimension.REGION, "prov:A and what lies in them")


def coverage_of(
    *holdings: Holding, asked: Asked | None = None, window: tuple[str, str] = WINDOW, every_day: bool = False
) -> Coverage:
    return find_coverage(
        holdings,
        asked or make_asked(),
        Period(*map(day, window)),
        permitted={State.VALID},
        covers=covers,
        changes_on=None if every_day else [REGION_CHANGE],
    )


def gaps(found: Coverage) -> list[tuple[str, str, str]]:
    return [(str(each.period.valid_from), str(each.period.valid_to), each.reason) for each in found.gaps]


def test_case_1_expiry_in_the_middle_of_a_contract() -> None:
    grant = make_grant("2024-07-01", "2026-07-01")
    renewal = make_event("renew", "2026-07-01", "2026-04-20", valid_to="2028-07-01")
    item = make_item()

    before, after = (make_holding(item, [grant, renewal], at(known)) for known in ("2026-04-15", "2026-04-21"))

    found = coverage_of(before)
    assert (found.outcome, found.item_id) == (Outcome.GAPS, "item_1")
    assert gaps(found) == [("2026-07-01", "2026-10-01", Reason.VALIDITY_ENDS_IN_WINDOW)]
    assert found.gaps[0].basis == (grant.id,)
    assert coverage_of(after) == Coverage(Outcome.COVERED, "item_1")


def test_what_ended_before_the_window_is_expired() -> None:
    held = make_holding(make_item(), [make_grant("2024-01-01", "2026-05-01")])

    assert gaps(coverage_of(held)) == [(*WINDOW, Reason.EXPIRED)]


def test_case_2_a_near_miss_is_told_with_its_dimension() -> None:
    alone = make_holding(make_item(regions=RegionSet(("prov:A",), descendants=False)))

    found = coverage_of(alone)

    assert (found.outcome, found.item_id, gaps(found)) == (Outcome.GAPS, None, [(*WINDOW, Dimension.REGION)])
    assert found.nearest_misses == (NearMiss("item_1", Dimension.REGION, "prov:A only"),)


def test_case_2_a_merged_county_is_covered_until_the_merger() -> None:
    held = make_holding(make_item(regions=RegionSet(("county:A12",), descendants=True)))
    asked = make_asked(region="county:A12")

    found = coverage_of(held, asked=asked, window=("2025-12-01", "2026-02-01"))

    assert gaps(found) == [("2026-01-01", "2026-02-01", Dimension.REGION)]
    assert found == coverage_of(held, asked=asked, window=("2025-12-01", "2026-02-01"), every_day=True)
    assert coverage_of(held, asked=asked, window=("2025-12-31", "2026-01-01")).outcome is Outcome.COVERED


def test_case_3_dimensions_of_two_items_are_not_put_together() -> None:
    agri = make_holding(make_item("item_1", "agri", "prov:A"))
    env = make_holding(make_item("item_2", "env", "prov:B"))

    found = coverage_of(agri, env, asked=make_asked("agri", "prov:B"))

    assert gaps(found) == [(*WINDOW, Dimension.REGION)]
    assert found.nearest_misses == (HELD, NearMiss("item_2", Dimension.DOMAIN, "env"))


def test_case_3_each_member_of_a_consortium_is_asked_for_its_own_part() -> None:
    member = make_holding(make_item("item_2", "env", "prov:A"))

    assert coverage_of(member, asked=make_asked("env")).outcome is Outcome.COVERED
    assert gaps(coverage_of(member, asked=make_asked("agri"))) == [(*WINDOW, Dimension.DOMAIN)]


def test_days_of_two_items_are_not_put_together() -> None:
    first = make_holding(make_item("item_1"), [make_grant("2024-07-01", "2026-07-01", item_id="item_1")])
    second = make_holding(make_item("item_2"), [make_grant("2026-07-01", "2028-07-01", item_id="item_2")])

    found = coverage_of(first, second)

    assert (found.outcome, found.item_id) == (Outcome.GAPS, "item_2")
    assert gaps(found) == [("2026-05-01", "2026-07-01", Reason.NO_RECORD)]


def test_case_4_one_item_is_suspended_and_the_other_covers() -> None:
    agri = make_holding(make_item("agri", "agri"))
    events = [make_grant(item_id="env"), make_suspension("2026-04-01", item_id="env")]
    env = make_holding(make_item("env", "env"), events)

    assert coverage_of(agri, env).outcome is Outcome.COVERED
    found = coverage_of(agri, env, asked=make_asked("env"))
    assert gaps(found) == [
        ("2026-05-01", "2026-06-02", Reason.SUSPENDED),
        ("2026-06-02", "2026-10-01", Reason.SUSPENSION_REVIEW_OVERDUE),
    ]
    assert {each.causes for each in found.gaps} == {("late-report",)}


def test_case_7_a_review_that_is_overdue_is_the_reason() -> None:
    held = make_holding(make_item(), [make_grant(), make_suspension("2026-01-01")])

    assert gaps(coverage_of(held, window=("2026-06-02", "2026-06-03"))) == [
        ("2026-06-02", "2026-06-03", Reason.SUSPENSION_REVIEW_OVERDUE)
    ]


def test_case_8_a_suspension_ahead_is_a_gap_from_its_first_day() -> None:
    suspension = make_suspension("2026-08-01", "2026-02-01", make_cause(review_by="2026-12-01"))
    held = make_holding(make_item(), [make_grant(), suspension])

    assert coverage_of(held, window=("2026-07-31", "2026-08-01")).outcome is Outcome.COVERED
    assert gaps(coverage_of(held)) == [("2026-08-01", "2026-10-01", Reason.SUSPENDED)]


def test_a_suspension_inside_the_window_leaves_a_gap_between_covered_days() -> None:
    events = [make_grant(), make_suspension("2026-05-10"), make_reinstatement("2026-05-20")]

    found = coverage_of(make_holding(make_item(), events))

    assert gaps(found) == [("2026-05-10", "2026-05-20", Reason.SUSPENDED)]
    assert found.nearest_misses == ()


@pytest.mark.parametrize(
    ("kind", "effective", "reason"),
    [
        ("withdraw", "2026-02-01", Reason.WITHDRAWN),
        ("surrender", "2026-02-01", Reason.SURRENDERED),
        ("reduce", "2026-02-01", Reason.WITHDRAWN_PART),
        ("annul", "2024-01-01", Reason.VOID),
    ],
)
def test_case_18_an_end_is_named(kind: str, effective: str, reason: Reason) -> None:
    held = make_holding(make_item(), [make_grant(), make_event(kind, effective)])

    assert gaps(coverage_of(held)) == [(*WINDOW, reason)]


def test_case_20_a_version_out_of_range_is_a_near_miss() -> None:
    found = coverage_of(make_holding(make_item()), asked=make_asked(standard_version="3.0.0"))

    assert gaps(found) == [(*WINDOW, Dimension.STANDARD)]
    assert [each.held for each in found.nearest_misses] == ["rural-rev from 2.0.0 to before 3.0.0"]


def test_without_any_item_there_is_no_record() -> None:
    assert gaps(coverage_of()) == [(*WINDOW, Reason.NO_RECORD)]


def test_a_validity_that_has_not_begun_is_named() -> None:
    held = make_holding(make_item(), [make_grant("2026-04-01", "2028-01-01", valid_from="2026-06-01")])

    assert gaps(coverage_of(held)) == [("2026-05-01", "2026-06-01", Reason.NOT_YET_VALID)]


def test_the_item_that_leaves_the_fewest_days_is_told() -> None:
    short = make_holding(make_item("item_1"), [make_grant("2024-01-01", "2026-06-01", item_id="item_1")])
    long = make_holding(make_item("item_2"), [make_grant("2024-01-01", "2026-09-01", item_id="item_2")])

    found = coverage_of(short, long)

    assert (found.item_id, gaps(found)) == (
        "item_2",
        [("2026-09-01", "2026-10-01", Reason.VALIDITY_ENDS_IN_WINDOW)],
    )


def test_what_fails_in_two_ways_is_no_near_miss() -> None:
    far = make_holding(make_item("item_1", "env", "prov:B"))
    suspended = [make_grant(item_id="item_2"), make_suspension("2026-06-01", item_id="item_2")]
    barred = make_holding(make_item("item_2", "env"), suspended)

    assert coverage_of(far, barred).nearest_misses == ()


def test_a_region_of_which_nothing_is_known_makes_the_days_unknown() -> None:
    held = make_holding(make_item(regions=RegionSet(("prov:X",), descendants=True)))

    found = coverage_of(held)

    assert (found.outcome, found.unknown, found.gaps) == (Outcome.UNKNOWN, (Period(*map(day, WINDOW)),), ())


def test_an_unknown_region_of_an_item_that_ended_is_a_gap() -> None:
    ended = make_holding(
        make_item(regions=RegionSet(("prov:X",), descendants=True)),
        [make_grant(), make_event("withdraw", "2026-01-01")],
    )

    assert gaps(coverage_of(ended)) == [(*WINDOW, Reason.WITHDRAWN)]


def test_an_item_that_covers_wins_over_one_that_is_unknown() -> None:
    unknown = make_holding(make_item("item_1", regions=RegionSet(("prov:X",), descendants=True)))

    found = coverage_of(unknown, make_holding(make_item("item_2")))

    assert (found.outcome, found.item_id) == (Outcome.COVERED, "item_2")


def test_permitted_states_say_what_covers() -> None:
    held = make_holding(make_item(), [make_grant(), make_suspension("2026-01-01")])
    window = Period(day("2026-05-01"), day("2026-10-01"))

    def outcome(*permitted: State) -> Outcome:
        return find_coverage([held], make_asked(), window, permitted=permitted, covers=covers).outcome

    assert outcome(State.VALID, State.SUSPENDED) is Outcome.COVERED
    assert outcome(State.VALID) is outcome() is Outcome.GAPS


def test_a_valid_item_that_permits_nothing_says_so() -> None:
    found = find_coverage(
        [make_holding(make_item())], make_asked(), Period(*map(day, WINDOW)), permitted=(), covers=covers
    )

    assert gaps(found) == [(*WINDOW, Reason.NOT_PERMITTED)]


def test_a_window_has_an_end() -> None:
    with pytest.raises(ValueError, match="no end"):
        find_coverage([], make_asked(), Period(date(2026, 1, 1)), permitted=(), covers=covers)
