"""What an existing register becomes here: for each table the columns of its new rows. Pure.

An evaluator gets a first dossier that says what the register said; a row of the scope becomes a scope item and the
event of its grant, decided as the register says and recorded now. Rows name the import in the place of an actor.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from registry.canonical import canonical_json, digest, sha256_hex
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.event_document import event_document
from registry.evaluators.names import normal_text
from registry.evaluators.qualification import Event, EventType
from registry.evaluators.register_rows import PART_OF, EvaluatorRow, GrantRow
from registry.validity import ZONE

SCHEMA = "urn:evaluator-registry:schema:evaluator:v1"
# By table, by column, a value for each row.
Columns: TypeAlias = Mapping[str, Sequence[Any]]
_CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Origin:
    """Of all rows of one import. source: the register, in words. as_of: the day of which it is."""

    import_id: UUID
    source: str
    as_of: date
    recorded_at: datetime

    @property
    def actor(self) -> str:
        """As rows name who recorded them; register_imports says who that was, from where and when."""
        return f"import:{self.import_id}"

    def identifier(self, *words: object) -> UUID:
        """The same for the same words."""
        return uuid5(self.import_id, "\x1f".join(map(str, words)))


@dataclass(frozen=True, slots=True)
class Start:
    """The first number of an evaluator and of an event that is free."""

    number: int
    seq: int


@dataclass(frozen=True, slots=True)
class Body:
    """An evaluator under way to its rows. certificates: by number and issuer, what the grants say of each."""

    row: EvaluatorRow
    id: UUID
    number: int
    grants: tuple[GrantRow, ...]

    @property
    def code(self) -> str:
        return f"ev-{self.number:06}"

    def certificates(self) -> list[dict[str, Any]]:
        """One for each number and issuer: as long as any of its items, and hard if any of them says so."""
        by_name: dict[tuple[str, str], list[GrantRow]] = defaultdict(list)
        for each in self.grants:
            by_name[each.certificate_number, each.issuer].append(each)
        return [
            {
                "id": f"certificate-{place}",
                "kind": _CERTIFICATE,
                "number": number,
                "issuer": issuer,
                "valid_from": min(each.begins_on for each in grants).isoformat(),
                "valid_to": max(each.valid_to for each in grants).isoformat(),
                "dependency": "hard" if any(each.is_hard for each in grants) else "soft",
            }
            for place, ((number, issuer), grants) in enumerate(by_name.items(), start=1)
        ]

    def dossier(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "$schema": SCHEMA,
            "names": [{"name": self.row.name}],
            "legal_form": self.row.legal_form,
            "region": self.row.region,
            "persons": [],
            "staff": [],
            "ownership": [],
            "certificates": self.certificates(),
            "declarations": [],
        }
        if self.row.credit_code is not None:
            found["credit_code"] = self.row.credit_code
        if self.row.legal_form in PART_OF:
            code = read_credit_code(self.row.belongs_to).code
            party = {"name": self.row.belongs_to} if code is None else {"credit_code": code}
            found[PART_OF[self.row.legal_form]] = party
        return found


def bodies(evaluators: Sequence[EvaluatorRow], grants: Iterable[GrantRow], origin: Origin, start: Start) -> list[Body]:
    """In the order of the file, as are the grants of each."""
    by_ref: dict[str, list[GrantRow]] = defaultdict(list)
    for each in grants:
        by_ref[each.ref].append(each)
    return [
        Body(row, origin.identifier("evaluator", row.ref), number, tuple(by_ref.get(row.ref, ())))
        for number, row in enumerate(evaluators, start=start.number)
    ]


def dossier_columns(found: Sequence[Body], origin: Origin) -> dict[str, Columns]:
    """Of evaluators, of their dossiers, and of what is looked up in them."""
    documents = [each.dossier() for each in found]
    contents = [canonical_json(each) for each in documents]
    digests = [sha256_hex(each) for each in contents]
    certificates = [
        (body, each) for body, document in zip(found, documents, strict=True) for each in document["certificates"]
    ]
    known = {"known_from": origin.recorded_at, "known_to": None}
    return {
        "evaluators": {
            "id": [each.id for each in found],
            "number": [each.number for each in found],
            "code": [each.code for each in found],
            "name": [each.row.name for each in found],
            "credit_code": [each.row.credit_code for each in found],
            "legal_form": [each.row.legal_form for each in found],
            "region": [each.row.region for each in found],
            "dossier_sha256": digests,
            **_same(len(found), dossier_number=1, created_at=origin.recorded_at, created_by=origin.actor),
        },
        "imported_evaluators": {
            "evaluator_id": [each.id for each in found],
            "ref": [each.row.ref for each in found],
            **_same(len(found), import_id=origin.import_id),
        },
        "dossier_versions": {
            "evaluator_id": [each.id for each in found],
            "sha256": digests,
            "content": [each.decode() for each in contents],
            **_same(len(found), number=1, submitted_by=origin.actor, person_id=None, submitted_at=origin.recorded_at),
            **_same(len(found), idempotency_key=None),
        },
        "evaluator_names": {
            "id": [origin.identifier("name", each.row.ref) for each in found],
            "evaluator_id": [each.id for each in found],
            "name": [each.row.name for each in found],
            "normal": [normal_text(each.row.name) for each in found],
            **_same(len(found), valid_from=None, valid_to=None, **known),
        },
        "certificates": {
            "id": [origin.identifier("certificate", body.row.ref, each["id"]) for body, each in certificates],
            "evaluator_id": [body.id for body, _ in certificates],
            "certificate_number": [each["number"] for _, each in certificates],
            "issuer": [each["issuer"] for _, each in certificates],
            "dependency": [each["dependency"] for _, each in certificates],
            "valid_from": [date.fromisoformat(each["valid_from"]) for _, each in certificates],
            "valid_to": [date.fromisoformat(each["valid_to"]) for _, each in certificates],
            **_same(len(certificates), kind=_CERTIFICATE, **known),
        },
    }


def grant_columns(found: Sequence[Body], origin: Origin, start: Start) -> dict[str, Columns]:
    """Of scope items and of the events that granted them."""
    granted = [(body, number, each) for body in found for number, each in enumerate(body.grants, start=1)]
    items = [origin.identifier("item", body.row.ref, number) for body, number, _ in granted]
    events = [
        _event(origin, seq, str(item), body, grant)
        for seq, (item, (body, _, grant)) in enumerate(zip(items, granted, strict=True), start=start.seq)
    ]
    reasons = [_reason(origin, grant) for _, _, grant in granted]
    rows = list(zip(events, reasons, (body for body, _, _ in granted), strict=True))
    of_body = {"evaluator_id": [body.id for body, _, _ in granted]}
    scopes = [grant.scope for _, _, grant in granted]
    return {
        "scope_items": {
            "id": items,
            **of_body,
            "number": [number for _, number, _ in granted],
            "domain": [each.domain for each in scopes],
            "regions": [list(each.regions.regions) for each in scopes],
            "descendants": [each.regions.descendants for each in scopes],
            "excepted": [list(each.regions.excepted) for each in scopes],
            "evaluation_type": [each.evaluation_type for each in scopes],
            "subject_level": [each.subject_level for each in scopes],
            "standard_family": [each.standards.family for each in scopes],
            "from_version": [each.standards.from_version for each in scopes],
            "before_version": [each.standards.before_version for each in scopes],
            **_same(len(granted), application_id=None, recorded_at=origin.recorded_at),
        },
        "qualification_events": {
            "id": [UUID(each.id) for each in events],
            **of_body,
            "item_id": items,
            "decision_id": [UUID(each.decision_id) for each in events],
            "reason": reasons,
            "sha256": [digest(event_document(each, body.code, {"reason": reason})) for each, reason, body in rows],
            **{name: [getattr(each, name) for each in events] for name in _TAKEN_OVER},
            **_same(len(granted), type=str(EventType.GRANT), recorded_at=origin.recorded_at, recorded_by=origin.actor),
            **_same(len(granted), person_id=None, causes=[], closes=[], parent_item_id=None, under_investigation=False),
            **_same(len(granted), supersedes=None, becomes=None, rule=None, evidence_sha256=None),
        },
    }


_TAKEN_OVER = ("seq", "decided_on", "effective_from", "published_at", "valid_from", "valid_to")


def _event(origin: Origin, seq: int, item_id: str, body: Body, grant: GrantRow) -> Event:
    """What one certificate states and was decided together is one decision."""
    published = grant.published_on
    together = (body.row.ref, grant.certificate_number, grant.issuer, grant.decided_on, grant.effective_from)
    return Event(
        id=str(origin.identifier("event", seq)),
        seq=seq,
        item_id=item_id,
        type=EventType.GRANT,
        decision_id=str(origin.identifier("decision", *together)),
        decided_on=grant.decided_on,
        effective_from=grant.effective_from,
        published_at=None if published is None else datetime.combine(published, time.min, ZONE),
        recorded_at=origin.recorded_at,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
    )


def _reason(origin: Origin, grant: GrantRow) -> str:
    return (
        f"Taken over from {origin.source} of {origin.as_of}: certificate {grant.certificate_number} of {grant.issuer}."
    )


def _same(count: int, /, **values: Any) -> dict[str, Sequence[Any]]:
    """Columns with one value in every row."""
    return {name: [value] * count for name, value in values.items()}
