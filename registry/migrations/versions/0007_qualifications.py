"""Applications with their steps and findings, scope items and what happens to them, surveillances and appeals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.columns import (
    day,
    identifier,
    index,
    instant,
    make,
    number,
    primary_key,
    reference,
    text,
    unique,
    word,
)
from registry.migrations.immutable import refuse_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# In the order in which they can be removed.
TABLES = (
    "appeal_outcomes", "appeals", "finding_actions", "findings", "surveillance_results", "surveilled_items",
    "surveillances", "qualification_events", "scope_items", "assessed_facts", "application_steps", "applications",
)  # fmt: skip
TYPES = "'grant', 'suspend', 'reinstate', 'reduce', 'extend', 'renew', 'withdraw', 'surrender', 'annul'"
STEPS = (
    "'submit', 'accept', 'assess', 'raise_findings', 'answer_findings', 'conclude', 'grant', 'grant_reduced', "
    "'refuse', 'withdraw', 'lapse'"
)
POSITIVE = {"number_is_positive": "number >= 1"}
EVIDENCE = {"evidence_sha256_is_sha256": "length(evidence_sha256) = 64"}


def upgrade() -> None:
    make_applications()
    make_items()
    make_events()
    make_surveillances()
    make_findings()
    make_appeals()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. What was decided is kept nowhere else."""
    for table in ("applications", "scope_items"):
        if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
            raise Conflict(f"The table {table} has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def truth(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def digest(name: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(64), nullable=not required)


def recorded() -> list[sa.Column[Any]]:
    return [*instant("recorded_at"), *text("recorded_by"), *identifier("person_id", required=False)]


def make_applications() -> None:
    table = "applications"
    make(
        table,
        *identifier("id", "evaluator_id"),
        *instant("created_at"),
        *text("created_by"),
        *identifier("person_id", required=False),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        rules={},
    )
    index(table, "evaluator_id")
    index(table, "created_at", "id")
    make(
        "application_steps",
        *identifier("application_id"),
        *number("number"),
        word("type", 16),
        *day("taken_on"),
        *number("dossier_number", required=False),
        *text("content"),
        *recorded(),
        primary_key("application_steps", "application_id", "number"),
        reference("application_steps", "application_id", "applications.id"),
        rules={"type_is_known": f"type IN ({STEPS})"} | POSITIVE,
    )
    make(
        "assessed_facts",
        *identifier("application_id"),
        *number("number"),
        *text("fact", "value", "grounds"),
        digest("evidence_sha256"),
        *recorded(),
        primary_key("assessed_facts", "application_id", "number"),
        reference("assessed_facts", "application_id", "applications.id"),
        rules=POSITIVE | EVIDENCE | {"has_grounds": "grounds <> ''"},
    )


def make_items() -> None:
    table = "scope_items"
    make(
        table,
        *identifier("id", "evaluator_id"),
        *number("number"),
        *identifier("application_id", required=False),
        *text("domain", "regions"),
        truth("descendants"),
        *text("excepted", "evaluation_type", "subject_level", "standard_family", "from_version"),
        *text("before_version", required=False),
        *instant("recorded_at"),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "application_id", "applications.id"),
        unique(table, "evaluator_id", "number"),
        rules=POSITIVE,
    )
    index(table, "application_id")


def make_events() -> None:
    table = "qualification_events"
    make(
        table,
        *identifier("id"),
        *number("seq"),
        *identifier("evaluator_id", "item_id"),
        word("type", 16),
        *identifier("decision_id"),
        *day("decided_on", "effective_from"),
        *instant("published_at", required=False),
        *recorded(),
        *day("valid_from", "valid_to", required=False),
        *text("causes", "closes"),
        *identifier("parent_item_id", required=False),
        truth("under_investigation"),
        *identifier("supersedes", required=False),
        word("becomes", 16, required=False),
        *text("reason"),
        *text("rule", required=False),
        digest("evidence_sha256"),
        digest("sha256", required=True),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "item_id", "scope_items.id"),
        reference(table, "parent_item_id", "scope_items.id"),
        reference(table, "supersedes", f"{table}.id"),
        unique(table, "seq"),
        unique(table, "supersedes"),
        rules={
            "type_is_known": f"type IN ({TYPES}, 'correct')",
            "becomes_is_known": f"becomes IN ({TYPES})",
            "correction_names_what_it_corrects": "(type = 'correct') = (supersedes IS NOT NULL)",
            "only_a_correction_becomes": "type = 'correct' OR becomes IS NULL",
            "has_a_reason": "reason <> ''",
            "seq_is_positive": "seq >= 1",
            "sha256_is_sha256": "length(sha256) = 64",
        }
        | EVIDENCE,
    )
    index(table, "item_id", "effective_from", "seq")
    index(table, "evaluator_id", "recorded_at")
    index(table, "decision_id")


