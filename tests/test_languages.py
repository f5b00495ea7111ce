"""The catalogues: complete, compiled, and in step with the texts of the code."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from registry.languages import LOCALE_DIR, preferred_language, translator

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted(LOCALE_DIR.glob("*/LC_MESSAGES/registry.po"))
FIELD = re.compile(r"%\([a-z_]+\)s|\{[a-z_]+\}")


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = load_tool()


def test_there_is_a_catalogue() -> None:
    assert [po.parent.parent.name for po in CATALOGUES] == ["zh_Hans_CN"]


@pytest.mark.parametrize("po", CATALOGUES, ids=lambda po: po.parent.parent.name)
class TestCatalogue:
    def test_every_message_of_the_code_is_in_it_and_no_other(self, po: Path) -> None:
        assert {message.id for message in TOOL.catalogue(po) if message.id} == TOOL.messages()

    def test_no_message_is_untranslated_or_fuzzy(self, po: Path) -> None:
        assert [m.id for m in TOOL.catalogue(po) if m.id and (not m.string or m.fuzzy)] == []

    def test_each_translation_has_the_fields_of_its_message(self, po: Path) -> None:
        wrong = [
            m.id for m in TOOL.catalogue(po) if m.id and sorted(FIELD.findall(m.id)) != sorted(FIELD.findall(m.string))
        ]

        assert wrong == []

    def test_the_compiled_file_is_that_of_the_catalogue(self, po: Path) -> None:
        assert po.with_suffix(".mo").read_bytes() == TOOL.mo_bytes(po.read_bytes())

    def test_the_file_is_as_the_tool_writes_it(self, po: Path) -> None:
        assert po.read_bytes() == TOOL.po_bytes(TOOL.updated(TOOL.catalogue(po), TOOL.messages()))


def test_english_is_the_message_and_chinese_its_translation() -> None:
    assert translator("en")("Spot check") == "Spot check"
    assert translator("zh")("Spot check") == "抽查"


def test_a_message_without_translation_stays_english() -> None:
    assert translator("zh")("No such message") == "No such message"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_text_is_not_the_heading_of_the_catalogue(language: str) -> None:
    assert translator(language)("") == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de,fr;q=0.5", "en"),
        ("", "en"),
        ("en;q=0.1,zh;q=0.2", "zh"),
        ("zh;q=0,en", "en"),
        ("zh;q=nonsense", "en"),
    ],
)
def test_the_language_that_a_browser_prefers(accept_language: str, expected: str) -> None:
    assert preferred_language(accept_language, "en") == expected
