"""Resolving random standards with random localizations, held against the naive model of sets."""

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from localization_model import CLASSES, Key, defaults_of, keys_of, model_of, values_in
from localization_samples import DAY, PATHS, make_localization, make_narrowing, make_setting, pin, read
from standard_samples import Document, make_criterion, make_fact, make_parameter, make_small_standard

from registry.canonical import canonical_json, sha256_hex
from registry.documents import read_schema, schema_violations
from registry.standards.document_errors import LocalizationRejected
from registry.standards.localization import Question, resolve
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Standard
from registry.validation import judge

# None of these is a level of divisions, so that every layer may be of the same place.
LEVELS = ["top", "second", "third", "fourth", "last"]
SCHEMA = read_schema("resolved-standard.v1")
# When values are in force; DAY is the first of May. The last two overlap.
ALWAYS = [(None, None)]
WINDOWS = [
    *[ALWAYS] * 4,
    [(None, "2026-07-01"), ("2026-07-01", None)],
    [(None, "2026-05-01"), ("2026-05-01", "2026-05-02")],
    [("2026-07-01", None)],
    [(None, None), ("2026-05-01", "2026-05-02")],
]
PLACE = "mca:530000"
# The whole against the model gets a hundred; each of these makes families of its own, which is most of the work.
FEW = settings(max_examples=40)


def levels(at_least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(LEVELS[1:]), min_size=at_least, unique=True)


@st.composite
def standards(draw: st.DrawFn) -> Document:
    parameters = []
    for name in ("p", "q"):
        low, high = draw(st.integers(0, 3)), draw(st.integers(5, 9))
        value = st.integers(low, high)
        classified = draw(st.booleans())
        default = (
            {"default_by_class": {each: draw(value) for each in CLASSES}} if classified else {"default": draw(value)}
        )
        parameters.append(
            make_parameter(
                **{"id": name, "type": "integer", "default": None, **default},
                classified_by="terrain" if classified else None,
                domain={"minimum": low, "maximum": high},
                settable_by=draw(levels(2)),
                narrowable_by=draw(levels(2)),
                stricter_when=draw(st.sampled_from(["higher", "lower", "none"])),
                max_tightening=draw(st.sampled_from(["1", "3", "9", "9", "9"])),
                max_relaxation=draw(st.sampled_from(["1", "3", "9", "9", "9"])),
                rationale_required=False,
            )
        )
    terrain = make_fact(id="terrain", type="text", choices=CLASSES, minimum=None, maximum=None)
    criteria = [
        make_criterion("facts.x >= params.p", id="firm"),
        make_criterion("facts.x >= params.q", id="own", normalised=True, waivable_by=LEVELS),
    ]
    facts = [make_fact(), terrain]
    return make_small_standard(
        levels=LEVELS, fact_definitions=facts, parameters=parameters, criteria=criteria, valid_to="2027-04-01"
    )


@st.composite
def changes(draw: st.DrawFn, standard: Document, level: str) -> Document:
    """Mostly what is allowed, so that many are accepted, and at times what is not."""
    made: Document = {}
    for parameter in standard["parameters"]:
        is_bold = draw(st.integers(0, 39)) == 0
        low, high = parameter["domain"]["minimum"], parameter["domain"]["maximum"]
        by_class = "classified_by" in parameter and draw(st.booleans())
        some = st.lists(st.sampled_from(CLASSES), min_size=1, unique=True)
        if draw(st.integers(0, 4)) == 0 and (is_bold or level in parameter["narrowable_by"]):
            part = {"minimum": draw(st.integers(low, low + 1)), "maximum": draw(st.integers(high - 1, high)) + is_bold}
            table = dict.fromkeys(draw(some), part) if by_class else None
            narrowing = make_narrowing(parameter["id"], by_class=table, **({} if by_class else part))
            made.setdefault("narrow", []).append(narrowing)
        if draw(st.integers(0, 2)) == 0 and (is_bold or level in parameter["settable_by"]):
            for begins, ends in draw(st.sampled_from(WINDOWS)):
                value = st.integers(low + 1, high - 1)
                put_value = {each: draw(value) for each in draw(some)} if by_class else draw(value)
                setting = make_setting(parameter["id"], put_value, valid_from=begins, valid_to=ends)
                made.setdefault("set", []).append(setting)
    return made


