"""The hard cases of eligibility, by number, answered from a database with facts that the services recorded."""

from pathlib import Path

import pytest
from dossier_samples import make_credit_code
from eligibility_samples import codes_of, found
from eligibility_world import LEADS, World, add_evaluator, make_staffed_dossier, make_world
from evaluator_samples import at, day
from exclusion_samples import make_row, record_list, take
from sqlalchemy.orm import Session
from vetting_samples import make_cause, make_scope

from registry.accounts.permissions import OPERATOR
from registry.canonical import digest
from registry.eligibility import check_service
from registry.eligibility.decision import Decision
from registry.evaluators import appeal_service, dossier_service
from registry.evaluators.appeal_service import Ruling
from registry.evaluators.dossier_service import Submission
from registry.evaluators.periods import Period
from registry.validity import legal_day

START, K = "2025-12-01", "2026-04-15"
WINDOW = "2026-05-01", "2026-10-01"
TOWN, COUNTY, PREFECTURE = "mca:422828100", "mca:422828", "mca:422800"


@pytest.fixture
def world(session: Session, tmp_path: Path) -> World:
    made = make_world(session, tmp_path)
    made.believe("2025-11-20")
    return made


def granted(world: World, *domains: str, valid_to: str = "2028-01-01") -> tuple[str, ...]:
    scopes = [make_scope(each) for each in domains]
    return world.vetting.granted(*scopes, effective=START, valid_to=valid_to, on="2025-11-10")


def told(decision: Decision) -> tuple[str, list[tuple[str, str]]]:
    return decision.verdict, codes_of(decision)


def gap_of(decision: Decision, rule: str) -> list[Period]:
    return [gap for each in decision.findings if each.rule_id == rule for gap in each.gap]


CLEAR = ("eligible", [])


def test_cases_1_and_8_of_days(world: World) -> None:
    world.query_lists(K, "2026-04-21", "2026-07-01")
    (item,) = granted(world, "one", valid_to="2026-07-01")
    day_of = ("one", "2026-06-30", "2026-07-01", K)
    ends = ("ineligible", [("VAL-002", "VALIDITY_ENDS_IN_WINDOW")])

    before = world.ask("one", *WINDOW, K)
    assert told(before) == ends
    assert gap_of(before, "VAL-002") == [Period(day("2026-07-01"), day("2026-10-01"))]
    assert found(before, "VAL-002").remedy is not None
    assert before.next_change_at == day("2026-07-01")
    world.vetting.decide("renew", item, "2026-07-01", "2026-04-20", valid_to=day("2027-07-01"))
    assert told(world.ask("one", *WINDOW, "2026-04-21")) == CLEAR
    assert world.ask("one", *WINDOW, K).sha256 == before.sha256
    assert told(world.ask(*day_of)) == CLEAR
    midnight = legal_day(at("2026-06-30").replace(hour=23)), legal_day(at("2026-07-01").replace(hour=0, minute=30))
    assert midnight == (day("2026-06-30"), day("2026-07-01"))
    after = world.ask("one", "2026-07-01", "2026-07-02", K)
    assert ("VAL-001", "EXPIRED") in codes_of(after, "fail")

    unrecorded = world.ask("one", "2025-11-20", "2025-11-21", K)
    assert unrecorded.verdict == "indeterminate"
    assert {code for _, code in codes_of(unrecorded, "unknown")} == {"NO_RECORD"}
    assert codes_of(unrecorded, "fail") == []


