"""What a comparison says, as values. Their members are those of schemas/comparison.v1.json, described there."""

from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from registry.reliability.grading import GradeName
from registry.reliability.ratings import Estimate

FORMAT = "comparison.v1"
# Enough for any reader, few enough to hide the last bits in which machines differ.
SIGNIFICANT_DIGITS = 9


@dataclass(frozen=True, slots=True)
class PosteriorSummary:
    mean: float
    q05: float
    q95: float


@dataclass(frozen=True, slots=True)
class Rate:
    value: float | None
    events: int
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    pairs: int = 0
    discrepancies: int = 0
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Direction:
    lenient: float
    harsh: float
    n: int
    net_difference_rate: float | None
    gross_difference_rate: float | None
    leniency_index: float | None
    pool_leniency_index: float | None
    leniency_p_value: float | None
    leniency_reason: str | None
    false_pass: Rate
    false_alarm: Rate
    false_pass_posterior: PosteriorSummary | None
    false_pass_reason: str | None


@dataclass(frozen=True, slots=True)
class WeightCap:
    capped_visits: int
    rate_without_cap: float | None


@dataclass(frozen=True, slots=True)
class SanctionProposal:
    proposed: bool
    p_value: float | None
    in_bh_set: bool
    note: str = "A proposal only: it needs a human hearing."


@dataclass(frozen=True, slots=True)
class ExcludedShare:
    reason: str
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class EvaluatorResult:
    evaluator_id: str
    visits: int
    pairs: int
    effective_visits: float | None
    discrepancies: int
    raw_rate: float | None
    unweighted_rate: float | None
    severity_weighted_rate: float | None
    exact_agreement: float | None
    score: float | None
    interval: tuple[float, float] | None
    posterior: PosteriorSummary | None
    exceedance: float | None
    own_data_q05: float | None
    grade: GradeName
    grade_reasons: tuple[str, ...]
    visits_needed: int | None
    visits_still_needed: int | None
    direction: Direction
    weight_cap: WeightCap
    difficulty: Counts = Counts()
    reported_only: Counts = Counts()
    documents: Counts = Counts()
    for_cause: Counts = Counts()
    excluded: tuple[ExcludedShare, ...] = ()
    rank_interval: tuple[int, int] | None = None
    investigate: bool = False
    sanction_proposal: SanctionProposal = SanctionProposal(False, None, False)


@dataclass(frozen=True, slots=True)
class DifferenceLimits:
    mean_difference: float
    sd_difference: float
    limits: tuple[float, float] | None
    log: bool


@dataclass(frozen=True, slots=True)
class CriterionResult:
    criterion_id: str
    name: str | None
    scale: str
    role: str
    severity: str
    n: int
    visits: int
    prevalence: float | None
    exact_agreement: float | None
    discrepancies: int
    discrepancy_rate: float | None
    kappa: Estimate | None = None
    ac: Estimate | None = None
    alpha: Estimate | None = None
    positive_agreement: Estimate | None = None
    negative_agreement: Estimate | None = None
    concordance: Estimate | None = None
    bland_altman: DifferenceLimits | None = None
    verification_factor: Estimate | None = None
    ordinal_loss: float | None = None


@dataclass(frozen=True, slots=True)
class CheckerResult:
    checker_id: str
    visits: int
    pairs: int
    discrepancies: int
    discrepancy_rate: float | None
    lenient: float
    harsh: float
    double_checks: int
    double_discrepancies: int
    error: Estimate


@dataclass(frozen=True, slots=True)
class Dropped:
    side: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class InputSummary:
    """name and sha256 are those of a file; None for a frame."""

    name: str | None
    sha256: str | None
    content_sha256: str
    rows: int
    bad_rows: int
    ignored_columns: tuple[str, ...]
    absent_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriteriaSummary:
    name: str | None
    sha256: str
    criteria: int


@dataclass(frozen=True, slots=True)
class Inputs:
    reports: InputSummary
    spot_checks: InputSummary
    criteria: CriteriaSummary


@dataclass(frozen=True, slots=True)
class Pool:
    evaluators: int
    visits: int
    pairs: int
    scored_pairs: int
    discrepancy_rate: float | None
    fail_prevalence: float | None
    false_alarm_rate: float | None


@dataclass(frozen=True, slots=True)
class ErrorByClass:
    stability: str
    findings: int
    discrepancies: int
    point: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    source: str
    false_pass: float | None
    false_alarm: float | None


@dataclass(frozen=True, slots=True)
class LatentClasses:
    units: int
    prevalence_fail: float
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class CheckErrorSummary:
    status: str
    findings: int
    discrepancies: int
    delta: float | None
    point: float | None
    mean: float
    q05: float
    q95: float
    by_class: tuple[ErrorByClass, ...]
    dawid_skene: LatentClasses | None


@dataclass(frozen=True, slots=True)
class MethodCard:
    name: str
    version: str
    parameters: dict[str, Any]
    parameters_sha256: str
    code_sha256: str
    software: dict[str, str]
    rules: dict[str, str]
    check_error: CheckErrorSummary
    hyper_posterior: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished comparison.

    pairs: the paired findings behind every number, one row each, in a fixed order. unpaired: the rows behind dropped,
    with side, row, reason, by (evaluator or checker) and visit (report or spot check).
    """

    title: str | None
    notes: tuple[str, ...]
    method: MethodCard
    inputs: Inputs
    pool: Pool
    evaluators: tuple[EvaluatorResult, ...]
    criteria: tuple[CriterionResult, ...]
    checkers: tuple[CheckerResult, ...]
    dropped: tuple[Dropped, ...]
    pairs: pd.DataFrame = field(repr=False, compare=False)
    unpaired: pd.DataFrame = field(repr=False, compare=False)

    def document(self) -> dict[str, Any]:
        """The comparison as a JSON value by schemas/comparison.v1.json, numbers to nine significant digits."""
        names = ("title", "notes", "method", "inputs", "pool", "evaluators", "criteria", "checkers", "dropped")
        parts = {name: getattr(self, name) for name in names}
        return {"format": FORMAT, **{name: json_value(part) for name, part in parts.items()}}


def json_value(value: Any) -> Any:
    """Dataclasses, tuples and numpy scalars as JSON values, floats to nine significant digits."""
    if hasattr(value, "__dataclass_fields__"):
        return json_value(asdict(value))
    if isinstance(value, dict):
        return {key: json_value(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [json_value(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return value
