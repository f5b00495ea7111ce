"""On which days a newly recorded event changes an answer."""

from evaluator_samples import ITEM, POLICY, day, make_event, make_grant, make_reinstatement, make_suspension

from registry.evaluators.back_dating import changed_days
from registry.evaluators.periods import Period


def test_case_5_a_back_dated_suspension_names_the_days_it_changes() -> None:
    grant, other = make_grant(), make_grant(item_id="item_2")
    suspension = make_suspension("2026-03-01", "2026-03-20")

    found = changed_days([grant, other], [suspension], surveillances=[], policy=POLICY)

    assert found == {ITEM: (Period(day("2026-03-01"), day("2028-01-01")),)}


def test_a_back_dated_suspension_that_was_over_changes_only_its_days() -> None:
    added = [make_suspension("2026-03-01", "2026-03-20"), make_reinstatement("2026-03-15", "2026-03-20")]

    found = changed_days([make_grant()], added, surveillances=[], policy=POLICY)

    assert found == {ITEM: (Period(day("2026-03-01"), day("2026-03-15")),)}


def test_an_event_that_changes_no_answer_changes_no_day() -> None:
    events = [make_grant(), make_event("withdraw", "2025-01-01")]

    assert changed_days(events, [make_suspension("2025-03-01")], surveillances=[], policy=POLICY) == {}


def test_an_annulment_changes_every_day_since_the_grant() -> None:
    annulment = make_event("annul", "2024-01-01", "2026-01-01")

    found = changed_days([make_grant()], [annulment], surveillances=[], policy=POLICY)

    assert found == {ITEM: (Period(day("2024-01-01")),)}


def test_case_18_an_appeal_upheld_from_the_start_changes_every_day_since_the_withdrawal() -> None:
    withdrawal = make_event("withdraw", "2026-02-01")
    upheld = make_event("correct", "2026-02-01", "2026-06-01", supersedes=withdrawal.id)

    found = changed_days([make_grant(), withdrawal], [upheld], surveillances=[], policy=POLICY)

    assert found == {ITEM: (Period(day("2026-02-01")),)}
