"""A naive model of localizations: plain sets of whole numbers, independent of the code that it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from localization_samples import DAY
from standard_samples import Document

CLASSES = ["hill", "plain"]
Key = tuple[str, str]


@dataclass
class Model:
    """Of one layer, or of the standard: what is allowed, and what was set by whom under (parameter, class)."""

    allowed: dict[Key, frozenset[int]]
    set_by: dict[Key, dict[str, int]]
    above: frozenset[str] = frozenset()
    faults: list[str] = field(default_factory=list)

    def value(self, key: Key, defaults: Mapping[Key, int]) -> int:
        return next(iter(self.set_by[key].values()), defaults[key])


def values_in(domain: Mapping[str, int]) -> frozenset[int]:
    return frozenset(range(domain["minimum"], domain["maximum"] + 1))


def keys_of(parameter: Document) -> list[Key]:
    return [(parameter["id"], each) for each in (CLASSES if "classified_by" in parameter else [""])]


def defaults_of(standard: Document) -> dict[Key, int]:
    return {
        key: parameter["default_by_class"][key[1]] if "default_by_class" in parameter else parameter["default"]
        for parameter in standard["parameters"]
        for key in keys_of(parameter)
    }


def model_of(standard: Document, layers: list[Document]) -> Model:
    """The last of the layers; each stands after what it imports."""
    defaults = defaults_of(standard)
    parameters = {each["id"]: each for each in standard["parameters"]}
    start = Model(
        {key: values_in(each["domain"]) for each in parameters.values() for key in keys_of(each)},
        {key: {} for key in defaults},
    )
    models: dict[str, Model] = {}
    faults: list[str] = []
    last = start
    for layer in layers:
        imported = [models[each["id"]] for each in layer.get("imports", [])] or [start]
        last = models[layer["id"]] = met(imported, models, layer)
        faults += apply(last, layer, parameters, defaults)
    last.faults = faults
    return last


def met(imported: list[Model], models: Mapping[str, Model], layer: Document) -> Model:
    """What all of them allow; what was set by those on which no other one builds."""
    together: dict[Key, dict[str, int]] = {}
    for key in imported[0].set_by:
        of_all = {by: value for each in imported for by, value in each.set_by[key].items()}
        together[key] = {by: of_all[by] for by in of_all if not any(by in models[other].above for other in of_all)}
    return Model(
        {key: frozenset.intersection(*(each.allowed[key] for each in imported)) for key in together},
        together,
        frozenset.union(*(each.above for each in imported), {each["id"] for each in layer.get("imports", [])}),
    )


def apply(model: Model, layer: Document, parameters: Mapping[str, Document], defaults: Mapping[Key, int]) -> list[str]:
    """The changes of a layer, one after the other, and what is wrong with them."""
    faults = ["nothing in common" for each in model.allowed.values() if not each]
    for change in layer.get("narrow", []):
        faults += narrow(model, change, layer["level"], parameters[change["parameter"]])
    windows: dict[str, list[tuple[str, str]]] = {}
    for change in layer.get("set", []):
        window = change.get("valid_from", layer["valid_from"]), change.get("valid_to", layer["valid_to"])
        windows.setdefault(change["parameter"], []).append(window)
        by = layer["id"] if window[0] <= DAY.isoformat() < window[1] else None
        faults += put(model, change, layer["level"], parameters[change["parameter"]], defaults, by)
    for each in windows.values():
        faults += ["set twice" for one, other in pairwise(sorted(each)) if other[0] < one[1]]
    faults += ["conflict" for values in model.set_by.values() if len(set(values.values())) > 1]
    return faults + ["left outside" for key in defaults if model.value(key, defaults) not in model.allowed[key]]


def narrow(model: Model, change: Document, level: str, parameter: Document) -> list[str]:
    faults = [] if level in parameter["narrowable_by"] else ["may not narrow"]
    domains = change.get("domain_by_class") or {each: change["domain"] for _, each in keys_of(parameter)}
    for its_class, domain in domains.items():
        key = parameter["id"], its_class
        faults += [] if values_in(domain) <= model.allowed[key] else ["widens"]
        model.allowed[key] &= values_in(domain)
    return faults


def put(
    model: Model, change: Document, level: str, parameter: Document, defaults: Mapping[Key, int], by: str | None
) -> list[str]:
    """by: the layer, on a day on which the value is in force."""
    faults = [] if level in parameter["settable_by"] else ["may not set"]
    values = change.get("value_by_class") or {each: change["value"] for _, each in keys_of(parameter)}
    for its_class, value in values.items():
        key = parameter["id"], its_class
        faults += [] if value in model.allowed[key] else ["outside"]
        more = (value - defaults[key]) * {"higher": 1, "lower": -1, "none": 0}[parameter["stricter_when"]]
        is_far = more > int(parameter["max_tightening"]) or -more > int(parameter["max_relaxation"])
        faults += ["too far"] if is_far else []
        if by is not None:
            model.set_by[key] = {by: value}
    return faults
