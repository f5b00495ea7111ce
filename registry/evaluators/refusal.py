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
    DECIDED_BEFORE_CONCLUDED = "DECIDED_BEFORE_CONCLUDED"
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
    # Appeals.
    APPEAL_DAY_IMPOSSIBLE = "APPEAL_DAY_IMPOSSIBLE"
    APPEAL_DECIDED = "APPEAL_DECIDED"
    APPEAL_OUT_OF_TIME = "APPEAL_OUT_OF_TIME"
    APPEAL_PENDING = "APPEAL_PENDING"
    RULING_BY_A_PARTY = "RULING_BY_A_PARTY"
    RULING_DAY_IMPOSSIBLE = "RULING_DAY_IMPOSSIBLE"
    # Events of the legal person, of its certificates, and what becomes of a predecessor's rights.
    CERTIFICATE_NOT_SUSPENDED = "CERTIFICATE_NOT_SUSPENDED"
    CERTIFICATE_SUSPENDED = "CERTIFICATE_SUSPENDED"
    CERTIFICATE_WITHDRAWN = "CERTIFICATE_WITHDRAWN"
    ENTITY_ENDED = "ENTITY_ENDED"
    IN_LIQUIDATION_ALREADY = "IN_LIQUIDATION_ALREADY"
    NOTED_AFTER_RECORDED = "NOTED_AFTER_RECORDED"
    NOT_IN_LIQUIDATION = "NOT_IN_LIQUIDATION"
    NO_SUCCESSION = "NO_SUCCESSION"
    RIGHT_BEGAN_BEFORE = "RIGHT_BEGAN_BEFORE"
    RIGHT_NOT_HELD = "RIGHT_NOT_HELD"
    SUCCESSORS_DO_NOT_FIT = "SUCCESSORS_DO_NOT_FIT"
    SUCCESSOR_ENDED = "SUCCESSOR_ENDED"
    SUCCESSOR_IS_ITSELF = "SUCCESSOR_IS_ITSELF"
    SUCCESSOR_NOT_WANTED = "SUCCESSOR_NOT_WANTED"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that was broken. message says what is wrong with value and limit in it; fix says what to do.

    about: id of the scope item, of the application, of the contested decision or of the appeal; or
    key of the body, or number of the certificate.
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
