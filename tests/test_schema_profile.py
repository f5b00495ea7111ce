"""What the profile refuses, what it leaves alone, and that patterns and limits mean what the profile says."""

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.errors import Violation
from registry.json_text import parse_json
from registry.schema_graph import APPLICATORS, Holds, components
from registry.schema_keywords import DIALECT
from registry.schema_profile import SchemaRefused, check_profile, profile_violations
from registry.validation import fast, judge

SCHEMAS = sorted((Path(__file__).parents[1] / "schemas").glob("*.json"))


def found(schema: Any, **options: Any) -> set[tuple[str, str | None]]:
    return {(each.code.removeprefix("profile-"), each.pointer) for each in profile_violations(schema, **options)}


def doubling(levels: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**definitions, f"d{levels}": {"type": "integer"}}}


def doubling_downwards(levels: int) -> dict[str, Any]:
    """One value a level deeper each time, so that no chain of references applies to one value."""
    branch = [{"properties": {"a": {"$ref": "#/$defs/d%d"}}}] * 2
    definitions = {f"d{i}": json.loads(json.dumps({"allOf": branch}) % (i + 1, i + 1)) for i in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**definitions, f"d{levels}": {"type": "integer"}}}


def nested(levels: int, keyword: str = "not") -> dict[str, Any]:
    schema: Any = {"type": "integer"}
    for _ in range(levels - 1):
        schema = {keyword: schema}
    return schema


def with_references(**definitions: Any) -> dict[str, Any]:
    return {"$ref": "#/$defs/a", "$defs": definitions}


def branches(count: int, keyword: str = "oneOf") -> dict[str, Any]:
    return {keyword: [{"properties": {"a": {"const": i}}, "required": ["a"]} for i in range(count)]}


