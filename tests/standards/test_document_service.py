"""Documents as they are handed in: strictly read, judged by their schema first, and resolved without a database."""

import json
from typing import Any

import pytest
from localization_samples import DAY, PATHS, PLACES, make_localization, make_narrowing, make_setting, make_wide_standard
from standard_samples import Document, make_small_standard, make_standard

from registry.errors import Invalid, RegistryError, Unreadable
from registry.standards import document_service
from registry.standards.document_errors import (
    DocumentRejected,
    FactSheetRejected,
    LocalizationRejected,
    MappingRejected,
    StandardRejected,
)
from registry.standards.document_service import (
    MOST_BYTES,
    is_fact_sheet,
    load_fact_sheet,
    load_localization,
    load_localizations,
    load_mapping,
    load_standard,
    parse_document,
    resolve,
)

WIDE = load_standard(make_wide_standard())
PINNED = {"id": WIDE.id, "version": WIDE.version}
SHEET: Document = {
    "$schema": "urn:evaluator-registry:schema:fact-sheet:v1",
    "standard": PINNED,
    "as_of": "2026-05-01",
    "facts": [{"id": "enterprises", "value": 2, "source": "Register"}],
}
MAPPING: Document = {
    "$schema": "urn:evaluator-registry:schema:mapping:v1",
    "id": "rural-investment.same",
    "version": "1.0.0",
    "source": PINNED,
    "target": PINNED,
    "entries": [{"relationship": "equal-to", "sources": [{"criterion": "c"}], "targets": [{"criterion": "c"}]}],
}


def faults(error: RegistryError) -> list[tuple[str | None, str, str | None]]:
    return [(each.file, str(each.code), each.pointer) for each in error.violations]


def without(document: Document, member: str) -> Document:
    return {key: value for key, value in document.items() if key != member}


def test_a_document_is_one_object() -> None:
    assert parse_document(b'{"id": "a-b"}') == {"id": "a-b"}


@pytest.mark.parametrize("content", [b"[]", b"1", b'"text"', b"null", b"[{}]"])
def test_what_is_no_object_is_refused_by_its_file(content: bytes) -> None:
    with pytest.raises(DocumentRejected, match=r"^town\.json has to be one JSON object"):
        parse_document(content, "town.json")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": 9007199254740992}', b'{"a": "\xff"}', b"\xef\xbb\xbf{}"],
    ids=["empty", "broken", "nan", "duplicate-key", "large-integer", "not-utf-8", "byte-order-mark"],
)
def test_what_parsers_read_differently_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_document(content, "town.json")


def test_a_document_has_at_most_4_mib() -> None:
    padded = json.dumps({"a": ""}).encode()
    padded += b" " * (MOST_BYTES - len(padded))

    assert parse_document(padded) == {"a": ""}
    with pytest.raises(DocumentRejected, match=r"^big\.json has more than 4194304 bytes\."):
        parse_document(padded + b" ", "big.json")


def test_a_fact_sheet_is_told_by_its_schema() -> None:
    assert is_fact_sheet(SHEET)
    assert not is_fact_sheet(MAPPING)
    assert not is_fact_sheet({})


def load_any(kind: str, document: Any) -> None:
    match kind:
        case "standard":
            load_standard(document, "given.json")
        case "localization":
            load_localization(document, WIDE, "given.json")
        case "fact-sheet":
            load_fact_sheet(document, WIDE, "given.json")
        case _:
            load_mapping(document, WIDE, WIDE, "given.json")


KINDS = [
    ("standard", StandardRejected, make_wide_standard(), "criteria"),
    ("localization", LocalizationRejected, make_localization("county"), "level"),
    ("fact-sheet", FactSheetRejected, SHEET, "facts"),
    ("mapping", MappingRejected, MAPPING, "entries"),
]


@pytest.mark.parametrize(("kind", "refusal", "document", "member"), KINDS)
def test_a_document_that_its_schema_accepts_is_read(
    kind: str, refusal: type[Invalid], document: Document, member: str
) -> None:
    load_any(kind, document)


