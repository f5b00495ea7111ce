"""Attestations through the API, the command line and the public page."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from attestation_samples import ADDRESS, save_check
from evaluator_samples import at
from faces import run_command
from people import saved_person
from starlette.testclient import TestClient
from vetting_samples import make_vetting

from registry.accounts.permissions import OPERATOR, Role
from registry.clock import utc_now
from registry.db import Database, write
from registry.eligibility import verify_attestation as verifier
from registry.eligibility.attestation_key_service import take_into_use
from registry.eligibility.attestation_keys import SigningKey
from registry.keys import ATTESTING, open_keys

JWS = "application/vc+jwt"
NOBODYS = "00000000-0000-4000-8000-000000000000"


def prepared(database: Database, folder: Path) -> tuple[str, str]:
    """A stored decision of an evaluator with one scope item; their codes."""

    def work(session: Any) -> tuple[str, str]:
        vetting = make_vetting(session, folder)
        (item,) = vetting.granted(valid_to="2031-02-01")
        return save_check(session, vetting.evaluator, (item,), at("2026-03-01")).code, item

    return write(database, work)


def published_lists(client: TestClient, made: dict[str, Any]) -> list[str]:
    """The lists that an attestation names, now; at other instants there are others, or none."""
    lists = []
    for each in made["credential"]["credentialStatus"]:
        path = each["statusListCredential"].removeprefix(ADDRESS)
        found = client.get(path)
        assert found.headers["content-type"] == JWS
        lists.append(found.text)
        now = utc_now()
        for when, status, code in (
            (now + timedelta(days=1), 404, "status-list-not-found"),
            (at("2026-03-01"), 404, "status-list-not-found"),
        ):
            assert_problem(client.get(path, params={"timestamp": when.isoformat()}), status, code)
        assert_problem(client.get(path, params={"timestamp": "yesterday"}), 422, "time-rejected")
        assert client.get(path, params={"timestamp": made["issued_at"]}).status_code == 200
    return lists


def verify_on_the_page(client: TestClient, made: dict[str, Any], pdf: bytes) -> None:
    page = client.get(made["links"]["page"], headers={"accept-language": "zh"})
    assert page.status_code == 200
    assert made["credential"]["credentialSubject"]["resultSha256"] in page.text
    files = {"file": ("a.pdf", pdf)}
    assert made["id"] in client.post("/verify", files=files).text
    changed = {"file": ("a.jwt", made["jws"].replace(".", ".A", 1))}
    for sent, status in ((changed, 422), ({"file": ("", b"")}, 422), (None, 422)):
        assert client.post("/verify", files=sent).status_code == status
    assert client.get("/verify").status_code == 200
    assert client.get("/verify", params={"id": NOBODYS}).status_code == 404
    assert client.get("/verify", params={"id": "<script>"}).status_code == 404


def test_an_attestation_is_issued_shown_listed_and_verified(database: Database, tmp_path: Path) -> None:
    check, item = prepared(database, tmp_path)
    client = stranger_of(database, public_url=ADDRESS, keys_dir=tmp_path / "keys")
    officer = saved_person(database, Role.PROCUREMENT).bearer
    address = f"/api/v1/eligibility-checks/{check}/attestation"

    refused = client.post(address)
    unknown = client.post("/api/v1/eligibility-checks/ec-999999/attestation", headers=officer)
    answer = client.post(address, headers=officer)

    assert_problem(refused, 401, "sign-in-needed")
    assert_problem(unknown, 404, "eligibility-check-not-found")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == made["links"]["self"]
    assert (made["worth"], made["items"]) == ("good", [{"item": item, "state": "valid", "worth": "good"}])
    shown = client.get(made["links"]["self"])
    assert shown.json() | {"at": ""} == made | {"at": ""}
    token = client.get(made["links"]["jws"])
    assert (token.headers["content-type"], token.text) == (JWS, made["jws"])
    keys = client.get("/api/v1/attestation-keys").json()
    assert keys["issuer"] == ADDRESS
    assert verifier.verify(token.text, keys).credential == made["credential"]

    lists = published_lists(client, made)
    said = verifier.check(verifier.read_given(token.content), keys, None, lists, utc_now())
    assert [each for each in said if each.startswith("NOT CHECKED")] == ["NOT CHECKED: the decision itself."]
    assert_problem(client.get("/api/v1/status-lists/message/1"), 404, "status-list-not-found")

    assert_problem(client.get(made["links"]["pdf"]), 401, "sign-in-needed")
    pdf = client.get(made["links"]["pdf"], headers=officer)
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert verifier.read_given(pdf.content).jws == made["jws"]

    verify_on_the_page(client, made, pdf.content)


def test_without_an_address_of_its_own_the_registry_attests_nothing(database: Database, tmp_path: Path) -> None:
    check, _ = prepared(database, tmp_path)
    client = stranger_of(database, keys_dir=tmp_path / "keys")
    officer = saved_person(database, Role.PROCUREMENT).bearer

    answer = client.post(f"/api/v1/eligibility-checks/{check}/attestation", headers=officer)

    assert_problem(answer, 503, "attestation-issuer-unknown")
    assert client.get("/api/v1/attestation-keys").json() == {"keys": []}


def test_commands_attest_verify_and_change_keys(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, _ = prepared(database, tmp_path)
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    monkeypatch.setenv("REGISTRY_PUBLIC_URL", ADDRESS)
    token, pdf, keys = (tmp_path / name for name in ("a.jwt", "a.pdf", "keys.json"))
    # A key that was used before.
    old = key_with_a_hyphen(tmp_path / "keys")
    write(database, lambda session: take_into_use(session, OPERATOR, old, at("2026-03-01")))

    issued = run_command("attest", check, "--out", token, "--pdf", pdf)
    rotated = run_command("attest", "rotate-key")
    listed = run_command("attest", "keys", "--out", keys)
    here, printed, elsewhere = (run_command("verify", *each) for each in ((token,), (pdf,), (pdf, "--keys", keys)))
    again = run_command("attest", check)

    for code, _, said in (issued, rotated, listed, here, printed, elsewhere, again):
        assert code == 0, said
    assert b"Here and now it is: good." in here[1]
    assert b"The decision is the one that was attested." in printed[1]
    assert b"NOT CHECKED without a network" in elsewhere[1]
    kids = [each["kid"] for each in json.loads(keys.read_text("utf-8"))["keys"]]
    assert (kids[0], len(kids)) == (old.kid, 2)
    token.write_text(token.read_text("utf-8").replace(".", ".A", 1), encoding="utf-8")
    changed = run_command("verify", token)
    lost = run_command("attest", "key-compromised", old.kid, "--from", "2026-03-01T00:00:00Z", "--reason", "Stolen.")
    refused = run_command("verify", pdf)
    assert (changed[0], lost[0], refused[0]) == (1, 0, 1)
    assert "in other hands" in refused[2]


def key_with_a_hyphen(folder: Path) -> SigningKey:
    """The key of the folder, made anew until its name begins as an option does."""
    open_keys(folder)
    while True:
        key = SigningKey(open_keys(folder).attesting_key(None))
        if key.kid.startswith("-"):
            return key
        (folder / ATTESTING).unlink()
