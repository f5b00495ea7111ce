"""Passwords: common ones are refused with a reason, hashes are Argon2id by RFC 9106, the same from every keyboard."""

import pytest
from argon2 import PasswordHasher

from registry.accounts.passwords import (
    PasswordRefused,
    hash_password,
    is_outdated,
    is_password,
    require_good_password,
)

SALT = bytes(range(16))
GOOD = "correct horse battery staple"


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password123!", "passw0rd1234", "123456789012", "111111111111", "abcabcabcabc", "qwertyuiop123",
        "asdfghjkl;12", "1qaz2wsx3edc", "administrator", "Administrator2026!", "987654321098", "zhongguo2026",
        "!!!!!!!!!!!!!", "qwertyuiopasdf", "woaini1314520",
        "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff11\uff12", "2026.11.22.2026",
    ],
)  # fmt: skip
def test_a_common_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused) as caught:
        require_good_password(password, None)

    assert "too-common" in {each.code for each in caught.value.violations}
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [GOOD, "翠鸟 掠过 冬日 运河 的 水面 上", "Tr0ub4dor&3-and-more", "zU7$kq9!Lw2@x"])
def test_a_good_password_is_taken(password: str) -> None:
    require_good_password(password, "wang")


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(PasswordRefused) as caught:
        require_good_password("wang123", "wang123")

    assert {each.code for each in caught.value.violations} == {"too-short", "holds-the-name"}
    with pytest.raises(PasswordRefused):
        require_good_password("x y" * 100, None)


def test_the_hash_is_argon2id_with_the_parameters_of_the_rfc() -> None:
    made = hash_password(GOOD, SALT)

    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hash_password(GOOD, SALT) == made
    assert hash_password(GOOD, SALT[::-1]) != made
    assert is_password(GOOD, made)
    assert not is_password(GOOD + " ", made)
    assert not is_outdated(made)


def test_a_hash_of_other_parameters_is_right_and_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(GOOD)

    assert is_password(GOOD, weak)
    assert is_outdated(weak)


def test_nobody_has_no_password_not_even_an_empty_one() -> None:
    assert not is_password("", None)
    assert not is_password("nobody", None)
    assert not is_password(GOOD, "no hash")


@pytest.mark.parametrize(("typed", "kept"), [("\uff50\uff45\uff4e \uff21", "pen A"), ("e\u0301té", "été")])
def test_the_same_password_from_every_keyboard(typed: str, kept: str) -> None:
    assert hash_password(typed, SALT) == hash_password(kept, SALT)
