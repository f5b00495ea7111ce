"""Time to take in a register, to say what all of it was on a day, and to find who controls an evaluator.

python benchmarks/evaluators.py status          100,000 scope items with 1,000,000 events, one (valid_at, known_at)
python benchmarks/evaluators.py ownership       control paths over 200,000 edges
python benchmarks/evaluators.py names           names like a given one, among 20,000 and 50,000
python benchmarks/evaluators.py import [URL]    50,000 evaluators with their certificates; URL: of an empty database, by
                                                default an SQLite file in a folder that is removed again
python benchmarks/evaluators.py workbook [URL]  the same register from one XLSX file
python benchmarks/evaluators.py due [URL]       what falls due of 100,000 items with 1,000,000 events in a database

Wall time and, in brackets, the time of this process on a processor. A second run on a quiet machine is the one to
write down.
"""

import random
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from ownership_samples import DAY, OLDEST_SEEN, lifelike_edges, make_ownership, tangled_edges
from register_samples import AS_OF, NOW, SOURCE, make_evaluator, make_grant, write_files, write_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.bulk_rows import add_columns
from registry.db import Database, open_database, read, write
from registry.db_state import upgrade
from registry.evaluators.batch_status import STATES, statuses
from registry.evaluators.control import OwnershipOnDay
from registry.evaluators.due_service import due
from registry.evaluators.name_index import NameIndex
from registry.evaluators.names import DatedName
from registry.evaluators.policy import Policy
from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.register_export import ExportFormat, export
from registry.evaluators.register_inputs import read_register
from registry.evaluators.register_service import Terms, import_register, listing
from registry.evaluators.status_columns import (
    EVENT_TYPES,
    NO_DAY,
    NOWHERE,
    CauseColumns,
    Columns,
    EventColumns,
    SurveillanceColumns,
    microseconds,
)

ITEMS, EVENTS = 100_000, 1_000_000
EDGES, ASKED = 200_000, 500
EVALUATORS = 50_000
PLACES = (
    "杭州", "宁波", "温州", "绍兴", "湖州", "嘉兴", "金华", "上海", "北京", "南京", "苏州", "成都", "武汉", "长沙",
    "广州", "深圳", "昆明", "贵阳", "西安", "兰州",
)  # fmt: skip
TRADES = (
    "环境评估", "农业评估", "工程咨询", "资产评估", "会计师事务所", "乡村规划设计", "检测技术服务", "环保科技",
    "信用评级", "项目管理",
)  # fmt: skip
LEGAL_FORMS = ("有限公司", "有限责任公司", "股份有限公司")
KNOWN_AT, VALID_AT = datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1)

Result = TypeVar("Result")


def timed(label: str, work: Callable[[], Result]) -> Result:
    wall, own = time.perf_counter(), time.process_time()
    result = work()
    print(f"{label:44} {time.perf_counter() - wall:8.3f} s ({time.process_time() - own:.3f} s)", flush=True)
    return result


def eventful_columns() -> Columns:
    """Every item is granted, then suspended and reinstated in turns; one in a hundred events is corrected away."""
    rng = np.random.default_rng(7)
    each = EVENTS // ITEMS
    item = np.repeat(np.arange(ITEMS, dtype=np.int32), each)
    place = np.tile(np.arange(each), ITEMS)
    codes = {kind: code for code, kind in enumerate(EVENT_TYPES)}
    later = np.where(place % 2 == 1, codes[EventType.SUSPEND], codes[EventType.REINSTATE])
    acts_as = np.where(place == 0, codes[EventType.GRANT], later).astype(np.int8)
    first = date(2022, 1, 1).toordinal() + rng.integers(0, 700, ITEMS)
    effective = (np.repeat(first, each) + 60 * place).astype(np.int32)
    supersedes = np.full(EVENTS, NOWHERE, np.int32)
    correcting = np.flatnonzero((place > 1) & (rng.random(EVENTS) < 0.01))
    supersedes[correcting] = correcting - 1
    events = EventColumns(
        item,
        np.arange(1, EVENTS + 1, dtype=np.int64),
        acts_as,
        effective,
        (microseconds(datetime(2022, 1, 1, tzinfo=UTC)) + rng.integers(0, 5 * 365 * 86_400, EVENTS) * 1_000_000),
        effective,
        np.where(place == 0, effective + 5 * 365, NO_DAY).astype(np.int32),
        supersedes,
        np.zeros(EVENTS, np.bool_),
    )
    with_cause = np.flatnonzero(place > 0).astype(np.int32)
    opens = acts_as[with_cause] == codes[EventType.SUSPEND]
    causes = CauseColumns(
        with_cause,
        np.zeros(len(with_cause), np.int32),
        opens,
        np.where(opens, effective[with_cause] + 90, NO_DAY).astype(np.int32),
        ("late-report",),
    )
    surveyed = rng.integers(0, ITEMS, ITEMS).astype(np.int32)
    surveillances = SurveillanceColumns(
        surveyed,
        (first[surveyed] + 300).astype(np.int32),
        np.full(ITEMS, microseconds(datetime(2025, 1, 1, tzinfo=UTC)), np.int64),
    )
    return Columns(ITEMS, events, causes, surveillances)


