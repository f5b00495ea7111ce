"""Accounts, the roles that they hold, and what they sign in with."""

import sqlalchemy as sa
from alembic import op

from registry.errors import Conflict

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SHA256 = sa.String(64)
INSTANT = sa.DateTime(timezone=True)
OF_ACCOUNTS = (
    "role_grants", "passwords", "second_factors", "recovery_codes", "invitations", "identities", "account_sessions",
    "known_devices", "api_keys",
)  # fmt: skip


def upgrade() -> None:
    make_accounts()
    make_role_grants()
    make_passwords_and_second_factors()
    make_invitations_and_identities()
    make_sign_in_flows()
    make_sessions()
    make_api_keys()
    op.add_column("jobs", sa.Column("owner_id", sa.Uuid()))


def downgrade() -> None:
    """For the tests of migrations: the log names accounts, and no step back may make it name nobody."""
    if op.get_bind().execute(sa.select(sa.literal(1)).select_from(sa.table("accounts")).limit(1)).first():
        raise Conflict("The table accounts has rows, which a downgrade would destroy. Restore a backup instead.")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("owner_id")
    for table in (*OF_ACCOUNTS, "sign_in_flows", "sign_in_buckets", "accounts"):
        op.drop_table(table)


def account_id() -> sa.Column[object]:
    return sa.Column("account_id", sa.Uuid(), nullable=False)


def of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"))


def primary_key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def is_sha256(table: str, column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"length({column}) = 64", name=op.f(f"ck_{table}_{column}_is_sha256"))


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def make_accounts() -> None:
    table = "accounts"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_name", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
        sa.Column("erased_at", INSTANT),
        sa.Column("version", sa.BigInteger(), nullable=False),
        primary_key(table, "id"),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_accounts_sign_in_name")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_accounts_version_is_positive")),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (sign_in_name IS NOT NULL)", name=op.f("ck_accounts_erased_has_no_name")
        ),
    )
    index(table, "person_id")
    index(table, "created_at", "id")


def make_role_grants() -> None:
    table = "role_grants"
    rules = {
        "ends_after_it_begins": "valid_to >= valid_from",
        "ended_by_somebody": "(valid_to IS NULL) = (ended_by IS NULL)",
        "evaluator_is_bound_to_one": "(role = 'evaluator') = (evaluator_id IS NOT NULL)",
        "representative_has_a_region": "role <> 'site_representative' OR region IS NOT NULL",
    }
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        account_id(),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("evaluator_id", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("field_of_assessment", sa.Text()),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granting_person_id", sa.Uuid()),
        sa.Column("valid_from", INSTANT),
        sa.Column("confirmed_by", sa.Text()),
        sa.Column("valid_to", INSTANT),
        sa.Column("ended_by", sa.Text()),
        primary_key(table, "id"),
        of_account(table),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()),
    )
    index(table, "account_id")


def make_passwords_and_second_factors() -> None:
    op.create_table(
        "passwords",
        account_id(),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        primary_key("passwords", "account_id"),
        of_account("passwords"),
    )
    op.create_table(
        "second_factors",
        account_id(),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_used_step", sa.BigInteger()),
        primary_key("second_factors", "account_id"),
        of_account("second_factors"),
    )
    op.create_table(
        "recovery_codes",
        account_id(),
        sa.Column("code_sha256", SHA256, nullable=False),
        sa.Column("used_at", INSTANT),
        primary_key("recovery_codes", "account_id", "code_sha256"),
        of_account("recovery_codes"),
        is_sha256("recovery_codes", "code_sha256"),
    )


def make_invitations_and_identities() -> None:
    op.create_table(
        "invitations",
        sa.Column("token_sha256", SHA256, nullable=False),
        account_id(),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        primary_key("invitations", "token_sha256"),
        of_account("invitations"),
        is_sha256("invitations", "token_sha256"),
    )
    index("invitations", "account_id")
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        account_id(),
        sa.Column("linked_at", INSTANT, nullable=False),
        primary_key("identities", "issuer", "subject"),
        of_account("identities"),
    )
    index("identities", "account_id")


def make_sign_in_flows() -> None:
    op.create_table(
        "sign_in_flows",
        sa.Column("browser_sha256", SHA256, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("state", "nonce", "code_verifier", "next_path")),
        sa.Column("invitation_sha256", SHA256),
        sa.Column("expires_at", INSTANT, nullable=False),
        primary_key("sign_in_flows", "browser_sha256"),
        is_sha256("sign_in_flows", "browser_sha256"),
    )
    index("sign_in_flows", "expires_at")
    op.create_table(
        "sign_in_buckets",
        sa.Column("key", SHA256, nullable=False),
        sa.Column("full_at", INSTANT, nullable=False),
        primary_key("sign_in_buckets", "key"),
        is_sha256("sign_in_buckets", "key"),
    )
    index("sign_in_buckets", "full_at")


def make_sessions() -> None:
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", SHA256, nullable=False),
        account_id(),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        primary_key("account_sessions", "id"),
        of_account("account_sessions"),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_account_sessions_token_sha256")),
        is_sha256("account_sessions", "token_sha256"),
    )
    index("account_sessions", "account_id")
    op.create_table(
        "known_devices",
        sa.Column("token_sha256", SHA256, nullable=False),
        account_id(),
        sa.Column("expires_at", INSTANT, nullable=False),
        primary_key("known_devices", "token_sha256"),
        of_account("known_devices"),
        is_sha256("known_devices", "token_sha256"),
    )
    index("known_devices", "account_id")


def make_api_keys() -> None:
    table = "api_keys"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        account_id(),
        sa.Column("key_sha256", SHA256, nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        primary_key(table, "id"),
        of_account(table),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_api_keys_key_sha256")),
        is_sha256(table, "key_sha256"),
    )
    index(table, "account_id")
