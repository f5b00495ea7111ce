"""The wheel, as a user gets it: complete, and at work in an empty environment far from any checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA_FOLDERS = ("schemas", "standards", "examples", "divisions")
SHIPPED_IN_PLACE = ("templates", "static", "locale")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run without anything that could lead the command back to the checkout."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "REGISTRY_DATA_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that holds the runtime lock and the wheel, nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "environment"
    uv = [sys.executable, "-m", "uv"]
    run(*uv, "venv", "--quiet", "--python", sys.executable, environment, cwd=folder)
    into = ["--quiet", "--python", environment]
    run(*uv, "pip", "sync", *into, "--require-hashes", ROOT / "requirements.lock", cwd=folder)
    run(*uv, "pip", "install", *into, "--no-deps", "--no-index", wheel, cwd=folder)
    return environment / ("Scripts" if os.name == "nt" else "bin")


def files_below(folder: Path, suffixes: tuple[str, ...] = ()) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and (not suffixes or path.suffix in suffixes)
    }


def test_the_wheel_holds_data_pages_and_translations(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"registry/_data/{folder}/{name}"
        for folder in DATA_FOLDERS
        if (ROOT / folder).is_dir()
        for name in files_below(ROOT / folder)
    } | {
        f"registry/{folder}/{name}"
        for folder in SHIPPED_IN_PLACE
        if (ROOT / "registry" / folder).is_dir()
        for name in files_below(ROOT / "registry" / folder)
        if not name.endswith((".po", ".cfg"))
    }

    assert expected - held == set()
    assert any(name.startswith("registry/_data/schemas/") for name in held)


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"registry"}


def test_the_installed_command_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "registry", "--help", cwd=tmp_path)

    assert all(command in done.stdout for command in ("compare", "demo", "serve"))


def test_the_installed_demo_does_the_main_job(installed: Path, tmp_path: Path) -> None:
    run(installed / "registry", "demo", "--no-serve", "--folder", tmp_path / "out", cwd=tmp_path)

    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert written
    assert all(path.stat().st_size > 0 for path in written)
    assert {entry.name for entry in tmp_path.iterdir()} == {"out"}
