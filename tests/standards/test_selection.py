"""Which published version is meant: by its number, by the day, by the place."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localization_samples import OTHER_COUNTY, PATHS, PLACES, make_localization
from standard_samples import make_standard

from registry.canonical import digest
from registry.standards.document_errors import AmbiguousLocalization, StandardNotFound
from registry.standards.geography import Division, Paths
from registry.standards.selection import Published, by_place, choose, in_force, nearest, published_of, successor
from registry.validity import Validity

DAY = date(2026, 5, 1)
PATH = PATHS[PLACES["township"]]
THERE_ARE = (
    "There are: 1.0.0 (from 2020-01-01 until 2021-01-01), 2.0.0 (from 2027-01-01, withdrawn from 2028-01-01 on)."
)


def make_published(version: str = "1.0.0", **changes: Any) -> Published:
    common = {
        "kind": "standard",
        "id": "rural-investment",
        "sha256": "0" * 64,
        "title": {"en": "Rural investment"},
        "validity": Validity(date(2026, 1, 1)),
    }
    return Published(**{**common, "version": version, **changes})


def make_layer(name: str, jurisdiction: str | None, **changes: Any) -> Published:
    common = {"kind": "localization", "id": f"rural-investment.{name}", "standard": "rural-investment@1.0.0"}
    return make_published(**{**common, "jurisdiction": jurisdiction, **changes})


def references(found: dict[str, Published]) -> dict[str, str]:
    return {key: each.version for key, each in found.items()}


def test_a_standard_is_listed_with_what_its_document_says() -> None:
    document = make_standard()

    found = published_of("standard", document, digest(document), withdrawn_from=DAY, is_shipped=True)

    assert (found.reference, found.field, found.supersedes) == (
        "rural-investment@2.1.0", "rural_governance", "2.0.3",
    )  # fmt: skip
    assert found.validity == Validity(date(2026, 4, 1), date(2027, 4, 1))
    assert (found.standard, found.level, found.jurisdiction) == (None, None, None)
    assert (found.withdrawn_from, found.is_shipped, found.is_draft_for_demonstration) == (DAY, True, False)


def test_a_localization_is_listed_with_its_standard_and_place() -> None:
    document = make_localization("county", draft_for_demonstration={"en": "Made for tests."})

    found = published_of("localization", document, digest(document))

    assert (found.standard, found.level, found.jurisdiction) == ("rural-investment@2.1.0", "county", PLACES["county"])
    assert (found.title, found.is_draft_for_demonstration) == ({}, True)


def test_a_mapping_is_always_in_force() -> None:
    found = published_of("mapping", {"id": "a-b", "version": "1.0.0"}, "0" * 64)

    assert found.is_in_force(date.min)
    assert found.is_in_force(date.max)
    with pytest.raises(StandardNotFound, match=r"There are: 1\.0\.0 \(always in force\)\.$"):
        choose("a-b@2.0.0", [found], DAY)


@pytest.mark.parametrize(
    ("on", "is_in_force"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 5, 31), True),
        (date(2026, 6, 1), False),
    ],
)
@pytest.mark.parametrize(
    "ended",
    [
        {"validity": Validity(date(2026, 1, 1), date(2026, 6, 1))},
        {"withdrawn_from": date(2026, 6, 1)},
        {"validity": Validity(date(2026, 1, 1), date(2026, 6, 1)), "withdrawn_from": date(2027, 1, 1)},
    ],
    ids=["ends", "withdrawn", "both"],
)
def test_a_version_is_in_force_from_its_first_day_until_before_its_last(
    ended: dict[str, Any], on: date, is_in_force: bool
) -> None:
    assert make_published(**ended).is_in_force(on) is is_in_force


def test_of_versions_in_force_the_highest_counts_by_numbers_and_not_by_letters() -> None:
    known = [make_published(each) for each in ("1.10.0", "1.9.0", "1.10.0-rc.1")]

    assert references(in_force(known, DAY)) == {"rural-investment": "1.10.0"}


def test_a_withdrawn_version_gives_way_to_the_one_before() -> None:
    known = [make_published("1.0.0"), make_published("2.0.0", withdrawn_from=DAY)]

    assert references(in_force(known, date(2026, 4, 30))) == {"rural-investment": "2.0.0"}
    assert references(in_force(known, DAY)) == {"rural-investment": "1.0.0"}


def test_a_successor_is_higher_in_force_and_of_the_same_kind_and_id() -> None:
    old, new = make_published("1.0.0"), make_published("2.0.0", validity=Validity(date(2026, 6, 1)))
    others = [make_published("3.0.0", id="rural-health"), make_published("3.0.0", kind="mapping")]

    assert successor(old, [old, new, *others], DAY) is None
    assert successor(old, [old, new, *others], date(2026, 6, 1)) == new
    assert successor(new, [old, new, *others], date(2026, 6, 1)) is None


def test_a_version_is_chosen_by_its_number_also_when_it_is_not_in_force() -> None:
    old = make_published("1.0.0", validity=Validity(date(2020, 1, 1), date(2021, 1, 1)))

    assert choose("rural-investment@1.0.0", [old, make_published("2.0.0")], DAY) == old


def test_without_a_number_the_version_of_the_day_is_chosen() -> None:
    old = make_published("1.0.0", validity=Validity(date(2020, 1, 1), date(2026, 1, 1)))
    known = [old, make_published("2.0.0")]

    assert choose("rural-investment", known, DAY).version == "2.0.0"
    assert choose("rural-investment", known, date(2025, 12, 31)).version == "1.0.0"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("rural-health", "Nothing is published under rural-health. `registry standards list` shows what is."),
        ("", "Nothing is published under . `registry standards list` shows what is."),
        ("rural-investment@9.0.0", f"rural-investment@9.0.0 is not published. {THERE_ARE}"),
        ("rural-investment@", f"rural-investment@ is not published. {THERE_ARE}"),
        ("rural-investment", f"No version of rural-investment is in force on 2026-05-01. {THERE_ARE}"),
    ],
)
def test_what_is_not_found_is_told_with_what_there_is(reference: str, said: str) -> None:
    known = [
        make_published("2.0.0", validity=Validity(date(2027, 1, 1)), withdrawn_from=date(2028, 1, 1)),
        make_published("1.0.0", validity=Validity(date(2020, 1, 1), date(2021, 1, 1))),
    ]

    with pytest.raises(StandardNotFound) as refusal:
        choose(reference, known, DAY)

    assert refusal.value.detail == said


def test_a_long_or_hidden_reference_is_not_repeated_whole() -> None:
    with pytest.raises(StandardNotFound) as refusal:
        choose("\u202e" + "x" * 10_000, [], DAY)

    assert len(refusal.value.detail) < 300
    assert "\u202e" not in refusal.value.detail


def placed_of(*layers: Published, paths: Paths = PATHS) -> dict[str, list[Published]]:
    return by_place(layers, {each.reference: paths.get(each.jurisdiction or "", ()) for each in layers}, DAY)


def test_localizations_stand_at_the_region_that_their_jurisdiction_is_on_the_day() -> None:
    county, province = make_layer("c", PLACES["county"]), make_layer("p", PLACES["province"])
    everywhere, unknown = make_layer("all", None), make_layer("u", "mca:999999")
    renamed = make_layer("r", "mca:530399")
    paths = {**PATHS, "mca:530399": PATHS[PLACES["county"]]}

    assert placed_of(county, province, everywhere, unknown, renamed, paths=paths) == {
        PLACES["county"]: [county, renamed],
        PLACES["province"]: [province],
        "": [everywhere],
    }


def test_a_localization_that_is_not_in_force_stands_nowhere() -> None:
    assert placed_of(make_layer("c", PLACES["county"], withdrawn_from=DAY)) == {}


def test_the_nearest_is_that_of_the_place_itself_then_of_what_it_lies_in_then_of_all() -> None:
    layers = {
        "c": make_layer("c", PLACES["county"]),
        "p": make_layer("p", PLACES["province"]),
        "o": make_layer("o", OTHER_COUNTY.reference),
        "a": make_layer("a", None),
    }
    for name in ("c", "p", "a"):
        assert nearest(placed_of(*layers.values()), PATH) == layers[name]
        del layers[name]

    assert nearest(placed_of(*layers.values()), PATH) is None


def test_two_of_one_region_have_to_be_named() -> None:
    placed = placed_of(make_layer("b", PLACES["county"]), make_layer("a", PLACES["county"]))

    with pytest.raises(AmbiguousLocalization) as refusal:
        nearest(placed, PATH)

    assert refusal.value.detail == (
        "Several localizations are in force in mca:530303: rural-investment.a@1.0.0, rural-investment.b@1.0.0. "
        "Name one of them."
    )


def test_two_of_a_region_above_do_not_matter_where_there_is_one_below() -> None:
    two = [make_layer("a", PLACES["province"]), make_layer("b", PLACES["province"])]
    below = make_layer("c", PLACES["county"])

    assert nearest(placed_of(*two, below), PATH) == below


@given(
    st.lists(
        st.builds(
            make_published,
            st.sampled_from(["1.0.0", "1.0.1", "1.1.0", "2.0.0-rc.1", "2.0.0"]),
            validity=st.builds(Validity, st.dates(date(2026, 1, 1), date(2026, 12, 31))),
            withdrawn_from=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        ),
        unique_by=lambda each: each.version,
    ),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.randoms(),
)
def test_the_order_of_what_is_known_does_not_decide(known: list[Published], on: date, rng: Any) -> None:
    shuffled = rng.sample(known, len(known))

    assert in_force(known, on) == in_force(shuffled, on)
    assert all(each.is_in_force(on) for each in in_force(known, on).values())


def test_a_path_is_read_from_its_end() -> None:
    placed = {"mca:1": [make_layer("top", "mca:1")], "mca:2": [make_layer("low", "mca:2")]}

    found = nearest(placed, (Division("mca:1", "province"), Division("mca:2", "county")))

    assert found == placed["mca:2"][0]
