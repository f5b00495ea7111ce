"""A standard is read whole or not at all, with everything that is wrong told at once and in its place."""

import random
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standard_samples import (
    INVEST,
    make_criterion,
    make_fact,
    make_parameter,
    make_small_standard,
    make_standard,
)

from registry.canonical import canonical_json, digest
from registry.documents import schema_violations
from registry.rules.declarations import Kind
from registry.rules.units import read_unit
from registry.standards.document_errors import StandardRejected
from registry.standards.reading import read_standard
from registry.standards.standard import Validity
from registry.standards.versions import precedence


def faults(document):
    """(code, pointer) of all violations of a document that its schema allows."""
    assert schema_violations("standard.v1", document) == []
    try:
        read_standard(document)
    except StandardRejected as error:
        return [(each.code, each.pointer) for each in error.violations]
    return []


def only_fault(document):
    with pytest.raises(StandardRejected) as caught:
        read_standard(document)
    (violation,) = caught.value.violations
    return violation


def test_the_investment_standard_is_read():
    standard = read_standard(make_standard())

    assert schema_violations("standard.v1", make_standard()) == []
    assert standard.reference == "rural-investment@2.1.0"
    assert standard.sha256 == digest(INVEST)
    assert standard.validity == Validity(date(2026, 4, 1), date(2027, 4, 1))
    assert standard.facts["eligible_enterprises"].max_age_days == 365
    assert standard.facts["eligible_enterprises"].region_fact == "eligible_enterprises"
    assert standard.mandates["m1"].validity == Validity(date(2024, 8, 6))
    assert [each.id for each in standard.axioms] == ["a1", "a2"]
    assert [each.weight for each in standard.criteria] == [45, 0, 35, 20, None]
    assert standard.criteria[0].applies_when.names == ("facts.eligible_enterprises",)
    assert standard.criteria[1].waivable_by == {"county"}
    assert standard.criteria[2].is_veto
    assert standard.criteria[3].measure.text == 'findings["c-green"] >= params.green_cover'
    assert standard.criteria[4].measure is None
    assert standard.decision is None


def test_rules_speak_of_what_is_declared():
    declared = read_standard(make_standard()).environment.declarations

    assert sorted(declared) == [
        "actions.enterprises_invested",
        "actions.funds_unspent",
        "actions.plan_changed",
        "facts.eligible_enterprises",
        "facts.terrain",
        "findings.c-green",
        "params.green_cover",
        "params.invest_target",
    ]
    assert declared["actions.funds_unspent"].type.unit == read_unit("CNY")
    assert declared["actions.funds_unspent"].maximum == Fraction(100_000_000)
    assert declared["facts.eligible_enterprises"].name_zh == "符合条件的企业数"
    assert declared["facts.terrain"].type.kind is Kind.TEXT
    assert (declared["params.green_cover"].minimum, declared["params.green_cover"].maximum) == (10, 100)


@pytest.mark.parametrize(
    ("key", "members"),
    [
        ("sources", [{"id": "S1", "what": "a"}, {"id": "S1", "what": "b"}]),
        ("mandates", [{"id": "m", "document": {"en": "a"}}, {"id": "m", "document": {"en": "b"}}]),
        ("fact_definitions", [make_fact(), make_fact()]),
        ("action_definitions", [{"id": "a", "type": "boolean"}, {"id": "a", "type": "boolean"}]),
        ("axioms", [{"id": "a", "rule": "facts.x >= 0"}, {"id": "a", "rule": "facts.x >= 1"}]),
        ("parameters", [make_parameter(), make_parameter()]),
        ("groups", [{"id": "g", "name": {"en": "a"}}, {"id": "g", "name": {"en": "b"}}]),
        ("criteria", [make_criterion(), make_criterion()]),
        (
            "scales",
            [{"id": "s", "points": [{"value": "0", "anchor": {"en": "a"}}, {"value": "1", "anchor": {"en": "b"}}]}] * 2,
        ),
    ],
)
def test_an_id_stands_once_in_its_list(key, members):
    assert faults(make_small_standard(**{key: members})) == [("DUPLICATE_ID", f"/{key}/1/id")]


def test_levels_and_points_of_a_scale_stand_once():
    points = [{"value": "0", "anchor": {"en": "a"}}, {"value": "0", "anchor": {"en": "b"}}]
    document = make_small_standard(levels=["county", "county"], scales=[{"id": "s", "points": points}])

    assert faults(document) == [("DUPLICATE_ID", "/levels/1"), ("DUPLICATE_ID", "/scales/0/points/1/value")]


