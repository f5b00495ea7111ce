"""Every route x method x caller, as JSON and as a page, against the table below (T7). A route without a row fails.

The table names for each route the permission that it must declare; who has it follows from the pure table of
permissions, which docs/accounts.md shows. Callers reach nothing that is not theirs: identifiers in addresses are those
of another account and of what does not exist, so that whoever may act gets 404, or whatever else is no refusal.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from api_requests import make_app
from databases import Databases
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from people import Person, key_of, make_person
from recorder import submission
from rows import make_job
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from registry.accounts import queries, service, sign_in_service
from registry.accounts.permissions import ANONYMOUS, OPERATOR, Actor, HeldRole, Permission, Role, may, might
from registry.app import healthz
from registry.clock import utc_now
from registry.db import Database, open_database, read, write
from registry.deps import Permitted
from registry.reliability import queries as comparisons
from registry.reliability.service import run_submission

PUBLIC, SIGN_IN, CHANGE, KEYS = "pages.read", "account.sign_in", "account.change_own", "account.own_keys"
# What a caller without the permission gets no answer of. None: open to everybody, whoever asks is not looked at.
ROUTES: dict[tuple[str, str], str | None] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/pairs"): PUBLIC,
    ("GET", "/pairs.csv"): PUBLIC,
    ("GET", "/chart.json"): PUBLIC,
    ("GET", "/chart.svg"): PUBLIC,
    ("GET", "/chart.png"): PUBLIC,
    ("GET", "/result.json"): PUBLIC,
    ("GET", "/working-paper.xlsx"): PUBLIC,
    ("GET", "/problems"): PUBLIC,
    ("GET", "/problems/{code}"): PUBLIC,
    ("GET", "/api"): PUBLIC,
    ("GET", "/api/openapi.json"): None,
    ("GET", "/healthz"): None,
    ("GET", "/sign-in"): SIGN_IN,
    ("POST", "/sign-in"): SIGN_IN,
    ("POST", "/sign-out"): SIGN_IN,
    ("GET", "/sign-in/oidc"): SIGN_IN,
    ("GET", "/sign-in/oidc/callback"): SIGN_IN,
    ("GET", "/invitation"): SIGN_IN,
    ("POST", "/invitation"): SIGN_IN,
    ("GET", "/account"): "account.read_own",
    ("POST", "/account/password"): CHANGE,
    ("POST", "/account/second-factor"): CHANGE,
    ("POST", "/account/second-factor/confirm"): CHANGE,
    ("POST", "/account/second-factor/remove"): CHANGE,
    ("POST", "/account/sessions/end-others"): CHANGE,
    ("POST", "/account/keys"): KEYS,
    ("POST", "/account/keys/{key_id}/revoke"): KEYS,
    ("GET", "/api/v1/account"): "account.read_own",
    ("GET", "/api/v1/account/keys"): KEYS,
    ("POST", "/api/v1/account/keys"): KEYS,
    ("DELETE", "/api/v1/account/keys/{key_id}"): KEYS,
    ("GET", "/api/v1/accounts"): "accounts.read",
    ("POST", "/api/v1/accounts"): "accounts.change",
    ("GET", "/api/v1/accounts/{account_id}"): "accounts.read",
    ("POST", "/api/v1/accounts/{account_id}/invitation"): "accounts.change",
    ("POST", "/api/v1/accounts/{account_id}/disable"): "accounts.change",
    ("POST", "/api/v1/accounts/{account_id}/enable"): "accounts.change",
    ("POST", "/api/v1/accounts/{account_id}/roles"): "roles.grant",
    ("POST", "/api/v1/accounts/{account_id}/roles/{role_id}/confirm"): "roles.grant",
    ("DELETE", "/api/v1/accounts/{account_id}/roles/{role_id}"): "roles.grant",
    ("GET", "/api/v1/audit/checkpoint"): "log.verify",
    ("GET", "/api/v1/audit/entries/{index}/proof"): "log.verify",
    ("GET", "/api/v1/audit/consistency"): "log.verify",
    ("POST", "/api/v1/audit/cosignatures"): "log.verify",
    ("GET", "/api/v1/audit/entries"): "log.read",
    ("GET", "/api/v1/comparisons"): "comparison.read",
    ("POST", "/api/v1/comparisons"): "comparison.record",
    ("POST", "/api/v1/comparisons/annotated-file"): "comparison.record",
    ("GET", "/api/v1/comparisons/{comparison_id}"): "comparison.read",
    ("GET", "/api/v1/comparisons/{comparison_id}/result"): "comparison.read",
    ("GET", "/api/v1/comparisons/{comparison_id}/pairs"): "comparison.read",
    ("GET", "/api/v1/comparisons/{comparison_id}/pairs.csv"): "comparison.read",
    ("GET", "/api/v1/comparisons/{comparison_id}/unpaired.csv"): "comparison.read",
    ("POST", "/api/v1/comparisons/{comparison_id}/replay"): "comparison.replay",
    ("GET", "/api/v1/jobs/{job_id}"): "job.read",
    ("GET", "/api/v1/regions"): "region.read",
    ("GET", "/api/v1/regions/{reference}"): "region.read",
    ("GET", "/api/v1/regions/{reference}/path"): "region.read",
    ("GET", "/api/v1/regions/{reference}/descendants"): "region.read",
    ("GET", "/api/v1/regions/{reference}/changes"): "region.read",
    ("POST", "/api/v1/evaluators"): "evaluator.apply",
    ("GET", "/api/v1/evaluators"): "evaluator.read",
    ("POST", "/api/v1/evaluators/imports"): "register.import",
    ("POST", "/api/v1/evaluators/imports/annotated-file"): "register.import",
    ("GET", "/api/v1/evaluators/export"): "evaluator.read",
    ("GET", "/api/v1/evaluators/{code}"): "evaluator.read",
    ("GET", "/api/v1/evaluators/{code}/dossier"): "evaluator.read_dossier",
    ("PUT", "/api/v1/evaluators/{code}/dossier"): "application.submit",
    ("POST", "/api/v1/evaluators/{code}/evidence"): "application.submit",
    ("GET", "/api/v1/evaluators/{code}/evidence"): "evaluator.read_dossier",
    ("GET", "/api/v1/evaluators/{code}/evidence/{sha256}"): "evaluator.read_dossier",
    ("POST", "/api/v1/evaluators/{code}/persons/{person}/erasure"): "evaluator.erase_person",
    ("GET", "/api/v1/standards"): "standard.read",
    ("GET", "/api/v1/standards/{document_id}"): "standard.read",
    ("GET", "/api/v1/standards/{document_id}/{version}"): "standard.read",
    ("GET", "/api/v1/standards/{document_id}/{version}/resolved"): "standard.read",
    ("POST", "/api/v1/standards/resolve"): "standard.check",
    ("POST", "/api/v1/standards/validate"): "standard.check",
    ("POST", "/api/v1/standards/drafts"): "standard.draft",
    ("GET", "/api/v1/standards/drafts"): "standard.read_draft",
    ("GET", "/api/v1/standards/drafts/{draft_id}"): "standard.read_draft",
    ("PUT", "/api/v1/standards/drafts/{draft_id}"): "standard.draft",
    ("DELETE", "/api/v1/standards/drafts/{draft_id}"): "standard.draft",
    ("POST", "/api/v1/standards/drafts/{draft_id}/submit"): "standard.draft",
    ("POST", "/api/v1/standards/drafts/{draft_id}/approve"): "standard.approve",
    ("POST", "/api/v1/standards/drafts/{draft_id}/return"): "standard.approve",
    ("POST", "/api/v1/standards/drafts/{draft_id}/publish"): "standard.publish",
    ("POST", "/api/v1/standards/{document_id}/{version}/withdrawal"): "standard.withdraw",
    ("GET", "/api/v1/evaluators/{code}/status"): "evaluator.read",
    ("GET", "/api/v1/evaluators/{code}/history"): "evaluator.read",
    ("POST", "/api/v1/evaluators/{code}/decisions"): "qualification.decide",
    ("POST", "/api/v1/evaluators/{code}/entity-events"): "entity.record",
    ("POST", "/api/v1/evaluators/{code}/successor-decisions"): "qualification.decide",
    ("GET", "/api/v1/evaluators/{code}/successor-decisions"): "evaluator.read",
    ("POST", "/api/v1/evaluators/{code}/certificate-events"): "certificate.record",
    ("GET", "/api/v1/evaluators/{code}/certificate-events"): "evaluator.read_dossier",
    ("POST", "/api/v1/vetting/applications"): "application.submit",
    ("GET", "/api/v1/vetting/applications"): "evaluator.read_dossier",
    ("GET", "/api/v1/vetting/applications/{application_id}"): "evaluator.read_dossier",
    ("GET", "/api/v1/vetting/applications/{application_id}/requirements"): "evaluator.read_dossier",
    ("POST", "/api/v1/vetting/applications/{application_id}/steps"): "application.submit",
    ("POST", "/api/v1/vetting/applications/{application_id}/assessment"): "application.assess",
    ("POST", "/api/v1/vetting/applications/{application_id}/facts"): "application.assess",
    ("POST", "/api/v1/vetting/applications/{application_id}/decision"): "application.decide",
    ("POST", "/api/v1/vetting/surveillances"): "application.assess",
    ("GET", "/api/v1/vetting/surveillances"): "evaluator.read_dossier",
    ("POST", "/api/v1/vetting/surveillances/{surveillance_id}/result"): "application.assess",
    ("POST", "/api/v1/vetting/findings/{finding_id}/answer"): "application.submit",
    ("POST", "/api/v1/vetting/findings/{finding_id}/accept"): "application.assess",
    ("POST", "/api/v1/vetting/findings/{finding_id}/return"): "application.assess",
    ("GET", "/api/v1/vetting/due"): "application.assess",
    ("POST", "/api/v1/vetting/appeals"): "application.submit",
    ("POST", "/api/v1/vetting/appeals/{appeal_id}/outcome"): "qualification.decide",
    ("GET", "/api/v1/engagements"): "engagement.read",
    ("POST", "/api/v1/engagements"): "engagement.record",
    ("POST", "/api/v1/engagements/imports"): "engagement.record",
    ("GET", "/api/v1/engagements/{code}"): "engagement.read",
    ("POST", "/api/v1/engagements/{code}/events"): "engagement.record",
    ("POST", "/api/v1/engagements/{code}/reports"): "report.submit",
    ("GET", "/api/v1/exclusions/lists"): "exclusion.check",
    ("PUT", "/api/v1/exclusions/lists/{list_code}"): "exclusion.import",
    ("GET", "/api/v1/exclusions/lists/{list_code}/snapshots"): "exclusion.check",
    ("POST", "/api/v1/exclusions/lists/{list_code}/snapshots"): "exclusion.import",
    ("POST", "/api/v1/exclusions/annotated-file"): "exclusion.import",
    ("POST", "/api/v1/exclusions/lists/{list_code}/judgements"): "exclusion.import",
    ("GET", "/api/v1/exclusions/check"): "exclusion.check",
    ("GET", "/api/v1/evaluators/{code}/independence"): "eligibility.read",
    ("GET", "/api/v1/vetting/candidates"): "application.assess",
    ("GET", "/api/v1/eligibility"): "eligibility.read",
    ("POST", "/api/v1/eligibility-checks"): "eligibility.check",
    ("GET", "/api/v1/eligibility-checks"): "eligibility.read",
    ("GET", "/api/v1/eligibility-checks/affected"): "eligibility.review",
    ("POST", "/api/v1/eligibility-checks/affected/{affected_id}/review"): "eligibility.review",
    ("GET", "/api/v1/eligibility-checks/{code}"): "eligibility.read",
    ("GET", "/api/v1/eligibility-checks/{code}/replay"): "eligibility.read",
    ("POST", "/api/v1/eligibility-checks/{code}/overrides"): "eligibility.override",
    ("POST", "/api/v1/eligibility-batches"): "eligibility.check",
    ("POST", "/api/v1/eligibility-batches/annotated-file"): "eligibility.check",
    ("POST", "/api/v1/eligibility-checks/{code}/attestation"): "attestation.issue",
    ("GET", "/api/v1/attestations/{attestation_id}"): "attestation.verify",
    ("GET", "/api/v1/attestations/{attestation_id}/jws"): "attestation.verify",
    ("GET", "/api/v1/attestations/{attestation_id}/pdf"): "attestation.issue",
    ("GET", "/api/v1/status-lists/{purpose}/{number}"): "attestation.verify",
    ("GET", "/api/v1/attestation-keys"): "attestation.verify",
    ("GET", "/verify"): "attestation.verify",
    ("POST", "/verify"): "attestation.verify",
    ("GET", "/api/v1/vetting/names"): "evaluator.judge_name",
    ("POST", "/api/v1/vetting/names/{number}/judgements"): "evaluator.judge_name",
    ("GET", "/api/v1/vetting/evaluators/{code}/successions"): "evaluator.judge_succession",
    ("POST", "/api/v1/vetting/evaluators/{code}/successions/judgements"): "evaluator.judge_succession",
    ("GET", "/api/v1/webhooks/endpoints"): "webhook.manage",
    ("POST", "/api/v1/webhooks/endpoints"): "webhook.manage",
    ("GET", "/api/v1/webhooks/endpoints/{endpoint_id}"): "webhook.manage",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/disable"): "webhook.manage",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/enable"): "webhook.manage",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/recover"): "webhook.manage",
    ("GET", "/api/v1/webhooks/deliveries"): "webhook.manage",
    ("GET", "/api/v1/webhooks/deliveries/{delivery_id}"): "webhook.manage",
    ("POST", "/api/v1/webhooks/deliveries/{delivery_id}/replay"): "webhook.manage",
}
# Routes about things that are somebody's: another's is answered as one that is not there.
OWNED = {"account.own_keys", "job.read"}
NOBODYS = "00000000-0000-4000-8000-000000000000"
REFUSALS = {
    "sign-in-needed": "Sign in first",
    "not-allowed": "Your account may not do this",
    "key-rejected": "The API key is not valid",
}


@dataclass(frozen=True)
class RouteFound:
    method: str
    path: str
    permitted: Permitted | None

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path


def routes(app: FastAPI) -> list[RouteFound]:
    """What answers, with the permission that it declares; static files apart."""
    found = []
    for context in iter_route_contexts(app.routes):
        if context.path is None or context.path == "/static":
            continue
        declared = list(_permitted(getattr(context._effective_route, "dependant", None)))
        assert len(declared) <= 1, context.path
        for method in sorted(set(context.methods or ()) - {"HEAD"}):
            found.append(RouteFound(method, context.path, declared[0] if declared else None))
    return found


def _permitted(dependant: Dependant | None) -> Iterator[Permitted]:
    for each in dependant.dependencies if dependant else ():
        if isinstance(each.call, Permitted):
            yield each.call
        yield from _permitted(each)


def undeclared(app: FastAPI) -> list[str]:
    """Routes that the table does not have, or has with another permission than the route declares, and the reverse."""
    found = {each.key: each.permitted.permission if each.permitted else None for each in routes(app)}
    return sorted(
        f"{key[0]} {key[1]}: declares {found.get(key, 'nothing')}, the table has {ROUTES.get(key, 'nothing')}"
        for key in {*found, *ROUTES}
        if key not in found or key not in ROUTES or found[key] != ROUTES[key]
    )


def test_every_route_declares_the_permission_of_the_table() -> None:
    assert undeclared(make_app(None)) == []
    assert len(ROUTES) >= 50


def test_a_route_without_an_entry_or_without_its_permission_is_found() -> None:
    app = make_app(None)
    app.add_api_route("/api/v1/backdoor", healthz, methods=["POST"])
    app.add_api_route("/account", healthz, methods=["DELETE"])

    assert len(undeclared(app)) == 2


@dataclass(frozen=True)
class Caller:
    """person: None is nobody. by: key, session, or a credential that is no more."""

    name: str
    person: Person | None
    by: str

    @property
    def has_bad_key(self) -> bool:
        return self.by == "expired key"


@dataclass(frozen=True)
class World:
    database: Database
    app: FastAPI
    callers: tuple[Caller, ...]
    foreign: Person
    comparison_id: UUID
    jobs: Mapping[UUID, UUID]
    spare_keys: Mapping[UUID, UUID]


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    with closing(open_database(databases.migrated("sqlite", folder))) as database:
        yield write(database, lambda session: make_world(session, database, folder))


def make_world(session: Session, database: Database, folder: Path) -> World:
    people = {role: make_person(session, role) for role in Role}
    removed, nobody, disabled, foreign = (make_person(session, *roles) for roles in
                                          ((Role.AUDITOR,), (), (Role.AUDITOR,), (Role.EDITOR,)))  # fmt: skip
    both = make_person(session, Role.AUDITOR, Role.ADMINISTRATOR)
    limited = make_person(session, HeldRole(Role.AUDITOR, region=("浙江省",)))
    narrow = make_person(session, Role.AUDITOR)
    now = utc_now()
    service.revoke(session, OPERATOR, removed.account_id, removed.grants[0], now)
    service.disable(session, OPERATOR, disabled.account_id, None, now)
    old = Person(nobody.name, nobody.account_id, nobody.person_id,
                 key=key_of(session, nobody, ["comparison.read"], 1, now - timedelta(days=2)))  # fmt: skip
    narrow_key = key_of(session, narrow, ["comparison.read"])
    callers = [Caller("anonymous", None, "nothing")]
    for role, person in people.items():
        callers += [Caller(f"{role}, key", person, "key"), Caller(f"{role}, session", person, "session")]
    callers += [
        Caller("no role", nobody, "session"),
        Caller("removed role", removed, "session"),
        Caller("removed role, key", removed, "key"),
        Caller("administrator and auditor", both, "session"),
        Caller("limited auditor", limited, "session"),
        Caller("narrow key", Person(narrow.name, narrow.account_id, narrow.person_id, key=narrow_key), "key"),
        Caller("expired key", old, "expired key"),
        Caller("disabled account, key", disabled, "expired key"),
        Caller("ended session", nobody, "ended session"),
        Caller("disabled account, session", disabled, "ended session"),
    ]
    everybody = {each.person.account_id: each.person for each in callers if each.person} | {foreign.account_id: foreign}
    jobs = {account_id: make_job(owner_id=account_id, id=UUID(int=n)) for n, account_id in enumerate(everybody, 1)}
    session.add_all(jobs.values())
    comparison = comparisons.record(session, run_submission(submission("matrix")), now)
    for person in everybody.values():
        key_of(session, person, ["comparison.read"])
    # The newest is the spare one, which a route may revoke.
    keys = {each: queries.list_keys(session, each)[0].id for each in everybody}
    app = make_app(database, keys_dir=folder / "keys", public_url="http://127.0.0.1")
    return World(database, app, tuple(callers), foreign, comparison.id, {k: v.id for k, v in jobs.items()}, keys)


def actor_of(world: World, caller: Caller) -> Actor:
    """Whom the server must see, by the database as it is now."""
    if caller.person is None or caller.by in ("expired key", "ended session"):
        return ANONYMOUS
    person, now = caller.person, utc_now()
    if caller.by == "key":
        found = read(world.database, lambda session: queries.actor_of_key(session, person.key, now))
    else:
        token = write(world.database, lambda session: sign_in_service.start_session(session, person.account_id, now))
        found = read(world.database, lambda session: queries.actor_of_session(session, token.session_token, now))
    assert found is not None
    return found


def credentials(world: World, caller: Caller) -> dict[str, Any]:
    """With a new session."""
    if caller.person is None:
        return {}
    if caller.by in ("key", "expired key"):
        return {"headers": caller.person.bearer}
    person = caller.person
    signed_in = write(
        world.database, lambda session: sign_in_service.start_session(session, person.account_id, utc_now())
    )
    if caller.by == "ended session":
        write(
            world.database,
            lambda session: sign_in_service.end_session_of(session, signed_in.session_token, utc_now()),
        )
    return {"cookies": {"registry-session": signed_in.session_token}}


def addresses(world: World, route: RouteFound, caller: Caller) -> Iterator[tuple[str, str]]:
    """Whose thing the address names: own, foreign or none, and the address; an address only once."""
    if "{" not in route.path:
        yield "any", route.path
        return
    own = caller.person.account_id if caller.person else world.foreign.account_id
    seen: set[str] = set()
    for whose, account in (("own", own), ("foreign", world.foreign.account_id), ("none", None)):
        values = {
            "account_id": account, "role_id": NOBODYS, "code": "not-found" if account else "nonsense",
            "key_id": world.spare_keys[account] if account else NOBODYS,
            "job_id": world.jobs[account] if account else NOBODYS,
            "comparison_id": world.comparison_id if account else NOBODYS, "index": 0, "reference": NOBODYS,
            "draft_id": NOBODYS, "document_id": "no-such", "version": "1.0.0",
            "endpoint_id": NOBODYS, "delivery_id": NOBODYS,
            "application_id": NOBODYS, "surveillance_id": NOBODYS, "finding_id": NOBODYS, "appeal_id": NOBODYS,
            "sha256": "0" * 64, "person": "nobody", "number": 999_999, "list_code": "no-such",
            "attestation_id": NOBODYS, "affected_id": NOBODYS, "purpose": "revocation",
        }  # fmt: skip
        address = route.path.format(**values | {"account_id": account or NOBODYS})
        if address not in seen:
            seen.add(address)
            yield whose, address


def refusal(response: Any) -> str | None:
    """The code with which the actor was refused, on a page or as JSON; None where the actor was let in."""
    if response.status_code == 303 and response.headers["location"].startswith("/sign-in?next="):
        return "sign-in-needed"
    if response.headers.get("content-type") == "application/problem+json":
        code = response.json()["code"]
        return code if code in REFUSALS else None
    if response.status_code in (401, 403):
        return next((code for code, title in REFUSALS.items() if f">{title}</h1>" in response.text), None)
    return None


def expected(route: RouteFound, actor: Actor, caller: Caller) -> str | None:
    if ROUTES[route.key] is None:
        return None
    if caller.has_bad_key:
        return "key-rejected"
    assert route.permitted is not None
    decide = might if route.permitted.is_about_a_subject else may
    if decide(actor, Permission(ROUTES[route.key])):
        return None
    return "sign-in-needed" if actor.is_anonymous else "not-allowed"


def deviations(world: World, caller: Caller) -> tuple[list[str], int]:
    found, asked = [], 0
    actor = actor_of(world, caller)
    of_all_readers = credentials(world, caller)
    # Readers first, all with one session: only what changes something may end one.
    known = sorted((each for each in routes(world.app) if each.key in ROUTES), key=lambda each: each.method != "GET")
    for route in known:
        for accept in ("application/json",) if route.path.startswith("/api/") else ("application/json", "text/html"):
            for whose, address in addresses(world, route, caller):
                given = of_all_readers if route.method == "GET" else credentials(world, caller)
                client = TestClient(world.app, "http://127.0.0.1", raise_server_exceptions=False,
                                    follow_redirects=False, cookies=given.get("cookies"))  # fmt: skip
                headers = {"accept": accept, "sec-fetch-site": "same-origin"} | given.get("headers", {})
                response = client.request(route.method, address, headers=headers)
                asked += 1
                wanted = expected(route, actor, caller)
                is_hidden = ROUTES[route.key] in OWNED and whose in ("foreign", "none") and wanted is None
                is_own_or_shown = may(actor, Permission.JOB_READ) and ROUTES[route.key] == "job.read"
                if refusal(response) != wanted or response.status_code >= 500:
                    found.append(f"{caller.name}: {route.method} {address} ({whose}): {response.status_code}"
                                 f" {refusal(response)}, wanted {wanted}")  # fmt: skip
                elif is_hidden and response.status_code != 404 and not (is_own_or_shown and whose == "foreign"):
                    found.append(f"{caller.name}: {route.method} {address} ({whose}) is shown: {response.status_code}")
    return found, asked


CALLERS = 27


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CALLERS))
def test_every_caller_gets_what_the_table_says(world: World, number: int) -> None:
    found, asked = deviations(world, world.callers[number])

    assert found == []
    assert asked >= len(ROUTES)


def test_no_caller_is_left_out(world: World) -> None:
    assert len(world.callers) == CALLERS


def test_a_door_that_stands_open_is_found(world: World) -> None:
    anonymous = world.callers[0]
    doors = [each.permitted for each in routes(world.app) if "/accounts" in each.path]
    world.app.dependency_overrides.update({each: lambda: ANONYMOUS for each in doors if each})
    try:
        found, _ = deviations(world, anonymous)
    finally:
        world.app.dependency_overrides.clear()

    assert any("GET /api/v1/accounts" in each for each in found)
