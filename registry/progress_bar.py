"""A progress bar for commands: on a terminal, and only for work that takes over a second."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_S = 1.0


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None]]:
    """Gives what is told how much is done, 0 to 1, and what comes next. It goes to the error stream, and away again."""
    bar = _bar()
    if bar is None:
        yield lambda _share, _step: None
        return
    task = bar.add_task("", total=1.0)
    late = threading.Timer(_PATIENCE_S, bar.start)
    late.daemon = True
    late.start()
    try:
        yield lambda share, step: bar.update(task, completed=share, description=step)
    finally:
        late.cancel()
        late.join()
        bar.stop()


def _bar() -> "Progress | None":
    """None where nobody looks, or where the terminal cannot take back what it shows."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_interactive:
        return None
    # Results that go to a file or a pipe pass the bar by; on the terminal they stand above it.
    return Progress(console=console, transient=True, redirect_stdout=sys.stdout.isatty())
