"""The routes of eligibility: ask, store, replay, find what a back-dated event touches, decide beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from evaluator_samples import day
from fieldwork_samples import make_document
from people import Person, make_person
from register_samples import credit_code
from starlette.testclient import TestClient
from vetting_samples import make_cause, make_vetting

from registry import documents
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.clock import utc_now
from registry.db import Database, write
from registry.eligibility.affected_service import catch_up
from registry.evaluators import qualification_service
from registry.evaluators.decision import Basis, Decision
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.qualification import EventType
from registry.fieldwork import service as fieldwork
from registry.validation import judge
from registry.validity import legal_day

CHECKS = "/api/v1/eligibility-checks"
SCOPE = {"domain": "agri", "region": "mca:420000", "type": "annual", "standard": "rural-rev@2.1.0", "level": "town"}


@dataclass(frozen=True)
class World:
    database: Database
    client: TestClient
    evaluator: str
    item: Any
    buyer: Person
    auditor: Person
    applicant: Person
    decider: Actor

    def ask(self, **changes: Any) -> Any:
        query = SCOPE | {"evaluator": self.evaluator, "from": "2026-05-01", "to": "2026-10-01"} | changes
        return self.client.get("/api/v1/eligibility", params=query, headers=self.buyer.bearer)

    def store(self, person: Person | None = None, key: str | None = None, **changes: Any) -> Any:
        body = {
            "members": [{"evaluator": self.evaluator, "scope": [SCOPE]}],
            "window": {"from": "2026-05-01", "to": "2026-10-01"},
        } | changes
        headers = (person or self.buyer).bearer | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post(CHECKS, json=body, headers=headers)

    def get(self, path: str, person: Person | None = None, **query: Any) -> Any:
        return self.client.get(f"{CHECKS}{path}", params=query, headers=(person or self.buyer).bearer)

    def suspend(self, effective: str) -> None:
        """Recorded now, from an earlier day on."""
        now = utc_now()
        decision = Decision(
            EventType.SUSPEND, decided_on=legal_day(now), effective_from=day(effective), basis=Basis("A reason."),
            items=(self.item,), causes=(make_cause(review_by="2026-12-01"),),
        )  # fmt: skip

        def work(session: Any) -> None:
            qualification_service.decide(session, self.decider, get_evaluator(session, self.evaluator), decision, now)

        write(self.database, work)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    def setup(session: Any) -> Any:
        vetting = make_vetting(session, tmp_path)
        (item,) = vetting.granted(effective="2024-01-05", valid_to="2028-01-01")
        people = [make_person(session, role) for role in (Role.PROCUREMENT, Role.AUDITOR)]
        own = make_person(session, HeldRole(Role.EVALUATOR, evaluator_id=vetting.evaluator.code))
        return vetting.evaluator.code, item, [*people, own, vetting.decider]

    code, item, people = write(database, setup)
    with stranger_of(database, public_url="https://registry.example") as client:
        yield World(database, client, code, item, *people)


def test_what_is_answered_is_a_decision_by_its_schema(world: World) -> None:
    answer = world.ask()

    assert answer.status_code == 200, answer.text
    assert judge(documents.read_schema("eligibility-decision.v1"), answer.json()) == []


def test_a_question_without_a_day_is_refused_and_so_is_one_with_faults_all_at_once(world: World) -> None:
    scope = SCOPE | {"evaluator": world.evaluator}
    without = world.client.get("/api/v1/eligibility", params=scope, headers=world.buyer.bearer)
    faulty = world.ask(region="nowhere", standard="rural-rev@x", subject="44", to="2026-10-01")

    assert_problem(without, 422, "eligibility-question-rejected")
    places = {each.get("pointer") or each.get("column") for each in assert_problem(
        faulty, 422, "eligibility-question-rejected")["errors"]}  # fmt: skip
    assert {"/scope/0/region", "/scope/0/standard", "query subject"} <= places
    assert_problem(world.ask(evaluator="ev-999999"), 404, "evaluator-not-found")


def test_a_place_that_nobody_knows_leaves_the_scope_unknown(world: World) -> None:
    for region in ("mca:999999", "own:parish:A1"):
        answer = world.ask(region=region)

        assert answer.status_code == 200, answer.text
        codes = {(each["rule_id"], each["reason_code"]) for each in answer.json()["rules"]}
        assert ("SCO-001", "SCOPE_UNKNOWN") in codes


def test_a_body_that_is_not_registered_is_unknown_and_never_refused(world: World) -> None:
    answer = world.ask(evaluator="52330106MJ0000001P", name="浙江评估院").json()

    assert answer["verdict"] == "indeterminate"
    assert "fail" not in {each["outcome"] for each in answer["rules"] if each["mandatory"]}
    assert ("VAL-001", "NO_RECORD") in {(each["rule_id"], each["reason_code"]) for each in answer["rules"]}


def test_a_stored_answer_replays_to_its_digest_and_a_back_dated_suspension_marks_it(world: World) -> None:
    stored = world.store(key="k-1")
    assert stored.status_code == 201, stored.text
    code = stored.json()["decision_id"]
    while catch_up(world.database, utc_now()):
        pass
    assert world.get("/affected").json()["checks"] == []

    world.suspend("2026-05-20")
    while catch_up(world.database, utc_now()):
        pass

    again, hindsight = world.get(f"/{code}/replay").json(), world.get(f"/{code}/replay", known_at=_now()).json()
    assert (again["is_same"], again["differences"]) == (True, [])
    assert again["result_sha256"] == stored.json()["result_sha256"]
    assert not hindsight["is_same"]
    assert {"SUS-001"} == {each["rule_id"] for each in hindsight["differences"]}
    (mark,) = world.get("/affected").json()["checks"]
    assert (mark["decision_id"], mark["verdict_now"], mark["review"]) == (code, "ineligible", None)
    assert any(each.startswith("qualification.suspend ") for each in mark["cause"])
    shown = world.get(f"/{code}").json()
    assert shown["members"] == stored.json()["members"]
    assert world.get("", evaluator=world.evaluator).json()["checks"][0]["needs_review"] is True

    said = {"outcome": "stands", "reason": "The award was made before."}
    path = f"{CHECKS}/affected/{mark['id']}/review"
    assert world.client.post(path, json=said, headers=world.buyer.bearer).status_code == 200
    assert world.get("/affected").json()["checks"] == []
    twice = world.client.post(path, json=said, headers=world.buyer.bearer)
    assert_problem(twice, 409, "affected-check-reviewed")
    assert world.store(key="k-1").json()["decision_id"] == code


def test_an_officer_decides_otherwise_beside_the_verdict(world: World) -> None:
    stored = world.store().json()
    wanted = {"verdict": "eligible", "reason": "Staff was told by letter.", "legal_basis": "tender document, 3.2"}
    path = f"{CHECKS}/{stored['decision_id']}/overrides"

    made = world.client.post(path, json=wanted, headers=world.buyer.bearer)

    assert made.status_code == 201, made.text
    shown = world.get(f"/{stored['decision_id']}").json()
    assert (shown["verdict"], shown["result_sha256"]) == (stored["verdict"], stored["result_sha256"])
    assert [each["verdict"] for each in shown["overrides"]] == ["eligible"]
    same = world.client.post(path, json=wanted | {"verdict": stored["verdict"]}, headers=world.buyer.bearer)
    assert_problem(same, 409, "eligibility-override-refused")
    assert_problem(world.client.post(path, json=wanted, headers=world.auditor.bearer), 403, "not-allowed")


def test_a_role_with_limits_uses_the_stored_answers_about_its_own_part_and_no_other(world: World) -> None:
    def limited(session: Any) -> list[Person]:
        own, other = {"field_of_assessment": "agri"}, {"field_of_assessment": "env"}
        return [make_person(session, *(HeldRole(role, **limits) for role in (Role.PROCUREMENT, Role.AUDITOR)))
                for limits in (own, other)]  # fmt: skip

    own, other = write(world.database, limited)
    stored = world.store().json()
    world.suspend("2026-05-20")
    while catch_up(world.database, utc_now()):
        pass
    (mark,) = world.get("/affected", own).json()["checks"]
    attestation = world.client.post(stored["links"]["attestation"], headers=own.bearer)
    assert attestation.status_code == 201, attestation.text

    wanted = {"verdict": "eligible", "reason": "A letter.", "legal_basis": "tender document, 3.2"}
    said = {"outcome": "stands", "reason": "The award was made before."}
    code = stored["decision_id"]
    requests: list[tuple[str, str, Any]] = [
        ("GET", f"{CHECKS}/{code}", None), ("GET", f"{CHECKS}/{code}/replay", None),
        ("GET", f"/api/v1/attestations/{attestation.json()['id']}/pdf", None),
        ("POST", f"{CHECKS}/{code}/attestation", None), ("POST", f"{CHECKS}/{code}/overrides", wanted),
        ("POST", f"{CHECKS}/affected/{mark['id']}/review", said),
    ]  # fmt: skip
    for method, path, body in requests:
        refused = world.client.request(method, path, json=body, headers=other.bearer)
        assert_problem(refused, 403, "not-allowed")
        assert world.client.request(method, path, json=body, headers=own.bearer).is_success, path
    for path, query in (("", {}), ("/affected", {"waiting": "false"})):
        assert [len(world.get(path, each, **query).json()["checks"]) for each in (own, other)] == [1, 0], path


def test_a_consortium_is_as_good_as_its_worst_member(world: World) -> None:
    members = [
        {"evaluator": world.evaluator, "scope": [SCOPE]},
        {"evaluator": world.evaluator, "scope": [SCOPE | {"domain": "env"}]},
    ]

    answer = world.store(members=members).json()

    assert (answer["verdict"], len(answer["members"])) == ("ineligible", 2)


def test_a_member_is_asked_about_with_its_own_engagement(world: World) -> None:
    document = make_document(world.evaluator)
    record = write(world.database, lambda session: fieldwork.record(session, OPERATOR, document, utc_now())).record
    under_way = {"evaluator": world.evaluator, "scope": [SCOPE], "engagement": record.code}
    members = [under_way, {"evaluator": credit_code(77), "scope": [SCOPE]}]

    stored = world.store(members=members)

    assert stored.status_code == 201, stored.text
    told = [each["request"].get("engagement") for each in stored.json()["members"]]
    assert told == [record.code, None]
    foreign = world.store(members=[members[1] | {"engagement": record.code}])
    assert_problem(foreign, 422, "eligibility-question-rejected")


def test_a_list_is_named_by_a_parameter_for_each_and_nothing_else_is_told_twice(world: World) -> None:
    subjects = ["mca:420000", "mca:330000"]

    both = world.ask(subject=subjects, other_bidder=[credit_code(77), credit_code(78)])
    twice = world.ask(region=subjects)

    assert both.status_code == 200, both.text
    assert both.json()["request"]["subjects"] == subjects
    assert len(both.json()["request"]["other_bidders"]) == 2
    assert [each["code"] for each in assert_problem(twice, 422, "unknown-parameter")["errors"]] == [
        "repeated-parameter"
    ]


def _now() -> str:
    return utc_now().isoformat().replace("+00:00", "Z")
