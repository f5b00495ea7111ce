"""The document that comes out: what it lists, where each value comes from, and who may be compared with whom."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from localization_samples import (
    EVIDENCE,
    FULL,
    PLACES,
    WIDE,
    chain,
    domain_of,
    make_localization,
    make_narrowing,
    make_setting,
    make_waiver,
    make_wide_standard,
    parameter_of,
    read,
    resolved,
    value_of,
)
from standard_samples import Document

from registry.canonical import canonical_json
from registry.documents import read_schema, schema_violations
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard
from registry.validation import judge


def notices_of(given: ResolvedStandard) -> list[tuple[str, str]]:
    return [(each["code"], each["pointer"]) for each in given.document["notices"]]


@pytest.mark.parametrize("classes", [{}, {"terrain": "hill"}, {"terrain": "plain"}])
@pytest.mark.parametrize("region", [None, PLACES["township"]])
def test_what_uses_everything_is_valid_by_both_validators(region: str | None, classes: dict[str, str]) -> None:
    given = resolved(*FULL, region=region, **classes)

    assert judge(read_schema("resolved-standard.v1"), given.document) == []
    assert schema_violations("resolved-standard.v1", given.document) == []
    assert given.canonical == canonical_json(given.document)


def test_the_inputs_are_listed_with_their_digests_from_the_highest_level_down() -> None:
    given = resolved(*FULL)

    assert given.document["standard"] == {"id": WIDE.id, "version": WIDE.version, "sha256": WIDE.sha256}
    assert [(each["level"], each["sha256"]) for each in given.document["localizations"]] == [
        (each["level"], read(each).sha256) for each in FULL
    ]
    assert given.document["localizations"][0]["draft_for_demonstration"] == {"en": "Made up."}


def test_a_change_of_any_input_changes_the_digest() -> None:
    other = [*FULL[:-1], {**FULL[-1], "title": {"en": "Another title"}}]
    digests = {
        resolved(*FULL).sha256,
        resolved(*other).sha256,
        resolved(*FULL, on=date(2026, 5, 2)).sha256,
        resolved(*FULL, region=PLACES["county"]).sha256,
        resolved(*FULL, terrain="hill").sha256,
    }

    assert len(digests) == 5


def test_facts_that_classify_nothing_leave_no_trace() -> None:
    assert resolved(*FULL, weather="rain").sha256 == resolved(*FULL).sha256


def test_differences_list_everything_that_is_not_as_the_standard_has_it() -> None:
    differences = resolved(*FULL).document["differences"]

    assert [(each["kind"], each.get("parameter", each.get("criterion"))) for each in differences] == [
        ("value", "share"),
        ("domain", "share"),
        ("domain", "hours"),
        ("value", "grade"),
        ("domain", "grade"),
        ("value", "method"),
        ("value", "meets"),
        ("value", "begins"),
        ("domain", "begins"),
        ("value", "proved"),
        ("domain", "open"),
        ("waiver", "c"),
        ("informative", "visits"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"set": [make_setting("hours", 40)]},
        {"narrow": [make_narrowing("hours", minimum=20, maximum=60)]},
        {"set": [make_setting("hours", 44, valid_from="2026-05-02")]},
        {"waive": [make_waiver("c", valid_from="2026-05-02")]},
        {"notes": [{"en": "x"}]},
    ],
)
def test_what_makes_no_difference_on_the_day_is_idt(changes: Document) -> None:
    assert resolved(make_localization(**changes)).correspondence == "IDT"


def test_a_value_that_was_changed_and_changed_back_is_idt_and_told() -> None:
    family = chain(
        make_localization("province", set=[make_setting("hours", 44)]),
        make_localization(set=[make_setting("hours", 40)]),
    )

    given = resolved(*family)

    assert given.correspondence == "IDT"
    actions = [each["action"] for each in parameter_of(given, "hours")["derivation"]]
    assert actions == ["default", "changed", "inherited", "changed"]


# Derivation


def test_the_derivation_tells_who_set_a_value_why_and_under_which_mandate() -> None:
    entry = parameter_of(resolved(*FULL), "meets")["derivation"][-1]

    assert entry["by"] == "rural-investment.county@1.0.0"
    assert entry["sha256"] == read(FULL[-1]).sha256
    assert entry["set"] == {
        "from": {"value": True},
        "to": {"value": False},
        "rationale": {"en": "As it is here."},
        "set_by": {"en": "The county"},
        "mandate": {"id": "own", "document": {"zh": "县发 2026 年第 7 号"}},
    }


def test_the_derivation_tells_the_domain_before_and_after_a_narrowing() -> None:
    entry = parameter_of(resolved(*FULL), "share")["derivation"][2]

    assert entry["level"] == "province"
    assert entry["narrow"]["from"] == {"domain_by_class": {"hill": {"minimum": "30", "maximum": "80"}}}
    assert entry["narrow"]["to"] == {"domain_by_class": {"hill": {"minimum": "30", "maximum": "60"}}}


def test_a_level_without_a_localization_has_inherited_and_so_has_one_that_does_not_speak_of_it() -> None:
    derivation = parameter_of(resolved(*FULL), "target")["derivation"]

    assert [(each["level"], each["action"], "by" in each) for each in derivation] == [
        ("national", "default", True),
        ("national", "inherited", True),
        ("province", "inherited", True),
        ("prefecture", "inherited", False),
        ("county", "inherited", True),
    ]


def test_a_domain_that_was_open_begins_with_nothing() -> None:
    given = resolved(make_localization(narrow=[make_narrowing("open", minimum="0")]))

    entry = parameter_of(given, "open")["derivation"][-1]
    assert (entry["narrow"]["from"], entry["narrow"]["to"]) == ({}, {"domain": {"minimum": "0"}})
    assert domain_of(given, "open") == {"minimum": "0"}


# Notices


def test_a_mandate_that_has_ended_since_is_a_notice() -> None:
    county = make_localization(
        set=[make_setting("meets", False, mandate="old")],
        narrow=[{**make_narrowing("hours", maximum=52), "mandate": "old"}],
        waive=[make_waiver("c", mandate="old")],
    )

    assert notices_of(resolved(county, on=date(2026, 6, 30))) == []
    assert notices_of(resolved(county, on=date(2026, 7, 1))) == [
        ("MANDATE_NOT_IN_FORCE", "/set/0/mandate"),
        ("MANDATE_NOT_IN_FORCE", "/narrow/0/mandate"),
        ("MANDATE_NOT_IN_FORCE", "/waive/0/mandate"),
    ]


def test_evidence_that_has_become_too_old_is_a_notice() -> None:
    county = make_localization(set=[make_setting("proved", "3", evidence=[EVIDENCE])])

    assert notices_of(resolved(county, on=date(2027, 2, 28))) == []
    assert notices_of(resolved(county, on=date(2027, 3, 1))) == [("EVIDENCE_STALE", "/set/0/evidence/0")]


def test_a_value_that_does_not_count_on_the_day_gives_no_notice() -> None:
    short = make_setting("proved", "3", evidence=[EVIDENCE], valid_to="2026-12-31")

    assert notices_of(resolved(make_localization(set=[short]), on=date(2027, 3, 1))) == []


# Comparability


def class_of(**changes: Any) -> str:
    return resolved(make_localization(**changes)).comparability_class


def test_places_are_compared_by_what_rules_use_and_not_by_domains_notes_or_normalised_criteria() -> None:
    bare = class_of()

    assert class_of(set=[make_setting("own", "3")]) == bare
    assert class_of(waive=[make_waiver("relative")]) == bare
    assert class_of(narrow=[make_narrowing("target", maximum=4)]) == bare
    assert class_of(set=[make_setting("hours", 44)]) == bare
    assert class_of(set=[make_setting("target", 3)]) == bare
    assert class_of(add_informative=[{"id": "v", "statement": {"en": "x"}}]) == bare
    assert class_of(set=[make_setting("target", 2)]) != bare
    assert class_of(set=[make_setting("share", {"hill": "55"})]) != bare
    assert class_of(waive=[make_waiver("c")]) != bare


def test_a_weight_counts_although_no_rule_names_it() -> None:
    standard = read_standard(make_wide_standard(decision={"kind": "points"}))
    county = make_localization(set=[make_setting("weight", "50")])

    assert resolved(county, standard=standard).comparability_class != resolved(standard=standard).comparability_class


def test_places_under_different_standards_are_never_of_one_class() -> None:
    other = read_standard(make_wide_standard(version="2.1.1"))

    assert resolved().comparability_class != resolved(standard=other).comparability_class


def test_places_with_different_classes_are_of_one_class_only_with_equal_values() -> None:
    level = make_localization(set=[make_setting("share", {"hill": "60"})])
    up = make_localization("county", set=[make_setting("share", {"mountain": "70"})])

    assert resolved(terrain="hill").comparability_class != resolved(terrain="plain").comparability_class
    assert resolved(level, terrain="hill").values["share"] == {"hill": Fraction(60)}
    assert value_of(resolved(up, terrain="hill"), "share") == "50"
    assert resolved(up, terrain="hill").comparability_class == resolved(terrain="hill").comparability_class
