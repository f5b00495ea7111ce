"""The keywords of JSON Schema 2020-12 that a schema may use, and what each of them may say."""

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any

from registry.errors import Violation
from registry.json_text import MAX_INTEGER, pointer_part
from registry.schema_graph import APPLICATORS, MAX_DEPTH, Holds, Node
from registry.schema_texts import FORMATS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_BRANCHES = 50
MAX_ENUM = 5000
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_INTEGER if isinstance(value, int) else value - value == 0.0


def _is_step(value: Any) -> bool:
    return _is_count(value) and value > 0


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value) and len(set(value)) == len(value)


def _is_types(value: Any) -> bool:
    named = [value] if isinstance(value, str) else value
    return bool(named) and _is_names(named) and set(named) <= set(_TYPES)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_name_lists(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_names(each) for each in value.values())


def _is_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict | bool) for each in value)


def _is_schema_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict | bool) for each in value.values())


_Rule = tuple[Callable[[Any], bool], str]
_COUNT: _Rule = (_is_count, "a whole number from 0")
_NUMBER: _Rule = (_is_number, "a finite number, whole ones within 2**53 - 1")
_TEXT: _Rule = (_is_text, "a text")
_FLAG: _Rule = (_is_flag, "true or false")
_HELD: dict[Holds, _Rule] = {
    Holds.ONE: (lambda value: isinstance(value, dict | bool), "a schema: an object, true or false"),
    Holds.LIST: (_is_schemas, "a list of at least one schema"),
    Holds.MAP: (_is_schema_map, "an object whose members are schemas"),
}
_ANYTHING: _Rule = (lambda _: True, "")
_RULES: dict[str, _Rule] = {
    **{keyword: _HELD[holds] for keyword, holds in APPLICATORS.items()},
    **dict.fromkeys(("maxItems", "minItems", "maxLength", "minLength", "maxProperties", "minProperties"), _COUNT),
    **dict.fromkeys(("maxContains", "minContains"), _COUNT),
    **dict.fromkeys(("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"), _NUMBER),
    **dict.fromkeys(("title", "description", "$comment", "pattern", "format", "$ref", "$id", "$schema"), _TEXT),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly", "uniqueItems"), _FLAG),
    **dict.fromkeys(("const", "default"), _ANYTHING),
    "dependentRequired": (_is_name_lists, "an object whose members are lists of different names"),
    "enum": (lambda value: isinstance(value, list) and 0 < len(value) <= MAX_ENUM, f"a list of 1 to {MAX_ENUM} values"),
    "examples": (lambda value: isinstance(value, list), "a list"),
    "multipleOf": (_is_step, "a whole number from 1: validators differ on decimal steps; count in a smaller unit"),
    "required": (_is_names, "a list of different names"),
    "type": (_is_types, f"one or several different ones of {', '.join(_TYPES)}"),
}
_REFUSED = {
    **dict.fromkeys(("$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"),
                    "Use $ref with #/$defs/<name>."),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"),
                    "Close an object with additionalProperties and an array with items."),
    **dict.fromkeys(("contentEncoding", "contentMediaType", "contentSchema"), "It asserts nothing."),
    "$vocabulary": "Validators differ on vocabularies.",
    "additionalItems": "Use items beside prefixItems.",
    "definitions": "Use $defs.",
    "dependencies": "Use dependentRequired or dependentSchemas.",
    "id": "Use $id.",
}  # fmt: skip
# A keyword that does nothing without another one is a mistake that no validator reports.
_COMPANIONS = {"then": "if", "else": "if", "minContains": "contains", "maxContains": "contains"}
_URN = re.compile("urn:[a-z0-9][a-z0-9-]{1,31}:[A-Za-z0-9._:-]{1,160}")
_DEFINITION = re.compile("[A-Za-z0-9._-]{1,100}")
_ROOT_ONLY = ("$schema", "$id", "$defs")


