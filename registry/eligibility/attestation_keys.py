"""Keys that sign attestations: how they are named, when each of them may sign, and how they are published. Pure.

An old key goes on to prove what it signed in its time; one that got into other hands proves nothing from then on.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.jwk import OKPKey

from registry.canonical import canonical_json
from registry.eligibility.decision import instant

# RFC 9864 names the curve; the older EdDSA does not.
ALGORITHM = "Ed25519"
MEDIA_TYPE = "vc+jwt"
# RFC 7515 lets a header carry what its reader needs not know; joserfc takes the stricter reading unless told.
_JWS = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """kid: the thumbprint of the public key (RFC 7638), by which it is known for ever."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def kid(self) -> str:
        return thumbprint(self.public)

    def sign(self, credential: Mapping[str, Any], issuer: str, at: datetime) -> str:
        """A credential as a compact JWS (VC-JOSE-COSE). at: written as whole seconds, by which the key is judged."""
        header = {
            "alg": ALGORITHM, "cty": "vc", "iat": int(at.timestamp()), "iss": issuer, "kid": self.kid,
            "typ": MEDIA_TYPE,
        }  # fmt: skip
        key = OKPKey.import_key(self.private)
        return jws.serialize_compact(header, canonical_json(credential), key, registry=_JWS)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """used_until: when the next key took its place. compromised_from: from then on others may have signed with it."""

    public: bytes
    used_from: datetime
    used_until: datetime | None = None
    compromised_from: datetime | None = None

    @property
    def kid(self) -> str:
        return thumbprint(self.public)

    @property
    def is_current(self) -> bool:
        return self.used_until is None

    def is_compromised(self, signed_at: datetime) -> bool:
        return self.compromised_from is not None and self.compromised_from <= signed_at


def key_set(uses: Iterable[KeyUse], issuer: str | None) -> dict[str, Any]:
    """A JWK set (RFC 7517, RFC 8037) with the times of each key, for whoever verifies, also without a network."""
    keys = []
    for each in uses:
        times = {
            "used_from": each.used_from,
            "used_until": each.used_until,
            "compromised_from": each.compromised_from,
        }
        keys.append(
            {
                "kty": "OKP",
                "crv": ALGORITHM,
                "x": _base64url(each.public),
                "kid": each.kid,
                "alg": ALGORITHM,
                "use": "sig",
                **{name: instant(at) for name, at in times.items() if at is not None},
            }
        )
    return {**({} if issuer is None else {"issuer": issuer}), "keys": keys}


def thumbprint(public: bytes) -> str:
    return OKPKey.import_key(Ed25519PublicKey.from_public_bytes(public)).thumbprint()


def signed_content(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and credential of what this registry signed itself and keeps; nothing is verified."""
    header, payload, _ = token.split(".")
    return json.loads(_unbase64url(header)), json.loads(_unbase64url(payload))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
