"""A thread that works off what is waiting, as long as the server runs."""

import logging
import threading
from collections.abc import Callable

from registry.errors import RegistryError

_log = logging.getLogger(__name__)
# Between two attempts while the database cannot be had.
_LONGEST_REST_S = 30.0


class Worker:
    """Calls step until it says that nothing is waiting, then rests. step must survive being killed at any moment."""

    def __init__(self, step: Callable[[], bool], *, rest_s: float = 0.5) -> None:
        self._step = step
        self._rest_s = rest_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop and wait a moment; what it was doing is taken up by the next server."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        rest_s = self._rest_s
        while not self._stopping.is_set():
            try:
                has_worked = self._step()
                rest_s = self._rest_s
            except RegistryError as error:
                _log.warning("The worker could not go on and tries again: %s", error)
                has_worked = False
                rest_s = min(2 * rest_s, _LONGEST_REST_S)
            if not has_worked:
                self._stopping.wait(rest_s)