@st.composite
def chains(draw: st.DrawFn) -> tuple[Document, list[Document]]:
    """A standard, and layers of which each imports the one before."""
    standard = draw(standards())
    used = sorted(draw(levels(1)), key=LEVELS.index)
    layers: list[Document] = []
    for level in used:
        imports = [pin(layers[-1])] if layers else None
        layers.append(make_layer(level, f"layer.{level}", imports, draw(changes(standard, level))))
    return standard, layers


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Document, list[Document]]:
    """A standard, and layers that import any of higher levels; the last one imports all on which no other builds."""
    standard = draw(standards())
    layers: list[Document] = []
    for level in LEVELS[1:-1]:
        for place in range(draw(st.integers(1, 2))):
            higher = [each for each in layers if each["level"] != level]
            chosen = draw(st.lists(st.sampled_from(higher), max_size=3, unique_by=str)) if higher else []
            made = draw(changes(standard, level))
            layers.append(make_layer(level, f"{level}.n{place}", [pin(each) for each in chosen] or None, made))
    imported = {pinned["id"] for each in layers for pinned in each.get("imports", [])}
    ends = [pin(each) for each in layers if each["id"] not in imported]
    layers.append(make_layer("last", "the.end", draw(st.permutations(ends)), draw(changes(standard, "last"))))
    return standard, layers


def make_layer(level: str, name: str, imports: list[Document] | None, made: Document) -> Document:
    return make_localization(level, id=name, jurisdiction=PLACE, imports=imports, **made)


def resolution(standard: Standard, layers: list[Document], **classes: str) -> ResolvedStandard | None:
    """None where it is refused."""
    try:
        return resolve(standard, [read(each, standard) for each in layers], Question(DAY, None, PATHS, classes))
    except LocalizationRejected:
        return None


def accepted(family: tuple[Document, list[Document]]) -> tuple[Standard, ResolvedStandard]:
    """Only such as resolve."""
    standard = read_standard(family[0])
    found = resolution(standard, family[1])
    assume(found is not None)
    assert found is not None
    return standard, found


def values_of(given_parameter: Mapping[str, Any], key: Key) -> Any:
    return given_parameter["value"] if "value" in given_parameter else given_parameter["value_by_class"][key[1]]


families = chains() | graphs()


@given(families)
def test_what_the_model_accepts_is_accepted_with_its_values_and_domains_and_nothing_else(
    family: tuple[Document, list[Document]],
) -> None:
    document, layers = family
    model = model_of(document, layers)

    found = resolution(read_standard(document), layers)

    event(f"refused: {sorted(set(model.faults))}" if model.faults else "accepted")
    assert (found is not None) == (model.faults == []), model.faults
    if found is None:
        return
    defaults = defaults_of(document)
    for parameter in found.document["parameters"]:
        for key in [key for key in defaults if key[0] == parameter["id"]]:
            assert values_of(parameter, key) == model.value(key, defaults)
            domain = parameter["domain"] if "domain" in parameter else parameter["domain_by_class"][key[1]]
            assert values_in(domain) == model.allowed[key]


@FEW
@given(families)
def test_every_value_lies_within_what_every_layer_allows_and_within_the_distances(
    family: tuple[Document, list[Document]],
) -> None:
    standard, found = accepted(family)

    for states in found.effects.after.values():
        for (name, its_class), value in ((key, int(state.value)) for key, state in states.items()):  # type: ignore[arg-type]
            parameter = standard.parameters[name]
            more = value - int(parameter.defaults[its_class])  # type: ignore[arg-type]
            more *= {"higher": 1, "lower": -1, "none": 0}[parameter.stricter_when]
            assert -parameter.max_relaxation <= more <= parameter.max_tightening
    last = {each["id"]: each for each in found.document["parameters"]}
    for layer in family[1]:
        for narrowing in layer.get("narrow", []):
            domains = narrowing.get("domain_by_class") or dict.fromkeys([*CLASSES, ""], narrowing["domain"])
            for key in keys_of(standard.parameters[narrowing["parameter"]].document):  # type: ignore[arg-type]
                if key[1] in domains:
                    assert values_of(last[key[0]], key) in values_in(domains[key[1]])


@FEW
@given(families)
def test_only_levels_that_may_set_a_parameter_have_set_it(family: tuple[Document, list[Document]]) -> None:
    standard, found = accepted(family)

    for parameter in found.document["parameters"]:
        for entry in parameter["derivation"]:
            assert "set" not in entry or entry["level"] in standard.parameters[parameter["id"]].settable_by
            assert "narrow" not in entry or entry["level"] in standard.parameters[parameter["id"]].narrowable_by


