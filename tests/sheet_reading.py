"""How tests read a sheet, without a process of its own."""

import pytest

from registry.errors import Unreadable
from registry.file_formats import FileFormat
from registry.file_limits import UPLOAD
from registry.spreadsheets import read_workbook


def read(content, *, limits=UPLOAD, sheet=None):
    form = FileFormat.XLS if content.startswith(b"\xd0\xcf") else FileFormat.XLSX
    return read_workbook(content, name=f"x.{form}", form=form, sheet=sheet, limits=limits)


def records(table):
    return [table.record(i) for i in range(len(table))]


def refused(content, **options):
    with pytest.raises(Unreadable) as caught:
        read(content, **options)
    return caught.value


def only(error):
    (violation,) = error.violations
    return violation
