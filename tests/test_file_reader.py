"""The one door for users' files: whatever a file does to a reader, this process goes on and says what became of it."""

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xls_files import OldSheet, old_workbook
from xlsx_files import GOOD_ROW, HEADING, bloated_workbook, plain_workbook, raw_workbook, text_cell, texts_part

from registry.errors import Unavailable, Unreadable
from registry.file_formats import FileFormat, shown_name
from registry.file_limits import OWN_FILE, UPLOAD
from registry.file_reader import read_file
from registry.reader_client import MOST_CHILDREN, READERS, ReaderClient, ReaderDied
from registry.reader_server import limit_this_process

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")

WORKBOOK = plain_workbook(("S", [["code", "value"], ["x", 1]]))
OLD_WORKBOOK = old_workbook(OldSheet(cells={(0, 0): "code", (0, 1): "value", (1, 0): "x", (1, 1): 1.0}))
CSV = b"code,value\nx,1\n"
OLD_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Takes a second to read.
LONG_CSV = b"code,value\n" + b"".join(b"x%d,%d\n" % (i, -i) for i in range(600_000))
SHORTER_CSV = b"".join(LONG_CSV.splitlines(keepends=True)[:100_001])


def parquet(columns):
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


PARQUET = parquet({"code": ["x"], "value": [1]})


def refused(content, name="x.csv", **options):
    with pytest.raises(Unreadable) as caught:
        read_file(content, name=name, **options)
    return caught.value


def code_of(content, name, **options):
    (violation,) = refused(content, name, **options).violations
    return violation.code


def outcome(content, name):
    try:
        table = read_file(content, name=name)
    except Unreadable as error:
        return "refused" if error.detail else "refused without a word"
    return "read" if table.heading and len(table) + len(table.bad_records) else "read without a row"


def is_serving():
    """Whether the next file is read."""
    return read_file(CSV, name="x.csv").record(0) == ["x", "1"]


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
    ("content", "name", "form"),
    [
        (CSV, "x.csv", FileFormat.CSV),
        (CSV, "X.TXT", FileFormat.CSV),
        (CSV, "x", FileFormat.CSV),
        (WORKBOOK, "x.xlsx", FileFormat.XLSX),
        (WORKBOOK, "x", FileFormat.XLSX),
        (OLD_WORKBOOK, "x.xls", FileFormat.XLS),
        (PARQUET, "x.parquet", FileFormat.PARQUET),
        (PARQUET, "x.pq", FileFormat.PARQUET),
    ],
)
def test_each_format_gives_the_same_table(content, name, form):
    table = read_file(content, name=name)

    assert (table.heading, table.file_heading, list(table.rows)) == (("code", "value"), ("code", "value"), [2])
    assert (table.record(0), table.format, table.name) == (["x", "1"], form, name)
    assert len(table.sha256) == 64


def test_a_file_is_read_from_its_path(tmp_path):
    (tmp_path / "x.csv").write_bytes(CSV)

    assert read_file(tmp_path / "x.csv", name="x.csv") == read_file(CSV, name="x.csv")
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "none.csv", name="none.csv")


def test_what_is_wrong_with_rows_comes_back_with_its_place():
    rows = HEADING + f'<row r="2">{text_cell("A2", "x")}<c r="B2"><f>1+1</f><v>2</v></c></row>'

    (found,) = read_file(raw_workbook(rows), name="x.xlsx").bad_record_violations()
    (ragged,) = read_file(b"code,value\nx\n", name="x.csv").bad_record_violations()

    assert found.where() == "x.xlsx, sheet S, row 2, column value"
    assert (ragged.code, ragged.where()) == ("ragged-row", "x.csv, row 2")


def test_the_encoding_of_a_csv_file_is_named_and_never_guessed():
    content = "code,town\n1,丽水\n".encode("gb18030")

    assert read_file(content, name="x.csv", encoding="gb18030").record(0) == ["1", "丽水"]
    assert "--encoding gb18030" in refused(content).detail
    assert "not UTF-8" in refused("code,town\n1,København\n".encode("latin-1")).detail


