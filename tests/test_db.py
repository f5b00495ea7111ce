"""Types, transactions and versions, on both engines. Many writers at once are in test_db_writers.py."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from databases import Databases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rows import make_job, saved_job
from sqlalchemy import literal, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from registry import db_engines
from registry.canonical import NotCanonical
from registry.db import (
    ATTEMPTS,
    CanonicalJson,
    Database,
    compare_and_set,
    open_database,
    pause_s,
    read,
    read_transaction,
    transaction,
    write,
)
from registry.db_errors import ConcurrentWrites, DatabaseBusy, DatabaseUnavailable, RowNotFound, StaleVersion
from registry.reliability.models import Job

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 3, 1, 20, 0, 0, 123456, tzinfo=SHANGHAI),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=-11))),
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(session: Session, instant: datetime) -> None:
    job = make_job(created_at=instant)
    session.add(job)
    session.flush()
    session.expire(job)

    assert job.created_at == instant
    assert job.created_at.tzinfo is UTC


def test_instants_of_several_zones_are_compared_as_instants(session: Session) -> None:
    session.add(make_job(created_at=datetime(2026, 3, 1, 8, tzinfo=SHANGHAI)))
    session.flush()

    same = select(Job).where(Job.created_at == datetime(2026, 3, 1, 0, tzinfo=UTC))

    assert len(session.scalars(same).all()) == 1


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    session.add(make_job(created_at=datetime(2026, 3, 1)))  # noqa: DTZ001 - naive on purpose

    with pytest.raises(StatementError) as raised:
        session.flush()
    assert isinstance(raised.value.orig, ValueError)


texts = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner),
)  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values.filter(lambda value: value is not None))
def test_json_comes_back_equal(session: Session, value: object) -> None:
    assert session.scalar(select(literal(value, CanonicalJson))) == value


def test_equal_json_is_stored_as_equal_text(session: Session) -> None:
    session.add_all([make_job(arguments={"b": 1.0, "a": "\0"}), make_job(arguments={"a": "\0", "b": 1})])
    session.flush()

    assert session.scalars(text("SELECT arguments FROM jobs")).all() == ['{"a":"\\u0000","b":1}'] * 2


def test_json_that_has_no_canonical_form_is_refused(database: Database) -> None:
    with pytest.raises(NotCanonical):
        saved_job(database, arguments={"rate": float("nan")})


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), read_transaction(database) as session:
        session.add(make_job())

    assert read(database, lambda session: session.scalars(select(Job)).all()) == []
    saved_job(database)


def test_a_reader_sees_one_state_and_does_not_wait_for_writers(database: Database) -> None:
    with read_transaction(database) as session:
        before = session.scalars(select(Job)).all()
        saved_job(database)
        after = session.scalars(select(Job)).all()

    assert (before, after) == ([], [])
    assert len(read(database, lambda session: session.scalars(select(Job)).all())) == 1


def test_an_error_in_the_work_saves_nothing(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(make_job())
        session.flush()
        raise RowNotFound("planted")

    with pytest.raises(RowNotFound):
        write(database, work)

    assert read(database, lambda session: session.scalars(select(Job)).all()) == []


def test_rows_can_be_read_after_their_transaction(database: Database) -> None:
    job_id = saved_job(database)

    job = read(database, lambda session: session.get_one(Job, job_id))

    assert job.arguments == {"count": 0}


def test_work_that_others_got_into_is_run_again(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("postgresql", tmp_path))
    job_id = saved_job(opened)
    runs = []

    def work(session: Session) -> int:
        job = session.get_one(Job, job_id)
        if not runs:
            write(opened, lambda other: compare_and_set(other, Job, job_id, 1, arguments={"count": 10}))
        runs.append(job.arguments["count"])
        job.arguments = {"count": job.arguments["count"] + 1}
        return int(job.arguments["count"])

    assert write(opened, work) == 11
    assert runs == [0, 10]
    opened.close()


def test_work_that_never_gets_through_gives_up(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("postgresql", tmp_path))
    job_id = saved_job(opened)

    def work(session: Session) -> None:
        job = session.get_one(Job, job_id)
        write(opened, lambda other: compare_and_set(other, Job, job_id, job.version, message="in between"))
        job.message = "never"

    with pytest.raises(ConcurrentWrites):
        write(opened, work, attempts=3)
    version, message = read(opened, lambda session: session.execute(select(Job.version, Job.message)).one())
    assert (version, message) == (4, "in between")
    opened.close()


def test_a_locked_sqlite_is_waited_for_and_then_called_busy(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_engines, "BUSY_TIMEOUT_S", 0.05)
    opened = open_database(databases.migrated("sqlite", tmp_path))
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction(opened) as session:
            session.execute(text("SELECT 1"))
            locked.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    with pytest.raises(DatabaseBusy):
        write(opened, lambda session: session.add(make_job()), attempts=2)
    threading.Timer(0.3, release.set).start()
    saved_job(opened)
    holder.join(10)

    assert len(read(opened, lambda session: session.scalars(select(Job)).all())) == 1
    opened.close()


def test_the_pauses_between_attempts_stay_short() -> None:
    pauses = [pause_s(attempt) for attempt in range(1, ATTEMPTS)]

    assert all(0 < pause <= 0.1 for pause in pauses)
    assert sum(pauses) < 3


def test_a_change_to_the_present_version_is_made(database: Database) -> None:
    job_id = saved_job(database)

    assert write(database, lambda session: compare_and_set(session, Job, job_id, 1, message="half")) == 2
    assert read(database, lambda session: session.get_one(Job, job_id)).message == "half"


def test_a_change_to_an_older_version_is_refused_and_says_which_is_present(database: Database) -> None:
    job_id = saved_job(database)
    write(database, lambda session: compare_and_set(session, Job, job_id, 1, message="first"))

    with pytest.raises(StaleVersion) as raised:
        write(database, lambda session: compare_and_set(session, Job, job_id, 1, message="second"))
    assert raised.value.current_version == 2
    assert read(database, lambda session: session.get_one(Job, job_id)).message == "first"


def test_a_change_to_nothing_is_not_found(session: Session) -> None:
    with pytest.raises(RowNotFound):
        compare_and_set(session, Job, uuid4(), 1, message="x")
