"""Rights of a body that was taken over: they wait until an officer decides on each, and pass to nobody before. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from registry.evaluators.policy import State
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.status import Status
from registry.evaluators.tenure import Succession
from registry.validity import legal_day

# What an item has to be on the day before the succession for there to be a right.
HELD = frozenset({State.VALID, State.SUSPENDED, State.NOT_YET_VALID})


@dataclass(frozen=True, slots=True)
class Right:
    """A scope item of a predecessor that was held when it was taken over. item_id: of the predecessor's item."""

    item_id: str
    succession: Succession


@dataclass(frozen=True, slots=True)
class SuccessorReview:
    """A decision on such a right, the last one counts. item_id: of the successor's item; None where it is refused."""

    number: int
    predecessor_item_id: str
    item_id: str | None
    decided_on: date
    recorded_at: datetime


def rights_at(successions: Iterable[Succession], held: Mapping[str, Mapping[str, Status]]) -> tuple[Right, ...]:
    """held: by body, the status of each of its items on the day before it was taken over."""
    return tuple(
        Right(item_id, each)
        for each in successions
        for item_id, status in sorted(held.get(each.predecessor, {}).items())
        if status.state in HELD
    )


def pending(
    rights: Iterable[Right], reviews: Iterable[SuccessorReview], valid_at: date, known_at: datetime
) -> tuple[Right, ...]:
    """Rights that passed to nobody and were refused to nobody by the day, as known then."""
    decided = {
        each.predecessor_item_id
        for each in reviews
        if each.recorded_at <= known_at and each.decided_on <= valid_at
    }  # fmt: skip
    return tuple(each for each in rights if each.succession.on <= valid_at and each.item_id not in decided)


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """right: of the predecessor's item, None where there is none. status: of the successor's item on the day."""

    review: SuccessorReview
    right: Right | None
    is_predecessor: bool
    status: Status | None


def review_refusals(case: ReviewCase) -> tuple[Refusal, ...]:
    """Why the decision cannot be recorded; none where it can."""
    return tuple(_review_refusals(case))


def _review_refusals(case: ReviewCase) -> Iterator[Refusal]:
    review, right, status = case.review, case.right, case.status
    about = review.predecessor_item_id
    recorded_on = legal_day(review.recorded_at)
    if review.decided_on > recorded_on:
        yield Refusal(
            Code.DECIDED_AFTER_RECORDED,
            f"The day of the decision, {review.decided_on}, lies after the day of its recording, {recorded_on}.",
            "Record a decision once it is taken.", about, str(review.decided_on), str(recorded_on),
        )  # fmt: skip
    if not case.is_predecessor:
        yield Refusal(
            Code.NO_SUCCESSION,
            f"By {review.decided_on} no event says that the evaluator took over the body that has this item.",
            "Record the merger or the split of that body first.", about,
        )  # fmt: skip
    elif right is None:
        yield Refusal(
            Code.RIGHT_NOT_HELD,
            "The item was neither valid nor suspended on the day before the succession.",
            "There is no right to decide on; let the successor apply.", about,
        )  # fmt: skip
    if status is not None and status.state not in HELD:
        yield Refusal(
            Code.NOT_GRANTED,
            f"The successor's item {review.item_id} is {status.state} on {review.decided_on}.",
            "Grant it, or extend an item of the successor, then name the new item.", about, str(status.state),
        )  # fmt: skip
    elif (
        status is not None and right is not None
        and status.valid_from is not None and status.valid_from < right.succession.on
    ):  # fmt: skip
        yield Refusal(
            Code.RIGHT_BEGAN_BEFORE,
            f"The successor's item is valid from {status.valid_from}, before the succession on {right.succession.on}: "
            "it is no new right.",
            "Grant or extend a new item for what the predecessor had.", about, str(status.valid_from),
            str(right.succession.on),
        )  # fmt: skip
