"""JSON that parsers read differently, and values of the wrong kind: in a body, in each JSON file, on both faces."""

import json
from typing import Any

import pytest
from api_requests import make_body
from bad_input_list import bodies_of
from builders import make_check, make_criteria, make_criterion, make_report
from faces import Faces, Refusal, files_of

from registry.schema_profile import profile_violations
from registry.validation import fast, judge


def written(value: str, name: str = "value") -> bytes:
    """A body with one cell written as it is given, as JSON text."""
    report = make_report(**{name: "@"})
    return json.dumps(make_body(reports=[report])).replace('"@"', value).encode()


# Each with a body in our columns; what the list itself sends is tried beside it.
MALFORMED = {
    "D13 100,000 arrays": written("[" * 100_000 + "]" * 100_000),
    "D18 duplicate key": written('1, "value": 2'),
    "D19 NaN": written("NaN"),
    "D20 1e400": written("1e400"),
    "D21 5,000 digits": written("1" * 5000),
    "D23 lone surrogate": written('"\\ud800 Audit"', "evaluator_id"),
    "D24 NUL": written('"Acme\\u0000 Audit"', "evaluator_id"),
    "D25 byte order mark": b"\xef\xbb\xbf" + written("1"),
    "D26 not UTF-8": written("@").replace(b"@", b'"\xff"'),
}
SIBLINGS = {
    "duplicate key by an escape": written('1, "\\u0076alue": 2'),
    "-Infinity": written("-Infinity"),
    "-1e999": written("-1e999"),
    "2^53": written("9007199254740992"),
    "2^64": written("18446744073709551616"),
    "surrogates the wrong way round": written('"\\udc00\\ud800"', "site_id"),
    "NUL in a name": written('1, "a\\u0000b": 2'),
    "UTF-16 without a mark": written("1").decode().encode("utf-16-le"),
    "UTF-32": written("1").decode().encode("utf-32"),
    "overlong UTF-8": written("@").replace(b"@", b'"\xc0\xaf"'),
    "surrogate as UTF-8": written("@").replace(b"@", b'"\xed\xa0\x80"'),
    "comment": written("1 /* one */"),
    "single quotes": written("'1'"),
    "trailing comma": written("1,"),
    "leading zero": written("00123"),
    "hexadecimal": written("0x10"),
    "two values": written("1") + b"{}",
    "cut off": written("1")[:-3],
    "raw line end": written('"a\nb"'),
    "nothing": b"",
    "blanks": b" \n ",
}


@pytest.mark.parametrize("name", [*MALFORMED, *SIBLINGS])
def test_a_text_that_parsers_read_differently_is_refused_everywhere(faces: Faces, name: str) -> None:
    texts = [(MALFORMED | SIBLINGS)[name], *(bodies_of(name[:3]) if name in MALFORMED else [])]
    for text in texts:
        assert faces.send_json(text).json()["code"] == "malformed-body"
        refusal, said = faces.refuse(files_of() | {"criteria": ("criteria.json", text)})

        assert refusal.errors or "criteria.json" in refusal.text
        assert "criteria.json" in said
    assert faces.send_files(files_of() | {"reports": ("reports.json", texts[0])}).status_code == 422


@pytest.mark.parametrize("text", [*MALFORMED.values(), *SIBLINGS.values()], ids=[*MALFORMED, *SIBLINGS])
def test_so_is_a_column_mapping(faces: Faces, text: bytes) -> None:
    (faces.folder / "columns.json").write_bytes(text)

    code, _, said = faces.compare_files(files_of(), "--columns", faces.folder / "columns.json")

    assert code == 1
    assert "columns.json" in said


def test_the_key_of_a_duplicate_and_the_place_of_a_number_are_named(faces: Faces) -> None:
    duplicate = faces.send_json(bodies_of("D18")[0])
    number = faces.send_json(MALFORMED["D19 NaN"])

    assert "duplicate key 'status'" in duplicate.json()["errors"][0]["message"].lower()
    assert [each["pointer"] for each in number.json()["errors"]] == ["/reports/0/value"]


def refused_cell(faces: Faces, scale: str, name: str, value: Any) -> Refusal:
    """A cell of a report that both faces refuse; where a CSV file cannot say it, only the API."""
    report, check = make_report(value="4"), make_check(value="4")
    if scale == "boolean":
        report, check = make_report(), make_check()
    criterion = make_criterion(scale=scale)
    body = make_body(reports=[report | {name: value}], spot_checks=[check], criteria=make_criteria(criterion))
    answer = faces.send_json(body)
    assert answer.status_code == 422, answer.text
    if isinstance(value, str):
        refusal, said = faces.refuse(files_of([report | {name: value}], [check], criterion))
        assert refusal.places() == {(2, name)}
        assert f"reports.csv, row 2, column {name}" in said
    return Refusal(answer.status_code, answer.text, tuple(answer.json()["errors"]))


