"""Reading a localization: each fault with its code and place, all of them at once."""

import time
from typing import Any

import pytest
from localization_samples import (
    WIDE,
    chain,
    faults_of,
    make_localization,
    make_narrowing,
    make_setting,
    make_waiver,
    make_wide_standard,
    pin,
    read,
)
from standard_samples import Document, make_criterion

from registry.standards.document_errors import Code, LocalizationRejected
from registry.standards.localization_reading import read_localization
from registry.standards.reading import read_standard

# What every level sets, narrows and waives without a fault.
SOUND = make_localization(
    set=[make_setting("target", 2), make_setting("share", {"hill": "55"})],
    narrow=[make_narrowing("hours", maximum=52)],
    waive=[make_waiver("c")],
    add_informative=[{"id": "visits", "statement": {"en": "Visits"}, "finding": {"type": "integer"}}],
)
ANY = {"en": "x"}
EVIDENCE = {"fact": "enterprises", "value": 2, "as_of": "2026-02-28", "source": "Register"}


def setting(parameter: str, value: Any, **changes: Any) -> Document:
    return {"set": [make_setting(parameter, value, **changes)]}


def province(**changes: Any) -> Document:
    return make_localization("province", **changes)


# What is changed in a localization of the county that does nothing, and what is found.
OF_ONE: list[tuple[Document, tuple[str, str | None]]] = [
    ({"narrow": [make_narrowing("hours", maximum=52)] * 2}, ("DUPLICATE_ID", "/narrow/1/parameter")),
    ({"waive": [make_waiver("c")] * 2}, ("DUPLICATE_ID", "/waive/1/criterion")),
    ({"sources": [{"id": "S", "what": "x"}] * 2}, ("DUPLICATE_ID", "/sources/1/id")),
    ({"mandates": [{"id": "m", "document": ANY}] * 2}, ("DUPLICATE_ID", "/mandates/1/id")),
    ({"add_informative": [{"id": "v", "statement": ANY}] * 2}, ("DUPLICATE_ID", "/add_informative/1/id")),
    ({"add_informative": [{"id": "firm", "statement": ANY}]}, ("DUPLICATE_ID", "/add_informative/0/id")),
    ({"imports": [{"id": "a.b", "version": "1.0.0"}] * 2}, ("DUPLICATE_ID", "/imports/1")),
    ({"level": "state"}, ("UNKNOWN_REFERENCE", "/level")),
    (setting("own", "3", mandate="m9"), ("UNKNOWN_REFERENCE", "/set/0/mandate")),
    (
        {"narrow": [{**make_narrowing("hours", maximum=52), "mandate": "m9"}]},
        ("UNKNOWN_REFERENCE", "/narrow/0/mandate"),
    ),
    ({"waive": [make_waiver("c", mandate="m9")]}, ("UNKNOWN_REFERENCE", "/waive/0/mandate")),
    (
        {"mandates": [{"id": "m", "document": ANY, "level": "moon"}]},
        ("UNKNOWN_REFERENCE", "/mandates/0/level"),
    ),
    (
        setting("own", "3", provenance={"basis": "found", "source": "S9"}),
        ("UNKNOWN_REFERENCE", "/set/0/provenance/source"),
    ),
    (setting("targt", 2), ("UNKNOWN_PARAM", "/set/0/parameter")),
    ({"narrow": [make_narrowing("hour", maximum=52)]}, ("UNKNOWN_PARAM", "/narrow/0/parameter")),
    ({"waive": [make_waiver("d")]}, ("UNKNOWN_CRITERION", "/waive/0/criterion")),
    (setting("own", "3", evidence=[{**EVIDENCE, "fact": "rain"}]), ("UNKNOWN_FACT", "/set/0/evidence/0/fact")),
    (setting("own", "3", evidence=[{**EVIDENCE, "value": "2"}]), ("FACT_TYPE", "/set/0/evidence/0/value")),
    (setting("share", {"desert": "5"}), ("UNKNOWN_CLASS", "/set/0/value_by_class/desert")),
    (
        {"narrow": [make_narrowing("share", by_class={"a/b~": {"minimum": "20"}})]},
        ("UNKNOWN_CLASS", "/narrow/0/domain_by_class/a~1b~0"),
    ),
    (
        {"add_informative": [{"id": "v", "statement": ANY, "finding": {"type": "decimal", "unit": "5 m"}}]},
        ("UNIT_INVALID", "/add_informative/0/finding/unit"),
    ),
    (setting("own", {"hill": "3"}), ("DECLARATION_INVALID", "/set/0/value_by_class")),
    (
        {"narrow": [make_narrowing("hours", by_class={"hill": {"maximum": 52}})]},
        ("DECLARATION_INVALID", "/narrow/0/domain_by_class"),
    ),
    ({"narrow": [make_narrowing("method", minimum="a")]}, ("DECLARATION_INVALID", "/narrow/0/domain/minimum")),
    ({"narrow": [make_narrowing("target", choices=[2])]}, ("DECLARATION_INVALID", "/narrow/0/domain/choices")),
    ({"narrow": [make_narrowing("hours", minimum=20, step=0)]}, ("DECLARATION_INVALID", "/narrow/0/domain/step")),
    (setting("target", "2"), ("PARAM_TYPE", "/set/0/value")),
    (setting("share", {"hill": 55.5}), ("PARAM_TYPE", "/set/0/value_by_class/hill")),
    (setting("grade", "highest"), ("PARAM_TYPE", "/set/0/value")),
    (setting("begins", "2026-02-30"), ("PARAM_TYPE", "/set/0/value")),
    ({"narrow": [make_narrowing("hours", maximum="52")]}, ("PARAM_TYPE", "/narrow/0/domain/maximum")),
    ({"narrow": [make_narrowing("hours", minimum=50, maximum=40)]}, ("EMPTY_DOMAIN", "/narrow/0/domain")),
    ({"set": [make_setting("target", 2), make_setting("target", 3)]}, ("PARAM_SET_TWICE", "/set/1")),
    (
        {"set": [make_setting("share", {"hill": "55"}), make_setting("share", {"plain": "25"})]},
        ("PARAM_SET_TWICE", "/set/1"),
    ),
    ({"valid_to": "2026-04-01"}, ("VALIDITY_ORDER", "/valid_to")),
    (setting("own", "3", valid_from="2026-06-01", valid_to="2026-06-01"), ("VALIDITY_ORDER", "/set/0/valid_to")),
    (
        {"waive": [make_waiver("c", valid_from="2026-06-01", valid_to="2026-05-01")]},
        ("VALIDITY_ORDER", "/waive/0/valid_to"),
    ),
    (
        {"mandates": [{"id": "m", "document": ANY, "valid_from": "2026-01-01", "valid_to": "2025-01-01"}]},
        ("VALIDITY_ORDER", "/mandates/0/valid_to"),
    ),
    (setting("own", "3", valid_from="2026-03-31"), ("VALIDITY_GAP", "/set/0/valid_from")),
    (setting("own", "3", valid_to="2027-04-02"), ("VALIDITY_GAP", "/set/0/valid_from")),
    ({"supersedes": "1.0.0"}, ("VERSION_ORDER", "/supersedes")),
    # What only resolving sees.
    (setting("hours", 64), ("PARAM_OUT_OF_DOMAIN", "/set/0/value")),
    (
        {
            "narrow": [make_narrowing("share", by_class={"hill": {"maximum": "55"}})],
            "set": [make_setting("share", {"hill": "56", "plain": "30"})],
        },
        ("PARAM_OUT_OF_DOMAIN", "/set/0/value_by_class/hill"),
    ),
    (setting("hours", 42), ("PARAM_OUT_OF_DOMAIN", "/set/0/value")),
    ({"narrow": [make_narrowing("hours", maximum=36)]}, ("PARAM_OUT_OF_DOMAIN", "/narrow/0")),
    (setting("fixed", "2"), ("PARAM_LOCKED", "/set/0/parameter")),
    ({"narrow": [make_narrowing("fixed", maximum="4")]}, ("PARAM_LOCKED", "/narrow/0/parameter")),
    (
        {"level": "prefecture", "jurisdiction": "mca:530300", **setting("own", "3")},
        ("LEVEL_NOT_AUTHORISED", "/set/0/parameter"),
    ),
    ({"narrow": [make_narrowing("own", maximum="4")]}, ("LEVEL_NOT_AUTHORISED", "/narrow/0/parameter")),
    ({"narrow": [make_narrowing("hours", maximum=64)]}, ("DOMAIN_WIDENED", "/narrow/0/domain")),
    (
        {"narrow": [make_narrowing("share", by_class={"hill": {"maximum": "81"}})]},
        ("DOMAIN_WIDENED", "/narrow/0/domain_by_class"),
    ),
    ({"narrow": [make_narrowing("target", minimum=6)]}, ("EMPTY_DOMAIN", "/narrow/0/domain")),
    (setting("target", 5), ("TIGHTENING_EXCEEDED", "/set/0/value")),
    (setting("share", {"hill": "30"}), ("RELAXATION_EXCEEDED", "/set/0/value_by_class/hill")),
    (setting("target", 2, rationale=None), ("RATIONALE_MISSING", "/set/0/rationale")),
    (setting("meets", False), ("MANDATE_MISSING", "/set/0/mandate")),
    (
        setting("meets", False, mandate="old", valid_from="2026-07-01"),
        ("MANDATE_NOT_IN_FORCE", "/set/0/mandate"),
    ),
    (
        {"waive": [make_waiver("c", mandate="old", valid_from="2026-07-01")]},
        ("MANDATE_NOT_IN_FORCE", "/waive/0/mandate"),
    ),
    (setting("proved", "3"), ("EVIDENCE_MISSING", "/set/0/evidence")),
    (
        setting("proved", "3", evidence=[{**EVIDENCE, "as_of": "2025-03-31"}]),
        ("EVIDENCE_STALE", "/set/0/evidence/0/as_of"),
    ),
    (
        setting("proved", "3", evidence=[{**EVIDENCE, "as_of": "2026-04-02"}]),
        ("EVIDENCE_STALE", "/set/0/evidence/0/as_of"),
    ),
    ({"waive": [make_waiver("green")]}, ("WAIVER_NOT_AUTHORISED", "/waive/0/criterion")),
    ({"waive": [make_waiver("c", valid_to="2026-04-01")]}, ("WAIVER_EXPIRED", "/waive/0/valid_to")),
    (
        {"waive": [make_waiver("c", valid_from="2027-04-01", valid_to="2027-05-01")]},
        ("WAIVER_EXPIRED", "/waive/0/valid_to"),
    ),
    (
        {"waive": [make_waiver("c", requested_by=ANY, approved_by=ANY)]},
        ("WAIVER_SELF_APPROVED", "/waive/0/approved_by"),
    ),
    (setting("weight", "59.9"), ("WEIGHTS_NOT_TOTAL", "/decision/total")),
    ({"valid_from": "2026-05-02"}, ("NOT_IN_FORCE", "/valid_from")),
    ({"valid_to": "2026-05-01"}, ("NOT_IN_FORCE", "/valid_from")),
    ({"valid_from": "2026-03-31"}, ("VALIDITY_GAP", "/valid_from")),
    ({"standard": {"id": "rural-investment", "version": "2.0.0"}}, ("STANDARD_MISMATCH", "/standard")),
    (
        {"standard": {"id": "rural-investment", "version": "2.1.0", "sha256": "0" * 64}},
        ("IMPORT_DIGEST_MISMATCH", "/standard/sha256"),
    ),
    ({"imports": [{"id": "not.there", "version": "1.0.0"}]}, ("IMPORT_MISSING", "/imports/0")),
    ({"jurisdiction": None}, ("JURISDICTION_MISSING", "/jurisdiction")),
    ({"jurisdiction": "mca:999999"}, ("JURISDICTION_UNKNOWN", "/jurisdiction")),
    ({"jurisdiction": "mca:530300"}, ("JURISDICTION_LEVEL", "/jurisdiction")),
]
SIDES = [
    make_localization("prefecture", id=f"side.{each}", set=[make_setting("hours", hours)])
    for each, hours in (("a", 36), ("b", 44))
]
CIRCLE = [
    province(imports=[pin(make_localization("prefecture"))]),
    make_localization("prefecture", imports=[pin(province())]),
]
# Localizations that belong together, and what is found.
OF_SEVERAL: list[tuple[list[Document], tuple[str, str | None]]] = [
    (CIRCLE, ("IMPORT_CYCLE", "/imports/0")),
    ([*SIDES, make_localization(imports=[pin(each) for each in SIDES])], ("IMPORT_CONFLICT", "/imports")),
    ([province(), {**province(), "title": ANY}], ("IMPORT_CONFLICT", "/version")),
    (SIDES, ("IMPORTS_AMBIGUOUS", None)),
    (
        chain(make_localization("prefecture"), make_localization("prefecture", id="same.level")),
        ("LEVEL_ORDER", "/imports/0"),
    ),
    (chain(province(jurisdiction="mca:510000"), make_localization()), ("JURISDICTION_NOT_DESCENDANT", "/imports/0")),
    (chain(province(valid_to="2026-12-31"), make_localization()), ("VALIDITY_GAP", "/valid_from")),
]
# Codes that no localization gives, and why.
ELSEWHERE = {
    Code.CLASSES_INCOMPLETE: "A localization may speak of some classes only; a standard may not.",
    Code.IMPORT_NOT_PINNED: "Publishing asks for it, not resolving.",
    Code.STRICTER_WHEN_WRONG: "Of the standard's own rules.",
    Code.STRICTER_WHEN_UNDETERMINED: "Of the standard's own rules.",
    Code.SHARES_NOT_ONE: "Of mappings.",
    Code.FACT_OUT_OF_BOUNDS: "Of fact sheets.",
    Code.FACTS_OF_ANOTHER_PLACE: "Of fact sheets.",
}


