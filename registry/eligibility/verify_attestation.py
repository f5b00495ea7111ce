"""Verify an attestation of eligibility with nothing but Python and the package `cryptography`; no network is used.

    python3 verify_attestation.py FILE --keys KEYS [--decision DECISION] [--status-list LIST ...] [--at INSTANT]

FILE: the attestation as text (JWS), as JSON with the member jws, or the PDF that holds it. KEYS: what the registry
publishes at /api/v1/attestation-keys, from a source you trust. --decision: the decision that it attests; a PDF holds
its own. --status-list: a list that the registry published, as it came; may be repeated. --at: the instant for which it
is asked, default now.
The exit code is 0 when all that was given holds, 1 when something does not, 2 for a wrong call.
Formats: RFC 7515 (JWS), VC-JOSE-COSE, Verifiable Credentials 2.0, Bitstring Status List 1.0, RFC 8785, ISO 32000.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ALGORITHM, TYPE, LIST_TYPE = "Ed25519", "EligibilityAttestation", "BitstringStatusListCredential"
HEADER = {"alg", "cty", "iat", "iss", "kid", "typ"}
# What the digest of a decision is of.
DECISION = ("verdict", "policy", "request", "rules", "nearest_misses", "next_change_at")
ENTRIES = 131_072
# Each place is looked at once, whatever a file holds.
_STREAM = re.compile(rb">>\s{0,20}stream\r?\n")
_DICTIONARY_BYTES = 2000
_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_MOST_BYTES = 8 * 1024 * 1024
_MOST_FILES = 4


class Refused(Exception):
    """What does not hold, as a sentence."""


@dataclass(frozen=True)
class Given:
    """jws: of the attestation. decision: of the same file, where it holds one."""

    jws: str
    decision: Any = None


@dataclass(frozen=True)
class Verified:
    """signed_at: by the header, which only the key's owner could write."""

    credential: Mapping[str, Any]
    kid: str
    signed_at: datetime

    @property
    def subject(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.credential["credentialSubject"]
        return found


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)


def unbase64url(text: str) -> bytes:
    """Only the one spelling of the bytes: bits that mean nothing would let a changed text pass for the same."""
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        content = b""
    is_same = base64.urlsafe_b64encode(content).rstrip(b"=").decode() == text
    require(bool(text) and is_same, f"This is not base64url: {text[:40]!r}.")
    return content


def read_json(content: bytes, what: str) -> Any:
    try:
        return json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what} is no JSON text.") from error


