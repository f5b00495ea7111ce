"""JSON routes of files of bidders: many are asked about at once, and all answers are kept or none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.accounts.permissions import Actor
from registry.annotated_files import annotate
from registry.answered_requests import answer_once, find_answer
from registry.canonical import digest
from registry.deps import Change, KeyHeader, changing, log_keys, response_of
from registry.eligibility.attestation_api import OpenIssuer, addresses, open_issuer
from registry.eligibility.attestation_service import Issuer
from registry.eligibility.batch import Defaults
from registry.eligibility.batch_inputs import BiddersFile, read_bidders_bytes
from registry.eligibility.batch_service import Order, Prepared, answer_batch, answered_file, prepare_batch, store_batch
from registry.eligibility.batch_wire import BatchOut, batch_out
from registry.eligibility.eligibility_errors import BiddersRejected
from registry.eligibility.question import RiskClass
from registry.evaluators.asked_times import read_known_at
from registry.file_formats import FileFormat
from registry.file_forms import documented_file, file_of_form
from registry.request_rules import require_known_parameters
from registry.resending import Answer, Claim

PREFIX = "/api/v1/eligibility-batches"
_CSV, _XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA_TYPES = {FileFormat.CSV: _CSV, FileFormat.XLSX: _XLSX, FileFormat.PARQUET: "application/vnd.apache.parquet"}
_FILE = documented_file(
    "CSV or XLSX, a bidder in each row; column evaluator (a code or a credit code), also name, lot, domain, region, "
    "type, level, standard, from, to, subject, commissioner, payer."
)

router = APIRouter(prefix=PREFIX, tags=["eligibility"], dependencies=[Depends(require_known_parameters)])


# A plain function, so that parsing runs in a thread and not where the body is awaited.
def handed_in_bidders(file: Annotated[tuple[str, bytes], Depends(file_of_form(BiddersRejected))]) -> BiddersFile:
    return read_bidders_bytes(*file)


Given = Annotated[BiddersFile, Depends(handed_in_bidders)]
Asking = Annotated[Change, changing("eligibility.check")]
Text = Annotated[str, Query(max_length=150, description="For rows that do not say it.")]
Party = Annotated[str, Query(max_length=100, description="For rows that do not name one.")]
Parties = Annotated[list[str] | None, Query(max_length=50, description="A code, a credit code or a region.")]
Day = Annotated[str, Query(max_length=10, description="For rows that do not say it, as 2026-05-01.")]


def default_scope(
    domain: Text = "",
    region: Text = "",
    evaluation_type: Annotated[str, Query(alias="type", max_length=100)] = "",
    standard: Text = "",
    level: Text = "",
) -> dict[str, Any]:
    return {"domain": domain, "region": region, "type": evaluation_type, "standard": standard, "level": level}


def default_window(
    first: Annotated[Day, Query(alias="from")] = "", until: Annotated[Day, Query(alias="to")] = ""
) -> dict[str, Any]:
    return {"first": first, "until": until}


def default_parties(
    subject: Parties = None, commissioner: Party = "", payer: Party = "", implementer: Parties = None
) -> dict[str, Any]:
    return {
        "subjects": tuple(subject or ()), "commissioner": commissioner, "payer": payer,
        "implementers": tuple(implementer or ()),
    }  # fmt: skip


def defaults(
    scope: Annotated[dict[str, Any], Depends(default_scope)],
    window: Annotated[dict[str, Any], Depends(default_window)],
    parties: Annotated[dict[str, Any], Depends(default_parties)],
    lists: Annotated[list[str] | None, Query(alias="list", max_length=50, description="Only these lists.")] = None,
    tender: Annotated[str | None, Query(max_length=500, description="Clause of the tender document.")] = None,
    risk_class: Annotated[RiskClass, Query(description="Of the work.")] = RiskClass.NORMAL,
) -> Defaults:
    wanted = None if lists is None else tuple(lists)
    return Defaults(**scope, **window, **parties, lists=wanted, tender=tender, risk_class=risk_class)


@dataclass(frozen=True, slots=True)
class Wish:
    """How the rows are asked about. known_at: as it was told, None for now."""

    defaults: Defaults
    known_at: str | None
    as_competitors: bool
    attest: bool

    def order(self, now: datetime) -> Order:
        return Order(self.defaults, read_known_at(self.known_at, now), self.as_competitors, self.attest)


def asked_wish(
    told: Annotated[Defaults, Depends(defaults)],
    known_at: Annotated[str | None, Query(max_length=40, description="Default: now.")] = None,
    as_competitors: Annotated[bool, Query(description="Each is held against all others of its lot.")] = False,
    attest: Annotated[bool, Query(description="An attestation of each that is registered.")] = False,
) -> Wish:
    return Wish(told, known_at, as_competitors, attest)


WishDep = Annotated[Wish, Depends(asked_wish)]


def lazy_issuer(request: Request) -> OpenIssuer:
    """Who attests nothing needs neither keys nor the address of the server."""

    def opened(session: Any) -> Issuer:
        return open_issuer(log_keys(request), addresses(request))(session)

    return opened


IssuerDep = Annotated[OpenIssuer, Depends(lazy_issuer)]


@router.post("", status_code=201, response_model=BatchOut, openapi_extra=_FILE)
def ask(
    change: Asking,
    given: Given,
    wish: WishDep,
    issuer: IssuerDep,
    dry_run: Annotated[bool, Query(description="Answer, and store nothing.")] = False,
    key: KeyHeader = None,
) -> Response:
    """Every bidder is answered and kept, or nobody, with every bad row at once. The same file is kept once."""
    order = wish.order(change.now)
    if dry_run:
        found = change.look_ahead(lambda session, actor: answer_batch(session, actor, given, order))
        return Response(batch_out(found).model_dump_json(), media_type="application/json")
    told = {"file": given.table.sha256, "wish": repr(wish)}
    claim = Claim(f"POST {PREFIX} {change.asking.log_name}", key, digest(told))

    def ready(session: Any, actor: Actor) -> Answer | Prepared:
        return find_answer(session, claim) or prepare_batch(session, actor, given, order)

    prepared = change.look_ahead(ready)
    if isinstance(prepared, Answer):
        return response_of(prepared)

    def work(session: Any, actor: Actor) -> Answer:
        def act() -> Answer:
            made = store_batch(session, actor, prepared, order, change.now, issuer(session) if wish.attest else None)
            return Answer(201, batch_out(made).model_dump_json())

        return answer_once(session, claim, change.now, act)

    return response_of(change(work))


@router.post(
    "/annotated-file",
    responses={200: {"content": {each: {} for each in _MEDIA_TYPES.values()}}},
    response_model=None,
    openapi_extra=_FILE,
)
def annotate_file(
    change: Asking,
    given: Given,
    wish: WishDep,
    language: Annotated[Literal["en", "zh"], Query(description="Of the reasons.")] = "en",
) -> Response:
    """The file in its own format with the answers behind its columns; with bad rows, what is wrong in each instead.

    Nothing is stored; what was stored before, with the same options and known_at, is told with its decisions.
    """
    order = wish.order(change.now)
    try:
        found = change.look_ahead(lambda session, actor: answer_batch(session, actor, given, order))
        file = answered_file(found, language)
    except BiddersRejected as error:
        file = annotate(given.table, error.violations)
    disposition = {"content-disposition": f'attachment; filename="bidders-answered.{file.format}"'}
    return Response(file.content, headers=disposition, media_type=_MEDIA_TYPES[file.format])
