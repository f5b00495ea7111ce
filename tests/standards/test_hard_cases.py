"""Cases that other systems get wrong, each by its number. What a solver decides is tested beside the solver."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from localization_samples import (
    PLACES,
    chain,
    faults_of,
    make_localization,
    make_narrowing,
    make_setting,
    parameter_of,
    pin,
    resolved,
    value_of,
)
from standard_samples import Document, make_criterion, make_fact, make_small_standard, make_standard

from registry.canonical import digest
from registry.errors import Invalid, Violation
from registry.standards.document_errors import Code, DocumentRejected, LocalizationRejected
from registry.standards.document_service import load_standard, parse_document
from registry.standards.outcomes import Result, outcomes
from registry.standards.reading import read_standard

INVEST = read_standard(make_standard())
REGISTER = [{"fact": "eligible_enterprises", "value": 2, "as_of": "2026-02-28", "source": "Register of enterprises"}]


def make_target(value: Any, level: str = "county", **changes: Any) -> Document:
    """A localization that sets how many enterprises there are to be, with the register as evidence."""
    return make_localization(level, set=[make_setting("invest_target", value, evidence=REGISTER)], **changes)


def refusal(*documents: Document) -> tuple[Violation, ...]:
    with pytest.raises(LocalizationRejected) as caught:
        resolved(*documents, standard=INVEST)
    return caught.value.violations


def codes_of(content: bytes) -> list[str]:
    with pytest.raises(Invalid) as caught:
        load_standard(parse_document(content))
    return [each.code for each in caught.value.violations] or [caught.value.code]


def test_case_1_the_county_sets_2_with_four_entries_of_derivation_and_mod() -> None:
    given = resolved(make_target(2), standard=INVEST)

    found = parameter_of(given, "invest_target")
    derivation = found["derivation"]
    assert found["value"] == 2
    assert [(each["level"], each["action"]) for each in derivation] == [
        ("national", "default"),
        ("province", "inherited"),
        ("prefecture", "inherited"),
        ("county", "changed"),
    ]
    assert derivation[0]["by"] == "rural-investment@2.1.0"
    assert derivation[0]["value"] == 3
    assert derivation[3]["set"]["from"] == {"value": 3}
    assert derivation[3]["set"]["to"] == {"value": 2}
    assert derivation[3]["set"]["rationale"] == {"en": "As it is here."}
    assert derivation[3]["set"]["evidence"] == REGISTER
    assert derivation[3]["jurisdiction"] == PLACES["county"]
    assert given.correspondence == "MOD"


def test_case_1_without_a_localization_the_standard_itself_is_idt() -> None:
    given = resolved(standard=INVEST)

    assert given.correspondence == "IDT"
    assert len(parameter_of(given, "invest_target")["derivation"]) == 1


def test_case_4_a_county_below_a_narrowed_domain_is_refused_and_told_whose_bound_it_is() -> None:
    province = make_localization("province", narrow=[make_narrowing("invest_target", minimum=3, maximum=5)])

    (violation,) = refusal(*chain(province, make_target(2)))

    assert violation.code == Code.PARAM_OUT_OF_DOMAIN
    assert "minimum by rural-investment.province@1.0.0" in violation.message
    assert "maximum by rural-investment@2.1.0" in violation.message


@pytest.mark.parametrize("value", [2.5, "2", True, 2.0])
def test_case_5_a_whole_number_is_neither_a_fraction_nor_a_text_nor_a_truth_nor_a_float(value: Any) -> None:
    (violation,) = refusal(make_target(value))

    assert (violation.code, violation.pointer) == (Code.PARAM_TYPE, "/set/0/value")
    assert violation.value == json.dumps(value)


def test_case_6_a_value_outside_tells_the_effective_domain_and_who_set_each_bound() -> None:
    province = make_localization("province", narrow=[make_narrowing("invest_target", maximum=4)])

    violation = refusal(*chain(province, make_target(6)))[0]

    assert (violation.code, violation.pointer) == (Code.PARAM_OUT_OF_DOMAIN, "/set/0/value")
    assert "from 1 to 4" in violation.message
    assert "minimum by rural-investment@2.1.0; maximum by rural-investment.province@1.0.0" in violation.message
    assert violation.value == "6"


def test_case_7_a_narrowing_that_widens_is_told_at_the_prefecture() -> None:
    province = make_localization("province", narrow=[make_narrowing("invest_target", minimum=1, maximum=3)])
    prefecture = make_localization("prefecture", narrow=[make_narrowing("invest_target", minimum=1, maximum=4)])

    (violation,) = refusal(*chain(province, prefecture))

    assert (violation.code, violation.pointer) == (Code.DOMAIN_WIDENED, "/narrow/0/domain")
    assert violation.file == "rural-investment.prefecture@1.0.0"


@pytest.mark.parametrize("value", [2, 3])
def test_case_9_a_township_may_not_set_what_is_for_counties_even_if_it_changes_nothing(value: int) -> None:
    (violation,) = refusal(make_target(value, "township"))

    assert (violation.code, violation.pointer) == (Code.LEVEL_NOT_AUTHORISED, "/set/0/parameter")
    assert violation.value == "township"


def test_case_12_an_unknown_parameter_is_an_error_with_a_suggestion() -> None:
    (violation,) = refusal(make_localization(set=[make_setting("invest_targt", 2)]))

    assert (violation.code, violation.pointer) == (Code.UNKNOWN_PARAM, "/set/0/parameter")
    assert violation.fix == "Did you mean invest_target?"


def test_case_13_two_that_import_each_other_are_a_cycle() -> None:
    province, prefecture = make_localization("province"), make_localization("prefecture")
    circle = [{**province, "imports": [pin(prefecture)]}, {**prefecture, "imports": [pin(province)]}]

    (violation,) = refusal(*circle)

    assert violation.code == Code.IMPORT_CYCLE
    assert "rural-investment.prefecture@1.0.0 → rural-investment.province@1.0.0" in violation.message


def test_case_13_what_imports_itself_is_a_cycle() -> None:
    county = make_localization()

    assert faults_of({**county, "imports": [pin(county)]}) == [("IMPORT_CYCLE", "/imports/0")]


def test_case_13_a_diamond_applies_the_shared_layer_once() -> None:
    shared = make_localization("province", set=[make_setting("hours", 44)])
    sides = [make_localization("prefecture", id=f"side.{each}", imports=[pin(shared)]) for each in "ab"]
    last = make_localization(imports=[pin(each) for each in sides])

    given = resolved(last, *sides, shared)

    derivation = parameter_of(given, "hours")["derivation"]
    assert value_of(given, "hours") == 44
    assert [each.get("by") for each in derivation if each["action"] == "changed"] == ["rural-investment.province@1.0.0"]
    assert [each["id"] for each in given.document["localizations"]].count("rural-investment.province") == 1


def test_case_14_other_content_under_the_pinned_version_is_refused() -> None:
    province = make_localization("province", set=[make_setting("hours", 44)])
    county = make_localization(imports=[pin(province, with_digest=True)])
    altered = {**province, "set": [make_setting("hours", 48)]}

    with pytest.raises(LocalizationRejected) as caught:
        resolved(altered, county)

    (violation,) = caught.value.violations
    assert (violation.code, violation.pointer) == (Code.IMPORT_DIGEST_MISMATCH, "/imports/0/sha256")
    assert violation.value == digest(province)
    assert digest(altered) in violation.message


def test_case_14_a_newer_version_beside_it_does_not_change_what_the_older_pin_gives() -> None:
    province = make_localization("province", set=[make_setting("hours", 44)])
    county = make_localization(imports=[pin(province, with_digest=True)])
    before = resolved(province, county)
    newer = {**province, "version": "1.2.1", "set": [make_setting("hours", 48)]}

    assert resolved(province, county).canonical == before.canonical
    assert faults_of(newer, county) == [("IMPORT_MISSING", "/imports/0")]


def test_case_14_a_standard_with_other_content_is_refused() -> None:
    county = make_localization(standard={**pin(make_standard()), "sha256": "0" * 64})

    assert faults_of(county, standard=INVEST) == [("IMPORT_DIGEST_MISMATCH", "/standard/sha256")]


def test_case_20_weights_of_a_third_add_up_to_100_exactly() -> None:
    criteria = [make_criterion(id=f"c{place}", weight=each) for place, each in enumerate(("33.3", "33.3", "33.4"))]
    document = make_small_standard(criteria=criteria, decision={"kind": "points", "total": "100"})

    assert resolved(standard=load_standard(document)).correspondence == "IDT"


def test_case_20_a_tenth_and_two_tenths_are_three_tenths() -> None:
    document = make_small_standard(
        fact_definitions=[make_fact(id=each) for each in "xy"], criteria=[make_criterion("facts.x + facts.y >= 0.3")]
    )
    standard = load_standard(document)

    (outcome,) = outcomes(resolved(standard=standard), {"facts.x": Fraction("0.1"), "facts.y": Fraction("0.2")})

    assert outcome.result is Result.MET


def test_case_21_a_missing_fact_leaves_a_criterion_unknown_and_does_not_fail_it() -> None:
    given = resolved(standard=load_standard(make_small_standard()))

    (outcome,) = outcomes(given, {})

    assert outcome.result is Result.UNKNOWN
    assert outcome.missing == {"facts.x"}


@pytest.mark.parametrize("rule", ["facts.x * facts.y >= 10", "facts.x / facts.y >= 1", "actions.a * facts.y >= 10"])
def test_case_22_a_product_of_unknowns_is_refused_where_it_stands(rule: str) -> None:
    document = make_small_standard(
        fact_definitions=[make_fact(id=each) for each in "xy"],
        action_definitions=[make_fact(id="a")],
        criteria=[make_criterion(rule)],
    )

    with pytest.raises(DocumentRejected) as caught:
        load_standard(document)

    (violation,) = caught.value.violations
    assert (violation.code, violation.pointer) == ("RULE_NONLINEAR", "/criteria/0/measure/rule")


def test_case_24_a_duplicate_key_is_refused() -> None:
    text = json.dumps(make_standard()).replace('"weight": "45"', '"weight": "45", "weight": "46"')

    assert codes_of(text.encode()) == ["duplicate-key"]


def test_case_24_a_value_that_is_no_number_is_refused() -> None:
    text = json.dumps(make_standard()).replace('"default": 3', '"default": NaN')

    assert codes_of(text.encode()) == ["number-not-finite"]


def test_case_24_a_reference_to_another_host_is_an_unknown_member_and_fetches_nothing() -> None:
    text = json.dumps({**make_standard(), "$ref": "http://198.51.100.1/standard.json"})

    assert codes_of(text.encode()) == ["schema-additionalProperties"]


def test_case_24_a_rule_of_three_million_characters_is_refused_by_its_length_and_not_shown() -> None:
    document = make_small_standard(criteria=[make_criterion("!" * 3_000_000 + "true")])

    with pytest.raises(DocumentRejected) as caught:
        load_standard(parse_document(json.dumps(document).encode()))

    (violation,) = caught.value.violations
    assert (violation.code, violation.pointer) == ("schema-maxLength", "/criteria/0/measure/rule")
    assert len(str(caught.value)) < 1000


def test_case_24_ten_million_characters_are_refused_before_they_are_read() -> None:
    document = make_small_standard(criteria=[make_criterion("!" * 10_000_000 + "true")])

    assert codes_of(json.dumps(document).encode()) == ["document-rejected"]


def test_case_24_nesting_of_5000_levels_is_refused() -> None:
    nested = "[" * 5000 + "]" * 5000
    text = json.dumps(make_standard()).replace('"default": 3', f'"default": {nested}')

    assert codes_of(text.encode()) == ["nested-too-deep"]


FAMILY = [
    make_localization("province", set=[make_setting("share", {"hill": "55"}), make_setting("hours", 44)]),
    make_localization(
        "prefecture",
        imports=[{"id": "rural-investment.province", "version": "1.0.0"}],
        narrow=[make_narrowing("hours", maximum=52)],
    ),
    make_localization(
        imports=[{"id": "rural-investment.prefecture", "version": "1.0.0"}],
        title={"zh": "县级标准", "en": "İstanbul"},
        set=[make_setting("target", 2), make_setting("begins", "2026-06-08")],
    ),
]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1, 2)])
def test_case_28_the_order_in_which_localizations_are_given_changes_no_byte(order: tuple[int, ...]) -> None:
    assert resolved(*(FAMILY[each] for each in order)).canonical == resolved(*FAMILY).canonical


def test_case_28_the_order_of_members_in_the_documents_changes_no_byte() -> None:
    turned = [dict(reversed(list(each.items()))) for each in FAMILY]

    assert resolved(*turned).canonical == resolved(*FAMILY).canonical


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "C", "TZ": "Pacific/Pago_Pago", "PYTHONHASHSEED": "4294967295"},
    ],
)
def test_case_28_another_locale_time_zone_and_order_of_hashes_give_the_same_digest(environment: dict[str, str]) -> None:
    program = "from standards import test_hard_cases as cases; print(cases.resolved(*cases.FAMILY[::-1]).sha256)"
    folder = Path(__file__).resolve().parents[1]
    path = os.pathsep.join([str(folder), str(folder.parent)])

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == resolved(*FAMILY).sha256
