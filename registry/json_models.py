"""JSON that comes in a request: read strictly, then held against a model, with every fault and its place. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from registry.errors import Invalid, Unreadable, Violation
from registry.ids import hidden_character
from registry.json_text import parse_json, pointer_part

Model = TypeVar("Model", bound=BaseModel)


class MalformedBody(Invalid):
    code = "malformed-body"
    title = "The body is not acceptable JSON"


class UnsupportedMediaType(Invalid):
    code = "unsupported-media-type"
    title = "A body of this media type is not read here"


class RequestRejected(Invalid):
    code = "invalid-request"
    title = "The request is not of the declared form"


def _visible(text: str) -> str:
    hidden = hidden_character(text)
    if hidden is not None:
        raise ValueError(f"the invisible character {hidden} is not allowed")
    return text


VisibleText = Annotated[str, AfterValidator(_visible)]


class In(BaseModel):
    """Nothing unknown, nothing converted: "4" is no number and true is not 1."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


def parsed(text: bytes, name: str = "The body") -> Any:
    """Raises MalformedBody."""
    try:
        return parse_json(text, file=name)
    except Unreadable as error:
        # A pointer into the body needs no file beside it.
        raise MalformedBody(error.detail, [replace(each, file=None) for each in error.violations]) from error


def validated(model: type[Model], value: Any) -> Model:
    """Raises RequestRejected with every fault and its JSON Pointer."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults: dict[str, Violation] = {}
        for each in error.errors(include_input=False, include_url=False):
            place = each["loc"] if each["type"] == "missing" else _place_in(value, each["loc"])
            pointer = "".join(f"/{pointer_part(str(part))}" for part in place)
            # A value that may be of several types is refused once by each of them.
            earlier = f"{faults[pointer].message}; or: " if pointer in faults else ""
            code = each["type"].replace("_", "-")
            # What our own rules say needs no word about how Python says it.
            message = each["msg"].removeprefix("Value error, ")
            faults[pointer] = Violation(code, f"{earlier}{message}", pointer=pointer)
        detail = f"The request breaks its declared form in {len(faults)} place(s)."
        raise RequestRejected(detail, faults.values()) from error


def _place_in(value: Any, path: Sequence[str | int]) -> list[str | int]:
    """The path as far as it leads: pydantic goes on with the type that it tried."""
    found: list[str | int] = []
    for part in path:
        is_index = isinstance(value, list) and isinstance(part, int)
        if not is_index and not (isinstance(value, dict) and part in value):
            break
        value = value[part]
        found.append(part)
    return found