def measure_status() -> None:
    columns = timed(f"fill columns of {EVENTS:,} events", eventful_columns)
    found = timed(f"status of {ITEMS:,} items", lambda: statuses(columns, VALID_AT, KNOWN_AT, Policy()))
    timed("the same again", lambda: statuses(columns, VALID_AT, KNOWN_AT, Policy()))
    numbers = np.bincount(found.state, minlength=len(STATES))
    print(", ".join(f"{number:,} {state}" for state, number in zip(STATES, numbers, strict=True) if number))


def measure_ownership() -> None:
    """A graph as registers have them, and one in which nearly all hang together, in circles."""
    for label, make in (("lifelike", lifelike_edges), ("tangled", tangled_edges)):
        edges = make(random.Random(5), EDGES)
        ownership = timed(f"make {EDGES:,} {label} edges ready", lambda edges=edges: make_ownership(edges))  # type: ignore[misc]
        rng = random.Random(6)
        asked = [rng.choice(edges).owned for _ in range(ASKED)]
        times, paths = [], 0
        for each in asked:
            # Each with nothing kept from the one before, as in a request of its own.
            before = time.perf_counter()
            found = OwnershipOnDay(ownership, DAY, OLDEST_SEEN).control_of(each)
            times.append(1000 * (time.perf_counter() - before))
            paths += sum(len(control.paths) for control in found)
        times.sort()
        print(
            f"control paths of one evaluator: median {statistics.median(times):.3f} ms, 99 of 100 under "
            f"{times[int(0.99 * ASKED)]:.3f} ms, slowest {times[-1]:.3f} ms; {paths / ASKED:.1f} paths on average"
        )


def made_up_names(count: int) -> list[str]:
    """Place, two or three of 700 characters, trade and legal form."""
    rng = random.Random(9)
    characters = [chr(each) for each in range(0x4E00, 0x4E00 + 3_500, 5)]
    return [
        "".join((rng.choice(PLACES), *rng.choices(characters, k=rng.choice((2, 3))), rng.choice(TRADES), form))
        for form in rng.choices(LEGAL_FORMS, k=count)
    ]


