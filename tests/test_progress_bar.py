"""The progress bar: on a terminal, only for what takes over a second, and gone again afterwards."""

import os
import pty
import subprocess
import sys

import pytest

PROGRAM = """
import sys, time
from registry.progress_bar import progress_bar
with progress_bar() as tell:
    tell(0.25, "comparing")
    time.sleep(float(sys.argv[1]))
    print("result")
    tell(0.75, "writing")
    if sys.argv[2:]:
        raise SystemExit("stopped")
print("done")
"""
ERASED_LINE = "\x1b[2K"
HIDDEN_CURSOR, SHOWN_CURSOR = "\x1b[?25l", "\x1b[?25h"


def on_a_terminal(*arguments: str, kind: str = "xterm") -> tuple[str, str]:
    """What the program writes to its output, and to an error stream that is a terminal of this kind."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": kind, "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=theirs, env=environment, text=True
    ) as process:
        os.close(theirs)
        screen = _read(ours)
        assert process.stdout is not None
        return process.stdout.read(), screen


def _read(terminal: int) -> str:
    """Until the last writer has gone, which Linux tells as an error."""
    found = b""
    try:
        while chunk := os.read(terminal, 65536):
            found += chunk
    except OSError:
        pass
    finally:
        os.close(terminal)
    return found.decode()


@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_what_is_quick_writes_nothing(kind: str) -> None:
    out, screen = on_a_terminal("0.1", kind=kind)

    assert (out, screen) == ("result\ndone\n", "")


@pytest.mark.slow
def test_what_takes_over_a_second_shows_how_far_it_is() -> None:
    out, screen = on_a_terminal("2.5")

    assert out == "result\ndone\n"
    assert "comparing" in screen
    assert "25%" in screen


@pytest.mark.slow
@pytest.mark.parametrize("stopped", [(), ("stopped",)], ids=["finished", "stopped"])
def test_the_bar_goes_away_and_the_cursor_comes_back(stopped: tuple[str, ...]) -> None:
    _, screen = on_a_terminal("1.5", *stopped)
    bar, _, rest = screen.rpartition(ERASED_LINE)

    assert screen.rindex(SHOWN_CURSOR) > screen.rindex(HIDDEN_CURSOR)
    assert "comparing" in bar
    assert rest.strip() == "".join(stopped)


@pytest.mark.slow
def test_nothing_is_written_where_the_error_stream_is_no_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, "1.5"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "result\ndone\n", "")
