"""Every code that a rule can give: reached, with its outcome, its facts, its remedy and its sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from dossier_samples import make_credit_code
from eligibility_samples import (
    COUNTY,
    EVALUATOR,
    TOWN,
    answer_of,
    decision_of,
    make_case,
    make_cycle,
    make_declaration,
    make_entity,
    make_entry,
    make_held,
    make_identity,
    make_list,
    make_parties,
    make_posts,
    make_question,
    policy_with,
    related_case,
)
from evaluator_samples import (
    at,
    day,
    make_asked,
    make_cause,
    make_event,
    make_grant,
    make_holding,
    make_item,
    make_suspension,
)
from ownership_samples import make_edge

from registry.eligibility.case import Appeal, Case, Lapse, Report, Score, Standing, Succession, Work
from registry.eligibility.decision import Finding
from registry.eligibility.policy import Policy
from registry.eligibility.wording_table import MESSAGES, REMEDIES
from registry.evaluators import declared_interests, exclusion_matching, independence, tenure
from registry.evaluators.coverage import Coverage
from registry.evaluators.coverage import Outcome as Covered
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period

PARENT = f"uscc:{make_credit_code(1)}"


@dataclass(frozen=True)
class Expected:
    """remedy, by: None for none."""

    case: Case
    rule: str
    outcome: str
    remedy: str | None = None
    by: str | None = None
    policy: Policy | None = None


def held(*events: Any, **changes: Any) -> Case:
    return make_case(holdings=[make_held(*events)], **changes)


def standing(kind: str, *successors: str) -> Case:
    period = Period(day("2026-06-01"))
    return make_case(
        entity=make_entity(standings=(Standing(period, kind, successors, "ev/entity/1", at("2026-01-01")),))
    )


def with_report(*, is_qualified: bool | None = True, was_suspended: bool = False) -> Case:
    given = Report("engagement/1/report/1", day("2026-05-02"), is_qualified, was_suspended, at("2026-05-02"))
    return make_case(reports=(given,))


def with_succession(judged: bool | None) -> Case:
    return make_case(
        successions=(Succession("ev-000003", "list ccgp, entry e-1", ("same_people",), "ev/succession", judged),)
    )


def with_lapse(state: str, *, is_hard: bool) -> Case:
    period = Period(day("2026-06-01"))
    return make_case(lapses=(Lapse("ev/certificate/1", "IB1", "CNAS", is_hard, state, period, at("2026-01-01")),))


def in_transition() -> Case:
    asked = make_asked(standard_version="3.0.0")
    question = make_question(asked)
    holding = make_held()
    before = Coverage(Covered.COVERED, holding.item.id)
    given = answer_of([holding], asked, question.window, version_began_on=day("2026-04-20"), before=before)
    return replace(make_case(question, [holding]), coverages=(given,))


def scored(**changes: Any) -> Case:
    known: dict[str, Any] = {
        "ref": "comparison/1", "score": Fraction(80), "low": Fraction(70), "visits": 50, "grade": "B", "method": "m 1",
        "recorded_at": at("2026-01-01"),
    }  # fmt: skip
    return make_case(score=Score(**(known | changes)))


def stale(share: int = 60) -> tuple[Any, ...]:
    return (make_edge("person:1", EVALUATOR, share, seen_at=date(2024, 1, 1)),)


def relation(*edges: Any, **changes: Any) -> Case:
    """Of a question that has an implementer, C."""
    question = make_parties(implementers=("uscc:C",))
    return related_case(question, *edges, **changes)


def ordered(commissioner: str | None, payer: str | None, *edges: Any, subject: str = TOWN) -> Case:
    question = make_parties(subjects=(subject,), commissioner=commissioner, payer=payer)
    return related_case(question, *edges, make_edge("person:1", EVALUATOR, 100))


OWNED = (make_edge("person:1", EVALUATOR, 100), make_edge("person:2", "uscc:C", 100))
CONTROLLED = (
    make_edge("uscc:P", EVALUATOR, 60), make_edge("person:1", EVALUATOR, 40), make_edge("uscc:P", "uscc:C", 51),
    make_edge("person:2", "uscc:C", 49),
)  # fmt: skip
SHARED = (
    make_edge("uscc:P", EVALUATOR, 20), make_edge("person:1", EVALUATOR, 80), make_edge("uscc:P", "uscc:C", 51),
    make_edge("person:2", "uscc:C", 49),
)  # fmt: skip
SOLD = (
    make_edge("uscc:P", EVALUATOR, 100, valid_to=date(2025, 12, 1)),
    make_edge("person:1", EVALUATOR, 100, valid_from=date(2025, 12, 1)), make_edge("uscc:P", "uscc:C", 100),
)  # fmt: skip
WITH_PARENT = make_identity(make_identity(key=PARENT, name="Parent Ltd"))
PARENT_ENTRY = make_entry(PARENT.removeprefix("uscc:"), name="Parent Ltd")
NAMED_ONLY = make_entry(None)


def late(on: str) -> Case:
    """Granted in 2024 and never surveilled: due on 2026-01-01."""
    return make_case(holdings=[make_holding(make_item())], known_at=at(on))


UNKNOWN_REGION = make_question(make_asked(region="county:elsewhere"))
SITUATIONS: Mapping[str, Expected] = {
    "ONE_ENTITY": Expected(make_case(), "ENT-001", "pass"),
    "NAME_CHANGED": Expected(
        make_case(
            entity=make_entity(
                names=(
                    DatedName(EVALUATOR, "Old Ltd", None, day("2026-02-01")),
                    DatedName(EVALUATOR, "New Ltd", day("2026-02-01")),
                )
            )
        ),
        "ENT-001",
        "pass",
    ),
    "EXISTS": Expected(make_case(), "ENT-002", "pass"),
    "EXISTENCE_NOT_KNOWN": Expected(
        make_case(entity=make_entity(recorded_at=None, founded_on=None)), "ENT-002", "unknown", "SHOW_LICENCE"
    ),
    "NOT_FOUNDED_YET": Expected(
        make_case(entity=make_entity(founded_on=day("2026-05-02"))),
        "ENT-002",
        "fail",
        "WAIT_FOR_BEGINNING",
        "2026-05-02",
    ),
    "MERGED": Expected(standing("merged_into", PARENT), "ENT-002", "fail", "ASK_SUCCESSOR"),
    "SPLIT": Expected(standing("split_into", PARENT), "ENT-002", "fail", "ASK_SUCCESSOR"),
    "DISSOLVED": Expected(standing("dissolved"), "ENT-002", "fail", "ANOTHER_EVALUATOR"),
    "IN_LIQUIDATION": Expected(standing("in_liquidation"), "ENT-002", "review", "ANOTHER_EVALUATOR"),
    "NO_SUCCESSION_PENDING": Expected(make_case(), "ENT-003", "pass"),
    "SUCCESSOR_REVIEW_PENDING": Expected(
        make_case(
            holdings=(),
            entity=make_entity(awaits=(Standing(Period(day("2026-01-01")), "awaits", (PARENT,), "ev/entity/2", None),)),
        ),
        "ENT-003",
        "review",
        "DECIDE_SUCCESSION",
    ),
    "NO_RECORD": Expected(make_case(holdings=()), "SCO-001", "unknown", "SHOW_QUALIFICATION"),
    "NO_ITEM_FITS": Expected(make_case(make_question(make_asked("env"))), "VAL-001", "not_applicable"),
    "SCOPE_COVERED": Expected(make_case(), "SCO-001", "pass"),
    "SCOPE_UNKNOWN": Expected(make_case(UNKNOWN_REGION), "SCO-001", "unknown", "IMPORT_DIVISIONS"),
    "SCOPE_DOMAIN": Expected(make_case(make_question(make_asked("env"))), "SCO-001", "fail", "EXTENSION"),
    "SCOPE_REGION": Expected(make_case(make_question(make_asked(region="prov:B"))), "SCO-001", "fail", "EXTENSION"),
    "SCOPE_TYPE": Expected(
        make_case(make_question(make_asked(evaluation_type="final"))), "SCO-001", "fail", "EXTENSION"
    ),
    "SCOPE_LEVEL": Expected(
        make_case(make_question(make_asked(subject_level="county"))), "SCO-001", "fail", "EXTENSION"
    ),
    "SCOPE_STANDARD_VERSION": Expected(
        make_case(make_question(make_asked(standard_version="3.0.0"))), "STD-001", "fail", "EXTENSION"
    ),
    "VERSION_COVERED": Expected(make_case(), "STD-001", "pass"),
    "VERSION_IN_TRANSITION": Expected(
        in_transition(), "STD-001", "review", "EXTENSION", "2026-07-19", policy_with(transition_days=90)
    ),
    "VALID": Expected(make_case(), "VAL-002", "pass"),
    "NOT_YET_VALID": Expected(
        held(make_grant("2026-01-01", valid_from="2026-06-01")), "VAL-001", "fail", "WAIT_FOR_BEGINNING"
    ),
    "EXPIRED": Expected(held(make_grant(valid_to="2026-04-01")), "VAL-001", "fail", "NEW_APPLICATION"),
    "VALIDITY_ENDS_IN_WINDOW": Expected(
        held(make_grant(valid_to="2026-07-01")), "VAL-002", "fail", "RENEWAL_BEFORE", "2026-07-01"
    ),
    "WITHDRAWN_PART": Expected(
        held(make_grant(), make_event("reduce", "2026-03-01")), "VAL-001", "fail", "NEW_APPLICATION"
    ),
    "WITHDRAWN": Expected(
        held(make_grant(), make_event("withdraw", "2026-03-01")), "VAL-001", "fail", "NEW_APPLICATION"
    ),
    "SURRENDERED": Expected(
        held(make_grant(), make_event("surrender", "2026-03-01")), "VAL-001", "fail", "NEW_APPLICATION"
    ),
    "VOID": Expected(
        held(make_grant(), make_event("annul", "2024-01-01", "2026-03-01")), "VAL-001", "fail", "NEW_APPLICATION"
    ),
    "SUSPENDED": Expected(
        held(make_grant(), make_suspension("2026-06-01", "2026-04-01")), "SUS-001", "fail", "REINSTATEMENT"
    ),
    "SUSPENSION_REVIEW_OVERDUE": Expected(
        held(make_grant(), make_suspension("2026-03-01", None, make_cause(review_by="2026-04-01"))),
        "SUS-001",
        "fail",
        "REINSTATEMENT",
    ),
    "NOT_SUSPENDED": Expected(make_case(), "SUS-001", "pass"),
    "OTHER_ITEM_SUSPENDED": Expected(
        make_case(
            holdings=[
                make_held(),
                make_held(make_grant(), make_suspension("2026-04-01"), item=make_item("item_2", "env")),
            ]
        ),
        "SUS-001",
        "pass",
    ),
    "APPEAL_PENDING": Expected(
        make_case(appeals=(Appeal("ev/appeal/1", "dec_1", day("2026-04-01"), at("2026-04-01")),)), "APP-001", "review"
    ),
    "NO_APPEAL_PENDING": Expected(make_case(), "APP-001", "pass"),
    "SURVEILLANCE_IN_TIME": Expected(make_case(), "SUR-001", "pass"),
    "SURVEILLANCE_FALLS_DUE": Expected(
        make_case(make_question(window=Period(day("2027-06-01"), day("2027-12-31")))), "SUR-001", "pass"
    ),
    "SURVEILLANCE_OVERDUE": Expected(late("2026-03-15"), "SUR-001", "review", "SURVEILLANCE", "2026-04-02"),
    "KEY_STAFF_ENOUGH": Expected(make_case(), "STA-001", "pass"),
    "KEY_STAFF_SHORT": Expected(
        make_case(posts=make_posts(None, None, "2026-04-01")), "STA-001", "review", "REPLACE_STAFF", "2026-05-01"
    ),
    "KEY_STAFF_UNKNOWN": Expected(make_case(posts=None), "STA-001", "unknown", "TELL_STAFF"),
    "SIGNATORIES_QUALIFIED": Expected(with_report(), "SIG-001", "pass"),
    "SIGNATORY_UNQUALIFIED": Expected(with_report(is_qualified=False), "SIG-001", "review", "SIGN_ANEW"),
    "SIGNATORY_UNKNOWN": Expected(with_report(is_qualified=None), "SIG-001", "unknown", "TELL_STAFF"),
    "NO_REPORT_SUSPENDED": Expected(with_report(), "REP-001", "pass"),
    "REPORT_DURING_SUSPENSION": Expected(with_report(was_suspended=True), "REP-001", "review", "REPORT_ANEW"),
    "CAPACITY_LEFT": Expected(make_case(), "CAP-001", "pass"),
    "CAPACITY": Expected(
        make_case(works=(Work("engagement/1", Period(day("2026-01-01"), day("2026-06-01")), at("2026-01-01")),)),
        "CAP-001",
        "fail",
        "END_ENGAGEMENTS",
        "2026-06-01",
        policy_with(most_engagements=1),
    ),
    "ACCREDITATIONS_IN_FORCE": Expected(make_case(), "ACC-001", "pass"),
    "ACCREDITOR_SUSPENDED": Expected(
        with_lapse("suspended", is_hard=True), "ACC-001", "fail", "RENEW_ACCREDITATION", "2026-06-01"
    ),
    "ACCREDITATION_NOT_IN_FORCE": Expected(
        with_lapse("expired", is_hard=False), "ACC-002", "review", "RENEW_ACCREDITATION", "2026-06-01"
    ),
    "NO_LIST_IN_USE": Expected(make_case(lists=()), "EXC-001", "unknown", "RECORD_LISTS"),
    "CONTROLLERS_NOT_LISTED": Expected(make_case(), "EXC-002", "pass"),
    "CONTROLLERS_NOT_LOOKED_UP": Expected(make_case(lists=()), "EXC-002", "unknown", "QUERY_LIST"),
    "CONTROLLERS_UNKNOWN": Expected(make_case(owner_gaps=(EVALUATOR,)), "EXC-002", "unknown", "TELL_OWNERS"),
    "NO_SIGN_OF_SUCCESSION": Expected(make_case(), "EXC-003", "pass"),
    "POSSIBLE_SUCCESSOR_OF_EXCLUDED": Expected(with_succession(None), "EXC-003", "review", "JUDGE_SUCCESSION"),
    "SUCCESSOR_OF_EXCLUDED": Expected(with_succession(True), "EXC-003", "fail"),
    "JUDGED_NO_SUCCESSOR": Expected(with_succession(False), "EXC-003", "pass"),
    "TOO_FEW_BACKCHECKS": Expected(make_case(score=None), "REL-001", "review", "MORE_SPOT_CHECKS"),
    "RELIABILITY_ENOUGH": Expected(scored(), "REL-001", "pass"),
    "RELIABILITY_BELOW_FLOOR": Expected(scored(low=Fraction(59)), "REL-001", "fail", "MORE_SPOT_CHECKS"),
    "NOT_ASKED": Expected(make_case(), "COI-001", "not_applicable"),
    # What slices to the left find.
    "EXCLUDED": Expected(
        make_case(lists=(make_list(make_entry()),)), "EXC-001", "fail", "WAIT_FOR_END_OF_BAR", "2028-01-01"
    ),
    "EXCLUDED_VIA_CONTROLLER": Expected(
        make_case(lists=(make_list(PARENT_ENTRY, identity=WITH_PARENT),)),
        "EXC-002",
        "fail",
        "WAIT_FOR_END_OF_BAR",
        "2028-01-01",
    ),
    "NAME_ONLY_MATCH": Expected(
        make_case(lists=(make_list(NAMED_ONLY),)), "EXC-001", "unknown", "JUDGE_NAME", "2028-01-01"
    ),
    "SOURCE_STALE": Expected(
        make_case(lists=(make_list(queried_on="2026-03-01"),)), "EXC-001", "unknown", "QUERY_LIST"
    ),
    "SOURCE_MISSING": Expected(make_case(lists=(make_list(queried_on=None),)), "EXC-001", "unknown", "QUERY_LIST"),
    "LISTED_BUT_ENDED": Expected(make_case(lists=(make_list(make_entry(until="2026-04-01")),)), "EXC-001", "pass"),
    "NOT_LISTED": Expected(make_case(), "EXC-001", "pass"),
    "NOT_RELATED": Expected(relation(*OWNED), "COI-001", "pass"),
    "COI_IS_PARTY": Expected(
        related_case(make_parties(implementers=(EVALUATOR,))), "COI-001", "fail", "ANOTHER_EVALUATOR"
    ),
    "COI_COMMON_CONTROL": Expected(relation(*CONTROLLED), "COI-001", "fail", "ANOTHER_EVALUATOR"),
    "COI_INTEREST_BELOW_CONTROL": Expected(relation(*SHARED), "COI-001", "review", "DISCLOSE_INTEREST"),
    "COI_COOLING_OFF": Expected(relation(*SOLD), "COI-001", "fail", "WAIT_FOR_COOLING_OFF", "2027-12-01"),
    "COI_STATE_ONLY": Expected(relation(*CONTROLLED, state=("uscc:P",)), "COI-001", "pass"),
    "COI_DATA_STALE": Expected(
        relation(*stale(), make_edge("person:2", "uscc:C", 100)), "COI-001", "unknown", "TELL_OWNERS"
    ),
    "COI_DATA_MISSING": Expected(relation(OWNED[0]), "COI-001", "unknown", "TELL_OWNERS"),
    "COMMISSIONER_IS_SUBJECT": Expected(ordered(TOWN, COUNTY), "COI-002", "fail", "ANOTHER_COMMISSIONER"),
    "COMMISSIONER_UNDER_SUBJECT": Expected(
        ordered("uscc:C", COUNTY, make_edge("uscc:S", "uscc:C", 100), subject="uscc:S"),
        "COI-002",
        "review",
        "ANOTHER_COMMISSIONER",
    ),
    "COMMISSIONER_APART": Expected(ordered(COUNTY, COUNTY), "COI-002", "pass"),
    "COMMISSIONER_UNKNOWN": Expected(ordered(None, COUNTY), "COI-002", "unknown", "NAME_PARTIES"),
    "PAYER_IS_SUBJECT": Expected(ordered(COUNTY, TOWN), "COI-002", "fail", "ANOTHER_PAYER"),
    "PAYER_UNDER_SUBJECT": Expected(
        ordered(COUNTY, "uscc:C", make_edge("uscc:S", "uscc:C", 100), subject="uscc:S"),
        "COI-002",
        "review",
        "ANOTHER_PAYER",
    ),
    "PAYER_APART": Expected(ordered(COUNTY, COUNTY), "COI-002", "pass"),
    "PAYER_UNKNOWN": Expected(ordered(COUNTY, None), "COI-002", "unknown", "NAME_PARTIES"),
    "DECLARED_INTEREST": Expected(
        related_case(make_parties(), declarations=[make_declaration("interest", TOWN)]),
        "COI-004",
        "review",
        "DISCLOSE_INTEREST",
    ),
    "DECLARED_ASSOCIATION": Expected(
        related_case(make_parties(), declarations=[make_declaration("associated_body", TOWN)]),
        "COI-004",
        "review",
        "DISCLOSE_INTEREST",
    ),
    "DECLARED_BY_NAME_ONLY": Expected(
        related_case(make_parties(), declarations=[make_declaration("interest", "name:Somebody")]),
        "COI-004",
        "review",
        "DISCLOSE_INTEREST",
    ),
    "NOTHING_DECLARED": Expected(related_case(make_parties()), "COI-004", "pass"),
    "DECLARATIONS_UNKNOWN": Expected(
        related_case(make_parties(), declarations=None), "COI-004", "unknown", "DISCLOSE_INTEREST"
    ),
    "ADVISORY_SEPARATION": Expected(
        related_case(make_parties(), declarations=[make_declaration("advisory_work", TOWN, until="2025-06-01")]),
        "ADV-001",
        "fail",
        "WAIT_FOR_SEPARATION",
        "2027-06-01",
    ),
    "ADVICE_NONE": Expected(related_case(make_parties()), "ADV-001", "pass"),
    "ADVICE_UNKNOWN": Expected(related_case(make_parties(), declarations=None), "ADV-001", "unknown", "DECLARE_ADVICE"),
    "ROTATION_LIMIT": Expected(
        related_case(make_parties(), cycles=[make_cycle(each, TOWN) for each in (1, 2, 3)], number=4),
        "ROT-001",
        "fail",
        "ANOTHER_EVALUATOR",
    ),
    "ROTATION_KEPT": Expected(
        related_case(make_parties(), cycles=[make_cycle(each, TOWN) for each in (1, 2)], number=3), "ROT-001", "pass"
    ),
    "ROTATION_UNKNOWN": Expected(related_case(make_parties(), cycles=None), "ROT-001", "unknown", "RECORD_ENGAGEMENTS"),
}
# WAIVED, POLICY_DIFFERS: see test_policy.py. NOT_PERMITTED: of a status that permits nothing though it is valid, which
# the shipped table of permissions does not know. BIDDERS_UNKNOWN: bidders that nobody told are not asked about.
# ADVICE_BY_AFFILIATE: see test_advice_of_an_affiliate_is_looked_at.
ELSEWHERE = {"WAIVED", "POLICY_DIFFERS", "NOT_PERMITTED", "BIDDERS_UNKNOWN", "ADVICE_BY_AFFILIATE"}


def said(expected: Expected, code: str) -> Finding:
    found = decision_of(expected.case, expected.policy).findings
    return next(each for each in found if (each.rule_id, each.code) == (expected.rule, code))


@pytest.mark.parametrize("code", SITUATIONS)
def test_each_code_comes_with_outcome_facts_sentences_and_remedy(code: str) -> None:
    expected = SITUATIONS[code]

    found = said(expected, code)

    told = {each.code for each in decision_of(expected.case, expected.policy).findings}
    assert "POLICY_DIFFERS" not in told
    assert found.outcome == expected.outcome
    assert (None if found.remedy is None else found.remedy.code) == expected.remedy
    assert (found.remedy and found.remedy.by) == (day(expected.by) if expected.by else None)
    assert found.grounds
    for words in (found.message, *([found.remedy.message] if found.remedy else [])):
        assert set(words) == {"zh", "en"}
        assert all(text and "{" not in text and "None" not in text for text in words.values())
    if found.outcome == "fail":
        assert found.facts
        assert all(each["ref"] for each in found.facts)


def test_there_is_a_situation_for_every_code() -> None:
    left = {str(each) for enum in (independence, tenure, declared_interests, exclusion_matching) for each in enum.Code}

    assert {*MESSAGES, *left} - set(SITUATIONS) == ELSEWHERE


def test_every_remedy_is_given_by_a_rule() -> None:
    assert set(REMEDIES) == {each.remedy for each in SITUATIONS.values() if each.remedy}


def test_advice_of_an_affiliate_is_looked_at() -> None:
    advice = tenure.Advice("uscc:F", TOWN, day("2025-01-01"), day("2025-06-01"), "declaration d-9")
    history = tenure.History((advice,), ())
    seen = tenure.advisory_separation(EVALUATOR, (TOWN,), history, make_question().window, 24, ["uscc:F"])
    case = related_case(make_parties())
    assert case.relations is not None

    decision = decision_of(replace(case, relations=replace(case.relations, advice=seen)))

    (found,) = [each for each in decision.findings if each.rule_id == "ADV-001"]
    assert (found.code, found.outcome) == ("ADVICE_BY_AFFILIATE", "review")
    assert decision.verdict == "conditional"


def test_what_speaks_for_the_evaluator_alone_is_eligible() -> None:
    plain = decision_of(make_case())
    question = make_parties(implementers=("uscc:C",), other_bidders=("uscc:D",))
    asked = decision_of(
        related_case(question, *OWNED, make_edge("person:3", "uscc:D"), cycles=[make_cycle(1, TOWN)], number=2)
    )

    assert (plain.verdict, asked.verdict) == ("eligible", "eligible")
    assert {each.outcome for each in asked.findings} == {"pass"}
