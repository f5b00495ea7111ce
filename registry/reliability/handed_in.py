"""What a request hands in, as a submission. Pure: the parts of a body in, a value out."""

from collections.abc import Mapping

from registry.canonical import canonical_json
from registry.errors import Violation
from registry.json_text import parse_json
from registry.reliability.submission import CSV, JSON, PARQUET, XLS, XLSX, Options, SourceFile, Submission
from registry.reliability.wire import ComparisonIn, OptionsIn, RequestRejected, validated

_ROLES = ("reports", "spot_checks", "criteria")
_MEDIA_TYPES = {".csv": CSV, ".txt": CSV, ".json": JSON, ".xlsx": XLSX, ".xls": XLS, ".parquet": PARQUET}


def submission_from_json(text: bytes) -> Submission:
    """An object by wire.ComparisonIn. The rows are kept as canonical JSON. Raises Unreadable, RequestRejected."""
    body = validated(ComparisonIn, parse_json(text, file="The body"))
    files = {role: SourceFile(f"{role}.json", canonical_json(getattr(body, role)), JSON) for role in _ROLES}
    return Submission(**files, options=Options(**body.options.model_dump()))


def submission_from_parts(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> Submission:
    """Three files (name, content) by role, and an `options` field holding JSON. Raises as submission_from_json."""
    faults = [_fault(role, "This file is missing.") for role in _ROLES if role not in files]
    faults += [_fault(name, "There is no such part.") for name in (*files, *fields) if name not in (*_ROLES, "options")]
    if faults:
        raise RequestRejected(f"The form needs the files {', '.join(_ROLES)} and may have a field options.", faults)
    options = validated(OptionsIn, parse_json(fields.get("options", "{}").encode(), file="options"))
    sources = {role: SourceFile(_name(name), content, _media_type(name)) for role, (name, content) in files.items()}
    return Submission(**sources, options=Options(**options.model_dump()))


def _fault(part: str, message: str) -> Violation:
    return Violation("bad-part", message, f"Parts: {', '.join(_ROLES)}, options.", column=part[:80])


def _name(given: str) -> str:
    """The last part of a file name, printable: what a browser sends may hold a path or line breaks."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each if each.isprintable() else "?" for each in last)[:200] or "file"


def _media_type(name: str) -> str:
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _MEDIA_TYPES.get(suffix, CSV)
