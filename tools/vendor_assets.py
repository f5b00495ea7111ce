"""Fetch the web assets that the pages need, so that no page and no demo needs node or a network.

Run it from anywhere: `python tools/vendor_assets.py`. It needs npm, which uses the configuration of the
machine it runs on. Each package is named by version and by the SHA-256 of its archive, so another archive under
the same name is refused. To take a new version: change it in PACKAGES, run, look at the page, commit the result.

The vega-lite release must be one that vl-convert-python renders (the exported and the interactive chart are one
definition); tests/test_vendored_assets.py holds the two together.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "registry" / "static" / "vendor"

# The archive of govuk-frontend names its licence in package.json and in the README but does not hold the text.
GOVUK_LICENCE = """\
The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

NOTICE = """\
The files of this folder come from other projects, under the licences in licences/. CHECKSUMS names the project
and version of each. They are written by tools/vendor_assets.py and never edited by hand.

Changed against the originals:
- *.js, *.css: the sourceMappingURL comment is removed, since the source maps are not shipped.
- govuk-frontend.min.css: the @font-face rules and the font name "GDS Transport" are removed, and the three
  references to the royal crest are replaced by "none". Font and crest may be used on the GOV.UK domain only.
"""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    archive_sha256: str
    members: tuple[str, ...]
    licence: str
    licence_member: str | None


PACKAGES = (
    Package(
        name="vega",
        version="6.4.0",
        archive_sha256="3521fb6ff68a94a40323954f0ba4484ba4014b157bfd37f89a3b063082320c42",
        members=("build/vega.min.js",),
        licence="BSD-3-Clause",
        licence_member="LICENSE",
    ),
    Package(
        name="vega-lite",
        version="6.4.3",
        archive_sha256="24260f85e6f5bfe1069505f7c5c2b9863181ac413ef1030746f0a80c93991ce5",
        members=("build/vega-lite.min.js",),
        licence="BSD-3-Clause",
        licence_member="LICENSE",
    ),
    Package(
        name="vega-embed",
        version="7.3.0",
        archive_sha256="d9a958ced3240f0418df7d5e12e97dba6e63cecda15b8403e47a0db7eb6ea859",
        members=("build/vega-embed.min.js",),
        licence="BSD-3-Clause",
        licence_member="LICENSE",
    ),
    Package(
        name="govuk-frontend",
        version="6.6.0",
        archive_sha256="52c4eb554e54d8a6e4ba801e9da5ec3a5b930fd2f117a39677f0b6296e954751",
        members=("dist/govuk/govuk-frontend.min.css",),
        licence="MIT",
        licence_member=None,
    ),
    Package(
        name="swagger-ui-dist",
        version="5.35.0",
        archive_sha256="1b8e891893404ea4c3558b6a87e2a3e494e7eedba41168c2ece5800a391a6ea6",
        members=("swagger-ui-bundle.js", "swagger-ui.css"),
        licence="Apache-2.0",
        licence_member="LICENSE",
    ),
)

SOURCE_MAP = re.compile(r"\s*(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)\s*\Z")


def without_crown_property(css: str) -> str:
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,", "")
    css = css.replace("url(/assets/images/govuk-crest.svg)", "none")
    if "url(/assets" in css or "GDS Transport" in css:
        raise SystemExit("govuk-frontend refers to an asset that this script does not know; see without_crown_property")
    return css


def fetch(package: Package, folder: Path) -> tarfile.TarFile:
    spec = f"{package.name}@{package.version}"
    packed = subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", spec], cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / packed.stdout.split()[-1]
    seen = hashlib.sha256(archive.read_bytes()).hexdigest()
    if seen != package.archive_sha256:
        raise SystemExit(f"{spec}: the archive's SHA-256 is {seen}, expected {package.archive_sha256}")
    return tarfile.open(archive)


def read(archive: tarfile.TarFile, member: str) -> str:
    stream = archive.extractfile(f"package/{member}")
    if stream is None:
        raise SystemExit(f"{member} is not a file in the archive")
    return stream.read().decode("utf-8")


def vendor(package: Package, scratch: Path) -> list[str]:
    """Write the package's files and licence; return their lines for CHECKSUMS."""
    with fetch(package, scratch) as archive:
        texts = {
            member.rsplit("/", 1)[-1]: SOURCE_MAP.sub("", read(archive, member)) + "\n" for member in package.members
        }
        licence = GOVUK_LICENCE if package.licence_member is None else read(archive, package.licence_member)
    if package.name == "govuk-frontend":
        texts = {name: without_crown_property(text) for name, text in texts.items()}
    lines = []
    for name, content in {**texts, f"licences/{package.name}.txt": licence}.items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())
        digest = hashlib.sha256(content.encode()).hexdigest()
        lines.append(f"{digest}  {name}  {package.name}  {package.version}  {package.licence}\n")
    return lines


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        lines = [line for package in PACKAGES for line in vendor(package, Path(scratch))]
    heading = "# sha256  file  package  version  licence; written by tools/vendor_assets.py\n"
    (FOLDER / "CHECKSUMS").write_text(heading + "".join(lines), encoding="utf-8")
    (FOLDER / "NOTICE").write_text(NOTICE, encoding="utf-8")
    sys.stdout.write(heading + "".join(lines))


if __name__ == "__main__":
    main()