def read_instant(text: Any, what: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Refused(f"{what} is no instant: {str(text)[:40]!r}.") from error
    require(found.tzinfo is not None, f"{what} does not say in which zone it is: {text!r}.")
    return found


def read_given(content: bytes) -> Given:
    """From a text, from JSON, or out of a PDF. Raises Refused."""
    require(len(content) <= _MOST_BYTES, f"The file is larger than {_MOST_BYTES} bytes.")
    if content.startswith(b"%PDF-"):
        return _of_pdf(content)
    if content.lstrip().startswith(b"{"):
        found = read_json(content, "The file")
        require(isinstance(found, dict) and isinstance(found.get("jws"), str), "The JSON has no text under jws.")
        return Given(found["jws"], found.get("decision"))
    text = content.decode("utf-8", "replace").strip()
    require(_JWS.fullmatch(text) is not None, "The file holds no attestation: no JWS, no JSON with jws, no PDF.")
    return Given(text)


def _of_pdf(content: bytes) -> Given:
    jws, decision = list[str](), None
    for each in _embedded(content):
        text = each.decode("utf-8", "replace").strip()
        if _JWS.fullmatch(text):
            jws.append(text)
        elif text.startswith("{"):
            decision = read_json(each, "The decision in the PDF")
    require(len(jws) == 1, f"The PDF holds {len(jws)} attestations; one is needed.")
    return Given(jws[0], decision)


def _embedded(content: bytes) -> Iterator[bytes]:
    """Raises Refused, also for more files or bytes than an attestation ever holds."""
    number, left = 0, _MOST_BYTES
    for found in _STREAM.finditer(content):
        dictionary = content[max(0, found.start() - _DICTIONARY_BYTES) : found.start()].rpartition(b" obj")[2]
        if b"/EmbeddedFile" not in dictionary:
            continue
        number += 1
        require(number <= _MOST_FILES, f"The PDF holds more than {_MOST_FILES} files.")
        file = _file_at(content, found.end(), left, is_deflated=b"/FlateDecode" in dictionary)
        left -= len(file)
        require(left > 0, f"The files in the PDF have more than {_MOST_BYTES} bytes.")
        yield file


def _file_at(content: bytes, start: int, most: int, *, is_deflated: bool) -> bytes:
    if not is_deflated:
        return content[start : content.find(b"endstream", start)]
    try:
        return zlib.decompressobj().decompress(memoryview(content)[start:], most)
    except zlib.error as error:
        raise Refused("A file in the PDF is damaged.") from error


def verify(token: str, keys: Mapping[str, Any], type_: str = TYPE) -> Verified:
    """Signature, header, and that the key might sign then. Raises Refused."""
    parts = token.split(".")
    require(len(parts) == 3, "This is no JWS of three parts.")
    header = read_json(unbase64url(parts[0]), "The header")
    require(isinstance(header, dict) and header.keys() == HEADER, "The header is not that of an attestation.")
    named = (header["alg"], header["typ"], header["cty"])
    require(named == (ALGORITHM, "vc+jwt", "vc"), f"The header names another form: {named}.")
    key = _key(keys, header["kid"])
    _require_signature(key, unbase64url(parts[2]), f"{parts[0]}.{parts[1]}".encode())
    credential = read_json(unbase64url(parts[1]), "The credential")
    require(isinstance(credential, dict) and type_ in credential.get("type", ()), f"This is no {type_}.")
    require(credential.get("issuer") == header["iss"], "The header names another issuer than the credential.")
    issuer = keys.get("issuer")
    require(issuer in (None, header["iss"]), f"The keys are of {issuer}, the attestation is of {header['iss']}.")
    require(type(header["iat"]) is int and 0 <= header["iat"] < 2**36, "The header does not say when it was signed.")
    signed_at = datetime.fromtimestamp(header["iat"], UTC)
    _require_time(key, signed_at)
    return Verified(credential, header["kid"], signed_at)


def _key(keys: Mapping[str, Any], kid: Any) -> Mapping[str, Any]:
    listed = keys.get("keys") if isinstance(keys, dict) else None
    require(isinstance(listed, list), "The file of keys has no list under keys.")
    assert isinstance(listed, list)
    found = [each for each in listed if isinstance(each, dict) and each.get("kid") == kid]
    require(len(found) == 1, f"The key {str(kid)[:60]!r} is not among the keys that were given.")
    (key,) = found
    require((key.get("kty"), key.get("crv")) == ("OKP", ALGORITHM), f"The key {kid} is not of {ALGORITHM}.")
    # RFC 7638: the identifier is made of the key, so a name cannot be put on another one.
    canonical = json.dumps({"crv": key["crv"], "kty": key["kty"], "x": key.get("x")}, separators=(",", ":"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
    require(digest == kid, f"The key {kid} is not the one of this name.")
    return key


def _require_signature(key: Mapping[str, Any], signature: bytes, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(unbase64url(key["x"])).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Refused("The signature does not hold: something was changed, or another key signed.") from error


def _require_time(key: Mapping[str, Any], signed_at: datetime) -> None:
    first = read_instant(key.get("used_from"), "used_from of the key")
    require(first <= signed_at, f"It claims to be signed at {signed_at}, before its key was used.")
    if "used_until" in key:
        last = read_instant(key["used_until"], "used_until of the key")
        require(signed_at <= last, f"It claims to be signed at {signed_at}, when its key was in use no more.")
    if "compromised_from" in key:
        since = read_instant(key["compromised_from"], "compromised_from of the key")
        require(signed_at < since, f"Its key was in other hands from {since} on; it was signed at {signed_at}.")


def require_dates(verified: Verified, at: datetime) -> None:
    first = read_instant(verified.credential.get("validFrom"), "validFrom")
    last = read_instant(verified.credential.get("validUntil"), "validUntil")
    require(first <= at, f"It counts only from {first} on; asked for {at}.")
    require(at < last, f"It counted until {last}; asked for {at}.")


def require_decision(verified: Verified, decision: Any) -> None:
    """That the decision is, rule by rule, the one that was attested."""
    require(isinstance(decision, dict), "The decision is no JSON object.")
    # A stored check holds its one decision among members.
    members = decision.get("members", [decision])
    is_one = isinstance(members, list) and len(members) == 1 and isinstance(members[0], dict)
    missing = [name for name in DECISION if not is_one or name not in members[0]]
    require(not missing, f"The decision lacks {', '.join(missing)}.")
    digest = hashlib.sha256(canonical({name: members[0][name] for name in DECISION}).encode()).hexdigest()
    attested = verified.subject.get("resultSha256")
    require(digest == attested, f"The decision has the digest {digest}; attested is {attested}.")


def canonical(value: Any) -> str:
    """RFC 8785, for what decisions hold."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(each)}" for name, each in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        # Between these bounds Python and ECMAScript write a number alike, but for whole ones.
        require(value == 0 or 1e-4 <= abs(value) < 1e15, f"The decision has a number that is not read here: {value}.")
        return str(int(value)) if value.is_integer() else repr(value)
    return json.dumps(value, ensure_ascii=False)


def require_status(verified: Verified, status_list: Verified) -> bool:
    """That no bit is set for the attestation in the list. Gives whether the list is one that it names."""
    address, subject = status_list.credential.get("id"), status_list.subject
    bits = _bits(str(subject.get("encodedList")))
    named = [
        each for each in verified.credential.get("credentialStatus", ()) if each["statusListCredential"] == address
    ]
    for each in named:
        require(each["statusPurpose"] == subject.get("statusPurpose"), "The list is of another purpose than it says.")
        index = int(each["statusListIndex"])
        require(0 <= index < ENTRIES, f"There is no entry {index} in the list.")
        is_set = bits[index // 8] >> (7 - index % 8) & 1
        since = status_list.credential.get("validFrom")
        require(not is_set, f"{each['statusPurpose']} since some time before {since}: {each['statusReference']}")
    return bool(named)


def _bits(encoded: str) -> bytes:
    require(encoded.startswith("u"), "The list is not in base64url.")
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = inflating.decompress(unbase64url(encoded[1:]), ENTRIES // 8 + 1)
    except zlib.error as error:
        raise Refused("The list is damaged.") from error
    require(len(content) == ENTRIES // 8 and inflating.eof, f"The list does not hold {ENTRIES} entries.")
    return content


def check(given: Given, keys: Mapping[str, Any], decision: Any, lists: Sequence[str], at: datetime) -> list[str]:
    """What was found, a line each. Raises Refused for the first thing that does not hold."""
    verified = verify(given.jws, keys)
    require_dates(verified, at)
    subject = verified.subject
    named = " / ".join([subject["evaluator"], *subject["names"]])
    decided = given.decision if decision is None else decision
    if decided is not None:
        require_decision(verified, decided)
    opened = [verify(each, keys, LIST_TYPE) for each in lists]
    used = [each for each in opened if require_status(verified, each)]
    needed = {each["statusListCredential"] for each in verified.credential.get("credentialStatus", ())}
    missing = sorted(needed - {each.credential["id"] for each in used})
    lines = [
        f"Signed by {verified.credential['issuer']} at {verified.signed_at.isoformat()} with the key {verified.kid}.",
        f"{named}: {subject['verdict']}, as known at {subject['knownAt']}.",
        f"It counts from {verified.credential['validFrom']} to {verified.credential['validUntil']}.",
        "The decision is the one that was attested." if decided is not None else "NOT CHECKED: the decision itself.",
    ]
    lines += [f"Not set as of {each.credential['validFrom']}: {each.credential['id']}" for each in used]
    return [*lines, *(f"NOT CHECKED without a network, give --status-list: {each}" for each in missing)]


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the attestation: JWS, JSON or PDF")
    parser.add_argument("--keys", required=True, help="the keys of the registry, from a source you trust")
    parser.add_argument("--decision", help="the decision, as the registry gives it")
    parser.add_argument("--status-list", action="append", default=[], help="a list that the registry published")
    parser.add_argument("--at", help="an instant with its zone, such as 2026-03-10T00:00:00Z")
    asked = parser.parse_args()
    try:
        at = read_instant(asked.at, "--at") if asked.at else datetime.now(UTC)  # noqa: TID251 - it runs alone
        keys = read_json(Path(asked.keys).read_bytes(), "The file of keys")
        decision = read_json(Path(asked.decision).read_bytes(), "The decision") if asked.decision else None
        given = read_given(Path(asked.file).read_bytes())
        lines = check(given, keys, decision, [_text(each) for each in asked.status_list], at)
    except (Refused, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stdout.write(f"REFUSED: {error if isinstance(error, (Refused, OSError)) else repr(error)}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