FOUND = {"basis": "found", "source": "report-2018"}
SOURCES = [{"id": "report-2019", "what": "a"}]
WEIGHTED = {"criteria": [make_criterion(weight={"parameter": "pp"})]}


@pytest.mark.parametrize(
    ("changes", "pointer", "seen", "fix"),
    [
        ({"criteria": [make_criterion(group="g")]}, "/criteria/0/group", "g", "Use one of the groups"),
        ({"criteria": [make_criterion(mandates=["m"])]}, "/criteria/0/mandates/0", "m", "Use one of the mandates"),
        (
            {"criteria": [make_criterion(waivable_by=["county", "countie"])]},
            "/criteria/0/waivable_by/1",
            "countie",
            "Did you mean county?",
        ),
        (
            {"criteria": [make_criterion(measure={"kind": "judgement", "scale": "s"})]},
            "/criteria/0/measure/scale",
            "s",
            "Use one of the scales",
        ),
        (WEIGHTED, "/criteria/0/weight/parameter", "pp", "Did you mean p?"),
        (
            {"criteria": [make_criterion(provenance=FOUND)], "sources": SOURCES},
            "/criteria/0/provenance/source",
            "report-2018",
            "Did you mean report-2019?",
        ),
        (
            {"decision": {"kind": "all", "provenance": FOUND}, "sources": SOURCES},
            "/decision/provenance/source",
            "report-2018",
            "Did you mean report-2019?",
        ),
        (
            {"parameters": [make_parameter(bounds_provenance=FOUND)], "sources": SOURCES},
            "/parameters/0/bounds_provenance/source",
            "report-2018",
            "Did you mean report-2019?",
        ),
        (
            {"mandates": [{"id": "m", "document": {"en": "a"}, "level": "provinces"}]},
            "/mandates/0/level",
            "provinces",
            "Did you mean province?",
        ),
    ],
)
def test_a_name_that_nothing_has_is_refused_with_the_nearest(changes, pointer, seen, fix):
    violation = only_fault(make_small_standard(**changes))

    assert (violation.code, violation.pointer, violation.value) == ("UNKNOWN_REFERENCE", pointer, seen)
    assert violation.fix.startswith(fix)


@pytest.mark.parametrize("valid_to", ["2026-04-01", "2025-01-01"])
def test_a_standard_ends_after_it_begins(valid_to):
    mandate = {"id": "m", "document": {"en": "a"}, "valid_from": "2026-04-01", "valid_to": valid_to}
    document = make_small_standard(valid_from="2026-04-01", valid_to=valid_to, mandates=[mandate])

    assert faults(document) == [("VALIDITY_ORDER", "/valid_to"), ("VALIDITY_ORDER", "/mandates/0/valid_to")]


def test_prereleases_stand_in_the_order_of_semver():
    """The list of section 11 of semver.org, and numbers by their size."""
    ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    ordered += ["1.0.0-rc.1", "1.0.0", "1.0.1-rc-1", "1.0.1", "1.2.0", "1.10.0", "2.0.0"]

    assert sorted(ordered, key=precedence) == ordered
    assert len(set(map(precedence, ordered))) == len(ordered)


