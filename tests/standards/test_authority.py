"""Who may set, narrow and waive, and with which reasons."""

from datetime import date, timedelta

import pytest
from localization_samples import (
    BELOW,
    PLACES,
    WIDE,
    faults_of,
    make_localization,
    make_narrowing,
    make_setting,
    make_waiver,
    make_wide_standard,
    read,
)
from standard_samples import Document, make_parameter

from registry.standards.authority import authority_violations
from registry.standards.reading import read_standard

PARAMETERS = [*make_wide_standard()["parameters"]]


def told(document: Document) -> list[tuple[str, str]]:
    return [(each.message, each.fix) for each in authority_violations(WIDE, read(document))]


@pytest.mark.parametrize("level", BELOW)
def test_each_level_may_set_and_narrow_what_is_granted_to_it_and_nothing_else(level: str) -> None:
    target = next(each for each in PARAMETERS if each["id"] == "target")
    setting = make_localization(level, set=[make_setting("target", 3)])
    narrowing = make_localization(level, narrow=[make_narrowing("target", maximum=4)])
    refused = "LEVEL_NOT_AUTHORISED"

    assert faults_of(setting) == ([] if level in target["settable_by"] else [(refused, "/set/0/parameter")])
    assert faults_of(narrowing) == ([] if level in target["narrowable_by"] else [(refused, "/narrow/0/parameter")])


def test_a_parameter_that_is_granted_to_nobody_is_set_by_nobody() -> None:
    parameters = [*PARAMETERS, make_parameter(id="mine", settable_by=None)]
    standard = read_standard(make_wide_standard(parameters=parameters))

    assert faults_of(make_localization(set=[make_setting("mine", "2")]), standard=standard) == [
        ("LEVEL_NOT_AUTHORISED", "/set/0/parameter")
    ]


def test_the_message_names_who_may() -> None:
    ((message, _),) = told(make_localization("province", set=[make_setting("target", 3)]))

    assert message == "The level province may not set target; that is for: county or township."


def test_a_locked_parameter_is_told_once_whoever_may_set_it() -> None:
    assert faults_of(make_localization("province", set=[make_setting("fixed", "2")])) == [
        ("PARAM_LOCKED", "/set/0/parameter")
    ]


def test_a_rationale_is_needed_where_the_standard_asks_for_it_which_it_does_unless_it_says_otherwise() -> None:
    without = {"target": 2, "own": "3", "hours": 44}
    faults = {
        name: faults_of(make_localization(set=[make_setting(name, value, rationale=None)]))
        for name, value in without.items()
    }

    assert faults == {"target": [("RATIONALE_MISSING", "/set/0/rationale")], "own": [], "hours": []}


def test_a_narrowing_needs_the_same_reasons_as_a_value() -> None:
    silent = {key: value for key, value in make_narrowing("target", maximum=4).items() if key != "rationale"}

    assert faults_of(make_localization(narrow=[silent])) == [("RATIONALE_MISSING", "/narrow/0/rationale")]
    assert faults_of(make_localization(narrow=[make_narrowing("meets", choices=[True])])) == [
        ("MANDATE_MISSING", "/narrow/0/mandate")
    ]


@pytest.mark.parametrize(
    ("begins", "faults"),
    [("2026-06-30", []), ("2026-07-01", [("MANDATE_NOT_IN_FORCE", "/set/0/mandate")])],
)
def test_a_mandate_is_in_force_when_the_change_begins(begins: str, faults: list[tuple[str, str]]) -> None:
    county = make_localization(set=[make_setting("meets", False, mandate="old", valid_from=begins)])

    assert faults_of(county) == faults


@pytest.mark.parametrize(
    ("days_before", "is_accepted"),
    [(-1, False), (0, True), (365, True), (366, False)],
)
def test_evidence_is_of_a_day_before_the_change_and_not_too_old(days_before: int, is_accepted: bool) -> None:
    as_of = date(2026, 4, 1) - timedelta(days_before)
    evidence = [{"fact": "enterprises", "value": 2, "as_of": as_of.isoformat(), "source": "Register"}]
    county = make_localization(set=[make_setting("proved", "3", evidence=evidence)])

    assert faults_of(county) == ([] if is_accepted else [("EVIDENCE_STALE", "/set/0/evidence/0/as_of")])


def test_evidence_of_a_later_day_is_told_as_what_it_is() -> None:
    evidence = [{"fact": "enterprises", "value": 2, "as_of": "2026-04-03", "source": "Register"}]

    ((message, _),) = told(make_localization(set=[make_setting("proved", "3", evidence=evidence)]))

    assert message.startswith("The evidence is of 2 days after the change")


def test_evidence_of_a_fact_that_does_not_age_may_be_of_any_day_before() -> None:
    evidence = [
        {"fact": "enterprises", "value": 2, "as_of": "2026-04-01", "source": "Register"},
        {"fact": "x", "value": "2", "as_of": "1999-04-01", "source": "Register"},
    ]

    assert faults_of(make_localization(set=[make_setting("proved", "3", evidence=evidence)])) == []


@pytest.mark.parametrize("level", BELOW)
def test_a_criterion_is_waived_by_the_levels_that_it_names(level: str) -> None:
    document = make_localization(level, waive=[make_waiver("c")])

    assert faults_of(document) == ([] if level == "county" else [("WAIVER_NOT_AUTHORISED", "/waive/0/criterion")])


def test_a_criterion_that_names_no_level_is_waived_by_nobody() -> None:
    ((message, _),) = told(make_localization(waive=[make_waiver("firm")]))

    assert message.endswith("that is for: nobody.")


@pytest.mark.parametrize(
    ("approver", "is_accepted"),
    [
        ({"en": "The township"}, False),
        ({"en": "The township", "zh": "乡镇"}, False),
        ({"en": "The county"}, True),
        ({"zh": "县"}, True),
    ],
)
def test_whoever_asks_for_a_waiver_does_not_approve_it_also_with_another_name_beside(
    approver: Document, is_accepted: bool
) -> None:
    county = make_localization(waive=[make_waiver("c", approved_by=approver)])

    assert faults_of(county) == ([] if is_accepted else [("WAIVER_SELF_APPROVED", "/waive/0/approved_by")])


@pytest.mark.parametrize(
    ("begins", "ends", "is_accepted"),
    [
        (None, "2026-04-01", False),
        (None, "2026-04-02", True),
        ("2026-01-01", "2026-04-01", False),
        ("2026-01-01", "2026-04-02", True),
        ("2027-03-31", "2028-01-01", True),
        ("2027-04-01", "2028-01-01", False),
    ],
)
def test_a_waiver_that_never_counts_within_its_localization_is_refused(
    begins: str | None, ends: str, is_accepted: bool
) -> None:
    county = make_localization(waive=[make_waiver("c", valid_from=begins, valid_to=ends)])

    assert faults_of(county) == ([] if is_accepted else [("WAIVER_EXPIRED", "/waive/0/valid_to")])


def test_what_is_not_authorised_is_told_on_days_on_which_it_does_not_count_too() -> None:
    province = make_localization(
        "province",
        jurisdiction=PLACES["province"],
        set=[make_setting("target", 2, valid_from="2026-09-01")],
    )

    assert faults_of(province) == [("LEVEL_NOT_AUTHORISED", "/set/0/parameter")]