@pytest.mark.parametrize(
    ("content", "name", "code", "said"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "report.xlsx", "not-a-table", "web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "report.xls", "not-a-table", "web page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "x.xls",
         "not-a-table", "XML Spreadsheet 2003"),
        (CSV, "x.xlsx", "not-what-its-suffix-says", "text, as a CSV file is"),
        (CSV, "x.parquet", "not-what-its-suffix-says", "text"),
        (WORKBOOK, "x.csv", "not-what-its-suffix-says", ".xlsx"),
        (WORKBOOK, "x.xls", "not-what-its-suffix-says", "present format"),
        (OLD_WORKBOOK, "x.xlsx", "not-what-its-suffix-says", "old format"),
        (PARQUET, "x.csv", "not-what-its-suffix-says", "Parquet"),
        (pickle.dumps({"score": 1}), "x.xlsx", "not-a-table", "pickle"),
        (pickle.dumps({"score": 1}), "x.csv", "not-a-table", "pickle"),
        (b"%PDF-1.7", "x.csv", "not-a-table", "PDF"),
        (b"\x1f\x8b\x08", "x.csv", "not-a-table", "gzip"),
        (b"PK\x05\x06" + b"\0" * 18, "x.xlsx", "not-a-table", "empty zip"),
        (b"", "x.csv", "empty-file", "empty"),
        (b" \r\n", "x.xlsx", "empty-file", "empty"),
        (CSV, "x.ods", "unknown-suffix", ".ods"),
        (WORKBOOK, "x.xlsm", "unknown-suffix", ".xlsm"),
        (CSV, "report.csv\0.xlsx", "not-what-its-suffix-says", ".xlsx"),
        (OLD_START + "EncryptedPackage".encode("utf-16-le"), "x.xlsx", "protected-file", "password"),
        (b"PARE" + b"\0" * 20 + b"PARE", "x.parquet", "protected-file", "encrypted"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused(content, name, code, said):
    (found,) = refused(content, name).violations

    assert (found.code, said in found.message, bool(found.fix)) == (code, True, True)
    assert found.file.isprintable()


def test_a_zip_without_a_workbook_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "x")

    assert code_of(content.getvalue(), "x.xlsx") == "not-what-its-suffix-says"


@pytest.mark.parametrize("heading", ["PARENT,value", "PAR1,value", "BZhejiang,value", "Rar!,value", "<code>,value"])
def test_a_heading_is_not_taken_for_the_mark_of_a_format(heading):
    assert ",".join(read_file(f"{heading}\nx,1\n".encode(), name="x.csv").heading) == heading


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a.csv", "a.csv"),
        ("a\r\nSet-Cookie: x=1.csv", "a??Set-Cookie: x=1.csv"),
        ("丽水.csv", "丽水.csv"),
        ("\udcff.csv", "?.csv"),
        ("", "file"),
        ("x" * 500 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_names_are_shown_on_one_line_and_without_folders(name, shown):
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"item,score\n", "no rows"),
        (b"item,score,score\n1,2,5\n", "doubled heading"),
        (b'item,score,comment\n1,3,"x\n2,4,y\n', "double quotes"),
        (b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n" + b"1," * 999_999 + b"1\n", "1000000 columns"),
        (b"a,b\n1," + b"x" * 20_000_000 + b"\n", "row 2"),
    ],
)
def test_what_the_reader_of_csv_refuses_comes_back_in_its_words(content, said):
    assert said in refused(content).detail


