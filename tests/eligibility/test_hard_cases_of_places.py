"""The hard cases about places: a code that was given anew, and the policy of a place as it was known."""

from pathlib import Path

from eligibility_samples import SHIPPED, codes_of, found
from eligibility_world import make_world
from evaluator_samples import at, day
from localization_samples import make_localization, make_setting, pin
from region_samples import SINCE, TOWN_CHANGES, changes_file
from sqlalchemy.orm import Session
from standard_places import publish, withdraw
from vetting_samples import make_scope

from registry.accounts.permissions import OPERATOR
from registry.eligibility import check_service
from registry.eligibility.decision import Decision
from registry.json_text import parse_json
from registry.regions import import_service
from registry.regions.claim import Claim
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes
from registry.regions.reference import Level

# Nothing is against it but that spot checks of that time are missing.
NEWCOMER = ("conditional", [("REL-001", "TOO_FEW_BACKCHECKS")])


def told(decision: Decision) -> tuple[str, list[tuple[str, str]]]:
    return decision.verdict, codes_of(decision)


def test_case_2f_a_region_with_another_code_is_the_same_region(session: Session, tmp_path: Path) -> None:
    """422828209 became 422828100 on 2022-03-01."""
    world = make_world(session, tmp_path, "2022-02-01")
    changes = read_changes(changes_file(tmp_path, TOWN_CHANGES, "towns.csv"), "mca")
    import_service.import_changes(session, changes, "mca", Terms(at("2022-02-01"), Claim(SINCE, None, Level.TOWNSHIP)))
    world.query_lists("2022-02-20", "2022-04-15")
    old = make_scope("agri", "mca:422828209")
    (item,) = world.vetting.granted(old, effective="2022-02-15", valid_to="2024-01-01", on="2022-02-10")

    def ask(region: str, *window: str, known_at: str = "2022-04-15") -> Decision:
        return world.ask("agri", *window, known_at, region=region)

    after = ask("mca:422828100", "2022-05-01", "2022-10-01")
    assert told(after) == NEWCOMER
    assert [each["ref"] for each in found(after, "SCO-001").facts] == [f"{world.evaluator.code}/item/{item}"]
    assert told(ask("mca:422828209@2022-02-20", "2022-05-01", "2022-10-01")) == NEWCOMER
    before = ask("mca:422828209", "2022-02-20", "2022-03-01", known_at="2022-02-20")
    assert told(before) == NEWCOMER
    # The county around it is no part of it, by whichever code.
    assert codes_of(ask("mca:422828", "2022-05-01", "2022-10-01"), "fail") == [("SCO-001", "SCOPE_REGION")]


def test_the_policy_of_a_place_counts_from_its_publication_until_its_withdrawal(
    session: Session, tmp_path: Path
) -> None:
    world = make_world(session, tmp_path)
    world.query_lists("2026-03-31", "2026-04-07")
    world.believe("2025-11-20")
    world.vetting.granted(make_scope(), effective="2025-12-01", valid_to="2028-01-01", on="2025-11-10")
    stricter = make_localization(
        "province", id="evaluator-eligibility.hubei", standard=pin(parse_json(SHIPPED.read_bytes()), with_digest=True),
        jurisdiction="mca:420000", valid_from="2025-12-01", valid_to=None,
        set=[make_setting("exclusion_list_age_days", 2, rationale={"zh": "如此。", "en": "So it is here."})],
    )  # fmt: skip
    publish(session, stricter, now=at("2026-04-05"))
    question = world.written("agri", "2026-05-01", "2026-10-01")
    noon = at("2026-04-10")
    before_noon = noon.replace(hour=11)
    stored = check_service.store(session, OPERATOR, [question], before_noon, before_noon)
    withdraw(session, stricter, day("2026-04-10"), now=noon)

    def asked(known_at: str, hour: int = 12) -> tuple[tuple[str, ...], str]:
        decision = world.ask("agri", "2026-05-01", "2026-10-01", at(known_at).replace(hour=hour))
        return decision.policy.localizations, decision.verdict

    placed, elsewhere = (("evaluator-eligibility.hubei@1.0.0",), "indeterminate"), ((), "eligible")
    assert asked("2026-04-04") == elsewhere
    assert asked("2026-04-06") == placed
    assert asked("2026-04-10", hour=11) == placed
    assert asked("2026-04-10") == elsewhere
    # What is stored keeps its policy, whatever became of it.
    again = check_service.replay(session, stored)
    assert (again.is_same, again.consortium.verdict) == (True, "indeterminate")
    other = check_service.store(session, OPERATOR, [question], at("2026-04-04"), noon)
    assert (other.verdict, check_service.replay(session, other).is_same) == ("eligible", True)
