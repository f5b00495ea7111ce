"""Processes for tests that kill them, forked from one that has imported everything, which saves seconds for each."""

import multiprocessing
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

PROCESSES = multiprocessing.get_context("forkserver")
# pytest: each process begins by running again what this one was started with.
PROCESSES.set_forkserver_preload(["pytest", "warm_recorder", "doomed_deeds"])


def start_process(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    with pytest.MonkeyPatch.context() as environment:
        # Python 3.11 does not tell the one that is forked from where to find modules.
        environment.setenv("PYTHONPATH", str(Path(__file__).parent))
        forkserver.ensure_running()
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    return process
