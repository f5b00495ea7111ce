"""What a dossier by its schema can still be wrong in, alone and beside the version before it. Pure.

Every rule is a function that gives all its violations, each with its JSON Pointer.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from registry.errors import Violation
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.dossier import Document, evidence_of, given_names, names, parts
from registry.ids import hidden_character, is_placeholder
from registry.regions.reference import read_reference
from registry.regions.region_errors import ReferenceRejected

_WITHOUT_CREDIT_CODE = frozenset({"inspection_team", "university_unit"})
_MISSING_PART = {"inspection_team": "seconded_by", "university_unit": "parent"}
_ENDED = ("valid_to", "end_reason")


@dataclass(frozen=True, slots=True)
class Before:
    """What the registry has. document: the version before, None for the first. persons, erased: ids of documents."""

    document: Document | None = None
    persons: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()


def dossier_faults(document: Document, before: Before, on: date) -> list[Violation]:
    """on: the legal day on which it is handed in."""
    earlier = before.document or {}
    return [
        *_credit_code_faults(document),
        *_form_faults(document),
        *_name_faults(document, on),
        *_region_faults(document),
        *_person_faults(document, before),
        *_twice_faults(document),
        *_repetition_faults(document),
        *_evidence_faults(document, before.evidence),
        *_period_faults(document),
        *_party_faults(document),
        *_holding_faults(document, on),
        *certificate_faults(document["certificates"], earlier.get("certificates", ()), on),
        *declaration_faults(document["declarations"], earlier.get("declarations", ())),
    ]


def certificate_faults(certificates: Iterable[Document], earlier: Iterable[Document], on: date) -> Iterator[Violation]:
    """Of those that end before they begin, and of new ones that are not in force on the day.

    What the version before already said may have expired since.
    """
    said = {_terms(each) for each in earlier}
    for place, each in enumerate(certificates):
        pointer, begins, ends = f"/certificates/{place}", each["valid_from"], each.get("valid_to")
        if ends is not None and ends <= begins:
            yield _backwards(pointer, begins, ends)
        elif _terms(each) in said:
            continue
        elif ends is not None and ends <= on.isoformat():
            message = f"The certificate expired: its first day without force, {ends}, is not after {on}."
            fix = "Hand in the certificate that followed it, or leave it out."
            yield Violation("certificate-expired", message, fix, f"{pointer}/valid_to", value=ends)
        elif begins > on.isoformat():
            message = f"The certificate is not valid yet: it begins on {begins}, today is {on}."
            fix = "Hand it in from that day on; until then name the one that is in force."
            yield Violation("certificate-not-yet-valid", message, fix, f"{pointer}/valid_from", value=begins)


def _terms(certificate: Document) -> tuple[Any, ...]:
    return tuple(certificate.get(each) for each in ("id", "kind", "number", "issuer", "valid_from", "valid_to"))


def declaration_faults(declarations: Iterable[Document], earlier: Iterable[Document]) -> Iterator[Violation]:
    """What was declared stays: it may be ended once, with a day and a reason, and changes in nothing else."""
    found = {each["id"]: (place, each) for place, each in enumerate(declarations)}
    for place, now in found.values():
        if ("valid_to" in now) != ("end_reason" in now):
            missing = "end_reason" if "valid_to" in now else "valid_to"
            message = "A declaration ends with a day and a reason, and has only one of them."
            yield Violation("declaration-end-incomplete", message, f"Add {missing}.", f"/declarations/{place}")
    for was in earlier:
        name = was["id"]
        if name not in found:
            message = f"The declaration {name!r} of the version before is left out."
            fix = "Take it in again; where it is over, end it by valid_to and end_reason."
            yield Violation("declaration-removed", message, fix, "/declarations", value=name)
            continue
        place, now = found[name]
        for member in sorted(was.keys() | now.keys()):
            is_first_end = member in _ENDED and member not in was
            if not is_first_end and was.get(member) != now.get(member):
                message = f"{member} of the declaration {name!r} differs from the version before."
                fix = "Write it as it was; declare what is new under an id of its own."
                yield Violation("declaration-changed", message, fix, f"/declarations/{place}/{member}")


def _credit_code_faults(document: Document) -> Iterator[Violation]:
    for pointer, part in parts(document):
        code = part.get("credit_code")
        if code is None:
            continue
        where = f"{pointer}/credit_code"
        reading = read_credit_code(code)
        yield from (replace(each.violation(), pointer=where) for each in reading.faults)
        if reading.code not in (None, code):
            message = "The credit code is not written as on the licence."
            yield Violation("credit-code-spelling", message, f"Write {reading.code}.", where, value=code)


def _form_faults(document: Document) -> Iterator[Violation]:
    form = document["legal_form"]
    if form not in _WITHOUT_CREDIT_CODE and "credit_code" not in document:
        message = f"A body of the form {form} has a credit code."
        yield Violation("credit-code-needed", message, "Write the 18 characters of the licence.", "")
    for each, member in _MISSING_PART.items():
        if (form == each) != (member in document):
            message = f"{member} stands in the dossier of the form {each}, and in no other; this is {form}."
            fix = f"Add {member}." if form == each else f"Leave {member} out, or correct legal_form."
            yield Violation("wrong-for-legal-form", message, fix, "" if form == each else f"/{member}")
    for place, post in enumerate(document["staff"]):
        if (form == "inspection_team") and "home_post" not in post:
            message = "A member of an inspection team holds a post elsewhere, which is missing."
            yield Violation("home-post-needed", message, "Add home_post with authority and title.", f"/staff/{place}")


def _name_faults(document: Document, on: date) -> Iterator[Violation]:
    known = names(document)
    for place, each in enumerate(known):
        pointer = f"/names/{place}/name"
        hidden = hidden_character(each.name)
        if hidden is not None:
            message = f"The name has an invisible or unassigned character, {hidden}."
            yield Violation("hidden-character", message, "Retype the name.", pointer)
        elif not each.name.strip() or is_placeholder(each.name.strip()):
            message = "This is no name."
            yield Violation("missing-name", message, "Write the name of the licence.", pointer, value=each.name)
    first_to_last = sorted(enumerate(known), key=lambda each: each[1].valid_from or date.min)
    for (_, one), (place, other) in pairwise(first_to_last):
        if one.valid_to is None or (other.valid_from or date.min) < one.valid_to:
            message = f"{other.name!r} begins while {one.name!r} is still the name: a body has one legal name on a day."
            fix = "End the former name on the day on which the next begins."
            yield Violation("names-overlap", message, fix, f"/names/{place}")
    if not any((each.valid_from or on) <= on and (each.valid_to is None or on < each.valid_to) for each in known):
        message = f"No name holds on {on}."
        yield Violation("no-name-today", message, "Add the present legal name, without valid_to.", "/names")


def _region_faults(document: Document) -> Iterator[Violation]:
    for pointer, part in parts(document):
        if "region" not in part:
            continue
        try:
            read_reference(part["region"])
        except ReferenceRejected as error:
            yield Violation("bad-region", error.detail, "", f"{pointer}/region", value=part["region"])


def _person_faults(document: Document, before: Before) -> Iterator[Violation]:
    listed = {each["id"] for each in document["persons"]}
    given = given_names(document)
    for place, each in enumerate(document["persons"]):
        name, pointer = each["id"], f"/persons/{place}"
        if name in before.erased and name in given:
            message = f"The name of {name!r} was erased and is not kept again."
            yield Violation("name-erased", message, "Leave the name out.", f"{pointer}/name")
        elif name not in before.persons and name not in given:
            message = f"The registry does not know {name!r} yet."
            yield Violation("person-without-name", message, "Add the name of the person.", pointer)
        elif name in given and (hidden := hidden_character(given[name])) is not None:
            message = f"The name has an invisible or unassigned character, {hidden}."
            yield Violation("hidden-character", message, "Retype the name.", f"{pointer}/name")
    for pointer, part in parts(document):
        if "person" in part and part["person"] not in listed:
            message = f"{part['person']!r} is not among persons."
            fix = "Add the person to persons, or correct the id."
            yield Violation("unknown-person", message, fix, f"{pointer}/person", value=part["person"])


def _twice_faults(document: Document) -> Iterator[Violation]:
    for member, key in (
        ("persons", "id"), ("certificates", "id"), ("declarations", "id"), ("facts", "fact"), ("evidence", "sha256"),
    ):  # fmt: skip
        seen: dict[str, int] = {}
        for place, each in enumerate(document.get(member, ())):
            first = seen.setdefault(each[key], place)
            if first != place:
                message = f"{each[key]!r} stands at /{member}/{first} already."
                yield Violation("twice", message, "Keep one of the two.", f"/{member}/{place}/{key}", value=each[key])


def _repetition_faults(document: Document) -> Iterator[Violation]:
    """Of the same fact under another id, or without any. A share that stands twice would count twice."""
    for member, key in (("ownership", _holding), ("staff", _post), ("certificates", _certificate)):
        first: dict[tuple[Any, ...], tuple[int, Any]] = {}
        for place, each in enumerate(document[member]):
            earlier, known_as = first.setdefault(key(each), (place, each.get("id")))
            # The same id twice has a rule of its own.
            if earlier != place and (known_as is None or known_as != each.get("id")):
                message = f"It says the same as /{member}/{earlier}."
                fix = "Keep one of the two. Where two shares of one owner both count, add them up in one."
                yield Violation("stated-twice", message, fix, f"/{member}/{place}")


def _holding(edge: Document) -> tuple[Any, ...]:
    """Without share and seen_at: one source says one thing of an owner and a time."""
    said = (edge.get(each) for each in ("basis", "source", "valid_from", "valid_to"))
    return (_party(edge["owner"]), _party(edge["owned"]) if "owned" in edge else None, *said)


def _party(party: Document) -> tuple[str, Any] | None:
    """By what counts first of what names it; None where nothing does."""
    return next(((each, party[each]) for each in ("credit_code", "person", "name") if each in party), None)


def _post(post: Document) -> tuple[Any, ...]:
    return tuple(post.get(each) for each in ("person", "post", "valid_from", "valid_to"))


def _certificate(certificate: Document) -> tuple[Any, ...]:
    return _terms(certificate)[1:]


def _evidence_faults(document: Document, handed_in: Collection[str]) -> Iterator[Violation]:
    listed = set(evidence_of(document))
    for place, sha256 in enumerate(evidence_of(document)):
        if sha256 not in handed_in:
            message = "No file with this digest was handed in for this evaluator."
            fix = "Hand in the file first, then name it. A new evaluator applies without it and saves again."
            yield Violation("evidence-missing", message, fix, f"/evidence/{place}/sha256", value=sha256)
    for pointer, part in parts(document):
        if not pointer:
            continue
        for place, sha256 in enumerate(part.get("evidence", ())):
            if sha256 not in listed:
                message = "This digest is not among evidence."
                fix = "Add it to evidence with what it shows."
                yield Violation("evidence-not-listed", message, fix, f"{pointer}/evidence/{place}", value=sha256)


def _period_faults(document: Document) -> Iterator[Violation]:
    """Of everything but certificates, which have a rule of their own."""
    for pointer, part in parts(document):
        begins, ends = part.get("valid_from", part.get("obtained_on")), part.get("valid_to")
        if begins is not None and ends is not None and ends <= begins and not pointer.startswith("/certificates/"):
            yield _backwards(pointer, begins, ends)


def _backwards(pointer: str, begins: str, ends: str) -> Violation:
    message = f"It ends before it begins: valid_to {ends} is not after {begins}."
    fix = "Correct the days; valid_to is the first day on which it holds no more."
    return Violation("ends-before-it-begins", message, fix, f"{pointer}/valid_to", value=ends)


def _party_faults(document: Document) -> Iterator[Violation]:
    for pointer, party in _parties(document):
        if "person" in party and len(party) > 1:
            message = "A person is named by the id alone."
            yield Violation("person-with-more", message, "Leave the other members out.", pointer)
        elif not party.keys() & {"credit_code", "person", "name"}:
            message = "It does not say who this is."
            yield Violation("party-unnamed", message, "Add credit_code, person or name.", pointer)


def _parties(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    members = ("parent", "seconded_by", "owner", "owned", "about", "authority")
    for pointer, part in parts(document):
        yield from ((f"{pointer}/{each}", part[each]) for each in members if each in part)


def _holding_faults(document: Document, on: date) -> Iterator[Violation]:
    for place, each in enumerate(document["ownership"]):
        pointer = f"/ownership/{place}"
        if each["basis"] == "shares" and "share" not in each:
            message = "A holding of shares has no share."
            yield Violation("share-missing", message, "Add share, 0 to 1.", pointer)
        if each["seen_at"] > on.isoformat():
            message = f"It was seen on {each['seen_at']}, which is after today, {on}."
            yield Violation("seen-in-the-future", message, "Correct the day.", f"{pointer}/seen_at")
        own = {"credit_code": document.get("credit_code")}
        owner, owned = each["owner"], each.get("owned", own)
        mine = owner.get("credit_code")
        if owner == owned or (mine is not None and mine == owned.get("credit_code")):
            message = "Owner and owned are the same."
            yield Violation("owns-itself", message, "Correct the one that is wrong.", pointer)
