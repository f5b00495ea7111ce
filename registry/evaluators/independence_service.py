"""Who stands behind an evaluator, from the dossiers of all, and whether it is independent of an engagement's parties.

What a dossier says of owners is a statement of that evaluator: it is a source of its own, and two that contradict each
other leave doubt. That an owner is only the state counts for public authorities alone, by their credit codes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from registry.errors import Violation
from registry.evaluators import dossier_queries
from registry.evaluators.control import OwnershipOnDay
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.declared_interests import (
    Declaration,
    advice_of,
    affiliates_of,
    declarations_of,
    declared_interests,
)
from registry.evaluators.declared_interests import Finding as DeclaredFinding
from registry.evaluators.dossier_models import OwnershipEdge
from registry.evaluators.exclusion_errors import QuestionRejected
from registry.evaluators.exclusion_matching import Identity
from registry.evaluators.independence import Engagement, Finding, Limits, independence
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import names_by_credit_code
from registry.evaluators.names import DatedName
from registry.evaluators.ownership import Basis, Edge, Gap, Ownership
from registry.evaluators.ownership_queries import ToldEdge
from registry.evaluators.periods import Period
from registry.evaluators.tenure import Finding as TenureFinding
from registry.evaluators.tenure import History, Succession, advisory_separation
from registry.regions.reference import read_reference
from registry.regions.region_errors import ReferenceRejected
from registry.validity import legal_day

# 机关: bodies of the state itself, which belong to nobody.
_AUTHORITY = "uscc:11"
# Of owners within one window: more is no ownership but a flood.
_MOST_CHANGES = 1000
_SEEN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Parties:
    """As keys, see read_party. None where not known. scored: everybody whose targets are scored."""

    scored: tuple[str, ...]
    commissioner: str | None
    payer: str | None
    other_bidders: tuple[str, ...] | None = None
    implementers: tuple[str, ...] = ()

    def apart_from_bidders(self) -> tuple[str, ...]:
        told = (*self.scored, *self.implementers, self.commissioner, self.payer)
        return tuple(dict.fromkeys(each for each in told if each is not None))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a policy sets, and what other slices know. aged_on: the day from which the age of facts counts, the one of
    known_at where it is None. successions: bodies that were taken over, whose burdens count. knowledge: of the instant
    of the question, where many are asked."""

    limits: Limits = field(default_factory=Limits)
    advisory_months: int = 24
    aged_on: date | None = None
    successions: tuple[Succession, ...] = ()
    knowledge: Knowledge | None = None


