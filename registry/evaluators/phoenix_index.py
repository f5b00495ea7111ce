"""Bodies whose rights ended, found by whatever a new one has in common with them, without looking at each. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from registry.evaluators.name_index import NameIndex
from registry.evaluators.names import DatedName
from registry.evaluators.phoenix import Profile, plain_address, plain_phone

_ALL = 2**31


class ProfileIndex:
    """Persons have to be told by what stands for the same one in every profile."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._by_mark: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        names: list[DatedName] = []
        for profile in profiles:
            for mark in _marks(profile):
                self._by_mark[mark].add(profile.body)
            names += profile.names
        self._names = NameIndex(names)

    def alike(self, profile: Profile, name_floor: float) -> frozenset[str]:
        """Those of which phoenix.signals_of may find something; of no other would it."""
        shared = (self._by_mark.get(mark, set()) for mark in _marks(profile))
        named = (
            {each.known.holder for each in self._names.candidates(one.name, floor=name_floor, limit=_ALL).found}
            for one in profile.names
        )
        return frozenset().union(*shared, *named)


def _marks(profile: Profile) -> Iterator[tuple[str, str]]:
    yield from (("person", each.person) for each in profile.members)
    yield from (("address", plain) for each in profile.addresses if (plain := plain_address(each)))
    yield from (("phone", plain) for each in profile.phones if (plain := plain_phone(each)))
