"""Many questions of one transaction: answered as each would be alone, with statements that do not grow with them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from exclusion_samples import csv_of, make_row, record_list
from register_samples import NOW, credit_code, imported, make_evaluator, make_grant, read_rows
from sqlalchemy import event
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.eligibility.answering_service import answer_question
from registry.eligibility.asking_service import body_of
from registry.eligibility.batch import Defaults
from registry.eligibility.batch_inputs import read_bidders_bytes
from registry.eligibility.batch_service import Order, answer_batch
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.party_facts_service import Instants
from registry.eligibility.question import question_of
from registry.evaluators.exclusion_inputs import read_list_bytes
from registry.evaluators.exclusion_list_service import Query, import_list
from registry.looked_up import LookedUp

EVALUATORS, BARRED, UNREGISTERED = 12, 3, 99
LOT = Defaults(
    domain="environment", region="mca:330106", type="assessment", level="township",
    standard="town-environment@2.1.0", first="2026-05-01", until="2026-10-01", subjects=("mca:330106",),
)  # fmt: skip


@pytest.fixture
def register(session: Session, tmp_path: Path) -> Session:
    numbers = range(1, EVALUATORS + 1)
    # None of them like another, nor like an entry of the list.
    names = [f"{4 * character}环境评估有限公司" for character in "甲乙丙丁戊己庚辛壬癸子丑"]
    evaluators = [make_evaluator(each, name=name) for each, name in zip(numbers, names, strict=True)]
    grants = [make_grant(each) for each in numbers]
    imported(session, read_rows(tmp_path, evaluators, grants))
    record_list(session, now=NOW)
    given = read_list_bytes("list.csv", csv_of([make_row(BARRED, credit_code=credit_code(BARRED))]))
    import_list(session, OPERATOR, "ccgp-serious", given, Query(NOW), NOW)
    return session


def answers(session: Session, numbers: Sequence[int]) -> Any:
    given = read_bidders_bytes("b.csv", "\n".join(["evaluator", *map(credit_code, numbers)]).encode())
    return answer_batch(session, OPERATOR, given, Order(LOT, NOW, as_competitors=True)).answers


def alone(session: Session, request: Mapping[str, Any]) -> str:
    """The digest of the answer to this question and no other."""
    question = question_of(request)
    body = body_of(Lookups(session), question.evaluator, NOW)
    return answer_question(session, question, body, Instants(NOW, NOW)).sha256


def statements_of(session: Session, numbers: Sequence[int]) -> int:
    seen: list[str] = []
    bind = session.get_bind()

    def note(*statement: Any) -> None:
        seen.append(statement[2])

    session.expire_all()
    event.listen(bind, "before_cursor_execute", note)
    answers(session, numbers)
    event.remove(bind, "before_cursor_execute", note)
    return len(seen)


def test_each_of_many_is_answered_as_if_it_were_the_only_one(register: Session) -> None:
    found = answers(register, [*range(1, 6), UNREGISTERED])

    assert [each.sha256 for each in found] == [alone(register, each.content["request"]) for each in found]
    verdicts = [each.content["verdict"] for each in found]
    assert verdicts[BARRED - 1] == "ineligible"
    assert len(set(verdicts)) > 1


def test_more_questions_need_no_more_statements(register: Session) -> None:
    few, many = [1, 2, 4, 5], [1, 2, *range(4, EVALUATORS + 1)]
    answers(register, few)

    assert statements_of(register, many) == statements_of(register, few)


def test_two_spellings_of_a_code_that_is_not_registered_are_one_question(session: Session) -> None:
    code = credit_code(UNREGISTERED)
    given = read_bidders_bytes("b.csv", f"evaluator\n{code}\n{code.lower()}\n{code[:8]} {code[8:]}".encode())

    one, *others = answer_batch(session, OPERATOR, given, Order(LOT, NOW)).answers

    assert one.content["request"]["evaluator"] == code
    assert {each.sha256 for each in others} == {one.sha256}


def test_what_is_expected_is_looked_up_with_the_first_that_is_asked_for() -> None:
    asked: list[list[int]] = []

    def find(keys: list[int]) -> dict[int, str]:
        asked.append(keys)
        return {each: str(each) for each in keys if each < 10}

    found = LookedUp(find, "nothing")
    found.expect([1, 2, 11])

    assert [found[each] for each in (3, 1, 11, 2, 3)] == ["3", "1", "nothing", "2", "3"]
    assert [sorted(each) for each in asked] == [[1, 2, 3, 11]]
    found.expect([1, 4])
    assert (found[4], asked[1:]) == ("4", [[4]])
