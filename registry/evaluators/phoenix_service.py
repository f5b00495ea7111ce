"""Signs that an evaluator is a body whose rights ended, and what persons judged of them: never a verdict by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.evaluators import phoenix_queries as queries
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.judgement_errors import NoSignOfSuccession
from registry.evaluators.judgement_models import SuccessionJudgement
from registry.evaluators.judging_service import require_judge
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.phoenix import Ending, Limits, PossibleSuccession, Profile, is_near, possible_successions
from registry.evaluators.phoenix_index import ProfileIndex
from registry.evaluators.phoenix_profile import Verdict, covers, person_tokens, plain_name, profile_of, signs_told
from registry.evaluators.phoenix_queries import Ended, Traces

SHIPPED_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Succession:
    """judgement: the last one, where it still holds; None: a person has to look at it.

    found: without signals where a person judged that it is the successor, and what showed it is there no more.
    """

    found: PossibleSuccession
    judgement: SuccessionJudgement | None

    @property
    def is_successor(self) -> bool | None:
        """None while nobody has judged."""
        return None if self.judgement is None else self.judgement.verdict == Verdict.SUCCESSOR


@dataclass(frozen=True, slots=True)
class SuccessionOpinion:
    """old: code of the evaluator whose rights ended."""

    old: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Endings:
    """Bodies whose rights ended, as known then: the same for every evaluator that is asked about. index: of these
    bodies, by their codes."""

    known_at: datetime
    ended: tuple[Ended, ...]
    traces: Mapping[UUID, Traces]
    index: ProfileIndex


def endings(session: Session, known_at: datetime) -> Endings:
    ended = tuple(queries.list_ended(session, known_at))
    traces = queries.traces(session, sorted({each.evaluator_id for each in ended}), known_at)
    return Endings(known_at, ended, traces, ProfileIndex(map(_profile_by_names, traces.values())))


def successions(
    session: Session, evaluator: Evaluator, known_at: datetime, limits: Limits = SHIPPED_LIMITS
) -> tuple[Succession, ...]:
    """Those with most signals first, one for each ending of a body; then what is only judged."""
    return successions_among(Knowledge(session, known_at), evaluator, endings(session, known_at), limits)


def successions_among(
    knowledge: Knowledge, evaluator: Evaluator, endings: Endings, limits: Limits = SHIPPED_LIMITS
) -> tuple[Succession, ...]:
    """As successions, for many evaluators. endings: as known at the same instant."""
    found = _found(knowledge, evaluator, endings, limits)
    judged = knowledge.judged_successions[evaluator.id]
    codes = queries.codes_of(knowledge.session, {each.old_evaluator_id for each in judged})
    last = {codes[each.old_evaluator_id]: each for each in judged}
    shown = [Succession(each, _that_holds(last.get(each.old), each)) for each in found]
    told = {each.old for each in found}
    only_judged = [
        Succession(PossibleSuccession(evaluator.code, old, Ending(row.began_on, None, row.ending), None, ()), row)
        for old, row in last.items()
        if old not in told and row.verdict == Verdict.SUCCESSOR
    ]
    return (*shown, *only_judged)


def judge(
    session: Session, actor: Actor, evaluator: Evaluator, opinion: SuccessionOpinion, now: datetime
) -> SuccessionJudgement:
    """Raises NotAllowed, EvaluatorNotFound, NoSignOfSuccession."""
    take_turn(session)
    person = require_judge(session, actor, Permission.EVALUATOR_JUDGE_SUCCESSION, evaluator, now)
    old = get_evaluator(session, opinion.old)
    seen = next((each.found for each in successions(session, evaluator, now) if each.found.old == old.code), None)
    if seen is None:
        raise NoSignOfSuccession(
            f"Nothing shows that {evaluator.code} succeeds {old.code}: {old.code} lost no right near the founding, or "
            "both have nothing in common. Judge what the list of signs shows."
        )
    made = SuccessionJudgement(
        number=queries.next_judgement(session),
        evaluator_id=evaluator.id,
        old_evaluator_id=old.id,
        verdict=str(opinion.verdict),
        ending=seen.ending.source,
        began_on=seen.ending.began_on,
        signs=signs_told(seen.signals),
        reason=opinion.reason,
        judged_at=now,
        judged_by=actor.log_name,
        person_id=person,
    )
    session.add(made)
    session.flush()
    signs = sorted({str(each.sign) for each in seen.signals})
    payload = {"judgement": made.number, "old": old.code, "verdict": str(opinion.verdict), "signs": signs}
    event = Event(actor.log_name, "evaluator.judge_succession", f"evaluator:{evaluator.code}", payload, opinion.reason)
    append(session, event, now)
    return made


def _found(
    knowledge: Knowledge, evaluator: Evaluator, endings: Endings, limits: Limits
) -> tuple[PossibleSuccession, ...]:
    founded_on = knowledge.founded_on(evaluator)
    near = [
        each for each in endings.ended
        if each.evaluator_id != evaluator.id and each.evaluator_id in endings.traces
        and is_near(founded_on, each.ending, limits)
    ]  # fmt: skip
    own = knowledge.traces[evaluator.id] if near else None
    if own is None:
        return ()
    alike = endings.index.alike(_profile_by_names(own), limits.name_floor)
    ended = [each for each in near if endings.traces[each.evaluator_id].code in alike]
    by_name = {plain_name(name): identifier for identifier, name in own.persons.values() if name is not None}
    old = {key: _profile(endings.traces[key], by_name) for key in {each.evaluator_id for each in ended}}
    pairs = [(old[each.evaluator_id], each.ending) for each in ended]
    return possible_successions(_profile(own, {}), pairs, limits)


def _profile(traces: Traces, names: Mapping[str, str]) -> Profile:
    return profile_of(traces.code, traces.documents, traces.names, person_tokens(traces.persons, names))


def _profile_by_names(traces: Traces) -> Profile:
    """Persons by their names, wherever they are not erased. Only to find which profiles to compare."""
    tokens = {
        ref: identifier if name is None else plain_name(name) for ref, (identifier, name) in traces.persons.items()
    }
    return profile_of(traces.code, traces.documents, traces.names, tokens)


def _that_holds(row: SuccessionJudgement | None, found: PossibleSuccession) -> SuccessionJudgement | None:
    return row if row is not None and covers(Verdict(row.verdict), row.signs, found.signals) else None
