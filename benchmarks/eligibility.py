"""Time to ask about 1,000 bidders at once, of a register of some size.

python benchmarks/eligibility.py make URL           an empty database gets 50,000 evaluators with 100,000 items, 500,000
                                                    events, 100,000 facts about owners, a list of 20,000 exclusions, the
                                                    divisions of the country
python benchmarks/eligibility.py ask URL [profile]  1,000 bidders in lots of ten: answered, stored, and the same again;
                                                    profile: what each part costs besides
python benchmarks/eligibility.py all                both, with SQLite in a folder that is removed again

Wall time and, in brackets, the time of this process on a processor. A second run on a quiet machine is the one to
write down.
"""

import cProfile
import gc
import pstats
import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from evaluators import EVALUATORS, add_events, take_in, timed
from exclusion_samples import csv_of, make_row, record_list
from ownership_samples import lifelike_edges
from register_samples import NOW, credit_code
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.bulk_rows import add_columns
from registry.db import Database, open_database, read, write
from registry.eligibility.batch import Defaults
from registry.eligibility.batch_inputs import read_bidders_bytes
from registry.eligibility.batch_service import Order, answer_batch, prepare_batch, store_batch
from registry.evaluators.dossier_models import OwnershipEdge
from registry.evaluators.exclusion_inputs import read_list_bytes
from registry.evaluators.exclusion_list_service import Query, import_list
from registry.evaluators.models import Evaluator
from registry.regions.import_service import Terms, import_divisions
from registry.regions.inputs import read_divisions

EVENTS, EDGES, ENTRIES, BIDDERS, LOT = 500_000, 100_000, 20_000, 1_000, 10
ASKED_AT = datetime(2026, 3, 10, tzinfo=UTC)
DIVISIONS = Path(__file__).resolve().parent.parent / "divisions" / "mca-2025-12-31.csv"


def add_owners(session: Session) -> None:
    """Who stands behind the evaluators: persons, and one another, in chains and a few circles."""
    codes = session.execute(select(Evaluator.credit_code, Evaluator.id).order_by(Evaluator.credit_code)).all()
    bodies: dict[str, tuple[str, Any]] = {}

    def key(name: str) -> str:
        if name.startswith("p"):
            return f"person:{uuid4()}"
        code, _ = bodies.setdefault(name, codes[len(bodies) % len(codes)])
        return f"uscc:{code}"

    edges = [(key(each.owner), key(each.owned), each) for each in lifelike_edges(random.Random(5), EDGES)]
    told = [(owner, owned, each, bodies[each.owned][1]) for owner, owned, each in edges if owner != owned]
    count = len(told)
    columns: dict[str, Sequence[Any]] = {
        "id": [uuid4() for _ in told],
        "evaluator_id": [row[3] for row in told],
        "known_from": [NOW] * count,
        "known_to": [None] * count,
        "valid_from": [each.valid_from for _, _, each, _ in told],
        "valid_to": [None] * count,
        "owner": [row[0] for row in told],
        "owned": [row[1] for row in told],
        "owner_is_state": [False] * count,
        "share": [float(each.share or 0) for _, _, each, _ in told],
        "basis": ["shares"] * count,
        "source": ["register of companies"] * count,
        "seen_at": [ASKED_AT.date() - timedelta(days=60)] * count,
    }
    for _ in add_columns(session, OwnershipEdge.__table__, columns):
        """Some thousands at once."""


def add_exclusions(session: Session) -> None:
    """One evaluator in a thousand is barred; the other entries are of bodies elsewhere."""
    record_list(session, now=NOW - timedelta(days=900))
    barred = [make_row(each) for each in range(500, EVALUATORS, EVALUATORS // 50)]
    others = [
        make_row(each, name=f"成都第{each}工程有限公司") for each in range(900_000, 900_000 + ENTRIES - len(barred))
    ]
    given = read_list_bytes("list.csv", csv_of(barred + others))
    asked_at = ASKED_AT - timedelta(days=1)
    import_list(session, OPERATOR, "ccgp-serious", given, Query(asked_at), asked_at)


def make(url: str, folder: Path) -> None:
    database = take_in(url, folder, "csv")
    given = read_divisions(DIVISIONS, "mca", date(2025, 12, 31))
    terms = Terms(datetime(2026, 1, 1, tzinfo=UTC))
    timed("divisions", lambda: write(database, lambda session: import_divisions(session, given, "mca", terms)))
    timed(f"add events, up to {EVENTS:,}", lambda: write(database, lambda session: add_events(session, EVENTS)))
    timed(f"add {EDGES:,} facts about owners", lambda: write(database, add_owners))
    timed(f"add {ENTRIES:,} exclusions", lambda: write(database, add_exclusions))
    database.close()


def bidders() -> bytes:
    rng = random.Random(9)
    codes = [credit_code(each) for each in rng.sample(range(1, EVALUATORS + 1), BIDDERS)]
    return "\n".join(["evaluator,lot", *(f"{code},{place // LOT}" for place, code in enumerate(codes))]).encode()


def ask(url: str, *, profile: bool) -> None:
    # As the command line does.
    gc.set_threshold(20_000, 50, 100)
    database = open_database(url)
    given = read_bidders_bytes("bidders.csv", bidders())
    lot = Defaults(
        domain="environment", region="mca:330106", type="assessment", level="township",
        standard="town-environment@2.1.0", first="2026-05-01", until="2026-10-01",
        subjects=("mca:330106",), commissioner="mca:330000",
    )  # fmt: skip
    order = Order(lot, ASKED_AT, as_competitors=True)
    timed(
        "the first bidder",
        lambda: _answer(database, read_bidders_bytes("one.csv", b"\n".join(bidders().splitlines()[:2])), order),
    )
    answers = timed(f"answer {BIDDERS:,} bidders", lambda: _answer(database, given, order))
    print(", ".join(f"{count:,} {verdict}" for verdict, count in answers.counts[0].items() if count))
    now = ASKED_AT

    def prepare() -> Any:
        return read(database, lambda session: prepare_batch(session, OPERATOR, given, order))

    def store(prepared: Any) -> Any:
        return write(database, lambda session: store_batch(session, OPERATOR, prepared, order, now))

    timed(f"answer {BIDDERS:,} bidders and store them, while others may write", prepare)
    prepared = prepare()
    timed("of that, what is done in turn with others that write", lambda: store(prepared))
    timed("the same file again", lambda: store(prepare()))
    if profile:
        watched = cProfile.Profile()
        watched.runcall(lambda: _answer(database, given, order))
        pstats.Stats(watched).sort_stats("cumulative").print_stats(45)
    database.close()


def _answer(database: Database, given: Any, order: Order) -> Any:
    return read(database, lambda session: answer_batch(session, OPERATOR, given, order))


def main() -> None:
    match sys.argv[1:]:
        case ["make", url]:
            with tempfile.TemporaryDirectory() as folder:
                make(url, Path(folder))
        case ["ask", url, *rest]:
            ask(url, profile=rest == ["profile"])
        case ["all"]:
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite:///{folder}/registry.db"
                make(url, Path(folder))
                ask(url, profile=False)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
