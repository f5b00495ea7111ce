"""The languages of tables, charts, pages and working papers: English is the message, a catalogue holds the Chinese."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

Language: TypeAlias = Literal["en", "zh"]
Translate: TypeAlias = Callable[[str], str]

LANGUAGES: tuple[Language, ...] = get_args(Language)
# The value of the lang attribute of a page, and (with _) the folder of the catalogue.
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-Hans-CN"}
LOCALE_DIR = Path(__file__).parent / "locale"


def mark(message: str) -> str:
    """The message itself: marks a text of a table for extraction, to be translated where it is shown."""
    return message


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The gettext catalogue; for English one that returns each message as it is."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("registry", LOCALE_DIR, languages=[TAGS[language].replace("-", "_")])


def translator(language: Language) -> Translate:
    """A function from an English message to the same in the language; unknown messages come back in English."""
    translate = catalogue(language).gettext

    def translated(message: str) -> str:
        # The empty message is gettext's own: it holds the catalogue's heading.
        return translate(message) if message else ""

    return translated


def preferred_language(accept_language: str, default: Language) -> Language:
    """The first language of an Accept-Language heading that we have, by its q values; else the default."""
    wanted: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accept_language.split(",")):
        tag, _, parameter = part.strip().partition(";")
        quality = _quality(parameter)
        for language in LANGUAGES:
            if quality > 0 and tag.strip().lower().split("-")[0] == language:
                wanted.append((-quality, place, language))
    return min(wanted)[2] if wanted else default


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
