"""A standard and its localization from the draft to the withdrawal, through the API alone; and the log of it."""

import os
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from api_requests import assert_problem, stranger_of
from draft_samples import NOW
from log_rows import faults
from people import acting, make_person, saved_person
from sqlalchemy.orm import Session
from standard_places import COUNTY, make_layer, make_town_standard, take_places
from starlette.testclient import TestClient

from registry.accounts.permissions import OPERATOR, Role
from registry.audit.entry import read_entry
from registry.canonical import canonical_json, digest
from registry.clock import utc_now
from registry.db import Database, open_database, read, write
from registry.standards import draft_service, publishing_service, queries
from registry.standards.checking_service import check_publishable
from registry.validity import legal_day

API = "/api/v1/standards"
STANDARD = make_town_standard()
COUNTYS = make_layer(STANDARD)
PATIENCE_S = 120
Clients = Callable[..., TestClient]


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Clients:
    """Of another person each time, with these roles."""
    write(database, lambda session: take_places(session, tmp_path))

    def make(*roles: Role) -> TestClient:
        made = stranger_of(database)
        made.headers.update(saved_person(database, *roles).bearer)
        return made

    return make


def good(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def drafted(editor: TestClient, document: Any) -> str:
    """The address of a draft in review, which was corrected once."""
    made = editor.post(f"{API}/drafts", json=document | {"title": {"en": "First try"}})
    good(made, 201)
    address, tag = made.headers["location"], made.headers["etag"]
    assert_problem(editor.put(address, json=document), 428, "draft-version-not-named")
    saved = editor.put(address, json=document, headers={"if-match": tag})
    assert (good(saved)["revision"], saved.headers["etag"]) == (2, f'"{digest(document)}"')
    assert_problem(editor.put(address, json=document, headers={"if-match": tag}), 412, "draft-changed")
    good(editor.post(f"{address}/submit"))
    return str(address)


def published(editor: TestClient, approver: TestClient, document: Any) -> None:
    address, sha256 = drafted(editor, document), digest(document)
    tag = {"if-match": f'"{sha256}"'}
    assert_problem(editor.post(f"{address}/publish", headers=tag), 409, "approval-missing")
    good(approver.post(f"{address}/approve", json={"sha256": sha256, "comment": "Read."}))
    assert good(editor.post(f"{address}/publish", headers=tag))["sha256"] == sha256


def resolved(reader: TestClient, on: date, **parameters: str) -> Any:
    given = {"region": COUNTY, "on": str(on)} | parameters
    return reader.get(f"{API}/town-order/1.2.0/resolved", params=given)


def logged(auditor: TestClient) -> list[str]:
    """What was done to standards, the oldest first."""
    entries = good(auditor.get("/api/v1/audit/entries", params={"limit": 1000}))["entries"]
    actions = [read_entry(each["entry"])["action"].partition(".") for each in entries]
    return [verb for family, _, verb in actions if family == "standard"]


def test_from_a_draft_to_the_withdrawal(client: Clients, database: Database) -> None:
    editor, approver, auditor, reader = client(Role.EDITOR), client(Role.APPROVER), client(Role.AUDITOR), client()
    today = legal_day(utc_now())
    tomorrow = today + timedelta(1)

    published(editor, approver, STANDARD)
    published(editor, approver, COUNTYS)

    response = resolved(reader, today)
    answer = good(response)
    assert canonical_json(good(reader.get(f"{API}/town-order.county/1.0.0"))) == canonical_json(COUNTYS)
    [first] = [each for each in answer["resolved"]["parameters"] if each["id"] == "p"]
    assert (first["value"], answer["resolved"]["correspondence"], answer["is_stale"]) == ("3", "MOD", False)
    steps = {each["level"]: each for each in first["derivation"]}
    assert list(steps) == ["national", "province", "prefecture", "county"]
    assert [each["action"] for each in steps.values()][1:] == ["inherited", "inherited", "changed"]
    assert steps["county"]["by"] == "town-order.county@1.0.0"
    assert steps["county"]["set"]["rationale"] == COUNTYS["set"][0]["rationale"]

    published(editor, approver, make_town_standard(version="1.3.0", supersedes="1.2.0"))
    stale = good(resolved(reader, today))
    assert (stale["is_stale"], stale["sha256"]) == (True, answer["sha256"])
    assert [each["replaced_by"] for each in stale["successors"]] == ["town-order@1.3.0"]

    address = f"{API}/town-order/1.2.0/withdrawal"
    body = {"reason": "The measure was wrong.", "from": str(tomorrow)}
    assert_problem(editor.post(address, json=body), 403, "not-allowed")
    good(approver.post(address, json=body), 201)
    assert good(resolved(reader, today))["sha256"] == answer["sha256"]
    problem = assert_problem(resolved(reader, tomorrow), 422, "document-rejected")
    assert [(each["code"], each["file"]) for each in problem["errors"]] == [("NOT_IN_FORCE", "town-order@1.2.0")]

    one = ["draft", "save", "submit", "approve", "publish"]
    assert logged(auditor) == [*one, *one, *one, "withdraw"]
    assert faults(database) == []


def test_an_editor_under_a_second_account_is_the_same_person(client: Clients, database: Database) -> None:
    person = saved_person(database, Role.EDITOR)
    second = write(database, lambda session: make_person(session, Role.APPROVER, same_as=person.account_id))
    editor, approver = stranger_of(database), stranger_of(database)
    editor.headers.update(person.bearer)
    approver.headers.update(second.bearer)
    address = drafted(editor, STANDARD)

    answer = approver.post(f"{address}/approve", json={"sha256": digest(STANDARD)})

    assert_problem(answer, 403, "separate-duties")


def test_what_an_editor_changes_after_the_approval_has_to_be_approved_anew(client: Clients) -> None:
    editor, approver = client(Role.EDITOR), client(Role.APPROVER)
    address = drafted(editor, STANDARD)
    good(approver.post(f"{address}/approve", json={"sha256": digest(STANDARD)}))
    changed = STANDARD | {"title": {"en": "Slipped in"}}
    tag = {"if-match": f'"{digest(STANDARD)}"'}

    good(editor.put(address, json=changed, headers=tag))

    assert_problem(editor.post(f"{address}/publish", headers=tag), 412, "draft-changed")
    good(editor.post(f"{address}/submit"))
    answer = editor.post(f"{address}/publish", headers={"if-match": f'"{digest(changed)}"'})
    assert_problem(answer, 409, "approval-missing")


def saved_approved(database: Database) -> UUID:
    """A draft that waits only for publication."""

    def work(session: Session) -> UUID:
        editor, approver = (
            acting(session, make_person(session, role, now=NOW), NOW) for role in (Role.EDITOR, Role.APPROVER)
        )
        draft = draft_service.create_draft(session, editor, STANDARD, NOW)
        draft_service.submit(session, editor, draft.id, NOW, check_publishable)
        draft_service.approve(session, approver, draft.id, draft.sha256, "", NOW)
        return draft.id

    return write(database, work)


def publish_and_die(url: str, draft_id: UUID, *, is_saved: bool) -> None:
    """The process ends in the middle of publishing, with every row written and none saved; or as soon as all are."""

    def work(session: Session) -> None:
        publish_now(session, draft_id)
        session.flush()
        if not is_saved:
            os.kill(os.getpid(), signal.SIGKILL)

    with closing(open_database(url)) as database:
        write(database, work)
        os.kill(os.getpid(), signal.SIGKILL)


def publish_now(session: Session, draft_id: UUID) -> None:
    publishing_service.publish(session, OPERATOR, draft_id, digest(STANDARD), NOW, check_publishable)


def state_of(database: Database, draft_id: UUID) -> tuple[str, bool]:
    def look(session: Session) -> tuple[str, bool]:
        found = queries.find_published(session, None, "town-order", "1.2.0")
        return queries.get_draft(session, draft_id).state, found is not None

    return read(database, look)


@pytest.mark.slow
@pytest.mark.parametrize("is_saved", [False, True])
def test_a_kill_while_publishing_leaves_all_or_nothing(
    client: Clients, database: Database, database_url: str, is_saved: bool
) -> None:
    auditor, draft_id = client(Role.AUDITOR), saved_approved(database)

    process = get_context("spawn").Process(
        target=publish_and_die, args=(database_url, draft_id), kwargs={"is_saved": is_saved}
    )
    process.start()
    process.join(PATIENCE_S)

    assert process.exitcode == -signal.SIGKILL
    assert state_of(database, draft_id) == (("published", True) if is_saved else ("in_review", False))
    assert logged(auditor).count("publish") == is_saved
    if not is_saved:
        write(database, lambda session: publish_now(session, draft_id))
    assert state_of(database, draft_id) == ("published", True)
    assert logged(auditor) == ["draft", "submit", "approve", "publish"]
    assert faults(database) == []
