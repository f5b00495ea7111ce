"""Triggers that refuse to change or remove rows, and the question whether they are there.

On SQLite a table that is made anew (batch mode) loses its triggers: call `refuse_changes` again afterwards.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, text

_SQLITE = """
CREATE TRIGGER {table}_refuse_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is immutable', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_refuse_{event} BEFORE {event} ON {table}
FOR EACH {level} EXECUTE FUNCTION refuse_change()
"""
_EVENTS = {"sqlite": ("update", "delete"), "postgresql": ("update", "delete", "truncate")}
_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace"
    ),
}


def refuse_changes(connection: Connection, table: str, *, but: str = "") -> None:
    """From now on rows of the table can be added and read, and nothing else. table: a name from our own source.

    but: an event that stays allowed; the model says so with info={"immutable": True, "but": "delete"}.
    """
    engine = connection.dialect.name
    if engine == "postgresql":
        connection.execute(text(_POSTGRESQL_FUNCTION))
    for event in _refused(engine, but):
        form = _SQLITE if engine == "sqlite" else _POSTGRESQL
        level = "STATEMENT" if event == "truncate" else "ROW"
        connection.execute(text(form.format(table=table, event=event, level=level)))


def _refused(engine: str, but: str) -> list[str]:
    return [event for event in _EVENTS[engine] if event != but]


def without_triggers(connection: Connection, tables: Iterable[Table]) -> list[str]:
    """Names of the missing or disabled triggers of those tables that say that they are immutable."""
    engine = connection.dialect.name
    present = {(table, name) for table, name in connection.execute(text(_TRIGGERS[engine]))}
    return [
        f"{table.name}_refuse_{event}"
        for table in tables
        if "immutable" in table.info
        for event in _refused(engine, table.info.get("but", ""))
        if (table.name, f"{table.name}_refuse_{event}") not in present
    ]
