"""JSON routes of webhooks: endpoints that are told of changes of status, deliveries, replays. For administrators."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from registry.accounts.permissions import Actor
from registry.deps import LogKeysDep, NowDep, ReadSessionDep, WebhookOutboundDep, WriterDep, permitted
from registry.evaluators import webhook_queries as queries
from registry.evaluators import webhook_service as service
from registry.evaluators.webhook_wire import (
    DeliveryListOut,
    DeliveryOut,
    DisablingIn,
    EndpointIn,
    EndpointListOut,
    EndpointOut,
    NewEndpointOut,
    RecoveryIn,
    RecoveryOut,
    WholeDeliveryOut,
    delivery_out,
    endpoint_out,
    new_endpoint_out,
    since_of,
    whole_delivery_out,
)
from registry.evaluators.webhooks import DeliveryState
from registry.json_bodies import body_of, documented
from registry.keyset import decode_row_cursor, encode_row_cursor
from registry.request_rules import require_known_parameters
from registry.secret_box import box_for

PREFIX = "/api/v1/webhooks"

router = APIRouter(prefix=PREFIX, tags=["webhooks"], dependencies=[Depends(require_known_parameters)])


def endpoint_id(
    endpoint_id: Annotated[str, Path(description="Identifier of an endpoint.", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return queries.read_endpoint_id(endpoint_id)


def delivery_id(
    delivery_id: Annotated[str, Path(description="Identifier of a delivery.", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return queries.read_delivery_id(delivery_id)


EndpointIdDep = Annotated[UUID, Depends(endpoint_id)]
DeliveryIdDep = Annotated[UUID, Depends(delivery_id)]
Manager = Annotated[Actor, Depends(permitted("webhook.manage"))]


@router.get("/endpoints")
def list_endpoints(_asking: Manager, session: ReadSessionDep) -> EndpointListOut:
    """Endpoints, the newest first, also disabled ones."""
    return EndpointListOut(endpoints=[endpoint_out(each) for each in queries.list_endpoints(session)])


@router.post("/endpoints", status_code=201, openapi_extra=documented(EndpointIn))
def register_endpoint(
    asking: Manager,
    wanted: Annotated[EndpointIn, Depends(body_of(EndpointIn))],
    write: WriterDep,
    now: NowDep,
    keys: LogKeysDep,
    outside: WebhookOutboundDep,
) -> NewEndpointOut:
    """An endpoint that is told from now on, and its secret, which is shown only in this answer."""
    box, asked = box_for(keys.sealing, service.PURPOSE), (wanted.url, wanted.description)
    made, secret = write(lambda session: service.register(session, asking, asked, outside, box, now))
    return new_endpoint_out(made, secret)


@router.get("/endpoints/{endpoint_id}")
def get_endpoint(_asking: Manager, found_id: EndpointIdDep, session: ReadSessionDep) -> EndpointOut:
    """One endpoint, without its secret."""
    return endpoint_out(queries.get_endpoint(session, found_id))


@router.post("/endpoints/{endpoint_id}/disable", openapi_extra=documented(DisablingIn))
def disable_endpoint(
    asking: Manager,
    found_id: EndpointIdDep,
    wanted: Annotated[DisablingIn, Depends(body_of(DisablingIn))],
    write: WriterDep,
    now: NowDep,
) -> EndpointOut:
    """It is told nothing from now on. What waits for it goes on once it is enabled."""
    return endpoint_out(write(lambda session: service.disable(session, asking, found_id, wanted.reason, now)))


@router.post("/endpoints/{endpoint_id}/enable")
def enable_endpoint(asking: Manager, found_id: EndpointIdDep, write: WriterDep, now: NowDep) -> EndpointOut:
    """It is told again. What happened while it was disabled, it is told by a recovery."""
    return endpoint_out(write(lambda session: service.enable(session, asking, found_id, now)))


@router.post("/endpoints/{endpoint_id}/recover", openapi_extra=documented(RecoveryIn))
def recover_endpoint(
    asking: Manager,
    found_id: EndpointIdDep,
    wanted: Annotated[RecoveryIn, Depends(body_of(RecoveryIn))],
    write: WriterDep,
    now: NowDep,
) -> RecoveryOut:
    """Sends everything since an instant that the endpoint has not had."""
    since = since_of(wanted)
    return RecoveryOut(messages=write(lambda session: service.recover(session, asking, found_id, since, now)))


@router.get("/deliveries")
def list_deliveries(
    _asking: Manager,
    session: ReadSessionDep,
    endpoint: Annotated[str | None, Query(max_length=40, description="Only to this endpoint.")] = None,
    state: Annotated[DeliveryState | None, Query(description="Only in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> DeliveryListOut:
    """Messages on their way and delivered, the newest first."""
    wanted = queries.Filter(None if endpoint is None else queries.read_endpoint_id(endpoint), state)
    after = None if cursor is None else decode_row_cursor(cursor)
    found = queries.list_deliveries(session, wanted, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = found[limit - 1][0]
        asked = {"endpoint": endpoint, "state": state, "limit": limit}
        asked["cursor"] = encode_row_cursor(last.created_at, last.id)
        following = f"{PREFIX}/deliveries?{urlencode({name: each for name, each in asked.items() if each is not None})}"
    return DeliveryListOut(deliveries=[delivery_out(*each) for each in found[:limit]], next=following)


@router.get("/deliveries/{delivery_id}")
def get_delivery(_asking: Manager, found_id: DeliveryIdDep, session: ReadSessionDep) -> WholeDeliveryOut:
    """One delivery with its message and what came of each attempt."""
    delivery, message = queries.get_delivery(session, found_id)
    return whole_delivery_out(delivery, message, queries.list_attempts(session, found_id))


@router.post("/deliveries/{delivery_id}/replay", status_code=201)
def replay_delivery(asking: Manager, found_id: DeliveryIdDep, write: WriterDep, now: NowDep) -> DeliveryOut:
    """Sends the same message to the same endpoint once more, under the same webhook-id."""
    made, message = write(lambda session: service.replay(session, asking, found_id, now))
    return delivery_out(made, message)
