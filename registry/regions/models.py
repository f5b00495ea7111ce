"""Tables of regions. What was imported is never changed; records with their days are derived from it (history.py)."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
_LEVELS = "level IN ('province', 'prefecture', 'county', 'township', 'village')"


class RegionImport(Base):
    """One file taken in. number counts them; id names the state of the database after it, for what is kept in memory.

    as_of: of an edition of divisions. complete_from, complete_to, complete_level: all changes of these days (both
    included) are recorded down to this level. content_sha256: of the rows and these days, whatever the file's format.
    """

    __tablename__ = "region_imports"
    __table_args__ = (
        CheckConstraint("kind IN ('divisions', 'changes', 'facts')", name="kind_is_known"),
        CheckConstraint("(kind = 'facts') = (system IS NULL)", name="facts_are_of_any_system"),
        CheckConstraint("(kind = 'divisions') = (as_of IS NOT NULL)", name="edition_has_its_day"),
        CheckConstraint("complete_from <= complete_to", name="complete_days_are_in_order"),
        CheckConstraint(
            "(complete_from IS NULL) = (complete_to IS NULL) AND (complete_from IS NULL) = (complete_level IS NULL)",
            name="complete_days_are_whole",
        ),
        sha256_check("content_sha256"),
        UniqueConstraint("id"),
        # Where as_of is NULL, no two rows are the same.
        UniqueConstraint("kind", "system", "as_of"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(default=uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    system: Mapped[str | None] = mapped_column(String(40))
    as_of: Mapped[date | None] = mapped_column(Date)
    complete_from: Mapped[date | None] = mapped_column(Date)
    complete_to: Mapped[date | None] = mapped_column(Date)
    complete_level: Mapped[str | None] = mapped_column(String(16))
    file_name: Mapped[str]
    content_sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    imported_at: Mapped[datetime]


class DivisionRow(Base):
    """A row of an edition. valid_from, valid_to: only of files that tell them."""

    __tablename__ = "divisions"
    __table_args__ = (
        CheckConstraint(_LEVELS, name="level_is_known"),
        CheckConstraint("valid_from < valid_to", name="days_are_in_order"),
        IMMUTABLE,
    )

    import_number: Mapped[int] = mapped_column(ForeignKey("region_imports.number"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]
    level: Mapped[str] = mapped_column(String(16))
    parent_code: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class ChangeRow(Base):
    """A change from the day changed_on; names and parents only where they do not follow from the divisions."""

    __tablename__ = "division_changes"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('renamed', 'recoded', 'moved', 'merged', 'split', 'abolished', 'established')",
            name="kind_is_known",
        ),
        CheckConstraint("(kind = 'established') = (from_code IS NULL)", name="comes_from_somewhere"),
        CheckConstraint("(kind = 'abolished') = (to_code IS NULL)", name="leads_somewhere"),
        CheckConstraint(_LEVELS, name="level_is_known"),
        IMMUTABLE,
    )

    import_number: Mapped[int] = mapped_column(ForeignKey("region_imports.number"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    changed_on: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(16))
    from_code: Mapped[str | None] = mapped_column(String(40))
    from_name: Mapped[str]
    from_parent: Mapped[str]
    to_code: Mapped[str | None] = mapped_column(String(40))
    to_name: Mapped[str]
    to_parent: Mapped[str]
    level: Mapped[str | None] = mapped_column(String(16))


class FactRow(Base):
    """What is said of a region under a key. value None ends what was said before."""

    __tablename__ = "region_facts"
    __table_args__ = (
        CheckConstraint("valid_from < valid_to", name="days_are_in_order"),
        Index(None, "key", "system", "code"),
        IMMUTABLE,
    )

    import_number: Mapped[int] = mapped_column(ForeignKey("region_imports.number"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    coded_on: Mapped[date] = mapped_column(Date)
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str]
    recorded_at: Mapped[datetime]


class Matching(Base):
    """One run that held an edition of the ministry against one of the statistics bureau."""

    __tablename__ = "region_matchings"
    __table_args__ = (UniqueConstraint("mca_import", "nbs_import"), IMMUTABLE)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mca_import: Mapped[int] = mapped_column(ForeignKey("region_imports.number"))
    nbs_import: Mapped[int] = mapped_column(ForeignKey("region_imports.number"))
    matched_at: Mapped[datetime]


class MatchRow(Base):
    """kind: see matching.py. A code is None where the other system has no such region."""

    __tablename__ = "region_matches"
    __table_args__ = (
        CheckConstraint("mca_code IS NOT NULL OR nbs_code IS NOT NULL", name="is_of_something"),
        CheckConstraint(_LEVELS, name="level_is_known"),
        Index(None, "matching_number", "mca_code"),
        Index(None, "matching_number", "nbs_code"),
        IMMUTABLE,
    )

    matching_number: Mapped[int] = mapped_column(ForeignKey("region_matchings.number"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(16))
    mca_code: Mapped[str | None] = mapped_column(String(40))
    nbs_code: Mapped[str | None] = mapped_column(String(40))
