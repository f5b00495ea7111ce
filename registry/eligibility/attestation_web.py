"""The page on which everybody verifies an attestation: by its identifier or by the file. It needs no script."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile

from registry.deps import ActorDep, NowDep, ReadSessionDep, permitted
from registry.eligibility import attestation_service as service
from registry.eligibility.attestation_errors import AttestationNotFound, AttestationRejected
from registry.eligibility.attestation_service import Shown
from registry.eligibility.attestation_sheet import VERDICTS
from registry.eligibility.attestation_wording import STATES, WORTHS
from registry.errors import RegistryError
from registry.pages import page, reader_of
from registry.problem_details import status_of

router = APIRouter(dependencies=[Depends(permitted("attestation.verify"))])


@router.get("/verify")
def verify_page(
    request: Request,
    session: ReadSessionDep,
    now: NowDep,
    _asking: ActorDep,
    id: Annotated[str, Query(max_length=200)] = "",  # noqa: A002 - as the printed address has it
) -> Response:
    asked = id.strip()
    if not asked:
        return _page(request)
    try:
        return _page(request, service.show(session, asked, now), asked=asked)
    except AttestationNotFound as error:
        return _page(request, error=error, asked=asked)


@router.post("/verify")
def verify_file(
    request: Request,
    session: ReadSessionDep,
    now: NowDep,
    _asking: ActorDep,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    content = b"" if file is None else file.file.read()
    try:
        return _page(request, service.verify_file(session, content, now), is_file=True)
    except (AttestationRejected, AttestationNotFound) as error:
        return _page(request, error=error)


def _page(
    request: Request,
    shown: Shown | None = None,
    *,
    error: RegistryError | None = None,
    asked: str = "",
    is_file: bool = False,
) -> Response:
    reader = reader_of(request)
    language = "zh" if reader.language == "zh" else "en"
    return page(
        request,
        reader,
        "verify.html",
        200 if error is None else status_of(error.kind, error.code),
        shown=shown,
        error=error,
        asked=asked,
        is_file=is_file,
        worths=WORTHS,
        states=STATES,
        verdicts={code: words[language] for code, words in VERDICTS.items()},
    )
