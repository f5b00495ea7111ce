"""Case 17 of the design, and case 9 as far as names are concerned, through the database; and what persons judge."""

from datetime import date, timedelta

import pytest
from exclusion_samples import (
    DAY,
    LIST,
    LOOKS_LIKE_KPMG,
    NOW,
    PARENT,
    ask,
    check,
    codes,
    make_edge,
    make_row,
    record_list,
    register,
    take,
)
from register_samples import credit_code
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.evaluators import exclusion_queries as queries
from registry.evaluators import exclusion_service as service
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.exclusion_errors import (
    ExclusionEntryNotFound,
    ExclusionListNotFound,
    JudgementRejected,
    QuestionRejected,
)
from registry.evaluators.exclusion_index import EntryIndex
from registry.evaluators.exclusion_matching import Identity, match
from registry.evaluators.exclusion_service import FLOOR, Opinion
from registry.evaluators.independence import Outcome
from registry.evaluators.names import DatedName

YEAR = timedelta(days=365)
OWNED = {"ownership": [make_edge(PARENT, 0.8), make_edge(credit_code(901), 0.2)]}


@pytest.fixture(autouse=True)
def _list(session: Session) -> None:
    record_list(session)


def entry_of_another_place(**changes: str) -> dict[str, str]:
    return make_row(2, name="杭州第1环境评估有限公司", credit_code="") | changes


def judged(session: Session, *, is_same: bool, evaluator_code: str) -> None:
    opinion = Opinion(LIST, "e-2", is_same, "seen the licence")
    service.judge(session, OPERATOR, get_evaluator(session, evaluator_code), opinion, NOW)


def test_case_17a_an_exact_hit_is_excluded(session: Session) -> None:
    evaluator = register(session)
    take(session, [make_row(1), make_row(2)])

    answer = service.check_evaluator(session, evaluator, ask())

    assert codes(answer) == ["EXCLUDED"]
    (finding,) = answer.lists[0].findings
    assert (finding.outcome, finding.entry and finding.entry.key) == (Outcome.FAIL, "e-1")
    assert finding.snapshot is not None
    assert finding.snapshot.queried_at == NOW


def test_who_is_on_no_list_passes_and_says_which_query_it_rests_on(session: Session) -> None:
    take(session, [make_row(2, name="宁波海洋监测站")])

    answer = service.check_evaluator(session, register(session), ask())

    (finding,) = answer.lists[0].findings
    assert (finding.code, finding.outcome) == ("NOT_LISTED", Outcome.PASS)
    assert finding.snapshot is not None


def test_case_17b_an_equal_name_without_a_code_is_for_a_person(session: Session) -> None:
    evaluator = register(session)
    take(session, [entry_of_another_place()])

    (finding,) = service.check_evaluator(session, evaluator, ask()).lists[0].findings

    assert (finding.code, finding.outcome) == ("NAME_ONLY_MATCH", Outcome.UNKNOWN)
    assert finding.match is not None
    assert (finding.match.why, finding.match.likeness, finding.match.score) == ("name", "same_name", 1.0)


def test_an_equal_name_with_another_code_is_another_body(session: Session) -> None:
    take(session, [entry_of_another_place(credit_code=credit_code(77))])

    assert check(session, register(session)) == ["NOT_LISTED"]


def test_a_code_with_one_wrong_character_is_for_a_person(session: Session) -> None:
    take(session, [make_row(1, name="另外一家", credit_code=credit_code(1)[:-1] + "I")])

    (finding,) = service.check_evaluator(session, register(session), ask()).lists[0].findings

    assert finding.code == "NAME_ONLY_MATCH"
    assert finding.match is not None
    assert finding.match.why == "code_almost_same"


@pytest.mark.parametrize(("days", "code"), [(7, "NOT_LISTED"), (8, "SOURCE_STALE"), (45, "SOURCE_STALE")])
def test_case_17c_a_list_queried_too_long_ago_is_unknown(session: Session, days: int, code: str) -> None:
    take(session, [make_row(2, name="宁波海洋监测站")], NOW - timedelta(days=days))

    answer = service.check_evaluator(session, register(session), ask())

    assert codes(answer) == [code]
    assert (answer.lists[0].findings[0].outcome is Outcome.UNKNOWN) == (code == "SOURCE_STALE")


