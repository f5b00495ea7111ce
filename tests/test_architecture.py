"""The layout of the house, as CONTRIBUTING.md tells it: which file may do what, and who may import whom.

`violations` reads one module, `misplaced` the list of files. Below them stand planted violations, one per rule and
more where a rule has several doors, so that a checker that sees nothing cannot pass.
"""

import ast
import fnmatch
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent

SLICES = (
    "audit",
    "accounts",
    "regions",
    "standards",
    "evaluators",
    "fieldwork",
    "reliability",
    "eligibility",
    "desks",
)
FACES = {"api", "web", "cli"}
RESERVED = {"models", "service", "queries", "inputs", "wire"} | FACES
PURE_FOUNDATION = {"registry.ids", "registry.validity", "registry.canonical", "registry.errors"}
COMPOSERS = {"registry.app", "registry.cli", "registry.server", "registry.__main__"}
IMPORTS = (ast.Import, ast.ImportFrom)

DATABASE = (
    "sqlalchemy", "sqlite3", "pysqlite3", "psycopg", "registry.db", "registry.db_engines", "registry.db_errors",
    "registry.db_state", "registry.blobs",
)  # fmt: skip
RESENT = ("registry.answered_requests",)
HTTP = (
    "fastapi", "starlette", "registry.deps", "registry.changing_once", "registry.problems", "registry.pages",
)  # fmt: skip
TERMINAL = ("typer", "click", "rich.console.Console", "rich.print", "rich.progress", "rich.live", "rich.prompt", "sys")
FILES = ("pathlib", "os", "shutil", "tempfile", "glob", "open", "io.open")
READS = (".read_text", ".read_bytes", ".iterdir", ".glob", ".rglob", "pandas.read_", "numpy.load", "numpy.genfromtxt")
TEMPLATES = ("jinja2",)
WIRE = ("pydantic",)
DOCUMENTS = ("registry.documents",)
NEVER_IN_A_SLICE = (
    "asyncio", "concurrent", "getpass", "http", "httpx", "httpx2", "multiprocessing", "os.environ",
    "os.getenv", "pydantic_settings", "registry.outbound", "requests", "secrets", "signal", "socket",
    "ssl", "subprocess", "threading", "urllib.request",
)  # fmt: skip
# Ordinary names for things that a reserved file may do and a pure file may not.
OUTSIDE = (
    *DATABASE, *RESENT, *HTTP, *TERMINAL, *FILES, *READS, *TEMPLATES, *WIRE, *DOCUMENTS, ".write_text", ".write_bytes",
    "importlib", "input", "logging", "print", "registry.clock", "registry.config", "registry.entropy", "registry.keys",
    "time", "uuid.uuid1", "uuid.uuid4",
)  # fmt: skip
VALUES = ("pathlib.PurePath", "pathlib.PurePosixPath", "sys.float_info", "sys.maxsize", "sys.version_info")
COMMON = ("logging", "uuid.uuid4")
MAY = {
    # The few names that a slice offers, imported on first use.
    "__init__": ("importlib.import_module",),
    "models": (*DATABASE, *COMMON),
    "service": (*DATABASE, *DOCUMENTS, *COMMON, "registry.entropy"),
    "queries": (*DATABASE, *COMMON),
    "inputs": (*FILES, *READS, *DOCUMENTS, *COMMON),
    "wire": WIRE,
    "api": (*HTTP, *RESENT, *COMMON),
    "web": (*HTTP, *TEMPLATES, *COMMON),
    # A command says what it did and writes what it was asked to; it leaves reading to inputs.py.
    "cli": (
        *TERMINAL, *DOCUMENTS, *COMMON, "pathlib", "os", "tempfile", ".write_text", ".write_bytes", "registry.clock",
        "registry.config", "registry.keys",
    ),
}  # fmt: skip
# Runs alone, on machines that have nothing of ours.
STANDALONE = {"registry.audit.verify_export", "registry.eligibility.verify_attestation"}
CLOCK = (
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "pandas.Timestamp.now", "pandas.Timestamp.today", "time.time", "time.localtime", "time.gmtime", "time.ctime",
)  # fmt: skip
READERS_OF_THE_CLOCK = COMPOSERS | {"registry.clock", "registry.deps"}
SEEDED = {"Random", "default_rng", "SeedSequence", "PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937", "RandomState"}
RANDOM_TYPES = {"Generator", "BitGenerator"}
DATA_FOLDER = re.compile(r"^(\.\.?/)*(schemas|standards)(/|$)")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc", "processor", "data", "info",
         "constants", "exceptions", "dependencies", "repository", "views", "routes"}  # fmt: skip
