"""What layers do to parameters: values and domains after each layer, held to bounds and distances. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from registry.errors import Violation
from registry.json_text import pointer_part
from registry.rules.declarations import Value
from registry.standards.document_errors import Code
from registry.standards.domains import PARTS, allowed, common, has_nothing, narrowed, shown, widened_parts
from registry.standards.layering import Layers
from registry.standards.localization_document import Localization, Narrowing, Setting
from registry.standards.parameter import Domain, Parameter, contains, tightening
from registry.standards.standard import Standard


@dataclass(frozen=True, slots=True)
class State:
    """Of one parameter in one class. setters: what the localizations set of which none builds on another; there are
    several values only where imports disagree. limits: which localization set which part of the domain. What is not
    there is of the standard itself."""

    value: Value
    domain: Domain
    setters: Mapping[str, Value]
    limits: Mapping[str, str]


States: TypeAlias = Mapping[tuple[str, str], State]


@dataclass(frozen=True, slots=True)
class Effects:
    """before: the standard. inherited, after: by its reference the states on which a layer builds, and those that it
    leaves, under (parameter, class)."""

    before: States
    inherited: Mapping[str, States]
    after: Mapping[str, States]
    violations: tuple[Violation, ...]


def apply_layers(standard: Standard, layers: Layers, on: date) -> Effects:
    before: States = {
        (parameter.id, each): State(parameter.defaults[each], parameter.domains[each], {}, {})
        for parameter in standard.parameters.values()
        for each in parameter.classes
    }
    inherited: dict[str, States] = {}
    after: dict[str, States] = {}
    violations: list[Violation] = []
    for layer in layers.order:
        step = _Step(standard, layer, on)
        imported = [after[each.reference] for each in layers.imports(layer)] or [before]
        inherited[layer.reference] = step.merged(imported, layers)
        after[layer.reference] = step.applied(inherited[layer.reference])
        violations += step.violations
    return Effects(before, inherited, after, tuple(violations))


class _Step:
    """One layer's work on the states that it inherits."""

    def __init__(self, standard: Standard, layer: Localization, on: date) -> None:
        self.standard, self.layer, self.on = standard, layer, on
        self.violations: list[Violation] = []
        # What several imports leave differently.
        self.met: set[tuple[str, str]] = set()

    def merged(self, imported: Sequence[States], layers: Layers) -> States:
        """Where several imports meet: domains in common, and the values of those on which no other one builds."""
        states = dict(imported[0])
        for other in imported[1:]:
            for key, one in states.items():
                if one != other[key]:
                    states[key] = self._met(key, one, other[key], layers)
        return states

    def _met(self, key: tuple[str, str], one: State, other: State, layers: Layers) -> State:
        parameter = self.standard.parameters[key[0]]
        domain = common(parameter.type, one.domain, other.domain)
        if domain is None:
            nothing = f"{allowed(one.domain)}; {allowed(other.domain)}"
            message = f"Of {parameter.id} the imports leave nothing in common: {nothing}."
            self.violations.append(
                Violation(Code.EMPTY_DOMAIN, message, "Import one of them.", "/imports", self.layer.reference)
            )
            domain = one.domain
        else:
            self.met.add(key)
        limits = {
            part: (one if getattr(domain, part) == getattr(one.domain, part) else other).limits.get(part)
            for part in _parts(domain)
        }
        both = {**one.setters, **other.setters}
        last = {by: both[by] for by in sorted(both) if not any(by in layers.above[each] for each in both)}
        value = next(iter(last.values()), one.value)
        return State(value, domain, last, {part: by for part, by in limits.items() if by is not None})

    def applied(self, inherited: States) -> States:
        states = dict(inherited)
        for narrowing in self.layer.narrowings:
            for each, given in narrowing.domains.items():
                key = (narrowing.parameter, each)
                states[key] = self._narrowed(narrowing, states[key], given)
        now_set = set()
        for setting in self.layer.settings:
            for each, value in setting.values.items():
                key = (setting.parameter, each)
                self.violations += self._faults(setting, states[key], each, value)
                if setting.validity.holds(self.on):
                    now_set.add(key)
                    states[key] = replace(states[key], value=value, setters={self.layer.reference: value})
        for narrowing in self.layer.narrowings:
            keys = [(narrowing.parameter, each) for each in narrowing.domains]
            self.violations += self._outside(keys, narrowing.pointer, states, now_set)
            self.met.difference_update(keys)
        inherited_keys = sorted(key for key in self.met if len(set(states[key].setters.values())) < 2)
        self.violations += self._outside(inherited_keys, "/imports", states, now_set)
        self.violations += self._conflicts(states)
        return states

    def _narrowed(self, narrowing: Narrowing, state: State, given: Domain) -> State:
        parameter = self.standard.parameters[narrowing.parameter]
        pointer = f"{narrowing.pointer}/domain" + ("_by_class" if "domain_by_class" in narrowing.document else "")
        widened = list(widened_parts(parameter.type, state.domain, given))
        domain = narrowed(parameter.type, state.domain, given)
        if widened:
            message = f"{parameter.id} may be {self._allowed(state)}; {allowed(given)} is not within that."
            fix = f"Narrow it: {', '.join(widened)} would allow more."
            self.violations.append(Violation(Code.DOMAIN_WIDENED, message, fix, pointer, self.layer.reference))
            return state
        if has_nothing(parameter.type, domain):
            message = f"This leaves no value for {parameter.id}: {allowed(domain)}."
            self.violations.append(
                Violation(Code.EMPTY_DOMAIN, message, "Leave at least one value.", pointer, self.layer.reference)
            )
            return state
        limits = {
            part: self.layer.reference
            if getattr(domain, part) != getattr(state.domain, part)
            else state.limits.get(part)
            for part in _parts(domain)
        }
        return replace(state, domain=domain, limits={part: by for part, by in limits.items() if by is not None})

    def _allowed(self, state: State) -> str:
        """The domain with who set which part of it."""
        by: dict[str, list[str]] = {}
        for part in _parts(state.domain):
            by.setdefault(state.limits.get(part, self.standard.reference), []).append(part)
        who = "; ".join(f"{' and '.join(parts)} by {holder}" for holder, parts in by.items())
        return allowed(state.domain) + (f" ({who})" if who else "")

    def _faults(self, setting: Setting, state: State, class_: str, value: Value) -> Iterator[Violation]:
        parameter = self.standard.parameters[setting.parameter]
        is_table = "value_by_class" in setting.document
        pointer = f"{setting.pointer}/value" + (f"_by_class/{pointer_part(class_)}" if is_table else "")
        if not contains(state.domain, parameter.type, value):
            message = f"{parameter.id} may be {self._allowed(state)}."
            fix = "Choose a value within that."
            yield Violation(Code.PARAM_OUT_OF_DOMAIN, message, fix, pointer, self.layer.reference, value=shown(value))
        yield from self._distance(parameter, class_, value, pointer)

    def _distance(self, parameter: Parameter, class_: str, value: Value, pointer: str) -> Iterator[Violation]:
        default = parameter.defaults[class_]
        by = tightening(parameter, default, value)
        if by > parameter.max_tightening:
            yield self._too_far(Code.TIGHTENING_EXCEEDED, "more", parameter, default, value, pointer)
        elif -by > parameter.max_relaxation:
            yield self._too_far(Code.RELAXATION_EXCEEDED, "less", parameter, default, value, pointer)

    def _too_far(
        self, code: Code, which: str, parameter: Parameter, default: Value, value: Value, pointer: str
    ) -> Violation:
        limit = parameter.max_tightening if which == "more" else parameter.max_relaxation
        by = abs(tightening(parameter, default, value))
        message = (
            f"{parameter.id} = {shown(value)} asks for {which} than the standard ({shown(default)}) by {shown(by)}; "
            f"over all levels together {shown(limit)} is allowed."
        )
        fix = f"Stay within {shown(limit)} of {shown(default)}." if limit else f"Leave it at {shown(default)}."
        return Violation(code, message, fix, pointer, self.layer.reference, value=shown(value))

    def _outside(
        self, keys: Iterable[tuple[str, str]], pointer: str, states: States, now_set: Collection[tuple[str, str]]
    ) -> Iterator[Violation]:
        """Inherited values that are left outside of the domain, and nobody sets another one."""
        for name, its_class in keys:
            parameter, state = self.standard.parameters[name], states[name, its_class]
            if (name, its_class) not in now_set and not contains(state.domain, parameter.type, state.value):
                message = f"{name} is {shown(state.value)}, which is not {self._allowed(state)}."
                fix = "Set a value as well, or narrow less."
                yield Violation(
                    Code.PARAM_OUT_OF_DOMAIN, message, fix, pointer, self.layer.reference, value=shown(state.value)
                )

    def _conflicts(self, states: States) -> Iterator[Violation]:
        rivals: dict[str, set[str]] = {}
        for (parameter, _), state in states.items():
            if len(set(state.setters.values())) > 1:
                rivals.setdefault(parameter, set()).update(state.setters)
        for parameter, setters in rivals.items():
            message = f"The imports set {parameter} differently: {', '.join(sorted(setters))}."
            fix = f"Set {parameter} here, or import one of them."
            yield Violation(Code.IMPORT_CONFLICT, message, fix, "/imports", self.layer.reference, value=parameter)


def _parts(domain: Domain) -> list[str]:
    """Those that it has."""
    return [part for part in PARTS if getattr(domain, part) not in (None, ())]
