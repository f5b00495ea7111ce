"""Tables of accounts. Nothing in them opens anything: passwords, tokens and codes are kept as hashes.

Personal data: the sign-in name, and the subject that an identity provider gives. Both can be erased.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, Versioned, sha256_check

_ACCOUNT = "accounts.id"


class Account(Versioned, Base):
    """person_id: equal for the accounts of one person. sign_in_name: folded; None once it is erased."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_is_positive"),
        CheckConstraint("(erased_at IS NULL) = (sign_in_name IS NOT NULL)", name="erased_has_no_name"),
        Index(None, "created_at", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(index=True)
    sign_in_name: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role held from valid_from to valid_to. valid_from None: it waits for a second administrator.

    region: its path from the top. granted_by, confirmed_by and ended_by: as the log names actors.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("(valid_to IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint("(role = 'evaluator') = (evaluator_id IS NOT NULL)", name="evaluator_is_bound_to_one"),
        CheckConstraint("role <> 'site_representative' OR region IS NOT NULL", name="representative_has_a_region"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    role: Mapped[str] = mapped_column(String(32))
    evaluator_id: Mapped[str | None]
    region: Mapped[list[Any] | None] = mapped_column(CanonicalJson)
    field_of_assessment: Mapped[str | None]
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
    granting_person_id: Mapped[UUID | None]
    valid_from: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    valid_to: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class Password(Base):
    """An Argon2id hash with its parameters and salt."""

    __tablename__ = "passwords"

    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]


class SecondFactor(Base):
    """The secret of an authenticator app, encrypted. last_used_step: no code works twice. None until one was typed."""

    __tablename__ = "second_factors"

    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_used_step: Mapped[int | None]


class RecoveryCode(Base):
    """In place of the app, once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sha256_check("code_sha256"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link with which the holder of an account sets a password or links an identity, once."""

    __tablename__ = "invitations"
    __table_args__ = (sha256_check("token_sha256"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Identity(Base):
    """An account's name at a provider of OpenID Connect."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    linked_at: Mapped[datetime]


class SignInFlow(Base):
    """A sign-in that is under way at the provider: one browser, one use, a few minutes."""

    __tablename__ = "sign_in_flows"
    __table_args__ = (sha256_check("browser_sha256"),)

    browser_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str]
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    next_path: Mapped[str]
    invitation_sha256: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AccountSession(Base):
    """Somebody who is signed in, in one browser."""

    __tablename__ = "account_sessions"
    __table_args__ = (sha256_check("token_sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser in which the account was signed in to: guesses from elsewhere do not slow it down."""

    __tablename__ = "known_devices"
    __table_args__ = (sha256_check("token_sha256"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    expires_at: Mapped[datetime]


class SignInBucket(Base):
    """How many attempts are left, see throttle.py. One that is full again may be forgotten."""

    __tablename__ = "sign_in_buckets"
    __table_args__ = (sha256_check("key"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Base):
    """prefix: the first characters, by which its owner tells it from others. scope: names of permissions."""

    __tablename__ = "api_keys"
    __table_args__ = (sha256_check("key_sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(_ACCOUNT), index=True)
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(16))
    label: Mapped[str]
    scope: Mapped[list[Any]] = mapped_column(CanonicalJson)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
