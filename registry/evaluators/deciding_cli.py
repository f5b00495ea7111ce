"""Commands that take steps and decisions of vetting, each with the body of its route in a file.

They act as the person whose API key they are given: four eyes that whoever runs the machine could close would be none.
Heavy packages are imported only by the function that needs them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

from registry.command_options import JsonOption
from registry.keyset import read_uuid
from registry.validity import Validity

if TYPE_CHECKING:
    from registry.accounts.permissions import Actor
    from registry.json_models import Out

Answer = TypeVar("Answer", bound="Out")
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="Of an evaluator, as ev-000001.")]
ApplicationArgument = Annotated[str, typer.Argument(metavar="ID", help="As `registry vetting list` shows it.")]
BodyArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The body of the route of the API, as JSON.")]
KeyOption = Annotated[
    Path,
    typer.Option("--key", metavar="FILE", envvar="REGISTRY_KEY_FILE", help="Holds an API key of the person who acts."),
]


class FindingAction(StrEnum):
    ANSWER = "answer"
    ACCEPT = "accept"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Acting:
    """The person who acts, as the transaction sees them."""

    session: Any
    actor: "Actor"
    now: datetime


def act(key: Path, work: Callable[[Acting], Answer], line: Callable[[Answer], str], json: bool) -> None:
    from registry.accounts.key_service import actor_by_key
    from registry.audit.service import take_turn
    from registry.clock import utc_now
    from registry.evaluators.vetting_inputs import read_key
    from registry.own_database import own_database

    secret = read_key(key)

    def once(session: Any) -> Answer:
        # Before the first look at the database: what is seen while waiting would be old when the turn comes.
        take_turn(session)
        now = utc_now()
        return work(Acting(session, actor_by_key(session, secret, now), now))

    with own_database() as own:
        found = own.write(once)
    typer.echo(found.model_dump_json() if json else line(found))


def open_application(file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Open the draft of an application for scope items."""
    from registry.evaluators import application_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.vetting_inputs import read_body
    from registry.evaluators.vetting_wire import ApplicationIn, ApplicationOut, application_out

    given = read_body(file, ApplicationIn)

    def work(by: Acting) -> ApplicationOut:
        evaluator = get_evaluator(by.session, given.evaluator)
        opened = application_service.open_application(by.session, by.actor, evaluator, given.scopes(), by.now)
        return application_out(opened)

    act(key, work, _stage, json)


