"""Files of bidders: read, answered, stored whole or not at all, given back with the answers."""

import csv
import io
import signal
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import doomed_bidders
import pytest
from api_requests import assert_problem, stranger_of
from evaluator_samples import at
from exclusion_samples import record_list, xlsx_of
from log_rows import faults
from people import Person, make_person
from register_samples import credit_code
from sheet_reading import read as read_workbook
from sqlalchemy import func, select
from starlette.testclient import TestClient
from vetting_samples import make_vetting
from warm_processes import start_process

from registry.accounts.permissions import OPERATOR, Role
from registry.db import Database, read, write
from registry.eligibility import batch_service
from registry.eligibility.batch import Defaults, competing, read_bidder
from registry.eligibility.batch_inputs import BiddersFile, read_bidders_bytes
from registry.eligibility.batch_service import (
    Order,
    Prepared,
    Report,
    answer_batch,
    answered_file,
    prepare_batch,
    store_batch,
)
from registry.eligibility.check_service import replay
from registry.eligibility.eligibility_errors import BiddersRejected
from registry.eligibility.models import EligibilityCheck
from registry.evaluators.models import Evaluator

BATCHES = "/api/v1/eligibility-batches"
KNOWN = at("2026-03-10")
LOT = Defaults(
    domain="agri", region="mca:420000", type="annual", level="town", standard="rural-rev@2.1.0",
    first="2026-05-01", until="2026-10-01",
)  # fmt: skip
QUERY = {
    "domain": "agri", "region": "mca:420000", "type": "annual", "level": "town", "standard": "rural-rev@2.1.0",
    "from": "2026-05-01", "to": "2026-10-01",
}  # fmt: skip


