"""Cases of eligibility for tests, with a qualified evaluator and nothing against it where a test says nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from evaluator_samples import POLICY as QUALIFICATION_POLICY
from evaluator_samples import REGION_CHANGE, at, covers, day, make_asked, make_grant, make_item, make_surveillance

from registry.eligibility.case import Case, Entity, ListAnswer, Post, Relations, ScopeAnswer, Score
from registry.eligibility.deciding import CRITERIA, decide
from registry.eligibility.decision import Decision, Finding
from registry.eligibility.facts import fact
from registry.eligibility.policy import Policy, read_policy
from registry.eligibility.question import Question
from registry.evaluators.coverage import Holding, find_coverage
from registry.evaluators.exclusion_matching import Identity, Limits, ListEntry, Snapshot, exclusions
from registry.evaluators.exclusion_matching import Question as ListQuestion
from registry.evaluators.names import DatedName
from registry.evaluators.periods import Period
from registry.evaluators.policy import Activity
from registry.evaluators.qualification import Event
from registry.evaluators.scope import Asked, ScopeItem
from registry.evaluators.status import recorded, timeline
from registry.json_text import parse_json
from registry.standards.document_service import load_standard
from registry.standards.localization import Question as PlaceAsked
from registry.standards.localization import resolve
from registry.standards.localization_document import Localization
from registry.standards.resolved_standard import ResolvedStandard

SHIPPED = Path(__file__).parent.parent / "standards/evaluator-eligibility/1.0.0/standard.json"
CODE = "91110000600037341L"
KNOWN = at("2026-04-15")
WINDOW = Period(day("2026-05-01"), day("2026-10-01"))


@cache
def shipped_policy() -> Policy:
    return read_policy(resolved_policy(), CRITERIA)


def resolved_policy(localizations: Sequence[Localization] = (), on: date = WINDOW.valid_from) -> ResolvedStandard:
    standard = load_standard(parse_json(SHIPPED.read_bytes()), None)
    return resolve(standard, localizations, PlaceAsked(on, None, {}, {}))


def policy_with(**values: Any) -> Policy:
    """The shipped one with other values, as a place could have set them within wider bounds."""
    resolved = resolved_policy()
    changed = {name: dict.fromkeys(resolved.values[name], value) for name, value in values.items()}
    other = ResolvedStandard(
        resolved.standard, resolved.layers, resolved.effects, {**resolved.values, **changed}, resolved.resolution
    )
    return read_policy(other, CRITERIA)


def make_question(*scope: Asked, window: Period = WINDOW, **changes: Any) -> Question:
    return replace(Question("ev-000017", scope or (make_asked(),), window), **changes)


def make_list(
    *entries: ListEntry,
    queried_on: str = "2026-04-15",
    known_at: datetime = KNOWN,
    window: Period = WINDOW,
    identity: Identity | None = None,
    **changes: Any,
) -> ListAnswer:
    known = {"code": "ccgp-serious", "authority": "MOF", "legal_basis": "Procurement Law", "max_age_days": 7}
    terms = known | changes
    body = identity or Identity(f"uscc:{CODE}", frozenset({CODE}), (DatedName(f"uscc:{CODE}", "Fair Eye Ltd"),))
    snapshot = Snapshot(terms["code"], at(queried_on), "5" * 64, entries)
    asked = ListQuestion(terms["code"], window, frozenset(), known_at)
    bars = changes.pop("bars_controlled", True)
    limits = Limits(terms["max_age_days"], bars_controlled=bars)
    terms.pop("bars_controlled", None)
    return ListAnswer(**terms, findings=exclusions(asked, body, [snapshot], [], limits))


def make_posts(*ends: str | None) -> tuple[Post, ...]:
    """Lead evaluators since 2024, each until the day given."""
    return tuple(
        Post(f"ev-000017/staff/{number}", f"person:{number}", "lead_evaluator",
             Period(day("2024-01-01"), None if end is None else day(end)), at("2024-01-01"))
        for number, end in enumerate(ends)
    )  # fmt: skip


def make_held(*events: Event, item: ScopeItem | None = None, known_at: datetime = KNOWN) -> Holding:
    """An item under surveillance since the end of 2025, granted for four years where no event says otherwise."""
    held = item or make_item()
    given = [replace(each, item_id=held.id) for each in events or (make_grant(),)]
    checked = [make_surveillance("2025-12-01", item_id=held.id)]
    return Holding(held, timeline(recorded(given, held.id, known_at, checked), QUALIFICATION_POLICY))


def answer_of(holdings: Sequence[Holding], asked: Asked, window: Period) -> ScopeAnswer:
    found = find_coverage(
        holdings, asked, window, permitted=QUALIFICATION_POLICY.states_permitting(Activity.BID), covers=covers,
        changes_on=[REGION_CHANGE],
    )  # fmt: skip
    return ScopeAnswer(found, next((each for each in holdings if each.item.id == found.item_id), None))


def make_case(
    question: Question | None = None,
    holdings: Iterable[Holding] | None = None,
    known_at: datetime = KNOWN,
    **changes: Any,
) -> Case:
    asked = question or make_question()
    held = tuple(holdings) if holdings is not None else (make_held(),)
    ids = {event_id for each in held for span in each.spans for event_id in span.status.basis}
    known: dict[str, Any] = {
        "entity": Entity("ev-000017", CODE, (DatedName(f"uscc:{CODE}", "Fair Eye Ltd"),), day("2015-01-01"), at("2024-01-01")),
        "coverages": tuple(answer_of(held, each, asked.window) for each in asked.scope),
        "events": {each: fact(f"ev-000017/event/{each}", at("2024-01-01")) for each in ids},
        "appeals": (),
        "posts": make_posts(None, None, None),
        "lapses": (),
        "lists": (make_list(known_at=known_at, window=asked.window, queried_on=str(known_at.date())),),
        "owner_gaps": (),
        "successions": (),
        "relations": None,
        "works": (),
        "reports": (),
        "score": Score("comparison/1", None, None, 0, "not rated", "m", at("2024-01-01")),
    }  # fmt: skip
    known["score"] = replace(known["score"], low=90, score=95, visits=100, grade="A")
    return Case(asked, known_at, known_at, holdings=held, **(known | changes))


def decision_of(case: Case, policy: Policy | None = None) -> Decision:
    return decide(case, policy or shipped_policy())


def codes_of(decision: Decision, *outcomes: str) -> list[tuple[str, str]]:
    """Rule and code of what is not a pass, or of the outcomes that are named."""
    wanted = outcomes or ("fail", "review", "unknown")
    return [(each.rule_id, each.code) for each in decision.findings if each.outcome in wanted]


def found(decision: Decision, rule_id: str) -> Finding:
    (only,) = [each for each in decision.findings if each.rule_id == rule_id]
    return only


NO_RELATIONS = Relations((), (), (), ())
