"""Whether a schema that speaks of arrays and texts also bounds them; schema_profile.py states the rule."""

from collections.abc import Iterator
from typing import Any

from registry.errors import Violation
from registry.json_text import MAX_INTEGER
from registry.schema_graph import Graph, Node
from registry.schema_texts import FIXED_LENGTH_FORMATS, PatternRefused, longest_match

# By address and property, for a schema that several others refer to.
Known = dict[tuple[str, str], bool]
_LIMITS = {"array": "maxItems", "string": "maxLength"}
_SPEAKS = {
    "array": ("items", "prefixItems", "contains", "minItems", "uniqueItems"),
    "string": ("minLength", "pattern", "format"),
}
_SCALARS = {"boolean", "integer", "null", "number", "string"}
_ENDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def bound_violations(node: Node, graph: Graph, known: Known) -> Iterator[Violation]:
    """node.schema is an object, the graph within its limits; known is kept from node to node."""
    schema = node.schema
    for kind, limit in _LIMITS.items():
        if _speaks_of(schema, kind) and not _any_way(graph, node.address, kind, known):
            message = f"{'An array' if kind == 'array' else 'A text'} may be of any length."
            yield Violation(f"profile-unbounded-{kind}", message, f"Add {limit}.", node.pointer)
    if schema.get("uniqueItems") is True and not _has_scalar_items(node, graph, known):
        message = "uniqueItems stands on items that may be arrays or objects, which are compared each with each."
        fix = "Give items (and prefixItems) scalar types, or remove it."
        yield Violation("profile-unique-items", message, fix, f"{node.pointer}/uniqueItems")
    if "multipleOf" in schema and not all(any(_is_exact(schema.get(end)) for end in ends) for ends in _ENDS):
        message = "multipleOf stands without a range; beyond 2**53 validators differ on remainders."
        yield Violation("profile-range", message, "Add minimum and maximum.", f"{node.pointer}/multipleOf")


def _speaks_of(schema: dict[str, Any], kind: str) -> bool:
    return kind in _types(schema) if "type" in schema else any(word in schema for word in _SPEAKS[kind])


def _types(schema: dict[str, Any]) -> list[Any]:
    named = schema["type"]
    return named if isinstance(named, list) else [named]


def _any_way(graph: Graph, address: str, rule: str, known: Known) -> bool:
    """Whether a property of schemas that survives a conjunction holds for every value the schema accepts."""
    if (address, rule) not in known:
        schema = graph.nodes[address].schema
        if isinstance(schema, bool):
            known[address, rule] = not schema
        else:
            holds = _is_scalar(schema) if rule == "scalar" else _bounds(rule, schema)
            known[address, rule] = holds or _below(graph, address, rule, known)
    return known[address, rule]


def _below(graph: Graph, address: str, rule: str, known: Known) -> bool:
    below = [edge for edge in graph.edges[address] if not edge.slot]
    for edge in below:
        if edge.keyword in ("$ref", "allOf") and _any_way(graph, edge.address, rule, known):
            return True
    for keyword in ("anyOf", "oneOf"):
        branches = [edge.address for edge in below if edge.keyword == keyword]
        if branches and all(_any_way(graph, branch, rule, known) for branch in branches):
            return True
    return False


def _bounds(kind: str, schema: dict[str, Any]) -> bool:
    if "enum" in schema or "const" in schema or _LIMITS[kind] in schema:
        return True
    if "type" in schema and kind not in _types(schema):
        return True
    if kind == "array":
        return schema.get("items") is False
    form = schema.get("format")
    return (isinstance(form, str) and form in FIXED_LENGTH_FORMATS) or _is_bounding(schema.get("pattern"))


def _is_bounding(pattern: Any) -> bool:
    try:
        return isinstance(pattern, str) and longest_match(pattern) is not None
    except PatternRefused:
        # The pattern itself is reported; that its text has no limit either would be noise.
        return True


def _has_scalar_items(node: Node, graph: Graph, known: Known) -> bool:
    held = [edge for edge in graph.edges[node.address] if edge.keyword in ("items", "prefixItems")]
    has_rest = any(edge.keyword == "items" for edge in held)
    return has_rest and all(_any_way(graph, edge.address, "scalar", known) for edge in held)


def _is_scalar(schema: dict[str, Any]) -> bool:
    if "type" in schema and all(isinstance(each, str) and each in _SCALARS for each in _types(schema)):
        return True
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return isinstance(values, list) and not any(isinstance(each, dict | list) for each in values)


def _is_exact(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER
