"""The part of JSON Schema 2020-12 that our schemas may use, so that any validator reads them alike and none hangs.

Shape: known keywords and `x-` ones, references within the schema or to bundled schemas, patterns and formats that all
engines read alike, and limits on depth, number, expansion and recursion. Bounds: what a schema says about arrays and
texts says how long they may be, too.

An array is bounded by maxItems or by `items: false`, a text by maxLength, by the format date or uuid, and by a pattern
from ^ to $ without open repetition. Both are bounded by enum, const, a type that leaves them out, a bounded schema
under $ref or allOf, and bounded schemas in every branch of anyOf or oneOf. A schema speaks of a kind when its type
names it or, without a type, when a keyword of that kind stands in it. Where nothing is said (`true`, `{}`, members of
an open object) nothing is looked at either; there the limit on the document's bytes is the bound. Schemas under if,
not and contains only ask, and need no bound.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any

from registry.errors import Invalid, Violation
from registry.json_text import MAX_DEPTH as MAX_JSON_DEPTH
from registry.json_text import pointer_part
from registry.schema_bounds import Known, bound_violations
from registry.schema_graph import (
    MAX_DEPTH,
    MAX_SUBSCHEMAS,
    Graph,
    Node,
    build_graph,
    cost_violations,
    find_target,
    is_deeper,
    walk,
)
from registry.schema_keywords import keyword_violations
from registry.schema_texts import PatternRefused, longest_match

MAX_VIOLATIONS = 100
# A compiled pattern takes up to 1 MiB.
MAX_PATTERNS = 200
_NONE: Mapping[str, Any] = MappingProxyType({})


class SchemaRefused(Invalid):
    code = "schema-refused"
    title = "The schema is outside the profile of JSON Schema used here"


def check_profile(schema: Any, *, bundled: Mapping[str, Any] = _NONE, file: str | None = None) -> None:
    """Raises SchemaRefused with every violation of the profile. bundled: other schemas by their `$id`."""
    if found := profile_violations(schema, bundled=bundled, file=file):
        raise SchemaRefused(f"{file or 'The schema'} breaks the profile in {len(found)} place(s).", found)


def profile_violations(
    schema: Any, *, bundled: Mapping[str, Any] = _NONE, bounds: bool = True, file: str | None = None
) -> list[Violation]:
    """The first 100 violations, in the order of the schema. schema: any JSON value, as parse_json gives it.

    bounds=False leaves out what only keeps documents small (maxItems, maxLength, scalar uniqueItems, a range beside
    multipleOf) and keeps what decides how a schema is read; the official test suite is written without bounds.
    """
    found = islice(_violations(schema, bundled, bounds), MAX_VIOLATIONS)
    return [replace(each, message=_cut(each.message), file=file) for each in found]


def _cut(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:199]}…"


def _violations(schema: Any, bundled: Mapping[str, Any], bounds: bool) -> Iterator[Violation]:
    if not isinstance(schema, dict | bool):
        yield Violation("profile-value", "A schema is an object, or true or false.", "Write an object.", "")
        return
    if is_deeper(schema, MAX_JSON_DEPTH):
        message = f"The JSON text is nested deeper than {MAX_JSON_DEPTH} levels; subschemas may be {MAX_DEPTH} deep."
        yield Violation("profile-depth", message, "Move parts to $defs and refer to them.", "")
        return
    nodes = list(islice(walk(schema), MAX_SUBSCHEMAS + 1))
    if len(nodes) > MAX_SUBSCHEMAS:
        message = f"The schema has more than {MAX_SUBSCHEMAS} subschemas."
        yield Violation("profile-size", message, "Split it into several schemas.", "")
        return
    graph = build_graph(schema, bundled)
    costs = list(islice(cost_violations(graph), MAX_VIOLATIONS))
    patterns: set[str] = set()
    known: Known = {}
    for node in nodes:
        yield from keyword_violations(node)
        yield from _of_references(node, graph, bundled, schema)
        yield from _of_patterns(node, patterns)
        if bounds and not costs and isinstance(node.schema, dict) and not node.is_test:
            yield from bound_violations(node, graph, known)
    yield from costs


def _of_references(node: Node, graph: Graph, bundled: Mapping[str, Any], root: Any) -> Iterator[Violation]:
    if not isinstance(node.schema, dict) or not isinstance(reference := node.schema.get("$ref"), str):
        return
    target = find_target(reference, node, bundled, root.get("$id") if isinstance(root, dict) else None)
    if target is None:
        others = f" or the $id of a bundled schema ({', '.join(bundled)[:100]})" if bundled else ""
        message = f"The reference {reference[:80]!r} leaves the schema; nothing is ever fetched."
        fix = f"Refer to #/$defs/<name>{others}."
    elif target not in graph.nodes:
        message, fix = f"There is no definition {reference[:80]!r}.", "Add it to $defs or correct the name."
    else:
        return
    yield Violation("profile-reference", message, fix, f"{node.pointer}/$ref")


def _of_patterns(node: Node, known: set[str]) -> Iterator[Violation]:
    if not isinstance(node.schema, dict):
        return
    by_name = node.schema.get("patternProperties")
    found = [(f"{node.pointer}/pattern", node.schema.get("pattern"))]
    for name in by_name if isinstance(by_name, dict) else ():
        found.append((f"{node.pointer}/patternProperties/{pointer_part(name[:80])}", name))
    for pointer, pattern in found:
        if not isinstance(pattern, str):
            continue
        known.add(pattern)
        if len(known) > MAX_PATTERNS:
            message = f"The schema has more than {MAX_PATTERNS} different patterns."
            yield Violation("profile-patterns", message, "Split it into several schemas.", pointer)
            return
        try:
            longest_match(pattern)
        except PatternRefused as refused:
            yield Violation("profile-pattern", str(refused), "", pointer, value=pattern[:80])
