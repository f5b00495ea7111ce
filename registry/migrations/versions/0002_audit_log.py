"""The log: entries, their erasable payloads, tree, checkpoints, and sealed entries."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.immutable import refuse_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IMMUTABLE = (
    "audit_entries",
    "audit_nodes",
    "audit_checkpoints",
    "audit_cosignatures",
    "audit_sealed_entries",
    "audit_sealed_days",
    "audit_sealed_places",
)


def upgrade() -> None:
    make_log()
    make_checkpoints()
    make_sealed_entries()
    for table in IMMUTABLE:
        refuse_changes(op.get_bind(), table)
    refuse_changes(op.get_bind(), "audit_payloads", but="delete")
    head = sa.table("audit_heads", sa.column("id"), sa.column("size"), sa.column("frontier", sa.LargeBinary))
    op.get_bind().execute(sa.insert(head), {"id": 1, "size": 0, "frontier": b""})


def downgrade() -> None:
    """For the tests of migrations. No step back may destroy the log."""
    for table in ("audit_entries", "audit_sealed_entries"):
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in (
        "audit_sealed_places",
        "audit_sealed_days",
        "audit_sealed_entries",
        "audit_cosignatures",
        "audit_checkpoints",
        "audit_nodes",
        "audit_payloads",
        "audit_entries",
        "audit_heads",
    ):
        op.drop_table(table)


def has_length(table: str, column: str, length: int) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"length({column}) = {length}", name=op.f(f"ck_{table}_{column}_has_{length}_bytes"))


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def make_log() -> None:
    table = "audit_heads"
    op.create_table(
        table,
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        key(table, "id"),
        rule(table, "is_the_only_one", "id = 1"),
        rule(table, "size_is_not_negative", "size >= 0"),
        rule(table, "frontier_is_whole", "length(frontier) % 32 = 0"),
    )
    table = "audit_entries"
    op.create_table(
        table,
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        key(table, "index"),
        # A reserved word of SQLite, so it stands in quotes.
        rule(table, "index_is_not_negative", '"index" >= 0'),
        has_length(table, "salt", 16),
        has_length(table, "leaf", 32),
    )
    op.create_index(op.f("ix_audit_entries_subject_index"), table, ["subject", "index"])
    table = "audit_payloads"
    op.create_table(
        table,
        sa.Column("entry_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        key(table, "entry_index"),
        reference(table, "entry_index", "audit_entries.index"),
        has_length(table, "salt", 16),
    )
    table = "audit_nodes"
    op.create_table(
        table,
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        key(table, "level", "place"),
        rule(table, "is_within_the_tree", "level >= 1 AND place >= 0"),
        has_length(table, "hash", 32),
    )


def make_checkpoints() -> None:
    table = "audit_checkpoints"
    op.create_table(
        table,
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        key(table, "size"),
        rule(table, "size_is_positive", "size >= 1"),
    )
    table = "audit_cosignatures"
    op.create_table(
        table,
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        key(table, "size", "witness"),
        reference(table, "size", "audit_checkpoints.size"),
    )


def make_sealed_entries() -> None:
    table = "audit_sealed_entries"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        key(table, "id"),
        has_length(table, "nonce", 12),
        has_length(table, "leaf", 32),
    )
    table = "audit_sealed_days"
    op.create_table(
        table,
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry_index", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        key(table, "day"),
        reference(table, "entry_index", "audit_entries.index"),
        sa.UniqueConstraint("entry_index", name=op.f(f"uq_{table}_entry_index")),
        has_length(table, "root", 32),
    )
    table = "audit_sealed_places"
    op.create_table(
        table,
        sa.Column("sealed_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        key(table, "sealed_id"),
        reference(table, "sealed_id", "audit_sealed_entries.id"),
        reference(table, "day", "audit_sealed_days.day"),
        rule(table, "place_is_not_negative", "place >= 0"),
    )
