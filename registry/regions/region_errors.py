"""What can be wrong with references to regions and with files about them."""

from registry.errors import Conflict, Invalid, NotFound


class ReferenceRejected(Invalid):
    code = "region-reference-rejected"
    title = "This is no reference to a region"


class OptionRejected(Invalid):
    code = "region-option-rejected"
    title = "The option cannot be used"


class QueryRejected(Invalid):
    code = "region-query-rejected"
    title = "The search cannot be made"


class DivisionsRejected(Invalid):
    code = "divisions-rejected"
    title = "Rows about regions break rules"


class EditionConflict(Conflict):
    code = "edition-conflict"
    title = "Other divisions are recorded for this day"


class RegionNotFound(NotFound):
    code = "region-not-found"
    title = "There is no such region"


class NoDivisions(NotFound):
    code = "no-divisions"
    title = "No divisions of this code system are imported"
