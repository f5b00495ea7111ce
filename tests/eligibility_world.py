"""An evaluator in a database with nothing against it, built through the services, for tests of whole answers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from builders import make_visits
from evaluator_samples import at, day
from exclusion_samples import make_row, record_list, take
from people import make_person
from region_samples import AS_OF, HANGZHOU_CHANGES, SINCE, changes_file, divisions_file
from sqlalchemy.orm import Session
from vetting_samples import DIVISIONS, EVIDENCE_FILE, Vetting, actor_of, make_dossier

from registry.accounts.permissions import OPERATOR, HeldRole, Role
from registry.eligibility.answering_service import answer
from registry.eligibility.asking import Tuple, Written
from registry.eligibility.decision import Decision
from registry.eligibility.question import RiskClass
from registry.evaluators import dossier_service, evidence_service
from registry.evaluators.dossier_service import Submission
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.regions import import_service
from registry.regions.claim import Claim
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes, read_divisions
from registry.regions.reference import Level
from registry.reliability import queries as comparisons
from registry.reliability.service import run_submission
from registry.reliability.submission import JSON, Options, SourceFile
from registry.reliability.submission import Submission as Compared

LEADS = ("p-1", "p-2", "p-3")


def make_staffed_dossier(seen_on: str, **changes: Any) -> dict[str, Any]:
    """Three lead evaluators, and one person that owns all of it."""
    known = {
        "persons": [{"id": each, "name": f"甲{each[-1]}"} for each in (*LEADS, "p-9")],
        "staff": [{"person": each, "post": "lead_evaluator", "valid_from": "2018-01-01"} for each in LEADS],
        "ownership": [
            {"owner": {"person": "p-9"}, "share": 1.0, "basis": "shares", "valid_from": "2010-01-01",
             "source": "register of companies", "seen_at": seen_on},
        ],
        "founded_on": "2010-01-01",
    }  # fmt: skip
    return make_dossier(**(known | changes))


def take_all_divisions(session: Session, folder: Path) -> None:
    """With their changes, and the claim that all since then are told."""
    terms = Terms(at("2020-01-02"))
    import_service.import_divisions(
        session, read_divisions(divisions_file(folder, DIVISIONS), "mca", AS_OF), "mca", terms
    )
    given = read_changes(changes_file(folder, HANGZHOU_CHANGES), "mca")
    import_service.import_changes(session, given, "mca", replace(terms, claim=Claim(SINCE, None, Level.COUNTY)))


def make_world(session: Session, folder: Path, start: str = "2025-11-03", **changes: Any) -> "World":
    """changes: of the dossier."""
    take_all_divisions(session, folder)
    record_list(session, now=at(start))
    return World(add_evaluator(session, start, **changes))


def add_evaluator(session: Session, start: str, **changes: Any) -> Vetting:
    document = make_staffed_dossier(str(day(start) - timedelta(days=1)), **changes)
    evaluator = dossier_service.apply(session, OPERATOR, Submission(document), at(start)).evaluator
    evidence_service.hand_in(session, OPERATOR, evaluator, "corrected.pdf", EVIDENCE_FILE, at(start))
    own = HeldRole(Role.EVALUATOR, evaluator.code)
    officers = [make_person(session, Role.VETTING_OFFICER, now=at(start)) for _ in range(3)]
    return Vetting(
        session, evaluator, actor_of(make_person(session, own, now=at(start)), own),
        *(actor_of(each, Role.VETTING_OFFICER) for each in officers),
    )  # fmt: skip


@dataclass(frozen=True)
class World:
    vetting: Vetting

    @property
    def session(self) -> Session:
        return self.vetting.session

    @property
    def evaluator(self) -> Evaluator:
        return self.vetting.evaluator

    def query_lists(self, *days: str, rows: Iterable[Mapping[str, str]] = ()) -> None:
        """Each day's list has the rows, and an entry that means nobody."""
        for each in sorted(days):
            take(self.session, [make_row(9999), *rows], at(each))

    def believe(self, on: str) -> None:
        """A comparison of twelve visits that all agree; enough for work of low risk."""
        reports, checks, criteria = make_visits({self.evaluator.code: [(1, 10)] * 12})
        checks["for_cause"] = "false"
        contents = (reports.to_dict("records"), checks.to_dict("records"), criteria)
        files = [SourceFile(f"{place}.json", json.dumps(each).encode(), JSON) for place, each in enumerate(contents)]
        comparisons.record(self.session, run_submission(Compared(*files, Options())), at(on))

    def written(self, domain: str, first: str, until: str, **changes: Any) -> Written:
        """region, standard, level: of the tuple."""
        scope = {"region": "mca:420000", "type": "annual", "standard": "rural-rev@2.1.0", "level": "town"}
        told = {name: changes.pop(name, value) for name, value in scope.items()}
        known: dict[str, Any] = {"risk_class": RiskClass.LOW}
        return Written(
            self.evaluator.code, (Tuple(domain, **told),), Period(day(first), day(until)), **(known | changes)
        )

    def ask(self, domain: str, first: str, until: str, known_at: str | datetime, **changes: Any) -> Decision:
        """changes: of written, and the policy where it is not that of the place."""
        known = at(known_at) if isinstance(known_at, str) else known_at
        policy = changes.pop("policy", None)
        return answer(self.session, self.written(domain, first, until, **changes), known, policy)
