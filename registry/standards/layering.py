"""Which localizations build on which: their order, from the highest level down, and what is wrong with it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.errors import Violation
from registry.standards.document_errors import Code
from registry.standards.geography import LEVELS, Paths, lies_in
from registry.standards.localization_document import Localization, Pin
from registry.standards.standard import Standard


@dataclass(frozen=True, slots=True)
class Layers:
    """order: each after all that it builds on. above: references of all that a layer builds on, near and far."""

    order: tuple[Localization, ...]
    above: Mapping[str, frozenset[str]]
    violations: tuple[Violation, ...]

    def imports(self, layer: Localization) -> tuple[Localization, ...]:
        by_reference = {each.reference: each for each in self.order}
        return tuple(by_reference[pin.reference] for pin in layer.imports)


def arrange(
    standard: Standard, localizations: Sequence[Localization], *, on: date, paths: Paths, region: str | None
) -> Layers:
    """Where there are violations, order and above are not to be used."""
    given, violations = _distinct(localizations)
    for each in given.values():
        violations += _of_pins(standard, each, given)
    if not violations:
        violations += _cycles(given)
    if not violations:
        violations += [each for layer in given.values() for each in _of_layer(standard, layer, given, on, paths)]
        violations += _of_end(standard, given, paths, region)
    if not standard.validity.holds(on):
        violations.insert(0, _not_in_force(standard.reference, str(standard.validity), on))
    if violations:
        return Layers((), {}, tuple(violations))
    depth = {level: place for place, level in enumerate(standard.levels)}
    order = tuple(sorted(given.values(), key=lambda each: (depth[each.level], each.id, each.version)))
    above: dict[str, frozenset[str]] = {}
    for each in order:
        direct = [pin.reference for pin in each.imports]
        above[each.reference] = frozenset(direct).union(*(above[reference] for reference in direct))
    return Layers(order, above, ())


def _distinct(localizations: Sequence[Localization]) -> tuple[dict[str, Localization], list[Violation]]:
    given: dict[str, Localization] = {}
    violations = []
    for each in sorted(localizations, key=lambda each: (each.reference, each.sha256)):
        if given.setdefault(each.reference, each).sha256 != each.sha256:
            message = f"{each.reference} is given twice with different content."
            violations.append(
                Violation(
                    Code.IMPORT_CONFLICT, message, "Give one of them.", "/version", each.reference, value=each.version
                )
            )
    return given, violations


def _not_in_force(reference: str, when: str, on: date) -> Violation:
    message = f"{reference} is not in force on {on}; it is {when}."
    return Violation(
        Code.NOT_IN_FORCE, message, "Ask about another day or take another version.", "/valid_from", reference
    )


def _of_pins(standard: Standard, layer: Localization, given: Mapping[str, Localization]) -> Iterator[Violation]:
    pin = layer.standard
    if pin.reference != standard.reference:
        message = f"It localizes {pin.reference}, not {standard.reference}."
        fix = f"Write a localization of {standard.reference}, or resolve {pin.reference}."
        yield Violation(Code.STANDARD_MISMATCH, message, fix, "/standard", layer.reference, value=pin.reference)
    elif pin.sha256 not in (None, standard.sha256):
        yield _digest_mismatch(layer, pin, standard.sha256, "/standard/sha256")
    for place, each in enumerate(layer.imports):
        found = given.get(each.reference)
        pointer = f"/imports/{place}"
        if found is None:
            message = f"It builds on {each.reference}, which is not there."
            yield Violation(Code.IMPORT_MISSING, message, "Add that localization.", pointer, layer.reference)
        elif each.sha256 not in (None, found.sha256):
            yield _digest_mismatch(layer, each, found.sha256, f"{pointer}/sha256")


def _digest_mismatch(layer: Localization, pin: Pin, found: str, pointer: str) -> Violation:
    message = f"It is written for other content of {pin.reference} than is there, which has the digest {found}."
    fix = "Look at what changed, then write the new digest."
    return Violation(Code.IMPORT_DIGEST_MISMATCH, message, fix, pointer, layer.reference, value=pin.sha256)


def _cycles(given: Mapping[str, Localization]) -> list[Violation]:
    """One violation for each circle, at the import that closes it."""
    violations = []
    done: set[str] = set()
    for start in sorted(given):
        trail: list[str] = []
        waiting: list[tuple[str, int]] = [(start, 0)]
        while waiting:
            reference, place = waiting.pop()
            del trail[len(waiting) :]
            trail.append(reference)
            imports = given[reference].imports
            if place == len(imports):
                done.add(reference)
                continue
            waiting.append((reference, place + 1))
            following = imports[place].reference
            if following in trail:
                circle = " → ".join([*trail[trail.index(following) :], following])
                message = f"Localizations import each other in a circle: {circle}."
                fix = "Remove one of these imports."
                violations.append(Violation(Code.IMPORT_CYCLE, message, fix, f"/imports/{place}", reference))
            elif following not in done:
                waiting.append((following, 0))
    return violations


def _of_layer(
    standard: Standard, layer: Localization, given: Mapping[str, Localization], on: date, paths: Paths
) -> Iterator[Violation]:
    if not layer.validity.holds(on):
        yield _not_in_force(layer.reference, str(layer.validity), on)
    yield from _of_validity(
        layer, standard.reference, layer.validity.lies_within(standard.validity), str(standard.validity)
    )
    yield from _of_place(standard, layer, paths)
    depth = {level: place for place, level in enumerate(standard.levels)}
    for place, pin in enumerate(layer.imports):
        above = given[pin.reference]
        pointer = f"/imports/{place}"
        if depth[above.level] >= depth[layer.level]:
            message = f"{above.reference} is of the level {above.level}, which is not above {layer.level}."
            yield Violation(Code.LEVEL_ORDER, message, "Import higher levels only.", pointer, layer.reference)
        yield from _of_validity(layer, above.reference, layer.validity.lies_within(above.validity), str(above.validity))
        if layer.jurisdiction is not None and above.jurisdiction is not None:
            yield from _of_descent(layer, above.reference, above.jurisdiction, pointer, paths)
    if standard.jurisdiction is not None and layer.jurisdiction is not None:
        yield from _of_descent(layer, standard.reference, standard.jurisdiction, "/jurisdiction", paths)


def _of_validity(layer: Localization, above: str, is_within: bool, when: str) -> Iterator[Violation]:
    if not is_within:
        message = f"It is in force on days on which {above} is not, which is {when}."
        fix = "Let it begin no sooner and end no later."
        yield Violation(Code.VALIDITY_GAP, message, fix, "/valid_from", layer.reference, value=str(layer.validity))


def _of_place(standard: Standard, layer: Localization, paths: Paths) -> Iterator[Violation]:
    if layer.jurisdiction is None:
        if layer.level != standard.levels[0] or layer.level in LEVELS:
            message = f"A localization of the level {layer.level} says where it applies."
            fix = "Add jurisdiction, as mca:530303."
            yield Violation(Code.JURISDICTION_MISSING, message, fix, "/jurisdiction", layer.reference)
        return
    path = paths.get(layer.jurisdiction)
    if path is None:
        yield _unknown_place(layer.jurisdiction, layer.reference, "/jurisdiction")
    elif layer.level in LEVELS and path[-1].level != layer.level:
        message = f"{layer.jurisdiction} is a {path[-1].level}, the localization is of the level {layer.level}."
        yield Violation(
            Code.JURISDICTION_LEVEL, message, "Correct the level or the code.", "/jurisdiction", layer.reference,
            value=layer.jurisdiction,
        )  # fmt: skip


def _unknown_place(reference: str, file: str | None, pointer: str | None) -> Violation:
    message = "No region is known under this reference on the day that is asked about."
    fix = "Correct the code, or import the divisions of that day."
    return Violation(Code.JURISDICTION_UNKNOWN, message, fix, pointer, file, value=reference)


def _of_descent(layer: Localization, above: str, outer: str, pointer: str, paths: Paths) -> Iterator[Violation]:
    assert layer.jurisdiction is not None
    found = lies_in(paths, layer.jurisdiction, outer)
    if found is None and outer not in paths:
        yield _unknown_place(outer, above, "/jurisdiction")
    elif found is False:
        message = f"{layer.jurisdiction} does not lie in {outer}, where {above} applies."
        fix = "Import a localization of a region above."
        yield Violation(
            Code.JURISDICTION_NOT_DESCENDANT, message, fix, pointer, layer.reference, value=layer.jurisdiction
        )


def _of_end(
    standard: Standard, given: Mapping[str, Localization], paths: Paths, region: str | None
) -> Iterator[Violation]:
    imported = {pin.reference for each in given.values() for pin in each.imports}
    ends = sorted(set(given) - imported)
    if len(ends) > 1:
        message = f"Several localizations are given on which no other builds: {', '.join(ends)}."
        fix = "Give one of them with what it imports, or write one that imports them."
        yield Violation(Code.IMPORTS_AMBIGUOUS, message, fix, file=ends[1])
    if region is None:
        return
    if region not in paths:
        yield _unknown_place(region, None, None)
        return
    if not ends and standard.jurisdiction is not None and standard.jurisdiction not in paths:
        yield _unknown_place(standard.jurisdiction, standard.reference, "/jurisdiction")
    holders = [(given[each].jurisdiction, each) for each in ends] or [(standard.jurisdiction, standard.reference)]
    for jurisdiction, holder in holders:
        if jurisdiction is not None and lies_in(paths, region, jurisdiction) is False:
            message = f"{region} does not lie in {jurisdiction}, where {holder} applies."
            fix = "Take the localization of the region that it lies in."
            yield Violation(Code.JURISDICTION_NOT_DESCENDANT, message, fix, "/jurisdiction", holder, value=region)
