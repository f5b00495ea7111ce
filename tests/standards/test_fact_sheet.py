"""The facts of a place, held against the standard that defines them: every fault with its code and place."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from standard_samples import Document, make_fact, make_small_standard, make_standard

from registry.canonical import digest
from registry.documents import schema_violations
from registry.errors import Violation
from registry.standards.document_errors import FactSheetRejected
from registry.standards.fact_sheet import MAX_VIOLATIONS, FactSheet, read_fact_sheet
from registry.standards.reading import read_standard
from registry.standards.standard import Standard

INVEST = read_standard(make_standard())
KINDS = read_standard(
    make_small_standard(
        fact_definitions=[
            make_fact(minimum="0.5"),
            make_fact(id="income", unit="CNY/person/year", minimum=None, maximum=None),
            make_fact(id="is_met", type="boolean", minimum=None, maximum=None),
            make_fact(id="grade", type="level", choices=["low", "high"], minimum=None, maximum=None),
            make_fact(id="built_on", type="date", minimum="2000-01-01", maximum=None),
        ]
    )
)


def make_entry(identifier: str = "eligible_enterprises", value: Any = 2, **changes: Any) -> Document:
    return {"id": identifier, "value": value, "source": "Register", **changes}


def make_sheet(*facts: Document, **changes: Any) -> Document:
    common = {
        "$schema": "urn:evaluator-registry:schema:fact-sheet:v1",
        "standard": {"id": "rural-investment", "version": "2.1.0"},
        "as_of": "2026-05-01",
        "facts": list(facts),
    }
    return {**common, **changes}


def read(document: Document, standard: Standard = INVEST) -> FactSheet:
    assert schema_violations("fact-sheet.v1", document) == []
    return read_fact_sheet(document, standard, "town.json")


def violations(document: Document, standard: Standard = INVEST) -> tuple[Violation, ...]:
    with pytest.raises(FactSheetRejected) as refusal:
        read(document, standard)
    assert {each.file for each in refusal.value.violations} == {"town.json"}
    return refusal.value.violations


def faults(document: Document, standard: Standard = INVEST) -> list[tuple[str, str | None]]:
    return [(str(each.code), each.pointer) for each in violations(document, standard)]


def test_values_are_exact_under_their_names_in_rules() -> None:
    sheet = make_sheet(
        make_entry("x", "2.50"),
        make_entry("income", "4000", unit="CNY/person/year"),
        make_entry("is_met", True),
        make_entry("grade", "low"),
        make_entry("built_on", "2020-02-29"),
        jurisdiction="mca:530303",
    )

    found = read(sheet, KINDS)

    assert found.values == {
        "facts.x": Fraction(5, 2),
        "facts.income": Fraction(4000),
        "facts.is_met": True,
        "facts.grade": "low",
        "facts.built_on": date(2020, 2, 29),
    }
    assert (found.as_of, found.jurisdiction, found.sha256) == (date(2026, 5, 1), "mca:530303", digest(sheet))


def test_a_sheet_without_facts_says_nothing() -> None:
    assert read(make_sheet()).values == {}


def test_a_sheet_may_be_for_every_version_of_a_standard() -> None:
    assert read(make_sheet(make_entry(), standard={"id": "rural-investment"})).values == {
        "facts.eligible_enterprises": 2
    }


@pytest.mark.parametrize(
    "standard", [{"id": "rural-health"}, {"id": "rural-investment", "version": "2.0.3"}], ids=["id", "version"]
)
def test_facts_for_another_standard_are_refused(standard: Document) -> None:
    assert faults(make_sheet(standard=standard)) == [("STANDARD_MISMATCH", "/standard")]


@pytest.mark.parametrize(
    ("fact", "code", "pointer"),
    [
        (make_entry("eligible_enterprise"), "UNKNOWN_FACT", "/facts/0/id"),
        (make_entry(value="2"), "FACT_TYPE", "/facts/0/value"),
        (make_entry(value=2.0), "FACT_TYPE", "/facts/0/value"),
        (make_entry(value=True), "FACT_TYPE", "/facts/0/value"),
        (make_entry("terrain", "steppe"), "FACT_TYPE", "/facts/0/value"),
        (make_entry(value=501), "FACT_OUT_OF_BOUNDS", "/facts/0/value"),
        (make_entry(value=-1), "FACT_OUT_OF_BOUNDS", "/facts/0/value"),
        (make_entry(unit="CNY"), "UNIT_INVALID", "/facts/0/unit"),
        (make_entry(unit="//"), "UNIT_INVALID", "/facts/0/unit"),
        (make_entry("terrain", "hill", unit="%"), "UNIT_INVALID", "/facts/0/unit"),
        (make_entry(collected_on="2025-04-30"), "EVIDENCE_STALE", "/facts/0/collected_on"),
        (make_entry(collected_on="2026-05-02"), "EVIDENCE_STALE", "/facts/0/collected_on"),
        (make_entry(provenance={"basis": "found", "source": "S9"}), "UNKNOWN_REFERENCE", "/facts/0/provenance/source"),
    ],
)
def test_a_fault_is_told_by_its_code_and_place(fact: Document, code: str, pointer: str) -> None:
    assert faults(make_sheet(fact)) == [(code, pointer)]


@pytest.mark.parametrize("value", [0, 500])
def test_bounds_are_included(value: int) -> None:
    assert read(make_sheet(make_entry(value=value))).values == {"facts.eligible_enterprises": value}


@pytest.mark.parametrize("collected_on", ["2025-05-01", "2026-05-01"], ids=["as-old-as-allowed", "today"])
def test_a_fact_counts_from_the_oldest_day_that_is_allowed_to_the_day_of_the_sheet(collected_on: str) -> None:
    assert len(read(make_sheet(make_entry(collected_on=collected_on))).values) == 1


def test_without_a_limit_of_age_a_fact_never_grows_old() -> None:
    assert len(read(make_sheet(make_entry("terrain", "hill", collected_on="1990-01-01"))).values) == 1


@pytest.mark.parametrize("key", ["facts", "sources"])
def test_what_stands_twice_is_refused_at_its_second_place(key: str) -> None:
    twice = {"facts": [make_entry(), make_entry()], "sources": [{"id": "S1", "what": "A report."}] * 2}

    assert faults(make_sheet(**{key: twice[key]})) == [("DUPLICATE_ID", f"/{key}/1/id")]


def test_all_violations_are_told_at_once() -> None:
    sheet = make_sheet(make_entry(value="2"), make_entry("nothing"), make_entry("terrain", "steppe"))

    assert [code for code, _ in faults({**sheet, "standard": {"id": "rural-health"}})] == [
        "STANDARD_MISMATCH", "FACT_TYPE", "UNKNOWN_FACT", "FACT_TYPE",
    ]  # fmt: skip


def test_messages_say_what_is_wrong_and_what_to_do() -> None:
    said = [
        str(each)
        for each in violations(
            make_sheet(
                make_entry("x", "0.25"),
                make_entry("built_on", "1999-12-31"),
                make_entry("incom", "1"),
                make_entry("grade", "mid"),
            ),
            KINDS,
        )
    ]

    assert said == [
        "town.json, /facts/0/value: x goes from 0.5 to 10. Seen: '\"0.25\"'. Correct the value.",
        "town.json, /facts/1/value: built_on goes from 2000-01-01. Seen: '\"1999-12-31\"'. Correct the value.",
        "town.json, /facts/2/id: rural-investment@2.1.0 has no such fact. Seen: 'incom'. Did you mean income?",
        "town.json, /facts/3/value: grade has to be level of low, high. Seen: '\"mid\"'. Write one of low, high.",
    ]


def test_the_age_of_a_fact_is_told_in_words_that_fit() -> None:
    old, later = (
        violations(make_sheet(make_entry(collected_on=day)))[0].message for day in ("2025-04-01", "2027-01-01")
    )

    assert old == (
        "eligible_enterprises was collected 395 days before the day of the sheet, 2026-05-01; 365 are allowed."
    )
    assert later == "eligible_enterprises was collected after the day of the sheet, 2026-05-01."


def test_of_a_flood_of_faults_the_first_hundred_are_told() -> None:
    found = violations(make_sheet(*(make_entry(f"nothing-{n}") for n in range(1000))))

    assert len(found) == MAX_VIOLATIONS
    assert found[-1].pointer == "/facts/99/id"
