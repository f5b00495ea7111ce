"""Which facts count at the edges: work that becomes late, appeals after the first day, items like that of a report."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import make_credit_code
from eligibility_samples import codes_of, make_case, shipped_policy
from eligibility_world import World, add_evaluator, make_world
from evaluator_samples import at, day
from exclusion_samples import LIST, make_row, take
from fieldwork_samples import FAMILY, make_document
from register_samples import credit_code
from sqlalchemy.orm import Session
from vetting_samples import make_scope

from registry.accounts.permissions import OPERATOR
from registry.eligibility import check_service
from registry.eligibility.answering_service import answer
from registry.eligibility.case import Work
from registry.eligibility.people_rules import capacity
from registry.evaluators import appeal_service, entity_service, exclusion_queries, exclusion_service
from registry.evaluators.entity import EventKind as EntityEventKind
from registry.evaluators.entity_service import EntityEventWanted
from registry.evaluators.exclusion_service import Opinion
from registry.evaluators.periods import Period
from registry.evaluators.scope import StandardRange
from registry.fieldwork import service as fieldwork

START, TOWN, COUNTY = "2025-12-01", "mca:422828100", "mca:422828"
WINDOW = "2026-05-01", "2026-10-01"


@pytest.fixture
def world(session: Session, tmp_path: Path) -> World:
    made = make_world(session, tmp_path)
    made.query_lists("2026-04-15", "2026-05-10", "2026-06-14")
    made.believe("2025-11-20")
    return made


def engage(world: World, reference: str, window: tuple[str, str], history: list[Any] | None = None) -> str:
    document = make_document(
        world.evaluator.code, contract_reference=reference, scored=[TOWN], commissioner=COUNTY, payer=COUNTY,
        region=TOWN, subject_level="town", window={"from": window[0], "to": window[1]}, agreed_on="2025-12-20",
        history=history,
    )  # fmt: skip
    return fieldwork.record(world.session, OPERATOR, document, at("2026-03-02")).record.code


def test_work_that_was_in_time_when_it_was_asked_is_not_late_in_a_replay(world: World) -> None:
    world.vetting.granted(make_scope(), effective=START, valid_to="2028-01-01", on="2025-11-10")
    engage(world, "HT-1", ("2026-01-01", "2026-06-01"), [{"kind": "started", "on": "2026-01-10"}])
    question = world.written("agri", "2026-07-01", "2026-12-01")
    stored = check_service.store(world.session, OPERATOR, [question], at("2026-05-10"), at("2026-05-10"))

    replayed = check_service.replay(world.session, stored, at("2026-06-14")).consortium.decisions[0]
    anew = check_service.ask(world.session, [question], at("2026-06-14")).decisions[0]

    at_work = [[each.facts for each in asked.findings if each.rule_id == "CAP-001"] for asked in (replayed, anew)]
    assert at_work[0] == [()]
    assert [each["ref"] for each in at_work[1][0]] == ["engagement/eg-000001"]


def test_an_appeal_that_was_filed_after_the_first_day_is_told(world: World) -> None:
    _, other = world.vetting.granted(
        make_scope(), make_scope("water"), effective=START, valid_to="2028-01-01", on="2025-11-10"
    )
    decision = world.vetting.decide("withdraw", other, "2026-05-20")
    appeal_service.file_appeal(
        world.session, world.vetting.applicant, decision.decision_id, "No.", day("2026-06-01"), at("2026-06-01")
    )

    def appeals(known_at: str) -> list[str]:
        decision = world.ask("water", *WINDOW, known_at)
        return [each.code for each in decision.findings if each.rule_id == "APP-001"]

    assert appeals("2026-06-14") == ["APPEAL_PENDING"]
    assert appeals("2026-05-25") != ["APPEAL_PENDING"]


def test_a_report_was_issued_while_the_item_for_its_region_was_suspended(world: World) -> None:
    """An item that is like it but for the region, or for the version, was in force all the time."""
    standards, later = StandardRange(FAMILY, "1.0.0", "2.0.0"), StandardRange(FAMILY, "2.0.0", None)
    scopes = make_scope("agri", COUNTY), make_scope("agri", "mca:330000"), make_scope("agri", COUNTY, standards=later)
    here, *_ = world.vetting.granted(
        *(replace(each, standards=standards) if each.standards != later else each for each in scopes),
        effective=START, valid_to="2028-01-01", on="2025-11-10",
    )  # fmt: skip
    world.vetting.suspend(here, "2026-02-01")
    report = {"report_number": "R-1", "signatory": "p-1", "standard_version": "1.0.0"}
    history = [{"kind": "started", "on": "2026-01-10"}, {"kind": "report_issued", "on": "2026-03-01", **report}]
    code = engage(world, "HT-1", ("2026-01-01", "2026-05-01"), history)

    decision = world.ask("agri", *WINDOW, "2026-04-15", region=TOWN, standard=f"{FAMILY}@1.0.0", engagement=code)

    assert ("REP-001", "REPORT_DURING_SUSPENSION") in codes_of(decision)


def test_places_are_free_once_enough_engagements_have_ended() -> None:
    ends = ["2026-06-01", "2026-07-01", "2026-08-01", None]
    works = tuple(
        Work(f"engagement/{place}", Period(day("2026-01-01"), None if end is None else day(end)), at("2026-01-01"))
        for place, end in enumerate(ends)
    )

    def free_from(most: int) -> Any:
        (found,) = capacity(make_case(works=works), replace(shipped_policy().limits, most_engagements=most)).found
        return found.outcome, found.by

    assert free_from(3) == ("fail", day("2026-07-01"))
    assert free_from(2) == ("fail", day("2026-08-01"))
    assert free_from(1) == ("fail", None)


def test_of_a_body_that_is_not_registered_the_parties_are_asked_about_all_the_same(world: World) -> None:
    def ask(**parties: Any) -> tuple[str, set[tuple[str, str]]]:
        written = world.written("agri", *WINDOW, **parties)
        found = answer(world.session, replace(written, evaluator=credit_code(77)), at("2026-04-15"))
        return found.verdict, {(each.rule_id, each.code) for each in found.findings}

    verdict, codes = ask(subjects=(TOWN,), commissioner=TOWN, payer=COUNTY)
    assert verdict == "ineligible"
    assert {("COI-002", "COMMISSIONER_IS_SUBJECT"), ("ENT-002", "EXISTENCE_NOT_KNOWN")} <= codes
    verdict, codes = ask(subjects=(TOWN,), commissioner=COUNTY, payer=COUNTY)
    assert verdict == "indeterminate"
    assert not codes & {(each, "NOT_ASKED") for each in ("COI-001", "COI-002", "ADV-001", "ROT-001")}
    assert ("COI-001", "COI_DATA_MISSING") in codes


def test_a_name_on_a_list_that_is_like_that_of_a_body_taken_over_can_be_judged(world: World) -> None:
    world.vetting.granted(make_scope(), effective=START, valid_to="2028-01-01", on="2025-11-10")
    name = "大山五评估有限公司"
    other = add_evaluator(world.session, "2025-11-03", credit_code=make_credit_code(5), names=[{"name": name}])
    merged = EntityEventWanted(
        EntityEventKind.MERGED_INTO, day("2026-02-01"), "register", day("2026-02-10"), (world.evaluator.code,)
    )
    entity_service.record_event(world.session, world.vetting.officer, other.evaluator, merged, at("2026-02-10"))
    take(world.session, [make_row(5, credit_code="", name=name)], at("2026-05-11"))

    def codes(known_at: str) -> list[str]:
        found = world.ask("agri", *WINDOW, known_at)
        return [each.code for each in found.findings if each.rule_id == "EXC-001"]

    assert codes("2026-05-12") == ["NAME_ONLY_MATCH"]
    key = exclusion_queries.list_wordings(world.session, LIST)[-1][0]
    opinion = Opinion(LIST, key, is_same=False, reason="Of another town.")
    exclusion_service.judge(world.session, OPERATOR, world.evaluator, opinion, at("2026-05-13"))
    assert codes("2026-05-14") == ["NOT_LISTED"]
    assert codes("2026-05-12") == ["NAME_ONLY_MATCH"]
