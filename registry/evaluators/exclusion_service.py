"""Use cases of exclusions: whether a body is barred by any list, and what a person judges of a name match."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.canonical import digest
from registry.evaluators import exclusion_queries as queries
from registry.evaluators import independence_service
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.exclusion_errors import ExclusionListNotFound, JudgementRejected, QuestionRejected
from registry.evaluators.exclusion_index import EntryIndex
from registry.evaluators.exclusion_matching import (
    Finding,
    Identity,
    Limits,
    MatchKind,
    Question,
    exclusions,
    match,
)
from registry.evaluators.exclusion_models import ExclusionJudgement, ExclusionList
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.names import DatedName, normal_text
from registry.evaluators.ownership import Gap
from registry.evaluators.periods import Period, day_after
from registry.evaluators.tenure import Succession
from registry.recently_used import RecentlyUsed

FLOOR = Limits().floor
_BYTES_OF_AN_ENTRY = 3_000
# Names are made ready for comparing once: that takes seconds for a list of some size.
_INDEXES: RecentlyUsed[str, EntryIndex] = RecentlyUsed(256 * 1024 * 1024, lambda value: value.size * _BYTES_OF_AN_ENTRY)


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """findings: never none."""

    terms: ExclusionList
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Of every list in use. gaps: what is not known of who controls the body, so that a bar of theirs may be missed."""

    identity: Identity
    window: Period
    known_at: datetime
    lists: tuple[ListAnswer, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """scope: what the body would do, empty for anything. lists: only these; None for all in use. most_age_days: where
    it is less than a list's own. aged_at: the instant from which ages count, known_at where it is None."""

    window: Period
    known_at: datetime
    scope: frozenset[str] = frozenset()
    lists: tuple[str, ...] | None = None
    most_age_days: int | None = None
    aged_at: datetime | None = None
    terms: independence_service.Terms = independence_service.SHIPPED_TERMS

    def age_limit(self, own: int) -> int:
        return own if self.most_age_days is None else min(own, self.most_age_days)


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether an entry of a list means an evaluator."""

    list_code: str
    entry_key: str
    is_same: bool
    reason: str


def window_of(valid_at: date, until: date | None) -> Period:
    """One day, or all days before until. Raises QuestionRejected."""
    if until is not None and until <= valid_at:
        raise QuestionRejected(f"The window begins on {valid_at} and would end before {until}: it has no day.")
    return Period(valid_at, until or day_after(valid_at))


def read_code(text: str) -> str:
    """A credit code as somebody asks about it. Raises QuestionRejected."""
    found = read_credit_code(text)
    if found.code is None:
        violations = [replace(each.violation(), column="query credit_code") for each in found.faults]
        raise QuestionRejected("credit_code cannot be a credit code.", violations)
    return found.code


def check_evaluator(session: Session, evaluator: Evaluator, asked: Asked) -> Answer:
    """Of the evaluator under all its names, and of those who control it on any day of the window. Raises as check."""
    knowledge = asked.terms.knowledge or Knowledge(session, asked.known_at)
    identity = independence_service.identity_of(knowledge, evaluator)
    return _check_with_owners(knowledge, _with_predecessors(knowledge, identity, asked.terms.successions), asked)


def _with_predecessors(knowledge: Knowledge, identity: Identity, successions: Iterable[Succession]) -> Identity:
    """A bar of a body that was taken over bars who took it over."""
    keys = list(dict.fromkeys(each.predecessor for each in successions))
    before = independence_service.identities(knowledge.session, keys, knowledge.at)
    codes = identity.credit_codes.union(*(each.credit_codes for each in before))
    return replace(
        identity, credit_codes=codes, names=(*identity.names, *(name for each in before for name in each.names))
    )


def check_given(session: Session, credit_code: str | None, names: tuple[str, ...], asked: Asked) -> Answer:
    """Of a body that need not be registered. credit_code: one that is well made. Raises as check."""
    if credit_code is None and not names:
        raise QuestionRejected("Name an evaluator, a credit code or a name.")
    key = f"uscc:{credit_code}" if credit_code else f"name:{normal_text(names[0])}"
    told = tuple(DatedName(key, each) for each in names)
    knowledge = asked.terms.knowledge or Knowledge(session, asked.known_at)
    if credit_code is None:
        return check(knowledge, Identity(key, frozenset(), told), asked)
    (known,) = independence_service.identities(session, [key], asked.known_at)
    return _check_with_owners(knowledge, replace(known, names=(*told, *known.names)), asked)


def _check_with_owners(knowledge: Knowledge, identity: Identity, asked: Asked) -> Answer:
    owners = independence_service.owners_of(knowledge, identity.id, asked.window, asked.terms)
    return check(knowledge, replace(identity, controllers=owners.controllers), asked, owners.gaps)


def check(knowledge: Knowledge, identity: Identity, asked: Asked, gaps: tuple[Gap, ...] = ()) -> Answer:
    """What each list says, as known then. Raises ExclusionListNotFound for one that was not known."""
    known = {each.code: each for each in knowledge.lists}
    unknown = sorted(set(asked.lists or ()) - set(known))
    if unknown:
        raise ExclusionListNotFound(f"No terms were recorded by then of: {', '.join(unknown)}.")
    wanted = [each for each in known.values() if (each.in_use if asked.lists is None else each.code in asked.lists)]
    answers = tuple(ListAnswer(terms, _findings(knowledge, terms, identity, asked)) for terms in wanted)
    return Answer(identity, asked.window, asked.known_at, answers, gaps)


def judge(session: Session, actor: Actor, evaluator: Evaluator, opinion: Opinion, now: datetime) -> ExclusionJudgement:
    """A person says whether a candidate is the evaluator, or a body that it took over; the last one counts.

    Raises ExclusionListNotFound, ExclusionEntryNotFound, JudgementRejected where the code decides or no name is alike.
    """
    take_turn(session)
    terms = queries.get_list(session, opinion.list_code)
    entry = queries.get_entry(session, opinion.list_code, opinion.entry_key)
    knowledge = Knowledge(session, now)
    own = independence_service.identity_of(knowledge, evaluator)
    identity = _with_predecessors(knowledge, own, knowledge.taken_over(own.id, date.max))
    like = match(queries.entry_of(entry, terms), identity, FLOOR)
    if like is None or like.kind is not MatchKind.CANDIDATE:
        raise JudgementRejected(
            f"The entry {entry.key} is no candidate for {evaluator.code}: either its credit code decides, or none of "
            "the names is like it."
        )
    made = ExclusionJudgement(
        number=queries.next_judgement(session), list_code=opinion.list_code, entry_key=entry.key,
        entry_name=entry.name, entry_credit_code=entry.credit_code, body=identity.id, is_same=opinion.is_same,
        reason=opinion.reason, judged_at=now, judged_by=actor.log_name, person_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"list": opinion.list_code, "entry": entry.key, "is_same": opinion.is_same}
    event = Event(actor.log_name, "exclusion.judge", f"evaluator:{evaluator.code}", payload, opinion.reason)
    append(session, event, now)
    return made


def _findings(knowledge: Knowledge, terms: ExclusionList, identity: Identity, asked: Asked) -> tuple[Finding, ...]:
    keys = _index_of(knowledge, terms).keys(identity, FLOOR)
    snapshots = queries.snapshots_of(knowledge.session, terms, knowledge.queries[terms.code], keys)
    bodies = [identity.id, *(each.id for each in identity.controllers)]
    knowledge.judgements.expect(bodies)
    judged = sorted(
        (each for body in bodies for each in knowledge.judgements[body] if each.list_code == terms.code),
        key=lambda each: each.number,
    )
    question = Question(terms.code, asked.window, asked.scope, asked.known_at, asked.aged_at)
    limits = Limits(asked.age_limit(terms.max_age_days), FLOOR, terms.bars_controlled)
    return exclusions(question, identity, snapshots, queries.judgements_that_hold(judged, snapshots), limits)


def _index_of(knowledge: Knowledge, terms: ExclusionList) -> EntryIndex:
    contents = knowledge.contents[terms.code]
    return _INDEXES.get(digest(contents), lambda: EntryIndex(queries.list_wordings(knowledge.session, terms.code)))