def test_files_over_the_limit_are_not_even_sent(tmp_path):
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(2**33)
    limits = replace(UPLOAD, file_bytes=1000)

    assert code_of(tmp_path / "x.csv", "x.csv", limits=limits) == "too-large"
    assert code_of(b"x" * 1001, "x.csv", limits=limits) == "too-large"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b"code\n" + b"x\n" * 11),
        ("x.xlsx", plain_workbook(("S", [["code"], *[["x"]] * 11]))),
        ("x.parquet", parquet({"code": ["x"] * 11})),
    ],
)
def test_rows_and_cells_over_the_limits_are_refused_in_each_format(name, content):
    assert len(read_file(content, name=name, limits=replace(UPLOAD, rows=11, cells=11))) == 11
    assert code_of(content, name, limits=replace(UPLOAD, rows=10)) == "too-large"
    assert code_of(content, name, limits=replace(UPLOAD, cells=10)) == "too-large"


ENTITIES = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(6))
SHARED = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
BOMBS = {
    "external entity": (raw_workbook(SHARED, texts=texts_part(
        "<si><t>[&x;]</t></si>", '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>')), "x.xlsx"),
    "entity expansion": (raw_workbook(SHARED, texts=texts_part(
        "<si><t>&g;</t></si>", f'<!DOCTYPE sst [<!ENTITY a "{"x" * 100}">{ENTITIES}]>')), "x.xlsx"),
    "400 MB of spaces": (bloated_workbook(400), "x.xlsx"),
    "one cell of 200 MB": (raw_workbook(HEADING + f'<row r="2">{text_cell("A2", "x" * 200_000_000)}</row>'), "x.xlsx"),
    "two far cells": (raw_workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "x.xlsx"),
    # Each of the cells becomes a text of its own, 4.6 GiB in all: the reader cannot have them and aborts.
    "one text in 150,000 cells": (raw_workbook(
        HEADING + "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(2, 99_000)),
        texts=texts_part(f"<si><t>{'x' * 32_000}</t></si>")), "x.xlsx"),
    "far cells of an old workbook": (
        old_workbook(*[OldSheet(f"S{i}", {(0, 0): "a", (65535, 255): "x"}) for i in range(9)]), "x.xls"),
    "truncated parquet": (parquet({"score": [1, 2, 3]})[:-10], "x.parquet"),
    "bare magic": (b"PAR1" + b"\0" * 20 + b"PAR1", "x.parquet"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_the_next_file_read(name):
    content, file = BOMBS[name]

    found = refused(content, file).violations

    assert found
    assert all(each.file == file and each.message and each.fix for each in found)
    assert is_serving()


def test_a_reader_that_aborts_is_survived():
    content, name = BOMBS["one text in 150,000 cells"]

    assert code_of(content, name) == "reader-gave-up"
    assert is_serving()


def test_two_hundred_million_rows_in_a_small_file_are_refused():
    content = io.BytesIO()
    table = pa.table({"score": pa.array(np.zeros(2_000_000, dtype="int64"))})
    with pq.ParquetWriter(content, table.schema, compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(table, row_group_size=2_000_000)

    (found,) = refused(content.getvalue(), "x.parquet").violations

    assert (found.code, "200,000,000 rows" in found.message) == ("too-large", True)


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


STARTS = [b"PK\x03\x04", OLD_START, b"PAR1\0", b"", WORKBOOK[:200], OLD_WORKBOOK[:600], PARQUET[:40]]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(STARTS), st.binary(max_size=600), st.sampled_from(["x", "x.csv", "x.xlsx", "x.xls", "x.parquet"])
)
def test_any_bytes_are_read_or_refused(start, rest, name):
    assert outcome(start + rest, name) in {"read", "refused"}


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([(WORKBOOK, "x.xlsx"), (OLD_WORKBOOK, "x.xls"), (PARQUET, "x.parquet")]), st.data())
def test_a_file_with_changed_bytes_is_read_or_refused(file, data):
    content, name = bytearray(file[0]), file[1]
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))

    assert outcome(bytes(content), name) in {"read", "refused"}


def test_a_good_row_follows_a_bad_file():
    refused(*BOMBS["two far cells"])

    assert read_file(raw_workbook(HEADING + GOOD_ROW), name="x.xlsx").record(0) == ["x", "1"]
