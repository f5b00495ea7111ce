"""What holds of every answer, whatever the records say: generated cases, held against each other."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from dossier_samples import make_credit_code
from eligibility_samples import (
    CODE,
    EVALUATOR,
    KNOWN,
    TOWN,
    decision_of,
    make_case,
    make_declaration,
    make_entity,
    make_entry,
    make_identity,
    make_list,
    make_parties,
    policy_with,
    related_case,
)
from evaluator_samples import (
    ITEM,
    POLICY,
    at,
    make_asked,
    make_cause,
    make_event,
    make_grant,
    make_item,
    make_reinstatement,
    make_surveillance,
    make_suspension,
)
from fieldwork_samples import make_terms
from hypothesis import given, settings
from hypothesis import strategies as st
from ownership_samples import make_edge

from registry.canonical import canonical_json
from registry.eligibility.case import Appeal, Case, Lapse, Post, Report, Score, Standing, Succession, Work
from registry.eligibility.catalogue import RULES
from registry.eligibility.consortium import Consortium
from registry.eligibility.decision import Decision, Finding, Outcome, Verdict, verdict_of
from registry.eligibility.question import Question
from registry.eligibility.work_facts_service import work_of
from registry.evaluators import tenure
from registry.evaluators.coverage import Holding
from registry.evaluators.exclusion_matching import ListEntry
from registry.evaluators.ownership import Edge
from registry.evaluators.periods import Period
from registry.evaluators.scope import Asked
from registry.evaluators.status import recorded, timeline
from registry.evaluators.tenure import TenureOnMerger
from registry.fieldwork.engagement import Engagement

PARENT_CODE = make_credit_code(1)
# So that generated work and people reach the limits, and newcomers' scores are told apart from the rest.
POLICIES_OF_TESTS = {
    each: policy_with(most_engagements=2, least_lead_evaluators=1, tenure_on_merger=each) for each in TenureOnMerger
}
FIRST = date(2025, 1, 1)
DAYS = st.integers(0, 900).map(lambda number: FIRST + timedelta(days=number))
PERIODS = st.builds(lambda first, days: Period(first, first + timedelta(days=days)), DAYS, st.integers(1, 500))
OPEN_PERIODS = st.one_of(PERIODS, DAYS.map(Period))
YEARLY = [date(year, 6, 1) for year in range(2020, 2026)]
# Mostly nothing is wrong with most things, or nobody would ever be eligible.
LONG = st.just(Period(date(2020, 1, 1), date(2029, 1, 1)))


def seldom(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.one_of(st.just([]), st.just([]), st.lists(strategy, max_size=most))


@dataclass(frozen=True)
class World:
    """Everything that is recorded; what is asked of it is told apart."""

    holdings: tuple[Holding, ...]
    posts: tuple[Period, ...]
    lapses: tuple[tuple[bool, Period], ...]
    entries: tuple[ListEntry, ...]
    queried_on: date
    works: tuple[Period, ...]
    edges: tuple[Edge, ...]
    advice: tuple[Period, ...]
    standings: tuple[tuple[str, Period], ...]
    founded_on: date
    visits: int
    assessments: tuple[Engagement, ...] = ()
    mergers: tuple[tenure.Succession, ...] = ()
    on_merger: TenureOnMerger = TenureOnMerger.SUM

    def case(self, window: Period, scope: Sequence[Asked] = (make_asked(),)) -> Case:
        asked = replace(make_parties(implementers=("uscc:C",), window=window), scope=tuple(scope))
        identity = make_identity(make_identity(key=f"uscc:{PARENT_CODE}", name="Parent Ltd"))
        declarations = [
            make_declaration("advisory_work", TOWN, str(each.valid_from), str(each.valid_to)) for each in self.advice
        ]
        case = related_case(asked, *self.edges, declarations=declarations)
        given = make_list(*self.entries, queried_on=str(self.queried_on), window=window, identity=identity)
        score = replace(case.score, visits=self.visits) if case.score else None
        return make_case(
            asked, self.holdings, lists=(given,), score=score,
            relations=case.relations and replace(case.relations, rotation=self.rotation(asked)),
            posts=tuple(
                Post(f"staff/{place}", f"person:{place}", "lead_evaluator", each, at("2025-01-01"))
                for place, each in enumerate(self.posts)
            ),
            lapses=tuple(
                Lapse(f"certificate/{place}", "IB1", "CNAS", is_hard, "suspended", each, at("2025-01-01"))
                for place, (is_hard, each) in enumerate(self.lapses)
            ),
            works=tuple(Work(f"engagement/{place}", each, at("2025-01-01")) for place, each in enumerate(self.works)),
            entity=make_entity(
                founded_on=self.founded_on,
                standings=tuple(
                    Standing(each, kind, (), f"entity/{place}", at("2025-01-01"))
                    for place, (kind, each) in enumerate(self.standings)
                ),
            ),
        )  # fmt: skip

    def decision(self, window: Period, scope: Sequence[Asked] = (make_asked(),)) -> Decision:
        return decision_of(self.case(window, scope), POLICIES_OF_TESTS[self.on_merger])

    def rotation(self, asked: Question) -> tuple[tenure.Finding, ...]:
        """As it is collected from engagements that are looked up."""
        assert asked.window.valid_to is not None
        known: Any = SimpleNamespace(at=KNOWN, own={CODE: ()}, about={TOWN: self.assessments})
        body: Any = SimpleNamespace(key=EVALUATOR, evaluator=CODE)
        over = tenure.predecessors(EVALUATOR, self.mergers, asked.window.valid_to - timedelta(days=1))
        return work_of(known, body, asked, POLICIES_OF_TESTS[self.on_merger].limits, over, KNOWN).rotation


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Holding, ...]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        item = make_item(
            f"item_{number}", draw(st.sampled_from(["agri", "agri", "agri", "env"])),
            draw(st.sampled_from(["prov:A", "prov:A", "county:A11", "county:A12", "prov:B"])),
        )  # fmt: skip
        validity = draw(st.one_of(LONG, LONG, PERIODS))
        events = [make_grant(str(validity.valid_from), str(validity.valid_to), item_id=item.id)]
        for first in draw(seldom(DAYS)):
            cause = make_cause(f"cause-{first}", review_by=str(first + timedelta(days=draw(st.integers(1, 90)))))
            events.append(make_suspension(str(first), "2025-01-02", cause, item_id=item.id))
            if draw(st.booleans()):
                ends = first + timedelta(days=draw(st.integers(1, 200)))
                events.append(make_reinstatement(str(ends), "2025-01-03", (cause.key,), item_id=item.id))
        for first in draw(seldom(DAYS, 1)):
            kind = draw(st.sampled_from(["withdraw", "surrender", "reduce"]))
            events.append(make_event(kind, str(first), "2025-01-04", item_id=item.id))
        usual = st.sampled_from([YEARLY, YEARLY, YEARLY[:3], []])
        done = [make_surveillance(str(each), "2025-01-05", item.id) for each in draw(usual)]
        found.append(Holding(item, timeline(recorded(events, item.id, KNOWN, done), POLICY)))
    return tuple(found)


@st.composite
def edges(draw: st.DrawFn) -> tuple[Edge, ...]:
    """P holds part of one or both for some time; the rest of the days and shares belong to a person each."""
    found = []
    for owned, other in ((EVALUATOR, "person:1"), ("uscc:C", "person:2")):
        share, held = draw(st.sampled_from([10, 25, 60])), draw(st.one_of(LONG, PERIODS))
        seen_at = draw(st.sampled_from([date(2026, 3, 1), date(2026, 3, 1), date(2024, 1, 1)]))
        days = {"valid_from": held.valid_from, "valid_to": held.valid_to, "seen_at": seen_at}
        found.append(make_edge("uscc:P", owned, share, **days))
        found.append(make_edge(other, owned, 100 - share, **days))
        found.append(make_edge(other, owned, 100, seen_at=seen_at, valid_to=held.valid_from))
        found.append(make_edge(other, owned, 100, seen_at=seen_at, valid_from=held.valid_to))
    return tuple(found)


ENTRIES = st.builds(
    lambda code, period, key: make_entry(
        code, str(period.valid_from), str(period.valid_to), key=f"e-{key}", name="Fair Eye Ltd"
    ),
    st.sampled_from([CODE, PARENT_CODE, None]), PERIODS, st.integers(1, 99),
)  # fmt: skip


@st.composite
def assessments(draw: st.DrawFn) -> tuple[Engagement, ...]:
    """Of the town, by the evaluator and by another one that may merge into it, a cycle each year."""
    found = []
    for cycle in range(1, draw(st.integers(3, 6))):
        for evaluator in draw(st.sets(st.sampled_from([EVALUATOR, "uscc:OLD"]), min_size=1)):
            began_on = date(2022 + cycle, 1, 1) + timedelta(days=draw(st.integers(0, 500)))
            terms = make_terms(scored=(TOWN,), cycle=cycle, window=Period(began_on, began_on + timedelta(days=90)))
            code = f"eg-{cycle}-{evaluator}"
            found.append(Engagement(code, code, evaluator, "uscc:c", code, terms, began_on, began_on, None, None, ()))
    return tuple(found)


MERGED = ("uscc:OLD", EVALUATOR), ("uscc:OLDER", "uscc:OLD")
MERGERS = st.lists(DAYS, min_size=1, max_size=2).map(
    lambda days: tuple(tenure.Succession(*pair, on, f"merger/{on}") for pair, on in zip(MERGED, days, strict=False))
)
GOOD = World(
    holdings=(Holding(make_item(), timeline(recorded(
        [make_grant("2020-01-01", "2029-01-01")], ITEM, KNOWN, [make_surveillance(str(each)) for each in YEARLY]
    ), POLICY)),),
    posts=(Period(date(2020, 1, 1)),), lapses=(), entries=(), queried_on=KNOWN.date(), works=(),
    edges=(make_edge("person:1", EVALUATOR), make_edge("person:2", "uscc:C")), advice=(), standings=(),
    founded_on=date(2015, 1, 1), visits=100,
)  # fmt: skip
TROUBLES: dict[str, st.SearchStrategy[Any]] = {
    "holdings": holdings(),
    "posts": st.lists(OPEN_PERIODS, max_size=3).map(tuple),
    "lapses": st.lists(st.tuples(st.booleans(), OPEN_PERIODS), max_size=2).map(tuple),
    "entries": st.lists(ENTRIES, max_size=2).map(tuple),
    "queried_on": st.integers(0, 12).map(lambda days: KNOWN.date() - timedelta(days=days)),
    "works": st.lists(OPEN_PERIODS, max_size=3).map(tuple),
    "edges": edges(),
    "advice": st.lists(PERIODS, max_size=1).map(tuple),
    "standings": st.lists(st.tuples(st.sampled_from(["in_liquidation", "dissolved"]), OPEN_PERIODS), max_size=1).map(
        tuple
    ),
    "founded_on": DAYS,
    "visits": st.just(3),
    "assessments": assessments(),
    "mergers": MERGERS,
    "on_merger": st.sampled_from(TenureOnMerger),
}


@st.composite
def worlds(draw: st.DrawFn, *always: str) -> World:
    """All is well but for a few things; with more of them nobody would ever be eligible."""
    names = draw(st.sets(st.sampled_from(sorted(TROUBLES)), max_size=2))
    return replace(GOOD, **{name: draw(TROUBLES[name]) for name in sorted({*names, *always})})


WORLDS = worlds()
WINDOWS = st.builds(lambda first, days: Period(first, first + timedelta(days=days)), DAYS, st.integers(1, 300))
SCOPES = st.lists(
    st.builds(
        make_asked, st.sampled_from(["agri", "agri", "env"]),
        st.sampled_from(["county:A11", "county:A11", "county:A12", "county:A13", "prov:B", "county:elsewhere"]),
        standard_version=st.sampled_from(["2.1.0", "2.1.0", "3.0.0"]),
    ),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
MORE_DAYS = st.sampled_from([0, 1, 30, 400])
quick = settings(max_examples=100)


def assert_no_better(before: Decision, after: Decision) -> None:
    if after.verdict is Verdict.ELIGIBLE:
        assert before.verdict is Verdict.ELIGIBLE, codes_told(before)
    if before.verdict is Verdict.INELIGIBLE:
        assert after.verdict in {Verdict.INELIGIBLE, Verdict.INDETERMINATE}, codes_told(before)


def codes_told(decision: Decision) -> list[tuple[str, str, str]]:
    return [(each.rule_id, each.code, each.outcome) for each in decision.findings if each.outcome != "pass"]


def assert_wider_is_no_better(world: World, narrow: Period, before: int, after: int) -> None:
    assert_no_better(world.decision(narrow), world.decision(widened(narrow, before, after)))


def widened(narrow: Period, before: int, after: int) -> Period:
    assert narrow.valid_to is not None
    return Period(narrow.valid_from - timedelta(days=before), narrow.valid_to + timedelta(days=after))


@given(WORLDS, WINDOWS, MORE_DAYS, MORE_DAYS)
@quick
def test_widening_the_window_makes_no_answer_better(world: World, narrow: Period, before: int, after: int) -> None:
    assert_wider_is_no_better(world, narrow, before, after)


@given(worlds("holdings"), WINDOWS, MORE_DAYS, MORE_DAYS)
@quick
def test_nor_where_several_items_could_answer(world: World, narrow: Period, before: int, after: int) -> None:
    assert_wider_is_no_better(world, narrow, before, after)


@given(assessments(), MERGERS, st.sampled_from(TenureOnMerger), WINDOWS, MORE_DAYS, MORE_DAYS)
@settings(max_examples=400)
def test_a_wider_window_counts_no_fewer_cycles_in_a_row(
    known: tuple[Engagement, ...], mergers: tuple[tenure.Succession, ...], rule: TenureOnMerger, narrow: Period,
    before: int, after: int,
) -> None:  # fmt: skip
    world = replace(GOOD, assessments=known, mergers=mergers, on_merger=rule)

    (few,), (many,) = (world.rotation(make_parties(window=each)) for each in (narrow, widened(narrow, before, after)))

    assert few.count is not None
    assert many.count is not None
    assert few.count <= many.count


@given(WORLDS, WINDOWS, SCOPES, st.randoms(use_true_random=False))
@quick
def test_widening_the_scope_makes_no_answer_better(
    world: World, window: Period, scope: list[Asked], chance: random.Random
) -> None:
    part = chance.sample(scope, chance.randint(1, len(scope)))

    assert_no_better(world.decision(window, part), world.decision(window, scope))


@given(WORLDS, WINDOWS, st.integers(1, 800), st.integers(0, 60), st.randoms(use_true_random=False))
@quick
def test_a_staler_source_makes_nobody_eligible(
    world: World, window: Period, days: int, list_days: int, chance: random.Random
) -> None:
    place = chance.randrange(len(world.edges))
    staler = tuple(
        replace(each, seen_at=each.seen_at - timedelta(days=days)) if number == place else each
        for number, each in enumerate(world.edges)
    )
    other = replace(world, edges=staler, queried_on=world.queried_on - timedelta(days=list_days))

    if other.decision(window).verdict is Verdict.ELIGIBLE:
        assert world.decision(window).verdict is Verdict.ELIGIBLE


@given(WORLDS, WINDOWS, SCOPES, st.randoms(use_true_random=False))
@quick
def test_an_answer_depends_on_no_order(world: World, window: Period, scope: list[Asked], chance: random.Random) -> None:
    case = with_more(world.case(window, scope))

    assert decision_of(shuffled(case, chance)).sha256 == decision_of(case).sha256


def with_more(case: Case) -> Case:
    """Two of each thing that generated worlds have none of."""
    signs = ("same_people", "same_address")
    found = {
        "appeals": tuple(Appeal(f"appeal/{each}", "dec_1", FIRST, at("2025-01-01")) for each in "ab"),
        "owner_gaps": ("uscc:b", "uscc:a"),
        "successions": tuple(Succession(f"ev-00000{each}", "list l", signs, f"s/{each}", None) for each in (2, 1)),
        "reports": tuple(Report(f"report/{each}", FIRST, False, True, at("2025-01-01")) for each in "ba"),
        "lists": (*case.lists, replace(case.lists[0], code="another-list")),
    }
    return replace(case, **found)  # type: ignore[arg-type]


def shuffled(case: Case, chance: random.Random) -> Case:
    def mixed(values: Any) -> Any:
        return tuple(chance.sample(values, len(values)))

    names = ("holdings", "appeals", "posts", "lapses", "owner_gaps", "works", "reports")
    assert case.relations is not None
    relations = {name: mixed(getattr(case.relations, name)) for name in type(case.relations).__slots__}
    return replace(
        case,
        **{name: mixed(getattr(case, name)) for name in names},
        events=dict(mixed(tuple(case.events.items()))),
        lists=mixed(tuple(replace(each, findings=mixed(each.findings)) for each in case.lists)),
        successions=mixed(tuple(replace(each, signs=mixed(each.signs)) for each in case.successions)),
        relations=replace(case.relations, **relations),
        entity=replace(case.entity, standings=mixed(case.entity.standings), names=mixed(case.entity.names)),
    )


@given(WORLDS, WINDOWS, SCOPES)
@quick
def test_every_rule_speaks_and_every_refusal_says_why(world: World, window: Period, scope: list[Asked]) -> None:
    decision = world.decision(window, scope)

    assert {each.rule_id for each in decision.findings} == {each.id for each in RULES}
    versions = {each.id: each.version for each in RULES}
    for each in decision.findings:
        assert set(each.message) == {"zh", "en"}
        assert all(text and "{" not in text for text in each.message.values())
        assert each.version == versions[each.rule_id]
        if each.outcome is Outcome.FAIL:
            assert each.facts
            assert all(fact["ref"] for fact in each.facts)
    assert "POLICY_DIFFERS" not in {each.code for each in decision.findings}
    assert canonical_json(decision.content)


FINDINGS = st.lists(
    st.builds(
        Finding, st.just("A-001"), st.just(1), st.just(1), st.booleans(), st.sampled_from(Outcome), st.just("CODE"),
        st.just({"zh": "字", "en": "word"}), st.just(()),
    )
)  # fmt: skip
STRENGTH = (Verdict.INELIGIBLE, Verdict.INDETERMINATE, Verdict.CONDITIONAL, Verdict.ELIGIBLE)


@given(FINDINGS, FINDINGS)
def test_more_findings_make_no_verdict_better(some: list[Finding], more: list[Finding]) -> None:
    before, after = verdict_of(some), verdict_of([*some, *more])

    assert STRENGTH.index(after) <= STRENGTH.index(before)
    mandatory = [each for each in some if each.is_mandatory]
    assert verdict_of(mandatory) is before


@given(st.lists(FINDINGS, min_size=1, max_size=4))
def test_a_consortium_is_no_better_than_its_worst_member(members: list[list[Finding]]) -> None:
    one = decision_of(make_case())
    decisions = tuple(replace(one, findings=tuple(each)) for each in members)

    found = Consortium(decisions)

    assert found.verdict is min((each.verdict for each in decisions), key=STRENGTH.index)
    assert (found.content == decisions[0].content) is (len(decisions) == 1)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 60))
def test_a_better_score_is_no_worse(low: int, other: int, visits: int) -> None:
    def strength(bound: int) -> int:
        score = Score("comparison/1", Fraction(bound), Fraction(bound), visits, "B", "m 1", KNOWN)
        return STRENGTH.index(decision_of(make_case(score=score)).verdict)

    assert strength(min(low, other)) <= strength(max(low, other))
