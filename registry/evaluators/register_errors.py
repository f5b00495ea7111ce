"""What can be wrong with the file of an existing register."""

from registry.errors import Invalid
from registry.languages import mark


class RegisterRejected(Invalid):
    code = "register-rejected"
    title = mark("Rows of the register break rules")


class ExportTooLarge(Invalid):
    code = "export-too-large"
    title = mark("The register is too large to be sent in one answer")
