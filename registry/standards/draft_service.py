"""Use cases of drafts: make, save, submit, approve, return, discard.

actor: as this transaction sees them. Every change is in the log with the digest of what it was made to.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.canonical import canonical_json, sha256_hex
from registry.errors import Invalid, Violation
from registry.standards import queries
from registry.standards.document_errors import Refusal, VersionTaken, of_all
from registry.standards.document_kinds import DocumentKind, document_kind
from registry.standards.document_service import Document, require_schema
from registry.standards.draft_errors import DocumentRenamed, DraftChanged, ReviewOutdated
from registry.standards.library_service import Given, shipped
from registry.standards.models import DraftReview, DraftRevision, StandardDraft
from registry.standards.reach_service import kept, open_draft, require, subject_of
from registry.standards.workflow import Action, State, decide

# Raises DocumentRejected where the document may not be published.
Check = Callable[[Session, Document], None]


def create_draft(session: Session, actor: Actor, document: Document, now: datetime) -> StandardDraft:
    """Raises UnknownDocumentKind, DocumentRejected where the schema is broken, VersionTaken, NotAllowed."""
    take_turn(session)
    kind = document_kind(document)
    require_schema(kind.schema, document)
    subject = subject_of(session, kind, document)
    require(actor, "draft", kind, subject)
    _require_free(session, document["id"], document["version"])
    content = canonical_json(document)
    draft = StandardDraft(
        id=uuid4(),
        kind=kind,
        document_id=document["id"],
        version=document["version"],
        state=State.DRAFT,
        sha256=sha256_hex(content),
        revision=1,
        **kept(subject),
        created_at=now,
    )
    session.add(draft)
    # The revision refers to it.
    session.flush()
    _add_revision(session, actor, draft, content, now)
    log(session, actor, "draft", draft, now)
    return draft


def create_drafts(
    session: Session, actor: Actor, given: Sequence[Given], refusals: Sequence[Refusal], now: datetime
) -> list[StandardDraft]:
    """All or none. refusals: of files that belong to them. Raises as create_draft, with what is wrong with any."""
    take_turn(session)
    drafts, refused = [], [*refusals]
    for each in given:
        try:
            drafts.append(create_draft(session, actor, each.document, now))
        except (Invalid, VersionTaken) as error:
            refused.append(Refusal(each.file or "", error))
    if refused:
        raise of_all(refused)
    return drafts


def save_draft(
    session: Session, actor: Actor, draft_id: UUID, document: Document, expected_sha256: str, now: datetime
) -> StandardDraft:
    """A new revision, which nobody has approved yet; a draft in review is a draft again. Equal content changes nothing.

    Raises DraftChanged, DraftNotInState, DocumentRenamed, DocumentRejected where the schema is broken, NotAllowed.
    """
    take_turn(session)
    draft = open_draft(session, actor, draft_id, "draft")
    following = decide(Action.SAVE, queries.history(session, draft), actor.person_id)
    require_unchanged(draft, expected_sha256)
    kind = document_kind(document)
    require_schema(kind.schema, document)
    _require_same_name(draft, kind, document)
    subject = subject_of(session, kind, document)
    require(actor, "draft", kind, subject)
    content = canonical_json(document)
    sha256 = sha256_hex(content)
    if sha256 == draft.sha256:
        return draft
    move(session, draft, following, sha256=sha256, revision=draft.revision + 1, **kept(subject))
    _add_revision(session, actor, draft, content, now)
    log(session, actor, "save", draft, now)
    return draft


def submit(session: Session, actor: Actor, draft_id: UUID, now: datetime, check: Check) -> StandardDraft:
    """For review, where it could be published as it is. Raises DraftNotInState, what check raises, NotAllowed."""
    take_turn(session)
    draft = open_draft(session, actor, draft_id, "draft")
    following = decide(Action.SUBMIT, queries.history(session, draft), actor.person_id)
    check(session, queries.get_document(session, draft))
    move(session, draft, following)
    log(session, actor, "submit", draft, now)
    return draft


def approve(session: Session, actor: Actor, draft_id: UUID, sha256: str, comment: str, now: datetime) -> StandardDraft:
    """Of exactly these bytes; a person's second approval of them adds nothing.

    Raises ReviewOutdated where the draft has others, SeparateDuties, DraftNotInState, NotAllowed.
    """
    take_turn(session)
    draft = open_draft(session, actor, draft_id, "approve")
    history = queries.history(session, draft)
    decide(Action.APPROVE, history, actor.person_id)
    _require_reviewed(draft, sha256)
    if actor.person_id not in history.approvers:
        _add_review(session, actor, draft, Action.APPROVE, comment, now)
    return draft


def return_draft(
    session: Session, actor: Actor, draft_id: UUID, sha256: str, comment: str, now: datetime
) -> StandardDraft:
    """To its editors, with a comment that is not empty; approvals of these bytes count no more.

    Raises ReviewOutdated, DraftNotInState, NotAllowed.
    """
    take_turn(session)
    draft = open_draft(session, actor, draft_id, "approve")
    following = decide(Action.RETURN, queries.history(session, draft), actor.person_id)
    _require_reviewed(draft, sha256)
    move(session, draft, following)
    _add_review(session, actor, draft, Action.RETURN, comment, now)
    return draft


def discard(session: Session, actor: Actor, draft_id: UUID, expected_sha256: str, now: datetime) -> StandardDraft:
    """It stays on record, and its version is free again. Raises DraftChanged, DraftNotInState, NotAllowed."""
    take_turn(session)
    draft = open_draft(session, actor, draft_id, "draft")
    following = decide(Action.DISCARD, queries.history(session, draft), actor.person_id)
    require_unchanged(draft, expected_sha256)
    move(session, draft, following)
    log(session, actor, "discard", draft, now)
    return draft


def require_unchanged(draft: StandardDraft, expected_sha256: str) -> None:
    if draft.sha256 != expected_sha256:
        raise DraftChanged(
            f"The draft has the content {draft.sha256} now, revision {draft.revision}. Nothing was saved. "
            "Read it again, then make the change anew."
        )


def _require_reviewed(draft: StandardDraft, sha256: str) -> None:
    if draft.sha256 != sha256:
        raise ReviewOutdated(
            f"The review is of {sha256}, but the draft has the content {draft.sha256} now, revision {draft.revision}. "
            "Nothing was saved. Read it again, then review that."
        )


def _require_free(session: Session, document_id: str, version: str) -> None:
    name = f"{document_id}@{version}"
    if name in shipped():
        raise VersionTaken(f"{name} comes with the program. Choose another version or another id.")
    if queries.find_published(session, None, document_id, version) is not None:
        raise VersionTaken(f"{name} is published, and what is published never changes. Draft a new version.")
    if queries.find_open_draft(session, document_id, version) is not None:
        raise VersionTaken(f"There is a draft of {name} already. Change that one, or discard it first.")


def _require_same_name(draft: StandardDraft, kind: DocumentKind, document: Document) -> None:
    given = {"$schema": kind.urn, "id": document["id"], "version": document["version"]}
    kept = {"$schema": DocumentKind(draft.kind).urn, "id": draft.document_id, "version": draft.version}
    faults = [
        Violation("document-renamed", f"This is {kept[name]} in this draft.", f"Write {kept[name]}.", f"/{name}",
                  value=value)
        for name, value in given.items()
        if value != kept[name]
    ]  # fmt: skip
    if faults:
        raise DocumentRenamed(
            f"The draft is of {draft.document_id}@{draft.version}. For another version, make another draft.", faults
        )


def move(session: Session, draft: StandardDraft, state: State, **changes: Any) -> None:
    """One conditional update of the draft as it was read. Raises DraftChanged where somebody else was there before."""
    statement = (
        update(StandardDraft)
        .where(StandardDraft.id == draft.id, StandardDraft.state == draft.state, StandardDraft.sha256 == draft.sha256)
        .values(state=state, **changes)
    )
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise DraftChanged("Somebody else changed the draft at this moment. Nothing was saved. Read it again.")


def _add_revision(session: Session, actor: Actor, draft: StandardDraft, content: bytes, now: datetime) -> None:
    session.add(
        DraftRevision(
            draft_id=draft.id,
            number=draft.revision,
            sha256=draft.sha256,
            content=content.decode(),
            saved_by=actor.log_name,
            person_id=actor.person_id,
            saved_at=now,
        )
    )


def _add_review(
    session: Session, actor: Actor, draft: StandardDraft, decision: Action, comment: str, now: datetime
) -> None:
    session.add(
        DraftReview(
            draft_id=draft.id,
            number=queries.count_reviews(session, draft.id) + 1,
            sha256=draft.sha256,
            decision=decision,
            comment=comment,
            reviewed_by=actor.log_name,
            person_id=actor.person_id,
            reviewed_at=now,
        )
    )
    log(session, actor, decision, draft, now, comment)


def log(session: Session, actor: Actor, verb: str, draft: StandardDraft, now: datetime, comment: str = "") -> None:
    payload = {
        "document": f"{draft.document_id}@{draft.version}",
        "kind": draft.kind,
        "revision": draft.revision,
        "sha256": draft.sha256,
    }
    append(session, Event(actor.log_name, f"standard.{verb}", f"draft:{draft.id}", payload, comment), now)
