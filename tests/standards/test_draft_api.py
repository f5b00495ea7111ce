"""Drafts through the API: headings, preconditions, refusals as problem details, one good path to publication."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from api_requests import JSON_TYPE, assert_problem, stranger_of
from draft_samples import make_document
from people import key_of, saved_person
from starlette.testclient import TestClient

from registry import deps
from registry.accounts import service as accounts
from registry.accounts.permissions import OPERATOR, Role
from registry.canonical import digest
from registry.clock import utc_now
from registry.db import Database, write
from registry.standards import checking_service, draft_api
from registry.validity import ZONE

DRAFTS = "/api/v1/standards/drafts"
NOBODYS = f"{DRAFTS}/00000000-0000-4000-8000-000000000000"
Clients = Callable[..., TestClient]


@pytest.fixture
def client(database: Database) -> Clients:
    """Of somebody with these roles."""

    def make(*roles: Role) -> TestClient:
        made = stranger_of(database)
        made.headers.update(saved_person(database, *roles).bearer)
        return made

    return make


@pytest.fixture
def editor(client: Clients) -> TestClient:
    return client(Role.EDITOR)


@pytest.fixture
def approver(client: Clients) -> TestClient:
    return client(Role.APPROVER)


def created(editor: TestClient, **changes: Any) -> tuple[str, str]:
    """Address and ETag."""
    response = editor.post(DRAFTS, json=make_document(**changes))
    assert response.status_code == 201, response.text
    return response.headers["location"], response.headers["etag"]


def seen(tag: str) -> dict[str, str]:
    return {"if-match": tag}


def test_from_the_first_draft_to_withdrawal(editor: TestClient, approver: TestClient) -> None:
    address, tag = created(editor)
    assert tag == f'"{digest(make_document())}"'

    saved = editor.put(address, json=make_document(1), headers=seen(tag))
    assert (saved.status_code, saved.json()["revision"], saved.json()["state"]) == (200, 2, "draft")
    assert editor.post(f"{address}/submit").json()["state"] == "in_review"
    tag = saved.headers["etag"]
    returned = approver.post(f"{address}/return", json={"sha256": tag.strip('"'), "comment": "Say\nwhy."})
    assert returned.json()["state"] == "draft"
    editor.post(f"{address}/submit")
    approved = approver.post(f"{address}/approve", json={"sha256": tag.strip('"')})
    assert approved.json()["is_approved"] is True
    assert [each["decision"] for each in approved.json()["reviews"]] == ["return", "approve"]
    published = editor.post(f"{address}/publish", headers=seen(tag))
    assert (published.status_code, published.json()["sha256"]) == (200, tag.strip('"'))
    shown = approver.get(address)
    assert (shown.headers["etag"], shown.json()["document"]) == (tag, make_document(1))
    assert shown.json()["state"] == "published"

    today = utc_now().astimezone(ZONE).date()
    withdrawn = approver.post(
        "/api/v1/standards/town-order/1.0.0/withdrawal", json={"reason": "Wrong unit.", "from": str(today)}
    )
    assert (withdrawn.status_code, withdrawn.json()["withdrawn_from"]) == (201, str(today))


def test_a_draft_that_is_wrong_is_not_submitted(editor: TestClient) -> None:
    criteria = make_document()["criteria"]
    criteria[0]["measure"]["rule"] = "facts.no_such > 1"
    address, _ = created(editor, criteria=criteria)

    problem = assert_problem(editor.post(f"{address}/submit"), 422, "standard-rejected")
    assert problem["errors"][0]["pointer"].startswith("/criteria/0")


def test_the_solver_never_runs_while_others_wait_for_their_turn(
    editor: TestClient, approver: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def noted(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def with_note(*arguments: Any) -> Any:
            steps.append(name)
            return step(*arguments)

        return with_note

    monkeypatch.setattr(deps, "take_turn", noted("turn", deps.take_turn))
    monkeypatch.setattr(checking_service, "judge_strictness", noted("solver", checking_service.judge_strictness))
    address, tag = created(editor, title={"en": f"Never judged before: {uuid4()}"})

    with monkeypatch.context() as changed_in_between:
        changed_in_between.setattr(draft_api, "judge_ahead", lambda *_: None)
        assert_problem(editor.post(f"{address}/submit"), 412, "draft-changed")
    assert steps == ["turn", "turn"]

    assert editor.post(f"{address}/submit").status_code == 200
    assert steps[2:] == ["solver", "turn"]

    assert approver.post(f"{address}/approve", json={"sha256": tag.strip('"')}).status_code == 200
    assert editor.post(f"{address}/publish", headers=seen(tag)).status_code == 200
    assert steps[4:] == ["turn", "turn"]


def test_publication_without_an_approval_says_what_is_missing(editor: TestClient) -> None:
    address, tag = created(editor)
    assert_problem(editor.post(f"{address}/publish", headers=seen(tag)), 409, "draft-not-in-state")
    editor.post(f"{address}/submit")

    problem = assert_problem(editor.post(f"{address}/publish", headers=seen(tag)), 409, "approval-missing")
    assert "an approver who edited nothing of the draft" in problem["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_a_change_names_what_it_was_made_to(editor: TestClient, method: str) -> None:
    address, tag = created(editor)
    address += "/publish" if method == "POST" else ""
    options: dict[str, Any] = {"json": make_document(1)} if method == "PUT" else {}

    assert_problem(editor.request(method, address, **options), 428, "draft-version-not-named")
    for stale in ("*", '"stale"', f"W/{tag}", tag.strip('"'), f'"{"0" * 64}", W/{tag}'):
        answer = editor.request(method, address, headers=seen(stale), **options)
        assert_problem(answer, 412, "draft-changed")
    listed = editor.request(method, address, headers=seen(f'"other", {tag}'), **options)
    assert listed.status_code == (409 if method == "POST" else 200)


def test_a_discarded_draft_frees_its_version(editor: TestClient) -> None:
    address, tag = created(editor)
    assert_problem(editor.post(DRAFTS, json=make_document(1)), 409, "version-taken")
    assert editor.delete(address, headers=seen(tag)).json()["state"] == "discarded"

    assert created(editor)[0] != address
    assert_problem(editor.put(address, json=make_document(1), headers=seen(tag)), 409, "draft-not-in-state")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-body"),
        (b'{"id": "a-b", "id": "a-c"}', 400, "malformed-body"),
        (b'{"weight": NaN}', 400, "malformed-body"),
        (b"[]", 422, "invalid-request"),
        (b"{}", 422, "unknown-document-kind"),
        (b'{"$schema": "https://example.org/x"}', 422, "unknown-document-kind"),
        (json.dumps({"$schema": make_document()["$schema"]}).encode(), 422, "standard-rejected"),
        (b'{"a": "' + b"x" * 4 * 1024 * 1024 + b'"}', 413, "body-too-large"),
    ],
)
def test_what_is_no_document_is_refused(editor: TestClient, body: bytes, status: int, code: str) -> None:
    assert_problem(editor.post(DRAFTS, content=body, headers=JSON_TYPE), status, code)
    address, tag = created(editor)
    assert_problem(editor.put(address, content=body, headers=JSON_TYPE | seen(tag)), status, code)


def test_another_media_type_is_not_read(editor: TestClient) -> None:
    assert_problem(editor.post(DRAFTS, content=b"{}"), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("return", {"sha256": "0" * 64}),
        ("return", {"sha256": "0" * 64, "comment": " "}),
        ("return", {"sha256": "0" * 64, "comment": "\u200b"}),
        ("approve", {"sha256": "0" * 63}),
        ("approve", {"sha256": "0" * 64, "decision": "approve"}),
    ],
)
def test_a_review_of_another_form_is_refused(approver: TestClient, step: str, body: dict[str, Any]) -> None:
    assert_problem(approver.post(f"{NOBODYS}/{step}", json=body), 422, "invalid-request")


@pytest.mark.parametrize("day", ["2026-02-30", "20260101", "0", "", 20260101])
def test_a_withdrawal_names_a_day(approver: TestClient, day: object) -> None:
    address = "/api/v1/standards/town-order/1.0.0/withdrawal"
    assert_problem(approver.post(address, json={"reason": "x", "from": day}), 422, "invalid-request")
    assert_problem(approver.post(address, json={"reason": "x", "from": "2999-01-01"}), 404, "standard-not-found")


@pytest.mark.parametrize("identifier", [NOBODYS.rpartition("/")[2], "x", "%00", "a" * 1000])
def test_a_draft_that_is_not_there(editor: TestClient, approver: TestClient, identifier: str) -> None:
    address, tag = f"{DRAFTS}/{identifier}", seen('"x"')

    for answer in (
        editor.get(address),
        editor.put(address, json={}, headers=tag),
        editor.delete(address, headers=tag),
        editor.post(f"{address}/submit"),
        editor.post(f"{address}/publish", headers=tag),
        approver.post(f"{address}/approve", json={"sha256": "0" * 64}),
        approver.post(f"{address}/return", json={"sha256": "0" * 64, "comment": "x"}),
    ):
        assert_problem(answer, 404, "draft-not-found")


def test_only_editors_and_approvers_see_drafts(client: Clients, editor: TestClient, approver: TestClient) -> None:
    address, _ = created(editor)

    assert approver.get(address).status_code == approver.get(DRAFTS).status_code == 200
    for role in (Role.AUDITOR, Role.PROCUREMENT, Role.ADMINISTRATOR):
        other = client(role)
        assert_problem(other.get(address), 403, "not-allowed")
        assert_problem(other.get(DRAFTS), 403, "not-allowed")


def test_a_key_does_what_its_scope_says(database: Database) -> None:
    person = saved_person(database, Role.EDITOR)
    key = write(database, lambda session: key_of(session, person, ["standard.read_draft"]))
    reader = stranger_of(database)
    reader.headers["authorization"] = f"Bearer {key}"

    assert reader.get(DRAFTS).status_code == 200
    assert_problem(reader.post(DRAFTS, json=make_document()), 403, "not-allowed")


def test_pages_of_drafts_lead_to_the_next(editor: TestClient) -> None:
    made = {created(editor, id=f"town-{number}")[0].rpartition("/")[2] for number in range(5)}
    page, found = f"{DRAFTS}?limit=2", []
    while page:
        answer = editor.get(page).json()
        found += [each["id"] for each in answer["drafts"]]
        page = answer["next"]

    assert len(found) == 5
    assert set(found) == made
    assert_problem(editor.get(f"{DRAFTS}?cursor=x"), 422, "cursor-rejected")


def test_a_right_that_was_just_removed_does_not_act(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the door and the transaction the role goes."""
    person = saved_person(database, Role.EDITOR)
    editor = stranger_of(database)
    editor.headers.update(person.bearer)
    as_of_now = deps.as_of_now

    def after_revocation(session: Any, asking: Any, now: Any) -> Any:
        accounts.revoke(session, OPERATOR, person.account_id, person.grants[0], now)
        session.flush()
        return as_of_now(session, asking, now)

    monkeypatch.setattr(deps, "as_of_now", after_revocation)

    assert_problem(editor.post(DRAFTS, json=make_document()), 403, "not-allowed")
