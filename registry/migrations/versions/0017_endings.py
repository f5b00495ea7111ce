"""Events that end a right are found without reading all events."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME = "ix_qualification_events_ending"
TABLE = "qualification_events"


def upgrade() -> None:
    is_ending = sa.text("coalesce(becomes, type) IN ('withdraw', 'annul', 'surrender')")
    op.create_index(op.f(NAME), TABLE, ["evaluator_id"], sqlite_where=is_ending, postgresql_where=is_ending)


def downgrade() -> None:
    op.drop_index(op.f(NAME), TABLE)