REFUSED: list[tuple[str, Any, str, str]] = [
    ("remote reference", {"properties": {"a": {"$ref": "http://h/x.json"}}}, "reference", "/properties/a/$ref"),
    ("reference over https", {"items": {"$ref": "https://h/"}, "maxItems": 1}, "reference", "/items/$ref"),
    ("file reference", {"properties": {"a": {"$ref": "file:///etc/hostname"}}}, "reference", "/properties/a/$ref"),
    ("foreign dialect", {"$schema": "http://h/meta", "type": "integer"}, "dialect", "/$schema"),
    ("older dialect", {"$schema": "http://json-schema.org/draft-07/schema#"}, "dialect", "/$schema"),
    ("address as $id", {"$id": "http://h/base.json", "$ref": "x.json"}, "id", "/$id"),
    ("relative reference", {"$id": "http://h/base.json", "$ref": "x.json"}, "reference", "/$ref"),
    ("nested $id", {"properties": {"a": {"$id": "urn:ours:b"}}}, "place", "/properties/a/$id"),
    ("nested $schema", {"not": {"$schema": DIALECT}}, "place", "/not/$schema"),
    ("nested $defs", {"not": {"$defs": {}}}, "place", "/not/$defs"),
    ("$dynamicRef", {"$dynamicRef": "http://h/x.json"}, "keyword", "/$dynamicRef"),
    ("$anchor", {"$anchor": "a"}, "keyword", "/$anchor"),
    ("unevaluated", {"unevaluatedProperties": False}, "keyword", "/unevaluatedProperties"),
    ("reference to an anchor", {"$ref": "#a"}, "reference", "/$ref"),
    ("reference to no definition", {"$ref": "#/$defs/a"}, "reference", "/$ref"),
    ("reference past $defs", {"$ref": "#/properties/a", "properties": {"a": True}}, "reference", "/$ref"),
    ("unknown bundled name", {"$ref": "urn:ours:absent"}, "reference", "/$ref"),
    ("empty reference", {"$ref": ""}, "reference", "/$ref"),
    ("definition that needs escapes", {"$defs": {"a/b": True}}, "name", "/$defs"),
    ("doubling", doubling(24), "expansion", "/$defs/d10"),
    ("doubling down the document", doubling_downwards(24), "expansion", "/$defs/d10"),
    ("loop to itself", {"$ref": "#"}, "loop", ""),
    ("loop of two", with_references(a={"$ref": "#/$defs/b"}, b={"$ref": "#/$defs/a"}), "loop", "/$defs/a"),
    ("loop through not", with_references(a={"not": {"not": {"$ref": "#/$defs/a"}}}), "loop", "/$defs/a/not/not"),
    ("recursion in two branches",
     with_references(a={"allOf": [{"properties": {"x": {"$ref": "#"}}}, {"properties": {"x": {"$ref": "#"}}}]}),
     "recursion", "/$defs/a"),
    ("recursion by name and by pattern",
     with_references(a={"properties": {"x": {"$ref": "#"}}, "patternProperties": {"x": {"$ref": "#"}}}),
     "recursion", "/$defs/a"),
    ("recursion into a second recursion",
     with_references(a={"$ref": "#/$defs/b", "properties": {"x": {"$ref": "#"}}},
                     b={"properties": {"x": {"$ref": "#/$defs/b"}}}),
     "recursion", "/$defs/a"),
    ("nested 33 deep", nested(33), "depth", "/not" * 32),
    ("nested 900 deep", nested(900), "depth", ""),
    ("chain of references", {"$ref": "#/$defs/a0", "$defs": {
        **{f"a{i}": {"$ref": f"#/$defs/a{i + 1}"} for i in range(32)}, "a32": True}}, "depth", "/$defs/a0"),
    ("too many subschemas", {"properties": {f"p{i}": True for i in range(5000)}}, "size", ""),
    ("uniqueItems on anything", {"type": "array", "maxItems": 9, "uniqueItems": True}, "unique-items", "/uniqueItems"),
    ("uniqueItems on arrays", {"maxItems": 9, "uniqueItems": True, "items": {"type": ["array", "null"], "maxItems": 1}},
     "unique-items", "/uniqueItems"),
    ("2,000 branches", branches(2000), "branches", "/oneOf"),
    ("51 branches", branches(51, "anyOf"), "branches", "/anyOf"),
    ("5,001 values", {"enum": list(range(5001))}, "value", "/enum"),
    ("no value", {"enum": []}, "value", "/enum"),
    ("misspelt keyword", {"requird": ["a"]}, "unknown-keyword", "/requird"),
    ("lookahead", {"pattern": "^(?=.*[A-Z]).+$", "maxLength": 9}, "pattern", "/pattern"),
    ("pattern in a name", {"patternProperties": {"^(a)\\1$": True}}, "pattern", "/patternProperties/^(a)\\1$"),
    ("counted repetition", {"type": "string", "pattern": "^((a{1,1000}){1,1000}){1,1000}$"}, "pattern", "/pattern"),
    ("long pattern", {"pattern": "a" * 301, "maxLength": 400}, "pattern", "/pattern"),
    ("decimal step", {"multipleOf": 0.1, "minimum": 0, "maximum": 1}, "value", "/multipleOf"),
    ("step without range", {"multipleOf": 2, "minimum": 0}, "range", "/multipleOf"),
    ("unknown format", {"type": "string", "format": "uri", "maxLength": 9}, "format", "/format"),
    ("then alone", {"then": {"required": ["a"]}}, "companion", "/then"),
    ("minContains alone", {"minContains": 2}, "companion", "/minContains"),
    ("negative length", {"type": "string", "maxLength": -1}, "value", "/maxLength"),
    ("required as a text", {"required": "a"}, "value", "/required"),
    ("required twice", {"required": ["a", "a"]}, "value", "/required"),
    ("unknown type", {"type": "strng"}, "value", "/type"),
    ("properties as a list", {"properties": [True]}, "value", "/properties"),
    ("number as a schema", {"allOf": [True, 3]}, "value", "/allOf"),
    ("not finite", {"minimum": float("inf")}, "value", "/minimum"),
    ("array without limit", {"type": "array"}, "unbounded-array", ""),
    ("items without limit", {"properties": {"a": {"items": True}}}, "unbounded-array", "/properties/a"),
    ("text without limit", {"type": ["string", "null"]}, "unbounded-string", ""),
    ("open pattern", {"type": "string", "pattern": "^a+$"}, "unbounded-string", ""),
    ("pattern without end", {"type": "string", "pattern": "^abc"}, "unbounded-string", ""),
    ("pattern open on one side", {"type": "string", "pattern": "^a$|b"}, "unbounded-string", ""),
    ("one open branch", {"type": "string", "anyOf": [{"maxLength": 3}, {"minLength": 1}]}, "unbounded-string", ""),
    ("date-time", {"type": "string", "format": "date-time"}, "unbounded-string", ""),
    ("a list", [1], "value", ""),
    ("null", None, "value", ""),
]  # fmt: skip

