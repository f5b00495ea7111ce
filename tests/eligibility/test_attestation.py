"""What is signed: its members and its times, that no byte can be changed, and what the one-file verifier says."""

import base64
import json
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from attestation_samples import (
    ADDRESS,
    ADDRESSES,
    ISSUED,
    ITEM,
    make_check,
    make_content,
    make_key,
    make_rule,
    signed,
    use_of,
)

from registry.canonical import canonical_json, digest
from registry.eligibility import verify_attestation as verifier
from registry.eligibility.attestation_keys import SigningKey, key_set, signed_content
from registry.eligibility.attestation_models import Attestation
from registry.eligibility.attestation_pdf import attestation_pdf
from registry.eligibility.credential import (
    AttestedCheck,
    StatusEntry,
    covering_items,
    credential_of,
    items_of,
    list_credential,
    valid_until,
)
from registry.eligibility.status_list import ENTRIES, Purpose
from registry.eligibility.verify_attestation import Given, Refused

LATER = ISSUED + timedelta(days=1)
ATTESTATION = UUID("22222222-2222-4222-8222-222222222222")
VERIFIER = Path(verifier.__file__)


def keys_of(*uses: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(key_set(uses, ADDRESS)))
    return found


def test_a_credential_says_what_the_decision_says_and_where_its_status_is() -> None:
    check = make_check()

    found = credential_of(check, ATTESTATION, ADDRESSES, [StatusEntry(ITEM, 2, 77)], ISSUED)

    assert found["type"] == ["VerifiableCredential", "EligibilityAttestation"]
    assert (found["issuer"], found["id"]) == (ADDRESS, f"{ADDRESS}/api/v1/attestations/{ATTESTATION}")
    assert (found["validFrom"], found["validUntil"]) == ("2026-03-01T08:00:00Z", "2026-05-30T08:00:00Z")
    subject = found["credentialSubject"]
    assert (subject["verdict"], subject["resultSha256"]) == ("eligible", digest(check.content))
    assert (subject["request"], subject["policy"]) == (check.decision["request"], check.decision["policy"])
    assert (subject["creditCode"], subject["names"]) == ("91110000600037341L", ["呼伦贝尔评估院"])
    # Rules are not in it: their facts may name persons.
    assert "rules" not in subject
    assert [each["statusPurpose"] for each in found["credentialStatus"]] == ["revocation", "suspension"]
    assert {each["statusListIndex"] for each in found["credentialStatus"]} == {"77"}
    assert found["credentialStatus"][0]["statusListCredential"] == f"{ADDRESS}/api/v1/status-lists/revocation/2"
    assert items_of(found) == (ITEM,)


def test_items_that_cover_are_found_once_and_no_others() -> None:
    other = ITEM.replace("1", "3")
    rules = [
        make_rule(),
        make_rule(about="scope 2"),
        make_rule("fail", "SCOPE_REGION", item=other),
        make_rule(facts=[{"ref": "ev-000001"}]),
    ]

    assert covering_items(make_content(rules=rules)) == (ITEM,)


def test_it_counts_until_the_answer_changes_or_the_policys_days_are_over() -> None:
    def until(**changes: Any) -> str:
        return valid_until(make_check(make_content(**changes)), ISSUED).isoformat()

    assert until() == "2026-05-30T08:00:00+00:00"
    # The first moment of 1 April in Shanghai.
    assert until(next_change_at="2026-04-01") == "2026-03-31T16:00:00+00:00"
    assert until(next_change_at="2027-04-01") == "2026-05-30T08:00:00+00:00"
    # What changed before it was asked for is part of the answer.
    assert until(next_change_at="2026-03-01") == "2026-05-30T08:00:00+00:00"


