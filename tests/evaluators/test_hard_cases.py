"""The hard cases in time and scope through the services, on both engines, by the numbers they have in the design.

Most stand where their service is tested: PLACES says where, and is itself held against the files. Here are those that
need regions as the registry keeps them, what is asked of two evaluators, and the properties of every log.
"""

import ast
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from evaluator_samples import POLICY, day, make_asked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_samples import DAYS, INSTANTS, ITEMS, logs
from region_samples import changes_file
from sqlalchemy.orm import Session
from vetting_samples import EARLY, LATE, Vetting, make_cause, make_scope, make_vetting

from registry.evaluators import status_service
from registry.evaluators.coverage import Coverage, Outcome, Reason, find_coverage
from registry.evaluators.event_document import cause_document
from registry.evaluators.periods import Period
from registry.evaluators.policy import Activity
from registry.evaluators.qualification import Event, EventType
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.scope import Dimension, RegionSet
from registry.evaluators.status import status
from registry.regions import import_service
from registry.regions import service as regions
from registry.regions.claim import Claim
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes
from registry.regions.reference import Level, read_reference

HERE = Path(__file__).parent
# By case: the file without test_ and .py, then test functions of it without test_.
PLACES = {
    "1a-c": "status_service case_1_an_item_that_ends_in_the_window_leaves_a_gap_until_its_renewal_is_known",
    "1d-e": "status_service case_1_the_last_day_is_a_day_of_the_registrys_zone",
    "2": "hard_cases case_2_depth_and_change_of_regions",
    "2d": "hard_cases case_2d_a_merged_county_is_told_until_the_day_of_the_merger",
    "3a": "hard_cases case_3_no_two_items_and_no_two_members_are_put_together",
    "4": "status_service case_4_a_partial_suspension_touches_one_item",
    "5a-c": "status_service case_5_a_back_dated_suspension_changes_what_is_known_later_and_names_the_days",
    "7a": "status_service case_7_a_suspension_never_ends_by_the_clock",
    "7b": "status_service case_7_of_two_causes_one_stays_open",
    "8a": "status_service case_8_before_the_grant_there_is_no_record_even_after_a_withdrawal",
    "8b": "status_service case_8_events_of_one_day_count_in_the_order_of_their_recording",
    "8c": "status_service case_8_a_reinstatement_after_a_withdrawal_is_refused_and_nothing_is_recorded",
    "8d": "status_service case_8_a_suspension_that_lies_ahead_holds_from_its_day",
    "9a": "exclusion_service case_9_a_former_name_is_found_and_said_to_be_one",
    "9c": "candidates case_9c_two_who_had_one_name_are_both_shown_with_their_days",
    "9a, c, by name": "dossier_api case_9_by_a_name_everybody_who_bears_or_bore_it_is_found_and_nobody_is_picked",
    "11": "phoenix_service case_11_is_shown_and_judged_by_a_person_and_by_nothing_else",
    "12a": "independence_service case_12a_a_common_parent_is_a_conflict_with_its_path",
    "12b": "independence_service case_12b_an_interest_below_control_is_reviewed",
    "12c": "independence_service case_12c_a_common_owner_that_is_only_the_state_is_said_and_passes",
    "12d": "independence_service case_12d_facts_older_than_the_policy_allows_are_unknown",
    "12e": "independence_service case_12e_control_that_ended_is_a_conflict_until_the_cooling_off_is_over",
    "12f": "independence_service case_12f_control_holds_through_a_chain_of_majorities",
    "13": "independence_service case_13_who_asks_and_who_pays_stand_apart_from_what_is_scored",
    "13b": "independence_service case_13_by_codes_a_payer_under_the_subject_is_reviewed",
    "17a": "exclusion_service case_17a_an_exact_hit_is_excluded",
    "17b": "exclusion_service case_17b_an_equal_name_without_a_code_is_for_a_person",
    "17c": "exclusion_service case_17c_a_list_queried_too_long_ago_is_unknown",
    "17d": "exclusion_service case_17d_an_end_that_is_past_is_said_and_bars_no_more",
    "17e": "exclusion_service case_17e_a_bar_that_begins_inside_the_window_bars",
    "17f": "exclusion_service case_17f_an_entry_deleted_upstream_is_answered_from_our_own_snapshot",
    "17g": "exclusion_service case_17g_a_listed_controller_bars_if_the_terms_say_so",
    "18a-c": "status_service case_18_an_appeal_is_shown_and_an_upheld_one_lifts_the_withdrawal_from_the_start",
    "18d": "status_service case_18_an_annulled_grant_is_void_from_its_beginning",
    "20a-b": "hard_cases case_20_a_version_is_held_against_the_range_of_the_item",
}
# Through the database and on both engines.
FIXTURES = {"session", "database", "vetting", "placed"}
CHANGED_ON = date(2025, 6, 1)
# 下城区 merges into 拱墅区, and 西湖区 gets the code that it has in the divisions.
CHANGES = """\
2025-06-01,merged,330103,下城区,330100,330105,拱墅区,330100,county
2025-06-01,merged,330105,拱墅区,330100,330105,拱墅区,330100,county
2025-06-01,recoded,330109,,,330106,,,
"""


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


