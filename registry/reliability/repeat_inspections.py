"""Repeat inspections as reports and spot checks: an inspection, and the next one of that unit by another group."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from registry.errors import Invalid


class InvalidInspections(Invalid):
    code = "invalid-inspections"
    title = "The inspections cannot be used"


COLUMNS = ("inspection_id", "unit_id", "evaluator_group", "inspection_date", "violations")


_CIRCULAR = (
    "The groups were formed by the data's authors from how strict single inspectors were: differences between groups"
    " are partly by construction and prove no effect size."
)


@dataclass(frozen=True, slots=True)
class RepeatInspections:
    """reports, spot_checks: one row per finding, as `compare` takes them. dropped: citations of unknown items."""

    reports: pd.DataFrame
    spot_checks: pd.DataFrame
    inspections: int
    units: int
    pairs: int
    dropped: dict[str, int]

    def notes(self, within_days: int) -> tuple[str, ...]:
        """What a reader of the result must know about such data."""
        dropped = tuple(
            f"{count} inspections cite an item {item} that the list does not have; these citations were dropped."
            for item, count in self.dropped.items()
        )
        followed = f"{self.pairs} were followed by another group's inspection within {within_days} days"
        return (
            f"{self.inspections} inspections of {self.units} units; {followed}.",
            "The first of each two is taken as the report, the second as the check.",
            "Neither inspection is the truth, and the unit may have changed between them.",
            _CIRCULAR,
            "The inspections were not drawn as checks and none was doubled.",
            *dropped,
        )


def as_reports_and_checks(inspections: pd.DataFrame, items: Sequence[str], *, within_days: int) -> RepeatInspections:
    """Every inspection that another group followed up within within_days, beside that follow-up.

    inspections: text columns COLUMNS, one row each; violations names items by number, separated by ";". items: ids of
    the criteria, v01 for item 1. A unit and the date of the first visit make one site, so that a follow-up is held
    against the inspection just before it and no older one. Raises InvalidInspections for missing columns.
    """
    missing = [name for name in COLUMNS if name not in inspections.columns]
    if missing:
        raise InvalidInspections(f"The inspections lack {', '.join(missing)}.")
    visits = inspections.sort_values(["unit_id", "inspection_date", "inspection_id"], ignore_index=True)
    following = visits.shift(-1)
    day, next_day = (pd.to_datetime(each["inspection_date"]) for each in (visits, following))
    paired = (
        (visits["unit_id"] == following["unit_id"])
        & (visits["evaluator_group"] != following["evaluator_group"])
        & ((next_day - day).dt.days <= within_days)
    )
    first, second = visits[paired], following[paired]
    site = first["unit_id"] + "/" + first["inspection_date"]
    cited = visits["violations"].fillna("").str.split(";").explode()
    unknown = cited[(cited != "") & ~cited.map(_item_id).isin(items)].value_counts()
    return RepeatInspections(
        reports=_findings(first, site, items, {"inspection_id": "report_id", "evaluator_group": "evaluator_id"}),
        spot_checks=_findings(second, site, items, {"inspection_id": "spot_check_id", "evaluator_group": "checker_id"}),
        inspections=len(visits),
        units=int(visits["unit_id"].nunique()),
        pairs=len(first),
        dropped={str(item): int(count) for item, count in unknown.items()},
    )


def _item_id(number: str) -> str:
    return f"v{number.zfill(2)}"


def _findings(
    visits: pd.DataFrame, site: "pd.Series[str]", items: Sequence[str], names: dict[str, str]
) -> pd.DataFrame:
    """One row per visit and item; the value says whether the item was cited as a violation."""
    cited = visits["violations"].fillna("").str.split(";").map(lambda numbers: {_item_id(each) for each in numbers})
    head = visits[[*names, "inspection_date"]].rename(columns={**names, "inspection_date": "observed_on"})
    rows = head.assign(site_id=site, cited=cited).merge(pd.Series(list(items), name="criterion_id"), how="cross")
    rows["value"] = [item in found for item, found in zip(rows["criterion_id"], rows["cited"], strict=True)]
    return rows.drop(columns="cited")