@pytest.mark.parametrize(("kind", "refusal", "document", "member"), KINDS)
def test_the_schema_is_judged_first_and_all_its_violations_are_told(
    kind: str, refusal: type[Invalid], document: Document, member: str
) -> None:
    with pytest.raises(refusal) as raised:
        load_any(kind, {**without(document, member), "colour": "red"})

    assert raised.value.detail == f"given.json is not a {kind}."
    assert faults(raised.value) == [
        ("given.json", "schema-additionalProperties", ""),
        ("given.json", "schema-required", ""),
    ]


@pytest.mark.parametrize(("kind", "refusal", "document", "member"), KINDS)
@pytest.mark.parametrize("given", [None, [], "text", 1, {}])
def test_any_value_is_refused_as_what_it_should_be(
    given: Any, kind: str, refusal: type[Invalid], document: Document, member: str
) -> None:
    with pytest.raises(refusal):
        load_any(kind, given)


def test_the_violations_of_all_files_are_told_at_once_by_schema_and_by_meaning() -> None:
    good = make_localization("province")
    unknown = make_localization("county", set=[make_setting("targt", 2)])
    broken = without(make_localization("township"), "level")

    with pytest.raises(LocalizationRejected) as refusal:
        load_localizations([(unknown, "a.json"), (good, "b.json"), (broken, "c.json")], WIDE)

    assert refusal.value.detail.endswith("The degree of correspondence is NEQ.")
    assert faults(refusal.value) == [
        ("a.json", "UNKNOWN_PARAM", "/set/0/parameter"),
        ("c.json", "schema-required", ""),
    ]


def test_localizations_are_loaded_in_the_order_in_which_they_are_given() -> None:
    given = [(make_localization(level), None) for level in ("county", "province")]

    assert [each.level for each in load_localizations(given, WIDE)] == ["county", "province"]
    assert load_localizations([], WIDE) == ()


def test_documents_and_what_was_loaded_of_them_resolve_to_the_same_bytes() -> None:
    standard = make_wide_standard()
    province = make_localization("province", narrow=[make_narrowing("hours", maximum=56)])
    county = make_localization("county", set=[make_setting("target", 2)], imports=[{**_pin(province)}])
    loaded = load_localization(province, WIDE), load_localization(county, WIDE)

    found = {
        resolve(base, layers, on=DAY, paths=PATHS).canonical
        for base in (standard, WIDE)
        for layers in ([province, county], [county, province], loaded, [county, loaded[0]])
    }

    assert len(found) == 1


def _pin(document: Document) -> Document:
    return {"id": document["id"], "version": document["version"]}


def test_a_known_class_and_a_region_are_taken_into_account() -> None:
    found = resolve(
        make_wide_standard(),
        [make_localization("county")],
        on=DAY,
        region=PLACES["township"],
        paths=PATHS,
        classes={"terrain": "hill"},
    )

    assert found.document["resolution"] == {
        "algorithm": "resolve/1",
        "on": "2026-05-01",
        "region": PLACES["township"],
        "classes": {"terrain": "hill"},
    }


def test_without_paths_no_jurisdiction_is_known() -> None:
    with pytest.raises(LocalizationRejected) as refusal:
        resolve(make_wide_standard(), [make_localization("county")], on=DAY)

    assert ("rural-investment.county@1.0.0", "JURISDICTION_UNKNOWN", "/jurisdiction") in faults(refusal.value)


def test_a_broken_standard_is_told_before_anything_is_said_of_its_localizations() -> None:
    with pytest.raises(StandardRejected):
        resolve(make_small_standard(criteria=None), [{}], on=DAY)


def test_a_standard_alone_that_is_not_in_force_is_refused_as_a_standard() -> None:
    with pytest.raises(StandardRejected) as refusal:
        resolve(make_standard(), on=DAY.replace(year=2030))

    assert [code for _, code, _ in faults(refusal.value)] == ["NOT_IN_FORCE"]


def test_the_documents_that_are_given_stay_as_they_were() -> None:
    standard, county = make_wide_standard(), make_localization("county", set=[make_setting("share", {"hill": "55"})])
    before = json.dumps([standard, county])

    resolve(standard, [county], on=DAY, paths=PATHS).canonical  # noqa: B018

    assert json.dumps([standard, county]) == before


def test_every_kind_of_document_has_a_refusal_of_its_own() -> None:
    refusals = document_service._REFUSALS

    assert len(set(refusals.values())) == len(refusals)
    assert len({each.code for each in refusals.values()}) == len(refusals)
