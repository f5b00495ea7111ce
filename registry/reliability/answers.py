"""Recorded comparisons and jobs as the API and the command line show them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from registry.errors import Kind, RegistryError, Violation
from registry.problem_details import first_errors, members, status_of
from registry.reliability.models import Job, RecordedComparison
from registry.reliability.service import CheckedInputs
from registry.reliability.submission import ROLES, Submission
from registry.reliability.wire import ComparisonOut, DryRunOut, FileOut, JobOut, SideOut

PREFIX = "/api/v1"
UNFORESEEN: dict[str, Any] = {
    "kind": None,
    "status": 500,
    "code": "internal-error",
    "title": "Something went wrong",
    "detail": "The fault is ours, not yours. The server's log says what happened.",
    "error_count": 0,
    "errors": [],
}


def comparison_out(recorded: RecordedComparison) -> ComparisonOut:
    address = f"{PREFIX}/comparisons/{recorded.id}"
    description = recorded.description
    return ComparisonOut(
        id=recorded.id,
        recorded_at=recorded.recorded_at,
        title=recorded.title,
        method_version=recorded.method_version,
        parameters_sha256=recorded.parameters_sha256,
        code_sha256=recorded.code_sha256,
        result_sha256=recorded.result_sha256,
        # The kept description is canonical JSON, which sorts its members.
        files=[FileOut(role=role, **description["files"][role]) for role in ROLES],
        options=description["options"],
        evaluators=recorded.evaluators,
        visits=recorded.visits,
        pairs=recorded.pairs,
        discrepancy_rate=recorded.discrepancy_rate,
        links={
            "self": address,
            "result": f"{address}/result",
            "pairs": f"{address}/pairs",
            "pairs_csv": f"{address}/pairs.csv",
            "unpaired_csv": f"{address}/unpaired.csv",
            "replay": f"{address}/replay",
        },
    )


def job_out(job: Job) -> JobOut:
    return JobOut(
        id=job.id,
        state=job.state,
        progress=job.progress,
        message=job.message,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        comparison=f"{PREFIX}/comparisons/{job.comparison_id}" if job.comparison_id else None,
        problem=_problem(job.error) if job.error else None,
    )


def _problem(error: Mapping[str, Any]) -> dict[str, Any]:
    """The kept error of a job as the problem that the request would have been answered with."""
    violations = [Violation(**each) for each in error["errors"]]
    status = error.get("status") or status_of(Kind(error["kind"]), error["code"])
    found = members(status, error["code"], error["title"], error["detail"], violations)
    return found | ({"error_count": error["error_count"]} if violations else {})


def kept_error(error: RegistryError) -> dict[str, Any]:
    """The error as a value: kind, code, title, detail, the first violations and their number."""
    return {
        "kind": error.kind.value,
        "code": error.code,
        "title": error.title,
        "detail": error.detail,
        "error_count": len(error.violations),
        "errors": [asdict(each) for each in error.violations[:100]],
    }


def dry_run_out(checked: CheckedInputs, submission: Submission) -> DryRunOut:
    sides = {
        side.side: SideOut(
            rows=side.rows_read,
            bad_rows=len(side.bad_rows()),
            ignored_columns=list(side.ignored_columns),
            absent_columns=list(side.absent_columns),
        )
        for _, side in checked.sides()
    }
    violations: list[Violation] = [each for _, side in checked.sides() for each in side.violations]
    goes_on = not violations or submission.options.on_error == "report"
    return DryRunOut(
        would_be_recorded=goes_on and all(len(side.frame) > 0 for _, side in checked.sides()),
        reports=sides["reports"],
        spot_checks=sides["spot_checks"],
        error_count=len(violations),
        errors=first_errors(violations),
    )
