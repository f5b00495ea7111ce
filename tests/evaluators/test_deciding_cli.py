"""Steps and decisions at a terminal, each by a person with a key; the bodies are those of the API."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from faces import run_command
from people import Person, key_of, make_person
from sqlalchemy.orm import Session
from vetting_samples import EVIDENCE_FILE, make_evaluator, take_divisions

from registry.accounts.permissions import HeldRole, Role
from registry.canonical import sha256_hex
from registry.clock import utc_now
from registry.db import Database, read, write
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.status_service import status
from registry.validity import legal_day

ITEM = {
    "domain": "agri", "regions": ["mca:420000"], "descendants": True, "evaluation_type": "annual",
    "subject_level": "town", "standard": "rural-rev", "from_version": "2.0.0",
}  # fmt: skip


def today() -> date:
    return legal_day(utc_now())


@dataclass(frozen=True)
class Desk:
    """A folder with a key of each person, and the commands."""

    folder: Path
    code: str
    officer: Person
    database: Database

    def said(self, by: str, command: str, *arguments: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        given = list(arguments)
        if body is not None:
            (self.folder / "body.json").write_text(json.dumps(body), encoding="utf-8")
            given.append(str(self.folder / "body.json"))
        status, printed, complained = run_command(
            "vetting", command, *given, "--key", self.folder / f"{by}.key", "--json"
        )
        return status, printed.decode() if status == 0 else complained

    def good(self, by: str, command: str, *arguments: str, body: dict[str, Any] | None = None) -> Any:
        status, text = self.said(by, command, *arguments, body=body)
        assert status == 0, text
        return json.loads(text)

    def states(self) -> tuple[str, ...]:
        return read(
            self.database,
            lambda session: status(session, get_evaluator(session, self.code), today(), utc_now()).states,
        )

    def pending(self) -> tuple[str, str]:
        """Identifiers of an application that waits for its decision, and of its item."""
        opened = self.good("applicant", "open", body={"evaluator": self.code, "items": [ITEM]})
        for by, body in (
            ("applicant", {"step": "submit", "dossier": 1}),
            ("officer", {"step": "accept"}),
            ("other", {"step": "assess", "assessors": [str(self.officer.account_id)]}),
            ("officer", {"step": "conclude"}),
        ):
            self.good(by, "step", opened["id"], body=body)
            if body["step"] == "assess":
                facts = [{"fact": "staff_count", "value": 12, "grounds": "Seen."}]
                self.good("officer", "facts", opened["id"], body={"facts": facts})
        return opened["id"], opened["items"][0]["id"]

    def granted(self) -> str:
        application, item = self.pending()
        self.good("decider", "verdict", application, body=verdict())
        return item


def verdict() -> dict[str, Any]:
    ends = (today() + timedelta(days=700)).isoformat()
    return {"verdict": "grant", "decided_on": today().isoformat(), "reasons": ["All is met."], "valid_to": ends}


def decision(kind: str, item: str, **changes: Any) -> dict[str, Any]:
    on = today().isoformat()
    return {"type": kind, "decided_on": on, "effective_from": on, "reason": "Why.", "items": [item]} | changes


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)

    def make(session: Session) -> Desk:
        take_divisions(session, tmp_path)
        code = make_evaluator(session).code
        officer = make_person(session, Role.VETTING_OFFICER)
        people = {
            "applicant": make_person(session, HeldRole(Role.EVALUATOR, code)),
            "officer": officer,
            "decider": make_person(session, Role.VETTING_OFFICER),
            "other": make_person(session, Role.VETTING_OFFICER),
        }
        keys = {name: each.key for name, each in people.items()}
        keys["narrow"] = key_of(session, people["decider"], ["application.assess"])
        keys["nobody"] = "evr_nothing"
        for name, key in keys.items():
            (tmp_path / f"{name}.key").write_text(f"{key}\n", encoding="utf-8")
        return Desk(tmp_path, code, officer, database)

    return write(database, make)


def test_from_the_application_through_a_suspension_to_an_appeal(desk: Desk) -> None:
    application, item = desk.pending()
    refused = desk.said("officer", "verdict", application, body=verdict())
    assert (refused[0], "DECIDER_ASSESSED" in refused[1]) == (4, True)
    decided = desk.good("decider", "verdict", application, body=verdict())
    assert (decided["application"]["stage"], desk.states()) == ("granted", ("valid",))

    cause = {"key": "late", "kind": "imposed", "reason": "LATE", "notice": "n-7", "review_by": today().isoformat()}
    suspended = desk.good("decider", "decide", desk.code, body=decision("suspend", item, causes=[cause]))
    assert suspended["changed"][0]["item"] == item
    assert desk.states() == ("suspended",)
    again = desk.said("decider", "decide", desk.code, body=decision("suspend", item, causes=[cause]))
    assert (again[0], "CAUSE_ALREADY_OPEN" in again[1]) == (4, True)

    verified = {"closes": ["late"], "verified_on": today().isoformat()}
    unknown = decision("reinstate", item, evidence_sha256="0" * 64, **verified)
    assert desk.said("decider", "decide", desk.code, body=unknown)[0] == 1
    (desk.folder / "proof.pdf").write_bytes(EVIDENCE_FILE + b" Signed.")
    handed_in = desk.good("applicant", "hand-in", desk.code, str(desk.folder / "proof.pdf"))
    assert handed_in["sha256"] == sha256_hex(EVIDENCE_FILE + b" Signed.")
    known = decision("reinstate", item, evidence_sha256=handed_in["sha256"], **verified)
    desk.good("decider", "decide", desk.code, body=known)
    assert desk.states() == ("valid",)

    withdrawn = desk.good("decider", "decide", desk.code, body=decision("withdraw", item))
    appeal = {"decision": withdrawn["decision"], "filed_on": today().isoformat(), "grounds": "It is not so."}
    filed = desk.good("applicant", "appeal", body=appeal)
    ruling = {"outcome": "upheld", "decided_on": today().isoformat(), "reason": "Another was meant."}
    assert "RULING_BY_A_PARTY" in desk.said("decider", "decide-appeal", filed["id"], body=ruling)[1]
    ruled = desk.good("officer", "decide-appeal", filed["id"], body=ruling)
    assert (ruled["appeal"]["outcome"], desk.states()) == ("upheld", ("valid",))


def test_a_surveillance_is_planned_finished_and_its_finding_treated(desk: Desk) -> None:
    item, on = desk.granted(), today().isoformat()
    plan = {"evaluator": desk.code, "kind": "routine", "items": [item], "due_on": on}
    planned = desk.good("officer", "plan", body=plan)
    outcome = {
        "statement": "Reports are late.", "completed_on": on, "due_on": (today() + timedelta(days=9)).isoformat(),
        "findings": [{"grade": "major", "statement": "Late."}],
    }  # fmt: skip
    finding = desk.good("officer", "finish", planned["id"], body=outcome)["findings"][0]["id"]

    assert desk.good("applicant", "finding", "answer", finding, body={"statement": "Done."})["state"] == "answered"
    assert desk.good("officer", "finding", "return", finding, body={"statement": "Not yet."})["state"] == "open"
    status, printed, _ = run_command("vetting", "surveillances", desk.code)
    assert (status, f"finding {finding}  major  open" in printed.decode()) == (0, True)


def test_who_acts_is_a_person_with_a_key_that_reaches_so_far(desk: Desk) -> None:
    item = desk.granted()
    body = decision("withdraw", item)

    for by, expected in (("nobody", 5), ("narrow", 5), ("applicant", 5), ("missing", 3)):
        refused = desk.said(by, "decide", desk.code, body=body)
        assert refused[0] == expected, refused
    without_key = run_command("vetting", "decide", desk.code, desk.folder / "body.json")
    assert (without_key[0], "--key" in without_key[2]) == (2, True)
    assert desk.states() == ("valid",)


def test_a_body_of_another_form_is_refused_with_every_fault(desk: Desk) -> None:
    status, said = desk.said("decider", "decide", desk.code, body=decision("grant", "1") | {"reason": " ", "more": 1})

    assert status == 1
    assert all(each in said for each in ("/type", "/reason", "/more"))
    assert desk.said("decider", "verdict", "x", body=verdict())[0] == 3
