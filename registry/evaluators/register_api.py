"""JSON routes of the register as a whole: take in an existing one, give this one as a file."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from registry.accounts.permissions import Actor, Permission
from registry.annotated_files import annotate
from registry.answered_requests import answer_once
from registry.canonical import digest
from registry.deps import Change, Day, KeyHeader, ReadSessionDep, changing, permitted, response_of
from registry.deps import require as require_permission
from registry.evaluators import register_service as service
from registry.evaluators.qualification_api import PREFIX, KnownAtDep, ValidAtDep
from registry.evaluators.register_errors import RegisterRejected
from registry.evaluators.register_export import ExportFormat, export
from registry.evaluators.register_inputs import Register, RegisterFiles, Upload, read_register
from registry.evaluators.register_wire import RegisterImportOut, register_import_out
from registry.evaluators.status_service import POLICY
from registry.file_formats import FileFormat
from registry.file_forms import FORM
from registry.json_bodies import JSON, media_type
from registry.json_models import UnsupportedMediaType, VisibleText
from registry.request_rules import require_known_parameters
from registry.resending import Answer, Claim

_CSV, _XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPORTED = {ExportFormat.CSV: _CSV, ExportFormat.XLSX: _XLSX, ExportFormat.JSON: JSON}
_ANNOTATED = {FileFormat.CSV: _CSV, FileFormat.XLSX: _XLSX, FileFormat.PARQUET: "application/vnd.apache.parquet"}
_SCOPE = f"POST {PREFIX}/imports"
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["evaluators"],
                    "properties": {
                        "evaluators": {
                            "type": "string",
                            "format": "binary",
                            "description": "A workbook with the sheets evaluators and scope, or evaluators as CSV.",
                        },
                        "scope": {
                            "type": "string",
                            "format": "binary",
                            "description": "The scope items, where they are a file of their own.",
                        },
                    },
                }
            }
        },
    }
}

router = APIRouter(prefix=PREFIX, tags=["evaluators"], dependencies=[Depends(require_known_parameters)])


async def handed_in_files(request: Request) -> RegisterFiles:
    if media_type(request) != FORM:
        raise UnsupportedMediaType(f"Send {FORM}, not {media_type(request)[:80] or 'a body without a type'}.")
    async with request.form(max_files=2, max_fields=0) as form:
        evaluators, scope = await _upload(form, "evaluators"), await _upload(form, "scope")
        if evaluators is None or set(form) - {"evaluators", "scope"}:
            raise RegisterRejected("The form has the part evaluators and, where needed, the part scope, each a file.")
        return RegisterFiles(evaluators, scope)


async def _upload(form: FormData, name: str) -> Upload | None:
    part = form.get(name)
    return Upload(part.filename or name, await part.read()) if isinstance(part, UploadFile) else None


# A plain function, so that parsing runs in a thread and not where the body is awaited.
def handed_in_register(
    files: Annotated[RegisterFiles, Depends(handed_in_files)],
    as_of: Annotated[Day, Query(description="The day of which the register is.")],
) -> Register:
    return read_register(files, as_of)


RegisterDep = Annotated[Register, Depends(handed_in_register)]
Importing = Annotated[Change, changing("register.import")]


@router.post(
    "/imports",
    status_code=201,
    response_model=RegisterImportOut,
    responses={200: {"model": RegisterImportOut, "description": "Nothing was saved."}},
    openapi_extra=_FORM,
)
def import_register(
    change: Importing,
    given: RegisterDep,
    source: Annotated[
        VisibleText,
        Query(
            min_length=1, max_length=200, pattern=r"\S", description="What the register is called, and who keeps it."
        ),
    ],
    dry_run: Annotated[bool, Query(description="Check only, and record nothing.")] = False,
    key: KeyHeader = None,
) -> Response:
    """An existing register with its certificates, whole or not at all, with every bad row at once."""
    asked = digest([given.content_sha256, given.as_of.isoformat(), source.strip()])

    def work(session: Any, actor: Actor) -> Answer:
        require_permission(actor, Permission.REGISTER_IMPORT)
        terms = service.Terms(source.strip(), change.now, dry_run)
        claim = Claim(f"{_SCOPE} by {actor.log_name}", None if dry_run else key, asked)
        return answer_once(
            session, claim, change.now, lambda: _told(service.import_register(session, actor, given, terms))
        )

    return response_of(change(work))


def _told(report: service.ImportReport) -> Answer:
    return Answer(200 if report.import_id is None else 201, register_import_out(report).model_dump_json())


@router.post(
    "/imports/annotated-file",
    responses={200: {"content": {each: {} for each in _ANNOTATED.values()}}},
    response_model=None,
    openapi_extra=_FORM,
    dependencies=[Depends(permitted("register.import"))],
)
def annotate_table(
    given: RegisterDep,
    session: ReadSessionDep,
    table: Annotated[Literal["evaluators", "scope"], Query(description="Which of the two is given back.")],
) -> Response:
    """The table in the format of its file, each bad row with what is wrong and what to do. Nothing is recorded."""
    wanted = given.tables[table]
    faults = service.find_violations(session, given)
    file = annotate(wanted, [each for each in faults if (each.file, each.sheet) == (wanted.name, wanted.sheet)])
    disposition = {"content-disposition": f'attachment; filename="{table}-errors.{file.format}"'}
    return Response(file.content, headers=disposition, media_type=_ANNOTATED[file.format])


@router.get(
    "/export",
    responses={200: {"content": {each: {} for each in _EXPORTED.values()}}},
    response_class=Response,
    response_model=None,
    dependencies=[Depends(permitted("evaluator.read"))],
)
def export_register(
    session: ReadSessionDep,
    on: ValidAtDep,
    known: KnownAtDep,
    form: Annotated[ExportFormat, Query(alias="format", description="csv, xlsx or json.")],
) -> Response:
    """Every scope item with its status on a day, as known at an instant, as everybody may see it."""
    content = export(service.listing_to_send(session, on, known, POLICY), form)
    disposition = {"content-disposition": f'attachment; filename="register-{on}.{form}"'}
    return Response(content, headers=disposition, media_type=_EXPORTED[form])
