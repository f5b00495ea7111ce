"""What an attestation is worth at an instant. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from registry.eligibility.attestation_keys import KeyUse
from registry.eligibility.status_list import Purpose, is_set
from registry.evaluators.policy import State


class Worth(StrEnum):
    """From what counts before all else."""

    KEY_COMPROMISED = "key_compromised"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class ItemState:
    """was_granted: whether a grant stands, on whatever day it begins."""

    item_id: str
    state: State
    was_granted: bool

    @property
    def worth(self) -> Worth:
        if is_set(Purpose.REVOCATION, self.state, was_granted=self.was_granted):
            return Worth.REVOKED
        if is_set(Purpose.SUSPENSION, self.state, was_granted=self.was_granted):
            return Worth.SUSPENDED
        return Worth.EXPIRED if self.state is State.EXPIRED else Worth.GOOD


def worth_of(
    credential: Mapping[str, Any], use: KeyUse, signed_at: datetime, items: Collection[ItemState], now: datetime
) -> Worth:
    found = {each.worth for each in items}
    if use.is_compromised(signed_at):
        found.add(Worth.KEY_COMPROMISED)
    if datetime.fromisoformat(credential["validUntil"]) <= now:
        found.add(Worth.EXPIRED)
    return next((each for each in Worth if each in found), Worth.GOOD)