def test_cases_4_7_and_8_of_suspensions(world: World) -> None:
    world.query_lists(K, "2026-06-02", "2026-02-10")
    agri, env, review, two, edges, ahead = granted(world, "agri", "env", "review", "two", "edges", "ahead")
    vetting = world.vetting
    vetting.suspend(edges, "2026-02-02")
    vetting.reinstate(edges, "2026-02-02")
    vetting.suspend((env, review), "2026-03-01")
    vetting.suspend(two, "2026-03-01", None, make_cause("late-report"), make_cause("complaint"))
    vetting.reinstate(two, "2026-03-10", None, "late-report")
    vetting.suspend(ahead, "2026-08-01", "2026-04-10", make_cause(review_by="2026-12-01"))
    assert agri

    whole = world.ask("agri", *WINDOW, K)
    assert told(whole) == CLEAR
    assert found(whole, "SUS-001").code == "OTHER_ITEM_SUSPENDED"
    assert told(world.ask("env", "2026-05-01", "2026-05-31", K)) == ("ineligible", [("SUS-001", "SUSPENDED")])
    overdue = world.ask("review", "2026-06-02", "2026-06-03", "2026-06-02")
    assert told(overdue) == ("ineligible", [("SUS-001", "SUSPENSION_REVIEW_OVERDUE")])
    open_ = world.ask("two", "2026-05-01", "2026-05-31", K)
    assert told(open_) == ("ineligible", [("SUS-001", "SUSPENDED")])
    assert "complaint" in found(open_, "SUS-001").message["en"]
    assert "late-report" not in found(open_, "SUS-001").message["en"]
    assert told(world.ask("edges", "2026-02-10", "2026-02-11", "2026-02-10")) == CLEAR
    assert told(world.ask("ahead", "2026-07-31", "2026-08-01", K)) == CLEAR
    later = world.ask("ahead", "2026-07-31", "2026-09-30", K)
    assert told(later) == ("ineligible", [("SUS-001", "SUSPENDED")])
    assert gap_of(later, "SUS-001") == [Period(day("2026-08-01"), day("2026-09-30"))]


def test_case_5_a_back_dated_suspension_and_stored_answers(world: World) -> None:
    world.query_lists("2026-03-10", "2026-03-25")
    (item,) = granted(world, "five")
    written, now = world.written("five", "2026-03-10", "2026-03-11"), at("2026-03-10")
    first = check_service.store(world.session, OPERATOR, [written], now, now)
    assert (first.verdict, first.result_sha256) == ("eligible", digest(first.content))
    content = dict(first.content)
    world.vetting.suspend(item, "2026-03-01", "2026-03-20")

    same = check_service.replay(world.session, first)
    assert (same.is_same, same.differences) == (True, ())
    assert same.consortium.sha256 == first.result_sha256 == world.ask("five", "2026-03-10", "2026-03-11", now).sha256
    hindsight = world.ask("five", "2026-03-10", "2026-03-11", "2026-03-25")
    assert told(hindsight) == ("ineligible", [("SUS-001", "SUSPENDED")])
    seen = check_service.replay(world.session, first, at("2026-03-25"))
    assert not seen.is_same
    assert seen.consortium.verdict == "ineligible"
    assert [(each["rule_id"], each["was"], each["becomes"]) for each in seen.differences] == [
        ("SUS-001", {"outcome": "pass", "reason_code": "NOT_SUSPENDED"}, None),
        ("SUS-001", None, {"outcome": "fail", "reason_code": "SUSPENDED"}),
    ]
    assert check_service.get_check(world.session, first.code).content == content


def test_a_replay_tells_each_of_several_findings_about_one_thing() -> None:
    def content(*codes: str) -> dict[str, object]:
        told = [{"rule_id": "VAL-002", "about": "scope 1", "outcome": "fail", "reason_code": each} for each in codes]
        return {"request": {"evaluator": "ev-000001"}, "rules": told}

    def differences(old: tuple[str, ...], new: tuple[str, ...]) -> list[tuple[str | None, str | None]]:
        found = check_service._differences(content(*old), content(*new))
        return [tuple(each[name] and each[name]["reason_code"] for name in ("was", "becomes")) for each in found]

    assert differences(("EXPIRED", "VOID"), ("NOT_YET_VALID", "VOID")) == [("EXPIRED", "NOT_YET_VALID")]
    assert differences(("VOID",), ("VOID", "VOID")) == [(None, "VOID")]
    assert differences(("VOID", "EXPIRED"), ("EXPIRED", "VOID")) == []


