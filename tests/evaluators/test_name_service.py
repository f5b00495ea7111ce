"""Names that are held back: which are, what releases them, and names on a day."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from dossier_samples import NOW, make_dossier, make_evaluator
from exclusion_samples import LOOKS_LIKE_KPMG
from people import acting, make_person
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import ANONYMOUS, OPERATOR, Actor, HeldRole, Role
from registry.audit.models import Payload
from registry.evaluators import name_queries as queries
from registry.evaluators import name_service, names
from registry.evaluators.dossier_service import Submission, save
from registry.evaluators.judgement_errors import NameJudgementRefused
from registry.evaluators.judgement_models import NameHold, NameJudgement
from registry.evaluators.models import Evaluator
from registry.evaluators.name_service import NameOpinion
from registry.evaluators.name_sight import PUBLIC, Sight, sight_of

LATER = NOW + timedelta(days=30)
DISTINCT = NameOpinion(None, "Another body.")


def named(session: Session, number: int, *held: str) -> Evaluator:
    return make_evaluator(session, number, names=[{"name": each} for each in held])


def is_held(session: Session, evaluator: Evaluator) -> dict[str, bool]:
    return {each.name.name: each.is_held for each in queries.names_of(session, [evaluator])[evaluator.id]}


def logged(session: Session, member: str) -> list[list[str]]:
    found = [json.loads(each) for each in session.scalars(select(Payload.content))]
    return [each["payload"][member] for each in found if member in each["payload"]]


def renamed(session: Session, evaluator: Evaluator, number: int, name: str) -> None:
    document = make_dossier(number, names=[{"name": name}])
    save(session, OPERATOR, evaluator, Submission(document), evaluator.dossier_sha256, LATER)


def officer_of(session: Session) -> Actor:
    return acting(session, make_person(session, Role.VETTING_OFFICER, now=NOW), NOW)


def test_a_new_name_is_public_unless_it_looks_like_a_known_one_or_is_odd(session: Session) -> None:
    first = named(session, 1, "Lakeside Appraisal")
    alike, odd = named(session, 2, "Lakeside Appraisals Ltd"), named(session, 3, "Gr\u0435enfield Survey")

    assert is_held(session, first) == {"Lakeside Appraisal": False}
    assert [*is_held(session, alike).values(), *is_held(session, odd).values()] == [True, True]
    reasons = [each.hold.reasons for each in queries.list_holds(session, limit=9)]
    assert reasons == [["resembles_known_name"], ["name_in_mixed_scripts"]]
    # Whoever comes later with a like name hides nobody who was there.
    assert is_held(session, first) == {"Lakeside Appraisal": False}
    assert queries.find_by_name(session, "Lakeside Appraisal", date(2026, 1, 1), NOW) == [first]
    assert sorted(logged(session, "resembles")) == [[], ["ev-000001"]]


def test_a_changed_name_is_held_and_one_that_stays_is_not_looked_at_again(session: Session) -> None:
    named(session, 1, "KPMG Audit")
    second = named(session, 2, "Lakeside Appraisal")

    renamed(session, second, 2, LOOKS_LIKE_KPMG)
    assert is_held(session, second) == {LOOKS_LIKE_KPMG: True}
    name_service.judge(session, officer_of(session), 1, DISTINCT, LATER)
    document = make_dossier(2, names=[{"name": LOOKS_LIKE_KPMG}], address="Elsewhere")
    save(session, OPERATOR, second, Submission(document), second.dossier_sha256, LATER)

    assert is_held(session, second) == {LOOKS_LIKE_KPMG: False}
    assert session.scalar(select(func.count(NameHold.number))) == 1
    # A name that was given up and is taken again is a new one: others may have come in between.
    renamed(session, second, 2, "Lakeside Appraisal")
    renamed(session, second, 2, LOOKS_LIKE_KPMG)
    assert is_held(session, second) == {LOOKS_LIKE_KPMG: True}
    officer = officer_of(session)
    with pytest.raises(NameJudgementRefused, match="number 2"):
        name_service.judge(session, officer, 1, DISTINCT, LATER)


def test_the_last_judgement_counts_and_every_one_is_kept_with_what_was_seen(session: Session) -> None:
    named(session, 1, "KPMG Audit")
    second, officer = named(session, 2, LOOKS_LIKE_KPMG), officer_of(session)

    for opinion, held in ((NameOpinion("ev-000001", "Theirs."), True), (DISTINCT, False)):
        name_service.judge(session, officer, 1, opinion, LATER)
        assert is_held(session, second) == {LOOKS_LIKE_KPMG: held}

    judged = session.scalars(select(NameJudgement).order_by(NameJudgement.number)).all()
    assert [(each.is_distinct, each.reason) for each in judged] == [(False, "Theirs."), (True, "Another body.")]
    assert {each.person_id for each in judged} == {officer.person_id}
    hold = session.scalars(select(NameHold)).one()
    assert [(each["evaluator"], each["likeness"]) for each in hold.candidates] == [("ev-000001", "looks_the_same")]
    assert logged(session, "seen") == [["ev-000001"], ["ev-000001"]]


def test_nobody_of_the_evaluators_own_judges_under_whatever_account(session: Session) -> None:
    named(session, 1, "KPMG Audit")
    second = named(session, 2, LOOKS_LIKE_KPMG)
    own = make_person(session, HeldRole(Role.EVALUATOR, second.code), now=NOW)
    other_account = make_person(session, Role.VETTING_OFFICER, now=NOW, same_as=own.account_id)

    for actor in (OPERATOR, acting(session, own, NOW), acting(session, other_account, NOW)):
        with pytest.raises(NotAllowed):
            name_service.judge(session, actor, 1, DISTINCT, LATER)

    assert is_held(session, second) == {LOOKS_LIKE_KPMG: True}


def test_where_names_cannot_be_compared_every_new_one_is_held(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> None:
        raise names.LikenessUnavailable("No PyICU.")

    monkeypatch.setattr(names, "_icu", unavailable)
    names._checker.cache_clear()
    names._to_simplified.cache_clear()

    assert is_held(session, named(session, 1, "Lakeside Appraisal")) == {"Lakeside Appraisal": True}
    (held,) = queries.list_holds(session, limit=9)
    assert (held.hold.reasons, held.hold.candidates) == (["not_compared"], [])


def test_names_on_a_day_are_those_borne_until_then(session: Session) -> None:
    both = [{"name": "Old House", "valid_to": "2026-02-01"}, {"name": "Green Field", "valid_from": "2026-02-01"}]
    evaluator = make_evaluator(session, 1, names=both)

    def on(day: str, known_at: int = 0) -> list[tuple[str, bool]]:
        asked = date.fromisoformat(day)
        found = queries.names_on(session, evaluator, asked, NOW + timedelta(days=known_at))
        return [(each.name, each.holds(asked)) for each in found]

    assert on("2026-01-31") == [("Old House", True)]
    assert on("2026-02-01") == [("Old House", False), ("Green Field", True)]
    assert on("2026-02-01", known_at=-1) == []


def test_who_sees_what_is_held() -> None:
    def of(*roles: HeldRole) -> Sight:
        return sight_of(Actor(uuid4(), uuid4(), roles))

    assert sight_of(ANONYMOUS) == PUBLIC == of(HeldRole(Role.PROCUREMENT))
    assert sight_of(OPERATOR).sees("ev-000001")
    assert of(HeldRole(Role.AUDITOR)).sees("ev-000001")
    assert of(HeldRole(Role.VETTING_OFFICER, region=("x",))).sees("ev-000001")
    own = of(HeldRole(Role.EVALUATOR, "ev-000002"))
    assert (own.sees("ev-000002"), own.sees("ev-000001")) == (True, False)
