"""What is wrong with a standard, a localization, a fact sheet or a mapping: each fault with a code and its place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from registry.errors import Conflict, Invalid, NotFound, RegistryError, Violation


class Code(StrEnum):
    """Codes of faults. A code is never used again for something else. Those of rules are in rules/rule_errors.py."""

    DUPLICATE_ID = "DUPLICATE_ID"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    UNKNOWN_PARAM = "UNKNOWN_PARAM"
    UNKNOWN_CRITERION = "UNKNOWN_CRITERION"
    UNKNOWN_FACT = "UNKNOWN_FACT"
    UNKNOWN_CLASS = "UNKNOWN_CLASS"
    UNIT_INVALID = "UNIT_INVALID"
    DECLARATION_INVALID = "DECLARATION_INVALID"
    CLASSES_INCOMPLETE = "CLASSES_INCOMPLETE"
    PARAM_TYPE = "PARAM_TYPE"
    PARAM_OUT_OF_DOMAIN = "PARAM_OUT_OF_DOMAIN"
    PARAM_LOCKED = "PARAM_LOCKED"
    PARAM_SET_TWICE = "PARAM_SET_TWICE"
    LEVEL_NOT_AUTHORISED = "LEVEL_NOT_AUTHORISED"
    DOMAIN_WIDENED = "DOMAIN_WIDENED"
    EMPTY_DOMAIN = "EMPTY_DOMAIN"
    TIGHTENING_EXCEEDED = "TIGHTENING_EXCEEDED"
    RELAXATION_EXCEEDED = "RELAXATION_EXCEEDED"
    RATIONALE_MISSING = "RATIONALE_MISSING"
    MANDATE_MISSING = "MANDATE_MISSING"
    MANDATE_NOT_IN_FORCE = "MANDATE_NOT_IN_FORCE"
    EVIDENCE_MISSING = "EVIDENCE_MISSING"
    EVIDENCE_STALE = "EVIDENCE_STALE"
    WAIVER_NOT_AUTHORISED = "WAIVER_NOT_AUTHORISED"
    WAIVER_EXPIRED = "WAIVER_EXPIRED"
    WAIVER_SELF_APPROVED = "WAIVER_SELF_APPROVED"
    WEIGHTS_NOT_TOTAL = "WEIGHTS_NOT_TOTAL"
    STRICTER_WHEN_WRONG = "STRICTER_WHEN_WRONG"
    STRICTER_WHEN_UNDETERMINED = "STRICTER_WHEN_UNDETERMINED"
    VALIDITY_ORDER = "VALIDITY_ORDER"
    VALIDITY_GAP = "VALIDITY_GAP"
    NOT_IN_FORCE = "NOT_IN_FORCE"
    VERSION_ORDER = "VERSION_ORDER"
    STANDARD_MISMATCH = "STANDARD_MISMATCH"
    IMPORT_CYCLE = "IMPORT_CYCLE"
    IMPORT_MISSING = "IMPORT_MISSING"
    IMPORT_CONFLICT = "IMPORT_CONFLICT"
    IMPORT_DIGEST_MISMATCH = "IMPORT_DIGEST_MISMATCH"
    IMPORT_NOT_PINNED = "IMPORT_NOT_PINNED"
    IMPORTS_AMBIGUOUS = "IMPORTS_AMBIGUOUS"
    LEVEL_ORDER = "LEVEL_ORDER"
    JURISDICTION_MISSING = "JURISDICTION_MISSING"
    JURISDICTION_UNKNOWN = "JURISDICTION_UNKNOWN"
    JURISDICTION_LEVEL = "JURISDICTION_LEVEL"
    JURISDICTION_NOT_DESCENDANT = "JURISDICTION_NOT_DESCENDANT"
    SHARES_NOT_ONE = "SHARES_NOT_ONE"
    FACT_TYPE = "FACT_TYPE"
    FACT_OUT_OF_BOUNDS = "FACT_OUT_OF_BOUNDS"
    FACTS_OF_ANOTHER_PLACE = "FACTS_OF_ANOTHER_PLACE"


class DocumentRejected(Invalid):
    code = "document-rejected"
    title = "The document breaks rules"
    shows_codes = True


class StandardRejected(DocumentRejected):
    code = "standard-rejected"
    title = "The standard breaks rules"


class LocalizationRejected(DocumentRejected):
    code = "localization-rejected"
    title = "The localization does not fit the standard"


# Of what cannot be resolved. What lacks only what publishing asks for can be, and is IDT or MOD.
NEQ = "The degree of correspondence is NEQ."


class FactSheetRejected(DocumentRejected):
    code = "fact-sheet-rejected"
    title = "The fact sheet does not fit the standard"


class MappingRejected(DocumentRejected):
    code = "mapping-rejected"
    title = "The mapping does not fit its standards"


class StandardNotFound(NotFound):
    code = "standard-not-found"
    title = "This standard, or this version of it, is not known"


class VersionTaken(Conflict):
    code = "version-taken"
    title = "The version exists with other content"


class AmbiguousLocalization(Conflict):
    code = "ambiguous-localization"
    title = "Several localizations apply to the same place"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with one of several files."""

    file: str
    error: RegistryError


def of_all(refusals: Sequence[Refusal]) -> RegistryError:
    """The one error there is, or one with the violations of all, each with its file."""
    if len(refusals) == 1:
        return refusals[0].error
    violations = [
        replace(each, file=each.file or refusal.file)
        for refusal in refusals
        for each in refusal.error.violations or [Violation(refusal.error.code, refusal.error.detail)]
    ]
    files = ", ".join(each.file for each in refusals)
    return DocumentRejected(f"{len(refusals)} files are refused: {files}.", violations)