def test_a_list_that_was_never_queried_is_unknown(session: Session) -> None:
    (finding,) = service.check_evaluator(session, register(session), ask()).lists[0].findings

    assert (finding.code, finding.outcome) == ("SOURCE_MISSING", Outcome.UNKNOWN)


def test_case_17d_an_end_that_is_past_is_said_and_bars_no_more(session: Session) -> None:
    take(session, [make_row(1, valid_to="2026-06-01")])

    assert check(session, register(session)) == ["LISTED_BUT_ENDED"]


def test_case_17e_a_bar_that_begins_inside_the_window_bars(session: Session) -> None:
    evaluator = register(session)
    take(session, [make_row(1, valid_from="2026-08-01")])

    assert check(session, evaluator, ask(DAY, date(2026, 8, 1))) == ["LISTED_BUT_ENDED"]
    assert check(session, evaluator, ask(DAY, date(2026, 8, 2))) == ["EXCLUDED"]


def test_case_17f_an_entry_deleted_upstream_is_answered_from_our_own_snapshot(session: Session) -> None:
    evaluator = register(session)
    take(session, [make_row(1), make_row(2)], NOW - YEAR)
    take(session, [make_row(2)], NOW)

    assert check(session, evaluator, ask(date(2025, 7, 1))) == ["EXCLUDED"]
    # From the first query without it on, it bars no more.
    assert check(session, evaluator, ask(DAY)) == ["LISTED_BUT_ENDED"]


def test_case_17g_a_listed_controller_bars_if_the_terms_say_so(session: Session) -> None:
    evaluator = register(session, **OWNED)
    take(session, [make_row(900)])

    finding, own = service.check_evaluator(session, evaluator, ask()).lists[0].findings
    assert (finding.code, finding.outcome) == ("EXCLUDED_VIA_CONTROLLER", Outcome.FAIL)
    assert finding.body == f"uscc:{PARENT}"
    assert (own.code, own.outcome) == ("NOT_LISTED", Outcome.PASS)

    record_list(session, now=NOW, bars_controlled=False)
    finding, _ = service.check_evaluator(session, evaluator, ask()).lists[0].findings
    assert (finding.code, finding.outcome) == ("EXCLUDED_VIA_CONTROLLER", Outcome.REVIEW)


def test_a_listed_owner_without_control_does_not_bar(session: Session) -> None:
    take(session, [make_row(901)])

    assert check(session, register(session, **OWNED)) == ["NOT_LISTED"]


def test_owners_who_are_not_known_are_said(session: Session) -> None:
    take(session, [make_row(2, name="宁波海洋监测站")])

    answer = service.check_evaluator(session, register(session), ask())

    assert [(each.body, each.kind) for each in answer.gaps] == [(f"uscc:{credit_code(1)}", "ownership_missing")]


def test_a_body_that_is_not_registered_is_checked_by_code_and_names(session: Session) -> None:
    take(session, [make_row(5, name="宁波海洋监测站"), entry_of_another_place()])

    assert codes(service.check_given(session, credit_code(5), (), ask())) == ["EXCLUDED"]
    assert codes(service.check_given(session, None, ("杭州第1环境评估有限公司",), ask())) == ["NAME_ONLY_MATCH"]
    with pytest.raises(QuestionRejected):
        service.check_given(session, None, (), ask())


def test_what_was_recorded_or_queried_later_changes_no_earlier_answer(session: Session) -> None:
    evaluator = register(session)
    take(session, [make_row(1)], NOW - timedelta(days=1), recorded_at=NOW)

    assert check(session, evaluator, ask(known_at=NOW - timedelta(hours=1))) == ["SOURCE_MISSING"]
    assert check(session, evaluator, ask(known_at=NOW)) == ["EXCLUDED"]


def test_a_bar_from_other_things_does_not_hold(session: Session) -> None:
    evaluator = register(session)
    take(session, [make_row(1, scope="bidding")])

    assert check(session, evaluator, ask(scope=frozenset({"review"}))) == ["LISTED_BUT_ENDED"]
    assert check(session, evaluator, ask(scope=frozenset({"bidding"}))) == ["EXCLUDED"]
    assert check(session, evaluator) == ["EXCLUDED"]


