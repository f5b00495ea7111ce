"""Use cases of dossiers: apply, save a new version, erase a person's name.

actor: as this transaction sees them. Every version stays; what is looked up in bulk follows the newest one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.canonical import canonical_json, sha256_hex
from registry.documents import schema_violations
from registry.errors import Violation
from registry.evaluators import dossier
from registry.evaluators import dossier_queries as queries
from registry.evaluators.dossier import Document
from registry.evaluators.dossier_errors import (
    DossierChanged,
    DossierKeyReused,
    DossierRejected,
    EvaluatorKnown,
    PersonErased,
)
from registry.evaluators.dossier_models import (
    Certificate,
    DossierVersion,
    EvaluatorName,
    Known,
    OwnershipEdge,
    Person,
    StaffPost,
)
from registry.evaluators.dossier_rules import Before, dossier_faults
from registry.evaluators.models import Evaluator
from registry.evaluators.name_service import hold_new_names
from registry.evaluators.vetting_reach_service import require
from registry.validity import legal_day

SCHEMA = "evaluator.v1"
_FIRST = 1


@dataclass(frozen=True, slots=True)
class Submission:
    """key: the sender's own, by which a request that comes twice is known; None: every request stands alone."""

    document: Document
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """is_replayed: the same request came before, and this was the answer to it."""

    evaluator: Evaluator
    version: DossierVersion
    is_replayed: bool = False


def code_of(number: int) -> str:
    return f"ev-{number:06d}"


def apply(session: Session, actor: Actor, submission: Submission, now: datetime) -> Taken:
    """A new evaluator with the first version of its dossier.

    Raises DossierRejected with every fault, EvaluatorKnown where the credit code is taken, DossierKeyReused.
    """
    take_turn(session)
    document, key = submission.document, submission.key
    _require_schema(document)
    content = canonical_json(dossier.without_names(document))
    earlier = _answered(session, actor, key, sha256_hex(content), None)
    if earlier is not None:
        return earlier
    _require_right(document, Before(), now)
    _require_free(session, document, None)
    number = queries.next_number(session)
    evaluator = Evaluator(
        id=uuid4(),
        number=number,
        code=code_of(number),
        **summary(document, now),
        dossier_number=_FIRST,
        dossier_sha256=sha256_hex(content),
        created_at=now,
        created_by=actor.log_name,
    )
    session.add(evaluator)
    # Everything below refers to it.
    session.flush()
    version = _add_version(session, actor, evaluator, content.decode(), now, key)
    _hold_names(session, actor, evaluator, document, now)
    _follow(session, evaluator, document, now)
    _log(session, actor, "apply", evaluator, now)
    return Taken(evaluator, version)


def save(
    session: Session,
    actor: Actor,
    evaluator: Evaluator,
    submission: Submission,
    expected_sha256: str,
    now: datetime,
) -> Taken:
    """The next version. Equal content makes none, but may correct names of persons.

    Raises NotAllowed, DossierChanged where the newest version is not the expected one, DossierRejected with every
    fault, EvaluatorKnown, DossierKeyReused.
    """
    take_turn(session)
    require(session, actor, Permission.APPLICATION_SUBMIT, evaluator, now)
    document, key = submission.document, submission.key
    _require_schema(document)
    content = canonical_json(dossier.without_names(document))
    sha256 = sha256_hex(content)
    earlier = _answered(session, actor, key, sha256, evaluator.id)
    if earlier is not None:
        return earlier
    if evaluator.dossier_sha256 != expected_sha256:
        raise DossierChanged(
            f"The dossier has the content {evaluator.dossier_sha256} now, version {evaluator.dossier_number}. Nothing "
            "was saved. Read it again, then make the change anew."
        )
    newest = queries.get_version(session, evaluator)
    _require_right(document, _before(session, evaluator, newest), now)
    _require_free(session, document, evaluator)
    if sha256 == evaluator.dossier_sha256:
        if _keep_names(session, evaluator, document, now):
            _log(session, actor, "correct_names", evaluator, now)
        return Taken(evaluator, newest)
    for column, value in summary(document, now).items():
        setattr(evaluator, column, value)
    evaluator.dossier_number += 1
    evaluator.dossier_sha256 = sha256
    version = _add_version(session, actor, evaluator, content.decode(), now, key)
    _hold_names(session, actor, evaluator, document, now)
    _follow(session, evaluator, document, now)
    _log(session, actor, "save_dossier", evaluator, now)
    return Taken(evaluator, version)


def erase_person(session: Session, actor: Actor, evaluator: Evaluator, ref: str, reason: str, now: datetime) -> Person:
    """The name goes for good, the id stays in the dossiers. Raises NotAllowed, PersonNotFound, PersonErased."""
    take_turn(session)
    require(session, actor, Permission.EVALUATOR_ERASE_PERSON, evaluator, now)
    person = queries.get_person(session, evaluator, ref)
    if person.erased_at is not None:
        raise PersonErased(f"The name of {ref} was erased at {person.erased_at.isoformat()}.")
    if session.get_bind().dialect.name == "sqlite":
        # Otherwise the bytes would stay in the file until something else is written over them.
        session.execute(text("PRAGMA secure_delete = ON"))
    person.name, person.erased_at = None, now
    session.flush()
    entry = Event(actor.log_name, "evaluator.erase_person", f"evaluator:{evaluator.code}", {"person": ref}, reason)
    append(session, entry, now)
    return person


