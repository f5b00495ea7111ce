"""The schemas of standards agree with each other, both validators agree on them, and the examples use all of them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from registry.canonical import digest
from registry.documents import read_schema, schema_violations
from registry.schema_profile import profile_violations
from registry.standards.reading import read_standard
from registry.validation import judge

EXAMPLES = Path(__file__).parents[1] / "examples"
SCHEMAS = {
    name: read_schema(name)
    for name in ("standard.v1", "localization.v1", "fact-sheet.v1", "mapping.v1", "resolved-standard.v1")
}
# Of a resolved standard these hold more than what was written: rules as trees, who waived, who added.
WRITTEN_OUT = {"criterion"}
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**53, "", "x", "1", "1.0.0", "a" * 2100, "2026-02-30", "乡", [], [1], {}, {"zh": "乡"},
    {"": {}}, {"rule": "true"},
)  # fmt: skip


def examples(name: str, kind: str = "valid") -> list[Any]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob(f"{name}/{kind}/*.json"))]
    assert found
    return found


VALID = {name: examples(name) for name in SCHEMAS}


def values_below(value: Any) -> Iterator[Any]:
    yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from values_below(each)


def members(schema: Any) -> set[str]:
    """Every member that some object of the schema may have."""
    known = [each["properties"] for each in values_below(schema) if isinstance(each, dict) and "properties" in each]
    return {name for each in known for name in each}


def parts(document: Any) -> Iterator[tuple[Any, Any]]:
    """What holds each part of the document, and its key there."""
    for holder in values_below(document):
        keys = holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        yield from ((holder, key) for key in keys)


@st.composite
def changed(draw: DrawFn, name: str) -> Any:
    """A valid example with some parts replaced, lost or added."""
    document = deepcopy(draw(st.sampled_from(VALID[name])))
    for _ in range(draw(st.integers(1, 3))):
        places = list(parts(document))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        other, other_key = places[draw(st.integers(0, len(places) - 1))]
        value = deepcopy(draw(st.sampled_from(VALUES) | st.just(other[other_key])))
        match draw(st.sampled_from(["replace", "delete", "add"])):
            case "delete":
                del holder[key]
            case "add" if isinstance(holder, list):
                holder.insert(key, value)
            case "add":
                holder[draw(st.sampled_from(["x", "value", str(other_key)]))] = value
            case _:
                holder[key] = value
        if not document:
            break
    return document


@pytest.mark.parametrize(("one", "other"), list(combinations(SCHEMAS, 2)))
def test_definitions_of_one_name_are_equal_in_all_files(one: str, other: str) -> None:
    shared = set(SCHEMAS[one]["$defs"]) & set(SCHEMAS[other]["$defs"])

    assert {"name", "version", "words", "provenance"} <= shared
    assert {name for name in shared if SCHEMAS[one]["$defs"][name] != SCHEMAS[other]["$defs"][name]} <= WRITTEN_OUT


@pytest.mark.parametrize("name", sorted(WRITTEN_OUT))
def test_what_is_written_out_keeps_every_member_that_the_standard_gives_it(name: str) -> None:
    written, given_form = (SCHEMAS[each]["$defs"][name] for each in ("resolved-standard.v1", "standard.v1"))

    assert written != given_form
    assert set(given_form["properties"]) <= set(written["properties"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_definition_that_nothing_refers_to_is_not_kept(name: str) -> None:
    text = json.dumps(SCHEMAS[name])

    assert [each for each in SCHEMAS[name]["$defs"] if f'"#/$defs/{each}"' not in text] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_inside_the_profile_and_names_itself_in_its_documents(name: str) -> None:
    schema = SCHEMAS[name]

    assert profile_violations(schema) == []
    assert schema["properties"]["$schema"] == {"const": schema["$id"]}
    assert "$schema" in schema["required"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_member_is_used_in_a_valid_example(name: str) -> None:
    used = {key for holder in values_below(VALID[name]) if isinstance(holder, dict) for key in holder}

    assert members(SCHEMAS[name]) - used == set()


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_invalid_example_has_one_fault(name: str) -> None:
    assert [len(schema_violations(name, each)) for each in examples(name, "invalid")] == [1] * len(
        examples(name, "invalid")
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_of_one_kind_refuses_the_documents_of_the_others(name: str) -> None:
    others = [document for other in SCHEMAS if other != name for document in VALID[other]]

    assert all(schema_violations(name, each) for each in others)


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=150)
@given(data=st.data())
def test_both_validators_say_the_same_of_documents_that_are_nearly_valid(name: str, data: st.DataObject) -> None:
    document = data.draw(changed(name))

    assert judge(SCHEMAS[name], document) == schema_violations(name, document)


def test_valid_examples_of_standards_are_right_in_their_meaning_too() -> None:
    assert [read_standard(each).version for each in VALID["standard.v1"]] == ["2.1.0"] * len(VALID["standard.v1"])


def test_valid_examples_differ_from_each_other() -> None:
    sums = [digest(each) for documents in VALID.values() for each in documents]

    assert len(set(sums)) == len(sums)
