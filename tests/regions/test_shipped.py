"""The divisions that come with the program: file, hash, counts and what is said of them agree."""

import csv
import hashlib
import importlib.util
import io
import tarfile
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from registry import documents
from registry.regions.inputs import shipped_divisions
from registry.regions.reference import LEVELS

FOLDER = Path(__file__).parent.parent.parent / "divisions"
FILE = "mca-2025-12-31.csv"
# As the package's metadata give them.
COUNTS = {"province": 33, "prefecture": 333, "county": 2_845, "township": 38_723}
SOURCE_SHA256 = "a0fb57c80b602be05c3182958609ca9f10c5d66c5ec647e48bb317eb8f2338bc"


def test_the_file_is_the_one_whose_hash_is_written_down() -> None:
    digest, name = (FOLDER / "SHA256SUMS").read_text(encoding="ascii").split()

    assert name == FILE
    assert hashlib.sha256((FOLDER / FILE).read_bytes()).hexdigest() == digest
    assert documents.divisions_path(FILE) == FOLDER / FILE


def test_the_counts_are_those_of_the_source_and_of_the_readme() -> None:
    with (FOLDER / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert Counter(row["level"] for row in rows) == COUNTS
    assert all(f"| {level} | {number:,} |" in readme for level, number in COUNTS.items())
    assert all(word in readme for word in (SOURCE_SHA256, "MIT License", "Hong Kong", "Taiwan", "2025-12-31"))


def test_no_region_is_an_orphan_and_each_lies_in_one_of_a_higher_level() -> None:
    with (FOLDER / FILE).open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}

    for row in rows.values():
        depth = LEVELS.index(row["level"])
        assert (row["parent_code"] == "") == (depth == 0)
        assert depth == 0 or LEVELS.index(rows[row["parent_code"]]["level"]) < depth


@pytest.mark.slow
def test_the_file_keeps_the_rules_of_an_import() -> None:
    given = shipped_divisions()

    assert len(given.edition.codes) == sum(COUNTS.values()) == 41_934


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    found = importlib.util.spec_from_file_location("divisions", FOLDER.parent / "tools" / "divisions.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_tool_writes_villages_with_codes_as_the_ministry_writes_them(tool: ModuleType, tmp_path: Path) -> None:
    parts = {
        "provinces": "code,name\n44,广东省\n",
        "cities": "code,name,provinceCode\n4419,东莞市,44\n4401,广州市,44\n",
        "areas": "code,name,cityCode\n441900,东莞市,4419\n440103,荔湾区,4401\n",
        "streets": "code,name,areaCode\n441900003,东城街道,441900\n",
        "villages": "code,name,streetCode\n441900003001,\ue170村委会,441900003\n",
    }
    with tarfile.open(tmp_path / "package.tgz", "w:gz") as archive:
        for name, text in parts.items():
            member = tarfile.TarInfo(f"package/dist/{name}.csv")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    rows = list(tool.without_private_characters(tool.village_rows(tmp_path / "package.tgz")))

    assert rows == [
        ("440000", "广东省", "province", ""),
        ("441900", "东莞市", "prefecture", "440000"),
        ("440100", "广州市", "prefecture", "440000"),
        ("440103", "荔湾区", "county", "440100"),
        ("441900003", "东城街道", "township", "441900"),
        ("441900003001", "〓村委会", "village", "441900003"),
    ]


def test_the_tool_refuses_another_archive(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Nothing was written"):
        tool.archive(["touch", "package.tgz"], tmp_path, "0" * 64)
