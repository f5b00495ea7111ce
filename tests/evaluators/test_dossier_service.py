"""Dossiers in the database: versions, what is looked up, requests that come twice, names that go."""

from datetime import date, timedelta
from typing import Any

import pytest
from dossier_samples import CONFLICT, LICENCE, NOW, make_credit_code, make_dossier, make_evaluator
from people import acting, make_person
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR, HeldRole, Role
from registry.audit.models import Payload
from registry.db import Database, read, write
from registry.db_errors import ConstraintViolated
from registry.evaluators import dossier_queries as queries
from registry.evaluators.dossier_errors import (
    DossierChanged,
    DossierKeyReused,
    DossierRejected,
    EvaluatorKnown,
    EvaluatorNotFound,
    PersonErased,
    PersonNotFound,
)
from registry.evaluators.dossier_models import (
    Certificate,
    DossierVersion,
    EvaluatorName,
    OwnershipEdge,
    Person,
    StaffPost,
)
from registry.evaluators.dossier_queries import Search, as_known
from registry.evaluators.dossier_service import Submission, Taken, apply, erase_person, save
from registry.evaluators.evidence_service import hand_in
from registry.evaluators.models import Evaluator

LATER = NOW + timedelta(days=30)


def saved(session: Session, evaluator: Evaluator, document: dict[str, Any], key: str | None = None) -> Taken:
    return save(session, OPERATOR, evaluator, Submission(document, key), evaluator.dossier_sha256, LATER)


def names(session: Session, search: Search) -> list[str]:
    return [each.code for each in queries.list_evaluators(session, search, limit=10)]


def test_evaluators_get_codes_in_turn(session: Session) -> None:
    codes = [make_evaluator(session, number).code for number in range(3)]

    assert codes == ["ev-000001", "ev-000002", "ev-000003"]
    with pytest.raises(EvaluatorNotFound):
        queries.get_evaluator(session, "ev-000004")


def test_a_dossier_is_kept_without_names_of_persons(session: Session) -> None:
    evaluator = make_evaluator(session)

    version = queries.get_version(session, evaluator)
    assert "张三" not in version.content
    assert queries.document_of(version)["persons"] == [{"id": "p-1"}]
    assert [each.name for each in queries.list_persons(session, evaluator.id)] == ["张三"]
    assert [each for each in session.scalars(select(Payload.content)) if "张三" in str(each)] == []


def test_what_is_looked_up_follows_the_document(session: Session) -> None:
    evaluator = make_evaluator(session)
    person = queries.get_person(session, evaluator, "p-1")

    edge = queries.list_known(session, OwnershipEdge, evaluator.id)[0]
    assert (edge.owner, edge.owned, edge.share) == (f"person:{person.id}", f"uscc:{make_credit_code()}", 0.6)
    assert queries.list_known(session, Certificate, evaluator.id)[0].valid_to == date(2030, 1, 1)
    assert queries.list_known(session, StaffPost, evaluator.id)[0].person_id == person.id


def test_a_body_without_a_credit_code_owns_by_its_code(session: Session) -> None:
    own = {"owner": {"name": "省国资委", "is_state": True}, "basis": "sponsor", "valid_from": "2020-01-01"}
    unit = make_evaluator(
        session,
        legal_form="university_unit",
        credit_code=None,
        parent={"credit_code": make_credit_code(9)},
        ownership=[own | {"source": "charter", "seen_at": "2026-03-01"}],
    )

    edge = queries.list_known(session, OwnershipEdge, unit.id)[0]
    assert (edge.owned, edge.owner, edge.owner_is_state, edge.share) == (
        "evaluator:ev-000001",
        "name:省国资委",
        True,
        None,
    )