@pytest.mark.parametrize(
    ("version", "supersedes", "is_refused"),
    [("1.10.0", "1.9.0", False), ("1.9.0", "1.10.0", True), ("1.0.0", "1.0.0", True), ("1.0.0", "1.0.0-rc.1", False)],
)
def test_only_a_lower_version_is_superseded(version, supersedes, is_refused):
    found = faults(make_small_standard(version=version, supersedes=supersedes))

    assert found == [("VERSION_ORDER", "/supersedes")] * is_refused


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"unit": "2m"}, "UNIT_INVALID", "unit"),
        ({"type": "boolean", "unit": "%", "minimum": None, "maximum": None}, "UNIT_INVALID", "unit"),
        ({"type": "level", "minimum": None, "maximum": None}, "DECLARATION_INVALID", "choices"),
        ({"choices": ["a"]}, "DECLARATION_INVALID", "choices"),
        (
            {"type": "text", "choices": ["a", "b", "a"], "minimum": None, "maximum": None},
            "DECLARATION_INVALID",
            "choices/2",
        ),
        (
            {"type": "text", "choices": ["a", " b"], "minimum": None, "maximum": None},
            "DECLARATION_INVALID",
            "choices/1",
        ),
        (
            {"type": "text", "choices": ["e\u0301"], "minimum": None, "maximum": None},
            "DECLARATION_INVALID",
            "choices/0",
        ),
        (
            {"type": "text", "choices": ["a\u200bb"], "minimum": None, "maximum": None},
            "DECLARATION_INVALID",
            "choices/0",
        ),
        ({"type": "text", "minimum": "a", "maximum": None}, "DECLARATION_INVALID", "minimum"),
        ({"type": "boolean", "minimum": None, "maximum": True}, "DECLARATION_INVALID", "maximum"),
        (
            {"type": "level", "choices": ["a", "b"], "minimum": "a", "maximum": None},
            "DECLARATION_INVALID",
            "minimum",
        ),
        ({"minimum": 0.5}, "DECLARATION_INVALID", "minimum"),
        ({"type": "integer", "minimum": 0, "maximum": "9"}, "DECLARATION_INVALID", "maximum"),
        ({"type": "date", "minimum": "2026-02-30", "maximum": None}, "DECLARATION_INVALID", "minimum"),
        ({"minimum": "10.1"}, "DECLARATION_INVALID", "maximum"),
    ],
)
@pytest.mark.parametrize("key", ["fact_definitions", "action_definitions", "finding"])
def test_a_declaration_does_not_contradict_itself(key, changes, code, pointer):
    definition = make_fact(**{"id": "y", **changes})
    if key == "finding":
        del definition["id"]
        document = make_small_standard(criteria=[make_criterion(finding=definition)])
        where = f"/criteria/0/finding/{pointer}"
    else:
        document = make_small_standard(**{key: [make_fact(), definition]})
        where = f"/{key}/1/{pointer}"
        document["fact_definitions"] = document["fact_definitions"][:2]

    assert faults(document) == [(code, where)]


def test_bounds_may_leave_one_value():
    assert faults(make_small_standard(fact_definitions=[make_fact(minimum="3", maximum="3")])) == []


def test_what_names_a_faulty_declaration_is_no_further_fault():
    document = make_small_standard(fact_definitions=[make_fact(unit="1%1")], parameters=[make_parameter(unit="%")])

    assert faults(document) == [("UNIT_INVALID", "/fact_definitions/0/unit")]

    grade = make_fact(id="grade", type="level", minimum=None, maximum=None)
    document = make_small_standard(fact_definitions=[grade], criteria=[make_criterion('facts.grade == "A"')])

    assert faults(document) == [("DECLARATION_INVALID", "/fact_definitions/0/choices")]


LEVELS = ["C", "B", "A"]


@pytest.mark.parametrize(
    ("measure", "its_type"),
    [
        ({"kind": "condition", "rule": "facts.x > 1"}, "boolean"),
        ({"kind": "points", "rule": "min(facts.x, 5)"}, "decimal in 1"),
        ({"kind": "level", "rule": 'facts.x > 1 ? "A" : "C"', "levels": LEVELS}, "level of C, B, A"),
    ],
)
def test_a_measure_gives_what_its_kind_says(measure, its_type):
    standard = read_standard(make_small_standard(criteria=[make_criterion(measure=measure)]))

    assert str(standard.criteria[0].measure.type) == its_type


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ({"kind": "condition", "rule": "facts.x + 1"}, "RULE_TYPE_ERROR"),
        ({"kind": "points", "rule": "facts.x > 1"}, "RULE_TYPE_ERROR"),
        ({"kind": "level", "rule": 'facts.x > 1 ? "D" : "C"', "levels": LEVELS}, "RULE_TYPE_ERROR"),
        ({"kind": "level", "rule": "facts.x", "levels": LEVELS}, "RULE_TYPE_ERROR"),
        ({"kind": "condition", "rule": "facts.y > 1"}, "RULE_UNKNOWN_FACT"),
        ({"kind": "condition", "rule": "params.q > 1"}, "RULE_UNKNOWN_PARAM"),
        ({"kind": "condition", "rule": "findings.c"}, "RULE_UNKNOWN_FINDING"),
        ({"kind": "condition", "rule": "facts.x * facts.x >= 10"}, "RULE_NONLINEAR"),
        ({"kind": "condition", "rule": "facts.x >="}, "RULE_SYNTAX"),
    ],
)
def test_a_rule_that_is_none_is_refused_at_its_place(measure, code):
    document = make_small_standard(criteria=[make_criterion(measure=measure)])

    assert faults(document) == [(code, "/criteria/0/measure/rule")]


def test_rules_of_axioms_guards_and_the_decision_are_checked_too():
    decision = {"kind": "levels", "levels": ["low", "low", "high"], "rule": '"middle"'}
    document = make_small_standard(
        axioms=[{"id": "a", "rule": "facts.x"}], criteria=[make_criterion(applies_when="1")], decision=decision
    )

    assert faults(document) == [
        ("RULE_TYPE_ERROR", "/axioms/0/rule"),
        ("RULE_TYPE_ERROR", "/criteria/0/applies_when"),
        ("DECLARATION_INVALID", "/decision/levels/1"),
        ("RULE_TYPE_ERROR", "/decision/rule"),
    ]


