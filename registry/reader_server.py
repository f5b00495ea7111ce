"""The fork server of the readers: a process without secrets that has them loaded and forks one child per file.

It is started by reader_client with an empty environment and one socket, over which each request brings two
descriptors: the channel of the child, and a pipe for the child's number and, when it has ended, its exit code.
A child limits itself before it looks at the file, answers and ends.
"""

import gc
import json
import os
import resource
import signal
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from registry.errors import Unreadable
from registry.file_formats import FileFormat
from registry.file_limits import Limits
from registry.parsing import TextTable
from registry.table_messages import refusal_message, table_messages

READY = b"r"
LENGTH = struct.Struct("!Q")
NUMBER = struct.Struct("!q")
# Exit codes of a child that could not answer.
OUT_OF_MEMORY, ANSWER_TOO_LARGE = 70, 71
_OPEN_FILES = 64


def serve(descriptor: int) -> None:
    """Fork a child for each request until the other end of the socket is gone."""
    # A child finds them loaded.
    for module in ("registry.parquet_tables", "registry.spreadsheets", "registry.text_files"):
        import_module(module)
    gc.freeze()
    statuses: dict[int, int] = {}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: _reap(statuses))
    with socket.socket(fileno=descriptor) as control:
        control.sendall(READY)
        while True:
            request, descriptors, _, _ = socket.recv_fds(control, 1, 2)
            if not request:
                return
            if len(descriptors) == 2:
                _fork(control, descriptors[0], descriptors[1], statuses)


def _fork(control: socket.socket, channel: int, status: int, statuses: dict[int, int]) -> None:
    # A child that ends at once must not be reaped before its status pipe is known.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    number = os.fork()
    if number == 0:
        code = 1
        try:
            for each in (control.detach(), status, *statuses.values()):
                os.close(each)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            code = _answer(channel)
        finally:
            os._exit(code)
    os.close(channel)
    statuses[number] = status
    _tell(status, number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _reap(statuses: dict[int, int]) -> None:
    while statuses:
        number, status = os.waitpid(-1, os.WNOHANG)
        if number == 0:
            return
        pipe = statuses.pop(number)
        _tell(pipe, os.waitstatus_to_exitcode(status))
        os.close(pipe)


def _tell(pipe: int, number: int) -> None:
    try:
        os.write(pipe, NUMBER.pack(number))
    except BrokenPipeError:
        # Whoever asked has gone.
        return


@dataclass(frozen=True, slots=True)
class Request:
    """What the child is told besides the content of the file."""

    format: FileFormat
    name: str
    encoding: str | None
    sheet: str | None
    limits: Limits


def _answer(descriptor: int) -> int:
    """Read the request and answer it; gives the exit code."""
    with socket.socket(fileno=descriptor) as channel:
        told: dict[str, Any] = json.loads(_receive(channel))
        limits = Limits(**told["limits"])
        limit_this_process(limits)
        request = Request(FileFormat(told["format"]), told["name"], told["encoding"], told["sheet"], limits)
        content = _receive(channel)
        try:
            left = limits.answer_bytes
            for message in answer(request, content):
                left -= len(message)
                if left < 0:
                    return ANSWER_TOO_LARGE
                channel.sendall(LENGTH.pack(len(message)))
                channel.sendall(message)
        except MemoryError:
            return OUT_OF_MEMORY
    return 0


def answer(request: Request, content: bytes) -> Iterator[bytes]:
    try:
        table = read(request, content)
    except Unreadable as error:
        yield refusal_message(error)
        return
    yield from table_messages(table)


def read(request: Request, content: bytes) -> TextTable:
    """The table of a file, read in this very process. Raises Unreadable."""
    from registry.parquet_tables import read_parquet
    from registry.spreadsheets import read_workbook
    from registry.text_files import read_text_file

    if request.format is FileFormat.CSV:
        return read_text_file(content, name=request.name, encoding=request.encoding, limits=request.limits)
    if request.format is FileFormat.PARQUET:
        return read_parquet(content, name=request.name, limits=request.limits)
    return read_workbook(content, name=request.name, form=request.format, sheet=request.sheet, limits=request.limits)


def limit_this_process(limits: Limits) -> None:
    """Memory, computing time, open files; nothing written, no core. What the platform lacks is passed over."""
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        # At the soft limit it ends by SIGXCPU, which is told apart; at the hard one by SIGKILL, as without memory.
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
    ):
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            # macOS has no limit of address space; a hard limit that is lower already stays.
            continue


def _receive(channel: socket.socket) -> bytes:
    (length,) = LENGTH.unpack(_receive_exactly(channel, LENGTH.size))
    return bytes(_receive_exactly(channel, length))


def _receive_exactly(channel: socket.socket, length: int) -> bytearray:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count = channel.recv_into(view)
        if count == 0:
            raise EOFError
        view = view[count:]
    return content
