"""What lies in what on a day, and what became of a region: before, on and after a change."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from region_samples import AFTER, AS_OF, BEFORE, THE_DAY, covers, hangzhou, make_edition, make_tree, related, resolved

from registry.regions.answers import Reason
from registry.regions.changes import Change, ChangeKind, Side, with_depths
from registry.regions.coverage import Statement, coverage
from registry.regions.epoch import NOWHERE
from registry.regions.history import Edition, derive
from registry.regions.reference import LEVELS, Level, Reference
from registry.regions.tree import Tree


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, True), (THE_DAY, None), (AFTER, None)])
def test_a_merged_county_lies_in_its_city_until_the_day(on: date, expected: bool | None) -> None:
    assert covers(hangzhou(), "mca:330100", "mca:330104@2021-04-08", on) is expected


def test_a_merged_county_leads_to_what_came_in_its_place() -> None:
    found = resolved(hangzhou(), "mca:330104@2021-04-08", THE_DAY)

    assert (found.region, found.reason, found.changed_on) == (None, Reason.MERGED, THE_DAY)
    assert related(found) == ["330102 上城区"]


def test_a_merged_county_that_goes_on_under_its_code_is_another_one() -> None:
    tree = hangzhou()
    old = resolved(tree, "mca:330102@2021-04-08", BEFORE).region
    new = resolved(tree, "mca:330102", THE_DAY).region
    asked = resolved(tree, "mca:330102@2021-04-08", AFTER)

    assert old is not None
    assert new is not None
    assert (old.name, new.name) == ("上城区", "上城区")
    assert old.unit != new.unit
    assert (asked.region, asked.reason) == (None, Reason.MERGED)


def test_a_county_of_today_is_asked_about_before_it_came_to_be() -> None:
    found = resolved(hangzhou(), "mca:330102@2021-04-09", BEFORE)

    assert (found.region, found.reason) == (None, Reason.NOT_YET)
    assert related(found) == ["330102 上城区", "330104 江干区"]


@pytest.mark.parametrize(
    ("on", "reason", "successors"),
    [
        (BEFORE, None, []),
        (THE_DAY, Reason.SPLIT, ["330110 余杭区", "330113 临平区"]),
        (AFTER, Reason.SPLIT, ["330110 余杭区", "330113 临平区"]),
    ],
)
def test_a_split_district_names_its_successors(on: date, reason: Reason | None, successors: list[str]) -> None:
    found = resolved(hangzhou(), "mca:330110@2021-04-08", on)

    assert (found.reason, related(found)) == (reason, successors)


def test_a_code_that_is_not_there_on_the_day_is_named_with_its_days() -> None:
    found = resolved(hangzhou(), "mca:330113", BEFORE)

    assert found.reason is Reason.NOT_VALID_THEN
    assert [each.valid_from for each in found.related] == [THE_DAY]


@pytest.mark.parametrize(
    ("on", "name", "code"),
    [
        (date(2022, 2, 28), "容阳镇", "422828209"),
        (date(2022, 3, 1), "容阳镇", "422828100"),
        (date(2023, 4, 30), "容阳镇", "422828100"),
        (date(2023, 5, 1), "容美镇", "422828100"),
    ],
)
def test_a_recoded_and_renamed_town_stays_the_same(on: date, name: str, code: str) -> None:
    tree = make_tree(
        "2022-03-01,recoded,422828209,,,422828100,,,\n2023-05-01,renamed,422828100,容阳镇,,422828100,容美镇,,"
    )
    for reference in ("mca:422828209@2022-02-28", "mca:422828100@2023-05-01", "mca:422828100@2022-03-01"):
        found = resolved(tree, reference, on).region

        assert found is not None
        assert (found.name, found.code) == (name, code)
        assert covers(tree, "mca:422828", reference, on) is True


def test_what_lies_in_a_recoded_county_follows_it() -> None:
    tree = make_tree("2022-03-01,recoded,422899,,,422828,,,")
    before = date(2022, 2, 28)
    town = resolved(tree, "mca:422828100", before).region

    assert town is not None
    assert town.parent_code == "422899"
    assert covers(tree, "mca:422899", "mca:422828100", before) is True
    assert covers(tree, "mca:422828@2022-03-01", "mca:422828100", before) is True


def test_renaming_a_county_leaves_its_townships_alone() -> None:
    tree = make_tree("2022-03-01,renamed,422828,鹤县,,422828,鹤峰县,,")
    town = resolved(tree, "mca:422828100", date(2022, 2, 28)).region

    assert town is not None
    assert town.valid_from is None
    assert [each.name for each in tree.path(town, date(2022, 2, 28))][2] == "鹤县"


def test_before_what_is_known_nothing_is_said() -> None:
    tree = hangzhou()

    assert resolved(tree, "mca:330102", date(2020, 12, 31)).reason is Reason.NOT_KNOWN_THEN
    assert covers(tree, "mca:330100", "mca:330102", date(2020, 12, 31)) is None


def test_a_level_of_which_changes_are_not_told_is_known_on_the_day_of_the_edition_only() -> None:
    tree = hangzhou()

    assert covers(tree, "mca:330102", "mca:330102001", AS_OF) is True
    assert covers(tree, "mca:330102", "mca:330102001", date(2024, 1, 1)) is None
    assert covers(tree, "mca:330100", "mca:330106", date(2024, 1, 1)) is True


def test_after_what_is_known_the_answer_carries_its_last_day() -> None:
    tree = hangzhou()
    answer = tree.covers(Reference("mca", "330100"), Reference("mca", "330102"), date(2030, 1, 1))

    assert (answer.value, answer.as_of) == (True, AS_OF)
    assert tree.covers(Reference("mca", "330100"), Reference("mca", "330102"), AS_OF).as_of is None


def test_a_change_after_the_edition_counts_from_its_day() -> None:
    lines = "2026-05-01,split,330106,,,330106,西湖区,330100,\n2026-05-01,split,330106,,,330114,之江区,330100,"
    tree = make_tree(lines, until=date(2026, 6, 30))

    assert resolved(tree, "mca:330106", date(2026, 4, 30)).region is not None
    assert related(resolved(tree, "mca:330106@2025-12-31", date(2026, 5, 1))) == ["330106 西湖区", "330114 之江区"]
    assert covers(tree, "mca:330100", "mca:330114", date(2026, 7, 1)) is True


def test_another_system_and_an_unknown_code_give_no_answer() -> None:
    tree = hangzhou()
    answer = tree.covers(Reference("nbs", "330100"), Reference("mca", "999999"), AS_OF)

    assert answer.value is None
    assert [each.reason for each in answer.failed] == [Reason.OTHER_SYSTEM, Reason.UNKNOWN_CODE]


def test_many_pairs_are_asked_at_once() -> None:
    tree = hangzhou()
    outer = tree.units(["330100", "330100", "330104", "999999", "330100"], AFTER)
    inner = tree.units(["330102", "420000", "330104", "330102", "999999"], AFTER)

    assert tree.covers_many(outer, inner, AFTER).tolist() == [True, False, False, False, False]
    assert tree.units(["330104", "330102"], BEFORE).tolist() == [
        tree.find("330104", BEFORE),
        tree.find("330102", BEFORE),
    ]
    assert tree.units(["330102"], date(2020, 1, 1)).tolist() == [NOWHERE]
    assert tree.units([], AFTER).tolist() == []


def test_path_ancestors_and_descendants() -> None:
    tree = hangzhou()
    city, town = (resolved(tree, each, AS_OF).region for each in ("mca:330100", "mca:330102001"))
    assert city is not None
    assert town is not None

    assert [each.code for each in tree.path(town, AS_OF)] == ["330000", "330100", "330102", "330102001"]
    assert [each.code for each in tree.ancestors(town, AS_OF)] == ["330000", "330100", "330102"]
    below = [each.code for each in tree.descendants(city, AS_OF)]
    assert below == ["330102", "330102001", "330105", "330106", "330110", "330113"]
    assert [each.code for each in tree.descendants(city, AS_OF, after="330105")] == below[3:]
    assert [each.code for each in tree.descendants(city, AS_OF, level=Level.TOWNSHIP)] == ["330102001"]
    assert list(tree.descendants(town, AS_OF)) == []


def test_a_later_edition_connects_what_has_kept_code_and_name() -> None:
    old = make_edition(
        [
            ("330000", "浙江省", "province", ""),
            ("330100", "杭州市", "prefecture", "330000"),
            ("330102", "上城县", "county", "330100"),
            ("330106", "西湖区", "county", "330100"),
        ],
        date(2020, 12, 31),
    )
    tree = make_tree("", [old, make_edition()], since=None)

    assert covers(tree, "mca:330100@2020-12-31", "mca:330106@2020-12-31", AS_OF) is True
    found = resolved(tree, "mca:330102@2020-12-31", AS_OF)
    assert (found.region, found.reason) == (None, Reason.NOT_CONNECTED)
    assert related(found) == ["330102 上城区"]
    assert resolved(tree, "mca:330106", date(2023, 1, 1)).reason is Reason.NOT_KNOWN_THEN


# A naive model: the state of every day is kept as a whole, units are numbers.


@dataclass
class Model:
    """state: code to (name, depth, parent, unit). days: the state after each day's changes."""

    rng: Random
    state: dict[str, tuple[str, int, str | None, int]] = field(default_factory=dict)
    days: dict[date, dict[str, tuple[str, int, str | None, int]]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    made: int = 0

    def new(self) -> int:
        self.made += 1
        return self.made

    def code(self) -> str:
        return f"c{self.new():03}"

    def side(self, end: str, code: str) -> Side:
        name, _, parent, _ = self.state[code]
        return Side(end, code, name, parent or "")  # type: ignore[arg-type]

    def grow(self, number: int) -> None:
        for _ in range(number):
            above = [(code, row[1]) for code, row in self.state.items() if row[1] < len(LEVELS) - 1]
            parent, depth = self.rng.choice([*above, (None, -1)]) if above else (None, -1)
            deeper = self.rng.randint(depth + 1, len(LEVELS) - 1) if parent else 0
            self.state[self.code()] = f"n{self.new()}", deeper, parent, self.new()

    def children(self, code: str) -> list[str]:
        return [each for each, row in self.state.items() if row[2] == code]

    def change(self, on: date) -> None:
        kind = self.rng.choice(list(ChangeKind))
        code = self.rng.choice(sorted(self.state))
        if kind is ChangeKind.ESTABLISHED:
            self.establish(on, code)
        elif kind is ChangeKind.ABOLISHED:
            if not self.children(code) and len(self.state) > 2:
                self.add(on, kind, self.side("from", code), None, self.state[code][1])
                del self.state[code]
        elif kind is ChangeKind.MOVED:
            self.move(on, code)
        elif kind in (ChangeKind.RENAMED, ChangeKind.RECODED):
            self.rename(on, kind, code)
        elif kind is ChangeKind.SPLIT:
            self.split(on, code)
        else:
            self.merge(on, code)

    def add(self, on: date, kind: ChangeKind, before: Side | None, after: Side | None, depth: int) -> None:
        self.changes.append(Change(on, kind, before, after, depth))

    def establish(self, on: date, parent: str) -> None:
        depth = self.state[parent][1] + 1
        if depth < len(LEVELS):
            code = self.code()
            self.state[code] = f"n{self.new()}", depth, parent, self.new()
            self.add(on, ChangeKind.ESTABLISHED, None, self.side("to", code), depth)

    def rename(self, on: date, kind: ChangeKind, code: str) -> None:
        before, children = self.side("from", code), self.children(code)
        _, depth, parent, unit = self.state.pop(code)
        new = code if kind is ChangeKind.RENAMED else self.code()
        self.state[new] = f"n{self.new()}", depth, parent, unit
        for child in children:
            name, child_depth, _, child_unit = self.state[child]
            self.state[child] = name, child_depth, new, child_unit
        self.add(on, kind, before, self.side("to", new), depth)

    def move(self, on: date, code: str, to: str | None = None) -> None:
        name, depth, parent, unit = self.state[code]
        targets = [each for each, row in sorted(self.state.items()) if row[1] < depth and each != parent]
        if to is None and (parent is None or not targets):
            return
        before = self.side("from", code)
        self.state[code] = name, depth, to or self.rng.choice(targets), unit
        self.add(on, ChangeKind.MOVED, before, self.side("to", code), depth)

    def split(self, on: date, code: str) -> None:
        before, children = self.side("from", code), self.children(code)
        _, depth, parent, _ = self.state.pop(code)
        parts = [self.rng.choice([code, self.code()]), self.code()]
        for part in parts:
            self.state[part] = f"n{self.new()}", depth, parent, self.new()
            self.add(on, ChangeKind.SPLIT, before, self.side("to", part), depth)
        for child in children:
            to = self.rng.choice(parts)
            if to != code:
                self.move(on, child, to)

    def merge(self, on: date, code: str) -> None:
        _, depth, parent, _ = self.state[code]
        others = [each for each, row in sorted(self.state.items()) if row[1:3] == (depth, parent) and each != code]
        if not others:
            return
        old = [code, self.rng.choice(others)]
        sides, children = [self.side("from", each) for each in old], [(c, o) for o in old for c in self.children(o)]
        for each in old:
            del self.state[each]
        new = self.rng.choice([code, self.code()])
        self.state[new] = f"n{self.new()}", depth, parent, self.new()
        for side in sides:
            self.add(on, ChangeKind.MERGED, side, self.side("to", new), depth)
        for child, parent_before in children:
            if parent_before != new:
                self.move(on, child, new)

    def ancestors(self, code: str, on: date) -> Iterator[str]:
        """From the region itself up."""
        current: str | None = code
        while current is not None:
            yield current
            current = self.days[on][current][2]


FIRST = date(2020, 1, 1)


def simulated(rng: Random, days: int) -> tuple[Model, Tree]:
    model = Model(rng)
    model.grow(rng.randint(1, 12))
    model.days[FIRST] = dict(model.state)
    for number in range(1, days + 1):
        on = FIRST + timedelta(days=number)
        model.change(on)
        model.days[on] = dict(model.state)
    as_of = [rng.choice(sorted(model.days))]
    if rng.random() < 0.5:
        as_of = sorted({*as_of, rng.choice(sorted(model.days))})
    editions = []
    for day in as_of:
        rows = sorted(model.days[day].items())
        editions.append(
            Edition(
                day, [code for code, _ in rows], [row[0] for _, row in rows], [row[1] for _, row in rows],
                [row[2] for _, row in rows],
            )
        )  # fmt: skip
    claims = [Statement(FIRST, FIRST + timedelta(days=days), len(LEVELS) - 1)]
    rng.shuffle(model.changes)
    # What one day's rows say does not depend on their order; their days do the ordering.
    changes = with_depths([replace(each, row=i) for i, each in enumerate(model.changes)], claims)
    history = derive(editions, changes, coverage(as_of, claims))
    assert history.violations == ()
    return model, Tree("own:test", history)


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_covers_is_the_walk_up_the_ancestors_whatever_changes(rng: Random, days: int) -> None:
    model, tree = simulated(rng, days)
    for on, state in model.days.items():
        codes = sorted(state)
        units = tree.units(codes, on)
        assert NOWHERE not in units
        for i, inner in enumerate(codes):
            above = set(model.ancestors(inner, on))
            expected = [outer in above for outer in codes]
            asked = [covers(tree, f"own:test:{outer}", f"own:test:{inner}", on) for outer in codes]
            assert asked == expected
            assert tree.covers_many(units, np.repeat(units[i : i + 1], len(codes)), on).tolist() == expected


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_a_reference_means_the_same_unit_on_every_day(rng: Random, days: int) -> None:
    model, tree = simulated(rng, days)
    for written, state in model.days.items():
        for code, row in state.items():
            for on, later in model.days.items():
                expected = [(each, other[0]) for each, other in later.items() if other[3] == row[3]]
                found = tree.resolve(Reference("own:test", code, written), on)
                assert ([(found.region.code, found.region.name)] if found.region else []) == expected
                assert (found.reason is None) == bool(expected)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.integers(0, 8))
def test_no_two_records_of_a_code_hold_on_one_day(rng: Random, days: int) -> None:
    model, tree = simulated(rng, days)
    for on, state in model.days.items():
        epoch = tree.epoch(on)
        held = sorted(tree.region(int(record)).code for record in epoch.records)
        assert held == sorted(state)


@pytest.mark.parametrize("rng", [Random(7)])
def test_the_model_makes_every_kind_of_change(rng: Random) -> None:
    kinds = {each.kind for seed in range(60) for each in simulated(Random(seed), 10)[0].changes}

    assert kinds == set(ChangeKind)
