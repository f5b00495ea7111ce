"""A file of bidders that is stored in a process which is killed at one moment of it: for tests."""

import doomed_deeds
from evaluator_samples import at
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.eligibility.batch import Defaults
from registry.eligibility.batch_inputs import read_bidders_bytes
from registry.eligibility.batch_service import Order, prepare_batch, store_batch

LOT = Defaults(
    domain="agri", region="mca:420000", type="annual", level="town", standard="rural-rev@2.1.0",
    first="2026-05-01", until="2026-10-01",
)  # fmt: skip


def store(session: Session, content: bytes) -> None:
    known_at, given = at("2026-03-10"), read_bidders_bytes("bidders.csv", content)
    order = Order(LOT, known_at)
    store_batch(session, OPERATOR, prepare_batch(session, OPERATOR, given, order), order, known_at)


def main(url: str, content: bytes, moment: int) -> None:
    doomed_deeds.main(url, store, (content,), moment)
