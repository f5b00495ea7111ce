"""The document of schemas/engagement.v1.json: what is wrong in it beyond the schema, and its values. Pure.

Terms are kept in the words of the document, with the keys of the parties in it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from registry.canonical import digest
from registry.errors import Violation
from registry.evaluators.periods import Period
from registry.fieldwork.engagement import Assignment, Payment, Regime, Terms
from registry.fieldwork.engagement_guards import Code
from registry.ids import clean_text, hidden_character, is_placeholder
from registry.regions.reference import read_reference
from registry.regions.region_errors import ReferenceRejected

SCHEMA = "engagement.v1"
SCHEMA_ID = "urn:evaluator-registry:schema:engagement:v1"
Document = Mapping[str, Any]

# Who is named by one text, and who by a list of them.
PARTIES = ("commissioner", "payer")
PARTY_LISTS = ("scored", "implementers", "other_bidders")
_TEXTS = ("contract_reference", "domain", "evaluation_type", "subject_level")


def document_faults(document: Document) -> Iterator[Violation]:
    """document: valid by its schema. Parties, evaluator and standard are looked up elsewhere."""
    texts = {f"/{name}": document[name] for name in _TEXTS}
    for place, event in enumerate(document.get("history", ())):
        texts |= {f"/history/{place}/{name}": event[name] for name in ("report_number", "reason") if name in event}
    for pointer, text in texts.items():
        if (fault := text_fault(text)) is not None:
            yield Violation(Code.TEXT_UNREADABLE, fault, "Write it anew.", pointer, value=text[:80])
    try:
        read_reference(document["region"])
    except ReferenceRejected as error:
        message = error.violations[0].message
        fix = "Write it as mca:422828100."
        yield Violation(Code.REGION_UNREADABLE, message, fix, "/region", value=document["region"][:80])
    window = document["window"]
    if window["to"] <= window["from"]:
        message = f"The window begins on {window['from']} and would end before {window['to']}: it has no day."
        yield Violation(Code.WINDOW_EMPTY, message, "`to` is the first day after it.", "/window/to", value=window["to"])


def text_fault(text: str) -> str | None:
    if (hidden := hidden_character(text)) is not None:
        return f"The text has the invisible character {hidden}."
    if not clean_text(text) or is_placeholder(clean_text(text)):
        return "This is what a program writes where there is nothing."
    return None


def content_sha256(document: Document, parties: Mapping[str, Any], evaluator: str) -> str:
    """The same for the same content, however parties and spaces are written. parties: keys by member."""
    told = {name: value for name, value in document.items() if name != "$schema"}
    told |= {name: clean_text(document[name]) for name in _TEXTS}
    return digest(told | dict(parties) | {"evaluator": evaluator})


def terms_document(document: Document, parties: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the agreement. parties: keys by member."""
    told = {name: clean_text(document[name]) for name in _TEXTS if name != "contract_reference"}
    told |= {name: document[name] for name in ("standard", "cycle", "window", "assignment", "paid_by")}
    told["region"] = str(read_reference(document["region"]))
    return told | {name: parties[name] for name in ("payer", *PARTY_LISTS) if name in parties}


def read_terms(kept: Document) -> Terms:
    """kept: as terms_document gives it."""
    bidders = kept.get("other_bidders")
    window = kept["window"]
    return Terms(
        kept["payer"],
        tuple(kept["scored"]),
        tuple(kept.get("implementers", ())),
        None if bidders is None else tuple(bidders),
        kept["domain"],
        kept["region"],
        kept["evaluation_type"],
        kept["subject_level"],
        kept["standard"],
        Period(date.fromisoformat(window["from"]), date.fromisoformat(window["to"])),
        kept["cycle"],
        Regime(Assignment(kept["assignment"]), Payment(kept["paid_by"])),
    )
