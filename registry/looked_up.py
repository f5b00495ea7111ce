"""What is looked up once for each key, and for many keys together where it is known which will be asked for. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LookedUp(Generic[Key, Value]):
    """As a mapping of all keys there can be. find: what is known of some keys, without those of which nothing is;
    nothing: what is answered of these. Lives as long as what it looks at stays the same, as in a transaction."""

    def __init__(self, find: Callable[[list[Key]], Mapping[Key, Value]], nothing: Value) -> None:
        self._find, self._nothing = find, nothing
        self._expected: dict[Key, None] = {}
        self._found: dict[Key, Value] = {}

    def expect(self, keys: Iterable[Key]) -> None:
        """They are looked up together with the first of them that is asked for."""
        self._expected |= dict.fromkeys(keys)

    def __getitem__(self, key: Key) -> Value:
        if key not in self._found:
            wanted = [each for each in {**self._expected, key: None} if each not in self._found]
            self._expected.clear()
            found = self._find(wanted)
            self._found |= {each: found.get(each, self._nothing) for each in wanted}
        return self._found[key]


def rows_looked_up(find: Callable[[list[Key]], Mapping[Key, Sequence[Value]]]) -> LookedUp[Key, Sequence[Value]]:
    """Of several values for each key, or none."""
    return LookedUp(find, ())