def test_the_sound_example_has_no_fault() -> None:
    assert faults_of(SOUND) == []


@pytest.mark.parametrize(("changes", "expected"), OF_ONE)
def test_each_fault_of_a_localization_has_its_code_and_place(
    changes: Document, expected: tuple[str, str | None]
) -> None:
    assert faults_of(make_localization(**changes)) == [expected]


@pytest.mark.parametrize(("documents", "expected"), OF_SEVERAL)
def test_each_fault_between_localizations_has_its_code_and_place(
    documents: list[Document], expected: tuple[str, str | None]
) -> None:
    assert faults_of(*documents) == [expected]
    assert faults_of(*documents[::-1]) == [expected]


def test_every_code_that_localizations_can_give_has_been_seen() -> None:
    seen = {expected[0] for _, expected in [*OF_ONE, *OF_SEVERAL]}

    assert seen.isdisjoint(ELSEWHERE)
    assert seen | set(ELSEWHERE) == set(Code)


def test_ten_faults_are_ten_violations() -> None:
    faulty = make_localization(
        level="state",
        supersedes="1.0.0",
        mandates=[{"id": "m", "document": ANY, "level": "moon"}],
        set=[
            make_setting("targt", 2),
            make_setting("target", "2"),
            make_setting("own", "3", evidence=[{**EVIDENCE, "fact": "rain"}], mandate="m9"),
            make_setting("share", {"desert": "5"}),
        ],
        narrow=[make_narrowing("hours", minimum=50, maximum=40)],
        waive=[make_waiver("d")],
    )

    with pytest.raises(LocalizationRejected) as caught:
        read(faulty)

    assert caught.value.detail.endswith("The degree of correspondence is NEQ.")
    assert sorted((str(each.code), str(each.pointer)) for each in caught.value.violations) == [
        ("EMPTY_DOMAIN", "/narrow/0/domain"),
        ("PARAM_TYPE", "/set/1/value"),
        ("UNKNOWN_CLASS", "/set/3/value_by_class/desert"),
        ("UNKNOWN_CRITERION", "/waive/0/criterion"),
        ("UNKNOWN_FACT", "/set/2/evidence/0/fact"),
        ("UNKNOWN_PARAM", "/set/0/parameter"),
        ("UNKNOWN_REFERENCE", "/level"),
        ("UNKNOWN_REFERENCE", "/mandates/0/level"),
        ("UNKNOWN_REFERENCE", "/set/2/mandate"),
        ("VERSION_ORDER", "/supersedes"),
    ]


