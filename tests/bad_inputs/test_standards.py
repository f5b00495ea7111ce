"""Drafts of standards: who approves what, and what a change was made to."""

from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from bad_input_list import CASES
from draft_samples import make_document
from people import saved_person
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.db import Database

DRAFTS = "/api/v1/standards/drafts"


def statuses(case: str) -> list[int]:
    found: list[int] = CASES[case]["expected"]["status"]
    return found


def acting_as(database: Database, *roles: Role) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, *roles).bearer)
    return client


def submitted(editor: TestClient, document: dict[str, Any]) -> dict[str, Any]:
    made = editor.post(DRAFTS, json=document).json()
    answer: dict[str, Any] = editor.post(f"{DRAFTS}/{made['id']}/submit").json()
    return answer


def shown(reader: TestClient, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = reader.get(f"{DRAFTS}/{identifier}").json()
    return found


def test_d36_an_author_does_not_approve(database: Database) -> None:
    author = acting_as(database, Role.EDITOR, Role.APPROVER)
    draft = submitted(author, make_document())

    answer = author.post(f"{DRAFTS}/{draft['id']}/approve", json={"sha256": draft["sha256"], "comment": ""})

    assert_problem(answer, 403, "separate-duties")
    assert 403 in statuses("D36")
    assert shown(author, draft["id"])["reviews"] == []
    tag = {"if-match": f'"{draft["sha256"]}"'}
    assert_problem(author.post(f"{DRAFTS}/{draft['id']}/publish", headers=tag), 409, "approval-missing")


def test_d37_an_approval_is_of_one_digest(database: Database) -> None:
    editor, approver = acting_as(database, Role.EDITOR), acting_as(database, Role.APPROVER)
    draft = submitted(editor, make_document())
    address = f"{DRAFTS}/{draft['id']}"
    loaded = shown(approver, draft["id"])["sha256"]
    saved = editor.put(address, json=make_document(1), headers={"if-match": f'"{draft["sha256"]}"'}).json()
    editor.post(f"{address}/submit")

    answer = approver.post(f"{address}/approve", json={"sha256": loaded, "comment": "r1 is good."})

    assert_problem(answer, 409, "review-outdated")
    assert 409 in statuses("D37")
    published = editor.post(f"{address}/publish", headers={"if-match": f'"{saved["sha256"]}"'})
    assert_problem(published, 409, "approval-missing")
    assert shown(editor, draft["id"])["is_approved"] is False


def test_d38_an_update_without_a_precondition(database: Database) -> None:
    editor = acting_as(database, Role.EDITOR)
    made = editor.post(DRAFTS, json=make_document()).json()
    payload = CASES["D38"]["payload"]

    answer = editor.put(f"{DRAFTS}/{made['id']}", json=payload["body"], headers=payload["headers"])

    assert [answer.status_code] == statuses("D38")
    assert_problem(answer, 428, "draft-version-not-named")
    assert shown(editor, made["id"])["revision"] == 1


@pytest.mark.parametrize("headers", CASES["D39"]["payload"]["headers"], ids=["stale", "anything"])
def test_d39_neither_an_old_version_nor_a_star_stands_for_it(database: Database, headers: dict[str, str]) -> None:
    editor = acting_as(database, Role.EDITOR)
    made = editor.post(DRAFTS, json=make_document()).json()

    for body in (make_document(1), {"title": "x"}):
        answer = editor.put(f"{DRAFTS}/{made['id']}", json=body, headers=headers)

        assert [answer.status_code] == statuses("D39")
        assert_problem(answer, 412, "draft-changed")
    assert shown(editor, made["id"])["revision"] == 1
