"""Why a step of a procedure or an event of a qualification is not taken down. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from registry.errors import Violation


class Code(StrEnum):
    """Codes of refusals. A code is never used again for something else."""

    # Events of a qualification.
    ALREADY_GRANTED = "ALREADY_GRANTED"
    ANNULLED_FROM_ANOTHER_DAY = "ANNULLED_FROM_ANOTHER_DAY"
    CAUSE_MISSING = "CAUSE_MISSING"
    CAUSE_NOT_OPEN = "CAUSE_NOT_OPEN"
    CORRECTS_NOTHING = "CORRECTS_NOTHING"
    CYCLE_TOO_LONG = "CYCLE_TOO_LONG"
    CRITERIA_NOT_MET = "CRITERIA_NOT_MET"
    DECIDED_AFTER_RECORDED = "DECIDED_AFTER_RECORDED"
    DECIDER_ASSESSED = "DECIDER_ASSESSED"
    ENDED = "ENDED"
    EXPIRED = "EXPIRED"
    INVESTIGATION_NOT_FLAGGED = "INVESTIGATION_NOT_FLAGGED"
    NOTICE_MISSING = "NOTICE_MISSING"
    NOT_GRANTED = "NOT_GRANTED"
    NOT_SUSPENDED = "NOT_SUSPENDED"
    NOT_VERIFIED = "NOT_VERIFIED"
    OUTLIVES_PARENT = "OUTLIVES_PARENT"
    PARENT_NOT_VALID = "PARENT_NOT_VALID"
    PERIOD_MISSING = "PERIOD_MISSING"
    REASON_MISSING = "REASON_MISSING"
    RENEWAL_LEAVES_A_GAP = "RENEWAL_LEAVES_A_GAP"
    RENEWAL_SHORTENS = "RENEWAL_SHORTENS"
    RENEWED_TOO_LATE = "RENEWED_TOO_LATE"
    REVIEW_MISSING = "REVIEW_MISSING"
    REVIEW_OUT_OF_BOUNDS = "REVIEW_OUT_OF_BOUNDS"
    SURVEILLANCE_OVERDUE = "SURVEILLANCE_OVERDUE"
    SUSPENDED = "SUSPENDED"
    WITHDRAWN_TOO_OFTEN = "WITHDRAWN_TOO_OFTEN"
    # Steps of an application.
    ANSWER_DAY_MISSING = "ANSWER_DAY_MISSING"
    ANSWER_NOT_DUE = "ANSWER_NOT_DUE"
    ANSWER_OVERDUE = "ANSWER_OVERDUE"
    ASSESSOR_IS_APPLICANT = "ASSESSOR_IS_APPLICANT"
    ASSESSOR_MISSING = "ASSESSOR_MISSING"
    DOSSIER_INCOMPLETE = "DOSSIER_INCOMPLETE"
    FINDING_MISSING = "FINDING_MISSING"
    FINDINGS_OPEN = "FINDINGS_OPEN"
    ITEMS_MISSING = "ITEMS_MISSING"
    ITEMS_NOT_ASKED_FOR = "ITEMS_NOT_ASKED_FOR"
    NOT_THE_APPLICANT = "NOT_THE_APPLICANT"
    NOT_REDUCED = "NOT_REDUCED"
    ONLY_THE_APPLICANT = "ONLY_THE_APPLICANT"
    STEP_NOT_POSSIBLE = "STEP_NOT_POSSIBLE"
    UNKNOWN_FINDING = "UNKNOWN_FINDING"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that was broken. message says what is wrong with value and limit in it; fix says what to do.

    about: id of the scope item or of the application.
    """

    code: Code
    message: str
    fix: str
    about: str
    value: str | None = None
    limit: str | None = None

    def violation(self) -> Violation:
        """For a list of violations of an error; the message there is a sentence of its own."""
        return Violation(self.code, f"{self.about}: {self.message}", self.fix, value=self.value)
