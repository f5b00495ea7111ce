"""Every schema is a valid, closed schema with a fixed name; every example file is judged as its folder says."""

import json
from pathlib import Path

import jsonschema
import pytest

from registry import documents

SCHEMAS = Path(__file__).parents[1] / "schemas"
EXAMPLES = Path(__file__).parent / "examples"


def example_files(kind):
    return sorted(EXAMPLES.glob(f"*/{kind}/*.json"))


def name_of(path):
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("path", example_files("valid"), ids=name_of)
def test_a_valid_example_is_accepted(path):
    assert documents.schema_violations(path.parts[-3], json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", example_files("invalid"), ids=name_of)
def test_an_invalid_example_is_refused_with_a_pointer(path):
    violations = documents.schema_violations(path.parts[-3], json.loads(path.read_text(encoding="utf-8")))

    assert violations
    assert all(each.pointer is not None and each.code.startswith("schema-") for each in violations)


def test_there_are_examples_of_both_kinds():
    assert example_files("valid")
    assert len(example_files("invalid")) >= 10


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_a_schema_is_valid_and_named_for_ever(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    name, version = path.name.removesuffix(".json").rsplit(".", 1)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:evaluator-registry:schema:{name}:{version}"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_schema_file_is_known_to_the_loader():
    assert sorted(path.name.removesuffix(".json") for path in SCHEMAS.glob("*.json")) == sorted(documents.SCHEMAS)
