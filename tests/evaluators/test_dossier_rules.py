"""What a dossier can be wrong in: every rule alone, all at once, and what may follow a version."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from dossier_samples import CONFLICT, LICENCE, TODAY, make_dossier
from hypothesis import given
from hypothesis import strategies as st

from registry.evaluators.dossier_rules import Before, certificate_faults, declaration_faults, dossier_faults

EVIDENCE = "0" * 64
END = {"valid_to": "2026-01-01", "end_reason": "Left the town."}


def codes(document: dict[str, Any], before: Before | None = None) -> list[tuple[str, str | None]]:
    return [(each.code, each.pointer) for each in dossier_faults(document, before or Before(), TODAY)]


def certified(**changes: Any) -> list[dict[str, Any]]:
    return [LICENCE | changes]


def held(**changes: Any) -> list[dict[str, Any]]:
    return [make_dossier()["ownership"][0] | changes]


def test_a_right_dossier_has_no_fault() -> None:
    assert codes(make_dossier()) == []


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"credit_code": None}, "credit-code-needed", ""),
        ({"credit_code": "91330000000000000x"}, "credit_code_wrong_check_character", "/credit_code"),
        ({"credit_code": "91110000600037341l"}, "credit-code-spelling", "/credit_code"),
        ({"legal_form": "inspection_team", "credit_code": None, "staff": []}, "wrong-for-legal-form", ""),
        ({"legal_form": "university_unit", "credit_code": None}, "wrong-for-legal-form", ""),
        ({"parent": {"name": "大学"}}, "wrong-for-legal-form", "/parent"),
        ({"names": [{"name": "大山\u200b"}]}, "hidden-character", "/names/0/name"),
        ({"names": [{"name": "#N/A"}]}, "missing-name", "/names/0/name"),
        ({"names": [{"name": "a"}, {"name": "b", "valid_from": "2020-01-01"}]}, "names-overlap", "/names/1"),
        ({"names": [{"name": "a", "valid_to": "2026-03-10"}]}, "no-name-today", "/names"),
        ({"names": [{"name": "a", "valid_from": "2026-03-11"}]}, "no-name-today", "/names"),
        ({"region": "mca:1"}, "bad-region", "/region"),
        ({"persons": [{"id": "p-1"}]}, "person-without-name", "/persons/0"),
        ({"persons": [{"id": "p-1", "name": "张\u202e三"}]}, "hidden-character", "/persons/0/name"),
        (
            {"persons": [{"id": "p-1", "name": "张"}, {"id": "p-1", "name": "李"}]},
            "twice",
            "/persons/1/id",
        ),
        (
            {"staff": [{"person": "p-2", "post": "staff", "valid_from": "2020-01-01"}]},
            "unknown-person",
            "/staff/0/person",
        ),
        ({"evidence": [{"sha256": EVIDENCE, "what": "Licence"}]}, "evidence-missing", "/evidence/0/sha256"),
        ({"certificates": certified(evidence=[EVIDENCE])}, "evidence-not-listed", "/certificates/0/evidence/0"),
        ({"ownership": held(valid_to="2015-03-01")}, "ends-before-it-begins", "/ownership/0/valid_to"),
        ({"ownership": held(seen_at="2026-03-11")}, "seen-in-the-future", "/ownership/0/seen_at"),
        ({"ownership": held(owner={"person": "p-1", "name": "张三"})}, "person-with-more", "/ownership/0/owner"),
        ({"ownership": held(owner={"is_state": True})}, "party-unnamed", "/ownership/0/owner"),
        ({"ownership": held(owner={"credit_code": make_dossier()["credit_code"]})}, "owns-itself", "/ownership/0"),
        ({"declarations": [CONFLICT | {"valid_to": "2026-01-01"}]}, "declaration-end-incomplete", "/declarations/0"),
        ({"declarations": [CONFLICT | {"end_reason": "Over."}]}, "declaration-end-incomplete", "/declarations/0"),
    ],
)
def test_each_rule_is_told_with_its_place(changes: dict[str, Any], code: str, pointer: str) -> None:
    assert codes(make_dossier(**changes)) == [(code, pointer)]


def test_a_fact_that_is_stated_twice_is_named_with_both_places() -> None:
    edge, licence = held()[0], certified()[0]
    post = make_dossier()["staff"][0]
    given = make_dossier(
        ownership=[edge, edge | {"basis": "agreement"}, edge | {"share": 0.5, "seen_at": "2026-02-01"}],
        staff=[post, post | {"post": "staff"}, post],
        certificates=[licence, licence | {"id": "again"}, licence | {"number": "IB0002", "id": "other"}],
    )

    found = dossier_faults(given, Before(), TODAY)

    assert [(each.code, each.pointer, each.message) for each in found] == [
        ("stated-twice", "/ownership/2", "It says the same as /ownership/0."),
        ("stated-twice", "/staff/2", "It says the same as /staff/0."),
        ("stated-twice", "/certificates/1", "It says the same as /certificates/0."),
    ]
    assert codes(make_dossier(certificates=[licence, licence])) == [("twice", "/certificates/1/id")]
    nobody = [edge | {"owner": {"is_state": True}}] * 2
    assert ("stated-twice", "/ownership/1") in codes(make_dossier(ownership=nobody))


def test_shares_without_a_share() -> None:
    edge = held()[0]
    del edge["share"]

    assert codes(make_dossier(ownership=[edge])) == [("share-missing", "/ownership/0")]
    assert codes(make_dossier(ownership=[edge | {"basis": "agreement"}])) == []


def test_a_member_of_an_inspection_team_holds_a_post_elsewhere() -> None:
    team = make_dossier(legal_form="inspection_team", credit_code=None, seconded_by={"name": "省农业农村厅"})
    assert codes(team) == [("home-post-needed", "/staff/0")]

    team["staff"][0]["home_post"] = {"authority": {"name": "县农业农村局"}, "title": "副局长"}

    assert codes(team) == []


def test_all_faults_are_told_at_once() -> None:
    document = make_dossier(region="mca:1", credit_code=None, persons=[{"id": "p-1"}])

    assert [code for code, _ in codes(document)] == ["credit-code-needed", "bad-region", "person-without-name"]


def test_a_former_name_ends_on_the_day_on_which_the_next_begins() -> None:
    names = [{"name": "b", "valid_from": "2026-02-01"}, {"name": "a", "valid_to": "2026-02-01"}]

    assert codes(make_dossier(names=names)) == []


def test_an_erased_name_is_not_brought_back() -> None:
    before = Before(persons=frozenset({"p-1"}), erased=frozenset({"p-1"}))

    assert codes(make_dossier(), before) == [("name-erased", "/persons/0/name")]
    assert codes(make_dossier(persons=[{"id": "p-1"}]), before) == []


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        ("2025-01-01", "2026-03-10", "certificate-expired"),
        ("2025-01-01", "2026-03-11", None),
        ("2026-03-11", "2027-01-01", "certificate-not-yet-valid"),
        ("2026-03-10", None, None),
        ("2026-06-01", "2026-01-01", "ends-before-it-begins"),
        ("2026-01-01", "2026-01-01", "ends-before-it-begins"),
    ],
)
def test_three_things_can_be_wrong_with_the_days_of_a_certificate(begins: str, ends: str | None, code: str) -> None:
    days = {"valid_from": begins} | ({"valid_to": ends} if ends else {})
    certificate = {member: value for member, value in LICENCE.items() if member != "valid_to"} | days

    found = list(certificate_faults([certificate], [], TODAY))

    assert [each.code for each in found] == ([code] if code else [])


def test_a_certificate_that_was_handed_in_before_may_expire() -> None:
    expired = LICENCE | {"valid_to": "2026-03-10"}

    assert list(certificate_faults([expired], [expired], TODAY)) == []
    other = certificate_faults([expired], [expired | {"number": "other"}], TODAY)
    assert [each.code for each in other] == ["certificate-expired"]


@given(begins=st.dates(date(2000, 1, 1), date(2050, 1, 1)), days=st.integers(-400, 4000), on=st.dates())
def test_a_certificate_is_taken_if_and_only_if_it_is_in_force(begins: date, days: int, on: date) -> None:
    ends = begins + timedelta(days=days)
    certificate = LICENCE | {"valid_from": begins.isoformat(), "valid_to": ends.isoformat()}

    found = list(certificate_faults([certificate], [], on))

    assert (found == []) == (begins <= on < ends)
    assert len(found) <= 1


def changed(**changes: Any) -> list[str]:
    return [each.code for each in declaration_faults([CONFLICT | changes], [CONFLICT])]


def test_a_declaration_is_ended_and_changes_in_nothing_else() -> None:
    assert changed() == []
    assert changed(**END) == []
    assert changed(statement="Never worked there.") == ["declaration-changed"]
    assert changed(**END, valid_from="2021-01-01") == ["declaration-changed"]
    assert changed(kind="advisory_work", person="p-2") == ["declaration-changed"] * 2


def test_a_declaration_is_never_removed() -> None:
    found = list(declaration_faults([], [CONFLICT, CONFLICT | END | {"id": "old"}]))

    assert [(each.code, each.value) for each in found] == [
        ("declaration-removed", "town-a111"),
        ("declaration-removed", "old"),
    ]


def test_an_end_is_final() -> None:
    ended = CONFLICT | END

    assert [each.code for each in declaration_faults([CONFLICT], [ended])] == ["declaration-changed"] * 2
    later = declaration_faults([ended | {"valid_to": "2026-02-01"}], [ended])
    assert [(each.code, each.pointer) for each in later] == [("declaration-changed", "/declarations/0/valid_to")]


@given(data=st.data())
def test_whatever_is_accepted_keeps_every_declaration(data: st.DataObject) -> None:
    was = [CONFLICT | {"id": f"d-{number}"} for number in range(3)]
    now = [deepcopy(each) for each in was if data.draw(st.booleans())]
    for each in now:
        each.update(data.draw(st.sampled_from([{}, END, {"statement": "x"}, {"valid_to": "2026-01-01"}])))

    if not list(declaration_faults(now, was)):
        kept = {each["id"]: each for each in now}
        assert all({**kept[each["id"]], **each} == kept[each["id"]] for each in was)
