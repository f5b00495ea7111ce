"""The way of a draft to publication: who may take which step, by four eyes. Pure.

"Approved" is no state. It follows from the reviews: somebody who had no hand in any revision approved exactly the
present bytes, and nobody has returned them since. Persons count, not accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from registry.accounts.account_errors import SeparateDuties
from registry.accounts.duties import is_approved, may_approve
from registry.standards.draft_errors import ApprovalMissing, DraftNotInState

_SHOWN_CHARACTERS = 12


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN = frozenset({State.DRAFT, State.IN_REVIEW})


class Action(StrEnum):
    SAVE = "save"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    DISCARD = "discard"


# From which states, and to which one it leads.
STEPS: Mapping[Action, tuple[frozenset[State], State]] = {
    Action.SAVE: (OPEN, State.DRAFT),
    Action.SUBMIT: (frozenset({State.DRAFT}), State.IN_REVIEW),
    Action.APPROVE: (frozenset({State.IN_REVIEW}), State.IN_REVIEW),
    Action.RETURN: (frozenset({State.IN_REVIEW}), State.DRAFT),
    Action.PUBLISH: (frozenset({State.IN_REVIEW}), State.PUBLISHED),
    Action.DISCARD: (OPEN, State.DISCARDED),
}
_REFUSALS: Mapping[State, str] = {
    State.DRAFT: "The draft is not in review. An editor submits it first.",
    State.IN_REVIEW: "The draft is in review already.",
    State.PUBLISHED: "The draft is published, and what is published never changes. Draft a new version.",
    State.DISCARDED: "The draft was discarded. Make a new one.",
}


@dataclass(frozen=True, slots=True)
class Review:
    """An approval of these bytes by a person, or their return. person: None for a command on the machine."""

    person: UUID | None
    sha256: str
    is_approval: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be known of a draft. editors: of all revisions. reviews: of whatever bytes, the oldest first."""

    state: State
    sha256: str
    editors: frozenset[UUID]
    reviews: tuple[Review, ...] = ()

    @property
    def approvers(self) -> frozenset[UUID]:
        """Who approved the present bytes after they were last returned, with and without a hand in them."""
        approved: set[UUID] = set()
        for review in self.reviews:
            if review.sha256 != self.sha256:
                continue
            if not review.is_approval:
                approved.clear()
            elif review.person is not None:
                approved.add(review.person)
        return frozenset(approved)

    @property
    def is_approved(self) -> bool:
        return is_approved(self.approvers, self.editors)


def decide(action: Action, draft: Draft, person: UUID | None) -> State:
    """The state after the step, which this person may take. person: None for commands on the machine of the registry.

    Raises DraftNotInState, SeparateDuties, ApprovalMissing. Permissions are not asked here.
    """
    allowed, following = STEPS[action]
    if draft.state not in allowed:
        raise DraftNotInState(_REFUSALS[draft.state])
    if action is Action.APPROVE:
        _require_outsider(draft, person)
    if action is Action.PUBLISH and not draft.is_approved:
        raise ApprovalMissing(_what_is_missing(draft))
    return following


def _require_outsider(draft: Draft, person: UUID | None) -> None:
    if person is None:
        raise SeparateDuties("An approval is a person's: sign in as an approver. A command on the machine is nobody's.")
    decision = may_approve(person, draft.editors)
    if not decision:
        raise SeparateDuties(f"{decision.reason} You had a hand in a revision of it, under this account or another.")


def _what_is_missing(draft: Draft) -> str:
    missing = (
        f"Nobody who kept out of all revisions has approved this content, {draft.sha256[:_SHOWN_CHARACTERS]}…. "
        "Missing is the approval of an approver who edited nothing of the draft."
    )
    own = len(draft.approvers & draft.editors)
    others = len({each.person for each in draft.reviews if each.is_approval} - draft.approvers - draft.editors)
    if own:
        missing += f" {_persons(own)} approved it and had a hand in it, which does not count."
    if others:
        missing += f" {_persons(others)} approved other content, or before it was returned, which does not count."
    return missing


def _persons(number: int) -> str:
    return "One person" if number == 1 else f"{number} persons"
