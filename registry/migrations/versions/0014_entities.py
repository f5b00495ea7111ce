"""What became of legal persons, who took them over with which rights, and what issuers said of certificates."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import day, identifier, index, instant, number, primary_key, reference, text
from registry.migrations.immutable import refuse_changes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# In the order in which they can be removed.
TABLES = ("certificate_events", "successor_decisions", "entity_successors", "entity_events")
ENTITY_KINDS = "'in_liquidation', 'liquidation_ended', 'merged_into', 'split_into', 'dissolved', 'retracted'"
SHA256 = sa.String(64)


def upgrade() -> None:
    make_entity_events()
    make_entity_successors()
    make_successor_decisions()
    make_certificate_events()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What was recorded is kept nowhere else."""
    for table in TABLES:
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def evidence() -> sa.Column[str]:
    return sa.Column("evidence_sha256", SHA256)


def recorded() -> list[sa.Column[object]]:
    return [*instant("recorded_at"), *text("recorded_by"), *identifier("person_id")]


def rules(table: str, **conditions: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(each, name=op.f(f"ck_{table}_{name}")) for name, each in conditions.items()]


def told_rules(table: str, kinds: str) -> list[sa.Constraint]:
    return [
        sa.UniqueConstraint("supersedes", name=op.f(f"uq_{table}_supersedes")),
        *rules(
            table,
            kind_is_known=f"kind IN ({kinds})",
            retraction_corrects="kind <> 'retracted' OR supersedes IS NOT NULL",
            source_is_told="source <> ''",
            number_is_positive="number >= 1",
            evidence_sha256_is_sha256="length(evidence_sha256) = 64",
        ),
    ]


def make_entity_events() -> None:
    table = "entity_events"
    op.create_table(
        table,
        *number("number"),
        *identifier("evaluator_id"),
        *text("body"),
        sa.Column("kind", sa.String(24), nullable=False),
        *day("effective_from"),
        *text("source"),
        *day("noted_on"),
        evidence(),
        *number("supersedes", required=False),
        *recorded(),
        primary_key(table, "number"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "supersedes", "entity_events.number"),
        *told_rules(table, ENTITY_KINDS),
    )
    index(table, "evaluator_id", "effective_from", "number")
    index(table, "body")


def make_entity_successors() -> None:
    table = "entity_successors"
    op.create_table(
        table,
        *number("event_number"),
        *text("successor"),
        *number("place"),
        primary_key(table, "event_number", "successor"),
        reference(table, "event_number", "entity_events.number"),
    )
    index(table, "successor")


def make_successor_decisions() -> None:
    table = "successor_decisions"
    op.create_table(
        table,
        *number("number"),
        *identifier("evaluator_id", "predecessor_item_id"),
        *identifier("item_id", required=False),
        *day("decided_on"),
        *text("reason"),
        evidence(),
        *recorded(),
        primary_key(table, "number"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "predecessor_item_id", "scope_items.id"),
        reference(table, "item_id", "scope_items.id"),
        *rules(
            table,
            reason_is_told="reason <> ''",
            number_is_positive="number >= 1",
            evidence_sha256_is_sha256="length(evidence_sha256) = 64",
        ),
    )
    index(table, "evaluator_id")
    index(table, "predecessor_item_id")


def make_certificate_events() -> None:
    table = "certificate_events"
    op.create_table(
        table,
        *number("number"),
        *identifier("evaluator_id"),
        *text("certificate_id", "certificate_number", "issuer"),
        sa.Column("kind", sa.String(16), nullable=False),
        *day("effective_from"),
        *text("source"),
        *day("noted_on"),
        evidence(),
        *number("supersedes", required=False),
        *recorded(),
        primary_key(table, "number"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "supersedes", "certificate_events.number"),
        *told_rules(table, "'suspended', 'lifted', 'withdrawn', 'retracted'"),
    )
    index(table, "evaluator_id", "number")
