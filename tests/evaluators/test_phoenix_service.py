"""Case 11: a new body of the people of one that was barred is shown to a person, whose judgement is kept."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import make_credit_code, make_dossier
from exclusion_samples import make_row, record_list, take
from people import Person, acting, make_person
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from vetting_samples import make_dossier as make_vetted
from vetting_samples import make_vetting

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.audit.models import Payload
from registry.evaluators import phoenix_service as service
from registry.evaluators.dossier_service import Submission, apply, erase_person, save
from registry.evaluators.judgement_errors import NoSignOfSuccession
from registry.evaluators.judgement_models import SuccessionJudgement
from registry.evaluators.models import Evaluator
from registry.evaluators.phoenix_queries import names_of_persons
from registry.evaluators.phoenix_service import Succession, SuccessionOpinion

EXCLUDED_ON = date(2026, 3, 1)
NOW = datetime.fromisoformat("2026-06-01T04:00:00Z")
BEFORE, LATER = NOW - timedelta(days=90), NOW + timedelta(days=10)
REASON = "Seen in the register of companies."


def dossier(number: int, name: str, leads: tuple[str, ...], boss: str = "王总", **changes: Any) -> dict[str, Any]:
    """Of a body that these people lead; ids of persons are the dossier's own."""
    people = {f"n{number}-{place}": each for place, each in enumerate((boss, *leads))}
    posts = ["legal_representative", *["lead_evaluator"] * len(leads)]
    return make_dossier(
        number,
        names=[{"name": name}],
        persons=[{"id": ref, "name": each} for ref, each in people.items()],
        staff=[
            {"person": ref, "post": post, "valid_from": "2020-01-01"} for ref, post in zip(people, posts, strict=True)
        ],
        ownership=[],
        declarations=[],
        **changes,
    )


def taken(session: Session, document: dict[str, Any], now: datetime = BEFORE) -> Evaluator:
    return apply(session, OPERATOR, Submission(document), now).evaluator


def barred(session: Session, *numbers: int) -> None:
    record_list(session)
    days = {"valid_from": EXCLUDED_ON.isoformat(), "valid_to": "2028-10-01"}
    rows = [make_row(each, credit_code=make_credit_code(each).lower(), **days) for each in numbers]
    take(session, rows, queried_at=NOW - timedelta(days=30))


def phoenix(session: Session) -> tuple[Evaluator, Evaluator]:
    """E3, barred, and E4, founded six weeks later with its representative and four of five of its leads."""
    old = taken(session, dossier(3, "大山评估院", ("甲一", "乙二", "丙三", "丁四", "戊五"), founded_on="2018-01-01"))
    new = taken(
        session,
        dossier(4, "Lakeside Appraisal", ("丁四", "丙三", "乙二", " 甲 一", "新人"), founded_on="2026-04-12"),
        NOW,
    )
    barred(session, 3)
    return old, new


def officer_of(session: Session) -> Actor:
    return acting(session, make_person(session, Role.VETTING_OFFICER, now=BEFORE), BEFORE)


def one(session: Session, new: Evaluator, known_at: datetime = LATER) -> Succession:
    (found,) = service.successions(session, new, known_at)
    return found


def test_case_11_is_shown_and_judged_by_a_person_and_by_nothing_else(session: Session) -> None:
    old, new = phoenix(session)

    found = one(session, new)

    assert (found.found.old, found.found.days_after, found.is_successor) == (old.code, 42, None)
    assert found.found.ending.source == "list ccgp-serious, entry e-3"
    assert (found.found.ending.began_on, found.found.ending.ends_on) == (EXCLUDED_ON, date(2028, 10, 1))
    shares = {str(each.sign): (len(each.evidence), each.share) for each in found.found.signals}
    assert shares == {"same_legal_representative": (1, 1), "same_lead_evaluators": (4, Fraction(4, 5))}
    names = names_of_persons(session, new)
    assert {names[each] for each in found.found.signals[0].evidence} == {"王总"}
    assert service.successions(session, new, NOW - timedelta(days=1)) == ()
    assert service.successions(session, old, LATER) == ()

    officer = officer_of(session)
    distinct = SuccessionOpinion(old.code, service.Verdict.DISTINCT, REASON)
    service.judge(session, officer, new, distinct, LATER)

    assert one(session, new).is_successor is False
    assert one(session, new, LATER - timedelta(seconds=1)).is_successor is None
    judged = session.scalars(select(SuccessionJudgement)).one()
    assert (judged.reason, judged.person_id) == (REASON, officer.person_id)
    assert [each["sign"] for each in judged.signs] == ["same_legal_representative", "same_lead_evaluators"]
    logged = [each.content for each in session.scalars(select(Payload)) if "judgement" in str(each.content)]
    assert "same_lead_evaluators" in str(logged)
    assert "王总" not in str(judged.signs) + str(logged)

    service.judge(session, officer, new, SuccessionOpinion(old.code, service.Verdict.SUCCESSOR, REASON), LATER)
    assert one(session, new).is_successor is True
    assert session.scalar(select(func.count(SuccessionJudgement.number))) == 2


