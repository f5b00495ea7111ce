"""Time to answer GET /api/v1/eligibility, beside the limit of the machine and beside Datasette.

python benchmarks/eligibility_endpoint.py more URL          adds 20,000 engagements and 5,000 scores to a
                                                            register that `benchmarks/eligibility.py make URL`
                                                            made in SQLite
python benchmarks/eligibility_endpoint.py ask URL DATASETTE rounds of requests with 16 and 64 connections

DATASETTE: the command, of an environment of its own. All servers have one process. The limit is bare Starlette with one
raw query for the same rows, and Datasette has that query as a canned one. `first`: every question for the first time.
`again`: 200 questions asked before. `while others write`: the same, while each second an entry of the log forgets all
that is kept. CPU is that of the server's process, of all its threads; other work on the
machine moves it less than the rest.
"""

import asyncio
import itertools
import json
import math
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from builders import make_visits
from evaluators import EVALUATORS, timed
from fieldwork_samples import make_document
from people import make_person
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.permissions import Role
from registry.audit.entry import Event
from registry.audit.service import append
from registry.bulk_rows import add_columns
from registry.clock import utc_now
from registry.db import open_database, write
from registry.evaluators.models import Evaluator
from registry.fieldwork.engagement_document import terms_document
from registry.fieldwork.models import EngagementEventRow, EngagementRow, ScoredParty
from registry.reliability import queries as comparisons
from registry.reliability.score_models import ComparedEvaluator
from registry.reliability.service import run_submission
from registry.reliability.submission import JSON, Options, SourceFile, Submission

ENGAGEMENTS, SCORES, AGAIN, ROUNDS, SECONDS = 20_000, 5_000, 200, 5, 2.0
TICKS = os.sysconf("SC_CLK_TCK")
# All that a decision about one evaluator rests on, as one query.
ROWS = """
WITH RECURSIVE body AS (SELECT id, code, 'uscc:' || credit_code AS key, credit_code FROM evaluators WHERE code = :code),
above(key) AS (SELECT key FROM body UNION SELECT e.owner FROM ownership_edges e JOIN above ON e.owned = above.key)
SELECT 'item' AS kind, i.domain AS a, i.regions AS b, i.standard_family AS c, i.from_version AS d
FROM scope_items i JOIN body ON i.evaluator_id = body.id
UNION ALL SELECT 'event', e.type, e.effective_from, e.valid_to, e.causes
FROM qualification_events e JOIN body ON e.evaluator_id = body.id
UNION ALL SELECT 'name', n.name, n.valid_from, n.valid_to, n.known_from
FROM evaluator_names n JOIN body ON n.evaluator_id = body.id
UNION ALL SELECT 'owner', e.owner, e.owned, e.share, e.seen_at
FROM ownership_edges e JOIN above ON e.owned = above.key
UNION ALL SELECT 'dossier', d.content, d.submitted_at, d.number, NULL
FROM dossier_versions d JOIN body ON d.evaluator_id = body.id
UNION ALL SELECT 'list', s.list_code, s.queried_at, s.content_number, NULL FROM exclusion_snapshots s
UNION ALL SELECT 'work', v.kind, v.effective_from, v.agreement, v.recorded_at
FROM body CROSS JOIN engagements g ON g.evaluator_id = body.id CROSS JOIN engagement_events v ON v.engagement_id = g.id
UNION ALL SELECT 'score', s.grade, s.score, s.low, s.recorded_at
FROM compared_evaluators s JOIN body ON s.evaluator = body.code
"""
LIMIT = """
import json, sqlite3, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
import uvicorn
held = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, check_same_thread=False)
query = sys.argv[3]
async def rows(request):
    cursor = held.execute(query, {"code": request.query_params["code"]})
    names = [each[0] for each in cursor.description]
    content = json.dumps([dict(zip(names, row)) for row in cursor], ensure_ascii=False).encode()
    return Response(content, media_type="application/json")
uvicorn.run(Starlette(routes=[Route("/rows", rows)]), port=int(sys.argv[2]), log_level="warning")
"""


