"""Taking in an existing register: every bad row named, whole or not at all, with the four dates; on both engines."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given as given_values
from hypothesis import strategies as st
from register_samples import (
    AS_OF,
    NOW,
    SOURCE,
    credit_code,
    imported,
    make_evaluator,
    make_grant,
    read_rows,
    small_register,
    wide,
    write_files,
    write_workbook,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.models import Entry, Payload
from registry.canonical import digest
from registry.db import Base, Database, read, write
from registry.documents import read_schema, schema_violations
from registry.errors import RegistryError, Violation
from registry.evaluators import qualification_queries, status_service
from registry.evaluators.dossier_models import Certificate, DossierVersion, EvaluatorName
from registry.evaluators.dossier_rules import Before, dossier_faults
from registry.evaluators.event_document import event_document
from registry.evaluators.models import Evaluator
from registry.evaluators.policy import State
from registry.evaluators.qualification_models import QualificationEvent, ScopeItem
from registry.evaluators.register_errors import RegisterRejected
from registry.evaluators.register_inputs import RegisterFiles, read_register
from registry.evaluators.register_models import ImportedEvaluator, RegisterImport
from registry.evaluators.register_rows import COLUMNS, EVALUATORS, LEGAL_FORMS, SCOPE, read_evaluator, read_grant
from registry.json_text import parse_json

TABLES = (Evaluator, ImportedEvaluator, RegisterImport, DossierVersion, EvaluatorName, Certificate, ScopeItem,
          QualificationEvent)  # fmt: skip


def counted(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def status_of(session: Session, code: str, valid_at: date, known_at: datetime = NOW) -> list[State]:
    evaluator = session.scalars(select(Evaluator).where(Evaluator.code == code)).one()
    return [each.status.state for each in status_service.status(session, evaluator, valid_at, known_at).items]


def violations_of(work: Callable[[], object]) -> tuple[Violation, ...]:
    with pytest.raises(RegisterRejected) as caught:
        work()
    return caught.value.violations


def test_an_imported_register_is_here_as_it_was_there(session: Session, tmp_path: Path) -> None:
    report = imported(session, small_register(tmp_path))

    assert (report.evaluators, report.items, report.was_there) == (2, 4, False)
    first, second = session.scalars(select(Evaluator).order_by(Evaluator.number)).all()
    assert (first.name, first.credit_code, first.region) == ("杭州第1环境评估有限公司", credit_code(1), "mca:330106")
    assert second.number == first.number + 1
    assert status_of(session, first.code, date(2024, 3, 1)) == [State.VALID, State.VALID, State.VALID]
    assert status_of(session, first.code, date(2025, 1, 1)) == [State.VALID, State.VALID, State.EXPIRED]
    assert status_of(session, first.code, date(2024, 2, 29)) == [State.NO_RECORD] * 3
    assert status_of(session, second.code, date(2024, 5, 31)) == [State.NOT_YET_VALID]


def test_a_respelled_credit_code_is_told_and_stays_in_the_log_as_it_was_written(
    session: Session, tmp_path: Path
) -> None:
    rows = [
        make_evaluator(1, credit_code=wide(credit_code(1))),
        make_evaluator(2, credit_code="", legal_form="university_unit", belongs_to=wide(credit_code(3))),
        make_evaluator(4),
    ]
    report = imported(session, read_rows(tmp_path, rows, [make_grant(1)]))

    assert [(each.ref, each.written, each.read_as) for each in report.respelled] == [
        ("浙评00001", wide(credit_code(1)), credit_code(1)),
        ("浙评00002", wide(credit_code(3)), credit_code(3)),
    ]
    assert session.scalars(select(Evaluator.credit_code).order_by(Evaluator.number)).first() == credit_code(1)
    assert any(wide(credit_code(1)) in each for each in session.scalars(select(Payload.content)))


def test_grants_are_decided_as_the_file_says_and_recorded_now(session: Session, tmp_path: Path) -> None:
    imported(session, small_register(tmp_path))

    event, same, other, last = session.scalars(select(QualificationEvent).order_by(QualificationEvent.seq)).all()
    assert (event.decided_on, event.effective_from, event.valid_to) == (
        date(2024, 2, 20), date(2024, 3, 1), date(2029, 3, 1),
    )  # fmt: skip
    assert event.published_at == datetime(2024, 3, 4, 16, tzinfo=UTC)
    assert other.published_at is None
    assert event.recorded_at == NOW
    assert last.valid_from == date(2024, 6, 1)
    assert event.decision_id == same.decision_id != other.decision_id
    assert status_of(session, "ev-000001", date(2025, 6, 1), NOW - timedelta(days=1)) == [State.NO_RECORD] * 3
    document = event_document(qualification_queries.to_event(event), "ev-000001", {"reason": event.reason})
    assert event.sha256 == digest(document)
    assert event.reason == f"Taken over from {SOURCE} of 2026-01-01: certificate 浙环评证00001 of 浙江省生态环境厅."


def test_rows_name_the_import_which_names_source_and_day(session: Session, tmp_path: Path) -> None:
    report = imported(session, small_register(tmp_path))

    kept = session.scalars(select(RegisterImport)).one()
    assert (kept.source, kept.as_of, kept.imported_by) == (SOURCE, AS_OF, "operator")
    mark = f"import:{report.import_id}"
    assert set(session.scalars(select(DossierVersion.submitted_by))) == {mark}
    assert set(session.scalars(select(QualificationEvent.recorded_by))) == {mark}
    assert set(session.scalars(select(Evaluator.created_by))) == {mark}
    assert session.scalars(select(ImportedEvaluator.ref).order_by(ImportedEvaluator.ref)).all() == [
        "浙评00001",
        "浙评00002",
    ]
    entry = parse_json((session.scalars(select(Entry.entry).order_by(Entry.index.desc())).first() or "").encode())
    assert (entry["action"], entry["subject"]) == ("register.import", f"register_import:{report.import_id}")


def test_certificates_of_several_items_are_one(session: Session, tmp_path: Path) -> None:
    imported(session, small_register(tmp_path))

    found = session.scalars(select(Certificate).order_by(Certificate.certificate_number)).all()
    assert [(each.certificate_number, each.dependency, each.valid_from, each.valid_to) for each in found] == [
        ("旧证7", "soft", date(2024, 3, 1), date(2025, 1, 1)),
        ("浙环评证00001", "hard", date(2024, 3, 1), date(2029, 3, 1)),
        ("浙环评证00002", "soft", date(2024, 6, 1), date(2029, 3, 1)),
    ]


def test_dossiers_are_of_the_form_that_applicants_hand_in(session: Session, tmp_path: Path) -> None:
    team = make_evaluator(3, legal_form="inspection_team", credit_code="", belongs_to="浙江省生态环境厅")
    unit = make_evaluator(4, legal_form="university_unit", credit_code="", belongs_to=credit_code(9))
    given = read_rows(tmp_path, [make_evaluator(1), team, unit], [make_grant(number) for number in (1, 3, 4)])
    imported(session, given)

    for kept in session.scalars(select(DossierVersion)):
        document = parse_json(kept.content.encode())
        assert digest(document) == kept.sha256
        assert schema_violations("evaluator.v1", document) == []
        # What expired since is no fault of a dossier that says so for the first time here.
        assert dossier_faults(document, Before(), AS_OF) == []
    parts = [parse_json(each.encode()) for each in session.scalars(select(DossierVersion.content))]
    assert {"name": "浙江省生态环境厅"} in [each.get("seconded_by") for each in parts]
    assert {"credit_code": credit_code(9)} in [each.get("parent") for each in parts]


def test_the_same_register_again_changes_nothing(session: Session, tmp_path: Path) -> None:
    imported(session, small_register(tmp_path))
    before = counted(session)

    report = imported(session, small_register(tmp_path), NOW + timedelta(days=1))

    assert report.was_there
    assert counted(session) == before


def test_order_and_format_make_no_other_register(session: Session, tmp_path: Path) -> None:
    evaluators, grants = [make_evaluator(1), make_evaluator(2)], [make_grant(1), make_grant(2)]
    imported(session, read_rows(tmp_path, evaluators, grants))

    again = read_register(write_workbook(tmp_path / "名录.xlsx", evaluators[::-1], grants[::-1]), AS_OF)

    assert again.violations == ()
    assert imported(session, again).was_there


def test_a_dry_run_finds_the_same_and_saves_nothing(session: Session, tmp_path: Path) -> None:
    before = counted(session)

    report = imported(session, small_register(tmp_path), is_dry_run=True)

    assert (report.evaluators, report.import_id) == (2, None)
    assert counted(session) == before


def test_numbers_and_seqs_go_on_where_they_were(session: Session, tmp_path: Path) -> None:
    imported(session, small_register(tmp_path))
    imported(session, read_rows(tmp_path, [make_evaluator(3)], [make_grant(3)]), NOW - timedelta(hours=1))

    assert session.scalars(select(QualificationEvent.seq).order_by(QualificationEvent.seq)).all() == [1, 2, 3, 4, 5]
    assert session.scalars(select(Evaluator.code).order_by(Evaluator.number)).all()[-1] == "ev-000003"
    # A clock that went back does not change what was known before.
    newest = session.scalars(select(QualificationEvent.recorded_at).order_by(QualificationEvent.seq.desc())).first()
    assert newest == NOW


def test_evaluators_that_are_registered_are_named_with_the_other_faults(session: Session, tmp_path: Path) -> None:
    imported(session, small_register(tmp_path))
    given = read_rows(tmp_path, [make_evaluator(2, ref="x"), make_evaluator(3, region="杭州")], [make_grant(3)])

    found = violations_of(lambda: imported(session, given))

    assert {(each.row, each.column, each.code) for each in found} == {
        (2, "credit_code", "already-registered"),
        (3, "region", "bad-region-reference"),
    }
    assert "ev-000002" in next(each.message for each in found if each.row == 2)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"ref": ""}, "ref", "missing-value"),
        ({"ref": "浙评00001"}, "ref", "doubled-value"),
        ({"name": "null"}, "name", "missing-value"),
        ({"name": "长" * 201}, "name", "long-value"),
        ({"name": "杭\u202e州"}, "name", "hidden-character"),
        ({"credit_code": ""}, "credit_code", "credit_code_missing"),
        ({"credit_code": "91330106000000001"}, "credit_code", "credit_code_wrong_length"),
        ({"credit_code": "9.13301E+17"}, "credit_code", "credit_code_lost_digits"),
        ({"credit_code": credit_code(1)}, "credit_code", "doubled-value"),
        ({"legal_form": "Ltd"}, "legal_form", "unknown-word"),
        ({"legal_form": "inspection_team"}, "belongs_to", "missing-value"),
        ({"belongs_to": "浙江大学"}, "belongs_to", "wrong-for-legal-form"),
        ({"region": "杭州"}, "region", "bad-region-reference"),
        ({"region": "mca:330106@2020-01-01"}, "region", "dated-region"),
    ],
)
def test_a_bad_evaluator_is_named_by_its_cell(tmp_path: Path, changes: dict[str, str], column: str, code: str) -> None:
    given = read_rows(tmp_path, [make_evaluator(1), make_evaluator(2, **changes)], [make_grant(1)])

    found = [each for each in given.violations if each.file == "evaluators.csv"]
    assert [(each.row, each.column, each.code) for each in found] == [(3, column, code)]
    assert found[0].fix
    if changes.get(column):
        assert found[0].value


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"ref": "浙评00009"}, "ref", "unknown-ref"),
        ({"certificate_number": ""}, "certificate_number", "missing-value"),
        ({"dependency": "strict"}, "dependency", "unknown-word"),
        ({"regions": "浙江;mca:33"}, "regions", "bad-region-reference"),
        ({"regions": ""}, "regions", "missing-value"),
        ({"descendants": "maybe"}, "descendants", "neither-yes-nor-no"),
        ({"from_version": "2"}, "from_version", "bad-version"),
        ({"before_version": "2.0.0"}, "before_version", "versions-not-in-order"),
        ({"decided_on": "20240220"}, "decided_on", "bad-day"),
        ({"decided_on": "2026-01-02"}, "decided_on", "day-after-the-register"),
        ({"published_on": "2026-01-02"}, "published_on", "day-after-the-register"),
        ({"effective_from": "2024-02-30"}, "effective_from", "bad-day"),
        ({"effective_from": "1024-03-01"}, "effective_from", "day-out-of-range"),
        ({"valid_from": "2024-02-29"}, "valid_from", "days-out-of-order"),
        ({"valid_to": "2024-03-01"}, "valid_to", "days-out-of-order"),
        ({"valid_to": "9999-12-31"}, "valid_to", "day-out-of-range"),
        ({"valid_to": ""}, "valid_to", "missing-value"),
        ({}, None, "doubled-row"),
    ],
)
def test_a_bad_grant_is_named_by_its_cell(
    tmp_path: Path, changes: dict[str, str], column: str | None, code: str
) -> None:
    given = read_rows(tmp_path, [make_evaluator(1)], [make_grant(1), make_grant(1, **changes)])

    found = {(each.row, each.column, each.code) for each in given.violations}
    assert found == {(3, column, code)}


def test_every_fault_of_both_files_is_told_at_once(session: Session, tmp_path: Path) -> None:
    given = read_rows(
        tmp_path,
        [make_evaluator(1, name="", region="x"), make_evaluator(2, legal_form="x")],
        [make_grant(1, decided_on="x", valid_to="y"), make_grant(3)],
    )
    before = counted(session)

    found = violations_of(lambda: imported(session, given))

    assert [(each.file, each.row, each.column) for each in found] == [
        ("evaluators.csv", 2, "name"), ("evaluators.csv", 2, "region"), ("evaluators.csv", 3, "legal_form"),
        ("scope.csv", 2, "decided_on"), ("scope.csv", 2, "valid_to"), ("scope.csv", 3, "ref"),
    ]  # fmt: skip
    assert counted(session) == before


def test_cells_of_a_workbook_are_named_with_their_sheet(tmp_path: Path) -> None:
    files = write_workbook(tmp_path / "名录.xlsx", [make_evaluator(1, name="null")], [make_grant(1, standard="")])

    found = read_register(files, AS_OF).violations

    assert [(each.file, each.sheet, each.row, each.column) for each in found] == [
        ("名录.xlsx", EVALUATORS, 2, "name"),
        ("名录.xlsx", SCOPE, 2, "standard"),
    ]


def test_headings_of_both_files_are_checked_at_once(tmp_path: Path) -> None:
    evaluator = {name: value for name, value in make_evaluator().items() if name != "region"}
    files = write_files(tmp_path, [evaluator | {"phone": "1"}], [make_grant() | {"note": ""}])

    found = violations_of(lambda: read_register(files, AS_OF))

    assert [(each.file, each.column, each.code) for each in found] == [
        ("evaluators.csv", "region", "missing-column"),
        ("evaluators.csv", "phone", "unknown-column"),
        ("scope.csv", "note", "unknown-column"),
    ]
    assert "ref" in found[0].fix


def test_columns_that_may_be_empty_may_be_missing(tmp_path: Path) -> None:
    needed = {table: {each.name for each in rules if each.is_needed} for table, rules in COLUMNS.items()}
    evaluator = {
        name: value for name, value in make_evaluator().items() if name in needed[EVALUATORS] | {"credit_code"}
    }
    grant = {name: value for name, value in make_grant().items() if name in needed[SCOPE]}

    assert read_register(write_files(tmp_path, [evaluator], [grant]), AS_OF).violations == ()


def test_a_record_that_cannot_be_taken_apart_is_named(tmp_path: Path) -> None:
    files = write_files(tmp_path, [make_evaluator(1)], [make_grant(1), make_grant(2)])
    with files.evaluators.open("a", encoding="utf-8") as file:
        file.write("浙评00002,only two\n")

    assert [(each.file, each.row) for each in read_register(files, AS_OF).violations] == [("evaluators.csv", 3)]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"nothing\.csv"):
        read_register(RegisterFiles(tmp_path / "nothing.csv", tmp_path / "nothing.csv"), AS_OF)


@given_values(st.dictionaries(st.sampled_from([each.name for each in COLUMNS[EVALUATORS]]), st.text(max_size=30)))
def test_an_evaluator_is_read_or_refused_whatever_it_says(changes: dict[str, str]) -> None:
    found, faults = read_evaluator(make_evaluator() | changes)

    assert (found is None) == bool(faults)


@given_values(st.dictionaries(st.sampled_from([each.name for each in COLUMNS[SCOPE]]), st.text(max_size=30)))
def test_a_grant_is_read_or_refused_whatever_it_says(changes: dict[str, str]) -> None:
    found, faults = read_grant(make_grant() | changes, AS_OF)

    assert (found is None) == bool(faults)


def test_legal_forms_are_those_of_dossiers() -> None:
    assert list(LEGAL_FORMS) == read_schema("evaluator.v1")["properties"]["legal_form"]["enum"]


def test_nothing_but_the_whole_of_an_import_is_seen_by_others(database: Database, tmp_path: Path) -> None:
    given = small_register(tmp_path)

    def fail(session: Session) -> None:
        imported(session, given)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(database, fail)

    assert read(database, counted) == [0] * len(TABLES)


KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from registry.accounts.permissions import OPERATOR
from registry.db import open_database, write
from registry.evaluators.register_inputs import RegisterFiles, read_register
from registry.evaluators.register_service import Terms, import_register

def die(share, step):
    if step == "Saving" and share > float(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)

given = read_register(RegisterFiles(Path(sys.argv[2]), Path(sys.argv[3])), date(2026, 1, 1))
terms = Terms("x", datetime(2026, 3, 1, tzinfo=UTC), progress=die)
write(open_database(sys.argv[1]), lambda session: import_register(session, OPERATOR, given, terms))
"""


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.4, 0.8, 0.99])
def test_a_kill_in_the_middle_leaves_nothing(
    database: Database, database_url: str, tmp_path: Path, share: float
) -> None:
    given = small_register(tmp_path)
    files = (tmp_path / "evaluators.csv", tmp_path / "scope.csv", str(share))
    command = [sys.executable, "-c", KILLED, database_url, *files]
    done = subprocess.run(command, check=False, env=os.environ.copy())

    assert done.returncode == -signal.SIGKILL
    assert read(database, counted) == [0] * len(TABLES)
    write(database, lambda session: imported(session, given))
    assert read(database, counted) == [2, 2, 1, 2, 2, 3, 4, 4]


def test_what_an_import_wrote_cannot_be_changed(session: Session, tmp_path: Path) -> None:
    imported(session, small_register(tmp_path))

    for table in (RegisterImport, ImportedEvaluator):
        assert Base.metadata.tables[table.__tablename__].info["immutable"]
    found = session.scalars(select(RegisterImport)).one()
    found.source = "another"
    with pytest.raises(Exception, match="immutable"):
        session.flush()
