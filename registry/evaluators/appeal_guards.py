"""When an appeal can be filed, and when and by whom it can be decided: every broken rule told at once. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from registry.evaluators.policy import Policy
from registry.evaluators.refusal import Code, Refusal


@dataclass(frozen=True, slots=True)
class Contested:
    """A decision. known_on: from which day on everybody could know of it: its days run from then on."""

    id: str
    decided_on: date
    known_on: date
    is_contested_already: bool


def filing_refusals(contested: Contested, filed_on: date, today: date, policy: Policy) -> Iterator[Refusal]:
    """Why the appeal cannot be filed; none where it can.

    The day of its recording has to be in time, since filed_on is the word of whoever appeals.
    """
    if contested.is_contested_already:
        message = "An appeal against this decision is pending already."
        yield Refusal(Code.APPEAL_PENDING, message, "Wait for what is decided on it.", contested.id)
    if not contested.decided_on <= filed_on <= today:
        yield Refusal(
            Code.APPEAL_DAY_IMPOSSIBLE,
            f"The appeal is of {filed_on}, and the decision of {contested.decided_on}.",
            f"Give a day from {contested.decided_on} to {today}, today.",
            contested.id,
            str(filed_on),
            str(today),
        )
    last = contested.known_on + timedelta(days=policy.appeal_days)
    if today > last:
        yield Refusal(
            Code.APPEAL_OUT_OF_TIME,
            f"An appeal is filed within {policy.appeal_days} days; of this decision, known since "
            f"{contested.known_on}, until {last}. Today is {today}.",
            "Ask for a correction of the decision, or apply anew.",
            contested.id,
            str(today),
            str(last),
        )


@dataclass(frozen=True, slots=True)
class Filed:
    """An appeal. outcome: of the ruling that there is already. took_part: who decided what is contested, and who
    appeals, as persons."""

    id: str
    filed_on: date
    outcome: str | None
    took_part: Collection[str]


def ruling_refusals(filed: Filed, decided_on: date, person: str, today: date) -> Iterator[Refusal]:
    """Why the ruling cannot be recorded; none where it can."""
    if filed.outcome is not None:
        message = f"The appeal was {filed.outcome} already."
        yield Refusal(Code.APPEAL_DECIDED, message, "A ruling stands; nothing more is recorded.", filed.id)
    if person in filed.took_part:
        message = "Whoever took the contested decision, or filed the appeal, does not decide on the appeal."
        yield Refusal(Code.RULING_BY_A_PARTY, message, "Let somebody else decide.", filed.id)
    if not filed.filed_on <= decided_on <= today:
        yield Refusal(
            Code.RULING_DAY_IMPOSSIBLE,
            f"The ruling is of {decided_on}, and the appeal of {filed.filed_on}.",
            f"Give a day from {filed.filed_on} to {today}, today.",
            filed.id,
            str(decided_on),
            str(today),
        )
