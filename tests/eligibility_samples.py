"""Cases of eligibility for tests, with a qualified evaluator and nothing against it where a test says nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from evaluator_samples import POLICY as QUALIFICATION_POLICY
from evaluator_samples import REGION_CHANGE, at, covers, day, make_asked, make_grant, make_item, make_surveillance
from ownership_samples import make_edge

from registry.eligibility.case import Case, Entity, ListAnswer, Post, Relations, ScopeAnswer, Score
from registry.eligibility.covering import aged_on, least_late
from registry.eligibility.deciding import CRITERIA, decide
from registry.eligibility.decision import Decision, Finding
from registry.eligibility.facts import fact
from registry.eligibility.policy import Policy, read_policy
from registry.eligibility.question import Question
from registry.evaluators import tenure
from registry.evaluators.coverage import Coverage, Holding, find_coverage
from registry.evaluators.declared_interests import Declaration, Kind, advice_of, affiliates_of, declared_interests
from registry.evaluators.exclusion_matching import Identity, Limits, ListEntry, Snapshot, exclusions
from registry.evaluators.exclusion_matching import Question as ListQuestion
from registry.evaluators.independence import Engagement, independence
from registry.evaluators.independence import Limits as IndependenceLimits
from registry.evaluators.names import DatedName
from registry.evaluators.ownership import Edge, Ownership
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
EVALUATOR = f"uscc:{CODE}"
TOWN, COUNTY = "mca:422828100", "mca:422828"
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
    queried_on: str | None = "2026-04-15",
    known_at: datetime = KNOWN,
    window: Period = WINDOW,
    identity: Identity | None = None,
    **changes: Any,
) -> ListAnswer:
    known = {"code": "ccgp-serious", "authority": "MOF", "legal_basis": "Procurement Law", "max_age_days": 7}
    terms = known | changes
    body = identity or make_identity()
    asked = ListQuestion(terms["code"], window, frozenset(), known_at)
    bars = changes.pop("bars_controlled", True)
    limits = Limits(terms["max_age_days"], bars_controlled=bars)
    terms.pop("bars_controlled", None)
    snapshots = [] if queried_on is None else [Snapshot(terms["code"], at(queried_on), "5" * 64, entries)]
    return ListAnswer(**terms, findings=exclusions(asked, body, snapshots, [], limits))


def make_identity(*controllers: Identity, key: str = EVALUATOR, name: str = "Fair Eye Ltd") -> Identity:
    return Identity(key, frozenset({key.removeprefix("uscc:")}), (DatedName(key, name),), controllers)


def make_entry(
    code: str | None = CODE, first: str = "2025-01-01", until: str = "2028-01-01", **changes: Any
) -> ListEntry:
    known: dict[str, Any] = {"key": "e-1", "name": "Fair Eye Ltd", "scope": frozenset(), "basis": "no. 1"}
    return ListEntry(credit_code=code, in_force=Period(day(first), day(until)), **(known | changes))


def make_parties(**changes: Any) -> Question:
    """About a town, ordered and paid by its county, and told by regions."""
    known: dict[str, Any] = {"subjects": (TOWN,), "commissioner": COUNTY, "payer": COUNTY, "other_bidders": ()}
    return make_question(**(known | changes))


def make_relations(
    question: Question,
    *edges: Edge,
    declarations: Sequence[Declaration] | None = (),
    cycles: Sequence[tenure.Cycle] | None = (),
    number: int = 1,
    state: Sequence[str] = (),
    limits: IndependenceLimits | None = None,
) -> Relations:
    """As the rules to the left find them. The evaluator belongs to one person where no edge says otherwise."""
    given = edges or (make_edge("person:1", EVALUATOR, 100),)
    parties = {*question.subjects, *question.implementers, question.commissioner, question.payer} - {None}
    ends = {each.owner for each in given} - {each.owned for each in given} | {
        each for each in parties if each.startswith("mca:")
    }
    ownership = Ownership(given, ends=ends, state_bodies=state)
    engagement = Engagement(
        EVALUATOR, question.subjects, question.commissioner, question.payer, question.other_bidders, question.window,
        question.implementers,
    )  # fmt: skip
    advice = None if declarations is None else advice_of(EVALUATOR, declarations)
    history = tenure.History(advice, None if cycles is None else tuple(cycles))
    scored = (*question.subjects, *question.implementers)
    affiliates = affiliates_of(declarations or (), question.window)
    return Relations(
        independence(engagement, ownership, limits or IndependenceLimits(), KNOWN.date()),
        declared_interests(declarations, sorted(parties), question.window, 24),
        tenure.advisory_separation(EVALUATOR, scored, history, question.window, 24, affiliates),
        tuple(tenure.rotation(EVALUATOR, history, number, 3) for _ in question.subjects),
    )


def make_declaration(kind: str, about: str, first: str = "2025-01-01", until: str | None = None) -> Declaration:
    period = Period(day(first), None if until is None else day(until))
    return Declaration("d-1", Kind(kind), about, None, None, "As it is.", period)


def make_cycle(number: int, subject: str, evaluator: str = EVALUATOR) -> tenure.Cycle:
    return tenure.Cycle(evaluator, subject, number, date(2020 + number, 5, 1), f"engagement/{number}")


def related_case(question: Question, *edges: Edge, **changes: Any) -> Case:
    """changes: of make_relations."""
    return make_case(question, relations=make_relations(question, *edges, **changes))


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


def answer_of(
    holdings: Sequence[Holding], asked: Asked, window: Period, aged_at: datetime = KNOWN, **before: Any
) -> ScopeAnswer:
    """before: of ScopeAnswer, where the version before was covered."""

    def find(among: Sequence[Holding]) -> Coverage:
        return find_coverage(
            among, asked, window, permitted=QUALIFICATION_POLICY.states_permitting(Activity.BID), covers=covers,
            changes_on=[REGION_CHANGE],
        )  # fmt: skip

    found = least_late(holdings, window, aged_on(window, aged_at), find)
    return ScopeAnswer(found, next((each for each in holdings if each.item.id == found.item_id), None), **before)


def make_entity(**changes: Any) -> Entity:
    known = Entity("ev-000017", CODE, (DatedName(EVALUATOR, "Fair Eye Ltd"),), day("2015-01-01"), at("2024-01-01"))
    return replace(known, **changes)


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
        "entity": make_entity(),
        "coverages": tuple(answer_of(held, each, asked.window, known_at) for each in asked.scope),
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
