"""Who acts at a terminal: a person whose API key says so, with what that key may be used for."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.accounts.account_errors import KeyRejected
from registry.accounts.permissions import Actor
from registry.accounts.queries import actor_of_key
from registry.accounts.sign_in_service import is_use_due, note_use


def actor_by_key(session: Session, key: str, now: datetime) -> Actor:
    """As this transaction sees the account and its roles. Raises KeyRejected."""
    found = actor_of_key(session, key, now)
    if found is None:
        raise KeyRejected("The API key is unknown, expired or revoked. Make one with: registry accounts keys create")
    if is_use_due(session, found, now):
        note_use(session, found, now)
    return found
