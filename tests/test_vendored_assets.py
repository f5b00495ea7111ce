"""The web assets of other projects: unchanged since they were fetched, complete, and in step with the renderer."""

import hashlib
import re
from pathlib import Path

import vl_convert

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "registry" / "static" / "vendor"
OWN = {"CHECKSUMS", "NOTICE"}


def recorded() -> dict[str, list[str]]:
    """File -> [sha256, file, package, version, licence]."""
    lines = (FOLDER / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {row[1]: row for row in rows}


def test_every_file_is_as_it_was_fetched() -> None:
    seen = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in recorded()}

    assert seen == {name: row[0] for name, row in recorded().items()}


def test_no_file_stands_there_unrecorded() -> None:
    present = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}

    assert present == set(recorded()) | OWN


def test_every_package_brings_its_licence() -> None:
    packages = {row[2] for row in recorded().values()}

    assert {f"licences/{package}.txt" for package in packages} <= set(recorded())


def test_the_page_and_the_exported_chart_speak_the_same_vega_lite() -> None:
    version = recorded()["vega-lite.min.js"][3]

    assert version.rpartition(".")[0] in vl_convert.get_vegalite_versions()
    assert f'"{version}"' in (FOLDER / "vega-lite.min.js").read_text(encoding="utf-8")


def test_no_file_asks_the_browser_for_another() -> None:
    for name in recorded():
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text, name
        if name.endswith(".css"):
            assert not re.search(r"url\([\"']?(?!data:|[\"'])|@import|image-set\(", text), name


def test_neither_font_nor_crest_of_gov_uk_is_shipped() -> None:
    css = (FOLDER / "govuk-frontend.min.css").read_text(encoding="utf-8")

    assert "GDS Transport" not in css
    assert "@font-face" not in css
    assert "crest" not in css
