"""Commands about standards, on files and on what is published, on a database of their own."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from api_requests import stranger_of
from draft_samples import NOW
from faces import run_command
from localization_samples import make_setting, pin
from people import acting, make_person
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from standard_places import (
    COUNTY,
    DAY,
    KNOWN_AT,
    OTHER_PROVINCE,
    PROVINCE,
    make_fact_sheet,
    make_layer,
    make_town_mapping,
    make_town_standard,
    publish,
    saved_places,
)
from standard_samples import Document, make_criterion

from registry.accounts.permissions import Role
from registry.canonical import canonical_json, digest
from registry.db import Database, read, write
from registry.json_text import parse_json
from registry.standards import draft_service
from registry.standards.checking_service import check_publishable
from registry.standards.models import StandardDraft
from registry.standards.queries import find_open_draft
from registry.standards.resolving_service import Asked, resolve_asked

STANDARD = make_town_standard(title={"zh": "乡镇秩序", "en": "Town order"})
PROVINCES = make_layer(STANDARD, "province", "2.5")
COUNTYS = make_layer(STANDARD, imports=[PROVINCES])
ON = ["--on", str(DAY)]


@pytest.fixture(autouse=True)
def _database_of_the_commands(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """With the divisions, and the standard and its localizations published."""
    saved_places(database, tmp_path, STANDARD, PROVINCES, COUNTYS)
    return tmp_path


def saved(folder: Path, document: Any, name: str = "document.json") -> Path:
    content = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    (folder / name).write_bytes(content)
    return folder / name


def good(*arguments: object) -> str:
    code, out, err = run_command("standards", *arguments)
    assert (code, err) == (0, ""), err
    return out.decode()


def as_json(*arguments: object) -> Any:
    return json.loads(good(*arguments, "--json"))


def refused(code: int, *arguments: object) -> str:
    """What is said on standard error, where nothing is on standard output."""
    found, out, err = run_command("standards", *arguments)
    assert (found, out) == (code, b""), (found, out, err)
    assert err.startswith("Error: ") or code == 2
    assert "Traceback" not in err
    return err


# validate


def test_validate_prints_the_digest_that_is_the_entity_tag(database: Database, folder: Path) -> None:
    tag = stranger_of(database).get("/api/v1/standards/town-order/1.2.0").headers["etag"].strip('"')
    reordered = saved(folder, dict(reversed(STANDARD.items())))

    for source in (reordered, "town-order@1.2.0"):
        assert good("validate", source).split() == ["town-order@1.2.0", "standard", "valid", tag]
    assert as_json("validate", "town-order") == [{"reference": "town-order@1.2.0", "kind": "standard", "sha256": tag}]


def test_validate_takes_files_that_build_on_each_other(folder: Path) -> None:
    new = make_town_standard(version="3.0.0")
    names = [
        saved(folder, make_layer(new), "county.json"),
        saved(folder, make_fact_sheet(new), "facts.json"),
        saved(folder, new, "standard.json"),
        saved(folder, make_town_mapping(STANDARD, new), "mapping.json"),
        "town-order.province@1.0.0",
    ]

    lines = good("validate", *names).splitlines()

    kinds = ["localization", "standard", "mapping", "localization", "fact sheet"]
    assert [line.split("  ")[1] for line in lines] == kinds


def test_validate_tells_every_fault_by_code_and_pointer(folder: Path) -> None:
    wrong = make_layer(STANDARD, set=[make_setting("p", "9"), make_setting("share", "101")])
    unlike = make_town_standard(version="3.0.0", criteria=[make_criterion("facts.none > params.p")])
    err = refused(1, "validate", saved(folder, wrong, "county.json"), saved(folder, unlike, "standard.json"))

    assert "  PARAM_OUT_OF_DOMAIN  town-order.county@1.0.0, /set/0/value: " in err
    assert "  PARAM_OUT_OF_DOMAIN  town-order.county@1.0.0, /set/1/value: " in err
    assert "standard.json, /criteria/0/measure/rule: " in err


def test_a_broken_schema_is_told_by_file_and_pointer(folder: Path) -> None:
    err = refused(1, "validate", saved(folder, make_town_standard(levels=3, valid_from="tomorrow"), "mine.json"))

    assert "mine.json, /levels" in err
    assert "mine.json, /valid_from" in err


# resolve


def test_resolve_prints_the_same_bytes_as_python(database: Database, folder: Path) -> None:
    asked = Asked("town-order@1.2.0", DAY, KNOWN_AT, region=COUNTY)
    expected = read(database, lambda session: resolve_asked(session, asked)).resolved.canonical
    standard, county = saved(folder, STANDARD), saved(folder, COUNTYS, "county.json")

    for arguments in (
        ("town-order", "--region", COUNTY),
        (standard, "--region", COUNTY, "--localization", county),
        (standard, "--region", COUNTY, "--localization", "town-order.county"),
    ):
        assert good("resolve", *arguments, *ON, "--json").encode() == expected + b"\n"
    good("resolve", "town-order", "--region", COUNTY, *ON, "--json", "--output", folder / "out.json")
    assert (folder / "out.json").read_bytes() == expected + b"\n"


def test_resolve_tells_values_with_their_origin_in_either_language(folder: Path) -> None:
    english = good("resolve", "town-order", "--region", COUNTY, *ON)
    chinese = good("resolve", "town-order", "--region", COUNTY, *ON, "--language", "zh")

    assert "p = 3  (set by town-order.county@1.0.0)" in english
    assert "share = 80" in english
    assert "Town order" in english
    assert "乡镇秩序" in chinese
    assert "(由town-order.county@1.0.0设定)" in chinese
    assert "参数" in chinese
    assert "Parameters" not in chinese


def test_facts_choose_values(folder: Path) -> None:
    sheet = saved(folder, make_fact_sheet(STANDARD), "facts.json")
    plain = good("resolve", "town-order", *ON)

    assert "share = mountain: 80, hill: 50" in plain
    assert "share = 50" in good("resolve", "town-order", "--facts", sheet, *ON)
    other = make_fact_sheet(STANDARD, facts=[{"id": "terrain", "value": "sea", "source": "x"}])
    err = refused(1, "resolve", "town-order", "--facts", saved(folder, other, "sea.json"), *ON)
    assert "sea.json, /facts/0" in err

    in_county = ["--region", COUNTY, *ON]
    assert "share = 50" in good("resolve", "town-order", "--facts", sheet, *in_county)
    elsewhere = saved(folder, make_fact_sheet(STANDARD, jurisdiction=OTHER_PROVINCE), "elsewhere.json")
    err = refused(1, "resolve", "town-order", "--facts", elsewhere, *in_county)
    assert "FACTS_OF_ANOTHER_PLACE  elsewhere.json, /jurisdiction: These are facts of mca:330000, and mca:422828" in err
    assert "share = 50" in good("resolve", "town-order", "--facts", elsewhere, *ON)
    every = ["--every", "county", "--output", folder / "all.jsonl"]
    code, out, _ = run_command("standards", "resolve", "town-order", "--facts", sheet, *every, *ON)
    lines = [json.loads(line) for line in (folder / "all.jsonl").read_text("utf-8").splitlines()]
    assert (code, out.startswith(b"1 resolved, ")) == (1, True)
    [resolved] = [each for each in lines if "violations" not in each]
    assert resolved["resolution"]["region"] == COUNTY


def test_what_is_stale_is_said_beside_the_result(database: Database, folder: Path) -> None:
    write(database, lambda session: publish(session, make_town_standard(version="1.3.0")))

    code, out, err = run_command("standards", "resolve", "town-order@1.2.0", "--region", COUNTY, *ON, "--json")

    assert code == 0
    assert json.loads(out)["standard"]["version"] == "1.2.0"
    assert err == "Stale: town-order@1.2.0 has been replaced by town-order@1.3.0 from 2026-04-01 on.\n"


def test_every_county_gets_a_line(folder: Path) -> None:
    output = folder / "counties.jsonl"
    code, out, err = run_command("standards", "resolve", "town-order", "--every", "county", *ON, "--output", output)

    assert code == 0, err
    assert out.decode() == f"6 resolved, 0 refused. Written to {output}.\n"
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    values = {each["resolution"]["region"]: each["parameters"][0]["value"] for each in lines}
    assert values["mca:422828"] == "3"
    assert set(values.values()) == {"2", "3"}
    good_lines = run_command(
        "standards", "resolve", "town-order", "--every", "county", "--region", PROVINCE, *ON, "--output", output
    )
    assert good_lines[0] == 0
    single = good("resolve", "town-order", "--region", COUNTY, *ON, "--json")
    assert output.read_text("utf-8") == single


def test_counties_that_are_refused_are_written_with_the_reason(database: Database, folder: Path) -> None:
    write(database, lambda session: publish(session, make_layer(STANDARD, id="town-order.second")))
    output = folder / "counties.jsonl"

    code, out, _ = run_command("standards", "resolve", "town-order", "--every", "county", *ON, "--output", output)

    assert (code, out.decode()[:22]) == (1, "5 resolved, 1 refused.")
    [line] = [each for each in map(json.loads, output.read_text("utf-8").splitlines()) if "violations" in each]
    assert (line["region"], line["violations"][0]["code"]) == (COUNTY, "ambiguous-localization")


# import and publish


def drafts(database: Database) -> int:
    return read(database, lambda session: session.scalar(select(func.count()).select_from(StandardDraft))) or 0


def approved(database: Database, document: Document) -> None:
    """By a person, after somebody submitted it."""

    def work(session: Session) -> None:
        draft = find_open_draft(session, document["id"], document["version"])
        assert draft is not None
        editor, approver = (make_person(session, role, now=NOW) for role in (Role.EDITOR, Role.APPROVER))
        draft_service.submit(session, acting(session, editor, NOW), draft.id, NOW, check_publishable)
        draft_service.approve(session, acting(session, approver, NOW), draft.id, draft.sha256, "", NOW)

    write(database, work)


def test_import_makes_drafts_that_wait_for_another_person(database: Database, folder: Path) -> None:
    new = make_town_standard(version="3.0.0")
    [taken] = as_json("import", saved(folder, new))

    assert (taken["reference"], taken["sha256"]) == ("town-order@3.0.0", digest(new))
    err = refused(4, "publish", "town-order@3.0.0")
    assert "not in review" in err

    write(database, lambda session: _submitted(session, new))
    err = refused(4, "publish", "town-order@3.0.0")
    assert "Missing is the approval of an approver who edited nothing of the draft." in err


def _submitted(session: Session, document: Document) -> None:
    draft = find_open_draft(session, document["id"], document["version"])
    assert draft is not None
    editor = acting(session, make_person(session, Role.EDITOR, now=NOW), NOW)
    draft_service.submit(session, editor, draft.id, NOW, check_publishable)


@pytest.mark.parametrize("by_file", [True, False])
def test_what_was_approved_is_published(database: Database, folder: Path, by_file: bool) -> None:
    new = make_town_standard(version="3.0.0")
    file = saved(folder, new)
    good("import", file)
    approved(database, new)

    published = as_json("publish", file if by_file else "town-order@3.0.0")

    assert published == {"reference": "town-order@3.0.0", "sha256": digest(new)}
    assert as_json("show", "town-order@3.0.0") == new
    refused(3, "publish", "town-order@3.0.0")


def test_a_file_with_other_content_than_the_draft_is_not_published(database: Database, folder: Path) -> None:
    new = make_town_standard(version="3.0.0")
    good("import", saved(folder, new))
    approved(database, new)

    err = refused(4, "publish", saved(folder, new | {"title": {"en": "Changed since"}}))

    assert digest(new) in err
    refused(3, "export", "town-order@3.0.0")


def test_the_same_file_is_not_imported_twice(folder: Path) -> None:
    file = saved(folder, make_town_standard(version="3.0.0"))
    assert good("import", file).startswith("town-order@3.0.0  draft ")

    assert "There is a draft of town-order@3.0.0 already" in refused(4, "import", file)
    assert "town-order@1.2.0 is published" in refused(4, "import", saved(folder, STANDARD))


@pytest.mark.parametrize("bad", [b"{", make_town_standard(levels=3), {}, COUNTYS])
def test_of_two_files_of_which_one_is_bad_nothing_is_taken_in(database: Database, folder: Path, bad: Any) -> None:
    before = drafts(database)
    files = saved(folder, make_town_standard(version="3.0.0"), "good.json"), saved(folder, bad, "bad.json")

    err = refused(4 if bad == COUNTYS else 1, "import", *files)

    assert drafts(database) == before
    assert bad == COUNTYS or "bad.json" in err
    good("import", files[0])


def test_what_is_wrong_with_any_file_is_told_at_once(database: Database, folder: Path) -> None:
    before = drafts(database)
    good_file, not_json = saved(folder, make_town_standard(version="3.0.0"), "good.json"), saved(folder, b"{", "a.json")
    broken, taken = saved(folder, make_town_standard(levels=3), "b.json"), saved(folder, COUNTYS, "c.json")

    err = refused(1, "import", not_json, good_file, broken, taken, folder / "d.json")

    assert "4 files are refused: a.json, b.json, d.json, c.json." in err
    for fault in (
        "unreadable  a.json",
        "schema-type  b.json, /levels",
        "version-taken  c.json",
        "file-missing  d.json",
    ):
        assert fault in err, err
    assert drafts(database) == before
    assert "2 files are refused: a.json, b.json." in refused(1, "import", not_json, broken)


# export, list, show


def test_export_gives_back_what_was_published(folder: Path) -> None:
    assert parse_json(good("export", "town-order@1.2.0").encode()) == STANDARD
    assert good("export", "town-order", "--json", *ON).encode() == canonical_json(STANDARD) + b"\n"
    assert parse_json(good("export", saved(folder, COUNTYS)).encode()) == COUNTYS
    good("export", "town-order.county", *ON, "--output", folder / "county.json")
    assert parse_json((folder / "county.json").read_bytes()) == COUNTYS

    said = good("export", "town-order@1.2.0", "--folder", folder / "catalogue")
    names = [
        "town-order/1.2.0/standard.json",
        "town-order/1.2.0/localizations/town-order.county@1.0.0.json",
        "town-order/1.2.0/localizations/town-order.province@1.0.0.json",
    ]
    written = [folder / "catalogue" / name for name in names]
    assert all(name in said for name in names)
    assert [parse_json(each.read_bytes()) for each in written] == [STANDARD, COUNTYS, PROVINCES]
    lines = good("validate", *written).splitlines()
    assert [line.split()[-1] for line in lines] == [digest(each) for each in (STANDARD, COUNTYS, PROVINCES)]


def test_list_shows_what_is_published_with_its_status_on_the_day(folder: Path) -> None:
    every = as_json("list", *ON)
    own = [each for each in every if not each["is_shipped"]]

    assert [each["reference"] for each in own] == [
        "town-order@1.2.0", "town-order.county@1.0.0", "town-order.province@1.0.0",
    ]  # fmt: skip
    assert len(every) >= 13
    assert {each["status"] for each in own} == {"in_force"}
    [before] = [each for each in as_json("list", "--on", "2026-03-31") if each["reference"] == "town-order@1.2.0"]
    assert before["status"] == "not_yet"
    assert len(as_json("list", "--of", "town-order@1.2.0")) == 2
    assert {each["kind"] for each in as_json("list", "--kind", "localization")} == {"localization"}
    [line] = [line for line in good("list", *ON, "--language", "zh").splitlines() if line.startswith("town-order@")]
    assert line.split() == ["town-order@1.2.0", "standard", "有效", "乡镇秩序"]


def test_show_reads_as_text(database: Database, folder: Path) -> None:
    second = make_town_standard(version="2.0.0")
    write(database, lambda session: publish(session, second, make_town_mapping(STANDARD, second)))
    english = good("show", saved(folder, STANDARD))

    assert english == good("show", "town-order@1.2.0")
    assert "p = 2" in english
    assert "set by province, county, township" in english.replace("prefecture, ", "")
    assert "“facts.x” is at least “params.p”." in english
    assert "由省级" in good("show", "town-order@1.2.0", "--language", "zh")
    assert "p = 3" in good("show", "town-order.county", *ON)
    assert "c equal-to c" in good("show", "town-order.mapping@1.0.0")
    assert as_json("show", "town-order.county@1.0.0") == COUNTYS


# What is refused


SHEET = make_fact_sheet(STANDARD)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1"),
        (b"\xff", "UTF-8"),
        (b"[]", "has to be one JSON object"),
        (b'{"id": 1, "id": 2}', "uplicate key"),
        (b'{"weight": NaN}', "NaN is not a JSON number"),
        (b"[" * 5000 + b"]" * 5000, "nested deeper"),
        (b'{"a": "' + b"x" * 5 * 1024**2 + b'"}', "more than 4194304 bytes"),
        (b"{}", "unknown-document-kind  odd.json, /$schema"),
        (json.dumps(SHEET).encode(), "unknown-document-kind  odd.json, /$schema"),
    ],
)
def test_what_is_no_standard_is_refused_by_every_command(tmp_path: Path, content: bytes, words: str) -> None:
    odd = saved(tmp_path, content, "odd.json")

    for command in ("resolve", "import", "publish", "export", "show"):
        err = refused(1, command, odd)
        assert words in err
        assert "odd.json" in err
        assert len(err) < 2000


def test_validate_takes_a_fact_sheet_and_nothing_else_without_a_kind(folder: Path) -> None:
    assert good("validate", saved(folder, SHEET)).split("  ") == [
        "document.json",
        "fact sheet",
        "valid",
        f"{digest(SHEET)}\n",
    ]
    assert "/$schema" in refused(1, "validate", saved(folder, {}))


WRONG_CALLS: list[tuple[int, list[str]]] = [
    (3, ["resolve", "town-ordr@1.2.0"]),
    (3, ["resolve", "town-order@1.2.1"]),
    (3, ["resolve", "town-order", "--on", "2026-03-31"]),
    (3, ["resolve", "town-order.county"]),
    (3, ["resolve", "town-order", "--localization", "town-order"]),
    (3, ["validate", "missing.json"]),
    (3, ["validate", "town-ordr"]),
    (3, ["import", "missing.json"]),
    (3, ["import", "town-order@1.2.0"]),
    (3, ["publish", "town-ordr@1.2.0"]),
    (3, ["export", "town-ordr"]),
    (3, ["show", "x" * 5000]),
    (3, ["show", "../../etc"]),
    (6, ["show", "x" * 5000 + ".json"]),
    (1, ["resolve", "town-order", "--on", "yesterday"]),
    (1, ["resolve", "town-order", "--on", "2026-05-01", "--region", "422828"]),
    (1, ["resolve", "town-order", "--on", "2026-05-01", "--region", "mca:999999"]),
    (1, ["resolve", "town-order", "--every", "town", "--output", "x.jsonl"]),
    (2, ["resolve", "town-order", "--every", "county"]),
    (2, ["resolve"]),
    (2, ["list", "--language", "fr"]),
]


def test_a_wrong_call_ends_with_the_exit_code_of_its_kind(folder: Path) -> None:
    for code, arguments in WRONG_CALLS:
        refused(code, *arguments)


def test_an_unknown_kind_is_not_answered_as_an_empty_list(folder: Path) -> None:
    refused(2, "list", "--kind", "standards")


def test_two_localizations_of_one_place_are_a_conflict(database: Database, folder: Path) -> None:
    write(database, lambda session: publish(session, make_layer(STANDARD, id="town-order.second")))

    err = refused(4, "resolve", "town-order", "--region", COUNTY, *ON)

    assert "town-order.county@1.0.0, town-order.second@1.0.0" in err


def test_without_divisions_it_is_said_how_to_get_them(database: Database, tmp_path: Path) -> None:
    write(database, lambda session: publish(session, STANDARD))

    assert "`registry regions import`" in refused(3, "resolve", "town-order", "--region", COUNTY, *ON)
    county = saved(tmp_path, make_layer(STANDARD))
    assert "`registry regions import`" in refused(3, "validate", county)


def test_a_localization_that_is_not_pinned_resolves_as_a_file(folder: Path) -> None:
    loose = make_layer(STANDARD) | {"standard": pin(STANDARD)}

    assert "p = 3" in good("resolve", "town-order", "--localization", saved(folder, loose), *ON)


def test_in_a_process_of_its_own(folder: Path, database_url: str) -> None:
    wrong = saved(folder, make_layer(STANDARD, value="9"), "county.json")
    command = [sys.executable, "-m", "registry.cli", "standards"]
    environment = os.environ | {"REGISTRY_DATABASE_URL": database_url, "PYTHONIOENCODING": "utf-8"}

    def run(*arguments: object) -> tuple[int, bytes, str]:
        done = subprocess.run([*command, *map(str, arguments)], check=False, capture_output=True, env=environment)
        return done.returncode, done.stdout, done.stderr.decode()

    code, out, err = run("validate", wrong)
    assert (code, out) == (1, b"")
    assert "PARAM_OUT_OF_DOMAIN" in err
    assert "/set/0/value" in err
    code, out, err = run("resolve", "town-order", "--region", COUNTY, *ON, "--json")
    assert (code, err) == (0, "")
    assert out.decode() == good("resolve", "town-order", "--region", COUNTY, *ON, "--json")
    assert date.fromisoformat(json.loads(out)["resolution"]["on"]) == DAY