def test_case_3_no_cross_product_and_consortia(world: World) -> None:
    other = World(
        add_evaluator(
            world.session, "2025-11-03", credit_code=make_credit_code(5), names=[{"name": "大山五评估有限公司"}]
        )
    )
    other.believe("2025-11-20")
    barred = make_row(5, credit_code=make_credit_code(5), valid_from="2026-04-18")
    world.query_lists(K)
    take(world.session, [barred], at("2026-04-20"))
    granted(world, "agri")
    world.vetting.granted(make_scope("env", "mca:330000"), effective=START, valid_to="2028-01-01", on="2025-11-12")
    granted(other, "env")

    crossed = world.ask("agri", *WINDOW, K, region="mca:330000")
    assert crossed.verdict == "ineligible"
    assert ("SCO-001", "SCOPE_REGION") in codes_of(crossed)
    assert {str(miss.dimension) for _, miss in crossed.nearest_misses} == {"SCOPE_REGION", "SCOPE_DOMAIN"}

    def consortium(domain: str, known_at: str) -> check_service.Consortium:
        parts = [world.written("agri", *WINDOW), other.written(domain, *WINDOW)]
        return check_service.ask(world.session, parts, at(known_at))

    assert consortium("env", K).verdict == "eligible"
    both = consortium("agri", K)
    assert (both.verdict, codes_of(both.decisions[1], "fail")[0]) == ("ineligible", ("SCO-001", "SCOPE_DOMAIN"))
    excluded = consortium("env", "2026-04-20")
    assert (excluded.verdict, codes_of(excluded.decisions[1])) == ("ineligible", [("EXC-001", "EXCLUDED")])
    assert excluded.decisions[0].verdict == "eligible"


def test_case_9_a_certificate_in_a_former_name(session: Session, tmp_path: Path) -> None:
    names = [
        {"name": "呼伦贝尔评估院", "valid_to": "2026-02-01"},
        {"name": "呼伦贝尔评估中心", "valid_from": "2026-02-01"},
    ]
    world = make_world(session, tmp_path, names=names)
    world.query_lists(K)
    world.believe("2025-11-20")
    granted(world, "nine")

    decision = world.ask("nine", *WINDOW, K)

    assert told(decision) == CLEAR
    assert found(decision, "ENT-001").code == "NAME_CHANGED"


def test_case_13_who_asks_and_who_pays(world: World) -> None:
    world.query_lists(K)
    granted(world, "agri")

    def ask(subjects: tuple[str, ...], commissioner: str, payer: str) -> tuple[str, list[tuple[str, str]]]:
        parties = {"subjects": subjects, "commissioner": commissioner, "payer": payer, "other_bidders": ()}
        return told(world.ask("agri", *WINDOW, K, **parties))

    assert ask((TOWN,), TOWN, COUNTY) == ("ineligible", [("COI-002", "COMMISSIONER_IS_SUBJECT")])
    assert ask((TOWN,), COUNTY, TOWN) == ("ineligible", [("COI-002", "PAYER_IS_SUBJECT")])
    assert ask((TOWN, COUNTY), COUNTY, PREFECTURE) == ("ineligible", [("COI-002", "COMMISSIONER_IS_SUBJECT")])
    assert ask((TOWN,), COUNTY, COUNTY) == CLEAR
    assert ask((TOWN, COUNTY), PREFECTURE, PREFECTURE) == CLEAR


def test_case_15_people_as_they_were_told(world: World) -> None:
    world.query_lists(K, "2026-04-21")
    granted(world, "agri")
    document = make_staffed_dossier("2026-04-19")
    document["staff"][2]["valid_to"] = "2026-04-01"
    assert document["staff"][2]["person"] == LEADS[2]
    dossier_service.save(
        world.session, OPERATOR, world.evaluator, Submission(document), world.evaluator.dossier_sha256, at("2026-04-20")
    )

    assert told(world.ask("agri", "2026-04-10", "2026-10-01", K)) == CLEAR
    short = world.ask("agri", "2026-04-10", "2026-10-01", "2026-04-21")
    assert told(short) == ("conditional", [("STA-001", "KEY_STAFF_SHORT")])
    remedy = found(short, "STA-001").remedy
    assert remedy is not None
    assert remedy.by == day("2026-05-01")


