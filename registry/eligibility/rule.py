"""What a rule of eligibility is: an identifier that never changes, and a function of a case. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.eligibility.case import Case
from registry.eligibility.decision import Outcome, Source
from registry.eligibility.policy import Limits
from registry.evaluators.periods import Period
from registry.languages import Language
from registry.rules.declarations import Value


@dataclass(frozen=True, slots=True)
class Found:
    """As Finding, before the policy was asked. words: what the message of the code is filled with. said: the message
    where a slice to the left has it already. remedy: a code with its day."""

    outcome: Outcome
    code: str
    about: str = ""
    words: Mapping[str, object] = field(default_factory=dict)
    said: Mapping[Language, str] | None = None
    facts: tuple[Mapping[str, Any], ...] = ()
    gap: tuple[Period, ...] = ()
    remedy: str | None = None
    by: date | None = None
    source: Source | None = None
    changes_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """facts: what the criterion of the policy asks for, by its names; one that is left out is unknown."""

    facts: Mapping[str, Value]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """id: for ever; version: another one where its meaning changes. question: which of the buyer's questions it is
    part of. criteria: of the policy; of several, the one that applies counts."""

    id: str
    version: int
    question: int
    criteria: tuple[str, ...]
    check: Callable[[Case, Limits], Answer]
