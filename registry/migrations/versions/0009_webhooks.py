"""Webhooks: endpoints, messages, their deliveries and the attempts; and imports of existing registers."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import identifier, index, instant, number, primary_key, reference, rule, text
from registry.migrations.immutable import refuse_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WORD = sa.String(16)
# In the order in which they can be removed.
TABLES = (
    "imported_evaluators", "register_imports", "webhook_attempts", "webhook_deliveries", "webhook_messages",
    "webhook_endpoints",
)  # fmt: skip
IMMUTABLE = ("imported_evaluators", "register_imports", "webhook_attempts", "webhook_messages")


def upgrade() -> None:
    make_endpoints()
    make_messages()
    make_deliveries()
    make_attempts()
    make_imports()
    make_imported()
    for table in IMMUTABLE:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. Imported evaluators name their import, and endpoints cannot be told again."""
    for table in ("register_imports", "webhook_endpoints"):
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def make_endpoints() -> None:
    table = "webhook_endpoints"
    op.create_table(
        table,
        *identifier("id"),
        *text("url", "description"),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        *instant("created_at"),
        *text("created_by"),
        *instant("disabled_at", required=False),
        sa.Column("disabled_reason", sa.Text()),
        *number("version"),
        primary_key(table, "id"),
        rule(table, "disabled_has_a_reason", "(disabled_at IS NULL) = (disabled_reason IS NULL)"),
        rule(table, "disabled_reason_is_told", "disabled_reason <> ''"),
    )
    index(table, "created_at", "id")


def make_messages() -> None:
    table = "webhook_messages"
    op.create_table(
        table,
        *identifier("id"),
        sa.Column("type", sa.String(60), nullable=False),
        *text("payload"),
        *instant("created_at"),
        primary_key(table, "id"),
    )
    index(table, "created_at", "id")


def make_deliveries() -> None:
    table = "webhook_deliveries"
    op.create_table(
        table,
        *identifier("id", "message_id", "endpoint_id"),
        sa.Column("state", WORD, nullable=False),
        *number("tries"),
        *instant("due_at", "created_at"),
        sa.Column("replays", sa.Uuid()),
        *number("version"),
        primary_key(table, "id"),
        reference(table, "message_id", "webhook_messages.id"),
        reference(table, "endpoint_id", "webhook_endpoints.id"),
        reference(table, "replays", "webhook_deliveries.id"),
        rule(table, "state_is_known", "state IN ('waiting', 'delivered', 'given_up')"),
        rule(table, "tries_are_counted", "tries >= 0"),
    )
    index(table, "message_id")
    index(table, "due_at", "id", where="state = 'waiting'")
    index(table, "endpoint_id", "created_at", "id")
    index(table, "created_at", "id")


def make_attempts() -> None:
    table = "webhook_attempts"
    op.create_table(
        table,
        *identifier("delivery_id"),
        *number("number"),
        *instant("attempted_at"),
        sa.Column("status", sa.BigInteger()),
        *text("fault"),
        primary_key(table, "delivery_id", "number"),
        reference(table, "delivery_id", "webhook_deliveries.id"),
        rule(table, "number_is_positive", "number >= 1"),
        rule(table, "came_to_something", "status IS NOT NULL OR fault <> ''"),
    )


def make_imports() -> None:
    table = "register_imports"
    op.create_table(
        table,
        *identifier("id"),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        *text("file_name", "source"),
        sa.Column("as_of", sa.Date(), nullable=False),
        *number("evaluator_count", "item_count"),
        *instant("imported_at"),
        *text("imported_by"),
        primary_key(table, "id"),
        sa.UniqueConstraint("content_sha256", name=op.f(f"uq_{table}_content_sha256")),
        rule(table, "content_sha256_is_sha256", "length(content_sha256) = 64"),
    )


def make_imported() -> None:
    table = "imported_evaluators"
    op.create_table(
        table,
        *identifier("import_id"),
        *text("ref"),
        *identifier("evaluator_id"),
        primary_key(table, "import_id", "ref"),
        reference(table, "import_id", "register_imports.id"),
        reference(table, "evaluator_id", "evaluators.id"),
        sa.UniqueConstraint("evaluator_id", name=op.f(f"uq_{table}_evaluator_id")),
    )
