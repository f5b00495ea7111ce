"""The schema of dossiers: inside the profile, read alike by both validators, every member used in an example."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.documents import read_schema, schema_violations
from registry.schema_profile import profile_violations
from registry.validation import judge

EXAMPLES = Path(__file__).parents[1] / "examples" / "evaluator.v1"
SCHEMA = read_schema("evaluator.v1")


def examples(kind: str) -> list[Any]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((EXAMPLES / kind).glob("*.json"))]
    assert found
    return found


def values_below(value: Any) -> Iterator[Any]:
    yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from values_below(each)


def test_the_schema_is_inside_the_profile_and_uses_all_of_its_definitions() -> None:
    text = json.dumps(SCHEMA)

    assert profile_violations(SCHEMA) == []
    assert [each for each in SCHEMA["$defs"] if f'"#/$defs/{each}"' not in text] == []


def test_definitions_that_other_schemas_have_are_the_same() -> None:
    others = read_schema("fact-sheet.v1")["$defs"]
    shared = {"name", "region", "text", "value"}

    assert {each: SCHEMA["$defs"][each] for each in shared} == {each: others[each] for each in shared}


def test_every_member_is_used_in_a_valid_example() -> None:
    used = {key for each in values_below(examples("valid")) if isinstance(each, dict) for key in each}
    known = [each["properties"] for each in values_below(SCHEMA) if isinstance(each, dict) and "properties" in each]

    assert {name for each in known for name in each} - used == set()


@pytest.mark.parametrize(("kind", "faults"), [("valid", 0), ("invalid", 1)])
def test_examples_have_as_many_faults_as_they_should_for_both_validators(kind: str, faults: int) -> None:
    for each in examples(kind):
        assert len(schema_violations("evaluator.v1", each)) == faults, each
        assert judge(SCHEMA, each) == schema_violations("evaluator.v1", each)
