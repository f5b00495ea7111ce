"""The scored pairs added up to one row per evaluator and visit: what the score is computed from."""

import pandas as pd

COLUMNS = (
    "evaluator_no",
    "evaluator_id",
    "spot_check_id",
    "site_id",
    "checker_id",
    "d",
    "m",
    "k_F",
    "n_F",
    "weight",
    "normalised_weight",
)


def numbered(pairs: pd.DataFrame, evaluator_ids: list[str]) -> pd.DataFrame:
    """The pairs with a first column evaluator_no, 1 for the first of evaluator_ids; blanks are empty texts."""
    places = {evaluator_id: number for number, evaluator_id in enumerate(evaluator_ids, start=1)}
    frame = pairs.copy()
    frame.insert(0, "evaluator_no", frame["evaluator_id"].map(places).fillna(0).astype("int64"))
    for name in ("reported_pass", "checked_pass", "direction"):
        frame[name] = frame[name].fillna("").astype(str).str.lower()
    return frame.sort_values(["evaluator_no", "spot_check_id", "site_id", "criterion_id", "check_row"], kind="stable")


def visit_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """One row per evaluator, spot check and site of numbered pairs, scored ones only, in the columns COLUMNS.

    d discrepancies of m pairs; k_F reported passes among n_F checked failures.
    """
    scored = pairs[pairs["use"] == "scored"]
    fails = scored["checked_pass"].eq("false")
    counted = scored.assign(
        d=scored["discrepancy"].astype("int64"),
        m=1,
        k_F=(fails & scored["reported_pass"].eq("true")).astype("int64"),
        n_F=fails.astype("int64"),
    )
    groups = counted.groupby(["evaluator_no", "evaluator_id", "spot_check_id", "site_id"], sort=True, as_index=False)
    visits = groups.agg(
        checker_id=("checker_id", "first"),
        d=("d", "sum"),
        m=("m", "sum"),
        k_F=("k_F", "sum"),
        n_F=("n_F", "sum"),
        weight=("weight", "first"),
        normalised_weight=("normalised_weight", "first"),
    )
    return visits[list(COLUMNS)]
