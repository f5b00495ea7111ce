"""What a status permits, as shipped."""

import pytest
from evaluator_samples import POLICY

from registry.evaluators.policy import Activity, Permission, State


@pytest.mark.parametrize("state", State)
def test_only_a_valid_item_may_bid(state: State) -> None:
    permitted = {activity for activity in Activity if POLICY.permission(state, activity) is Permission.YES}

    assert permitted == (set(Activity) if state is State.VALID else set())
    assert POLICY.states_permitting(Activity.BID) == {State.VALID}


@pytest.mark.parametrize(
    ("state", "activity", "expected"),
    [
        (State.SUSPENDED, Activity.CONTINUE_FIELD_WORK, Permission.ASK_COMMISSIONER),
        (State.SUSPENDED, Activity.ISSUE_REPORT, Permission.INVALID_FOR_GOOD),
        (State.SUSPENDED, Activity.RELY_ON_EARLIER_REPORTS, Permission.FLAGGED),
        (State.EXPIRED, Activity.RELY_ON_EARLIER_REPORTS, Permission.FLAGGED),
        (State.VOID, Activity.RELY_ON_EARLIER_REPORTS, Permission.NOT_RELIED_ON),
        (State.VOID, Activity.CONTINUE_FIELD_WORK, Permission.NO),
    ],
)
def test_a_status_permits_what_the_table_says(state: State, activity: Activity, expected: Permission) -> None:
    assert POLICY.permission(state, activity) is expected
