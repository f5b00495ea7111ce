"""Random texts that open something, and the digest that is kept in their place. Pure: randomness is an argument.

A token has 256 random bits, so that its plain SHA-256 gives nothing away: what is slow to compute is for passwords.
"""

import base64
from hashlib import sha256

TOKEN_BYTES = 32
KEY_MARK = "evr_"
_SHOWN = 8


def token_of(random: bytes) -> str:
    """43 characters of the URL alphabet for 32 bytes."""
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def api_key_of(random: bytes) -> str:
    """With a mark, by which scanners of source code find one that was checked in."""
    return KEY_MARK + token_of(random)


def shown_prefix(api_key: str) -> str:
    return api_key[: len(KEY_MARK) + _SHOWN]


def token_sha256(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
