"""The reading processes: limited, counted, ended; whatever a file does to one, this process goes on."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from file_samples import BOMBS, CSV, LONG_CSV, SHORTER_CSV, code_of, is_serving, refused

from registry.errors import Unavailable
from registry.file_limits import OWN_FILE, UPLOAD
from registry.file_reader import read_file
from registry.reader_client import MOST_CHILDREN, READERS, ReaderClient, ReaderDied
from registry.reader_server import limit_this_process

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")


def children(of):
    """Process number and state of every child."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = each.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == of:
            found.append((int(each.parent.name), state))
    return found


def server():
    assert is_serving()
    return READERS.server_process()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"wall_seconds": 0.1}, "too-slow-to-read"),
        ({"cpu_seconds": 1}, "too-slow-to-read"),
        ({"memory_bytes": 340 * 2**20}, "too-large-to-read"),
        ({"answer_bytes": 2**20}, "too-large"),
    ],
)
def test_each_limit_of_the_reading_process_holds(changes, code):
    content = LONG_CSV if "cpu_seconds" not in changes else LONG_CSV * 2

    assert code_of(content, "x.csv", limits=replace(OWN_FILE, **changes)) == code
    assert is_serving()


@ON_LINUX
def test_nothing_is_left_of_the_children():
    number = server()
    for content, name in BOMBS.values():
        refused(content, name, limits=UPLOAD)

    deadline = time.monotonic() + 5
    while children(number) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert children(number) == []
    assert [each for each in children(os.getpid()) if each[1] == "Z"] == []


@ON_LINUX
def test_a_child_that_takes_too_long_is_ended_at_once():
    number = server()
    # It would go on for seconds.
    code = code_of(LONG_CSV * 4, "x.csv", limits=replace(OWN_FILE, wall_seconds=0.5))

    deadline = time.monotonic() + 0.5
    while children(number) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert (code, children(number)) == ("too-slow-to-read", [])


@ON_LINUX
def test_no_descriptor_is_left_open():
    number = server()

    def count():
        return [len(list(Path(f"/proc/{each}/fd").iterdir())) for each in (number, os.getpid())]

    before = count()
    for _ in range(5):
        is_serving()
        refused(*BOMBS["bare magic"])
        code_of(LONG_CSV, "x.csv", limits=replace(OWN_FILE, wall_seconds=0.05))
    time.sleep(0.3)

    # The server may just have been seeing a child of an earlier test out.
    assert [now <= then for now, then in zip(count(), before, strict=True)] == [True, True]


@ON_LINUX
def test_no_more_children_than_allowed_read_at_once():
    number, most, done = server(), 0, []
    threads = [
        threading.Thread(target=lambda: done.append(len(read_file(SHORTER_CSV, name="x.csv", limits=OWN_FILE))))
        for _ in range(5)
    ]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        most = max(most, len(children(number)))
        time.sleep(0.01)

    assert (len(done), set(done), most) == (5, {100_000}, MOST_CHILDREN)


def test_who_waits_too_long_is_told_to_come_again():
    client = ReaderClient()
    held = [client.take_place(1) for _ in range(MOST_CHILDREN)]

    with pytest.raises(Unavailable, match="Too many files"):
        client.take_place(0.01)

    assert held == [None, None]
    client.close()


def test_a_server_that_was_killed_is_started_again():
    os.kill(server(), signal.SIGKILL)
    time.sleep(0.2)

    assert is_serving()


def test_a_server_that_cannot_start_is_said(monkeypatch):
    client = ReaderClient()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(Unavailable, match="could not be started"):
        client.ask(b"{}", b"", lambda receive: receive(), UPLOAD)


def test_an_answer_that_is_none_is_an_error_of_the_reader():
    def fail(receive):
        receive()
        raise ValueError("not an answer")

    request = {"format": "csv", "name": "x", "encoding": None, "sheet": None}
    told = json.dumps(request | {"limits": {name: getattr(UPLOAD, name) for name in UPLOAD.__slots__}}).encode()
    with pytest.raises(ReaderDied):
        READERS.ask(told, CSV, fail, UPLOAD)


@ON_LINUX
def test_the_readers_do_not_get_the_environment(monkeypatch):
    monkeypatch.setenv("REGISTRY_SECRET", "very-secret-text")
    client = ReaderClient()
    client.start()
    found = Path(f"/proc/{client.server_process()}/environ").read_bytes()
    client.close()

    assert b"very-secret" not in found
    assert b"OMP_NUM_THREADS" in found


def run(program, *arguments, folder=None):
    done = subprocess.run(
        [sys.executable, "-W", "error", *([] if folder else ["-c"]), program, *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_program_without_a_guard_is_not_run_again(tmp_path):
    (tmp_path / "program.py").write_text(
        "print('started', flush=True)\nfrom registry.file_reader import read_file\n"
        f"print(read_file({CSV!r}, name='x.csv').record(0))\n"
    )

    assert run("program.py", folder=tmp_path) == ["started", "['x', '1']"]


def test_this_process_loads_no_reader_and_grows_by_no_more_than_the_file(tmp_path):
    files = dict(BOMBS) | {"heading": (b",".join([b"c"] * 1_000_000), "x.csv"), "long": (LONG_CSV, "x.csv")}
    for place, (content, name) in enumerate(files.values()):
        (tmp_path / f"{place}-{name}").write_bytes(content)

    *_, loaded, grown = run(
        "import resource, sys; from pathlib import Path\n"
        "from registry.errors import Unreadable\nfrom registry.file_reader import read_file\n"
        f"read_file({CSV!r}, name='x.csv')\nmost = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = most()\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try:\n        read_file(path, name=path.name)\n"
        "    except Unreadable as error:\n        print(error)\n"
        "names = {'python_calamine', 'pyarrow', 'numpy', 'multiprocessing', 'openpyxl', 'xml.parsers.expat'}\n"
        "print(sorted(names & set(sys.modules)))\nprint((most() - before) // 1024)",
        str(tmp_path),
    )

    assert loaded == "[]"
    assert int(grown) < 128


def test_a_process_that_was_forked_reads_through_a_server_of_its_own():
    program = (
        "import os\nfrom registry.file_reader import read_file\nfrom registry.reader_client import READERS\n"
        f"read = lambda: read_file({CSV!r}, name='x.csv').record(0)\n"
        "read()\nfirst = READERS.server_process()\nnumber = os.fork()\n"
        "if number == 0:\n"
        "    assert read() == ['x', '1']\n    assert READERS.server_process() != first\n    READERS.close()\n"
        "    os._exit(0)\n"
        "print(os.waitpid(number, 0)[1], read())"
    )

    assert run(program) == ["0 ['x', '1']"]


@ON_LINUX
def test_limits_are_set_before_a_file_is_looked_at():
    program = (
        "import resource\nfrom registry.file_limits import UPLOAD\n"
        "from registry.reader_server import limit_this_process\nlimit_this_process(UPLOAD)\n"
        "print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + each))[0] for each in"
        " ('AS', 'CPU', 'FSIZE', 'CORE', 'NOFILE')))"
    )

    assert run(program) == [f"{2**30} 20 0 0 64"]


def test_limits_that_a_platform_lacks_are_passed_over(monkeypatch):
    asked = []

    def refuse(kind, most):
        asked.append(kind)
        raise ValueError

    monkeypatch.setattr("resource.setrlimit", refuse)
    limit_this_process(UPLOAD)

    assert len(asked) == 5
