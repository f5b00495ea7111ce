"""What the registry knows of the legal person: names, founding, what became of it, whom it took over, its people."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.eligibility.asking_service import Body
from registry.eligibility.case import Entity, Lapse, Post, Standing, Succession
from registry.eligibility.question import Question
from registry.evaluators import (
    certificate_service,
    dossier_queries,
    entity_queries,
    name_queries,
    phoenix_service,
    succession_service,
)
from registry.evaluators.dossier_models import StaffPost
from registry.evaluators.entity import EntityKind, reference
from registry.evaluators.independence_service import has_told_itself
from registry.evaluators.models import Evaluator
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period
from registry.evaluators.phoenix_service import Endings
from registry.evaluators.tenure import Succession as TakeOver

_DAY = timedelta(days=1)


def take_overs(session: Session, body: Body, window: Period, known_at: datetime) -> tuple[TakeOver, ...]:
    """Of bodies whose burdens count."""
    return entity_queries.taken_over(session, body.key, _last_day(window), known_at)


def entity_of(session: Session, body: Body, question: Question, known_at: datetime) -> Entity:
    """Of a body that is not registered only what was asked about it."""
    evaluator = body.evaluator
    if evaluator is None:
        told = tuple(DatedName(body.key, each) for each in question.names)
        return Entity(question.evaluator, body.credit_code, told, None, None)
    names = name_queries.names_of(session, [evaluator], known_at)[evaluator.id]
    version = dossier_queries.find_version_as_of(session, evaluator, known_at)
    founded = None if version is None else dossier_queries.document_of(version).get("founded_on")
    return Entity(
        evaluator.code,
        body.credit_code,
        tuple(each.name for each in names if not each.is_held),
        None if founded is None else date.fromisoformat(founded),
        evaluator.created_at,
        _standings(session, evaluator, known_at),
        _awaits(session, evaluator, question.window, known_at),
    )


def _standings(session: Session, evaluator: Evaluator, known_at: datetime) -> tuple[Standing, ...]:
    history = entity_queries.history_of(session, evaluator.id, known_at)
    recorded_at = {each.number: each.recorded_at for each in history.events}
    return tuple(
        Standing(span.period, str(span.state.kind), span.state.successors, reference(span.state.basis[0]),
                 recorded_at[span.state.basis[0]])
        for span in history.spans
        if span.state.kind is not EntityKind.ACTIVE
    )  # fmt: skip


def _awaits(session: Session, evaluator: Evaluator, window: Period, known_at: datetime) -> tuple[Standing, ...]:
    rights = succession_service.rights_of(session, evaluator, _last_day(window), known_at)
    return tuple(
        Standing(Period(each.succession.on), "awaits", (each.succession.predecessor,), each.succession.source, None)
        for each in rights.waiting
    )


def posts_of(session: Session, evaluator: Evaluator, known_at: datetime) -> tuple[Post, ...] | None:
    """None where the evaluator never told its people: it came with another register and wrote no dossier since."""
    rows = session.scalars(
        select(StaffPost)
        .where(StaffPost.evaluator_id == evaluator.id, dossier_queries.as_known(StaffPost, known_at))
        .order_by(StaffPost.post, StaffPost.valid_from, StaffPost.id)
    ).all()
    if not rows and not has_told_itself(session, evaluator, known_at):
        return None
    return tuple(
        Post(f"{evaluator.code}/staff/{row.id}", str(row.person_id), row.post,
             Period(row.valid_from or date.min, row.valid_to), row.known_from)
        for row in rows
    )  # fmt: skip


def lapses_of(session: Session, evaluator: Evaluator, window: Period, known_at: datetime) -> tuple[Lapse, ...]:
    found = certificate_service.lapses_of(session, evaluator, window, known_at)
    return tuple(
        Lapse(
            f"{evaluator.code}/certificate/{each.certificate.certificate_number}", each.certificate.certificate_number,
            each.certificate.issuer, each.certificate.is_hard, str(each.state), each.period,
            each.certificate.recorded_at if each.event is None else each.event.recorded_at,
        )
        for each in found
    )  # fmt: skip


def successions_of(session: Session, evaluator: Evaluator, window: Period, endings: Endings) -> tuple[Succession, ...]:
    """Signs that it is a body anew whose bar still holds, and what persons judged of them."""
    return tuple(
        Succession(
            each.found.old, each.found.ending.source, tuple(str(signal.sign) for signal in each.found.signals),
            f"{evaluator.code}/succession/{each.found.old}", each.is_successor,
            None if each.judgement is None else each.judgement.judged_at,
        )
        for each in phoenix_service.successions_among(session, evaluator, endings)
        if each.found.ending.ends_on is None or each.found.ending.ends_on > window.valid_from
    )  # fmt: skip


def people(posts: Sequence[Post] | None, person: str, kinds: frozenset[str], on: date) -> bool | None:
    """Whether somebody was in one of the posts on the day; None where nobody told the people."""
    if posts is None:
        return None
    return any(each.person == person and each.post in kinds and each.period.holds(on) for each in posts)


def _last_day(window: Period) -> date:
    assert window.valid_to is not None
    return window.valid_to - _DAY
