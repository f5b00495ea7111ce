"""The pages of accounts in Chromium: nothing overflows, axe finds nothing serious, a person gets in without scripts."""

import base64
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from databases import Databases
from people import PASSWORD, make_person, with_password
from playwright.sync_api import Page, sync_playwright
from sqlalchemy.orm import Session
from test_pages_in_browser import ARGUMENTS, WIDTHS, chromium

from registry.accounts.permissions import HeldRole, Role
from registry.accounts.totp import code_at
from registry.app import create_app
from registry.clock import utc_now
from registry.config import Settings
from registry.db import open_database, write

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NAME = "wang"
LONG_NAME = "representative.of.a.very.long.named.township.government@example"


def make_with_password(roles: tuple[Role | HeldRole, ...], name: str, session: Session) -> None:
    with_password(session, make_person(session, *roles, name=name))


@pytest.fixture(scope="module")
def address(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with one account, on a port that the kernel gives."""
    folder = tmp_path_factory.mktemp("browser")
    url = databases.migrated("sqlite", folder)
    region = HeldRole(Role.SITE_REPRESENTATIVE, region=("浙江省", "杭州市", "西湖区"))
    roles = (Role.EDITOR, region)
    with closing(open_database(url)) as database, socket.socket() as listener:
        for name in (LONG_NAME, NAME):
            # The name is bound now: the function runs at once, but may run again.
            write(database, partial(make_with_password, roles, name))
        listener.bind(("127.0.0.1", 0))
        settings = Settings(database_url=url, keys_dir=folder / "keys", oidc_issuer="https://login.example.org",
                            oidc_client_id="registry", oidc_label="统一身份认证")  # fmt: skip
        server = uvicorn.Server(uvicorn.Config(create_app(settings, None, database), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        end = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=30)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser.new_context(java_script_enabled=True).new_page()
        browser.close()


def sign_in(page: Page, address: str, name: str, code: str = "") -> None:
    page.goto(f"{address}/sign-in?lang=en")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.fill("#code", code)
    with page.expect_navigation():
        page.click("main button >> nth=0")


def check(page: Page, width: int) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(page).response["violations"]
    serious = [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found
               if each["impact"] in ("serious", "critical")]  # fmt: skip

    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_fit_and_can_be_used_by_everybody(page: Page, address: str, language: str, width: int) -> None:
    page.context.clear_cookies()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/sign-in?lang={language}")
    check(page, width)
    page.fill("#name", LONG_NAME)
    page.fill("#password", "wrong")
    page.click("main button >> nth=0")
    page.wait_for_selector(".govuk-error-summary")
    assert page.locator("#name").input_value() == LONG_NAME
    assert page.locator("#password").input_value() == ""
    check(page, width)
    sign_in(page, address, LONG_NAME)
    page.goto(f"{address}/account?lang={language}")
    check(page, width)
    page.click("form[action*='second-factor'] button")
    page.wait_for_selector("code.secret")
    check(page, width)


def test_a_person_sets_up_a_second_factor_makes_a_key_and_signs_out(page: Page, address: str) -> None:
    page.context.clear_cookies()
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, address, NAME)
    page.goto(f"{address}/account?lang=en")
    page.click("text=Make an API key")
    page.fill("#label", "laptop")
    page.check("input[value='comparison.read']")
    page.click("text=Make the key")
    assert page.locator("code.secret").inner_text().startswith("evr_")
    check(page, 1280)
    page.click("text=Set up an authenticator app")
    secret = base64.b32decode(page.locator("code.secret").inner_text())
    page.fill("#code", code_at(secret, utc_now()))
    page.click("text=Use the app from now on")
    codes = re.findall(r"(?<![\w-])[a-z2-7]{4}(?:-[a-z2-7]{4}){3}(?![\w-])", page.inner_text("main"))
    assert len(codes) == 8
    page.click("text=Sign out >> nth=0")
    page.wait_for_url("**/sign-in*")
    sign_in(page, address, NAME)
    assert page.locator(".govuk-error-summary").count() == 1
    sign_in(page, address, NAME, code=codes[0])
    assert NAME in page.inner_text("header")
