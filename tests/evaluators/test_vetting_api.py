"""The routes of vetting and of statuses: one whole way from the application to the status, and each kind of problem."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from people import Person, make_person
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from vetting_samples import EVIDENCE, make_evaluator, take_divisions

from registry.accounts.permissions import HeldRole, Role
from registry.clock import utc_now
from registry.db import Database, write
from registry.validity import legal_day

VETTING, EVALUATORS = "/api/v1/vetting", "/api/v1/evaluators"
ITEM = {
    "domain": "agri", "regions": ["mca:420000"], "descendants": True, "evaluation_type": "annual",
    "subject_level": "town", "standard": "rural-rev", "from_version": "2.0.0", "before_version": "3.0.0",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    client: TestClient
    code: str
    applicant: Person
    officer: Person
    decider: Person
    stranger: Person

    def post(self, person: Person, path: str, body: dict[str, Any], key: str | None = None) -> Any:
        headers = person.bearer | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post(path, json=body, headers=headers)

    def get(self, path: str, person: Person | None = None, **query: str) -> Any:
        return self.client.get(path, params=query, headers=person.bearer if person else {})

    def pending(self) -> tuple[str, str]:
        """Addresses of an application that waits for its decision, and its item."""
        made = self.post(self.applicant, f"{VETTING}/applications", {"evaluator": self.code, "items": [ITEM]})
        assert made.status_code == 201, made.text
        address = f"{VETTING}/applications/{made.json()['id']}"
        steps: tuple[tuple[Person, str, dict[str, Any]], ...] = (
            (self.applicant, "steps", {"step": "submit", "dossier": 1}),
            (self.officer, "assessment", {"step": "accept"}),
            (self.officer, "assessment", {"step": "assess", "assessors": [str(self.officer.account_id)]}),
            (self.officer, "assessment", {"step": "conclude"}),
        )
        for person, place, body in steps:
            answer = self.post(person, f"{address}/{place}", body)
            assert answer.status_code == 200, answer.text
        return address, made.json()["items"][0]["id"]

    def granted(self) -> tuple[str, str]:
        """Identifiers of the item and of the decision."""
        address, item = self.pending()
        answer = self.post(self.decider, f"{address}/decision", verdict())
        assert answer.status_code == 201, answer.text
        return item, answer.json()["recorded"]["decision"]


def today() -> str:
    return legal_day(utc_now()).isoformat()


def years_later(years: int) -> str:
    return f"{int(today()[:4]) + years}-01-01"


def verdict(**changes: Any) -> dict[str, Any]:
    known = {"verdict": "grant", "decided_on": today(), "reasons": ["All is met."], "valid_to": years_later(2)}
    return known | changes


def decision(kind: str, item: str, **changes: Any) -> dict[str, Any]:
    return {"type": kind, "decided_on": today(), "effective_from": today(), "reason": "Why.", "items": [item]} | changes


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    def make(session: Session) -> World:
        take_divisions(session, tmp_path)
        code = make_evaluator(session).code
        applicant = make_person(session, HeldRole(Role.EVALUATOR, code))
        officer, decider = (make_person(session, Role.VETTING_OFFICER) for _ in range(2))
        stranger = make_person(session, HeldRole(Role.EVALUATOR, "ev-999999"))
        return World(stranger_of(database), code, applicant, officer, decider, stranger)

    made = write(database, make)
    with made.client:
        yield made


def test_from_the_application_to_the_status(world: World) -> None:
    item, _ = world.granted()

    found = world.get(f"{EVALUATORS}/{world.code}/status", valid_at=today()).json()

    assert (found["evaluator"], found["valid_at"], found["states"]) == (world.code, today(), ["valid"])
    assert found["items"][0]["item"]["id"] == item
    assert found["items"][0]["status"]["valid_to"] == years_later(2)
    assert found["known_at"].endswith("Z")


def test_a_status_without_its_day_is_refused(world: World) -> None:
    assert_problem(world.get(f"{EVALUATORS}/{world.code}/status"), 422, "invalid-request")


def test_a_status_at_an_instant_is_that_of_its_legal_day(world: World) -> None:
    answer = world.get(f"{EVALUATORS}/{world.code}/status", valid_at="2026-06-30T16:30:00Z").json()

    assert (answer["valid_at"], answer["states"]) == ("2026-07-01", ["no_record"])


@pytest.mark.parametrize(
    "query",
    [{"valid_at": "soon"}, {"valid_at": "2026-01-01", "known_at": "2026-01-01"},
     {"valid_at": "2026-01-01", "known_at": "2999-01-01T00:00:00Z"}],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(world: World, query: dict[str, str]) -> None:
    assert_problem(world.get(f"{EVALUATORS}/{world.code}/status", None, **query), 422, "time-rejected")


def test_an_assessor_who_decides_gets_the_code_of_the_rule(world: World) -> None:
    address, _ = world.pending()

    problem = assert_problem(world.post(world.officer, f"{address}/decision", verdict()), 409, "step-refused")

    assert "DECIDER_ASSESSED" in str(problem)


def test_requirements_are_shown_with_facts_and_unknowns(world: World) -> None:
    address, _ = world.pending()

    found = world.get(f"{address}/requirements", world.officer).json()

    by_id = {each["criterion"]: each for each in found["requirements"]}
    assert found["not_met"] == []
    assert found["localizations"] == ["evaluator-qualification.mca-150700@1.0.0"]
    assert by_id["capacity"]["result"] == "met"
    assert {each["name"] for each in by_id["capacity"]["rests_on"]} >= {"facts.staff_count", "params.min_staff"}
    assert by_id["iso17020"]["missing"] == ["facts.iso17020_type"]


def test_an_application_of_another_is_not_there(world: World) -> None:
    address, _ = world.pending()

    assert_problem(world.get(address, world.stranger), 404, "application-not-found")
    assert_problem(world.get(f"{address}/requirements", world.stranger), 404, "application-not-found")
    assert world.get(f"{VETTING}/applications", world.stranger).json()["applications"] == []
    assert len(world.get(f"{VETTING}/applications", world.applicant).json()["applications"]) == 1


def test_pages_of_applications_follow_each_other(world: World) -> None:
    made = {world.pending()[0] for _ in range(3)}
    seen: list[str] = []
    address: str | None = f"{VETTING}/applications?limit=2"
    while address is not None:
        page = world.client.get(address, headers=world.officer.bearer).json()
        seen += [f"{VETTING}/applications/{each['id']}" for each in page["applications"]]
        address = page["next"]

    assert sorted(seen) == sorted(made)


def test_a_suspension_tells_the_items_and_days_it_changes(world: World) -> None:
    item, _ = world.granted()
    cause = {"key": "late", "kind": "imposed", "reason": "LATE", "notice": "n-7", "review_by": today()}

    answer = world.post(
        world.decider, f"{EVALUATORS}/{world.code}/decisions", decision("suspend", item, causes=[cause])
    )
    again = world.post(
        world.decider,
        f"{EVALUATORS}/{world.code}/decisions",
        decision("reinstate", item, closes=["late"], evidence_sha256=EVIDENCE, verified_on=today()),
    )

    assert answer.status_code == 201, answer.text
    assert answer.json()["changed"] == [{"item": item, "days": [{"valid_from": today(), "valid_to": years_later(2)}]}]
    assert again.status_code == 201, again.text
    history = world.get(f"{EVALUATORS}/{world.code}/history").json()
    assert [each["type"] for each in history["events"]] == ["grant", "suspend", "reinstate"]
    assert not {"person_id", "recorded_by"} & set(history["events"][0])


def test_a_decision_that_is_sent_again_is_recorded_once(world: World) -> None:
    item, _ = world.granted()
    cause = {"key": "late", "kind": "imposed", "reason": "LATE", "notice": "n-7", "review_by": today()}
    address, late = f"{EVALUATORS}/{world.code}/decisions", decision("suspend", item, causes=[cause])
    first = world.post(world.decider, address, late, "k-1")

    again = world.post(world.decider, address, late, "k-1")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    unnamed = world.post(world.decider, address, late)
    assert "CAUSE_ALREADY_OPEN" in str(assert_problem(unnamed, 409, "qualification-event-refused"))
    other = decision("suspend", item, causes=[cause | {"key": "fees", "kind": "financial"}])
    assert_problem(world.post(world.decider, address, other, "k-1"), 409, "idempotency-key-reused")
    # Keys are each account's own, and a second cause is no repetition.
    assert world.post(world.officer, address, other, "k-1").status_code == 201
    history = world.get(f"{EVALUATORS}/{world.code}/history").json()
    assert [each["type"] for each in history["events"]] == ["grant", "suspend", "suspend"]

    plan = {"evaluator": world.code, "kind": "routine", "items": [item], "due_on": today()}
    planned = [world.post(world.officer, f"{VETTING}/surveillances", plan, "k-1").json()["id"] for _ in range(2)]
    assert len(set(planned)) == 1


def test_every_route_that_records_what_an_officer_or_an_evaluator_says_takes_an_idempotency_key(world: World) -> None:
    vetting = ("/api/v1/vetting/", f"{EVALUATORS}/{{code}}/", "/api/v1/exclusions/")
    # What comes again here is told by its content or leaves nothing new: files, versions, erased names.
    told_by_content = ("/evidence", "/snapshots", "/erasure", "/annotated-file")
    paths = world.client.get("/api/openapi.json").json()["paths"]

    without = [
        path
        for path, methods in paths.items()
        if path.startswith(vetting) and "post" in methods and not path.endswith(told_by_content)
        and not any(each["name"] == "Idempotency-Key" for each in methods["post"].get("parameters", []))
    ]  # fmt: skip

    assert without == []


def test_a_decision_that_a_guard_refuses_is_a_conflict_with_its_code(world: World) -> None:
    item, _ = world.granted()

    refused = world.post(world.decider, f"{EVALUATORS}/{world.code}/decisions", decision("suspend", item))

    assert "CAUSE_MISSING" in str(assert_problem(refused, 409, "qualification-event-refused"))


@pytest.mark.parametrize(
    "changes",
    [{"type": "grant"}, {"items": []}, {"effective_from": "2026-02-30"}, {"reason": " "}, {"status": "valid"},
     {"type": "extend"}, {"type": "correct"}, {"surveillance": "x"}, {"published_at": "2026-01-01T00:00:00"},
     {"published_at": "0001-01-01T00:00:00+14:00"}, {"valid_to": "2027-01-01"}, {"closes": ["late"]},
     {"type": "suspend", "causes": [{"key": "k", "kind": "imposed", "reason": "\u200b", "notice": "n"}]}],
    ids=str,
)  # fmt: skip
def test_a_body_of_another_form_is_refused(world: World, changes: dict[str, Any]) -> None:
    body = decision("withdraw", "1") | changes

    assert_problem(world.post(world.decider, f"{EVALUATORS}/{world.code}/decisions", body), 422, "invalid-request")


def test_what_a_step_or_a_verdict_does_not_take_is_refused_and_not_passed_over(world: World) -> None:
    address, item = world.pending()
    finding = {"findings": [{"grade": "major", "statement": "x"}], "answer_by": years_later(1)}

    for body in ({"step": "accept", "dossier": 1}, {"step": "conclude", **finding}, {"step": "lapse", "accepted": [
        {"finding": item, "statement": "x"}]}):  # fmt: skip
        problem = assert_problem(world.post(world.officer, f"{address}/assessment", body), 422, "invalid-request")
        assert "takes no " in problem["errors"][0]["message"]
    for body in (verdict(granted=[item]), verdict(verdict="refuse")):
        assert_problem(world.post(world.decider, f"{address}/decision", body), 422, "invalid-request")


def test_a_decision_is_not_older_than_what_was_concluded(world: World) -> None:
    address, _ = world.pending()

    for kind in (verdict(), {"verdict": "refuse", "reasons": ["No."]}):
        body = kind | {"decided_on": "2020-01-01"}
        problem = assert_problem(world.post(world.decider, f"{address}/decision", body), 409, "step-refused")
        assert "DECIDED_BEFORE_CONCLUDED" in str(problem)
    late = {"verdict": "refuse", "reasons": ["No."], "decided_on": years_later(1)}
    problem = assert_problem(world.post(world.decider, f"{address}/decision", late), 409, "step-refused")
    assert "DECIDED_AFTER_RECORDED" in str(problem)


def test_facts_that_come_too_late_are_told_so(world: World) -> None:
    address, _ = world.pending()

    body = {"facts": [{"fact": "staff_count", "value": 3, "grounds": "Seen."}]}
    problem = assert_problem(world.post(world.officer, f"{address}/facts", body), 409, "step-refused")

    assert "facts are established while it is" in problem["detail"]


def test_an_answer_names_the_newest_dossier_or_none(world: World) -> None:
    made = world.post(world.applicant, f"{VETTING}/applications", {"evaluator": world.code, "items": [ITEM]}).json()
    address = f"{VETTING}/applications/{made['id']}"
    unnamed = assert_problem(world.post(world.applicant, f"{address}/steps", {"step": "submit"}), 409, "step-refused")
    world.post(world.applicant, f"{address}/steps", {"step": "submit", "dossier": 1})
    world.post(world.officer, f"{address}/assessment", {"step": "accept"})
    world.post(world.officer, f"{address}/assessment", {"step": "assess", "assessors": [str(world.officer.account_id)]})
    raised = world.post(
        world.officer,
        f"{address}/assessment",
        {"step": "raise_findings", "findings": [{"grade": "minor", "statement": "x"}], "answer_by": years_later(1)},
    ).json()
    answer = {"step": "answer_findings", "answers": [{"finding": raised["findings"][0]["id"], "statement": "Mended."}]}

    refused = world.post(world.applicant, f"{address}/steps", answer | {"dossier": 99})
    taken = world.post(world.applicant, f"{address}/steps", answer | {"dossier": 1})

    assert "None" not in unnamed["detail"]
    assert "DOSSIER_INCOMPLETE" in str(assert_problem(refused, 409, "step-refused"))
    assert (taken.status_code, taken.json()["dossier"]) == (200, 1)


def test_a_region_is_kept_with_ordinary_digits_and_once(world: World) -> None:
    item = ITEM | {"regions": ["mca:\uff1420000", "mca:420000"]}

    made = world.post(world.applicant, f"{VETTING}/applications", {"evaluator": world.code, "items": [item]})

    assert made.json()["items"][0]["regions"] == ["mca:420000"]


def test_a_word_of_a_scope_has_no_space_around_it_and_is_not_empty(world: World) -> None:
    items = [ITEM | {"domain": " agri"}, ITEM | {"standard": ""}, ITEM | {"domain": "ag\u200bri"}]

    answer = world.post(world.applicant, f"{VETTING}/applications", {"evaluator": world.code, "items": items})

    errors = assert_problem(answer, 422, "invalid-request")["errors"]
    assert [each["pointer"] for each in errors] == ["/items/0/domain", "/items/1/standard", "/items/2/domain"]
    assert errors[0]["message"] == "a space stands before or after it"
    assert "1 character" in errors[1]["message"]


def test_an_unknown_evaluator_is_not_found(world: World) -> None:
    assert_problem(world.get(f"{EVALUATORS}/ev-999999/status", valid_at=today()), 404, "evaluator-not-found")
    assert_problem(world.get(f"{EVALUATORS}/ev-999999/history"), 404, "evaluator-not-found")


def test_an_appeal_goes_its_way(world: World) -> None:
    item, decided = world.granted()
    withdrawn = world.post(world.decider, f"{EVALUATORS}/{world.code}/decisions", decision("withdraw", item)).json()
    grounds = {"decision": withdrawn["decision"], "filed_on": today(), "grounds": "It is not so."}
    filed = world.post(world.applicant, f"{VETTING}/appeals", grounds)
    pending = world.get(f"{EVALUATORS}/{world.code}/status", valid_at=today()).json()

    ruling = {"outcome": "upheld", "decided_on": today(), "reason": "Another body was meant."}
    ruled = world.post(world.officer, f"{VETTING}/appeals/{filed.json()['id']}/outcome", ruling)

    assert pending["items"][0]["appeal_pending"]
    assert pending["states"] == ["withdrawn"]
    assert ruled.status_code == 201, ruled.text
    assert ruled.json()["recorded"]["changed"][0]["item"] == item
    after = world.get(f"{EVALUATORS}/{world.code}/status", valid_at=today()).json()
    assert (after["states"], after["items"][0]["appeal_pending"]) == (["valid"], False)
    assert decided != withdrawn["decision"]


def test_a_planned_surveillance_is_hidden_from_whom_it_visits(world: World) -> None:
    item, _ = world.granted()
    plan = {"evaluator": world.code, "kind": "randomized", "items": [item], "due_on": today(), "reason": "Drawn."}
    made = world.post(world.officer, f"{VETTING}/surveillances", plan).json()
    listed = f"{VETTING}/surveillances"

    before = world.get(listed, world.applicant, evaluator=world.code).json()["surveillances"]
    due = world.get(f"{VETTING}/due", world.officer).json()["due"]
    result = {"statement": "Reports are late.", "completed_on": today(), "due_on": years_later(1),
              "findings": [{"grade": "major", "statement": "Late."}]}  # fmt: skip
    finished = world.post(world.officer, f"{VETTING}/surveillances/{made['id']}/result", result).json()
    finding = finished["findings"][0]["id"]
    answered = world.post(world.applicant, f"{VETTING}/findings/{finding}/answer", {"statement": "Done."}).json()
    closed = world.post(world.officer, f"{VETTING}/findings/{finding}/accept", {"statement": "Seen."}).json()

    assert before == []
    assert [each["kind"] for each in due] == ["planned_surveillance"]
    assert len(world.get(listed, world.applicant, evaluator=world.code).json()["surveillances"]) == 1
    assert (answered["state"], closed["state"]) == ("answered", "closed")
    foreign = world.get(listed, world.stranger, evaluator=world.code)
    assert_problem(foreign, 403, "not-allowed")