def add_engagements(session: Session) -> None:
    """Of 20,000 evaluators, one each, agreed and begun."""
    known = session.scalars(select(Evaluator.id).order_by(Evaluator.code).limit(ENGAGEMENTS)).all()
    ids, count, at = [uuid4() for _ in known], len(known), datetime(2025, 4, 1, tzinfo=UTC)
    town, numbers = "mca:330106001", range(1, count + 1)
    window = {"from": "2025-05-01", "to": "2025-10-01"}
    terms = terms_document(make_document(window=window), {"payer": "mca:330100", "scored": [town]})
    columns: list[tuple[Any, dict[str, Sequence[Any]]]] = [
        (EngagementRow, {
            "id": ids, "number": numbers, "evaluator_id": known, "commissioner": ["mca:330100"] * count,
            "contract_reference": [f"HT-{each}" for each in numbers], "attempt": [1] * count,
            "content_sha256": ["0" * 64] * count,
        }),
        (EngagementEventRow, {
            "number": numbers, "engagement_id": ids, "kind": ["agreed"] * count, "effective_from": [at.date()] * count,
            "agreement": [terms] * count, "reason": [""] * count, "recorded_at": [at] * count,
            "recorded_by": ["operator"] * count,
        }),
        (ScoredParty, {"party": [f"mca:3301{each:08}" for each in numbers], "engagement_id": ids}),
    ]  # fmt: skip
    for table, given in columns:
        nothing = {name: [None] * count for name in table.__table__.c.keys() if name not in given}  # noqa: SIM118
        for _ in add_columns(session, table.__table__, given | nothing):
            """Some thousands at once."""


def add_scores(session: Session) -> None:
    """Of 5,000 evaluators what a recorded comparison says of one."""
    codes = session.scalars(select(Evaluator.code).order_by(Evaluator.code).limit(SCORES + 1)).all()
    reports, checks, criteria = make_visits({codes[0]: [(1, 10)] * 12})
    contents = (reports.to_dict("records"), checks.to_dict("records"), criteria)
    files = [SourceFile(f"{place}.json", json.dumps(each).encode(), JSON) for place, each in enumerate(contents)]
    comparisons.record(session, run_submission(Submission(*files, Options())), datetime(2026, 2, 1, tzinfo=UTC))
    row = session.execute(select(ComparedEvaluator.__table__)).mappings().one()
    columns = {name: [value] * SCORES for name, value in row.items()} | {"evaluator": codes[1:]}
    for _ in add_columns(session, ComparedEvaluator.__table__, columns):
        """Some thousands at once."""


def more(url: str) -> None:
    database = open_database(url)
    timed(f"add {SCORES:,} scores", lambda: write(database, add_scores))
    timed(f"add {ENGAGEMENTS:,} engagements", lambda: write(database, add_engagements))
    database.close()


@dataclass(frozen=True)
class Server:
    name: str
    process: subprocess.Popen[bytes]
    port: int
    path_of: Callable[[int], str]
    headers: str = ""

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def request(self, number: int) -> bytes:
        return f"GET {self.path_of(number)} HTTP/1.1\r\nhost: 127.0.0.1\r\n{self.headers}\r\n".encode()


@dataclass(frozen=True)
class Figures:
    per_s: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