def test_that_they_are_apart_was_judged_of_what_was_seen_and_of_nothing_more(session: Session) -> None:
    old, new = phoenix(session)
    officer = officer_of(session)
    service.judge(session, officer, new, SuccessionOpinion(old.code, service.Verdict.DISTINCT, REASON), LATER)
    after = LATER + timedelta(days=1)

    changed = dossier(
        4, "Lakeside Appraisal", ("丁四", "丙三", "乙二", "甲一", "新人", "戊五"), founded_on="2026-04-12"
    )
    save(session, OPERATOR, new, Submission(changed), new.dossier_sha256, after)

    assert one(session, new, LATER).is_successor is False
    assert one(session, new, after).is_successor is None


def test_a_successor_stays_one_when_what_showed_it_is_gone(session: Session) -> None:
    old, new = phoenix(session)
    service.judge(
        session, officer_of(session), new, SuccessionOpinion(old.code, service.Verdict.SUCCESSOR, REASON), LATER
    )
    after = LATER + timedelta(days=1)

    for place in range(6):
        erase_person(session, OPERATOR, new, f"n4-{place}", "Asked for it.", after)

    found = one(session, new, after)
    assert (found.found.old, found.found.signals, found.is_successor) == (old.code, (), True)


def test_address_phone_and_name_are_signs_too_and_strangers_are_none(session: Session) -> None:
    told = {"address": "恩施市解放路１号", "phone": "0718-8888888"}
    taken(session, dossier(3, "大山评估院", (), **told))
    near = taken(
        session, dossier(4, "大山评估有限公司", (), "李总", address="恩施市 解放路1号", phone="+86 718 8888888")
    )
    far = taken(session, dossier(5, "Lakeside Appraisal", (), "赵总", address="杭州"))
    barred(session, 3)

    assert {str(each.sign) for each in one(session, near).found.signals} == {
        "same_address", "same_phone", "similar_name"
    }  # fmt: skip
    assert service.successions(session, far, LATER) == ()


def test_only_a_person_who_is_not_of_the_evaluator_judges_and_only_of_what_there_is(session: Session) -> None:
    old, new = phoenix(session)
    opinion = SuccessionOpinion(old.code, service.Verdict.DISTINCT, REASON)
    own: Person = make_person(session, HeldRole(Role.EVALUATOR, new.code), now=BEFORE)
    both = make_person(session, Role.VETTING_OFFICER, now=BEFORE, same_as=own.account_id)

    for actor in (OPERATOR, acting(session, own, BEFORE), acting(session, both, BEFORE)):
        with pytest.raises(NotAllowed):
            service.judge(session, actor, new, opinion, LATER)
    back, officer = SuccessionOpinion(new.code, service.Verdict.SUCCESSOR, REASON), officer_of(session)
    with pytest.raises(NoSignOfSuccession, match="nothing in common"):
        service.judge(session, officer, old, back, LATER)
    assert session.scalar(select(func.count(SuccessionJudgement.number))) == 0


def test_a_withdrawal_ends_a_body_until_it_is_corrected(session: Session, tmp_path: Path) -> None:
    world = make_vetting(session, tmp_path, make_vetted(address="呼伦贝尔市一号"))
    (item,) = world.granted()
    document = dossier(5, "Riverside Appraisal", (), "赵总", address="呼伦贝尔市 一号", founded_on="2026-05-01")
    new = taken(session, document)
    assert service.successions(session, new, LATER) == ()
    withdrawn = world.decide("withdraw", item, "2026-04-01")

    found = one(session, new)

    assert (found.found.ending.source, found.found.days_after) == ("withdraw of scope item 1", 30)
    assert service.successions(session, new, NOW - timedelta(days=80)) == ()
    world.decide("correct", (), "2026-04-01", "2026-06-02", supersedes=str(withdrawn.events[0].id))
    assert service.successions(session, new, LATER) == ()
