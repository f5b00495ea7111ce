"""Tables of exclusions: lists, what each query of a list gave, and what persons judged of names that match.

Nothing here ever changes. Other terms of a list are a new revision of it; entries that upstream takes away stay.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
_CODE = String(40)


class ExclusionList(Base):
    """Under which terms a list counts; the last revision recorded by an instant is the one in force at it.

    scope: what its entries bar from where they say nothing themselves, empty for everything. bars_controlled: bodies
    that an excluded one controls are barred too; otherwise a person decides. in_use: is asked by a check.
    """

    __tablename__ = "exclusion_lists"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision_is_positive"),
        CheckConstraint("max_age_days >= 0", name="age_is_not_negative"),
        IMMUTABLE,
    )

    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    authority: Mapped[str]
    legal_basis: Mapped[str]
    scope: Mapped[list[Any]] = mapped_column(CanonicalJson)
    max_age_days: Mapped[int]
    bars_controlled: Mapped[bool]
    in_use: Mapped[bool]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class ExclusionEntry(Base):
    """An entry in one wording, kept once for all files that have it. sha256: of the wording.

    key: of the entry in its list, the same in every wording. credit_code: as the list writes it. valid_to: the first
    day without the bar.
    """

    __tablename__ = "exclusion_entries"
    __table_args__ = (
        CheckConstraint("valid_from < valid_to", name="days_are_in_order"),
        sha256_check("sha256"),
        UniqueConstraint("list_code", "sha256"),
        Index(None, "list_code", "key"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    list_code: Mapped[str] = mapped_column(_CODE)
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[str]
    name: Mapped[str]
    credit_code: Mapped[str | None]
    scope: Mapped[list[Any]] = mapped_column(CanonicalJson)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str]


class ExclusionContent(Base):
    """A file of a list. sha256: of its bytes."""

    __tablename__ = "exclusion_contents"
    __table_args__ = (
        CheckConstraint("entry_count >= 1", name="has_entries"),
        sha256_check("sha256"),
        UniqueConstraint("list_code", "sha256"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    list_code: Mapped[str] = mapped_column(_CODE)
    sha256: Mapped[str] = mapped_column(String(64))
    entry_count: Mapped[int]


class ContentEntry(Base):
    __tablename__ = "exclusion_content_entries"
    __table_args__ = (Index(None, "entry_number"), IMMUTABLE)

    content_number: Mapped[int] = mapped_column(ForeignKey("exclusion_contents.number"), primary_key=True)
    entry_number: Mapped[int] = mapped_column(ForeignKey("exclusion_entries.number"), primary_key=True)


class ExclusionSnapshot(Base):
    """One query of a list. queried_at: when its authority gave the file; recorded_at: when the registry had it."""

    __tablename__ = "exclusion_snapshots"
    __table_args__ = (
        CheckConstraint("queried_at <= recorded_at", name="query_came_first"),
        ForeignKeyConstraint(
            ["list_code", "list_revision"],
            ["exclusion_lists.code", "exclusion_lists.revision"],
            name="fk_exclusion_snapshots_list",
        ),
        UniqueConstraint("list_code", "queried_at"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    list_code: Mapped[str] = mapped_column(_CODE)
    list_revision: Mapped[int]
    content_number: Mapped[int] = mapped_column(ForeignKey("exclusion_contents.number"))
    file_name: Mapped[str]
    queried_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class ExclusionJudgement(Base):
    """Whether the entry of a name means a body; the last one counts. body: as dossier.own_key tells it.

    It was made of one name and code of the entry, and holds for no other under the same key.
    """

    __tablename__ = "exclusion_judgements"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_is_told"),
        Index(None, "list_code", "body"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    list_code: Mapped[str] = mapped_column(_CODE)
    entry_key: Mapped[str]
    entry_name: Mapped[str]
    entry_credit_code: Mapped[str | None]
    body: Mapped[str]
    is_same: Mapped[bool]
    reason: Mapped[str]
    judged_at: Mapped[datetime]
    judged_by: Mapped[str]
    person_id: Mapped[UUID | None]
