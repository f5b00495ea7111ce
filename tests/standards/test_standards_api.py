"""Standards over HTTP: what is published, what it means in a place on a day, whether documents are right."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_requests import JSON_TYPE, assert_problem, stranger_of
from draft_samples import NOW
from faces import run_command
from localization_samples import make_setting, pin
from people import saved_person
from standard_places import (
    COUNTY,
    DAY,
    KNOWN_AT,
    OTHER_PROVINCE,
    PREFECTURE,
    PROVINCE,
    TOWNSHIP,
    make_fact_sheet,
    make_layer,
    make_town_mapping,
    make_town_standard,
    publish,
    saved_places,
    withdraw,
)
from standard_samples import Document, make_criterion
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.canonical import canonical_json, digest
from registry.clock import utc_now
from registry.db import Database, read, write
from registry.documents import schema_violations
from registry.standards.document_service import resolve
from registry.standards.geography import Division
from registry.standards.library_service import given_document, shipped
from registry.standards.resolving_service import Answer, Asked, resolve_asked
from registry.validity import legal_day

API = "/api/v1/standards"
STANDARD = make_town_standard()
PROVINCES = make_layer(STANDARD, "province", "2.5")
COUNTYS = make_layer(STANDARD, imports=[PROVINCES])
ON = str(DAY)
Clients = Callable[..., TestClient]


@pytest.fixture
def anybody(database: Database, tmp_path: Path) -> TestClient:
    """Not signed in, on a database with divisions, a standard and two localizations."""
    saved_places(database, tmp_path, STANDARD, PROVINCES, COUNTYS)
    return stranger_of(database)


@pytest.fixture
def somebody(database: Database, anybody: TestClient) -> TestClient:
    """Signed in, with a role that has nothing to do with standards."""
    client = stranger_of(database)
    client.headers.update(saved_person(database, Role.PROCUREMENT).bearer)
    return client


def got(client: TestClient, address: str = "", **parameters: object) -> Any:
    response = client.get(f"{API}{address}", params={name: str(value) for name, value in parameters.items()})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def posted(client: TestClient, address: str, body: Any) -> Any:
    response = client.post(f"{API}{address}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def answered(database: Database, asked: Asked) -> Answer:
    return read(database, lambda session: resolve_asked(session, asked))


def references(answer: Any) -> list[str]:
    return [each["reference"] for each in answer["standards"]]


def faults(problem: dict[str, Any]) -> set[tuple[str, str | None, str | None]]:
    return {(each["code"], each.get("file"), each.get("pointer")) for each in problem["errors"]}


# What is published


def test_the_list_is_of_everything_with_its_status_on_the_day(anybody: TestClient) -> None:
    every = got(anybody, on=ON)
    own = {each["reference"]: each for each in every["standards"] if not each["is_shipped"]}

    assert set(references(every)) == {*shipped(), *own}
    assert set(own) == {"town-order@1.2.0", "town-order.county@1.0.0", "town-order.province@1.0.0"}
    assert own["town-order.county@1.0.0"] | {"title": None} == {
        "reference": "town-order.county@1.0.0", "kind": "localization", "id": "town-order.county",
        "version": "1.0.0", "sha256": digest(COUNTYS), "title": None, "status": "in_force",
        "valid_from": "2026-04-01", "valid_to": None, "withdrawn_from": None, "supersedes": None,
        "standard": "town-order@1.2.0", "level": "county", "jurisdiction": COUNTY,
        "field": own["town-order.county@1.0.0"]["field"], "is_draft_for_demonstration": False, "is_shipped": False,
    }  # fmt: skip
    before = {each["reference"]: each["status"] for each in got(anybody, on="2026-03-31")["standards"]}
    assert before["town-order@1.2.0"] == "not_yet"
    assert references(got(anybody, kind="localization", of="town-order@1.2.0")) == [
        "town-order.county@1.0.0", "town-order.province@1.0.0",
    ]  # fmt: skip
    assert got(anybody, of="no-such@1.0.0")["standards"] == []


def test_the_list_comes_by_pages(anybody: TestClient) -> None:
    seen, address, pages = [], f"{API}?limit=2&on={ON}&kind=standard", 0
    while address:
        page = anybody.get(address).json()
        seen += references(page)
        address, pages = page["next"], pages + 1

    assert seen == references(got(anybody, kind="standard"))
    assert pages == -(-len(seen) // 2)
    for cursor in ("x", "WyJhIl0", "WyJuby1zdWNoIiwiMS4wLjAiXQ"):
        assert_problem(anybody.get(f"{API}?cursor={cursor}"), 422, "cursor-rejected")


def test_versions_of_one_id_come_in_their_order(database: Database, anybody: TestClient) -> None:
    write(database, lambda session: publish(session, *(make_town_standard(version=f"1.{n}.0") for n in (10, 9))))

    assert references(got(anybody, "/town-order")) == ["town-order@1.2.0", "town-order@1.9.0", "town-order@1.10.0"]
    assert got(anybody, "/no-such.thing")["standards"] == []


def test_a_document_comes_in_canonical_form_with_its_digest(anybody: TestClient) -> None:
    for reference, document in (("town-order/1.2.0", STANDARD), ("town-order.county/1.0.0", COUNTYS)):
        response = anybody.get(f"{API}/{reference}")
        assert response.content == canonical_json(document)
        assert response.headers["etag"] == f'"{digest(document)}"'
        assert response.headers["content-type"] == "application/json"
    assert_problem(anybody.get(f"{API}/town-order/1.2.1"), 404, "standard-not-found")
    assert_problem(anybody.get(f"{API}/no-such/1.0.0"), 404, "standard-not-found")


# What it means


def test_a_region_gets_its_localization_in_force(database: Database, anybody: TestClient) -> None:
    answers = {
        region: got(anybody, "/town-order/1.2.0/resolved", region=region, on=ON)
        for region in (PROVINCE, PREFECTURE, COUNTY, TOWNSHIP)
    }

    assert [each["resolved"]["parameters"][0]["value"] for each in answers.values()] == ["2.5", "2.5", "3", "3"]
    for region, answer in answers.items():
        asked = Asked("town-order@1.2.0", DAY, KNOWN_AT, region=region)
        expected = answered(database, asked).resolved
        assert (canonical_json(answer["resolved"]), answer["sha256"]) == (expected.canonical, expected.sha256)
        assert schema_violations("resolved-standard.v1", answer["resolved"]) == []
        assert (answer["is_stale"], answer["successors"]) == (False, [])
    response = anybody.get(f"{API}/town-order/1.2.0/resolved?on={ON}&localization=town-order.province@1.0.0")
    assert response.json()["resolved"]["parameters"][0]["value"] == "2.5"
    assert response.headers["etag"] == f'"{response.json()["sha256"]}"'


def test_what_is_stale_says_by_what_it_was_replaced(database: Database, anybody: TestClient) -> None:
    before = got(anybody, "/town-order/1.2.0/resolved", on=ON)
    write(database, lambda session: publish(session, make_town_standard(version="1.3.0")))

    after = got(anybody, "/town-order/1.2.0/resolved", on=ON)

    assert after["resolved"] == before["resolved"]
    successor = {"input": "town-order@1.2.0", "replaced_by": "town-order@1.3.0", "valid_from": "2026-04-01"}
    assert (after["is_stale"], after["successors"]) == (True, [successor])


def test_without_a_day_it_is_today_in_the_zone_of_the_registry(anybody: TestClient) -> None:
    before = legal_day(utc_now())
    shown = got(anybody)["on"]

    assert shown in {str(before), str(before + timedelta(1))}
    assert got(anybody, "/town-order/1.2.0/resolved")["resolved"]["resolution"]["on"] in {shown, str(before)}


QUESTIONS = [
    ("?on=yesterday", 422, "invalid-request"),
    ("?on=2026-02-30", 422, "invalid-request"),
    ("?kind=fact", 422, "invalid-request"),
    ("?limit=0", 422, "invalid-request"),
    ("?limit=1001", 422, "invalid-request"),
    ("?colour=red", 422, "unknown-parameter"),
    ("?on=2026-01-01&on=2026-01-02", 422, "unknown-parameter"),
    ("/UPPER", 422, "invalid-request"),
    ("/town-order?limit=1", 422, "unknown-parameter"),
    ("/town-order/1.2.0?on=2026-01-01", 422, "unknown-parameter"),
    ("/town-order/1%2F2", 404, "not-found"),
    ("/town-order/1_2", 422, "invalid-request"),
    ("/no-such/1.0.0/resolved", 404, "standard-not-found"),
    ("/town-order.county/1.0.0/resolved", 404, "standard-not-found"),
    ("/town-order/1.2.0/resolved?on=2026-03-31", 422, "standard-rejected"),
    ("/town-order/1.2.0/resolved?region=422828", 422, "region-reference-rejected"),
    ("/town-order/1.2.0/resolved?on=2026-05-01&region=mca:999999", 422, "standard-rejected"),
    ("/town-order/1.2.0/resolved?on=2026-05-01&region=nbs:422828", 404, "no-divisions"),
    ("/town-order/1.2.0/resolved?on=2026-05-01&localization=town-order.none@1.0.0", 404, "standard-not-found"),
    ("/town-order/1.2.0/resolved?on=2026-05-01&localization=town-order@1.2.0", 404, "standard-not-found"),
    (
        "/town-order/1.2.0/resolved?on=2026-05-01&region=mca:330000&localization=town-order.county@1.0.0",
        422,
        "localization-rejected",
    ),
]


def test_what_cannot_be_answered_is_a_problem(anybody: TestClient) -> None:
    for address, status, code in QUESTIONS:
        assert_problem(anybody.get(f"{API}{address}"), status, code)


def test_the_first_and_the_last_day_are_days(anybody: TestClient) -> None:
    for day, status in (("0001-01-01", 422), ("9999-12-31", 200)):
        assert got(anybody, on=day)["on"] == day
        response = anybody.get(f"{API}/town-order/1.2.0/resolved", params={"on": day, "region": COUNTY})
        assert response.status_code == status, response.text


def test_two_localizations_of_one_region_are_a_conflict(database: Database, anybody: TestClient) -> None:
    write(database, lambda session: publish(session, make_layer(STANDARD, id="town-order.second")))

    response = anybody.get(f"{API}/town-order/1.2.0/resolved", params={"on": ON, "region": COUNTY})

    assert "town-order.second@1.0.0" in assert_problem(response, 409, "ambiguous-localization")["detail"]


def test_what_was_withdrawn_is_refused_from_the_day_on(database: Database, anybody: TestClient) -> None:
    write(database, lambda session: withdraw(session, STANDARD, date(2026, 6, 1)))
    address = f"{API}/town-order/1.2.0/resolved"

    assert anybody.get(address, params={"on": "2026-05-31"}).status_code == 200
    problem = assert_problem(anybody.get(address, params={"on": "2026-06-01"}), 422, "document-rejected")
    assert faults(problem) == {("NOT_IN_FORCE", "town-order@1.2.0", "/valid_to")}
    [line] = got(anybody, "/town-order", on="2026-06-01")["standards"]
    assert (line["status"], line["withdrawn_from"]) == ("withdrawn", "2026-06-01")


# What is handed in


def test_documents_and_references_give_the_same_bytes_as_the_command_and_as_python(
    database: Database, somebody: TestClient, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = (Division(PROVINCE, "province"), Division(PREFECTURE, "prefecture"), Division(COUNTY, "county"))
    paths = {PROVINCE: way[:1], COUNTY: way}
    classes = {"terrain": "hill", "zone": "west"}
    expected = resolve(STANDARD, [PROVINCES, COUNTYS], on=DAY, region=COUNTY, paths=paths, classes=classes).canonical
    common = {"region": COUNTY, "on": ON, "classes": classes}
    sources: tuple[tuple[Any, list[Any]], ...] = (
        (STANDARD, [COUNTYS]),
        ("town-order@1.2.0", [COUNTYS, PROVINCES]),
        (STANDARD, ["town-order.county@1.0.0"]),
        ("town-order", []),
        (STANDARD, [PROVINCES, "town-order.county"]),
    )
    for standard, localizations in sources:
        body = {"standard": standard, "localizations": localizations} | common
        response = somebody.post(f"{API}/resolve", json=body)
        assert response.status_code == 200, response.text
        assert response.content.endswith(b'"resolved":' + expected + b"}")
        assert response.headers["etag"] == f'"{digest(json.loads(expected))}"'

    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    (tmp_path / "s.json").write_text(json.dumps(STANDARD), "utf-8")
    facts = [{"id": name, "value": value, "source": "Survey"} for name, value in classes.items()]
    (tmp_path / "f.json").write_text(json.dumps(make_fact_sheet(STANDARD, facts=facts)), "utf-8")
    options = ["--localization", "town-order.county", "--region", COUNTY, "--on", ON, "--facts", tmp_path / "f.json"]
    code, out, err = run_command("standards", "resolve", tmp_path / "s.json", *options, "--json")
    assert (code, err) == (0, "")
    assert out == expected + b"\n"


def test_a_fact_sheet_counts_in_its_own_place_in_what_lies_in_it_and_around_it(somebody: TestClient) -> None:
    def answer(sheet: Document, **changes: Any) -> Any:
        asked = {"standard": "town-order", "region": COUNTY, "on": ON, "fact_sheet": sheet}
        return somebody.post(f"{API}/resolve", json=asked | changes)

    def resolved(response: Any) -> Any:
        assert response.status_code == 200, response.text
        return response.json()["resolved"]

    expected = resolved(answer(make_fact_sheet(STANDARD)))
    assert expected["resolution"]["classes"]["terrain"] == "hill"
    for place in (PREFECTURE, PROVINCE, TOWNSHIP):
        assert resolved(answer(make_fact_sheet(STANDARD, jurisdiction=place))) == expected
    placeless = make_fact_sheet(STANDARD)
    del placeless["jurisdiction"]
    assert resolved(answer(placeless)) == expected
    overruled = resolved(answer(make_fact_sheet(STANDARD), classes={"terrain": "mountain"}))
    assert overruled["resolution"]["classes"]["terrain"] == "mountain"

    for place, code in ((OTHER_PROVINCE, "FACTS_OF_ANOTHER_PLACE"), ("mca:999999", "JURISDICTION_UNKNOWN")):
        elsewhere = make_fact_sheet(STANDARD, jurisdiction=place)
        problem = assert_problem(answer(elsewhere), 422, "fact-sheet-rejected")
        assert faults(problem) == {(code, "/fact_sheet", "/jurisdiction")}
        assert resolved(answer(elsewhere, region=None))["resolution"]["classes"] == {"terrain": "hill"}
    broken = assert_problem(answer({"facts": 1}), 422, "fact-sheet-rejected")
    assert {file for _, file, _ in faults(broken)} == {"/fact_sheet"}


def test_documents_that_build_on_each_other_are_right_together(somebody: TestClient) -> None:
    new = make_town_standard(version="3.0.0")
    documents = [make_layer(new) | {"standard": pin(new)}, new, make_town_mapping(STANDARD, new), "town-order@1.2.0"]

    valid = posted(somebody, "/validate", {"documents": documents})["valid"]

    assert [(each["reference"], each["kind"]) for each in valid] == [
        ("town-order.county@1.0.0", "localization"), ("town-order@3.0.0", "standard"),
        ("town-order.mapping@1.0.0", "mapping"), ("town-order@1.2.0", "standard"),
    ]  # fmt: skip
    assert valid[1]["sha256"] == digest(new)


def test_every_fault_of_every_document_is_told_with_its_place(somebody: TestClient) -> None:
    wrong = make_layer(STANDARD, value="9")
    unlike = make_town_standard(version="3.0.0", criteria=[make_criterion("facts.none > params.p")])

    response = somebody.post(f"{API}/validate", json={"documents": [STANDARD, unlike, wrong]})

    found = faults(assert_problem(response, 422, "document-rejected"))
    assert {(file, pointer) for _, file, pointer in found} >= {
        ("/documents/1", "/criteria/0/measure/rule"), ("town-order.county@1.0.0", "/set/0/value"),
    }  # fmt: skip


def test_a_broken_schema_is_told_with_its_place(somebody: TestClient) -> None:
    broken: list[tuple[str, Any, str]] = [
        ("/documents/1", {"documents": [STANDARD, make_town_standard(levels=3)]}, "/validate")
    ]
    broken += [("/standard", {"standard": make_town_standard(levels=3)}, "/resolve")]

    for place, body, address in broken:
        problem = assert_problem(somebody.post(f"{API}{address}", json=body), 422, "standard-rejected")
        assert {(file, pointer) for _, file, pointer in faults(problem)} == {(place, "/levels")}
        assert problem["detail"].startswith(place)


def test_a_localization_that_does_not_fit_is_a_problem(somebody: TestClient) -> None:
    cases: list[tuple[Document, str]] = [
        (make_layer(STANDARD, value="9"), "PARAM_OUT_OF_DOMAIN"),
        (make_layer(STANDARD, jurisdiction="mca:999999"), "JURISDICTION_UNKNOWN"),
        (make_layer(STANDARD, set=[make_setting("q", "1")]), "UNKNOWN_PARAM"),
        (make_layer(make_town_standard(title={"en": "Other"})), "IMPORT_DIGEST_MISMATCH"),
    ]
    for document, code in cases:
        body = {"standard": "town-order", "localizations": [document], "on": ON}
        problem = assert_problem(somebody.post(f"{API}/resolve", json=body), 422, "localization-rejected")
        assert problem["detail"].endswith("The degree of correspondence is NEQ.")
        assert code in {each for each, _, _ in faults(problem)}


BODIES: list[tuple[bytes, int, str]] = [
        (b"", 400, "malformed-body"),
        (b"{", 400, "malformed-body"),
        (b'{"standard": "a-b", "standard": "c-d"}', 400, "malformed-body"),
        (b'{"standard": {"weight": NaN}}', 400, "malformed-body"),
        (b'{"standard": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "malformed-body"),
        (b"[]", 422, "invalid-request"),
        (b"{}", 422, "invalid-request"),
        (b'{"standard": 3}', 422, "invalid-request"),
        (b'{"standard": "a-b", "more": 1}', 422, "invalid-request"),
        (b'{"standard": "a-b", "on": "2026-02-30"}', 422, "invalid-request"),
        (b'{"standard": "a-b", "on": "20260101"}', 422, "invalid-request"),
        (b'{"standard": "a-b", "classes": {"terrain": 1}}', 422, "invalid-request"),
        (b'{"standard": "a-b", "localizations": ' + json.dumps(["a-b"] * 51).encode() + b"}", 422, "invalid-request"),
        (b'{"standard": {}}', 422, "unknown-document-kind"),
        (json.dumps({"standard": make_fact_sheet(STANDARD)}).encode(), 422, "unknown-document-kind"),
        (b'{"standard": "a-b"}', 404, "standard-not-found"),
        (json.dumps({"standard": STANDARD, "classes": {"terrain": "sea"}, "on": ON}).encode(), 422,
         "standard-rejected"),
        (json.dumps({"standard": STANDARD, "on": ON, "region": "x"}).encode(), 422, "region-reference-rejected"),
    ]  # fmt: skip


def test_what_is_no_question_is_a_problem(somebody: TestClient) -> None:
    for body, status, code in BODIES:
        assert_problem(somebody.post(f"{API}/resolve", content=body, headers=JSON_TYPE), status, code)


def test_only_json_is_read_and_no_parameters(somebody: TestClient) -> None:
    for address in ("/resolve", "/validate"):
        for kind in ("text/plain", "application/xml", "multipart/form-data"):
            answer = somebody.post(f"{API}{address}", content=b"{}", headers={"content-type": kind})
            assert_problem(answer, 415, "unsupported-media-type")
        assert_problem(somebody.post(f"{API}{address}?dry=1", json={}), 422, "unknown-parameter")
        assert_problem(somebody.get(f"{API}{address}"), 422, "invalid-request")


def test_anybody_may_read_and_only_who_is_signed_in_may_check(anybody: TestClient) -> None:
    for address in ("", "/town-order", "/town-order/1.2.0", "/town-order/1.2.0/resolved"):
        got(anybody, address)
    for address, body in (("/resolve", {"standard": "town-order"}), ("/validate", {"documents": ["town-order"]})):
        assert_problem(anybody.post(f"{API}{address}", json=body), 401, "sign-in-needed")


def test_checking_saves_nothing(database: Database, somebody: TestClient) -> None:
    new = make_town_standard(version="3.0.0")
    posted(somebody, "/validate", {"documents": [new]})
    posted(somebody, "/resolve", {"standard": new, "on": ON})

    assert_problem(somebody.get(f"{API}/town-order/3.0.0"), 404, "standard-not-found")


def test_without_divisions_it_is_said_how_to_get_them(database: Database) -> None:
    write(database, lambda session: publish(session, STANDARD, now=NOW))
    response = stranger_of(database).get(f"{API}/town-order/1.2.0/resolved", params={"on": ON, "region": COUNTY})

    assert "`registry regions import`" in assert_problem(response, 404, "no-divisions")["detail"]
    assert given_document(STANDARD)[1] == "town-order@1.2.0"
