"""Documents of the list that hold schemas, handed in as criteria, which are the only documents taken here.

As they are they are no criteria; inside a criterion each member is named; beside the criteria they describe the
document and nothing follows their references. The profile, by which standards will be judged, refuses them too.
"""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from api_requests import make_body
from bad_input_list import bodies_of
from builders import make_criteria, make_criterion
from faces import REPORTS, SPOT_CHECKS, Faces, files_of

from registry.json_text import parse_json
from registry.schema_profile import profile_violations
from registry.validation import fast, judge

# The rule of the profile that refuses each, and where.
REFUSED = {
    "D01 remote reference": [("reference", "/properties/a/$ref")],
    "D02 file reference": [("reference", "/properties/a/$ref")],
    "D03 remote dialect": [("dialect", "/$schema")],
    "D04 remote base": [("id", "/$id"), ("reference", "/$ref")],
    "D05 remote dynamic reference": [("keyword", "/$dynamicRef")],
    "D08 lookahead and backreference": [("pattern", "/properties/x/pattern"), ("pattern", "/properties/y/pattern")],
    "D09 counted repetition": [("pattern", "/pattern")],
    "D10 doubling": [("expansion", "/$defs/d10")],
    "D11 loops": [("loop", "")],
    "D15 array without limit": [("unbounded-array", "/properties/rows")],
    "D16 branches": [("branches", "/items/oneOf")],
    "D17 misspelt keyword": [("unknown-keyword", "/requird")],
}
LINEAR = {"D06 nested quantifier": "code", "D07 registration number": "reg"}
SIBLINGS: dict[str, Any] = {
    "reference to a share": {"$ref": "\\\\{canary}\\share\\x.json"},
    "reference without a scheme": {"$ref": "//{canary}/x.json"},
    "reference by name": {"$ref": "urn:evaluator-registry:schema:report:v9"},
    "older dynamic reference": {"$recursiveRef": "http://{canary}/x.json"},
    "dialect with a fragment": {"$schema": "http://{canary}/meta#"},
    "vocabulary": {"$vocabulary": {"http://{canary}/v": True}},
    "content schema": {"contentMediaType": "application/json", "contentSchema": {"$ref": "http://{canary}/x"}},
    "look-behind": {"pattern": "(?<=a)b", "maxLength": 9},
    "overlapping branches": {"pattern": "^(a|aa)+$", "maxLength": 99},
    "nested with not": json.loads('{"not":' * 40 + "true" + "}" * 40),
    "misspelt in a criterion": {"tolerence": {"absolute": 1}},
}


def schemas_of(name: str, canary: str) -> list[Any]:
    """The schemas of a case of the list, or of a sibling."""
    bodies = [json.dumps(SIBLINGS[name]).encode()] if name in SIBLINGS else bodies_of(name[:3])
    values = [parse_json(each.replace(b"{canary}", canary.encode())) for each in bodies]
    documents = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [each.get("standard", each) for each in documents]


