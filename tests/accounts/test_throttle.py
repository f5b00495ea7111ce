"""Buckets of attempts: never more than they hold, full again in time, and nobody can empty another's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.accounts.throttle import Limit, buckets, network_of, spend, wait

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = Limit(5, timedelta(minutes=3))


def spent(limit: Limit, instants: list[datetime]) -> list[bool]:
    full_at: datetime | None = None
    found = []
    for instant in instants:
        after = spend(limit, full_at, instant)
        found.append(after is not None)
        full_at = after or full_at
    return found


def test_a_new_bucket_holds_so_many_attempts_and_no_more() -> None:
    assert spent(LIMIT, [NOON] * 7) == [True] * 5 + [False] * 2


@given(st.lists(st.integers(0, 3600), max_size=60), st.integers(1, 8), st.integers(1, 600))
def test_in_any_span_of_time_there_are_no_more_than_the_bucket_and_its_refill(
    seconds: list[int], attempts: int, interval_s: int
) -> None:
    limit = Limit(attempts, timedelta(seconds=interval_s))
    instants = sorted(seconds)
    allowed = spent(limit, [NOON + timedelta(seconds=each) for each in instants])
    passed = [each for each, is_allowed in zip(instants, allowed, strict=True) if is_allowed]

    for start in range(len(passed)):
        for end in range(start, len(passed)):
            assert end - start + 1 <= attempts + (passed[end] - passed[start]) // interval_s + 1


@given(st.integers(1, 8), st.integers(1, 600))
def test_after_the_wait_there_is_an_attempt_again(attempts: int, interval_s: int) -> None:
    limit = Limit(attempts, timedelta(seconds=interval_s))
    full_at = NOON + attempts * limit.interval
    left = wait(limit, full_at, NOON)

    assert spend(limit, full_at, NOON) is None
    assert spend(limit, full_at, NOON + left) is not None
    assert spend(limit, full_at, NOON + left - timedelta(microseconds=1)) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_is_what_one_household_has(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_known_device_shares_no_bucket_with_anybody() -> None:
    stranger = buckets("wang", "192.0.2.7", None)
    known = buckets("wang", "192.0.2.7", "a" * 64)

    assert len(stranger) == 3
    assert not set(stranger) & set(known)
    assert not set(known) & set(buckets("wang", "192.0.2.7", "b" * 64))


def test_keys_of_buckets_hold_neither_name_nor_address() -> None:
    assert all(len(key) == 64 for key in buckets("wang", "192.0.2.7", None))
