"""Every case of the list is tried here, or waits for the feature that it is about."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bad_input_list import CASES

# Nothing takes these yet. Each moves into a test of its own with the feature named here.
STILL_TO_COME = {
    "D31": "accounts: who hands in a report is known from the session, not from the report",
    "D34": "accounts: what belongs to somebody else is answered as what does not exist",
    "D60": "standards: reports against a draft or a withdrawn version",
}
TESTS = [path for path in sorted(Path(__file__).parent.glob("test_*.py")) if path != Path(__file__)]


def names_in(source: str) -> Iterator[str]:
    """Names of tests and of their parameters: functions, and texts of the module that start with an identifier."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_d"):
            yield node.name.removeprefix("test_").upper()
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def tried(source: str) -> set[str]:
    return {name[:3] for name in names_in(source) if name[:3] in CASES and name[3:4] in {"", " ", "_"}}


def test_each_case_is_tried_or_waits_for_its_feature() -> None:
    found = set[str]().union(*(tried(path.read_text("utf-8")) for path in TESTS))

    assert found | set(STILL_TO_COME) == set(CASES)
    assert not found & set(STILL_TO_COME)
    assert len(CASES) == 67


def test_a_case_that_nobody_tries_would_be_seen() -> None:
    source = '"""Of D01."""\n# D02\nNAMES = ["D03 a", "D04", "xD05", "D066"]\ndef test_d07_a(): ...'

    assert tried(source) == {"D03", "D04", "D07"}
