"""What can be wrong with engagements and with files of them."""

from registry.errors import Conflict, Invalid, NotFound
from registry.languages import mark


class EngagementNotFound(NotFound):
    code = "engagement-not-found"
    title = mark("There is no such engagement")


class EngagementRejected(Invalid):
    code = "engagement-rejected"
    title = mark("The engagement or the event breaks rules")
    shows_codes = True


class EngagementConflict(Conflict):
    code = "engagement-conflict"
    title = mark("The contract is recorded otherwise")


class EngagementRowsRejected(Invalid):
    code = "engagement-rows-rejected"
    title = mark("Engagements of the file break rules")
