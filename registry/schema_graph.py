"""The subschemas of a JSON Schema as a graph: what stands in what, what refers to what, and what judging by it costs.

An address is `document#pointer`: the document is "" for the schema at hand, else the `$id` of a bundled one. An edge
has a slot: "" where the target judges the same value, otherwise the part of the value that it judges: `properties/a`,
`properties/*`, `items/0`, `items/*`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from registry.errors import Violation
from registry.json_text import pointer_part

MAX_DEPTH = 32
MAX_SUBSCHEMAS = 5000
MAX_EXPANDED = 50_000


class Holds(StrEnum):
    ONE = "a schema"
    LIST = "a list of schemas"
    MAP = "schemas by name"


APPLICATORS = {
    "$defs": Holds.MAP,
    "additionalProperties": Holds.ONE,
    "allOf": Holds.LIST,
    "anyOf": Holds.LIST,
    "contains": Holds.ONE,
    "dependentSchemas": Holds.MAP,
    "else": Holds.ONE,
    "if": Holds.ONE,
    "items": Holds.ONE,
    "not": Holds.ONE,
    "oneOf": Holds.LIST,
    "patternProperties": Holds.MAP,
    "prefixItems": Holds.LIST,
    "properties": Holds.MAP,
    "propertyNames": Holds.ONE,
    "then": Holds.ONE,
}
# What stands under these only asks a question; it never makes a value acceptable.
_TESTS = ("contains", "if", "not")
# A name has no parts, so that a recursion through it ends there.
_NAMES = "names"
_WILD = {"additionalProperties": "properties/*", "patternProperties": "properties/*", "items": "items/*",
         "contains": "items/*", "propertyNames": _NAMES}  # fmt: skip
_REFERENCE = re.compile(r"(urn:[^#]*)?(?:#(/\$defs/[A-Za-z0-9._-]+)?)?")


class Edge(NamedTuple):
    keyword: str
    slot: str
    address: str


@dataclass(frozen=True, slots=True)
class Node:
    document: str
    pointer: str
    schema: Any
    depth: int
    is_test: bool = False

    @property
    def address(self) -> str:
        return f"{self.document}#{self.pointer}"


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: Mapping[str, Node]
    edges: Mapping[str, tuple[Edge, ...]]


def is_deeper(value: Any, limit: int) -> bool:
    """Whether something stands in arrays and objects that are nested deeper than the limit."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            part
            for item in level
            if isinstance(item, dict | list)
            for part in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def is_recursive(graph: Graph) -> bool:
    """Whether judging by the schema may go on as deep as the document goes."""
    edges = {start: [each.address for each in held] for start, held in graph.edges.items()}
    return any(len(group) > 1 or group[0] in edges[group[0]] for group in components(edges))


def parts(schema: Any) -> Iterator[tuple[str, str, Any]]:
    """(keyword, name or index or "", subschema) of one schema; what has not the right form is passed over."""
    for keyword, value in schema.items() if isinstance(schema, dict) else ():
        match APPLICATORS.get(keyword), value:
            case Holds.ONE, dict() | bool():
                yield keyword, "", value
            case Holds.LIST, list():
                yield from ((keyword, str(place), part) for place, part in enumerate(value) if _is_schema(part))
            case Holds.MAP, dict():
                yield from ((keyword, name, part) for name, part in value.items() if _is_schema(part))


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def walk(schema: Any, document: str = "") -> Iterator[Node]:
    """Every subschema in the order of the document, down to one level below MAX_DEPTH."""
    stack = [Node(document, "", schema, 1)]
    while stack:
        node = stack.pop()
        yield node
        if node.depth > MAX_DEPTH:
            continue
        below = [
            Node(document, _below(node.pointer, keyword, name), part, node.depth + 1, node.is_test or keyword in _TESTS)
            for keyword, name, part in parts(node.schema)
        ]
        stack.extend(reversed(below))


def _below(pointer: str, keyword: str, name: str) -> str:
    named = APPLICATORS[keyword] is not Holds.ONE
    return f"{pointer}/{keyword}/{pointer_part(name)}" if named else f"{pointer}/{keyword}"


def find_target(reference: Any, node: Node, bundled: Mapping[str, Any], own_id: Any = None) -> str | None:
    """The address a `$ref` means: `#`, `#/$defs/<name>`, or the same behind the `$id` of a bundled schema."""
    found = _REFERENCE.fullmatch(reference) if isinstance(reference, str) and reference else None
    if found is None:
        return None
    document, pointer = found[1], found[2] or ""
    if document is None:
        return f"{node.document}#{pointer}"
    if document == own_id:
        return f"#{pointer}"
    return f"{document}#{pointer}" if document in bundled else None


def build_graph(schema: Any, bundled: Mapping[str, Any]) -> Graph:
    """The schema and the bundled schemas that it reaches; a reference to nowhere has no edge."""
    own_id = schema.get("$id") if isinstance(schema, dict) else None
    nodes: dict[str, Node] = {}
    edges: dict[str, tuple[Edge, ...]] = {}
    wanted, taken = [("", schema)], {""}
    while wanted:
        document, root = wanted.pop()
        for node in islice(walk(root, document), MAX_SUBSCHEMAS):
            nodes[node.address] = node
            edges[node.address] = tuple(_edges(node, bundled, own_id))
            for other in {each.address.partition("#")[0] for each in edges[node.address]} - taken:
                taken.add(other)
                wanted.append((other, bundled[other]))
    known = {address: tuple(each for each in held if each.address in nodes) for address, held in edges.items()}
    return Graph(nodes, known)


