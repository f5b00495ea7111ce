"""Who may do what: named actions, one table of who has them, and the one function that decides. Pure.

A role may be limited to a part of the registry: one evaluator, the regions below one, a field of assessment. Such a
role says nothing about a subject of which that part is not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

Region = tuple[str, ...]
Covers = Callable[[Region, Region], bool]


class Role(StrEnum):
    PROCUREMENT = "procurement"
    EDITOR = "editor"
    APPROVER = "approver"
    AUDITOR = "auditor"
    VETTING_OFFICER = "vetting_officer"
    EVALUATOR = "evaluator"
    SITE_REPRESENTATIVE = "site_representative"
    ADMINISTRATOR = "administrator"


class Anybody(StrEnum):
    """Who has a permission without a role: everybody, whoever is signed in, whoever made the thing."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    OWNER = "owner"


class Permission(StrEnum):
    """A name is for ever: keys and entries of the log hold it."""

    PAGES_READ = "pages.read"
    SIGN_IN = "account.sign_in"
    OWN_ACCOUNT_READ = "account.read_own"
    OWN_ACCOUNT_CHANGE = "account.change_own"
    OWN_KEYS = "account.own_keys"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNTS_CHANGE = "accounts.change"
    ROLES_GRANT = "roles.grant"
    LOG_VERIFY = "log.verify"
    LOG_READ = "log.read"
    REGION_READ = "region.read"
    COMPARISON_RECORD = "comparison.record"
    COMPARISON_READ = "comparison.read"
    COMPARISON_REPLAY = "comparison.replay"
    JOB_READ = "job.read"
    STANDARD_READ = "standard.read"
    STANDARD_CHECK = "standard.check"
    STANDARD_READ_DRAFT = "standard.read_draft"
    STANDARD_DRAFT = "standard.draft"
    STANDARD_APPROVE = "standard.approve"
    STANDARD_PUBLISH = "standard.publish"
    STANDARD_WITHDRAW = "standard.withdraw"
    LOCALIZATION_DRAFT = "localization.draft"
    LOCALIZATION_APPROVE = "localization.approve"
    LOCALIZATION_PUBLISH = "localization.publish"
    LOCALIZATION_WITHDRAW = "localization.withdraw"
    DRAW_MAKE = "draw.make"
    DRAW_APPROVE = "draw.approve"
    PLAN_READ_SEALED = "plan.read_sealed"
    REPORT_READ_SEALED = "report.read_sealed"
    REPORT_SUBMIT = "report.submit"
    SPOT_CHECK_RECORD = "spot_check.record"
    SCORE_CONTEST = "score.contest"
    FINDING_CONTEST = "finding.contest"
    APPLICATION_SUBMIT = "application.submit"
    APPLICATION_ASSESS = "application.assess"
    APPLICATION_DECIDE = "application.decide"
    EVALUATOR_READ = "evaluator.read"
    EVALUATOR_READ_DOSSIER = "evaluator.read_dossier"
    EVALUATOR_APPLY = "evaluator.apply"
    EVALUATOR_ERASE_PERSON = "evaluator.erase_person"
    QUALIFICATION_DECIDE = "qualification.decide"
    ELIGIBILITY_READ = "eligibility.read"
    ELIGIBILITY_CHECK = "eligibility.check"
    ELIGIBILITY_OVERRIDE = "eligibility.override"
    ELIGIBILITY_REVIEW = "eligibility.review"
    ATTESTATION_ISSUE = "attestation.issue"
    ATTESTATION_VERIFY = "attestation.verify"
    WEBHOOK_MANAGE = "webhook.manage"
    EXCLUSION_IMPORT = "exclusion.import"
    EXCLUSION_CHECK = "exclusion.check"
    REGISTER_IMPORT = "register.import"
    EVALUATOR_JUDGE_NAME = "evaluator.judge_name"
    EVALUATOR_JUDGE_SUCCESSION = "evaluator.judge_succession"
    ENGAGEMENT_READ = "engagement.read"
    ENGAGEMENT_RECORD = "engagement.record"
    ENTITY_RECORD = "entity.record"
    CERTIFICATE_RECORD = "certificate.record"


