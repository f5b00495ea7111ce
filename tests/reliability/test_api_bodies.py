"""Bodies that the API refuses: every refusal is a short problem that names the fault, and records nothing."""

import json
from typing import Any

import pytest
from api_requests import (
    COMPARISONS,
    JSON_TYPE,
    assert_problem,
    client_of,
    counts,
    in_pieces,
    make_body,
    make_files,
)
from starlette.testclient import TestClient

from registry.db import Database, open_database


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


def body_with(name: str, value: Any) -> bytes:
    """The body with one value of the first report written as it is given, as JSON text."""
    body = make_body()
    body["reports"][0][name] = "@@"
    return json.dumps(body).replace('"@@"', value).encode()


MALFORMED = {
    "nothing": b"",
    "broken": b'{"reports": [',
    "no object": b"[]x",
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(make_body()).encode(),
    "utf-16": json.dumps(make_body()).encode("utf-16"),
    "not utf-8": b'{"a": "\xff"}',
    "duplicate key": b'{"reports": [], "reports": []}',
    "duplicate key inside": body_with("site_id", '"s", "value": "x"'),
    "deep arrays": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 400 + b"1" + b"}" * 400,
    "NaN": body_with("value", "NaN"),
    "infinity": body_with("value", "-Infinity"),
    "1e400": body_with("value", "1e400"),
    "2^53": body_with("value", "9007199254740993"),
    "5,000 digits": body_with("value", "1" * 5000),
    "NUL": body_with("site_id", '"a\\u0000"'),
    "lone surrogate": body_with("site_id", '"\\ud800 x"'),
    "lone surrogate in a key": b'{"\\ud800": 1}',
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_parsers_read_differently_is_malformed(
    client: TestClient, database: Database, content: bytes
) -> None:
    assert_problem(client.post(COMPARISONS, content=content, headers=JSON_TYPE), 400, "malformed-body")
    assert set(counts(database).values()) == {0}


def test_a_malformed_part_is_named_by_its_pointer(client: TestClient) -> None:
    response = client.post(COMPARISONS, content=body_with("value", "NaN"), headers=JSON_TYPE)

    assert [each["pointer"] for each in response.json()["errors"]] == ["/reports/0/value"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown member": ({"approved": True}, "/approved"),
    "unknown option": ({"options": {"lag": 4}}, "/options/lag"),
    "text for a number": ({"options": {"lag_days": "4"}}, "/options/lag_days"),
    "true for a number": ({"options": {"lag_days": True}}, "/options/lag_days"),
    "negative": ({"options": {"lag_days": -1}}, "/options/lag_days"),
    "a huge lag": ({"options": {"lag_days": 2**53 - 1}}, "/options/lag_days"),
    "hidden character": ({"options": {"zone": "Asia/\u200bShanghai"}}, "/options/zone"),
    "no rows": ({"reports": []}, "/reports"),
    "rows that are none": ({"reports": {"a": 1}}, "/reports"),
    "no array": ({"reports": 5}, "/reports"),
    "null": ({"criteria": None}, "/criteria"),
    "unknown choice": ({"options": {"on_error": "ignore"}}, "/options/on_error"),
}


@pytest.mark.parametrize(("changes", "pointer"), WRONG.values(), ids=WRONG)
def test_what_is_not_of_the_declared_form_is_named(client: TestClient, changes: dict[str, Any], pointer: str) -> None:
    problem = assert_problem(client.post(COMPARISONS, json=make_body(**changes)), 422, "invalid-request")

    assert pointer in [each["pointer"] for each in problem["errors"]]


@pytest.mark.parametrize("options", [{"zone": "../../etc/passwd"}, {"zone": "Nowhere/Town"}, {"zone": ""}])
def test_an_unknown_zone_is_refused(client: TestClient, options: dict[str, Any]) -> None:
    assert_problem(client.post(COMPARISONS, json=make_body(options=options)), 422, "unknown-zone")


VALUES = {
    "a number for a boolean": 7,
    "a text": "perhaps",
    "a formula": "=1+1",
    "a table": {"a": 1},
    "a list": [1],
    "null": None,
    "a megabyte": "x" * 1_000_000,
    "other digits": "\u0661",
    "line end": "true\n ",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_wrong_value_is_refused_or_kept_but_never_a_fault(client: TestClient, value: Any) -> None:
    body = make_body()
    body["reports"][0]["value"] = value

    response = client.post(COMPARISONS, json=body)

    assert response.status_code in {201, 422}
    assert len(response.content) <= 16 * 1024
    assert "Traceback" not in response.text


def test_many_faults_make_no_long_answer(client: TestClient) -> None:
    rows = [{f"列{n}" * 60: ["x"], "value": {"k": "值" * 400}} for n in range(3000)]
    wrong_form = assert_problem(client.post(COMPARISONS, json=make_body(reports=rows)), 422, "invalid-request")
    body = make_body({"甲": [(0, 3)] * 100})
    for row in body["reports"]:
        row["value"] = "坏" * 300
    wrong_rows = assert_problem(client.post(COMPARISONS, json=body), 422, "findings-rejected")

    assert wrong_form["error_count"] >= 3000
    assert wrong_rows["error_count"] >= 300
    assert len(wrong_rows["errors"]) < 300


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "text/csv", "", "application/jsonx"]
)
def test_another_media_type_is_refused(client: TestClient, media_type: str) -> None:
    response = client.post(COMPARISONS, content=json.dumps(make_body()), headers={"content-type": media_type})

    assert_problem(response, 415, "unsupported-media-type")


