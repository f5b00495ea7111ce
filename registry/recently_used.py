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

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def _find(self, key: Key) -> tuple[Value, int] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, value: Value) -> tuple[Value, int]:
        size = self._size_of(value)
        with self._lock:
            if size <= self._most_bytes:
                self._kept[key] = value, size
            while sum(each for _, each in self._kept.values()) > self._most_bytes:
                self._kept.popitem(last=False)
        return value, size
