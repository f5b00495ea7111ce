"""The pages in Chromium: the chart is drawn, nothing leaves the machine, nothing overflows, nothing fails axe."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pylopdf_fonts_zh_cn
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright
from samples import EVALUATORS, make_sample

from registry.app import create_app
from registry.config import Settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCORED = sum(each[6] is not None for each in EVALUATORS)
WIDTHS = (1280, 360)
PROBLEM_PAGES = ("/problems?", "/problems/idempotency-key-reused?", "/problems/network-authentication-required?")
# No font has this character: what a browser draws for it is its sign for a missing glyph.
NO_LETTER = chr(0x10FFFD)
WITHOUT_GLYPH = """(text) => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const draw = (letter) => {
        canvas.width = canvas.height = 40;
        context.font = `24px ${getComputedStyle(document.querySelector("h1")).fontFamily}`;
        context.fillText(letter, 4, 30);
        return context.getImageData(0, 0, 40, 40).data.toString();
    };
    const missing = draw(String.fromCodePoint(0x10FFFD));
    return [...new Set(text)].filter((letter) => letter.trim() && draw(letter) === missing);
}"""


def chromium() -> str:
    found = os.environ.get("REGISTRY_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "Chromium is needed: apt-get install chromium, or name it in REGISTRY_TEST_CHROMIUM."
    return found


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real server on a port that the kernel gives."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(Settings(), make_sample()), log_level="warning"))
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
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    fonts = tmp_path_factory.mktemp("data") / "fonts"
    fonts.mkdir()
    shutil.copy(pylopdf_fonts_zh_cn.sans_path(), fonts)
    with sync_playwright() as playwright:
        environment = {**os.environ, "XDG_DATA_HOME": str(fonts.parent)}
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS, env=environment)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page with everything that it said and asked for."""

    page: Page
    messages: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    visit = Visit(browser.new_page(viewport={"width": 1280, "height": 900}))

    def remember(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob"):
            visit.hosts.add(parts.hostname or "")

    visit.page.on("console", lambda message: visit.messages.append(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.messages.append(str(error)))
    visit.page.on("request", remember)
    yield visit
    visit.page.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_chart_is_drawn_without_a_word_on_the_console(
    visit: Visit, address: str, language: str, width: int
) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open(f"{address}/?lang={language}")
    visit.page.wait_for_selector("#chart svg")

    dots = visit.page.locator("#chart svg .mark-symbol.scores path, #chart svg .scores_marks path")
    labels = visit.page.locator("#chart svg .role-axis-label text")
    texts = labels.all_text_contents()

    assert dots.count() == SCORED
    assert sum(any(text.rstrip("…")[:5] in each[0] for each in EVALUATORS) for text in texts) >= len(EVALUATORS)
    assert visit.messages == []
    assert visit.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path",
    ["/?", "/pairs?", "/pairs?evaluator=001&", "/pairs?use=unknown&", "/missing?", "/api?", *PROBLEM_PAGES],
)
def test_no_page_is_wider_than_the_window(visit: Visit, address: str, language: str, width: int, path: str) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open(f"{address}{path}lang={language}")
    visit.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/?", "/pairs?", "/pairs?use=unknown&", *PROBLEM_PAGES[:2]])
def test_axe_finds_nothing_serious(visit: Visit, address: str, language: str, path: str) -> None:
    visit.open(f"{address}{path}lang={language}")
    visit.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(visit.page).response["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]

    assert serious == []


def test_a_heading_sorts_the_table(visit: Visit, address: str) -> None:
    visit.open(f"{address}/?lang=zh")
    visit.page.click("#evaluators thead a >> nth=2")
    visit.page.wait_for_url("**/?sort=-visits&lang=zh*")
    visits = [int(text) for text in visit.page.locator("#evaluators tbody td:nth-child(3)").all_text_contents()]

    assert visits == sorted(visits, reverse=True)


def test_a_number_leads_to_its_pairs_and_back(visit: Visit, address: str) -> None:
    visit.open(f"{address}/?lang=en")
    row = visit.page.locator("#evaluators tbody tr", has_text="91330000MA27XW1X0A")
    row.locator("td:nth-child(6) a").click()
    visit.page.wait_for_selector("#pairs")

    assert visit.page.locator("#pairs tbody tr").count() == 40
    assert visit.page.locator("#discrepancy").input_value() == "1"
    visit.page.click(".govuk-back-link")
    visit.page.wait_for_selector("#evaluators")
    assert "lang=en" in visit.page.url


def test_the_filter_form_filters(visit: Visit, address: str) -> None:
    visit.open(f"{address}/pairs?lang=zh")
    visit.page.select_option("#direction", "lenient")
    visit.page.click(".filters button")
    visit.page.wait_for_load_state("networkidle")

    assert "direction=lenient" in visit.page.url
    assert visit.page.locator("html").get_attribute("lang") == "zh-Hans-CN"
    assert visit.page.locator("#pairs tbody tr").count() > 0


def test_without_scripts_the_page_has_the_drawing(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/?lang=zh")
    page.wait_for_load_state("networkidle")
    box = page.locator("figure.chart img").bounding_box()
    context.close()

    assert box is not None
    assert box["width"] > 300
    assert box["height"] > 100


def test_when_the_definition_cannot_be_had_the_page_has_the_drawing(visit: Visit, address: str) -> None:
    visit.page.route("**/chart.json*", lambda route: route.abort())
    visit.page.goto(f"{address}/")

    visit.page.wait_for_selector("#chart img")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_documentation_of_the_api_shows_every_operation_without_a_word_on_the_console(
    visit: Visit, address: str, language: str, width: int
) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open(f"{address}/api?lang={language}")
    visit.page.wait_for_selector("#api .opblock")
    shown = visit.page.locator("#api .opblock").evaluate_all(
        "(all) => all.map((each) => [each.querySelector('.opblock-summary-method').textContent,"
        " each.querySelector('.opblock-summary-path').dataset.path])"
    )
    visit.page.locator("#api .opblock-summary-control").first.click()
    visit.page.wait_for_selector("#api .opblock-body")

    assert sorted(map(tuple, shown)) == operations(visit.page.request.get(f"{address}/api/openapi.json").json())
    assert visit.messages == []
    assert visit.hosts == {"127.0.0.1"}


def operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((method.upper(), path) for path, item in document["paths"].items() for method in item)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PROBLEM_PAGES)
def test_every_letter_of_a_problem_has_a_glyph(visit: Visit, address: str, language: str, path: str) -> None:
    visit.open(f"{address}{path}lang={language}")
    text = visit.page.locator("body").inner_text()

    assert visit.page.evaluate(WITHOUT_GLYPH, f"a{NO_LETTER}") == [NO_LETTER]
    assert visit.page.evaluate(WITHOUT_GLYPH, text) == []
    assert visit.messages == []
    assert visit.hosts == {"127.0.0.1"}


def test_the_list_of_problems_leads_to_a_problem_and_back(visit: Visit, address: str) -> None:
    visit.open(f"{address}/problems?lang=zh")
    visit.page.click("#problems a >> text=malformed-body")
    visit.page.wait_for_url("**/problems/malformed-body?lang=zh")

    assert visit.page.locator("h1").inner_text() == "请求正文不是可接受的 JSON"
    visit.page.click(".govuk-back-link")
    visit.page.wait_for_selector("#problems")
    assert "lang=zh" in visit.page.url