CELLS: dict[str, tuple[str, str, Any]] = {
    "D27 false for a number": ("ratio", "value", False),
    "D27 true for a count": ("count", "value", True),
    "D28 a line end inside": ("ratio", "value", "4\n5"),
    "D28 a line end in a day": ("ratio", "observed_on", "2024-03\n-01"),
    "D29 Arabic digits": ("ratio", "value", "\u0664"),
    "D29 Arabic digits in a day": ("ratio", "observed_on", "\u0662\u0660\u0662\u0664-03-01"),
    "D53 inf": ("ratio", "value", "inf"),
    "D53 nan": ("ratio", "value", "nan"),
    "D53 1e400": ("ratio", "value", "1e400"),
    "D63 zero width space": ("boolean", "evaluator_id", "Acme\u200b Audit"),
    "D63 override": ("boolean", "evaluator_id", "Acme \u202etiduA"),
    "D63 isolate": ("boolean", "evaluator_id", "Acme\u2066Audit"),
    "full-width digits": ("ratio", "value", "\uff14"),
    "Chinese number": ("ratio", "value", "四"),
    "underscore": ("ratio", "value", "1_0"),
    "decimal comma": ("ratio", "value", "1,5"),
    "infinity sign": ("ratio", "value", "∞"),
    "400 digits": ("ratio", "value", "9" * 400),
    "no-break space": ("boolean", "site_id", "Acme\u00a0Audit"),
    "byte order mark inside": ("boolean", "report_id", "A\ufeffcme"),
    "soft hyphen": ("boolean", "criterion_id", "c\u00ad1"),
    "tag character": ("boolean", "evaluator_id", "Acme\U000e0041"),
    "Hangul filler": ("boolean", "evaluator_id", "Acme\u3164"),
    "half-width filler": ("boolean", "evaluator_id", "Acme\uffa0"),
    "blank of Braille": ("boolean", "evaluator_id", "Acme\u2800Audit"),
    "variation selector": ("boolean", "evaluator_id", "大\ufe00山"),
    "ideographic variation": ("boolean", "evaluator_id", "葛\U000e0100城"),
    "grapheme joiner": ("boolean", "evaluator_id", "Ac\u034fme"),
    "escape sequence": ("boolean", "evaluator_id", "Acme\x1b[31m"),
    "private use": ("boolean", "evaluator_id", "Acme\ue000"),
    "replacement character": ("boolean", "site_id", "\ufffd\ufffd"),
}


@pytest.mark.parametrize(("scale", "name", "value"), CELLS.values(), ids=CELLS)
def test_a_cell_that_no_rule_reads_is_named_by_row_and_column(faces: Faces, scale: str, name: str, value: Any) -> None:
    refusal = refused_cell(faces, scale, name, value)

    assert refusal.places() == {(2, name)}
    if name.endswith("_id") and "\ufffd" not in value:
        hidden = next(each for each in value if not each.isprintable() or f"U+{ord(each):04X}" in refusal.text)
        assert f"U+{ord(hidden):04X}" in refusal.errors[0]["message"]


@pytest.mark.parametrize("value", [{"k": "x" * 1_000_000}, ["x" * 1_000_000], "x" * 1_000_000], ids=type)
@pytest.mark.parametrize("name", ["value", "site_id", "observed_on", "a member of ours"])
def test_d30_a_megabyte_is_answered_in_few_words(faces: Faces, name: str, value: Any) -> None:
    body = make_body(reports=[make_report(**{name: value})])

    answer = faces.send_json(body)

    assert answer.status_code in ({201, 422} if name == "a member of ours" else {422})


NUMBERS: dict[str, Any] = {"false": False, "true": True, "a text": "4", "a fraction": 4.5, "null in a list": [None]}


