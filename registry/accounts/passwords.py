"""Passwords: which ones are refused, and their Argon2id hashes. Pure: the salt comes in as an argument.

Parameters: RFC 9106, second recommended option (64 MiB, 3 passes, 4 lanes), above OWASP's minimum.
"""

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from registry.errors import Invalid, Violation
from registry.languages import mark

SHORTEST = 12
LONGEST = 256
SALT_BYTES = 16
HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Compared when there is no such account, so that it takes the same work. It is the hash of nothing that was kept.
_SALT_OF_NOBODY = b"\0" * SALT_BYTES
_SHORTEST_REPEATED = 6
_SHORTEST_CORE = 3
# What people add digits and signs to; a password that has nothing else is refused.
_COMMON = frozenset({
    "abc", "abcd", "admin", "administrator", "admin@", "asdf", "asdfgh", "baseball", "changeme", "china", "dragon",
    "evaluator", "football", "guest", "hello", "iloveyou", "letmein", "login", "master", "mima", "monkey", "passw0rd",
    "password", "princess", "q1w2e3r4t5y6", "q1w2e3r4", "qazwsx", "qazwsxedc", "qwerty", "qwertyuiop", "registry",
    "root", "secret", "shadow", "sunshine", "superman", "system", "test", "tester", "trustno", "user", "welcome",
    "woaini", "woaiwojia", "zaq12wsx", "zhongguo", "密码", "管理员",
})  # fmt: skip
_RUNS = ("0123456789" * 3, "9876543210" * 3, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
         "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p")  # fmt: skip


class PasswordRefused(Invalid):
    code = "password-refused"
    title = "The password cannot be used"


def require_good_password(password: str, sign_in_name: str | None) -> None:
    """Raises PasswordRefused with all that is wrong. The password itself is in no message."""
    faults = []
    if len(password) < SHORTEST:
        faults.append(Violation("too-short", mark("It is too short."), f"{mark('Fewest characters')}: {SHORTEST}."))
    if len(password) > LONGEST:
        faults.append(Violation("too-long", mark("It is too long."), f"{mark('Most characters')}: {LONGEST}."))
    if _is_common(password):
        message = mark("It is one of those that are tried first.")
        faults.append(Violation("too-common", message, mark("Use several random words.")))
    if sign_in_name and len(sign_in_name) > 2 and sign_in_name.casefold() in password.casefold():
        faults.append(Violation("holds-the-name", mark("It holds the sign-in name."), mark("Leave the name out.")))
    if faults:
        raise PasswordRefused(mark("Choose another password."), faults)


def _is_common(password: str) -> bool:
    """A common word with digits and signs about it, a repeated piece, or a run of the keyboard."""
    lower = unicodedata.normalize("NFKC", password).casefold()
    core = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", lower)
    is_repeated = any(
        lower == (lower[:size] * len(lower))[: len(lower)] for size in range(1, min(_SHORTEST_REPEATED, len(lower)))
    )
    plain = re.sub(r"\W", "", lower)
    is_run = any(part in run for part in (plain, core) for run in _RUNS)
    # Digits and signs alone have no core, and a core of two letters is one of every run.
    return len(core) < _SHORTEST_CORE or core in _COMMON or lower in _COMMON or is_repeated or is_run


def hash_password(password: str, salt: bytes) -> str:
    return HASHER.hash(_normal(password), salt=salt)


def is_password(password: str, password_hash: str | None) -> bool:
    """With None, for an account that is not there, the same work is done and the answer is no."""
    try:
        HASHER.verify(password_hash or hash_of_nobody(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def hash_of_nobody() -> str:
    return HASHER.hash("nobody", salt=_SALT_OF_NOBODY)


def _normal(password: str) -> bytes:
    """The same password from every keyboard: composed or not, full-width or not."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
