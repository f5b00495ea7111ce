"""Use cases of drafts and of publication on a database: who may do what, what is kept, what is in the log."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from draft_samples import NOW, anything_goes, in_review, make_document, make_localization, make_mapping, saved_as
from people import acting, make_person, saved_person
from region_samples import AS_OF, divisions_file
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed, SeparateDuties
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.audit import queries as audit
from registry.audit.entry import read_entry
from registry.audit.models import Payload
from registry.canonical import digest
from registry.db import Database, write
from registry.db_errors import ConstraintViolated
from registry.regions.import_service import Terms, import_divisions
from registry.regions.inputs import read_divisions
from registry.standards import draft_service, publishing_service, queries, reach_service
from registry.standards.document_errors import StandardNotFound, StandardRejected, VersionTaken
from registry.standards.document_kinds import DocumentKind, document_kind
from registry.standards.draft_errors import (
    AlreadyWithdrawn,
    ApprovalMissing,
    DocumentRenamed,
    DraftChanged,
    DraftNotFound,
    ReviewOutdated,
    UnknownDocumentKind,
    WithdrawalRefused,
)
from registry.standards.models import PublishedDocument, StandardDraft
from registry.standards.publishing_service import WithdrawalWanted

EDITOR, APPROVER = Role.EDITOR, Role.APPROVER
TODAY = date(2026, 3, 2)


@pytest.fixture
def actor(session: Session) -> Callable[..., Actor]:
    """Somebody with these roles."""
    return lambda *roles: acting(session, make_person(session, *roles, now=NOW), NOW)


@pytest.fixture
def editor(actor: Callable[..., Actor]) -> Actor:
    return actor(EDITOR)


@pytest.fixture
def approver(actor: Callable[..., Actor]) -> Actor:
    return actor(APPROVER)


def created(session: Session, editor: Actor, document: dict[str, Any]) -> StandardDraft:
    return draft_service.create_draft(session, editor, document, NOW)


def published(session: Session, editor: Actor, approver: Actor, document: dict[str, Any]) -> PublishedDocument:
    draft = created(session, editor, document)
    draft_service.submit(session, editor, draft.id, NOW, anything_goes)
    draft_service.approve(session, approver, draft.id, draft.sha256, "", NOW)
    return publishing_service.publish(session, editor, draft.id, draft.sha256, NOW, anything_goes)


def test_a_draft_is_saved_reviewed_and_published_as_it_is(session: Session, editor: Actor, approver: Actor) -> None:
    document = make_document(1, valid_to="2027-04-01", supersedes="0.9.0")
    draft = created(session, editor, make_document())
    draft_service.save_draft(session, editor, draft.id, document, draft.sha256, NOW)
    draft_service.submit(session, editor, draft.id, NOW, anything_goes)
    draft_service.approve(session, approver, draft.id, digest(document), "Good.", NOW)

    made = publishing_service.publish(session, editor, draft.id, digest(document), NOW, anything_goes)

    assert (draft.state, draft.revision, made.sha256) == ("published", 2, digest(document))
    assert queries.document_of(made) == document
    assert queries.find_published(session, DocumentKind.STANDARD, "town-order", "1.0.0") == made
    assert queries.find_published(session, DocumentKind.MAPPING, "town-order", "1.0.0") is None
    (known,) = queries.list_known(session)
    assert (known.reference, known.title, known.supersedes) == ("town-order@1.0.0", document["title"], "0.9.0")
    assert (known.validity.valid_from, known.validity.valid_to) == (date(2026, 4, 1), date(2027, 4, 1))
    assert json.loads(queries.content_of(session, "town-order", "1.0.0")) == document


def test_every_step_is_in_the_log_with_its_digest(session: Session, editor: Actor, approver: Actor) -> None:
    draft = in_review(session, editor)
    first = draft.sha256
    draft_service.return_draft(session, approver, draft.id, first, "Say why.", NOW)
    draft_service.save_draft(session, editor, draft.id, make_document(1), first, NOW)
    draft_service.submit(session, editor, draft.id, NOW, anything_goes)
    draft_service.approve(session, approver, draft.id, draft.sha256, "Good.", NOW)
    publishing_service.publish(session, editor, draft.id, draft.sha256, NOW, anything_goes)
    publishing_service.withdraw(session, approver, withdrawal(), NOW)
    other = created(session, editor, make_document(id="town-noise"))
    draft_service.discard(session, editor, other.id, other.sha256, NOW)

    rows = [read_entry(each.entry) for each in audit.list_entries(session, limit=100)]
    entries = [each for each in rows if each["action"].startswith("standard.")]
    assert [each["action"].removeprefix("standard.") for each in entries] == [
        "draft", "submit", "return", "save", "submit", "approve", "publish", "withdraw", "draft", "discard",
    ]  # fmt: skip
    contents = [json.loads(session.get_one(Payload, each["index"]).content) for each in entries]
    digests = [first] * 3 + [draft.sha256] * 5 + [other.sha256] * 2
    assert [each["payload"]["sha256"] for each in contents] == digests
    assert [contents[2]["reason"], contents[5]["reason"]] == ["Say why.", "Good."]
    assert entries[5]["actor"] == approver.log_name


def test_an_edit_in_review_needs_a_new_review(session: Session, editor: Actor, approver: Actor) -> None:
    draft = in_review(session, editor)
    draft_service.approve(session, approver, draft.id, draft.sha256, "", NOW)
    draft_service.save_draft(session, editor, draft.id, make_document(1), draft.sha256, NOW)
    assert draft.state == "draft"

    draft_service.submit(session, editor, draft.id, NOW, anything_goes)
    with pytest.raises(ApprovalMissing):
        publishing_service.publish(session, editor, draft.id, draft.sha256, NOW, anything_goes)


def test_equal_content_is_no_revision(session: Session, editor: Actor, approver: Actor) -> None:
    draft = in_review(session, editor)
    draft_service.save_draft(session, editor, draft.id, make_document(), draft.sha256, NOW)

    assert (draft.revision, draft.state) == (1, "in_review")


def test_a_second_account_of_an_editor_does_not_approve(session: Session) -> None:
    person = make_person(session, EDITOR, now=NOW)
    other = make_person(session, APPROVER, now=NOW, same_as=person.account_id)
    draft = in_review(session, acting(session, person, NOW))

    with pytest.raises(SeparateDuties, match="under this account or another"):
        draft_service.approve(session, acting(session, other, NOW), draft.id, draft.sha256, "", NOW)


def test_a_command_on_the_machine_drafts_and_does_not_approve(session: Session, approver: Actor) -> None:
    draft = in_review(session, OPERATOR)
    with pytest.raises(SeparateDuties):
        draft_service.approve(session, OPERATOR, draft.id, draft.sha256, "", NOW)

    draft_service.approve(session, approver, draft.id, draft.sha256, "", NOW)
    made = publishing_service.publish(session, OPERATOR, draft.id, draft.sha256, NOW, anything_goes)
    assert made.published_by == "operator"


def test_what_is_named_must_be_what_is_there(session: Session, editor: Actor, approver: Actor) -> None:
    draft = in_review(session, editor)
    stale = "0" * 64

    for step in (
        lambda: draft_service.save_draft(session, editor, draft.id, make_document(1), stale, NOW),
        lambda: draft_service.discard(session, editor, draft.id, stale, NOW),
        lambda: publishing_service.publish(session, editor, draft.id, stale, NOW, anything_goes),
    ):
        with pytest.raises(DraftChanged, match="revision 1"):
            step()
    for review in (draft_service.approve, draft_service.return_draft):
        with pytest.raises(ReviewOutdated, match="revision 1"):
            review(session, approver, draft.id, stale, "No.", NOW)


def test_a_draft_keeps_its_name_and_kind(session: Session, editor: Actor) -> None:
    draft = created(session, editor, make_document())

    for document, pointers in (
        (make_document(version="1.0.1"), {"/version"}),
        (make_document(id="town-noise", version="2.0.0"), {"/id", "/version"}),
        (make_mapping(id="town-order", version="1.0.0"), {"/$schema"}),
    ):
        with pytest.raises(DocumentRenamed) as refused:
            draft_service.save_draft(session, editor, draft.id, document, draft.sha256, NOW)
        assert {each.pointer for each in refused.value.violations} == pointers


def test_a_version_is_drafted_once_and_published_once(session: Session, editor: Actor, approver: Actor) -> None:
    draft = created(session, editor, make_document())
    with pytest.raises(VersionTaken, match="a draft of town-order"):
        created(session, editor, make_document(1))
    draft_service.discard(session, editor, draft.id, draft.sha256, NOW)

    published(session, editor, approver, make_document(1))
    with pytest.raises(VersionTaken, match="is published"):
        created(session, editor, make_document(2))
    with pytest.raises(VersionTaken, match="comes with the program"):
        created(session, editor, make_document(id="cn-three-enterprises"))


def test_a_draft_is_valid_by_its_schema_and_nothing_more(session: Session, editor: Actor) -> None:
    with pytest.raises(StandardRejected):
        created(session, editor, make_document(levels=None))
    with pytest.raises(UnknownDocumentKind):
        created(session, editor, make_document(**{"$schema": "urn:evaluator-registry:schema:fact-sheet:v1"}))

    assert created(session, editor, make_document(supersedes="9.9.9")).state == "draft"


@pytest.mark.parametrize("document", [None, [], "x", {}, {"$schema": 1}, {"$schema": ["x"]}])
def test_what_is_no_document_has_no_kind(document: object) -> None:
    with pytest.raises(UnknownDocumentKind):
        document_kind(document)


def test_what_the_check_refuses_is_neither_submitted_nor_published(
    session: Session, editor: Actor, approver: Actor
) -> None:
    def refuse(_session: Session, _document: object) -> None:
        raise StandardRejected("No.")

    draft = created(session, editor, make_document())
    with pytest.raises(StandardRejected):
        draft_service.submit(session, editor, draft.id, NOW, refuse)
    draft_service.submit(session, editor, draft.id, NOW, anything_goes)
    draft_service.approve(session, approver, draft.id, draft.sha256, "", NOW)
    with pytest.raises(StandardRejected):
        publishing_service.publish(session, editor, draft.id, draft.sha256, NOW, refuse)

    assert draft.state == "in_review"


def test_editors_do_not_approve_and_approvers_do_not_edit(session: Session, editor: Actor, approver: Actor) -> None:
    draft = in_review(session, editor)

    with pytest.raises(NotAllowed):
        draft_service.approve(session, editor, draft.id, draft.sha256, "", NOW)
    with pytest.raises(NotAllowed):
        draft_service.save_draft(session, approver, draft.id, make_document(1), draft.sha256, NOW)
    with pytest.raises(NotAllowed):
        created(session, approver, make_document(id="town-noise"))


def withdrawal(day: date = TODAY, document_id: str = "town-order") -> WithdrawalWanted:
    return WithdrawalWanted(document_id, "1.0.0", day, "The unit was wrong.")


def test_a_version_is_withdrawn_once_from_today_on(session: Session, editor: Actor, approver: Actor) -> None:
    published(session, editor, approver, make_document(valid_to="2027-04-01"))

    with pytest.raises(NotAllowed):
        publishing_service.withdraw(session, editor, withdrawal(), NOW)
    with pytest.raises(WithdrawalRefused, match="stands"):
        publishing_service.withdraw(session, approver, withdrawal(TODAY - timedelta(days=1)), NOW)
    with pytest.raises(WithdrawalRefused, match="ends on 2027-04-01"):
        publishing_service.withdraw(session, approver, withdrawal(date(2027, 4, 1)), NOW)
    with pytest.raises(StandardNotFound):
        publishing_service.withdraw(session, approver, withdrawal(document_id="no-such"), NOW)
    publishing_service.withdraw(session, approver, withdrawal(), NOW)
    with pytest.raises(AlreadyWithdrawn):
        publishing_service.withdraw(session, approver, withdrawal(), NOW)

    assert [each.withdrawn_from for each in queries.list_known(session)] == [TODAY]


def test_localizations_and_mappings_are_published_too(session: Session, editor: Actor, approver: Actor) -> None:
    published(session, editor, approver, make_document())
    local = published(session, editor, approver, make_localization())
    mapping = published(session, editor, approver, make_mapping())

    assert (local.standard_id, local.standard_version, local.level, local.jurisdiction, local.field) == (
        "town-order", "1.0.0", "county", "mca:422828", "rural_governance",
    )  # fmt: skip
    # Of its two standards only one is known.
    assert (mapping.valid_from, mapping.field) == (None, None)
    assert [each.standard for each in queries.list_known(session)] == [None, "town-order@1.0.0", None]


@pytest.mark.parametrize(
    ("path", "is_reached"),
    [
        (("mca:420000",), True),
        (("mca:420000", "mca:422800"), True),
        (("mca:420000", "mca:422800", "mca:422828"), True),
        (("mca:330000",), False),
        (("mca:420000", "mca:422800", "mca:422828", "mca:422828100"), False),
    ],
)
def test_a_role_limited_to_a_region_reaches_localizations_in_it(
    session: Session,
    tmp_path: Path,
    actor: Callable[..., Actor],
    editor: Actor,
    path: tuple[str, ...],
    is_reached: bool,
) -> None:
    given = read_divisions(divisions_file(tmp_path), "mca", AS_OF)
    import_divisions(session, given, "mca", Terms(NOW))
    local = created(session, editor, make_localization(valid_from="2026-04-01"))
    whole = created(session, editor, make_document())
    limited = actor(HeldRole(EDITOR, region=path))

    assert [each.id for each in reach_service.list_drafts(session, limited, limit=10)] == [local.id] * is_reached
    with pytest.raises(DraftNotFound):
        reach_service.get_draft(session, limited, whole.id)
    with pytest.raises(DraftNotFound):
        draft_service.save_draft(session, limited, whole.id, make_document(1), whole.sha256, NOW)
    with pytest.raises(NotAllowed):
        created(session, limited, make_document(id="town-noise"))
    if is_reached:
        changed = make_localization(valid_to="2027-04-01")
        draft_service.save_draft(session, limited, local.id, changed, local.sha256, NOW)
        elsewhere = make_localization(jurisdiction="mca:330102")
        with pytest.raises(NotAllowed):
            draft_service.save_draft(session, limited, local.id, elsewhere, local.sha256, NOW)
    else:
        with pytest.raises(DraftNotFound):
            draft_service.discard(session, limited, local.id, local.sha256, NOW)


def test_a_role_limited_to_a_field_reaches_its_standards_and_their_localizations(
    session: Session, actor: Callable[..., Actor], editor: Actor, approver: Actor
) -> None:
    before = created(session, editor, make_localization(id="town-order.before"))
    published(session, editor, approver, make_document())
    local = created(session, editor, make_localization())
    schools = created(session, editor, make_document(id="school-order", field="education"))
    rural, education = (
        actor(HeldRole(EDITOR, field_of_assessment="rural_governance")),
        actor(HeldRole(EDITOR, field_of_assessment="education")),
    )

    def seen(who: Actor) -> set[Any]:
        return {each.id for each in reach_service.list_drafts(session, who, limit=10)}

    assert seen(education) == {schools.id}
    assert local.id in seen(rural)
    # Of what it localizes nothing was known when it was saved.
    assert before.id not in seen(rural)


def test_lists_go_on_where_the_page_before_ended(session: Session, editor: Actor) -> None:
    made = [created(session, editor, make_document(id=f"town-{n}")).id for n in range(5)]
    first = reach_service.list_drafts(session, editor, limit=3)
    rest = reach_service.list_drafts(session, editor, limit=3, after=(first[-1].created_at, first[-1].id))

    assert len(first) == 3
    assert {each.id for each in [*first, *rest]} == set(made)


TABLES = ("draft_revisions", "draft_reviews", "published_documents", "withdrawals")


@pytest.mark.parametrize("table", TABLES)
def test_what_was_said_and_published_cannot_be_altered(database: Database, table: str) -> None:
    editor, approver = (saved_person(database, role, now=NOW) for role in (EDITOR, APPROVER))
    draft = saved_as(database, editor, in_review)
    saved_as(database, approver, lambda s, who: draft_service.approve(s, who, draft.id, draft.sha256, "", NOW))
    saved_as(
        database, editor, lambda s, who: publishing_service.publish(s, who, draft.id, draft.sha256, NOW, anything_goes)
    )
    saved_as(database, approver, lambda s, who: publishing_service.withdraw(s, who, withdrawal(), NOW))
    column = "reason" if table == "withdrawals" else "sha256"

    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(ConstraintViolated):
            write(database, lambda session, statement=statement: session.execute(text(statement)))
