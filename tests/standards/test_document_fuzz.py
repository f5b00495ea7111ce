"""Documents that nobody would write: those of the catalogue and of the samples, changed at random, with random rules.

Each ends in results or in violations with a code and a place in what was given; none in a fault of ours, none in a
hang. REGISTRY_FUZZ_CASES raises their number; then they differ from run to run.
"""

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from localization_samples import (
    PATHS,
    chain,
    make_localization,
    make_narrowing,
    make_setting,
    make_waiver,
    make_wide_standard,
)
from rule_samples import ENVIRONMENT, rules
from standard_samples import Document, make_criterion, make_small_standard, make_standard

from registry.canonical import canonical_json, digest
from registry.errors import Invalid, RegistryError, Violation
from registry.languages import Language
from registry.rules.declarations import Namespace
from registry.rules.printing import canonical_text
from registry.standards.document_service import (
    load_fact_sheet,
    load_localization,
    load_mapping,
    load_standard,
    parse_document,
    resolve,
)
from registry.standards.exporting import readable
from registry.standards.geography import Division
from registry.standards.outcomes import outcomes
from registry.standards.presentation import localization_text, resolved_text, standard_text
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Standard
from registry.standards.strictness import judge_strictness

CATALOGUE = Path(__file__).parents[2] / "standards"
CASES = int(os.environ.get("REGISTRY_FUZZ_CASES", "300"))
# Of processor time, on a slow machine; the usual case takes some hundredths.
MOST_SECONDS = 20
# Of such a file it is not known what it holds.
BYTES = "bytes"
DAYS = (date(2026, 5, 1), date(2026, 1, 1), date(2030, 1, 1), date.min, date.max)
PLAIN = {"decimal": "1", "boolean": True, "date": "2026-02-28", "text": "a"}
MEMBERS = ("x", "default_by_class", "domain", "locked", "valid_to", "share", "unit", "applies_when", "veto", "imports")
# What schemas leave to be judged by its meaning.
TELLING = frozenset({
    "rule", "applies_when", "default", "minimum", "maximum", "step", "value", "weight", "parameter", "classified_by",
    "unit", "type", "max_tightening", "max_relaxation", "stricter_when", "criterion", "level", "jurisdiction", "fact",
    "valid_from", "valid_to", "id", "version", "share", "group", "scale", "source", "mandate", "limit", "measure",
})  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3, 2**53 - 1, -(2**53) + 1, 0.5, 1e300, -0.0, "", " ", "0", "-0", "1", "-1", "0.1",
    "100", "9" * 34, "9" * 30, "0." + "0" * 29 + "1", "1e5", "x", "a" * 201, "a" * 2049, "c-1", "facts.x", "{}", "{0}",
    "0001-01-01", "9999-12-31", "2026-02-30", "2026-05-01", "1.0.0", "2.1.0-rc.1", "mca:530303", "county", "%", "CNY/%",
    "integer", "decimal", "level", "text", "date", "boolean", "higher", "lower", "none", "\u202e", "e\u0301",
    "\U0001d4b3", "\x1f", "true", "1/0 == 1", "!" * 200,
    "(" * 300, "facts.x >= params.p", "facts.x * facts.x > 1.0", 'findings["c"] == 1',
    [], {}, [[]], [None], {"": ""}, {"a/b~c": 1}, {"parameter": "p"}, {"template": "threshold"}, {"zh": "乡"},
)  # fmt: skip


def catalogue_file(path: Path) -> Document:
    return parse_document(path.read_bytes())


