"""The web page on a port of loopback, and Chromium that visits it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from playwright.async_api import Browser, BrowserContext, async_playwright
from starlette.types import ASGIApp

from tests.web.visiting import PASSWORD

CHROMIUM = "/usr/bin/chromium"


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application; yields its address."""
    # Named as TCP, for asyncio sends small answers at once only where it knows that it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", log_level="error", access_log=False)
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.02)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
            listener.close()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium, headless."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def signed_in(
    browser: Browser,
    address: str,
    name: str,
    *,
    language: str = "en",
    width: int = 1280,
    dark: bool = False,
) -> AsyncIterator[BrowserContext]:
    """A browser window with somebody signed in through the form."""
    context = await browser.new_context(
        base_url=address,
        locale="zh-CN" if language == "zh" else "en-US",
        viewport={"width": width, "height": 860},
        color_scheme="dark" if dark else "light",
    )
    try:
        page = await context.new_page()
        await page.goto("/sign-in")
        await page.fill("#name", name)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_url("**/campaigns")
        await page.close()
        yield context
    finally:
        await context.close()
