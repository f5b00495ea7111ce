"""What crosses HTTP about accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from registry.json_models import In, Out, VisibleText

_Text = Annotated[VisibleText, Field(min_length=1, max_length=200)]


class AccountIn(In):
    """A new account; it gets an invitation, and roles one by one."""

    name: Annotated[str, Field(min_length=2, max_length=64, description="Sign-in name.")]
    same_person_as: Annotated[
        str | None, Field(max_length=36, description="Another account of the same person, by its identifier.")
    ] = None


class RoleIn(In):
    """A role and its limits."""

    role: Annotated[str, Field(max_length=32)]
    evaluator_id: _Text | None = Field(default=None, description="Of the role evaluator, and of no other.")
    region: Annotated[list[_Text], Field(min_length=1, max_length=10)] | None = Field(
        default=None, description="Path of a region from the top: the role reaches it and all below."
    )
    field_of_assessment: _Text | None = None


class KeyIn(In):
    label: Annotated[str, Field(min_length=1, max_length=100, description="By which you tell it from others.")]
    scope: Annotated[
        list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=64, description="Permissions.")
    ]
    days: Annotated[int, Field(ge=1, le=366, description="Days until it expires.")] = 90


class RoleOut(Out):
    """A role that is held, or waits for a second administrator (waits_for_confirmation)."""

    id: UUID
    role: str
    evaluator_id: str | None
    region: list[str] | None
    field_of_assessment: str | None
    granted_at: datetime
    granted_by: str
    valid_from: datetime | None
    waits_for_confirmation: bool


class AccountOut(Out):
    id: UUID
    version: int
    name: str | None
    person_id: UUID
    created_at: datetime
    disabled_at: datetime | None
    roles: list[RoleOut]


class InvitedOut(AccountOut):
    """invitation: the address with which its holder sets a password, once; it is shown only here."""

    invitation: str


class InvitationOut(Out):
    invitation: str


class AccountListOut(Out):
    """The oldest first. next: the address of the following page, null on the last one."""

    accounts: list[AccountOut]
    next: str | None


class HeldOut(Out):
    role: str
    evaluator_id: str | None
    region: list[str] | None
    field_of_assessment: str | None


class WhoOut(Out):
    """Who asks. scope: what the key may be used for, null for a session."""

    account_id: UUID
    name: str
    via: str
    roles: list[HeldOut]
    scope: list[str] | None


class KeyOut(Out):
    """Never the key itself."""

    id: UUID
    prefix: str
    label: str
    scope: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """key: shown only here."""

    key: str


class KeyListOut(Out):
    keys: list[KeyOut]


class Form(BaseModel):
    """Fields of a page's form; a browser leaves out nothing but what it does not know."""

    model_config = ConfigDict(frozen=True)


class SignInForm(Form):
    name: str = ""
    password: str = ""
    code: str = ""
    next: str = ""


class InvitationForm(Form):
    token: str = ""
    password: str = ""
    again: str = ""


class PasswordForm(Form):
    old: str = ""
    password: str = ""
    again: str = ""


class CodeForm(Form):
    code: str = ""


class KeyForm(Form):
    label: str = ""
    scope: list[str] = []
    days: str = "90"