def rule_standard(rule: str, applies_when: str, kind: str) -> Document:
    """Whose rules are random: everything is declared that they may name."""
    definitions: dict[Namespace, list[Document]] = {namespace: [] for namespace in Namespace}
    for each in ENVIRONMENT.declarations.values():
        unit = {"unit": str(each.type.unit)} if each.type.unit is not None else {}
        choices = {"choices": list(each.type.choices)} if each.type.choices else {}
        definitions[each.namespace].append({"id": each.id, "type": str(each.type.kind), **unit, **choices})
    direction = {"settable_by": ["county"], "stricter_when": "higher"}
    parameters = [
        {**each, **direction, "default": 2 if each["type"] == "integer" else "2"}
        for each in definitions[Namespace.PARAMS]
    ]
    criteria = [
        make_criterion("true", id=each["id"], finding={key: each[key] for key in each if key != "id"})
        for each in definitions[Namespace.FINDINGS]
    ]
    measure = {"kind": kind, "rule": rule if kind == "condition" else f"({rule}) ? 1 : 0"}
    return make_small_standard(
        fact_definitions=definitions[Namespace.FACTS],
        action_definitions=definitions[Namespace.ACTIONS],
        parameters=parameters,
        criteria=[*criteria, make_criterion(measure=measure, applies_when=applies_when)],
    )


def _families() -> Iterator[Document]:
    """A standard with localizations, a fact sheet and a mapping that fit it."""
    for folder in sorted(CATALOGUE.glob("*/*/")):
        localizations = [catalogue_file(path) for path in sorted(folder.glob("localizations/*.json"))]
        sheets = [catalogue_file(path) for path in sorted(folder.glob("facts/*.json"))]
        base = catalogue_file(folder / "standard.json")
        chained = [each for each in localizations if "imports" in each][:1] or localizations[:1]
        above = {pin["id"] for each in chained for pin in each.get("imports", ())}
        chained += [each for each in localizations if each["id"] in above]
        yield _family(base, chained, sheets[0] if sheets else None)
    yield _family(make_standard(), [make_localization("county", set=[make_setting("invest_target", 2)])])
    yield _family(make_small_standard(), [])
    narrowing = make_narrowing("share", by_class={"hill": {"minimum": "40"}})
    setting = make_setting("share", {"hill": "55"})
    province = make_localization("province", narrow=[narrowing, make_narrowing("hours", maximum=56)], set=[setting])
    informative = {"id": "seen", "statement": {"en": "Seen"}, "finding": {"type": "integer"}}
    county = make_localization(
        "county",
        set=[make_setting("target", 2), make_setting("hours", 44), make_setting("begins", "2026-06-08")],
        waive=[make_waiver("relative")],
        add_informative=[informative],
    )
    yield _family(make_wide_standard(), chain(province, county))


def _family(base: Document, localizations: list[Document], sheet: Document | None = None) -> Document:
    named = {"id": base["id"], "version": base["version"]}
    facts = [
        {"id": each["id"], "value": (each.get("choices") or [PLAIN.get(each["type"], 1)])[0], "source": "S"}
        for each in base.get("fact_definitions", ())
    ]
    schema = "urn:evaluator-registry:schema"
    part = {"criterion": base["criteria"][0]["id"]}
    entry = {"relationship": "equal-to", "sources": [part], "targets": [part]}
    ends = {"source": named, "target": {**named, "sha256": digest(base)}}
    return {
        "standard": base,
        "localizations": localizations,
        "fact_sheet": sheet
        or {"$schema": f"{schema}:fact-sheet:v1", "standard": named, "as_of": "2026-05-01", "facts": facts},
        "mapping": {"$schema": f"{schema}:mapping:v1", "id": "a-b", "version": "1.0.0", **ends, "entries": [entry]},
    }


FAMILIES = tuple(_families())
JURISDICTIONS = {each["jurisdiction"] for family in FAMILIES for each in family["localizations"]}
LEVELS = {each["jurisdiction"]: each["level"] for family in FAMILIES for each in family["localizations"]}


def _path(reference: str) -> tuple[Division, ...]:
    """Of codes of the state: a county lies in its prefecture, which lies in its province."""
    code = reference.partition(":")[2]
    above = {"province": f"mca:{code[:2]}0000", "prefecture": f"mca:{code[:4]}00", "county": reference}
    way = [Division(place, level) for level, place in above.items()]
    return tuple(way[: 1 + list(above).index(LEVELS[reference])])


WAYS = {**{each: _path(each) for each in JURISDICTIONS if each not in PATHS}, **PATHS}


@dataclass(frozen=True)
class Case:
    """documents: a family. content: one of them as the bytes that somebody hands in."""

    documents: Document
    on: date
    region: str | None
    classes: dict[str, str]
    content: bytes


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place below the value: what holds it and its key there."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(parts):
        yield value, key
        yield from _places(each)


