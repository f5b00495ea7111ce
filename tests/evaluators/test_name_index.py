# ruff: noqa: RUF001 (letters that look alike are what these tests are about)
"""The index against comparing a name with every known one."""

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from registry.evaluators.name_index import Candidate, Candidates, NameIndex
from registry.evaluators.names import DatedName, Likeness, NormalName, judge_likeness, normalise
from registry.ids import clean_text

DAY = date(2026, 7, 1)
# Some letters look like others, some names are a legal form and nothing else, some nothing but marks.
NAMES = st.one_of(
    st.text("大山评估評上海有限公司()（） ", max_size=12),
    st.text("KPMGкрмkpmgrn01lI .", max_size=10),
    st.text("aab ", max_size=8),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(("大山", "上海大山", "成都第12", "成都第10", "口山", "")),
        st.sampled_from(("评估", "評估", "农业评估", "评估评估")),
        st.sampled_from(("有限公司", "股份有限公司", "(上海)有限公司", "", " Ltd")),
    ),
    st.text(max_size=3),
)
KNOWN = st.builds(
    DatedName, st.sampled_from("ABCD"), NAMES, st.sampled_from((None, date(2020, 1, 1), date(2026, 8, 1))), st.none()
)
FLOORS = st.one_of(st.floats(0.5, 1), st.integers(50, 100).map(lambda each: each / 100))


def keys(normal: NormalName) -> set[str]:
    return {normal.text, normal.stem, normal.skeleton, normal.stem_skeleton}


def compared_with_each(
    known: list[DatedName], name: str, apart_from: str | None, floor: float, limit: int
) -> Candidates:
    """Whatever has a key in common, and whatever reaches the floor by stem or by what the stem looks like."""
    asked, normal = normalise(name), [normalise(each.name) for each in known]
    scores = {
        place: max(fuzz.ratio(asked.stem, each.stem), fuzz.ratio(asked.stem_skeleton, each.stem_skeleton))
        for place, each in enumerate(normal)
        if keys(asked) & keys(each)
    }
    for text, others in (
        (asked.stem, {place: each.stem for place, each in enumerate(normal)}),
        (asked.stem_skeleton, {place: each.stem_skeleton for place, each in enumerate(normal)}),
    ):
        for _, score, place in process.extract(text, others, scorer=fuzz.ratio, limit=None, score_cutoff=floor * 100):
            scores[place] = max(score, scores.get(place, 0.0))
    found = []
    for place, score in sorted(scores.items()):
        one, other = (clean_text(name), asked), (clean_text(known[place].name), normal[place])
        judged = judge_likeness(one, other, score / 100, floor)
        if judged is not None and known[place].holder != apart_from:
            found.append(Candidate(known[place], *judged, is_former=not known[place].holds(DAY)))
    strength = list(Likeness)
    found.sort(key=lambda each: (strength.index(each.likeness), -each.score, each.known.holder, each.known.name))
    return Candidates(tuple(found[:limit]), max(len(found) - limit, 0))


@given(st.lists(KNOWN, max_size=15), NAMES, st.sampled_from((None, "A")), FLOORS, st.sampled_from((0, 2, 20)))
@settings(max_examples=200)
@example([DatedName("A", "大山评估上"), DatedName("B", "大山评估上")], "大山评估海", None, 0.8, 20)
# Similar by what one of them looks like, by what the other looks like, and by the letters alone.
@example([DatedName("A", "大山评估甲丙")], "大山評估甲乙", None, 0.8, 20)
@example([DatedName("A", "大山評估甲丙")], "大山评估甲乙", None, 0.8, 20)
@example([DatedName("A", "大山评估m")], "大山评估甲", None, 0.8, 20)
@example([DatedName("A", "KPMG Audit", day) for day in (DAY, date(2027, 1, 1), None)], "KРМG Audit", None, 0.8, 2)
def test_what_is_found_is_what_comparing_with_each_finds(
    known: list[DatedName], name: str, apart_from: str | None, floor: float, limit: int
) -> None:
    index = NameIndex(known)
    expected = compared_with_each(known, name, apart_from, floor, limit)

    assert index.candidates(name, on=DAY, apart_from=apart_from, floor=floor, limit=limit) == expected
    for each in expected.found:
        edge = compared_with_each(known, name, apart_from, each.score, limit)
        assert index.candidates(name, on=DAY, apart_from=apart_from, floor=each.score, limit=limit) == edge
