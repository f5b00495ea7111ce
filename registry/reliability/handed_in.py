"""What a request hands in, as a submission. Pure: the parts of a body in, a value out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registry.canonical import canonical_json
from registry.errors import Invalid, Unreadable, Violation
from registry.json_text import parse_json
from registry.reliability.submission import JSON, ROLES, Options, SourceFile, Submission, media_type_of, require_zone
from registry.reliability.wire import ComparisonIn, OptionsIn, RequestRejected, validated


class MalformedBody(Invalid):
    code = "malformed-body"
    title = "The body is not acceptable JSON"


class UnsupportedMediaType(Invalid):
    code = "unsupported-media-type"
    title = "A body of this media type is not read here"


def submission_from_json(text: bytes) -> Submission:
    """An object by wire.ComparisonIn. The rows are kept as canonical JSON. Raises MalformedBody, RequestRejected."""
    body = validated(ComparisonIn, _parsed(text, "The body"))
    files = {role: SourceFile(f"{role}.json", canonical_json(getattr(body, role)), JSON) for role in ROLES}
    return Submission(**files, options=_options(body.options))


def submission_from_parts(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> Submission:
    """Three files (name, content) by role, and an `options` field holding JSON. Raises as submission_from_json."""
    faults = [_fault(role, "This file is missing.") for role in ROLES if role not in files]
    faults += [_fault(name, "There is no such file.") for name in files if name not in ROLES]
    faults += [_fault(name, "There is no such field.") for name in fields if name != "options"]
    if faults:
        raise RequestRejected(f"The form needs the files {', '.join(ROLES)} and may have a field options.", faults)
    options = validated(OptionsIn, _parsed(fields.get("options", "{}").encode("utf-8", "surrogatepass"), "options"))
    sources = {
        role: SourceFile(_name(name), content, media_type_of(_name(name))) for role, (name, content) in files.items()
    }
    return Submission(**sources, options=_options(options))


def _options(given: OptionsIn) -> Options:
    require_zone(given.zone)
    return Options(**given.model_dump())


def _parsed(text: bytes, name: str) -> Any:
    try:
        return parse_json(text, file=name)
    except Unreadable as error:
        # A pointer into the body needs no file beside it.
        raise MalformedBody(error.detail, [replace(each, file=None) for each in error.violations]) from error


def _fault(part: str, message: str) -> Violation:
    return Violation("bad-part", message, f"Files: {', '.join(ROLES)}; field: options.", column=part[:80])


def _name(given: str) -> str:
    """The last part of a file name, printable: what a browser sends may hold a path or line breaks."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each if each.isprintable() else "?" for each in last)[:200] or "file"
