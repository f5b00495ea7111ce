"""The file of the key that signs attestations: made once, kept from others, changed so that no power cut is a loss."""

from pathlib import Path

import pytest

from registry.eligibility.attestation_keys import SigningKey
from registry.keys import ATTESTING, NEXT_ATTESTING, KeysUnusable, open_keys


def test_a_key_is_made_once_for_its_owner_alone_and_is_not_that_of_the_log(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)

    made = SigningKey(keys.attesting_key(None))

    assert SigningKey(keys.attesting_key(None)).kid == made.kid
    assert SigningKey(keys.attesting_key(made.public)).kid == made.kid
    assert (tmp_path / ATTESTING).stat().st_mode & 0o777 == 0o600
    assert made.public != keys.signing.public_key().public_bytes_raw()


def test_none_is_made_where_one_was_used(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    used = SigningKey(keys.attesting_key(None))
    (tmp_path / ATTESTING).unlink()

    with pytest.raises(KeysUnusable, match="rotate-key"):
        keys.attesting_key(used.public)

    assert not (tmp_path / ATTESTING).exists()


def test_an_interrupted_change_of_keys_goes_on_where_it_stopped(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    old = SigningKey(keys.attesting_key(None))
    following = SigningKey(keys.next_attesting_key())

    # Before the database knows the new one, the old one signs, and the change begins again with the same key.
    assert SigningKey(keys.attesting_key(old.public)).kid == old.kid
    assert SigningKey(keys.next_attesting_key()).kid == following.kid
    # Once it knows it, the new one signs and takes the place of the old.
    assert SigningKey(keys.attesting_key(following.public)).kid == following.kid
    assert not (tmp_path / NEXT_ATTESTING).exists()
    assert SigningKey(keys.attesting_key(None)).kid == following.kid
    with pytest.raises(KeysUnusable):
        keys.attesting_key(old.public)


def test_a_file_that_others_can_read_or_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    keys.attesting_key(None)
    path = tmp_path / ATTESTING

    path.chmod(0o644)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        keys.attesting_key(None)
    path.chmod(0o600)
    path.write_text("registry-key-v1 signing x AAAA\n", encoding="utf-8")
    with pytest.raises(KeysUnusable, match="holds no attesting key"):
        keys.attesting_key(None)
