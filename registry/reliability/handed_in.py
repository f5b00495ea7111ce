"""What a request hands in, as a submission. Pure: the parts of a body in, a value out."""

from collections.abc import Mapping, Sequence

from registry.canonical import canonical_json
from registry.errors import Violation
from registry.file_formats import shown_name
from registry.json_models import RequestRejected, parsed, validated
from registry.reliability.submission import JSON, ROLES, Options, SourceFile, Submission, media_type_of, require_zone
from registry.reliability.wire import ComparisonIn, OptionsIn


def submission_from_json(text: bytes) -> Submission:
    """An object by wire.ComparisonIn. The rows are kept as canonical JSON. Raises MalformedBody, RequestRejected."""
    body = validated(ComparisonIn, parsed(text))
    files = {role: SourceFile(f"{role}.json", canonical_json(getattr(body, role)), JSON) for role in ROLES}
    return Submission(**files, options=_options(body.options))


def require_single(names: Sequence[str]) -> None:
    """Parts of a form, each once. Raises RequestRejected."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        faults = [_fault(name, "This part is given more than once.") for name in repeated]
        raise RequestRejected(f"The form has {', '.join(repeated)[:200]} more than once.", faults)


def submission_from_parts(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> Submission:
    """Three files (name, content) by role, and an `options` field holding JSON. Raises as submission_from_json."""
    faults = [_fault(role, "This file is missing.") for role in ROLES if role not in files]
    faults += [_fault(name, "There is no such file.") for name in files if name not in ROLES]
    faults += [_fault(name, "There is no such field.") for name in fields if name != "options"]
    if faults:
        raise RequestRejected(f"The form needs the files {', '.join(ROLES)} and may have a field options.", faults)
    options = validated(OptionsIn, parsed(fields.get("options", "{}").encode("utf-8", "surrogatepass"), "options"))
    named = {role: (shown_name(name), content) for role, (name, content) in files.items()}
    sources = {role: SourceFile(name, content, media_type_of(name)) for role, (name, content) in named.items()}
    return Submission(**sources, options=_options(options))


def _options(given: OptionsIn) -> Options:
    require_zone(given.zone)
    return Options(**given.model_dump())


def _fault(part: str, message: str) -> Violation:
    return Violation("bad-part", message, f"Files: {', '.join(ROLES)}; field: options.", column=part[:80])
