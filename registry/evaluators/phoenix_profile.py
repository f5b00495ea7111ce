"""What of a dossier tells one body from another, and what a person's judgement of two of them covers. Pure.

Persons are known to the registry per evaluator. That two dossiers name the same person is told by the name alone, so
that it is a sign and no link; what is compared is a token, and the name itself stays where it can be erased.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from registry.evaluators.dossier import Document
from registry.evaluators.names import DatedName
from registry.evaluators.phoenix import Membership, Profile, Role, Signal

_ROLES = {"legal_representative": Role.LEGAL_REPRESENTATIVE, "lead_evaluator": Role.LEAD_EVALUATOR}


class Verdict(StrEnum):
    """A word is never used again for something else."""

    DISTINCT = "distinct"
    SUCCESSOR = "successor"


def person_tokens(own: Mapping[str, tuple[str, str | None]], names: Mapping[str, str]) -> dict[str, str]:
    """By the id that a dossier has for a person, what stands for that person in a comparison.

    own: by that id, the id of the registry and the name, None once it is erased. names: by the plain name, the id of
    whoever bears it in the other dossier. Who bears none of these names keeps an id that nobody else has.
    """
    return {
        ref: identifier if name is None else names.get(plain_name(name), identifier)
        for ref, (identifier, name) in own.items()
    }


def plain_name(name: str) -> str:
    """Of a person: what two spellings of one name have in common."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def profile_of(
    code: str, documents: Sequence[Document], names: Sequence[DatedName], tokens: Mapping[str, str]
) -> Profile:
    """documents: every version of the dossier, the newest last: whoever was taken out of it was there before."""
    newest = documents[-1]
    founded_on = newest.get("founded_on")
    return Profile(
        code,
        None if founded_on is None else date.fromisoformat(founded_on),
        tuple(names),
        frozenset(each for document in documents for each in _members(document, tokens)),
        _told(documents, "address"),
        _told(documents, "phone"),
    )


def signs_told(signals: Sequence[Signal]) -> list[dict[str, Any]]:
    """As they are kept and shown."""
    return [
        {
            "sign": str(each.sign),
            "evidence": list(each.evidence),
            "share": None if each.share is None else float(each.share),
        }
        for each in signals
    ]


def covers(verdict: Verdict, seen: Collection[Mapping[str, Any]], found: Sequence[Signal]) -> bool:
    """Whether a judgement still holds. That two are apart was judged of what was seen, and of nothing more."""
    if verdict is Verdict.SUCCESSOR:
        return True
    known = {(each["sign"], evidence) for each in seen for evidence in each["evidence"]}
    return all((str(each.sign), evidence) in known for each in found for evidence in each.evidence)


def _members(document: Document, tokens: Mapping[str, str]) -> list[Membership]:
    posts = [Membership(tokens[each["person"]], _ROLES.get(each["post"], Role.STAFF)) for each in document["staff"]]
    owners = [each["owner"] for each in document["ownership"] if "owned" not in each]
    own = [
        Membership(tokens[each["person"]] if "person" in each else f"uscc:{each['credit_code']}", Role.OWNER)
        for each in owners
        # The state owns many, and a body that is told by a name alone may be any of that name.
        if not each.get("is_state", False) and ("person" in each or "credit_code" in each)
    ]
    return posts + own


def _told(documents: Sequence[Document], member: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each[member] for each in documents if member in each))