def test_rows_that_stay_the_same_stay_and_others_end_being_known(session: Session) -> None:
    evaluator = make_evaluator(session, certificates=[LICENCE, LICENCE | {"id": "iso", "number": "IB0002"}])
    before = {each.certificate_number: each for each in queries.list_known(session, Certificate, evaluator.id)}

    saved(session, evaluator, make_dossier(certificates=[LICENCE, LICENCE | {"id": "new", "number": "IB0003"}]))

    now = {each.certificate_number: each for each in queries.list_known(session, Certificate, evaluator.id)}
    assert now.keys() == {"IB0001", "IB0003"}
    assert now["IB0001"].id == before["IB0001"].id
    assert now["IB0003"].known_from == before["IB0002"].known_to == LATER
    for known_at, numbers in ((NOW, {"IB0001", "IB0002"}), (LATER, {"IB0001", "IB0003"}), (NOW - timedelta(1), set())):
        found = session.scalars(select(Certificate.certificate_number).where(as_known(Certificate, known_at)))
        assert set(found) == numbers


def test_a_new_version_stands_beside_the_old_one(session: Session) -> None:
    evaluator = make_evaluator(session)
    end = {"valid_to": "2026-02-01", "end_reason": "Left."}

    taken = saved(session, evaluator, make_dossier(declarations=[CONFLICT | end]))

    assert (taken.version.number, evaluator.dossier_number, evaluator.dossier_sha256) == (2, 2, taken.version.sha256)
    assert [each.number for each in queries.list_versions(session, evaluator)] == [1, 2]
    assert queries.versions_as_of(session, [evaluator.id], NOW) == {
        evaluator.id: queries.get_version(session, evaluator, 1)
    }
    assert queries.versions_as_of(session, [evaluator.id], NOW - timedelta(1)) == {}
    with pytest.raises(EvaluatorNotFound, match="1 to 2"):
        queries.get_version(session, evaluator, 3)


def test_a_refused_version_leaves_everything_as_it_was(session: Session) -> None:
    evaluator = make_evaluator(session)

    with pytest.raises(DossierRejected) as refused:
        saved(session, evaluator, make_dossier(declarations=[], region="mca:1"))

    assert {each.code for each in refused.value.violations} == {"declaration-removed", "bad-region"}
    assert evaluator.dossier_number == 1
    with pytest.raises(DossierRejected):
        apply(session, OPERATOR, Submission(make_dossier(1, status="qualified")), NOW)


def test_a_change_of_what_is_there_no_more_is_refused(session: Session) -> None:
    evaluator = make_evaluator(session)
    read_before = evaluator.dossier_sha256
    saved(session, evaluator, make_dossier(address="One"))

    with pytest.raises(DossierChanged, match="version 2"):
        save(session, OPERATOR, evaluator, Submission(make_dossier(address="Two")), read_before, LATER)


def test_equal_content_makes_no_version_and_may_correct_a_name(session: Session) -> None:
    evaluator = make_evaluator(session)

    taken = saved(session, evaluator, make_dossier(persons=[{"id": "p-1", "name": "张叁"}]))

    assert taken.version.number == evaluator.dossier_number == 1
    assert queries.get_person(session, evaluator, "p-1").name == "张叁"


def test_one_credit_code_is_one_evaluator(session: Session) -> None:
    make_evaluator(session, 0)
    other = make_evaluator(session, 1)

    with pytest.raises(EvaluatorKnown, match="ev-000001"):
        make_evaluator(session, 0, address="Elsewhere")
    with pytest.raises(EvaluatorKnown, match="ev-000001"):
        saved(session, other, make_dossier(0))


def test_the_same_request_gets_the_same_answer(session: Session) -> None:
    first = apply(session, OPERATOR, Submission(make_dossier(), "k"), NOW)
    second = saved(session, first.evaluator, make_dossier(address="One"), "k2")
    third = saved(session, first.evaluator, make_dossier(address="Two"))

    again = apply(session, OPERATOR, Submission(make_dossier(), "k"), LATER)
    saved_again = save(
        session, OPERATOR, first.evaluator, Submission(make_dossier(address="One"), "k2"), first.version.sha256, LATER
    )

    assert (again.version, again.is_replayed) == (first.version, True)
    assert (saved_again.version, saved_again.is_replayed) == (second.version, True)
    assert first.evaluator.dossier_number == third.version.number == 3


