"""Where two results differ: what a replay that is not identical says."""

from typing import Any

from registry.json_text import parse_json, pointer_part


def differences(one: bytes, other: bytes) -> list[str]:
    """JSON Pointers of the places at which two documents differ, the deepest that still have both sides."""
    stack: list[tuple[str, Any, Any]] = [("", parse_json(one), parse_json(other))]
    found: list[str] = []
    while stack:
        pointer, left, right = stack.pop()
        if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
            stack += [(f"{pointer}/{pointer_part(key)}", left[key], right[key]) for key in left]
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            stack += [(f"{pointer}/{i}", a, b) for i, (a, b) in enumerate(zip(left, right, strict=True))]
        elif left != right:
            found.append(pointer)
    return sorted(found)