def _change(draw: DrawFn, document: Document) -> None:
    places = list(_places(document))
    if not places:
        return
    telling = [place for place in places if place[1] in TELLING]
    if telling and draw(st.booleans()):
        places = telling
    holder, key = places[draw(st.integers(0, len(places) - 1))]
    seen = holder[key]
    action = draw(st.integers(0, 8))
    if action == 0:
        del holder[key]
    elif action == 1:
        other, its_key = places[draw(st.integers(0, len(places) - 1))]
        holder[key] = deepcopy(other[its_key])
    elif action == 2 and isinstance(holder, list):
        holder.insert(draw(st.integers(0, len(holder))), deepcopy(seen))
    elif action == 3 and isinstance(holder, dict):
        other, its_key = places[draw(st.integers(0, len(places) - 1))]
        holder[draw(st.sampled_from(MEMBERS) | st.just(str(its_key)))] = deepcopy(other[its_key])
    elif action == 4 and isinstance(seen, str):
        at = draw(st.integers(0, len(seen)))
        holder[key] = seen[:at] + draw(st.text(max_size=3)) + seen[at + draw(st.integers(0, 2)) :]
    elif action in (7, 8) and key in TELLING:
        # Something else that is right elsewhere.
        alike = [other[key] for other, its_key in places if its_key == key and isinstance(other, dict)] or [seen]
        holder[key] = deepcopy(alike[draw(st.integers(0, len(alike) - 1))])
    elif action == 5 and isinstance(seen, int) and not isinstance(seen, bool):
        holder[key] = seen + draw(st.integers(-3, 3))
    else:
        holder[key] = deepcopy(draw(st.sampled_from(ODD) | rules.map(canonical_text)))


@st.composite
def cases(draw: DrawFn) -> Case:
    which = draw(st.integers(0, 9))
    if which < 2:
        texts = [canonical_text(draw(rules)) for _ in range(2)]
        family = deepcopy(_family(rule_standard(*texts, draw(st.sampled_from(["condition", "points"]))), []))
    else:
        family = deepcopy(draw(st.sampled_from(FAMILIES)))
    changed = draw(st.sampled_from(["standard", "standard", "localizations", "localizations", "fact_sheet", "mapping"]))
    for _ in range(draw(st.integers(1, 4))):
        if family[changed] and isinstance(family[changed], list):
            _change(draw, draw(st.sampled_from([each for each in family[changed] if isinstance(each, dict)] or [{}])))
        elif isinstance(family[changed], dict):
            _change(draw, family[changed])
    content = json.dumps(family[changed], ensure_ascii=True).encode()
    if draw(st.integers(0, 19)) == 0:
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=4)) + content[at + draw(st.integers(0, 3)) :]
    region = draw(st.sampled_from([None] * 6 + ["mca:530303101", "mca:000000", "x"]))
    classes = draw(st.sampled_from([{}, {}, {"terrain": "hill"}, {"terrain": "steppe"}, {"x": ""}]))
    return Case(family, draw(st.sampled_from((DAYS[0],) * 5 + DAYS)), region, classes, content)


