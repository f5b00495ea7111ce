"""What is wrong with a value, in words: from the broken keyword, its subschema and the value, whoever found it."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from registry.schema_texts import matcher

MESSAGE_LENGTH = 200
_SHOWN = 40
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_KINDS = {"dict": "an object", "list": "an array", "str": "a text", "bool": "true or false", "NoneType": "null"}
_TYPES = {"object": "an object", "array": "an array", "string": "a text", "boolean": "true or false", "null": "null",
          "number": "a number", "integer": "a whole number"}  # fmt: skip


def cut(text: str, length: int = MESSAGE_LENGTH) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def message_of(keyword: str, schema: Any, seen: Any) -> str:
    """keyword: the broken one, or `false`; schema: the subschema that holds it."""
    if keyword not in _MESSAGES:
        return "Nothing may stand here."
    return cut(_MESSAGES[keyword](schema.get(keyword), schema, seen))


def message_about_name(name: str | None, inner: str) -> str:
    """A member's name breaks a keyword under propertyNames; None where no name at all would do."""
    return "No member is allowed here." if name is None else cut(f"The name {show(name)} breaks the rule {inner}.")


def show(value: Any) -> str:
    """A scalar as JSON, cut; an array or object by its kind alone."""
    if isinstance(value, dict | list):
        return _KINDS[type(value).__name__]
    return _as_json(cut(value, _SHOWN)) if isinstance(value, str) else cut(_as_json(value), _SHOWN)


def _list(values: Iterable[Any]) -> str:
    shown = [show(each) for each in values]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")


def _type(types: Any, seen: Any) -> str:
    wanted = " or ".join(_TYPES[each] for each in ([types] if isinstance(types, str) else types))
    return f"Must be {wanted}, not {_KINDS.get(type(seen).__name__, f'the number {show(seen)}')}."


def unknown_members(schema: Any, value: dict[str, Any]) -> list[str]:
    """The members that additionalProperties speaks of."""
    fits = [matcher(pattern) for pattern in schema.get("patternProperties", ())]
    known = schema.get("properties", ())
    return [name for name in value if name not in known and not any(each(name) for each in fits)]


def _at_most(count: int, limit: int) -> str:
    return f"Has {count} items; at most {limit} are allowed."


def _contains(schema: Any) -> str:
    least, most = schema.get("minContains", 1), schema.get("maxContains")
    return f"At least {least}{'' if most is None else f' and at most {most}'} of its items must be of a certain kind."


def _dependents(rule: dict[str, list[str]], seen: Any) -> str:
    missing = {each for name, names in rule.items() if name in seen for each in names if each not in seen}
    return f"Members that others need are missing: {_list(sorted(missing))}."


_Message = Callable[[Any, Any, Any], str]
_MESSAGES: dict[str, _Message] = {
    "type": lambda limit, _, seen: _type(limit, seen),
    "enum": lambda limit, _, seen: f"Must be one of {_list(limit)}, not {show(seen)}.",
    "const": lambda limit, _, seen: f"Must be {show(limit)}, not {show(seen)}.",
    "required": lambda limit, _, seen: f"Missing: {_list(name for name in limit if name not in seen)}.",
    "dependentRequired": lambda limit, _, seen: _dependents(limit, seen),
    "additionalProperties": lambda _, schema, seen: f"Unknown members: {_list(unknown_members(schema, seen))}.",
    "items": lambda _, schema, seen: (
        f"Has {len(seen)} items; at most {len(schema.get('prefixItems', ()))} are allowed."
    ),
    "contains": lambda _, schema, __: _contains(schema),
    "minItems": lambda limit, _, seen: f"Has {len(seen)} items; at least {limit} are needed.",
    "maxItems": lambda limit, _, seen: _at_most(len(seen), limit),
    "uniqueItems": lambda *_: "An item stands in it twice; each may stand there once.",
    "minLength": lambda limit, _, seen: f"Has {len(seen)} characters; at least {limit} are needed.",
    "maxLength": lambda limit, _, seen: f"Has {len(seen)} characters; at most {limit} are allowed.",
    "pattern": lambda limit, _, seen: f"{show(seen)} does not fit the pattern {cut(limit, 100)}",
    "format": lambda limit, _, seen: f"{show(seen)} is not a {limit} as RFC 3339 or RFC 9562 writes it.",
    "minProperties": lambda limit, _, seen: f"Has {len(seen)} members; at least {limit} are needed.",
    "maxProperties": lambda limit, _, seen: f"Has {len(seen)} members; at most {limit} are allowed.",
    "minimum": lambda limit, _, seen: f"{show(seen)} is less than {show(limit)}.",
    "maximum": lambda limit, _, seen: f"{show(seen)} is more than {show(limit)}.",
    "exclusiveMinimum": lambda limit, _, seen: f"{show(seen)} is not more than {show(limit)}.",
    "exclusiveMaximum": lambda limit, _, seen: f"{show(seen)} is not less than {show(limit)}.",
    "multipleOf": lambda limit, _, seen: f"{show(seen)} is not a multiple of {limit}.",
    "anyOf": lambda limit, *_: f"Fits none of the {len(limit)} alternatives.",
    "oneOf": lambda limit, *_: f"Must fit exactly one of the {len(limit)} alternatives.",
    "not": lambda *_: "Is what must not stand here.",
}
