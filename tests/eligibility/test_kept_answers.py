"""Answers that are kept: given again only while nothing that counts was recorded and no age is another one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eligibility_samples import SHIPPED
from eligibility_world import World, make_world
from evaluator_samples import at
from exclusion_samples import LIST, make_row, record_list, take
from localization_samples import make_localization, make_setting, pin
from sqlalchemy import event
from sqlalchemy.orm import Session
from standard_places import publish
from vetting_samples import make_scope

from registry.accounts.permissions import OPERATOR
from registry.canonical import canonical_json
from registry.eligibility import check_service
from registry.eligibility.answering_service import answer
from registry.eligibility.kept_answers import KeptAnswer, Line, Sight, ages_change_at
from registry.eligibility.kept_answers_service import KeptAnswers
from registry.eligibility.wire import one_answer, one_answer_body
from registry.evaluators import exclusion_service
from registry.evaluators.exclusion_service import Opinion
from registry.json_text import parse_json

K = "2026-04-15"
WINDOW = "2026-05-01", "2026-10-01"
LATER = timedelta(minutes=5)


def line(action: str, on: str, leaf: bytes = b"a") -> Line:
    return Line(action, at(on), leaf)


def test_only_what_can_change_an_answer_counts_and_clocks_that_differ_do_no_harm() -> None:
    seen = Sight().after([line("region.import", "2026-04-02", b"a"), line("qualification.grant", "2026-04-01", b"b")])
    after = seen.after([line("eligibility.check", "2026-04-05", b"c"), line("key.made", "2026-04-05", b"d")])

    assert (seen.size, seen.last, seen.changed_by, seen.latest_at) == (2, b"b", b"b", at("2026-04-02"))
    assert (after.size, after.last, after.changed_by, after.latest_at) == (4, b"d", b"b", at("2026-04-02"))


@pytest.mark.parametrize(
    "action",
    [
        "appeal.file", "certificate.record", "comparison.record", "engagement.event", "entity.record",
        "evaluator.erase_person", "evaluator.judge_succession", "exclusion.judge", "exclusion_list.import",
        "qualification.suspend", "region.import", "register.import", "standard.publish", "standard.withdraw",
        "surveillance.finish", "something.new",
    ],
)  # fmt: skip
def test_what_may_change_an_answer_is_a_change(action: str) -> None:
    assert Sight().after([line(action, "2026-04-01", b"a")]).changed_by == b"a"


def test_an_answer_ends_with_its_legal_day_and_with_each_day_of_a_list() -> None:
    noon = datetime(2026, 4, 15, 4, tzinfo=UTC)
    queried = datetime(2026, 4, 10, 6, tzinfo=UTC)
    midnight = datetime(2026, 4, 15, 16, tzinfo=UTC)

    assert ages_change_at(noon, []) == midnight
    assert ages_change_at(noon, [queried]) == datetime(2026, 4, 15, 6, tzinfo=UTC)
    assert ages_change_at(noon, [noon - timedelta(days=7)]) == noon
    assert ages_change_at(noon, [noon + LATER]) == noon + LATER
    kept = KeptAnswer(b"", noon, midnight)
    assert [kept.holds(each) for each in (noon - LATER, noon, midnight - LATER, midnight)] == [False, True, True, False]


def statements_of(session: Session, work: Callable[[], Any]) -> int:
    count = [0]

    def seen(*_: Any) -> None:
        count[0] += 1

    bind = session.connection()
    event.listen(bind, "before_cursor_execute", seen)
    work()
    event.remove(bind, "before_cursor_execute", seen)
    return count[0]


@pytest.fixture
def world(session: Session, tmp_path: Path) -> World:
    made = make_world(session, tmp_path)
    made.query_lists(K)
    return made


def add_policy(session: Session, now: datetime) -> None:
    place = make_localization(
        "province", id="evaluator-eligibility.hubei", standard=pin(parse_json(SHIPPED.read_bytes()), with_digest=True),
        jurisdiction="mca:420000", valid_from="2026-04-01", valid_to=None,
        set=[make_setting("most_cycles", 2, rationale={"zh": "如此。", "en": "So it is here."})],
    )  # fmt: skip
    publish(session, place, now=now)


def changes_of(world: World, item: str) -> list[Callable[[str], Any]]:
    """One of each kind, each with the day on which it is recorded."""
    session = world.session
    alike = make_row(2, name="Somebody", credit_code=world.evaluator.credit_code or "", valid_from="2026-04-01")
    own = make_row(3, name=world.evaluator.name, credit_code="", valid_from="2026-04-01")
    opinion = Opinion(LIST, "e-3", True, "seen the licence")
    return [
        lambda on: world.vetting.suspend(item, "2026-05-20", on),
        lambda on: take(session, [own], at(on)),
        lambda on: exclusion_service.judge(session, OPERATOR, world.evaluator, opinion, at(on)),
        lambda on: take(session, [alike, own], at(on)),
        lambda on: add_policy(session, at(on)),
        world.believe,
        lambda on: record_list(session, "another-list", now=at(on)),
    ]


def test_what_is_recorded_makes_a_new_answer_at_once_and_nothing_else_does(world: World, session: Session) -> None:
    (item,) = world.vetting.granted(make_scope("one"), effective="2025-12-01", valid_to="2028-01-01", on="2025-11-10")
    kept, written = KeptAnswers(), world.written("one", *WINDOW)

    def told(known_at: datetime) -> bytes:
        found = kept.ask(session, written, known_at).content
        assert found == canonical_json(answer(session, written, known_at).timeless)
        return found

    now = at(K) + LATER
    first = told(now)
    anew = statements_of(session, lambda: answer(session, written, now + LATER))
    assert statements_of(session, lambda: kept.ask(session, written, now + LATER)) == 1
    check_service.store(session, OPERATOR, [written], now, now)
    session.flush()
    # One more, for the entry; and what was known before is answered as it was known then.
    assert statements_of(session, lambda: kept.ask(session, written, now + LATER)) == 2 < anew
    before = told(at("2026-04-01"))
    assert before != first == told(now)

    for place, change in enumerate(changes_of(world, item)):
        on = f"2026-04-{16 + place}"
        last = told(at(on) + LATER)
        change(on)
        session.flush()
        assert told(at(on) + LATER) != last, place
        told(at(on) - LATER)
    # A list has one day more, and in the end too many.
    assert len({told(at("2026-04-25") - LATER), told(at("2026-04-25") + LATER), told(at("2026-05-25"))}) == 3


def test_what_will_have_been_recorded_is_never_in_an_answer_that_is_kept(world: World, session: Session) -> None:
    """A clock that went ahead: the entry is there, and its instant is still to come."""
    (item,) = world.vetting.granted(make_scope("one"), effective="2025-12-01", valid_to="2028-01-01", on="2025-11-10")
    kept, written = KeptAnswers(), world.written("one", *WINDOW)
    take(session, [make_row(9999)], at(K) + 2 * LATER)
    world.vetting.suspend(item, "2026-05-20", "2026-04-16")
    session.flush()

    early = kept.ask(session, written, at("2026-04-16") - timedelta(seconds=1)).content
    assert kept.ask(session, written, at("2026-04-16") + timedelta(seconds=1)).content != early


def test_a_body_is_that_of_the_answer_with_its_instants(world: World, session: Session) -> None:
    known_at, written = at(K), world.written("one", *WINDOW)
    found = check_service.ask(session, [written], known_at)
    content = KeptAnswers().ask(session, written, known_at).content

    assert one_answer_body(content, known_at, known_at + LATER) == canonical_json(one_answer(found, known_at + LATER))
