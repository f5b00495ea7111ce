"""An evaluator with its dossier, people who vet it, and ways to decide on its scope items, for tests of vetting."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from evaluator_samples import at, day
from people import Person, make_person
from region_samples import AS_OF, HANGZHOU, Row, divisions_file
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role, Via
from registry.canonical import canonical_json, sha256_hex
from registry.evaluators import (
    application_service,
    evidence_service,
    qualification_service,
    status_service,
    surveillance_service,
)
from registry.evaluators.application import StepType
from registry.evaluators.application_queries import ApplicationRecord
from registry.evaluators.application_service import Established, StepWanted, Verdict
from registry.evaluators.decision import Basis, Decision, Scope
from registry.evaluators.dossier_models import DossierVersion
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import Cause, CauseKind, EventType
from registry.evaluators.qualification_service import Recorded
from registry.evaluators.scope import RegionSet, StandardRange
from registry.evaluators.status import Status
from registry.evaluators.surveillance_service import Outcome, Plan
from registry.regions import import_service
from registry.regions.import_service import Terms
from registry.regions.inputs import read_divisions

EARLY = datetime(2023, 1, 2, 4, tzinfo=UTC)
LATE = datetime(2030, 1, 2, 4, tzinfo=UTC)
REGION = "mca:150700"
DIVISIONS: tuple[Row, ...] = (
    *HANGZHOU,
    ("150000", "内蒙古自治区", "province", ""),
    ("150700", "呼伦贝尔市", "prefecture", "150000"),
)
# Of a file that every evaluator made here has handed in.
EVIDENCE_FILE = b"%PDF-1.7 The corrected report."
EVIDENCE = sha256_hex(EVIDENCE_FILE)
# What makes every mandatory requirement of the qualification as such known and met.
GOOD_FACTS: dict[str, Any] = {
    "organisation_type": "research_institute",
    "is_independent_of_client": True,
    "is_independent_of_assessed": True,
    "staff_count": 12,
    "has_equipment_and_skill": True,
    "has_sound_governance": True,
    "has_finance_system": True,
    "has_assets_system": True,
    "has_confidentiality_system": True,
    "has_training_system": True,
    "has_quality_control": True,
    "has_serious_breach": False,
}


def make_dossier(facts: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    known = {
        "$schema": "urn:evaluator-registry:schema:evaluator:v1",
        "names": [{"name": "呼伦贝尔评估院"}],
        "credit_code": "91110000600037341L",
        "legal_form": "company",
        "region": REGION,
        "persons": [],
        "staff": [],
        "ownership": [],
        "certificates": [],
        "declarations": [],
        "facts": [{"fact": name, "value": each} for name, each in (GOOD_FACTS if facts is None else facts).items()],
    }
    return known | changes


def make_evaluator(session: Session, dossier: dict[str, Any] | None = None, now: datetime = EARLY) -> Evaluator:
    content = canonical_json(dossier or make_dossier())
    number = (session.scalar(select(func.max(Evaluator.number))) or 0) + 1
    made = Evaluator(
        id=uuid4(), number=number, code=f"ev-{number:06d}", name="呼伦贝尔评估院", credit_code="91110000600037341L",
        legal_form="company", region=REGION, dossier_number=1, dossier_sha256=sha256_hex(content), created_at=now,
        created_by="operator",
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(
        DossierVersion(
            evaluator_id=made.id, number=1, sha256=made.dossier_sha256, content=content.decode(),
            submitted_by="operator", person_id=None, submitted_at=now, idempotency_key=None,
        )
    )  # fmt: skip
    session.flush()
    evidence_service.hand_in(session, OPERATOR, made, "corrected.pdf", EVIDENCE_FILE, now)
    return made


def take_divisions(session: Session, folder: Path) -> None:
    given = read_divisions(divisions_file(folder, DIVISIONS), "mca", AS_OF)
    import_service.import_divisions(session, given, "mca", Terms(EARLY))


def make_scope(domain: str = "agri", region: str = "mca:420000", **changes: Any) -> Scope:
    known: dict[str, Any] = {
        "regions": RegionSet((region,), descendants=True),
        "evaluation_type": "annual",
        "subject_level": "town",
        "standards": StandardRange("rural-rev", "2.0.0", "3.0.0"),
    }
    return Scope(domain, **(known | changes))


def actor_of(person: Person, *roles: Role | HeldRole) -> Actor:
    held = tuple(each if isinstance(each, HeldRole) else HeldRole(each) for each in roles)
    return Actor(person.account_id, person.person_id, held, frozenset(each.role for each in held), Via.SESSION)


@dataclass(frozen=True)
class Vetting:
    """officer assesses; decider takes the decisions, other is one more officer."""

    session: Session
    evaluator: Evaluator
    applicant: Actor
    officer: Actor
    decider: Actor
    other: Actor

    def opened(self, *scopes: Scope, now: datetime | None = None) -> ApplicationRecord:
        given = scopes or (make_scope(),)
        return application_service.open_application(
            self.session, self.applicant, self.evaluator, given, now or at("2023-06-01")
        )

    def step(
        self, application: ApplicationRecord | UUID, type_: StepType | str, by: Actor, on: str, **changes: Any
    ) -> ApplicationRecord:
        found_id = application if isinstance(application, UUID) else application.row.id
        wanted = StepWanted(StepType(type_), **changes)
        return application_service.take_step(self.session, by, found_id, wanted, at(on))

    def pending(self, *scopes: Scope, on: str = "2026-01-05") -> ApplicationRecord:
        """An application that waits for its decision."""
        opened = self.opened(*scopes, now=at(on))
        self.step(opened, "submit", self.applicant, on, dossier_number=1)
        self.step(opened, "accept", self.officer, on)
        account_id = self.officer.account_id
        assert account_id is not None
        self.step(opened, "assess", self.other, on, assessors=(account_id,))
        return self.step(opened, "conclude", self.officer, on)

    def granted(
        self, *scopes: Scope, effective: str = "2026-02-01", valid_to: str = "2028-02-01", on: str = "2026-01-05"
    ) -> tuple[str, ...]:
        """Identifiers of items that were granted, in the order of the scopes."""
        application = self.pending(*scopes, on=on)
        verdict = Verdict(
            StepType.GRANT, day(on), ("All is met.",), effective_from=day(effective), valid_to=day(valid_to)
        )
        application_service.decide_application(self.session, self.decider, application.row.id, verdict, at(on))
        return tuple(str(each.id) for each in application.items)

    def decide(
        self, type_: str, items: str | tuple[str, ...], effective: str, recorded: str | None = None, **changes: Any
    ) -> Recorded:
        on = recorded or effective
        known: dict[str, Any] = {
            "decided_on": day(on),
            "basis": Basis("A reason."),
            "items": (items,) if isinstance(items, str) else items,
        }
        decision = Decision(EventType(type_), effective_from=day(effective), **(known | changes))
        return qualification_service.decide(self.session, self.decider, self.evaluator, decision, at(on))

    def suspend(
        self, items: str | tuple[str, ...], effective: str, recorded: str | None = None, *causes: Cause
    ) -> Recorded:
        return self.decide("suspend", items, effective, recorded, causes=causes or (make_cause(),))

    def reinstate(
        self, items: str | tuple[str, ...], effective: str, recorded: str | None = None, *closes: str
    ) -> Recorded:
        basis = Basis("Verified.", evidence_sha256=EVIDENCE, verified_on=day(recorded or effective))
        keys = closes or ("late-report",)
        return self.decide("reinstate", items, effective, recorded, closes=keys, basis=basis)

    def surveilled(self, items: tuple[str, ...], on: str, **changes: Any) -> Any:
        planned = surveillance_service.plan(
            self.session, self.officer, self.evaluator, Plan("routine", items, day(on)), at(on)
        )
        outcome = Outcome("All is well.", day(on), **changes)
        return surveillance_service.finish(self.session, self.officer, planned.planned.id, outcome, at(on))

    def status(self, item: str, on: str, known_at: str | datetime = LATE) -> Status:
        known = known_at if isinstance(known_at, datetime) else at(known_at)
        found = status_service.status(self.session, self.evaluator, day(on), known, item=item)
        return found.items[0].status


def make_cause(key: str = "late-report", review_by: str = "2026-06-01") -> Cause:
    return Cause(key, CauseKind.IMPOSED, "REPORT_LATE", "notice-7", day(review_by))


def make_vetting(session: Session, folder: Path, dossier: dict[str, Any] | None = None) -> Vetting:
    take_divisions(session, folder)
    evaluator = make_evaluator(session, dossier)
    own = HeldRole(Role.EVALUATOR, evaluator.code)
    officer, decider, other = (make_person(session, Role.VETTING_OFFICER, now=EARLY) for _ in range(3))
    return Vetting(
        session,
        evaluator,
        actor_of(make_person(session, own, now=EARLY), own),
        *(actor_of(each, Role.VETTING_OFFICER) for each in (officer, decider, other)),
    )


def established(**facts: Any) -> list[Established]:
    return [Established(name, value, "Seen on site.") for name, value in facts.items()]
