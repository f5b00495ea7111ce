"""Units of quantities: a product of base units with whole exponents. No unit is ever converted silently.

The percent sign is a unit of its own. A share (0 to 1) has the unit 1, so a rate in % and a share cannot be compared
by mistake; `facts.rate * quantity(0.01, "1/%")` is the share of a rate, written out.
"""

import re
from dataclasses import dataclass

MAX_LENGTH = 60

# Latin letters and ideographs; digits only inside, so that 2m is not a unit.
_BASE = r"(?:%|‰|[A-Za-zµ°\u3007\u4e00-\u9fff][A-Za-z0-9_µ°\u3007\u4e00-\u9fff]*)"
_FACTOR = re.compile(rf"(?P<base>{_BASE})(?:\^(?P<exponent>[1-9]))?|(?P<one>1)")


@dataclass(frozen=True, slots=True)
class Unit:
    """powers: base units with their exponents, sorted by name, none of them 0."""

    powers: tuple[tuple[str, int], ...] = ()

    @property
    def is_one(self) -> bool:
        return not self.powers

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit([*self.powers, *other.powers])

    def __truediv__(self, other: "Unit") -> "Unit":
        return _unit([*self.powers, *((base, -exponent) for base, exponent in other.powers)])

    def __str__(self) -> str:
        """The unit as `read_unit` reads it: CNY/person/year, m^2, 1/%."""
        above = [_power(base, exponent) for base, exponent in self.powers if exponent > 0]
        below = [_power(base, -exponent) for base, exponent in self.powers if exponent < 0]
        return "/".join(["*".join(above) or "1", *below])


ONE = Unit()


def _power(base: str, exponent: int) -> str:
    return base if exponent == 1 else f"{base}^{exponent}"


def _unit(powers: list[tuple[str, int]]) -> Unit:
    total: dict[str, int] = {}
    for base, exponent in powers:
        total[base] = total.get(base, 0) + exponent
    return Unit(tuple(sorted((base, exponent) for base, exponent in total.items() if exponent)))


def read_unit(text: str) -> Unit | None:
    """The unit, or None if the text is not one: base units joined by * and /, each perhaps with ^2 to ^9."""
    if not 0 < len(text) <= MAX_LENGTH:
        return None
    powers: list[tuple[str, int]] = []
    sign = 1
    for part in re.split(r"([*/])", text):
        if part in {"*", "/"}:
            sign = 1 if part == "*" else -1
            continue
        found = _FACTOR.fullmatch(part)
        if found is None:
            return None
        if found["base"]:
            powers.append((found["base"], sign * int(found["exponent"] or 1)))
    return _unit(powers)
