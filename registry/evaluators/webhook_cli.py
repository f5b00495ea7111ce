"""Commands about webhooks. Heavy packages are imported only by the function that needs them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from registry.command_options import JsonOption
from registry.evaluators.webhooks import DeliveryState

if TYPE_CHECKING:
    from registry.evaluators.webhook_wire import DeliveryOut, EndpointOut

webhooks = typer.Typer(
    name="webhooks",
    help="Endpoints that are told of changes of status, and what was delivered to them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Result = TypeVar("Result")
EndpointArgument = Annotated[str, typer.Argument(metavar="ENDPOINT", help="As `registry webhooks list` shows it.")]
DeliveryArgument = Annotated[
    str, typer.Argument(metavar="DELIVERY", help="As `registry webhooks deliveries` shows it.")
]


@webhooks.command("list")
def list_endpoints(json: JsonOption = False) -> None:
    """List endpoints, the newest first, also those that are told nothing."""
    from registry.evaluators import webhook_queries as queries
    from registry.evaluators.webhook_wire import EndpointListOut, endpoint_out

    found = [endpoint_out(each) for each in _read(queries.list_endpoints)]
    if json:
        typer.echo(EndpointListOut(endpoints=found).model_dump_json())
        return
    for each in found:
        typer.echo(_endpoint_line(each))
    if not found:
        typer.echo("Nobody is told of changes. Use: registry webhooks add URL", err=True)


@webhooks.command()
def add(
    url: Annotated[str, typer.Argument(help="Of a host that REGISTRY_WEBHOOK_ORIGINS names.")],
    description: Annotated[str, typer.Option(help="Whose it is, at most 500 characters.")] = "",
    json: JsonOption = False,
) -> None:
    """Tell an endpoint from now on; prints the secret of its signatures, which nobody is shown again."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.config import settings_from_environment
    from registry.evaluators import webhook_service as service
    from registry.evaluators.webhook_wire import EndpointIn, new_endpoint_out
    from registry.json_models import validated
    from registry.keys import keys_folder, keys_of
    from registry.own_database import own_database
    from registry.own_outbound import webhook_outbound_of
    from registry.secret_box import box_for

    wanted = validated(EndpointIn, {"url": url, "description": description})
    settings, asked = settings_from_environment(), (wanted.url, wanted.description)
    outside = webhook_outbound_of(settings)
    with own_database() as own:
        opened = own.database.engine.url.render_as_string(hide_password=False)
        box = box_for(keys_of(own.database, keys_folder(settings.keys_dir, opened)).sealing, service.PURPOSE)
        made, secret = own.write(lambda session: service.register(session, OPERATOR, asked, outside, box, utc_now()))
    out = new_endpoint_out(made, secret)
    typer.echo(out.model_dump_json() if json else f"{out.id}  {out.secret}")


@webhooks.command()
def remove(
    endpoint: EndpointArgument,
    reason: Annotated[str, typer.Option(help="Why it is told nothing from now on.")],
    json: JsonOption = False,
) -> None:
    """Tell an endpoint nothing from now on. What was delivered to it stays on record; `enable` takes it back."""
    from registry.evaluators import webhook_service as service
    from registry.evaluators.webhook_wire import DisablingIn
    from registry.json_models import validated

    told = validated(DisablingIn, {"reason": reason}).reason

    def disable(session: Any, actor: Any, found_id: Any, now: Any) -> Any:
        return service.disable(session, actor, found_id, told, now)

    _change_endpoint(endpoint, json, disable)


@webhooks.command()
def enable(endpoint: EndpointArgument, json: JsonOption = False) -> None:
    """Tell an endpoint again. What happened meanwhile it is told by `recover`."""
    from registry.evaluators import webhook_service as service

    _change_endpoint(endpoint, json, service.enable)


