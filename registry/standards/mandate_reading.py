"""Mandates and sources of a document, and the days on which things are in force. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from registry.errors import Violation
from registry.standards.declaring import unknown_reference
from registry.standards.document_errors import Code
from registry.standards.standard import Mandate
from registry.validity import Validity


def read_validity(
    document: Mapping[str, Any], pointer: str, outer: Validity | None = None
) -> tuple[Validity, list[Violation]]:
    """valid_from and valid_to of a document; what it does not say is that of outer, or open."""
    begins, ends = document.get("valid_from"), document.get("valid_to")
    default_from, default_to = (outer.valid_from, outer.valid_to) if outer is not None else (date.min, None)
    validity = Validity(
        date.fromisoformat(begins) if begins is not None else default_from,
        date.fromisoformat(ends) if ends is not None else default_to,
    )
    is_inherited = begins is None and ends is None
    if is_inherited or validity.valid_to is None or validity.valid_from < validity.valid_to:
        return validity, []
    message = f"It ends on the day on which it begins, {validity.valid_from}, or before."
    fix = "valid_to is the first day on which it is no longer in force."
    return validity, [Violation(Code.VALIDITY_ORDER, message, fix, f"{pointer}/valid_to", value=str(validity.valid_to))]


def read_mandates(
    documents: Sequence[Mapping[str, Any]], levels: Sequence[str]
) -> tuple[dict[str, Mandate], list[Violation]]:
    """By id. A mandate without days is always in force."""
    mandates: dict[str, Mandate] = {}
    violations: list[Violation] = []
    for place, each in enumerate(documents):
        pointer = f"/mandates/{place}"
        validity = None
        if "valid_from" in each or "valid_to" in each:
            validity, faults = read_validity(each, pointer)
            violations += faults
        level = each.get("level")
        if level is not None and level not in levels:
            violations.append(unknown_reference(level, levels, "levels", f"{pointer}/level"))
        mandates[each["id"]] = Mandate(each["id"], validity, each)
    return mandates, violations


def unknown_sources(
    members: Iterable[tuple[Mapping[str, Any], str]], sources: Sequence[Mapping[str, Any]]
) -> Iterator[Violation]:
    """Whatever says where it is from names one of the sources. members: with their pointers."""
    known = [each["id"] for each in sources]
    for document, pointer in members:
        for key in ("provenance", "bounds_provenance"):
            source = document.get(key, {}).get("source")
            if source is not None and source not in known:
                yield unknown_reference(source, known, "sources", f"{pointer}/{key}/source")
