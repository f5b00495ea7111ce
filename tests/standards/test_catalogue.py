"""The standards that come with the program: valid, unchanged, drafts with the source of each value, as published."""

import csv
import hashlib
import itertools
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from registry.canonical import digest
from registry.documents import read_schema, schema_violations
from registry.errors import Invalid
from registry.json_text import parse_json
from registry.standards.fact_sheet import read_fact_sheet
from registry.standards.geography import Division
from registry.standards.localization import Question, resolve
from registry.standards.localization_document import Localization
from registry.standards.localization_reading import read_localization
from registry.standards.outcomes import Result, outcomes, parameter_values
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Standard
from registry.validation import judge

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "standards"
SCHEMAS = {"": "standard.v1", "localizations": "localization.v1", "facts": "fact-sheet.v1"}
FILES = sorted(CATALOGUE.rglob("*.json"))
STANDARDS = sorted(CATALOGUE.glob("*/*/standard.json"))
LOCALIZATIONS = sorted(CATALOGUE.glob("*/*/localizations/*.json"))
FACT_SHEETS = sorted(CATALOGUE.glob("*/*/facts/*.json"))
# What says where it comes from: the lists of each kind of document.
WITH_PROVENANCE = (
    "mandates", "fact_definitions", "action_definitions", "axioms", "parameters", "criteria",
    "set", "narrow", "waive", "add_informative", "facts",
)  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(CATALOGUE).as_posix()


def document(path: Path) -> Any:
    return parse_json(path.read_bytes(), file=path.name)


def standard(reference: str) -> Standard:
    return read_standard(document(CATALOGUE / reference.replace("@", "/") / "standard.json"))


def folder_of(path: Path) -> Path:
    """The folder of the version that the file belongs to."""
    return path.parent if path.name == "standard.json" else path.parents[1]


