"""The public page of verification in Chromium: axe finds nothing serious, nothing overflows, and it needs no script."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn
from attestation_samples import ADDRESS, make_issuer, save_check
from databases import Databases
from evaluator_samples import at
from playwright.sync_api import Page, sync_playwright
from sqlalchemy.orm import Session
from test_account_pages_in_browser import check
from test_pages_in_browser import ARGUMENTS, WIDTHS, chromium
from vetting_samples import make_scope, make_vetting

from registry.app import create_app
from registry.config import Settings
from registry.db import open_database, write
from registry.eligibility import attestation_service as service

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def address(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with one attestation; the address of its page."""
    folder = tmp_path_factory.mktemp("verify")

    def made(session: Session) -> str:
        vetting = make_vetting(session, folder)
        items = vetting.granted(make_scope("agri"), make_scope("env"))
        stored = save_check(session, vetting.evaluator, items, at("2026-03-01"))
        return str(service.issue(session, vetting.officer, stored, make_issuer(), at("2026-03-01")).id)

    with closing(open_database(databases.migrated("sqlite", folder))) as database, socket.socket() as listener:
        attestation = write(database, made)
        listener.bind(("127.0.0.1", 0))
        app = create_app(Settings(public_url=ADDRESS, keys_dir=folder / "keys"), None, database)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        end = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/verify?id={attestation}"
        server.should_exit = True
        thread.join(timeout=30)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_can_be_used_by_everybody(page: Page, address: str, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}&lang={language}")
    assert "呼伦贝尔评估院" in page.content()
    check(page, width)

    page.fill("#id", "nobody")
    page.click("main button >> nth=0")
    page.wait_for_selector(".govuk-error-summary")
    check(page, width)
