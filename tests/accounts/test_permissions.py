"""Who may do what, as a pure function: the table, limits of roles, keys, and what is sealed."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.accounts.permissions import (
    ANONYMOUS,
    NEVER_BY_KEY,
    SEALED,
    TABLE,
    Actor,
    Anybody,
    HeldRole,
    Permission,
    Role,
    Subject,
    Via,
    is_prefix,
    may,
    might,
    role_faults,
)

ME, ANOTHER = UUID(int=1), UUID(int=2)
ZHEJIANG, HANGZHOU, JIANGSU = ("浙江省",), ("浙江省", "杭州市"), ("江苏省",)


def make_actor(*roles: HeldRole | Role, **changes: object) -> Actor:
    held = tuple(each if isinstance(each, HeldRole) else HeldRole(each) for each in roles)
    values: dict[str, object] = {
        "account_id": ME, "person_id": ME, "roles": held, "person_roles": frozenset(each.role for each in held),
        "via": Via.SESSION,
    }  # fmt: skip
    return Actor(**values | changes)  # type: ignore[arg-type]


names = st.sampled_from(["浙江省", "杭州市", "江苏省", "x"])
regions = st.lists(names, max_size=3).map(tuple)
held_roles = st.builds(
    HeldRole,
    st.sampled_from(Role),
    st.none() | st.sampled_from(["甲", "乙"]),
    st.none() | regions,
    st.none() | st.sampled_from(["卫生", "教育"]),
)
subjects = st.builds(
    Subject,
    st.sampled_from([None, ME, ANOTHER]),
    st.sampled_from([None, "甲", "乙"]),
    st.none() | regions,
    st.sampled_from([None, "卫生", "教育"]),
)
actors = st.lists(held_roles, max_size=4).map(lambda held: make_actor(*held))


def test_every_permission_is_somebodys() -> None:
    assert set(TABLE) == set(Permission)
    assert all(TABLE.values())


@pytest.mark.parametrize("permission", Permission)
def test_nobody_in_particular_has_what_is_public_and_nothing_else(permission: Permission) -> None:
    assert bool(may(ANONYMOUS, permission)) == (TABLE[permission] == {Anybody.PUBLIC})
    assert bool(might(ANONYMOUS, permission)) == (TABLE[permission] == {Anybody.PUBLIC})


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_an_unlimited_role_has_what_the_table_says(role: Role, permission: Permission) -> None:
    expected = bool(TABLE[permission] & {role, Anybody.PUBLIC, Anybody.SIGNED_IN})

    assert bool(may(make_actor(role), permission)) == expected


@pytest.mark.parametrize(
    ("limits", "subject", "expected"),
    [
        ({"region": ZHEJIANG}, Subject(region=HANGZHOU), True),
        ({"region": ZHEJIANG}, Subject(region=ZHEJIANG), True),
        ({"region": HANGZHOU}, Subject(region=ZHEJIANG), False),
        ({"region": ZHEJIANG}, Subject(region=JIANGSU), False),
        ({"region": ZHEJIANG}, Subject(), False),
        ({"field_of_assessment": "卫生"}, Subject(field_of_assessment="卫生"), True),
        ({"field_of_assessment": "卫生"}, Subject(), False),
        ({"field_of_assessment": "卫生", "region": ZHEJIANG}, Subject(region=HANGZHOU), False),
        ({}, Subject(region=HANGZHOU, field_of_assessment="教育"), True),
    ],
)
def test_a_limited_role_reaches_what_is_known_to_lie_within(
    limits: dict[str, object], subject: Subject, expected: bool
) -> None:
    actor = make_actor(HeldRole(Role.AUDITOR, **limits))  # type: ignore[arg-type]

    assert bool(may(actor, Permission.COMPARISON_READ, subject)) == expected
    assert might(actor, Permission.COMPARISON_READ)


def test_an_evaluator_acts_for_itself_alone() -> None:
    actor = make_actor(HeldRole(Role.EVALUATOR, evaluator_id="甲"))

    assert may(actor, Permission.REPORT_SUBMIT, Subject(evaluator_id="甲"))
    assert not may(actor, Permission.REPORT_SUBMIT, Subject(evaluator_id="乙"))
    assert not may(actor, Permission.REPORT_SUBMIT)


def test_a_job_is_read_by_who_made_it_and_by_auditors() -> None:
    officer = make_actor(Role.PROCUREMENT)

    assert may(officer, Permission.JOB_READ, Subject(owner_id=ME))
    assert not may(officer, Permission.JOB_READ, Subject(owner_id=ANOTHER))
    assert not may(officer, Permission.JOB_READ)
    assert not may(ANONYMOUS, Permission.JOB_READ, Subject(owner_id=None))
    assert may(make_actor(Role.AUDITOR), Permission.JOB_READ, Subject(owner_id=ANOTHER))


@pytest.mark.parametrize("permission", sorted(SEALED))
def test_who_administers_reads_nothing_sealed_under_any_account(permission: Permission) -> None:
    auditor = make_actor(Role.AUDITOR)
    both = make_actor(Role.AUDITOR, Role.ADMINISTRATOR)
    second_account = make_actor(Role.AUDITOR, person_roles=frozenset({Role.AUDITOR, Role.ADMINISTRATOR}))

    assert may(auditor, permission)
    assert not may(both, permission)
    assert not may(second_account, permission)


@given(actors, st.sampled_from(Permission), subjects)
def test_may_with_some_subject_means_might(actor: Actor, permission: Permission, subject: Subject) -> None:
    assert might(actor, permission) or not may(actor, permission, subject)


@given(actors, st.sampled_from(Permission), subjects, st.frozensets(st.sampled_from(Permission)))
def test_a_key_gives_no_more_than_its_owner_has(
    actor: Actor, permission: Permission, subject: Subject, scope: frozenset[Permission]
) -> None:
    by_key = make_actor(*actor.roles, via=Via.KEY, scope=scope)

    if may(by_key, permission, subject):
        assert may(actor, permission, subject)
        assert permission in scope or TABLE[permission] & {Anybody.PUBLIC, Anybody.SIGNED_IN}
    if permission in NEVER_BY_KEY:
        assert not may(by_key, permission, subject)


@given(st.lists(held_roles, max_size=3), held_roles, st.sampled_from(sorted(set(Permission) - SEALED)), subjects)
def test_another_role_takes_nothing_away_but_what_is_sealed(
    roles: list[HeldRole], more: HeldRole, permission: Permission, subject: Subject
) -> None:
    if may(make_actor(*roles), permission, subject):
        assert may(make_actor(*roles, more), permission, subject)


@given(held_roles, subjects, st.booleans())
def test_how_regions_cover_each_other_is_asked_of_whom_knows(held: HeldRole, subject: Subject, answer: bool) -> None:
    if held.region is not None and subject.region is not None:
        assert not (held.reaches(subject, lambda _outer, _inner: False))
        assert held.reaches(subject, lambda _outer, _inner: answer) <= answer


@given(regions, regions)
def test_a_region_covers_itself_and_what_is_below(outer: tuple[str, ...], rest: tuple[str, ...]) -> None:
    assert is_prefix(outer, outer + rest)
    assert is_prefix(outer + rest, outer) == (not rest)


@pytest.mark.parametrize(
    ("held", "faults"),
    [
        (HeldRole(Role.AUDITOR), 0),
        (HeldRole(Role.AUDITOR, region=ZHEJIANG), 0),
        (HeldRole(Role.EVALUATOR), 1),
        (HeldRole(Role.EVALUATOR, "甲"), 0),
        (HeldRole(Role.AUDITOR, "甲"), 1),
        (HeldRole(Role.SITE_REPRESENTATIVE), 1),
        (HeldRole(Role.SITE_REPRESENTATIVE, region=HANGZHOU), 0),
        (HeldRole(Role.ADMINISTRATOR, region=HANGZHOU), 1),
        (HeldRole(Role.ADMINISTRATOR, "甲", field_of_assessment="卫生"), 2),
    ],
)
def test_limits_that_a_role_cannot_have_are_named(held: HeldRole, faults: int) -> None:
    assert len(role_faults(held)) == faults
