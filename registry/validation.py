"""Both JSON Schema validators behind one face: jsonschema is the authority, jsonschema-rs the one for every day.

Each tells only where which keyword of which subschema was broken; the words are ours, so that both give the same
violations and none repeats a large value. A violation stands where jsonschema places it, with three common readings:
what stands under propertyNames is `propertyNames` at the object, minContains and maxContains are `contains`, and a
schema `false` is the keyword `false` (`items: false` is `items` at the array).

The schema must be inside the profile (registry/schema_profile.py), the document a value as parse_json gives it.
Nothing is ever fetched: a reference that the profile does not allow raises SchemaRefused.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from registry.errors import Violation
from registry.json_text import MAX_DEPTH, MAX_INTEGER, pointer_part
from registry.schema_graph import APPLICATORS, Holds, build_graph, is_deeper, is_recursive
from registry.schema_profile import SchemaRefused
from registry.schema_texts import FORMATS, linear_engine
from registry.schema_wording import cut, message_about_name, message_of, show
from registry.validation_oracle import oracle

MAX_VIOLATIONS = 100
_KEPT = 2000
_NAMED = frozenset(keyword for keyword, holds in APPLICATORS.items() if holds is not Holds.ONE)
_NONE: Mapping[str, Any] = MappingProxyType({})
_Path = Sequence[str | int]


class _Fault(NamedTuple):
    """A broken keyword: path is its place in the document, schema the subschema that holds it.

    is_false: the value meets a schema `false`, which the keyword applies. name: a member's name that breaks the rule
    under propertyNames, None where that is a schema `false`.
    """

    path: _Path
    keyword: str
    schema: Any
    is_false: bool
    name: str | None
    rule: str


def judge(
    schema: Any, document: Any, *, bundled: Mapping[str, Any] = _NONE, file: str | None = None
) -> list[Violation]:
    """The first 100 violations in the order of the document, found by jsonschema. Raises SchemaRefused."""
    import referencing.exceptions

    if is_deeper(document, MAX_DEPTH) and is_recursive(build_graph(schema, bundled)):
        return [_depth_violation(file)]
    try:
        return _violations(map(_fault_of, oracle(schema, bundled).iter_errors(document)), document, file)
    except RecursionError:
        return [_depth_violation(file)]
    except referencing.exceptions.Unresolvable as error:
        raise SchemaRefused(f"The schema refers to what cannot be had: {cut(str(error))}") from error


def fast(schema: Any, *, bundled: Mapping[str, Any] = _NONE) -> "FastValidator":
    """A validator on jsonschema-rs, compiled once, to be kept. Raises SchemaRefused."""
    import jsonschema_rs

    try:
        compiled = jsonschema_rs.Draft202012Validator(
            schema,
            formats=dict(FORMATS),
            validate_formats=True,
            ignore_unknown_formats=False,
            registry=_registry(schema, bundled) if bundled else None,
            pattern_options=linear_engine(),
            offline=True,
        )
    except ValueError as error:
        raise SchemaRefused(f"The schema cannot be compiled: {cut(str(error))}") from error
    return FastValidator(schema, bundled, compiled, is_recursive(build_graph(schema, bundled)))


def _registry(schema: Any, bundled: Mapping[str, Any]) -> Any:
    """The bundled schemas, and the schema itself under its name, since a bundled one may refer back to it."""
    import jsonschema_rs

    own = {schema["$id"]: schema} if isinstance(schema, dict) and "$id" in schema else {}
    return jsonschema_rs.Registry(list({**bundled, **own}.items()))


@dataclass(frozen=True, slots=True)
class FastValidator:
    _schema: Any
    _bundled: Mapping[str, Any]
    _compiled: Any
    _is_recursive: bool

    def violations(self, document: Any, *, file: str | None = None) -> list[Violation]:
        """As judge gives them, only sooner."""
        if self._is_recursive and is_deeper(document, MAX_DEPTH):
            return [_depth_violation(file)]
        errors = list(self._compiled.iter_errors(document))
        return _violations(map(self._fault_of, errors), document, file) if errors else []

    def _fault_of(self, error: Any) -> _Fault:
        kind, way = error.kind.name, error.evaluation_path
        rule = str(way[-1]) if way else ""
        if kind == "propertyNames":
            # Its way starts at the definition where there was a $ref, so the kind alone says where it belongs.
            inner = error.kind.error
            name = None if inner.kind.name == "falseSchema" else inner.instance
            return _Fault(error.instance_path, kind, None, False, name, rule)
        keyword, holder = _end_of(way, self._schema, self._bundled)
        return _Fault(error.instance_path, keyword, holder, kind == "falseSchema", None, rule)


def _depth_violation(file: str | None) -> Violation:
    message = f"The document is nested too deep to be judged by a recursive schema; {MAX_DEPTH} levels are allowed."
    return Violation("schema-depth", message, "Nest less.", "", file)


def _end_of(way: _Path, schema: Any, bundled: Mapping[str, Any]) -> tuple[str, Any]:
    """The keyword to which a way through the schema leads, and the subschema that holds it.

    propertyNames ends the way: what a name breaks behind it has no place in the document.
    """
    root = here = schema
    place, keyword = 0, ""
    while place < len(way):
        keyword = str(way[place])
        step = 2 if keyword in _NAMED else 1
        if place + step >= len(way) or keyword == "propertyNames":
            break
        if keyword == "$ref":
            root, here = _target(here["$ref"], root, schema, bundled)
        else:
            here = here[keyword][way[place + 1]] if step == 2 else here[keyword]
        place += step
    return keyword, here


def _target(reference: str, root: Any, schema: Any, bundled: Mapping[str, Any]) -> tuple[Any, Any]:
    """The document and the subschema that a reference in root means."""
    document, _, pointer = reference.partition("#")
    if document:
        root = schema if document == schema.get("$id") else bundled[document]
    return root, root["$defs"][pointer.removeprefix("/$defs/")] if pointer else root


def _keyword_at(way: _Path) -> str:
    """As _end_of, for a way that leaves $ref out."""
    place, keyword = 0, ""
    while place < len(way) and keyword != "propertyNames":
        keyword = str(way[place])
        place += 2 if keyword in _NAMED else 1
    return keyword


def _site(fault: _Fault) -> tuple[_Path, str]:
    """Where the violation stands and the keyword it is known by."""
    keyword = fault.keyword
    if fault.is_false and keyword == "items":
        return fault.path[:-1], keyword
    if fault.is_false and keyword not in ("additionalProperties", "propertyNames"):
        return fault.path, "false"
    return fault.path, "contains" if keyword in ("minContains", "maxContains") else keyword


def _violations(faults: Iterable[_Fault], document: Any, file: str | None) -> list[Violation]:
    found: dict[tuple[Any, ...], Violation] = {}
    for fault in faults:
        path, keyword = _site(fault)
        seen = document
        for part in path:
            seen = seen[part]
        if keyword == "multipleOf" and abs(seen) > MAX_INTEGER:
            # The two differ on remainders of such numbers, which the range beside multipleOf refuses anyway.
            continue
        violation = _violation(fault, path, keyword, seen, file)
        found[*_order(path), (1, 0, keyword), (1, 0, violation.message)] = violation
        if len(found) > _KEPT:
            found = {key: found[key] for key in heapq.nsmallest(MAX_VIOLATIONS, found)}
    return [found[key] for key in sorted(found)[:MAX_VIOLATIONS]]


def _violation(fault: _Fault, path: _Path, keyword: str, seen: Any, file: str | None) -> Violation:
    if keyword == "propertyNames":
        message, fix = message_about_name(fault.name, fault.rule), ""
    else:
        message = message_of(keyword, fault.schema, seen)
        fix = cut(str(fault.schema.get("description", ""))) if keyword != "false" else ""
    pointer = "".join([f"/{cut(pointer_part(part), 100) if isinstance(part, str) else part}" for part in path])
    value = None if isinstance(seen, dict | list) else cut(seen, 80) if isinstance(seen, str) else show(seen)
    return Violation(f"schema-{keyword}", message, fix, pointer, file, value=value)


def _order(path: _Path) -> Iterator[tuple[int, int, str]]:
    """Sorts a value before its parts, and item 2 before item 10, which the order of texts does not."""
    return ((2, part, "") if isinstance(part, int) else (3, 0, part) for part in path)


def _fault_of(error: Any) -> _Fault:
    way = error.absolute_schema_path
    is_false = error.validator is None
    keyword = _keyword_at(way)
    if is_false and keyword != "propertyNames":
        # What jsonschema calls a broken items or additionalProperties is no schema `false`; this one came by $ref.
        keyword = "false"
    name = error.instance if keyword == "propertyNames" and not is_false else None
    return _Fault(error.absolute_path, keyword, error.schema, is_false, name, str(way[-1]) if way else "")
