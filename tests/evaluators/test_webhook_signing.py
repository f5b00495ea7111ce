"""Signatures of webhooks against the vector that implementations of the specification are tested with."""

import base64
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from webhook_receivers import is_genuine

from registry.evaluators.webhook_signing import SECRET_BYTES, headers, secret_text, signature

SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
PAYLOAD = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector_is_met() -> None:
    assert signature(SECRET, MESSAGE_ID, TIMESTAMP, PAYLOAD) == SIGNATURE
    assert secret_text(SECRET) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_headers_are_those_of_the_specification() -> None:
    now = datetime.fromtimestamp(TIMESTAMP, UTC)

    assert headers(SECRET, MESSAGE_ID, now, PAYLOAD) == {
        "content-type": "application/json",
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": str(TIMESTAMP),
        "webhook-signature": SIGNATURE,
    }


def test_a_secret_has_as_many_bytes_as_the_specification_wants() -> None:
    assert 24 <= SECRET_BYTES <= 64


@given(st.binary(min_size=24, max_size=64), st.integers(0, 2**40), st.binary(max_size=50), st.integers(0, 255))
def test_a_receiver_takes_what_was_signed_and_nothing_else(secret: bytes, at: int, payload: bytes, other: int) -> None:
    signed = signature(secret, "msg_1", at, payload)
    text = secret_text(secret)

    assert is_genuine(text, "msg_1", str(at), signed, payload)
    assert not is_genuine(text, "msg_1", str(at), signed, payload + bytes([other]))
    assert not is_genuine(text, "msg_2", str(at), signed, payload)
    assert not is_genuine(text, "msg_1", str(at + 1), signed, payload)
    assert not is_genuine(secret_text(secret[:-1] + bytes([secret[-1] ^ 1])), "msg_1", str(at), signed, payload)
