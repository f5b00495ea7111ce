"""A progress bar for commands: on a terminal, and only for work that takes over a second."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE_S = 1.0


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None]]:
    """Gives what is told how much is done, 0 to 1, and what comes next. It goes to the error stream, and away again."""
    if not sys.stderr.isatty():
        yield lambda _share, _step: None
        return
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
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
