"""The hard cases that rest on other registers: regions, standards, owners, bodies that may be barred ones anew."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import make_credit_code
from eligibility_samples import SHIPPED, codes_of, found, policy_with
from eligibility_world import World, add_evaluator, make_staffed_dossier, make_world
from evaluator_samples import at, day
from exclusion_samples import make_edge, make_row
from fieldwork_samples import make_document
from localization_samples import make_localization, make_setting, pin
from sqlalchemy.orm import Session
from standard_places import make_town_standard, publish
from vetting_samples import make_scope

from registry.accounts.permissions import OPERATOR
from registry.eligibility import check_service
from registry.eligibility.decision import Decision
from registry.eligibility.eligibility_errors import QuestionRejected
from registry.evaluators import dossier_service, entity_service
from registry.evaluators.dossier_service import Submission
from registry.evaluators.entity import EventKind as EntityEventKind
from registry.evaluators.entity_service import EntityEventWanted
from registry.evaluators.phoenix_profile import Verdict
from registry.evaluators.phoenix_service import SuccessionOpinion, judge
from registry.evaluators.scope import RegionSet, StandardRange
from registry.fieldwork import event_service
from registry.fieldwork import service as fieldwork
from registry.fieldwork.engagement import EventKind
from registry.fieldwork.engagement_errors import EngagementRejected
from registry.fieldwork.event_service import EventWanted
from registry.json_text import parse_json

START, K = "2025-12-01", "2026-04-15"
WINDOW = "2026-05-01", "2026-10-01"
CLEAR = ("eligible", [])
# Nothing is against it but that spot checks of that time are missing.
NEWCOMER = ("conditional", [("REL-001", "TOO_FEW_BACKCHECKS")])


def told(decision: Decision) -> tuple[str, list[tuple[str, str]]]:
    return decision.verdict, codes_of(decision)


def region_items(world: World, on: str, effective: str, valid_to: str, items: dict[str, RegionSet]) -> None:
    scopes = [make_scope(domain, regions=regions) for domain, regions in items.items()]
    world.vetting.granted(*scopes, effective=effective, valid_to=valid_to, on=on)


def test_case_2_depth_of_regions(session: Session, tmp_path: Path) -> None:
    world = make_world(session, tmp_path)
    world.query_lists(K)
    world.believe("2025-11-20")
    province = ("mca:330000",)
    items = {
        "alone": RegionSet(province, descendants=False),
        "deep": RegionSet(province, descendants=True),
        "but": RegionSet(province, descendants=True, excepted=("mca:330106",)),
        "county": RegionSet(("mca:330106",), descendants=True),
    }
    region_items(world, "2025-11-10", START, "2028-01-01", items)

    def ask(domain: str, region: str) -> Decision:
        return world.ask(domain, *WINDOW, K, region=region)

    alone = ask("alone", "mca:330106")
    assert alone.verdict == "ineligible"
    assert codes_of(alone, "fail") == [("SCO-001", "SCOPE_REGION")]
    assert "SCOPE_REGION" in {str(miss.dimension) for _, miss in alone.nearest_misses}
    assert told(ask("deep", "mca:330106")) == CLEAR
    assert codes_of(ask("but", "mca:330106"), "fail") == [("SCO-001", "SCOPE_REGION")]
    assert told(ask("but", "mca:330105")) == CLEAR
    assert codes_of(ask("county", "mca:330000"), "fail") == [("SCO-001", "SCOPE_REGION")]


def test_case_2_regions_that_change(session: Session, tmp_path: Path) -> None:
    """上城区 and 江干区 became a new 上城区 on 2021-04-09."""
    world = make_world(session, tmp_path, "2021-01-04")
    world.query_lists("2021-03-15", "2021-05-15")
    items = {"merged": RegionSet(("mca:330104",), descendants=True)}
    region_items(world, "2021-01-11", "2021-02-01", "2023-02-01", items)

    part = world.ask("merged", "2021-05-01", "2021-06-01", "2021-05-15", region="mca:330102")
    assert part.verdict == "ineligible"
    assert codes_of(part, "fail") == [("SCO-001", "SCOPE_REGION")]
    assert "330104" in found(part, "SCO-001").message["en"]
    for known_at in ("2021-03-15", "2021-05-15"):
        assert told(world.ask("merged", "2021-04-08", "2021-04-09", known_at, region="mca:330104")) == NEWCOMER
    across = world.ask("merged", "2021-04-08", "2021-04-20", "2021-05-15", region="mca:330102")
    assert across.verdict == "ineligible"


def test_case_11_a_phoenix_is_shown_to_a_person(session: Session, tmp_path: Path) -> None:
    people = [{"id": f"n-{each}", "name": f"甲{each}"} for each in "123456"]
    staff = [{"person": "n-1", "post": "legal_representative", "valid_from": "2018-01-01"}] + [
        {"person": f"n-{each}", "post": "lead_evaluator", "valid_from": "2018-01-01"} for each in "2345"
    ]
    world = make_world(session, tmp_path, "2025-11-03", persons=[*people, {"id": "p-9", "name": "甲九"}], staff=staff)
    old_code = make_credit_code(3)
    add_evaluator(
        session, "2025-11-03", credit_code=old_code, names=[{"name": "大山评估院"}],
        persons=[*people, {"id": "p-9", "name": "乙九"}], staff=staff,
    )  # fmt: skip
    listed = make_row(1, credit_code=old_code, valid_from="2009-11-20", valid_to="2028-10-01")
    world.query_lists(K, "2026-04-20", rows=[listed])
    world.believe("2025-11-20")
    world.vetting.granted(make_scope("agri"), effective=START, valid_to="2028-01-01", on="2025-11-10")

    shown = world.ask("agri", *WINDOW, K)
    assert told(shown) == ("conditional", [("EXC-003", "POSSIBLE_SUCCESSOR_OF_EXCLUDED")])
    assert found(shown, "EXC-003").facts
    opinion = SuccessionOpinion("ev-000002", Verdict.SUCCESSOR, "Seen.")
    judge(session, world.vetting.officer, world.evaluator, opinion, at("2026-04-18"))
    assert told(world.ask("agri", *WINDOW, "2026-04-20")) == ("ineligible", [("EXC-003", "SUCCESSOR_OF_EXCLUDED")])
    assert world.ask("agri", *WINDOW, K).sha256 == shown.sha256


def test_case_12_control_through_a_parent_is_listed_path_by_path(session: Session, tmp_path: Path) -> None:
    parent, builder = make_credit_code(7), make_credit_code(8)
    seen = {"seen_at": "2026-04-01"}
    owned = [make_edge(parent, 0.6, **seen), make_edge(make_credit_code(9), 0.4, **seen)]
    world = make_world(session, tmp_path)
    world.query_lists(K)
    world.vetting.granted(make_scope("agri"), effective=START, valid_to="2028-01-01", on="2025-11-10")
    document = make_staffed_dossier("2026-04-01", ownership=[*owned, make_edge(parent, 0.51, builder, **seen)])
    digest = world.evaluator.dossier_sha256
    dossier_service.save(session, OPERATOR, world.evaluator, Submission(document), digest, at("2026-04-10"))

    decision = world.ask("agri", *WINDOW, K, implementers=(builder,), **PARTIES)

    (control,) = [each for each in decision.findings if each.code == "COI_COMMON_CONTROL"]
    assert (decision.verdict, control.outcome) == ("ineligible", "fail")
    assert {(each["owner"], each["owned"]) for each in control.facts} == {
        (f"uscc:{parent}", f"uscc:{world.evaluator.credit_code}"), (f"uscc:{parent}", f"uscc:{builder}"),
    }  # fmt: skip


PARTIES: dict[str, Any] = {
    "subjects": ("mca:422828100",), "commissioner": "mca:422828", "payer": "mca:422828", "other_bidders": (),
}  # fmt: skip


def test_case_20_the_version_is_pinned_where_the_work_begins(session: Session, tmp_path: Path) -> None:
    world = make_world(session, tmp_path)
    old = make_town_standard(version="2.1.0", valid_from="2025-01-01")
    new = make_town_standard(version="3.0.0", valid_from="2026-06-01")
    publish(session, old, new, now=at("2025-12-01"))
    world.query_lists(K, "2026-06-02")
    world.believe("2025-11-20")
    range_ = StandardRange("town-order", "2.0.0", "3.0.0")
    world.vetting.granted(make_scope("agri", standards=range_), effective=START, valid_to="2028-01-01", on="2025-11-10")
    document = make_document(
        world.evaluator.code, standard="town-order", scored=["mca:422828100"], commissioner="mca:422828",
        payer="mca:422828", region="mca:422828100", subject_level="town", agreed_on="2026-05-05", cycle=1,
        history=[{"kind": "started", "on": "2026-05-10"}],
    )  # fmt: skip
    engagement = fieldwork.record(session, OPERATOR, document, at("2026-05-11")).record.code

    pinned = world.ask("agri", "2026-06-02", "2026-10-01", "2026-06-02", standard="town-order", engagement=engagement)
    assert told(pinned) == CLEAR
    assert pinned.question.scope[0].standard_version == "2.1.0"
    begun = world.written("agri", "2026-06-02", "2026-10-01", standard="town-order")
    anew = check_service.ask(session, [begun], at("2026-06-02")).decisions[0]
    assert told(anew) == ("ineligible", [("STD-001", "SCOPE_STANDARD_VERSION")])
    assert anew.question.scope[0].standard_version == "3.0.0"
    passing = world.ask(
        "agri", "2026-06-02", "2026-10-01", "2026-06-02", standard="town-order", policy=policy_with(transition_days=213)
    )
    assert told(passing) == ("conditional", [("STD-001", "VERSION_IN_TRANSITION")])
    assert found(passing, "STD-001").changes_on == day("2027-01-01")
    report = EventWanted(
        EventKind.REPORT_ISSUED, day("2026-06-02"), standard_version="3.0.0", report_number="R-1", signatory="p-1"
    )
    with pytest.raises(EngagementRejected, match="rule"):
        event_service.add_event(session, OPERATOR, engagement, report, at("2026-06-03"))


def test_policies_of_places(session: Session, tmp_path: Path) -> None:
    world = make_world(session, tmp_path)
    shipped = parse_json(SHIPPED.read_bytes())
    given = make_localization(
        "province", id="evaluator-eligibility.hubei", standard=pin(shipped, with_digest=True),
        jurisdiction="mca:420000", valid_from="2025-12-01", valid_to=None,
        set=[
            make_setting(name, value, rationale={"zh": "如此。", "en": "So it is here."})
            for name, value in (("exclusion_list_age_days", 3), ("most_cycles", 2))
        ],
    )  # fmt: skip
    publish(session, deepcopy(given), now=at("2025-12-01"))
    world.query_lists("2026-04-10")
    world.believe("2025-11-20")
    world.vetting.granted(
        make_scope("agri"), make_scope("agri", "mca:330000"), effective=START, valid_to="2028-01-01", on="2025-11-10"
    )

    here, there = (world.ask("agri", *WINDOW, K, region=each) for each in ("mca:422828", "mca:330106"))

    assert told(there) == CLEAR
    assert here.verdict == "indeterminate"
    assert ("EXC-001", "SOURCE_STALE") in codes_of(here)
    assert (here.policy.localizations, there.policy.localizations) == (("evaluator-eligibility.hubei@1.0.0",), ())
    parts = world.written("agri", *WINDOW, region="mca:422828"), world.written("agri", *WINDOW, region="mca:330106")
    both = parts[0].__class__(parts[0].evaluator, (*parts[0].scope, *parts[1].scope), parts[0].window)
    with pytest.raises(QuestionRejected) as raised:
        check_service.ask(session, [both], at(K))
    assert [each.code for each in raised.value.violations] == ["policies-differ"]
    stored = check_service.store(session, OPERATOR, [parts[0]], at(K), at(K))
    assert check_service.replay(session, stored).is_same


def test_case_13_rotation_counts_cycles_and_asks_for_the_next(session: Session, tmp_path: Path) -> None:
    world = make_world(session, tmp_path)
    world.query_lists(K)
    world.believe("2025-11-20")
    world.vetting.granted(make_scope("agri"), effective=START, valid_to="2028-01-01", on="2025-11-10")

    def work(cycle: int, first: str, until: str) -> None:
        document = make_document(
            world.evaluator.code, contract_reference=f"HT-{cycle}", standard="cn-beautiful-village", cycle=cycle,
            scored=["mca:422828100"], commissioner="mca:422828", payer="mca:422828", region="mca:422828100",
            window={"from": first, "to": until}, agreed_on=first, history=[{"kind": "started", "on": first}],
        )  # fmt: skip
        fieldwork.record(session, OPERATOR, document, at("2026-04-01"))

    for cycle, year in ((1, 2023), (2, 2024)):
        work(cycle, f"{year}-05-01", f"{year}-10-01")
    assert told(world.ask("agri", *WINDOW, K, **PARTIES)) == CLEAR
    work(3, "2025-05-01", "2025-10-01")
    limit = world.ask("agri", *WINDOW, K, **PARTIES)
    assert told(limit) == ("ineligible", [("ROT-001", "ROTATION_LIMIT")])
    assert len(found(limit, "ROT-001").facts) == 3

    # A merger that lies ahead begins the count anew by this rule; a longer window reaches it and helps nobody.
    other = add_evaluator(
        session, "2025-11-03", credit_code=make_credit_code(5), names=[{"name": "大山五评估有限公司"}]
    )
    merged = EntityEventWanted(
        EntityEventKind.MERGED_INTO, day("2026-06-01"), "register", day("2026-04-10"), (world.evaluator.code,)
    )
    entity_service.record_event(session, world.vetting.officer, other.evaluator, merged, at("2026-04-10"))
    anew = policy_with(tenure_on_merger="reset")
    for window in (("2026-05-01", "2026-05-31"), WINDOW):
        assert told(world.ask("agri", *window, K, policy=anew, **PARTIES)) == told(limit)
    assert told(world.ask("agri", "2026-07-01", "2026-10-01", K, policy=anew, **PARTIES)) == CLEAR
