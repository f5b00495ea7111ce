"""Damaged files of each format, sent to a real server: each gets an answer, and the same process goes on serving.

REGISTRY_DAMAGED_FILES raises the number of examples for each format.
"""

import json
import os
from collections.abc import Callable, Iterator

import pytest
from api_requests import COMPARISONS, JSON_TYPE, make_body
from bad_input_list import bodies_of
from builders import make_check, make_report
from databases import Databases
from faces import assert_discreet, csv_of, files_of
from file_samples import BOMBS, parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live_server import Answer, LiveServer, Nursery, multipart
from xls_files import OldSheet, old_workbook
from xlsx_files import plain_workbook

EXAMPLES = int(os.environ.get("REGISTRY_DAMAGED_FILES", "40"))
MOST_RESIDENT_BYTES = 512 * 2**20
CHECK = f"{COMPARISONS}?dry_run=true"
REPORT = make_report()
ROWS = [list(REPORT), list(REPORT.values())]
CELLS = {(row, column): text for row, cells in enumerate(ROWS) for column, text in enumerate(cells)}
SOUND = {
    "reports.csv": csv_of([REPORT]),
    "reports.xlsx": plain_workbook(("S", ROWS)),
    "reports.xls": old_workbook(OldSheet(cells=CELLS)),
    "reports.parquet": parquet({name: [value] for name, value in REPORT.items()}),
    "reports.json": json.dumps([REPORT]).encode(),
    "criteria.json": files_of()["criteria"][1],
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("damaged")
    with Nursery(folder / "log.txt") as nursery, nursery.serve(databases.migrated("sqlite", folder)) as started:
        yield started
        assert "Traceback" not in (folder / "log.txt").read_text("utf-8")


@pytest.fixture
def unharmed(server: LiveServer) -> Iterator[LiveServer]:
    """The server, which must be the same process afterwards, serving and small."""
    yield server
    assert server.is_serving()
    assert server.most_resident_bytes() < MOST_RESIDENT_BYTES
    assert server.hand_in(json.dumps(make_body()).encode(), {}).status == 201


def send(server: LiveServer, name: str, content: bytes) -> Answer:
    role = "criteria" if name == "criteria.json" else "reports"
    body, headers = multipart(files_of() | {role: (name, content)})
    return server.request("POST", CHECK, body, headers)


def require_answer(answer: Answer) -> None:
    assert answer.status in {200, 201, 400, 413, 422}, answer.body
    if answer.status >= 400:
        assert_discreet(answer.body.decode())


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound file with bytes changed, taken out or put in, cut off, or followed by others."""
    content = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content)))
        end = min(len(content), place + draw(st.sampled_from([0, 1, 1, 4, 64, len(sound)])))
        content[place:end] = draw(st.one_of(st.binary(max_size=8), st.just(b""), st.just(bytes(content[:place][-64:]))))
    return bytes(content)


@pytest.mark.parametrize("name", SOUND)
def test_a_damaged_file_gets_an_answer(unharmed: LiveServer, name: str) -> None:
    statuses = set()

    @given(content=damaged(SOUND[name]))
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    def try_it(content: bytes) -> None:
        answer = send(unharmed, name, content)
        require_answer(answer)
        statuses.add(answer.status)

    try_it()

    assert send(unharmed, name, SOUND[name]).status == 200
    assert statuses & {400, 422}


@given(content=damaged(json.dumps(make_body(reports=[REPORT], spot_checks=[make_check()])).encode()))
@settings(
    max_examples=EXAMPLES, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_a_damaged_body_gets_an_answer(unharmed: LiveServer, content: bytes) -> None:
    require_answer(unharmed.request("POST", CHECK, content, JSON_TYPE))


@given(content=st.binary(max_size=300), name=st.sampled_from(list(SOUND)))
@settings(
    max_examples=EXAMPLES, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_any_bytes_get_an_answer(unharmed: LiveServer, content: bytes, name: str) -> None:
    require_answer(send(unharmed, name, content))


LARGE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "D13 100,000 arrays": ("criteria.json", lambda: bodies_of("D13")[0]),
    "D21 5,000 digits": ("criteria.json", lambda: bodies_of("D21")[0]),
    "D30 a megabyte": ("criteria.json", lambda: bodies_of("D30")[0]),
    "D44 400 MB of spaces": ("reports.xlsx", lambda: BOMBS["400 MB of spaces"][0]),
    "D45 two far cells": ("reports.xlsx", lambda: bodies_of("D45")[0]),
    "D54 200 million rows": ("reports.parquet", lambda: bodies_of("D54")[0]),
    "one text in 150,000 cells": ("reports.xlsx", lambda: BOMBS["one text in 150,000 cells"][0]),
    "30 MB of commas": ("reports.csv", lambda: b"," * 30_000_000),
    "30 MB of quotes": ("reports.csv", lambda: b'"' * 30_000_000),
    "30 MB of line ends": ("reports.csv", lambda: b"\n" * 30_000_000),
    "a JSON text of 30 MB": ("reports.json", lambda: b'["' + b"x" * 30_000_000 + b'"]'),
}


@pytest.mark.parametrize(("name", "make"), LARGE.values(), ids=LARGE)
def test_a_bomb_costs_the_server_nothing(unharmed: LiveServer, name: str, make: Callable[[], bytes]) -> None:
    require_answer(send(unharmed, name, make()))
