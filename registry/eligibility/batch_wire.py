"""What crosses HTTP about files of bidders."""

from datetime import datetime

from registry.eligibility.batch import Answered, reasons
from registry.eligibility.batch_service import Report
from registry.eligibility.wire import Digest, OutcomeName, VerdictName, WordsOut
from registry.json_models import Out


class ReasonOut(Out):
    rule_id: str
    outcome: OutcomeName
    mandatory: bool
    reason_code: str
    message: WordsOut


class BidderOut(Out):
    """row: in the file. decision_id: None where nothing was stored. attestation: its identifier; not_attested: why
    there is none, where one was asked for."""

    row: int
    evaluator: str
    verdict: VerdictName
    reasons: list[ReasonOut]
    next_change_at: str | None
    decision_id: str | None
    result_sha256: Digest
    attestation: str | None
    not_attested: str | None


class BatchOut(Out):
    """was_there: stored before. reason_codes: of how many bidders each was said."""

    batch_sha256: Digest
    known_at: datetime
    was_there: bool
    verdicts: dict[str, int]
    reason_codes: dict[str, int]
    bidders: list[BidderOut]


def batch_out(report: Report) -> BatchOut:
    verdicts, codes = report.counts
    return BatchOut(
        batch_sha256=report.batch_sha256,
        known_at=report.known_at,
        was_there=report.was_there,
        verdicts=verdicts,
        reason_codes=codes,
        bidders=[_bidder_out(each) for each in report.answers],
    )


def _bidder_out(answered: Answered) -> BidderOut:
    content = answered.content
    return BidderOut(
        row=answered.row,
        evaluator=content["request"]["evaluator"],
        verdict=content["verdict"],
        reasons=[
            ReasonOut(**{name: each[name] for name in ReasonOut.model_fields if name != "message"},
                      message=WordsOut(**each["message"]))
            for each in reasons(content)
        ],
        next_change_at=content["next_change_at"],
        decision_id=answered.code,
        result_sha256=answered.sha256,
        attestation=answered.attestation,
        not_attested=answered.for_want_of,
    )  # fmt: skip
