"""What can be wrong with lists of exclusions, their files and questions about them."""

from registry.errors import Conflict, Invalid, NotFound
from registry.languages import mark


class ExclusionRowsRejected(Invalid):
    code = "exclusion-rows-rejected"
    title = mark("Rows of the exclusion list break rules")


class ExclusionListNotFound(NotFound):
    code = "exclusion-list-not-found"
    title = mark("There is no such exclusion list")


class ExclusionListRejected(Invalid):
    code = "exclusion-list-rejected"
    title = mark("The terms of the exclusion list are not acceptable")


class QueryTimeRejected(Invalid):
    code = "query-time-rejected"
    title = mark("The list cannot have been queried then")


class SnapshotConflict(Conflict):
    code = "snapshot-conflict"
    title = mark("Another file is recorded for this query of the list")


class SnapshotShrunk(Conflict):
    code = "snapshot-shrunk"
    title = mark("The file has far fewer entries than the one before")


class ExclusionEntryNotFound(NotFound):
    code = "exclusion-entry-not-found"
    title = mark("The list has no such entry")


class JudgementRejected(Invalid):
    code = "judgement-rejected"
    title = mark("This is nothing that a person judges")


class QuestionRejected(Invalid):
    code = "exclusion-question-rejected"
    title = mark("The question about exclusions is not complete")
