"""What recorded comparisons say of one evaluator: kept with each, found by evaluator, filled in for older ones."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from builders import make_visits
from rows import NOON, make_comparison
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import db_state
from registry.db import Database, read, write
from registry.reliability import queries
from registry.reliability.evaluator_score import EvaluatorScore, score_on
from registry.reliability.models import RecordedComparison
from registry.reliability.score_models import ComparedEvaluator
from registry.reliability.score_queries import scores_of
from registry.reliability.service import run_submission
from registry.reliability.submission import JSON, Options, SourceFile, Submission

CREDIT_CODE = "91110000600037341L"
MANY, FEW = [(1, 10)] * 12, [(0, 2)]


def recorded(session: Session, at: datetime, last_day: str = "2024-03-11", **visits: Any) -> RecordedComparison:
    """visits: by evaluator; the check of the last visit of each is made on the last day."""
    reports, checks, criteria = make_visits(visits)
    for name, each in visits.items():
        checks.loc[checks["site_id"] == f"{name}-{len(each) - 1}", "observed_on"] = last_day
    # Made because of a complaint, and so not scored.
    checks["for_cause"] = "false"
    checks.loc[checks["site_id"].str.endswith("-5"), ["for_cause", "observed_on"]] = ["true", "2024-03-13"]
    contents = (reports.to_dict("records"), checks.to_dict("records"), criteria)
    first, second, third = (SourceFile(f"{n}.json", json.dumps(each).encode(), JSON) for n, each in enumerate(contents))
    return queries.record(session, run_submission(Submission(first, second, third, Options())), at)


def test_scores_are_found_by_code_and_credit_code_as_known_then_the_newest_first(session: Session) -> None:
    later = NOON + timedelta(days=30)
    old = recorded(session, NOON, **{"ev-000001": MANY, "ev-000002": FEW})
    new = recorded(session, later, "2024-03-12", **{CREDIT_CODE: MANY})
    keys = ("ev-000001", CREDIT_CODE)

    newest, earlier = scores_of(session, keys, later)

    assert [newest.comparison_id, earlier.comparison_id] == [new.id, old.id]
    assert (newest.first_day, newest.last_day) == (date(2024, 3, 11), date(2024, 3, 12))
    assert scores_of(session, keys, later - timedelta(microseconds=1)) == (earlier,)
    assert scores_of(session, keys, NOON - timedelta(microseconds=1)) == scores_of(session, (), later) == ()
    (unrated,) = scores_of(session, ("ev-000002",), later)
    assert (unrated.visits, unrated.pairs, unrated.grade) == (1, 2, "not rated")
    assert (unrated.score, unrated.low, unrated.high) == (None, None, None)
    assert any("visits" in each for each in unrated.grade_reasons)


def test_a_score_has_the_numbers_of_the_result(session: Session) -> None:
    comparison = recorded(session, NOON, **{"ev-000001": MANY})
    (said,) = json.loads(queries.load_products(session, comparison).result)["evaluators"]

    (found,) = scores_of(session, ("ev-000001",), NOON)

    assert (found.visits, found.pairs, found.grade) == (said["visits"], said["pairs"], said["grade"])
    assert (found.score, [found.low, found.high]) == (said["score"], said["interval"])
    assert found.grade_reasons == tuple(said["grade_reasons"])
    assert found.result_sha256 == comparison.result_sha256
    assert (found.method_name, found.method_version) == (comparison.method_name, comparison.method_version)


def test_a_day_is_answered_by_what_was_checked_by_then(session: Session) -> None:
    first = recorded(session, NOON, "2024-03-11", **{"ev-000001": MANY})
    second = recorded(session, NOON + timedelta(days=1), "2024-03-20", **{"ev-000001": MANY})
    scores = scores_of(session, ("ev-000001",), NOON + timedelta(days=2))
    unchecked = replace(scores[0], recorded_at=NOON + timedelta(days=2), first_day=None, last_day=None)

    def on(day: str) -> EvaluatorScore | None:
        return score_on((unchecked, *scores), date.fromisoformat(day))

    assert [None if each is None else each.comparison_id for each in map(on, ("2024-03-20", "2024-03-19"))] == [
        second.id, first.id
    ]  # fmt: skip
    assert on("2024-03-10") is None
    assert score_on((), date.max) is None


@pytest.mark.slow
def test_an_upgrade_fills_in_comparisons_that_are_there_already(database: Database) -> None:
    def rows(session: Session) -> list[dict[str, Any]]:
        order = (ComparedEvaluator.comparison_id, ComparedEvaluator.evaluator)
        found = session.scalars(select(ComparedEvaluator).order_by(*order))
        names = [column.key for column in ComparedEvaluator.__table__.columns]
        return [{name: getattr(each, name) for name in names} for each in found]

    def make(session: Session) -> None:
        # What a spreadsheet would run as a formula stands in pairs.csv with a quote before it.
        recorded(session, NOON, "2024-03-12", **{"ev-000001": MANY, "=1+1": MANY, "甲": FEW})
        recorded(session, NOON + timedelta(days=1), **{"ev-000001": MANY})
        session.add(make_comparison(session))

    write(database, make)
    before = read(database, rows)
    script = ScriptDirectory.from_config(db_state.alembic_config())
    (before_it,) = [each.down_revision for each in script.walk_revisions() if "compared_evaluators" in each.path]

    command.downgrade(db_state.alembic_config(database), str(before_it))
    db_state.upgrade(database)

    assert len(before) == 4
    assert {each["evaluator"] for each in before} == {"ev-000001", "=1+1", "甲"}
    assert read(database, rows) == before
