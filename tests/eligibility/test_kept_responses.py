"""Responses that are kept: given again to the same key only while nothing was recorded and nothing has run out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from api_requests import assert_problem, make_app
from eligibility_world import World, make_world
from exclusion_samples import make_row, take
from people import Person, key_of, make_person
from sqlalchemy import event, select, update
from starlette.testclient import TestClient
from vetting_samples import make_scope

from registry.accounts import own_account_service, service, sign_in_service
from registry.accounts.models import ApiKey, RoleGrant
from registry.accounts.permissions import OPERATOR, HeldRole, Permission, Role
from registry.accounts.queries import actor_of_key
from registry.clock import utc_now
from registry.db import Database, open_database, read, write
from registry.eligibility import kept_responses_service
from registry.eligibility.kept_answers import KeptAnswer
from registry.eligibility.kept_responses import KeptResponse, LogState, request_digest

NOW = datetime(2026, 4, 15, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 4, 15, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SCOPE = {"domain": "one", "region": "mca:420000", "type": "annual", "standard": "rural-rev@2.1.0", "level": "town"}
PATH = "/api/v1/eligibility"


@dataclass
class Desk:
    """A server at an instant of its own; what is recorded comes from another process, as far as it can tell."""

    served: Database
    elsewhere: Database
    client: TestClient
    world: World
    item: str
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def record(self, work: Callable[[Any], Any]) -> Any:
        return write(self.elsewhere, work)

    def person(self, *roles: Role | HeldRole, **known: Any) -> Person:
        made: Person = self.record(lambda session: make_person(session, *roles, now=self.now, **known))
        return made

    def ask(self, person: Person | None, **changes: Any) -> Any:
        self.asked.clear()
        headers = {} if person is None else person.bearer
        return self.client.get(PATH, params=self.query(**changes), headers=headers)

    def query(self, **changes: Any) -> dict[str, str]:
        code = self.world.evaluator.code
        return SCOPE | {"evaluator": code, "from": "2026-05-01", "to": "2026-10-01", "risk_class": "low"} | changes

    def answer(self, person: Person, **changes: Any) -> Any:
        found = self.ask(person, **changes)
        assert found.status_code == 200, found.text
        return found

    @property
    def is_kept(self) -> bool:
        return len(self.asked) == 1

    def kept(self, person: Person, **changes: Any) -> Any:
        """The answer that this person gets again from now on."""
        self.answer(person, **changes)
        self.now += SECOND
        found = self.answer(person, **changes)
        assert self.is_kept, self.asked
        self.now += SECOND
        return found


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    def setup(session: Any) -> tuple[World, str]:
        world = make_world(session, tmp_path)
        world.query_lists("2026-04-14")
        granted = world.vetting.granted(
            make_scope("one"), effective="2025-12-01", valid_to="2028-01-01", on="2025-11-10"
        )
        return world, granted[0]

    elsewhere = open_database(database_url)
    app = make_app(database)
    made = Desk(database, elsewhere, TestClient(app), *write(elsewhere, setup))
    app.dependency_overrides[utc_now] = lambda: made.now

    def seen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            made.asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", seen)
    yield made
    elsewhere.close()


def without_instants(answer: Any) -> Any:
    return {name: value for name, value in answer.json().items() if name not in ("known_at", "evaluated_at")}


def test_the_second_answer_is_the_first_with_its_own_instants_after_one_look_at_the_log(desk: Desk) -> None:
    buyer, other = desk.person(Role.PROCUREMENT), desk.person(Role.PROCUREMENT)
    first = desk.answer(buyer)
    assert len(desk.asked) > 10
    desk.now += SECOND
    second = desk.answer(buyer)

    assert desk.is_kept, desk.asked
    assert without_instants(second) == without_instants(first)
    assert (second.json()["known_at"], second.json()["evaluated_at"]) == ("2026-04-15T05:00:01Z",) * 2
    assert list(first.json()) == list(second.json())
    length = "content-length"
    assert {**first.headers, length: ""} == {**second.headers, length: ""}
    assert "cache-control" in second.headers

    # Another key, another question, one about another instant, and one that was not read yet: each by itself.
    for person, changes in ((other, {}), (buyer, {"risk_class": "normal"})):
        desk.answer(person, **changes)
        assert not desk.is_kept
    known = {"known_at": "2026-04-15T05:00:00Z"}
    assert [desk.answer(buyer, **known).json()["known_at"] for _ in range(2)] == [known["known_at"]] * 2
    assert not desk.is_kept
    for _ in range(2):
        assert_problem(desk.ask(buyer, known_at="2026-04-15T06:00:00Z"), 422, "time-rejected")
        assert_problem(desk.ask(buyer, kown_at="2026-04-15T04:30:00Z"), 422, "unknown-parameter")
        assert_problem(desk.ask(None), 401, "sign-in-needed")


def test_the_use_of_a_key_goes_on_being_written_down_each_minute(desk: Desk) -> None:
    buyer = desk.person(Role.PROCUREMENT)

    def last_used() -> datetime | None:
        return read(
            desk.elsewhere, lambda s: s.scalar(select(ApiKey.last_used_at).where(ApiKey.account_id == buyer.account_id))
        )

    desk.kept(buyer)
    assert last_used() == NOW
    desk.now = NOW + timedelta(seconds=59)
    desk.answer(buyer)
    assert desk.is_kept
    desk.now = NOW + timedelta(seconds=60)
    desk.answer(buyer)
    assert not desk.is_kept
    assert last_used() == desk.now
    desk.kept(buyer)


def changes_of(desk: Desk) -> dict[str, Callable[[Any], Any]]:
    """What is recorded about the evaluator, and must be in the next answer."""
    row = make_row(2, name="Somebody", credit_code=desk.world.evaluator.credit_code or "", valid_from="2026-04-01")
    return {
        "suspension": lambda s: replace(desk.world.vetting, session=s).suspend(desk.item, "2026-05-20", "2026-04-15"),
        "list": lambda s: take(s, [row], desk.now),
    }


def test_what_is_recorded_elsewhere_is_in_the_next_answer(desk: Desk) -> None:
    buyer = desk.person(Role.PROCUREMENT)
    for name, change in changes_of(desk).items():
        before = desk.kept(buyer)
        desk.record(change)
        desk.now += SECOND
        after = desk.answer(buyer)

        assert not desk.is_kept, name
        assert after.json()["result_sha256"] != before.json()["result_sha256"], name

    # With the legal day the ages of the lists are others, without an entry of the log.
    desk.now = MIDNIGHT - 3 * SECOND
    before = desk.kept(buyer)
    desk.now = MIDNIGHT
    after = desk.answer(buyer)
    assert not desk.is_kept
    assert after.json()["known_at"] == "2026-04-15T16:00:00Z" > before.json()["known_at"]


def key_id_of(session: Any, person: Person) -> UUID:
    found: UUID = session.scalar(select(ApiKey.id).where(ApiKey.account_id == person.account_id))
    return found


def test_no_kept_answer_goes_to_a_key_that_was_ended(desk: Desk) -> None:
    def revoke_key(session: Any, who: Person) -> None:
        own_account_service.revoke_key(session, OPERATOR, who.account_id, key_id_of(session, who), desk.now)

    ends: list[tuple[Callable[[Any, Person], Any], int, str]] = [
        (revoke_key, 401, "key-rejected"),
        (lambda s, who: service.disable(s, OPERATOR, who.account_id, None, desk.now), 401, "key-rejected"),
        (lambda s, who: service.erase(s, OPERATOR, who.account_id, desk.now), 401, "key-rejected"),
        (lambda s, who: service.revoke(s, OPERATOR, who.account_id, who.grants[0], desk.now), 403, "not-allowed"),
    ]
    for end, status, code in ends:
        buyer = desk.person(Role.PROCUREMENT)
        desk.kept(buyer)
        desk.record(lambda session, end=end, buyer=buyer: end(session, buyer))
        assert_problem(desk.ask(buyer), status, code)
        desk.now += SECOND

    narrow = desk.person(HeldRole(Role.PROCUREMENT, region=("mca:330000",)))
    buyer = desk.person(Role.PROCUREMENT)
    desk.kept(buyer)
    assert_problem(desk.ask(narrow), 403, "not-allowed")
    scoped = desk.record(lambda s: key_of(s, buyer, [Permission.OWN_ACCOUNT_READ], now=desk.now))
    desk.kept(buyer)
    assert_problem(desk.ask(replace(buyer, key=scoped)), 403, "not-allowed")
    assert_problem(desk.ask(replace(buyer, key=buyer.key + "x")), 401, "key-rejected")


def test_no_kept_answer_goes_to_a_key_or_a_role_that_has_run_out(desk: Desk) -> None:
    buyer = desk.person(Role.PROCUREMENT)
    key = desk.record(lambda s: key_of(s, buyer, [Permission.ELIGIBILITY_READ], days=1, now=desk.now))
    short, expires_at = replace(buyer, key=key), desk.now + timedelta(days=1)
    desk.now = expires_at - 3 * SECOND
    desk.kept(short)
    desk.now = expires_at
    assert_problem(desk.ask(short), 401, "key-rejected")

    ends_at = desk.now + 10 * SECOND

    def to_end(session: Any) -> None:
        ended = {"valid_to": ends_at, "ended_by": "operator"}
        session.execute(update(RoleGrant).where(RoleGrant.account_id == buyer.account_id).values(**ended))

    desk.record(to_end)
    desk.kept(buyer)
    desk.now = ends_at - SECOND
    desk.answer(buyer)
    assert desk.is_kept
    desk.now = ends_at
    assert_problem(desk.ask(buyer), 403, "not-allowed")


def test_a_browser_that_signed_in_takes_the_long_way_and_its_sign_out_counts_at_once(desk: Desk) -> None:
    buyer = desk.person(Role.PROCUREMENT)
    desk.kept(buyer)
    desk.client.cookies.update(buyer.cookies)
    for _ in range(2):
        desk.asked.clear()
        found = desk.client.get(PATH, params=desk.query())
        assert (found.status_code, desk.is_kept) == (200, False)
    desk.record(lambda s: sign_in_service.end_session_of(s, buyer.session_token, desk.now))

    assert_problem(desk.client.get(PATH, params=desk.query()), 401, "sign-in-needed")


def test_nothing_is_kept_if_something_was_recorded_while_it_was_answered(desk: Desk) -> None:
    """Who asks was read before the key was revoked, the answer after it."""
    buyer = desk.person(Role.PROCUREMENT)
    desk.answer(buyer)
    given, now = KeptAnswer(b"{}", NOW, MIDNIGHT), desk.now
    looks = [kept_responses_service.look(desk.served, buyer.bearer["authorization"], b"a", now)]
    asking = read(desk.served, lambda session: actor_of_key(session, buyer.key, now))
    assert asking is not None

    def keep() -> bytes | None:
        read(desk.served, lambda session: kept_responses_service.keep(session, looks[-1], asking, given, now))
        looks.append(kept_responses_service.look(desk.served, buyer.bearer["authorization"], b"a", now))
        return looks[-1].content

    desk.person()
    assert keep() is None
    assert keep() == b"{}"


def test_a_kept_response_holds_for_its_log_and_its_time() -> None:
    log = LogState(3, b"a")
    kept = KeptResponse(b"", uuid4(), log, NOW, MIDNIGHT)
    far = MIDNIGHT + SECOND

    assert [kept.holds(log, each, far) for each in (NOW - SECOND, NOW, MIDNIGHT - SECOND, MIDNIGHT)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert [kept.holds(log, NOW, each) for each in (NOW, NOW + SECOND)] == [False, True]
    assert [kept.holds(each, NOW, far) for each in (LogState(4, b"a"), LogState(3, b"b"))] == [False, False]


def test_requests_are_the_same_only_by_the_same_key_and_the_same_words() -> None:
    digests = {
        request_digest(*each) for each in [("Bearer a", b"b"), ("Bearer a", b"c"), ("Bearer ab", b""), ("Bearer", b"a")]
    }

    assert len(digests) == 4
    assert request_digest("Bearer ä", b"b") == request_digest("Bearer ä", b"b")
