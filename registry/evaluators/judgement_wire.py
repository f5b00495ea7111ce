"""What crosses HTTP about names that are held and about successions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import model_validator

from registry.evaluators.judgement_models import NameJudgement, SuccessionJudgement
from registry.evaluators.name_queries import HoldRecord
from registry.evaluators.name_service import NameOpinion
from registry.evaluators.phoenix import Signal
from registry.evaluators.phoenix_profile import Verdict
from registry.evaluators.phoenix_service import Succession, SuccessionOpinion
from registry.evaluators.qualification_wire import Lines, Word
from registry.json_models import In, Out


class NameJudgementIn(In):
    """same_as: code of the evaluator whose name it is; with the verdict same, and with no other."""

    verdict: Literal["distinct", "same"]
    same_as: Word | None = None
    reason: Lines

    @model_validator(mode="after")
    def _names_whose_it_is(self) -> "NameJudgementIn":
        if (self.verdict == "same") != (self.same_as is not None):
            raise ValueError("the verdict same names in same_as whose name it is, and distinct names nobody")
        return self

    def opinion(self) -> NameOpinion:
        return NameOpinion(self.same_as, self.reason)


class SuccessionJudgementIn(In):
    """old: code of the evaluator whose rights ended."""

    old: Word
    verdict: Literal["distinct", "successor"]
    reason: Lines

    def opinion(self) -> SuccessionOpinion:
        return SuccessionOpinion(self.old, Verdict(self.verdict), self.reason)


class ResembledOut(Out):
    """A known name as it was when the name came. score: 0 to 1."""

    evaluator: str
    name: str
    likeness: str
    score: float
    is_former: bool


class NameJudgementOut(Out):
    """verdict: distinct or same. by: as the log names actors."""

    number: int
    verdict: str
    same_as: str | None
    reason: str
    judged_at: datetime
    by: str


class HeldNameOut(Out):
    """state: waiting, released or refused, by the last judgement. reasons: name_in_mixed_scripts,
    name_with_hidden_character, resembles_known_name or not_compared. left_out: how many candidates more there were."""

    number: int
    evaluator: str
    credit_code: str | None
    name: str
    state: str
    reasons: list[str]
    candidates: list[ResembledOut]
    left_out: int
    held_at: datetime
    judgements: list[NameJudgementOut]


class HeldNameListOut(Out):
    """The oldest first. next: the address of the following page, null on the last one."""

    names: list[HeldNameOut]
    next: str | None


class SignOut(Out):
    """evidence: what both have: addresses, phones, names of bodies, credit codes as uscc:…, ids of persons. persons:
    their names, as far as they are not erased. share: of the people of the new body in the role."""

    sign: str
    evidence: list[str]
    persons: list[str]
    share: float | None


class SuccessionJudgementOut(Out):
    number: int
    verdict: str
    reason: str
    judged_at: datetime
    by: str


class SuccessionOut(Out):
    """ends_on: first day without the bar. days_after: from the ending to the founding of the new body. judgement: null
    while a person has to look, also where there are more signs than when one looked."""

    old: str
    ending: str
    began_on: date
    ends_on: date | None
    days_after: int | None
    signs: list[SignOut]
    judgement: SuccessionJudgementOut | None


class SuccessionListOut(Out):
    evaluator: str
    known_at: datetime
    successions: list[SuccessionOut]


def held_name_out(record: HoldRecord) -> HeldNameOut:
    hold = record.hold
    judgements = [_judgement(record, each) for each in record.judgements]
    state = "waiting" if not judgements else "released" if judgements[-1].verdict == "distinct" else "refused"
    return HeldNameOut(
        number=hold.number,
        evaluator=record.evaluator.code,
        credit_code=record.evaluator.credit_code,
        name=hold.name,
        state=state,
        reasons=hold.reasons,
        candidates=[ResembledOut(**each) for each in hold.candidates],
        left_out=hold.left_out,
        held_at=hold.held_at,
        judgements=judgements,
    )


def _judgement(record: HoldRecord, row: NameJudgement) -> NameJudgementOut:
    return NameJudgementOut(
        number=row.number,
        verdict="distinct" if row.is_distinct else "same",
        same_as=None if row.same_as is None else record.same_as[row.same_as],
        reason=row.reason,
        judged_at=row.judged_at,
        by=row.judged_by,
    )


def succession_judgement_out(row: SuccessionJudgement) -> SuccessionJudgementOut:
    return SuccessionJudgementOut(
        number=row.number, verdict=row.verdict, reason=row.reason, judged_at=row.judged_at, by=row.judged_by
    )


def succession_out(each: Succession, persons: Mapping[str, str]) -> SuccessionOut:
    """persons: names by the ids that stand in signs."""
    found = each.found
    return SuccessionOut(
        old=found.old,
        ending=found.ending.source,
        began_on=found.ending.began_on,
        ends_on=found.ending.ends_on,
        days_after=found.days_after,
        signs=[_sign(signal, persons) for signal in found.signals],
        judgement=None if each.judgement is None else succession_judgement_out(each.judgement),
    )


def _sign(signal: Signal, persons: Mapping[str, str]) -> SignOut:
    return SignOut(
        sign=str(signal.sign),
        evidence=list(signal.evidence),
        persons=[persons[each] for each in signal.evidence if each in persons],
        share=None if signal.share is None else float(signal.share),
    )
