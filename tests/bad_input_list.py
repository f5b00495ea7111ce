"""The list of bad inputs, tests/reference/bad-inputs.json, as it is written: its columns are not ours."""

import json
from pathlib import Path
from typing import Any

_LIST = json.loads((Path(__file__).parent / "reference" / "bad-inputs.json").read_text("utf-8"))
CASES: dict[str, dict[str, Any]] = {each["id"]: each for each in _LIST["cases"]}
_BODIES: dict[str, list[bytes]] = {}


def bodies_of(identifier: str) -> list[bytes]:
    """The bodies of a case, each of which is to be refused alike; made once."""
    if identifier not in _BODIES:
        case = CASES[identifier]
        _BODIES[identifier] = _generated(case["generate"]) if "generate" in case else [_written(case["payload"])]
    return _BODIES[identifier]


def _written(payload: Any) -> bytes:
    return (payload if isinstance(payload, str) else json.dumps(payload)).encode()


def _generated(program: str) -> list[bytes]:
    names: dict[str, Any] = {}
    exec(_LIST["prelude"], names)
    exec(program, names)
    also = names.get("also", [])
    return [names["data"], *(also if isinstance(also, list) else [also])]