Grantee = Role | Anybody

_P, _A = Permission, Anybody
TABLE: Mapping[Permission, frozenset[Grantee]] = {
    _P.PAGES_READ: frozenset({_A.PUBLIC}),
    _P.SIGN_IN: frozenset({_A.PUBLIC}),
    _P.OWN_ACCOUNT_READ: frozenset({_A.SIGNED_IN}),
    _P.OWN_ACCOUNT_CHANGE: frozenset({_A.SIGNED_IN}),
    _P.OWN_KEYS: frozenset({_A.SIGNED_IN}),
    _P.ACCOUNTS_READ: frozenset({Role.ADMINISTRATOR}),
    _P.ACCOUNTS_CHANGE: frozenset({Role.ADMINISTRATOR}),
    _P.ROLES_GRANT: frozenset({Role.ADMINISTRATOR}),
    _P.LOG_VERIFY: frozenset({_A.PUBLIC}),
    _P.LOG_READ: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    _P.REGION_READ: frozenset({_A.PUBLIC}),
    _P.COMPARISON_RECORD: frozenset({Role.AUDITOR}),
    _P.COMPARISON_READ: frozenset({Role.AUDITOR, Role.PROCUREMENT, Role.VETTING_OFFICER}),
    _P.COMPARISON_REPLAY: frozenset({Role.AUDITOR, Role.PROCUREMENT, Role.VETTING_OFFICER}),
    _P.JOB_READ: frozenset({Role.AUDITOR, _A.OWNER}),
    _P.STANDARD_READ: frozenset({_A.PUBLIC}),
    _P.STANDARD_CHECK: frozenset({_A.SIGNED_IN}),
    _P.STANDARD_READ_DRAFT: frozenset({Role.EDITOR, Role.APPROVER}),
    _P.STANDARD_DRAFT: frozenset({Role.EDITOR}),
    _P.STANDARD_APPROVE: frozenset({Role.APPROVER}),
    _P.STANDARD_PUBLISH: frozenset({Role.EDITOR, Role.APPROVER}),
    _P.STANDARD_WITHDRAW: frozenset({Role.APPROVER}),
    _P.LOCALIZATION_DRAFT: frozenset({Role.EDITOR}),
    _P.LOCALIZATION_APPROVE: frozenset({Role.APPROVER}),
    _P.LOCALIZATION_PUBLISH: frozenset({Role.EDITOR, Role.APPROVER}),
    _P.LOCALIZATION_WITHDRAW: frozenset({Role.APPROVER}),
    _P.DRAW_MAKE: frozenset({Role.AUDITOR}),
    _P.DRAW_APPROVE: frozenset({Role.AUDITOR, Role.APPROVER}),
    _P.PLAN_READ_SEALED: frozenset({Role.AUDITOR}),
    _P.REPORT_READ_SEALED: frozenset({Role.AUDITOR}),
    _P.REPORT_SUBMIT: frozenset({Role.EVALUATOR}),
    _P.SPOT_CHECK_RECORD: frozenset({Role.AUDITOR}),
    _P.SCORE_CONTEST: frozenset({Role.EVALUATOR}),
    _P.FINDING_CONTEST: frozenset({Role.SITE_REPRESENTATIVE}),
    _P.APPLICATION_SUBMIT: frozenset({Role.EVALUATOR}),
    _P.APPLICATION_ASSESS: frozenset({Role.VETTING_OFFICER}),
    _P.APPLICATION_DECIDE: frozenset({Role.VETTING_OFFICER, Role.APPROVER}),
    _P.EVALUATOR_READ: frozenset({_A.PUBLIC}),
    _P.EVALUATOR_READ_DOSSIER: frozenset({Role.VETTING_OFFICER, Role.AUDITOR, Role.EVALUATOR}),
    # Who has no evaluator yet has no role for one either: an administrator binds the account to its code afterwards.
    _P.EVALUATOR_APPLY: frozenset({_A.SIGNED_IN}),
    _P.EVALUATOR_ERASE_PERSON: frozenset({Role.VETTING_OFFICER, Role.EVALUATOR}),
    _P.QUALIFICATION_DECIDE: frozenset({Role.VETTING_OFFICER, Role.APPROVER}),
    _P.ELIGIBILITY_READ: frozenset({Role.PROCUREMENT, Role.AUDITOR, Role.VETTING_OFFICER}),
    _P.ELIGIBILITY_CHECK: frozenset({Role.PROCUREMENT, Role.AUDITOR, Role.VETTING_OFFICER}),
    _P.ELIGIBILITY_OVERRIDE: frozenset({Role.PROCUREMENT}),
    _P.ELIGIBILITY_REVIEW: frozenset({Role.PROCUREMENT, Role.AUDITOR, Role.VETTING_OFFICER}),
    _P.ATTESTATION_ISSUE: frozenset({Role.PROCUREMENT, Role.AUDITOR, Role.VETTING_OFFICER}),
    _P.ATTESTATION_VERIFY: frozenset({_A.PUBLIC}),
    _P.WEBHOOK_MANAGE: frozenset({Role.ADMINISTRATOR}),
    _P.EXCLUSION_IMPORT: frozenset({Role.VETTING_OFFICER}),
    _P.REGISTER_IMPORT: frozenset({Role.VETTING_OFFICER}),
    _P.EVALUATOR_JUDGE_NAME: frozenset({Role.VETTING_OFFICER}),
    _P.EVALUATOR_JUDGE_SUCCESSION: frozenset({Role.VETTING_OFFICER}),
    _P.ENGAGEMENT_READ: frozenset({Role.PROCUREMENT, Role.AUDITOR, Role.VETTING_OFFICER, Role.EVALUATOR}),
    _P.ENGAGEMENT_RECORD: frozenset({Role.PROCUREMENT, Role.VETTING_OFFICER}),
    _P.ENTITY_RECORD: frozenset({Role.VETTING_OFFICER}),
    _P.CERTIFICATE_RECORD: frozenset({Role.VETTING_OFFICER}),
    _P.EXCLUSION_CHECK: frozenset({Role.VETTING_OFFICER, Role.PROCUREMENT, Role.AUDITOR}),
}
# Nobody who administers accounts reads these, whatever else they or another account of theirs may hold.
SEALED = frozenset({Permission.PLAN_READ_SEALED, Permission.REPORT_READ_SEALED})
# A password, a second factor and sessions belong to a person at a keyboard: no key reaches them.
NEVER_BY_KEY = frozenset({Permission.OWN_ACCOUNT_CHANGE})
# A key may always ask whose it is.
ALWAYS_BY_KEY = frozenset({Permission.OWN_ACCOUNT_READ})


