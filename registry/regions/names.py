"""Names of regions as people write them, and which of two may mean the same. Never a join, only proposals. Pure."""

import unicodedata
from enum import StrEnum

# What a name ends in, the longest first: a stem in front of it is what people remember.
_KINDS = (
    "社区居民委员会", "居民委员会", "村民委员会", "街道办事处", "社区居委会", "居委会", "村委会", "办事处", "街道",
    "社区", "地区", "镇", "乡", "村", "县", "区", "市", "省",
)  # fmt: skip
_FORMS = {
    "街道办事处": "街道", "办事处": "街道", "社区居民委员会": "社区", "居民委员会": "社区", "社区居委会": "社区",
    "居委会": "社区", "村民委员会": "村", "村委会": "村",
}  # fmt: skip
_BLANKS = str.maketrans("", "", " \u3000·•")


class Likeness(StrEnum):
    """How alike two names are; of several the first that holds."""

    SAME = "same"
    # Full-width characters, spaces, points between words.
    SAME_SPELT_OTHERWISE = "same_spelt_otherwise"
    # 街道 and 街道办事处, 村 and 村民委员会.
    SAME_KIND_IN_OTHER_WORDS = "same_kind_in_other_words"
    # 镇 and 乡, 县 and 区.
    OTHER_KIND = "other_kind"
    DIFFERENT = "different"


def plain(name: str) -> str:
    """Without differences of width, spaces and points."""
    return unicodedata.normalize("NFKC", name).translate(_BLANKS)


def parted(name: str) -> tuple[str, str]:
    """Stem and kind of a plain name: 容美, 镇. What has no kind, or would have no stem, is all stem."""
    ending = next((each for each in _KINDS if name.endswith(each) and len(name) > len(each)), "")
    stem, kind = name[: len(name) - len(ending)], _FORMS.get(ending, ending)
    # 大坡村村民委员会 and 大坡村委会 are committees of 大坡村.
    if kind != ending and stem.endswith(kind) and len(stem) > len(kind):
        stem = stem[: -len(kind)]
    return stem, kind


def likeness(one: str, other: str) -> Likeness:
    if one == other:
        return Likeness.SAME
    one, other = plain(one), plain(other)
    if one == other:
        return Likeness.SAME_SPELT_OTHERWISE
    (stem, kind), (other_stem, other_kind) = parted(one), parted(other)
    if stem != other_stem:
        return Likeness.DIFFERENT
    return Likeness.SAME_KIND_IN_OTHER_WORDS if kind == other_kind else Likeness.OTHER_KIND
