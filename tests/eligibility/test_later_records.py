"""What is recorded after an instant never changes an answer as of it, in whichever order it is recorded."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from dossier_samples import make_credit_code
from eligibility_world import LEADS, World, make_staffed_dossier, make_world
from evaluator_samples import at
from exclusion_samples import make_edge, make_row, take
from fieldwork_samples import make_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from vetting_samples import make_scope

from registry.accounts.permissions import OPERATOR
from registry.audit.entry import read_entry
from registry.audit.models import Entry, Head
from registry.eligibility import check_service
from registry.eligibility.kept_answers import may_change_answers
from registry.errors import RegistryError
from registry.evaluators import dossier_service, evidence_service, surveillance_service
from registry.evaluators.dossier_service import Submission
from registry.fieldwork import service as fieldwork

FIRST, TOWN, COUNTY = at("2026-03-01"), "mca:422828100", "mca:422828"
WINDOW = "2026-05-01", "2026-10-01"


def save_dossier(world: World, now: datetime) -> None:
    """With another lead evaluator, another owner, and another day of founding."""
    before = str(now.date() - timedelta(days=1))
    staff = [{"person": each, "post": "lead_evaluator", "valid_from": "2018-01-01"} for each in (*LEADS, "p-9")]
    owner = make_edge(make_credit_code(7), 1.0) | {"seen_at": before}
    document = make_staffed_dossier(before, staff=staff, ownership=[owner], founded_on="2009-01-01")
    dossier_service.save(
        world.session, OPERATOR, world.evaluator, Submission(document), world.evaluator.dossier_sha256, now
    )


def engage(world: World, now: datetime) -> None:
    document = make_document(
        world.evaluator.code, scored=[TOWN], commissioner=COUNTY, payer=COUNTY, region=TOWN, subject_level="town",
        window={"from": "2026-01-01", "to": "2026-08-01"}, agreed_on="2025-12-20",
        history=[{"kind": "started", "on": "2026-01-10"}],
    )  # fmt: skip
    fieldwork.record(world.session, OPERATOR, document, now)


def bar(world: World, now: datetime) -> None:
    """Asked two days before it was recorded."""
    row = make_row(1, credit_code=world.evaluator.credit_code)
    take(world.session, [row], now - timedelta(days=2, hours=1), recorded_at=now)


def granted(world: World) -> dict[str, Callable[[datetime], object]]:
    """What may be recorded, each from a day long before on."""
    asked, other = world.vetting.granted(
        make_scope(), make_scope("water"), effective="2025-12-01", valid_to="2028-01-01", on="2025-11-10"
    )
    return {
        "suspended": lambda now: world.vetting.suspend(asked, "2026-01-10", str(now.date())),
        "another suspended": lambda now: world.vetting.suspend(other, "2026-01-10", str(now.date())),
        "withdrawn": lambda now: world.vetting.decide("withdraw", asked, "2026-02-01", str(now.date())),
        "annulled": lambda now: world.vetting.decide("annul", other, "2025-12-01", str(now.date())),
        "barred": lambda now: bar(world, now),
        "not barred": lambda now: world.query_lists(str(now.date())),
        "dossier": lambda now: save_dossier(world, now),
        "engaged": lambda now: engage(world, now),
        "compared": lambda now: world.believe(str(now.date())),
    }


def test_what_is_recorded_later_changes_no_earlier_answer(session: Session, tmp_path: Path) -> None:
    world = make_world(session, tmp_path)
    deeds = granted(world)
    question = world.written("agri", *WINDOW, subjects=(TOWN,), commissioner=COUNTY, payer=COUNTY)
    digests = set[str]()

    @settings(max_examples=6, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(sorted(deeds)), min_size=6, max_size=6, unique=True))
    def later(names: list[str]) -> None:
        with session.begin_nested() as attempt:
            stored = []
            for place, name in enumerate(names):
                now = FIRST + timedelta(days=place)
                try:
                    with session.begin_nested():
                        deeds[name](now)
                except RegistryError:
                    """Not possible any more, as to suspend what is withdrawn."""
                stored.append(check_service.store(session, OPERATOR, [question], now, now))
            digests.update(each.result_sha256 for each in stored)
            assert [check_service.replay(session, each).is_same for each in stored] == [True] * len(stored)
            attempt.rollback()
        session.expire_all()

    later()
    assert len(digests) > 5


def test_what_is_only_asked_for_planned_or_handed_in_changes_no_answer(session: Session, tmp_path: Path) -> None:
    """Each of these entries of the log is passed over by what keeps answers and by what marks them."""
    world = make_world(session, tmp_path)
    (item,) = world.vetting.granted(make_scope(), effective="2025-12-01", valid_to="2028-01-01", on="2025-11-10")
    world.query_lists("2026-03-01")
    size = session.scalars(select(Head.size)).one()
    before = world.ask("agri", *WINDOW, FIRST)

    world.vetting.pending(make_scope("water"), make_scope(), on="2026-03-01")
    plan = surveillance_service.Plan("routine", (item,), date(2026, 6, 1))
    surveillance_service.plan(session, world.vetting.officer, world.evaluator, plan, FIRST)
    evidence_service.hand_in(session, OPERATOR, world.evaluator, "more.pdf", b"%PDF-1.7 more", FIRST)

    entries = session.scalars(select(Entry.entry).where(Entry.index >= size))
    actions = {read_entry(each)["action"] for each in entries}
    assert actions >= {"application.open", "application.conclude", "surveillance.plan", "evaluator.hand_in_evidence"}
    assert not any(map(may_change_answers, actions))
    assert world.ask("agri", *WINDOW, FIRST).sha256 == before.sha256
    assert may_change_answers("application.grant")
