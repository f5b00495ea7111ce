"""Where the value of a parameter comes from: one entry for each level, also where nothing happened. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.standards.authority import mandate_of
from registry.standards.layer_effects import Effects
from registry.standards.layering import Layers
from registry.standards.localization_document import Localization
from registry.standards.parameter import ANYTHING, UNCLASSIFIED, ByClass, Domain, Parameter, domain_json, value_json
from registry.standards.standard import Standard

_REASONS = ("rationale", "evidence", "set_by", "valid_from", "valid_to", "provenance")


def by_class(values: ByClass, *, is_part: bool = False) -> dict[str, Any]:
    """value, or value_by_class where the class is open. is_part: these are some of the open classes."""
    if not is_part and (len(values) == 1 or UNCLASSIFIED in values):
        return {"value": value_json(next(iter(values.values())))}
    return {"value_by_class": {each: value_json(value) for each, value in values.items()}}


def domains_json(domains: Mapping[str, Domain], *, is_part: bool = False) -> dict[str, Any]:
    """domain, or domain_by_class where open classes differ, or are a part of them; nothing where all is allowed."""
    written = {each: domain_json(domain) for each, domain in domains.items() if domain != ANYTHING}
    if written and (is_part or len(set(domains.values())) > 1):
        return {"domain_by_class": written}
    return {"domain": next(iter(written.values()))} if written else {}


@dataclass(frozen=True, slots=True)
class Story:
    """What derivations are told from."""

    standard: Standard
    layers: Layers
    effects: Effects
    on: date

    def derivation(self, parameter: Parameter, held: tuple[str, ...]) -> list[dict[str, Any]]:
        """From the standard's own level down to that of the last layer. held: the classes that are open or known."""
        entries = [self._default(parameter, held)]
        levels = self.standard.levels
        deepest = max((levels.index(each.level) for each in self.layers.order), default=0)
        for level in levels[: deepest + 1]:
            found = [each for each in self.layers.order if each.level == level]
            entries += [self._entry(parameter, layer, held) for layer in found]
            if not found and level != levels[0]:
                entries.append({"level": level, "action": "inherited"})
        return entries

    def _default(self, parameter: Parameter, held: tuple[str, ...]) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "level": self.standard.levels[0],
            "action": "default",
            "by": self.standard.reference,
            "sha256": self.standard.sha256,
            **by_class({each: parameter.defaults[each] for each in held}),
            **domains_json({each: parameter.domains[each] for each in held}),
        }
        provenance = parameter.document.get("provenance")
        return entry if provenance is None else {**entry, "provenance": provenance}

    def _entry(self, parameter: Parameter, layer: Localization, held: tuple[str, ...]) -> dict[str, Any]:
        entry: dict[str, Any] = {"level": layer.level, "by": layer.reference, "sha256": layer.sha256}
        if layer.jurisdiction is not None:
            entry["jurisdiction"] = layer.jurisdiction
        before, after = self.effects.inherited[layer.reference], self.effects.after[layer.reference]
        for setting in layer.settings:
            touched = [(parameter.id, each) for each in held if each in setting.values]
            if setting.parameter == parameter.id and setting.validity.holds(self.on) and touched:
                is_part = len(touched) < len(held)
                entry["set"] = {
                    "from": by_class({key[1]: before[key].value for key in touched}, is_part=is_part),
                    "to": by_class({key[1]: after[key].value for key in touched}, is_part=is_part),
                    **self._reasons(layer, setting.document),
                }
        for narrowing in layer.narrowings:
            touched = [(parameter.id, each) for each in held if each in narrowing.domains]
            if narrowing.parameter == parameter.id and touched:
                is_part = len(touched) < len(held)
                entry["narrow"] = {
                    "from": domains_json({key[1]: before[key].domain for key in touched}, is_part=is_part),
                    "to": domains_json({key[1]: after[key].domain for key in touched}, is_part=is_part),
                    **self._reasons(layer, narrowing.document),
                }
        entry["action"] = "changed" if "set" in entry or "narrow" in entry else "inherited"
        return entry

    def _reasons(self, layer: Localization, document: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: document[name] for name in _REASONS if name in document}
        mandate = mandate_of(self.standard, layer, document)
        return given if mandate is None else {**given, "mandate": mandate.document}
