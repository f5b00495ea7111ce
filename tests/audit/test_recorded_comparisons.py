"""Every recorded comparison and every job stands in the log, by whichever way it came."""

import json

import pytest
import recorder
from log_rows import NOON, faults
from sqlalchemy.orm import Session

from registry.audit import queries as log
from registry.audit.entry import read_entry
from registry.clock import utc_now
from registry.db import Database, read, write
from registry.errors import Conflict
from registry.reliability import queries
from registry.reliability.service import run_submission


def entries(session: Session) -> list[tuple[str, str, str]]:
    rows = [read_entry(each.entry) for each in log.list_entries(session, limit=100)]
    found = [(each["actor"], each["action"], each["subject"]) for each in rows]
    return [each for each in found if each[1] in {"comparison.record", "job.add"}]


def test_a_recorded_comparison_is_logged_with_the_digests_of_its_files(database: Database) -> None:
    run = run_submission(recorder.submission("logged"))

    recorded = write(database, lambda session: queries.record(session, run, NOON, actor="operator"))

    with database.readers() as session:
        assert entries(session) == [("operator", "comparison.record", f"comparison:{recorded.id}")]
        kept = log.find_payload(session, 0)
        assert kept is not None
        payload = json.loads(kept.content)["payload"]
    assert payload["result_sha256"] == recorded.result_sha256
    assert payload["title"] == "logged"
    assert faults(database) == []


def test_a_comparison_that_is_not_saved_leaves_no_entry(database: Database) -> None:
    run = run_submission(recorder.submission("unsaved"))

    def work(session: Session) -> None:
        queries.record(session, run, NOON)
        raise Conflict("planted")

    with pytest.raises(Conflict):
        write(database, work)

    assert read(database, log.state)[0] == 0


def test_one_of_a_job_is_logged_with_the_job_that_names_who_asked(database: Database) -> None:
    submission = recorder.submission("by a job")
    job = write(database, lambda session: queries.add_job(session, submission, NOON, actor="account:7"))
    assert queries.work_off(database, utc_now)

    with database.readers() as session:
        comparison_id = queries.get_job(session, job.id).comparison_id
        assert entries(session) == [
            ("account:7", "job.add", f"job:{job.id}"),
            ("system", "comparison.record", f"comparison:{comparison_id}"),
        ]
        kept = log.find_payload(session, 1)
        assert kept is not None
        assert json.loads(kept.content)["payload"]["job"] == f"job:{job.id}"
