"""Schemas and examples of the installation, and documents held against a schema."""

import pytest

from registry import documents
from registry.documents import DocumentNotFound, example_path, read_schema, schema_violations


def test_the_schemas_are_found():
    for name in documents.SCHEMAS:
        assert read_schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", ["nope.v1", "../pyproject", "criteria", "", "criteria.v1.json"])
def test_an_unknown_schema_is_not_found(name):
    with pytest.raises(DocumentNotFound, match="no schema"):
        read_schema(name)


def test_an_unknown_example_is_not_found():
    with pytest.raises(DocumentNotFound, match=r"no-such/x\.csv"):
        example_path("no-such", "x.csv")


def test_the_folder_of_the_data_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))

    with pytest.raises(DocumentNotFound, match=tmp_path.name):
        read_schema("criteria.v1")


def test_a_valid_document_has_no_violation():
    assert schema_violations("criteria.v1", {"criteria": [{"id": "a", "scale": "boolean"}]}) == []


def test_all_violations_are_found_in_the_order_of_the_document():
    good = {"id": "a", "scale": "boolean"}
    document = {"criteria": [{"id": 1, "scale": "boolean"}, {"scale": "x"}, *[good] * 9, {"id": "l", "scale": "y"}]}

    found = schema_violations("criteria.v1", document, file="c.json")

    pointers = [each.pointer for each in found]
    assert pointers == ["/criteria/0/id", "/criteria/1", "/criteria/1/scale", "/criteria/11/scale"]
    assert {each.file for each in found} == {"c.json"}


@pytest.mark.parametrize("document", [[], "x", 1, None, True, {}])
def test_what_is_no_criteria_document_has_a_violation_at_its_root(document):
    (found,) = schema_violations("criteria.v1", document)

    assert found.pointer == ""


def test_a_pointer_escapes_what_the_rfc_escapes():
    document = {
        "criteria": [{"id": "a", "scale": "boolean", "x-a/b~c": 1, "pass": {"op": "==", "value": {"a/b~c": 1}}}]
    }

    pointers = [each.pointer for each in schema_violations("criteria.v1", document)]

    assert pointers == ["/criteria/0/pass/value"]


def test_a_message_stays_short_whatever_the_value():
    found = schema_violations("criteria.v1", {"criteria": [{"id": "x" * 1_000_000, "scale": {"k": "x" * 1_000_000}}]})

    assert len(found) == 2
    assert max(len(str(each)) for each in found) < 1000


def test_the_rule_of_the_schema_is_quoted_as_what_to_do():
    (found,) = schema_violations("criteria.v1", {"criteria": [{"id": "a", "scale": "count", "lag_days": -1}]})

    assert found.fix.startswith("Longest lag in days")


def test_the_digest_of_the_code_is_that_of_no_other_text():
    assert len(documents.code_sha256()) == 64
    assert documents.code_sha256() == documents.code_sha256()
