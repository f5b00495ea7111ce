"""What the register of regions knows of jurisdictions: where they lie, and the facts that classify them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.regions import service as regions
from registry.regions.answers import Reason, Region
from registry.regions.reference import MCA, Level, Reference, read_reference
from registry.standards.geography import Division
from registry.standards.standard import Standard


def paths_of(
    session: Session, references: Iterable[tuple[str, date | None]], on: date
) -> dict[str, tuple[Division, ...]]:
    """Of each reference its divisions from the top on the day; without those that mean none then.

    references: with the day on which they were written, where that is known. One that means different regions by its
    days, since its code was given away anew, means none. Raises NoDivisions, ReferenceRejected.
    """
    found: dict[str, set[tuple[Division, ...]]] = {}
    for text, written_on in references:
        found.setdefault(text, set()).add(path_of(session, text, written_on, on))
    single = {text: paths.pop() for text, paths in found.items() if len(paths) == 1}
    return {text: path for text, path in single.items() if path}


def path_of(session: Session, text: str, written_on: date | None, on: date) -> tuple[Division, ...]:
    """Empty where the reference means no region on the day. Raises NoDivisions, ReferenceRejected."""
    reference = read_reference(text)
    dated = Reference(reference.system, reference.code, reference.dated or written_on)
    resolution = regions.resolve(session, dated, on)
    if resolution.reason is Reason.NOT_KNOWN_THEN and reference.dated is None:
        # Of the day of writing nothing is known; then the code is read as of the day that is asked about.
        resolution = regions.resolve(session, reference, on)
    return tuple(_division(each) for each in regions.path(session, resolution))


def _division(region: Region) -> Division:
    return Division(str(region.reference), str(region.level))


def classes_of(session: Session, standard: Standard, region: str, on: date, known_at: datetime) -> dict[str, str]:
    """The values of the standard's classifying facts that are recorded of the region. Raises NoDivisions."""
    reference = read_reference(region)
    classes = {}
    for fact in sorted({each.classified_by for each in standard.parameters.values() if each.classified_by}):
        key = standard.facts[fact].region_fact
        value = regions.get_fact(session, reference, key, on, known_at).value if key is not None else None
        if value is not None:
            classes[fact] = value
    return classes


def every_region(session: Session, level: Level, on: date, within: str | None = None) -> Iterator[str]:
    """References of all regions of a level, or of those that lie in a region. Raises NoDivisions, RegionNotFound."""
    if within is None:
        found = regions.all_of(session, MCA, level, on)
    else:
        found = regions.descendants(session, regions.get_region(session, read_reference(within), on), level=level)
    return (str(each.reference) for each in found)
