"""The way of a draft: every step from every state, and what counts as approved."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.accounts.account_errors import SeparateDuties
from registry.standards.draft_errors import ApprovalMissing, DraftChanged, DraftNotInState, DraftNotNamed
from registry.standards.preconditions import read_if_match
from registry.standards.workflow import Action, Draft, Review, State, decide

EDITOR, APPROVER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
OLD, PRESENT = "0" * 64, "1" * 64
# What is allowed where nothing but the state stands in the way.
ALLOWED = {
    (Action.SAVE, State.DRAFT): State.DRAFT,
    (Action.SAVE, State.IN_REVIEW): State.DRAFT,
    (Action.SUBMIT, State.DRAFT): State.IN_REVIEW,
    (Action.APPROVE, State.IN_REVIEW): State.IN_REVIEW,
    (Action.RETURN, State.IN_REVIEW): State.DRAFT,
    (Action.PUBLISH, State.IN_REVIEW): State.PUBLISHED,
    (Action.DISCARD, State.DRAFT): State.DISCARDED,
    (Action.DISCARD, State.IN_REVIEW): State.DISCARDED,
}


def approval(person: UUID, sha256: str = PRESENT) -> Review:
    return Review(person, sha256, is_approval=True)


def returned(person: UUID | None = THIRD, sha256: str = PRESENT) -> Review:
    return Review(person, sha256, is_approval=False)


def make_draft(
    *reviews: Review, state: State = State.IN_REVIEW, editors: frozenset[UUID] = frozenset({EDITOR})
) -> Draft:
    return Draft(state, PRESENT, editors, reviews)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_a_step_leads_from_its_states_and_from_no_other(action: Action, state: State) -> None:
    draft = make_draft(approval(APPROVER), state=state)

    if (action, state) in ALLOWED:
        assert decide(action, draft, APPROVER) is ALLOWED[action, state]
    else:
        with pytest.raises(DraftNotInState):
            decide(action, draft, APPROVER)


@pytest.mark.parametrize(
    ("reviews", "is_approved"),
    [
        ([], False),
        ([approval(APPROVER)], True),
        ([approval(EDITOR)], False),
        ([approval(APPROVER, OLD)], False),
        ([approval(APPROVER), returned()], False),
        ([approval(APPROVER), returned(sha256=OLD)], True),
        ([returned(), approval(APPROVER)], True),
        ([approval(EDITOR), approval(APPROVER, OLD)], False),
        ([approval(EDITOR), approval(THIRD)], True),
    ],
)
def test_an_approval_counts_for_its_bytes_until_they_are_returned(reviews: list[Review], is_approved: bool) -> None:
    draft = make_draft(*reviews)

    assert draft.is_approved is is_approved
    if not is_approved:
        with pytest.raises(ApprovalMissing, match="an approver who edited nothing"):
            decide(Action.PUBLISH, draft, APPROVER)


def test_the_refusal_says_which_approvals_do_not_count() -> None:
    draft = make_draft(approval(EDITOR), approval(APPROVER, OLD), approval(THIRD, OLD))

    with pytest.raises(ApprovalMissing) as refused:
        decide(Action.PUBLISH, draft, APPROVER)

    assert "One person approved it and had a hand in it" in refused.value.detail
    assert "2 persons approved other content" in refused.value.detail


@pytest.mark.parametrize("person", [EDITOR, None])
def test_neither_an_editor_nor_a_command_approves(person: UUID | None) -> None:
    with pytest.raises(SeparateDuties):
        decide(Action.APPROVE, make_draft(), person)


persons = st.integers(1, 4).map(lambda number: UUID(int=number))
reviews = st.builds(Review, persons, st.sampled_from([OLD, PRESENT]), st.booleans())


@given(st.lists(reviews, max_size=8), st.frozensets(persons))
def test_who_has_a_hand_in_it_never_makes_it_approved(given_reviews: list[Review], editors: frozenset[UUID]) -> None:
    draft = make_draft(*given_reviews, editors=editors)
    outside = [each for each in given_reviews if each.person not in editors or not each.is_approval]

    assert draft.is_approved == make_draft(*outside, editors=editors).is_approved
    assert not make_draft(*given_reviews, editors=frozenset(each.person for each in given_reviews if each.person)
                          ).is_approved  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "digests"),
    [
        (['"a"'], ("a",)),
        (['"a", "b"'], ("a", "b")),
        (['"a"', '"b"'], ("a", "b")),
        ([' "a" ,, "b",'], ("a", "b")),
        (['W/"a"'], ()),
        (['W/"a", "b"'], ("b",)),
        (['"a,b"'], ("a,b",)),
        (['""'], ("",)),
    ],
)
def test_a_list_of_entity_tags_is_read_as_the_standard_says(lines: list[str], digests: tuple[str, ...]) -> None:
    assert read_if_match(lines).digests == digests


@pytest.mark.parametrize("line", ["*", " * ", "a", '"a', '"a" "b"', '*, "a"', "", 'w/"a"', '"a"b'])
def test_what_stands_for_anything_or_for_nothing_is_refused(line: str) -> None:
    with pytest.raises(DraftChanged):
        read_if_match([line])


def test_without_the_heading_the_request_is_not_taken() -> None:
    with pytest.raises(DraftNotNamed):
        read_if_match([])


def test_the_present_digest_counts_wherever_it_stands_in_the_list() -> None:
    assert read_if_match([f'"{OLD}", "{PRESENT}"']).expected(PRESENT) == PRESENT
    assert read_if_match([f'"{OLD}"']).expected(PRESENT) == OLD
    assert read_if_match([f'W/"{PRESENT}"']).expected(PRESENT) != PRESENT
