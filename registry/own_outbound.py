"""The way out that the settings of this installation leave for webhooks, for commands and the server."""

from registry.config import Settings
from registry.outbound import Outbound, allowed_origins


def webhook_outbound_of(settings: Settings) -> Outbound:
    """To the hosts of REGISTRY_WEBHOOK_ORIGINS and to no other. Raises OriginsRejected."""
    return Outbound(allowed_origins(settings.webhook_origins, "REGISTRY_WEBHOOK_ORIGINS"))
