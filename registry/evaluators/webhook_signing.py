"""Signatures of webhooks after the Standard Webhooks specification, version 1.0.0: symmetric, `v1`. Pure.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of a secret, not one
# The specification wants 24 to 64.
SECRET_BYTES = 32


def secret_text(secret: bytes) -> str:
    """As the receiver keeps it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message_id: str, timestamp: int, payload: bytes) -> str:
    """timestamp: seconds since 1970."""
    signed = f"{message_id}.{timestamp}.".encode() + payload
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def headers(secret: bytes, message_id: str, now: datetime, payload: bytes) -> dict[str, str]:
    """now: of this attempt, so that a receiver can refuse what somebody sends again later."""
    timestamp = int(now.timestamp())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, payload),
    }