def test_a_key_is_of_one_request_and_of_one_sender(session: Session) -> None:
    evaluator = apply(session, OPERATOR, Submission(make_dossier(), "k"), NOW).evaluator
    applicant = acting(session, make_person(session, now=NOW), NOW)

    for attempt in (
        lambda: apply(session, OPERATOR, Submission(make_dossier(address="Other"), "k"), NOW),
        lambda: saved(session, evaluator, make_dossier(), "k"),
    ):
        with pytest.raises(DossierKeyReused):
            attempt()
    assert not apply(session, applicant, Submission(make_dossier(1), "k"), NOW).is_replayed


def test_only_those_who_act_for_the_evaluator_save_its_dossier(session: Session) -> None:
    mine, others = make_evaluator(session, 0), make_evaluator(session, 1)
    actor = acting(session, make_person(session, HeldRole(Role.EVALUATOR, mine.code), now=NOW), NOW)

    save(session, actor, mine, Submission(make_dossier(0, address="One")), mine.dossier_sha256, LATER)

    with pytest.raises(NotAllowed):
        save(session, actor, others, Submission(make_dossier(1, address="One")), others.dossier_sha256, LATER)


def test_search_finds_former_names_and_takes_no_pattern(session: Session) -> None:
    renamed = [
        {"name": "小山评估有限公司", "valid_to": "2026-02-01"},
        {"name": "Acme_100% 评估", "valid_from": "2026-02-01"},
    ]
    make_evaluator(session, 0, names=renamed)
    make_evaluator(session, 1)

    assert names(session, Search("小山")) == ["ev-000001"]
    assert names(session, Search("\uff21CME")) == ["ev-000001"]
    assert names(session, Search("大山")) == ["ev-000002"]
    assert names(session, Search("%")) == []
    assert names(session, Search(credit_code=make_credit_code(1))) == ["ev-000002"]
    assert queries.list_evaluators(session, Search(), limit=1, after=1)[0].code == "ev-000002"


def test_a_name_is_erased_for_good(session: Session) -> None:
    evaluator = make_evaluator(session)

    erase_person(session, OPERATOR, evaluator, "p-1", "Asked for it.", LATER)

    person = queries.get_person(session, evaluator, "p-1")
    assert (person.name, person.erased_at) == (None, LATER)
    assert queries.list_known(session, StaffPost, evaluator.id)[0].person_id == person.id
    with pytest.raises(PersonErased):
        erase_person(session, OPERATOR, evaluator, "p-1", "Again.", LATER)
    with pytest.raises(PersonNotFound):
        erase_person(session, OPERATOR, evaluator, "p-9", "Unknown.", LATER)
    with pytest.raises(DossierRejected, match="was erased"):
        saved(session, evaluator, make_dossier(address="One"))
    assert saved(session, evaluator, make_dossier(address="One", persons=[{"id": "p-1"}])).version.number == 2


@pytest.mark.parametrize("change", ["UPDATE dossier_versions SET content = '{}'", "DELETE FROM evidence_files"])
def test_what_was_handed_in_cannot_be_changed(database: Database, change: str) -> None:
    def fill(session: Session) -> None:
        hand_in(session, OPERATOR, make_evaluator(session), "a.pdf", b"%PDF-", NOW)

    write(database, fill)

    with pytest.raises(DBAPIError, match="immutable"), database.engine.begin() as connection:
        connection.exec_driver_sql(change)


def test_a_failure_leaves_nothing_behind(database: Database) -> None:
    def work(session: Session) -> None:
        make_evaluator(session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(database, work)

    for table in (Evaluator, DossierVersion, Person, EvaluatorName):
        assert read(database, lambda session, table=table: session.scalar(select(func.count()).select_from(table))) == 0


def test_two_evaluators_with_one_credit_code_cannot_stand_in_the_database(database: Database) -> None:
    write(database, lambda session: make_evaluator(session, 0).id)

    with pytest.raises(ConstraintViolated):
        write(database, lambda session: setattr(make_evaluator(session, 1), "credit_code", make_credit_code(0)))
