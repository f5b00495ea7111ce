"""From a question as it is written to one that can be answered: bodies, regions, levels and versions are looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from registry.eligibility.asking import Tuple, Written
from registry.eligibility.eligibility_errors import QuestionRejected
from registry.eligibility.known_work_service import KnownWork
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.question import Question
from registry.errors import RegistryError, Violation
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.independence_service import key_of
from registry.evaluators.models import Evaluator
from registry.evaluators.scope import Asked
from registry.fieldwork.engagement import PinnedStandard
from registry.regions.reference import read_reference
from registry.standards.document_errors import StandardNotFound
from registry.standards.document_kinds import DocumentKind
from registry.standards.versions import precedence

_SEEN = 80


@dataclass(frozen=True, slots=True)
class Body:
    """Whom a question is about. name: as answers call it. evaluator: None for a body that is not registered, or was
    not yet known then."""

    name: str
    key: str
    credit_code: str | None
    evaluator: Evaluator | None


def make_question(written: Written, known_at: datetime, lookups: Lookups) -> tuple[Question, Body]:
    """Raises QuestionRejected with every fault, EvaluatorNotFound for a code that was never given."""
    body = body_of(lookups, written.evaluator, known_at)
    reader = _Reader(lookups, written, known_at, _pinned(lookups.work(known_at), body, written.engagement))
    scope = tuple(reader.asked(place, each) for place, each in enumerate(written.scope))
    subjects = reader.parties("subject", written.subjects)
    commissioner = reader.party("commissioner", written.commissioner)
    payer = reader.party("payer", written.payer)
    bidders = None if written.other_bidders is None else reader.parties("other_bidder", written.other_bidders)
    implementers = reader.parties("implementer", written.implementers)
    if reader.faults:
        raise QuestionRejected("The question cannot be answered as it was asked.", reader.faults)
    question = Question(
        body.name,
        tuple(each for each in scope if each is not None), written.window, subjects, commissioner, payer, bidders,
        implementers, written.risk_class, written.engagement, written.lists, written.tender, written.names,
    )  # fmt: skip
    return question, body


def body_of(lookups: Lookups, text: str, known_at: datetime) -> Body:
    """Raises QuestionRejected, EvaluatorNotFound."""
    if text.startswith("ev-"):
        evaluator: Evaluator | None = lookups.evaluator(text)
        assert evaluator is not None
        code = evaluator.credit_code
    else:
        reading = read_credit_code(text)
        if reading.code is None:
            message = f"It is neither an evaluator's code nor a credit code: {reading.faults[0].message}"
            fix = "Write ev-000001, or the 18 characters of the unified social credit code."
            raise QuestionRejected(
                "Nobody can be asked about.",
                [Violation("bad-evaluator", message, fix, column="query evaluator", value=text[:_SEEN])],
            )
        code = reading.code
        evaluator = lookups.by_credit_code[code]
    if evaluator is None or evaluator.created_at > known_at:
        name = text if code is None or text.startswith("ev-") else code
        return Body(name, f"uscc:{code}" if code else f"evaluator:{text}", code, None)
    return Body(evaluator.code, key_of(evaluator), code, evaluator)


def _pinned(work: KnownWork, body: Body, code: str | None) -> PinnedStandard | None:
    """By which an engagement under way is done, whatever came into force since. Raises QuestionRejected."""
    if code is None:
        return None
    own = () if body.evaluator is None else work.own[body.evaluator]
    found = next((each for each in own if each.code == code), None)
    if found is None:
        message = f"The evaluator had no engagement {code[:_SEEN]} that was known by then."
        fix = "`registry engagements list` shows them."
        raise QuestionRejected(
            message, [Violation("bad-engagement", message, fix, column="query engagement", value=code[:_SEEN])]
        )
    return found.standard


class _Reader:
    """faults: all that was found by now."""

    def __init__(self, lookups: Lookups, written: Written, known_at: datetime, pinned: PinnedStandard | None) -> None:
        self._pinned = pinned
        self._lookups, self._window, self._known_at = lookups, written.window, known_at
        self.faults: list[Violation] = []

    def party(self, name: str, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            return self._lookups.party(text, name)
        except RegistryError as error:
            self.faults += error.violations or [Violation(error.code, error.detail, column=f"query {name}", value=text)]
            return None

    def parties(self, name: str, texts: tuple[str, ...]) -> tuple[str, ...]:
        read = (self.party(name, each) for each in texts)
        return tuple(dict.fromkeys(each for each in read if each is not None))

    def asked(self, place: int, given: Tuple) -> Asked | None:
        before = len(self.faults)
        try:
            read_reference(given.region)
            level = given.level or self._lookups.geography.level(given.region, self._window.valid_from)
        except RegistryError as error:
            level = given.level or "-"
            self._fault(place, "region", error.detail, "Write a code system and a code, as mca:330103.", given.region)
        if level is None:
            message = f"The level of {given.region} is not known on {self._window.valid_from}."
            self._fault(place, "level", message, "Name the level of the subject, as township.", given.region)
        family, version = next(self._standards(place, given), ("", ""))
        if len(self.faults) > before:
            return None
        assert level is not None
        return Asked(given.domain, given.region, given.type, level, family, version)

    def _standards(self, place: int, given: Tuple) -> Iterator[tuple[str, str]]:
        family, at, version = given.standard.partition("@")
        if self._pinned is not None and self._pinned.family == family:
            yield family, self._pinned.version
            return
        try:
            if not at:
                version = (
                    self._lookups.library(self._known_at)
                    .get(family, self._window.valid_from, DocumentKind.STANDARD)
                    .version
                )
            precedence(version)
        except StandardNotFound as error:
            self._fault(place, "standard", error.detail, "Write ID@VERSION, as rural-rev@2.1.0.", given.standard)
            return
        except ValueError:
            message = f"{version[:_SEEN]!r} is no version."
            self._fault(place, "standard", message, "Write ID@VERSION, as rural-rev@2.1.0.", given.standard)
            return
        yield family, version

    def _fault(self, place: int, member: str, message: str, fix: str, value: str) -> None:
        self.faults.append(Violation(f"bad-{member}", message, fix, f"/scope/{place}/{member}", value[:_SEEN]))