def test_what_only_resolving_sees_is_told_at_once_too_also_across_localizations() -> None:
    above = province(narrow=[make_narrowing("target", maximum=6)])
    below = make_localization(
        set=[make_setting("target", 0, rationale=None), make_setting("proved", "9"), make_setting("fixed", "2")],
        waive=[make_waiver("green", valid_to="2026-04-01", requested_by=ANY, approved_by=ANY)],
    )

    assert sorted(code for code, _ in faults_of(*chain(above, below))) == [
        "DOMAIN_WIDENED",
        "EVIDENCE_MISSING",
        "PARAM_LOCKED",
        "PARAM_OUT_OF_DOMAIN",
        "PARAM_OUT_OF_DOMAIN",
        "RATIONALE_MISSING",
        "RELAXATION_EXCEEDED",
        "TIGHTENING_EXCEEDED",
        "WAIVER_EXPIRED",
        "WAIVER_NOT_AUTHORISED",
        "WAIVER_SELF_APPROVED",
    ]


def test_violations_name_the_file_or_else_the_localization() -> None:
    faulty = make_localization(set=[make_setting("targt", 2)])

    for file, expected in (("county.json", "county.json"), (None, "rural-investment.county@1.0.0")):
        with pytest.raises(LocalizationRejected) as caught:
            read_localization(faulty, WIDE, file)
        assert [each.file for each in caught.value.violations] == [expected]


