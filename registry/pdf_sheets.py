"""Typeset sheets as PDF: a template of ours, values, and files that the PDF carries along.

Typst reads neither the network nor fonts of the machine here, so that a sheet is the same bytes everywhere. Values are
data to the template and never part of its text.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pylopdf_fonts_zh_cn

if TYPE_CHECKING:
    from typst import Fonts

_TEMPLATES = Path(__file__).parent / "templates"
# Archivable for long, with files inside, and readable by a program that reads aloud.
_STANDARD: Literal["a-3a"] = "a-3a"
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Carried:
    """A text file inside of a PDF."""

    name: str
    media_type: str
    description: str
    text: str


def make_pdf(template: str, values: Mapping[str, Any], carried: tuple[Carried, ...], made_at: datetime) -> bytes:
    """template: the name of a .typ file. made_at: what the PDF says of itself."""
    import typst

    files = [
        {"name": each.name, "mime": each.media_type, "description": each.description, "text": each.text}
        for each in carried
    ]
    given = json.dumps({"values": values, "files": files}, ensure_ascii=False)
    # A sheet holds the processor for a moment; many at once would hold all of it.
    with _one_at_a_time:
        found = typst.compile(
            _template(template),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"given": given},
            format="pdf",
            pdf_standards=_STANDARD,
            timestamp=int(made_at.timestamp()),
        )
    return found


@cache
def _fonts() -> "Fonts":
    """Of the package alone, read once."""
    from typst import Fonts

    folder = str(pylopdf_fonts_zh_cn.sans_path().parent)
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()
