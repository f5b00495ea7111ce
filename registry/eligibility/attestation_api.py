"""JSON routes of attestations: issued to those who may ask, verified by everybody."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from registry.accounts.permissions import Actor
from registry.deps import Change, LogKeysDep, NowDep, ReadSessionDep, changing, permitted, settings_of
from registry.eligibility import attestation_queries as queries
from registry.eligibility import attestation_service as service
from registry.eligibility.attestation_check_service import attested_check
from registry.eligibility.attestation_errors import StatusListNotFound
from registry.eligibility.attestation_keys import MEDIA_TYPE, SigningKey, key_set
from registry.eligibility.attestation_pdf import attestation_pdf
from registry.eligibility.attestation_service import Issuer
from registry.eligibility.attestation_wire import AttestationOut, attestation_out
from registry.eligibility.check_service import get_check
from registry.eligibility.credential import Addresses
from registry.eligibility.models import EligibilityCheck
from registry.eligibility.reach_service import require_check
from registry.eligibility.status_list import Purpose
from registry.evaluators.asked_times import read_known_at
from registry.json_text import MAX_INTEGER
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1"
_JWS, _PDF = f"application/{MEDIA_TYPE}", "application/pdf"

router = APIRouter(prefix=PREFIX, tags=["attestations"], dependencies=[Depends(require_known_parameters)])
FOR_EVERYBODY = [Depends(permitted("attestation.verify"))]

IdPath = Annotated[str, Path(max_length=40, description="Identifier of an attestation.")]
OpenIssuer = Callable[[Any], Issuer]


def addresses(request: Request) -> Addresses:
    return service.addresses_of(settings_of(request).public_url)


AddressesDep = Annotated[Addresses, Depends(addresses)]


def open_issuer(keys: LogKeysDep, own: AddressesDep) -> OpenIssuer:
    """Inside of a transaction, since the database says which key signs."""

    def opened(session: Any) -> Issuer:
        current = queries.current_key(session)
        return Issuer(SigningKey(keys.attesting_key(None if current is None else current.public)), own)

    return opened


IssuerDep = Annotated[OpenIssuer, Depends(open_issuer)]


@router.post("/eligibility-checks/{code}/attestation", status_code=201)
def issue(
    code: Annotated[str, Path(max_length=16, description="Code of an eligibility check, as ec-000001.")],
    change: Annotated[Change, changing("attestation.issue")],
    issuer: IssuerDep,
    response: Response,
) -> AttestationOut:
    """Sign what the decision says, for whoever has to show it."""

    def work(session: Any, actor: Actor) -> AttestationOut:
        check = get_check(session, code)
        require_check(session, actor, service.ISSUE, check)
        attested = attested_check(session, check)
        made = service.issue(session, actor, attested, issuer(session), change.now)
        return attestation_out(service.show(session, str(made.id), change.now))

    found = change(work)
    response.headers["location"] = found.links["self"]
    return found


@router.get("/attestations/{attestation_id}", dependencies=FOR_EVERYBODY)
def show(attestation_id: IdPath, session: ReadSessionDep, now: NowDep) -> AttestationOut:
    """What was signed, and what it is worth now."""
    return attestation_out(service.show(session, attestation_id, now))


@router.get(
    "/attestations/{attestation_id}/jws",
    responses={200: {"content": {_JWS: {}}}},
    response_model=None,
    dependencies=FOR_EVERYBODY,
)
def show_jws(attestation_id: IdPath, session: ReadSessionDep) -> Response:
    """The signed text alone, which can be verified without this server."""
    return Response(queries.get_attestation(session, attestation_id).jws, media_type=_JWS)


@router.get(
    "/attestations/{attestation_id}/pdf",
    responses={200: {"content": {_PDF: {}}}},
    response_model=None,
)
def show_pdf(
    attestation_id: IdPath,
    asking: Annotated[Actor, Depends(permitted("attestation.issue", about_a_subject=True))],
    session: ReadSessionDep,
) -> Response:
    """To print: with the reasons of every rule that is no pass, and the signed text inside.

    Reasons may name owners of the evaluator, so it is for those who may ask; whom they give it to is their affair.
    """
    found = queries.get_attestation(session, attestation_id)
    check = session.get_one(EligibilityCheck, found.check_id)
    require_check(session, asking, service.ISSUE, check)
    content = attestation_pdf(found, attested_check(session, check))
    name = f"attestation-{found.id}.pdf"
    return Response(content, media_type=_PDF, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.get(
    "/status-lists/{purpose}/{number}",
    responses={200: {"content": {_JWS: {}}}},
    response_model=None,
    dependencies=FOR_EVERYBODY,
)
def show_list(
    purpose: Annotated[str, Path(max_length=20, description="revocation or suspension")],
    number: Annotated[int, Path(ge=1, le=MAX_INTEGER)],
    session: ReadSessionDep,
    now: NowDep,
    issuer: IssuerDep,
    timestamp: Annotated[
        str | None, Query(max_length=40, description="The list as it was then, as 2026-03-10T00:00:00Z; default: now.")
    ] = None,
) -> Response:
    """A signed Bitstring Status List. 404 for an instant before the list began or after now."""
    if purpose not in set(Purpose):
        raise StatusListNotFound(f"There are lists of {' and '.join(Purpose)}, none of {purpose[:20]}.")
    at = now if timestamp is None else read_timestamp(timestamp)
    token = service.status_list(session, Purpose(purpose), number, at, issuer(session), now)
    return Response(token, media_type=_JWS)


def read_timestamp(text: str) -> datetime:
    """Also one that lies ahead, of which the list itself says that it is not known. Raises TimeRejected."""
    return read_known_at(text, datetime.max.replace(tzinfo=UTC), "timestamp")


@router.get("/attestation-keys", dependencies=FOR_EVERYBODY)
def show_keys(session: ReadSessionDep, request: Request) -> dict[str, Any]:
    """Every key that ever signed, as a JWK set with the time of each: keep it to verify without a network."""
    return key_set(queries.key_uses(session), settings_of(request).public_url)
