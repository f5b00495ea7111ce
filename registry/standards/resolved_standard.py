"""A resolved standard: the values with where each comes from, as a document of fixed bytes. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from registry.canonical import canonical_json, sha256_hex
from registry.canonical import digest as digest_of
from registry.standards.authority import mandate_of
from registry.standards.derivation import Story, by_class, domains_json
from registry.standards.document_errors import Code
from registry.standards.layer_effects import Effects, State
from registry.standards.layering import Layers
from registry.standards.localization_document import Localization, Narrowing, Setting, Waiver
from registry.standards.parameter import ByClass, Parameter, decimal_json
from registry.standards.standard import Criterion, Standard, written_rule
from registry.standards.weights import weights_of

SCHEMA = "urn:evaluator-registry:schema:resolved-standard:v1"
# The way of resolving. Whoever changes what it gives for equal documents gives it another number.
ALGORITHM = "resolve/1"
# What a resolved standard takes from the standard as it stands there.
_TAKEN = (
    "title", "description", "edition", "draft_for_demonstration", "field", "subject", "jurisdiction", "issuer",
    "levels", "sources", "mandates", "fact_definitions", "action_definitions", "scales", "groups", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    on: date
    region: str | None
    classes: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class ResolvedStandard:
    """values: of each parameter, by the classes that are still open, or of the one that is known."""

    standard: Standard
    layers: Layers
    effects: Effects
    values: Mapping[str, ByClass]
    resolution: Resolution

    @cached_property
    def document(self) -> dict[str, Any]:
        """As schemas/resolved-standard.v1.json describes it."""
        standard, differences = self.standard, list(self._differences())
        story = Story(standard, self.layers, self.effects, self.resolution.on)
        return {
            "$schema": SCHEMA,
            "resolution": self._resolution(),
            "standard": {"id": standard.id, "version": standard.version, "sha256": standard.sha256},
            "localizations": [_input(each) for each in self.layers.order],
            **{name: standard.document[name] for name in _TAKEN if name in standard.document},
            "correspondence": "MOD" if differences else "IDT",
            "differences": differences,
            "comparability_class": self.comparability_class,
            "notices": list(self._notices()),
            "parameters": [self._parameter(each, story) for each in standard.parameters.values()],
            "axioms": [{**each.document, "rule": written_rule(each.rule)} for each in standard.axioms],
            "criteria": [each for each, _ in self._criteria],
            "decision": self._decision(),
        }

    @cached_property
    def canonical(self) -> bytes:
        """canonical_json(document), of which the long parts are made once for all places."""
        parts = dict(self.document)
        criteria = b",".join(written for _, written in self._criteria)
        parts["criteria"] = []
        whole = canonical_json(parts)
        return whole.replace(b'"criteria":[]', b'"criteria":[' + criteria + b"]", 1)

    @property
    def sha256(self) -> str:
        return sha256_hex(self.canonical)

    @property
    def correspondence(self) -> str:
        """IDT: nothing differs from the standard. MOD: all that differs is within what was granted, and is listed."""
        return str(self.document["correspondence"])

    @cached_property
    def comparability_class(self) -> str:
        """Places in one class may be ranked together: the same standard, values and waivers in all that is not
        normalised."""
        standard = self.standard
        counted = [each for each in standard.criteria if not each.is_normalised]
        rules = [rule for each in counted for rule in (each.applies_when, each.measure)]
        rules += [*(each.rule for each in standard.axioms), standard.decision]
        named = {name.partition(".")[2] for rule in rules if rule is not None for name in rule.names if _is_param(name)}
        named |= {each.weight for each in counted if isinstance(each.weight, str)}
        values = {name: by_class(self.values[name]) for name in sorted(named)}
        waived = sorted({waiver.criterion for _, waiver in self.waivers()} & {each.id for each in counted})
        return digest_of({"standard": standard.sha256, "values": values, "waived": waived})

    def waivers(self) -> Iterator[tuple[Localization, Waiver]]:
        """Those that count on the day."""
        for layer in self.layers.order:
            for waiver in layer.waivers:
                if waiver.validity.holds(self.resolution.on):
                    yield layer, waiver

    @cached_property
    def _states(self) -> Mapping[tuple[str, str], State]:
        order = self.layers.order
        return self.effects.after[order[-1].reference] if order else self.effects.before

    def _resolution(self) -> dict[str, Any]:
        asked = self.resolution
        written: dict[str, Any] = {"algorithm": ALGORITHM, "on": asked.on.isoformat()}
        if asked.region is not None:
            written["region"] = asked.region
        used = {each.classified_by for each in self.standard.parameters.values()}
        classes = {fact: value for fact, value in asked.classes.items() if fact in used}
        return {**written, "classes": classes} if classes else written

    def _parameter(self, parameter: Parameter, story: Story) -> dict[str, Any]:
        held = tuple(self.values[parameter.id])
        states = {each: self._states[parameter.id, each] for each in held}
        limits = {part: by for each in held for part, by in sorted(states[each].limits.items())}
        taken = {
            name: parameter.document[name]
            for name in ("id", "name", "description", "type", "unit", "choices", "classified_by", "stricter_when")
            if name in parameter.document
        }
        return {
            **taken,
            **by_class(self.values[parameter.id]),
            **domains_json({each: state.domain for each, state in states.items()}),
            **({"limits": limits} if limits else {}),
            "derivation": story.derivation(parameter, held),
        }

    @cached_property
    def _criteria(self) -> list[tuple[Mapping[str, Any], bytes]]:
        waived = {waiver.criterion: (layer, waiver) for layer, waiver in self.waivers()}
        written: list[tuple[Mapping[str, Any], bytes]] = []
        for criterion, as_is in zip(self.standard.criteria, self.standard.written_criteria, strict=True):
            changes = self._changes(criterion, waived.get(criterion.id))
            if changes:
                document = {**as_is.document, **changes}
                written.append((document, canonical_json(document)))
            else:
                written.append((as_is.document, as_is.canonical))
        for layer in self.layers.order:
            for each in layer.informative:
                document = {**each, "obligation": "informative", "added_by": layer.reference}
                written.append((document, canonical_json(document)))
        return written

    def _changes(self, criterion: Criterion, waived: tuple[Localization, Waiver] | None) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if isinstance(criterion.weight, str):
            weights = weights_of(criterion, self.values)
            known = {"value": decimal_json(weights.pop())} if len(weights) == 1 else {}
            changes["weight"] = {"parameter": criterion.weight, **known}
        if waived is not None:
            layer, waiver = waived
            changes["waived"] = {"by": layer.reference, **_with_mandate(self.standard, layer, waiver.document)}
            del changes["waived"]["criterion"]
        return changes

    def _decision(self) -> dict[str, Any]:
        decision = dict(self.standard.document["decision"])
        if self.standard.decision is not None:
            decision["rule"] = written_rule(self.standard.decision)
        return decision

    def _differences(self) -> Iterator[dict[str, Any]]:
        """From the standard as it stands, where it is in force."""
        for parameter in self.standard.parameters.values():
            held = tuple(self.values[parameter.id])
            before = {each: self.effects.before[parameter.id, each] for each in held}
            after = {each: self._states[parameter.id, each] for each in held}
            if any(before[each].value != after[each].value for each in held):
                yield {
                    "kind": "value",
                    "parameter": parameter.id,
                    "from": by_class({each: state.value for each, state in before.items()}),
                    "to": by_class({each: state.value for each, state in after.items()}),
                }
            if any(before[each].domain != after[each].domain for each in held):
                yield {
                    "kind": "domain",
                    "parameter": parameter.id,
                    "from": domains_json({each: state.domain for each, state in before.items()}),
                    "to": domains_json({each: state.domain for each, state in after.items()}),
                }
        for layer, waiver in self.waivers():
            yield {"kind": "waiver", "criterion": waiver.criterion, "by": layer.reference}
        for layer in self.layers.order:
            for each in layer.informative:
                yield {"kind": "informative", "criterion": each["id"], "by": layer.reference}

    def _notices(self) -> Iterator[dict[str, str]]:
        """What is no fault and has to be known: waivers that have ended, mandates and evidence that have become old."""
        on = self.resolution.on
        for layer in self.layers.order:
            for waiver in layer.waivers:
                if waiver.validity.valid_to is not None and waiver.validity.valid_to <= on:
                    yield _notice(Code.WAIVER_EXPIRED, layer, waiver.pointer)
            settings = [each for each in layer.settings if each.validity.holds(on)]
            waivers = [each for each in layer.waivers if each.validity.holds(on)]
            changes: list[Setting | Narrowing | Waiver] = [*settings, *layer.narrowings, *waivers]
            for change in changes:
                mandate = mandate_of(self.standard, layer, change.document)
                if mandate is not None and mandate.validity is not None and not mandate.validity.holds(on):
                    yield _notice(Code.MANDATE_NOT_IN_FORCE, layer, f"{change.pointer}/mandate")
            for setting in settings:
                for place, each in enumerate(setting.document.get("evidence", ())):
                    age = self.standard.facts[each["fact"]].max_age_days
                    if age is not None and on - date.fromisoformat(each["as_of"]) > timedelta(age):
                        yield _notice(Code.EVIDENCE_STALE, layer, f"{setting.pointer}/evidence/{place}")


def _is_param(name: str) -> bool:
    return name.startswith("params.")


def _input(layer: Localization) -> dict[str, Any]:
    written = {"id": layer.id, "version": layer.version, "sha256": layer.sha256, "level": layer.level}
    if layer.jurisdiction is not None:
        written["jurisdiction"] = layer.jurisdiction
    if "draft_for_demonstration" in layer.document:
        return {**written, "draft_for_demonstration": layer.document["draft_for_demonstration"]}
    return written


def _notice(code: Code, layer: Localization, pointer: str) -> dict[str, str]:
    return {"code": code, "localization": layer.reference, "pointer": pointer}


def _with_mandate(standard: Standard, layer: Localization, document: Mapping[str, Any]) -> dict[str, Any]:
    mandate = mandate_of(standard, layer, document)
    return dict(document) if mandate is None else {**document, "mandate": mandate.document}