def summary(document: Document, now: datetime) -> dict[str, Any]:
    """The columns of an evaluator that repeat its dossier."""
    name = dossier.name_on(document, legal_day(now))
    return {
        "name": name,
        "credit_code": document.get("credit_code"),
        "legal_form": document["legal_form"],
        "region": document["region"],
    }


def looked_up(document: Document, code: str, persons: dossier.Persons) -> Mapping[type[Known], Sequence[Any]]:
    """By table, the values of its rows; persons: everybody whom the document names."""
    return {
        EvaluatorName: dossier.names(document),
        OwnershipEdge: dossier.holdings(document, code, persons),
        Certificate: dossier.certificates(document),
        StaffPost: dossier.posts(document, persons),
    }


def _answered(session: Session, actor: Actor, key: str | None, sha256: str, evaluator_id: UUID | None) -> Taken | None:
    """What this request was answered before. evaluator_id: None for a first version."""
    version = queries.find_version_by_key(session, actor.log_name, key) if key else None
    if version is None:
        return None
    is_first = evaluator_id is None and version.number == _FIRST
    is_next = evaluator_id == version.evaluator_id and version.number > _FIRST
    if version.sha256 != sha256 or not (is_first or is_next):
        raise DossierKeyReused("Use a new Idempotency-Key for another dossier or another version.")
    evaluator = session.get(Evaluator, version.evaluator_id)
    assert evaluator is not None
    return Taken(evaluator, version, is_replayed=True)


def _require_schema(document: Document) -> None:
    _raise_any(schema_violations(SCHEMA, document))


def _require_right(document: Document, before: Before, now: datetime) -> None:
    _raise_any(dossier_faults(document, before, legal_day(now)))


def _raise_any(faults: Sequence[Violation]) -> None:
    if faults:
        raise DossierRejected(f"The dossier is wrong in {len(faults)} place(s); nothing was saved.", faults)


def _require_free(session: Session, document: Document, own: Evaluator | None) -> None:
    credit_code = document.get("credit_code")
    known = None if credit_code is None else queries.find_by_credit_code(session, credit_code)
    if known is not None and known is not own:
        raise EvaluatorKnown(f"{credit_code} is {known.code}. Save a new version of that dossier.")


def _before(session: Session, evaluator: Evaluator, newest: DossierVersion) -> Before:
    persons = queries.list_persons(session, evaluator.id)
    return Before(
        queries.document_of(newest),
        frozenset(each.ref for each in persons),
        frozenset(each.ref for each in persons if each.erased_at is not None),
        queries.evidence_digests(session, evaluator.id),
    )


def _add_version(
    session: Session, actor: Actor, evaluator: Evaluator, content: str, now: datetime, key: str | None
) -> DossierVersion:
    version = DossierVersion(
        evaluator_id=evaluator.id,
        number=evaluator.dossier_number,
        sha256=evaluator.dossier_sha256,
        content=content,
        submitted_by=actor.log_name,
        person_id=actor.person_id,
        submitted_at=now,
        idempotency_key=key,
    )
    session.add(version)
    return version


def _keep_names(session: Session, evaluator: Evaluator, document: Document, now: datetime) -> bool:
    """Names of persons that the document brings; True where one is new or other than before."""
    known = {each.ref: each for each in queries.list_persons(session, evaluator.id)}
    changed = False
    for ref, name in dossier.given_names(document).items():
        if ref not in known:
            session.add(Person(id=uuid4(), evaluator_id=evaluator.id, ref=ref, name=name, added_at=now))
        elif known[ref].name != name:
            known[ref].name = name
        else:
            continue
        changed = True
    session.flush()
    return changed


def _hold_names(session: Session, actor: Actor, evaluator: Evaluator, document: Document, now: datetime) -> None:
    before = {each.name for each in queries.list_known(session, EvaluatorName, evaluator.id)}
    hold_new_names(session, actor, evaluator, [each.name for each in dossier.names(document)], before, now)


def _follow(session: Session, evaluator: Evaluator, document: Document, now: datetime) -> None:
    """Rows that the document no longer bears out end their being known, and those that it adds begin it."""
    _keep_names(session, evaluator, document, now)
    persons = queries.persons_of(session, evaluator.id)
    for table, wanted in looked_up(document, evaluator.code, persons).items():
        missing = Counter(map(astuple, wanted))
        columns = [each.name for each in fields(wanted[0])] if wanted else []
        for row in queries.list_known(session, table, evaluator.id):
            values = tuple(getattr(row, each) for each in columns)
            if missing[values] > 0:
                missing[values] -= 1
            else:
                row.known_to = now
        for each in wanted:
            if missing[astuple(each)] > 0:
                missing[astuple(each)] -= 1
                session.add(table(id=uuid4(), evaluator_id=evaluator.id, known_from=now, known_to=None, **asdict(each)))
    # Whoever reads in this transaction sees them.
    session.flush()


def _log(session: Session, actor: Actor, verb: str, evaluator: Evaluator, now: datetime) -> None:
    payload = {"number": evaluator.dossier_number, "sha256": evaluator.dossier_sha256}
    append(session, Event(actor.log_name, f"evaluator.{verb}", f"evaluator:{evaluator.code}", payload), now)
