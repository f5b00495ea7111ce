"""The whole register at once: what is there before an import, and what an export shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import case, exists, func, null, select
from sqlalchemy.orm import Session

from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import is_legal_name_held
from registry.evaluators.qualification_models import QualificationEvent, ScopeItem
from registry.evaluators.register_models import RegisterImport

_AT_ONCE = 500


def find_import(session: Session, content_sha256: str) -> RegisterImport | None:
    return session.scalar(select(RegisterImport).where(RegisterImport.content_sha256 == content_sha256))


def known_codes(session: Session, credit_codes: Iterable[str]) -> dict[str, str]:
    """By credit code, the code of the evaluator that has it already."""
    wanted, found = list(credit_codes), dict[str, str]()
    for first in range(0, len(wanted), _AT_ONCE):
        part = Evaluator.credit_code.in_(wanted[first : first + _AT_ONCE])
        rows = session.execute(select(Evaluator.credit_code, Evaluator.code).where(part))
        found |= {credit_code: code for credit_code, code in rows if credit_code is not None}
    return found


def highest_number(session: Session) -> int:
    return session.scalar(select(func.max(Evaluator.number))) or 0


@dataclass(frozen=True, slots=True)
class Listed:
    """An item that was decided on, with whose it is. name, region, ...: of the evaluator, as of now.

    name: None while it is held, see name_queries.
    """

    item: ScopeItem
    code: str
    name: str | None
    credit_code: str | None
    legal_form: str
    region: str


def count_decided(session: Session) -> int:
    return session.scalar(select(func.count(QualificationEvent.item_id.distinct()))) or 0


def list_decided(session: Session) -> list[Listed]:
    """By evaluator and number."""
    was_decided = exists().where(QualificationEvent.item_id == ScopeItem.id)
    statement = (
        select(
            ScopeItem,
            Evaluator.code,
            case((is_legal_name_held(), null()), else_=Evaluator.name),
            Evaluator.credit_code,
            Evaluator.legal_form,
            Evaluator.region,
        )
        .join(Evaluator, Evaluator.id == ScopeItem.evaluator_id)
        .where(was_decided)
        .order_by(Evaluator.number, ScopeItem.number)
    )
    return [Listed(*row) for row in session.execute(statement)]
