"""docs/accounts.md says what the code does."""

import importlib.util
import re
from pathlib import Path

from registry.accounts import passwords, queries, sign_in_service, throttle
from registry.accounts.permissions import Permission
from registry.accounts.service import INVITATION_LASTS
from registry.config import Settings

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")


def test_the_table_is_that_of_the_code() -> None:
    spec = importlib.util.spec_from_file_location("write_permissions", ROOT / "tools" / "write_permissions.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    assert tool.with_table(TEXT) == TEXT, "run: python tools/write_permissions.py"
    assert all(f"| `{each}` |" in TEXT for each in Permission)


def test_numbers_are_those_of_the_code() -> None:
    limits = (
        throttle.OF_ACCOUNT_AND_NETWORK, throttle.OF_NETWORK, throttle.OF_STRANGERS_TO_ACCOUNT, throttle.OF_KNOWN_DEVICE
    )  # fmt: skip
    listed = re.findall(r"\| (\d+) \| (\d+) minutes \|", TEXT)

    assert [(int(n), int(m)) for n, m in listed] == [(x.attempts, x.interval.total_seconds() // 60) for x in limits]
    assert f"{passwords.SHORTEST} to {passwords.LONGEST} characters" in TEXT
    assert f"after {queries.LONGEST_IDLE.total_seconds() / 60:.0f} minutes" in TEXT
    assert f"after {queries.LONGEST_SESSION.total_seconds() / 3600:.0f} hours" in TEXT
    assert f"for {sign_in_service.DEVICE_LASTS.days} days" in TEXT
    assert f"within {INVITATION_LASTS.days} days" in TEXT


def test_every_setting_of_accounts_is_named() -> None:
    for name in Settings.model_fields:
        if name.startswith(("oidc", "public", "trusted")) and not name.endswith("_file"):
            assert f"REGISTRY_{name.upper()}" in TEXT
