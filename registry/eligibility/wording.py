"""Messages and remedies in Chinese and English, by code. Pure.

Codes of slices to the left have their sentences there. A word that is a day or a list is written as each language
writes it.
"""

from collections.abc import Mapping
from datetime import date

from registry.eligibility.wording_table import MESSAGES, REMEDIES
from registry.languages import LANGUAGES, Language


def message(code: str, words: Mapping[str, object]) -> dict[Language, str]:
    return _filled(MESSAGES[code], words)


def remedy_message(code: str, words: Mapping[str, object]) -> dict[Language, str]:
    return _filled(REMEDIES[code], words)


def _filled(texts: tuple[str, str], words: Mapping[str, object]) -> dict[Language, str]:
    by_language = dict(zip(("zh", "en"), texts, strict=True))
    return {
        language: by_language[language].format(**{name: _shown(value, language) for name, value in words.items()})
        for language in LANGUAGES
    }


def _shown(value: object, language: Language) -> str:
    if value is None:
        return "未知" if language == "zh" else "unknown"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日" if language == "zh" else value.isoformat()
    if isinstance(value, list | tuple):
        joined = ("、" if language == "zh" else ", ").join(map(str, value))
        return joined or ("无" if language == "zh" else "none")
    return str(value)
