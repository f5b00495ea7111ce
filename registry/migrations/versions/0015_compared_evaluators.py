"""Scores by evaluator: what each recorded comparison says of each one, also those that are there already."""

import csv
import io
import json
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.canonical import canonical_json
from registry.migrations.immutable import refuse_changes
from registry.parsing import plain_cell

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = "compared_evaluators"
FORMAT = "comparison.v1"
_CHUNK = 1_000

COMPARISONS = sa.table(
    "comparisons",
    sa.column("id", sa.Uuid()),
    # With its zone: as text SQLite would write it in another form than the models do.
    sa.column("recorded_at", sa.DateTime(timezone=True)),
    sa.column("result_sha256", sa.String()),
    sa.column("pairs_sha256", sa.String()),
)
CONTENTS = sa.table(
    "contents", sa.column("sha256", sa.String()), sa.column("coding", sa.String()), sa.column("body", sa.LargeBinary())
)


def upgrade() -> None:
    made = make_table()
    fill(op.get_bind(), made)
    refuse_changes(op.get_bind(), TABLE)


def downgrade() -> None:
    """All that it holds is in the results of the comparisons."""
    op.drop_table(TABLE)


def make_table() -> sa.Table:
    rules = {
        "counts_are_not_negative": "visits >= 0 AND pairs >= 0",
        "score_is_of_a_hundred": "score >= 0 AND score <= 100",
        "interval_is_in_order": "low >= 0 AND low <= high AND high <= 100",
        "unrated_has_no_score": "(score IS NULL) = (grade = 'not rated')",
        "score_has_its_interval": "(score IS NULL) = (low IS NULL) AND (score IS NULL) = (high IS NULL)",
        "both_days_or_none": "(first_day IS NULL) = (last_day IS NULL)",
        "days_are_in_order": "first_day <= last_day",
    }
    made = op.create_table(
        TABLE,
        sa.Column("comparison_id", sa.Uuid(), nullable=False),
        sa.Column("evaluator", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("visits", "pairs")),
        *(sa.Column(name, sa.Double()) for name in ("score", "low", "high")),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("grade_reasons", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Date()) for name in ("first_day", "last_day")),
        sa.PrimaryKeyConstraint("comparison_id", "evaluator", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.id"], name=op.f(f"fk_{TABLE}_comparison_id")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}")) for name, rule in rules.items()),
    )
    op.create_index(op.f(f"ix_{TABLE}_evaluator_recorded_at"), TABLE, ["evaluator", "recorded_at"])
    return made


def fill(connection: sa.Connection, made: sa.Table) -> None:
    """One comparison after the other, since the files of one may be large."""
    for recorded in connection.execute(sa.select(COMPARISONS).order_by(COMPARISONS.c.recorded_at)).all():
        evaluators = evaluators_of(body_of(connection, recorded.result_sha256))
        days = days_of_checks(body_of(connection, recorded.pairs_sha256)) if evaluators else {}
        rows = [row_of(each, days) | {"comparison_id": recorded.id, "recorded_at": recorded.recorded_at}
                for each in evaluators]  # fmt: skip
        for start in range(0, len(rows), _CHUNK):
            connection.execute(made.insert(), rows[start : start + _CHUNK])


def body_of(connection: sa.Connection, sha256: str) -> bytes:
    found = connection.execute(sa.select(CONTENTS).where(CONTENTS.c.sha256 == sha256)).one()
    return zlib.decompress(found.body) if found.coding == "zlib" else bytes(found.body)


def evaluators_of(result: bytes) -> list[dict[str, Any]]:
    """None of what is no result in the form that this revision knows."""
    try:
        document = json.loads(result)
    except ValueError:
        return []
    is_known = isinstance(document, dict) and document.get("format") == FORMAT
    return document["evaluators"] if is_known else []


def days_of_checks(pairs: bytes) -> dict[str, tuple[date, date]]:
    """By evaluator, the first and the last day of its scored spot checks."""
    found: dict[str, tuple[str, str]] = {}
    for evaluator, day in scored_checks(pairs):
        first, last = found.get(evaluator, (day, day))
        found[evaluator] = (min(first, day), max(last, day))
    return {name: (date.fromisoformat(first), date.fromisoformat(last)) for name, (first, last) in found.items()}


def scored_checks(pairs: bytes) -> Iterator[tuple[str, str]]:
    lines = io.TextIOWrapper(io.BytesIO(pairs), encoding="utf-8-sig", newline="")
    for row in csv.DictReader(lines):
        if row["use"] == "scored":
            yield plain_cell(row["evaluator_id"]), row["check_observed_on"]


def row_of(evaluator: dict[str, Any], days: dict[str, tuple[date, date]]) -> dict[str, Any]:
    low, high = evaluator["interval"] or (None, None)
    first, last = days.get(evaluator["evaluator_id"], (None, None))
    return {
        "evaluator": evaluator["evaluator_id"],
        "visits": evaluator["visits"],
        "pairs": evaluator["pairs"],
        "score": evaluator["score"],
        "low": low,
        "high": high,
        "grade": evaluator["grade"],
        "grade_reasons": canonical_json(evaluator["grade_reasons"]).decode(),
        "first_day": first,
        "last_day": last,
    }
