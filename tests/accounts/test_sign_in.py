"""Signing in and out by the pages, and what guessing, replaying and planting of sessions come to (T15)."""

import base64
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from people import PASSWORD, Person, make_person, saved_person, with_password
from sqlalchemy import inspect, select, text
from starlette.testclient import TestClient

from registry.accounts import own_account_service, passwords, queries, service
from registry.accounts.models import AccountSession, Password, SignInBucket
from registry.accounts.permissions import OPERATOR, Role
from registry.accounts.totp import code_at
from registry.clock import utc_now
from registry.config import Settings
from registry.db import Database, read, write
from registry.keys import open_keys
from registry.secret_box import box_for

SESSION, DEVICE = "registry-session", "registry-device"


@pytest.fixture
def wang(database: Database) -> Person:
    return write(database, lambda session: with_password(session, make_person(session, Role.EDITOR, name="wang")))


def sign_in(browser: TestClient, name: str = "wang", password: str = PASSWORD, **more: str) -> Any:
    headers = more.pop("headers", {})
    return browser.post("/sign-in", data={"name": name, "password": password, **more}, headers=headers)


def is_signed_in(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


def test_who_signs_in_sees_the_own_account_and_is_named_on_every_page(browser: TestClient, wang: Person) -> None:
    answer = sign_in(browser, "Wang", next="/account?lang=zh")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account?lang=zh")
    assert "wang" in browser.get("/?lang=zh").text
    page = browser.get("/account?lang=en").text
    assert "Standards editor" in page
    assert str(wang.account_id) in page


def test_the_cookies_are_kept_from_scripts_and_other_sites(browser: TestClient, wang: Person) -> None:
    cookies = sign_in(browser).headers.get_list("set-cookie")

    assert len(cookies) == 2
    for each in cookies:
        assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in each.split(";")}
        assert "domain" not in each.lower()


def test_over_https_the_cookies_are_bound_to_this_host(new_browser: Any, wang: Person) -> None:
    browser = new_browser(public_url="https://registry.example.org")
    browser.base_url = "https://registry.example.org"
    answer = sign_in(browser, headers={"origin": "https://registry.example.org"})

    for each in answer.headers.get_list("set-cookie"):
        assert each.startswith("__Host-")
        assert "secure" in {part.strip().lower() for part in each.split(";")}
    assert is_signed_in(browser)


def test_nobody_signs_in_where_others_can_read(new_browser: Any, wang: Person) -> None:
    browser = new_browser()
    browser.base_url = "http://registry.example.org"
    headers = {"origin": "http://registry.example.org"}

    assert browser.get("/sign-in").status_code == 403
    assert sign_in(browser, headers=headers).status_code == 403
    assert "REGISTRY_PUBLIC_URL" in browser.get("/sign-in").text


@pytest.mark.parametrize(
    ("name", "password"), [("wang", "wrong"), ("nobody", PASSWORD), ("", ""), ("wang", ""), ("wang\0", PASSWORD)]
)
def test_every_failure_is_answered_alike(browser: TestClient, wang: Person, name: str, password: str) -> None:
    answer = sign_in(browser, name, password)

    assert answer.status_code == 401
    assert "The sign-in name, the password or the code is not right." in answer.text
    assert password not in answer.text or not password
    assert SESSION not in answer.cookies