def test_the_decision_gives_one_of_its_levels():
    decision = {"kind": "levels", "levels": ["low", "high"], "rule": 'facts.x > 5 ? "high" : "low"'}

    standard = read_standard(make_small_standard(decision=decision))

    assert standard.decision.evaluate({"facts.x": Fraction(6)}).value == "high"


def test_a_level_of_a_measure_stands_once():
    measure = {"kind": "level", "rule": 'facts.x > 1 ? "A" : "B"', "levels": ["B", "A", "A"]}

    assert faults(make_small_standard(criteria=[make_criterion(measure=measure)])) == [
        ("DECLARATION_INVALID", "/criteria/0/measure/levels/2")
    ]


def weighted(*weights, total="100", **changes):
    criteria = [make_criterion(id=f"c{place}", weight=weight) for place, weight in enumerate(weights)]
    return make_small_standard(criteria=criteria, decision={"kind": "points", "total": total}, **changes)


@pytest.mark.parametrize(
    ("weights", "is_refused"),
    [
        (["33.3", "33.3", "33.4"], False),
        (["33.3", "33.3", "33.3"], True),
        (["0.1", "0.2", "99.7"], False),
        (["100", "0.000000000000001"], True),
        ([{"parameter": "p"}, "98"], False),
        ([{"parameter": "p"}, "97"], True),
    ],
)
def test_weights_make_up_the_total_exactly(weights, is_refused):
    assert faults(weighted(*weights)) == [("WEIGHTS_NOT_TOTAL", "/decision/total")] * is_refused


@pytest.mark.parametrize(
    ("other", "is_refused"), [({"a": "6", "b": "2"}, False), ({"a": "2", "b": "6"}, True), ({"a": "6", "b": "3"}, True)]
)
def test_weights_by_class_make_up_the_total_in_every_class(other, is_refused):
    terrain = make_fact(id="terrain", type="text", choices=["a", "b"], minimum=None, maximum=None)
    common = {"classified_by": "terrain", "default": None, "domain": {"minimum": "0"}}
    parameters = [
        make_parameter(**common, default_by_class={"a": "2", "b": "6"}),
        make_parameter(**common, id="q", default_by_class=other),
    ]
    document = weighted(
        {"parameter": "p"},
        {"parameter": "q"},
        total="8",
        parameters=parameters,
        fact_definitions=[make_fact(), terrain],
    )

    assert faults(document) == [("WEIGHTS_NOT_TOTAL", "/decision/total")] * is_refused


def test_weights_that_are_not_clear_are_not_added_up():
    unclear = weighted("50", "49", "1")
    unclear["criteria"][2]["group"] = "none"

    assert faults(unclear) == [("UNKNOWN_REFERENCE", "/criteria/2/group")]
    assert faults(weighted("99", {"parameter": "p"}, parameters=[make_parameter(default="9")])) == [
        ("PARAM_OUT_OF_DOMAIN", "/parameters/0/default")
    ]


def test_without_a_total_weights_are_free():
    assert faults(make_small_standard(criteria=[make_criterion(weight="7")])) == []


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        (make_parameter(type="boolean", default=True, domain=None), "A weight is a number."),
        (make_parameter(domain=None), "A weight cannot be less than 0."),
        (make_parameter(domain={"minimum": "-1"}), "A weight cannot be less than 0."),
    ],
)
def test_a_weight_is_a_number_that_cannot_be_less_than_0(parameter, message):
    criteria = [make_criterion("facts.x > 1", weight={"parameter": "p"})]

    violation = only_fault(make_small_standard(criteria=criteria, parameters=[parameter]))

    assert (violation.code, violation.pointer) == ("DECLARATION_INVALID", "/criteria/0/weight/parameter")
    assert violation.message == message


@pytest.mark.parametrize("weight", ["0.1", {"parameter": "p"}])
def test_an_informative_criterion_has_no_weight(weight):
    criterion = make_criterion(obligation="informative", weight=weight)

    assert faults(make_small_standard(criteria=[criterion])) == [("DECLARATION_INVALID", "/criteria/0/weight")]
    assert faults(make_small_standard(criteria=[make_criterion(obligation="informative", weight="0")])) == []


