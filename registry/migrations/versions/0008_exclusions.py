"""Exclusions: lists with their revisions, snapshots of them with their entries, and judgements of persons."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import index, instant, number, primary_key, reference, rule, text, unique
from registry.migrations.immutable import refuse_changes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.String(40)
DIGEST = sa.String(64)
# In the order in which they can be removed.
TABLES = (
    "exclusion_judgements", "exclusion_snapshots", "exclusion_content_entries", "exclusion_contents",
    "exclusion_entries", "exclusion_lists",
)  # fmt: skip


def upgrade() -> None:
    make_lists()
    make_entries()
    make_contents()
    make_snapshots()
    make_judgements()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What a list said once is kept nowhere else."""
    rows = op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table("exclusion_lists")).limit(1))
    if rows.first():
        raise Conflict("The table exclusion_lists has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def flag(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def list_code() -> sa.Column[str]:
    return sa.Column("list_code", CODE, nullable=False)


def digest() -> sa.Column[str]:
    return sa.Column("sha256", DIGEST, nullable=False)


def person() -> sa.Column[object]:
    return sa.Column("person_id", sa.Uuid())


def make_lists() -> None:
    table = "exclusion_lists"
    op.create_table(
        table,
        sa.Column("code", CODE, nullable=False),
        *number("revision"),
        *text("name", "authority", "legal_basis", "scope"),
        *number("max_age_days"),
        *flag("bars_controlled", "in_use"),
        *instant("recorded_at"),
        *text("recorded_by"),
        person(),
        primary_key(table, "code", "revision"),
        rule(table, "revision_is_positive", "revision >= 1"),
        rule(table, "age_is_not_negative", "max_age_days >= 0"),
    )


def make_entries() -> None:
    table = "exclusion_entries"
    op.create_table(
        table,
        *number("number"),
        list_code(),
        digest(),
        *text("key", "name"),
        *text("credit_code", required=False),
        *text("scope"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        *text("basis"),
        primary_key(table, "number"),
        unique(table, "list_code", "sha256"),
        rule(table, "days_are_in_order", "valid_from < valid_to"),
        rule(table, "sha256_is_sha256", "length(sha256) = 64"),
    )
    index(table, "list_code", "key")


def make_contents() -> None:
    table = "exclusion_contents"
    op.create_table(
        table,
        *number("number"),
        list_code(),
        digest(),
        *number("entry_count"),
        primary_key(table, "number"),
        unique(table, "list_code", "sha256"),
        rule(table, "has_entries", "entry_count >= 1"),
        rule(table, "sha256_is_sha256", "length(sha256) = 64"),
    )
    table = "exclusion_content_entries"
    op.create_table(
        table,
        *number("content_number", "entry_number"),
        primary_key(table, "content_number", "entry_number"),
        reference(table, "content_number", "exclusion_contents.number"),
        reference(table, "entry_number", "exclusion_entries.number"),
    )
    index(table, "entry_number")


def make_snapshots() -> None:
    table = "exclusion_snapshots"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        list_code(),
        *number("list_revision", "content_number"),
        *text("file_name"),
        *instant("queried_at", "recorded_at"),
        *text("recorded_by"),
        person(),
        primary_key(table, "id"),
        sa.ForeignKeyConstraint(
            ["list_code", "list_revision"],
            ["exclusion_lists.code", "exclusion_lists.revision"],
            name=op.f("fk_exclusion_snapshots_list"),
        ),
        reference(table, "content_number", "exclusion_contents.number"),
        unique(table, "list_code", "queried_at"),
        rule(table, "query_came_first", "queried_at <= recorded_at"),
    )


def make_judgements() -> None:
    table = "exclusion_judgements"
    op.create_table(
        table,
        *number("number"),
        list_code(),
        *text("entry_key", "entry_name"),
        *text("entry_credit_code", required=False),
        *text("body"),
        *flag("is_same"),
        *text("reason"),
        *instant("judged_at"),
        *text("judged_by"),
        person(),
        primary_key(table, "number"),
        rule(table, "reason_is_told", "reason <> ''"),
    )
    index(table, "list_code", "body")