def measure_names() -> None:
    """Made-up names, and names that differ in nothing but a number, of which hundreds are similar to each."""
    for label, known in (
        ("made up", made_up_names(EVALUATORS)),
        ("numbered", [f"成都第{each}工程有限公司" for each in range(900_000, 900_000 + EVALUATORS)]),
    ):
        dated = [DatedName(str(place), name) for place, name in enumerate(known)]
        timed(f"index of {EVALUATORS:,} names, {label}", lambda dated=dated: NameIndex(dated))  # type: ignore[misc]
        timed("the same, each name normalised before", lambda dated=dated: NameIndex(dated))  # type: ignore[misc]
        tracemalloc.start()
        kept = NameIndex(dated)
        print(f"it holds {tracemalloc.get_traced_memory()[0] / 2**20:.1f} MiB besides the names")
        tracemalloc.stop()
        for index, count in ((NameIndex(dated[:20_000]), 20_000), (kept, EVALUATORS)):
            for floor in (0.8, 0.85):
                times, found = [], 0
                for name in known[: 20_000 : 20_000 // ASKED]:
                    before = time.process_time_ns()
                    candidates = index.candidates(name, floor=floor)
                    times.append((time.process_time_ns() - before) / 1e6)
                    found += len(candidates.found) + candidates.left_out
                print(
                    f"names like one of {count:,}, floor {floor:.2f}: median {statistics.median(times):.3f} ms CPU, "
                    f"99 of 100 under {sorted(times)[int(0.99 * ASKED)]:.3f} ms; {found / ASKED:.1f} found on average"
                )


def take_in(url: str, folder: Path, form: str) -> Database:
    """form: csv or xlsx. Gives the database with the register in it."""
    numbers = range(1, EVALUATORS + 1)
    grants = [make_grant(each, domain=domain) for each in numbers for domain in ("environment", "water")]
    evaluators = [make_evaluator(each) for each in numbers]
    if form == "xlsx":
        files = write_workbook(folder / "register.xlsx", evaluators, grants)
    else:
        files = write_files(folder, evaluators, grants)
    database = open_database(url, create=True)
    upgrade(database)
    begun = time.perf_counter()
    given = timed(f"read and check all of it ({form})", lambda: read_register(files, AS_OF))
    terms = Terms(SOURCE, NOW)
    report = timed("save", lambda: write(database, lambda session: import_register(session, OPERATOR, given, terms)))
    print(f"{report.evaluators:,} evaluators, {report.items:,} scope items: {time.perf_counter() - begun:.1f} s")
    timed("the same again", lambda: write(database, lambda session: import_register(session, OPERATOR, given, terms)))
    return database


def measure_import(url: str, folder: Path) -> None:
    database = take_in(url, folder, "csv")
    found = timed(
        "status of all, from the database", lambda: read(database, lambda s: listing(s, AS_OF, NOW, Policy()))
    )
    for form in ExportFormat:
        content = timed(f"write {form}", lambda form=form: export(found, form))  # type: ignore[misc]
        print(f"{form}: {len(content) / 2**20:.1f} MiB")
    database.close()


def add_events(session: Session, total: int = EVENTS) -> None:
    """Every item of the register is suspended and reinstated in turns, up to so many events in all."""
    table = QualificationEvent
    known = session.execute(select(table.item_id, table.evaluator_id, table.effective_from)).all()
    each = total // ITEMS - 1
    rows = [(place, *row) for row in known for place in range(each)]
    count, first = len(rows), len(known) + 1
    suspends = [place % 2 == 0 for place, *_ in rows]
    days = [first_day + timedelta(days=60 * (place + 1)) for place, _, _, first_day in rows]
    cause = {"key": "late-report", "kind": "imposed", "reason": "REPORT_LATE", "notice": "n"}
    columns: dict[str, Sequence[Any]] = {
        "id": [uuid4() for _ in rows],
        "seq": range(first, first + count),
        "evaluator_id": [row[2] for row in rows],
        "item_id": [row[1] for row in rows],
        "type": ["suspend" if is_one else "reinstate" for is_one in suspends],
        "decision_id": [uuid4() for _ in rows],
        "decided_on": days,
        "effective_from": days,
        "recorded_at": [NOW] * count,
        "causes": [
            [cause | {"review_by": (day + timedelta(days=90)).isoformat()}] if is_one else []
            for day, is_one in zip(days, suspends, strict=True)
        ],
        "closes": [[] if is_one else ["late-report"] for is_one in suspends],
        "recorded_by": ["operator"] * count,
        "under_investigation": [False] * count,
        "reason": ["A reason."] * count,
        "sha256": ["0" * 64] * count,
    }
    nothing = {name: [None] * count for name in table.__table__.c.keys() if name not in columns}  # noqa: SIM118
    for _ in add_columns(session, table.__table__, columns | nothing):
        """Some thousands at once."""


def measure_due(url: str, folder: Path) -> None:
    database = take_in(url, folder, "csv")
    timed(f"add events, up to {EVENTS:,}", lambda: write(database, add_events))
    for on in (VALID_AT, date(2026, 12, 1)):
        found = timed(f"what falls due, on {on}", lambda on=on: read(database, lambda s: due(s, on, NOW)))  # type: ignore[misc]
        print(f"{len(found):,} due, {sum(each.is_overdue for each in found):,} overdue")
    database.close()


def main() -> None:
    match sys.argv[1:]:
        case ["status"]:
            measure_status()
        case ["ownership"]:
            measure_ownership()
        case ["names"]:
            measure_names()
        case ["import" | "workbook" | "due" as what, *rest]:
            with tempfile.TemporaryDirectory() as folder:
                url = rest[0] if rest else f"sqlite:///{folder}/registry.db"
                match what:
                    case "import":
                        measure_import(url, Path(folder))
                    case "workbook":
                        take_in(url, Path(folder), "xlsx").close()
                    case _:
                        measure_due(url, Path(folder))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
