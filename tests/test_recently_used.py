"""Values that were made lately are kept within a limit, and made once however many ask at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.recently_used import RecentlyUsed


class Letters:
    """The value of a3 is aaa, three bytes; made says what had to be made."""

    def __init__(self, most_bytes: int) -> None:
        self.made: list[str] = []
        self._kept: RecentlyUsed[str, str] = RecentlyUsed(most_bytes, len)

    def get(self, key: str, takes_s: float = 0.0) -> str:
        def make() -> str:
            time.sleep(takes_s)
            self.made.append(key)
            return key[0] * int(key[1:])

        return self._kept.get(key, make)


def test_a_value_is_made_once() -> None:
    letters = Letters(10)

    assert [letters.get("a3"), letters.get("a3")] == ["aaa", "aaa"]
    assert letters.made == ["a3"]


def test_beyond_the_limit_the_one_goes_that_was_not_asked_for_the_longest() -> None:
    letters = Letters(10)

    for key in ("a4", "b4", "a4", "c4", "a4", "c4", "b4"):
        letters.get(key)

    assert letters.made == ["a4", "b4", "c4", "b4"]


def test_a_value_of_just_the_limit_is_kept_and_a_larger_one_is_not() -> None:
    letters = Letters(10)

    for key in ("a3", "b11", "b11", "a3", "c10", "c10", "a3"):
        assert len(letters.get(key)) == int(key[1:])

    assert letters.made == ["a3", "b11", "b11", "c10", "a3"]


def test_many_who_ask_at_once_wait_for_one_that_makes_it() -> None:
    letters = Letters(10)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: letters.get("a3", 0.05), range(8)))

    assert found == ["aaa"] * 8
    assert letters.made == ["a3"]


def test_what_cannot_be_made_is_asked_for_again() -> None:
    kept: RecentlyUsed[str, str] = RecentlyUsed(10, len)

    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: str(1 / 0))

    assert kept.get("a", lambda: "x") == "x"


def test_what_is_put_in_the_place_of_another_is_counted_once() -> None:
    kept: RecentlyUsed[str, bytes] = RecentlyUsed(10, len)
    kept.put("a", b"123456")
    kept.put("b", b"12")
    kept.put("a", b"1234567")

    assert (kept.find("a"), kept.find("b")) == (b"1234567", b"12")
    kept.clear()
    kept.put("d", b"1234567890")
    assert kept.find("d") is not None
