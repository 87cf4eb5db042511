"""Every page in Chromium, filled by hostile apps: nothing of theirs runs, everybody can use it."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.accounts import users
from farm.web.accounts.passwords import Passwords
from farm.web.accounts.roles import Role
from farm.web.settings import WebSettings
from tests.web.filling import fill
from tests.web.pictures import PAGES, SESSION
from tests.web.serving import CHROMIUM
from tests.web.session.recordings import analysis_of, hostile, put
from tests.web.standing import Standing
from tests.web.visiting import PASSWORD

_SESSION = "20231114T221322Z-hostile"
_PAGES = {**PAGES, "nothing": "/no/such/page"}
_FINDING: list[str] = []
_LANGUAGES = {"zh": "zh-CN", "en": "en-US"}


@pytest.fixture(scope="module")
def address(empty_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lab whose apps are called what would hurt a careless page."""
    home = tmp_path_factory.mktemp("home")
    folder = tmp_path_factory.mktemp("store")
    _FINDING[:] = [analysis_of(put(hostile(_SESSION), home)).findings[0].finding_id]

    async def prepare() -> None:
        async with Database(empty_url) as database:
            await fill(database, Store(str(folder)), hostile=True)
            encoded = await Passwords().hash(PASSWORD)
            await users.add(database, "otto", encoded, list(Role))

    asyncio.run(prepare())
    with Standing(empty_url, folder, WebSettings(home=home)) as standing:
        yield standing.address


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    """The system's Chromium; after the server, for its library takes this thread's event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=list(_LANGUAGES))
def window(
    request: pytest.FixtureRequest, browser: Browser, address: str
) -> Iterator[BrowserContext]:
    """Somebody who may do everything, signed in, in each language."""
    context = browser.new_context(base_url=address, locale=_LANGUAGES[request.param])
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#name", "otto")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/campaigns")
    page.close()
    yield context
    context.close()


class _Watched:
    """A page and everything it complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.said: list[str] = []
        self.page.on("console", self._console)
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog {dialog.message}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error {error}"))
        self.page.on("requestfailed", self._failed)
        self.hosts: set[str] = set()
        self.page.on("request", lambda sent: self.hosts.add(sent.url.split("/")[2]))

    def _failed(self, sent: Request) -> None:
        # A page stops its own questions when their answer is no longer needed.
        if sent.failure != "net::ERR_ABORTED":
            self.said.append(f"failed {sent.url}: {sent.failure}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "404" not in message.text:
            self.said.append(f"{message.type} {message.text}")


@pytest.mark.parametrize("name", list(_PAGES))
def test_nothing_of_an_app_runs_and_the_page_can_be_used(
    window: BrowserContext, address: str, name: str
) -> None:
    watched = _Watched(window)
    page = watched.page
    try:
        path = _PAGES[name].replace(SESSION, _SESSION).replace("{finding}", _FINDING[0])
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (404 if name == "nothing" else 200), path
        page.wait_for_load_state("load")
        assert page.evaluate("window.farmBroken || window.ran") is None
        assert watched.said == []
        assert watched.hosts == {address.split("/")[2]}
        assert page.locator("main h1").count() == 1
        _check_axe(page)
        page.set_viewport_size({"width": 390, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{wide} pixels wide on a phone"
        assert watched.said == []
    finally:
        page.close()


def _check_axe(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    grave = [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]} "
        f"{one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == []


def test_the_keyboard_reaches_everything(window: BrowserContext) -> None:
    page = window.new_page()
    try:
        page.goto("/campaigns/new")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.name || ''"))
        assert {"name", "scenario", "profile", "settle", "q", "package"} <= reached
        page.focus("input[name=scenario]")
        before = page.evaluate("document.activeElement.checked")
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.checked") != before
    finally:
        page.close()


def test_a_script_that_gets_into_a_page_is_stopped_by_the_policy(window: BrowserContext) -> None:
    page = window.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    try:
        page.goto("/apps")
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', "
            "'<img src=x onerror=\"window.farmBroken=1\">')"
        )
        page.wait_for_timeout(300)
        assert page.evaluate("window.farmBroken") is None
        assert any(re.search("Content Security Policy", text) for text in refused)
    finally:
        page.close()
