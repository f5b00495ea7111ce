"""How long it takes to read and to resolve a standard of 200 criteria and 50 parameters. See benchmarks/README.md."""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from registry.canonical import canonical_json
from registry.regions.reference import MCA
from registry.standards import load_localization, load_standard, resolve
from registry.standards.geography import Division

ON = date(2026, 6, 1)
LEVELS = ["national", "province", "prefecture", "county", "township"]


def standard(criteria: int, parameters: int) -> dict[str, Any]:
    """Made up: every criterion compares a finding with a parameter, every tenth parameter differs by terrain."""
    terrains = ["mountain", "hill", "plain"]
    return {
        "$schema": "urn:evaluator-registry:schema:standard:v1",
        "id": "made-up",
        "version": "1.0.0",
        "title": {"en": "Made up for a measurement", "zh": "测量用"},
        "field": "measurement",
        "subject": {"kind": "village"},
        "valid_from": "2026-01-01",
        "levels": LEVELS,
        "fact_definitions": [{"id": "terrain", "type": "text", "choices": terrains}],
        "parameters": [
            {
                "id": f"p{n}",
                "name": {"en": f"parameter {n}", "zh": f"参数{n}"},
                "type": "decimal",
                "unit": "%",
                **(
                    {"classified_by": "terrain", "default_by_class": {"mountain": "20", "hill": "30", "plain": "40"}}
                    if n % 10 == 0
                    else {"default": "30"}
                ),
                "domain": {"minimum": "0", "maximum": "100"},
                "settable_by": ["province", "prefecture", "county"],
                "narrowable_by": ["province", "prefecture"],
                "stricter_when": "higher",
                "max_tightening": "20",
                "max_relaxation": "20",
            }
            for n in range(parameters)
        ],
        "criteria": [
            {
                "id": f"c{n}",
                "statement": {"en": f"The rate {n} is high enough, the other not negative.", "zh": f"比率{n}达标。"},
                "obligation": "scored",
                "result_level": "outcome",
                "weight": "0.5",
                "finding": {"type": "decimal", "unit": "%", "minimum": "0", "maximum": "100"},
                "measure": {
                    "kind": "condition",
                    "rule": f"findings.c{n} >= params.p{n % parameters} && findings.c{(n + 1) % criteria} >= 0",
                },
                "evidence": [{"basis": "on_site"}],
            }
            for n in range(criteria)
        ],
        "decision": {"kind": "points", "total": str(criteria // 2)},
    }


def localization(level: str, jurisdiction: str, imports: list[dict[str, str]], parameters: int) -> dict[str, Any]:
    """Sets every third parameter."""
    return {
        "$schema": "urn:evaluator-registry:schema:localization:v1",
        "id": f"made-up.{jurisdiction.replace(':', '-')}",
        "version": "1.0.0",
        "standard": {"id": "made-up", "version": "1.0.0"},
        "imports": imports,
        "level": level,
        "jurisdiction": jurisdiction,
        "valid_from": "2026-01-01",
        "set": [
            {"parameter": f"p{n}", "value": str(25 + n % 10), "rationale": {"en": "Made up."}}
            for n in range(LEVELS.index(level) % 3, parameters, 3)
        ],
    }


def median_ms(work: Callable[[], object], times: int) -> tuple[float, float]:
    """The median and the slowest, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), max(taken)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--criteria", type=int, default=200)
    options.add_argument("--parameters", type=int, default=50)
    options.add_argument("--counties", type=int, default=2845)
    options.add_argument("--times", type=int, default=50)
    asked = options.parse_args()
    document = standard(asked.criteria, asked.parameters)
    province = localization("province", f"{MCA}:530000", [], asked.parameters)
    county = localization("county", f"{MCA}:530303", [{"id": province["id"], "version": "1.0.0"}], asked.parameters)
    path = (Division("mca:530000", "province"), Division("mca:530300", "prefecture"), Division("mca:530303", "county"))
    paths = {each.reference: path[: place + 1] for place, each in enumerate(path)}
    read = load_standard(document)
    layers = [load_localization(each, read) for each in (province, county)]

    def resolved() -> bytes:
        return resolve(read, layers, on=ON, paths=paths).canonical

    rows = [
        ("JSON of the standard, canonical (for scale)", lambda: canonical_json(document)),
        ("standard read from its document, all rules", lambda: load_standard(document)),
        ("two localizations read", lambda: [load_localization(each, read) for each in (province, county)]),
        ("resolved to bytes, standard read before", resolved),
        ("all of it from documents", lambda: resolve(document, [province, county], on=ON, paths=paths).canonical),
    ]
    print(
        f"{asked.criteria} criteria, {asked.parameters} parameters, 2 localizations; median, slowest of {asked.times}"
    )
    for name, work in rows:
        middle, slowest = median_ms(work, asked.times)
        print(f"  {name:46} {middle:8.2f} ms {slowest:8.2f} ms")
    start = time.perf_counter()
    digests = set()
    for place in range(asked.counties):
        own = f"own:made-up:{place}"
        where = {**paths, own: (*path[:2], Division(own, "county"))}
        last = localization("county", own, [{"id": province["id"], "version": "1.0.0"}], asked.parameters)
        last["id"] = f"made-up.county-{place}"
        last["set"][0]["value"] = str(20 + place % 20)
        digests.add(resolve(read, [layers[0], load_localization(last, read)], on=ON, paths=where).sha256)
    took = time.perf_counter() - start
    print(f"  {len(digests)} different counties, each with a localization of its own: {took:.1f} s")


if __name__ == "__main__":
    main()
