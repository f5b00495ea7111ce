"""What Alembic runs for each command: the given engine, one transaction, all tables of the house."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator, text

from registry.db import migration
from registry.db_state import COMPARISON_OPTIONS, POSTGRESQL_LOCK, metadata_of_all_tables


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A drafted revision names the column's own type, not a class of ours that may change after it."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


with migration(context.config.attributes["connection"]) as connection:
    if connection.dialect.name == "postgresql":
        connection.execute(text(POSTGRESQL_LOCK))
    context.configure(
        connection=connection,
        target_metadata=metadata_of_all_tables(),
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        **COMPARISON_OPTIONS,
    )
    context.run_migrations()
