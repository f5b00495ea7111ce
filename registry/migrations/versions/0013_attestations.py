"""Attestations, the places of scope items in status lists, and the keys that sign them."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import identifier, index, instant, number, primary_key, reference, rule, text, unique
from registry.migrations.immutable import refuse_changes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# In the order in which they can be removed.
TABLES = ("attestations", "status_indexes", "compromised_keys", "attestation_keys")


def upgrade() -> None:
    make_keys()
    make_compromised()
    make_indexes()
    make_attestations()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What was handed out has to be verifiable for ever."""
    for table in TABLES:
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def kid() -> sa.Column[str]:
    return sa.Column("kid", sa.String(43), nullable=False)


def make_keys() -> None:
    table = "attestation_keys"
    op.create_table(
        table,
        *number("number"),
        kid(),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        *instant("used_from"),
        *text("recorded_by"),
        primary_key(table, "number"),
        unique(table, "kid"),
        rule(table, "number_is_positive", "number >= 1"),
        rule(table, "public_key_is_ed25519", "length(public_key) = 32"),
    )


def make_compromised() -> None:
    table = "compromised_keys"
    op.create_table(
        table,
        *identifier("id"),
        kid(),
        *instant("compromised_from"),
        *text("reason"),
        *instant("recorded_at"),
        *text("recorded_by"),
        primary_key(table, "id"),
        reference(table, "kid", "attestation_keys.kid"),
        rule(table, "reason_is_told", "reason <> ''"),
    )
    index(table, "kid")


def make_indexes() -> None:
    table = "status_indexes"
    op.create_table(
        table,
        *identifier("item_id"),
        *number("list_number", "position"),
        *instant("allotted_at"),
        primary_key(table, "item_id"),
        reference(table, "item_id", "scope_items.id"),
        unique(table, "list_number", "position"),
        rule(table, "list_number_is_positive", "list_number >= 1"),
        rule(table, "position_is_in_the_list", "position >= 0 AND position < 131072"),
    )


def make_attestations() -> None:
    table = "attestations"
    op.create_table(
        table,
        *identifier("id", "check_id", "evaluator_id"),
        *text("jws"),
        kid(),
        sa.Column("sha256", sa.String(64), nullable=False),
        *instant("issued_at"),
        *text("issued_by"),
        sa.Column("person_id", sa.Uuid()),
        primary_key(table, "id"),
        reference(table, "check_id", "eligibility_checks.id"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "kid", "attestation_keys.kid"),
        rule(table, "sha256_is_sha256", "length(sha256) = 64"),
    )
    index(table, "check_id", "issued_at")
    index(table, "evaluator_id")
