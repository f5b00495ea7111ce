"""Administration of accounts on both engines: every change is logged, none without the right as of now."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from people import acting, key_of, make_person, signed_in_again
from rows import NOON
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import queries, service
from registry.accounts.account_errors import (
    AccountDisabled,
    AccountNotFound,
    GrantNotFound,
    NameTaken,
    NotAllowed,
    RoleRefused,
    SeparateDuties,
)
from registry.accounts.identity_service import find_invited
from registry.accounts.models import Identity, Password, RoleGrant
from registry.accounts.names import NameRefused
from registry.accounts.permissions import ANONYMOUS, OPERATOR, HeldRole, Role
from registry.accounts.tokens import token_sha256
from registry.audit.models import Entry
from registry.db_errors import StaleVersion

AUDITOR, EDITOR = HeldRole(Role.AUDITOR), HeldRole(Role.EDITOR)


def logged(session: Session) -> list[str]:
    session.flush()
    entries = session.scalars(select(Entry).order_by(Entry.index)).all()
    return [json.loads(each.entry)["action"] for each in entries]


@pytest.fixture
def now() -> datetime:
    return NOON


def test_an_account_is_made_without_a_role_or_a_way_in(session: Session, now: datetime) -> None:
    account = service.create_account(session, OPERATOR, "Wang.Fang", now)

    assert account.sign_in_name == "wang.fang"
    assert queries.get_with_roles(session, account.id).grants == ()
    assert session.get(Password, account.id) is None
    assert logged(session)[-1] == "account.created"


@pytest.mark.parametrize(
    "name", ["", "x", "a b", "王\u200b芳", "a/b", "x" * 65, "a\nb", "\u0430dministrator", "r\u03bfot"]
)
def test_a_name_that_cannot_be_typed_is_refused(session: Session, now: datetime, name: str) -> None:
    with pytest.raises(NameRefused):
        service.create_account(session, OPERATOR, name, now)


@pytest.mark.parametrize("name", ["王芳.wang", "jos\u00e9", "\u10d2\u10d8\u10dd\u10e0\u10d2\u10d8", "li-2"])
def test_a_name_of_one_script_is_taken(session: Session, now: datetime, name: str) -> None:
    assert service.create_account(session, OPERATOR, name, now).sign_in_name == name


@pytest.mark.parametrize("again", ["王芳", "WANG", "\uff57\uff41\uff4e\uff47"])
def test_two_names_that_read_alike_are_one(session: Session, now: datetime, again: str) -> None:
    service.create_account(session, OPERATOR, "王芳", now)
    service.create_account(session, OPERATOR, "wang", now)

    with pytest.raises(NameTaken):
        service.create_account(session, OPERATOR, again, now)


def test_a_role_that_cannot_hurt_is_in_force_at_once(session: Session, now: datetime) -> None:
    administrator = make_person(session, Role.ADMINISTRATOR, now=now)
    wang = make_person(session, now=now)

    made = service.grant(session, acting(session, administrator, now), wang.account_id, EDITOR, now)

    assert made.valid_from == now
    assert signed_in_again(session, wang, now).roles == (EDITOR,)


def test_a_powerful_role_waits_for_another_person(session: Session, now: datetime) -> None:
    first = make_person(session, Role.ADMINISTRATOR, now=now)
    alias = make_person(session, Role.ADMINISTRATOR, now=now, same_as=first.account_id)
    second = make_person(session, Role.ADMINISTRATOR, now=now)
    wang = make_person(session, now=now)
    waiting = service.grant(session, acting(session, first, now), wang.account_id, AUDITOR, now)

    assert waiting.valid_from is None
    assert acting(session, wang, now).roles == ()
    for same in (first, alias):
        with pytest.raises(SeparateDuties):
            service.confirm(session, acting(session, same, now), wang.account_id, waiting.id, now)
    service.confirm(session, acting(session, second, now), wang.account_id, waiting.id, now)
    assert signed_in_again(session, wang, now).roles == (AUDITOR,)
    assert logged(session)[-3:] == ["role.proposed", "role.granted", "session.started"]


def test_nobody_changes_their_own_roles_under_any_account(session: Session, now: datetime) -> None:
    me = make_person(session, Role.ADMINISTRATOR, now=now)
    alias = make_person(session, Role.EDITOR, now=now, same_as=me.account_id)
    asking = acting(session, me, now)

    for target in (me, alias):
        with pytest.raises(SeparateDuties):
            service.grant(session, asking, target.account_id, HeldRole(Role.PROCUREMENT), now)
        with pytest.raises(SeparateDuties):
            service.revoke(session, asking, target.account_id, target.grants[0], now)
        with pytest.raises(SeparateDuties):
            service.disable(session, asking, target.account_id, None, now)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_only_administrators_administer(session: Session, now: datetime, role: Role) -> None:
    other, wang = make_person(session, role, now=now), make_person(session, now=now)
    asking = acting(session, other, now)

    for attempt in (
        lambda: service.create_account(session, asking, "new", now),
        lambda: service.invite(session, asking, wang.account_id, now),
        lambda: service.grant(session, asking, wang.account_id, EDITOR, now),
        lambda: service.disable(session, asking, wang.account_id, None, now),
        lambda: service.erase(session, asking, wang.account_id, now),
        lambda: service.create_account(session, ANONYMOUS, "new", now),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_right_that_was_removed_meanwhile_does_not_act(session: Session, now: datetime) -> None:
    administrator = make_person(session, Role.ADMINISTRATOR, now=now)
    asking = acting(session, administrator, now)
    service.revoke(session, OPERATOR, administrator.account_id, administrator.grants[0], now)

    with pytest.raises(NotAllowed):
        service.create_account(session, asking, "new", now)


def test_a_role_that_ends_stays_on_record_and_ends_sessions(session: Session, now: datetime) -> None:
    wang = make_person(session, Role.EDITOR, now=now)
    later = now + timedelta(minutes=1)

    service.revoke(session, OPERATOR, wang.account_id, wang.grants[0], later)

    assert queries.actor_of_session(session, wang.session_token, later) is None
    assert signed_in_again(session, wang, later).roles == ()
    kept = session.get(RoleGrant, wang.grants[0])
    assert kept is not None
    assert (kept.valid_to, kept.ended_by) == (later, "operator")
    with pytest.raises(GrantNotFound):
        service.revoke(session, OPERATOR, wang.account_id, wang.grants[0], later)


def test_the_same_role_is_not_granted_twice_and_limits_are_checked(session: Session, now: datetime) -> None:
    wang = make_person(session, Role.EDITOR, now=now)

    for refused in (EDITOR, HeldRole(Role.EVALUATOR), HeldRole(Role.EDITOR, evaluator_id="甲")):
        with pytest.raises(RoleRefused):
            service.grant(session, OPERATOR, wang.account_id, refused, now)
    assert service.grant(session, OPERATOR, wang.account_id, HeldRole(Role.EDITOR, region=("浙江省",)), now)


def test_a_disabled_account_opens_nothing_until_it_is_enabled(session: Session, now: datetime) -> None:
    wang = make_person(session, Role.EDITOR, now=now)

    found = service.disable(session, OPERATOR, wang.account_id, 1, now)

    assert (found.account.disabled_at, found.account.version) == (now, 2)
    assert queries.actor_of_session(session, wang.session_token, now) is None
    assert queries.actor_of_key(session, wang.key, now) is None
    with pytest.raises(AccountDisabled):
        service.grant(session, OPERATOR, wang.account_id, AUDITOR, now)
    service.enable(session, OPERATOR, wang.account_id, now)
    assert queries.actor_of_key(session, wang.key, now) is not None
    with pytest.raises(StaleVersion):
        service.disable(session, OPERATOR, wang.account_id, 1, now)


def test_what_is_erased_leaves_no_name_and_no_way_in(session: Session, now: datetime) -> None:
    wang = make_person(session, Role.EDITOR, name="wang", now=now)
    session.add(Identity(issuer="https://i", subject="wang@example.org", account_id=wang.account_id, linked_at=now))

    service.erase(session, OPERATOR, wang.account_id, now)
    service.erase(session, OPERATOR, wang.account_id, now)

    found = queries.get_with_roles(session, wang.account_id)
    assert (found.account.sign_in_name, found.grants) == (None, ())
    assert queries.list_identities(session, wang.account_id) == []
    assert [each.label for each in queries.list_keys(session, wang.account_id)] == [""]
    assert queries.actor_of_key(session, wang.key, now) is None
    with pytest.raises(AccountDisabled):
        service.enable(session, OPERATOR, wang.account_id, now)
    assert service.create_account(session, OPERATOR, "wang", now)


def test_no_entry_of_the_log_names_a_person(session: Session, now: datetime) -> None:
    from registry.audit.models import Payload

    wang = make_person(session, Role.EDITOR, name="wangxiaofang", now=now)
    service.erase(session, OPERATOR, wang.account_id, now)
    session.flush()

    texts: list[Any] = [*session.scalars(select(Entry.entry)), *session.scalars(select(Payload.content))]
    assert len(texts) >= 10
    assert not any("wangxiaofang" in each for each in texts)


def test_a_new_invitation_ends_the_earlier_one(session: Session, now: datetime) -> None:
    account = service.create_account(session, OPERATOR, "wang", now)
    first, second = (service.invite(session, OPERATOR, account.id, now) for _ in range(2))

    assert find_invited(session, token_sha256(first), now) is None
    assert find_invited(session, token_sha256(second), now) is account
    assert find_invited(session, token_sha256(second), now + service.INVITATION_LASTS) is None


def test_an_administrator_cannot_take_over_an_account_with_a_powerful_role(session: Session, now: datetime) -> None:
    administrator = make_person(session, Role.ADMINISTRATOR, now=now)
    auditor, wang = make_person(session, Role.AUDITOR, now=now), make_person(session, now=now)
    asking = acting(session, administrator, now)
    token = service.invite(session, asking, wang.account_id, now)

    with pytest.raises(SeparateDuties):
        service.invite(session, asking, auditor.account_id, now)
    service.grant(session, asking, wang.account_id, AUDITOR, now)
    assert find_invited(session, token_sha256(token), now) is None
    with pytest.raises(SeparateDuties):
        service.invite(session, asking, wang.account_id, now)


def test_accounts_are_listed_page_by_page(session: Session, now: datetime) -> None:
    people = [make_person(session, Role.EDITOR, now=now + timedelta(seconds=n % 2)) for n in range(5)]
    seen: list[object] = []
    after = None
    while page := queries.list_accounts(session, limit=2, after=after):
        seen += [each.account.id for each in page]
        after = (page[-1].account.created_at, page[-1].account.id)

    assert sorted(map(str, seen)) == sorted(str(each.account_id) for each in people)
    assert len(seen) == 5


def test_what_is_not_there_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(AccountNotFound):
        queries.read_account_id("{00000000-0000-0000-0000-000000000000}")
    with pytest.raises(AccountNotFound):
        service.invite(session, OPERATOR, queries.read_account_id("0" * 8 + "-0000-4000-8000-" + "0" * 12), now)


def test_a_session_ends_by_idleness_and_by_age(session: Session, now: datetime) -> None:
    wang = make_person(session, now=now)
    almost = queries.LONGEST_IDLE - timedelta(microseconds=1)

    assert queries.actor_of_session(session, wang.session_token, now + almost) is not None
    assert queries.actor_of_session(session, wang.session_token, now + queries.LONGEST_IDLE) is None
    (found,) = queries.list_sessions(session, wang.account_id, now)
    found.last_seen_at = now + queries.LONGEST_SESSION - timedelta(minutes=1)
    assert queries.actor_of_session(session, wang.session_token, now + queries.LONGEST_SESSION) is None


def test_a_key_opens_nothing_from_the_instant_at_which_it_expires(session: Session, now: datetime) -> None:
    wang = make_person(session, Role.AUDITOR, now=now)
    key = key_of(session, wang, ["comparison.read"], 1, now)
    last = now + timedelta(days=1) - timedelta(microseconds=1)

    found = queries.actor_of_key(session, key, last)
    assert found is not None
    assert found.scope == {"comparison.read"}
    assert queries.actor_of_key(session, key, last + timedelta(microseconds=1)) is None
    assert queries.actor_of_key(session, key[:-1], now) is None
