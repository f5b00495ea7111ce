"""JSON routes of the log: its checkpoint for everybody, proofs, entries for those who may read them."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.audit import queries, service
from registry.audit.checkpoint import log_key, trusted
from registry.audit.models import Entry
from registry.audit.wire import ConsistencyOut, CosignatureIn, CosignedOut, EntryListOut, EntryOut, ProofOut
from registry.deps import LogKeysDep, NowDep, ReadSessionDep, WriterDep, permitted
from registry.json_bodies import body_of, documented
from registry.json_text import MAX_INTEGER
from registry.keyset import decode_cursor, encode_cursor
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1/audit"
_TEXT = "text/plain"

router = APIRouter(
    prefix=PREFIX,
    tags=["audit"],
    dependencies=[Depends(require_known_parameters)],
)
FOR_EVERYBODY = [Depends(permitted("log.verify"))]
FOR_READERS = [Depends(permitted("log.read"))]
Size = Annotated[int | None, Query(ge=1, le=MAX_INTEGER, description="Of a signed checkpoint; default: the newest.")]


@router.get("/checkpoint", responses={200: {"content": {_TEXT: {}}}}, response_model=None, dependencies=FOR_EVERYBODY)
def get_checkpoint(session: ReadSessionDep, size: Size = None) -> Response:
    """The signed size and root of the log, with the signatures of its witnesses: a C2SP checkpoint. Keep it."""
    note = queries.note_of(session, queries.get_checkpoint(session, size))
    return Response(note, media_type=f"{_TEXT}; charset=utf-8")


@router.get("/entries", dependencies=FOR_READERS)
def list_entries(
    session: ReadSessionDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")] = 100,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
    subject: Annotated[str | None, Query(max_length=200, description="For example comparison:<id>.")] = None,
) -> EntryListOut:
    """Who did what to whom and when, in the order of the log, without payloads."""
    (after,) = decode_cursor(cursor, int) if cursor is not None else (-1,)
    found = queries.list_entries(session, limit=limit + 1, after=after, subject=subject)
    following = None
    if len(found) > limit:
        asked = {"limit": limit, "cursor": encode_cursor(found[limit - 1].index)}
        following = f"{PREFIX}/entries?{urlencode(asked | ({'subject': subject} if subject else {}))}"
    return EntryListOut(entries=[_entry_out(each) for each in found[:limit]], next=following)


def _entry_out(entry: Entry) -> EntryOut:
    return EntryOut(index=entry.index, entry=entry.entry, salt=entry.salt.hex(), leaf=entry.leaf.hex())


@router.get("/entries/{index}/proof", dependencies=FOR_EVERYBODY)
def prove_entry(
    index: Annotated[int, Path(ge=0, le=MAX_INTEGER)], session: ReadSessionDep, size: Size = None
) -> ProofOut:
    """That the entry of this index is in the log that the checkpoint was signed over."""
    checkpoint = queries.get_checkpoint(session, size)
    path = queries.inclusion_proof(session, index, checkpoint.size)
    return ProofOut(
        index=index,
        size=checkpoint.size,
        hashes=[each.hex() for each in path],
        checkpoint=queries.note_of(session, checkpoint),
    )


@router.get("/consistency", dependencies=FOR_EVERYBODY)
def prove_consistency(
    session: ReadSessionDep,
    earlier: Annotated[int, Query(alias="from", ge=0, le=MAX_INTEGER, description="Size of the earlier checkpoint.")],
    later: Annotated[int, Query(alias="to", ge=0, le=MAX_INTEGER, description="Size of the later one.")],
) -> ConsistencyOut:
    """That the log only grew from one size to the other."""
    path = queries.consistency_proof(session, earlier, later)
    return ConsistencyOut(earlier=earlier, later=later, hashes=[each.hex() for each in path])


@router.post("/cosignatures", dependencies=FOR_EVERYBODY, openapi_extra=documented(CosignatureIn))
def add_cosignatures(
    given: Annotated[CosignatureIn, Depends(body_of(CosignatureIn))], keys: LogKeysDep, write: WriterDep, now: NowDep
) -> CosignedOut:
    """For witnesses: the checkpoint back, with your signature. The signature itself shows who you are."""
    note = trusted(given.checkpoint, log_key(keys))
    size = note.checkpoint.size
    added = write(lambda session: service.add_cosignatures(session, keys.witnesses, size, given.checkpoint, now))
    return CosignedOut(size=size, added=added)
