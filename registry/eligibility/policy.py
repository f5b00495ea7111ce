"""The policy of eligibility: a standard of the catalogue as it is in a place, read into limits and terms. Pure.

The text of a rule is law: what the program finds is held against it, see deciding.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from registry.eligibility.decision import Ground, GroundKind, PolicyPin
from registry.eligibility.eligibility_errors import PolicyRejected
from registry.eligibility.question import RiskClass
from registry.errors import Violation
from registry.evaluators.tenure import TenureOnMerger
from registry.rules.declarations import Value
from registry.standards.outcomes import Result, outcomes
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Obligation

STANDARD = "evaluator-eligibility"
# Of the tender document: it is no statute, and whoever relies on it names its clause.
TENDER = "m-tender"


class Condition(StrEnum):
    """On what ground being qualified may be a condition."""

    TENDER_DOCUMENT = "tender_document"
    NOT_LAWFUL = "not_lawful"


@dataclass(frozen=True, slots=True)
class Floor:
    """score: 0 to 100, held against the lower bound. visits: spot checks with fewer of which nothing is held."""

    score: Fraction
    visits: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The values that places may set, by the names of the parameters."""

    condition_of_qualification: Condition
    surveillance_grace_days: int
    exclusion_list_age_days: int
    bars_controlled: bool
    interest_share: Fraction
    cooling_off_months: int
    ownership_age_days: int
    advice_months: int
    most_cycles: int
    tenure_on_merger: TenureOnMerger
    least_lead_evaluators: int
    staff_cure_days: int
    most_engagements: int
    transition_days: int
    attestation_days: int
    floors: Mapping[RiskClass, Floor]


@dataclass(frozen=True, slots=True)
class Term:
    """One criterion of the policy."""

    is_mandatory: bool
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, eq=False)
class Policy:
    resolved: ResolvedStandard
    limits: Limits
    terms: Mapping[str, Term]

    @property
    def pin(self) -> PolicyPin:
        resolved = self.resolved
        changed_by = tuple(f"{each.id}@{each.version}" for each in resolved.layers.order)
        return PolicyPin(resolved.standard.id, resolved.standard.version, changed_by, resolved.comparability_class)

    def results(self, facts: Mapping[str, Value]) -> Mapping[str, Result]:
        """Of every criterion. facts: without the prefix that they have in rules."""
        values = {f"facts.{name}": value for name, value in facts.items()}
        return {each.criterion: each.result for each in outcomes(self.resolved, values)}


def read_policy(resolved: ResolvedStandard, criteria: frozenset[str]) -> Policy:
    """criteria: those that the program answers. Raises PolicyRejected with all that it cannot."""
    known = {each.id for each in resolved.standard.criteria}
    faults = [
        Violation("policy-criterion-missing", f"The policy has no criterion {each}.", "Take a version that has it.")
        for each in sorted(criteria - known)
    ] + [
        Violation("policy-criterion-unknown", f"No rule of the program answers the criterion {each}.",
                  "Leave it out of the policy, or run a program that answers it.")
        for each in sorted(known - criteria)
    ]  # fmt: skip
    values = {name: next(iter(by_class.values())) for name, by_class in resolved.values.items()}
    names = {*Limits.__slots__, *(f"{kind}_{risk}" for kind in ("score_floor", "least_visits") for risk in RiskClass)}
    faults += [
        Violation("policy-parameter-missing", f"The policy has no parameter {each}.", "Take a version that has it.")
        for each in sorted(names - {"floors"} - set(values))
    ]
    if faults:
        reference = resolved.standard.reference
        raise PolicyRejected(f"{reference} is no policy that this program can decide by.", faults)
    return Policy(resolved, _limits(values), _terms(resolved))


def _limits(values: Mapping[str, Any]) -> Limits:
    floors = {
        risk: Floor(Fraction(values[f"score_floor_{risk}"]), int(values[f"least_visits_{risk}"])) for risk in RiskClass
    }
    words = {"condition_of_qualification": Condition, "tenure_on_merger": TenureOnMerger, "bars_controlled": bool,
             "interest_share": Fraction}  # fmt: skip
    read: dict[str, Any] = {name: words.get(name, int)(values[name]) for name in Limits.__slots__ if name != "floors"}
    return Limits(**read, floors=floors)


def _terms(resolved: ResolvedStandard) -> dict[str, Term]:
    on = resolved.resolution.on
    written = {each["id"]: each for each in resolved.standard.document.get("mandates", ())}
    return {
        each.id: Term(
            each.obligation is Obligation.MANDATORY,
            tuple(_ground(written[name]) for name in each.document.get("mandates", ()) if _holds(written[name], on)),
        )
        for each in resolved.standard.criteria
    }


def _holds(mandate: Mapping[str, Any], on: date) -> bool:
    day = on.isoformat()
    return mandate.get("valid_from", "") <= day and ("valid_to" not in mandate or day < mandate["valid_to"])


def _ground(mandate: Mapping[str, Any]) -> Ground:
    if mandate["id"] == TENDER:
        return Ground(GroundKind.TENDER_DOCUMENT, mandate["document"])
    clause = " ".join(mandate[name] for name in ("number", "clause") if name in mandate) or None
    return Ground(GroundKind.STATUTE, mandate["document"], clause)
