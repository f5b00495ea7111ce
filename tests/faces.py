"""Bad input through both faces of the product: the API on every engine, and the command line.

`Faces` asserts what holds of any answer: never a fault of ours, short, without anything of the machine in it, the same
bytes on both engines, and nothing recorded unless it was accepted. Tests say the rest.
"""

import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from api_requests import COMPARISONS, JSON_TYPE, client_of, counts, make_body
from builders import make_check, make_criterion, make_report

from registry.cli import main
from registry.db import Database

LONGEST_ANSWER = 16 * 1024
# Of what was sent, an answer quotes no more than this.
LONGEST_QUOTATION = 200
OURS = ("Traceback", 'File "', "site-packages", "sqlalchemy", "psycopg", "INSERT INTO", "SELECT ", "/tmp/", "sqlite:")
_CHANGES_EACH_TIME = (
    re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    re.compile(rb'(?<="recorded_at":")[^"]+'),
)
ROLES = ("reports", "spot_checks", "criteria")
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Refusal:
    """What a face said. status: of HTTP, or the exit code. places: row and column of each error of the API."""

    status: int
    text: str
    errors: tuple[dict[str, Any], ...] = ()

    def places(self) -> set[tuple[int | None, str | None]]:
        return {(each.get("row"), each.get("column")) for each in self.errors}

    def pointers(self) -> set[str | None]:
        return {each.get("pointer") for each in self.errors}


def csv_of(rows: Rows) -> bytes:
    heading = list(dict.fromkeys(name for row in rows for name in row))

    def cell(value: Any) -> str:
        return '"' + str(value).replace('"', '""') + '"'

    return "\n".join(",".join(map(cell, each)) for each in (heading, *([r.get(n, "") for n in heading] for r in rows))
                     ).encode() + b"\n"  # fmt: skip


REPORTS, SPOT_CHECKS = (make_report(),), (make_check(),)


def files_of(
    reports: Rows = REPORTS, spot_checks: Rows = SPOT_CHECKS, *criteria: Mapping[str, Any]
) -> dict[str, tuple[str, bytes]]:
    """The files of a small comparison: one visit, one boolean criterion c1."""
    document = json.dumps({"criteria": list(criteria) or [make_criterion()]}).encode()
    return {
        "reports": ("reports.csv", csv_of(reports)),
        "spot_checks": ("spot_checks.csv", csv_of(spot_checks)),
        "criteria": ("criteria.json", document),
    }


def masked(content: bytes) -> bytes:
    """Without what no two answers share."""
    for pattern in _CHANGES_EACH_TIME:
        content = pattern.sub(b"-", content)
    return content


def run_command(*arguments: object) -> tuple[int, bytes, str]:
    """Exit code and what was printed, through the main() of the installed `registry`, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code: object = 0
    with (
        mock.patch.object(sys, "argv", ["registry", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    printed, said = (each.buffer.getvalue() for each in (out, err))  # type: ignore[attr-defined]
    return (code if isinstance(code, int) else int(code is not None)), printed, said.decode()


class Faces:
    """databases: by engine. folder: of this test's files. The command line records in the first database."""

    def __init__(self, databases: Mapping[str, Database], folder: Path) -> None:
        self.clients = [(client_of(each), each) for each in databases.values()]
        self.folder = folder

    def request(self, method: str, address: str, **request: Any) -> Any:
        """The answer, which is the same from every engine."""
        answers = []
        for client, database in self.clients:
            before = counts(database)
            answer = client.request(method, address, **request)
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert_discreet(answer.text)
            if answer.status_code >= 300 or method == "GET":
                assert counts(database) == before
            answers.append(answer)
        assert len({(each.status_code, masked(each.content)) for each in answers}) == 1
        return answers[0]

    def is_serving(self) -> bool:
        return all(client.get("/healthz").status_code == 200 for client, _ in self.clients)

    def send_json(self, body: Any = None, **request: Any) -> Any:
        """body: a value, or the bytes of the body as they are."""
        content = body if isinstance(body, bytes) else json.dumps(make_body() if body is None else body).encode()
        return self.request("POST", COMPARISONS, content=content, headers=JSON_TYPE | request.pop("headers", {}))

    def send_files(self, files: Mapping[str, tuple[str, bytes]], **options: Any) -> Any:
        data = {"options": json.dumps(options)} if options else {}
        return self.request("POST", COMPARISONS, files=dict(files), data=data)

    def compare_files(self, files: Mapping[str, tuple[str, bytes]], *options: object) -> tuple[int, bytes, str]:
        """`registry compare --record` on the same files."""
        arguments: list[object] = []
        for role, (name, content) in files.items():
            folder = self.folder / role
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
            arguments += [f"--{role.replace('_', '-')}", folder / name]
        before, (_, database) = set(self.folder.rglob("*")), self.clients[0]
        recorded = counts(database)
        code, out, err = run_command("compare", *arguments, *options, "--record")
        if code:
            assert counts(database) == recorded
            assert set(self.folder.rglob("*")) == before
            assert (out, err[:7]) == (b"", "Error: "), err
            assert "Traceback" not in err
        return code, out, err

    def refuse(self, files: Mapping[str, tuple[str, bytes]], status: int = 422, **options: Any) -> tuple[Refusal, str]:
        """Both faces refuse the files. What the API says, and what the command line prints."""
        answer = self.send_files(files, **options)
        assert answer.status_code == status, answer.text
        code, _, err = self.compare_files(files, *command_options(self.folder, options))
        assert code == 1, err
        return Refusal(answer.status_code, answer.text, tuple(answer.json().get("errors", ()))), err

    def accept(self, files: Mapping[str, tuple[str, bytes]], **options: Any) -> dict[str, bytes]:
        """Both faces record the files. What the API gives back: the result, pairs as CSV, pairs as JSON."""
        answer = self.send_files(files, **options)
        assert answer.status_code == 201, answer.text
        code, _, err = self.compare_files(files, *command_options(self.folder, options))
        assert code == 0, err
        return self.read(answer)

    def read(self, answer: Any) -> dict[str, bytes]:
        """The parts of a comparison that was recorded last, from the first engine."""
        client, _ = self.clients[0]
        return {name: client.get(answer.json()["links"][name]).content for name in ("result", "pairs", "pairs_csv")}


def command_options(folder: Path, options: Mapping[str, Any]) -> Iterator[object]:
    for name, value in options.items():
        if name == "columns":
            (folder / "columns.json").write_text(json.dumps(value), encoding="utf-8")
            yield from ("--columns", folder / "columns.json")
        else:
            yield from (f"--{name.replace('_', '-')}", value)


def assert_discreet(text: str) -> None:
    """A short problem that says nothing of the machine and hardly anything of what was sent."""
    assert len(text.encode()) <= LONGEST_ANSWER
    assert not [each for each in OURS if each in text], text
    for error in json.loads(text).get("errors", ()):
        assert len(str(error.get("value", ""))) <= LONGEST_QUOTATION
    assert "x" * (LONGEST_QUOTATION + 1) not in text
