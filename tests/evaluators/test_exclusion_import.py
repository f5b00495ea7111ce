"""Files of exclusion lists: what is read, what is refused with its place, and how snapshots of them are kept."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from exclusion_samples import FILES, LIST, NOW, csv_of, json_of, make_row, record_list, take
from register_samples import credit_code, wide
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.errors import Unreadable
from registry.evaluators import exclusion_queries as queries
from registry.evaluators.exclusion_errors import (
    ExclusionListNotFound,
    ExclusionRowsRejected,
    QueryTimeRejected,
    SnapshotConflict,
    SnapshotShrunk,
)
from registry.evaluators.exclusion_inputs import ListFile, read_list_bytes
from registry.evaluators.exclusion_list_service import Query, import_list
from registry.evaluators.exclusion_models import ContentEntry, ExclusionContent, ExclusionEntry, ExclusionSnapshot
from registry.evaluators.periods import Period


def count(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def read(*rows: dict[str, str]) -> ListFile:
    return read_list_bytes("list.csv", csv_of(rows))


def faults(given: ListFile) -> list[tuple[int | None, str | None, str]]:
    return [(each.row, each.column, each.code) for each in given.violations]


@pytest.mark.parametrize("name", FILES)
def test_each_format_gives_the_same_entries(name: str) -> None:
    rows = [make_row(1), make_row(2, valid_to="", scope="bidding；review", credit_code="")]

    given = read_list_bytes(name, FILES[name](rows))

    assert given.violations == ()
    first, second = (each.entry for each in given.rows)
    assert (first.key, first.name, first.credit_code) == ("e-1", "杭州第1环境评估有限公司", credit_code(1))
    assert str(first.in_force) == "2025-01-01 to 2027-12-31"
    assert (second.scope, second.credit_code) == (frozenset({"bidding", "review"}), None)
    assert second.in_force == Period(first.in_force.valid_from, None)


def test_every_fault_of_every_row_is_told_at_once() -> None:
    given = read(
        make_row(1, name="", valid_from="2025-13-01"),
        make_row(2),
        make_row(3, valid_to="2025-01-01", basis="财罚\u202e号"),
        make_row(4, key="e-2"),
    )

    assert faults(given) == [
        (2, "name", "missing-value"), (2, "valid_from", "bad-day"), (4, "basis", "hidden-character"),
        (4, "valid_to", "days-out-of-order"), (5, "key", "doubled-value"),
    ]  # fmt: skip
    assert all(each.fix for each in given.violations)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("9.11100006E+17", "credit_code_lost_digits"),
        ("362322198709086409", "credit_code_personal_number"),
        ("NULL", "credit_code_placeholder"),
    ],
)
def test_a_code_that_the_file_spoilt_or_that_is_a_persons_is_refused(written: str, code: str) -> None:
    given = read(make_row(credit_code=written))

    assert faults(given) == [(2, "credit_code", code)]
    assert "0908" not in str(given.violations[0].value)


def test_a_code_that_the_authority_mistyped_is_kept_and_doubted(session: Session) -> None:
    record_list(session)
    mistyped = credit_code(1)[:-1] + "I"

    report = take(session, [make_row(1, credit_code=mistyped)])

    assert report.doubtful == ("杭州第1环境评估有限公司",)
    assert session.scalars(select(ExclusionEntry.credit_code)).all() == [mistyped]


def test_a_code_in_another_width_is_kept_as_it_is_written_read_as_what_it_means_and_told(session: Session) -> None:
    record_list(session)
    written = wide(credit_code(1))

    report = take(session, [make_row(1, credit_code=written), make_row(2)])

    assert (report.doubtful, [(each.ref, each.written, each.read_as) for each in report.respelled]) == (
        (), [("杭州第1环境评估有限公司", written, credit_code(1))],
    )  # fmt: skip
    assert set(session.scalars(select(ExclusionEntry.credit_code))) == {written, credit_code(2)}


def test_a_list_without_keys_knows_its_entries_again_when_a_bar_is_shortened() -> None:
    def without_key(**changes: str) -> dict[str, str]:
        return {name: cell for name, cell in make_row(**changes).items() if name != "key"}

    (first,), (shortened,) = read(without_key()).rows, read(without_key(valid_to="2026-01-01")).rows

    assert first.entry.key == shortened.entry.key
    assert first.sha256 != shortened.sha256
    assert faults(read(without_key(), without_key())) == [(3, None, "doubled-row")]


def test_an_unknown_column_and_a_missing_one_are_told_together() -> None:
    with pytest.raises(ExclusionRowsRejected) as refused:
        read_list_bytes("list.csv", "name,until\n甲,2026\n".encode())

    assert [(each.code, each.column) for each in refused.value.violations] == [
        ("missing-column", "valid_from"), ("unknown-column", "until"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[]", "{}", "[1]", '{"entries": {}}', '{"entries": [], "more": 1}', "[", '"x"'])
def test_json_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_list_bytes("list.json", text.encode())


def test_json_values_that_are_no_texts_are_named() -> None:
    rows = [make_row(1) | {"credit_code": 9.1e17}, make_row(2) | {"scope": ["a", "b"]}, make_row(3) | {"key": True}]

    with pytest.raises(ExclusionRowsRejected) as refused:
        read_list_bytes("list.json", json.dumps({"entries": rows}).encode())

    assert [(each.row, each.column) for each in refused.value.violations] == [(2, "credit_code"), (4, "key")]


def test_the_same_file_twice_is_two_queries_of_one_content(session: Session) -> None:
    record_list(session)
    first = take(session, [make_row(1), make_row(2)])

    second = take(session, [make_row(1), make_row(2)], NOW + timedelta(days=1))

    assert (first.same_file, second.same_file) == (False, True)
    assert first.snapshot != second.snapshot
    counts = [count(session, each) for each in (ExclusionSnapshot, ExclusionContent, ExclusionEntry, ContentEntry)]
    assert counts == [2, 1, 2, 2]
    shown = queries.list_snapshots(session, LIST)
    assert [content.sha256 for _, content in shown] == [first.sha256] * 2
    assert [snapshot.queried_at for snapshot, _ in shown] == [NOW + timedelta(days=1), NOW]


def test_an_entry_that_stays_is_kept_once_for_all_files(session: Session) -> None:
    record_list(session)
    take(session, [make_row(1), make_row(2)])

    take(session, [make_row(1), make_row(2, valid_to="2026-01-01"), make_row(3)], NOW + timedelta(days=1))

    assert [count(session, each) for each in (ExclusionEntry, ContentEntry)] == [4, 5]


def test_one_query_sent_twice_is_recorded_once(session: Session) -> None:
    record_list(session)
    take(session, [make_row(1)])

    again = take(session, [make_row(1)], recorded_at=NOW + timedelta(hours=1))

    assert again.was_there
    assert count(session, ExclusionSnapshot) == 1
    with pytest.raises(SnapshotConflict):
        take(session, [make_row(2)], recorded_at=NOW + timedelta(hours=1))
    # Also where the other file was there at another time.
    take(session, [make_row(2)], NOW + timedelta(days=1))
    with pytest.raises(SnapshotConflict):
        take(session, [make_row(2)], recorded_at=NOW + timedelta(days=2))


def test_a_file_that_broke_off_does_not_lift_the_bars_that_it_lacks(session: Session) -> None:
    record_list(session)
    take(session, [make_row(each) for each in range(1, 11)])
    later = NOW + timedelta(days=1)

    with pytest.raises(SnapshotShrunk):
        take(session, [make_row(each) for each in range(1, 5)], later)
    assert take(session, [make_row(each) for each in range(1, 6)], later).snapshot is not None
    assert take(session, [make_row(1)], later + timedelta(days=1), accepts_fewer=True).snapshot is not None


def test_nothing_of_a_file_with_a_bad_row_is_recorded(session: Session) -> None:
    record_list(session)

    with pytest.raises(ExclusionRowsRejected):
        take(session, [make_row(1), make_row(2, valid_from="")])

    assert [count(session, each) for each in (ExclusionSnapshot, ExclusionContent, ExclusionEntry)] == [0, 0, 0]


def test_a_dry_run_records_nothing(session: Session) -> None:
    record_list(session)

    report = take(session, [make_row(1)], is_dry_run=True)

    assert (report.entries, report.snapshot) == (1, None)
    assert count(session, ExclusionContent) == 0


def test_a_query_that_lies_ahead_and_a_list_without_terms_are_refused(session: Session) -> None:
    with pytest.raises(ExclusionListNotFound):
        take(session, [make_row(1)])
    record_list(session)
    with pytest.raises(QueryTimeRejected):
        take(session, [make_row(1)], NOW + timedelta(seconds=1), NOW)


def test_other_terms_are_a_new_revision_and_equal_ones_none(session: Session) -> None:
    early = datetime(2024, 1, 1, tzinfo=UTC)
    record_list(session, now=early)
    record_list(session, now=early + timedelta(days=1))
    record_list(session, now=early + timedelta(days=2), max_age_days=30)

    (then,), (now,) = (queries.list_lists(session, early + timedelta(days=each)) for each in (1, 2))

    assert (then.revision, then.max_age_days, now.revision, now.max_age_days) == (1, 7, 2, 30)
    assert queries.list_lists(session, early - timedelta(days=1)) == []


def test_json_and_csv_of_the_same_rows_share_their_entries(session: Session) -> None:
    record_list(session)
    take(session, [make_row(1)])

    given = read_list_bytes("list.json", json_of([make_row(1)]))
    import_list(session, OPERATOR, LIST, given, Query(), NOW + timedelta(days=1))

    assert [count(session, each) for each in (ExclusionContent, ExclusionEntry)] == [2, 1]
