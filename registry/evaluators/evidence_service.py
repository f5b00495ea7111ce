"""Evidence files of evaluators: handed in, listed, given back; kept by their hash."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.blobs import find_content, get_body, keep_content
from registry.errors import Violation
from registry.evaluators import dossier_queries as queries
from registry.evaluators.dossier_errors import EvidenceNotFound, EvidenceRejected
from registry.evaluators.dossier_models import EvidenceFile
from registry.evaluators.dossier_queries import Evidence
from registry.evaluators.models import Evaluator
from registry.evaluators.vetting_errors import EvidenceNotHandedIn
from registry.evaluators.vetting_reach_service import require
from registry.file_formats import shown_name

MOST_BYTES = 20 * 1024 * 1024
# How a file of each type begins, and how its name may end.
_TYPES = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
)


def evidence_type(name: str, content: bytes) -> str:
    """The media type, by the first bytes and not by what the sender says. Raises EvidenceRejected with every fault."""
    found = next(((media, ends) for start, media, ends in _TYPES if content.startswith(start)), None)
    suffix = PurePosixPath(name).suffix.lower()
    faults = []
    if len(content) > MOST_BYTES:
        message = f"The file has {len(content)} bytes; the limit is {MOST_BYTES}."
        faults.append(Violation("file-too-large", message, "Scan it with fewer dots, or split it.", file=name))
    if not content:
        faults.append(Violation("empty-file", "The file is empty.", "Check which file was chosen.", file=name))
    elif found is None:
        message = "The file is neither a PDF document nor a PNG or JPEG picture, whatever its name says."
        faults.append(Violation("unknown-type", message, "Save it as PDF.", file=name))
    elif suffix not in found[1]:
        message = f"The name ends in {suffix or 'nothing'}, but the file is {found[0]}."
        faults.append(Violation("not-what-its-suffix-says", message, f"Rename it to end in {found[1][0]}.", file=name))
    if faults or found is None:
        raise EvidenceRejected(f"{name} cannot be kept as evidence.", faults)
    return found[0]


def hand_in(session: Session, actor: Actor, evaluator: Evaluator, name: str, content: bytes, now: datetime) -> Evidence:
    """The same bytes again are the file that is there already. Raises NotAllowed, EvidenceRejected."""
    take_turn(session)
    require(session, actor, Permission.APPLICATION_SUBMIT, evaluator, now)
    shown = shown_name(name)
    sha256 = keep_content(session, content, evidence_type(shown, content), now)
    file = session.get(EvidenceFile, (evaluator.id, sha256))
    if file is None:
        file = EvidenceFile(
            evaluator_id=evaluator.id,
            sha256=sha256,
            name=shown,
            uploaded_by=actor.log_name,
            person_id=actor.person_id,
            uploaded_at=now,
        )
        session.add(file)
        payload = {"sha256": sha256, "size": len(content)}
        entry = Event(actor.log_name, "evaluator.hand_in_evidence", f"evaluator:{evaluator.code}", payload)
        append(session, entry, now)
    return _with_content(session, file)


def list_files(session: Session, actor: Actor, evaluator: Evaluator, now: datetime) -> list[Evidence]:
    """Raises NotAllowed."""
    require(session, actor, Permission.EVALUATOR_READ_DOSSIER, evaluator, now)
    return queries.list_evidence(session, evaluator)


def read_file(
    session: Session, actor: Actor, evaluator: Evaluator, sha256: str, now: datetime
) -> tuple[Evidence, bytes]:
    """Raises NotAllowed, EvidenceNotFound, also for what somebody else handed in."""
    require(session, actor, Permission.EVALUATOR_READ_DOSSIER, evaluator, now)
    file = session.get(EvidenceFile, (evaluator.id, sha256))
    if file is None:
        raise EvidenceNotFound(f"No evidence of {evaluator.code} has this digest.")
    return _with_content(session, file), get_body(session, sha256)


def require_handed_in(session: Session, evaluator_id: UUID, named: Mapping[str, str | None]) -> None:
    """named: digests by the place that names them. Raises EvidenceNotHandedIn with every one that this evaluator has
    no file of."""
    wanted = {pointer: sha256 for pointer, sha256 in named.items() if sha256 is not None}
    known = queries.evidence_digests(session, evaluator_id) if wanted else frozenset()
    message, fix = "No file of this evaluator has this digest.", "Hand in the file, then name its digest."
    faults = [
        Violation("evidence-missing", message, fix, pointer, value=sha256)
        for pointer, sha256 in wanted.items()
        if sha256 not in known
    ]
    if faults:
        raise EvidenceNotHandedIn(f"{len(faults)} file(s) that are to be evidence are not there.", faults)


def _with_content(session: Session, file: EvidenceFile) -> Evidence:
    content = find_content(session, file.sha256)
    assert content is not None
    return Evidence(file, content)
