"""Random bytes of the operating system, for salts, nonces and keys. Whoever needs them says so by this import."""

import os


def random_bytes(number: int) -> bytes:
    return os.urandom(number)
