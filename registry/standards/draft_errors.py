"""What drafts and published documents can say no to. What is wrong inside a document is in document_errors.py. Pure."""

from registry.errors import Conflict, Invalid, NotFound, PreconditionFailed, PreconditionRequired
from registry.standards.document_errors import DocumentRejected


class UnknownDocumentKind(DocumentRejected):
    code = "unknown-document-kind"
    title = "This is no document that can be published"


class DraftNotFound(NotFound):
    code = "draft-not-found"
    title = "There is no such draft"


class DraftNotInState(Conflict):
    code = "draft-not-in-state"
    title = "The draft is not in the state for this"


class ApprovalMissing(Conflict):
    code = "approval-missing"
    title = "The draft is not approved as it is"


class ReviewOutdated(Conflict):
    code = "review-outdated"
    title = "The review is of other content than the draft has now"


class DocumentRenamed(Conflict):
    code = "document-renamed"
    title = "A draft stays the draft of one version"


class WithdrawalRefused(Invalid):
    code = "withdrawal-refused"
    title = "The version cannot be withdrawn so"


class AlreadyWithdrawn(Conflict):
    code = "already-withdrawn"
    title = "The version is withdrawn already"


class DraftNotNamed(PreconditionRequired):
    code = "draft-version-not-named"
    title = "The request does not say which content of the draft it means"


class DraftChanged(PreconditionFailed):
    code = "draft-changed"
    title = "The draft is no longer what the request was made to"