class Run:
    """What became of one case: every part that can be made is made, and every refusal is looked at."""

    def __init__(self, case: Case) -> None:
        self.case, self.ends = case, Counter[str]()
        self.given: dict[str | None, Any] = {}

    def go(self) -> None:
        documents = self.case.documents
        self._tried(lambda: parse_document(self.case.content, BYTES))
        self.given["standard"] = documents["standard"]
        standard = self._tried(lambda: load_standard(documents["standard"], "standard"))
        if standard is None:
            return
        self.given[standard.reference] = documents["standard"]
        self._read(standard)
        layers = []
        for place, each in enumerate(documents["localizations"]):
            self.given[f"layer {place}"] = each
            layer = self._tried(lambda each=each, place=place: load_localization(each, standard, f"layer {place}"))
            if layer is not None:
                self.given[layer.reference] = each
                layers.append(layer)
                localization_text(each, "zh")
        for given_layers in ((), layers):
            resolved = self._tried(lambda given_layers=given_layers: self._resolve(standard, given_layers))
            if resolved is not None:
                self._use(resolved)

    def _resolve(self, standard: Standard, layers: Any) -> ResolvedStandard:
        return resolve(
            standard, layers, on=self.case.on, region=self.case.region, paths=WAYS, classes=self.case.classes
        )

    def _read(self, standard: Standard) -> None:
        assert json.loads(readable(standard.document)) == standard.document
        for language in get_args(Language):
            assert standard.reference in standard_text(standard, language)
        judge_strictness(standard, max_work=20_000, max_questions=2)
        mapping = self.given["mapping"] = self.case.documents["mapping"]
        self._tried(lambda: load_mapping(mapping, standard, standard, "mapping"))

    def _use(self, resolved: ResolvedStandard) -> None:
        assert resolved.canonical == canonical_json(resolved.document)
        for language in get_args(Language):
            assert resolved_text(resolved, language)
        sheet = self.given["sheet"] = self.case.documents["fact_sheet"]
        facts = self._tried(lambda: load_fact_sheet(sheet, resolved.standard, "sheet"))
        outcomes(resolved, facts.values if facts else {})

    def _tried(self, action: Callable[[], Any]) -> Any:
        try:
            found = action()
        except RegistryError as error:
            self.ends[error.code] += 1
            self._look_at(error)
            return None
        self.ends["value"] += 1
        return found

    def _look_at(self, error: RegistryError) -> None:
        assert error.detail
        for violation in error.violations:
            self.ends[str(violation.code)] += 1
            assert violation.message
            # Without a pointer the question is wrong, or the choice of documents.
            if violation.pointer is not None and violation.file != BYTES:
                assert stands_in(violation.pointer, self.given[violation.file])


def stands_in(pointer: str, document: Any) -> bool:
    """Whether there is such a place, or one that would hold it."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for place, part in enumerate(parts):
        is_there = (
            part in document
            if isinstance(document, dict)
            else isinstance(document, list) and part.isdecimal() and int(part) < len(document)
        )
        if not is_there:
            return place == len(parts) - 1
        document = document[part if isinstance(document, dict) else int(part)]
    return True


@pytest.mark.slow
def test_no_document_ends_in_a_fault_of_ours() -> None:
    ends: Counter[str] = Counter()
    slowest = 0.0

    @given(case=cases())
    @settings(
        max_examples=CASES,
        derandomize="REGISTRY_FUZZ_CASES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case: Case) -> None:
        nonlocal slowest
        began = time.process_time()
        run = Run(case)
        run.go()
        taken = time.process_time() - began
        slowest = max(slowest, taken)
        assert taken < MOST_SECONDS
        ends.update(run.ends)
        ends["cases"] += 1

    try_it()

    logging.getLogger(__name__).info("slowest %.2f s, %s", slowest, dict(ends))
    refusals = {"standard-rejected", "localization-rejected", "fact-sheet-rejected", "mapping-rejected"}
    assert {"value", *refusals} <= set(ends)


@pytest.mark.parametrize("pointer", ["", "/a", "/a/0/b~1c", "/a/0/new", "/a/1"])
def test_a_place_that_is_there_or_could_be_is_found(pointer: str) -> None:
    assert stands_in(pointer, {"a": [{"b/c": 1}]})


@pytest.mark.parametrize("pointer", ["/b/0", "/a/7/x", "/a/0/b~1c/d/e"])
def test_a_place_that_nothing_holds_is_not_found(pointer: str) -> None:
    assert not stands_in(pointer, {"a": [{"b/c": 1}]})


def test_a_fault_of_ours_is_not_taken_for_an_answer() -> None:
    case = Case({**FAMILIES[0], "standard": {**FAMILIES[0]["standard"], "criteria": 1}}, DAYS[0], None, {}, b"{}")
    run = Run(case)

    run.go()

    assert run.ends["standard-rejected"] == 1
    with pytest.raises(KeyError):
        run._tried(lambda: {}["missing"])
    with pytest.raises(AssertionError):
        run._look_at(Invalid("Wrong.", [Violation("X", "Wrong.", "", "/criteria/0/id", "standard")]))
