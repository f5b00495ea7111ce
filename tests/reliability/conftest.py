"""Fixtures that several test modules of the slice share."""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry.cli import main


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    out: bytes
    err: str


@pytest.fixture
def run_registry(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Run]:
    """Runs the command line through the same main() as the installed `registry`, in this process."""

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["registry", *map(str, arguments)])
        capfdbinary.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        sys.stdout.flush()
        found = capfdbinary.readouterr()
        return Run(code, found.out, found.err.decode())

    return run


@dataclass(frozen=True)
class Inputs:
    """The three files of a comparison, and their rows, which a test may change and write again."""

    folder: Path
    reports: list[dict[str, Any]]
    spot_checks: list[dict[str, Any]]
    criteria: dict[str, Any]

    def write(self, encoding: str = "utf-8") -> "Inputs":
        for name, rows in (("reports", self.reports), ("spot_checks", self.spot_checks)):
            heading = list(dict.fromkeys(key for row in rows for key in row))
            with (self.folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
                writer = csv.DictWriter(file, heading, restval="")
                writer.writeheader()
                writer.writerows(rows)
        (self.folder / "criteria.json").write_text(json.dumps(self.criteria, ensure_ascii=False), encoding="utf-8")
        return self

    def options(self, **changes: object) -> list[object]:
        """The options that name the files; None leaves one out."""
        options: dict[str, object] = {
            "reports": self.folder / "reports.csv", "spot_checks": self.folder / "spot_checks.csv",
            "criteria": self.folder / "criteria.json",
        }  # fmt: skip
        given = {name: value for name, value in (options | changes).items() if value is not None}
        return [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", value)]


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """Six visits of two evaluators, two findings each, with Chinese names; written."""
    reports, spot_checks = [], []
    for visit in range(6):
        for criterion, value in (("c1", "是"), ("02", "7.5")):
            same = {"site_id": f"0{visit:03d}", "criterion_id": criterion}
            reports.append({"report_id": f"r{visit}", "evaluator_id": f"机构{visit % 2}", **same, "value": value,
                            "observed_on": "2024-03-01"})  # fmt: skip
            spot_checks.append({"spot_check_id": f"k{visit}", "checker_id": "甲", **same,
                                "value": value if visit else "", "observed_on": "2024-03-11"})  # fmt: skip
    criteria = {"criteria": [{"id": "c1", "scale": "boolean"}, {"id": "02", "scale": "ratio"}]}
    return Inputs(tmp_path, reports, spot_checks, criteria).write()