def file_of(*rows: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def lines_of(workbook: bytes) -> list[list[str]]:
    table = read_workbook(workbook)
    return [list(table.heading), *(table.record(index) for index in range(len(table)))]


@dataclass(frozen=True)
class World:
    database: Database
    client: TestClient
    evaluator: str
    buyer: Person

    def send(
        self, content: bytes, path: str = "", name: str = "bidders.csv", key: str | None = None, **query: Any
    ) -> Any:
        headers = self.buyer.bearer | ({} if key is None else {"Idempotency-Key": key})
        files = {"file": (name, content)}
        return self.client.post(f"{BATCHES}{path}", params=QUERY | query, files=files, headers=headers)

    def count(self) -> int:
        return (
            read(self.database, lambda session: session.scalar(select(func.count()).select_from(EligibilityCheck))) or 0
        )


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Any:
    def setup(session: Any) -> Any:
        vetting = make_vetting(session, tmp_path)
        vetting.granted(effective="2024-01-05", valid_to="2028-01-01")
        return vetting.evaluator.code, make_person(session, Role.PROCUREMENT)

    code, buyer = write(database, setup)
    with stranger_of(database, public_url="https://registry.example") as client:
        yield World(database, client, code, buyer)


def test_rows_say_more_than_the_defaults_and_every_fault_of_a_row_is_told() -> None:
    cells = {"evaluator": "ev-000001", "name": "", "domain": "env", "from": "2026-06-01", "subject": "mca:1; mca:2"}
    bidder, none = read_bidder(2, cells, LOT)
    nobody, wrong = read_bidder(3, {"evaluator": "", "from": "soon", "to": ""}, Defaults(domain="agri"))
    swapped = read_bidder(4, {"evaluator": "ev-000001", "to": "2026-05-01"}, LOT)[1]

    assert bidder is not None
    assert none == []
    assert (bidder.written.scope[0].domain, bidder.written.scope[0].region) == ("env", "mca:420000")
    assert (str(bidder.written.window.valid_from), bidder.written.subjects) == ("2026-06-01", ("mca:1", "mca:2"))
    assert nobody is None
    assert {each.column for each in wrong} == {"evaluator", "region", "type", "standard", "from"}
    assert [(each.code, each.column) for each in swapped] == [("window-empty", "to")]


def test_competitors_are_the_others_of_the_lot_and_not_too_many() -> None:
    lines = [("ev-1", "A"), ("ev-2", "A"), ("ev-3", "B"), *((f"ev-9{number}", "C") for number in range(52))]
    bidders = [read_bidder(2, {"evaluator": code, "name": "", "lot": lot}, LOT)[0] for code, lot in lines]

    found = list(competing([each for each in bidders if each is not None]))

    assert [each.written.other_bidders for each, _ in found[:3]] == [("ev-2",), ("ev-1",), ()]
    assert [None if fault is None else fault.code for _, fault in found] == [None] * 3 + ["too-many-competitors"] * 52


def test_a_file_in_chinese_is_answered_stored_once_and_given_back(world: World) -> None:
    rows = [{"评估机构": world.evaluator, "机构名称": "=1+1"}, {"评估机构": credit_code(77), "机构名称": "别处评估院"}]
    query = {"known_at": "2026-03-10T00:00:00Z", "as_competitors": True, "attest": True}
    for name, content in (("bidders.csv", file_of(*rows)), ("bidders.xlsx", xlsx_of(rows))):
        before = world.count()
        dry = world.send(content, name=name, dry_run=True, **query)
        assert (dry.status_code, world.count()) == (200, before), dry.text

        stored = world.send(content, name=name, key=name, **query)
        again = world.send(content, name=name, **query)
        resent = world.send(content, name=name, key=name, **query)

        assert stored.status_code == 201, stored.text
        made, repeated = stored.json(), again.json()
        assert world.count() == before + 2
        assert (made["was_there"], repeated["was_there"]) == (False, True)
        assert repeated["bidders"] == made["bidders"]
        assert resent.json() == made
        registered, stranger = made["bidders"]
        assert registered["attestation"] is not None
        assert (stranger["attestation"], stranger["not_attested"]) == (None, "not registered")
        assert sum(made["verdicts"].values()) == 2
        assert made["reason_codes"]["NO_RECORD"] == 1
        assert [each["result_sha256"] for each in dry.json()["bidders"]] == [
            each["result_sha256"] for each in made["bidders"]
        ]

        back = world.send(content, "/annotated-file", name=name, language="zh", **query)
        assert back.status_code == 200, back.text
        lines = (
            list(csv.reader(io.StringIO(back.content.decode("utf-8-sig")))) if name.endswith(".csv")
            else lines_of(back.content)
        )  # fmt: skip
        assert lines[0][:4] == ["评估机构", "机构名称", "verdict", "reasons"]
        assert lines[1][5] == registered["decision_id"]
        assert lines[1][1] == ("'=1+1" if name.endswith(".csv") else "=1+1")
        assert "NO_RECORD: 登记系统中没有" in lines[2][3]
    assert faults(world.database) == []

    def replayed(session: Any) -> list[bool]:
        return [replay(session, each).is_same for each in session.scalars(select(EligibilityCheck))]

    assert set(read(world.database, replayed)) == {True}


def test_two_spellings_of_a_bidder_do_not_compete(world: World) -> None:
    def spelt(session: Any) -> list[str]:
        code = session.scalars(select(Evaluator.credit_code).where(Evaluator.code == world.evaluator)).one()
        given = read_bidders_bytes("a.csv", file_of({"evaluator": world.evaluator}, {"evaluator": code.lower()}))
        found = answer_batch(session, OPERATOR, given, Order(LOT, KNOWN, as_competitors=True)).answers
        return [rule["reason_code"] for each in found for rule in each.content["rules"]]

    assert "COI_IS_PARTY" not in read(world.database, spelt)


def test_an_answered_file_sent_again_is_answered_anew(world: World) -> None:
    def twice(session: Any) -> None:
        order = Order(LOT, KNOWN)
        first = answer_batch(session, OPERATOR, read_bidders_bytes("a.csv", content), order)
        file = answered_file(first, "en")
        second = answer_batch(session, OPERATOR, read_bidders_bytes("a.csv", file.content), order)
        assert answered_file(second, "en").content == file.content

    content = file_of({"evaluator": world.evaluator, "name": "-5"})
    read(world.database, twice)


def test_bad_rows_are_all_told_and_nothing_is_stored(world: World) -> None:
    content = file_of(
        {"evaluator": "ev-999999", "region": "", "to": "", "payer": ""},
        {"evaluator": "123", "region": "nowhere", "to": "soon", "payer": ""},
        {"evaluator": world.evaluator, "region": "nowhere", "to": "", "payer": "44"},
        {"evaluator": world.evaluator, "region": "", "to": "", "payer": ""},
    )

    refused = assert_problem(world.send(content), 422, "bidders-rejected")

    places = [(each["row"], each["column"]) for each in refused["errors"]]
    assert {(2, "evaluator"), (3, "evaluator"), (3, "to"), (4, "region"), (4, "payer")} <= set(places)
    assert world.count() == 0
    back = world.send(content, "/annotated-file").content.decode("utf-8-sig").splitlines()
    assert back[0].endswith(",error")
    assert "region: " in back[3]
    wrong = assert_problem(world.send(file_of({"levle": "town"})), 422, "bidders-rejected")
    assert {each["code"] for each in wrong["errors"]} == {"missing-column", "unknown-column"}


def test_a_kill_leaves_all_of_a_batch_or_nothing(world: World, database_url: str) -> None:
    content = file_of({"evaluator": world.evaluator}, {"evaluator": credit_code(77)})
    moments = 0
    for moment in range(1, 20):
        process = start_process(doomed_bidders.main, database_url, content, moment)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        process.close()
        moments = moment
        assert world.count() in (0, 2)
        if world.count():
            break

    assert moments > 3
    assert faults(world.database) == []
    given = read_bidders_bytes("bidders.csv", content)
    kept = stored(world.database, prepared(world.database, given))
    assert (kept.was_there, world.count()) == (True, 2)


def prepared(database: Database, given: BiddersFile) -> Prepared:
    return read(database, lambda session: prepare_batch(session, OPERATOR, given, Order(LOT, KNOWN)))


def stored(database: Database, ready: Prepared) -> Report:
    return write(database, lambda session: store_batch(session, OPERATOR, ready, Order(LOT, KNOWN), KNOWN))


def test_what_others_record_while_a_file_is_answered_counts_where_it_was_to_be_known(world: World) -> None:
    """By a clock that is behind; what is recorded after the instant of the question changes nothing."""
    given = read_bidders_bytes("bidders.csv", file_of({"evaluator": world.evaluator}))
    ready = prepared(world.database, given)
    write(world.database, lambda session: record_list(session, code="later", now=KNOWN + timedelta(seconds=1)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batch_service, "answer_batch", None)
        found = stored(world.database, ready)
    assert [each.sha256 for each in found.answers] == [each.sha256 for each in ready.report.answers]

    given = read_bidders_bytes("bidders.csv", file_of({"evaluator": world.evaluator}, {"evaluator": credit_code(77)}))
    ready = prepared(world.database, given)
    write(world.database, lambda session: record_list(session, code="earlier", now=KNOWN - timedelta(days=1)))
    found = stored(world.database, ready)
    assert [each.sha256 for each in found.answers] != [each.sha256 for each in ready.report.answers]
    assert all("earlier" in str(each.content) for each in found.answers)


def test_a_file_without_bidders_is_refused() -> None:
    with pytest.raises(BiddersRejected, match="cannot be taken"):
        read_bidders_bytes("a.csv", file_of({"name": "x"}))
