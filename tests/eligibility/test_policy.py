"""The policy: its text against the program, what places set in it, waivers, and what is law and what is not."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from eligibility_samples import (
    SHIPPED,
    TOWN,
    codes_of,
    decision_of,
    found,
    make_case,
    make_entry,
    make_list,
    make_parties,
    make_posts,
    make_question,
    policy_with,
    related_case,
    resolved_policy,
    shipped_policy,
)
from evaluator_samples import at, make_asked
from localization_samples import faults_of, make_localization, make_setting, make_waiver, resolved

from registry.eligibility.case import Appeal, Case, Work
from registry.eligibility.catalogue import RULES
from registry.eligibility.deciding import CRITERIA
from registry.eligibility.eligibility_errors import PolicyRejected
from registry.eligibility.policy import Limits, Policy, read_policy
from registry.eligibility.question import RiskClass
from registry.evaluators.periods import Period
from registry.json_text import parse_json
from registry.standards.document_service import load_standard
from registry.standards.localization import Question as PlaceAsked
from registry.standards.localization import resolve
from registry.standards.standard import Standard

Document = dict[str, Any]
RATIONALE = {"zh": "如此。", "en": "So it is here."}
LEVELS = ["province", "prefecture", "county"]


def as_shipped(_: Document) -> None:
    pass


def altered(change: Callable[[Document], object] = as_shipped) -> Standard:
    document = deepcopy(parse_json(SHIPPED.read_bytes()))
    change(document)
    return load_standard(document, None)


def policy_of(standard: Standard) -> Policy:
    return read_policy(resolve(standard, (), PlaceAsked(make_question().window.valid_from, None, {}, {})), CRITERIA)


def criterion(document: Document, name: str) -> Document:
    return next(each for each in document["criteria"] if each["id"] == name)


def ruled(name: str, rule: str) -> Policy:
    """The shipped policy with another text of one rule."""
    return policy_of(altered(lambda document: criterion(document, name)["measure"].update(rule=rule)))


def layer(level: str = "province", **changes: Any) -> Document:
    given = {"id": f"evaluator-eligibility.{level}", "standard": {"id": "evaluator-eligibility", "version": "1.0.0"}}
    return make_localization(level, **(given | changes))


def place(*documents: Document, standard: Standard | None = None) -> Policy:
    """As the province has it."""
    region = "mca:530000"
    return read_policy(resolved(*documents, standard=standard or altered(), region=region), CRITERIA)


def setting(name: str, value: Any) -> Document:
    return make_setting(name, value, rationale=RATIONALE)


BARRED = make_case(lists=(make_list(make_entry()),))
UNQUALIFIED = make_case(make_question(make_asked("env")))


def test_the_shipped_policy_has_the_numbers_of_the_hard_cases() -> None:
    limits = shipped_policy().limits

    assert (limits.least_lead_evaluators, float(limits.interest_share), limits.most_cycles) == (3, 0.2, 3)
    assert (limits.cooling_off_months, limits.advice_months) == (24, 24)
    assert (limits.surveillance_grace_days, limits.exclusion_list_age_days) == (90, 7)
    assert (str(limits.tenure_on_merger), limits.transition_days) == ("sum", 0)


def test_every_criterion_that_is_missing_or_unknown_and_every_missing_parameter_is_named_at_once() -> None:
    def change(document: Document) -> None:
        document["criteria"] = [each for each in document["criteria"] if each["id"] not in {"sus-001", "app-001"}]
        document["criteria"].append({**criterion(document, "ent-001"), "id": "own-001"})
        document["parameters"] = [
            each for each in document["parameters"] if each["id"] not in {"most_engagements", "attestation_days"}
        ]
        criterion(document, "cap-001")["measure"]["rule"] = "facts.open_engagements <= 10"

    with pytest.raises(PolicyRejected) as raised:
        policy_of(altered(change))

    assert [(each.code, each.message.split()[-1].strip(".")) for each in raised.value.violations if each.fix] == [
        ("policy-criterion-missing", "app-001"),
        ("policy-criterion-missing", "sus-001"),
        ("policy-criterion-unknown", "own-001"),
        ("policy-parameter-missing", "attestation_days"),
        ("policy-parameter-missing", "most_engagements"),
    ]


def test_every_parameter_of_the_policy_is_a_limit_of_the_program_and_the_other_way_round() -> None:
    floors = {f"{kind}_{risk}" for kind in ("score_floor", "least_visits") for risk in RiskClass}

    assert set(resolved_policy().values) == {*Limits.__slots__} - {"floors"} | floors


@pytest.mark.parametrize(
    ("name", "rule", "case", "verdict"),
    [
        pytest.param("sus-001", "facts.open_causes > 0", make_case(), "indeterminate", id="refuses-what-is-clear"),
        pytest.param("exc-001", "facts.listed_entries < 9", BARRED, "ineligible", id="lets-a-bar-pass"),
        pytest.param(
            "sco-001", "facts.covers_scope || true", make_case(holdings=()), "indeterminate", id="unknown-passes"
        ),
    ],
)
def test_where_text_and_program_differ_a_person_judges(name: str, rule: str, case: Case, verdict: str) -> None:
    decision = decision_of(case, ruled(name, rule))

    (differs,) = [each for each in decision.findings if each.code == "POLICY_DIFFERS"]
    assert (differs.rule_id.lower(), differs.outcome, decision.verdict) == (name, "unknown", verdict)
    assert all("{" not in text for text in differs.message.values())


def test_a_text_that_asks_for_what_the_registry_does_not_know_lets_nobody_pass() -> None:
    decision = decision_of(make_case(), ruled("val-001", "facts.is_valid_at_start && facts.is_cooling_off"))

    assert codes_of(decision) == [("VAL-001", "POLICY_DIFFERS")]


def test_the_shipped_text_differs_from_no_finding_of_the_program() -> None:
    for case in (make_case(), BARRED, UNQUALIFIED, make_case(holdings=()), make_case(posts=None, lists=())):
        assert "POLICY_DIFFERS" not in {each.code for each in decision_of(case).findings}


def test_where_qualification_may_be_no_condition_only_statutes_refuse() -> None:
    lax = policy_with(condition_of_qualification="not_lawful")

    unqualified, barred = decision_of(UNQUALIFIED, lax), decision_of(BARRED, lax)

    assert (decision_of(UNQUALIFIED).verdict, unqualified.verdict) == ("ineligible", "conditional")
    assert found(unqualified, "SCO-001").outcome == "review"
    assert found(unqualified, "SCO-001").code == "SCOPE_DOMAIN"
    assert (barred.verdict, found(barred, "EXC-001").outcome) == ("ineligible", "fail")
    ordered = decision_of(related_case(make_parties(commissioner=TOWN)), lax)
    assert (ordered.verdict, codes_of(ordered, "fail")) == ("ineligible", [("COI-002", "COMMISSIONER_IS_SUBJECT")])


def test_a_ground_that_is_no_statute_names_the_clause_of_the_tender_or_that_there_is_none() -> None:
    def grounds(tender: str | None, rule: str) -> list[tuple[str, str | None]]:
        decision = decision_of(make_case(make_question(tender=tender)))
        return [(str(each.kind), each.clause) for each in found(decision, rule).grounds]

    assert grounds("III.2", "SCO-001") == [("tender_document", "III.2")]
    assert grounds(None, "SCO-001") == [("tender_document", None)]
    assert grounds("III.2", "EXC-001") == [("statute", None), ("tender_document", "III.2")]


def test_what_is_only_informative_never_changes_the_verdict() -> None:
    appealed = make_case(appeals=(Appeal("ev/appeal/1", "dec_1", at("2026-04-01").date(), at("2026-04-01")),))
    strict = policy_of(altered(lambda each: criterion(each, "app-001").update(obligation="mandatory")))
    mild = policy_of(altered(lambda each: criterion(each, "exc-001").update(obligation="informative")))

    assert (decision_of(appealed).verdict, decision_of(appealed, strict).verdict) == ("eligible", "conditional")
    assert decision_of(BARRED, mild).verdict == "eligible"
    assert codes_of(decision_of(BARRED, mild)) == [("EXC-001", "EXCLUDED")]


def test_a_waived_rule_is_said_and_asks_for_nothing() -> None:
    standard = altered(lambda each: criterion(each, "sta-001").update(waivable_by=LEVELS))
    policy = place(layer(waive=[make_waiver("sta-001")]), standard=standard)

    decision = decision_of(make_case(posts=make_posts(None)), policy)

    assert (found(decision, "STA-001").outcome, found(decision, "STA-001").code) == ("not_applicable", "WAIVED")
    assert decision.verdict == "eligible"
    assert decision_of(make_case(posts=make_posts(None))).verdict == "ineligible"


def test_a_waiver_for_one_risk_class_is_none_for_another() -> None:
    standard = altered(lambda each: criterion(each, "rel-001-low").update(waivable_by=LEVELS))
    policy = place(layer(waive=[make_waiver("rel-001-low")]), standard=standard)

    def code(risk: RiskClass) -> str:
        return found(decision_of(make_case(make_question(risk_class=risk), score=None), policy), "REL-001").code

    assert [code(each) for each in RiskClass] == ["WAIVED", "TOO_FEW_BACKCHECKS", "TOO_FEW_BACKCHECKS"]


def test_a_place_sets_limits_and_the_answer_is_another_one() -> None:
    changed = place(layer(set=[setting("exclusion_list_age_days", 3), setting("most_engagements", 1)]))
    work = Work("engagement/1", Period(at("2026-01-01").date(), None), at("2026-01-01"))
    case = make_case(lists=(make_list(queried_on="2026-04-10"),), works=(work,))
    aged = make_case(lists=(make_list(queried_on="2026-04-10", max_age_days=3),), works=(work,))

    assert (changed.limits.exclusion_list_age_days, changed.limits.most_engagements) == (3, 1)
    assert changed.pin.localizations == ("evaluator-eligibility.province@1.0.0",)
    assert changed.pin.sha256 != shipped_policy().pin.sha256
    assert decision_of(case).verdict == "eligible"
    assert codes_of(decision_of(aged, changed), "fail", "unknown") == [
        ("EXC-001", "SOURCE_STALE"),
        ("EXC-002", "CONTROLLERS_NOT_LOOKED_UP"),
        ("CAP-001", "CAPACITY"),
    ]


def test_the_text_holds_an_age_that_the_program_was_not_told_against_it() -> None:
    changed = place(layer(set=[setting("exclusion_list_age_days", 3)]))
    aged = make_case(lists=(make_list(queried_on="2026-04-10"),))

    assert codes_of(decision_of(aged, changed)) == [("EXC-001", "POLICY_DIFFERS")]


def test_a_place_stays_within_the_bounds() -> None:
    tighter = [setting("most_cycles", 2), setting("exclusion_list_age_days", 3)]
    wider = [setting("most_cycles", 4), setting("exclusion_list_age_days", 30)]

    assert faults_of(layer(set=tighter), standard=altered(), region="mca:530000") == []
    assert len(faults_of(layer(set=wider), standard=altered(), region="mca:530000")) == 2


@pytest.mark.parametrize("risk", RiskClass)
def test_a_newcomer_gets_in_with_more_spot_checks(risk: RiskClass) -> None:
    decision = decision_of(make_case(make_question(risk_class=risk), score=None))

    assert (decision.verdict, codes_of(decision)) == ("conditional", [("REL-001", "TOO_FEW_BACKCHECKS")])
    remedy = found(decision, "REL-001").remedy
    assert remedy is not None
    assert remedy.code == "MORE_SPOT_CHECKS"


def test_every_rule_and_criterion_answer_to_one_another() -> None:
    assert {name for rule in RULES for name in rule.criteria} == {
        each.id for each in resolved_policy().standard.criteria
    }
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.question for rule in RULES} == set(range(1, 17))
    assert all(name.upper().startswith(rule.id) for rule in RULES for name in rule.criteria)
