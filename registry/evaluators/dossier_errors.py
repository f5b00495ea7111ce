"""What dossiers and their evidence can say no to. Pure."""

from registry.errors import Conflict, Invalid, NotFound, PreconditionFailed, PreconditionRequired


class EvaluatorNotFound(NotFound):
    code = "evaluator-not-found"
    title = "There is no such evaluator"


class EvaluatorKnown(Conflict):
    code = "evaluator-known"
    title = "The registry has this evaluator already"


class DossierRejected(Invalid):
    code = "dossier-rejected"
    title = "The dossier breaks a rule"
    shows_codes = True


class NameQuestionRejected(Invalid):
    code = "name-question-rejected"
    title = "The question for a name is not complete"


class DossierNotNamed(PreconditionRequired):
    code = "dossier-not-named"
    title = "The change does not say which version of the dossier it was made to"


class DossierChanged(PreconditionFailed):
    code = "dossier-changed"
    title = "The dossier is not what the change was made to"


class DossierKeyReused(Conflict):
    code = "dossier-key-reused"
    title = "The idempotency key was used for another dossier"


class EvidenceRejected(Invalid):
    code = "evidence-rejected"
    title = "The file is not kept as evidence"


class EvidenceNotFound(NotFound):
    code = "evidence-not-found"
    title = "There is no such evidence of this evaluator"


class PersonNotFound(NotFound):
    code = "person-not-found"
    title = "The dossiers of this evaluator name no such person"


class PersonErased(Conflict):
    code = "person-erased"
    title = "The name of the person is erased already"