def test_every_changed_byte_is_refused() -> None:
    key = make_key()
    token, keys = signed(key), keys_of(use_of(key))
    assert verifier.verify(token, keys).subject["evaluator"] == "ev-000001"
    content = token.encode()

    passed = []
    for place in range(len(content)):
        for bit in (0x01, 0x20):
            changed = content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
            try:
                verifier.verify(verifier.read_given(changed).jws, keys)
                passed.append(place)
            except Refused:
                continue
    # The last letter has bits that mean nothing: another spelling of the same signature.
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    respelled = [content[:-1] + bytes([each]) for each in letters if each != content[-1]]
    cut_and_longer = [*respelled, content[:-1], content[1:], content + b"A", content + b"=", content + b".AA"]

    assert passed == []
    for each in cut_and_longer:
        with pytest.raises(Refused):
            verifier.verify(verifier.read_given(each).jws, keys)


def forged(token: str, **header: Any) -> str:
    old, credential = signed_content(token)
    parts = [
        base64.urlsafe_b64encode(canonical_json(each)).rstrip(b"=").decode() for each in (old | header, credential)
    ]
    return ".".join([*parts, token.rpartition(".")[2]])


def test_a_key_proves_only_what_it_signed_in_its_time() -> None:
    first, second = make_key(), make_key()
    changed = ISSUED + timedelta(days=10)
    uses = (use_of(first, used_until=changed), use_of(second, changed))
    keys = keys_of(*uses)

    assert verifier.verify(signed(first), keys)
    assert verifier.verify(signed(first, at=changed), keys)
    assert verifier.verify(signed(second, at=changed), keys)
    with pytest.raises(Refused, match="in use no more"):
        verifier.verify(signed(first, at=changed + timedelta(seconds=1)), keys)
    with pytest.raises(Refused, match="before its key was used"):
        verifier.verify(signed(second), keys)
    with pytest.raises(Refused, match="not among the keys"):
        verifier.verify(signed(make_key()), keys)


def test_from_the_instant_on_at_which_a_key_was_in_other_hands_it_proves_nothing() -> None:
    key = make_key()
    keys = keys_of(use_of(key, compromised_from=LATER))

    assert verifier.verify(signed(key), keys)
    with pytest.raises(Refused, match="in other hands"):
        verifier.verify(signed(key, at=LATER), keys)


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "EdDSA"}, {"alg": "HS256"}, {"typ": "JWT"}, {"cty": "jwt"}, {"kid": "x"}, {"crit": ["x"]},
     {"iss": "https://elsewhere.example"}, {"iat": "1"}, {"jwk": {}}],
)  # fmt: skip
def test_another_header_is_refused(header: Mapping[str, Any]) -> None:
    key = make_key()

    with pytest.raises(Refused):
        verifier.verify(forged(signed(key), **header), keys_of(use_of(key)))


def test_a_key_under_the_name_of_another_is_refused() -> None:
    key, other = make_key(), make_key()
    keys = keys_of(use_of(other))
    keys["keys"][0]["kid"] = key.kid

    with pytest.raises(Refused, match="not the one of this name"):
        verifier.verify(signed(key), keys)


def test_keys_of_another_registry_do_not_help() -> None:
    key = make_key()
    keys = keys_of(use_of(key)) | {"issuer": "https://elsewhere.example"}

    with pytest.raises(Refused, match="The keys are of"):
        verifier.verify(signed(key), keys)


def list_of(key: Any, purpose: Purpose, *indexes: int, number: int = 1) -> str:
    bits = np.zeros(ENTRIES, np.bool_)
    bits[list(indexes)] = True
    return str(key.sign(list_credential(ADDRESSES, purpose, number, LATER, bits), ADDRESS, LATER))


