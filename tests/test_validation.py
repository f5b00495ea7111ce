"""jsonschema and jsonschema-rs, held to the official suite, to each other, and to limits on what they say."""

import copy
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import make_sample

from registry.errors import Violation
from registry.json_text import parse_json
from registry.schema_profile import SchemaRefused, profile_violations
from registry.validation import fast, judge

TESTS = Path(__file__).parent
SCHEMAS = TESTS.parent / "schemas"
SUITE = TESTS / "reference" / "json-schema-test-suite" / "draft2020-12"
# Formats are assertions here; the suite's default is that they are not.
ANNOTATION_ONLY = "string is only an annotation by default"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def places(violations: list[Violation]) -> set[tuple[str | None, str]]:
    return {(each.pointer, each.code.removeprefix("schema-")) for each in violations}


def agreed(schema: Any, document: Any, **options: Any) -> list[Violation]:
    """What both say, which must be the same to the letter."""
    found = judge(schema, document, **options)
    assert fast(schema, **options).violations(document) == found
    return found


def suite_cases() -> list[tuple[str, Any, list[dict[str, Any]]]]:
    cases = []
    for path in sorted(SUITE.rglob("*.json")):
        for group in read(path):
            if not profile_violations(group["schema"], bounds=False):
                chosen = [each for each in group["tests"] if not each["description"].endswith(ANNOTATION_ONLY)]
                cases.append((f"{path.stem}: {group['description']}", group["schema"], chosen))
    return cases


SUITE_CASES = suite_cases()


def test_most_of_the_official_suite_is_inside_the_profile() -> None:
    assert len(SUITE_CASES) >= 200
    assert sum(len(tests) for _, _, tests in SUITE_CASES) >= 870


@pytest.mark.parametrize(("schema", "tests"), [pytest.param(*rest, id=name) for name, *rest in SUITE_CASES])
def test_both_validators_agree_with_the_official_suite(schema: Any, tests: list[dict[str, Any]]) -> None:
    for each in tests:
        assert (agreed(schema, each["data"]) == []) == each["valid"], each["description"]


EXAMPLES = {
    folder.name: [read(path) for kind in ("valid", "invalid") for path in sorted((folder / kind).glob("*.json"))]
    for folder in sorted((TESTS / "examples").iterdir())
} | {"comparison.v1": [make_sample().document]}
OTHER_VALUES = (None, True, 0, -1, 3.5, 1e300, "", "x", "boolean", "a" * 5001, [], {}, [1, "a"], {"x-a": 1, "b": 2})


def changed(document: Any, rng: random.Random) -> Any:
    """The document with one part replaced, doubled, removed, renamed or joined by another."""
    document = copy.deepcopy(document)
    holders = [document]
    for each in holders:
        below = each.values() if isinstance(each, dict) else each
        holders.extend(part for part in below if isinstance(part, dict | list) and part)
    holder = rng.choice(holders)
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    deed = rng.randrange(5)
    if deed == 0:
        holder[key] = rng.choice(OTHER_VALUES)
    elif deed == 1:
        holder.pop(key)
    elif isinstance(holder, list):
        holder.extend([holder[key]] * rng.choice([1, 120]))
    elif deed == 2:
        holder[rng.choice(["x-note", "tolerence", "/~é", key])] = rng.choice(OTHER_VALUES)
    else:
        holder[f"{key}2"] = holder.pop(key)
    return document


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in SCHEMAS.glob("*.json")))
def test_both_give_the_same_places_and_keywords_on_our_schemas(name: str) -> None:
    schema = parse_json((SCHEMAS / f"{name}.json").read_bytes())
    quick = fast(schema)
    rng = random.Random(7)
    keywords = set()
    for _ in range(150):
        document = rng.choice(EXAMPLES[name])
        for _ in range(rng.randrange(1, 6)):
            document = changed(document, rng)
            if not isinstance(document, dict) or not document:
                break
        found = judge(schema, document)
        assert quick.violations(document) == found
        keywords |= {keyword for _, keyword in places(found)}
    assert {"type", "required", "additionalProperties"} <= keywords


MEMBERS = st.sampled_from(["a", "b", "c/d", "items"])
LEAVES = st.sampled_from([
    True, False, {"type": "string", "maxLength": 2}, {"type": ["integer", "null"]}, {"enum": [1, "a", None, [1]]},
    {"const": {"a": 1}}, {"minimum": 2, "exclusiveMaximum": 3}, {"pattern": "^a"}, {"format": "date"},
    {"minItems": 2, "maxItems": 2}, {"uniqueItems": True}, {"required": ["a", "b"]}, {"maxProperties": 1},
    {"multipleOf": 2}, {"$ref": "#/$defs/x"}, {"$ref": "#"}, {"dependentRequired": {"a": ["b", "c"]}},
])  # fmt: skip


