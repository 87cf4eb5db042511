"""The session page in Chromium: moved in by mouse, touch and keyboard; nothing of an app runs."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from farm.web.accounts.roles import Role
from tests.detect.builders import ANDROID_ID
from tests.web.serving import chromium, serving, signed_in
from tests.web.session.conftest import CROWDED, EAGER, HOSTILE_ONE, LAYERED
from tests.web.visiting import Site

pytestmark = pytest.mark.timeout(240)
expect.set_options(timeout=30_000)


@pytest.fixture
async def served(site: Site) -> AsyncIterator[tuple[Browser, str]]:
    """A browser, and the address of a server with somebody who may do everything."""
    await site.person("rita", *Role)
    async with chromium() as browser, serving(site.app) as address:
        yield browser, address


async def opened(context: BrowserContext, path: str) -> Page:
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.problems = problems  # type: ignore[attr-defined]
    await page.goto(path)
    return page


async def drawn(page: Page) -> None:
    """Wait until the timeline shows what the server said."""
    await page.wait_for_selector("#plot[data-ready=true]", timeout=60_000)


async def view(page: Page) -> tuple[float, float]:
    data = await page.evaluate("({...document.getElementById('plot').dataset})")
    return float(data["since"]), float(data["until"])


async def counts(page: Page) -> list[int]:
    text = await page.evaluate("document.getElementById('plot').dataset.counts")
    found: list[int] = json.loads(text)
    return found


async def settled(page: Page, wanted: Any) -> None:
    """Wait until the counts of the lanes are the wanted ones."""
    await page.wait_for_function(
        "wanted => document.getElementById('plot').dataset.counts === JSON.stringify(wanted)",
        arg=wanted,
        timeout=60_000,
    )


async def place(page: Page, seconds: float, lane: int) -> tuple[float, float]:
    """Where a moment of a lane is on the screen: lanes are 46 high, below 54 of axis and phases."""
    await page.locator("#plot").scroll_into_view_if_needed()
    box = await page.locator("#plot").bounding_box()
    assert box is not None
    since, until = await view(page)
    x = box["x"] + 1 + (seconds - since) / (until - since) * (box["width"] - 2)
    return x, box["y"] + 54 + lane * 46 + 34


async def test_mouse_zooms_moves_selects_and_opens(served: tuple[Browser, str]) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita") as context:
        page = await opened(context, f"/sessions/{EAGER}")
        await drawn(page)
        whole = await view(page)
        x, y = await place(page, 0.8, 1)
        await page.mouse.move(x, y)
        for _ in range(3):
            await page.mouse.wheel(0, -300)
        await page.wait_for_function(
            "Number(document.getElementById('plot').dataset.until) < 10", timeout=30_000
        )
        near = await view(page)
        assert near[0] < 0.8 < near[1]
        # The moment under the mouse stayed where it was.
        assert (0.8 - near[0]) / (near[1] - near[0]) == pytest.approx(
            (0.8 - whole[0]) / (whole[1] - whole[0]), abs=0.03
        )
        await page.mouse.down()
        await page.mouse.move(x + 120, y, steps=4)
        await page.mouse.up()
        await page.wait_for_function(
            "since => Number(document.getElementById('plot').dataset.since) < since",
            arg=near[0],
        )
        # The table and the address follow.
        await expect(page.locator("#f-since")).not_to_have_value("")
        await page.wait_for_url("**since=**")
        x, y = await place(page, 0.5, 1)
        await page.mouse.click(x, y)
        await expect(page.locator("#chosen")).to_contain_text("TelephonyManager.getDeviceId")
        await expect(page.locator("#strip li.near")).to_have_count(1)
        await page.mouse.dblclick(x, y)
        await page.wait_for_url("**/events/api:2")
        assert page.problems == []  # type: ignore[attr-defined]


async def test_keyboard_walks_from_the_timeline_to_the_byte(served: tuple[Browser, str]) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita") as context:
        page = await opened(context, f"/sessions/{EAGER}")
        await drawn(page)
        plot = page.locator("#plot")
        await plot.focus()
        whole = await view(page)
        await page.keyboard.press("+")
        await page.wait_for_function(
            "u => Number(document.getElementById('plot').dataset.until) < u", arg=whole[1]
        )
        await page.keyboard.press("0")
        await page.wait_for_function(
            "u => Number(document.getElementById('plot').dataset.until) === u", arg=whole[1]
        )
        await page.keyboard.press("n")
        await expect(page.locator("#chosen")).to_contain_text("api:2")
        await page.keyboard.press("n")
        await expect(page.locator("#chosen")).to_contain_text("api:3")
        await page.keyboard.press("p")
        await expect(page.locator("#chosen")).to_contain_text("api:2")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#chosen")).to_contain_text("network:1")
        await page.keyboard.press("Escape")
        await expect(page.locator("#chosen")).to_contain_text("No event is selected")
        await page.keyboard.press("n")
        await expect(page.locator("#chosen")).to_contain_text("api:2")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/events/api:2")
        await page.locator("a", has_text="collect.tracker.example").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/flows/flow1#values")
        await expect(page.locator("#values mark").first).to_be_visible()
        await page.locator("summary", has_text="See the values").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("case 17")
        await page.keyboard.press("Enter")
        await expect(page.locator("#values")).to_contain_text("861536030196001")
        await expect(page.get_by_text("This page shows values in full")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
async def test_a_value_is_followed_through_every_layer_by_keyboard(
    served: tuple[Browser, str], language: str, width: int
) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita", language=language, width=width) as context:
        page = await opened(context, f"/sessions/{LAYERED}/flows/flow1")
        layers = page.locator("#values .layer")
        await expect(layers).to_have_count(6)
        assert ANDROID_ID not in await page.content()
        # Four pieces hold the value, packed or as it is; each can be scrolled by keyboard.
        marked = layers.filter(has=page.locator("mark"))
        await expect(marked).to_have_count(4)
        for index in range(4):
            table = marked.nth(index).locator(".hex-wrap")
            await table.focus()
            await expect(table).to_be_focused()
            await expect(table.locator("mark").first).to_be_visible()
        said = {"en": "stands packed in the marked place", "zh": "编码形式"}[language]
        await expect(layers.filter(has_text=said)).to_have_count(2)
        results = await Axe().run(page)
        serious = [one["id"] for one in results.response["violations"]
                   if one["impact"] in ("serious", "critical")]  # fmt: skip
        assert serious == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.locator("details.unmask summary").focus()
        await page.keyboard.press("Enter")
        await page.fill("#reason", "case 17")
        await page.keyboard.press("Enter")
        await expect(layers.last).to_contain_text(ANDROID_ID)
        await expect(layers).to_have_count(6)
        assert page.problems == []  # type: ignore[attr-defined]


async def test_filters_change_timeline_and_table_together(served: tuple[Browser, str]) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita") as context:
        page = await opened(context, f"/sessions/{EAGER}")
        await drawn(page)
        await page.select_option("#f-stream", "api")
        await page.wait_for_url("**stream=api**")
        all_calls = (await counts(page))[1]
        await settled(page, [0, all_calls, 0, 0])
        await page.check("input[name=only]")
        await settled(page, [0, 2, 0, 0])
        await expect(page.locator("#events tbody tr")).to_have_count(2)
        await page.reload()
        await drawn(page)
        await settled(page, [0, 2, 0, 0])
        await page.select_option("#f-data", "android_id")
        await settled(page, [0, 1, 0, 0])
        await expect(page.locator("#events tbody tr")).to_have_count(1)


async def test_two_fingers_zoom_and_one_moves(served: tuple[Browser, str]) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita", width=390) as context:
        page = await opened(context, f"/sessions/{EAGER}")
        await drawn(page)
        whole = await view(page)
        x, y = await place(page, 20, 1)
        cdp = await context.new_cdp_session(page)

        async def touch(kind: str, *points: float) -> None:
            await cdp.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": one, "y": y, "id": number}
                                               for number, one in enumerate(points)]},
            )  # fmt: skip

        await touch("touchStart", x - 20, x + 20)
        for step in range(1, 5):
            await touch("touchMove", x - 20 - 15 * step, x + 20 + 15 * step)
        await touch("touchEnd")
        await page.wait_for_function(
            "length => { const d = document.getElementById('plot').dataset;"
            " return Number(d.until) - Number(d.since) < length; }",
            arg=(whole[1] - whole[0]) / 2,
        )
        near = await view(page)
        await touch("touchStart", x)
        for step in range(1, 5):
            await touch("touchMove", x - 20 * step)
        await touch("touchEnd")
        await page.wait_for_function(
            "since => Number(document.getElementById('plot').dataset.since) > since", arg=near[0]
        )
        width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width == [390, 390]


async def test_fifty_thousand_events_are_drawn_as_bins_and_open_by_zooming(
    served: tuple[Browser, str],
) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita") as context:
        page = await opened(context, f"/sessions/{CROWDED}")
        await drawn(page)
        assert (await counts(page))[1] > 50_000
        # A frame of many events costs no more than one of few: 40 windows are drawn meanwhile.
        frames = await page.evaluate(
            """async () => {
              const plot = document.getElementById('plot');
              const box = plot.getBoundingClientRect();
              let drawn = 0;
              for (let turn = 0; turn < 40; turn++) {
                plot.dispatchEvent(new WheelEvent('wheel', {deltaY: turn % 2 ? 200 : -210,
                  clientX: box.x + 300, clientY: box.y + 100, bubbles: true, cancelable: true}));
                await new Promise(requestAnimationFrame);
                drawn++;
              }
              return drawn;
            }"""
        )
        assert frames == 40
        x, y = await place(page, 20, 1)
        await page.mouse.click(x, y)
        await expect(page.locator("#chosen")).to_contain_text("zooms in")
        before = await view(page)
        await page.locator("#plot").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_function(
            "length => { const d = document.getElementById('plot').dataset;"
            " return Number(d.until) - Number(d.since) < length; }",
            arg=(before[1] - before[0]) / 10,
        )


async def test_nothing_that_an_app_wrote_runs(served: tuple[Browser, str]) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita") as context:
        page = await opened(context, f"/sessions/{HOSTILE_ONE}")
        dialogs: list[str] = []

        async def dismiss(dialog: Any) -> None:
            dialogs.append(dialog.message)
            await dialog.dismiss()

        page.on("dialog", dismiss)
        await drawn(page)
        links = await page.eval_on_selector_all("#events a", "all => all.map(one => one.href)")
        found = await page.eval_on_selector_all(
            "a[href*='/findings/']", "all => all.map(one => one.href)"
        )
        rows = await page.evaluate(
            f"fetch('/sessions/{HOSTILE_ONE}/window.json').then(a => a.json())"
        )
        assert sum(lane["count"] for lane in rows["lanes"]) > 10
        await page.locator("#plot").focus()
        for key in [
            "n",
            "ArrowRight",
            "ArrowDown",
            "ArrowRight",
            "ArrowRight",
            "ArrowUp",
            "n",
            "n",
        ]:
            await page.keyboard.press(key)
            await asyncio.sleep(0.1)
            assert await page.evaluate("window.ran") is None
        assert await page.locator("#chosen script, #chosen img").count() == 0
        pages = [*dict.fromkeys([*links, *found]), f"/sessions/{HOSTILE_ONE}/flows/flow1"]
        assert len(pages) > 12
        for path in pages:
            await page.goto(path)
            assert await page.evaluate("window.ran") is None, path
            bad = "a[href^='javascript'], main script, main img[onerror], main [style]"
            assert await page.locator(bad).count() == 0, path
        await page.goto(f"/sessions/{HOSTILE_ONE}/flows/flow1")
        await page.click("summary:has-text('See the values')")
        await page.fill("#reason", "a test")
        await page.click("text=Show and record")
        await expect(page.locator("#values")).to_contain_text("window.ran=1")
        assert await page.evaluate("window.ran") is None
        assert dialogs == []


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
async def test_axe_finds_no_serious_fault(
    served: tuple[Browser, str], language: str, width: int
) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita", language=language, width=width) as context:
        page = await opened(context, f"/sessions/{EAGER}")
        await drawn(page)
        text = await page.content()
        finding = re.search(r"/findings/[0-9a-f]+", text)
        assert finding is not None
        paths = ["", finding[0], "/events/api:2", "/events/ui:0", "/flows/flow1", "?stream=ui"]
        for path in ["/sessions", *(f"/sessions/{EAGER}{one}" for one in paths)]:
            await page.goto(path)
            results = await Axe().run(page)
            serious = [
                (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
                for one in results.response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
            assert serious == [], path
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path


async def test_without_script_the_table_says_it_all(served: tuple[Browser, str]) -> None:
    browser, address = served
    async with signed_in(browser, address, "rita") as signed:
        state = await signed.storage_state()
    context = await browser.new_context(
        base_url=address, java_script_enabled=False, storage_state=state, locale="en-US"
    )
    try:
        page = await context.new_page()
        await page.goto(f"/sessions/{EAGER}")
        await expect(page.locator("#timeline")).to_be_hidden()
        await page.select_option("#f-stream", "network")
        await page.check("input[name=only]")
        await page.click("#filters button")
        await expect(page.locator("#events tbody tr")).to_have_count(1)
        await page.click("#events tbody a")
        await page.click("text=collect.tracker.example >> nth=-1")
        await expect(page.locator("#values mark").first).to_be_visible()
    finally:
        await context.close()
