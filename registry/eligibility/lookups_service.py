"""What is the same for many questions of one transaction, looked up once."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from registry.eligibility.geography_service import Geography
from registry.eligibility.policy import Policy
from registry.eligibility.policy_service import policy_for
from registry.evaluators import phoenix_service
from registry.evaluators.independence_service import KnownEdges, read_party
from registry.evaluators.phoenix_service import Endings
from registry.standards.library_service import Library


class Lookups:
    """Lives as long as its transaction and no longer: what others save meanwhile is not seen."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._policies: dict[tuple[tuple[str, ...], date, datetime], Policy] = {}
        self._parties: dict[str, str] = {}
        self._endings: dict[datetime, Endings] = {}
        self._edges: dict[datetime, KnownEdges] = {}

    @cached_property
    def geography(self) -> Geography:
        return Geography(self._session)

    @cached_property
    def library(self) -> Library:
        return Library(self._session)

    def policy(self, regions: Iterable[str], written_on: date, known_at: datetime) -> Policy:
        """written_on: the day as of which the regions were written.

        Raises QuestionRejected where two places decide by different policies.
        """
        key = tuple(dict.fromkeys(regions)), written_on, known_at
        if key not in self._policies:
            self._policies[key] = policy_for(self._session, *key)
        return self._policies[key]

    def party(self, text: str, name: str) -> str:
        """Its key. name: of the parameter. Raises QuestionRejected, EvaluatorNotFound."""
        if text not in self._parties:
            self._parties[text] = read_party(self._session, text, name)
        return self._parties[text]

    def endings(self, known_at: datetime) -> Endings:
        if known_at not in self._endings:
            self._endings[known_at] = phoenix_service.endings(self._session, known_at)
        return self._endings[known_at]

    def edges(self, known_at: datetime) -> KnownEdges:
        if known_at not in self._edges:
            self._edges[known_at] = KnownEdges(self._session, known_at)
        return self._edges[known_at]
