"""Steps of applications as they are kept, and an application as its steps have made it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from registry.evaluators.application import Application, Step, StepType
from registry.evaluators.application_steps import after

# Whoever takes one of these took part in the assessment, named to assess or not.
OF_ASSESSORS = frozenset({StepType.RAISE_FINDINGS, StepType.CONCLUDE})


def content_of(step: Step) -> dict[str, Any]:
    """What a step says beside its type, its day and who took it; nothing empty is kept."""
    content: dict[str, Any] = {
        "assessors": sorted(step.assessors),
        "findings": sorted(step.findings),
        "answer_by": None if step.answer_by is None else step.answer_by.isoformat(),
        "closed": sorted(step.closed),
        "granted": sorted(step.granted),
        "criteria_not_met": {item: list(criteria) for item, criteria in step.criteria_not_met if criteria},
        "reasons": list(step.reasons),
    }
    return {name: value for name, value in content.items() if value}


def step_of(type_: str, actor: str, taken_on: date, content: Mapping[str, Any]) -> Step:
    answer_by = content.get("answer_by")
    return Step(
        StepType(type_),
        actor,
        taken_on,
        assessors=frozenset(content.get("assessors", ())),
        findings=frozenset(content.get("findings", ())),
        answer_by=None if answer_by is None else date.fromisoformat(answer_by),
        closed=frozenset(content.get("closed", ())),
        granted=frozenset(content.get("granted", ())),
        criteria_not_met=tuple((item, tuple(each)) for item, each in content.get("criteria_not_met", {}).items()),
        reasons=tuple(content.get("reasons", ())),
    )


def as_taken(draft: Application, steps: Iterable[Step], established_by: Iterable[str] = ()) -> Application:
    """The application after all its steps. established_by: who recorded facts of the assessment.

    Its assessors are those that were named and all who took part, so that none of them decides.
    """
    found, took_part = draft, set(established_by)
    for each in steps:
        found = after(found, each)
        if each.type in OF_ASSESSORS:
            took_part.add(each.actor)
    return replace(found, assessors=found.assessors | took_part)