@pytest.mark.parametrize("value", NUMBERS.values(), ids=NUMBERS)
def test_d27_where_a_number_stands_nothing_is_made_into_one(faces: Faces, value: Any) -> None:
    option = faces.send_json(make_body(options={"lag_days": value}))
    criterion = make_criterion(lag_days=value)
    refusal, said = faces.refuse(files_of([make_report()], [make_check()], criterion))

    assert option.status_code == 422
    assert {each["pointer"].split("/")[2] for each in option.json()["errors"]} == {"lag_days"}
    assert refusal.pointers() == {"/criteria/0/lag_days"}
    assert "/criteria/0/lag_days" in said


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \n ", "\u2028"])
def test_d28_what_stands_around_a_cell_is_not_kept(faces: Faces, end: str) -> None:
    report = make_report(site_id=f"123456{end}", observed_on=f"2024-03-01{end}", value=f"true{end}")

    answer = faces.send_json(make_body(reports=[report], spot_checks=[make_check(site_id="123456")]))

    if answer.status_code == 201:
        pairs = json.loads(faces.read(answer)["pairs"])["pairs"]
        kept = [(each["site_id"], each["report_observed_on"], each["report_value"]) for each in pairs]
        assert kept == [("123456", "2024-03-01", "true")]
    else:
        assert answer.json()["errors"][0]["row"] == 2


PATTERNS = {
    "D28 line end": ("^[0-9]{6}$", "123456\n"),
    "D29 other digits": ("^[0-9]{6}$", "\u0661\u0662\u0663\u0664\u0665\u0666"),
    "full-width digits": ("^[0-9]{6}$", "\uff11\uff12\uff13\uff14\uff15\uff16"),
    "line end before": ("^[0-9]{6}$", "\n123456"),
    "two lines": ("^[0-9]{6}$", "123456\n123456"),
}


@pytest.mark.parametrize(("pattern", "value"), PATTERNS.values(), ids=PATTERNS)
def test_patterns_are_whole_and_their_digits_ten(pattern: str, value: str) -> None:
    schema = {"type": "string", "pattern": pattern, "maxLength": 20}

    for found in (judge(schema, value), fast(schema).violations(value)):
        assert [each.pointer for each in found] == [""]


def test_d29_a_class_that_engines_read_differently_is_refused() -> None:
    for pattern in (r"^\d{6}$", r"^\w{6}$", r"^\s{6}$"):
        found = profile_violations({"type": "string", "pattern": pattern, "maxLength": 20})

        assert [each.pointer for each in found] == ["/pattern"]


STATES: dict[str, Any] = {
    "D32 status": {"status": "qualified"}, "D32 vetted_by": {"vetted_by": "x"}, "D32 roles": {"roles": ["approver"]},
    "id": {"id": "00000000-0000-0000-0000-000000000000"}, "recorded_at": {"recorded_at": "2020-01-01T00:00:00Z"},
    "code_sha256": {"code_sha256": "0" * 64}, "result": {"result": {}}, "links": {"links": {}}, "__proto__": {
        "__proto__": {}}, "scores": {"evaluators": [{"evaluator_id": "E1", "grade": "A"}]},
}  # fmt: skip


@pytest.mark.parametrize("members", STATES.values(), ids=STATES)
def test_nobody_grants_himself_what_the_registry_says(faces: Faces, members: dict[str, Any]) -> None:
    (name,) = members
    for body in (make_body(**members), make_body(options=members)):
        answer = faces.send_json(body)

        assert answer.status_code == 422
        assert any(each["pointer"].endswith(f"/{name}") for each in answer.json()["errors"])
    assert faces.send_files(files_of(), **members).status_code == 422


def test_a_value_of_no_type_is_named_once_where_it_stands(faces: Faces) -> None:
    answer = faces.send_json(make_body(reports=[make_report(value={"k": 1}), make_report(value=[]), 5]))

    assert [each["pointer"] for each in answer.json()["errors"]] == [
        "/reports/0/value", "/reports/1/value", "/reports/2",
    ]  # fmt: skip


SHOWN = {"title": "a\x1b[31mb", "name": "x\u202ey", "name_en": "a\u200bb", "name_zh": "村\u3164", "notes": "a\x9b31m"}


@pytest.mark.parametrize("name", SHOWN)
def test_d63_what_tables_show_holds_nothing_hidden(faces: Faces, name: str) -> None:
    text = SHOWN[name]
    criterion = make_criterion(**({name: text} if name.startswith("name") else {}))
    document = make_criteria(criterion) | ({"title": {"title": text}, "notes": {"notes": [text]}}.get(name, {}))
    pointer = {"title": "/title", "notes": "/notes/0"}.get(name, f"/criteria/0/{name}")

    refusal, said = faces.refuse(files_of() | {"criteria": ("criteria.json", json.dumps(document).encode())})

    assert refusal.pointers() == {pointer}
    assert "U+" in refusal.errors[0]["message"]
    assert pointer in said
