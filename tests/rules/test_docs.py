"""docs/rules.md tells every code, and its example does what it says."""

import re
from pathlib import Path

from registry.rules.rule_errors import Code
from registry.rules.tree import Function

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_every_code_is_told():
    told = set(re.findall(r"`(RULE_[A-Z_]+)`", TEXT))

    assert told == set(Code) | {"RULE_VALUE_TYPE", "RULE_VALUE_BOUNDS", "RULE_UNKNOWN_NAME"}


def test_every_function_is_told():
    assert [each for each in Function if f"`{each}(" not in TEXT] == []


def test_the_example_gives_what_its_comments_say():
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    *setup, passes, missing, said = example.strip().split("\n")
    names: dict[str, object] = {}
    exec("\n".join(setup), names)

    for line in (passes, missing):
        expression, comment = line.split("  #", 1)
        assert eval(expression, names) == eval(comment.strip())
    expression, comment = said.split("  #", 1)
    assert eval(expression, names) == comment.strip()
