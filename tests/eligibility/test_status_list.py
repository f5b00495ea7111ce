"""Lists of bits: known bytes, round trips, and the states that set a bit."""

import base64
import gzip
from datetime import date

import numpy as np
import pytest
from evaluator_samples import ALWAYS, make_event, make_grant, make_suspension
from hypothesis import given, settings
from hypothesis import strategies as st
from openvc.status.bitstring import decode_bitstring, encode_bitstring, get_status_bit

from registry.eligibility.status_list import (
    ENTRIES,
    HELD,
    NotAStatusList,
    Purpose,
    bits_of,
    decoded,
    drawn_index,
    encoded,
    is_set,
)
from registry.evaluators.batch_status import statuses
from registry.evaluators.policy import Policy, State
from registry.evaluators.status_columns import to_columns


def test_the_first_entry_is_the_highest_bit_of_the_first_byte() -> None:
    bits = np.zeros(ENTRIES, np.bool_)
    bits[[0, 9]] = True

    text = encoded(bits)

    content = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert text[0] == "u"
    assert (len(content), content[:3]) == (16 * 1024, b"\x80\x40\x00")
    assert encoded(bits) == text
    # Neither a time nor a system is in it.
    assert base64.urlsafe_b64decode(text[1:17])[:10] == b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


def test_the_example_of_the_specification_is_a_list_of_zeros() -> None:
    published = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

    assert not decoded(published).any()


@settings(max_examples=20)
@given(st.sets(st.integers(0, ENTRIES - 1), max_size=300))
def test_a_list_is_read_as_it_was_written(positions: set[int]) -> None:
    bits = np.zeros(ENTRIES, np.bool_)
    bits[sorted(positions)] = True

    assert (decoded(encoded(bits)) == bits).all()
    # As another implementation reads and writes it.
    theirs = decode_bitstring(encoded(bits))
    assert all(get_status_bit(theirs, each) for each in positions)
    assert theirs == np.packbits(bits).tobytes()
    assert (decoded(encode_bitstring(theirs)) == bits).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H4sI",
        "u",
        "uAAAA",
        "u***",
        "u" + base64.urlsafe_b64encode(gzip.compress(b"\0" * 100)).decode().rstrip("="),
        "u" + base64.urlsafe_b64encode(gzip.compress(b"\0" * 9_000_000)).decode().rstrip("="),
        encoded(np.zeros(ENTRIES, np.bool_))[:-8],
    ],
)
def test_what_is_no_list_of_this_length_is_refused(text: str) -> None:
    with pytest.raises(NotAStatusList):
        decoded(text)


def test_an_ended_right_is_revoked_a_resting_one_suspended_and_no_other() -> None:
    revoked = {each for each in State if is_set(Purpose.REVOCATION, each, was_granted=True)}
    suspended = {each for each in State if is_set(Purpose.SUSPENSION, each, was_granted=True)}

    assert revoked == {State.WITHDRAWN, State.WITHDRAWN_PART, State.SURRENDERED, State.VOID}
    assert suspended == {State.SUSPENDED}
    assert is_set(Purpose.REVOCATION, State.NO_RECORD, was_granted=False)
    assert not is_set(Purpose.SUSPENSION, State.NO_RECORD, was_granted=False)


def test_bits_stand_at_the_places_of_their_items() -> None:
    taken_out = make_grant(item_id="gone", id="evt_gone")
    events = [
        make_grant(item_id="good"), make_grant(item_id="rests"), make_suspension("2026-01-01", item_id="rests"),
        make_grant(item_id="ended"), make_event("withdraw", "2026-01-01", item_id="ended"),
        make_grant("2026-09-01", "2028-01-01", recorded_on="2026-01-01", item_id="ahead"),
        taken_out, make_event("correct", "2024-01-01", "2026-01-01", item_id="gone", supersedes="evt_gone"),
    ]  # fmt: skip
    items = ["good", "rests", "ended", "ahead", "gone"]
    columns = to_columns(items, events, ())
    on_day, in_the_end = (statuses(columns, each, ALWAYS, Policy()) for each in (date(2026, 2, 1), date.max))
    positions = np.array([5, 131_071, 0, 70, 80])

    set_places = {
        purpose: set(np.flatnonzero(bits_of(purpose, positions, on_day, in_the_end)).tolist()) for purpose in Purpose
    }

    assert set_places == {Purpose.REVOCATION: {0, 80}, Purpose.SUSPENSION: {131_071}}


def test_a_hundred_thousand_items_are_one_list() -> None:
    rng = np.random.default_rng(7)
    events = [make_grant(item_id="a"), make_event("withdraw", "2026-01-01", item_id="a")]
    one = to_columns(["a"], events, ())
    state = statuses(one, date(2026, 2, 1), ALWAYS, Policy())
    many = type(state)(*(np.repeat(getattr(state, name), 100_000) for name in state.__dataclass_fields__))
    positions = rng.permutation(ENTRIES)[:100_000]

    bits = bits_of(Purpose.REVOCATION, positions, many, many)

    assert int(decoded(encoded(bits)).sum()) == 100_000


def test_a_place_is_drawn_until_it_is_free() -> None:
    drawn = iter([b"\x00\x00\x05", b"\x02\x00\x05", b"\x00\x00\x06"])

    assert drawn_index(lambda index: index != 5, lambda _: next(drawn)) == 6
    assert HELD == 65_536