class Counting(PasswordHasher):
    """Notes the parameters of every hash that a password is compared with."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.compared: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the overridden name
        self.compared.append(str(hash).split("$")[3])
        return super().verify(hash, password)


def test_the_same_work_is_done_where_there_is_no_account(
    browser: TestClient, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "HASHER", counting := Counting())

    for name in ("wang", "nobody"):
        sign_in(browser, name, "wrong")

    assert counting.compared == ["m=64,t=1,p=1"] * 2


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/a\nb", "http:x"],
)
def test_signing_in_leads_nowhere_else(browser: TestClient, wang: Person, elsewhere: str) -> None:
    assert sign_in(browser, next=elsewhere).headers["location"] == "/"
    assert elsewhere not in browser.get("/sign-in", params={"next": elsewhere}).text


def test_a_page_that_needs_an_account_leads_to_the_sign_in_page_and_back(browser: TestClient, wang: Person) -> None:
    answer = browser.get("/account?lang=zh")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount%3Flang%3Dzh&lang=zh")


def test_a_session_is_never_the_one_that_somebody_planted(browser: TestClient, wang: Person) -> None:
    planted = "a" * 43
    browser.cookies.set(SESSION, planted)
    answer = sign_in(browser)

    assert answer.cookies[SESSION] != planted
    browser.cookies.clear()
    browser.cookies.set(SESSION, planted)
    assert not is_signed_in(browser)


def test_signing_in_again_ends_the_session_before(browser: TestClient, new_browser: Any, wang: Person) -> None:
    first = sign_in(browser).cookies[SESSION]
    second = sign_in(browser).cookies[SESSION]
    replay = new_browser()
    replay.cookies.set(SESSION, first)

    assert first != second
    assert not is_signed_in(replay)


def test_after_signing_out_the_session_cannot_be_replayed(browser: TestClient, new_browser: Any, wang: Person) -> None:
    token = sign_in(browser).cookies[SESSION]
    assert browser.post("/sign-out").status_code == 303
    replay = new_browser()
    replay.cookies.set(SESSION, token)

    assert not is_signed_in(browser)
    assert not is_signed_in(replay)


def test_a_thousand_guesses_under_changing_names_of_networks_are_hardly_compared(
    browser: TestClient, wang: Person
) -> None:
    statuses = []
    for number in range(1000):
        forged = f"10.{number // 250}.{number % 250}.9"
        headers = {"x-forwarded-for": forged, "forwarded": f"for={forged}", "x-real-ip": forged}
        statuses.append(sign_in(browser, password=f"guess {number}", headers=headers).status_code)  # type: ignore[arg-type]

    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 20
    assert len(statuses) == 1000


def test_guesses_at_many_accounts_from_one_network_are_slowed_down_together(browser: TestClient, wang: Person) -> None:
    statuses = [sign_in(browser, f"name{number}", "x").status_code for number in range(40)]

    assert statuses.count(401) == 20


def test_who_guesses_from_everywhere_locks_nobody_out(
    browser: TestClient, new_browser: Any, wang: Person, database: Database
) -> None:
    assert sign_in(browser).status_code == 303
    browser.post("/sign-out")
    guesses = [sign_in(new_browser(f"198.51.100.{n}"), password="x").status_code for n in range(60)]
    stranger = sign_in(new_browser("203.0.113.5")).status_code
    known = sign_in(browser)

    assert guesses.count(401) == 30
    assert stranger == 429
    assert known.status_code == 303
    assert read(database, lambda session: len(session.scalars(select(AccountSession)).all())) == 3


def test_a_device_of_one_account_opens_no_way_to_another(
    browser: TestClient, new_browser: Any, wang: Person, database: Database
) -> None:
    write(database, lambda session: with_password(session, make_person(session, name="li")))
    sign_in(browser, "li")
    for number in range(60):
        sign_in(new_browser(f"198.51.100.{number}"), password="x")

    assert sign_in(browser, "wang").status_code == 429


def test_an_attempt_that_succeeds_costs_nothing_in_the_end(browser: TestClient, wang: Person) -> None:
    assert [sign_in(browser).status_code for _ in range(25)] == [303] * 25


def test_the_page_says_how_long_to_wait_and_keeps_no_password(browser: TestClient, wang: Person) -> None:
    for _ in range(11):
        answer = sign_in(browser, password="a wrong guess")

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "a wrong guess" not in answer.text


def box_of(tmp_path: Path) -> Any:
    return box_for(open_keys(tmp_path / "keys").sealing, "second factors")


def test_a_second_factor_is_asked_for_and_no_code_works_twice(
    browser: TestClient, new_browser: Any, wang: Person, tmp_path: Path
) -> None:
    sign_in(browser)
    page = browser.post("/account/second-factor").text
    secret = base64.b32decode(re.search(r'class="secret">([A-Z2-7]+)<', page)[1])  # type: ignore[index]
    wrong = browser.post("/account/second-factor/confirm", data={"code": "000000"})
    now = utc_now()
    shown = browser.post("/account/second-factor/confirm", data={"code": code_at(secret, now)}).text
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", shown)

    assert wrong.status_code == 422
    assert 'class="secret"' in wrong.text
    assert len(codes) == 8
    other = new_browser("192.0.2.9")
    assert sign_in(other).status_code == 401
    assert sign_in(other, code=code_at(secret, now)).status_code == 401
    assert sign_in(other, code=code_at(secret, now + timedelta(seconds=30))).status_code == 303
    assert sign_in(new_browser("192.0.2.8"), code=codes[0].upper()).status_code == 303
    assert sign_in(new_browser("192.0.2.7"), code=codes[0]).status_code == 401
    assert "7" in re.search(r"Recovery codes left: (\d)", other.get("/account?lang=en").text)[0]  # type: ignore[index]
    assert other.post("/account/second-factor/remove", data={"code": "111111"}).status_code == 422
    assert other.post("/account/second-factor/remove", data={"code": codes[1]}).status_code == 303
    assert sign_in(new_browser("192.0.2.6")).status_code == 303


def test_a_changed_password_ends_all_sessions_but_this_one(browser: TestClient, new_browser: Any, wang: Person) -> None:
    other = new_browser("192.0.2.9")
    sign_in(browser), sign_in(other)
    new = "翠鸟 掠过 冬日 运河 的 水面 上"

    for form in ({"old": "x", "password": new, "again": new}, {"old": PASSWORD, "password": new, "again": "y"},
                 {"old": PASSWORD, "password": "short", "again": "short"}):  # fmt: skip
        assert browser.post("/account/password", data=form).status_code in (401, 422)
    done = browser.post("/account/password", data={"old": PASSWORD, "password": new, "again": new})

    assert done.status_code == 303
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert sign_in(other).status_code == 401
    assert sign_in(other, password=new).status_code == 303


def test_everywhere_else_is_signed_out_on_demand(browser: TestClient, new_browser: Any, wang: Person) -> None:
    other = new_browser("192.0.2.9")
    sign_in(browser), sign_in(other)

    assert browser.post("/account/sessions/end-others").status_code == 303
    assert is_signed_in(browser)
    assert not is_signed_in(other)


def test_an_invitation_sets_a_password_once(browser: TestClient, new_browser: Any, database: Database) -> None:
    person = saved_person(database, name="zhang")
    token = write(database, lambda session: service.invite(session, OPERATOR, person.account_id, utc_now()))
    form = {"token": token, "password": PASSWORD, "again": PASSWORD}

    assert "zhang" in browser.get("/invitation", params={"token": token}).text
    assert browser.post("/invitation", data=form | {"again": "x"}).status_code == 422
    assert browser.post("/invitation", data=form).status_code == 303
    assert is_signed_in(browser)
    assert new_browser().post("/invitation", data=form).status_code == 409
    assert new_browser().get("/invitation", params={"token": token}).status_code == 409
    assert sign_in(new_browser(), "zhang").status_code == 303


def test_an_invitation_does_not_get_round_a_second_factor(
    browser: TestClient, database: Database, tmp_path: Path, wang: Person
) -> None:
    def set_up(session: Any) -> str:
        now = utc_now()
        actor = queries.actor_of_session(session, wang.session_token, now)
        assert actor is not None
        box = box_of(tmp_path)
        secret = own_account_service.begin_second_factor(session, actor, box, now)
        own_account_service.confirm_second_factor(session, actor, code_at(secret, now), box, now)
        return service.invite(session, OPERATOR, wang.account_id, now)

    token = write(database, set_up)
    answer = browser.post("/invitation", data={"token": token, "password": PASSWORD, "again": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert not is_signed_in(browser)


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(
    browser: TestClient, wang: Person, database: Database
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

    def hash_now(session: Any, new: str = "") -> str:
        found = session.get(Password, wang.account_id)
        found.password_hash = new or found.password_hash
        return str(found.password_hash)

    write(database, lambda session: hash_now(session, weak))

    assert sign_in(browser).status_code == 303
    assert read(database, hash_now).startswith("$argon2id$v=19$m=64,t=1,p=1$")


def test_nothing_in_the_database_opens_anything(browser: TestClient, wang: Person, database: Database) -> None:
    """Every token, key, password and code that was handed out is in no column of any table."""
    answer = sign_in(browser)
    secret = re.search(r'class="secret">([A-Z2-7]+)<', browser.post("/account/second-factor").text)[1]  # type: ignore[index]
    made = browser.post("/account/keys", data={"label": "x", "scope": "comparison.read", "days": "9"}).text
    key = re.search(r'class="secret">(evr_[\w-]+)<', made)[1]  # type: ignore[index]
    handed_out = [PASSWORD, wang.session_token, wang.device_token, wang.key, key, secret,
                  answer.cookies[SESSION], answer.cookies[DEVICE]]  # fmt: skip

    seen = inspect(database.engine)
    kept = b""
    with database.engine.connect() as connection:
        for table in seen.get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                kept += b"\n".join(each if isinstance(each, bytes) else str(each).encode() for each in row)

    assert wang.name.encode() in kept
    assert [each for each in handed_out if each.encode() in kept] == []


def test_buckets_that_are_full_again_are_forgotten(browser: TestClient, wang: Person, database: Database) -> None:
    sign_in(browser, password="x")

    def age(session: Any) -> None:
        for each in session.scalars(select(SignInBucket)):
            each.full_at -= timedelta(days=1)

    write(database, age)
    sign_in(browser)

    assert read(database, lambda session: session.scalars(select(SignInBucket)).all()) == []


def test_the_settings_show_no_secret() -> None:
    settings = Settings(oidc_client_secret="geheim")

    assert "geheim" not in repr(settings)
