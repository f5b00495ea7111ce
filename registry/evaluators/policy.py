"""What the keeper of the register sets: cycles, limits of suspensions, surveillance, what a status permits. Pure.

The numbers here are the ones shipped; none of them is law.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """What a scope item is on a day. A word is never used again for something else."""

    NO_RECORD = "no_record"
    NOT_YET_VALID = "not_yet_valid"
    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN_PART = "withdrawn_part"
    WITHDRAWN = "withdrawn"
    SURRENDERED = "surrendered"
    VOID = "void"


class Activity(StrEnum):
    BID = "bid"
    BE_DRAWN = "be_drawn"
    SIGN = "sign"
    CONTINUE_FIELD_WORK = "continue_field_work"
    ISSUE_REPORT = "issue_report"
    RELY_ON_EARLIER_REPORTS = "rely_on_earlier_reports"
    CLAIM_TO_BE_QUALIFIED = "claim_to_be_qualified"


class Permission(StrEnum):
    """ASK_COMMISSIONER: stop, unless the commissioner allows it. INVALID_FOR_GOOD: no, and no reinstatement cures it.

    FLAGGED: what was issued stands and is looked at again. NOT_RELIED_ON: it does not stand.
    """

    YES = "yes"
    NO = "no"
    ASK_COMMISSIONER = "ask_commissioner"
    INVALID_FOR_GOOD = "invalid_for_good"
    FLAGGED = "flagged"
    NOT_RELIED_ON = "not_relied_on"


Permissions = Mapping[tuple[State, Activity], Permission]

_EXCEPTIONS = {
    (State.SUSPENDED, Activity.CONTINUE_FIELD_WORK): Permission.ASK_COMMISSIONER,
    (State.SUSPENDED, Activity.ISSUE_REPORT): Permission.INVALID_FOR_GOOD,
    **{
        (state, Activity.RELY_ON_EARLIER_REPORTS): Permission.FLAGGED
        for state in (State.SUSPENDED, State.EXPIRED, State.WITHDRAWN_PART, State.WITHDRAWN, State.SURRENDERED)
    },
    **{
        (state, Activity.RELY_ON_EARLIER_REPORTS): Permission.NOT_RELIED_ON
        for state in (State.NO_RECORD, State.NOT_YET_VALID, State.VOID)
    },
}
# Only a valid item permits anything without more.
SHIPPED_PERMISSIONS: Permissions = MappingProxyType(
    {
        (state, activity): _EXCEPTIONS.get((state, activity), Permission.YES if state is State.VALID else Permission.NO)
        for state in State
        for activity in Activity
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """cycle_months: longest validity. suspension_months: latest review of a suspension, counted from its beginning.

    most_withdrawals: with so many there is no return. surveillance_months: from one surveillance to the next;
    surveillance_notice_days: how long before that day it counts as due.
    appeal_days: how long a decision can be contested from the day on which it became known; UKAS allows a month.
    publication_days: how long after its recording a decision may be published; the days of an appeal begin there.
    """

    cycle_months: int = 60
    suspension_months: int = 9
    most_withdrawals: int = 2
    surveillance_months: int = 24
    surveillance_notice_days: int = 90
    appeal_days: int = 30
    publication_days: int = 30
    permissions: Permissions = field(default_factory=lambda: SHIPPED_PERMISSIONS, hash=False)

    def permission(self, state: State, activity: Activity) -> Permission:
        return self.permissions[state, activity]

    def states_permitting(self, activity: Activity) -> frozenset[State]:
        """States in which it may be done without asking anybody."""
        return frozenset(state for state in State if self.permission(state, activity) is Permission.YES)