ALLOWED: dict[str, Any] = {
    "nothing said": {"properties": {"a": True, "b": {}}, "required": ["a"]},
    "extension": {"x-note": {"$ref": "http://h/", "$id": "http://h/", "type": "strng"}},
    "data that looks like a schema": {"const": {"$ref": "http://h/"}, "default": {"$id": 3}, "examples": [{}]},
    "members named like keywords": {"properties": {"$ref": {"type": "null"}, "$id": True, "requird": True}},
    "dialect and name": {"$schema": DIALECT, "$id": "urn:evaluator-registry:schema:x:v1"},
    "recursion that moves on": with_references(a={"type": ["object", "integer"], "properties": {"a": {"$ref": "#"}}}),
    "recursion through items": with_references(a={"type": ["array", "null"], "maxItems": 9, "items": {"$ref": "#"}}),
    "recursion in two members": {"properties": {"all": {"$ref": "#"}, "any": {"$ref": "#"}}},
    "one definition used twice": with_references(a={"anyOf": [{"$ref": "#/$defs/b"}, {"$ref": "#/$defs/b"}]}, b=True),
    "doubling below the limit": doubling(9),
    "32 deep": nested(32),
    "50 branches": branches(50),
    "5,000 values": {"enum": list(range(5000))},
    "5,000 subschemas": {"properties": {f"p{i}": True for i in range(4999)}},
    "scalar items once each": {"uniqueItems": True, "maxItems": 9, "items": {"type": ["number", "null"]}},
    "values once each": with_references(a={"uniqueItems": True, "maxItems": 9, "items": {"$ref": "#/$defs/b"}}, b={
        "enum": ["x", 1]}),
    "tuple": {"type": "array", "prefixItems": [{"type": "number"}], "items": False},
    "text of fixed values": {"type": "string", "enum": ["a"]},
    "text of one value": {"type": "string", "const": "a"},
    "text bounded by its pattern": {"type": "string", "pattern": "^[0-9]{6}(-[A-Z]{1,3})?$|^none$"},
    "text bounded by its format": {"type": "string", "format": "date"},
    "text bounded elsewhere": {"type": "string", "allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"maxLength": 3}}},
    "every branch bounded": {"type": "string", "oneOf": [{"maxLength": 3}, {"const": "abcd"}, False]},
    "if, not and contains only ask": {"if": {"type": "string"}, "then": True, "not": {"pattern": "a"},
                                      "contains": {"type": "array"}, "maxItems": 3},
    "honest pattern that backtracks": {"type": "string", "pattern": "^([A-Z]{0,3}-?)*[0-9]{6}$", "maxLength": 200},
    "whole steps in a range": {"type": "integer", "multipleOf": 5, "minimum": 0, "exclusiveMaximum": 100},
    "true": True,
}  # fmt: skip


@pytest.mark.parametrize(("schema", "code", "pointer"), [pytest.param(*rest, id=name) for name, *rest in REFUSED])
def test_a_schema_outside_the_profile_is_refused_at_its_place(schema: Any, code: str, pointer: str) -> None:
    assert (code, pointer) in found(schema)


@pytest.mark.parametrize("schema", [pytest.param(schema, id=name) for name, schema in ALLOWED.items()])
def test_a_schema_inside_the_profile_is_left_alone_and_compiles(schema: Any) -> None:
    assert profile_violations(schema) == []
    fast(schema)
    judge(schema, {"a": 1})


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_our_own_schemas_keep_to_the_profile(path: Path) -> None:
    assert profile_violations(parse_json(path.read_bytes())) == []


def test_all_violations_are_found_at_once_each_with_what_to_do() -> None:
    schema = {"requird": [], "properties": {"a": {"type": "string"}, "b": {"$ref": "x"}, "c": {"pattern": "\\d"}}}

    violations = profile_violations(schema, file="x.json")

    assert [each.code for each in violations] == [
        "profile-unknown-keyword", "profile-unbounded-string", "profile-reference", "profile-pattern",
        ]  # fmt: skip
    assert violations[0].fix == "Did you mean required?"
    assert violations[1].fix == "Add maxLength."
    assert all(each.file == "x.json" and (each.fix or each.value) for each in violations)


def test_limits_are_named_in_the_messages() -> None:
    def message(schema: Any, code: str) -> str:
        return next(each.message for each in profile_violations(schema) if each.code == f"profile-{code}")

    assert "the limit is 50000" in message(doubling(24), "expansion")
    assert "32" in message(nested(33), "depth")
    assert "the limit is 50." in message(branches(51), "branches")
    assert "/$defs/a → /$defs/b → /$defs/a" in message(
        with_references(a={"$ref": "#/$defs/b"}, b={"$ref": "#/$defs/a"}), "loop"
    )
    assert "lookahead" in message({"pattern": "(?=a)", "maxLength": 1}, "pattern")
    assert "backreference" in message({"pattern": "(a)\\1", "maxLength": 1}, "pattern")
    assert "[0-9]" in message({"pattern": "\\d", "maxLength": 1}, "pattern")


def test_a_flood_of_violations_ends_at_a_hundred_and_repeats_no_large_value() -> None:
    schema = {f"{'k' * 100_000}{i}": 1 for i in range(150)} | {"maxLength": "v" * 100_000}

    violations = profile_violations(schema)

    assert len(violations) == 100
    assert all(len(each.message) <= 200 and len(each.pointer or "") <= 200 for each in violations)


def test_bounds_can_be_left_out_and_the_reading_rules_stay() -> None:
    schema = {"type": "array", "uniqueItems": True, "items": {"multipleOf": 2, "minLength": 1, "format": "uri"}}

    assert found(schema, bounds=False) == {("format", "/items/format")}
    assert {code for code, _ in found(schema)} == {
        "format", "range", "unbounded-array", "unbounded-string", "unique-items",
    }  # fmt: skip


def test_a_bundled_schema_may_be_referred_to_and_counts() -> None:
    small = {"$id": "urn:ours:small", "$defs": {"b": {"type": "string", "maxLength": 3}}}
    large = {"$id": "urn:ours:large", **doubling(9)}
    bundled = {"urn:ours:small": small, "urn:ours:large": large}
    chosen = {"$ref": "urn:ours:small#/$defs/b", "type": "string"}

    assert profile_violations({"properties": {"a": chosen}}, bundled=bundled) == []
    assert found({"$ref": "urn:ours:small#/$defs/c"}, bundled=bundled) == {("reference", "/$ref")}
    assert found({"allOf": [{"$ref": "urn:ours:large"}] * 40}, bundled=bundled) == {("expansion", "")}


def test_a_loop_across_schemas_is_a_loop() -> None:
    other = {"$id": "urn:ours:other", "$ref": "urn:ours:this"}
    this = {"$id": "urn:ours:this", "$ref": "urn:ours:other"}

    assert ("loop", "") in found(this, bundled={"urn:ours:other": other})


def test_the_check_raises_with_every_violation() -> None:
    with pytest.raises(SchemaRefused) as raised:
        check_profile({"type": "array", "items": {"type": "string"}}, file="x.json")

    assert [each.pointer for each in raised.value.violations] == ["", "/items"]
    check_profile({"type": "null"})


@pytest.mark.parametrize("kind", ["cost", "bounds"])
def test_the_profile_itself_is_quick_on_schemas_made_to_be_slow(kind: str) -> None:
    if kind == "cost":
        leaf: dict[str, Any] = {"properties": {f"p{i}": {"$ref": "#"} for i in range(1200)}}
        users = {f"u{i}": {"allOf": [{"$ref": "#/$defs/leaf"}], "properties": {"a": True}} for i in range(1200)}
        schema: dict[str, Any] = {"oneOf": [{"$ref": "#/$defs/u0"}], "$defs": {"leaf": leaf, **users}}
    else:
        open_text = {"type": "string", "allOf": [{"$ref": "#/$defs/d0"}]}
        schema = {**doubling(24), "properties": {f"p{i}": open_text for i in range(500)}}
        schema["$defs"]["d24"] = {}
        assert found(doubling(9) | {"type": "string"}) == set()
    start = time.process_time()

    profile_violations(schema)

    assert time.process_time() - start < 2


def test_more_than_200_different_patterns_are_refused() -> None:
    schema = {"properties": {f"p{i}": {"pattern": f"^{i}$"} for i in range(201)}}

    assert found(schema) == {("patterns", "/properties/p200/pattern")}


def test_components_come_with_targets_first() -> None:
    edges = {"a": ["b", "c"], "b": ["a"], "c": ["d"], "d": ["d"], "e": ["a"]}

    assert [sorted(each) for each in components(edges)] == [["d"], ["c"], ["a", "b"], ["e"]]


def test_a_chain_of_thousands_of_definitions_needs_no_deep_stack() -> None:
    count = 2400
    definitions = {f"d{i}": {"properties": {"a": {"$ref": f"#/$defs/d{i + 1}"}}} for i in range(count)}
    schema = {"$ref": "#/$defs/d0", "$defs": {**definitions, f"d{count}": True}}

    assert profile_violations(schema) == []
    assert fast(schema).violations({"a": {"a": 1}}) == judge(schema, {"a": {"a": 1}}) == []


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3)
)
WORDS = st.sampled_from([
    *APPLICATORS, "type", "enum", "const", "$ref", "$id", "$schema", "pattern", "format", "maxItems", "maxLength",
    "required", "minimum", "multipleOf", "uniqueItems", "dependentRequired", "minContains", "x-a", "$anchor", "title",
    "requird",
])  # fmt: skip
LIKELY = st.sampled_from([
    "#", "#/$defs/a", "#/$defs/b", "object", "array", "string", ["string", "null"], "^a$", "(", "date", 0, 3, -1, True,
    False, [], ["a"], {"a": ["b"]}, "http://h/",
])  # fmt: skip


