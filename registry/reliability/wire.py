"""What crosses HTTP about comparisons."""

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from registry.json_models import In, Out, VisibleText

Text = Annotated[VisibleText, Field(max_length=500)]
Cell = str | int | float | bool | None
Row = dict[Annotated[str, Field(max_length=200)], Cell]


class OptionsIn(In):
    lag_days: Annotated[int, Field(ge=0, le=36_500)] | None = Field(
        default=None, description="Longest lag from report to check in days, for all criteria in place of their own."
    )
    zone: Text = Field(default="Asia/Shanghai", description="IANA time zone in which the day of a check ends.")
    encoding: Text | None = Field(default=None, description="Of CSV files that are not UTF-8, for example gb18030.")
    columns: dict[str, Any] = Field(
        default_factory=dict, description="Your heading to our column or the reverse; also by side."
    )
    sheets: dict[Literal["reports", "spot_checks"], Text] = Field(
        default_factory=dict, description="By side, the sheet of a workbook in which more than one holds data."
    )
    on_error: Literal["refuse", "report"] = Field(
        default="refuse", description="refuse: any bad row refuses all. report: go on with the good rows."
    )


class ComparisonIn(In):
    """Findings as rows; members are the columns of the files."""

    reports: Annotated[list[Row], Field(min_length=1, max_length=100_000)]
    spot_checks: Annotated[list[Row], Field(min_length=1, max_length=100_000)]
    criteria: dict[str, Any] = Field(description="A document by schemas/criteria.v1.json.")
    options: OptionsIn = OptionsIn()


class FileOut(Out):
    role: Literal["reports", "spot_checks", "criteria"]
    name: str
    media_type: str
    sha256: str


class ComparisonOut(Out):
    """A recorded comparison. Its result, a document by schemas/comparison.v1.json, is under links.result."""

    id: UUID
    recorded_at: datetime
    title: str | None
    method_version: str
    parameters_sha256: str
    code_sha256: str
    result_sha256: str
    files: list[FileOut]
    options: dict[str, Any]
    evaluators: int
    visits: int
    pairs: int
    discrepancy_rate: float | None
    links: dict[str, str]


class ComparisonListOut(Out):
    """Newest first. next: the address of the following page, null on the last one."""

    comparisons: list[ComparisonOut]
    next: str | None


class JobOut(Out):
    """Work under way. progress: 0 to 1. problem: problem details (RFC 9457) of a job that failed."""

    id: UUID
    state: str = Field(pattern="^(queued|running|done|failed)$")
    progress: float
    message: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    comparison: str | None
    problem: dict[str, Any] | None


class SideOut(Out):
    rows: int
    bad_rows: int
    ignored_columns: list[str]
    absent_columns: list[str]


class DryRunOut(Out):
    """What a submission would meet. errors: the first hundred; error_count: all of them."""

    would_be_recorded: bool
    reports: SideOut
    spot_checks: SideOut
    error_count: int
    errors: list[dict[str, Any]]


class PairsIn(BaseModel):
    """Parameters of an address. Empty texts do not filter."""

    model_config = ConfigDict(frozen=True)

    limit: Annotated[int, Field(ge=1, le=1000, description="Entries of a page.")] = 100
    cursor: Annotated[str | None, Field(max_length=500, description="From the `next` of the page before.")] = None
    evaluator: Annotated[str, Field(max_length=200)] = ""
    criterion: Annotated[str, Field(max_length=200)] = ""
    checker: Annotated[str, Field(max_length=200)] = ""
    use: Annotated[str, Field(max_length=20)] = ""
    discrepancy: Annotated[str, Field(max_length=1, description="1: pairs that disagree; 0: those that agree.")] = ""
    direction: Annotated[str, Field(max_length=20)] = ""
    outcome: Annotated[str, Field(max_length=20)] = ""

    def wanted(self) -> dict[str, str]:
        """The filter alone, by parameter."""
        given = self.model_dump(exclude={"limit", "cursor"})
        return {name: value for name, value in given.items() if value}

    def query(self, cursor: str) -> str:
        """The same page size and filter from another place, as the query of an address."""
        return urlencode({"limit": self.limit, **self.wanted(), "cursor": cursor})


class PairsOut(Out):
    """Pairs in their fixed order. total: pairs that meet the filter. next: the address of the following page."""

    total: int
    pairs: list[dict[str, Any]]
    next: str | None


class ReplayOut(Out):
    """identical: the result is the recorded one bit for bit. differences: JSON Pointers into the result."""

    identical: bool
    same_code: bool
    differences: list[str]
