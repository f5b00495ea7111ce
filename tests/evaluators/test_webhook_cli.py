"""The commands of webhooks: what their routes do, by whoever runs the machine."""

import json
from typing import Any

import pytest
from faces import run_command
from sqlalchemy.orm import Session
from webhook_receivers import MESSAGE

from registry.clock import utc_now
from registry.config import Settings
from registry.db import Database, write
from registry.evaluators import webhook_service as service
from registry.keys import keys_folder, keys_of
from registry.secret_box import box_for

HOOK = "https://hooks.example.org/registry"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    monkeypatch.setenv("REGISTRY_WEBHOOK_ORIGINS", "https://hooks.example.org")


def said(*arguments: str) -> tuple[int, str]:
    status, printed, complained = run_command("webhooks", *arguments)
    return status, printed.decode() + complained


def good(*arguments: str) -> Any:
    status, text = said(*arguments, "--json")
    assert status == 0, text
    return json.loads(text)


class Taking:
    """Stands for the network: whoever is told takes it."""

    def require_allowed(self, _url: str) -> None:
        """Anywhere."""

    def post(self, _url: str, _content: bytes, _headers: dict[str, str]) -> int:
        return 200


def announce(database: Database, number: int = 1) -> None:
    def work(session: Session) -> None:
        for _ in range(number):
            service.announce(session, MESSAGE, utc_now())

    write(database, work)


def test_an_endpoint_is_added_removed_enabled_and_told_what_it_missed(database: Database) -> None:
    assert said("list") == (0, "Nobody is told of changes. Use: registry webhooks add URL\n")
    made = good("add", HOOK, "--description", "行业平台")
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in said("list")[1]
    assert [each["id"] for each in good("list")["endpoints"]] == [made["id"]]

    removed = good("remove", made["id"], "--reason", "repairs")
    assert removed["disabled_reason"] == "repairs"
    assert "told nothing since" in said("list")[1]
    assert said("remove", made["id"], "--reason", "again")[0] == 4
    announce(database, 2)
    assert good("enable", made["id"])["disabled_at"] is None
    assert good("recover", made["id"], "--since", "2026-01-01T00:00:00Z") == {"messages": 2}
    assert len(good("deliveries")["deliveries"]) == 2
    assert good("recover", made["id"], "--since", "2026-01-01T00:00:00Z") == {"messages": 0}


def test_a_delivery_is_listed_shown_and_replayed_once_it_came_to_something(database: Database) -> None:
    endpoint = good("add", HOOK)["id"]
    announce(database)
    (waiting,) = good("deliveries", "--endpoint", endpoint, "--state", "waiting")["deliveries"]
    assert said("replay", waiting["id"])[0] == 4

    url = database.engine.url.render_as_string(hide_password=False)
    keys = keys_of(database, keys_folder(Settings().keys_dir, url))
    assert service.send_due(database, Taking(), lambda: box_for(keys.sealing, service.PURPOSE), utc_now)
    status, text = said("show", waiting["id"])
    shown = json.loads(text)
    assert (status, shown["state"], shown["attempts"][0]["status"]) == (0, "delivered", 200)
    again = good("replay", waiting["id"])
    assert (again["replays"], again["webhook_id"]) == (waiting["id"], waiting["webhook_id"])
    assert again["id"] in said("deliveries", "--state", "waiting")[1]
    assert said("deliveries", "--state", "given_up") == (0, "There is no such delivery.\n")


def test_what_cannot_be_done_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("add", "https://evil.example/")[0] == 1
    assert said("add", HOOK, "--description", "a\u202eb")[0] == 1
    for arguments in (("remove", NOBODY, "--reason", "x"), ("enable", "x"), ("replay", NOBODY), ("show", "x")):
        assert said(*arguments)[0] == 3, arguments
    assert said("remove", NOBODY)[0] == 2
    assert said("recover", NOBODY, "--since", "yesterday")[0] == 1
    monkeypatch.delenv("REGISTRY_WEBHOOK_ORIGINS")
    assert "REGISTRY_WEBHOOK_ORIGINS" in said("add", HOOK)[1]
