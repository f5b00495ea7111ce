"""A localization as it is used: read from its document against the standard that it localizes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.standards.parameter import ByClass, Domain
from registry.standards.standard import Mandate
from registry.validity import Validity


@dataclass(frozen=True, slots=True)
class Pin:
    """sha256 None: whatever has this id and version."""

    id: str
    version: str
    sha256: str | None

    @property
    def reference(self) -> str:
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Setting:
    """values: of the classes that it speaks of. pointer: its place in the localization."""

    parameter: str
    values: ByClass
    validity: Validity
    pointer: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Narrowing:
    parameter: str
    domains: Mapping[str, Domain]
    pointer: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiver:
    criterion: str
    validity: Validity
    pointer: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Localization:
    """sha256: of the canonical form of document. informative: criteria that it adds, as they are written."""

    id: str
    version: str
    sha256: str
    standard: Pin
    imports: tuple[Pin, ...]
    level: str
    jurisdiction: str | None
    validity: Validity
    mandates: Mapping[str, Mandate]
    settings: tuple[Setting, ...]
    narrowings: tuple[Narrowing, ...]
    waivers: tuple[Waiver, ...]
    informative: tuple[Mapping[str, Any], ...]
    document: Mapping[str, Any]

    @property
    def reference(self) -> str:
        return f"{self.id}@{self.version}"
