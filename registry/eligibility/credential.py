"""Attestations and status lists as W3C Verifiable Credentials 2.0. Pure.

What an attestation says is what the decision says. It names no natural person.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from registry.eligibility.consortium import members_of
from registry.eligibility.decision import instant
from registry.eligibility.status_list import TTL_MS, Bits, Purpose, list_content
from registry.validity import ZONE, legal_day

# The second context stands for the terms of our own, which no other defines.
CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"]
TYPE = "EligibilityAttestation"
LIST_TYPE = "BitstringStatusListCredential"
_COVERED = "SCOPE_COVERED"
_ITEM = re.compile(r"[^/]+/item/(?P<item>[0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class AttestedCheck:
    """A stored decision about one evaluator. content: what its digest is of. names: on the first day of the window.

    days: for how long the policy lets an attestation count at most.
    """

    id: UUID
    code: str
    evaluator: str
    credit_code: str | None
    names: tuple[str, ...]
    content: Mapping[str, Any]
    known_at: datetime
    result_sha256: str
    days: int

    @property
    def decision(self) -> Mapping[str, Any]:
        """Of the one evaluator, see decision.Decision.content."""
        (found,) = members_of(self.content)
        return dict(found)


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """Where the status of a scope item is found in every list."""

    item_id: str
    list_number: int
    index: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of the registry as the public finds it. issuer: without a slash at its end."""

    issuer: str

    def attestation(self, attestation_id: UUID) -> str:
        return f"{self.issuer}/api/v1/attestations/{attestation_id}"

    def verify(self, attestation_id: UUID) -> str:
        return f"{self.issuer}/verify?id={attestation_id}"

    def evaluator(self, code: str) -> str:
        return f"{self.issuer}/api/v1/evaluators/{code}"

    def check(self, code: str) -> str:
        return f"{self.issuer}/api/v1/eligibility-checks/{code}"

    def status_list(self, purpose: Purpose, number: int) -> str:
        return f"{self.issuer}/api/v1/status-lists/{purpose}/{number}"


def covering_items(decision: Mapping[str, Any]) -> tuple[str, ...]:
    """Identifiers of the scope items by which the tuples of a decision are covered, each once."""
    facts = (fact for rule in decision["rules"] if rule["reason_code"] == _COVERED for fact in rule["facts"])
    found = (_ITEM.fullmatch(fact["ref"]) for fact in facts)
    return tuple(dict.fromkeys(each["item"] for each in found if each))


def valid_until(check: AttestedCheck, now: datetime) -> datetime:
    """The end of the time that the policy gives, or the first later day on which the answer will be another one."""
    latest = now + timedelta(days=check.days)
    changes_on = check.decision["next_change_at"]
    if changes_on is None or date.fromisoformat(changes_on) <= legal_day(now):
        return latest
    return min(latest, datetime.combine(date.fromisoformat(changes_on), time(), ZONE).astimezone(now.tzinfo))


def credential_of(
    check: AttestedCheck, attestation_id: UUID, addresses: Addresses, entries: Sequence[StatusEntry], now: datetime
) -> dict[str, Any]:
    """now: a whole second, from which it counts."""
    decision = check.decision
    status = [each for entry in entries for each in _status(entry, check.evaluator, addresses)]
    return {
        "@context": CONTEXT,
        "id": addresses.attestation(attestation_id),
        "type": ["VerifiableCredential", TYPE],
        "issuer": addresses.issuer,
        "validFrom": instant(now),
        "validUntil": instant(valid_until(check, now)),
        "credentialSubject": {
            "id": addresses.evaluator(check.evaluator),
            "evaluator": check.evaluator,
            **({} if check.credit_code is None else {"creditCode": check.credit_code}),
            "names": list(check.names),
            "check": addresses.check(check.code),
            "request": decision["request"],
            "verdict": decision["verdict"],
            "policy": decision["policy"],
            "knownAt": instant(check.known_at),
            "resultSha256": check.result_sha256,
        },
        **({"credentialStatus": status} if status else {}),
    }


def _status(entry: StatusEntry, evaluator: str, addresses: Addresses) -> Iterator[dict[str, Any]]:
    for purpose in Purpose:
        address = addresses.status_list(purpose, entry.list_number)
        yield {
            "id": f"{address}#{entry.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": str(purpose),
            "statusListIndex": str(entry.index),
            "statusListCredential": address,
            "statusReference": f"{addresses.evaluator(evaluator)}/history#{entry.item_id}",
        }


def items_of(credential: Mapping[str, Any]) -> tuple[str, ...]:
    """Identifiers of the scope items that an attestation stands on."""
    references: Iterable[str] = (each["statusReference"] for each in credential.get("credentialStatus", ()))
    return tuple(dict.fromkeys(each.rpartition("#")[2] for each in references))


def list_credential(addresses: Addresses, purpose: Purpose, number: int, at: datetime, bits: Bits) -> dict[str, Any]:
    """The list as it is at an instant; whoever keeps it asks again after its ttl."""
    address = addresses.status_list(purpose, number)
    return {
        "@context": CONTEXT[:1],
        "id": address,
        "type": ["VerifiableCredential", LIST_TYPE],
        "issuer": addresses.issuer,
        "validFrom": instant(at),
        "validUntil": instant(at + timedelta(milliseconds=TTL_MS)),
        "credentialSubject": list_content(address, purpose, bits),
    }
