"""Roles in words. Pure."""

from registry.accounts.permissions import Role
from registry.languages import mark

ROLE_NAMES = {
    Role.PROCUREMENT: mark("Procurement officer"),
    Role.EDITOR: mark("Standards editor"),
    Role.APPROVER: mark("Approver"),
    Role.AUDITOR: mark("Auditor"),
    Role.VETTING_OFFICER: mark("Vetting officer"),
    Role.EVALUATOR: mark("Evaluator"),
    Role.SITE_REPRESENTATIVE: mark("Representative of an assessed place"),
    Role.ADMINISTRATOR: mark("Administrator"),
}
