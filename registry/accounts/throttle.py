"""How often somebody may try to sign in. Pure: when a bucket is full again, and what one attempt costs.

A bucket holds so many attempts and gets one back at each interval; it is remembered by the instant at which it will be
full (the generic cell rate algorithm), so that a forgotten one is simply full.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Limit:
    attempts: int
    interval: timedelta


# One who guesses from one place; all who guess from one place; all who guess one account from strange devices.
OF_ACCOUNT_AND_NETWORK = Limit(10, timedelta(minutes=3))
OF_NETWORK = Limit(20, timedelta(minutes=3))
OF_STRANGERS_TO_ACCOUNT = Limit(30, timedelta(minutes=2))
# A device from which the account was signed in to before has a bucket of its own, which nobody else can empty.
OF_KNOWN_DEVICE = Limit(10, timedelta(minutes=3))


def spend(limit: Limit, full_at: datetime | None, now: datetime) -> datetime | None:
    """When the bucket is full after one more attempt; None where it is empty. full_at None: it was never used."""
    begun = now if full_at is None else max(now, full_at)
    spent = begun + limit.interval
    return spent if spent - now <= limit.attempts * limit.interval else None


def wait(limit: Limit, full_at: datetime, now: datetime) -> timedelta:
    """How long until there is one attempt again."""
    return max(timedelta(0), full_at - now - (limit.attempts - 1) * limit.interval)


def network_of(address: str) -> str:
    """What one household or office has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def buckets(sign_in_name: str, network: str, device_sha256: str | None) -> dict[str, Limit]:
    """The buckets that an attempt is paid from, by key. The keys hold digests: no name, no address."""
    if device_sha256 is not None:
        return {_key("device", sign_in_name, device_sha256): OF_KNOWN_DEVICE}
    return {
        _key("account and network", sign_in_name, network): OF_ACCOUNT_AND_NETWORK,
        _key("network", network): OF_NETWORK,
        _key("account", sign_in_name): OF_STRANGERS_TO_ACCOUNT,
    }


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
