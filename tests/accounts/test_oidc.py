"""Sign-in by an identity provider over real HTTP: a real one for the way through, a lying one for every way out."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from identity_providers import Forger, consent, forging_provider, real_provider
from joserfc.jwk import RSAKey
from people import Person, make_person, saved_person
from sqlalchemy import select
from starlette.testclient import TestClient

from registry.accounts import service
from registry.accounts.identity_service import FLOW_LASTS
from registry.accounts.models import Account, AccountSession, Identity, SignInFlow
from registry.accounts.permissions import OPERATOR, Role
from registry.clock import utc_now
from registry.db import Database, read, write

CALLBACK = "/sign-in/oidc/callback"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider() as found:
        yield found


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging_provider() as found:
        yield found


def browser_for(new_browser: Any, issuer: str, **settings: Any) -> TestClient:
    known = {"oidc_issuer": issuer, "oidc_client_id": "registry", "oidc_client_secret": "geheim"}
    found: TestClient = new_browser(**known | settings)
    return found


def linked(database: Database, issuer: str, subject: str = "wang") -> Person:
    def make(session: Any) -> Person:
        person = make_person(session, Role.EDITOR)
        session.add(Identity(issuer=issuer, subject=subject, account_id=person.account_id, linked_at=utc_now()))
        return person

    return write(database, make)


def begin(browser: TestClient, **query: str) -> str:
    answer = browser.get("/sign-in/oidc", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def sessions(database: Database) -> int:
    return read(database, lambda session: len(session.scalars(select(AccountSession)).all()))


def test_who_is_linked_signs_in(new_browser: Any, database: Database, issuer: str) -> None:
    browser = browser_for(new_browser, issuer)
    person = linked(database, issuer)
    sent = begin(browser, next="/account")
    asked = query_of(sent)

    assert asked["code_challenge_method"] == "S256"
    assert (asked["scope"], asked["response_type"]) == ("openid", "code")
    assert asked["redirect_uri"] == f"http://127.0.0.1{CALLBACK}"
    done = browser.get(CALLBACK, params=consent(sent, "wang"))
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert str(person.account_id) in browser.get("/account").text


def test_an_unknown_identity_gets_no_account(new_browser: Any, database: Database, issuer: str) -> None:
    browser = browser_for(new_browser, issuer)
    answer = browser.get(CALLBACK, params=consent(begin(browser), "stranger"))

    assert answer.status_code == 401
    assert "invitation" in answer.text
    assert read(database, lambda session: session.scalars(select(Account)).all()) == []
    assert sessions(database) == 0


def test_an_invitation_links_an_identity_once(new_browser: Any, database: Database, issuer: str) -> None:
    person = saved_person(database)
    token = write(database, lambda session: service.invite(session, OPERATOR, person.account_id, utc_now()))
    browser, other = browser_for(new_browser, issuer), browser_for(new_browser, issuer)

    assert browser.get(CALLBACK, params=consent(begin(browser, invitation=token), "zhang")).status_code == 303
    assert browser.get("/account").status_code == 200
    again = other.get(CALLBACK, params=consent(begin(other, invitation=token), "somebody else"))
    assert again.status_code == 409
    assert browser.get(CALLBACK, params=consent(begin(browser), "zhang")).status_code == 303


def test_a_way_back_works_once_and_only_in_the_browser_that_began(
    new_browser: Any, database: Database, issuer: str
) -> None:
    linked(database, issuer)
    browser, thief = browser_for(new_browser, issuer), browser_for(new_browser, issuer)
    back = consent(begin(browser), "wang")
    flow = browser.cookies["registry-flow"]
    begin(thief)

    assert thief.get(CALLBACK, params=back).status_code == 401
    assert browser.get(CALLBACK, params=back).status_code == 303
    before = sessions(database)
    browser.cookies.set("registry-flow", flow)
    assert browser.get(CALLBACK, params=back).status_code == 401
    assert sessions(database) == before


@pytest.mark.parametrize("change", [{"state": "x"}, {"state": ""}, {"code": ""}, {"code": "forged"}])
def test_a_way_back_with_other_parameters_is_none(
    new_browser: Any, database: Database, issuer: str, change: dict[str, str]
) -> None:
    linked(database, issuer)
    before = sessions(database)
    browser = browser_for(new_browser, issuer)
    answer = browser.get(CALLBACK, params=consent(begin(browser), "wang") | change)

    assert answer.status_code in (401, 503)
    assert sessions(database) == before


def test_a_way_back_is_open_for_minutes(new_browser: Any, database: Database, issuer: str) -> None:
    linked(database, issuer)
    browser = browser_for(new_browser, issuer)
    back = consent(begin(browser), "wang")

    def age(session: Any) -> None:
        for each in session.scalars(select(SignInFlow)):
            each.expires_at -= FLOW_LASTS

    write(database, age)
    assert browser.get(CALLBACK, params=back).status_code == 401


def come_back(browser: TestClient, forger: Forger) -> Any:
    asked = query_of(begin(browser))
    forger.nonce = forger.nonce or asked["nonce"]
    return browser.get(CALLBACK, params={"code": "c", "state": asked["state"]})


def test_the_forging_provider_is_believed_when_it_tells_the_truth(
    new_browser: Any, database: Database, forger: Forger
) -> None:
    linked(database, forger.issuer)
    browser = browser_for(new_browser, forger.issuer)

    asked = query_of(begin(browser))
    forger.nonce = asked["nonce"]
    answer = browser.get(CALLBACK, params={"code": "c", "state": asked["state"]})

    assert answer.status_code == 303
    path, form, authorization = next(each for each in forger.requests if each[0] == "/token")
    assert form["grant_type"] == "authorization_code"
    assert create_s256_code_challenge(form["code_verifier"]) == asked["code_challenge"]
    assert authorization.startswith("Basic ")
    assert "geheim" not in str(form) + path


LIES: dict[str, dict[str, Any]] = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"claims": {"nonce": None}},
    "other audience": {"claims": {"aud": "another program"}},
    "no audience": {"claims": {"aud": None}},
    "shared audience, no party": {"claims": {"aud": ["registry", "another"]}},
    "shared audience, other party": {"claims": {"aud": ["registry", "another"], "azp": "another"}},
    "other party": {"claims": {"azp": "another"}},
    "other issuer": {"claims": {"iss": "https://evil.example"}},
    "issuer with a slash": {"claims": {"iss": "http://127.0.0.1/"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "never expires": {"claims": {"exp": None}},
    "expires at nan": {"claims": {"exp": "never"}},
    "from the future": {"claims": {"iat": int(time.time()) + 3600}},
    "not yet valid": {"claims": {"nbf": int(time.time()) + 3600}},
    "no subject": {"claims": {"sub": None}},
    "subject is a number": {"claims": {"sub": 7}},
    "subject is long": {"claims": {"sub": "x" * 256}},
    "subject is empty": {"claims": {"sub": ""}},
    "subject hides": {"claims": {"sub": "wang\0"}},
    "no signature": {"algorithm": "none"},
    "signed with the public key": {"algorithm": "HS256"},
    "signed with another key": {"published_key": RSAKey.generate_key(2048, parameters={"kid": "1"})},
    "no token": {"token_answer": b'{"access_token": "x"}'},
    "token is a list": {"token_answer": b"[]"},
    "token is no token": {"token_answer": b'{"id_token": "a.b.c"}'},
    "no json": {"token_answer": b"<html>"},
    "a flood": {"token_answer": b'{"x": "' + b"x" * 300_000 + b'"}'},
    "an error": {"token_status": 400},
    "leads elsewhere": {"redirect_to": "http://127.0.0.1:1/token"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_no_lie_of_a_provider_signs_anybody_in(
    new_browser: Any, database: Database, forger: Forger, lie: dict[str, Any]
) -> None:
    linked(database, forger.issuer)
    before = sessions(database)
    for name, value in lie.items():
        setattr(forger, name, value)

    answer = come_back(browser_for(new_browser, forger.issuer), forger)

    assert answer.status_code in (401, 503), answer.text
    assert "registry-session" not in answer.cookies
    assert sessions(database) == before


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"token_endpoint": "https://evil.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "http://localhost.evil.example/jwks"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_discovery_document_leads_to_no_other_host(
    new_browser: Any, database: Database, forger: Forger, discovery: dict[str, Any]
) -> None:
    linked(database, forger.issuer)
    before = sessions(database)
    forger.discovery = discovery
    browser = browser_for(new_browser, forger.issuer)
    began = browser.get("/sign-in/oidc")

    if began.status_code == 303:
        asked = query_of(began.headers["location"])
        forger.nonce = asked["nonce"]
        began = browser.get(CALLBACK, params={"code": "c", "state": asked["state"]})
    assert began.status_code in (401, 503)
    assert sessions(database) == before


def test_without_a_setting_there_is_no_provider(browser: TestClient) -> None:
    assert "oidc" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/oidc").status_code in (303, 401)
    assert browser.get("/sign-in/oidc").headers.get("location", "/sign-in").startswith("/sign-in")