def likely_value(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    by_name = st.dictionaries(st.sampled_from(["a", "b", "^a"]), below, max_size=2)
    return below | st.lists(below, max_size=2) | by_name | LIKELY


LIKELY_SCHEMAS = st.recursive(
    st.booleans() | st.dictionaries(WORDS, LIKELY, max_size=3),
    lambda below: st.dictionaries(WORDS, likely_value(below), max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(JSON)
@example({"type": "string", "format": []})
def test_any_json_value_is_judged_as_a_schema(schema: Any) -> None:
    violations = profile_violations(schema)

    assert all(isinstance(each, Violation) and each.pointer is not None for each in violations)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(LIKELY_SCHEMAS)
def test_what_the_profile_lets_pass_is_a_schema_for_both_validators(schema: Any) -> None:
    if profile_violations(schema, bounds=False):
        return
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema_rs.meta.is_valid(schema)
    for document in ({"a": 1}, ["a"], "b"):
        assert fast(schema).violations(document) == judge(schema, document)


def test_every_applicator_is_walked() -> None:
    inner = {"requird": 1}
    for keyword, holds in APPLICATORS.items():
        value = {Holds.ONE: inner, Holds.LIST: [inner], Holds.MAP: {"a": inner}}[holds]
        schema = {keyword: value, "if": True, "maxItems": 1} | ({keyword: value} if keyword == "if" else {})

        assert any(code == "unknown-keyword" for code, _ in found(schema)), keyword
