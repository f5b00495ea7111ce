"""What can be wrong with a question about eligibility. Pure."""

from registry.errors import Conflict, Invalid, NotFound


class QuestionRejected(Invalid):
    code = "eligibility-question-rejected"
    title = "The question about eligibility cannot be answered as it was asked"


class PolicyRejected(Conflict):
    code = "eligibility-policy-rejected"
    title = "The policy cannot be decided by"


class CheckNotFound(NotFound):
    code = "eligibility-check-not-found"
    title = "There is no such eligibility check"


class AffectedNotFound(NotFound):
    code = "affected-check-not-found"
    title = "There is no such mark on an eligibility check"


class AlreadyReviewed(Conflict):
    code = "affected-check-reviewed"
    title = "An officer has looked at this already"


class OverrideRefused(Conflict):
    code = "eligibility-override-refused"
    title = "The verdict cannot be overridden so"


class BiddersRejected(Invalid):
    code = "bidders-rejected"
    title = "Rows of the file of bidders break rules"
