"""Names that look like another's, shown to who vets: D62, D67, and what is known at an instant."""

import sys
from datetime import timedelta

import pytest
from exclusion_samples import DAY, LOOKS_LIKE_KPMG, NOW, register
from hypothesis import given
from hypothesis import strategies as st
from register_samples import credit_code
from sqlalchemy.orm import Session

from registry.evaluators import candidates_service as service
from registry.evaluators import names
from registry.evaluators.names import LikenessUnavailable, normal_text, normalise


def found(session: Session, name: str) -> list[tuple[str, str, str]]:
    answer = service.of_name(session, name, DAY, NOW)
    return [(each.known.holder, each.known.name, each.likeness) for each in answer.candidates.found]


def test_a_name_of_other_letters_that_look_the_same_is_shown_with_what_is_odd(session: Session) -> None:
    register(session, name="KPMG Audit")

    answer = service.of_name(session, LOOKS_LIKE_KPMG, DAY, NOW)

    assert [(each.known.name, each.likeness) for each in answer.candidates.found] == [("KPMG Audit", "looks_the_same")]
    assert answer.doubts == ("name_in_mixed_scripts",)


def test_of_an_evaluator_its_own_names_are_no_candidates(session: Session) -> None:
    first = register(session, name="大山评估(上海)有限公司")
    second = register(session, number=2, name="大山评估（上海）有限公司")

    (answer,) = service.of_evaluator(session, second, DAY, NOW)

    assert answer.name == "大山评估（上海）有限公司"
    assert [each.known.holder for each in answer.candidates.found] == [first.code]


def test_case_9c_two_who_had_one_name_are_both_shown_with_their_days(session: Session) -> None:
    renamed = [
        {"name": "小山评估有限公司", "valid_to": "2026-02-01"},
        {"name": "大山评估院", "valid_from": "2026-02-01"},
    ]
    first = register(session, names=renamed)
    second = register(session, number=2, names=[{"name": "小山评估有限公司", "valid_from": "2026-05-01"}])

    answer = service.of_name(session, "小山评估有限公司", DAY, NOW)

    told = [(each.known.holder, each.is_former, each.known.valid_to) for each in answer.candidates.found]
    assert [(holder, is_former) for holder, is_former, _ in told] == [(first.code, True), (second.code, False)]


def test_what_was_not_known_by_then_is_not_shown(session: Session) -> None:
    register(session, name="大山评估院")

    assert len(found(session, "大山评估院")) == 1
    before = NOW - timedelta(days=11)
    assert service.of_name(session, "大山评估院", DAY, before).candidates.found == ()


def test_names_that_come_later_are_found_too(session: Session) -> None:
    register(session, name="大山评估院")
    assert len(found(session, "大山评估院")) == 1

    register(session, number=2, credit_code=credit_code(2), name="大山评估院")

    assert len(found(session, "大山评估院")) == 2


@given(st.text(max_size=30))
def test_the_normal_text_is_that_of_the_comparison(name: str) -> None:
    assert normal_text(name) == normalise(name).text


def test_without_icu_names_are_kept_and_searched_and_comparing_says_what_is_missing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    names._checker.cache_clear()
    names._to_simplified.cache_clear()
    monkeypatch.setitem(sys.modules, "icu", None)

    register(session, name="大山评估院")
    with pytest.raises(LikenessUnavailable, match="libicu-dev"):
        found(session, "大山评估院")
