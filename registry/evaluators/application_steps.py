"""The steps of an application: what stands against each, and what it makes of the application. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from registry.evaluators.application import DECISIONS, FINAL, OF_APPLICANT, WAYS, Application, Step, StepType
from registry.evaluators.refusal import Code, Refusal


def advance(application: Application, step: Step) -> Application | tuple[Refusal, ...]:
    """The application after the step, or everything that stands against the step."""
    found = tuple(_refusals(application, step))
    return found or after(application, step)


def after(application: Application, step: Step) -> Application:
    """The application after a step that was taken: what stood against it was looked at then."""
    _, stage = WAYS[step.type]
    return replace(application, stage=stage, **_changes(application, step))


def _changes(application: Application, step: Step) -> dict[str, Any]:
    match step.type:
        case StepType.ASSESS:
            return {"assessors": step.assessors}
        case StepType.RAISE_FINDINGS:
            return {"findings": application.findings | step.findings, "answer_by": step.answer_by}
        case StepType.ANSWER_FINDINGS:
            return {"answer_by": None}
        case StepType.CONCLUDE:
            return {"findings": frozenset()}
        case StepType.GRANT | StepType.GRANT_REDUCED:
            return {"granted": _granted(application, step)}
    return {}


def _granted(application: Application, step: Step) -> frozenset[str]:
    return application.items if step.type is StepType.GRANT else step.granted


def _refusals(application: Application, step: Step) -> Iterator[Refusal]:
    stages, _ = WAYS[step.type]
    if application.stage not in stages:
        yield Refusal(
            Code.STEP_NOT_POSSIBLE,
            f"The application is {application.stage}; the step {step.type} leads on from {', '.join(sorted(stages))}.",
            "Start a new application." if application.stage in FINAL else "Take the steps in their order.",
            application.id,
            application.stage,
            ", ".join(sorted(stages)),
        )
        return
    yield from _actor(application, step)
    if step.type in _GUARDS:
        yield from _GUARDS[step.type](application, step)


def _actor(application: Application, step: Step) -> Iterator[Refusal]:
    is_applicant = step.actor in application.applicants
    if step.type in OF_APPLICANT and not is_applicant:
        yield Refusal(
            Code.ONLY_THE_APPLICANT,
            f"{step.actor} does not act for the applicant; the step {step.type} is the applicant's.",
            "Let somebody take it who acts for the applicant.",
            application.id,
            step.actor,
        )
    if step.type not in OF_APPLICANT and is_applicant:
        yield Refusal(
            Code.NOT_THE_APPLICANT,
            f"{step.actor} acts for the applicant and must not take the step {step.type}.",
            "Let an officer take it.",
            application.id,
            step.actor,
        )
    if step.type in DECISIONS and step.actor in application.assessors:
        yield Refusal(
            Code.DECIDER_ASSESSED,
            f"{step.actor} assessed the application and must not decide on it.",
            "Let somebody decide who took no part in the assessment.",
            application.id,
            step.actor,
        )


def _submit(application: Application, step: Step) -> Iterator[Refusal]:
    if not application.items:
        yield Refusal(
            Code.ITEMS_MISSING, "The application asks for no scope item.", "Name at least one.", application.id
        )
    yield from _dossier(application, step)


def _dossier(application: Application, step: Step) -> Iterator[Refusal]:
    fix = "Name the newest version; where something is wrong in it, save a better one first."
    for fault in step.dossier_faults:
        yield Refusal(Code.DOSSIER_INCOMPLETE, fault, fix, application.id)


def _assess(application: Application, step: Step) -> Iterator[Refusal]:
    if not step.assessors:
        yield Refusal(Code.ASSESSOR_MISSING, "Nobody is named to assess.", "Name at least one.", application.id)
    if shared := ", ".join(sorted(step.assessors & application.applicants)):
        yield Refusal(
            Code.ASSESSOR_IS_APPLICANT,
            f"These act for the applicant and must not assess: {shared}.",
            "Name others.",
            application.id,
            shared,
        )


def _raise_findings(application: Application, step: Step) -> Iterator[Refusal]:
    if not step.findings | application.findings:
        yield Refusal(
            Code.FINDING_MISSING,
            "No finding is named.",
            "Name at least one, or conclude the assessment.",
            application.id,
        )
    if step.answer_by is None or step.answer_by <= step.on:
        yield Refusal(
            Code.ANSWER_DAY_MISSING,
            f"The day for the answer, {step.answer_by or 'none'}, is not after the day of the step, {step.on}.",
            f"Set answer_by to a day after {step.on}.",
            application.id,
            None if step.answer_by is None else str(step.answer_by),
            str(step.on),
        )


def _answer(application: Application, step: Step) -> Iterator[Refusal]:
    yield from _dossier(application, step)
    if application.answer_by is not None and step.on > application.answer_by:
        yield Refusal(
            Code.ANSWER_OVERDUE,
            f"The answer is of {step.on}; it was due by {application.answer_by}.",
            "Ask the officer to set another day by raising the findings again.",
            application.id,
            str(step.on),
            str(application.answer_by),
        )


def _conclude(application: Application, step: Step) -> Iterator[Refusal]:
    if unknown := ", ".join(sorted(step.closed - application.findings)):
        yield Refusal(
            Code.UNKNOWN_FINDING,
            f"These are no open findings of the application: {unknown}.",
            "Name only open findings.",
            application.id,
            unknown,
        )
    if still_open := ", ".join(sorted(application.findings - step.closed)):
        yield Refusal(
            Code.FINDINGS_OPEN,
            f"Findings are not closed: {still_open}.",
            "Verify their correction and close them, or raise them again.",
            application.id,
            still_open,
        )


def _grant(application: Application, step: Step) -> Iterator[Refusal]:
    granted = _granted(application, step)
    for item_id, criteria in step.criteria_not_met:
        if criteria and item_id in granted:
            names = ", ".join(criteria)
            yield Refusal(
                Code.CRITERIA_NOT_MET,
                f"Requirements of {item_id} are not met, or it is not known whether they are: {names}.",
                f"Leave {item_id} out, or refuse the application.",
                application.id,
                names,
            )


def _grant_reduced(application: Application, step: Step) -> Iterator[Refusal]:
    if unknown := ", ".join(sorted(step.granted - application.items)):
        yield Refusal(
            Code.ITEMS_NOT_ASKED_FOR,
            f"The application does not ask for these items: {unknown}.",
            "Grant only what is asked for.",
            application.id,
            unknown,
        )
    if not step.granted or step.granted >= application.items:
        yield Refusal(
            Code.NOT_REDUCED,
            f"{len(step.granted)} of {len(application.items)} items would be granted; a reduced grant is of some.",
            "Grant all of them or refuse, or name some of the items.",
            application.id,
            str(len(step.granted)),
            str(len(application.items)),
        )
    yield from _grant(application, step)


def _refuse(application: Application, step: Step) -> Iterator[Refusal]:
    if not any(each.strip() for each in step.reasons):
        yield Refusal(
            Code.REASON_MISSING, "The refusal gives no reason.", "Cite at least one requirement.", application.id
        )


def _lapse(application: Application, step: Step) -> Iterator[Refusal]:
    if application.answer_by is None or step.on <= application.answer_by:
        yield Refusal(
            Code.ANSWER_NOT_DUE,
            f"The answer is due by {application.answer_by}; on {step.on} the application cannot lapse.",
            "Wait for the day after.",
            application.id,
            str(step.on),
            str(application.answer_by),
        )


_GUARDS: Mapping[StepType, Callable[[Application, Step], Iterator[Refusal]]] = {
    StepType.SUBMIT: _submit,
    StepType.ASSESS: _assess,
    StepType.RAISE_FINDINGS: _raise_findings,
    StepType.ANSWER_FINDINGS: _answer,
    StepType.CONCLUDE: _conclude,
    StepType.GRANT: _grant,
    StepType.GRANT_REDUCED: _grant_reduced,
    StepType.REFUSE: _refuse,
    StepType.LAPSE: _lapse,
}