@FEW
@given(families)
def test_the_derivation_tells_every_level_and_leads_to_the_value(family: tuple[Document, list[Document]]) -> None:
    _, found = accepted(family)
    deepest = max(LEVELS.index(each["level"]) for each in family[1])

    for parameter in found.document["parameters"]:
        first, *others = parameter["derivation"]
        told = dict(first.get("value_by_class") or {"": first["value"]})
        for entry in others:
            if "set" in entry:
                to = entry["set"]["to"]
                told.update(to.get("value_by_class") or dict.fromkeys(told, to.get("value")))
        assert told == (parameter.get("value_by_class") or {"": parameter["value"]})
        places = [LEVELS.index(each["level"]) for each in parameter["derivation"]]
        assert places == sorted(places)
        assert set(places) == set(range(deepest + 1))
        assert [each.get("by") for each in others if "by" in each] == [
            f"{each['id']}@{each['version']}" for each in found.document["localizations"]
        ]


@FEW
@given(families)
def test_the_document_is_valid_by_both_validators_and_has_the_bytes_of_its_canonical_form(
    family: tuple[Document, list[Document]],
) -> None:
    _, found = accepted(family)

    assert judge(SCHEMA, found.document) == []
    assert schema_violations("resolved-standard.v1", found.document) == []
    assert found.canonical == canonical_json(found.document)
    assert found.sha256 == sha256_hex(found.canonical)


@FEW
@given(families)
def test_idt_is_what_has_no_differences(family: tuple[Document, list[Document]]) -> None:
    _, found = accepted(family)

    differences = found.document["differences"]
    changed = {each["parameter"] for each in differences}
    assert found.correspondence == ("MOD" if differences else "IDT")
    for parameter in found.document["parameters"]:
        first = parameter["derivation"][0]
        names = ("value", "value_by_class", "domain", "domain_by_class")
        is_same = all(first.get(name) == parameter.get(name) for name in names)
        assert (parameter["id"] in changed) == (not is_same)


@FEW
@given(families, st.randoms(use_true_random=False))
def test_the_order_in_which_layers_are_given_changes_nothing(
    family: tuple[Document, list[Document]], chance: random.Random
) -> None:
    standard = read_standard(family[0])
    shuffled = chance.sample(family[1], len(family[1]))

    one, other = resolution(standard, family[1]), resolution(standard, shuffled)

    assert (one and one.canonical) == (other and other.canonical)


@FEW
@given(families, st.randoms(use_true_random=False))
def test_the_order_of_imports_changes_neither_values_nor_domains(
    family: tuple[Document, list[Document]], chance: random.Random
) -> None:
    standard = read_standard(family[0])
    turned: list[Document] = []
    for each in family[1]:
        imports = each.get("imports")
        turned.append({**each, "imports": chance.sample(imports, len(imports))} if imports else each)

    one, other = resolution(standard, family[1]), resolution(standard, turned)

    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.values == other.values
        assert one.document["differences"] == other.document["differences"]


@FEW
@given(standards(), st.lists(st.sampled_from(LEVELS[1:]), unique=True))
def test_layers_that_do_nothing_keep_idt_and_the_comparability_class(document: Document, used: list[str]) -> None:
    standard = read_standard(document)
    layers: list[Document] = []
    for level in sorted(used, key=LEVELS.index):
        layers.append(make_layer(level, f"layer.{level}", [pin(layers[-1])] if layers else None, {}))

    found, bare = resolution(standard, layers), resolution(standard, [])

    assert found is not None
    assert bare is not None
    assert found.correspondence == "IDT"
    assert found.comparability_class == bare.comparability_class


@FEW
@given(standards(), st.data())
def test_places_are_of_one_class_if_and_only_if_what_counts_is_equal(document: Document, data: st.DataObject) -> None:
    """params.q is of a criterion that is normalised, so it does not count."""
    standard = read_standard(document)
    made = [
        resolution(standard, [make_layer(level, "the.layer", None, data.draw(changes(document, level)))])
        for level in data.draw(st.lists(st.sampled_from(LEVELS[1:]), min_size=2, max_size=2))
    ]
    one, other = made
    assume(one is not None and other is not None)
    assert one is not None
    assert other is not None

    event("equal" if one.values["p"] == other.values["p"] else "different")
    assert (one.comparability_class == other.comparability_class) == (one.values["p"] == other.values["p"])


@FEW
@given(families, st.sampled_from(CLASSES))
def test_a_known_class_gives_the_value_that_the_open_table_has_for_it(
    family: tuple[Document, list[Document]], terrain: str
) -> None:
    standard, table = accepted(family)

    known = resolution(standard, family[1], terrain=terrain)

    assert known is not None
    for open_one, known_one in zip(table.document["parameters"], known.document["parameters"], strict=True):
        assert "value_by_class" not in known_one
        expected = values_of(open_one, (open_one["id"], terrain))
        assert known_one["value"] == expected
    assert schema_violations("resolved-standard.v1", known.document) == []
