"""Commands about legal persons, rights that wait for a decision, and certificates.

What is recorded is the body of the route of the API, in a file. Heavy packages are imported only by the function that
needs them.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import JsonOption
from registry.evaluators.deciding_cli import Acting, BodyArgument, CodeArgument, KeyOption, act

if TYPE_CHECKING:
    from registry.evaluators.certificate_wire import CertificateEventOut
    from registry.evaluators.entity_wire import EntityHistoryOut, SuccessorDecisionOut

ValidAtOption = Annotated[
    str, typer.Option("--valid-at", metavar="DATE", help="The day that is asked about, or an instant of it.")
]
KnownAtOption = Annotated[
    str | None,
    typer.Option("--known-at", metavar="INSTANT", help="As known then, as 2026-03-10T00:00:00Z; default: now."),
]


def record_entity_event(code: CodeArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Record a liquidation, its end, a merger, a split, a dissolution, or a correction of one."""
    from registry.evaluators import entity_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.entity_wire import EntityEventIn, entity_history_out
    from registry.evaluators.vetting_inputs import read_body

    wanted = read_body(file, EntityEventIn).wanted()

    def work(by: Acting) -> "EntityHistoryOut":
        evaluator = get_evaluator(by.session, code)
        return entity_history_out(entity_service.record_event(by.session, by.actor, evaluator, wanted, by.now))

    act(key, work, _last_event, json)


def decide_right(code: CodeArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Decide on a scope item of a body that the evaluator took over: which new item stands for it, or none."""
    from registry.evaluators import succession_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.entity_wire import SuccessorDecisionIn, successor_decision_out
    from registry.evaluators.vetting_inputs import read_body

    wanted = read_body(file, SuccessorDecisionIn).wanted()

    def work(by: Acting) -> "SuccessorDecisionOut":
        evaluator = get_evaluator(by.session, code)
        return successor_decision_out(
            succession_service.decide_right(by.session, by.actor, evaluator, wanted, by.now)
        )  # fmt: skip

    act(key, work, lambda made: f"{made.predecessor_item}  {made.item or 'refused'}", json)


def record_certificate_event(code: CodeArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Record what the issuer of a certificate said: suspended, lifted, withdrawn, or a correction."""
    from registry.evaluators import certificate_service
    from registry.evaluators.certificate_wire import CertificateEventIn, certificate_event_out
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.vetting_inputs import read_body

    wanted = read_body(file, CertificateEventIn).wanted()

    def work(by: Acting) -> "CertificateEventOut":
        evaluator = get_evaluator(by.session, code)
        return certificate_event_out(
            certificate_service.record_event(by.session, by.actor, evaluator, wanted, by.now)
        )  # fmt: skip

    act(key, work, lambda made: f"event {made.number}: {made.certificate_number} {made.kind}", json)


def list_rights(
    code: CodeArgument, valid_at: ValidAtOption, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """List rights of bodies that the evaluator took over: those that wait for a decision, and the decisions."""
    from registry.clock import utc_now
    from registry.evaluators import succession_service
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.entity_wire import rights_out
    from registry.own_database import own_database

    on, known = read_valid_at(valid_at), read_known_at(known_at, utc_now())
    with own_database() as own:
        found = own.read(
            lambda session: rights_out(succession_service.rights_of(session, get_evaluator(session, code), on, known))
        )
    if json:
        typer.echo(found.model_dump_json())
        return
    for each in found.waiting:
        typer.echo(f"{each.item}  waits since {each.since}  of {each.predecessor}")
    for made in found.decisions:
        typer.echo(f"{made.predecessor_item}  {made.item or 'refused'}  {made.decided_on}")
    if not found.waiting:
        typer.echo(f"Nothing waits for a decision on {on}.", err=True)


def list_certificates(
    code: CodeArgument, valid_at: ValidAtOption, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """List certificates with what each was worth on a day."""
    from registry.clock import utc_now
    from registry.evaluators import certificate_service
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.evaluators.certificate_wire import certificates_out
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.own_database import own_database

    on, known = read_valid_at(valid_at), read_known_at(known_at, utc_now())
    with own_database() as own:
        found = own.read(
            lambda session: certificates_out(
                certificate_service.certificates_on(session, get_evaluator(session, code), on, known)
            )
        )
    if json:
        typer.echo(found.model_dump_json())
        return
    for each in found.certificates:
        listed = "" if each.is_listed else "  (no longer in the dossier)"
        typer.echo(f"{each.certificate_number}  {each.issuer}  {each.dependency}  {each.state}{listed}")
    if not found.certificates:
        typer.echo("The dossier has no certificate.", err=True)


def _last_event(found: Any) -> str:
    """What was recorded, and what the body is from day to day."""
    made = found.events[-1]
    spans = (f"  from {each.valid_from}: {each.kind}" for each in found.spans[1:])
    return "\n".join([f"event {made.number}: {made.kind}, from {made.effective_from}", *spans])
