"""OpenID Connect, code flow with PKCE: addresses, forms and the checks of what a provider says. Pure.

Sources: OpenID Connect Core 1.0 section 3.1.3.7, RFC 7636, RFC 9700.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from registry.accounts.account_errors import ProviderRefused

# Signed with the provider's private key. A shared secret or no signature at all is not accepted.
ALGORITHMS = ("RS256", "PS256", "ES256")
DISCOVERY = "/.well-known/openid-configuration"
CLOCK_SKEW_S = 60
_MOST_TEXT = 255


@dataclass(frozen=True, slots=True)
class Client:
    """What the registry is to the provider."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What ties a sign-in to its beginning. next_path: where the person wanted to go."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    next_path: str = "/"
    invitation_sha256: str | None = None


def discovery_url(issuer: str) -> str:
    return issuer.rstrip("/") + DISCOVERY


def provider_of(document: object, issuer: str) -> Provider:
    """By the discovery document. Raises ProviderRefused."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    values = [document.get(name) if isinstance(document, Mapping) else None for name in names]
    if not all(isinstance(each, str) for each in values):
        raise ProviderRefused(f"The provider's discovery document lacks one of {', '.join(names)}.")
    found = Provider(*(str(each) for each in values))
    if found.issuer != issuer:
        raise ProviderRefused(f"The discovery document is of the issuer {found.issuer[:80]!r}, not {issuer!r}.")
    if urlsplit(found.authorization_endpoint).scheme not in ("http", "https"):
        raise ProviderRefused("The provider's page for signing in has no web address.")
    return found


def authorization_url(provider: Provider, client: Client, flow: Flow) -> str:
    url: str = prepare_grant_uri(
        provider.authorization_endpoint,
        client.client_id,
        "code",
        redirect_uri=client.redirect_uri,
        scope="openid",
        state=flow.state,
        nonce=flow.nonce,
        code_challenge=create_s256_code_challenge(flow.code_verifier),
        code_challenge_method="S256",
    )
    return url


def token_form(client: Client, flow: Flow, code: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": flow.code_verifier,
    }
    return form if client.client_secret else form | {"client_id": client.client_id}


def subject_of(answer: object, keys: object, client: Client, nonce: str, now: datetime) -> str:
    """Who signed in, by the token answer and the provider's keys. Raises ProviderRefused, which says what is wrong."""
    id_token = answer.get("id_token") if isinstance(answer, Mapping) else None
    if not isinstance(id_token, str):
        raise ProviderRefused("The provider's answer holds no ID token.")
    try:
        key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        claims = jwt.decode(id_token, key_set, algorithms=list(ALGORITHMS)).claims
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=CLOCK_SKEW_S,
            iss={"essential": True, "value": client.issuer},
            aud={"essential": True, "value": client.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefused(f"The provider's ID token is not acceptable: {_named(error)}.") from error
    return _subject(claims, client)


def _subject(claims: Mapping[str, Any], client: Client) -> str:
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if is_shared else client.client_id) != client.client_id:
        raise ProviderRefused("The provider's ID token is not acceptable: it was made for another program.")
    subject = claims["sub"]
    if not isinstance(subject, str) or len(subject) > _MOST_TEXT or not subject.isprintable():
        raise ProviderRefused("The provider's ID token is not acceptable: its subject is no short text.")
    return subject


def _named(error: Exception) -> str:
    """The kind of fault, never what the token holds."""
    return getattr(error, "error", "") or "malformed"
