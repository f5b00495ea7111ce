"""What the registry knows of the legal person: names, founding, what became of it, whom it took over, its people."""

from datetime import date, timedelta

from registry.eligibility.asking_service import Body
from registry.eligibility.case import Entity, Lapse, Post, Standing, Succession
from registry.eligibility.question import Question
from registry.evaluators import certificate_service, phoenix_service, succession_service
from registry.evaluators.entity import EntityKind, reference
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period
from registry.evaluators.phoenix_service import Endings
from registry.evaluators.tenure import Succession as TakeOver

_DAY = timedelta(days=1)


def take_overs(knowledge: Knowledge, body: Body, window: Period) -> tuple[TakeOver, ...]:
    """Of bodies whose burdens count."""
    return knowledge.taken_over(body.key, _last_day(window))


def entity_of(knowledge: Knowledge, body: Body, question: Question, over: tuple[TakeOver, ...]) -> Entity:
    """Of a body that is not registered only what was asked about it."""
    evaluator = body.evaluator
    if evaluator is None:
        told = tuple(DatedName(body.key, each) for each in question.names)
        return Entity(question.evaluator, body.credit_code, told, None, None)
    return Entity(
        evaluator.code,
        body.credit_code,
        tuple(each.name for each in knowledge.names(evaluator) if not each.is_held),
        knowledge.founded_on(evaluator),
        evaluator.created_at,
        _standings(knowledge, evaluator),
        _awaits(knowledge, evaluator, question.window) if over else (),
    )


def _standings(knowledge: Knowledge, evaluator: Evaluator) -> tuple[Standing, ...]:
    history = knowledge.entity(evaluator)
    recorded_at = {each.number: each.recorded_at for each in history.events}
    return tuple(
        Standing(span.period, str(span.state.kind), span.state.successors, reference(span.state.basis[0]),
                 recorded_at[span.state.basis[0]])
        for span in history.spans
        if span.state.kind is not EntityKind.ACTIVE
    )  # fmt: skip


def _awaits(knowledge: Knowledge, evaluator: Evaluator, window: Period) -> tuple[Standing, ...]:
    rights = succession_service.rights_of(knowledge.session, evaluator, _last_day(window), knowledge.at)
    return tuple(
        Standing(Period(each.succession.on), "awaits", (each.succession.predecessor,), each.succession.source, None)
        for each in rights.waiting
    )


def posts_of(knowledge: Knowledge, evaluator: Evaluator) -> tuple[Post, ...] | None:
    """None where the evaluator never told its people: it came with another register and wrote no dossier since."""
    rows = knowledge.posts[evaluator.id]
    if not rows and knowledge.own_document(evaluator) is None:
        return None
    return tuple(
        Post(f"{evaluator.code}/staff/{row.id}", str(row.person_id), row.post,
             Period(row.valid_from or date.min, row.valid_to), row.known_from)
        for row in rows
    )  # fmt: skip


def lapses_of(knowledge: Knowledge, evaluator: Evaluator, window: Period) -> tuple[Lapse, ...]:
    found = certificate_service.lapses_of(knowledge, evaluator, window)
    return tuple(
        Lapse(
            f"{evaluator.code}/certificate/{each.certificate.certificate_number}", each.certificate.certificate_number,
            each.certificate.issuer, each.certificate.is_hard, str(each.state), each.period,
            each.certificate.recorded_at if each.event is None else each.event.recorded_at,
        )
        for each in found
    )  # fmt: skip


def successions_of(
    knowledge: Knowledge, evaluator: Evaluator, window: Period, endings: Endings
) -> tuple[Succession, ...]:
    """Signs that it is a body anew whose bar still holds, and what persons judged of them."""
    return tuple(
        Succession(
            each.found.old, each.found.ending.source, tuple(str(signal.sign) for signal in each.found.signals),
            f"{evaluator.code}/succession/{each.found.old}", each.is_successor,
            None if each.judgement is None else each.judgement.judged_at,
        )
        for each in phoenix_service.successions_among(knowledge, evaluator, endings)
        if each.found.ending.ends_on is None or each.found.ending.ends_on > window.valid_from
    )  # fmt: skip


def _last_day(window: Period) -> date:
    assert window.valid_to is not None
    return window.valid_to - _DAY
