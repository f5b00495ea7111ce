"""One byte form of a JSON value (RFC 8785) and its SHA-256, so that equal content has one digest."""

import hashlib
from typing import Any

import rfc8785

from registry.errors import Invalid


class NotCanonical(Invalid):
    code = "not-canonical"
    title = "The value has no canonical JSON form"


def canonical_json(value: Any) -> bytes:
    """RFC 8785 form: sorted keys, shortest numbers, no white space, UTF-8.

    Raises NotCanonical for NaN, infinity, integers beyond 2**53 - 1, lone surrogates, non-JSON types and a value that
    holds itself.
    """
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"The value cannot be written as canonical JSON: {error}") from error


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest(value: Any) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical form."""
    return sha256_hex(canonical_json(value))