# Forms.


FORMS: dict[str, tuple[dict[str, str], bytes]] = {
    "no boundary": ({"content-type": "multipart/form-data"}, b"x"),
    "no form": ({"content-type": "multipart/form-data; boundary=a"}, b"x"),
    "cut off": ({"content-type": "multipart/form-data; boundary=a"}, b"--a\r\nContent-Disposition: form-data; name="),
    "boundary of one megabyte": ({"content-type": "multipart/form-data; boundary=" + "a" * 1000}, b"--a"),
}


@pytest.mark.parametrize(("headers", "content"), FORMS.values(), ids=FORMS)
def test_a_broken_form_is_a_problem(client: TestClient, headers: dict[str, str], content: bytes) -> None:
    response = client.post(COMPARISONS, content=content, headers=headers)

    assert response.status_code in {400, 422}
    assert_problem(response, response.status_code, response.json()["code"])


def test_missing_and_unknown_parts_are_named(client: TestClient) -> None:
    files = make_files()
    unknown = {"reports": files["reports"], "criteria": files["criteria"], "extra": ("x", b"x")}

    problem = assert_problem(client.post(COMPARISONS, files=unknown), 422, "invalid-request")

    assert {each["column"] for each in problem["errors"]} == {"spot_checks", "extra"}
    assert_problem(client.post(COMPARISONS, files={f"f{n}": ("x", b"x") for n in range(20)}), 400, "bad-request")
    assert_problem(client.post(COMPARISONS, files=files, data={"options": "x" * 100_000}), 400, "bad-request")
    assert_problem(client.post(COMPARISONS, files=files, data={"options": "{"}), 400, "malformed-body")
    assert_problem(client.post(COMPARISONS, files=files, data={"options": '{"x": 1}'}), 422, "invalid-request")


HEADING = "report_id,evaluator_id,site_id,criterion_id,value,observed_on"
FILES = {
    "empty": b"",
    "heading only": f"{HEADING}\n".encode(),
    "an extra field": f"{HEADING}\nr1,E1,甲-0,c1,true,2024-03-01,x\n".encode(),
    "latin-1": f"{HEADING}\nr1,København,甲-0,c1,true,2024-03-01\n".encode("latin-1", "replace"),
    "open quote": f'{HEADING}\nr1,E1,"甲-0,c1,true,2024-03-01\n'.encode(),
    "duplicate heading": f"{HEADING},value\nr1,E1,甲-0,c1,true,2024-03-01,true\n".encode(),
    "not finite": f"{HEADING}\nr1,E1,甲-0,c1,inf,2024-03-01\n".encode(),
    "web page": b"<html><table><tr><td>1</td></tr></table></html>",
    "archive": b"PK\x03\x04" + b"\0" * 60,
    "parquet": b"PAR1" + b"\0" * 20 + b"PAR1",
    "NUL": f"{HEADING}\nr1,E1,甲\0-0,c1,true,2024-03-01\n".encode(),
}


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "xls", "json"])
@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_that_is_none_is_refused(client_of_sqlite: TestClient, content: bytes, suffix: str) -> None:
    response = client_of_sqlite.post(COMPARISONS, files=make_files() | {"reports": (f"reports.{suffix}", content)})

    assert response.status_code in {400, 422}, response.text
    assert_problem(response, response.status_code, response.json()["code"])


@pytest.fixture(scope="module")
def client_of_sqlite(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    database = open_database(databases.migrated("sqlite", tmp_path_factory.mktemp("files")))
    yield client_of(database)
    assert counts(database)["comparisons"] == 0
    database.close()


# Size.


@pytest.mark.parametrize("kind", ["declared", "in pieces", "form"])
def test_a_body_beyond_the_limit_is_refused_by_counted_bytes(database: Database, kind: str) -> None:
    client = client_of(database, max_body_bytes=100_000)
    content = json.dumps(make_body()).encode() + b" " * 100_000
    files = make_files()

    if kind == "form":
        response = client.post(COMPARISONS, files=files | {"reports": ("r.csv", b"x" * 100_001)})
    else:
        response = client.post(
            COMPARISONS, content=content if kind == "declared" else in_pieces(content), headers=JSON_TYPE
        )

    assert_problem(response, 413, "body-too-large")
    assert set(counts(database).values()) == {0}


def test_a_body_within_the_limit_is_read_without_a_declared_length(database: Database) -> None:
    content = json.dumps(make_body()).encode()
    client = client_of(database, max_body_bytes=len(content))

    assert client.post(COMPARISONS, content=in_pieces(content), headers=JSON_TYPE).status_code == 201


def test_a_part_that_is_given_twice_is_refused(client: TestClient, database: Database) -> None:
    files = [*make_files().items(), ("reports", make_files()["reports"])]
    before = counts(database)

    problem = assert_problem(client.post(COMPARISONS, files=files), 422, "invalid-request")

    assert [(each["code"], each["column"]) for each in problem["errors"]] == [("bad-part", "reports")]
    assert counts(database) == before