@pytest.fixture
def placed(vetting: Vetting, tmp_path: Path) -> Vetting:
    """All that happened to counties in 2025 is known."""
    claim = Claim(date(2025, 1, 1), None, Level.COUNTY)
    import_service.import_changes(
        vetting.session, read_changes(changes_file(tmp_path, CHANGES), "mca"), "mca", Terms(EARLY, claim)
    )
    return vetting


def granted(vetting: Vetting, *regions: RegionSet) -> tuple[str, ...]:
    scopes = [make_scope(regions=each) for each in regions]
    return vetting.granted(*scopes, on="2025-01-05", effective="2025-01-06", valid_to="2027-01-01")


def coverage(vetting: Vetting, region: str, first: str, last: str, item: str | None = None, **changes: str) -> Coverage:
    """last: the first day after the window. item: the only one that is looked at."""

    def covers(outer: str, inner: str, on: date) -> bool | None:
        return regions.covers(vetting.session, read_reference(outer), read_reference(inner), on).value

    held = status_service.holdings(vetting.session, vetting.evaluator, LATE)
    return find_coverage(
        [each for each in held if item in {None, each.item.id}],
        make_asked(region=region, **changes),
        Period(day(first), day(last)),
        permitted=POLICY.states_permitting(Activity.BID),
        covers=covers,
        changes_on=[CHANGED_ON],
    )


@pytest.mark.parametrize("case", PLACES)
def test_each_case_has_its_test_through_the_database(case: str) -> None:
    file, name = PLACES[case].split()
    tree = ast.parse((HERE / f"test_{file}.py").read_text(encoding="utf-8"))
    (found,) = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == f"test_{name}"]

    assert {each.arg for each in found.args.args} & FIXTURES


ALL, ALONE = RegionSet(("mca:330000",), True), RegionSet(("mca:330000",), False)
EXCEPT_ONE = RegionSet(("mca:330000",), True, ("mca:330102",))
# By case: what the item holds, the region and the day that are asked about, whether the item covers it.
REGION_CASES = {
    "2a": (ALONE, "mca:330102", "2025-07-01", False),
    "2a, the region itself": (ALONE, "mca:330000", "2025-07-01", True),
    "2b": (ALL, "mca:330102", "2025-07-01", True),
    "2c": (EXCEPT_ONE, "mca:330102", "2025-07-01", False),
    "2c, around the exception": (EXCEPT_ONE, "mca:330100", "2025-07-01", False),
    "2c, beside the exception": (EXCEPT_ONE, "mca:330105", "2025-07-01", True),
    "2e": (RegionSet(("mca:330103",), True), "mca:330103", "2025-05-31", True),
    "2f, before": (RegionSet(("mca:330109",), True), "mca:330109", "2025-05-31", True),
    "2f": (RegionSet(("mca:330109@2025-05-31",), True), "mca:330106", "2025-07-01", True),
    "2g": (RegionSet(("mca:330102",), True), "mca:330000", "2025-07-01", False),
    "elsewhere": (ALL, "mca:422828", "2025-07-01", False),
}


def test_case_2_depth_and_change_of_regions(placed: Vetting) -> None:
    items = granted(placed, *(each[0] for each in REGION_CASES.values()))

    for item, (case, (_, asked, on, is_covered)) in zip(items, REGION_CASES.items(), strict=True):
        found = coverage(placed, asked, on, str(day(on) + timedelta(days=1)), item=item)

        assert found.outcome is (Outcome.COVERED if is_covered else Outcome.GAPS), case
        assert [each.reason for each in found.gaps] == ([] if is_covered else [Dimension.REGION]), case
        assert [each.item_id for each in found.nearest_misses] == ([] if is_covered else [item]), case


def test_case_2d_a_merged_county_is_told_until_the_day_of_the_merger(placed: Vetting) -> None:
    """The item covers a part of what the successor is, which is no cover of the whole."""
    for item in granted(placed, *(RegionSet((each,), True) for each in ("mca:330103", "mca:330103@2025-05-31"))):
        successor = coverage(placed, "mca:330105@2025-06-01", "2025-06-01", "2025-07-01", item=item)
        across = coverage(placed, "mca:330103@2025-05-31", "2025-05-01", "2025-07-01", item=item)
        until_then = coverage(placed, "mca:330103@2025-05-31", "2025-05-01", "2025-06-01", item=item)

        assert until_then.outcome is Outcome.COVERED
        # What is gone is nowhere: whether it was merged or never was, whoever asks must see from the region itself.
        assert (successor.outcome, successor.nearest_misses) == (Outcome.UNKNOWN, ())
        assert across.unknown == (Period(CHANGED_ON, date(2025, 7, 1)),)


