"""What can be wrong with webhooks."""

from registry.errors import Conflict, Invalid, NotFound
from registry.languages import mark


class EndpointRejected(Invalid):
    code = "webhook-endpoint-rejected"
    title = mark("The address cannot be told of changes")


class EndpointNotFound(NotFound):
    code = "webhook-endpoint-not-found"
    title = mark("There is no such endpoint")


class DeliveryNotFound(NotFound):
    code = "webhook-delivery-not-found"
    title = mark("There is no such delivery")


class EndpointNotInState(Conflict):
    code = "webhook-endpoint-not-in-state"
    title = mark("The endpoint is in another state")


class ReplayRefused(Conflict):
    code = "webhook-replay-refused"
    title = mark("The delivery cannot be repeated now")
