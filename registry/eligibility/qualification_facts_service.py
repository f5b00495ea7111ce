"""What the registry knows of an evaluator's right: items, coverage of what is asked, events, appeals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.eligibility.case import Appeal, ScopeAnswer
from registry.eligibility.covering import aged_on, least_late
from registry.eligibility.facts import fact
from registry.eligibility.geography_service import Geography
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.party_facts_service import Instants
from registry.eligibility.policy import Limits
from registry.eligibility.question import Question
from registry.evaluators import qualification_queries as queries
from registry.evaluators.coverage import Coverage, Gap, Holding, Reason, find_coverage
from registry.evaluators.coverage import Outcome as Covered
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.evaluators.policy import Activity, State
from registry.evaluators.qualification import Event
from registry.evaluators.scope import Asked, Dimension, RegionSet, StandardRange
from registry.evaluators.status import recorded, timeline
from registry.evaluators.status_service import POLICY
from registry.standards.document_kinds import DocumentKind
from registry.standards.selection import Published

# What is asked about is new work. What may go on of work under way is policy of the status.
_PERMITTED = POLICY.states_permitting(Activity.BID)


@dataclass(frozen=True, slots=True)
class Right:
    """As parts of a case."""

    coverages: tuple[ScopeAnswer, ...]
    holdings: tuple[Holding, ...]
    events: Mapping[str, Mapping[str, Any]]
    appeals: tuple[Appeal, ...]


def right_of(evaluator: Evaluator, question: Question, limits: Limits, at: Instants, lookups: Lookups) -> Right:
    known_at, knowledge = at.known, lookups.knowledge(at.known)
    rows = [each for each in knowledge.events[evaluator.id] if each.recorded_at <= known_at]
    events = [queries.to_event(each) for each in rows]
    holdings = _holdings(knowledge, evaluator, events, lookups.geography)
    coverer = _Coverer(lookups, holdings, question.window, at, limits)
    return Right(
        tuple(coverer.answer(each) for each in question.scope),
        holdings,
        {
            str(each.id): fact(
                f"{evaluator.code}/event/{each.seq}", each.recorded_at, type=each.type, decided_on=each.decided_on,
                effective_from=each.effective_from, valid_to=each.valid_to,
            )
            for each in rows
        },
        tuple(
            Appeal(f"{evaluator.code}/appeal/{filed.appeal.id}", str(filed.appeal.decision_id), filed.appeal.filed_on,
                   filed.appeal.recorded_at)
            for filed in knowledge.appeals[evaluator.id]
            if filed.is_pending(max(question.window.valid_from, aged_on(question.window, at.aged)), known_at)
        ),
    )  # fmt: skip


def no_right(question: Question) -> Right:
    """Of a body that is not registered."""
    nothing = Coverage(Covered.GAPS, None, (Gap(question.window, Reason.NO_RECORD),))
    return Right(tuple(ScopeAnswer(nothing, None) for _ in question.scope), (), {}, ())


def _holdings(
    knowledge: Knowledge, evaluator: Evaluator, events: Sequence[Event], geography: Geography
) -> tuple[Holding, ...]:
    """Of what was known by then. Regions as they were on the day of the first decision about the item."""
    surveillances = knowledge.surveillances(evaluator)
    found = []
    for row in knowledge.items[evaluator.id]:
        spans = timeline(recorded(events, str(row.id), knowledge.at, surveillances), POLICY)
        if all(each.status.state is State.NO_RECORD for each in spans):
            continue
        item = queries.held_item(row)
        written_on = min(each.decided_on for each in events if each.item_id == item.id)
        regions = RegionSet(
            tuple(geography.as_written_on(each, written_on) for each in item.regions.regions),
            item.regions.descendants,
            tuple(geography.as_written_on(each, written_on) for each in item.regions.excepted),
        )
        found.append(Holding(replace(item, regions=regions), spans))
    return tuple(found)


class _Coverer:
    def __init__(
        self, lookups: Lookups, holdings: Sequence[Holding], window: Period, at: Instants, limits: Limits
    ) -> None:
        self._lookups, self._geography, self._holdings = lookups, lookups.geography, holdings
        self._window, self._at, self._transition_days = window, at, limits.transition_days
        regions = [each for held in holdings for each in (*held.item.regions.regions, *held.item.regions.excepted)]
        self._changes_on = self._geography.changes_in(regions, window)

    def answer(self, asked: Asked) -> ScopeAnswer:
        region = self._geography.as_written_on(asked.region, self._window.valid_from)
        dated = replace(asked, region=region)
        found = self._coverage(dated)
        holding = next((each for each in self._holdings if each.item.id == found.item_id), None)
        if not any(gap.reason is Dimension.STANDARD for gap in found.gaps):
            return ScopeAnswer(found, holding)
        version, before = self._versions(asked)
        if version is None or before is None or not self._transition_days:
            return ScopeAnswer(found, holding, None if version is None else version.validity.valid_from)
        earlier = self._coverage(replace(dated, standard_version=before.version))
        held = next((each for each in self._holdings if each.item.id == earlier.item_id), holding)
        is_covered = earlier.outcome is Covered.COVERED
        return ScopeAnswer(found, held if is_covered else holding, version.validity.valid_from, earlier)

    def _coverage(self, asked: Asked) -> Coverage:
        def find(holdings: Sequence[Holding]) -> Coverage:
            return find_coverage(
                holdings, asked, self._window, permitted=_PERMITTED, covers=self._geography.covers,
                changes_on=self._changes_on,
            )  # fmt: skip

        return least_late(self._holdings, self._window, aged_on(self._window, self._at.aged), find)

    def _versions(self, asked: Asked) -> tuple[Published | None, Published | None]:
        """The version that is asked about and the newest one before it, as far as the registry holds them."""
        library = self._lookups.library(self._at.known)
        known = [each for each in library.of_kind(DocumentKind.STANDARD) if each.id == asked.standard_family]
        version = next((each for each in known if each.version == asked.standard_version), None)
        older = [
            each for each in known
            if StandardRange(asked.standard_family, "0.0.0", asked.standard_version).holds(each.id, each.version)
        ]  # fmt: skip
        return version, max(older, key=_begins_on, default=None)


def _begins_on(published: Published) -> date:
    return published.validity.valid_from