def combined(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    by_name = st.dictionaries(MEMBERS, below, min_size=1, max_size=2)
    some = st.lists(below, min_size=1, max_size=2)
    return st.one_of(
        st.fixed_dictionaries({}, optional={"properties": by_name, "additionalProperties": below}),
        st.fixed_dictionaries({}, optional={"prefixItems": some, "items": below, "contains": below}),
        st.fixed_dictionaries({"patternProperties": st.dictionaries(st.sampled_from(["^a", "s$"]), below, min_size=1)},
                              optional={"additionalProperties": below}),
        st.fixed_dictionaries({}, optional={"propertyNames": below, "dependentSchemas": by_name, "not": below}),
        st.fixed_dictionaries({}, optional={"allOf": some, "anyOf": some, "oneOf": some}),
        st.fixed_dictionaries({"if": below}, optional={"then": below, "else": below}),
    )  # fmt: skip


RULES = st.recursive(LEAVES, combined, max_leaves=6)
DOCUMENTS = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.0, 2, 2.5, 1e300, "", "a", "abc", "2024-02-29", "2024-01-0."]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(MEMBERS | st.just("z"), below, max_size=3),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(RULES, RULES, DOCUMENTS)
def test_both_say_the_same_of_any_document_by_any_schema(rule: Any, definition: Any, document: Any) -> None:
    schema = {**(rule if isinstance(rule, dict) else {"not": {}}), "$defs": {"x": definition}}
    if not profile_violations(schema, bounds=False):
        agreed(schema, document)


@pytest.mark.parametrize(
    ("schema", "document", "expected"),
    [
        ({"properties": {"a": False}}, {"a": 1}, {("/a", "false")}),
        ({"patternProperties": {"^a": False}}, {"ab": 1}, {("/ab", "false")}),
        ({"prefixItems": [True, False]}, [1, 2], {("/1", "false")}),
        ({"prefixItems": [True], "items": False}, [1, 2, 3], {("", "items")}),
        ({"additionalProperties": False}, {"a": 1, "b": 2}, {("", "additionalProperties")}),
        ({"additionalProperties": {"$ref": "#/$defs/a"}, "$defs": {"a": False}}, {"a": 1}, {("/a", "false")}),
        ({"properties": {"items": False, "allOf": {"type": "null"}}}, {"items": [], "allOf": 1},
         {("/items", "false"), ("/allOf", "type")}),
        ({"propertyNames": {"allOf": [{"maxLength": 1}]}}, {"aa": 1}, {("", "propertyNames")}),
        ({"propertyNames": {"$ref": "#/$defs/a"}, "$defs": {"a": {"not": True}}}, {"b": 1}, {("", "propertyNames")}),
        ({"propertyNames": {"allOf": [False]}}, {"b": 1, "c": 2}, {("", "propertyNames")}),
        ({"propertyNames": False}, {"b": 1, "c": 2}, {("", "propertyNames")}),
        ({"properties": {"propertyNames": {"type": "null"}}}, {"propertyNames": 1}, {("/propertyNames", "type")}),
        ({"contains": {"type": "null"}, "minContains": 2}, [None], {("", "contains")}),
        ({"contains": {"type": "null"}, "maxContains": 1}, [None, None], {("", "contains")}),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, {("", "dependentRequired")}),
        ({"properties": {"a/b": {"properties": {"~": {"type": "null"}}}}}, {"a/b": {"~": 1}}, {("/a~1b/~0", "type")}),
        ({"items": {"$ref": "#/$defs/a"}, "$defs": {"a": False}}, [1], {("/0", "false")}),
        ({"if": {"required": ["a"]}, "then": False}, {"a": 1}, {("", "false")}),
        (False, 1, {("", "false")}),
        (True, 1, set()),
    ],
)  # fmt: skip
def test_a_violation_stands_where_both_can_say_it_stands(schema: Any, document: Any, expected: Any) -> None:
    assert places(agreed(schema, document)) == expected


def test_the_words_tell_what_is_wrong_what_was_seen_and_the_limit() -> None:
    schema = {"type": "object", "required": ["a", "b"], "additionalProperties": False, "properties": {
        "n": {"description": "Days since the visit.", "type": "integer", "maximum": 60}, "t": {"maxLength": 3},
        "k": {"propertyNames": {"pattern": "^[a-z]$"}}, "f": {"type": ["string", "null"]}}}  # fmt: skip

    found = agreed(schema, {"n": 61, "t": "abcd", "k": {"A": 1}, "f": 4, "z": 0})

    assert [(each.pointer, each.message, each.fix, each.value) for each in found] == [
        ("", 'Unknown members: "z".', "", None),
        ("", 'Missing: "a", "b".', "", None),
        ("/f", "Must be a text or null, not the number 4.", "", "4"),
        ("/k", 'The name "A" breaks the rule pattern.', "", None),
        ("/n", "61 is more than 60.", "Days since the visit.", "61"),
        ("/t", "Has 4 characters; at most 3 are allowed.", "", "abcd"),
    ]


def test_a_flood_ends_at_the_first_hundred_in_document_order() -> None:
    schema = {"items": {"items": {"type": "string"}, "type": "array"}}

    found = agreed(schema, [[1] * 60, "x", *[[2] * 60] * 60])

    assert [each.pointer for each in found] == [f"/0/{i}" for i in range(60)] + ["/1"] + [f"/2/{i}" for i in range(39)]


