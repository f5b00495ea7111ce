"""Separation of duties: what one person may not do after, or beside, something else. Pure.

Persons count, not accounts: whoever has two accounts is still one.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from registry.accounts.permissions import ALLOWED, Actor, Decision, HeldRole, Role

# What these hold can be used against the registry itself, so that two persons must want it.
POWERFUL = frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.AUDITOR, Role.VETTING_OFFICER})


def may_approve(person: UUID, drafters: Collection[UUID]) -> Decision:
    """Of a standard, localization, draw or vetting decision; drafters: everybody who had a hand in these bytes."""
    if person in drafters:
        return Decision(False, "Whoever drafted this may not approve it.")
    return ALLOWED


def is_approved(approvers: Iterable[UUID], drafters: Collection[UUID], needed: int = 1) -> bool:
    """Whether so many persons approved who did not draft; one who approved twice counts once."""
    return len({each for each in approvers if may_approve(each, drafters)}) >= needed


def may_decide_application(person: UUID, assessors: Collection[UUID]) -> Decision:
    if person in assessors:
        return Decision(False, "Whoever assessed this application may not decide it.")
    return ALLOWED


def may_check(evaluator_id: str, interests: Collection[str]) -> Decision:
    """interests: evaluators in whom the person has one, declared or by a role."""
    if evaluator_id in interests:
        return Decision(False, "Whoever has an interest in this evaluator may not check it.")
    return ALLOWED


def may_judge(person: UUID, own: Collection[UUID]) -> Decision:
    """Of a name or a succession of an evaluator. own: persons who act or acted for it."""
    if person in own:
        return Decision(False, "Whoever acts or acted for this evaluator may not judge about it.")
    return ALLOWED


def interests_by_role(roles: Iterable[HeldRole]) -> frozenset[str]:
    """Evaluators for whom the person acts."""
    return frozenset(each.evaluator_id for each in roles if each.evaluator_id is not None)


def may_grant(granter: Actor, receiving_person: UUID) -> Decision:
    """Also for confirming and revoking: nobody changes the roles of their own, under whatever account."""
    if granter.person_id == receiving_person:
        return Decision(False, "Nobody grants, confirms or revokes roles of their own.")
    return ALLOWED


def needs_confirmation(role: Role) -> bool:
    return role in POWERFUL


def may_confirm(confirmer: Actor, receiving_person: UUID, granting_person: UUID) -> Decision:
    if confirmer.person_id == granting_person:
        return Decision(False, "A second administrator, another person, confirms what the first one granted.")
    return may_grant(confirmer, receiving_person)