@dataclass(frozen=True, slots=True)
class Decision:
    """reason: a sentence for the one who is refused; empty where it is allowed."""

    is_allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.is_allowed


ALLOWED = Decision(True)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is about, as far as it is known. The default is nothing in particular."""

    owner_id: UUID | None = None
    evaluator_id: str | None = None
    region: Region | None = None
    field_of_assessment: str | None = None


NOTHING = Subject()


def is_prefix(outer: Region, inner: Region) -> bool:
    """A region as its path from the top: whoever has a county has its towns."""
    return inner[: len(outer)] == outer


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role with its limits; None is no limit."""

    role: Role
    evaluator_id: str | None = None
    region: Region | None = None
    field_of_assessment: str | None = None

    def reaches(self, subject: Subject, covers: Covers = is_prefix) -> bool:
        if self.evaluator_id is not None and self.evaluator_id != subject.evaluator_id:
            return False
        if self.region is not None and (subject.region is None or not covers(self.region, subject.region)):
            return False
        return self.field_of_assessment in (None, subject.field_of_assessment)


class Via(StrEnum):
    """How an actor is known."""

    NOTHING = "nothing"
    SESSION = "session"
    KEY = "key"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as of this request.

    person_roles: those of all accounts of the same person. scope: what a key may be used for, None for a session.
    credential_id: of the session or the key.
    """

    account_id: UUID | None = None
    person_id: UUID | None = None
    roles: tuple[HeldRole, ...] = ()
    person_roles: frozenset[Role] = frozenset()
    via: Via = Via.NOTHING
    credential_id: UUID | None = None
    scope: frozenset[Permission] | None = None
    name: str = field(default="", repr=False)

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None

    @property
    def log_name(self) -> str:
        """As entries of the log name who acted."""
        return "operator" if self.via is Via.OPERATOR else f"account:{self.account_id}"


ANONYMOUS = Actor()
# Whoever runs commands on the machine of the registry: it has the database anyway, and the log says so.
OPERATOR = Actor(via=Via.OPERATOR)


def may(actor: Actor, permission: Permission, subject: Subject = NOTHING, covers: Covers = is_prefix) -> Decision:
    """Whether the actor may do this with this subject."""
    grantees = TABLE[permission]
    if Anybody.PUBLIC in grantees:
        return ALLOWED
    refusal = _refusal_of_any_subject(actor, permission)
    if refusal is not None:
        return refusal
    is_owner = Anybody.OWNER in grantees and actor.account_id == subject.owner_id
    if Anybody.SIGNED_IN in grantees or is_owner:
        return ALLOWED
    fitting = [each for each in actor.roles if each.role in grantees]
    if any(each.reaches(subject, covers) for each in fitting):
        return ALLOWED
    if fitting:
        return Decision(False, f"Your role does not reach this: {', '.join(sorted({f.role for f in fitting}))}.")
    return Decision(False, f"This needs {_in_words(grantees)}.")


def might(actor: Actor, permission: Permission) -> Decision:
    """Whether there is a subject with which the actor may do this: what can be asked before the subject is known."""
    grantees = TABLE[permission]
    if Anybody.PUBLIC in grantees:
        return ALLOWED
    refusal = _refusal_of_any_subject(actor, permission)
    if refusal is not None:
        return refusal
    if grantees & {Anybody.SIGNED_IN, Anybody.OWNER} or any(each.role in grantees for each in actor.roles):
        return ALLOWED
    return Decision(False, f"This needs {_in_words(grantees)}.")


def _refusal_of_any_subject(actor: Actor, permission: Permission) -> Decision | None:
    if actor.is_anonymous:
        return Decision(False, "Sign in first.")
    if actor.scope is not None and permission not in (actor.scope - NEVER_BY_KEY) | ALWAYS_BY_KEY:
        return Decision(False, f"The API key may not be used for {permission}.")
    if permission in SEALED and Role.ADMINISTRATOR in actor.person_roles:
        return Decision(False, "Whoever administers accounts reads nothing that is sealed.")
    return None


def _in_words(grantees: frozenset[Grantee]) -> str:
    roles = sorted(each for each in grantees if isinstance(each, Role))
    return f"one of the roles {', '.join(roles)}" if len(roles) > 1 else f"the role {roles[0]}"


def role_faults(held: HeldRole) -> list[str]:
    """What is wrong with the limits of a role that is to be granted, as sentences."""
    faults = []
    if (held.role is Role.EVALUATOR) != (held.evaluator_id is not None):
        faults.append("The role evaluator, and no other, is bound to one evaluator.")
    if held.role is Role.SITE_REPRESENTATIVE and held.region is None:
        faults.append("The role site_representative is bound to one region.")
    if held.role is Role.ADMINISTRATOR and (held.region, held.field_of_assessment) != (None, None):
        faults.append("The role administrator has no limits.")
    return faults