def test_case_3_no_two_items_and_no_two_members_are_put_together(placed: Vetting) -> None:
    agri, env = placed.granted(make_scope("agri", "mca:330000"), make_scope("env", "mca:420000"))
    window = ("2026-03-01", "2026-03-31")

    crossed = coverage(placed, "mca:420000", *window)
    own_part = coverage(placed, "mca:420000", *window, domain="env")
    part_of_the_other = coverage(placed, "mca:330000", *window, domain="env")

    assert [(each.reason, each.period) for each in crossed.gaps] == [(Dimension.REGION, Period(*map(day, window)))]
    assert {(each.item_id, each.dimension) for each in crossed.nearest_misses} == {
        (agri, Dimension.REGION),
        (env, Dimension.DOMAIN),
    }
    assert own_part.outcome is Outcome.COVERED
    assert part_of_the_other.outcome is Outcome.GAPS


def test_case_20_a_version_is_held_against_the_range_of_the_item(placed: Vetting) -> None:
    placed.granted(make_scope("agri", "mca:330000"))

    for version, reasons in (
        ("1.9.9", [Dimension.STANDARD]),
        ("2.0.0", []),
        ("2.1.0", []),
        ("3.0.0", [Dimension.STANDARD]),
    ):
        found = coverage(placed, "mca:330102", "2026-06-02", "2026-06-03", standard_version=version)
        assert [each.reason for each in found.gaps] == reasons


def test_siblings_of_cases_1_and_8_on_the_days_around(placed: Vetting) -> None:
    (item,) = placed.granted(make_scope("agri", "mca:330000"), effective="2026-02-01", valid_to="2026-07-01")
    placed.suspend(item, "2026-06-30", None, make_cause(review_by="2026-12-01"))

    before = coverage(placed, "mca:330102", "2026-01-31", "2026-02-02")
    last_day = coverage(placed, "mca:330102", "2026-06-29", "2026-07-02")

    assert [(each.reason, str(each.period)) for each in before.gaps] == [(Reason.NO_RECORD, "2026-01-31 to 2026-01-31")]
    assert [(each.reason, str(each.period)) for each in last_day.gaps] == [
        (Reason.SUSPENDED, "2026-06-30 to 2026-06-30"),
        (Reason.VALIDITY_ENDS_IN_WINDOW, "2026-07-01 to 2026-07-01"),
    ]


def storable(log: tuple[Event, ...], items: dict[str, str]) -> tuple[Event, ...]:
    """With identifiers as the tables have them; a correction is of an earlier event, and of one only once."""
    ids = {each.id: str(uuid4()) for each in log}
    corrected = set[str]()
    kept: list[Event] = []
    for each in sorted(log, key=lambda one: one.seq):
        what = each.supersedes
        if each.type is EventType.CORRECT:
            is_there = what in ids and ids[what] in {one.id for one in kept}
            if what is None or what in corrected or not is_there or each.becomes is EventType.CORRECT:
                continue
            corrected.add(what)
        kept.append(
            replace(
                each, id=ids[each.id], seq=1_000_000 + each.seq, item_id=items[each.item_id], decision_id=ids[each.id],
                supersedes=None if what is None else ids[what],
            )
        )  # fmt: skip
    return tuple(kept)


def row_of(event: Event, evaluator: UUID) -> QualificationEvent:
    return QualificationEvent(
        id=UUID(event.id), seq=event.seq, evaluator_id=evaluator, item_id=UUID(event.item_id), type=str(event.type),
        decision_id=UUID(event.decision_id), decided_on=event.decided_on, effective_from=event.effective_from,
        published_at=None, recorded_at=event.recorded_at, recorded_by="operator", person_id=None,
        valid_from=event.valid_from, valid_to=event.valid_to, causes=[cause_document(each) for each in event.causes],
        closes=list(event.closes), parent_item_id=None, under_investigation=event.under_investigation,
        supersedes=None if event.supersedes is None else UUID(event.supersedes),
        becomes=None if event.becomes is None else str(event.becomes), reason="A reason.", rule=None,
        evidence_sha256=None, sha256="0" * 64,
    )  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs(), st.randoms(use_true_random=False), DAYS, INSTANTS)
def test_properties_1_to_4_hold_for_any_log_in_the_tables(
    vetting: Vetting, log: tuple[Event, ...], random: Random, on: date, known_at: datetime
) -> None:
    """1: saved in any order. 2: what was recorded later, and 3: events of other items, count for nothing. 4: total."""
    session, evaluator = vetting.session, vetting.evaluator
    with session.begin_nested() as savepoint:
        items = dict(zip(ITEMS, (str(each.id) for each in vetting.opened(*map(make_scope, ITEMS)).items), strict=True))
        given = storable(log, items)
        first = [each for each in given if each.supersedes is None]
        random.shuffle(first)
        for each in (*first, *(one for one in given if one.supersedes is not None)):
            session.add(row_of(each, evaluator.id))
            session.flush()
        for item in items.values():
            own = [each for each in given if each.item_id == item and each.recorded_at <= known_at]

            (found,) = status_service.status(session, evaluator, on, known_at, item=item).items

            assert found.status == status(own, item, on, known_at, surveillances=(), policy=POLICY)
        savepoint.rollback()
