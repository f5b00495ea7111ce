"""Encryption of what must be read again and would open something if the database alone were stolen."""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.entropy import random_bytes
from registry.errors import Unavailable
from registry.languages import mark

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SecretUnreadable(Unavailable):
    code = "secret-unreadable"
    title = mark("An encrypted record cannot be read")


@dataclass(frozen=True, slots=True)
class SecretBox:
    """AES-256-GCM. context is bound to the content: moved to another row it does not open."""

    key: bytes = field(repr=False)

    def seal(self, content: bytes, context: str) -> bytes:
        nonce = random_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, content, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises SecretUnreadable."""
        try:
            return AESGCM(self.key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
        except InvalidTag as error:
            raise SecretUnreadable(
                "The key files are not those with which this was encrypted. Restore them from their backup."
            ) from error


def box_for(sealing_key: bytes, purpose: str) -> SecretBox:
    """A box with a key of its own for each purpose, derived from the one in the key files (RFC 5869)."""
    return SecretBox(HKDF(SHA256(), _KEY_BYTES, None, purpose.encode()).derive(sealing_key))
