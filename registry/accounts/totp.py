"""Codes of an authenticator app (RFC 6238) and recovery codes. Pure."""

import base64
import hmac
from datetime import datetime

import pyotp

SECRET_BYTES = 20
STEP_S = 30
# Clocks of telephones are off by as much: one step to either side.
_NEIGHBOURS = (0, -1, 1)
RECOVERY_CODES = 8
RECOVERY_BYTES = 10
_ISSUER = "Evaluator registry"


def secret_text(secret: bytes) -> str:
    """As apps take it: base32."""
    return base64.b32encode(secret).decode()


def secret_uri(secret: bytes, sign_in_name: str) -> str:
    return pyotp.TOTP(secret_text(secret)).provisioning_uri(name=sign_in_name, issuer_name=_ISSUER)


def code_at(secret: bytes, now: datetime) -> str:
    return pyotp.TOTP(secret_text(secret), interval=STEP_S).at(now)


def matching_step(secret: bytes, code: str, now: datetime, last_used_step: int | None) -> int | None:
    """The step of time that the code belongs to; None for a wrong code and for one that was used, or an older one."""
    typed = "".join(code.split())
    totp = pyotp.TOTP(secret_text(secret), interval=STEP_S)
    present = int(now.timestamp()) // STEP_S
    for offset in _NEIGHBOURS:
        step = present + offset
        is_right = hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode("utf-8", "surrogatepass"))
        if is_right and (last_used_step is None or step > last_used_step):
            return step
    return None


def recovery_code(random: bytes) -> str:
    """Sixteen letters and digits in four groups."""
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def plain_recovery_code(typed: str) -> str:
    """As it was handed out, however it was typed."""
    letters = "".join(each for each in typed.lower() if each.isalnum())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