def test_an_entry_that_is_silent_has_scope_and_basis_of_its_list(session: Session) -> None:
    evaluator = register(session)
    record_list(session, now=NOW - timedelta(days=5), scope=("bidding",))
    take(session, [make_row(1, basis="")])

    assert check(session, evaluator, ask(scope=frozenset({"review"}))) == ["LISTED_BUT_ENDED"]
    (finding,) = service.check_evaluator(session, evaluator, ask()).lists[0].findings
    assert finding.entry is not None
    assert finding.entry.basis == "政府采购法第七十七条"


def test_every_list_in_use_answers_and_others_only_when_named(session: Session) -> None:
    evaluator = register(session)
    record_list(session, "fgw", max_age_days=30)
    record_list(session, "old", in_use=False)
    take(session, [make_row(1)], code="old")

    assert [each.terms.code for each in service.check_evaluator(session, evaluator, ask()).lists] == [LIST, "fgw"]
    assert check(session, evaluator, ask(lists=("old",))) == ["EXCLUDED"]
    with pytest.raises(ExclusionListNotFound):
        check(session, evaluator, ask(lists=("other",)))


def test_a_person_says_whether_a_name_means_the_evaluator_and_the_last_word_counts(session: Session) -> None:
    evaluator = register(session)
    before = NOW - timedelta(hours=1)
    take(session, [entry_of_another_place()], before)

    judged(session, is_same=False, evaluator_code=evaluator.code)
    assert check(session, evaluator) == ["NOT_LISTED"]
    judged(session, is_same=True, evaluator_code=evaluator.code)
    assert check(session, evaluator) == ["EXCLUDED"]
    assert check(session, evaluator, ask(known_at=before)) == ["NAME_ONLY_MATCH"]


def test_a_judgement_holds_for_no_other_entry_under_the_same_key(session: Session) -> None:
    evaluator = register(session)
    take(session, [entry_of_another_place()])
    judged(session, is_same=False, evaluator_code=evaluator.code)

    later = NOW + timedelta(days=1)
    take(session, [entry_of_another_place(name="杭州第1环境评估公司")], later)

    assert check(session, evaluator, ask(known_at=later)) == ["NAME_ONLY_MATCH"]


def test_nobody_judges_what_the_code_decides_or_what_is_not_alike(session: Session) -> None:
    evaluator = register(session)
    take(session, [make_row(1), entry_of_another_place(name="宁波海洋监测站")])

    for key in ("e-1", "e-2"):
        with pytest.raises(JudgementRejected):
            service.judge(session, OPERATOR, evaluator, Opinion(LIST, key, False, "x"), NOW)
    with pytest.raises(ExclusionEntryNotFound):
        service.judge(session, OPERATOR, evaluator, Opinion(LIST, "e-9", False, "x"), NOW)


def test_case_9_a_former_name_is_found_and_said_to_be_one(session: Session) -> None:
    names = [
        {"name": "小山评估有限公司", "valid_to": "2026-02-01"},
        {"name": "大山评估有限公司", "valid_from": "2026-02-01"},
    ]
    evaluator = register(session, names=names)
    take(session, [entry_of_another_place(name="小山评估有限公司")])

    (finding,) = service.check_evaluator(session, evaluator, ask()).lists[0].findings

    assert finding.code == "NAME_ONLY_MATCH"
    assert finding.match is not None
    assert finding.match.why == "former_name"


def test_the_index_leaves_out_nothing_that_would_match() -> None:
    wordings = [
        ("a", "大山评估（上海）有限公司", None), ("b", "上海大山评估有限公司", credit_code(3)), ("c", "KPMG Audit", ""),
        ("d", "X", credit_code(1)[:-1] + "I"), ("e", "乙", credit_code(1)), ("f", "完全无关的名字", None),
    ]  # fmt: skip
    names = tuple(DatedName("x", each) for each in ("大山评估(上海)有限公司", LOOKS_LIKE_KPMG))
    entries = [queries.ListEntry(key, code or None, name, frozenset(), ask().window) for key, name, code in wordings]
    for identity in (
        Identity("x", frozenset({credit_code(1)}), names),
        Identity("x", frozenset(), names),
        Identity("y", frozenset(), (), (Identity("x", frozenset({credit_code(3)}), names),)),
    ):
        found = EntryIndex(wordings).keys(identity, FLOOR)
        matching = {
            each.key
            for each in entries
            for body in (identity, *identity.controllers)
            if match(each, body, FLOOR) is not None
        }
        assert matching <= found
        assert matching
        assert "f" not in found
