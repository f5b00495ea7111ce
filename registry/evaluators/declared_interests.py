"""What an evaluator itself declares about the parties of an engagement: interests, advice, associated bodies. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.evaluators.dossier import Document, Persons, party_key
from registry.evaluators.independence import Outcome
from registry.evaluators.periods import Period, months_later
from registry.evaluators.tenure import Advice


class Kind(StrEnum):
    INTEREST = "interest"
    ADVISORY_WORK = "advisory_work"
    ASSOCIATED_BODY = "associated_body"


class Code(StrEnum):
    """A word is never used again for something else."""

    DECLARED_INTEREST = "DECLARED_INTEREST"
    DECLARED_ASSOCIATION = "DECLARED_ASSOCIATION"
    # It may be of one of the parties, which are told by their codes.
    DECLARED_BY_NAME_ONLY = "DECLARED_BY_NAME_ONLY"
    NOTHING_DECLARED = "NOTHING_DECLARED"
    DECLARATIONS_UNKNOWN = "DECLARATIONS_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Declaration:
    """about: key of a party; region: reference of a region that it is about too. person: whose it is, an opaque id."""

    id: str
    kind: Kind
    about: str
    region: str | None
    person: str | None
    statement: str
    in_force: Period

    def concerns(self, party: str) -> bool:
        return party in {self.about, self.region}


@dataclass(frozen=True, slots=True)
class Finding:
    """parties: of whom it is told. looked_at: the days for which nothing was found."""

    code: Code
    outcome: Outcome
    declaration: Declaration | None = None
    parties: tuple[str, ...] = ()
    looked_at: Period | None = None


def declarations_of(document: Document, persons: Persons) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(
            each["id"],
            Kind(each["kind"]),
            party_key(each["about"], persons),
            each.get("region"),
            str(persons[each["person"]]) if "person" in each else None,
            each["statement"],
            Period(
                date.fromisoformat(each["valid_from"]),
                date.fromisoformat(each["valid_to"]) if "valid_to" in each else None,
            ),
        )
        for each in document["declarations"]
    )


def advice_of(evaluator: str, declarations: Iterable[Declaration]) -> tuple[Advice, ...]:
    """One for the body that was advised, and one for the region that the work was about."""
    return tuple(
        Advice(evaluator, subject, each.in_force.valid_from, each.in_force.valid_to, f"declaration {each.id}")
        for each in declarations
        if each.kind is Kind.ADVISORY_WORK
        for subject in dict.fromkeys((each.about, each.region or each.about))
    )


def affiliates_of(declarations: Iterable[Declaration], window: Period) -> tuple[str, ...]:
    """Bodies that are associated on some day of the window."""
    return tuple(
        each.about
        for each in declarations
        if each.kind is Kind.ASSOCIATED_BODY and each.in_force.common_with(window) is not None
    )


def declared_interests(
    declarations: Iterable[Declaration] | None, parties: Iterable[str], window: Period, months: int
) -> tuple[Finding, ...]:
    """Of the parties, in the window or so many months before. declarations None: nobody was asked."""
    if declarations is None:
        return (Finding(Code.DECLARATIONS_UNKNOWN, Outcome.UNKNOWN),)
    looked_at = Period(months_later(window.valid_from, -months), window.valid_to)
    found = tuple(_found(declarations, tuple(dict.fromkeys(parties)), looked_at))
    return found or (Finding(Code.NOTHING_DECLARED, Outcome.PASS, looked_at=looked_at),)


def _found(declarations: Iterable[Declaration], parties: tuple[str, ...], looked_at: Period) -> Iterator[Finding]:
    for each in declarations:
        if each.in_force.common_with(looked_at) is None:
            continue
        concerned = tuple(party for party in parties if each.concerns(party))
        if concerned and each.kind is not Kind.ADVISORY_WORK:
            is_interest = each.kind is Kind.INTEREST
            code = Code.DECLARED_INTEREST if is_interest else Code.DECLARED_ASSOCIATION
            yield Finding(code, Outcome.REVIEW, each, concerned)
        elif not concerned and each.about.startswith("name:"):
            yield Finding(Code.DECLARED_BY_NAME_ONLY, Outcome.REVIEW, each)
