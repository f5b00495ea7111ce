"""Eligibility at a terminal: asked, stored, replayed, decided otherwise, and many at once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faces import run_command
from people import make_person
from register_samples import credit_code
from vetting_samples import make_vetting

from registry.accounts.permissions import Role
from registry.db import Database, write

SCOPE = ["--domain", "agri", "--region", "mca:420000", "--type", "annual", "--standard", "rural-rev@2.1.0"]
WINDOW = ["--level", "town", "--from", "2026-05-01", "--to", "2026-10-01"]


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def said(*arguments: str) -> Said:
    status, printed, complained = run_command(*arguments)
    return Said(status, printed.decode(), complained)


@pytest.fixture
def evaluator(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    monkeypatch.setenv("REGISTRY_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("REGISTRY_PUBLIC_URL", "https://registry.example")

    def setup(session: Any) -> Any:
        vetting = make_vetting(session, tmp_path)
        vetting.granted(effective="2024-01-05", valid_to="2028-01-01")
        return vetting.evaluator.code, make_person(session, Role.PROCUREMENT).key

    code, key = write(database, setup)
    (tmp_path / "buyer.key").write_text(key, "utf-8")
    return str(code)


def test_an_answer_is_shown_stored_replayed_and_decided_otherwise(evaluator: str, tmp_path: Path) -> None:
    shown = said("check", evaluator, *SCOPE, *WINDOW, "--other-bidder", "none")
    assert shown.status == 0, shown.err
    lines = shown.out.splitlines()
    assert lines[0].split()[1] == evaluator
    assert "VALIDITY_ENDS" not in shown.out
    assert any("What to do: " in each for each in lines)
    assert any("passed, " in each for each in lines)
    assert lines[-1].startswith("Nothing is stored")
    late = said("check", evaluator, *SCOPE, "--level", "town", "--from", "2027-12-01", "--to", "2028-02-01")
    assert late.status == 0
    assert late.out.startswith("ineligible")
    assert "Days: [2028-01-01, 2028-02-01)" in late.out

    stored = said("check", evaluator, *SCOPE, *WINDOW, "--store", "--json", "--key", str(tmp_path / "buyer.key"))
    code = stored.document["decision_id"]
    assert said("check", "replay", code, "--json").document["is_same"] is True
    assert "结论相同" in said("check", "replay", code, "--language", "zh").out
    assert code in said("check", "list", "--evaluator", evaluator).out
    assert said("check", "affected").out == ""

    file = tmp_path / "otherwise.json"
    file.write_text(json.dumps({"verdict": "eligible", "reason": "Told by letter.", "legal_basis": "3.2"}), "utf-8")
    decided = said("check", "override", code, str(file), "--key", str(tmp_path / "buyer.key"))
    assert decided.status == 0, decided.err
    assert "Decided otherwise: eligible" in said("check", "show", code).out
    assert said("check", "show", "ec-000099").status == 3


def test_a_question_without_a_day_and_a_review_of_nothing_are_refused(evaluator: str, tmp_path: Path) -> None:
    refused = said("check", evaluator, *SCOPE)
    file = tmp_path / "review.json"
    file.write_text(json.dumps({"outcome": "stands", "reason": "x"}), "utf-8")

    assert refused.status != 0
    assert "valid_at" in refused.err
    nothing = said("check", "review", "1", str(file), "--key", str(tmp_path / "buyer.key"))
    assert nothing.status == 3, nothing.err


def test_a_file_of_bidders_is_answered_attested_and_kept_once(evaluator: str, tmp_path: Path) -> None:
    file, out = tmp_path / "bidders.csv", tmp_path / "answers.csv"
    file.write_text(f"评估机构\n{evaluator}\n{credit_code(77)}\n", "utf-8")
    batch = ["check", "--batch", str(file), *SCOPE, *WINDOW, "--known-at", "2026-03-10T00:00:00Z"]

    dry = said(*batch, "--dry-run")
    assert dry.status == 0, dry.err
    assert "nothing is stored" in dry.out
    first = said(*batch, "--attest", "--as-competitors", "--out", str(out), "--language", "zh")
    assert first.status == 0, first.err
    assert "answered and stored" in first.out
    again = said(*batch, "--attest", "--as-competitors", "--json").document
    assert again["was_there"] is True
    told = out.read_text("utf-8-sig").splitlines()
    assert "ec-000001" in told[1]
    assert again["bidders"][0]["attestation"] in told[1]
    assert told[2].endswith("not registered")

    file.write_text("evaluator,from\n,soon\n", "utf-8")
    bad = said(*batch, "--errors", str(tmp_path / "errors.csv"))
    assert bad.status == 1
    assert "row 2, column evaluator" in bad.err
    assert "This is no day" in (tmp_path / "errors.csv").read_text("utf-8-sig")