def test_all_that_was_given_is_checked_and_the_rest_is_named() -> None:
    key, check = make_key(), make_check()
    keys, given, content = keys_of(use_of(key)), Given(signed(key, check)), dict(check.content)

    alone = verifier.check(given, keys, None, [], LATER)
    with_all = verifier.check(given, keys, content, [list_of(key, each, 76, 78) for each in Purpose], LATER)

    assert [each for each in alone if each.startswith("NOT CHECKED")] == [
        "NOT CHECKED: the decision itself.",
        f"NOT CHECKED without a network, give --status-list: {ADDRESS}/api/v1/status-lists/revocation/1",
        f"NOT CHECKED without a network, give --status-list: {ADDRESS}/api/v1/status-lists/suspension/1",
    ]
    assert not [each for each in with_all if each.startswith("NOT CHECKED")]
    for purpose in Purpose:
        with pytest.raises(Refused, match=purpose):
            verifier.check(given, keys, content, [list_of(key, purpose, 77)], LATER)
    # A list that it does not name proves nothing of it.
    other = verifier.check(given, keys, None, [list_of(key, Purpose.REVOCATION, 77, number=2)], LATER)
    assert len([each for each in other if "--status-list" in each]) == 2
    with pytest.raises(Refused, match="BitstringStatusListCredential"):
        verifier.check(given, keys, None, [given.jws], LATER)
    changed = make_check(make_content(next_change_at="2026-09-01")).content
    with pytest.raises(Refused, match="digest"):
        verifier.check(given, keys, changed, [], LATER)
    for at, word in ((ISSUED - timedelta(seconds=1), "only from"), (ISSUED + timedelta(days=90), "until")):
        with pytest.raises(Refused, match=word):
            verifier.check(given, keys, None, [], at)


@pytest.mark.parametrize(
    "value",
    [
        {"é": 1, "z": [True, None, -5], "a": '\u2028"\\\n\x1f', "𐀀": 1, "\ufb33": 2},
        [0.5, 100.0, 3.25, -0.001, 1e14],
    ],
)
def test_the_verifier_writes_numbers_and_texts_as_the_registry_does(value: Any) -> None:
    assert verifier.canonical(value).encode() == canonical_json(value)


def make_sheet(key: SigningKey, check: AttestedCheck) -> tuple[bytes, Attestation]:
    token = signed(key, check, attestation_id=ATTESTATION)
    row = Attestation(id=ATTESTATION, jws=token, kid=key.kid, issued_at=ISSUED)
    return attestation_pdf(row, check), row


def text_of(pdf: bytes) -> str:
    import pypdfium2

    opened = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in opened)
    sizes = {tuple(map(round, page.get_size())) for page in opened}
    opened.close()
    assert sizes == {(595, 842)}
    return text


def test_the_sheet_says_all_in_both_languages_and_carries_what_was_signed() -> None:
    key = make_key()
    reason = make_rule(
        "fail", "VALIDITY_ENDS_IN_WINDOW", rule_id="VAL-002",
        message={"zh": "资格于期间内到期。#let x = [*注入*]", "en": "It ends in the window. #panic() $x$ `y`"},
        basis=[{"kind": "statute", "document": {"zh": "政府购买服务管理办法", "en": "Measures"}, "clause": "第六条"}],
    )  # fmt: skip
    check = make_check(make_content(verdict="ineligible", rules=[make_rule(), reason]))

    pdf, row = make_sheet(key, check)

    given = verifier.read_given(pdf)
    assert (given.jws, given.decision) == (row.jws, check.content)
    assert verifier.check(given, keys_of(use_of(key)), None, [], LATER)
    text = re.sub(r"[\s\u200b]", "", text_of(pdf))
    for each in (
        "评估机构资格核验证明", "Attestationofeligibility", "不符合条件", "Ineligible", "呼伦贝尔评估院",
        "91110000600037341L",
        "mca:420000", "2026-05-01", "VAL-002", "资格于期间内到期。#letx=[*注入*]", "#panic()$x$`y`",
        "政府购买服务管理办法第六条",
        digest(check.content), f"{ADDRESS}/verify?id={ATTESTATION}", key.kid,
    ):  # fmt: skip
        assert each.replace(" ", "") in text, each
    assert attestation_pdf(row, check) == pdf


