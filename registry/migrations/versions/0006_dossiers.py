"""Evaluators with the versions of their dossiers, persons, evidence files, and what is looked up in bulk."""

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

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IMMUTABLE = ("dossier_versions", "evidence_files")
# In the order in which they can be removed.
TABLES = (
    "staff_posts", "certificates", "ownership_edges", "evaluator_names", "evidence_files", "persons",
    "dossier_versions", "evaluators",
)  # fmt: skip
POSITIVE = {"number_is_positive": "number >= 1"}


def upgrade() -> None:
    make_evaluators()
    make_versions()
    make_persons()
    make_evidence()
    make_known()
    for table in IMMUTABLE:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. A dossier is kept nowhere else."""
    if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table("evaluators")).limit(1)).first():
        raise Conflict("The table evaluators has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def make_evaluators() -> None:
    table = "evaluators"
    make(
        table,
        *identifier("id"),
        *number("number"),
        word("code", 16),
        *text("name"),
        word("credit_code", 18, required=False),
        word("legal_form", 32),
        *text("region"),
        *number("dossier_number"),
        word("dossier_sha256", 64),
        *instant("created_at"),
        *text("created_by"),
        primary_key(table, "id"),
        unique(table, "number"),
        unique(table, "code"),
        unique(table, "credit_code"),
        rules=POSITIVE
        | {
            "dossier_number_is_positive": "dossier_number >= 1",
            "credit_code_has_18_characters": "length(credit_code) = 18",
            "dossier_sha256_is_sha256": "length(dossier_sha256) = 64",
        },
    )


def make_versions() -> None:
    table = "dossier_versions"
    make(
        table,
        *identifier("evaluator_id"),
        *number("number"),
        word("sha256", 64),
        *text("content", "submitted_by"),
        *identifier("person_id", required=False),
        *instant("submitted_at"),
        *text("idempotency_key", required=False),
        primary_key(table, "evaluator_id", "number"),
        reference(table, "evaluator_id", "evaluators.id"),
        unique(table, "submitted_by", "idempotency_key"),
        rules=POSITIVE | {"sha256_is_sha256": "length(sha256) = 64"},
    )


def make_persons() -> None:
    table = "persons"
    make(
        table,
        *identifier("id", "evaluator_id"),
        *text("ref"),
        *text("name", required=False),
        *instant("added_at"),
        *instant("erased_at", required=False),
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        unique(table, "evaluator_id", "ref"),
        rules={"erased_has_no_name": "(erased_at IS NULL) = (name IS NOT NULL)"},
    )


def make_evidence() -> None:
    table = "evidence_files"
    make(
        table,
        *identifier("evaluator_id"),
        word("sha256", 64),
        *text("name", "uploaded_by"),
        *identifier("person_id", required=False),
        *instant("uploaded_at"),
        primary_key(table, "evaluator_id", "sha256"),
        reference(table, "evaluator_id", "evaluators.id"),
        reference(table, "sha256", "contents.sha256"),
        rules={},
    )


def make_known() -> None:
    """What is looked up by its days, and by when the registry knew it."""
    known("evaluator_names", *text("name", "normal"), indexes=("normal",), rules={})
    known(
        "ownership_edges",
        *text("owner", "owned"),
        sa.Column("owner_is_state", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Double()),
        word("basis", 32),
        *text("source"),
        *day("seen_at"),
        indexes=("owner", "owned"),
        rules={"share_is_a_share": "share >= 0 AND share <= 1"},
    )
    known(
        "certificates",
        word("kind", 32),
        *text("certificate_number", "issuer"),
        word("dependency", 8),
        indexes=("valid_to",),
        rules={"dependency_is_known": "dependency IN ('hard', 'soft')"},
    )
    known(
        "staff_posts",
        *identifier("person_id"),
        word("post", 32),
        reference("staff_posts", "person_id", "persons.id"),
        indexes=("person_id",),
        rules={},
    )


def known(table: str, *parts: sa.Column[Any] | sa.Constraint, indexes: tuple[str, ...], rules: dict[str, str]) -> None:
    make(
        table,
        *identifier("id", "evaluator_id"),
        *day("valid_from", "valid_to", required=False),
        *instant("known_from"),
        *instant("known_to", required=False),
        *parts,
        primary_key(table, "id"),
        reference(table, "evaluator_id", "evaluators.id"),
        rules=rules,
    )
    for column in ("evaluator_id", *indexes):
        index(table, column)
