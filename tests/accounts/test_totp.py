"""Codes of an app: those of RFC 6238, each once, a step to either side; recovery codes as they are typed."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.accounts.totp import (
    code_at,
    matching_step,
    plain_recovery_code,
    recovery_code,
    secret_text,
    secret_uri,
)

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    # RFC 6238, appendix B, SHA-1, the last six digits.
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    assert code_at(SECRET, now) == code
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", now, None) == seconds // 30


@pytest.mark.parametrize(("off_s", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(off_s: int, fits: bool) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    typed = code_at(SECRET, now + timedelta(seconds=off_s))

    assert (matching_step(SECRET, typed, now, None) is not None) == fits


def test_no_code_works_twice_nor_an_older_one_after_it() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    step = matching_step(SECRET, code_at(SECRET, now), now, None)

    assert matching_step(SECRET, code_at(SECRET, now), now, step) is None
    assert matching_step(SECRET, code_at(SECRET, now - timedelta(seconds=30)), now, step) is None
    assert matching_step(SECRET, code_at(SECRET, now + timedelta(seconds=30)), now, step) is not None


@pytest.mark.parametrize("typed", ["", "000000", "\uff11\uff12\uff13\uff14\uff15\uff16", "12345", "\ud800", "x" * 1000])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert matching_step(SECRET, typed, datetime(2026, 3, 1, tzinfo=UTC), None) is None


def test_the_secret_is_shown_as_apps_take_it() -> None:
    assert secret_text(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert secret_uri(SECRET, "wang").startswith("otpauth://totp/Evaluator%20registry:wang?secret=GEZD")


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    code = recovery_code(b"\xff\x00abcdefgh")

    assert len(code) == 19
    assert plain_recovery_code(f" {code.upper().replace('-', ' ')} ") == code