SHIPPED_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Answer:
    """Every check that was made, none left out."""

    window: Period
    known_at: datetime
    findings: tuple[Finding, ...]
    declared: tuple[DeclaredFinding, ...]
    advice: tuple[TenureFinding, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """Of one body on the days of a window: who controls it for sure, and what is not known of who stands above it."""

    controllers: tuple[Identity, ...]
    gaps: tuple[Gap, ...]


def assess(
    session: Session,
    evaluator: Evaluator,
    parties: Parties,
    window: Period,
    known_at: datetime,
    terms: Terms = SHIPPED_TERMS,
) -> Answer:
    """window: of the work, the report included. Raises QuestionRejected for parties that cannot be told apart."""
    knowledge = terms.knowledge or Knowledge(session, known_at)
    return assess_body(knowledge, key_of(evaluator), evaluator, parties, window, terms)


def assess_body(
    knowledge: Knowledge, own: str, evaluator: Evaluator | None, parties: Parties, window: Period, terms: Terms
) -> Answer:
    """As assess, also of a body that is not registered, which declared nothing here. own: its key."""
    _require_comparable(parties)
    engagement = Engagement(
        own, parties.scored, parties.commissioner, parties.payer, parties.other_bidders, window, parties.implementers
    )
    bodies = {own, *(party for _, party in engagement.parties())}
    founding = {} if evaluator is None else _founding(knowledge, evaluator, own)
    ownership = _ownership_above(knowledge, bodies, founding)
    declared = None if evaluator is None else _declarations(knowledge, evaluator)
    affiliates = affiliates_of(declared or (), window)
    history = History(None if declared is None else advice_of(own, declared), None, terms.successions)
    months = terms.advisory_months
    advised = (*parties.scored, *parties.implementers)
    return Answer(
        window,
        knowledge.at,
        independence(engagement, ownership, terms.limits, terms.aged_on or legal_day(knowledge.at)),
        declared_interests(declared, parties.apart_from_bidders(), window, months),
        advisory_separation(own, advised, history, window, months, affiliates),
    )


def owners_of(knowledge: Knowledge, body: str, window: Period, terms: Terms = SHIPPED_TERMS) -> Owners:
    """Of any day of the window. body: its key."""
    oldest_seen = (terms.aged_on or legal_day(knowledge.at)) - timedelta(days=terms.limits.ownership_max_age_days)
    ownership = _ownership_above(knowledge, {body})
    views, day = list[OwnershipOnDay](), window.valid_from
    while not views or (window.holds(day) and len(views) < _MOST_CHANGES):
        views.append(OwnershipOnDay(ownership, day, oldest_seen))
        change = views[-1].next_change()
        if change is None:
            break
        day = change
    controllers = {each for view in views for each in view.controllers(body)}
    gaps = dict.fromkeys(gap for view in views for gap in view.gaps(body))
    return Owners(identities(knowledge.session, sorted(controllers), knowledge.at), tuple(gaps))


def key_of(evaluator: Evaluator) -> str:
    """As dossier.own_key has it."""
    return f"uscc:{evaluator.credit_code}" if evaluator.credit_code else f"evaluator:{evaluator.code}"


def read_party(session: Session, text: str, name: str) -> str:
    """The key of a party given by an evaluator's code, a credit code or the reference of a region.

    name: of the parameter. Raises QuestionRejected, EvaluatorNotFound.
    """
    if text.startswith("ev-"):
        return key_of(dossier_queries.get_evaluator(session, text))
    if ":" in text:
        try:
            return str(read_reference(text))
        except ReferenceRejected as error:
            raise _rejected(name, text, error.detail) from error
    reading = read_credit_code(text)
    if reading.code is None:
        raise _rejected(name, text, reading.faults[0].message)
    return f"uscc:{reading.code}"


def identities(session: Session, keys: Sequence[str], known_at: datetime) -> tuple[Identity, ...]:
    """With every name that the registry knew of each, present and former. A person has no name here."""
    codes = {key: key.removeprefix("uscc:") for key in keys if key.startswith("uscc:")}
    known = names_by_credit_code(session, codes.values(), known_at) if codes else {}
    names = {key: [DatedName(key, each.name, each.valid_from, each.valid_to) for each in known.get(code, ())]
             for key, code in codes.items()}  # fmt: skip
    return tuple(_identity(key, names.get(key, ())) for key in keys)


def identity_of(knowledge: Knowledge, evaluator: Evaluator) -> Identity:
    """Of the evaluator alone, without those who control it."""
    key = key_of(evaluator)
    return _identity(key, [replace(each.name, holder=key) for each in knowledge.names(evaluator)])


def _identity(key: str, names: Sequence[DatedName]) -> Identity:
    kind, _, rest = key.partition(":")
    told = (DatedName(key, rest.partition("@")[0]),) if kind == "name" else ()
    return Identity(key, frozenset({rest} if kind == "uscc" else ()), (*names, *told))


def _rejected(name: str, text: str, reason: str) -> QuestionRejected:
    fix = "Write an evaluator's code (ev-000001), a credit code, or the reference of a region (mca:330103)."
    violation = Violation("bad-party", reason, fix, column=f"query {name}", value=text[:_SEEN_CHARACTERS])
    return QuestionRejected(f"{name} is no party that can be asked about.", [violation])


def _require_comparable(parties: Parties) -> None:
    """A town and its government have different keys: that two are apart can only be told of keys of one kind."""
    kinds = {_is_place(each) for each in parties.scored}
    faults = [
        Violation("parties-not-comparable", f"The {name} is told {told}, and of what is scored nothing is.",
                  "Name the subject both ways: the region, and the credit code of its authority.",
                  column=f"query {name}", value=party)
        for name, party in (("commissioner", parties.commissioner), ("payer", parties.payer))
        if party is not None and _is_place(party) not in kinds
        for told in ("by its region" if _is_place(party) else "by its code",)
    ]  # fmt: skip
    if faults:
        raise QuestionRejected("Whether these parties are apart cannot be told.", faults)


def _is_place(key: str) -> bool:
    return key.partition(":")[0] not in {"uscc", "evaluator", "name", "person"}


def load_owners(knowledge: Knowledge, bodies: Iterable[str]) -> None:
    """All that stands above the bodies, in a few statements; who they are will be asked about too."""
    _, owners = _facts_above(knowledge, bodies)
    knowledge.judgements.expect(owners)


def _facts_above(knowledge: Knowledge, bodies: Iterable[str]) -> tuple[list[ToldEdge], set[str]]:
    """About the bodies and everybody who stands above one of them, on any day; and who was asked about."""
    asked, wanted, found = set[str](), set(bodies), list[ToldEdge]()
    while wanted:
        asked |= wanted
        knowledge.edges.expect(wanted)
        level = [each for body in sorted(wanted) for each in knowledge.edges[body]]
        found += level
        wanted = {edge.owner for edge, _ in level} - asked
    return found, asked


def _ownership_above(
    knowledge: Knowledge, bodies: Iterable[str], founded_on: Mapping[str, date] | None = None
) -> Ownership:
    found, asked = _facts_above(knowledge, bodies)
    edges = [_edge(edge, code) for edge, code in found]
    owners = {each.owner for each in edges} | asked
    state = {edge.owner for edge, _ in found if edge.owner_is_state and edge.owner.startswith(_AUTHORITY)}
    ends = {each for each in owners if each.startswith((_AUTHORITY, "person:")) or _is_place(each)}
    return Ownership(edges, ends=ends, state_bodies=state, founded_on=founded_on)


def _edge(row: OwnershipEdge, code: str) -> Edge:
    """Two dossiers that tell a body by one name alone may mean two bodies."""
    owner, owned = (f"{key}@{code}" if key.startswith("name:") else key for key in (row.owner, row.owned))
    share = None if row.share is None else Fraction(repr(row.share))
    source = f"dossier of {code}: {row.source}"
    return Edge(owner, owned, share, Basis(row.basis), row.valid_from or date.min, row.valid_to, source, row.seen_at)


def _founding(knowledge: Knowledge, evaluator: Evaluator, own: str) -> dict[str, date]:
    day = knowledge.founded_on(evaluator)
    return {} if day is None else {own: day}


def _declarations(knowledge: Knowledge, evaluator: Evaluator) -> tuple[Declaration, ...] | None:
    """None where the evaluator was not asked: before its first dossier, and as it came with another register."""
    document = knowledge.own_document(evaluator)
    return None if document is None else declarations_of(document, knowledge.persons[evaluator.id] or {})
