"""Works on a job in a way that never comes to an end: a process for tests."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any

from registry.db import open_database
from registry.reliability import queries


def be_killed(*_: Any) -> None:
    """As the system does it when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def hang(*_: Any) -> None:
    time.sleep(600)


def main(url: str, run: Callable[..., Any], now: datetime) -> None:
    """Takes up the oldest job at this instant and runs this in place of the comparison."""
    queries.run_submission = run  # type: ignore[attr-defined]
    with closing(open_database(url)) as database:
        queries.work_off(database, lambda: now)
