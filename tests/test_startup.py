"""The command line answers at once: what is heavy is imported by the command that needs it."""

import subprocess
import sys

import pytest

HEAVY = ("altair", "fastapi", "jsonschema", "numpy", "pandas", "scipy", "uvicorn", "vl_convert", "xlsxwriter")
REPORT = f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(f"import sys, registry.cli; {REPORT}", id="import"),
        pytest.param(
            f"import atexit, sys, registry.cli; sys.argv = ['registry', '--help']; atexit.register(lambda: {REPORT}); "
            "registry.cli.main()",
            id="help",
        ),
    ],
)
def test_starting_imports_nothing_heavy(program: str) -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
