"""The order of versions by semver.org: numbers by their size, a version after its own prereleases. Pure."""

from typing import TypeAlias

Precedence: TypeAlias = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def precedence(version: str) -> Precedence:
    """A key to sort versions by; of the form that the schemas demand."""
    numbers, dash, prerelease = version.partition("-")
    parts = prerelease.split(".") if dash else []
    return tuple(map(int, numbers.split("."))), not dash, tuple(map(_part, parts))


def _part(part: str) -> tuple[bool, int, str]:
    """Numbers come before words."""
    return (False, int(part), "") if part.isdecimal() else (True, 0, part)