def test_a_large_value_is_never_repeated() -> None:
    large = "x" * 1_000_000
    schema = {
        "required": ["m" * 100_000],
        "additionalProperties": {"type": "number", "enum": [1], "const": "c" * 100_000, "pattern": "^b$"},
        "propertyNames": {"maxLength": 5},
    }

    found = agreed(schema, {"score": {"k": large}, "text": large, large: 1})

    assert len(json.dumps([str(each) for each in found])) < 16 * 1024
    assert all(len(each.message) <= 200 and len(each.pointer or "") <= 101 for each in found)


def test_the_order_of_members_does_not_matter_to_the_answer() -> None:
    schema = {"additionalProperties": {"type": "null"}, "required": ["q"], "maxProperties": 1}
    document = {f"m{i}": i for i in range(150)}

    assert agreed(schema, document) == agreed(schema, dict(reversed(document.items())))


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "http://127.0.0.1:9/x.json"}}},
        {"properties": {"a": {"$ref": "file:///etc/hostname"}}},
        {"$id": "http://127.0.0.1:9/base.json", "properties": {"a": {"$ref": "x.json"}}},
    ],
)
def test_nothing_is_fetched_even_where_the_profile_was_not_asked(schema: Any) -> None:
    with pytest.raises(SchemaRefused):
        fast(schema)
    with pytest.raises(SchemaRefused):
        judge(schema, {"a": 1})


def test_not_even_a_file_that_is_there_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    schema = {"$ref": (tmp_path / "x.json").as_uri()}

    with pytest.raises(SchemaRefused):
        fast(schema)
    with pytest.raises(SchemaRefused):
        judge(schema, 1)


@pytest.mark.parametrize("schema", [{"format": "postcode"}, {"pattern": "("}, {"type": "strng"}, {"pattern": "(?=a)"}])
def test_the_fast_validator_refuses_what_it_cannot_compile(schema: Any) -> None:
    with pytest.raises(SchemaRefused):
        fast(schema)


def test_bundled_schemas_are_found_by_their_names() -> None:
    dialect = "https://json-schema.org/draft/2020-12/schema"
    inner = {"$id": "urn:ours:in", "$schema": dialect, "type": "object",
             "properties": {"q": {"$ref": "#/$defs/s"}, "z": {"$ref": "urn:ours:out#/$defs/z"}},
             "$defs": {"s": {"pattern": "^(a+)+$", "description": "Letters a."}}}  # fmt: skip
    outer = {"$id": "urn:ours:out", "$schema": dialect, "additionalProperties": {"$ref": "urn:ours:in"},
             "properties": {"s": {"$ref": "urn:ours:in#/$defs/s"}, "o": {"$ref": "#"}, "p": {"$ref": "urn:ours:out"}},
             "$defs": {"z": {"type": "null", "description": "Nothing."}}}  # fmt: skip
    text = "a" * 40 + "!"
    document = {"x": {"q": text, "z": 1}, "s": text, "o": {"s": text}, "p": {"y": 1}}
    start = time.process_time()

    found = agreed(outer, document, bundled={"urn:ours:in": inner})

    assert [(each.pointer, each.code, each.fix) for each in found] == [
        ("/o/s", "schema-pattern", "Letters a."),
        ("/p/y", "schema-type", ""),
        ("/s", "schema-pattern", "Letters a."),
        ("/x/q", "schema-pattern", "Letters a."),
        ("/x/z", "schema-type", "Nothing."),
    ]
    assert time.process_time() - start < 1


def deep(levels: int) -> Any:
    document: Any = 1
    for _ in range(levels):
        document = {"a": document}
    return document


def test_a_recursive_schema_refuses_a_document_that_is_too_deep() -> None:
    schema = {"$ref": "#/$defs/n", "$defs": {"n": {"type": ["object", "integer"], "properties": {"a": {"$ref": "#"}}}}}

    assert agreed(schema, deep(63)) == []
    assert [each.code for each in agreed(schema, deep(400))] == ["schema-depth"]
    assert agreed({"type": "object"}, deep(400)) == []


def test_many_scalars_are_told_apart_in_linear_time() -> None:
    schema = {"uniqueItems": True}
    start = time.process_time()

    assert agreed(schema, [*range(100_000), *map(str, range(100_000)), True, False, None, 0.5]) == []
    assert places(agreed(schema, [*range(100_000), "a", 5.0])) == {("", "uniqueItems")}
    assert agreed(schema, [1, True, 0, False, "1"]) == []
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("number", "is_valid"), [(9, True), (9.0, True), (10, False), (0.5, False), (1e300, False), (-2, False)]
)
def test_whole_steps_are_judged_alike_also_far_out(number: float, is_valid: bool) -> None:
    schema = {"type": "number", "multipleOf": 3, "minimum": 0, "maximum": 1000}

    assert (agreed(schema, number) == []) is is_valid
