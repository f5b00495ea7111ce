"""Judgements about evaluators: names that are held back, what persons judged of them, and of successions."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import identifier, index, instant, number, primary_key, reference, rule, text
from registry.migrations.immutable import refuse_changes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# In the order in which they can be removed.
TABLES = ("succession_judgements", "name_judgements", "name_holds")


def upgrade() -> None:
    make_holds()
    make_name_judgements()
    make_succession_judgements()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What a person judged is kept nowhere else, nor which names are held back."""
    for table in TABLES:
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def judged() -> list[sa.Column[object]]:
    return [*text("reason"), *instant("judged_at"), *text("judged_by"), *identifier("person_id")]


def make_holds() -> None:
    table = "name_holds"
    unique = ("evaluator_id", "dossier_number", "name")
    op.create_table(
        table,
        *number("number"),
        *identifier("evaluator_id"),
        *number("dossier_number"),
        *text("name", "reasons", "candidates"),
        *number("left_out"),
        *instant("held_at"),
        primary_key(table, "number"),
        reference(table, "evaluator_id", "evaluators.id"),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
        rule(table, "left_out_is_counted", "left_out >= 0"),
    )
    index(table, "evaluator_id")


def make_name_judgements() -> None:
    table = "name_judgements"
    op.create_table(
        table,
        *number("number", "hold_number"),
        sa.Column("is_distinct", sa.Boolean(), nullable=False),
        sa.Column("same_as", sa.Uuid()),
        *judged(),
        primary_key(table, "number"),
        reference(table, "hold_number", "name_holds.number"),
        reference(table, "same_as", "evaluators.id"),
        rule(table, "refusal_names_whose", "is_distinct = (same_as IS NULL)"),
        rule(table, "reason_is_told", "reason <> ''"),
    )
    index(table, "hold_number")


def make_succession_judgements() -> None:
    table = "succession_judgements"
    op.create_table(
        table,
        *number("number"),
        *identifier("evaluator_id", "old_evaluator_id"),
        sa.Column("verdict", sa.String(16), nullable=False),
        *text("ending"),
        sa.Column("began_on", sa.Date(), nullable=False),
        *text("signs"),
        *judged(),
        primary_key(table, "number"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "old_evaluator_id", "evaluators.id"),
        rule(table, "verdict_is_known", "verdict IN ('distinct', 'successor')"),
        rule(table, "nobody_succeeds_itself", "evaluator_id <> old_evaluator_id"),
        rule(table, "reason_is_told", "reason <> ''"),
    )
    index(table, "evaluator_id")
