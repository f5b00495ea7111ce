"""Errors of the drivers become errors of the domain by their codes."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from databases import Databases
from rows import saved_job
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from registry.db import Database, open_database
from registry.db_errors import ConcurrentWrites, ConstraintViolated, DatabaseUnavailable, domain_error


@pytest.mark.parametrize(
    "changes",
    [{"state": "waiting"}, {"progress": 1.5}, {"comparison_id": uuid4()}, {"kind": None}],
    ids=["check", "share", "foreign key", "not null"],
)
def test_a_broken_constraint_is_a_conflict(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(ConstraintViolated):
        saved_job(database, **changes)


def test_postgresql_names_the_constraint(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("postgresql", tmp_path))

    with pytest.raises(ConstraintViolated) as raised:
        saved_job(opened, progress=2.0)
    assert raised.value.constraint == "ck_jobs_progress_is_a_share"
    opened.close()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.errors.SerializationFailure(), ConcurrentWrites),
        (psycopg.errors.DeadlockDetected(), ConcurrentWrites),
        (psycopg.errors.DiskFull(), DatabaseUnavailable),
        (psycopg.errors.AdminShutdown(), DatabaseUnavailable),
        (psycopg.errors.ConnectionFailure(), DatabaseUnavailable),
        (psycopg.OperationalError("connection refused"), DatabaseUnavailable),
        (psycopg.errors.SyntaxError(), type(None)),
        (psycopg.ProgrammingError("incomplete placeholder"), type(None)),
    ],
)
def test_errors_of_the_server_are_told_apart_by_their_codes(error: psycopg.Error, expected: type) -> None:
    kinds = {psycopg.errors.SyntaxError: ProgrammingError, psycopg.ProgrammingError: ProgrammingError}
    wrapped = kinds.get(type(error), OperationalError)("SELECT 1", {}, error)

    assert isinstance(domain_error(wrapped), expected)


def test_the_text_of_an_error_is_not_read() -> None:
    error = IntegrityError("INSERT", {}, Exception("database is locked"))

    assert type(domain_error(error)) is ConstraintViolated
    assert domain_error(DBAPIError("SELECT", {}, Exception("UNIQUE constraint failed"))) is None
