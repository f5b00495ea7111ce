"""What crosses HTTP about drafts and about what becomes of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registry.ids import hidden_character
from registry.json_models import In, Out, VisibleText
from registry.regions.reference import read_day
from registry.standards.lists import status_on
from registry.standards.models import DraftReview, PublishedDocument, StandardDraft, Withdrawal
from registry.standards.selection import Published
from registry.standards.workflow import Draft

MOST_CHARACTERS = 4000
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Of the canonical form of what was reviewed.")]


def _lines(text: str) -> str:
    """Several lines are welcome, what nobody sees is not."""
    hidden = next(filter(None, map(hidden_character, text.split("\n"))), None)
    if hidden is not None:
        raise ValueError(f"the invisible character {hidden} is not allowed")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say something")
    return text


def _day(text: str) -> str:
    if read_day(text) is None:
        raise ValueError("this is no day; write it as 2026-03-01")
    return text


_Comment = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_lines)]


class ApprovalIn(In):
    """Of exactly these bytes."""

    sha256: _Sha256
    comment: _Comment = ""


class ReturnIn(In):
    """To the editors, with what is to change."""

    sha256: _Sha256
    comment: Annotated[_Comment, Field(min_length=1), AfterValidator(_said)]


class WithdrawalIn(In):
    """from: the first day on which the version is no longer in force."""

    reason: Annotated[VisibleText, Field(min_length=1, max_length=1000), AfterValidator(_said)]
    withdrawn_from: Annotated[str, Field(alias="from", max_length=10), AfterValidator(_day)]


class DraftLineOut(Out):
    """sha256: of the canonical form (RFC 8785) of the newest revision."""

    id: str
    kind: str
    document_id: str
    version: str
    state: str
    sha256: str
    revision: int
    created_at: datetime


class DraftListOut(Out):
    """The newest first. next: the address of the following page, null on the last one."""

    drafts: list[DraftLineOut]
    next: str | None


class ReviewOut(Out):
    """decision: approve or return. by: as the log names who acted."""

    decision: str
    sha256: str
    comment: str
    by: str
    at: datetime


class DraftOut(DraftLineOut):
    """is_approved: somebody who had no hand in any revision approved the present content. reviews: the oldest first."""

    is_approved: bool
    reviews: list[ReviewOut]


class WholeDraftOut(DraftOut):
    document: dict[str, Any]


class PublishedOut(Out):
    """A version for ever. valid_from null: of a mapping."""

    kind: str
    document_id: str
    version: str
    sha256: str
    valid_from: date | None
    valid_to: date | None
    supersedes: str | None
    published_at: datetime
    published_by: str


class WithdrawalOut(Out):
    document_id: str
    version: str
    withdrawn_from: date
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


def draft_line_out(draft: StandardDraft) -> DraftLineOut:
    return DraftLineOut(**_line(draft))


def draft_out(draft: StandardDraft, history: Draft, reviews: Sequence[DraftReview]) -> DraftOut:
    return DraftOut(**_line(draft), **_judged(history, reviews))


def whole_draft_out(
    draft: StandardDraft, history: Draft, reviews: Sequence[DraftReview], document: dict[str, Any]
) -> WholeDraftOut:
    return WholeDraftOut(**_line(draft), **_judged(history, reviews), document=document)


def _line(draft: StandardDraft) -> dict[str, Any]:
    names = ("kind", "document_id", "version", "state", "sha256", "revision", "created_at")
    return {"id": str(draft.id)} | {name: getattr(draft, name) for name in names}


def _judged(history: Draft, reviews: Sequence[DraftReview]) -> dict[str, Any]:
    return {"is_approved": history.is_approved, "reviews": [_review_out(each) for each in reviews]}


def _review_out(review: DraftReview) -> ReviewOut:
    return ReviewOut(
        decision=review.decision,
        sha256=review.sha256,
        comment=review.comment,
        by=review.reviewed_by,
        at=review.reviewed_at,
    )


def published_out(published: PublishedDocument) -> PublishedOut:
    return PublishedOut(**{name: getattr(published, name) for name in PublishedOut.model_fields})


def withdrawal_out(document_id: str, version: str, withdrawal: Withdrawal) -> WithdrawalOut:
    return WithdrawalOut(
        document_id=document_id,
        version=version,
        withdrawn_from=withdrawal.withdrawn_from,
        reason=withdrawal.reason,
        withdrawn_by=withdrawal.withdrawn_by,
        withdrawn_at=withdrawal.withdrawn_at,
    )


_Reference = Annotated[str, Field(min_length=1, max_length=141, description="ID@VERSION, or an ID: what is in force.")]
_Source = _Reference | dict[str, Any]


class ResolveIn(In):
    """standard, localizations: published ones by reference, or documents. What they import is found among them and
    among what is published; without localizations those in force in the region are taken."""

    standard: _Source
    localizations: Annotated[list[_Source], Field(max_length=50)] = Field(default_factory=list)
    region: Annotated[str, Field(max_length=100, description="As mca:530303.")] | None = None
    on: Annotated[str, Field(max_length=10, description="Default: today."), AfterValidator(_day)] | None = None
    classes: dict[str, Annotated[str, Field(max_length=200)]] | None = Field(
        default=None, max_length=50, description='Values of classifying facts, as {"terrain": "hill"}.'
    )
    fact_sheet: dict[str, Any] | None = Field(
        default=None, description="By schemas/fact-sheet.v1.json, of the region, of one in it or of one around it."
    )


class DocumentsIn(In):
    documents: Annotated[list[_Source], Field(min_length=1, max_length=50)]


class CheckedOut(Out):
    reference: str
    kind: str
    sha256: str


class CheckedListOut(Out):
    valid: list[CheckedOut]


class KnownOut(Out):
    """A published version. status: in_force, not_yet, ended or withdrawn on the day that is asked about. is_shipped: it
    comes with the program."""

    reference: str
    kind: str
    id: str
    version: str
    sha256: str
    title: dict[str, str]
    status: str
    valid_from: date | None
    valid_to: date | None
    withdrawn_from: date | None
    supersedes: str | None
    standard: str | None
    level: str | None
    jurisdiction: str | None
    field: str | None
    is_draft_for_demonstration: bool
    is_shipped: bool


class KnownListOut(Out):
    """By id and version. next: the address of the following page, null on the last one."""

    on: date
    standards: list[KnownOut]
    next: str | None


def known_out(published: Published, on: date) -> KnownOut:
    begins = published.validity.valid_from
    names = ("kind", "id", "version", "sha256", "title", "withdrawn_from", "supersedes", "standard", "level",
             "jurisdiction", "field", "is_draft_for_demonstration", "is_shipped", "reference")  # fmt: skip
    return KnownOut(
        **{name: getattr(published, name) for name in names},
        status=status_on(published, on),
        valid_from=None if begins == date.min else begins,
        valid_to=published.validity.valid_to,
    )
