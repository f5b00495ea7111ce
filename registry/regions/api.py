"""JSON routes of regions: search as one types, look up, way up, what lies below, what changed. Reading is for all."""

from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query

from registry.deps import DayDep, ReadSessionDep, permitted
from registry.keyset import CursorRejected, decode_cursor, encode_cursor
from registry.regions import service
from registry.regions.reference import Level, Reference, read_reference, require_system
from registry.regions.search import Query as NameQuery
from registry.regions.wire import (
    ChangesOut,
    DescendantsOut,
    HitListOut,
    PathOut,
    ResolutionOut,
    change_out,
    hit_out,
    region_out,
    resolution_out,
)
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1/regions"

router = APIRouter(
    prefix=PREFIX,
    tags=["regions"],
    dependencies=[
        Depends(require_known_parameters), Depends(permitted("region.read")),
    ],
)  # fmt: skip


def asked_region(
    reference: Annotated[
        str, Path(max_length=100, description="For example mca:422828100, or mca:330103@2020-05-01 as of that day.")
    ],
) -> Reference:
    return read_reference(reference)


ReferenceDep = Annotated[Reference, Depends(asked_region)]
LevelQuery = Annotated[Level | None, Query(description="Only regions of this level.")]


@router.get("")
def search_regions(
    session: ReadSessionDep,
    on: DayDep,
    q: Annotated[str, Query(min_length=1, max_length=100, description="A part of a name; words before it: above it.")],
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    level: LevelQuery = None,
    system: Annotated[str | None, Query(max_length=40, description="Code system; default: all, mca first.")] = None,
) -> HitListOut:
    """Regions by a part of their name, exact names first, higher levels before lower ones."""
    query = NameQuery(q, on, limit, level)
    found = service.find(session, query, None if system is None else require_system(system))
    return HitListOut(on=on, regions=[hit_out(each) for each in found])


@router.get("/{reference}")
def show_region(session: ReadSessionDep, reference: ReferenceDep, on: DayDep) -> ResolutionOut:
    """What a reference means on a day. Where it was merged or split, what came in its place."""
    return resolution_out(service.get_region(session, reference, on))


@router.get("/{reference}/path")
def show_path(session: ReadSessionDep, reference: ReferenceDep, on: DayDep) -> PathOut:
    """The regions that it lies in on the day, from the top."""
    found = service.get_region(session, reference, on)
    path = service.path(session, found)
    return PathOut(resolution=resolution_out(found), path=[region_out(each) for each in path])


@router.get("/{reference}/descendants")
def list_descendants(
    session: ReadSessionDep,
    reference: ReferenceDep,
    on: DayDep,
    level: LevelQuery = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Regions of a page.")] = 100,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> DescendantsOut:
    """What lies in it on the day, at any depth."""
    found = service.get_region(session, reference, on)
    after = None
    if cursor is not None:
        (after,) = decode_cursor(cursor, str)
        if not service.lies_in(session, found, after):
            raise CursorRejected(cursor)
    page = list(islice(service.descendants(session, found, level=level, after=after), limit + 1))
    following = None
    if len(page) > limit:
        asked = {"on": on, "limit": limit, "cursor": encode_cursor(page[limit - 1].code)}
        following = f"{PREFIX}/{reference}/descendants?{urlencode(asked | ({'level': level} if level else {}))}"
    return DescendantsOut(
        resolution=resolution_out(found), regions=[region_out(each) for each in page[:limit]], next=following
    )


@router.get("/{reference}/changes")
def list_changes(session: ReadSessionDep, reference: ReferenceDep, on: DayDep) -> ChangesOut:
    """The recorded changes of what the reference means, or meant when it was written."""
    found = service.get_region(session, reference, on)
    return ChangesOut(
        resolution=resolution_out(found), changes=[change_out(each) for each in service.changes(session, found)]
    )
