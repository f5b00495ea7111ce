"""What crosses HTTP about the register as a whole."""

from dataclasses import asdict

from registry.evaluators.credit_code import Respelling
from registry.evaluators.register_service import ImportReport
from registry.json_models import Out


class RespellingOut(Out):
    """ref: of the row; of an entry of a list, its name. read_as: the credit code that it was taken for."""

    ref: str
    written: str
    read_as: str


class RegisterImportOut(Out):
    """was_there: this register was imported before. import_id: null where nothing was saved.

    respelled: credit codes that are not written as on a licence: in full width, small letters, with spaces or hyphens.
    """

    evaluators: int
    items: int
    respelled: list[RespellingOut]
    was_there: bool
    import_id: str | None


def register_import_out(report: ImportReport) -> RegisterImportOut:
    respelled = [respelling_out(each) for each in report.respelled]
    return RegisterImportOut(**asdict(report) | {"respelled": respelled})


def respelling_out(each: Respelling) -> RespellingOut:
    return RespellingOut(ref=each.ref, written=each.written, read_as=each.read_as)
