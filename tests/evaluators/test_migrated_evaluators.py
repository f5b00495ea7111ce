"""An upgrade of a database with evaluators: rows stay as they were, and every digest is still that of its row."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from databases import Databases
from evaluator_samples import day
from exclusion_samples import NOW, make_row, record_list, take
from exclusion_samples import register as register_evaluator
from sqlalchemy import Connection, MetaData, delete, insert, select
from sqlalchemy.orm import Session
from vetting_samples import make_scope, make_vetting

from registry import db_state
from registry.canonical import canonical_json, digest, sha256_hex
from registry.db import Database, migration, open_database, read, write
from registry.errors import Conflict
from registry.evaluators import exclusion_service
from registry.evaluators.dossier_models import DossierVersion
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.event_document import event_document
from registry.evaluators.exclusion_models import ContentEntry, ExclusionContent, ExclusionSnapshot
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.qualification_queries import code_of, to_event
from registry.evaluators.status_service import status
from registry.migrations import immutable

# The first revision with all tables that hold digests of evaluators.
EARLIER = "0009"
Rows = dict[str, list[dict[str, Any]]]


def fill(session: Session, folder: Path) -> None:
    vetting = make_vetting(session, folder)
    agri, env = vetting.granted(make_scope("agri"), make_scope("env"))
    suspended = vetting.suspend(agri, "2026-03-01")
    vetting.reinstate(agri, "2026-04-01")
    vetting.decide("correct", (), "2026-03-01", "2026-04-02", supersedes=str(suspended.events[0].id), becomes=None)
    vetting.decide("withdraw", env, "2026-05-01")
    register_evaluator(session, number=2)
    record_list(session)
    for number in (1, 2):
        take(session, [make_row(each) for each in range(1, number + 2)], NOW - timedelta(days=3 - number))


def rows_of(connection: Connection) -> Rows:
    """Every table as it is, each row once, in an order that the engine has no say in."""
    found = MetaData()
    found.reflect(connection)
    return {
        table.name: sorted((dict(row._mapping) for row in connection.execute(select(table))), key=repr)
        for table in found.sorted_tables
        if table.name != "alembic_version"
    }


def put(connection: Connection, rows: Rows) -> None:
    """Into tables of any revision: a column that it does not have yet is left out."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name in rows:
            # What the revision itself put there.
            connection.execute(delete(table))
        for row in sorted(rows.get(table.name, ()), key=lambda each: (each.get("seq", 0), each.get("number") or 0)):
            connection.execute(insert(table).values({name: row[name] for name in row if name in table.columns}))


def wrong_digests(session: Session) -> Iterator[str]:
    for version in session.scalars(select(DossierVersion)):
        written = version.content.encode()
        if sha256_hex(written) != version.sha256 or canonical_json(json.loads(written)) != written:
            yield f"dossier {version.evaluator_id} {version.number}"
    for evaluator in session.scalars(select(Evaluator)):
        newest = session.get_one(DossierVersion, (evaluator.id, evaluator.dossier_number))
        if newest.sha256 != evaluator.dossier_sha256:
            yield f"evaluator {evaluator.code}"
    for event in session.scalars(select(QualificationEvent)):
        basis = {name: getattr(event, name) for name in ("reason", "rule", "evidence_sha256")}
        known = {name: text for name, text in basis.items() if text is not None}
        if digest(event_document(to_event(event), code_of(session, event.evaluator_id), known)) != event.sha256:
            yield f"event {event.seq}"
    for content in session.scalars(select(ExclusionContent)):
        entries = session.scalars(select(ContentEntry).where(ContentEntry.content_number == content.number)).all()
        if len(entries) != content.entry_count:
            yield f"exclusion content {content.number}"


def answers(session: Session) -> tuple[Any, ...]:
    """What the rows say: of status, and of a list by its snapshots."""
    evaluator = get_evaluator(session, "ev-000001")
    found = status(session, evaluator, day("2026-06-01"), NOW)
    asked = exclusion_service.Asked(exclusion_service.window_of(day("2026-06-01"), None), NOW)
    snapshots = session.scalars(select(ExclusionSnapshot).order_by(ExclusionSnapshot.queried_at)).all()
    return (
        [each.status for each in found.items],
        [each.findings for each in exclusion_service.check_evaluator(session, evaluator, asked).lists],
        [(each.id, each.queried_at, each.content_number) for each in snapshots],
    )


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Rows:
    write(database, lambda session: fill(session, tmp_path))
    assert list(read(database, lambda session: list(wrong_digests(session)))) == []
    with migration(database.engine) as connection:
        return rows_of(connection)


def test_an_upgrade_keeps_every_row_of_evaluators_and_every_digest(
    database: Database, filled: Rows, databases: Databases, engine_name: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (folder := tmp_path / "old").mkdir()
    url = databases.empty(engine_name, folder)
    with closing(open_database(url, create=True)) as old:
        command.upgrade(db_state.alembic_config(old), EARLIER)
        with migration(old.engine) as connection:
            put(connection, filled)
            before = rows_of(connection)

        def planted(*_: Any, **__: Any) -> None:
            raise Conflict("planted")

        with monkeypatch.context() as changed:
            changed.setattr(immutable, "refuse_changes", planted)
            with pytest.raises(Conflict, match="planted"):
                db_state.upgrade(old)
        with migration(old.engine) as connection:
            assert rows_of(connection) == before

        db_state.upgrade(old)

        with migration(old.engine) as connection:
            after = rows_of(connection)
        assert {name: after[name] for name in before} == {
            name: [{**row, **{key: new[key] for key in new.keys() - row.keys()}} for row, new in
                   zip(rows, after[name], strict=True)]
            for name, rows in before.items()
        }  # fmt: skip
        assert {"dossier_versions", "qualification_events", "exclusion_snapshots"} <= {
            name for name, rows in before.items() if rows
        }
        assert {each.fault for each in db_state.check(old) if each.subject == "references"} == {""}
        kept = [each for each in db_state.metadata_of_all_tables().sorted_tables if each.name in before]
        assert read(old, lambda session: immutable.without_triggers(session.connection(), kept)) == []
        assert read(old, lambda session: list(wrong_digests(session))) == []
        assert read(old, answers) == read(database, answers)
    databases.drop(url)


CHANGES = {
    "dossier_versions": "UPDATE dossier_versions SET content = replace(content, '评估院', '评估所')",
    "qualification_events": "UPDATE qualification_events SET effective_from = '2026-02-02' WHERE type = 'grant'",
    "exclusion_content_entries": "DELETE FROM exclusion_content_entries WHERE entry_number = 1",
}


@pytest.mark.usefixtures("filled")
def test_a_migration_that_changes_a_row_is_seen_by_its_digest(database: Database) -> None:
    on = "" if database.engine.dialect.name == "sqlite" else " ON {}"
    with migration(database.engine) as connection:
        for table, change in CHANGES.items():
            savepoint = connection.begin_nested()
            for event in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER {table}_refuse_{event}{on.format(table)}")
            connection.exec_driver_sql(change)

            with Session(connection, join_transaction_mode="create_savepoint") as session:
                assert list(wrong_digests(session)), table
            savepoint.rollback()
    assert read(database, lambda session: list(wrong_digests(session))) == []