@pytest.mark.parametrize(("obligation", "is_refused"), [("mandatory", False), ("scored", True), ("informative", True)])
def test_only_a_mandatory_criterion_vetoes(obligation, is_refused):
    document = make_small_standard(criteria=[make_criterion(obligation=obligation, veto=True)])

    assert faults(document) == [("DECLARATION_INVALID", "/criteria/0/veto")] * is_refused


def test_everything_wrong_is_told_at_once_with_the_name_of_the_file():
    document = make_small_standard(
        valid_to="2020-01-01",
        fact_definitions=[make_fact(), make_fact(id="y", unit="1%1")],
        parameters=[make_parameter(default=2.5, settable_by=["village"])],
        criteria=[make_criterion("facts.z > 1"), make_criterion("facts.x +", id="d", group="none")],
    )

    with pytest.raises(StandardRejected) as caught:
        read_standard(document, "demo.json")

    assert caught.value.detail == "rural-investment@2.1.0 breaks the rules of standards 7 times."
    assert {each.file for each in caught.value.violations} == {"demo.json"}
    assert [(each.code, each.pointer) for each in caught.value.violations] == [
        ("VALIDITY_ORDER", "/valid_to"),
        ("UNIT_INVALID", "/fact_definitions/1/unit"),
        ("PARAM_TYPE", "/parameters/0/default"),
        ("UNKNOWN_REFERENCE", "/parameters/0/settable_by/0"),
        ("RULE_UNKNOWN_FACT", "/criteria/0/measure/rule"),
        ("UNKNOWN_REFERENCE", "/criteria/1/group"),
        ("RULE_SYNTAX", "/criteria/1/measure/rule"),
    ]


@pytest.mark.parametrize(
    ("key", "members", "last"),
    [
        ("criteria", [make_criterion(id=f"c{place}", mandates=["m"] * 30) for place in range(2000)], {"id": "last"}),
        ("criteria", [make_criterion(f"facts.y{place} > 1", id=f"c{place}") for place in range(2000)], {"id": "last"}),
        (
            "parameters",
            [make_parameter(id=f"p{place}", evidence_required=["y"] * 30) for place in range(500)],
            {"id": "last"},
        ),
        (
            "axioms",
            [{"id": f"a{place}", "rule": "true", "provenance": FOUND} for place in range(500)],
            {"id": "last", "provenance": None},
        ),
    ],
)
def test_of_very_many_violations_the_first_hundred_are_told_and_no_more_is_read(key, members, last):
    """The last member cannot be read."""
    document = {**make_small_standard(), key: [*members, last]}

    with pytest.raises(StandardRejected) as caught:
        read_standard(document)

    assert caught.value.detail.endswith("at least 100 times.")
    assert len(caught.value.violations) == 100


def test_only_the_first_unknown_names_of_a_list_come_with_the_nearest():
    document = make_small_standard(criteria=[make_criterion(waivable_by=["countie"] * 6)])

    with pytest.raises(StandardRejected) as caught:
        read_standard(document)

    assert ["Did you mean" in each.fix for each in caught.value.violations] == [True] * 5 + [False]


LISTED = ("fact_definitions", "action_definitions", "axioms", "parameters", "scales", "groups", "criteria")


def shuffled(document, seed):
    chance = random.Random(seed)
    for key in LISTED:
        chance.shuffle(document.get(key, []))
    return document


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_the_order_of_lists_decides_nothing(seed, is_faulty):
    changes = {"mandates": None, "groups": None} if is_faulty else {}

    codes, moved = (
        sorted(code for code, _ in faults(each))
        for each in (make_standard(**changes), shuffled(make_standard(**changes), seed))
    )

    assert codes == moved
    assert bool(codes) is is_faulty


@settings(max_examples=30, deadline=None)
@given(st.permutations(sorted(INVEST)))
def test_the_order_of_members_changes_no_digest(keys):
    document = {key: INVEST[key] for key in keys}

    assert canonical_json(document) == canonical_json(INVEST)
    assert read_standard(document).sha256 == read_standard(INVEST).sha256


@pytest.mark.parametrize(("weight", "is_refused"), [("40", False), ("39.9", True), ("40.0", False)])
def test_the_weight_of_a_group_is_that_of_its_criteria(weight, is_refused):
    criteria = [make_criterion(id=f"c{n}", group="g", weight="20") for n in range(2)] + [make_criterion(weight="60")]
    groups = [{"id": "g", "name": {"en": "half"}, "weight": weight}]

    document = make_small_standard(groups=groups, criteria=criteria)

    assert faults(document) == [("WEIGHTS_NOT_TOTAL", "/groups/0/weight")] * is_refused
