"""Many bidders at once: all rows are answered, and all answers are kept, or none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.annotated_files import AnnotatedFile, extend
from registry.audit.entry import Event, read_entry, read_instant
from registry.audit.models import Entry, Head
from registry.audit.service import append, take_turn
from registry.bulk_rows import add_columns, values_by_key
from registry.canonical import digest
from registry.eligibility import attestation_service
from registry.eligibility.answering_service import answer_question
from registry.eligibility.asking import Written
from registry.eligibility.asking_service import Body, make_question
from registry.eligibility.attestation_check_service import attested_check
from registry.eligibility.attestation_errors import AttestationRefused
from registry.eligibility.attestation_models import Attestation
from registry.eligibility.attestation_service import Issuer
from registry.eligibility.batch import (
    ANSWERS,
    Answered,
    Bidder,
    Defaults,
    answer_cells,
    batch_sha256,
    column_of,
    competing,
    counts,
    read_bidder,
)
from registry.eligibility.batch_inputs import BiddersFile
from registry.eligibility.kept_answers import may_change_answers
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.models import CheckedBody, EligibilityCheck, code_of
from registry.eligibility.party_facts_service import Instants
from registry.eligibility.question import Question
from registry.eligibility.reach_service import require
from registry.errors import RegistryError, Violation
from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.models import Evaluator
from registry.file_formats import FileFormat
from registry.languages import Language

NOT_REGISTERED = "not registered"
Progress = Callable[[float, str], None]
_LOOKED_UP, _ANSWERED = 0.1, 0.8


@dataclass(frozen=True, slots=True)
class Order:
    """as_competitors: each row is held against all others of its lot. attest: what is stored is attested too."""

    defaults: Defaults
    known_at: datetime
    as_competitors: bool = False
    attest: bool = False
    progress: Progress = lambda _share, _step: None


@dataclass(frozen=True, slots=True)
class Report:
    """was_there: the same file with the same options was stored before, as of the same instant."""

    given: BiddersFile
    batch_sha256: str
    known_at: datetime
    answers: tuple[Answered, ...]
    was_there: bool = False

    @property
    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        return counts(self.answers)


@dataclass(frozen=True, slots=True)
class _Asked:
    row: int
    question: Question
    body: Body


def answer_batch(session: Session, actor: Actor, given: BiddersFile, order: Order) -> Report:
    """Stores nothing; what was stored before, with the same options and as of the same instant, is given as it was.

    Raises BiddersRejected with every fault of every row, NotAllowed.
    """
    report = Report(given, _sha256(given, order), order.known_at, ())
    bidders, faults = _bidders(given, order)
    _require(session, actor, order, bidders)
    before = _stored(session, report)
    if before:
        return replace(report, answers=_as_answered(session, given, order, before), was_there=True)
    lookups = Lookups(session)
    asked = _questions(given, order, (bidders, faults), lookups)
    return replace(report, answers=tuple(_answers(session, asked, order, lookups)))


@dataclass(frozen=True, slots=True)
class Prepared:
    """Answered before the turn to write is taken. log_size: of the log that was seen."""

    report: Report
    log_size: int


def prepare_batch(session: Session, actor: Actor, given: BiddersFile, order: Order) -> Prepared:
    """What takes long of store_batch, while others may write. Raises as answer_batch."""
    return Prepared(answer_batch(session, actor, given, order), _log_size(session))


def store_batch(
    session: Session, actor: Actor, prepared: Prepared, order: Order, now: datetime, issuer: Issuer | None = None
) -> Report:
    """issuer: who attests, where that is ordered. Raises as answer_batch, AttestationRefused for its key."""
    take_turn(session)
    report = prepared.report
    bidders, _ = _bidders(report.given, order)
    _require(session, actor, order, bidders)
    before = _stored(session, report)
    if before:
        return replace(report, answers=_as_answered(session, report.given, order, before), was_there=True)
    if _is_changed(session, prepared):
        report = answer_batch(session, actor, report.given, order)
    order.progress(_ANSWERED, "Saving")
    first = _save(session, actor, report, now)
    answers = [replace(each, code=code_of(first + place)) for place, each in enumerate(report.answers)]
    if order.attest and issuer is not None:
        rows, by = _stored(session, report), (issuer, now)
        answers = [_attested(session, actor, each, row, by) for each, row in zip(answers, rows, strict=True)]
    return replace(report, answers=tuple(answers))


def _log_size(session: Session) -> int:
    return session.scalars(select(Head.size)).one()


def _is_changed(session: Session, prepared: Prepared) -> bool:
    """Whether somebody recorded meanwhile what was to be known then, by a clock that is behind ours."""
    later = session.scalars(select(Entry.entry).where(Entry.index >= prepared.log_size))
    known_at = prepared.report.known_at
    return any(
        may_change_answers(each["action"]) and read_instant(each["recorded_at"]) <= known_at
        for each in map(read_entry, later)
    )


def _sha256(given: BiddersFile, order: Order) -> str:
    return batch_sha256(given.table.sha256, order.defaults, as_competitors=order.as_competitors, attest=order.attest)


def _questions(
    given: BiddersFile, order: Order, read: tuple[dict[int, Bidder], list[Violation]], lookups: Lookups
) -> Sequence[_Asked]:
    """Raises BiddersRejected with all that is wrong, in the cells and with what they name."""
    bidders, faults = read
    found = []
    codes = (read_credit_code(each.written.evaluator).code for each in bidders.values())
    lookups.by_credit_code.expect(code for code in codes if code is not None)
    for index, each in bidders.items():
        order.progress(_LOOKED_UP * index / len(given.lines), "Looking up whom the rows name")
        try:
            question, body = make_question(each.written, order.known_at, lookups)
            found.append(_Asked(each.row, _without_itself(question, body), body))
        except RegistryError as error:
            faults += [given.placed(index, fault) for fault in _faults_of(error)]
    if faults:
        raise given.rejection(faults)
    return found


def _without_itself(question: Question, body: Body) -> Question:
    """Two rows may spell one bidder in two ways: nobody competes with itself."""
    if question.other_bidders is None:
        return question
    return replace(question, other_bidders=tuple(each for each in question.other_bidders if each != body.key))


def _answers(session: Session, asked: Sequence[_Asked], order: Order, lookups: Lookups) -> Iterator[Answered]:
    at = Instants(order.known_at, order.known_at)
    lookups.expect([each.body.evaluator for each in asked if each.body.evaluator is not None], order.known_at)
    for place, each in enumerate(asked):
        content = answer_question(session, each.question, each.body, at, lookups=lookups).content
        yield Answered(each.row, content, digest(content))
        share = _LOOKED_UP + (_ANSWERED - _LOOKED_UP) * place / len(asked)
        order.progress(share, f"Answering {place + 1:,} of {len(asked):,}")


def _bidders(given: BiddersFile, order: Order) -> tuple[dict[int, Bidder], list[Violation]]:
    """By the place of the row, and what is wrong with the cells of the others."""
    found: dict[int, Bidder] = {}
    faults: list[Violation] = []
    for index, cells in enumerate(given.lines):
        bidder, wrong = read_bidder(given.table.rows[index], cells, order.defaults)
        faults += [given.placed(index, each) for each in wrong]
        if bidder is not None:
            found[index] = bidder
    if not order.as_competitors:
        return found, faults
    matched = list(zip(found, competing(list(found.values())), strict=True))
    faults += [given.placed(index, fault) for index, (_, fault) in matched if fault is not None]
    return {index: bidder for index, (bidder, _) in matched}, faults


def _require(session: Session, actor: Actor, order: Order, bidders: dict[int, Bidder]) -> None:
    """Raises NotAllowed. Each place and domain once."""
    told: dict[object, Written] = {(each.written.scope, each.written.window): each.written for each in bidders.values()}
    for each in (Permission.ELIGIBILITY_CHECK, *([Permission.ATTESTATION_ISSUE] if order.attest else [])):
        require(session, actor, each, told.values())


def _faults_of(error: RegistryError) -> Iterator[Violation]:
    if not error.violations:
        yield Violation(error.code, error.detail, column="evaluator")
    for each in error.violations:
        yield replace(each, column=column_of(each))


def _save(session: Session, actor: Actor, report: Report, now: datetime) -> int:
    """Gives the number of the first. One entry of the log for all of them: it names the first and the last, and the
    digests of the answers."""
    found = report.answers
    first = (session.scalar(select(func.max(EligibilityCheck.number))) or 0) + 1
    numbers = range(first, first + len(found))
    ids = [uuid4() for _ in found]
    same = {"known_at": report.known_at, "batch_sha256": report.batch_sha256, "stored_at": now,
            "stored_by": actor.log_name, "person_id": actor.person_id}  # fmt: skip
    columns: dict[str, Sequence[Any]] = {
        "id": ids,
        "number": numbers,
        "verdict": [each.content["verdict"] for each in found],
        "content": [each.content for each in found],
        "result_sha256": [each.sha256 for each in found],
        **{name: [value] * len(found) for name, value in same.items()},
    }
    _add(session, EligibilityCheck, columns)
    codes = [each.content["request"]["evaluator"] for each in found]
    known = values_by_key(session, select(Evaluator.code, Evaluator.id), Evaluator.code, codes)
    evaluators = [known[each][0] if each in known else None for each in codes]
    _add(session, CheckedBody, {"check_id": ids, "key": codes, "evaluator_id": evaluators})
    verdicts, _ = report.counts
    payload = {"verdicts": verdicts, "first": code_of(numbers[0]), "last": code_of(numbers[-1]),
               "results_sha256": digest([each.sha256 for each in found])}  # fmt: skip
    subject = f"eligibility_batch:{report.batch_sha256}"
    append(session, Event(actor.log_name, "eligibility.check_batch", subject, payload), now)
    return first


def _add(
    session: Session, model: type[EligibilityCheck] | type[CheckedBody], columns: dict[str, Sequence[Any]]
) -> None:
    for _ in add_columns(session, model.__table__, columns):
        """Some thousands at once."""


def _stored(session: Session, report: Report) -> Sequence[EligibilityCheck]:
    is_it = (EligibilityCheck.batch_sha256 == report.batch_sha256) & (EligibilityCheck.known_at == report.known_at)
    return session.scalars(select(EligibilityCheck).where(is_it).order_by(EligibilityCheck.number)).all()


def _as_answered(
    session: Session, given: BiddersFile, order: Order, rows: Sequence[EligibilityCheck]
) -> tuple[Answered, ...]:
    statement = select(Attestation.check_id, Attestation.id)
    issued = values_by_key(session, statement, Attestation.check_id, [each.id for each in rows])
    attestations = {check_id: str(found) for check_id, (found, *_) in issued.items()}
    return tuple(
        Answered(
            row, each.content, each.result_sha256, each.code, attestations.get(each.id),
            NOT_REGISTERED if order.attest and each.id not in attestations else None,
        )
        for row, each in zip(given.table.rows, rows, strict=True)
    )  # fmt: skip


def _attested(
    session: Session, actor: Actor, answered: Answered, row: EligibilityCheck, by: tuple[Issuer, datetime]
) -> Answered:
    """by: who signs, and when."""
    try:
        check = attested_check(session, row)
    except AttestationRefused:
        return replace(answered, for_want_of=NOT_REGISTERED)
    return replace(answered, attestation=str(attestation_service.issue(session, actor, check, *by).id))


def answered_file(report: Report, language: Language, form: FileFormat | None = None) -> AnnotatedFile:
    """The file as it came, with the answers in columns behind its own. Raises TooLongForSheet."""
    cells = [answer_cells(each, language) for each in report.answers]
    return extend(report.given.table, {name: [each[name] for each in cells] for name in ANSWERS}, form)