def test_case_17_lists(world: World) -> None:
    granted(world, "agri")
    code = world.evaluator.credit_code or ""
    name = "呼伦贝尔评估院"
    rows = {
        "exact": make_row(1, credit_code=code, name=name),
        "name": make_row(1, credit_code="", name=name),
        "ended": make_row(1, credit_code=code, name=name, valid_to="2026-04-01"),
        "ahead": make_row(1, credit_code=code, name=name, valid_from="2026-07-01"),
    }
    for each, row in rows.items():
        record_list(world.session, each, at("2025-11-03"))
        take(world.session, [row], at(K), code=each)
    record_list(world.session, "old", at("2025-11-03"))
    take(world.session, [make_row(1)], at("2026-03-01"), code="old")
    record_list(world.session, "gone", at("2025-11-03"))
    barred = make_row(1, credit_code=code, name=name, valid_from="2026-01-10", valid_to="2026-02-01")
    take(world.session, [barred], at("2026-01-20"), code="gone")
    take(world.session, [make_row(2)], at(K), code="gone")

    def ask(list_code: str, *window: str) -> tuple[str, list[tuple[str, str]]]:
        first, until = window or WINDOW
        return told(world.ask("agri", first, until, K, lists=(list_code,)))

    stale = [("EXC-001", "SOURCE_STALE"), ("EXC-002", "CONTROLLERS_NOT_LOOKED_UP")]
    assert ask("exact") == ("ineligible", [("EXC-001", "EXCLUDED")])
    assert ask("name") == ("indeterminate", [("EXC-001", "NAME_ONLY_MATCH")])
    assert ask("old") == ("indeterminate", stale)
    assert ask("ended") == CLEAR
    assert found(world.ask("agri", *WINDOW, K, lists=("ended",)), "EXC-001").code == "LISTED_BUT_ENDED"
    assert ask("ahead") == ("ineligible", [("EXC-001", "EXCLUDED")])
    assert ask("ahead", "2026-05-01", "2026-07-01") == CLEAR
    assert ask("gone", "2026-01-15", "2026-01-20") == ("ineligible", [("EXC-001", "EXCLUDED")])
    assert ask("gone") == CLEAR


def test_case_18_appeals_and_annulments(world: World) -> None:
    world.query_lists("2026-02-21", "2026-03-01", "2026-03-05", "2026-06-02")
    withdrawn, void = granted(world, "withdrawn", "void")
    decision = world.vetting.decide("withdraw", withdrawn, "2026-02-01")
    filed = appeal_service.file_appeal(
        world.session, world.vetting.applicant, decision.decision_id, "No.", day("2026-02-20"), at("2026-02-20")
    )
    ask = ("withdrawn", "2026-03-01", "2026-03-02")

    appealed = world.ask(*ask, "2026-03-01")
    assert appealed.verdict == "ineligible"
    assert {code for _, code in codes_of(appealed)} == {"WITHDRAWN", "APPEAL_PENDING"}
    ruling = Ruling("upheld", day("2026-06-01"), "It was wrong.")
    appeal_service.decide_appeal(world.session, world.vetting.other, filed.appeal.id, ruling, at("2026-06-01"))
    world.vetting.decide("annul", void, START, "2026-06-01")
    # On the day asked about it was pending.
    assert told(world.ask(*ask, "2026-06-02")) == ("eligible", [("APP-001", "APPEAL_PENDING")])
    assert "WITHDRAWN" in {code for _, code in codes_of(world.ask(*ask, "2026-03-05"), "fail")}
    fraud = world.ask("void", "2026-03-01", "2026-03-02", "2026-06-02")
    assert ("VAL-001", "VOID") in codes_of(fraud, "fail")
    assert "VOID" not in {code for _, code in codes_of(world.ask("void", "2026-03-01", "2026-03-02", "2026-03-05"))}


def test_nobody_is_known_before_the_registration(world: World) -> None:
    granted(world, "agri")
    record_list(world.session, "early", at("2025-01-01"))
    take(world.session, [make_row(1)], at("2025-11-02"), code="early")

    decision = world.ask("agri", *WINDOW, "2025-11-02", lists=("early",))

    assert decision.verdict == "indeterminate"
    assert codes_of(decision, "fail") == []


def test_an_item_under_surveillance_in_time_answers_for_one_that_is_late(session: Session, tmp_path: Path) -> None:
    world = make_world(session, tmp_path, "2023-06-05")
    world.query_lists("2025-12-20")
    scopes = [make_scope("agri"), make_scope("agri")]
    items = world.vetting.granted(*scopes, effective="2023-07-01", valid_to="2028-01-01", on="2023-06-12")
    ask = ("agri", "2026-01-10", "2026-02-01", "2025-12-20")

    assert codes_of(world.ask(*ask), "fail") == [("SUR-001", "SURVEILLANCE_OVERDUE")]
    world.vetting.surveilled((max(items),), "2025-06-01")
    assert codes_of(world.ask(*ask), "fail") == []
    assert found(world.ask(*ask), "SUR-001").code == "SURVEILLANCE_IN_TIME"
