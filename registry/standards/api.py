"""JSON routes of standards: what is published, what a standard means in a place on a day, and whether documents are
right. Drafts and publishing are in draft_api.py."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.canonical import canonical_json
from registry.deps import DayDep, NowDep, ReadSessionDep, permitted
from registry.json_bodies import body_of, documented
from registry.keyset import CursorRejected, decode_cursor, encode_cursor
from registry.request_rules import require_known_parameters
from registry.standards.checking_service import check_sources
from registry.standards.document_kinds import DocumentKind
from registry.standards.library_service import Given, Library, given_document
from registry.standards.lists import listed
from registry.standards.resolving_service import Answer, Asked, resolve_asked
from registry.standards.wire import CheckedListOut, CheckedOut, DocumentsIn, KnownListOut, ResolveIn, known_out
from registry.validity import legal_day

PREFIX = "/api/v1/standards"
JSON = "application/json"
_ID = "^[a-z][a-z0-9]*([-.][a-z0-9]+)+$"

router = APIRouter(prefix=PREFIX, tags=["standards"], dependencies=[Depends(require_known_parameters)])
READ = Depends(permitted("standard.read"))
CHECK = Depends(permitted("standard.check"))


def named(
    document_id: Annotated[str, Path(max_length=100, pattern=_ID, description="Of a document.")],
    version: Annotated[str, Path(max_length=40, pattern="^[0-9A-Za-z.-]+$", description="As 1.0.0.")],
) -> str:
    return f"{document_id}@{version}"


ReferenceDep = Annotated[str, Depends(named)]
IdPath = Annotated[str, Path(max_length=100, pattern=_ID, description="Of documents: all versions of one.")]


def _object(description: str) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: what comes is made elsewhere, byte by byte."""
    content = {JSON: {"schema": {"type": "object", "description": description}}}
    return {200: {"content": content, "description": "With its digest as the ETag."}}


_RESOLVED = _object(
    "resolved: by schemas/resolved-standard.v1.json, in canonical form; sha256 is its digest. is_stale: an input has "
    "been replaced by the day; successors name by what (input, replaced_by, valid_from)."
)


@router.get("", dependencies=[READ])
def list_standards(
    session: ReadSessionDep,
    on: DayDep,
    kind: Annotated[DocumentKind | None, Query(description="Only of this kind.")] = None,
    of: Annotated[str | None, Query(max_length=141, description="Only localizations of this, ID@VERSION.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Versions of a page.")] = 100,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> KnownListOut:
    """What is published, by id and version, with its status on the day."""
    known = listed(Library(session).known, kind, of)
    if cursor is not None:
        last_seen = "@".join(decode_cursor(cursor, str, str))
        references = [each.reference for each in known]
        if last_seen not in references:
            raise CursorRejected(cursor)
        known = known[references.index(last_seen) + 1 :]
    following = None
    if len(known) > limit:
        last = known[limit - 1]
        asked = {"on": on, "kind": kind, "of": of, "limit": limit, "cursor": encode_cursor(last.id, last.version)}
        following = f"{PREFIX}?{urlencode({name: value for name, value in asked.items() if value is not None})}"
    return KnownListOut(on=on, standards=[known_out(each, on) for each in known[:limit]], next=following)


@router.post("/resolve", dependencies=[CHECK], openapi_extra=documented(ResolveIn), responses=_RESOLVED)
def resolve_documents(
    session: ReadSessionDep, now: NowDep, wanted: Annotated[ResolveIn, Depends(body_of(ResolveIn))]
) -> Response:
    """What a standard means with localizations that are handed in or published."""
    sources = {f"/localizations/{place}": each for place, each in enumerate(wanted.localizations)}
    given, references = _sources({"/standard": wanted.standard} | sources)
    on = date.fromisoformat(wanted.on) if wanted.on is not None else legal_day(now)
    classes = wanted.classes or {}
    sheet = None if wanted.fact_sheet is None else Given(wanted.fact_sheet, "/fact_sheet")
    asked = Asked(references[0], on, now, tuple(references[1:]), wanted.region, classes, tuple(given), sheet)
    return _answered(resolve_asked(session, asked))


@router.post("/validate", dependencies=[CHECK], openapi_extra=documented(DocumentsIn))
def validate_documents(
    session: ReadSessionDep, now: NowDep, wanted: Annotated[DocumentsIn, Depends(body_of(DocumentsIn))]
) -> CheckedListOut:
    """Whether documents, which may build on each other, are right. 422 with every violation where they are not."""
    given, references = _sources({f"/documents/{place}": each for place, each in enumerate(wanted.documents)})
    checked = check_sources(session, references, given, [], legal_day(now))
    return CheckedListOut(
        valid=[CheckedOut(reference=each.reference, kind=each.kind, sha256=each.sha256) for each in checked]
    )


@router.get("/{document_id}", dependencies=[READ])
def list_versions(session: ReadSessionDep, document_id: IdPath, on: DayDep) -> KnownListOut:
    """All published versions under an id. Empty where there are none."""
    known = [each for each in listed(Library(session).known) if each.id == document_id]
    return KnownListOut(on=on, standards=[known_out(each, on) for each in known], next=None)


@router.get("/{document_id}/{version}", dependencies=[READ], responses=_object("By the schema that its $schema names."))
def show_document(session: ReadSessionDep, reference: ReferenceDep, now: NowDep) -> Response:
    """A published document in canonical form, whose SHA-256 is the ETag."""
    library = Library(session)
    published = library.get(reference, legal_day(now))
    content = canonical_json(library.document(published))
    return Response(content, media_type=JSON, headers={"etag": f'"{published.sha256}"'})


@router.get("/{document_id}/{version}/resolved", dependencies=[READ], responses=_RESOLVED)
def resolve_published(
    session: ReadSessionDep,
    now: NowDep,
    reference: ReferenceDep,
    on: DayDep,
    region: Annotated[
        str | None, Query(max_length=100, description="As mca:530303; its localization in force is taken.")
    ] = None,
    localization: Annotated[
        str | None, Query(max_length=141, description="ID@VERSION, in place of what is in force there.")
    ] = None,
) -> Response:
    """What a published standard means in a region on a day, with the origin of every value."""
    localizations = () if localization is None else (localization,)
    return _answered(resolve_asked(session, Asked(reference, on, now, localizations, region)))


def _sources(sources: Mapping[str, str | dict[str, Any]]) -> tuple[list[Given], list[str]]:
    """The documents among them, named by their place in the body, and references to all in their order."""
    given, references = [], []
    for place, each in sources.items():
        if isinstance(each, str):
            references.append(each)
        else:
            document, reference = given_document(each, place)
            given.append(document)
            references.append(reference)
    return given, references


def _answered(answer: Answer) -> Response:
    """The resolved standard stands in it in canonical form: its bytes are those of which the digest is taken."""
    resolved = answer.resolved
    successors = [
        {"input": each.input, "replaced_by": each.replaced_by, "valid_from": each.valid_from.isoformat()}
        for each in answer.successors
    ]
    about = {"is_stale": bool(successors), "sha256": resolved.sha256, "successors": successors}
    content = canonical_json(about)[:-1] + b',"resolved":' + resolved.canonical + b"}"
    return Response(content, media_type=JSON, headers={"etag": f'"{resolved.sha256}"'})