def _edges(node: Node, bundled: Mapping[str, Any], own_id: Any) -> Iterator[Edge]:
    for keyword, name, _ in parts(node.schema):
        if keyword == "$defs":
            continue
        slot = _WILD.get(keyword, "")
        if keyword in {"properties", "prefixItems"}:
            slot = f"{'items' if keyword == 'prefixItems' else keyword}/={name}"
        yield Edge(keyword, slot, f"{node.document}#{_below(node.pointer, keyword, name)}")
    if isinstance(node.schema, dict) and "$ref" in node.schema:
        target = find_target(node.schema["$ref"], node, bundled, own_id)
        if target is not None:
            yield Edge("$ref", "", target)


def components(edges: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Strongly connected components, targets before those that lead to them (Tarjan 1972, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_nodes: dict[str, None] = {}
    found: list[list[str]] = []
    for start in edges:
        work: list[tuple[str, Iterator[str]]] = [] if start in order else [(start, iter(edges[start]))]
        while work:
            node, rest = work[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                open_nodes[node] = None
            following = next(rest, None)
            if following is not None:
                if following not in order:
                    work.append((following, iter(edges[following])))
                elif following in open_nodes:
                    low[node] = min(low[node], order[following])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == order[node]:
                found.append([])
                while not found[-1] or found[-1][-1] != node:
                    found[-1].append(open_nodes.popitem()[0])
    return found


def cost_violations(graph: Graph) -> Iterator[Violation]:
    """Loops without progress; else chains, expansions and recursions over their limits, each at its lowest place."""
    here = {start: [each.address for each in held if not each.slot] for start, held in graph.edges.items()}
    levels = components(here)
    loops = [level for level in levels if len(level) > 1 or level[0] in here[level[0]]]
    for loop in loops:
        yield _loop(graph, loop)
    if loops:
        return
    chain: dict[str, int] = {}
    for (node,) in levels:
        chain[node] = 1 + max((chain[target] for target in here[node]), default=0)
        if chain[node] == MAX_DEPTH + 1:
            message = f"More than {MAX_DEPTH} schemas apply to one value one after the other, through references."
            yield _at(graph, node, "depth", message, "Merge some of them.")
    yield from _expansions(graph)
    yield from _doublings(graph, [node for (node,) in levels])


def _at(graph: Graph, address: str, code: str, message: str, fix: str) -> Violation:
    node = graph.nodes[address]
    pointer = node.pointer if not node.document else ""
    return Violation(f"profile-{code}", message, fix, pointer)


def _loop(graph: Graph, loop: list[str]) -> Violation:
    named = sorted(address for address in loop if "$ref" in graph.nodes[address].schema)
    shown = " → ".join(address.removeprefix("#") or "#" for address in [*named[:4], named[0]])
    message = f"The references form a loop that never moves on to a part of the value: {shown[:150]}."
    return _at(graph, named[0], "loop", message, "Let one of them stand under properties or items, or remove it.")


def _expansions(graph: Graph) -> Iterator[Violation]:
    """A recursive group counts once: what it costs to go round is the matter of _doublings."""
    sizes: dict[str, int] = {}
    for group in components({start: [each.address for each in held] for start, held in graph.edges.items()}):
        members = set(group)
        leaving = [each.address for start in group for each in graph.edges[start] if each.address not in members]
        size = len(group) + sum(sizes[each] for each in leaving)
        sizes.update(dict.fromkeys(group, size))
        if size > MAX_EXPANDED and all(sizes[each] <= MAX_EXPANDED for each in leaving):
            message = f"With every reference followed this has {size} subschemas; the limit is {MAX_EXPANDED}."
            yield _at(graph, min(group), "expansion", message, "Refer to a definition once where it is used twice.")


def _doublings(graph: Graph, levels: list[str]) -> Iterator[Violation]:
    """Recursive schemas that reach one part of a value in two ways: each level of the value doubles the errors.

    jsonschema needs time for it, jsonschema-rs lists 65,536 copies of one error 16 levels down (both measured).
    """
    edges = {start: [each.address for each in held] for start, held in graph.edges.items()}
    recursive: set[str] = set()
    leads: set[str] = set()
    for group in components(edges):
        if len(group) > 1 or group[0] in edges[group[0]]:
            recursive.update(group)
        if recursive.intersection(group) or any(each in leads for start in group for each in edges[start]):
            leads.update(group)
    slots: dict[str, set[str]] = {}
    doubled: set[str] = set()
    for node in levels:
        slots[node], twice = set(), False
        for edge in graph.edges[node]:
            if edge.address in leads and edge.slot != _NAMES:
                reached = {edge.slot} if edge.slot else slots[edge.address]
                twice = twice or not slots[node].isdisjoint(reached)
                slots[node] |= reached
        below = [edge.address for edge in graph.edges[node] if not edge.slot]
        if node in recursive and (twice or _overlap(slots[node]) or any(each in doubled for each in below)):
            doubled.add(node)
            if not any(each in doubled for each in below):
                message = "A recursive schema reaches the same part of a value in more than one way."
                yield _at(graph, node, "recursion", message, "Let one subschema describe that part for all branches.")


def _overlap(slots: set[str]) -> bool:
    wild = slots.intersection(_WILD.values())
    return any(slot not in wild and slot.partition("/")[0] == each.partition("/")[0] for each in wild for slot in slots)
