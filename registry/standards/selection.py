"""Which published version is meant: by its number, by the day, by the place. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.ids import printable
from registry.standards.document_errors import AmbiguousLocalization, StandardNotFound
from registry.standards.geography import Division
from registry.standards.versions import precedence
from registry.validity import Validity

# Of mappings, which say nothing of days.
ALWAYS = Validity(date.min)


@dataclass(frozen=True, slots=True)
class Published:
    """A published version as lists show it. standard: what a localization localizes. withdrawn_from: the first day on
    which it may no longer be used. is_shipped: it comes with the program and is not in the database."""

    kind: str
    id: str
    version: str
    sha256: str
    title: dict[str, str]
    validity: Validity
    supersedes: str | None = None
    standard: str | None = None
    level: str | None = None
    jurisdiction: str | None = None
    field: str | None = None
    withdrawn_from: date | None = None
    is_draft_for_demonstration: bool = False
    is_shipped: bool = False

    @property
    def reference(self) -> str:
        return f"{self.id}@{self.version}"

    def is_in_force(self, on: date) -> bool:
        return self.validity.holds(on) and (self.withdrawn_from is None or on < self.withdrawn_from)


def published_of(
    kind: str, document: Any, sha256: str, *, withdrawn_from: date | None = None, is_shipped: bool = False
) -> Published:
    """document: valid by its schema. A mapping is in force always."""
    begins, ends = document.get("valid_from"), document.get("valid_to")
    base = document.get("standard")
    return Published(
        kind=kind,
        id=document["id"],
        version=document["version"],
        sha256=sha256,
        title=document.get("title", {}),
        validity=Validity(date.fromisoformat(begins), date.fromisoformat(ends) if ends else None) if begins else ALWAYS,
        supersedes=document.get("supersedes"),
        standard=f"{base['id']}@{base['version']}" if base else None,
        level=document.get("level"),
        jurisdiction=document.get("jurisdiction"),
        field=document.get("field"),
        withdrawn_from=withdrawn_from,
        is_draft_for_demonstration="draft_for_demonstration" in document,
        is_shipped=is_shipped,
    )


def in_force(known: Iterable[Published], on: date) -> dict[str, Published]:
    """Of each id the highest version that is in force on the day."""
    newest: dict[str, Published] = {}
    for each in known:
        if each.is_in_force(on):
            other = newest.get(each.id)
            if other is None or precedence(other.version) < precedence(each.version):
                newest[each.id] = each
    return newest


def successor(of: Published, known: Iterable[Published], on: date) -> Published | None:
    """What has come in its place by the day: a version of the same id that is in force and higher."""
    newest = in_force((each for each in known if each.id == of.id and each.kind == of.kind), on).get(of.id)
    if newest is None or precedence(newest.version) <= precedence(of.version):
        return None
    return newest


def choose(reference: str, known: Sequence[Published], on: date) -> Published:
    """ID@VERSION, or an ID, which means the version in force on the day. Raises StandardNotFound."""
    identifier, at, version = reference.partition("@")
    same = [each for each in known if each.id == identifier]
    by_number = next((each for each in same if each.version == version), None)
    found = by_number if at else in_force(same, on).get(identifier)
    if found is not None:
        return found
    shown = printable(reference[:120])
    if not same:
        raise StandardNotFound(f"Nothing is published under {shown}. `registry standards list` shows what is.")
    versions = ", ".join(map(_shown, sorted(same, key=lambda each: precedence(each.version))))
    missing = f"{shown} is not published" if at else f"No version of {shown} is in force on {on}"
    raise StandardNotFound(f"{missing}. There are: {versions}.")


def _shown(published: Published) -> str:
    withdrawn = "" if published.withdrawn_from is None else f", withdrawn from {published.withdrawn_from} on"
    days = "always in force" if published.validity == ALWAYS else str(published.validity)
    return f"{published.version} ({days}{withdrawn})"


def by_place(
    localizations: Iterable[Published], places: Mapping[str, Sequence[Division]], on: date
) -> dict[str, list[Published]]:
    """Of localizations of one standard those in force, by the region that their jurisdiction is on the day; under ""
    what applies everywhere.

    places: of each localization, by its reference, where its jurisdiction lies on the day; empty where it is no more.
    """
    placed: dict[str, list[Published]] = {}
    for each in in_force(localizations, on).values():
        if each.jurisdiction is None:
            placed.setdefault("", []).append(each)
        elif places[each.reference]:
            placed.setdefault(places[each.reference][-1].reference, []).append(each)
    return placed


def nearest(placed: Mapping[str, list[Published]], path: Sequence[Division]) -> Published | None:
    """That of the last division of the path, else of the nearest one above it. Raises AmbiguousLocalization where
    there are two of the same region."""
    for place in (*(each.reference for each in reversed(path)), ""):
        found = placed.get(place, [])
        if len(found) > 1:
            names = ", ".join(sorted(each.reference for each in found))
            raise AmbiguousLocalization(f"Several localizations are in force in {place}: {names}. Name one of them.")
        if found:
            return found[0]
    return None
