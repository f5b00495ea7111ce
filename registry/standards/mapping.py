"""Which criteria of one standard answer to which of another, held against both. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, islice
from typing import Any

from registry.errors import Violation
from registry.standards.declaring import MAX_SUGGESTIONS, MAX_VIOLATIONS, did_you_mean, repeated
from registry.standards.document_errors import Code, MappingRejected
from registry.standards.domains import shown
from registry.standards.mandate_reading import unknown_sources
from registry.standards.reading import version_violations
from registry.standards.standard import Standard


def check_mapping(document: Mapping[str, Any], source: Standard, target: Standard, file: str | None = None) -> None:
    """document: of the schema mapping.v1.

    Raises MappingRejected with every violation; of more than a hundred, with the first hundred.
    """
    violations = chain(
        version_violations(document),
        _of_sources(document),
        _of_pin(document["source"], source, "/source"),
        _of_pin(document["target"], target, "/target"),
        _of_parts(document["entries"], "sources", source),
        _of_parts(document["entries"], "targets", target),
    )
    found = [replace(each, file=file) for each in islice(violations, MAX_VIOLATIONS)]
    if found:
        raise MappingRejected(f"The mapping does not fit {source.reference} and {target.reference}.", found)


def _of_sources(document: Mapping[str, Any]) -> Iterator[Violation]:
    sources = document.get("sources", ())
    ids = [each["id"] for each in sources]
    for place in repeated(ids):
        yield Violation(
            Code.DUPLICATE_ID, "This stands twice.", "Leave one out.", f"/sources/{place}/id", value=ids[place]
        )
    yield from unknown_sources(((each, f"/entries/{place}") for place, each in enumerate(document["entries"])), sources)


def _of_pin(pin: Mapping[str, Any], standard: Standard, pointer: str) -> Iterator[Violation]:
    named = f"{pin['id']}@{pin['version']}"
    if named != standard.reference:
        message = f"This is {standard.reference}, not {named}."
        yield Violation(Code.STANDARD_MISMATCH, message, f"Take {named}.", pointer, value=named)
    elif pin.get("sha256", standard.sha256) != standard.sha256:
        message = f"It is written for other content of {named}, which has the digest {standard.sha256}."
        fix = "Look at what changed, then write the new digest."
        yield Violation(Code.IMPORT_DIGEST_MISMATCH, message, fix, f"{pointer}/sha256", value=pin["sha256"])


def _of_parts(entries: Sequence[Mapping[str, Any]], side: str, standard: Standard) -> Iterator[Violation]:
    """Every criterion exists and stands in one entry, or in several with shares that add up to 1."""
    known = dict.fromkeys(each.id for each in standard.criteria)
    # To look for the nearest of thousands of names takes a while.
    suggestions = 0
    shares: dict[str, list[tuple[str, str | None]]] = {}
    for place, entry in enumerate(entries):
        ids = [part["criterion"] for part in entry[side]]
        for doubled in repeated(ids):
            pointer = f"/entries/{place}/{side}/{doubled}/criterion"
            message = "This criterion stands twice in the entry."
            yield Violation(Code.DUPLICATE_ID, message, "Leave one out.", pointer, value=ids[doubled])
        for n, part in enumerate(entry[side]):
            pointer = f"/entries/{place}/{side}/{n}"
            if part["criterion"] not in known:
                message = f"{standard.reference} has no such criterion."
                suggested = known if suggestions < MAX_SUGGESTIONS else ()
                suggestions += 1
                fix = did_you_mean(part["criterion"], suggested, "criteria of the standard")
                yield Violation(Code.UNKNOWN_CRITERION, message, fix, f"{pointer}/criterion", value=part["criterion"])
            shares.setdefault(part["criterion"], []).append((pointer, part.get("share")))
    for criterion, found in shares.items():
        yield from _of_shares(criterion, found)


def _of_shares(criterion: str, found: Sequence[tuple[str, str | None]]) -> Iterator[Violation]:
    pointer = f"{found[-1][0]}/share"
    if len(found) > 1 and any(share is None for _, share in found):
        message = f"{criterion} stands in {len(found)} entries, and not each says which share of it."
        yield Violation(Code.SHARES_NOT_ONE, message, "Give each a share; they add up to 1.", pointer, value=criterion)
        return
    parts = [Fraction(share) for _, share in found if share is not None]
    if parts and (sum(parts) != 1 or min(parts) <= 0):
        message = (
            f"The shares of {criterion} add up to {shown(sum(parts, Fraction(0)))}; each is more than 0, all are 1."
        )
        yield Violation(Code.SHARES_NOT_ONE, message, "Correct the shares.", pointer, value=criterion)
