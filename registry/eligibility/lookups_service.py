"""What is the same for many questions of one transaction, or of one state of the register, looked up once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from registry.eligibility.geography_service import Geography
from registry.eligibility.known_work_service import KnownWork
from registry.eligibility.policy import Policy
from registry.eligibility.policy_service import policy_for
from registry.evaluators import dossier_queries, phoenix_service
from registry.evaluators.independence_service import key_of, load_owners, read_party
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.phoenix_service import Endings
from registry.looked_up import LookedUp
from registry.recently_used import RecentlyUsed
from registry.standards.library_service import Library
from registry.validity import legal_day

_MOST_POLICIES = 10_000


class Standing:
    """What is the same for all questions that know the same: while nothing is recorded that can change an answer,
    whoever asks, in whichever transaction, and at whichever instant since."""

    def __init__(self) -> None:
        self._endings: Endings | None = None
        self._policies: RecentlyUsed[tuple[tuple[str, ...], date, date], Policy] = RecentlyUsed(
            _MOST_POLICIES, lambda _: 1
        )

    def endings(self, session: Session, known_at: datetime) -> Endings:
        if self._endings is None:
            self._endings = phoenix_service.endings(session, known_at)
        return replace(self._endings, known_at=known_at)

    def policy(self, session: Session, regions: tuple[str, ...], written_on: date, known_at: datetime) -> Policy:
        """Raises QuestionRejected."""
        key = regions, written_on, legal_day(known_at)
        return self._policies.get(key, lambda: policy_for(session, regions, written_on, known_at))


class Lookups:
    """Lives as long as its transaction and no longer: what others save meanwhile is not seen. standing: of whichever
    instants will be asked about, where they all know the same."""

    def __init__(self, session: Session, standing: Standing | None = None) -> None:
        self._session = session
        self._standing, self._standings = standing, dict[datetime, Standing]()
        self._parties: dict[str, str] = {}
        self._knowledge: dict[datetime, Knowledge] = {}
        self._work: dict[datetime, KnownWork] = {}
        self._libraries: dict[datetime, Library] = {}
        self._expected: set[tuple[str, datetime]] = set()
        self.by_credit_code = LookedUp[str, Evaluator | None](
            lambda codes: dossier_queries.evaluators_by_credit_code(session, codes), None
        )

    @cached_property
    def geography(self) -> Geography:
        return Geography(self._session)

    def library(self, known_at: datetime) -> Library:
        if known_at not in self._libraries:
            self._libraries[known_at] = Library(self._session, (), known_at)
        return self._libraries[known_at]

    def evaluator(self, code: str) -> Evaluator:
        """Raises EvaluatorNotFound."""
        return dossier_queries.get_evaluator(self._session, code)

    def policy(self, regions: Iterable[str], written_on: date, known_at: datetime) -> Policy:
        """written_on: the day as of which the regions were written.

        Raises QuestionRejected where two places decide by different policies.
        """
        places = tuple(dict.fromkeys(regions))
        return self._standing_at(known_at).policy(self._session, places, written_on, known_at)

    def party(self, text: str, name: str) -> str:
        """Its key. name: of the parameter. Raises QuestionRejected, EvaluatorNotFound."""
        if text not in self._parties:
            self._parties[text] = read_party(self._session, text, name)
        return self._parties[text]

    def endings(self, known_at: datetime) -> Endings:
        return self._standing_at(known_at).endings(self._session, known_at)

    def knowledge(self, known_at: datetime) -> Knowledge:
        if known_at not in self._knowledge:
            self._knowledge[known_at] = Knowledge(self._session, known_at)
        return self._knowledge[known_at]

    def work(self, known_at: datetime) -> KnownWork:
        if known_at not in self._work:
            self._work[known_at] = KnownWork(self._session, known_at)
        return self._work[known_at]

    def expect(self, evaluators: Sequence[Evaluator], known_at: datetime) -> None:
        """They will be asked about: each kind of rows is looked up for all of them together."""
        fresh = [each for each in evaluators if (each.code, known_at) not in self._expected]
        if not fresh:
            return
        self._expected |= {(each.code, known_at) for each in fresh}
        keys = [key_of(each) for each in fresh]
        self.knowledge(known_at).expect(fresh, keys)
        self.work(known_at).expect(fresh)
        load_owners(self.knowledge(known_at), keys)

    def _standing_at(self, known_at: datetime) -> Standing:
        return self._standing or self._standings.setdefault(known_at, Standing())
