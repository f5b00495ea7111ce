"""Reports a second that each validator judges, all errors listed, side by side in one run (goal G4).

python benchmarks/validation.py [rounds]

A report has 50 findings and about 5.6 KB; its schema has $ref, if and then, enum, pattern, minimum and maximum. Each
round times every validator once, one after the other; the figures are medians of the rounds in processor time.
"""

import copy
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import jsonschema
import jsonschema_rs

from registry.schema_profile import check_profile
from registry.validation import fast, judge

SCALES = {"pass_fail": ["pass", "fail", "not_assessed"], "grade": ["good", "fair", "poor"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["report_id", "evaluator_id", "site_id", "findings"],
    "additionalProperties": False,
    "properties": {
        "report_id": {"type": "string", "pattern": "^R-[0-9]{4}-[0-9]{6}$"},
        "evaluator_id": {"type": "string", "minLength": 1, "maxLength": 40},
        "site_id": {"type": "string", "pattern": "^[0-9]{12}$"},
        "findings": {"type": "array", "minItems": 1, "maxItems": 500, "items": {"$ref": "#/$defs/finding"}},
    },
    "$defs": {
        "finding": {
            "type": "object",
            "required": ["criterion_id", "kind", "value", "unit"],
            "additionalProperties": False,
            "properties": {
                "criterion_id": {"type": "string", "pattern": "^c[0-9]{3}$"},
                "kind": {"enum": ["pass_fail", "grade", "measure", "count"]},
                "value": {"type": ["string", "number"], "maxLength": 40},
                "unit": {"enum": ["none", "m", "m2", "kg", "households"]},
                "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                "note": {"type": "string", "maxLength": 500},
            },
            "allOf": [
                *(
                    {
                        "if": {"properties": {"kind": {"const": kind}}},
                        "then": {"properties": {"value": {"enum": values}}},
                    }
                    for kind, values in SCALES.items()
                ),
                {
                    "if": {"properties": {"kind": {"const": "measure"}}},
                    "then": {"properties": {"value": {"type": "number", "minimum": 0, "maximum": 100000}}},
                },
                {
                    "if": {"properties": {"kind": {"const": "count"}}},
                    "then": {"properties": {"value": {"type": "integer", "minimum": 0}}, "required": ["note"]},
                },
            ],
        }
    },
}
FAULTS: list[tuple[int, str, Any]] = [
    (3, "criterion_id", "c12"),
    (11, "unit", "miles"),
    (22, "value", -4),
    (36, "confidence", 1.5),
    (49, "value", "excellent"),
]


def report() -> dict[str, Any]:
    values: dict[str, Any] = {"pass_fail": "pass", "grade": "fair", "measure": 12.5, "count": 7}
    units = {"pass_fail": "none", "grade": "none", "measure": "m2", "count": "households"}
    findings = []
    for place in range(50):
        kind = list(values)[place % 4]
        finding = {"criterion_id": f"c{place:03d}", "kind": kind, "value": values[kind], "unit": units[kind]}
        findings.append(
            {
                **finding,
                "confidence": 0.75,
                **({"note": "counted on site, with the village committee"} if kind == "count" else {}),
            }
        )
    return {"report_id": "R-2026-000123", "evaluator_id": "E-0042", "site_id": "330123456789", "findings": findings}


def with_faults(good: dict[str, Any]) -> dict[str, Any]:
    bad = copy.deepcopy(good)
    for place, member, value in FAULTS:
        bad["findings"][place][member] = value
    return bad


def rate(judged: Callable[[Any], Any], document: dict[str, Any], seconds: float) -> float:
    """Reports a second of processor time."""
    start = time.process_time()
    done = 0
    while (spent := time.process_time() - start) < seconds or not done:
        judged(document)
        done += 1
    return done / spent


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    check_profile(SCHEMA)
    plain = jsonschema.Draft202012Validator(SCHEMA)
    rust = jsonschema_rs.Draft202012Validator(SCHEMA, pattern_options=jsonschema_rs.RegexOptions(), offline=True)
    ours = fast(SCHEMA)
    validators: dict[str, Callable[[Any], list[Any]]] = {
        "jsonschema iter_errors": lambda document: list(plain.iter_errors(document)),
        "judge (jsonschema, our violations)": lambda document: judge(SCHEMA, document),
        "jsonschema-rs iter_errors": lambda document: list(rust.iter_errors(document)),
        "fast (jsonschema-rs, our violations)": ours.violations,
    }
    good = report()
    bad = with_faults(good)
    paths = sorted(f"/{'/'.join(map(str, error.absolute_path))}" for error in plain.iter_errors(bad))
    assert len(paths) == len(FAULTS)
    assert paths == sorted(str(each.pointer) for each in ours.violations(bad))
    assert judge(SCHEMA, bad) == ours.violations(bad)
    assert ours.violations(good) == []
    print(f"a report: {len(good['findings'])} findings, {len(json.dumps(good)):,} bytes; {rounds} rounds")
    for title, document in {"valid": good, f"{len(FAULTS)} faults, all listed": bad}.items():
        rates: dict[str, list[float]] = {name: [] for name in validators}
        for _ in range(rounds):
            for name, judged in validators.items():
                rates[name].append(rate(judged, document, 0.5))
        least = statistics.median(rates["jsonschema iter_errors"])
        for name, found in rates.items():
            middle = statistics.median(found)
            print(f"{title:<22} {name:<38}{middle:10,.0f} reports/s  {middle / least:6.1f} x")


if __name__ == "__main__":
    main()
