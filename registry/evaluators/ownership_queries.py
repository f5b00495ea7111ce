"""Facts about owners as dossiers tell them, found again."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk_rows import values_by_key
from registry.evaluators.dossier_models import OwnershipEdge
from registry.evaluators.dossier_queries import as_known
from registry.evaluators.models import Evaluator

# With the code of the evaluator whose dossier tells it.
ToldEdge = tuple[OwnershipEdge, str]


def edges_into(session: Session, bodies: Iterable[str], known_at: datetime) -> Mapping[str, list[ToldEdge]]:
    """Of their owners, as known then. bodies: their keys."""
    in_order = (OwnershipEdge.owned, OwnershipEdge.owner, OwnershipEdge.id)
    statement = select(OwnershipEdge.owned, OwnershipEdge).where(as_known(OwnershipEdge, known_at)).order_by(*in_order)
    found = values_by_key(session, statement, OwnershipEdge.owned, bodies)
    tellers = {edge.evaluator_id for edges in found.values() for edge in edges}
    told = values_by_key(session, select(Evaluator.id, Evaluator.code), Evaluator.id, tellers)
    codes = {key: code for key, (code,) in told.items()}
    return {body: [(edge, codes[edge.evaluator_id]) for edge in edges] for body, edges in found.items()}
