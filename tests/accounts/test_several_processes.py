"""Several servers on one database, and what a server believes of the network."""

import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from api_requests import stranger_of
from people import saved_person

from registry import server
from registry.accounts.permissions import Role
from registry.db import Database, open_database

REVOKE = """
import sys
from registry.accounts import operator_service
from registry.clock import utc_now
from registry.db import open_database, write
opened = open_database(sys.argv[1])
write(opened, lambda session: operator_service.revoke(session, sys.argv[2], "auditor", utc_now()))
opened.close()
"""


def test_a_role_that_another_process_removed_is_gone_at_the_next_request(database: Database, database_url: str) -> None:
    auditor = saved_person(database, Role.AUDITOR)
    with closing(open_database(database_url)) as other:
        servers = [stranger_of(database), stranger_of(other)]
        assert [each.get("/api/v1/comparisons", headers=auditor.bearer).status_code for each in servers] == [200, 200]

        subprocess.run([sys.executable, "-c", REVOKE, database_url, auditor.name], check=True)

        assert [each.get("/api/v1/comparisons", headers=auditor.bearer).status_code for each in servers] == [403, 403]


@pytest.mark.parametrize(("setting", "believed"), [(None, False), ("10.0.0.5", True)])
def test_nobody_says_for_whom_a_request_is_unless_the_settings_trust_them(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, believed: bool
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **options: given.update(options))
    if setting:
        monkeypatch.setenv("REGISTRY_TRUSTED_PROXIES", setting)

    server.serve(None, server.Address("127.0.0.1", 8000), None)

    assert (given["proxy_headers"], given["forwarded_allow_ips"]) == (believed, setting)
