"""Regions: what was imported about divisions and their changes, classifying facts, the match of two code systems."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict
from registry.migrations.immutable import refuse_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SHA256 = sa.String(64)
CODE = sa.String(40)
WORD = sa.String(16)
INSTANT = sa.DateTime(timezone=True)
LEVELS = "level IN ('province', 'prefecture', 'county', 'township', 'village')"
# In the order in which they can be removed.
TABLES = ("region_matches", "region_matchings", "region_facts", "division_changes", "divisions", "region_imports")


def upgrade() -> None:
    make_imports()
    make_divisions()
    make_changes()
    make_facts()
    make_matches()
    for table in TABLES:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """For the tests of migrations. Other records name regions, and no step back may make them name nothing."""
    if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table("region_imports")).limit(1)).first():
        raise Conflict("The table region_imports has rows, which a downgrade would destroy. Restore a backup instead.")
    for table in TABLES:
        op.drop_table(table)


def rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def primary_key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def row_of_import() -> list[sa.Column[object]]:
    return [
        sa.Column("import_number", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
    ]


def make_imports() -> None:
    table = "region_imports"
    rules = {
        "kind_is_known": "kind IN ('divisions', 'changes', 'facts')",
        "facts_are_of_any_system": "(kind = 'facts') = (system IS NULL)",
        "edition_has_its_day": "(kind = 'divisions') = (as_of IS NOT NULL)",
        "complete_days_are_in_order": "complete_from <= complete_to",
        "complete_days_are_whole": (
            "(complete_from IS NULL) = (complete_to IS NULL) AND (complete_from IS NULL) = (complete_level IS NULL)"
        ),
        "content_sha256_is_sha256": "length(content_sha256) = 64",
    }
    op.create_table(
        table,
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("system", CODE),
        *(sa.Column(name, sa.Date()) for name in ("as_of", "complete_from", "complete_to")),
        sa.Column("complete_level", WORD),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_sha256", SHA256, nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        primary_key(table, "number"),
        unique(table, "id"),
        unique(table, "kind", "system", "as_of"),
        *(rule(table, name, condition) for name, condition in rules.items()),
    )


def make_divisions() -> None:
    table = "divisions"
    op.create_table(
        table,
        *row_of_import(),
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", WORD, nullable=False),
        sa.Column("parent_code", CODE),
        *(sa.Column(name, sa.Date()) for name in ("valid_from", "valid_to")),
        primary_key(table, "import_number", "place"),
        reference(table, "import_number", "region_imports.number"),
        rule(table, "level_is_known", LEVELS),
        rule(table, "days_are_in_order", "valid_from < valid_to"),
    )


def make_changes() -> None:
    table = "division_changes"
    kinds = "kind IN ('renamed', 'recoded', 'moved', 'merged', 'split', 'abolished', 'established')"
    op.create_table(
        table,
        *row_of_import(),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("from_code", CODE),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("from_name", "from_parent")),
        sa.Column("to_code", CODE),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("to_name", "to_parent")),
        sa.Column("level", WORD),
        primary_key(table, "import_number", "place"),
        reference(table, "import_number", "region_imports.number"),
        rule(table, "kind_is_known", kinds),
        rule(table, "comes_from_somewhere", "(kind = 'established') = (from_code IS NULL)"),
        rule(table, "leads_somewhere", "(kind = 'abolished') = (to_code IS NULL)"),
        rule(table, "level_is_known", LEVELS),
    )


def make_facts() -> None:
    table = "region_facts"
    op.create_table(
        table,
        *row_of_import(),
        sa.Column("system", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("coded_on", sa.Date(), nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        primary_key(table, "import_number", "place"),
        reference(table, "import_number", "region_imports.number"),
        rule(table, "days_are_in_order", "valid_from < valid_to"),
    )
    index(table, "key", "system", "code")


def make_matches() -> None:
    table = "region_matchings"
    op.create_table(
        table,
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("mca_import", "nbs_import")),
        sa.Column("matched_at", INSTANT, nullable=False),
        primary_key(table, "number"),
        *(reference(table, name, "region_imports.number") for name in ("mca_import", "nbs_import")),
        unique(table, "mca_import", "nbs_import"),
    )
    table = "region_matches"
    op.create_table(
        table,
        sa.Column("matching_number", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("level", WORD, nullable=False),
        sa.Column("mca_code", CODE),
        sa.Column("nbs_code", CODE),
        primary_key(table, "matching_number", "place"),
        reference(table, "matching_number", "region_matchings.number"),
        rule(table, "is_of_something", "mca_code IS NOT NULL OR nbs_code IS NOT NULL"),
        rule(table, "level_is_known", LEVELS),
    )
    index(table, "matching_number", "mca_code")
    index(table, "matching_number", "nbs_code")
