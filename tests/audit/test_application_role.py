"""T19: as the user that docs/audit.md grants rights to, the log can be added to and nothing else, and the triggers
are not needed for that."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from databases import Databases
from log_rows import NOON, append_many, faults, make_keys
from sqlalchemy import text
from sqlalchemy.engine import make_url

from registry import db_state
from registry.accounts import operator_service
from registry.audit import service
from registry.db import Database, open_database, write
from registry.db_errors import DatabaseUnavailable

DOCUMENT = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
GRANTS = re.search(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
LOG = (
    "audit_entries", "audit_nodes", "audit_checkpoints", "audit_cosignatures", "audit_sealed_entries",
    "audit_sealed_days", "audit_sealed_places", "comparisons", "contents",
)  # fmt: skip


@pytest.fixture
def application(databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """The database, opened as a user of the documented rights."""
    assert GRANTS is not None
    url, name = databases.migrated("postgresql", tmp_path), f"registry_app_{uuid4().hex[:8]}"
    grants = GRANTS[1].replace("registry_app", name)
    with closing(open_database(url)) as owner:
        write(owner, lambda session: session.execute(text(f"CREATE ROLE {name} LOGIN")))
        write(owner, lambda session: [session.execute(text(each)) for each in grants.split(";") if each.strip()])
        opened = open_database(make_url(url).set(username=name).render_as_string(hide_password=False))
        yield opened
        opened.close()
        write(owner, lambda session: session.execute(text(f"DROP OWNED BY {name}")))
        write(owner, lambda session: session.execute(text(f"DROP ROLE {name}")))
    databases.drop(url)


def test_it_may_do_all_that_the_program_does(application: Database, tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    append_many(application, 5)
    write(application, service.take_turn)
    write(application, lambda session: service.seal(session, keys.sealing, "plan", {}, NOON))
    write(application, lambda session: service.erase(session, 2, actor="operator", reason="asked for", now=NOON))
    service.keep(application, keys, NOON)

    write(application, lambda session: operator_service.create_administrator(session, "admin", "hash", NOON))
    write(application, lambda session: operator_service.create(session, "wang", None, NOON))
    write(application, lambda session: operator_service.invite(session, "wang", NOON))
    write(application, lambda session: operator_service.disable(session, "wang", NOON))
    write(application, lambda session: operator_service.erase(session, "wang", NOON))
    service.keep(application, keys, NOON)

    assert faults(application, keys) == []


def test_every_table_that_may_change_is_granted_and_no_other() -> None:
    assert GRANTS is not None
    granted = re.findall(r"GRANT UPDATE, DELETE ON (.*?) TO", GRANTS[1], re.DOTALL)
    tables = db_state.metadata_of_all_tables().sorted_tables
    assert {name for each in granted for name in re.split(r"[,\s]+", each)} == {
        table.name for table in tables if "immutable" not in table.info and table.name != "audit_heads"
    }


@pytest.mark.parametrize("table", LOG)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE", "DROP TABLE {0} CASCADE",
     "ALTER TABLE {0} DISABLE TRIGGER ALL", "DROP TRIGGER {0}_refuse_update ON {0}"],
)  # fmt: skip
def test_it_may_neither_change_nor_remove(application: Database, table: str, statement: str) -> None:
    with application.readers() as session:
        column = session.scalars(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = :table LIMIT 1"),
            {"table": table},
        ).first()

    with pytest.raises(DatabaseUnavailable, match="granted rights"):
        write(application, lambda session: session.execute(text(statement.format(table, f'"{column}"'))))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_heads", "TRUNCATE audit_heads", "TRUNCATE audit_payloads CASCADE"]
)
def test_it_may_not_remove_the_head_nor_all_payloads_at_once(application: Database, statement: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="granted rights"):
        write(application, lambda session: session.execute(text(statement)))