def test_long_names_stay_on_the_sheet_and_every_character_has_a_glyph() -> None:
    import pypdfium2

    names = ("内蒙古自治区呼伦贝尔市乡村振兴第三方绩效评估研究院" * 6, "A" * 200, "龘靐齉爩")
    pdf, _ = make_sheet(make_key(), make_check(names=names))

    opened = pypdfium2.PdfDocument(pdf)
    beyond = []
    for page in opened:
        width, _ = page.get_size()
        textpage = page.get_textpage()
        boxes = (textpage.get_charbox(place) for place in range(textpage.count_chars()))
        beyond += [box for box in boxes if box[0] < 0 or box[2] > width - 40]
    opened.close()
    assert beyond == []
    text = text_of(pdf)
    assert text.count("A") >= 200
    assert "\ufffd" not in text


def test_a_pdf_with_a_changed_file_inside_is_refused() -> None:
    key = make_key()
    pdf, _ = make_sheet(key, make_check())
    keys = keys_of(use_of(key))
    places = [found.start() for found in re.finditer(rb"stream\r?\n", pdf)]
    assert places

    with pytest.raises(Refused):
        verifier.read_given(b"%PDF-1.7 nothing inside")
    inside = [
        found
        for found in verifier._STREAM.finditer(pdf)
        if b"/EmbeddedFile" in pdf[found.start() - 300 : found.start()]
    ]
    assert len(inside) == 2
    for found in inside:
        changed = bytearray(pdf)
        changed[found.end() + 40] ^= 0x10
        with pytest.raises(Refused):
            verifier.check(verifier.read_given(bytes(changed)), keys, None, [], LATER)


@pytest.mark.slow
def test_no_file_takes_long_or_much_memory_to_be_refused() -> None:
    object_ = b"1 0 obj << /Type /EmbeddedFile /Filter /FlateDecode >>\nstream\n"
    spaces = object_ + zlib.compress(b" " * (9 * 1024 * 1024)) + b"\nendstream endobj\n"
    begun = time.process_time()
    for content, said in (
        (b"<<" * 1024 * 1024, "0 attestations"),
        (b">> " * 700_000, "0 attestations"),
        (5 * (object_ + zlib.compress(b"{}") + b"\nendstream endobj\n"), "more than 4 files"),
        (spaces, "more than 8388608 bytes"),
    ):
        with pytest.raises(verifier.Refused, match=said):
            verifier.read_given(b"%PDF-1.7\n" + content)
    # A minute with a pattern that begins at each of the signs.
    assert time.process_time() - begun < 10


def test_the_one_file_runs_alone_and_without_a_network(tmp_path: Path) -> None:
    from test_no_network import calls_of

    key = make_key()
    pdf, row = make_sheet(key, make_check())
    alone = tmp_path / "verify_attestation.py"
    alone.write_bytes(VERIFIER.read_bytes())
    (tmp_path / "a.pdf").write_bytes(pdf)
    (tmp_path / "a.jwt").write_text(row.jws + "\n", encoding="utf-8")
    (tmp_path / "keys.json").write_text(json.dumps(keys_of(use_of(key))), encoding="utf-8")
    (tmp_path / "list.jwt").write_text(list_of(key, Purpose.REVOCATION, 77), encoding="utf-8")
    ask = [sys.executable, "-I", alone, "a.pdf", "--keys", "keys.json", "--at", "2026-03-02T00:00:00Z"]

    calls, text = calls_of(tmp_path, *ask)
    more, refused = calls_of(tmp_path, *ask, "--status-list", "list.jwt", code=1)
    with_now = subprocess.run(
        [sys.executable, "-I", alone, "a.jwt", "--keys", "keys.json"], cwd=tmp_path, capture_output=True, check=False
    )

    assert calls == more == []
    assert "eligible" in text
    assert "The decision is the one that was attested." in text
    assert refused.startswith("REFUSED: revocation since")
    # Whatever day it is, an attestation of one day is over on another.
    is_over = datetime.now(UTC) >= datetime(2026, 5, 30, 8, tzinfo=UTC)  # noqa: TID251 - the program reads it too
    assert with_now.returncode == (1 if is_over else 0)
