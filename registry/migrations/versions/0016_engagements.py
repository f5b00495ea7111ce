"""Engagements: who assesses what for whom, and what happened to each contract."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import (
    identifier,
    index,
    number,
    primary_key,
    reference,
    rule,
    sha256_rule,
    text,
    unique,
)
from registry.migrations.immutable import refuse_changes

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# In the order in which they can be removed.
TABLES = ("scored_parties", "engagement_events", "engagements")
KINDS = "'agreed', 'started', 'report_issued', 'completed', 'terminated'"
COUNTS_AS = "coalesce(becomes, kind)"


def upgrade() -> None:
    make_engagements()
    make_events()
    make_parties()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What was agreed is kept nowhere else."""
    for table in TABLES:
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def make_engagements() -> None:
    table = "engagements"
    op.create_table(
        table,
        *identifier("id"),
        *number("number"),
        *identifier("evaluator_id"),
        *text("commissioner", "contract_reference"),
        *number("attempt"),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        unique(table, "number"),
        unique(table, "commissioner", "contract_reference", "attempt"),
        rule(table, "number_is_positive", "number >= 1"),
        rule(table, "attempt_is_positive", "attempt >= 1"),
        rule(table, "contract_is_named", "contract_reference <> ''"),
        sha256_rule(table, "content_sha256"),
    )
    index(table, "evaluator_id", "number")


def make_events() -> None:
    table = "engagement_events"
    op.create_table(
        table,
        *number("number"),
        *identifier("engagement_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        *text("agreement", "standard_family", "standard_version", required=False),
        sa.Column("standard_sha256", sa.String(64)),
        *text("report_number", "signatory", required=False),
        *number("supersedes", required=False),
        sa.Column("becomes", sa.String(16)),
        *text("reason"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *text("recorded_by"),
        *identifier("person_id", required=False),
        primary_key(table, "number"),
        reference(table, "engagement_id", "engagements.id"),
        reference(table, "supersedes", "engagement_events.number"),
        unique(table, "supersedes"),
        *rules_of_events(table),
    )
    index(table, "engagement_id")


def rules_of_events(table: str) -> list[sa.CheckConstraint]:
    is_started, is_report = f"({COUNTS_AS} = 'started')", f"({COUNTS_AS} = 'report_issued')"
    return [
        rule(table, "kind_is_known", f"kind IN ({KINDS}, 'corrected')"),
        rule(table, "becomes_is_known", f"becomes IN ({KINDS})"),
        rule(table, "correction_names_what_it_corrects", "(kind = 'corrected') = (supersedes IS NOT NULL)"),
        rule(table, "only_a_correction_becomes", "kind = 'corrected' OR becomes IS NULL"),
        rule(table, "has_a_reason", "kind NOT IN ('corrected', 'terminated') OR reason <> ''"),
        rule(table, "agreement_has_terms", f"({COUNTS_AS} = 'agreed') = (agreement IS NOT NULL)"),
        rule(
            table,
            "start_pins_the_standard",
            f"{is_started} = (standard_family IS NOT NULL AND standard_sha256 IS NOT NULL)",
        ),
        rule(
            table,
            "report_has_number_and_signatory",
            f"{is_report} = (report_number IS NOT NULL AND signatory IS NOT NULL)",
        ),
        rule(
            table,
            "start_and_report_name_the_version",
            f"({COUNTS_AS} IN ('started', 'report_issued')) = (standard_version IS NOT NULL)",
        ),
        sha256_rule(table, "standard_sha256"),
    ]


def make_parties() -> None:
    table = "scored_parties"
    op.create_table(
        table,
        *text("party"),
        *identifier("engagement_id"),
        primary_key(table, "party", "engagement_id"),
        reference(table, "engagement_id", "engagements.id"),
    )
    index(table, "engagement_id")
