"""What single rules do where it is close: which item answers, since when people are missing, whose bar it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from dossier_samples import make_credit_code
from eligibility_samples import (
    EVALUATOR,
    KNOWN,
    codes_of,
    decision_of,
    found,
    make_case,
    make_entity,
    make_entry,
    make_identity,
    make_list,
    make_parties,
    make_posts,
    make_question,
    policy_with,
    related_case,
)
from evaluator_samples import POLICY, at, day, make_asked, make_grant, make_item, make_surveillance
from ownership_samples import make_edge

from registry.eligibility.case import Lapse
from registry.eligibility.catalogue import RULES
from registry.eligibility.decision import Decision, Finding
from registry.evaluators.coverage import Holding
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period
from registry.evaluators.status import recorded, timeline

PARENT = f"uscc:{make_credit_code(1)}"
IDENTITY = make_identity(make_identity(key=PARENT, name="Parent Ltd"))
OF_PARENT = make_entry(PARENT.removeprefix("uscc:"), name="Parent Ltd")
NAMED_LIKE_PARENT = make_entry(None, name="Parent Ltd")


def item(number: int, *surveilled: str, valid_to: str = "2028-01-01") -> Holding:
    id_ = f"item_{number}"
    checks = [make_surveillance(each, item_id=id_) for each in surveilled]
    known = recorded([make_grant(valid_to=valid_to, item_id=id_)], id_, KNOWN, checks)
    return Holding(make_item(id_), timeline(known, POLICY))


def test_of_several_items_that_cover_the_one_under_surveillance_in_time_answers() -> None:
    """Due since 2026-01-01: more than the days of grace by 2026-04-15."""
    late, ended, good = item(1), item(2, "2025-12-01", valid_to="2026-06-01"), item(3, "2025-12-01")

    assert codes_of(decision_of(make_case(holdings=[late]))) == [("SUR-001", "SURVEILLANCE_OVERDUE")]
    assert decision_of(make_case(holdings=[late])).verdict == "ineligible"
    for holdings in ([late, ended, good], [good, late], [late, good]):
        assert decision_of(make_case(holdings=holdings)).verdict == "eligible"
    narrow = make_question(window=Period(day("2026-05-01"), day("2026-05-31")))
    assert decision_of(make_case(narrow, [late, ended])).verdict == "eligible"
    assert codes_of(decision_of(make_case(holdings=[late, ended]))) == [("SUR-001", "SURVEILLANCE_OVERDUE")]


def test_who_never_had_enough_people_has_no_days_left_to_replace_them() -> None:
    def ask(registered: str, *ends: str | None) -> tuple[str, list[tuple[str, str]]]:
        entity = make_entity(recorded_at=at(registered))
        decision = decision_of(make_case(entity=entity, posts=make_posts(*ends)))
        return decision.verdict, codes_of(decision)

    short = [("STA-001", "KEY_STAFF_SHORT")]
    assert ask("2024-01-01") == ask("2024-01-01", None, None) == ("ineligible", short)
    assert ask("2026-04-10") == ("conditional", short)
    assert ask("2024-01-01", None, None, "2026-04-01") == ("conditional", short)
    assert ask("2024-01-01", None, None, "2026-03-01") == ("ineligible", short)
    assert ask("2024-01-01", None, None, "2026-09-01") == ("conditional", short)


def test_the_days_to_replace_people_end_on_the_day_that_is_told() -> None:
    def verdict(known_on: str) -> str:
        case = make_case(posts=make_posts(None, None, "2026-04-01"), known_at=at(known_on))
        return decision_of(case).verdict

    (short,) = [each for each in decision_of(make_case(posts=make_posts(None, None, "2026-04-01"))).findings
                if each.rule_id == "STA-001"]  # fmt: skip
    assert short.remedy is not None
    assert short.remedy.by == day("2026-05-01")
    assert (verdict("2026-05-01"), verdict("2026-05-02")) == ("conditional", "ineligible")


def test_one_person_in_two_posts_counts_once() -> None:
    one, two, three = make_posts(None, None, None)
    again = replace(two, ref="ev-000017/staff/9", person=one.person)

    assert found(decision_of(make_case(posts=(one, two, three))), "STA-001").outcome == "pass"
    assert codes_of(decision_of(make_case(posts=(one, again, three)))) == [("STA-001", "KEY_STAFF_SHORT")]


def test_a_bar_of_a_controller_is_none_of_the_evaluator_itself() -> None:
    listed = make_case(lists=(make_list(OF_PARENT, identity=IDENTITY),))

    strict, lax = decision_of(listed), decision_of(listed, policy_with(bars_controlled=False))

    assert (found(strict, "EXC-001").code, found(strict, "EXC-001").outcome) == ("NOT_LISTED", "pass")
    assert (strict.verdict, codes_of(strict)) == ("ineligible", [("EXC-002", "EXCLUDED_VIA_CONTROLLER")])
    assert (lax.verdict, codes_of(lax)) == ("conditional", [("EXC-002", "EXCLUDED_VIA_CONTROLLER")])


def test_a_name_like_that_of_a_controller_is_worth_no_more_than_its_code() -> None:
    named = make_case(lists=(make_list(NAMED_LIKE_PARENT, identity=IDENTITY),))

    strict, lax = decision_of(named), decision_of(named, policy_with(bars_controlled=False))

    assert (strict.verdict, codes_of(strict)) == ("indeterminate", [("EXC-002", "NAME_ONLY_MATCH")])
    assert (lax.verdict, codes_of(lax)) == ("conditional", [("EXC-002", "NAME_ONLY_MATCH")])


def test_a_list_that_is_too_old_says_nothing_of_controllers_either() -> None:
    stale = make_case(lists=(make_list(queried_on="2026-03-01"),))
    mild = policy_with(bars_controlled=False)

    assert ("EXC-002", "CONTROLLERS_NOT_LOOKED_UP") in codes_of(decision_of(stale))
    assert codes_of(decision_of(stale, mild)) == [("EXC-001", "SOURCE_STALE")]
    assert decision_of(make_case(owner_gaps=(EVALUATOR,)), mild).verdict == "eligible"


def test_a_hit_in_a_stale_list_is_still_a_hit() -> None:
    decision = decision_of(make_case(lists=(make_list(make_entry(), queried_on="2026-03-01"),)))

    assert decision.verdict == "ineligible"
    assert {("EXC-001", "EXCLUDED"), ("EXC-001", "SOURCE_STALE")} <= set(codes_of(decision))


def test_a_list_is_in_time_for_exactly_its_days() -> None:
    def verdict(hours: int) -> str:
        case = make_case(known_at=KNOWN + timedelta(days=7, hours=hours))
        aged = make_list(queried_on=str(KNOWN.date()), known_at=case.known_at)
        return decision_of(replace(case, lists=(aged,))).verdict

    assert (verdict(0), verdict(1)) == ("eligible", "indeterminate")


def test_a_former_name_of_which_only_the_end_is_known_is_no_obstacle() -> None:
    names = (
        DatedName(EVALUATOR, "Old Ltd", None, day("2020-01-01")),
        DatedName(EVALUATOR, "New Ltd", day("2020-01-01")),
    )

    decision = decision_of(make_case(entity=make_entity(names=names)))

    assert (decision.verdict, found(decision, "ENT-001").code) == ("eligible", "NAME_CHANGED")
    assert "New Ltd; formerly Old Ltd" in found(decision, "ENT-001").message["en"]


def test_control_holds_along_a_chain() -> None:
    """Case 12f: 60 % of 60 % is 36 %, and control all the same."""
    chain = (
        make_edge("uscc:P", "uscc:Q", 60), make_edge("person:2", "uscc:Q", 40), make_edge("uscc:Q", EVALUATOR, 60),
        make_edge("person:1", EVALUATOR, 40), make_edge("uscc:P", "uscc:C", 100),
    )  # fmt: skip

    decision = decision_of(related_case(make_parties(implementers=("uscc:C",)), *chain))

    assert decision.verdict == "ineligible"
    facts = found_code(decision, "COI_COMMON_CONTROL").facts
    assert {(each["owner"], each["owned"]) for each in facts} == {
        ("uscc:P", "uscc:Q"), ("uscc:Q", EVALUATOR), ("uscc:P", "uscc:C"),
    }  # fmt: skip


def found_code(decision: Decision, code: str) -> Finding:
    (only,) = [each for each in decision.findings if each.code == code]
    return only


def test_related_bidders_are_another_rules() -> None:
    edges = (make_edge("uscc:P", EVALUATOR, 100), make_edge("uscc:P", "uscc:D", 100))

    decision = decision_of(related_case(make_parties(other_bidders=("uscc:D",)), *edges))

    assert codes_of(decision) == [("COI-003", "COI_COMMON_CONTROL")]
    assert decision.verdict == "ineligible"


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "expired", "not_yet"])
def test_a_soft_dependency_is_looked_at_and_a_hard_one_refuses(state: str) -> None:
    def verdict(*, is_hard: bool, first: str = "2026-06-01") -> str:
        lapse = Lapse("c/1", "IB1", "CNAS", is_hard, state, Period(day(first)), at("2026-01-01"))
        return decision_of(make_case(lapses=(lapse,))).verdict

    assert verdict(is_hard=False) == "conditional"
    assert verdict(is_hard=True) == "ineligible"
    assert verdict(is_hard=True, first="2026-10-01") == "eligible"


def test_nothing_that_is_unknown_is_a_failure_or_a_pass() -> None:
    """Of a body of which the registry knows nothing at all."""
    nothing = make_case(
        make_question(make_asked(), make_asked("env")), (), posts=None, lists=(), owner_gaps=(EVALUATOR,), score=None,
        entity=make_entity(recorded_at=None, founded_on=None),
    )  # fmt: skip

    decision = decision_of(nothing)

    assert (decision.verdict, codes_of(decision, "fail")) == ("indeterminate", [])
    assert {each.rule_id for each in decision.findings} == {each.id for each in RULES}
    assert {code for rule, code in codes_of(decision, "unknown") if rule in {"SCO-001", "VAL-001", "VAL-002"}} == {
        "NO_RECORD"
    }
