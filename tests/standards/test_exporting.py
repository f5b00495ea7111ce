"""Documents as files: the layout is free, the content and its digest stay."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localization_samples import make_localization
from standard_samples import make_standard

from registry.canonical import digest
from registry.json_text import parse_json
from registry.standards.exporting import file_name, readable

CATALOGUE = Path(__file__).parents[2] / "standards"
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text('ab乡"\\/', max_size=70), inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.text("ab乡", max_size=5), values, max_size=8))
def test_what_is_written_is_read_again_as_it_was(document: dict[str, Any]) -> None:
    content = readable(document)

    assert parse_json(content) == document
    assert list(parse_json(content)) == list(document)
    assert digest(parse_json(content)) == digest(document)


@pytest.mark.parametrize("path", sorted(CATALOGUE.rglob("*.json")), ids=lambda path: path.parent.name + "/" + path.name)
def test_documents_of_the_catalogue_keep_their_digest(path: Path) -> None:
    document = parse_json(path.read_bytes())

    assert digest(parse_json(readable(document))) == digest(document)


def test_what_fits_into_a_line_stands_on_one_line_and_the_rest_is_indented() -> None:
    rationale = "As it is here, " * 9

    content = readable({"id": "a-b", "set": [{"parameter": "p", "value": "2", "rationale": {"en": rationale}}]})

    assert content.decode() == (
        "{\n"
        '  "id": "a-b",\n'
        '  "set": [\n'
        "    {\n"
        '      "parameter": "p",\n'
        '      "value": "2",\n'
        '      "rationale": {\n'
        f'        "en": {json.dumps(rationale)}\n'
        "      }\n"
        "    }\n"
        "  ]\n"
        "}\n"
    )


def test_chinese_stands_as_it_is() -> None:
    assert readable({"title": {"zh": "乡村"}}).decode() == '{"title": {"zh": "乡村"}}\n'


def test_empty_lists_and_objects_stay_what_they_are() -> None:
    assert json.loads(readable({"a": [], "b": {}, "c": "x" * 200})) == {"a": [], "b": {}, "c": "x" * 200}


def test_a_document_is_named_as_the_catalogue_names_it() -> None:
    mapping = {"$schema": "urn:evaluator-registry:schema:mapping:v1", "id": "a-b", "version": "1.0.0"}

    assert file_name(make_standard()) == "rural-investment/2.1.0/standard.json"
    assert file_name(mapping) == "a-b/1.0.0/mapping.json"
    assert file_name(make_localization("county")) == (
        "rural-investment/2.1.0/localizations/rural-investment.county@1.0.0.json"
    )