@webhooks.command()
def recover(
    endpoint: EndpointArgument,
    since: Annotated[str, typer.Option(metavar="INSTANT", help="As 2026-03-01T12:00:00Z.")],
    json: JsonOption = False,
) -> None:
    """Send everything since an instant that the endpoint has not had."""
    from registry.evaluators import webhook_queries as queries
    from registry.evaluators import webhook_service as service
    from registry.evaluators.webhook_wire import RecoveryIn, RecoveryOut, since_of
    from registry.json_models import validated

    first, found_id = since_of(validated(RecoveryIn, {"since": since})), queries.read_endpoint_id(endpoint)
    count = _write(lambda session, actor, now: service.recover(session, actor, found_id, first, now))
    typer.echo(RecoveryOut(messages=count).model_dump_json() if json else f"{count} message(s) are on their way.")


@webhooks.command()
def deliveries(
    endpoint: Annotated[str | None, typer.Option(help="Only to this endpoint.")] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only in this state.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """List messages on their way and delivered, the newest first."""
    from registry.evaluators import webhook_queries as queries
    from registry.evaluators.webhook_wire import DeliveryListOut, delivery_out

    wanted = queries.Filter(None if endpoint is None else queries.read_endpoint_id(endpoint), state)
    found = [
        delivery_out(*each) for each in _read(lambda session: queries.list_deliveries(session, wanted, limit=most))
    ]
    if json:
        typer.echo(DeliveryListOut(deliveries=found, next=None).model_dump_json())
        return
    for each in found:
        typer.echo(_delivery_line(each))
    if not found:
        typer.echo("There is no such delivery.", err=True)


@webhooks.command()
def show(delivery: DeliveryArgument) -> None:
    """Print a delivery as JSON, with its message and what came of each attempt."""
    from registry.evaluators import webhook_queries as queries
    from registry.evaluators.webhook_wire import whole_delivery_out

    found_id = queries.read_delivery_id(delivery)

    def look(session: Any) -> str:
        found, message = queries.get_delivery(session, found_id)
        return whole_delivery_out(found, message, queries.list_attempts(session, found_id)).model_dump_json()

    typer.echo(_read(look))


@webhooks.command()
def replay(delivery: DeliveryArgument, json: JsonOption = False) -> None:
    """Send the same message to the same endpoint once more, under the same webhook-id. A running server sends it."""
    from registry.evaluators import webhook_queries as queries
    from registry.evaluators import webhook_service as service
    from registry.evaluators.webhook_wire import delivery_out

    found_id = queries.read_delivery_id(delivery)
    made = delivery_out(*_write(lambda session, actor, now: service.replay(session, actor, found_id, now)))
    typer.echo(made.model_dump_json() if json else _delivery_line(made))


def _change_endpoint(endpoint: str, json: bool, change: Callable[..., Any]) -> None:
    """change: of a session, an actor, an identifier and now."""
    from registry.evaluators import webhook_queries as queries
    from registry.evaluators.webhook_wire import endpoint_out

    found_id = queries.read_endpoint_id(endpoint)
    found = endpoint_out(_write(lambda session, actor, now: change(session, actor, found_id, now)))
    typer.echo(found.model_dump_json() if json else _endpoint_line(found))


def _endpoint_line(endpoint: "EndpointOut") -> str:
    if endpoint.disabled_at is None:
        return f"{endpoint.id}  {endpoint.url}"
    since = f"{endpoint.disabled_at:%Y-%m-%d %H:%M:%S}Z"
    return f"{endpoint.id}  {endpoint.url}  told nothing since {since}: {endpoint.disabled_reason}"


def _delivery_line(delivery: "DeliveryOut") -> str:
    return (
        f"{delivery.id}  {delivery.created_at:%Y-%m-%d %H:%M:%S}Z  {delivery.state:9}  {delivery.tries} tries  "
        f"{delivery.type}  {delivery.endpoint}"
    )


def _read(work: Callable[[Any], Result]) -> Result:
    from registry.own_database import own_database

    with own_database() as own:
        return own.read(work)


def _write(work: Callable[[Any, Any, Any], Result]) -> Result:
    """work: of a session, of the operator and of now."""
    from registry.accounts.permissions import OPERATOR
    from registry.clock import utc_now
    from registry.own_database import own_database

    with own_database() as own:
        return own.write(lambda session: work(session, OPERATOR, utc_now()))
