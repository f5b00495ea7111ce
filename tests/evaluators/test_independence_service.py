"""Cases 12 and 13 of the design through dossiers in the database, with siblings of them; what dossiers declare."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from exclusion_samples import NOW, make_dossier, make_edge, register
from register_samples import AS_OF, SOURCE, credit_code, make_grant, write_files
from register_samples import make_evaluator as make_register_row
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.evaluators import independence_service as service
from registry.evaluators.credit_code import check_character
from registry.evaluators.dossier_queries import find_evaluator
from registry.evaluators.dossier_service import Submission, save
from registry.evaluators.exclusion_errors import QuestionRejected
from registry.evaluators.independence import Finding, Limits, Role
from registry.evaluators.independence_service import Answer, Parties
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.evaluators.register_inputs import read_register
from registry.evaluators.register_service import Terms, import_register

TOWN, COUNTY = "mca:330106100", "mca:330106"

P, Q, R, C = (credit_code(number) for number in (800, 801, 802, 803))
WORK = Period(date(2026, 6, 1), date(2026, 10, 1))


def authority(number: int) -> str:
    """The code of a 机关."""
    start = f"11330106{number:09}"
    return start + check_character(start)


def parties(**changes: Any) -> Parties:
    known: dict[str, Any] = {
        "scored": (TOWN,), "commissioner": COUNTY, "payer": COUNTY, "other_bidders": (), "implementers": (f"uscc:{C}",),
    }  # fmt: skip
    return Parties(**(known | changes))


def with_owners(session: Session, own: list[dict[str, Any]], others: list[dict[str, Any]], **changes: Any) -> Evaluator:
    """others: edges that lead into C, told in a dossier of another evaluator."""
    register(session, number=2, ownership=others)
    return register(session, ownership=own, **changes)


def assess(session: Session, evaluator: Evaluator, asked: Parties | None = None, **changes: Any) -> Answer:
    known: dict[str, Any] = {"window": WORK, "known_at": NOW}
    return service.assess(session, evaluator, asked or parties(), **(known | changes))


def of(answer: Answer, role: Role) -> Finding:
    (found,) = [each for each in answer.findings if each.role is role and "COMMISSIONER" not in each.code]
    return found


def of_implementer(session: Session, evaluator: Evaluator, **changes: Any) -> Finding:
    return of(assess(session, evaluator, **changes), Role.IMPLEMENTER)


def codes(answer: Answer, role: Role) -> set[str]:
    return {each.code for each in answer.findings if each.role is role}


def test_case_12a_a_common_parent_is_a_conflict_with_its_path(session: Session) -> None:
    evaluator = with_owners(
        session,
        [make_edge(P, 0.6), make_edge(R, 0.4)],
        [make_edge(P, 0.51, owned=C), make_edge(Q, 0.49, owned=C)],
    )

    found = of_implementer(session, evaluator)

    assert (found.code, found.outcome) == ("COI_COMMON_CONTROL", "fail")
    assert found.through == (f"uscc:{P}",)
    steps = {(edge.owner, edge.owned, edge.source) for path in found.paths for edge in path}
    assert steps == {
        (f"uscc:{P}", f"uscc:{credit_code(1)}", "dossier of ev-000002: register of companies"),
        (f"uscc:{P}", f"uscc:{C}", "dossier of ev-000001: register of companies"),
    }


def persons(*names: str) -> dict[str, Any]:
    return {"persons": [{"id": each, "name": each} for each in names]}


def by_person(who: str, share: float, **changes: Any) -> dict[str, Any]:
    return make_edge(P, share) | {"owner": {"person": who}} | changes


def test_case_12b_an_interest_below_control_is_reviewed(session: Session) -> None:
    own = [make_edge(P, 0.2), by_person("a", 0.8), by_person("b", 1, owned={"credit_code": P})]
    others = [make_edge(P, 0.51, owned=C), by_person("d", 0.49, owned={"credit_code": C})]
    register(session, number=2, ownership=others, **persons("d"))
    evaluator = register(session, ownership=own, **persons("a", "b"))

    found = of_implementer(session, evaluator)

    assert (found.code, found.outcome) == ("COI_INTEREST_BELOW_CONTROL", "review")
    # The person above P has what P has.
    assert found.through[-1] == f"uscc:{P}"
    assert len(found.through) == 2


def state_owned(owner: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    edge = make_edge(P, 1) | {"owner": owner | {"is_state": True}}
    return [edge], [edge | {"owned": {"credit_code": C}}]


def test_case_12c_a_common_owner_that_is_only_the_state_is_said_and_passes(session: Session) -> None:
    found = of_implementer(session, with_owners(session, *state_owned({"credit_code": authority(7)})))

    assert (found.code, found.outcome) == ("COI_STATE_ONLY", "pass")


def test_a_company_is_not_the_state_because_a_dossier_says_so(session: Session) -> None:
    found = of_implementer(session, with_owners(session, *state_owned({"credit_code": P})))

    assert (found.code, found.outcome) == ("COI_COMMON_CONTROL", "fail")


def test_an_owner_told_by_its_name_alone_is_nobody_that_is_known(session: Session) -> None:
    found = of_implementer(session, with_owners(session, *state_owned({"name": "市国资委"})))

    assert (found.code, found.outcome) == ("COI_DATA_MISSING", "unknown")


@pytest.mark.parametrize(("seen_at", "code"), [("2025-06-01", "NOT_RELATED"), ("2025-05-31", "COI_DATA_STALE")])
def test_case_12d_facts_older_than_the_policy_allows_are_unknown(session: Session, seen_at: str, code: str) -> None:
    own = [by_person("a", 1, seen_at=seen_at)]
    others = [by_person("d", 1, owned={"credit_code": C})]
    register(session, number=2, ownership=others, **persons("d"))
    evaluator = register(session, ownership=own, **persons("a"))

    assert of_implementer(session, evaluator).code == code


def test_case_12e_control_that_ended_is_a_conflict_until_the_cooling_off_is_over(session: Session) -> None:
    sold = [
        make_edge(P, 0.6, valid_to="2025-12-01"),
        by_person("a", 0.6, valid_from="2025-12-01"),
        by_person("c", 0.4),
        by_person("b", 1, owned={"credit_code": P}),
    ]
    others = [make_edge(P, 0.51, owned=C), by_person("d", 0.49, owned={"credit_code": C})]
    register(session, number=2, ownership=others, **persons("d"))
    evaluator = register(session, ownership=sold, **persons("a", "b", "c"))

    found = of_implementer(session, evaluator)
    assert (found.code, found.outcome, found.until) == ("COI_COOLING_OFF", "fail", date(2027, 12, 1))

    after = Period(date(2027, 12, 1), date(2027, 12, 31))
    limits = Limits(ownership_max_age_days=10_000)
    assert of_implementer(session, evaluator, window=after, terms=service.Terms(limits)).code == "NOT_RELATED"


def test_case_12f_control_holds_through_a_chain_of_majorities(session: Session) -> None:
    evaluator = with_owners(
        session,
        [make_edge(P, 0.6, owned=Q), make_edge(Q, 0.6), make_edge(R, 0.4)],
        [make_edge(P, 0.51, owned=C)],
    )

    found = of_implementer(session, evaluator)

    assert found.code == "COI_COMMON_CONTROL"
    assert [f"uscc:{P}", f"uscc:{Q}"] in [[edge.owner for edge in path] for path in found.paths]


def test_what_a_later_dossier_says_is_not_known_before(session: Session) -> None:
    evaluator = with_owners(session, [make_edge(P, 0.6)], [make_edge(P, 0.51, owned=C)])
    sold = make_dossier(ownership=[by_person("a", 1)], **persons("a"))
    save(session, OPERATOR, evaluator, Submission(sold, None), evaluator.dossier_sha256, NOW)

    then, now = (of_implementer(session, evaluator, known_at=at) for at in (NOW - timedelta(seconds=1), NOW))

    assert then.code == "COI_COMMON_CONTROL"
    assert now.code != "COI_COMMON_CONTROL"


@pytest.mark.parametrize(
    ("changes", "role", "code"),
    [
        ({"commissioner": TOWN}, Role.COMMISSIONER, "COMMISSIONER_IS_SUBJECT"),
        ({"payer": TOWN}, Role.PAYER, "PAYER_IS_SUBJECT"),
        ({"scored": (TOWN, COUNTY)}, Role.COMMISSIONER, "COMMISSIONER_IS_SUBJECT"),
        ({}, Role.COMMISSIONER, "COMMISSIONER_APART"),
        ({}, Role.PAYER, "PAYER_APART"),
        ({"commissioner": None}, Role.COMMISSIONER, "COMMISSIONER_UNKNOWN"),
        ({"payer": None}, Role.PAYER, "PAYER_UNKNOWN"),
    ],
)
def test_case_13_who_asks_and_who_pays_stand_apart_from_what_is_scored(
    session: Session, changes: dict[str, Any], role: Role, code: str
) -> None:
    evaluator = register(session, ownership=[by_person("a", 1)], **persons("a"))

    assert code in codes(assess(session, evaluator, parties(implementers=(), **changes)), role)


def test_case_13_by_codes_a_payer_under_the_subject_is_reviewed(session: Session) -> None:
    evaluator = register(session, ownership=[make_edge(authority(1), 1, owned=P), by_person("a", 1)], **persons("a"))
    asked = parties(scored=(TOWN, f"uscc:{authority(1)}"), payer=f"uscc:{P}", implementers=())

    assert "PAYER_UNDER_SUBJECT" in codes(assess(session, evaluator, asked), Role.PAYER)


def test_a_place_and_an_authority_are_not_told_apart_by_their_spelling(session: Session) -> None:
    with pytest.raises(QuestionRejected) as refused:
        assess(session, register(session), parties(payer=f"uscc:{authority(1)}"))

    assert [(each.code, each.column) for each in refused.value.violations] == [
        ("parties-not-comparable", "query payer")
    ]


def test_who_is_itself_a_party_is_not_independent(session: Session) -> None:
    evaluator = register(session)

    asked = parties(implementers=(service.key_of(evaluator),))
    assert of(assess(session, evaluator, asked), Role.IMPLEMENTER).code == "COI_IS_PARTY"


def declaration(kind: str, about: dict[str, Any], **changes: Any) -> dict[str, Any]:
    known = {"id": "d-1", "kind": kind, "about": about, "statement": "said so", "valid_from": "2025-01-01"}
    return known | changes


@pytest.mark.parametrize(
    ("told", "code", "outcome"),
    [
        ([], "NOTHING_DECLARED", "pass"),
        ([declaration("interest", {"credit_code": C})], "DECLARED_INTEREST", "review"),
        ([declaration("associated_body", {"credit_code": C})], "DECLARED_ASSOCIATION", "review"),
        ([declaration("interest", {"name": "某公司"})], "DECLARED_BY_NAME_ONLY", "review"),
        (
            [declaration("interest", {"credit_code": C}, valid_to="2025-06-01", end_reason="x")],
            "DECLARED_INTEREST",
            "review",
        ),
        ([declaration("interest", {"credit_code": R})], "NOTHING_DECLARED", "pass"),
        (
            [
                declaration(
                    "interest", {"credit_code": C}, valid_from="2020-01-01", valid_to="2024-06-01", end_reason="x"
                )
            ],
            "NOTHING_DECLARED",
            "pass",
        ),
    ],
)
def test_what_is_declared_of_a_party_is_shown(
    session: Session, told: list[dict[str, Any]], code: str, outcome: str
) -> None:
    (found,) = assess(session, register(session, declarations=told)).declared

    assert (found.code, found.outcome) == (code, outcome)


def test_advice_to_the_place_keeps_the_adviser_away_for_two_years(session: Session) -> None:
    told = declaration(
        "advisory_work",
        {"name": "某镇政府"},
        region=TOWN,
        valid_from="2024-01-01",
        valid_to="2025-01-01",
        end_reason="x",
    )
    evaluator = register(session, declarations=[told])

    (found,) = assess(session, evaluator).advice
    (later,) = assess(session, evaluator, window=Period(date(2027, 1, 1), date(2027, 2, 1))).advice

    assert (found.code, found.outcome, found.until) == ("ADVISORY_SEPARATION", "fail", date(2027, 1, 1))
    assert later.code == "ADVICE_NONE"


def test_an_evaluator_of_an_imported_register_was_never_asked(session: Session, tmp_path: Any) -> None:
    given = read_register(write_files(tmp_path, [make_register_row()], [make_grant()]), AS_OF)
    import_register(session, OPERATOR, given, Terms(SOURCE, datetime(2026, 3, 1, 12, tzinfo=NOW.tzinfo)))
    evaluator = find_evaluator(session, "ev-000001")
    assert evaluator is not None

    answer = assess(session, evaluator)

    assert [each.code for each in answer.declared] == ["DECLARATIONS_UNKNOWN"]
    assert [each.code for each in answer.advice] == ["ADVICE_UNKNOWN"]


def test_parties_are_told_by_code_of_evaluator_credit_code_or_region(session: Session) -> None:
    evaluator = register(session)

    read = [service.read_party(session, each, "payer") for each in (evaluator.code, P.lower(), TOWN)]

    assert read == [f"uscc:{credit_code(1)}", f"uscc:{P}", TOWN]
    for text in ("x", "mca:", "person:1 2"):
        with pytest.raises(QuestionRejected):
            service.read_party(session, text, "payer")