def test_a_mandate_of_the_localization_itself_hides_that_of_the_standard() -> None:
    own = make_localization(
        mandates=[{"id": "old", "document": ANY, "valid_from": "2026-07-01"}],
        **setting("meets", False, mandate="old", valid_from="2026-07-01"),
    )

    assert faults_of(own) == []


def test_a_class_with_a_stroke_in_its_name_is_escaped_in_pointers() -> None:
    facts = [each for each in make_wide_standard()["fact_definitions"] if each["id"] != "terrain"]
    facts.append({"id": "terrain", "type": "text", "choices": ["hill/plain"]})
    tables = {"default_by_class": {"hill/plain": "50"}, "domain_by_class": {"hill/plain": {"minimum": "0"}}}
    parameters = [{**each, **(tables if each["id"] == "share" else {})} for each in make_wide_standard()["parameters"]]
    standard = read_standard(make_wide_standard(fact_definitions=facts, parameters=parameters))
    county = make_localization(**setting("share", {"hill/plain": "-1"}))

    assert {pointer for _, pointer in faults_of(county, standard=standard)} == {"/set/0/value_by_class/hill~1plain"}


def test_an_informative_criterion_that_two_layers_add_is_told_once() -> None:
    added = {"add_informative": [{"id": "v", "statement": ANY}]}

    assert faults_of(*chain(province(**added), make_localization(**added))) == [
        ("DUPLICATE_ID", "/add_informative/0/id")
    ]


def flood(kind: str) -> Document:
    old = [{**EVIDENCE, "fact": f"f{n}"} for n in range(50)]
    return {
        "waivers": {"waive": [make_waiver(f"unknown-criterion-{n}") for n in range(500)]},
        "settings": {"set": [make_setting(f"unknown_parameter_{n}", 2) for n in range(1000)]},
        "evidence": {"set": [make_setting("target", 2, evidence=old) for _ in range(200)]},
        "one parameter": {"set": [make_setting("target", 2) for _ in range(1000)]},
    }[kind]


@pytest.mark.parametrize("kind", ["waivers", "settings", "evidence", "one parameter"])
def test_of_a_flood_of_faults_the_first_hundred_are_told_and_little_work_is_done(kind: str) -> None:
    criteria = [make_criterion("true", id=f"criterion-{n}") for n in range(2000)]
    standard = read_standard(make_wide_standard(criteria=criteria, decision={"kind": "all"}))
    start = time.process_time()

    with pytest.raises(LocalizationRejected) as refused:
        read_localization(make_localization(**flood(kind)), standard)

    assert len(refused.value.violations) == 100
    # A guard against a hang, not a measure of speed: without limits each of these takes minutes.
    assert time.process_time() - start < 20
