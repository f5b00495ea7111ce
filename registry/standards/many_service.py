"""A standard resolved for every region of a level."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from registry.canonical import canonical_json
from registry.errors import Violation
from registry.regions.reference import Level
from registry.standards.document_errors import AmbiguousLocalization, DocumentRejected
from registry.standards.geography_service import every_region
from registry.standards.resolving_service import Asked, Resolver

Progress = Callable[[float, str], None]


def resolve_many(session: Session, asked: Asked, level: Level, progress: Progress) -> tuple[list[bytes], int]:
    """One line of JSON for each region: the resolved standard, or {"region", "violations"}; and how many of the latter.

    Raises StandardNotFound and DocumentRejected for what is wrong whatever the region, RegionNotFound, NoDivisions.
    """
    resolver = Resolver(session, asked)
    regions = list(every_region(session, level, asked.on, asked.region))
    lines, refused = [], 0
    for place, region in enumerate(regions):
        progress(place / len(regions), region)
        try:
            line = resolver.answer(region).resolved.canonical
        except (DocumentRejected, AmbiguousLocalization) as error:
            refused += 1
            violations = [_written(each) for each in error.violations] or [
                {"code": error.code, "message": error.detail}
            ]
            line = canonical_json({"region": region, "violations": violations})
        lines.append(line + b"\n")
    return lines, refused


def _written(violation: Violation) -> dict[str, str]:
    given = {
        "code": violation.code,
        "message": violation.message,
        "fix": violation.fix,
        "file": violation.file,
        "pointer": violation.pointer,
        "value": violation.value,
    }
    return {name: str(value) for name, value in given.items() if value}
