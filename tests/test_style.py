"""Format, lint and types are part of the suite, so that one command judges everything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "format", "--check", "--quiet", "."], id="ruff-format"),
        pytest.param(["ruff", "check", "--quiet", "."], id="ruff-check"),
        pytest.param(["mypy", "--no-error-summary"], id="mypy", marks=pytest.mark.slow),
    ],
)
def test_the_code_passes(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
