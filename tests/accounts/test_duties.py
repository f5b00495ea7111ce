"""Separation of duties, held against generated histories: persons count, whatever accounts they use."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from registry.accounts.duties import (
    interests_by_role,
    is_approved,
    may_approve,
    may_check,
    may_confirm,
    may_decide_application,
    may_grant,
    needs_confirmation,
)
from registry.accounts.permissions import Actor, HeldRole, Role

persons = st.integers(1, 4).map(lambda number: UUID(int=number))


def acting(person: UUID, account: int = 0) -> Actor:
    return Actor(account_id=UUID(int=1000 + account), person_id=person)


@given(st.lists(persons), st.sets(persons), st.integers(1, 3))
def test_approval_needs_so_many_persons_who_did_not_draft(
    approvers: list[UUID], drafters: set[UUID], needed: int
) -> None:
    outside = {each for each in approvers if each not in drafters}

    assert is_approved(approvers, drafters, needed) == (len(outside) >= needed)
    assert is_approved(approvers * 2, drafters, needed) == is_approved(approvers, drafters, needed)


@given(persons, st.sets(persons))
def test_an_assessor_does_not_decide(person: UUID, assessors: set[UUID]) -> None:
    assert bool(may_decide_application(person, assessors)) == (person not in assessors)


@given(st.sampled_from("甲乙丙"), st.sets(st.sampled_from("甲乙丙")))
def test_nobody_checks_an_evaluator_in_whom_they_have_an_interest(evaluator: str, interests: set[str]) -> None:
    assert bool(may_check(evaluator, interests)) == (evaluator not in interests)


def test_who_acts_for_an_evaluator_has_an_interest_in_it() -> None:
    roles = (HeldRole(Role.EVALUATOR, "甲"), HeldRole(Role.AUDITOR))

    assert interests_by_role(roles) == {"甲"}


@given(persons, persons, persons, st.integers(0, 3))
def test_two_persons_give_a_powerful_role_to_a_third(granting: UUID, confirming: UUID, to: UUID, account: int) -> None:
    is_given = may_grant(acting(granting), to) and may_confirm(acting(confirming, account), to, granting)

    assert bool(is_given) == (len({granting, confirming, to}) == 3)


def test_what_can_be_used_against_the_registry_needs_a_second_person() -> None:
    assert {role for role in Role if needs_confirmation(role)} == {
        Role.ADMINISTRATOR, Role.APPROVER, Role.AUDITOR, Role.VETTING_OFFICER,
    }  # fmt: skip


class FourEyes(RuleBasedStateMachine):
    """Drafts that several accounts of several persons edit and approve; an edit makes new bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.person_of = {account: UUID(int=1 + account // 2) for account in range(6)}
        self.bytes = 0
        self.drafters: set[UUID] = set()
        self.approvals: set[tuple[UUID, int]] = set()
        self.published: list[tuple[frozenset[UUID], frozenset[UUID]]] = []

    @rule(account=st.integers(0, 5))
    def edit(self, account: int) -> None:
        self.bytes += 1
        self.drafters.add(self.person_of[account])

    @rule(account=st.integers(0, 5))
    def approve(self, account: int) -> None:
        if may_approve(self.person_of[account], self.drafters):
            self.approvals.add((self.person_of[account], self.bytes))

    @rule()
    def publish(self) -> None:
        approvers = {person for person, approved in self.approvals if approved == self.bytes}
        if is_approved(approvers, self.drafters):
            self.published.append((frozenset(approvers), frozenset(self.drafters)))

    @invariant()
    def nothing_is_published_without_somebody_outside(self) -> None:
        assert all(approvers - drafters for approvers, drafters in self.published)


TestFourEyes = FourEyes.TestCase
