"""Commands about dossiers. Heavy packages are imported only by the function that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.command_options import JsonOption

if TYPE_CHECKING:
    from registry.evaluators.dossier_wire import EvaluatorOut


def apply(
    file: Annotated[Path, typer.Argument(help="A dossier by schemas/evaluator.v1.json.")], json: JsonOption = False
) -> None:
    """Take in the dossier of a new evaluator and print its code. The same file again gets the same answer."""
    from registry.accounts.permissions import OPERATOR
    from registry.canonical import digest
    from registry.clock import utc_now
    from registry.evaluators import dossier_service
    from registry.evaluators.dossier import without_names
    from registry.evaluators.dossier_inputs import read_dossier
    from registry.evaluators.dossier_wire import dossier_out
    from registry.own_database import own_database

    document, now = read_dossier(file), utc_now()
    submission = dossier_service.Submission(document, f"file:{digest(without_names(document))}")
    with own_database() as own:
        taken = own.write(lambda session: dossier_service.apply(session, OPERATOR, submission, now))
    typer.echo(dossier_out(taken.evaluator, taken.version).model_dump_json() if json else taken.evaluator.code)


def show(code: Annotated[str, typer.Argument(metavar="CODE", help="As ev-000001.")], json: JsonOption = False) -> None:
    """Print what is public of an evaluator: names, credit code, legal form, region."""
    from registry.evaluators import dossier_queries as queries
    from registry.evaluators.dossier_wire import evaluator_out
    from registry.evaluators.name_queries import names_of
    from registry.evaluators.name_sight import PUBLIC
    from registry.own_database import own_database

    def look(session: Any) -> "EvaluatorOut":
        evaluator = queries.get_evaluator(session, code)
        return evaluator_out(evaluator, names_of(session, [evaluator])[evaluator.id], PUBLIC)

    with own_database() as own:
        found = own.read(look)
    typer.echo(found.model_dump_json() if json else _lines(found))


def find(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A whole name, also a former one.")],
    valid_at: Annotated[
        str, typer.Option("--valid-at", metavar="DATE", help="The day that is asked about, or an instant of it.")
    ],
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="INSTANT", help="As known then; default: now.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Find everybody who bears a name on a day or bore it before, with their dated names. Exit code 3 for nobody."""
    from registry.clock import utc_now
    from registry.evaluators.asked_times import read_known_at, read_valid_at
    from registry.evaluators.dossier_errors import EvaluatorNotFound
    from registry.evaluators.dossier_wire import named_out
    from registry.evaluators.name_queries import named
    from registry.evaluators.name_sight import PUBLIC
    from registry.own_database import own_database

    on, known = read_valid_at(valid_at), read_known_at(known_at, utc_now())
    with own_database() as own:
        found = own.read(lambda session: named_out(named(session, name, on, known, PUBLIC), PUBLIC))
    if json:
        typer.echo(found.model_dump_json())
        return
    if not found.evaluators:
        raise EvaluatorNotFound(f"Nobody that is shown to everybody bears this name on {on}, or bore it before.")
    typer.echo("\n".join(map(_lines, found.evaluators)))


def _lines(found: "EvaluatorOut") -> str:
    names = [
        f"  {each.name}  {each.valid_from or 'from the start'} to {each.valid_to or 'today'}" for each in found.names
    ]
    return "\n".join(
        [
            f"{found.code}  {found.name or 'its name waits for a judgement'}",
            f"credit code  {found.credit_code or 'none'}",
            f"legal form   {found.legal_form}",
            f"region       {found.region}",
            *(["names", *names] if names else []),
            *([found.name_held_reason] if found.name_held_reason else []),
        ]
    )
