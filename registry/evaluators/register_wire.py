"""What crosses HTTP about the register as a whole."""

from dataclasses import asdict

from registry.evaluators.register_service import ImportReport
from registry.json_models import Out


class RegisterImportOut(Out):
    """was_there: this register was imported before. import_id: null where nothing was saved."""

    evaluators: int
    items: int
    was_there: bool
    import_id: str | None


def register_import_out(report: ImportReport) -> RegisterImportOut:
    return RegisterImportOut(**asdict(report))
