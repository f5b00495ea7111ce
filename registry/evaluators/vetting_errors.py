"""What vetting can say no to: what does not exist, and what the state of things does not allow. Pure."""

from collections.abc import Sequence

from registry.errors import Conflict, Invalid, NotFound
from registry.evaluators.refusal import Refusal


class ApplicationNotFound(NotFound):
    code = "application-not-found"
    title = "There is no such application"


class ScopeItemNotFound(NotFound):
    code = "scope-item-not-found"
    title = "There is no such scope item"


class QualificationEventNotFound(NotFound):
    code = "qualification-event-not-found"
    title = "There is no such event"


class DecisionNotFound(NotFound):
    code = "decision-not-found"
    title = "There is no such decision"


class AppealNotFound(NotFound):
    code = "appeal-not-found"
    title = "There is no such appeal"


class SurveillanceNotFound(NotFound):
    code = "surveillance-not-found"
    title = "There is no such surveillance"


class FindingNotFound(NotFound):
    code = "finding-not-found"
    title = "There is no such finding"


class StepRefused(Conflict):
    code = "step-refused"
    title = "The application does not admit this step"
    shows_codes = True


class EventRefused(Conflict):
    code = "qualification-event-refused"
    title = "The qualification does not admit this event"
    shows_codes = True


class AppealRefused(Conflict):
    code = "appeal-refused"
    title = "The appeal cannot be taken down so"
    shows_codes = True


class SurveillanceRefused(Conflict):
    code = "surveillance-refused"
    title = "The surveillance cannot be taken down so"


class FindingRefused(Conflict):
    code = "finding-refused"
    title = "The finding does not admit this"


class EvidenceNotHandedIn(Invalid):
    code = "evidence-not-handed-in"
    title = "Evidence is named that was not handed in"


class ScopeRejected(Invalid):
    code = "scope-rejected"
    title = "The scope is not acceptable"


class RequirementsNotReadable(Conflict):
    code = "requirements-not-readable"
    title = "The requirements cannot be held against the dossier"


def require_none(refusals: Sequence[Refusal], error: type[Conflict]) -> None:
    """Raises the error with every refusal."""
    if refusals:
        first = refusals[0]
        others = len(refusals) - 1
        more = f" {others} more {'rule stands' if others == 1 else 'rules stand'} against it." if others else ""
        raise error(f"{first.message} {first.fix}{more}", [each.violation() for each in refusals])
