"""jsonschema as this registry uses it: nothing fetched, our formats, and some keywords given anew.

Patterns go through the linear engine (its own needs hours for some), uniqueItems on scalars through a set, and what
meets a schema `false` under a name gets its own place (jsonschema 4.26 gives its parent's). All else stays its own.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from registry.schema_texts import FORMATS, matcher
from registry.schema_wording import unknown_members


def oracle(schema: Any, bundled: Mapping[str, Any]) -> Any:
    """A validator whose iter_errors gives jsonschema's errors."""
    import referencing
    from referencing.jsonschema import DRAFT202012

    # A schema that names its dialect would be judged by the stock class of that dialect wherever it is referred to.
    plain = {name: _without_dialect(each) for name, each in bundled.items()}
    registry: Any = referencing.Registry().with_resources(
        (name, DRAFT202012.create_resource(each)) for name, each in plain.items()
    )
    validator_class, checker = _oracle_class()
    return validator_class(_without_dialect(schema), registry=registry, format_checker=checker)


def _without_dialect(schema: Any) -> Any:
    return {key: each for key, each in schema.items() if key != "$schema"} if isinstance(schema, dict) else schema


@cache
def _oracle_class() -> tuple[Any, Any]:
    import jsonschema

    checker = jsonschema.FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checks(name)(_on_texts(check))
    keywords = {
        "pattern": _pattern,
        "properties": _properties,
        "prefixItems": _prefix_items,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
    }
    extend: Any = jsonschema.validators.extend
    return extend(jsonschema.Draft202012Validator, keywords), checker


def _on_texts(check: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or check(value)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[Any]:
    import jsonschema

    if isinstance(instance, str) and not matcher(pattern)(instance):
        yield jsonschema.ValidationError("does not match")


def _descend(validator: Any, value: Any, below: Any, part: str | int, named: str | int) -> Iterator[Any]:
    """As validator.descend, which for a schema `false` forgets where it stands."""
    for error in validator.descend(value, below, path=part, schema_path=named):
        if below is False:
            error.path.appendleft(part)
            error.schema_path.appendleft(named)
        yield error


def _properties(validator: Any, properties: dict[str, Any], instance: Any, _: Any) -> Iterator[Any]:
    for name, below in properties.items() if isinstance(instance, dict) else ():
        if name in instance:
            yield from _descend(validator, instance[name], below, name, name)


def _prefix_items(validator: Any, prefix: list[Any], instance: Any, _: Any) -> Iterator[Any]:
    for place, below in enumerate(prefix[: len(instance)] if isinstance(instance, list) else ()):
        yield from _descend(validator, instance[place], below, place, place)


def _pattern_properties(validator: Any, patterns: dict[str, Any], instance: Any, _: Any) -> Iterator[Any]:
    for pattern, below in patterns.items() if isinstance(instance, dict) else ():
        fits = matcher(pattern)
        for name in filter(fits, instance):
            yield from _descend(validator, instance[name], below, name, pattern)


def _additional_properties(validator: Any, below: Any, instance: Any, schema: Any) -> Iterator[Any]:
    import jsonschema

    if not isinstance(instance, dict):
        return
    extra = unknown_members(schema, instance)
    if below is False and extra:
        yield jsonschema.ValidationError("additional members")
    for name in extra if isinstance(below, dict) else ():
        yield from validator.descend(instance[name], below, path=name)


def _unique_items(validator: Any, is_asked: bool, instance: Any, schema: Any) -> Iterator[Any]:
    import jsonschema

    if not is_asked or not isinstance(instance, list):
        return
    if any(isinstance(each, dict | list) for each in instance):
        yield from jsonschema.Draft202012Validator.VALIDATORS["uniqueItems"](validator, is_asked, instance, schema)
    elif len({(isinstance(each, bool), each) for each in instance}) < len(instance):
        yield jsonschema.ValidationError("twice")