def take_step(identifier: ApplicationArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Submit, accept, assess, raise_findings, answer_findings, conclude, withdraw, lapse: the file says which."""
    from registry.evaluators import application_service
    from registry.evaluators.vetting_inputs import read_body
    from registry.evaluators.vetting_wire import ApplicationOut, StepIn, application_out

    wanted, found_id = read_body(file, StepIn).wanted(), _id(identifier)

    def work(by: Acting) -> ApplicationOut:
        return application_out(application_service.take_step(by.session, by.actor, found_id, wanted, by.now))

    act(key, work, _stage, json)


def establish_facts(
    identifier: ApplicationArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False
) -> None:
    """Record what an assessor found out."""
    from registry.evaluators import application_service
    from registry.evaluators.vetting_inputs import read_body
    from registry.evaluators.vetting_wire import ApplicationOut, FactsIn, application_out

    facts, found_id = read_body(file, FactsIn).established(), _id(identifier)

    def work(by: Acting) -> ApplicationOut:
        return application_out(application_service.establish(by.session, by.actor, found_id, facts, by.now))

    act(key, work, _stage, json)


def decide_application(
    identifier: ApplicationArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False
) -> None:
    """Grant, grant_reduced or refuse, as a person who took no part in the assessment."""
    from registry.evaluators import application_service
    from registry.evaluators.status_wire import DecidedOut, decided_out
    from registry.evaluators.vetting_inputs import read_body
    from registry.evaluators.vetting_wire import VerdictIn

    verdict, found_id = read_body(file, VerdictIn).decision(), _id(identifier)

    def work(by: Acting) -> DecidedOut:
        return decided_out(*application_service.decide_application(by.session, by.actor, found_id, verdict, by.now))

    act(key, work, lambda found: _stage(found.application), json)


def decide(code: CodeArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Suspend, reinstate, reduce, extend, renew, withdraw, surrender, annul or correct; prints what it changes."""
    from registry.evaluators import qualification_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.qualification_wire import DecisionIn
    from registry.evaluators.status_wire import RecordedOut, recorded_out
    from registry.evaluators.vetting_inputs import read_body

    decision = read_body(file, DecisionIn).decision()

    def work(by: Acting) -> RecordedOut:
        evaluator = get_evaluator(by.session, code)
        return recorded_out(qualification_service.decide(by.session, by.actor, evaluator, decision, by.now))

    act(key, work, _changes, json)


def hand_in(
    code: CodeArgument,
    file: Annotated[Path, typer.Argument(help="PDF, PNG or JPEG; at most 20 MiB.")],
    key: KeyOption,
    json: JsonOption = False,
) -> None:
    """Hand in a file as evidence, and print the digest by which decisions and findings name it."""
    from registry.evaluators import evidence_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.dossier_wire import EvidenceOut, evidence_out
    from registry.evaluators.vetting_inputs import read_evidence

    name, content = read_evidence(file)

    def work(by: Acting) -> EvidenceOut:
        evaluator = get_evaluator(by.session, code)
        return evidence_out(evidence_service.hand_in(by.session, by.actor, evaluator, name, content, by.now))

    act(key, work, lambda found: found.sha256, json)


def plan_surveillance(file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Plan a routine, reactive or randomized surveillance of scope items."""
    from registry.evaluators import surveillance_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.surveillance_wire import PlanIn, SurveillanceOut, surveillance_out
    from registry.evaluators.vetting_inputs import read_body

    given = read_body(file, PlanIn)

    def work(by: Acting) -> SurveillanceOut:
        evaluator = get_evaluator(by.session, given.evaluator)
        planned = surveillance_service.plan(by.session, by.actor, evaluator, given.plan(), by.now)
        return surveillance_out(planned, evaluator.code)

    act(key, work, _surveillance, json)


def finish_surveillance(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="As `registry vetting surveillances` shows it.")],
    file: BodyArgument,
    key: KeyOption,
    json: JsonOption = False,
) -> None:
    """Record what a surveillance found, or that it was called off."""
    from registry.evaluators import qualification_queries, surveillance_service
    from registry.evaluators.surveillance_wire import OutcomeIn, SurveillanceOut, surveillance_out
    from registry.evaluators.vetting_inputs import read_body

    outcome, found_id = read_body(file, OutcomeIn).outcome(), _id(identifier)

    def work(by: Acting) -> SurveillanceOut:
        made = surveillance_service.finish(by.session, by.actor, found_id, outcome, by.now)
        return surveillance_out(made, qualification_queries.code_of(by.session, made.planned.evaluator_id))

    act(key, work, _surveillance, json)


def treat_finding(
    action: Annotated[FindingAction, typer.Argument(help="answer: by the evaluator; accept, return: by an officer.")],
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Of a finding of a surveillance.")],
    file: BodyArgument,
    key: KeyOption,
    json: JsonOption = False,
) -> None:
    """Answer a finding of a surveillance, or accept or return the answer."""
    from registry.evaluators import finding_service
    from registry.evaluators.vetting_inputs import read_body
    from registry.evaluators.vetting_wire import FindingOut, TreatmentIn, finding_out

    treatment = read_body(file, TreatmentIn).treatment(_id(identifier))

    def work(by: Acting) -> FindingOut:
        return finding_out(finding_service.treat(by.session, by.actor, treatment, action.value, by.now))

    act(key, work, lambda found: f"{found.id}  {found.state}", json)


def file_appeal(file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Contest a decision, which stays in force meanwhile."""
    from registry.evaluators import appeal_service
    from registry.evaluators.surveillance_wire import AppealIn, AppealOut, appeal_out
    from registry.evaluators.vetting_inputs import read_body

    given = read_body(file, AppealIn)
    decision_id, filed_on = given.contested()

    def work(by: Acting) -> AppealOut:
        return appeal_out(
            appeal_service.file_appeal(by.session, by.actor, decision_id, given.grounds, filed_on, by.now)
        )

    act(key, work, _appeal, json)


def decide_appeal(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Of an appeal, as the history shows it.")],
    file: BodyArgument,
    key: KeyOption,
    json: JsonOption = False,
) -> None:
    """Uphold or dismiss an appeal, as a person who did not take the contested decision."""
    from registry.evaluators import appeal_service
    from registry.evaluators.status_wire import RuledOut, ruled_out
    from registry.evaluators.surveillance_wire import RulingIn
    from registry.evaluators.vetting_inputs import read_body

    ruling, found_id = read_body(file, RulingIn).ruling(), _id(identifier)

    def work(by: Acting) -> RuledOut:
        return ruled_out(*appeal_service.decide_appeal(by.session, by.actor, found_id, ruling, by.now))

    act(key, work, lambda found: _appeal(found.appeal), json)


def _id(text: str) -> UUID:
    """What is no identifier is answered as one that nothing has."""
    return read_uuid(text) or UUID(int=0)


def _stage(found: Any) -> str:
    return f"{found.id}  {found.stage}"


def _surveillance(found: Any) -> str:
    return "\n".join([f"{found.id}  {found.state}", *(f"  finding {each.id}  {each.grade}" for each in found.findings)])


def _appeal(found: Any) -> str:
    return f"{found.id}  {found.outcome or 'pending'}"


def _changes(found: Any) -> str:
    """The decision, and the days on which the status of an item is another one now."""
    changed = [
        f"  item {each.item}  {Validity(days.valid_from, days.valid_to)}"
        for each in found.changed
        for days in each.days
    ]
    return "\n".join([f"{found.decision}  recorded; another status now:", *changed])
