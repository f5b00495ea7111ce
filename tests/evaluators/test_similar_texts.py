# ruff: noqa: RUF001 (letters that look alike are among those compared)
import json
from math import nextafter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from registry.evaluators.similar_texts import SimilarTexts

REFERENCE = Path(__file__).parent.parent / "reference"
# Few letters, so that texts are often near one another and repeat them; ā and 𠮷 take the bits of a and of another.
TEXTS = st.one_of(
    st.text("大山评估上海环境", max_size=12),
    st.text("abāа01", max_size=9),
    st.text("a", max_size=300),
    st.text("海𠮷\0", max_size=5),
    st.text(max_size=4),
)
FLOORS = st.one_of(st.floats(0.5, 1), st.integers(50, 100).map(lambda each: each / 100), st.just(0.0))


def compared_with_each(texts: list[str], asked: str, floor: float) -> list[tuple[int, float]]:
    found = process.extract(asked, dict(enumerate(texts)), scorer=fuzz.ratio, limit=None, score_cutoff=floor * 100)
    return [(place, score / 100) for _, score, place in found]


@given(st.lists(TEXTS, max_size=12), TEXTS, FLOORS)
@settings(max_examples=300)
@example(["大山评估上", "大山评估", ""], "大山评估海", 0.8)
@example(["a" * 128, "a" * 192], "a" * 192, 0.8)
def test_what_is_found_is_what_comparing_with_each_finds(texts: list[str], asked: str, floor: float) -> None:
    similar = SimilarTexts(dict(enumerate(texts)))
    scores = {fuzz.ratio(asked, each) / 100 for each in texts}
    edges = {near for score in scores for near in (score, nextafter(score, 0), nextafter(score, 1))}

    for each in {floor, *edges}:
        assert list(similar.similar_to(asked, each)) == compared_with_each(texts, asked, each)


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_texts_keep_the_places_they_are_given(texts: list[str], asked: str) -> None:
    similar = SimilarTexts({7 * place: text for place, text in enumerate(texts)})

    assert list(similar.similar_to(asked, 0.6)) == [
        (7 * place, score) for place, score in compared_with_each(texts, asked, 0.6)
    ]


def test_of_real_names_one_in_fifty_or_fewer_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    by_script = json.loads((REFERENCE / "organisation-names" / "names.json").read_text(encoding="utf-8"))
    names = [name.casefold() for some in by_script.values() for name in some]
    similar = SimilarTexts(dict(enumerate(names)))
    compared = 0

    def counting(text: str, near: list[str], **terms: object) -> list[object]:
        nonlocal compared
        compared += len(near)
        return []

    monkeypatch.setattr(process, "extract", counting)
    for name in names:
        list(similar.similar_to(name, 0.8))

    assert len(names) <= compared <= len(names) ** 2 / 50
