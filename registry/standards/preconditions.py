"""Which content of a draft a request was made to, by its If-Match (RFC 9110, section 13.1.1). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from registry.standards.draft_errors import DraftChanged, DraftNotNamed

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_READ_FIRST = "Read the draft and send its ETag, which holds the digest of its content."


@dataclass(frozen=True, slots=True)
class IfMatch:
    """digests: those that the request names by strong tags; a weak one matches nothing."""

    digests: tuple[str, ...]

    def expected(self, present: str) -> str:
        """The digest to hold against the present one: itself where it is named."""
        return present if present in self.digests else next(iter(self.digests), "")


def read_if_match(lines: Sequence[str]) -> IfMatch:
    """lines: of the heading, of which a request may have several. Raises DraftNotNamed, DraftChanged for `*`."""
    if not lines:
        raise DraftNotNamed(f"The heading If-Match is missing. {_READ_FIRST}")
    given = ", ".join(lines)
    if given.strip() == "*":
        raise DraftChanged(f"If-Match: * stands for whatever is there and is not taken here. {_READ_FIRST}")
    if _LIST.fullmatch(given) is None:
        raise DraftChanged(f"If-Match is no list of entity tags. {_READ_FIRST}")
    tags = re.findall(_TAG, given)
    return IfMatch(tuple(each.strip('"') for each in tags if not each.startswith("W/")))
