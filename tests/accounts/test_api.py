"""The API of accounts: who am I, keys, and for administrators accounts and roles; every refusal is a problem."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from api_requests import COMPARISONS, assert_problem, created, make_body, stranger_of
from people import Person, key_of, saved_person
from pydantic import BaseModel
from sqlalchemy import func, select
from starlette.testclient import TestClient

from registry.accounts.models import Account, ApiKey, RoleGrant
from registry.accounts.permissions import HeldRole, Role
from registry.accounts.wire import AccountIn, KeyIn, RoleIn
from registry.clock import utc_now
from registry.db import Database, read, write
from registry.reliability import api as reliability_api

ACCOUNT, ACCOUNTS, KEYS = "/api/v1/account", "/api/v1/accounts", "/api/v1/account/keys"


@pytest.fixture
def client(database: Database) -> TestClient:
    return stranger_of(database)


@pytest.fixture
def administrator(database: Database) -> Person:
    return saved_person(database, Role.ADMINISTRATOR)


def test_who_am_i(client: TestClient, database: Database) -> None:
    person = saved_person(database, Role.EVALUATOR)

    answer = client.get(ACCOUNT, headers=person.bearer).json()

    assert (answer["account_id"], answer["name"], answer["via"]) == (str(person.account_id), person.name, "key")
    assert [(each["role"], each["evaluator_id"]) for each in answer["roles"]] == [("evaluator", "甲")]


@pytest.mark.parametrize(
    "authorization", ["Bearer x", "Bearer ", "Bearer", "Basic d2FuZzp4", "", "bearer evr_x", "Bearer \u00e9vr"]
)
def test_a_key_that_is_none_is_not_nobody(client: TestClient, authorization: str) -> None:
    answer = client.get("/", headers={"authorization": authorization.encode("latin-1"), "accept": "application/json"})

    assert_problem(answer, 401, "key-rejected")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_without_any_account_the_api_says_how_to_make_the_first(client: TestClient, database: Database) -> None:
    before = assert_problem(client.post(COMPARISONS, json=make_body()), 401, "sign-in-needed")
    saved_person(database)
    after = assert_problem(client.post(COMPARISONS, json=make_body()), 401, "sign-in-needed")

    assert "registry accounts create-administrator" in before["detail"]
    assert "create-administrator" not in after["detail"]
    assert client.get("/").status_code == 200


def test_an_administrator_makes_an_account_and_its_holder_gets_in(client: TestClient, administrator: Person) -> None:
    made = client.post(ACCOUNTS, json={"name": "Zhang"}, headers=administrator.bearer)

    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["roles"]) == ("zhang", [])
    assert made.json()["invitation"].startswith("http://testserver/invitation?token=")
    listed = client.get(ACCOUNTS, headers=administrator.bearer).json()["accounts"]
    assert [each["name"] for each in listed] == [administrator.name, "zhang"]
    assert "invitation" not in listed[1]
    assert_problem(client.post(ACCOUNTS, json={"name": "ZHANG"}, headers=administrator.bearer), 409, "name-taken")
    assert_problem(client.post(ACCOUNTS, json={"name": "a b"}, headers=administrator.bearer), 422, "name-refused")


def test_accounts_are_paged(client: TestClient, administrator: Person, database: Database) -> None:
    everybody = {str(saved_person(database).account_id) for _ in range(4)} | {str(administrator.account_id)}
    seen: list[str] = []
    address = f"{ACCOUNTS}?limit=2"
    while address:
        page = client.get(address, headers=administrator.bearer).json()
        seen += [each["id"] for each in page["accounts"]]
        address = page["next"]

    assert (sorted(seen), len(seen)) == (sorted(everybody), 5)
    bad = client.get(f"{ACCOUNTS}?cursor=abc", headers=administrator.bearer)
    assert_problem(bad, 422, "cursor-rejected")


def test_a_powerful_role_needs_two_administrators(
    client: TestClient, administrator: Person, database: Database
) -> None:
    second, wang = saved_person(database, Role.ADMINISTRATOR), saved_person(database)
    roles = f"{ACCOUNTS}/{wang.account_id}/roles"
    granted = client.post(roles, json={"role": "auditor"}, headers=administrator.bearer)

    assert granted.status_code == 201
    assert granted.json()["waits_for_confirmation"] is True
    confirm = f"{roles}/{granted.json()['id']}/confirm"
    assert_problem(client.get(COMPARISONS, headers=wang.bearer), 403, "not-allowed")
    assert_problem(client.post(confirm, headers=administrator.bearer), 403, "separate-duties")
    assert client.post(confirm, headers=second.bearer).status_code == 200
    assert client.get(COMPARISONS, headers=wang.bearer).status_code == 200
    assert_problem(client.post(confirm, headers=second.bearer), 422, "role-refused")
    ended = client.delete(f"{roles}/{granted.json()['id']}", headers=administrator.bearer)
    assert ended.json()["roles"] == []
    assert_problem(client.get(COMPARISONS, headers=wang.bearer), 403, "not-allowed")


@pytest.mark.parametrize(
    "body",
    [
        {"role": "king"},
        {"role": "evaluator"},
        {"role": "auditor", "evaluator_id": "甲"},
        {"role": "site_representative"},
        {"role": "editor", "region": []},
        {"role": "editor", "region": ["\u202e"]},
        {"role": "editor", "valid_from": "2020-01-01T00:00:00Z"},
        {"role": 5},
        {},
        [],
    ],
)
def test_a_role_that_cannot_be_granted_so_is_refused(
    client: TestClient, administrator: Person, database: Database, body: Any
) -> None:
    wang = saved_person(database)
    answer = client.post(f"{ACCOUNTS}/{wang.account_id}/roles", json=body, headers=administrator.bearer)

    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_an_account_is_disabled_at_the_version_that_was_seen(
    client: TestClient, administrator: Person, database: Database
) -> None:
    wang = saved_person(database, Role.EDITOR)
    address = f"{ACCOUNTS}/{wang.account_id}"
    headers = administrator.bearer

    assert_problem(client.post(f"{address}/disable", headers=headers | {"if-match": '"9"'}), 409, "stale-version")
    assert client.get(ACCOUNT, headers=wang.bearer).status_code == 200
    disabled = client.post(f"{address}/disable", headers=headers | {"if-match": '"1"'}).json()
    assert (disabled["version"], disabled["disabled_at"] is None) == (2, False)
    assert_problem(client.get(ACCOUNT, headers=wang.bearer), 401, "key-rejected")
    assert client.post(f"{address}/enable", headers=headers).json()["disabled_at"] is None
    assert client.get(ACCOUNT, headers=wang.bearer).status_code == 200


def test_an_administrator_does_not_act_on_the_own_account(client: TestClient, administrator: Person) -> None:
    address = f"{ACCOUNTS}/{administrator.account_id}"
    grant = client.post(f"{address}/roles", json={"role": "editor"}, headers=administrator.bearer)

    assert_problem(grant, 403, "separate-duties")
    assert_problem(client.post(f"{address}/disable", headers=administrator.bearer), 403, "separate-duties")


@pytest.mark.parametrize(
    "identifier", ["x", "{00000000-0000-4000-8000-000000000000}", "00000000-0000-4000-8000-000000000000"]
)
def test_what_is_not_there_is_not_found(client: TestClient, administrator: Person, identifier: str) -> None:
    mine = f"{ACCOUNTS}/{administrator.account_id}"
    for method, address in (
        ("GET", f"{ACCOUNTS}/{identifier}"),
        ("POST", f"{ACCOUNTS}/{identifier}/disable"),
        ("POST", f"{ACCOUNTS}/{identifier}/invitation"),
        ("DELETE", f"{KEYS}/{identifier}"),
    ):
        assert client.request(method, address, headers=administrator.bearer).status_code == 404
    assert client.delete(f"{mine}/roles/{identifier}", headers=administrator.bearer).status_code in (403, 404)


def test_a_key_is_shown_once_and_opens_what_its_scope_says(client: TestClient, database: Database) -> None:
    person = saved_person(database, Role.AUDITOR)
    wanted = {"label": "laptop", "scope": ["comparison.read"], "days": 30}
    made = client.post(KEYS, json=wanted, headers=person.bearer).json()
    bearer = {"authorization": f"Bearer {made['key']}"}

    assert made["key"].startswith(made["prefix"])
    assert client.get(COMPARISONS, headers=bearer).status_code == 200
    refused = assert_problem(client.post(COMPARISONS, json=make_body(), headers=bearer), 403, "not-allowed")
    assert "comparison.record" in refused["detail"]
    listed = client.get(KEYS, headers=person.bearer).json()["keys"]
    assert listed[0]["id"] == made["id"]
    assert all("key" not in each for each in listed)
    assert listed[0]["last_used_at"] is not None
    revoked = client.delete(f"{KEYS}/{made['id']}", headers=person.bearer).json()
    assert revoked["revoked_at"] is not None
    assert_problem(client.get(COMPARISONS, headers=bearer), 401, "key-rejected")


def test_a_key_makes_no_key_that_can_more(client: TestClient, database: Database) -> None:
    person = saved_person(database, Role.AUDITOR)
    weak = write(database, lambda session: key_of(session, person, ["account.own_keys", "comparison.read"], 10))
    bearer = {"authorization": f"Bearer {weak}"}
    wanted = {"label": "x", "scope": ["comparison.read"], "days": 5}

    assert client.post(KEYS, json=wanted, headers=bearer).status_code == 201
    wider = client.post(KEYS, json=wanted | {"scope": ["comparison.record"]}, headers=bearer)
    longer = client.post(KEYS, json=wanted | {"days": 11}, headers=bearer)
    assert_problem(wider, 422, "key-refused")
    assert_problem(longer, 422, "key-refused")


def test_no_key_is_made_for_what_only_a_person_does(client: TestClient, database: Database) -> None:
    person = saved_person(database)
    for scope in (["account.change_own"], ["everything"], ["pages.read"], []):
        answer = client.post(KEYS, json={"label": "x", "scope": scope}, headers=person.bearer)
        assert answer.status_code == 422
    assert client.post("/account/sessions/end-others", headers=person.bearer).status_code == 403


def test_another_ones_keys_are_not_there(client: TestClient, database: Database) -> None:
    mine, other = saved_person(database), saved_person(database)
    theirs = read(
        database, lambda session: session.scalar(select(ApiKey.id).where(ApiKey.account_id == other.account_id))
    )

    assert_problem(client.delete(f"{KEYS}/{theirs}", headers=mine.bearer), 404, "key-not-found")
    assert client.get(ACCOUNT, headers=other.bearer).status_code == 200


def test_a_job_is_followed_by_who_handed_it_in(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reliability_api, "SYNCHRONOUS_BYTES", 10)
    owner, auditor, officer = (saved_person(database, role) for role in (Role.AUDITOR, Role.AUDITOR, Role.PROCUREMENT))
    job = client.post(COMPARISONS, json=make_body(), headers=owner.bearer).headers["location"]
    absent = client.get(f"/api/v1/jobs/{uuid4()}", headers=officer.bearer)

    assert client.get(job, headers=owner.bearer).status_code == 200
    assert client.get(job, headers=auditor.bearer).status_code == 200
    assert client.get(job, headers=officer.bearer).json() == absent.json()
    assert absent.status_code == 404


def test_an_idempotency_key_is_the_callers_own(client: TestClient, database: Database) -> None:
    one, other = saved_person(database, Role.AUDITOR), saved_person(database, Role.AUDITOR)
    headers = {"idempotency-key": "a-1"}
    first = client.post(COMPARISONS, json=make_body(), headers=headers | one.bearer)
    again = client.post(COMPARISONS, json=make_body(), headers=headers | one.bearer)
    foreign = client.post(COMPARISONS, json=make_body(), headers=headers | other.bearer)

    assert first.json()["id"] == again.json()["id"] != foreign.json()["id"]
    assert foreign.status_code == 201


def test_a_limited_auditor_does_not_reach_what_lies_nowhere(client: TestClient, database: Database) -> None:
    limited = saved_person(database, HeldRole(Role.AUDITOR, region=("浙江省",)))

    refused = assert_problem(client.get(COMPARISONS, headers=limited.bearer), 403, "not-allowed")
    assert "does not reach" in refused["detail"]


def test_readers_read_what_auditors_record(client: TestClient, database: Database) -> None:
    auditor, officer = saved_person(database, Role.AUDITOR), saved_person(database, Role.PROCUREMENT)
    client.headers.update(auditor.bearer)
    made = created(client)
    client.headers.update(officer.bearer)

    assert client.get(made["links"]["self"]).json() == made
    assert client.post(f"{made['links']['self']}/replay").json()["identical"] is True
    assert_problem(client.post(COMPARISONS, json=make_body()), 403, "not-allowed")


MODEL_FIELDS = sorted({column.name for table in (Account, ApiKey, RoleGrant) for column in table.__table__.columns})
GUESSED = [
    "is_admin", "admin", "roles", "permissions", "owner", "owner_id", "accountId", "user", "user_id", "is_active",
    "is_superuser", "verified", "approved", "approved_by", "status", "state", "created_by", "updated_at",
    "created", "deleted", "password", "passwordHash", "key", "token", "tenant", "group", "groups", "level",
    "rank", "privileges", "grants", "valid_from", "valid_to", "confirmed", "confirmed_by", "granted_by",
    "waits_for_confirmation", "__proto__", "constructor", "_id", "invitation", "session", "session_token",
    "email", "display_name", "expires", "last_used", "hash", "secret", "second_factor", "via",
]  # fmt: skip


def test_no_member_is_stored_that_is_not_asked_for(
    client: TestClient, administrator: Person, database: Database
) -> None:
    """T6: each route that writes by a body, every column of the tables, and guessed names."""
    wang = saved_person(database)

    def rows() -> tuple[int, ...]:
        counts = [select(func.count()).select_from(table) for table in (Account, ApiKey, RoleGrant)]
        return read(database, lambda session: tuple(session.scalar(each) or 0 for each in counts))

    before = rows()
    bodies: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
        ACCOUNTS: (AccountIn, {"name": "new"}),
        KEYS: (KeyIn, {"label": "x", "scope": ["comparison.read"], "days": 5}),
        f"{ACCOUNTS}/{wang.account_id}/roles": (RoleIn, {"role": "editor"}),
    }
    tried = 0
    for address, (model, body) in bodies.items():
        for name in {*MODEL_FIELDS, *GUESSED} - set(model.model_fields):
            answer = client.post(address, json=body | {name: "x"}, headers=administrator.bearer)
            problem = assert_problem(answer, 422, "invalid-request")
            assert problem["errors"][0]["pointer"] == f"/{name}"
            tried += 1

    assert len(GUESSED) >= 50
    assert tried >= 150
    assert rows() == before


def test_use_is_written_down_at_most_once_a_minute(client: TestClient, database: Database) -> None:
    person = saved_person(database)

    def last_used() -> Any:
        return read(
            database,
            lambda session: session.scalar(select(ApiKey.last_used_at).where(ApiKey.account_id == person.account_id)),
        )

    client.get(ACCOUNT, headers=person.bearer)
    first = last_used()
    client.get(ACCOUNT, headers=person.bearer)
    assert last_used() == first

    def age(session: Any) -> None:
        session.scalar(select(ApiKey).where(ApiKey.account_id == person.account_id)).last_used_at = (
            utc_now() - timedelta(minutes=2)
        )

    write(database, age)
    client.get(ACCOUNT, headers=person.bearer)
    assert last_used() > first
