"""Which criteria answer to which: every criterion exists, and is accounted for by shares that add up to 1."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standard_samples import Document, make_criterion, make_small_standard

from registry.documents import schema_violations
from registry.errors import Violation
from registry.standards.document_errors import MappingRejected
from registry.standards.mapping import MAX_VIOLATIONS, check_mapping
from registry.standards.reading import read_standard


def standard_of(version: str, *criteria: str) -> Any:
    return read_standard(make_small_standard(version=version, criteria=[make_criterion(id=each) for each in criteria]))


OLD = standard_of("1.0.0", "order", "water", "waste", "ledgers")
NEW = standard_of("2.0.0", "yards", "lanes", "hygiene")


def part(criterion: str, share: str | None = None) -> Document:
    return {"criterion": criterion} if share is None else {"criterion": criterion, "share": share}


def make_entry(sources: list[Document], targets: list[Document], relationship: str = "intersects-with") -> Document:
    return {"relationship": relationship, "sources": sources, "targets": targets}


def make_mapping(*entries: Document, **changes: Any) -> Document:
    common = {
        "$schema": "urn:evaluator-registry:schema:mapping:v1",
        "id": "rural-investment.reform",
        "version": "1.0.0",
        "source": {"id": OLD.id, "version": OLD.version},
        "target": {"id": NEW.id, "version": NEW.version},
        "entries": list(entries) or [make_entry([part("order")], [part("yards")])],
    }
    return {**common, **changes}


def violations(document: Document) -> tuple[Violation, ...]:
    assert schema_violations("mapping.v1", document) == []
    try:
        check_mapping(document, OLD, NEW, "reform.json")
    except MappingRejected as error:
        return error.violations
    return ()


def faults(document: Document) -> list[tuple[str, str | None]]:
    return [(str(each.code), each.pointer) for each in violations(document)]


def test_a_split_a_merger_and_an_end_are_accepted() -> None:
    split = make_entry([part("order")], [part("yards"), part("lanes")], "superset-of")
    merger = make_entry([part("water"), part("waste")], [part("hygiene")], "subset-of")
    ended = make_entry([part("ledgers")], [], "no-relationship")

    assert faults(make_mapping(split, merger, ended)) == []


def test_shares_over_several_entries_add_up_to_one_exactly() -> None:
    shares = ("0.1", "0.2", "0.7")
    entries = [
        make_entry([part("order", share)], [part(target)])
        for share, target in zip(shares, ("yards", "lanes", "hygiene"), strict=True)
    ]

    assert faults(make_mapping(*entries)) == []


@pytest.mark.parametrize(
    "shares",
    [("0.5", "0.4"), ("0.5", "0.6"), ("1", "0"), ("1.5", "-0.5"), ("0.333333333333333333", "0.666666666666666666")],
)
def test_shares_that_are_not_one_or_not_positive_are_refused_where_the_last_stands(shares: tuple[str, str]) -> None:
    entries = [
        make_entry([part("order", share)], [part(to)]) for share, to in zip(shares, ("yards", "lanes"), strict=True)
    ]

    assert faults(make_mapping(*entries)) == [("SHARES_NOT_ONE", "/entries/1/sources/0/share")]


def test_a_share_of_a_single_entry_is_the_whole() -> None:
    assert faults(make_mapping(make_entry([part("order", "1")], [part("yards", "1.0")]))) == []
    assert faults(make_mapping(make_entry([part("order")], [part("yards", "0.5")]))) == [
        ("SHARES_NOT_ONE", "/entries/0/targets/0/share")
    ]


@pytest.mark.parametrize("shares", [(None, None), ("0.5", None), (None, "0.5")])
def test_a_criterion_in_several_entries_needs_a_share_in_each(shares: tuple[str | None, str | None]) -> None:
    entries = [
        make_entry([part("order", share)], [part(to)]) for share, to in zip(shares, ("yards", "lanes"), strict=True)
    ]

    assert faults(make_mapping(*entries)) == [("SHARES_NOT_ONE", "/entries/1/sources/0/share")]


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=12))
def test_any_row_of_shares_is_accepted_if_and_only_if_it_is_one(weights: list[int]) -> None:
    shares = [f"0.{each:09}" for each in weights[:-1]]
    rest = 1 - sum((Fraction(each) for each in shares), Fraction(0))
    last = f"{rest.numerator * (10**9 // rest.denominator):010}"
    whole = [*shares, f"{last[:-9]}.{last[-9:]}"] if rest > 0 else shares
    entries = [make_entry([part("order", share)], [part("yards", None)]) for share in whole]

    found = [pointer for code, pointer in faults(make_mapping(*entries)) if pointer and "/sources/" in pointer]

    assert (found == []) is (sum(map(Fraction, whole)) == 1)


def test_a_criterion_twice_in_one_entry_is_refused() -> None:
    doubled = make_entry([part("order", "0.5"), part("order", "0.5")], [part("yards")])

    assert faults(make_mapping(doubled)) == [("DUPLICATE_ID", "/entries/0/sources/1/criterion")]


@pytest.mark.parametrize(("side", "criterion"), [("sources", "yards"), ("targets", "order")])
def test_a_criterion_of_the_other_side_is_unknown(side: str, criterion: str) -> None:
    entry = {**make_entry([part("order")], [part("yards")]), side: [part(criterion)]}

    assert faults(make_mapping(entry)) == [("UNKNOWN_CRITERION", f"/entries/0/{side}/0/criterion")]


def test_the_nearest_name_is_suggested() -> None:
    (found,) = violations(make_mapping(make_entry([part("ordr")], [part("yards")])))

    assert (found.fix, found.file) == ("Did you mean order?", "reform.json")


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize(("key", "value"), [("id", "rural-health"), ("version", "3.0.0")])
def test_it_names_both_standards(side: str, key: str, value: str) -> None:
    named = {**make_mapping()[side], key: value}

    assert faults(make_mapping(**{side: named})) == [("STANDARD_MISMATCH", f"/{side}")]


def test_a_pin_holds_the_content() -> None:
    pinned = make_mapping(source={**make_mapping()["source"], "sha256": OLD.sha256})
    other = make_mapping(source={**make_mapping()["source"], "sha256": NEW.sha256})

    assert faults(pinned) == []
    assert faults(other) == [("IMPORT_DIGEST_MISMATCH", "/source/sha256")]


def test_sources_are_named_once_and_those_that_are_named_exist() -> None:
    entry = {**make_entry([part("order")], [part("yards")]), "provenance": {"basis": "found", "source": "S9"}}
    source = {"id": "S1", "what": "A report."}

    assert faults(make_mapping(entry, sources=[source, source])) == [
        ("DUPLICATE_ID", "/sources/1/id"),
        ("UNKNOWN_REFERENCE", "/entries/0/provenance/source"),
    ]


def test_a_version_supersedes_lower_ones_only() -> None:
    assert faults(make_mapping(supersedes="1.0.0")) == [("VERSION_ORDER", "/supersedes")]


def test_all_violations_are_told_at_once() -> None:
    document = make_mapping(
        make_entry([part("nothing")], [part("no-thing")]),
        supersedes="2.0.0",
        source={"id": "rural-health", "version": "1.0.0"},
    )

    assert [code for code, _ in faults(document)] == [
        "VERSION_ORDER", "STANDARD_MISMATCH", "UNKNOWN_CRITERION", "UNKNOWN_CRITERION",
    ]  # fmt: skip


def test_of_a_flood_of_faults_the_first_hundred_are_told() -> None:
    unknown = [
        make_entry([part(f"nothing-{n}-{m}") for m in range(200)], [], relationship="no-relationship")
        for n in range(200)
    ]

    assert len(violations(make_mapping(*unknown))) == MAX_VIOLATIONS
