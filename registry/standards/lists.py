"""What is published, as lists show it. Pure."""

from collections.abc import Iterable
from datetime import date

from registry.languages import Language
from registry.standards.presentation import in_language
from registry.standards.selection import Published
from registry.standards.versions import precedence


def listed(known: Iterable[Published], kind: str | None = None, of: str | None = None) -> list[Published]:
    """By id, then by version. of: only localizations of this standard, ID@VERSION."""
    fitting = [each for each in known if kind in (None, each.kind) and of in (None, each.standard)]
    return sorted(fitting, key=lambda each: (each.id, precedence(each.version)))


def status_on(published: Published, on: date) -> str:
    """Derived from its days: in_force, not_yet, ended or withdrawn."""
    if published.withdrawn_from is not None and published.withdrawn_from <= on:
        return "withdrawn"
    if published.validity.holds(on):
        return "in_force"
    return "not_yet" if on < published.validity.valid_from else "ended"


_STATUS = {
    "in_force": {"en": "in force", "zh": "有效"},
    "not_yet": {"en": "not yet", "zh": "尚未施行"},
    "ended": {"en": "ended", "zh": "已失效"},
    "withdrawn": {"en": "withdrawn", "zh": "已撤销"},
}
_DRAFT = {"en": "draft for demonstration", "zh": "演示草案"}


def published_line(published: Published, on: date, language: Language) -> str:
    words = [
        f"{published.reference:52}",
        f"{published.kind:12}",
        f"{_STATUS[status_on(published, on)][language]:9}",
        in_language(published.title, language),
        f"[{_DRAFT[language]}]" if published.is_draft_for_demonstration else "",
    ]
    return "  ".join(words).rstrip()
