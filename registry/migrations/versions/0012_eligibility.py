"""Eligibility checks: what was asked and answered, overrides, and what later records change in them."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import (
    identifier,
    index,
    instant,
    number,
    primary_key,
    reference,
    rule,
    sha256_rule,
    text,
    unique,
)
from registry.migrations.immutable import refuse_changes

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

# In the order in which they can be removed.
TABLES = (
    "eligibility_position", "eligibility_affected_reviews", "eligibility_affected", "eligibility_overrides",
    "eligibility_checked_bodies", "eligibility_checks",
)  # fmt: skip
VERDICTS = "('eligible', 'conditional', 'ineligible', 'indeterminate')"


def upgrade() -> None:
    make_checks()
    make_bodies()
    make_overrides()
    make_affected()
    make_reviews()
    make_position()
    for table in TABLES[1:]:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What was answered has to be replayable for ever."""
    for table in TABLES[1:]:
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def verdict(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(16), nullable=False)


def sha256(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=nullable)


def person() -> sa.Column[object]:
    return sa.Column("person_id", sa.Uuid())


def make_checks() -> None:
    table = "eligibility_checks"
    op.create_table(
        table,
        *identifier("id"),
        *number("number"),
        *instant("known_at"),
        verdict("verdict"),
        *text("content"),
        sha256("result_sha256"),
        sha256("batch_sha256", nullable=True),
        *instant("stored_at"),
        *text("stored_by"),
        person(),
        primary_key(table, "id"),
        unique(table, "number"),
        rule(table, "number_is_positive", "number >= 1"),
        rule(table, "verdict_is_known", f"verdict IN {VERDICTS}"),
        sha256_rule(table, "result_sha256"),
        sha256_rule(table, "batch_sha256"),
    )
    index(table, "stored_at", "id")
    index(table, "batch_sha256")


def make_bodies() -> None:
    table = "eligibility_checked_bodies"
    op.create_table(
        table,
        *identifier("check_id"),
        *text("key"),
        sa.Column("evaluator_id", sa.Uuid()),
        primary_key(table, "check_id", "key"),
        reference(table, "check_id", "eligibility_checks.id"),
        reference(table, "evaluator_id", "evaluators.id"),
    )
    index(table, "evaluator_id")
    index(table, "key")


def make_overrides() -> None:
    table = "eligibility_overrides"
    op.create_table(
        table,
        *identifier("id", "check_id"),
        verdict("verdict"),
        *text("reason", "legal_basis", "statement"),
        *instant("decided_at"),
        *text("decided_by"),
        person(),
        primary_key(table, "id"),
        reference(table, "check_id", "eligibility_checks.id"),
        rule(table, "verdict_is_known", f"verdict IN {VERDICTS}"),
        rule(table, "has_a_reason", "reason <> ''"),
    )
    index(table, "check_id")


def make_affected() -> None:
    table = "eligibility_affected"
    op.create_table(
        table,
        *identifier("id", "check_id"),
        *text("cause"),
        *number("causes"),
        verdict("verdict_now"),
        *text("differences"),
        sha256("outcomes_sha256"),
        *number("log_size"),
        *instant("found_at"),
        primary_key(table, "id"),
        reference(table, "check_id", "eligibility_checks.id"),
        unique(table, "check_id", "outcomes_sha256", "log_size"),
        rule(table, "log_size_is_not_negative", "log_size >= 0"),
        rule(table, "has_a_cause", "causes >= 1"),
        rule(table, "verdict_is_known", f"verdict_now IN {VERDICTS}"),
        sha256_rule(table, "outcomes_sha256"),
    )
    index(table, "check_id")
    index(table, "found_at", "id")


def make_reviews() -> None:
    table = "eligibility_affected_reviews"
    op.create_table(
        table,
        *identifier("affected_id"),
        sa.Column("outcome", sa.String(20), nullable=False),
        *text("reason"),
        *instant("reviewed_at"),
        *text("reviewed_by"),
        person(),
        primary_key(table, "affected_id"),
        reference(table, "affected_id", "eligibility_affected.id"),
        rule(table, "outcome_is_known", "outcome IN ('stands', 'asked_again', 'award_questioned')"),
        rule(table, "has_a_reason", "reason <> ''"),
    )


def make_position() -> None:
    table = "eligibility_position"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *number("log_size", "until_size", "number"),
        primary_key(table, "id"),
        rule(table, "one_row", "id = 1"),
    )
