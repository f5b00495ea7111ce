"""Standards, localizations and mappings: drafts with their revisions and reviews, published versions, withdrawals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.immutable import refuse_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SHA256 = sa.String(64)
WORD = sa.String(16)
INSTANT = sa.DateTime(timezone=True)
KINDS = "kind IN ('standard', 'localization', 'mapping')"
IS_SHA256 = {"sha256_is_sha256": "length(sha256) = 64"}
# In the order in which they can be removed.
IMMUTABLE = ("withdrawals", "published_documents", "draft_reviews", "draft_revisions")


def upgrade() -> None:
    make_drafts()
    make_revisions()
    make_reviews()
    make_published()
    make_withdrawals()
    for table in IMMUTABLE:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. Other records name published versions."""
    if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table("standard_drafts")).limit(1)).first():
        raise Conflict("The table standard_drafts has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in (*IMMUTABLE, "standard_drafts"):
        op.drop_table(table)


def make(table: str, *parts: sa.Column[Any] | sa.Constraint, rules: dict[str, str]) -> None:
    checks = [
        sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
        for name, condition in (rules | IS_SHA256).items()
    ]
    op.create_table(table, *parts, *checks)


def text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def maybe_text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text()) for name in names]


def number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, INSTANT, nullable=False)


def identifier(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=False)


def digest() -> sa.Column[Any]:
    return sa.Column("sha256", SHA256, nullable=False)


def primary_key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def of_draft(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["draft_id"], ["standard_drafts.id"], name=op.f(f"fk_{table}_draft_id"))


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def make_drafts() -> None:
    table = "standard_drafts"
    is_open = sa.text("state IN ('draft', 'in_review')")
    make(
        table,
        identifier("id"),
        sa.Column("kind", WORD, nullable=False),
        *text("document_id", "version"),
        sa.Column("state", WORD, nullable=False),
        digest(),
        number("revision"),
        *maybe_text("region", "field_of_assessment"),
        instant("created_at"),
        primary_key(table, "id"),
        rules={
            "kind_is_known": KINDS,
            "state_is_known": "state IN ('draft', 'in_review', 'published', 'discarded')",
            "revision_is_positive": "revision >= 1",
        },
    )
    op.create_index(
        op.f("ix_standard_drafts_document_id_version"),
        table,
        ["document_id", "version"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    index(table, "created_at", "id")


def make_revisions() -> None:
    table = "draft_revisions"
    make(
        table,
        identifier("draft_id"),
        number("number"),
        digest(),
        *text("content", "saved_by"),
        sa.Column("person_id", sa.Uuid()),
        instant("saved_at"),
        primary_key(table, "draft_id", "number"),
        of_draft(table),
        rules={"number_is_positive": "number >= 1"},
    )


def make_reviews() -> None:
    table = "draft_reviews"
    make(
        table,
        identifier("draft_id"),
        number("number"),
        digest(),
        sa.Column("decision", WORD, nullable=False),
        *text("comment", "reviewed_by"),
        sa.Column("person_id", sa.Uuid()),
        instant("reviewed_at"),
        primary_key(table, "draft_id", "number"),
        of_draft(table),
        rules={
            "decision_is_known": "decision IN ('approve', 'return')",
            "return_has_a_comment": "decision = 'approve' OR comment <> ''",
            "approval_is_a_persons": "decision = 'return' OR person_id IS NOT NULL",
            "number_is_positive": "number >= 1",
        },
    )


def make_published() -> None:
    table = "published_documents"
    make(
        table,
        identifier("id"),
        sa.Column("kind", WORD, nullable=False),
        *text("document_id", "version"),
        digest(),
        *text("content", "title"),
        sa.Column("is_draft_for_demonstration", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Date()) for name in ("valid_from", "valid_to")),
        *maybe_text("supersedes", "standard_id", "standard_version", "jurisdiction", "level", "field"),
        instant("published_at"),
        *text("published_by"),
        identifier("draft_id"),
        primary_key(table, "id"),
        of_draft(table),
        sa.UniqueConstraint("document_id", "version", name=op.f(f"uq_{table}_document_id_version")),
        sa.UniqueConstraint("draft_id", name=op.f(f"uq_{table}_draft_id")),
        rules={
            "kind_is_known": KINDS,
            "all_but_mappings_have_days": "(kind = 'mapping') = (valid_from IS NULL)",
            "days_are_in_order": "valid_from < valid_to",
            "localization_names_its_standard": (
                "(kind = 'localization') = (standard_id IS NOT NULL) "
                "AND (standard_id IS NULL) = (standard_version IS NULL)"
            ),
        },
    )
    index(table, "standard_id", "standard_version")


def make_withdrawals() -> None:
    table = "withdrawals"
    op.create_table(
        table,
        identifier("published_id"),
        sa.Column("withdrawn_from", sa.Date(), nullable=False),
        *text("reason", "withdrawn_by"),
        instant("withdrawn_at"),
        primary_key(table, "published_id"),
        sa.ForeignKeyConstraint(["published_id"], ["published_documents.id"], name=op.f(f"fk_{table}_published_id")),
        sa.CheckConstraint("reason <> ''", name=op.f(f"ck_{table}_has_a_reason")),
    )