def make_surveillances() -> None:
    table = "surveillances"
    make(
        table,
        *identifier("id", "evaluator_id"),
        word("kind", 16),
        *day("due_on"),
        *text("reason"),
        *recorded(),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        rules={
            "kind_is_known": "kind IN ('routine', 'reactive', 'randomized')",
            "out_of_turn_has_a_reason": "kind = 'routine' OR reason <> ''",
        },
    )
    index(table, "evaluator_id")
    index(table, "due_on")
    make(
        "surveilled_items",
        *identifier("surveillance_id", "item_id"),
        primary_key("surveilled_items", "surveillance_id", "item_id"),
        reference("surveilled_items", "surveillance_id", f"{table}.id"),
        reference("surveilled_items", "item_id", "scope_items.id"),
        rules={},
    )
    index("surveilled_items", "item_id")
    make(
        "surveillance_results",
        *identifier("surveillance_id"),
        *day("completed_on", required=False),
        *text("statement"),
        digest("evidence_sha256"),
        *recorded(),
        primary_key("surveillance_results", "surveillance_id"),
        reference("surveillance_results", "surveillance_id", f"{table}.id"),
        rules={"has_a_statement": "statement <> ''"} | EVIDENCE,
    )


def make_findings() -> None:
    table = "findings"
    make(
        table,
        *identifier("id", "evaluator_id"),
        *identifier("application_id", "surveillance_id", required=False),
        word("grade", 16),
        *text("requirement", required=False),
        *text("statement"),
        *day("due_on"),
        *recorded(),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "application_id", "applications.id"),
        reference(table, "surveillance_id", "surveillances.id"),
        rules={
            "grade_is_known": "grade IN ('major', 'minor')",
            "of_one_procedure": "(application_id IS NULL) <> (surveillance_id IS NULL)",
            "has_a_statement": "statement <> ''",
        },
    )
    for column in ("evaluator_id", "application_id", "surveillance_id"):
        index(table, column)
    make(
        "finding_actions",
        *identifier("finding_id"),
        *number("number"),
        word("type", 16),
        *day("taken_on"),
        *text("statement"),
        digest("evidence_sha256"),
        *recorded(),
        primary_key("finding_actions", "finding_id", "number"),
        reference("finding_actions", "finding_id", f"{table}.id"),
        rules={"type_is_known": "type IN ('answer', 'accept', 'return')", "has_a_statement": "statement <> ''"}
        | POSITIVE
        | EVIDENCE,
    )


def make_appeals() -> None:
    table = "appeals"
    make(
        table,
        *identifier("id", "evaluator_id", "decision_id"),
        *day("filed_on"),
        *text("grounds"),
        *recorded(),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        rules={"has_grounds": "grounds <> ''"},
    )
    index(table, "evaluator_id")
    index(table, "decision_id")
    make(
        "appeal_outcomes",
        *identifier("appeal_id"),
        word("outcome", 16),
        *day("decided_on"),
        *text("reason"),
        *identifier("correction_id", required=False),
        *recorded(),
        primary_key("appeal_outcomes", "appeal_id"),
        reference("appeal_outcomes", "appeal_id", f"{table}.id"),
        rules={
            "outcome_is_known": "outcome IN ('upheld', 'dismissed', 'withdrawn')",
            "upheld_corrects": "(outcome = 'upheld') = (correction_id IS NOT NULL)",
            "has_a_reason": "reason <> ''",
        },
    )
