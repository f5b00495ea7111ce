"""Reading a dossier by schemas/evaluator.v1.json: who is named, and what is looked up in bulk. Pure.

Members of Name, Holding, CertificateTerms and Post are columns of the tables of dossier_models.

Names of persons never stay in the document: `without_names` takes them out before anything is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from registry.evaluators.names import normal_text
from registry.json_text import pointer_part

Document = Mapping[str, Any]
# By the id that documents have for a person, the id that the registry has.
Persons = Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    normal: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Holding:
    """owner, owned: as party_key gives them. share: 0 to 1, None where it is not told."""

    owner: str
    owned: str
    owner_is_state: bool
    share: float | None
    basis: str
    source: str
    seen_at: date
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CertificateTerms:
    kind: str
    certificate_number: str
    issuer: str
    dependency: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Post:
    person_id: UUID
    post: str
    valid_from: date
    valid_to: date | None


def party_key(party: Document, persons: Persons) -> str:
    """What two mentions of one party have in common: uscc:<credit code>, person:<id> or name:<normal name>."""
    if "credit_code" in party:
        return f"uscc:{party['credit_code']}"
    if "person" in party:
        return f"person:{persons[party['person']]}"
    return f"name:{normal_text(party['name'])}"


def own_key(document: Document, code: str) -> str:
    """The same for the evaluator itself; code: of the registry, for a body that has no credit code."""
    return f"uscc:{document['credit_code']}" if "credit_code" in document else f"evaluator:{code}"


def name_on(document: Document, on: date) -> str | None:
    """The legal name on a day."""
    return next((each.name for each in names(document) if _holds(each, on)), None)


def names(document: Document) -> tuple[Name, ...]:
    return tuple(
        Name(each["name"], normal_text(each["name"]), _day(each, "valid_from"), _day(each, "valid_to"))
        for each in document["names"]
    )


def holdings(document: Document, code: str, persons: Persons) -> tuple[Holding, ...]:
    """persons: everybody whom the document names."""
    own = own_key(document, code)
    return tuple(
        Holding(
            party_key(each["owner"], persons),
            party_key(each["owned"], persons) if "owned" in each else own,
            bool(each["owner"].get("is_state", False)),
            float(each["share"]) if "share" in each else None,
            each["basis"],
            each["source"],
            date.fromisoformat(each["seen_at"]),
            date.fromisoformat(each["valid_from"]),
            _day(each, "valid_to"),
        )
        for each in document["ownership"]
    )


def certificates(document: Document) -> tuple[CertificateTerms, ...]:
    return tuple(
        CertificateTerms(
            each["kind"],
            each["number"],
            each["issuer"],
            each["dependency"],
            date.fromisoformat(each["valid_from"]),
            _day(each, "valid_to"),
        )
        for each in document["certificates"]
    )


def posts(document: Document, persons: Persons) -> tuple[Post, ...]:
    return tuple(
        Post(persons[each["person"]], each["post"], date.fromisoformat(each["valid_from"]), _day(each, "valid_to"))
        for each in document["staff"]
    )


def given_names(document: Document) -> dict[str, str]:
    """Names of persons that the document brings, by its ids for them."""
    return {each["id"]: each["name"] for each in document["persons"] if "name" in each}


def without_names(document: Document) -> dict[str, Any]:
    """The document as it is kept."""
    return {**document, "persons": [{"id": each["id"]} for each in document["persons"]]}


def evidence_of(document: Document) -> tuple[str, ...]:
    """Digests of the files that the document lists."""
    return tuple(each["sha256"] for each in document.get("evidence", ()))


def parts(value: Any, pointer: str = "") -> Iterator[tuple[str, Document]]:
    """Every object of a document with its JSON Pointer, from the outside in."""
    if isinstance(value, Mapping):
        yield pointer, value
        for key, each in value.items():
            yield from parts(each, f"{pointer}/{pointer_part(key)}")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from parts(each, f"{pointer}/{place}")


def _day(part: Document, member: str) -> date | None:
    return date.fromisoformat(part[member]) if member in part else None


def _holds(name: Name, on: date) -> bool:
    return (name.valid_from is None or name.valid_from <= on) and (name.valid_to is None or on < name.valid_to)
