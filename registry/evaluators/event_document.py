"""An event of a qualification as the document of schemas/qualification-event.v1.json, and rows read as events. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.audit.entry import instant
from registry.evaluators.qualification import Cause, CauseKind, Event

SCHEMA = "urn:evaluator-registry:schema:qualification-event:v1"


def event_document(event: Event, evaluator: str, basis: Mapping[str, str]) -> dict[str, Any]:
    """evaluator: its code. basis: reason, and what is known of rule and evidence_sha256."""
    document: dict[str, Any] = {
        "$schema": SCHEMA,
        "id": event.id,
        "seq": event.seq,
        "evaluator": evaluator,
        "item": event.item_id,
        "type": event.type,
        "decision": event.decision_id,
        "decided_on": _day(event.decided_on),
        "effective_from": _day(event.effective_from),
        "published_at": None if event.published_at is None else instant(event.published_at),
        "recorded_at": instant(event.recorded_at),
        "valid_from": _day(event.valid_from),
        "valid_to": _day(event.valid_to),
        "causes": [cause_document(each) for each in event.causes],
        "closes": list(event.closes),
        "parent": event.parent_item_id,
        "under_investigation": event.under_investigation,
        "supersedes": event.supersedes,
        "becomes": event.becomes,
        "basis": dict(basis),
    }
    return {name: value for name, value in document.items() if value not in (None, [], False)}


def cause_document(cause: Cause) -> dict[str, Any]:
    found = {
        "key": cause.key,
        "kind": cause.kind,
        "reason": cause.reason,
        "notice": cause.notice,
        "review_by": _day(cause.review_by),
    }
    return {name: value for name, value in found.items() if value is not None}


def read_cause(document: Mapping[str, Any]) -> Cause:
    review_by = document.get("review_by")
    return Cause(
        document["key"],
        CauseKind(document["kind"]),
        document["reason"],
        document["notice"],
        None if review_by is None else date.fromisoformat(review_by),
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