@pytest.fixture
def canary() -> Iterator[str]:
    """An address of this machine that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield "{}:{}".format(*listener.getsockname())
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("name", [*REFUSED, *LINEAR, *SIBLINGS])
def test_a_schema_is_no_criteria_document(faces: Faces, canary: str, name: str) -> None:
    for schema in schemas_of(name, canary):
        by_json = faces.send_json(make_body(criteria=schema))
        refusal, said = faces.refuse(files_of() | {"criteria": ("criteria.json", json.dumps(schema).encode())})

        assert by_json.status_code == 422
        assert "criteria" in by_json.json()["errors"][0]["message"]
        assert "criteria" in refusal.errors[0]["message"]
        assert "criteria.json" in said


@pytest.mark.parametrize("name", [*REFUSED, *LINEAR, *SIBLINGS])
def test_in_a_criterion_no_member_of_a_schema_goes_unseen(faces: Faces, canary: str, name: str) -> None:
    for schema in schemas_of(name, canary):
        criteria = make_criteria(make_criterion(**schema))
        by_json = faces.send_json(make_body(criteria=criteria))
        refusal, said = faces.refuse(files_of(REPORTS, SPOT_CHECKS, *criteria["criteria"]))
        text = json.dumps(refusal.errors)

        assert by_json.status_code == 422
        for member in schema:
            assert member in text
            assert member in said
        assert all(each.get("pointer", "").startswith("/criteria/0") for each in refusal.errors)


def test_beside_the_criteria_nothing_of_a_schema_is_followed(faces: Faces, canary: str) -> None:
    schemas = [each for name in (*REFUSED, *LINEAR, *SIBLINGS) for each in schemas_of(name, canary)]
    members = {name: value for each in schemas for name, value in each.items()}
    document = {**make_criteria(), **members, "schemas": schemas}

    read = faces.accept(files_of() | {"criteria": ("criteria.json", json.dumps(document).encode())})

    plain = faces.accept(files_of())
    assert json.loads(read["result"])["evaluators"] == json.loads(plain["result"])["evaluators"]
    assert {"$ref", "$schema", "$id", "$dynamicRef", "$vocabulary"} <= set(document)


@pytest.mark.parametrize("name", REFUSED)
def test_the_profile_refuses_it_by_its_own_rule(name: str) -> None:
    found = {
        (each.code.removeprefix("profile-"), each.pointer)
        for schema in schemas_of(name, "127.0.0.1:9")
        for each in profile_violations(schema)
    }

    assert set(REFUSED[name]) <= found


@pytest.mark.parametrize("name", LINEAR)
def test_a_pattern_that_backtracks_elsewhere_judges_at_once(name: str) -> None:
    (schema,) = schemas_of(name, "")
    member = LINEAR[name]

    for value in ("A" * 199, "a" * 199 + "!"):
        for found in (judge(schema, {member: value}), fast(schema).violations({member: value})):
            assert [each.pointer for each in found] == [f"/{member}"]


DEEP = {
    "D12 a schema of 900 levels": bodies_of("D12")[0],
    "D13 100,000 arrays": bodies_of("D13")[0],
    "D14 a document of 400 levels": b'{"a":' * 400 + b"1" + b"}" * 400,
    "65 levels": b"[" * 65 + b"]" * 65,
    "deep objects without an end": b'{"a":' * 100_000,
    "deep arrays without an end": b"[" * 1_000_000,
}


@pytest.mark.parametrize("document", DEEP.values(), ids=DEEP)
def test_deep_documents_are_refused_wherever_they_come(faces: Faces, document: bytes) -> None:
    body = json.dumps(make_body(criteria="@")).encode().replace(b'"@"', document)

    assert faces.send_json(document).json()["code"] == "malformed-body"
    assert faces.send_json(body).json()["code"] == "malformed-body"
    for role in ("criteria", "reports"):
        faces.refuse(files_of() | {role: (f"{role}.json", document)})


LARGE = {
    "D15 5,001 criteria": make_criteria(*[make_criterion(f"c{i}") for i in range(5001)]),
    "D16 2,000 categories": make_criteria(make_criterion(scale="nominal", categories=[f"k{i}" for i in range(2000)])),
    "2,000 favourable ones": make_criteria(make_criterion(favourable=[{"const": i} for i in range(2000)])),
    "10,000 notes": {**make_criteria(), "notes": ["n"] * 10_000},
    "1,000 doubled ones": make_criteria(*[make_criterion() for _ in range(1000)]),
    "a name of a megabyte": make_criteria(make_criterion(name="x" * 1_000_000)),
}


@pytest.mark.parametrize("document", LARGE.values(), ids=LARGE)
def test_large_documents_are_refused_in_few_words(faces: Faces, document: Any) -> None:
    assert faces.send_json(make_body(criteria=document)).status_code == 422
    refusal, _ = faces.refuse(files_of() | {"criteria": ("c.json", json.dumps(document).encode())})

    assert refusal.errors
