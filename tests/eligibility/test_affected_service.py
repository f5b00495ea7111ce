"""Stored answers that become others by what is recorded about others, about bodies registered since, and back again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from api_requests import assert_problem, stranger_of
from dossier_samples import make_credit_code
from eligibility_world import World, add_evaluator, make_world
from evaluator_samples import at, day
from exclusion_samples import make_row
from people import make_person
from sqlalchemy.orm import Session
from vetting_samples import Vetting, make_scope

from registry.accounts.permissions import OPERATOR, HeldRole, Role
from registry.db import Database, write
from registry.eligibility import affected_service, check_service
from registry.eligibility.affected_service import AffectedCheck
from registry.eligibility.models import EligibilityCheck
from registry.evaluators import entity_service
from registry.evaluators.entity import EventKind
from registry.evaluators.entity_service import EntityEventWanted

START, K = "2025-12-01", "2026-04-15"
WINDOW = "2026-05-01", "2026-10-01"


def catch_up(session: Session, on: str) -> None:
    while affected_service.step(session, at(on)):
        pass


def store(world: World, **changes: Any) -> EligibilityCheck:
    written = world.written("agri", *WINDOW, **changes)
    made = check_service.store(world.session, OPERATOR, [written], at(K), at(K))
    catch_up(world.session, K)
    return made


def marks(session: Session, check: EligibilityCheck, waiting: bool = False) -> list[AffectedCheck]:
    return affected_service.list_affected(session, limit=50, check=check, waiting=waiting)


def rules_of(mark: AffectedCheck) -> set[str]:
    return {each["rule_id"] for each in mark.row.differences}


def granted(vetting: Vetting, on: str, effective: str) -> str:
    (item,) = vetting.granted(make_scope("agri"), effective=effective, valid_to="2028-01-01", on=on)
    return item


def test_a_withdrawal_marks_the_answers_about_a_body_with_the_same_people(session: Session, tmp_path: Path) -> None:
    people = [{"id": f"n-{each}", "name": f"甲{each}"} for each in "123456"]
    staff = [{"person": "n-1", "post": "legal_representative", "valid_from": "2026-02-01"}] + [
        {"person": f"n-{each}", "post": "lead_evaluator", "valid_from": "2026-02-01"} for each in "2345"
    ]
    shared: dict[str, Any] = {"persons": [*people, {"id": "p-9", "name": "甲九"}], "staff": staff}
    world = make_world(session, tmp_path, **shared, founded_on="2025-10-01")
    old = add_evaluator(
        session, "2025-11-03", credit_code=make_credit_code(3), names=[{"name": "大山评估院"}],
        **shared | {"persons": [*people, {"id": "p-9", "name": "乙九"}]},
    )  # fmt: skip
    item = granted(old, "2025-11-10", START)
    check = store(world)

    old.decide("withdraw", item, "2026-04-18")
    catch_up(session, "2026-04-18")

    (mark,) = marks(session, check)
    assert rules_of(mark) == {"EXC-003"}
    assert (mark.row.cause, mark.row.causes) == ([f"qualification.withdraw evaluator:{old.evaluator.code}"], 1)


def test_what_is_decided_on_a_predecessor_marks_the_answers_about_who_took_it_over(
    session: Session, tmp_path: Path
) -> None:
    world = make_world(session, tmp_path)
    old = add_evaluator(session, "2025-11-03", credit_code=make_credit_code(3), names=[{"name": "大山评估院"}])
    merged = EntityEventWanted(
        EventKind.MERGED_INTO, day("2026-04-10"), "register", day("2026-04-10"), (world.evaluator.code,)
    )
    entity_service.record_event(session, world.vetting.officer, old.evaluator, merged, at("2026-04-10"))
    item = granted(old, "2025-11-10", START)
    check = store(world)

    old.decide("reduce", item, "2026-04-05", "2026-04-18")
    catch_up(session, "2026-04-18")

    (mark,) = marks(session, check)
    assert rules_of(mark) == {"ENT-003"}


def test_decisions_about_a_body_that_was_registered_since_mark_what_was_asked_by_its_credit_code(
    session: Session, tmp_path: Path
) -> None:
    world = make_world(session, tmp_path)
    code = make_credit_code(3)
    asked = replace(world.written("agri", *WINDOW), evaluator=code)
    check = check_service.store(session, OPERATOR, [asked], at(K), at(K))
    later = add_evaluator(session, "2026-04-16", credit_code=code, names=[{"name": "大山评估院"}])
    item = granted(later, "2026-04-17", "2026-04-20")
    catch_up(session, "2026-04-17")
    before = marks(session, check)

    later.suspend(item, "2026-04-25", "2026-04-18")
    catch_up(session, "2026-04-18")

    newest, *older = marks(session, check)
    assert [each.row.id for each in older] == [each.row.id for each in before]
    assert newest.row.cause == [f"qualification.suspend evaluator:{later.evaluator.code}"]
    assert "SUS-001" in rules_of(newest)


def test_an_answer_that_is_the_stored_one_again_waits_for_nobody_and_is_marked_anew(
    session: Session, tmp_path: Path
) -> None:
    world = make_world(session, tmp_path)
    check = store(world)

    def told(on: str, kind: EventKind, supersedes: int | None = None) -> tuple[list[bool], bool]:
        wanted = EntityEventWanted(kind, day("2026-04-16"), "register", day("2026-04-16"), supersedes=supersedes)
        entity_service.record_event(session, world.vetting.officer, world.evaluator, wanted, at(on))
        catch_up(session, on)
        needs_review = check.id in affected_service.needing_review(session, [check])
        assert bool(marks(session, check, waiting=True)) is needs_review
        return [bool(each.row.differences) for each in marks(session, check)], needs_review

    assert told("2026-04-16", EventKind.IN_LIQUIDATION) == ([True], True)
    assert told("2026-04-17", EventKind.RETRACTED, 1) == ([False, True], False)
    world.query_lists("2026-04-18")
    assert told("2026-04-19", EventKind.IN_LIQUIDATION) == ([True, False, True], True)


def test_marks_are_paged_so_that_a_role_with_limits_reaches_all_of_its_own(database: Database, tmp_path: Path) -> None:
    def setup(session: Session) -> Any:
        world = make_world(session, tmp_path)
        agri, env = store(world), world.written("env", *WINDOW)
        for _ in range(2):
            check_service.store(session, OPERATOR, [env], at(K), at(K))
        world.query_lists("2026-04-16", rows=[make_row(1, credit_code=world.evaluator.credit_code or "")])
        catch_up(session, "2026-04-16")
        return make_person(session, HeldRole(Role.PROCUREMENT, field_of_assessment="agri")), agri.code

    person, code = write(database, setup)
    query, pages = {"limit": "1"}, list[list[str]]()
    with stranger_of(database) as client:
        path = "/api/v1/eligibility-checks/affected"
        while True:
            page = client.get(path, params=query, headers=person.bearer).json()
            pages.append([each["decision_id"] for each in page["checks"]])
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
        refused = client.get(path, params={"cursor": "x"}, headers=person.bearer)

    assert len(pages) == 3
    assert [each for page in pages for each in page] == [code]
    assert_problem(refused, 422, "cursor-rejected")