async def _one(server: Server, numbers: Iterator[int], until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    while time.perf_counter() < until and (number := next(numbers, None)) is not None:
        begun = time.perf_counter()
        writer.write(server.request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{server.name}: {head.decode()} {(await reader.read(2000)).decode()}")
        fields = head.lower().split(b"\r\n")
        length = next((int(each.split(b":")[1]) for each in fields if each.startswith(b"content-length")), None)
        if length is not None:
            await reader.readexactly(length)
        else:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        times.append(1000 * (time.perf_counter() - begun))
    writer.close()


def measure(server: Server, connections: int, numbers: Iterator[int], seconds: float = SECONDS) -> Figures:
    times: list[float] = []

    async def all_of_them() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(_one(server, numbers, until, times) for _ in range(connections)))

    own, begun = server.cpu_s(), time.perf_counter()
    asyncio.run(all_of_them())
    cpu, wall = server.cpu_s() - own, time.perf_counter() - begun
    times.sort()
    return Figures(
        len(times) / wall, 1000 * cpu / len(times), statistics.median(times), times[int(0.99 * (len(times) - 1))]
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(name: str, command: Sequence[str], port: int, **more: Any) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | more.pop("environment", {}))
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit(f"{name} did not start.") from None
                time.sleep(0.1)
        yield Server(name, process, port, **more)
    finally:
        process.terminate()
        process.wait()


def question(number: int) -> str:
    asked = {
        "evaluator": f"ev-{number:06d}", "domain": "environment", "region": "mca:330106", "type": "assessment",
        "level": "township", "standard": "town-environment@2.1.0", "from": "2026-05-01", "to": "2026-10-01",
        "subject": "mca:330106", "commissioner": "mca:330000",
    }  # fmt: skip
    return f"/api/v1/eligibility?{urlencode(asked)}"


@contextmanager
def own_server(url: str, folder: Path) -> Iterator[Server]:
    database, port = open_database(url), free_port()
    key = write(database, lambda session: make_person(session, Role.PROCUREMENT, name=f"b{time.time_ns()}").key)
    database.close()
    command = [sys.executable, "-m", "registry", "serve", "--port", str(port)]
    environment = {"REGISTRY_DATABASE_URL": url, "REGISTRY_KEYS_DIR": str(folder / "keys")}
    headers = f"authorization: Bearer {key}\r\n"
    with running("registry", command, port, path_of=question, headers=headers, environment=environment) as server:
        yield server


@contextmanager
def peers(url: str, datasette: str, folder: Path) -> Iterator[list[Server]]:
    file, path = url.removeprefix("sqlite:///"), folder / "metadata.json"
    path.write_text(json.dumps({"databases": {Path(file).stem: {"queries": {"rows": {"sql": ROWS}}}}}))
    ports = free_port(), free_port()
    program = [sys.executable, "-c", LIMIT, file, str(ports[0]), ROWS]
    peer = [datasette, "serve", file, "--port", str(ports[1]), "--metadata", str(path)]
    canned = f"/{Path(file).stem}/rows.json"
    with ExitStack() as opened:
        yield [
            opened.enter_context(running("limit", program, ports[0], path_of=lambda n: f"/rows?code=ev-{n:06d}")),
            opened.enter_context(
                running("datasette", peer, ports[1], path_of=lambda n: f"{canned}?code=ev-{n:06d}&_shape=objects")
            ),
        ]


def numbers_of(seed: int, few: int | None) -> Iterator[int]:
    """few: of so many that are asked about again and again; None: nobody twice."""
    rng = random.Random(seed)
    if few is None:
        return iter(rng.sample(range(1, EVALUATORS + 1), EVALUATORS))
    known = random.Random(1).sample(range(1, EVALUATORS + 1), few)
    return iter(lambda: rng.choice(known), None)


@contextmanager
def writing(url: str) -> Iterator[None]:
    """Each second an entry that may change any answer, from another process."""
    process = subprocess.Popen([sys.executable, __file__, "entries", url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def add_entries(url: str) -> None:
    database, event = open_database(url), Event("operator", "exclusion_list.record", "exclusion_list:none")
    while True:
        write(database, lambda session: append(session, event, utc_now()))
        print("written", flush=True)
        time.sleep(1)


def show(name: str, found: Sequence[Figures], beside: dict[str, float]) -> float:
    cpu = statistics.median(each.cpu_ms for each in found)
    ratios = ", ".join(f"{other / cpu:.2f} x {label}" for label, other in beside.items())
    print(
        f"{name:28} {statistics.median(each.per_s for each in found):8.0f} requests/s, CPU {cpu:7.2f} ms, "
        f"p50 {statistics.median(each.p50_ms for each in found):7.1f} ms, "
        f"p99 {statistics.median(each.p99_ms for each in found):7.1f} ms  {ratios}",
        flush=True,
    )
    return cpu


def ask(url: str, datasette: str) -> None:
    with (
        tempfile.TemporaryDirectory() as made, own_server(url, Path(made)) as own,
        peers(url, datasette, Path(made)) as others,
    ):  # fmt: skip
        known = sorted(set(itertools.islice(numbers_of(0, AGAIN), 20 * AGAIN)))
        asyncio.run(_one(own, iter(known), math.inf, []))
        for connections in (16, 64):
            print(f"{connections} connections")
            found: dict[str, list[Figures]] = {}
            for place in range(ROUNDS):
                for server in others:
                    found.setdefault(server.name, []).append(measure(server, connections, numbers_of(place, None)))
                for name, few in (("registry, first", None), ("registry, again", AGAIN)):
                    numbers = numbers_of(100 * connections + place, few)
                    found.setdefault(name, []).append(measure(own, connections, numbers))
            beside: dict[str, float] = {}
            for name, figures in found.items():
                cpu = show(name, figures, beside)
                beside |= {} if name.startswith("registry") else {name: cpu}
        for connections in (16, 64):
            with writing(url):
                busy = [measure(own, connections, numbers_of(place, AGAIN)) for place in range(ROUNDS)]
            show(f"{connections}, while others write", busy, {})


def main() -> None:
    match sys.argv[1:]:
        case ["more", url]:
            more(url)
        case ["entries", url]:
            add_entries(url)
        case ["ask", url, datasette]:
            ask(url, datasette)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
