"""Sign-in names: one form for each, so that no two look alike and no one has to mind capitals. Pure."""

import re
import unicodedata

from registry.errors import Invalid, Violation
from registry.ids import hidden_character

LONGEST = 64
_ALLOWED = re.compile(r"[\w.@+-]{2,64}")
# Written side by side in Chinese texts, and unlike each other.
_TOGETHER = frozenset({"LATIN", "CJK"})


class NameRefused(Invalid):
    code = "name-refused"
    title = "The sign-in name cannot be used"


def folded(typed: str) -> str:
    """The form in which names are kept and compared: compatibility forms and capitals folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def sign_in_name(typed: str) -> str:
    """Raises NameRefused."""
    name = folded(typed)
    if hidden_character(name) is None and _ALLOWED.fullmatch(name) and _is_of_one_script(name):
        return name
    fix = f"Use 2 to {LONGEST} letters of one script, digits, and . _ - + @."
    raise NameRefused(
        "The sign-in name has a sign that cannot be used, or too few or too many.",
        [Violation("bad-name", "This is no sign-in name.", fix, pointer="/name", value=typed[:80])],
    )


def _is_of_one_script(name: str) -> bool:
    """An alphabet that is not Latin stands alone: a Cyrillic letter in a Latin name deceives the eye."""
    scripts = {unicodedata.name(each, "?").split()[0] for each in name if each.isalpha()}
    return scripts <= _TOGETHER or len(scripts) == 1
