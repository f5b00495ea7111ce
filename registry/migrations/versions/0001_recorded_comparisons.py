"""Kept contents, recorded comparisons, jobs and idempotency keys."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.immutable import refuse_changes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SHA256 = sa.String(64)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    make_contents()
    make_comparisons()
    make_jobs()
    make_idempotency_keys()
    for table in ("contents", "comparisons"):
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What was recorded is evidence, and no step back may destroy it."""
    connection = op.get_bind()
    for table in ("comparisons", "contents"):
        if connection.execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in ("idempotency_keys", "jobs", "comparisons", "contents"):
        op.drop_table(table)
    if connection.dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def make_contents() -> None:
    op.create_table(
        "contents",
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("coding", sa.String(8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_contents_sha256_is_sha256")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_contents_size_is_not_negative")),
        sa.CheckConstraint("coding IN ('identity', 'zlib')", name=op.f("ck_contents_coding_is_known")),
    )


def make_comparisons() -> None:
    contents = (
        "reports_sha256",
        "spot_checks_sha256",
        "criteria_sha256",
        "result_sha256",
        "pairs_sha256",
        "unpaired_sha256",
    )
    digests = ("parameters_sha256", "code_sha256")
    op.create_table(
        "comparisons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("method_name", sa.Text(), nullable=False),
        sa.Column("method_version", sa.Text(), nullable=False),
        *(sa.Column(name, SHA256, nullable=False) for name in (*digests, *contents)),
        sa.Column("description", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("evaluators", "visits", "pairs")),
        sa.Column("discrepancy_rate", sa.Double()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
        *(
            sa.ForeignKeyConstraint([name], ["contents.sha256"], name=op.f(f"fk_comparisons_{name}"))
            for name in contents
        ),
        *(
            sa.CheckConstraint(f"length({name}) = 64", name=op.f(f"ck_comparisons_{name}_is_sha256"))
            for name in digests
        ),
        sa.CheckConstraint(
            "evaluators >= 0 AND visits >= 0 AND pairs >= 0", name=op.f("ck_comparisons_counts_are_not_negative")
        ),
        sa.CheckConstraint(
            "discrepancy_rate >= 0 AND discrepancy_rate <= 1",
            name=op.f("ck_comparisons_discrepancy_rate_is_a_share"),
        ),
    )
    op.create_index(op.f("ix_comparisons_recorded_at_id"), "comparisons", ["recorded_at", "id"])


def make_jobs() -> None:
    rules = {
        "state_is_known": "state IN ('queued', 'running', 'done', 'failed')",
        "progress_is_a_share": "progress >= 0 AND progress <= 1",
        "version_is_positive": "version >= 1",
        "attempts_are_not_negative": "attempts >= 0",
        "started_unless_queued": "(state = 'queued') = (started_at IS NULL)",
        "finished_has_its_instant": "(state IN ('done', 'failed')) = (finished_at IS NOT NULL)",
        "failed_has_its_error": "(state = 'failed') = (error IS NOT NULL)",
    }
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("worker", sa.Text()),
        sa.Column("heartbeat_at", INSTANT),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("comparison_id", sa.Uuid()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.id"], name=op.f("fk_jobs_comparison_id")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_jobs_{name}")) for name, rule in rules.items()),
    )
    op.create_index(op.f("ix_jobs_state_created_at"), "jobs", ["state", "created_at"])


def make_idempotency_keys() -> None:
    table = "idempotency_keys"
    op.create_table(
        table,
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_sha256", SHA256, nullable=False),
        sa.Column("response_status", sa.BigInteger(), nullable=False),
        sa.Column("response_location", sa.Text()),
        sa.Column("response_body", sa.Text(), nullable=False),
        sa.Column("comparison_id", sa.Uuid()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.id"], name=op.f(f"fk_{table}_comparison_id")),
        sa.CheckConstraint("length(request_sha256) = 64", name=op.f(f"ck_{table}_request_sha256_is_sha256")),
        sa.CheckConstraint("response_status BETWEEN 200 AND 599", name=op.f(f"ck_{table}_response_status_is_final")),
    )
    op.create_index(op.f(f"ix_{table}_created_at"), table, ["created_at"])