def keyword_violations(node: Node) -> Iterator[Violation]:
    if node.depth > MAX_DEPTH:
        message = f"The subschema is nested deeper than {MAX_DEPTH} levels."
        yield Violation("profile-depth", message, "Move it to $defs and refer to it.", node.pointer)
        return
    for keyword, value in node.schema.items() if isinstance(node.schema, dict) else ():
        if keyword.startswith("x-"):
            continue
        pointer = f"{node.pointer}/{pointer_part(keyword[:80])}"
        if keyword not in _RULES:
            yield _unknown(keyword, pointer)
        elif not _RULES[keyword][0](value):
            yield Violation(
                "profile-value", f"{keyword} must be {_RULES[keyword][1]}.", "", pointer, value=_seen(value)
            )
        elif (problem := _misplaced(node, keyword, value)) is not None:
            yield Violation(f"profile-{problem[0]}", problem[1], problem[2], pointer)


def _unknown(keyword: str, pointer: str) -> Violation:
    if keyword in _REFUSED:
        return Violation("profile-keyword", f"{keyword} is not part of the profile.", _REFUSED[keyword], pointer)
    near = difflib.get_close_matches(keyword[:40], _RULES, n=1, cutoff=0.7)
    fix = f"Did you mean {near[0]}?" if near else "Remove it, or start its name with x- if it is an extension."
    return Violation(
        "profile-unknown-keyword", f"{keyword[:40]!r} is not a keyword: no validator looks at it.", fix, pointer
    )


def _misplaced(node: Node, keyword: str, value: Any) -> tuple[str, str, str] | None:
    """(code, message, fix) of a keyword whose value is of the right kind but not allowed here."""
    if keyword in _ROOT_ONLY and node.pointer:
        return "place", f"{keyword} stands at the root of a schema only.", "Move it there."
    if keyword in _COMPANIONS and _COMPANIONS[keyword] not in node.schema:
        return "companion", f"{keyword} does nothing without {_COMPANIONS[keyword]}.", "Add that, or remove this."
    return _TERMS[keyword](value) if keyword in _TERMS else None


def _dialect(value: str) -> tuple[str, str, str] | None:
    message = f"$schema {value[:80]!r} is not the dialect used here."
    return None if value == DIALECT else ("dialect", message, f"Write {DIALECT}.")


def _identifier(value: str) -> tuple[str, str, str] | None:
    message = f"$id {value[:80]!r} is not a name of the form urn:<space>:<name>."
    return None if _URN.fullmatch(value) else ("id", message, "Give it a name; an address is none.")


def _definitions(value: dict[str, Any]) -> tuple[str, str, str] | None:
    bad = [name for name in value if not _DEFINITION.fullmatch(name)]
    message = f"The definition {bad[0][:40]!r} has signs that a reference would have to escape." if bad else ""
    return ("name", message, "Use up to 100 of A-Z a-z 0-9 . _ -") if bad else None


def _branches(value: list[Any]) -> tuple[str, str, str] | None:
    message = f"There are {len(value)} branches; the limit is {MAX_BRANCHES}."
    return ("branches", message, "Use enum, or if and then.") if len(value) > MAX_BRANCHES else None


def _format(value: str) -> tuple[str, str, str] | None:
    message = f"The format {value[:40]!r} is not asserted here; known are {', '.join(FORMATS)}."
    return None if value in FORMATS else ("format", message, "Use a pattern.")


_TERMS: dict[str, Callable[[Any], tuple[str, str, str] | None]] = {
    "$schema": _dialect, "$id": _identifier, "$defs": _definitions, "anyOf": _branches, "oneOf": _branches,
    "format": _format,
}  # fmt: skip


def _seen(value: Any) -> str:
    if isinstance(value, str | float | bool | None) or (isinstance(value, int) and abs(value) <= MAX_INTEGER):
        return repr(value)[:80]
    return type(value).__name__
