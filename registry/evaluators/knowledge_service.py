"""What the registry knew of evaluators at one instant, each kind of rows looked up once: for many questions at a time.

Whoever knows which evaluators will be asked about says so first; then each kind takes a few statements for all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from registry.evaluators import certificate_queries, dossier_queries, entity_queries
from registry.evaluators import exclusion_queries as lists
from registry.evaluators import phoenix_queries as phoenixes
from registry.evaluators import qualification_queries as qualifications
from registry.evaluators.exclusion_models import ExclusionList
from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import NameKnown, names_of
from registry.evaluators.ownership_queries import edges_into
from registry.evaluators.qualification import Surveillance
from registry.evaluators.tenure import Succession
from registry.looked_up import LookedUp, rows_looked_up

Value = TypeVar("Value")
Document = Mapping[str, Any]


class Knowledge:
    """Lives as long as its transaction and no longer. What is named without more is found by the evaluator's id.

    edges: facts about the owners of a body, by its key. events, items, appeals: all that are on record, later ones too.
    certificates: all that a version told by then. traces: see phoenix_queries. contents, queries: of a list, by its
    code. judgements: of entries of lists, by the key of the body.
    """

    def __init__(self, session: Session, at: datetime) -> None:
        self.session, self.at = session, at
        self._by_id: list[LookedUp[UUID, Any]] = []
        self._documents: dict[UUID, Document] = {}
        self._names = rows_looked_up(self._find_names)
        self._versions = self._one(lambda ids: dossier_queries.versions_as_of(session, ids, at))
        self._imported = self._one(lambda ids: dossier_queries.imported_among(session, ids))
        self._surveilled = self._one(lambda ids: qualifications.surveilled_among(session, ids))
        self._told_of = self._one(lambda ids: entity_queries.told_of_among(session, ids))
        self._successors = LookedUp[str, bool](lambda keys: entity_queries.successors_among(session, keys), False)
        self.persons = self._one(lambda ids: dossier_queries.persons_by_evaluator(session, ids))
        self.posts = self._rows(lambda ids: dossier_queries.posts_by_evaluator(session, ids, at))
        self.certificates = self._rows(lambda ids: certificate_queries.certificates_by_evaluator(session, ids, at))
        self.certificate_events = self._rows(lambda ids: certificate_queries.events_by_evaluator(session, ids))
        self.events = self._rows(lambda ids: qualifications.event_rows_by_evaluator(session, ids))
        self.items = self._rows(lambda ids: qualifications.decided_items_by_evaluator(session, ids))
        self.appeals = self._rows(lambda ids: qualifications.appeals_by_evaluator(session, ids))
        self.traces = self._one(lambda ids: phoenixes.traces(session, ids, at))
        self.judged_successions = self._rows(lambda ids: phoenixes.judgements_by_evaluator(session, ids, at))
        self.edges = rows_looked_up(lambda bodies: edges_into(session, bodies, at))
        self.contents = rows_looked_up(lambda codes: lists.contents_by_list(session, codes))
        self.queries = rows_looked_up(lambda codes: lists.queries_by_list(session, codes, at))
        self.judgements = rows_looked_up(lambda bodies: lists.judgements_by_body(session, bodies, at))

    def expect(self, evaluators: Sequence[Evaluator], keys: Iterable[str]) -> None:
        """Who will be asked about, and the keys of these bodies."""
        self._names.expect(evaluators)
        for each in self._by_id:
            each.expect(evaluator.id for evaluator in evaluators)
        for known in (self._successors, self.judgements):
            known.expect(keys)

    @cached_property
    def lists(self) -> Sequence[ExclusionList]:
        return lists.list_lists(self.session, self.at)

    def names(self, evaluator: Evaluator) -> Sequence[NameKnown]:
        """The oldest first."""
        return self._names[evaluator]

    def document(self, evaluator: Evaluator) -> Document | None:
        """The newest dossier, without names of persons; None before the first."""
        version = self._versions[evaluator.id]
        if version is None:
            return None
        if evaluator.id not in self._documents:
            self._documents[evaluator.id] = dossier_queries.document_of(version)
        return self._documents[evaluator.id]

    def own_document(self, evaluator: Evaluator) -> Document | None:
        """None also for one that came with another register and wrote none since: it was asked for nothing."""
        version = self._versions[evaluator.id]
        is_foreign = version is not None and version.number == 1 and self._imported[evaluator.id]
        return None if is_foreign else self.document(evaluator)

    def founded_on(self, evaluator: Evaluator) -> date | None:
        document = self.document(evaluator)
        told = None if document is None else document.get("founded_on")
        return None if told is None else date.fromisoformat(told)

    def entity(self, evaluator: Evaluator) -> entity_queries.EntityHistory:
        if not self._told_of[evaluator.id]:
            return entity_queries.NOTHING_TOLD
        return entity_queries.history_of(self.session, evaluator.id, self.at)

    def taken_over(self, body: str, by: date) -> tuple[Succession, ...]:
        """See entity_queries."""
        return entity_queries.taken_over(self.session, body, by, self.at) if self._successors[body] else ()

    def surveillances(self, evaluator: Evaluator) -> tuple[Surveillance, ...]:
        return qualifications.surveillances_of(self.session, [evaluator.id]) if self._surveilled[evaluator.id] else ()

    def _find_names(self, evaluators: Sequence[Evaluator]) -> Mapping[Evaluator, list[NameKnown]]:
        found = names_of(self.session, evaluators, self.at)
        return {each: found[each.id] for each in evaluators}

    def _rows(self, find: Callable[[list[UUID]], Mapping[UUID, Sequence[Value]]]) -> LookedUp[UUID, Sequence[Value]]:
        made = rows_looked_up(find)
        self._by_id.append(made)
        return made

    def _one(self, find: Callable[[list[UUID]], Mapping[UUID, Value]]) -> LookedUp[UUID, Value | None]:
        made = LookedUp[UUID, Value | None](find, None)
        self._by_id.append(made)
        return made
