"""Commands about names that are held and about successions. Judging is by a person, with the API key of that person.

Heavy packages are imported only by the function that needs them.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import JsonOption
from registry.evaluators.deciding_cli import Acting, CodeArgument, KeyOption, act

if TYPE_CHECKING:
    from registry.evaluators.judgement_wire import HeldNameOut, SuccessionListOut

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the judgement.")]


def list_names(
    every: Annotated[bool, typer.Option("--all", help="Also those that were judged.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many, the oldest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """List names that are kept from the public, with the known names that they look like."""
    from registry.evaluators import name_queries
    from registry.evaluators.judgement_wire import HeldNameListOut, held_name_out
    from registry.own_database import own_database

    def look(session: Any) -> HeldNameListOut:
        found = name_queries.list_holds(session, limit=most, is_waiting=not every)
        return HeldNameListOut(names=[held_name_out(each) for each in found], next=None)

    with own_database() as own:
        found = own.read(look)
    if json:
        typer.echo(found.model_dump_json())
        return
    for each in found.names:
        typer.echo(_held(each))
    if not found.names:
        typer.echo("No name waits for a judgement.", err=True)


def judge_name(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `registry vetting names` shows it.")],
    reason: ReasonOption,
    key: KeyOption,
    same_as: Annotated[
        str | None, typer.Option("--same-as", metavar="CODE", help="Refuse it: the name is that of this evaluator.")
    ] = None,
    distinct: Annotated[bool, typer.Option("--distinct", help="Show it: the name is the evaluator's own.")] = False,
    json: JsonOption = False,
) -> None:
    """Judge a name that is held, as a person who neither acts nor acted for the evaluator."""
    from registry.evaluators import name_service
    from registry.evaluators.judgement_wire import HeldNameOut, NameJudgementIn, held_name_out
    from registry.json_models import validated

    _require_one(distinct, same_as is not None, "--distinct or --same-as CODE")
    verdict = "distinct" if distinct else "same"
    given = validated(NameJudgementIn, {"verdict": verdict, "same_as": same_as, "reason": reason})

    def work(by: Acting) -> HeldNameOut:
        return held_name_out(name_service.judge(by.session, by.actor, number, given.opinion(), by.now))

    act(key, work, _held, json)


def list_successions(code: CodeArgument, json: JsonOption = False) -> None:
    """List what shows that an evaluator may be a body that was barred or lost its qualification."""
    from registry.clock import utc_now
    from registry.evaluators import phoenix_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.judgement_wire import SuccessionListOut, succession_out
    from registry.evaluators.phoenix_queries import names_of_persons
    from registry.own_database import own_database

    now = utc_now()

    def look(session: Any) -> SuccessionListOut:
        evaluator = get_evaluator(session, code)
        found, persons = phoenix_service.successions(session, evaluator, now), names_of_persons(session, evaluator)
        shown = [succession_out(each, persons) for each in found]
        return SuccessionListOut(evaluator=code, known_at=now, successions=shown)

    with own_database() as own:
        found = own.read(look)
    typer.echo(found.model_dump_json() if json else _successions(found))


def judge_succession(
    code: CodeArgument,
    old: Annotated[str, typer.Argument(metavar="OLD", help="Code of the evaluator whose rights ended.")],
    reason: ReasonOption,
    key: KeyOption,
    successor: Annotated[bool, typer.Option("--successor", help="It is the old body.")] = False,
    distinct: Annotated[bool, typer.Option("--distinct", help="It is another body.")] = False,
    json: JsonOption = False,
) -> None:
    """Judge whether an evaluator is in truth an old body, as a person who neither acts nor acted for it."""
    from registry.evaluators import phoenix_service
    from registry.evaluators.dossier_queries import get_evaluator
    from registry.evaluators.judgement_wire import (
        SuccessionJudgementIn,
        SuccessionJudgementOut,
        succession_judgement_out,
    )
    from registry.json_models import validated

    _require_one(distinct, successor, "--distinct or --successor")
    verdict = "successor" if successor else "distinct"
    given = validated(SuccessionJudgementIn, {"old": old, "verdict": verdict, "reason": reason})

    def work(by: Acting) -> SuccessionJudgementOut:
        evaluator = get_evaluator(by.session, code)
        return succession_judgement_out(phoenix_service.judge(by.session, by.actor, evaluator, given.opinion(), by.now))

    act(key, work, lambda made: f"judgement {made.number}  {made.verdict}", json)


def _require_one(one: bool, other: bool, words: str) -> None:
    if one == other:
        raise typer.BadParameter(f"Give either {words}.")


def _held(found: "HeldNameOut") -> str:
    code, reasons = found.credit_code or "no credit code", ", ".join(found.reasons)
    lines = [f"{found.number}  {found.evaluator}  {code}  {found.state}  {found.name}  [{reasons}]"]
    lines += [
        f"  {each.likeness}  {each.score:.2f}  {each.evaluator}  {each.name}{'  (former)' if each.is_former else ''}"
        for each in found.candidates
    ]
    lines += [f"  and {found.left_out} more"] if found.left_out else []
    lines += [f"  judged {each.verdict}{f' as {each.same_as}' if each.same_as else ''}" for each in found.judgements]
    return "\n".join(lines)


def _successions(found: "SuccessionListOut") -> str:
    lines = [] if found.successions else ["There is no sign that it is a body whose rights ended."]
    for each in found.successions:
        judged = "waits for a judgement" if each.judgement is None else f"judged {each.judgement.verdict}"
        lines.append(f"{each.old}  {each.ending}  from {each.began_on}  {judged}")
        lines += [f"  {sign.sign}  {', '.join(sign.persons or sign.evidence)}" for sign in each.signs]
    return "\n".join(lines)