FOLDERS = {*SLICES, "rules", "migrations"}
ROOT_ENTRIES = {
    "registry", "schemas", "standards", "tests", "pyproject.toml", "README.md", "Makefile", "CONTRIBUTING.md",
    "CHANGELOG.md", "DECISIONS.md", "LICENSE", ".ci", ".gitignore", "docs", "benchmarks", "examples", "tools",
    "requirements.lock", "requirements-dev.lock", "divisions",
}  # fmt: skip


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(
        name == each or name.startswith(f"{each}.") or (each[-1] == "_" and name.startswith(each)) for each in prefixes
    )


def used_names(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every import, call and attribute under its full name: `pd.read_csv` is pandas.read_csv.

    A method of a value whose type is not known here is `.method`, a plain builtin is its own name.
    """
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                known[alias.asname or first] = alias.name if alias.asname else first
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                known[alias.asname or alias.name] = f"{origin}.{alias.name}"
                yield node, f"{origin}.{alias.name}"
    for node in ast.walk(tree):
        target = node.func if isinstance(node, ast.Call) else node
        if isinstance(target, ast.Attribute):
            first, _, rest = ast.unparse(target).partition(".")
            spelled_out = first in known and rest.replace(".", "").isidentifier()
            yield node, f"{known[first]}.{rest}" if spelled_out else f".{target.attr}"
        elif isinstance(node, ast.Call) and isinstance(target, ast.Name):
            yield node, known.get(target.id, target.id)


def opened_data_folders(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts: list[ast.expr] = [node.left, node.right]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("joinpath", "Path", "open", "files")):
            parts = node.args
        else:
            continue
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and DATA_FOLDER.match(part.value):
                yield part


def own_name(module: str) -> str:
    """The file name of a module that stands directly in a slice, else nothing. An `x_service` is a `service`, ..."""
    parts = [*module.split("."), "__init__"]
    name = parts[2] if len(parts) in {3, 4} and parts[1] in SLICES else ""
    last = name.rpartition("_")[2]
    return last if last in RESERVED else name


def is_relative_import(module: str, node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.ImportFrom) and node.level > 0


def is_face_import(module: str, node: ast.AST, name: str) -> bool:
    parts = name.split(".")
    face = name.startswith(("registry.app", "registry.cli")) or (
        len(parts) > 2 and parts[0] == "registry" and parts[1] in SLICES and parts[2] in FACES
    )
    return face and isinstance(node, IMPORTS) and module not in COMPOSERS


def is_import_against_the_order(module: str, node: ast.AST, name: str) -> bool:
    """To the right, from below the slices, or into a file that is the other slice's own."""
    origin = [*module.split("."), ""][1]
    _, target, file = [*name.split("."), "", ""][:3]
    if not (isinstance(node, IMPORTS) and name.startswith("registry.") and target in SLICES) or module in COMPOSERS:
        return False
    if origin not in SLICES:
        allowed = {("registry.deps", "accounts"), ("registry.deps", "audit"), ("registry.changing_once", "accounts")}
        return (module, target) not in allowed
    to_the_right = SLICES.index(target) > SLICES.index(origin)
    return to_the_right or (target != origin and file in RESERVED - {"models", "service"})


def is_clock(module: str, node: ast.AST, name: str) -> bool:
    if within(name, ("registry.clock",)):
        return module not in READERS_OF_THE_CLOCK and own_name(module) != "cli"
    return within(name, CLOCK) and module not in {"registry.clock", *STANDALONE}


def is_end_of_transaction(module: str, node: ast.AST, name: str) -> bool:
    return name.endswith((".commit", ".rollback")) and isinstance(node, ast.Call) and module != "registry.db"


def is_environment(module: str, node: ast.AST, name: str) -> bool:
    return within(name, ("os.environ", "os.getenv")) and module not in {"registry.config", "registry.documents"}


def is_unseeded(module: str, node: ast.AST, name: str) -> bool:
    origin, _, last = name.rpartition(".")
    if origin not in {"random", "numpy.random"} or last in RANDOM_TYPES:
        return False
    return last not in SEEDED or (isinstance(node, ast.Call) and not node.args and not node.keywords)


def is_outside(module: str, node: ast.AST, name: str) -> bool:
    if module in STANDALONE:
        return within(name, ("registry",))
    parts = module.split(".")
    judged = parts[1:2] == ["rules"] or module in PURE_FOUNDATION or (len(parts) > 1 and parts[1] in SLICES)
    if not judged or name in {"pathlib", "sys"} or within(name, VALUES):
        return False
    return within(name, NEVER_IN_A_SLICE) or (within(name, OUTSIDE) and not within(name, MAY.get(own_name(module), ())))


RULES = {
    "relative import": is_relative_import,
    "face": is_face_import,
    "order": is_import_against_the_order,
    "clock": is_clock,
    "transaction": is_end_of_transaction,
    "environment": is_environment,
    "random": is_unseeded,
    "outside": is_outside,
}


def violations(module: str, source: str) -> list[str]:
    """Broken rules of one module, each as `rule: module, line: what`."""
    tree = ast.parse(source)
    found = {
        f"{rule}: {module}, line {getattr(node, 'lineno', 0)}: {name}"
        for node, name in used_names(tree)
        for rule, is_broken in RULES.items()
        if is_broken(module, node, name)
    }
    if module != "registry.documents":
        found |= {f"documents: {module}, line {each.lineno}: {each.value!r}" for each in opened_data_folders(tree)}
    return sorted(found)


def misplaced(paths: list[PurePosixPath]) -> list[str]:
    """Files that stand where the layout has no place for them; paths are relative to the root."""
    found = []
    for path in paths:
        top = path.parts[0]
        if top not in ROOT_ENTRIES:
            found.append(f"root: {path}")
        if top in {"schemas", "standards"} and path.suffix == ".py":
            found.append(f"code among data: {path}")
        if top == "registry" and path.suffix == ".json" and path.parts[1] != "static":
            found.append(f"data among code: {path}")
        if top == "registry" and path.suffix == ".py" and path.stem in VAGUE:
            found.append(f"vague name: {path}")
        if top == "registry" and path.suffix == ".py" and len(path.parts) > 2 and path.parts[1] not in FOLDERS:
            found.append(f"unknown slice: {path}")
        if top == "registry" and len(path.parts) > 3 and path.parts[1] in SLICES and path.stem in RESERVED:
            found.append(f"reserved name below a slice's own folder: {path}")
    return found


def files() -> list[PurePosixPath]:
    """Files under version control; without git, every file that .gitignore does not name."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [PurePosixPath(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]

    def walk(folder: Path) -> Iterator[Path]:
        for entry in folder.iterdir():
            if not any(fnmatch.fnmatch(entry.name, pattern) for pattern in ignored):
                yield from walk(entry) if entry.is_dir() else (entry,)

    return sorted(PurePosixPath(path.relative_to(ROOT).as_posix()) for path in walk(ROOT))


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "registry").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, path.read_text(encoding="utf-8")


def test_every_module_keeps_to_what_its_name_allows() -> None:
    found = [each for module, source in modules() for each in violations(module, source)]

    assert found == []
    assert any(module == "registry.errors" for module, _ in modules())


def test_every_file_has_a_place_in_the_layout() -> None:
    assert misplaced(files()) == []


@pytest.mark.parametrize(
    ("rule", "module", "source"),
    [
        ("outside", "registry.reliability.scoring", "import sqlalchemy"),
        ("outside", "registry.reliability.scoring", "from sqlalchemy.orm import Session"),
        ("outside", "registry.reliability.scoring", "import fastapi"),
        ("outside", "registry.reliability.scoring", "import typer"),
        ("outside", "registry.reliability.scoring", "from rich.console import Console"),
        ("outside", "registry.reliability.scoring", "import os"),
        ("outside", "registry.reliability.scoring", "from pathlib import Path"),
        ("outside", "registry.reliability.scoring", "import pathlib\npathlib.Path('x')"),
        ("outside", "registry.reliability.scoring", "open('x')"),
        ("outside", "registry.reliability.scoring", "def f(path):\n    return path.read_bytes()"),
        ("outside", "registry.reliability.scoring", "import pandas as pd\npd.read_csv('x')"),
        ("outside", "registry.reliability.scoring", "import logging"),
        ("outside", "registry.reliability.scoring", "print(1)"),
        ("outside", "registry.reliability.scoring", "import sys\nsys.stdout.write('x')"),
        ("outside", "registry.reliability.scoring", "def f():\n    import subprocess"),
        ("outside", "registry.reliability.scoring", "import socket"),
        ("outside", "registry.reliability.scoring", "from uuid import uuid4"),
        ("outside", "registry.reliability.scoring", "from registry import documents"),
        ("outside", "registry.reliability.scoring", "from registry.config import Settings"),
        ("outside", "registry.reliability.scoring", "import time"),
        ("outside", "registry.reliability.scoring", "import pydantic"),
        ("outside", "registry.validity", "import os"),
        ("outside", "registry.rules.grammar", "from registry.db import sessions"),
        ("outside", "registry.evaluators.models", "import fastapi"),
        ("outside", "registry.evaluators.service", "open('x')"),
        ("outside", "registry.evaluators.inputs", "import sqlalchemy"),
        ("outside", "registry.evaluators.wire", "import sqlalchemy"),
        ("outside", "registry.evaluators.api", "from sqlalchemy import select"),
        ("outside", "registry.evaluators.web", "import typer"),
        ("outside", "registry.evaluators.cli", "from pathlib import Path\nPath('x').read_text()"),
        ("outside", "registry.evaluators.cli", "from pathlib import Path\nPath.cwd().glob('*')"),
        ("outside", "registry.evaluators.cli", "import os\nos.getenv('HOME')"),
        ("outside", "registry.evaluators.cli", "import socket"),
        ("outside", "registry.evaluators", "from sqlalchemy import select"),
        ("outside", "registry.evaluators.service", "import httpx2"),
        ("outside", "registry.evaluators.service", "from registry.keys import open_keys"),
        ("outside", "registry.evaluators.scoring", "from registry.entropy import random_bytes"),
        ("outside", "registry.audit.verify_export", "from registry.audit import merkle"),
        ("environment", "registry.evaluators.cli", "import os\nos.environ['HOME']"),
        ("environment", "registry.pages", "from os import environ"),
        ("clock", "registry.evaluators.service", "from registry.clock import utc_now"),
        ("clock", "registry.pages", "import datetime as dt\ndt.datetime.now(dt.UTC)"),
        ("clock", "registry.evaluators.cli", "from datetime import date\ndate.today()"),
        ("clock", "registry.parsing", "import time\ntime.time()"),
        ("random", "registry.reliability.scoring", "import random\nrandom.random()"),
        ("random", "registry.reliability.scoring", "from random import shuffle"),
        ("random", "registry.reliability.scoring", "import numpy as np\nnp.random.default_rng()"),
        ("random", "registry.reliability.scoring", "import numpy as np\nnp.random.normal()"),
        ("transaction", "registry.evaluators.service", "def save(session):\n    session.commit()"),
        ("transaction", "registry.deps", "def undo(session):\n    session.rollback()"),
        ("documents", "registry.config", "from pathlib import Path\nPath('.') / 'schemas' / 'x.json'"),
        ("documents", "registry.parsing", "open('standards/x/1/standard.json')"),
        ("order", "registry.audit.service", "from registry.evaluators import service"),
        ("order", "registry.evaluators.service", "from registry.regions.queries import rows"),
        ("face", "registry.eligibility.service", "from registry.reliability.cli import compare"),
        ("face", "registry.eligibility.web", "import registry.eligibility.api"),
        ("face", "registry.evaluators.service", "from registry.cli import main"),
        ("order", "registry.rules.grammar", "from registry.standards.parameters import Parameter"),
        ("order", "registry.parsing", "import registry.fieldwork.service"),
        ("order", "registry.deps", "from registry.evaluators import service"),
        ("order", "registry.deps", "from registry.regions import service"),
        ("relative import", "registry.evaluators.service", "from . import models"),
    ],
)
def test_a_planted_violation_is_found(rule: str, module: str, source: str) -> None:
    assert any(each.startswith(f"{rule}:") for each in violations(module, source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("registry.reliability.scoring", "import numpy as np\nnp.random.default_rng(7).normal()"),
        ("registry.reliability.scoring", "import numpy as np\ndef f(rng: np.random.Generator): ..."),
        ("registry.reliability.scoring", "import io, pandas as pd, scipy.stats\npd.DataFrame().to_csv(io.BytesIO())"),
        ("registry.reliability.scoring", "from rich.table import Table\nfrom datetime import date\ndate(2026, 1, 1)"),
        ("registry.reliability.scoring", "from registry.standards.marking import mark\nimport registry.rules.tree"),
        ("registry.reliability", "from importlib import import_module"),
        ("registry.reliability.inputs", "from pathlib import Path\nimport registry.parsing\nPath('x').read_bytes()"),
        ("registry.reliability.cli", "from pathlib import Path\nimport typer\nPath('x').write_bytes(b'')"),
        ("registry.eligibility.service", "from sqlalchemy import select\nfrom registry.evaluators import models"),
        ("registry.deps", "from registry.accounts import service\nfrom registry.clock import utc_now"),
        ("registry.deps", "from registry.audit.service import take_turn"),
        ("registry.cli", "import registry.reliability.cli\nimport registry.app"),
        ("registry.clock", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        ("registry.standards.api", "from fastapi import APIRouter\nAPIRouter(prefix='/standards')"),
    ],
)
def test_what_the_rules_allow_is_not_a_violation(module: str, source: str) -> None:
    assert violations(module, source) == []


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("root", "notes.md"),
        ("root", "scripts/run.sh"),
        ("code among data", "schemas/build.py"),
        ("code among data", "standards/clean-toilets/1.0.0/make.py"),
        ("data among code", "registry/standards/example.json"),
        ("vague name", "registry/reliability/utils.py"),
        ("unknown slice", "registry/billing/service.py"),
        ("reserved name below a slice's own folder", "registry/reliability/scores/service.py"),
    ],
)
def test_a_misplaced_file_is_found(rule: str, path: str) -> None:
    assert any(each.startswith(f"{rule}:") for each in misplaced([PurePosixPath(path)]))


def test_files_in_their_place_are_not_misplaced() -> None:
    paths = ("schemas/report.v1.json", "registry/static/vendor/x.json", "registry/reliability/cli.py", "Makefile")

    assert misplaced([PurePosixPath(path) for path in paths]) == []
