"""Asks the fork server of the readers (reader_server) and survives whatever becomes of a child.

The server is started with the first file and ends with this process. It is made here rather than by multiprocessing,
whose fork server inherits the environment with its secrets, imports the program's main module again in each child,
and exchanges pickles, which an overtaken child could use against this process.
"""

import atexit
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from registry.errors import Unavailable
from registry.file_limits import Limits
from registry.reader_server import LENGTH, NUMBER, READY

MOST_CHILDREN = 2
_START_SECONDS = 60
_END_SECONDS = 5
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from registry.reader_server import serve; serve({})"
)
# One thread each: a child is forked, and threads do not survive that. The system's allocator gives memory back.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}

# What reading an answer raises that is cut off or no answer at all.
_NO_ANSWER = (OSError, EOFError, ValueError, LookupError, TypeError, RecursionError, struct.error)

Answer = TypeVar("Answer")


class ReaderDied(Exception):
    """The child ended without an answer. code: its exit code, negative for a signal, None for the time limit."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class ReaderClient:
    """One fork server and at most MOST_CHILDREN children at once. Safe for threads."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._make_locks()

    def _make_locks(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MOST_CHILDREN)

    def ask(
        self, request: bytes, content: bytes, read: Callable[[Callable[[], bytes]], Answer], limits: Limits
    ) -> Answer:
        """What read makes of the child's messages. Raises ReaderDied, Unavailable, and what read raises."""
        self.take_place(limits.queue_seconds)
        try:
            with self._child() as (channel, status):
                return _converse(channel, status, (request, content), read, limits)
        finally:
            self._slots.release()

    def take_place(self, seconds: float) -> None:
        """Wait for one of the places of children. Raises Unavailable."""
        if not self._slots.acquire(timeout=seconds):
            raise Unavailable("Too many files are being read. Try again in a minute.")

    def start(self) -> None:
        """Start the server before the first file comes; a web server does so to answer the first upload quickly."""
        with self._lock:
            if self._control is None:
                self._start()

    def server_process(self) -> int | None:
        """The process number of the server, None before it is started."""
        return None if self._server is None else self._server.pid

    @contextmanager
    def _child(self) -> Iterator[tuple[socket.socket, int]]:
        """The channel to a new child and the pipe of its status."""
        ours, theirs = socket.socketpair()
        status, told = os.pipe()
        try:
            with ours:
                try:
                    self._send((theirs.fileno(), told))
                finally:
                    theirs.close()
                    os.close(told)
                yield ours, status
        finally:
            os.close(status)

    def _send(self, descriptors: tuple[int, int]) -> None:
        with self._lock:
            for is_last in (False, True):
                control = self._control or self._start()
                try:
                    socket.send_fds(control, [b"?"], descriptors)
                    return
                except OSError as error:
                    # The server was killed since the last file: one more is started.
                    self._stop()
                    if is_last:
                        raise _not_started() from error

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        paths = [str(path or Path.cwd()) for path in sys.path]
        command = [sys.executable, "-I", "-c", _PROGRAM.format(theirs.fileno()), json.dumps(paths)]
        with theirs:
            try:
                self._server = subprocess.Popen(  # noqa: S603 - nothing of a user is in it
                    command,
                    env=_ENVIRONMENT,
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise _not_started() from error
        self._control = ours
        ours.settimeout(_START_SECONDS)
        try:
            is_ready = ours.recv(1) == READY
        except OSError:
            is_ready = False
        if not is_ready:
            self._stop()
            raise _not_started()
        return ours

    def close(self) -> None:
        """End the server; the next file starts one anew."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        control, server = self._control, self._server
        self._control = self._server = None
        if control is not None:
            control.close()
        if server is not None:
            # It keeps nothing that would have to be put away.
            server.kill()
            server.wait()

    def forget(self) -> None:
        """In a process that was forked: the server belongs to the parent, and locks may be held by its threads."""
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            # Not a child of this process, so there is nothing to wait for.
            self._server.returncode = 0
        self._control = self._server = None
        self._make_locks()


def _not_started() -> Unavailable:
    return Unavailable("The reader of files could not be started. Look whether the installation is whole.")


def _converse(
    channel: socket.socket,
    status: int,
    sent: tuple[bytes, bytes],
    read: Callable[[Callable[[], bytes]], Answer],
    limits: Limits,
) -> Answer:
    """Send the request, read the answer, see the child out; it does not outlive this call."""
    deadline = time.monotonic() + limits.wall_seconds
    child: int | None = None
    code: int | None = None
    try:
        child = _number(status, deadline)
        if child is None:
            # The server itself was ended from outside.
            raise ReaderDied(-signal.SIGKILL)
        try:
            for message in sent:
                channel.settimeout(_left(deadline))
                channel.sendall(LENGTH.pack(len(message)))
                channel.sendall(message)
            return read(_receiver(channel, deadline, limits.answer_bytes))
        except TimeoutError as error:
            raise ReaderDied(None) from error
        except _NO_ANSWER as error:
            code = _number(status, min(deadline, time.monotonic() + _END_SECONDS))
            raise ReaderDied(code) from error
    finally:
        channel.close()
        if child is not None and code is None and _number(status, time.monotonic() + 0.5) is None:
            _kill(child)


def _receiver(channel: socket.socket, deadline: float, most: int) -> Callable[[], bytes]:
    """Receives one message after the other, all of them together at most so many bytes."""
    left = most

    def receive() -> bytes:
        nonlocal left
        (length,) = LENGTH.unpack(_receive_exactly(channel, LENGTH.size, deadline))
        left -= length
        if left < 0:
            raise ValueError("the answer is too large")
        return _receive_exactly(channel, length, deadline)

    return receive


def _receive_exactly(channel: socket.socket, length: int, deadline: float) -> bytes:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        channel.settimeout(_left(deadline))
        count = channel.recv_into(view)
        if count == 0:
            raise EOFError
        view = view[count:]
    return bytes(content)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _number(pipe: int, deadline: float) -> int | None:
    """The next number of a status pipe, None if it has not come by then or the server is gone."""
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    content = os.read(pipe, NUMBER.size) if waiting.poll(max(0.0, deadline - time.monotonic()) * 1000) else b""
    return int(NUMBER.unpack(content)[0]) if len(content) == NUMBER.size else None


def _kill(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        return


READERS = ReaderClient()
atexit.register(READERS.close)
os.register_at_fork(after_in_child=READERS.forget)