def divisions() -> dict[str, tuple[Division, ...]]:
    with (ROOT / "divisions" / "mca-2025-12-31.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file) if len(row["code"]) == 6}

    def path(code: str) -> tuple[Division, ...]:
        above = path(rows[code]["parent_code"]) if rows[code]["parent_code"] else ()
        return (*above, Division(f"mca:{code}", rows[code]["level"]))

    return {f"mca:{code}": path(code) for code in rows}


PATHS = divisions()


def resolved(path: Path, on: date) -> ResolvedStandard:
    """The standard as the localization of this file, with all that it imports, leaves it."""
    base = read_standard(document(folder_of(path) / "standard.json"))
    known = {each["id"]: each for each in map(document, sorted(path.parent.glob("*.json")))}
    layers: list[Localization] = []
    waiting = [document(path)["id"]]
    while waiting:
        layer = read_localization(known[waiting.pop()], base)
        layers.append(layer)
        waiting += [pin.id for pin in layer.imports]
    return resolve(base, layers, Question(on, layers[0].jurisdiction, PATHS))


def localized(place: str, parameter: str, on: date) -> Any:
    (value,) = resolved(CATALOGUE / f"{place}.json", on).values[parameter].values()
    return value


def pins(content: Any) -> Iterator[Any]:
    yield content["standard"]
    yield from content.get("imports", ())


def wrong_sums(folder: Path) -> list[str]:
    """Files that SHA256SUMS does not list, or lists otherwise than they are, or lists though they are not there."""
    lines = (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    written = {line[66:]: line[:64] for line in lines}
    here = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.json")
    }
    assert [line[66:] for line in lines] == sorted(written), "not sorted, or a path twice"
    return sorted(path for path in here.keys() | written.keys() if here.get(path) != written.get(path))


def test_no_file_differs_from_its_sum() -> None:
    assert wrong_sums(CATALOGUE) == []


def test_a_file_that_is_changed_added_or_lost_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "standards"
    shutil.copytree(CATALOGUE, folder)
    changed, lost = (folder / name_of(path) for path in FILES[:2])
    changed.write_bytes(changed.read_bytes() + b" ")
    lost.unlink()
    (folder / "added.json").write_text("{}", encoding="ascii")

    assert wrong_sums(folder) == ["added.json", *(name_of(path) for path in FILES[:2])]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_document_is_valid_for_both_validators(path: Path) -> None:
    schema = SCHEMAS["" if path.name == "standard.json" else path.parent.name]

    assert schema_violations(schema, document(path)) == []
    assert judge(read_schema(schema), document(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_document_is_a_draft_in_both_languages(path: Path) -> None:
    assert set(document(path)["draft_for_demonstration"]) == {"zh", "en"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_value_says_what_it_rests_on_and_nothing_rests_on_memory(path: Path) -> None:
    content = document(path)
    members = [each for key in WITH_PROVENANCE for each in content.get(key, ())]
    stated = [each["provenance"] for each in members]
    stated += [each["bounds_provenance"] for each in content.get("parameters", ())]
    stated += [content["decision"]["provenance"]] if "decision" in content else []
    sources = {each["id"] for each in content.get("sources", ())}

    assert {each["basis"] for each in stated} <= {"found", "proposal", "construction"}
    assert {each["source"] for each in stated if "source" in each} <= sources


@pytest.mark.parametrize("path", STANDARDS, ids=name_of)
def test_a_standard_is_read_and_stands_under_its_name(path: Path) -> None:
    read = read_standard(document(path), file=name_of(path))

    assert read.reference == "@".join(path.relative_to(CATALOGUE).parts[:2])


@pytest.mark.parametrize("path", STANDARDS, ids=name_of)
def test_the_rule_of_a_criterion_speaks_of_its_own_finding_where_it_has_one(path: Path) -> None:
    for each in read_standard(document(path)).criteria:
        assert each.measure is not None
        named = {name for name in each.measure.names if name.startswith("findings.")}
        assert named == ({f"findings.{each.id}"} if "finding" in each.document else set()), each.id


@pytest.mark.parametrize("path", LOCALIZATIONS, ids=name_of)
def test_a_localization_is_in_bounds_on_its_first_day(path: Path) -> None:
    content = document(path)
    changes = [key for key in ("set", "narrow", "waive", "add_informative") if key in content]

    assert changes
    assert resolved(path, date.fromisoformat(content["valid_from"])).document["correspondence"] in {"IDT", "MOD"}


@pytest.mark.parametrize("path", LOCALIZATIONS, ids=name_of)
def test_a_localization_is_of_the_division_that_its_file_names(path: Path) -> None:
    content = document(path)

    assert content["jurisdiction"] == path.stem.replace("-", ":")
    assert content["id"] == f"{content['standard']['id']}.{path.stem}"
    assert PATHS[content["jurisdiction"]][-1].level == content["level"]


@pytest.mark.parametrize("path", LOCALIZATIONS, ids=name_of)
def test_a_localization_pins_what_is_there(path: Path) -> None:
    files = [folder_of(path) / "standard.json", *path.parent.glob("*.json")]
    digests = {each["id"]: digest(each) for each in map(document, files)}

    for pin in pins(document(path)):
        assert pin["sha256"] == digests[pin["id"]]


@pytest.mark.parametrize("path", FACT_SHEETS, ids=name_of)
def test_a_fact_sheet_fits_its_standard_and_its_place(path: Path) -> None:
    sheet = read_fact_sheet(document(path), read_standard(document(folder_of(path) / "standard.json")))

    assert sheet.values
    assert sheet.jurisdiction == path.stem.replace("-", ":")
    assert sheet.jurisdiction in PATHS


def test_every_template_serves_in_a_rule() -> None:
    used: set[str] = set()
    waiting: list[Any] = [document(path) for path in STANDARDS]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            used |= {part["template"]} if "template" in part else set()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part

    assert used == set(read_schema("standard.v1")["$defs"]["template"]["properties"]["template"]["enum"])


def test_there_are_chains_a_narrowing_and_a_waiver() -> None:
    contents = [document(path) for path in LOCALIZATIONS]
    chains = {each["jurisdiction"] for each in contents if "imports" in each}
    made = [each["provenance"]["basis"] for content in contents for each in (*content.get("narrow", ()),
            *content.get("waive", ()))]  # fmt: skip

    assert chains == {"mca:610922", "mca:340504", "mca:430922"}
    assert made == ["construction"] * 2


STATION = "cn-township-culture-station/1.0.0/localizations"


@pytest.mark.parametrize(("place", "hours"), [("610000", 28), ("610922", 28), ("340000", 40), ("360000", 42),
                                              ("430922", 42)])  # fmt: skip
def test_culture_stations_open_28_40_or_42_hours(place: str, hours: int) -> None:
    assert localized(f"{STATION}/mca-{place}", "min_hours", date(2026, 1, 1)) == hours


def test_the_district_asks_for_0_8_books_a_head_on_top_of_what_its_province_asks() -> None:
    values = resolved(CATALOGUE / STATION / "mca-340504.json", date(2016, 1, 1)).values

    assert values["min_books_per_head"] == {"": Fraction("0.8")}
    assert values["min_events_large"] == {"": 4}


@pytest.mark.parametrize(("area", "budget", "hours", "level"), [
    ("800", "30000", "28", "一级"), ("799.9", "30000", "28", "二级"), ("800", "29999", "28", "二级"),
    ("300", "10000", "28", "三级"), ("299", "10000", "28", "未定级"), ("800", "30000", "27.5", "未定级"),
])  # fmt: skip
def test_a_station_has_the_level_whose_conditions_it_meets(area: str, budget: str, hours: str, level: str) -> None:
    values = {"area": Fraction(area), "budget": Fraction(budget), "hours": Fraction(hours), "staff": 2, "terminals": 4,
              "events_large": 1, "events_single": 3, "no_accident": True}  # fmt: skip
    found = resolve(standard("cn-township-culture-station@1.0.0"), [], Question(date(2026, 1, 1)))
    known = {f"findings.{name}": value for name, value in values.items()} | parameter_values(found, {})

    assert found.standard.decision is not None
    outcome = found.standard.decision.evaluate(known)

    assert outcome.value == level


@pytest.mark.parametrize(("terrain", "cover"), [("mountain", 80), ("hill", 50), ("plain", 20)])
def test_cover_is_asked_by_terrain(terrain: str, cover: int) -> None:
    question = Question(date(2026, 1, 1), classes={"terrain": terrain})

    assert resolve(standard("cn-beautiful-village@1.0.0"), [], question).values["min_cover"] == {terrain: cover}


def test_collective_income_is_asked_by_year() -> None:
    place = "cn-poverty-village-exit/1.0.0/localizations/mca-450000"

    assert localized(place, "min_collective_income", date(2019, 12, 31)) == 20_000
    assert localized(place, "min_collective_income", date(2020, 1, 1)) == 50_000


def test_a_rate_at_its_limit_does_not_leave_the_list() -> None:
    question = Question(date(2019, 7, 1), classes={"region_class": "western"})
    found = resolve(standard("cn-poverty-county-exit@1.0.0"), [], question)
    at_limit = outcomes(found, {"findings.composite_incidence": Fraction(3), "findings.wrong_exit_rate": Fraction(2),
                                "findings.recognition": 900, "facts.surveyed_households": 1000})  # fmt: skip

    results = {each.criterion: each.result for each in at_limit}

    assert results["composite_incidence"] == results["wrong_exit_rate"] == Result.NOT_MET
    assert results["recognition"] == Result.MET
    assert results["omission_rate"] == Result.UNKNOWN


def test_the_checklist_has_9_outcomes_10_measures_and_33_traces_of_one_weight() -> None:
    read = standard("cn-village-checklist@1.0.0")

    assert Counter(each.document["group"] for each in read.criteria) == {"outcome": 9, "measure": 10, "trace": 33}
    assert [each.weight for each in read.criteria] == [1] * 52
    assert read.document["decision"]["provenance"]["basis"] == "construction"


def materials(read: Standard) -> list[int]:
    """Of each criterion, how many pieces the assessed has to provide."""
    return [
        sum(
            each["number_of_pieces"] for each in criterion.document["evidence"] if each.get("provided_by") == "assessed"
        )
        for criterion in read.criteria
    ]


def test_the_reformed_checklist_asks_for_11_materials_and_for_none_in_a_third_of_its_items() -> None:
    before, after = standard("cn-village-checklist@1.0.0"), standard("cn-village-checklist@2.0.0")

    assert sum(materials(before)) == 33
    assert sum(materials(after)) == 11
    assert Fraction(materials(after).count(0), len(after.criteria)) == Fraction(1, 3)
    assert after.document["supersedes"] == before.version
    assert {each.document["provenance"]["basis"] for each in after.criteria} == {"construction"}


def is_feasible(found: ResolvedStandard) -> bool:
    """Whether some plan of a town with two enterprises keeps all axioms and meets all mandatory criteria."""
    sheet = read_fact_sheet(document(FACT_SHEET), found.standard)
    mandatory = {each.id for each in found.standard.criteria if each.obligation == "mandatory"}
    for invested, unspent, changed in itertools.product(range(6), (0, 500_000), (False, True)):
        plan = {"actions.enterprises_invested": invested, "actions.funds_unspent": Fraction(unspent),
                "actions.plan_changed": changed}  # fmt: skip
        known = {**sheet.values, **plan, **parameter_values(found, sheet.values)}
        is_possible = all(each.rule.evaluate(known).value for each in found.standard.axioms)
        results = {each.criterion: each.result for each in outcomes(found, known) if each.criterion in mandatory}
        if is_possible and set(results.values()) == {Result.MET}:
            return True
    return False


FACT_SHEET = CATALOGUE / "cn-three-enterprises/1.0.0/facts/mca-530303.json"


def test_no_plan_puts_the_money_into_three_enterprises_where_there_are_two() -> None:
    place = CATALOGUE / "cn-three-enterprises/1.0.0/localizations/mca-530303.json"

    assert not is_feasible(resolve(standard("cn-three-enterprises@1.0.0"), [], Question(date(2026, 1, 1))))
    assert is_feasible(resolved(place, date(2026, 1, 1)))


def test_nobody_may_ask_for_more_than_three_enterprises() -> None:
    content = document(CATALOGUE / "cn-three-enterprises/1.0.0/localizations/mca-530303.json")
    content["set"][0]["value"] = 4
    base = standard("cn-three-enterprises@1.0.0")

    with pytest.raises(Invalid) as refused:
        resolve(base, [read_localization(content, base)], Question(date(2026, 1, 1), "mca:530303", PATHS))

    assert [each.code for each in refused.value.violations] == ["TIGHTENING_EXCEEDED"]


def test_chicago_has_44_items_with_the_fines_that_were_read() -> None:
    read = standard("us-chicago-food-inspection@1.0.0")
    unnamed = [each.id for each in read.criteria if "name was not seen" in each.document["statement"]["en"]]

    assert Counter(each.document["severity"] for each in read.criteria) == {"critical": 14, "serious": 15, "minor": 15}
    assert Counter(each.weight for each in read.criteria) == {500: 14, 100: 1, None: 29}
    assert unnamed == ["v06", "v15", "v21", "v23", "v25", "v39", "v40", "v44"]


@pytest.mark.parametrize(("rate", "points"), [("100", 4), ("99.95", 3), ("99.9", 3), ("99.89", 2), ("99", 0)])
def test_a_point_is_lost_for_each_tenth_of_a_percentage_point(rate: str, points: int) -> None:
    found = resolve(standard("cn-county-poverty-scoring@1.0.0"), [], Question(date(2026, 1, 1)))

    values = {each.criterion: each.value for each in outcomes(found, {"findings.edu": Fraction(rate)})}

    assert values["edu"] == points


@pytest.mark.parametrize(
    ("has_breach", "years", "result"),
    [(False, None, "met"), (True, "3", "met"), (True, "2.9", "not_met"), (True, None, "unknown")],
)
def test_an_evaluator_has_three_years_without_a_serious_breach(
    has_breach: bool, years: str | None, result: str
) -> None:
    facts = {"facts.has_serious_breach": has_breach, **({"facts.years_since_breach": Fraction(years)} if years else {})}
    found = resolved(CATALOGUE / "evaluator-qualification/1.0.0/localizations/mca-150700.json", date(2026, 1, 1))

    results = {each.criterion: each.result for each in outcomes(found, facts)}

    assert results["clean_record"] == result
