"""Legal persons through the database: what is recorded by whom, who took over whom, and rights that wait."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from dossier_samples import make_credit_code
from evaluator_samples import at, day
from people import make_person
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from vetting_samples import EARLY, Vetting, actor_of, make_dossier, make_scope, make_vetting

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.audit.models import Entry
from registry.evaluators import dossier_service, entity_queries, entity_service, status_service, succession_service
from registry.evaluators.dossier_service import Submission
from registry.evaluators.entity import EntityKind, EventKind, entity_state
from registry.evaluators.entity_errors import EntityEventRefused, SuccessorDecisionRefused, SuccessorRejected
from registry.evaluators.entity_models import RecordedEntityEvent
from registry.evaluators.entity_queries import EntityHistory
from registry.evaluators.entity_service import EntityEventWanted
from registry.evaluators.independence_service import key_of
from registry.evaluators.models import Evaluator
from registry.evaluators.succession_service import SuccessorDecisionWanted
from registry.evaluators.vetting_errors import ScopeItemNotFound


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def another(session: Session, number: int) -> Evaluator:
    dossier = make_dossier(names=[{"name": f"甲{number}评估院"}], credit_code=make_credit_code(number))
    return dossier_service.apply(session, OPERATOR, Submission(dossier), at("2026-01-02")).evaluator


def wanted(kind: str, effective: str, *successors: Evaluator | str, **changes: Any) -> EntityEventWanted:
    named = tuple(each.code if isinstance(each, Evaluator) else each for each in successors)
    known: dict[str, Any] = {"source": "Business register, notice 7.", "noted_on": day("2026-01-01")} | changes
    return EntityEventWanted(EventKind(kind), day(effective), successors=named, **known)


def recorded(vetting: Vetting, evaluator: Evaluator, made: EntityEventWanted, on: str) -> EntityHistory:
    return entity_service.record_event(vetting.session, vetting.officer, evaluator, made, at(on))


def waiting(vetting: Vetting, evaluator: Evaluator, on: str, known: str) -> list[str]:
    found = succession_service.rights_of(vetting.session, evaluator, day(on), at(known))
    return [each.item_id for each in found.waiting]


def test_a_merger_is_part_of_the_history_and_of_one_entry_of_the_log(vetting: Vetting) -> None:
    session, heir = vetting.session, another(vetting.session, 1)
    before = session.scalar(select(func.count()).select_from(Entry)) or 0

    found = recorded(vetting, vetting.evaluator, wanted("merged_into", "2026-03-01", heir), "2026-03-20")
    then = status_service.history(session, vetting.evaluator, at("2026-03-19")).entity
    now = status_service.history(session, vetting.evaluator, at("2026-03-21")).entity

    assert session.scalar(select(func.count()).select_from(Entry)) == before + 1
    assert now == found
    assert (then.events, [each.state.kind for each in then.spans]) == ((), [EntityKind.ACTIVE])
    assert [each.state.kind for each in now.spans] == [EntityKind.ACTIVE, EntityKind.MERGED_INTO]
    assert now.spans[1].state.successors == (key_of(heir),)
    with pytest.raises(DBAPIError, match="immutable"):
        session.execute(text("UPDATE entity_events SET kind = 'dissolved'"))


def test_nobody_of_the_evaluators_own_nor_of_a_successor_records_it(vetting: Vetting) -> None:
    session, heir = vetting.session, another(vetting.session, 1)
    officer = HeldRole(Role.VETTING_OFFICER)

    def insider(evaluator: Evaluator) -> Actor:
        own = HeldRole(Role.EVALUATOR, evaluator.code)
        return actor_of(make_person(session, own, officer, now=EARLY), own, officer)

    made = wanted("merged_into", "2026-03-01", heir)
    for actor in (insider(vetting.evaluator), insider(heir), vetting.applicant, OPERATOR):
        with pytest.raises(NotAllowed):
            entity_service.record_event(session, actor, vetting.evaluator, made, at("2026-03-20"))

    assert session.scalar(select(func.count()).select_from(RecordedEntityEvent)) == 0


def test_what_is_wrong_is_told_at_once_and_nothing_is_saved(vetting: Vetting) -> None:
    session, heir = vetting.session, another(vetting.session, 1)
    recorded(vetting, heir, wanted("dissolved", "2026-02-01"), "2026-02-02")
    before = session.scalar(select(func.count()).select_from(Entry))
    split = wanted("split_into", "2026-03-01", "mca:420000", "ev-999999", heir, heir)
    merger = wanted("merged_into", "2026-03-01", heir, supersedes=1, noted_on=day("2026-03-21"))

    with pytest.raises(SuccessorRejected) as rejected:
        recorded(vetting, vetting.evaluator, split, "2026-03-20")
    with pytest.raises(EntityEventRefused) as refused:
        recorded(vetting, vetting.evaluator, merger, "2026-03-20")

    assert [each.pointer for each in rejected.value.violations] == ["/successors/0", "/successors/1", "/successors/3"]
    assert [each.code for each in refused.value.violations] == [
        "NOTED_AFTER_RECORDED", "CORRECTS_NOTHING", "SUCCESSOR_ENDED"
    ]  # fmt: skip
    assert session.scalar(select(func.count()).select_from(Entry)) == before
    assert session.scalar(select(func.count()).select_from(RecordedEntityEvent)) == 1


def test_who_took_over_whom_is_found_at_any_remove_as_known_then(vetting: Vetting) -> None:
    session, middle, last = vetting.session, another(vetting.session, 1), another(vetting.session, 2)
    stranger = another(session, 3)
    recorded(vetting, vetting.evaluator, wanted("merged_into", "2026-03-01", middle), "2026-03-02")
    recorded(vetting, middle, wanted("split_into", "2026-04-01", middle, last), "2026-04-02")
    recorded(vetting, stranger, wanted("merged_into", "2026-04-01", last), "2026-04-03")
    recorded(vetting, stranger, wanted("retracted", "2026-04-01", supersedes=3), "2026-04-10")

    def over(on: str, known: str) -> list[str]:
        return [each.predecessor for each in entity_queries.taken_over(session, key_of(last), day(on), at(known))]

    first, second, third = (key_of(each) for each in (vetting.evaluator, middle, stranger))
    assert over("2026-05-01", "2026-05-01") == [second, first]
    assert sorted(over("2026-05-01", "2026-04-04")) == sorted([second, first, third])
    assert over("2026-03-31", "2026-05-01") == over("2026-05-01", "2026-04-01") == []
    assert (
        entity_state(entity_queries.events_of(session, middle.id), day("2026-05-01"), at("2026-05-01")).kind == "active"
    )


def successor_of(vetting: Vetting, heir: Evaluator) -> Vetting:
    own = HeldRole(Role.EVALUATOR, heir.code)
    applicant = actor_of(make_person(vetting.session, own, now=EARLY), own)
    return Vetting(vetting.session, heir, applicant, vetting.officer, vetting.decider, vetting.other)


def decide(vetting: Vetting, heir: Evaluator, item: str, new: str | None, on: str, decided: str | None = None) -> None:
    made = SuccessorDecisionWanted(UUID(item), new, day(decided or on), "Looked at.")
    succession_service.decide_right(vetting.session, vetting.decider, heir, made, at(on))


def test_rights_wait_for_an_officer_who_names_the_new_item_or_refuses(vetting: Vetting) -> None:
    heir = another(vetting.session, 1)
    agri, env = vetting.granted(make_scope("agri"), make_scope("env"), effective="2026-01-10")
    # It ends with the body: whether there was a right is asked of the day before.
    vetting.granted(make_scope("water"), effective="2026-01-10", valid_to="2026-02-28")
    (last,) = vetting.granted(make_scope("soil"), effective="2026-01-10", valid_to="2026-03-01")
    recorded(vetting, vetting.evaluator, wanted("merged_into", "2026-03-01", heir), "2026-03-02")
    decide(vetting, heir, last, None, "2026-03-02")
    (new,) = successor_of(vetting, heir).granted(make_scope("agri"), effective="2026-03-05", on="2026-03-05")

    assert waiting(vetting, heir, "2026-02-28", "2026-04-01") == []
    assert waiting(vetting, heir, "2026-03-02", "2026-03-01") == []
    assert sorted(waiting(vetting, heir, "2026-03-06", "2026-03-06")) == sorted([agri, env])
    decide(vetting, heir, agri, new, "2026-03-10")
    assert waiting(vetting, heir, "2026-03-10", "2026-03-10") == [env]
    assert sorted(waiting(vetting, heir, "2026-03-09", "2026-03-10")) == sorted([agri, env])
    decide(vetting, heir, env, None, "2026-03-11")
    found = succession_service.rights_of(vetting.session, heir, day("2026-03-11"), at("2026-03-11"))
    assert (found.waiting, [str(each.item_id) for each in found.decisions]) == ((), ["None", new, "None"])


def test_a_right_that_is_not_there_and_an_item_that_is_not_new_are_refused(vetting: Vetting) -> None:
    session, heir, stranger = vetting.session, another(vetting.session, 1), another(vetting.session, 2)
    agri, env = vetting.granted(make_scope("agri"), make_scope("env"), effective="2026-01-10")
    vetting.decide("withdraw", env, "2026-02-20")
    recorded(vetting, vetting.evaluator, wanted("merged_into", "2026-03-01", heir), "2026-03-02")
    successor = successor_of(vetting, heir)
    (old,) = successor.granted(make_scope("agri"), effective="2026-02-01", on="2026-02-01")
    draft = str(successor.opened(make_scope("agri"), now=at("2026-03-03")).items[0].id)

    def refusals(item: str, new: str | None, decided: str = "2026-03-10", by: Evaluator = heir) -> list[str]:
        with pytest.raises(SuccessorDecisionRefused) as refused:
            decide(vetting, by, item, new, "2026-03-10", decided)
        return [each.code for each in refused.value.violations]

    assert refusals(agri, old) == ["RIGHT_BEGAN_BEFORE"]
    assert refusals(agri, draft) == ["NOT_GRANTED"]
    assert refusals(env, None) == ["RIGHT_NOT_HELD"]
    assert refusals(agri, None, by=stranger) == ["NO_SUCCESSION"]
    assert refusals(agri, None, "2026-02-28") == ["NO_SUCCESSION"]
    assert refusals(agri, None, "2026-03-11") == ["DECIDED_AFTER_RECORDED"]
    with pytest.raises(ScopeItemNotFound):
        decide(vetting, heir, agri, agri, "2026-03-10")
    with pytest.raises(ScopeItemNotFound):
        decide(vetting, heir, str(UUID(int=1)), None, "2026-03-10")
    wrong = SuccessorDecisionWanted(UUID(agri), None, day("2026-03-10"), "Mine.")
    with pytest.raises(NotAllowed):
        succession_service.decide_right(session, successor.applicant, heir, wrong, at("2026-03-10"))
    assert waiting(vetting, heir, "2026-03-10", "2026-03-10") == [agri]
