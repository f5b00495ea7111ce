"""Attestations in time, on both databases: what a change of the right, of the key or of the clock makes of them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attestation_samples import ADDRESS, make_issuer, make_key, save_check
from evaluator_samples import at
from sqlalchemy import select
from sqlalchemy.orm import Session
from vetting_samples import Vetting, make_scope, make_vetting

from registry.accounts.permissions import OPERATOR
from registry.audit.models import Entry
from registry.eligibility import attestation_key_service as key_service
from registry.eligibility import attestation_queries as queries
from registry.eligibility import attestation_service as service
from registry.eligibility import verify_attestation as verifier
from registry.eligibility.attestation_check_service import attested_check
from registry.eligibility.attestation_errors import (
    AttestationKeyNotFound,
    AttestationNotFound,
    AttestationRefused,
    AttestationRejected,
    StatusListNotFound,
)
from registry.eligibility.attestation_keys import SigningKey, key_set
from registry.eligibility.attestation_models import Attestation
from registry.eligibility.attestation_service import Issuer
from registry.eligibility.attestation_worth import Worth
from registry.eligibility.check_service import get_check
from registry.eligibility.models import CheckedBody
from registry.eligibility.status_list import Purpose, decoded
from registry.eligibility.verify_attestation import Refused

BOTH = (Purpose.REVOCATION, Purpose.SUSPENSION)


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def issued(vetting: Vetting, items: tuple[str, ...], issuer: Issuer, now: datetime) -> Attestation:
    check = save_check(vetting.session, vetting.evaluator, items, now)
    return service.issue(vetting.session, vetting.officer, check, issuer, now)


def worth(vetting: Vetting, made: Attestation, on: str) -> Worth:
    return service.show(vetting.session, str(made.id), at(on)).worth


def keys_now(vetting: Vetting) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(key_set(queries.key_uses(vetting.session), ADDRESS)))
    return found


def bits(vetting: Vetting, issuer: Issuer, when: datetime, now: datetime) -> tuple[set[int], ...]:
    """Places that are set in each of BOTH, as it was published for that instant."""
    found = []
    for purpose in BOTH:
        token = service.status_list(vetting.session, purpose, 1, when, issuer, now)
        content = verifier.verify(token, keys_now(vetting), verifier.LIST_TYPE).subject["encodedList"]
        found.append({int(each) for each in decoded(content).nonzero()[0]})
    return tuple(found)


def test_a_right_that_rests_or_ends_turns_its_attestation_and_the_next_list_but_no_older_one(vetting: Vetting) -> None:
    issuer = make_issuer()
    agri, env, future = vetting.granted(make_scope("agri"), make_scope("env"), make_scope("water"))
    vetting.decide("surrender", future, "2026-02-20")
    made = issued(vetting, (agri,), issuer, at("2026-03-01"))
    other = issued(vetting, (env,), issuer, at("2026-03-01"))
    again = issued(vetting, (agri, env), issuer, at("2026-03-02"))
    vetting.suspend(agri, "2026-03-05")
    vetting.reinstate(agri, "2026-03-10", "2026-03-12")
    vetting.decide("withdraw", agri, "2026-03-15")

    place, theirs = (queries.find_places(vetting.session, [each])[each].index for each in (agri, env))
    days = ("2026-03-04", "2026-03-06", "2026-03-11", "2026-03-13", "2026-03-16")
    then = {each: bits(vetting, issuer, at(each), at("2026-03-20")) for each in days}

    assert place != theirs
    assert [worth(vetting, made, each) for each in days] == [
        Worth.GOOD, Worth.SUSPENDED, Worth.SUSPENDED, Worth.GOOD, Worth.REVOKED,
    ]  # fmt: skip
    assert {worth(vetting, other, each) for each in days} == {Worth.GOOD}
    # It stands on both.
    assert worth(vetting, again, "2026-03-16") is Worth.REVOKED
    assert list(then.values()) == [(set(), set()), (set(), {place}), (set(), {place}), (set(), set()), ({place}, set())]
    # Nothing that was recorded since changes what was published then.
    assert bits(vetting, issuer, at("2026-03-06"), at("2026-03-07")) == then["2026-03-06"]
    assert service.show(vetting.session, str(again.id), at("2026-03-04")).credential["credentialStatus"][0][
        "statusListIndex"
    ] == str(place)
    entries = [json.loads(each)["action"] for each in vetting.session.scalars(select(Entry.entry))]
    assert entries.count("attestation.issue") == 3
    assert entries.count("attestation_key.use") == 1


def test_a_grant_that_was_taken_out_is_revoked_and_one_that_lies_ahead_is_not(vetting: Vetting) -> None:
    issuer = make_issuer()
    (ahead,) = vetting.granted(effective="2026-06-01", on="2026-02-01")
    made = issued(vetting, (ahead,), issuer, at("2026-03-01"))
    grant = queries_of_grant(vetting, ahead)
    assert worth(vetting, made, "2026-03-02") is Worth.GOOD

    vetting.decide("correct", ahead, "2026-06-01", "2026-03-05", supersedes=grant)

    place = queries.find_places(vetting.session, [ahead])[ahead].index
    assert worth(vetting, made, "2026-03-06") is Worth.REVOKED
    assert bits(vetting, issuer, at("2026-03-04"), at("2026-03-06")) == (set(), set())
    assert bits(vetting, issuer, at("2026-03-06"), at("2026-03-06")) == ({place}, set())


def queries_of_grant(vetting: Vetting, item: str) -> str:
    from registry.evaluators.qualification_queries import events_of

    return next(each.id for each in events_of(vetting.session, vetting.evaluator.id) if each.item_id == item)


def test_there_is_no_list_before_its_first_item_nor_after_now(vetting: Vetting) -> None:
    issuer = make_issuer()
    (item,) = vetting.granted()
    issued(vetting, (item,), issuer, at("2026-03-01"))

    for when, number, words in (
        (at("2026-02-20"), 1, "There was no list"),
        (at("2026-03-02"), 2, "There was no list"),
        (at("2026-03-04"), 1, "lies ahead"),
    ):
        with pytest.raises(StatusListNotFound, match=words):
            service.status_list(vetting.session, Purpose.REVOCATION, number, when, issuer, at("2026-03-03"))


def test_what_was_signed_is_verified_after_two_changes_of_keys(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    keys = [make_key() for _ in range(3)]
    made = []
    for key, on in zip(keys, ("2026-03-01", "2026-03-10", "2026-03-20"), strict=True):
        if made:
            key_service.take_into_use(vetting.session, OPERATOR, key, at(on))
        made.append(issued(vetting, (item,), make_issuer(key), at(on)))
    now = at("2026-03-25")

    assert [verifier.verify(each.jws, keys_now(vetting)).kid for each in made] == [each.kid for each in keys]
    assert [each.kid for each in queries.key_uses(vetting.session)] == [each.kid for each in keys]
    assert {service.verify_file(vetting.session, each.jws.encode(), now).worth for each in made} == {Worth.GOOD}
    with pytest.raises(AttestationRefused, match="Another key"):
        issued(vetting, (item,), make_issuer(keys[0]), now)
    with pytest.raises(AttestationRefused, match="used before"):
        key_service.take_into_use(vetting.session, OPERATOR, keys[0], now)
    # What the first key signs now is refused, though it is a key of this registry.
    late = keys[0].sign(service.show(vetting.session, str(made[0].id), now).credential, ADDRESS, now)
    with pytest.raises(Refused, match="in use no more"):
        verifier.verify(late, keys_now(vetting))


def test_a_key_in_other_hands_proves_nothing_from_then_on(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    key = make_key()
    early, late = (issued(vetting, (item,), make_issuer(key), at(on)) for on in ("2026-03-01", "2026-03-10"))
    now = at("2026-03-20")

    use = key_service.mark_compromised(
        vetting.session, OPERATOR, key.kid, at("2026-03-05"), "A laptop was stolen.", now
    )

    assert use.compromised_from == at("2026-03-05")
    assert (worth(vetting, early, "2026-03-20"), worth(vetting, late, "2026-03-20")) == (
        Worth.GOOD, Worth.KEY_COMPROMISED,
    )  # fmt: skip
    with pytest.raises(Refused, match="in other hands"):
        verifier.verify(late.jws, keys_now(vetting))
    with pytest.raises(AttestationRefused, match="in other hands"):
        issued(vetting, (item,), make_issuer(key), now)
    with pytest.raises(AttestationRefused, match="in other hands"):
        service.status_list(vetting.session, Purpose.REVOCATION, 1, now, make_issuer(key), now)
    for kid, since, reason, error in (
        (key.kid, at("2026-03-06"), "Later.", AttestationRefused),
        (key.kid, now + timedelta(days=1), "Ahead.", AttestationRefused),
        (key.kid, at("2026-03-01"), " ", AttestationRefused),
        ("nobody", at("2026-03-01"), "Unknown.", AttestationKeyNotFound),
    ):
        with pytest.raises(error):
            key_service.mark_compromised(vetting.session, OPERATOR, kid, since, reason, now)
    # Earlier is possible: more is known then.
    key_service.mark_compromised(vetting.session, OPERATOR, key.kid, at("2026-02-28"), "It was stolen earlier.", now)
    assert worth(vetting, early, "2026-03-20") is Worth.KEY_COMPROMISED


def test_its_time_runs_out_and_what_is_not_known_here_is_refused(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    issuer = make_issuer()
    made = issued(vetting, (item,), issuer, at("2026-03-01"))
    credential = dict(service.show(vetting.session, str(made.id), at("2026-03-01")).credential)
    stranger = credential | {"id": f"{ADDRESS}/api/v1/attestations/{'0' * 8}-0000-4000-8000-{'0' * 12}"}
    altered = credential | {"validUntil": "2036-01-01T00:00:00Z"}

    assert worth(vetting, made, "2026-05-29") is Worth.GOOD
    assert worth(vetting, made, "2026-05-31") is Worth.EXPIRED
    # So does the time of the right itself.
    (short,) = vetting.granted(make_scope("water"), valid_to="2026-04-01")
    of_short = issued(vetting, (short,), issuer, at("2026-03-02"))
    assert worth(vetting, of_short, "2026-03-31") is Worth.GOOD
    assert worth(vetting, of_short, "2026-04-01") is Worth.EXPIRED
    for each in (stranger, altered):
        token = issuer.key.sign(each, ADDRESS, at("2026-03-01"))
        with pytest.raises(AttestationRejected, match="not issued here"):
            service.verify_file(vetting.session, token.encode(), at("2026-03-02"))
    with pytest.raises(AttestationRejected):
        service.verify_file(vetting.session, b"", at("2026-03-02"))
    for text in ("", "x", "0" * 32):
        with pytest.raises(AttestationNotFound):
            service.show(vetting.session, text, at("2026-03-02"))


def test_a_stored_decision_is_read_with_its_name_and_the_days_of_its_policy(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    saved = save_check(vetting.session, vetting.evaluator, (item,), at("2026-03-01"))

    row = get_check(vetting.session, saved.code)

    found = attested_check(vetting.session, row)

    assert (found.content, found.result_sha256, found.days) == (saved.content, saved.result_sha256, 30)
    assert (found.evaluator, found.credit_code) == (vetting.evaluator.code, vetting.evaluator.credit_code)
    assert found.code == saved.code
    vetting.session.add(CheckedBody(check_id=row.id, key="uscc:91110000600037341L", evaluator_id=None))
    vetting.session.flush()
    with pytest.raises(AttestationRefused, match="ask about it alone"):
        attested_check(vetting.session, row)


def test_the_name_of_a_key_says_which_it_is() -> None:
    key = make_key()

    assert SigningKey(key.private) == key
    assert key.kid not in repr(key)
