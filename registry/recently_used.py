"""What was made lately and is likely to be asked for again, kept within a limit of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class RecentlyUsed(Generic[Key, Value]):
    """Values by key, for values that never change. Beyond most_bytes, those go that were not asked for the longest.

    size_of: about how many bytes a value holds. One that is larger than the limit by itself is not kept.
    """

    def __init__(self, most_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The kept value, else what make gives. Values are made one at a time, and none twice by two who wait."""
        found = self._find(key)
        if found is None:
            with self._making:
                found = self._find(key) or self._keep(key, make())
        return found[0]

    def find(self, key: Key) -> Value | None:
        found = self._find(key)
        return None if found is None else found[0]

    def put(self, key: Key, value: Value) -> None:
        """In place of what is kept: for values that were made while others were asked for."""
        self._keep(key, value)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _find(self, key: Key) -> tuple[Value, int] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, value: Value) -> tuple[Value, int]:
        size = self._size_of(value)
        with self._lock:
            if size <= self._most_bytes:
                _, before = self._kept.pop(key, (None, 0))
                self._kept[key] = value, size
                self._bytes += size - before
            while self._bytes > self._most_bytes:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone
        return value, size
