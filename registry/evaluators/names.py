"""Names of bodies: what two have in common once spelling is taken away. Pure.

A name never decides who a body is; the credit code does.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from rapidfuzz import fuzz

from registry.errors import Unavailable
from registry.ids import clean_text, hidden_character
from registry.languages import mark

_OPENING, _CLOSING = "([{<〈《「『【\u3014〖〘〚", ")]}>〉》」』】\u3015〗〙〛"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_LATIN_FORMS = re.compile(
    r"(?:[\s,.]+(?:co|company|corp|corporation|gmbh|inc|incorporated|limited|llc|llp|ltd|plc)\.?)+$", re.IGNORECASE
)
# The longest first.
_CHINESE_FORMS = (
    "农民专业合作社", "股份有限公司", "有限责任公司", "(特殊普通合伙)", "(普通合伙)", "(有限合伙)", "(个人独资)",
    "专业合作社", "有限公司", "股份公司", "公司",
)  # fmt: skip
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")


class Likeness(StrEnum):
    """Why a known name is shown, the strongest first. A word is never used again for something else."""

    SAME = "same_name"
    # Width, case, spaces, kinds of brackets, radicals for characters.
    SAME_SPELT_OTHERWISE = "same_name_spelt_otherwise"
    # Letters of another script, or other letters that look the same; 評估 for 评估.
    LOOKS_THE_SAME = "looks_the_same"
    # 大山评估(上海)有限公司 and 上海大山评估有限公司.
    SAME_WORDS_MOVED = "same_words_moved"
    OTHER_LEGAL_FORM = "same_but_for_the_legal_form"
    SIMILAR = "similar"


class NameDoubt(StrEnum):
    """What is odd about a name by itself; no reason to refuse it. A word is never used again."""

    MIXED_SCRIPTS = "name_in_mixed_scripts"
    HIDDEN_CHARACTER = "name_with_hidden_character"


@dataclass(frozen=True, slots=True)
class DatedName:
    """holder: id of the body, or of the entry of a list. Half-open days; None where the day is not known or open."""

    holder: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class NormalName:
    """text: all of it, normal. stem: without the legal form, what stands in brackets moved to the front.

    skeleton, stem_skeleton: the same, with one letter for all that look alike. They change with ICU's version, so they
    are compared and never stored.
    """

    text: str
    stem: str
    legal_form: str
    skeleton: str
    stem_skeleton: str

    @property
    def is_plain(self) -> bool:
        """Nothing in the stem looks like something else, so that it need not be compared twice."""
        return self.stem == self.stem_skeleton


class LikenessUnavailable(Unavailable):
    code = "likeness-unavailable"
    title = mark("Names cannot be compared here")


def normal_text(name: str) -> str:
    """All of the name, normal: what equal names have in common, for search and for keys."""
    return _folded(_letters(unicodedata.normalize("NFKC", name).translate(_BRACKETS).strip()))


# A name that comes makes a new index of all: at 50,000 names that takes four seconds without what is kept here.
@lru_cache(maxsize=2**17)
def normalise(name: str) -> NormalName:
    """Never raises: a name that is nothing but marks is compared as it stands."""
    text, stem, form = _parts(name)
    shaped = "".join(map(_shape, name))
    shaped_text, shaped_stem, _ = (text, stem, form) if shaped == name else _parts(shaped)
    return NormalName(_folded(text), _folded(stem), _folded(form), _skeleton(shaped_text), _skeleton(shaped_stem))


def name_doubts(name: str) -> tuple[NameDoubt, ...]:
    doubts = (
        (NameDoubt.MIXED_SCRIPTS, _checker().check(_letters(unicodedata.normalize("NFKC", name))) != 0),
        (NameDoubt.HIDDEN_CHARACTER, hidden_character(clean_text(name)) is not None),
    )
    return tuple(code for code, holds in doubts if holds)


def likeness(one: str, other: str, floor: float = 0.8) -> tuple[Likeness, float] | None:
    """How alike two names are, with the similarity of their stems; None below the floor."""
    first, second = normalise(one), normalise(other)
    score = similarity(first, second)
    return judge_likeness((clean_text(one), first), (clean_text(other), second), score, floor)


def similarity(one: NormalName, other: NormalName) -> float:
    """That of the stems, 0 to 1."""
    return max(fuzz.ratio(one.stem, other.stem), fuzz.ratio(one.stem_skeleton, other.stem_skeleton)) / 100


def judge_likeness(
    one: tuple[str, NormalName], other: tuple[str, NormalName], score: float, floor: float
) -> tuple[Likeness, float] | None:
    """Each name as it is written and as it is compared. score: their similarity."""
    (one_text, first), (other_text, second) = one, other
    same_stem = first.stem == second.stem or first.stem_skeleton == second.stem_skeleton
    reasons = (
        (Likeness.SAME, one_text == other_text),
        (Likeness.SAME_SPELT_OTHERWISE, first.text == second.text),
        (Likeness.LOOKS_THE_SAME, first.skeleton == second.skeleton),
        (Likeness.SAME_WORDS_MOVED, same_stem and first.legal_form == second.legal_form),
        (Likeness.OTHER_LEGAL_FORM, same_stem),
        (Likeness.SIMILAR, score >= floor),
    )
    why = next((each for each, holds in reasons if holds), None)
    return None if why is None else (why, score)


def _parts(name: str) -> tuple[str, str, str]:
    """Text, stem and legal form, each with its case."""
    spaced = unicodedata.normalize("NFKC", name).translate(_BRACKETS).strip()
    latin = _LATIN_FORMS.search(spaced)
    front = _letters(spaced[: latin.start()] if latin else spaced)
    chinese = "" if front in _CHINESE_FORMS else next((each for each in _CHINESE_FORMS if front.endswith(each)), "")
    stem = _unbracketed(front.removesuffix(chinese)) or front
    return _letters(spaced), stem, chinese + (_letters(latin.group()) if latin else "")


@cache
def _checker() -> Any:
    return _icu().SpoofChecker()


@cache
def _to_simplified() -> Any:
    return _icu().Transliterator.createInstance("Traditional-Simplified")


def _icu() -> Any:
    """PyICU is built from source, for which not every machine has the tools; nothing else needs it."""
    try:
        import icu  # type: ignore[import-untyped]
    except ImportError as error:
        raise LikenessUnavailable(
            "This installation has no PyICU, so that names which look alike cannot be told. On Debian: apt-get install "
            "g++ pkg-config libicu-dev python3-dev, then in a checkout `make names`, elsewhere "
            "pip install 'evaluator-registry[names]'."
        ) from error
    return icu


@cache
def _shape(character: str) -> str:
    """The ASCII letter that a character looks like where NFKC would make another of it, as a sigma of \u03f2."""
    normal = unicodedata.normalize("NFKC", character)
    if normal == character or normal.isascii():
        return character
    alike: str = _checker().getSkeleton(0, character)
    return alike if alike.isascii() else character


def _letters(text: str) -> str:
    """Without what shows nothing and without marks; brackets stay. All of it where nothing else would stay."""
    kept = "".join(each for each in text if each in "()&+" or not _is_mark(each))
    return kept or text


@cache
def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "CPZ" or hidden_character(character) is not None


def _unbracketed(text: str) -> str:
    inside = "".join(_IN_BRACKETS.findall(text))
    return (inside + _IN_BRACKETS.sub("", text)).replace("(", "").replace(")", "")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


def _skeleton(text: str) -> str:
    """UTS 39: one letter for all that look alike. Before case is folded, since capitals look alike on their own."""
    simplified: str = _to_simplified().transliterate(text)
    alike: str = _checker().getSkeleton(0, simplified)
    lower: str = _checker().getSkeleton(0, _folded(alike))
    return lower
