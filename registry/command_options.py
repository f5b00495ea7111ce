"""Options that several commands have."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from registry.languages import Language


class Tongue(StrEnum):
    EN = "en"
    ZH = "zh"


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LanguageOption = Annotated[
    Tongue | None, typer.Option("--language", help="en or zh; default REGISTRY_LANGUAGE, else en.")
]


def language_of(given: Tongue | None) -> "Language":
    from registry.config import settings_from_environment

    return given.value if given is not None else settings_from_environment().language
