"""The whole path through the page, in Chromium, on twins: start, watch, follow, sign, verify.

A campaign of thirty different apps, all samples and all assorted ones; `FARM_WEB_APPS=4` takes the
first four alone, to look for a mistake.
"""

import asyncio
import io
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import BrowserContext, Page, expect

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.report.pictures import shrink
from farm.twin.assorted.apps import build_assorted, load_specs
from farm.twin.building.apk import APKS
from farm.web.accounts import users
from farm.web.accounts.passwords import Passwords
from farm.web.accounts.roles import Role
from farm.web.app import create_app
from farm.web.settings import WebSettings
from tests.campaign.labs import at_work
from tests.campaign.worker.test_examination import docked
from tests.end_to_end.twin_lab import twin_lab
from tests.web.serving import chromium, serving, signed_in
from tests.web.visiting import PASSWORD

_SAMPLES = ("eager", "hostile", "compliant", "nearmiss", "layered", "grudging", "silent",
            "embedded", "multiprocess", "pinned", "bystander", "catalogue", "crashy",
            "everything", "harvest")  # fmt: skip
_MOST = int(os.environ.get("FARM_WEB_APPS", "30"))
_TWINS = int(os.environ.get("FARM_WEB_TWINS", "6"))
_SECONDS = 900


def _apks() -> list[Path]:
    """The APKs of the campaign, built where they are not."""
    samples = [APKS / f"{name}.apk" for name in _SAMPLES]
    return [*samples, *(build_assorted(spec) for spec in load_specs())][:_MOST]


@pytest.mark.end_to_end
@pytest.mark.timeout(_SECONDS + 60)
async def test_from_the_start_of_a_campaign_to_verified_evidence(
    database: Database, tmp_path: Path
) -> None:
    place = tmp_path / "lab"
    place.mkdir()
    apks = await asyncio.to_thread(_apks)
    store = Store(str(tmp_path / "store"))
    app = create_app(WebSettings(home=tmp_path / "home"), database, store)
    encoded = await Passwords().hash(PASSWORD)
    await users.add(database, "tess", encoded, [Role.TESTER])
    for name in ("rita", "rolf"):
        await users.add(database, name, encoded, [Role.REVIEWER])
    async with (
        asyncio.timeout(_SECONDS),
        twin_lab(place, count=_TWINS) as lab,
        at_work(database, store, lab, tmp_path, engines=docked(tmp_path, "kept"), cases=True),
        serving(app) as address,
        chromium() as browser,
    ):
        async with (
            signed_in(browser, address, "tess") as context,
            signed_in(browser, address, "rita") as rita,
        ):
            await _give_in(await context.new_page(), apks)
            page = await context.new_page()
            await _start(page, len(apks))
            picture, coarse = await _look(await rita.new_page(), await context.new_page())
            await _watch(page, len(apks))
        assert await asyncio.to_thread(_is_recorded, picture, tmp_path / "store")
        with Image.open(io.BytesIO(coarse)) as seen:
            assert max(seen.size) <= 130, "who may see no values can read the screen"
        async with (
            signed_in(browser, address, "rita") as rita,
            signed_in(browser, address, "rolf", language="zh") as rolf,
        ):
            await _hear(await rita.new_page())
            await _compare(await rita.new_page(), len(apks))
            session = await _follow(await rita.new_page())
            await _sign(rita, "broken")
            page = await _sign(rolf, "broken")
            await expect(page.locator(".badge.review-agreed")).to_have_count(1)
            pack = await _export(await rita.new_page(), session, tmp_path)
    _verify(pack, tmp_path / "pack")


async def _give_in(page: Page, apks: list[Path]) -> None:
    await page.goto("/self-check")
    await page.set_input_files("#apk", apks)
    await page.check("input[name=check][value=no]")
    await page.click("main button.primary")
    await expect(page.locator(".done")).to_contain_text(str(len(apks)), timeout=120_000)


async def _start(page: Page, apps: int) -> None:
    await page.goto("/campaigns")
    await page.click("main .button.primary")
    await page.fill("#name", "from-the-page")
    await page.check("input[name=scenario][value=accept]")
    await page.fill("#settle", "1")
    await page.check("input[data-all=package]")
    assert await page.locator("input[name=package]:checked").count() == apps
    await page.click("main button.primary")
    await page.wait_for_url("**/campaigns/from-the-page")


async def _look(page: Page, others: Page) -> tuple[bytes, bytes]:
    """The screen of a phone at work, as a reviewer gets it, and as who may see no values does."""
    await page.goto("/phones")
    await expect(page.locator("li.phone")).to_have_count(_TWINS)
    shown = page.locator("li.phone img.screen").first
    await expect(shown).to_be_visible(timeout=120_000)
    assert await shown.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    path = await shown.get_attribute("src") or ""
    picture, coarse = [await (await one.context.request.get(path)).body() for one in (page, others)]
    await page.close()
    return picture, coarse


def _is_recorded(picture: bytes, store: Path) -> bool:
    """Whether a picture is a screenshot of one of the stored recordings, made small."""
    shots = [path for path in (store / "recordings").rglob("screens/*") if path.suffix != ".xml"]
    assert shots
    return any(
        shrink(path.read_bytes(), (240, 520), "JPEG", quality=75) == picture for path in shots
    )


async def _hear(page: Page) -> None:
    """Cases and reviews come by themselves, from the workers."""
    for _ in range(60):
        await page.goto("/reviews?mine=yes")
        if await page.locator("main tbody tr th a").count():
            break
        await page.wait_for_timeout(1000)
    await page.close()


async def _compare(page: Page, apps: int) -> None:
    """Every app was examined once; an engine that lets all of them pass disagrees with the farm."""
    await page.goto("/engines")
    for engine in ("manifest", "engine-kept"):
        done = page.locator(f"main tbody tr:has(th:text-is('{engine}')) td").nth(1)
        await expect(done).to_have_text(str(apps))
    pair = page.locator("main tbody tr", has_text="the farm").filter(has_text="engine-kept")
    assert int((await pair.locator("td").last.inner_text()).split()[0]) > 0
    await page.goto("/apps/com.example.eager")
    await expect(page.locator("#engines")).to_contain_text("disputed")
    await page.close()


async def _watch(page: Page, apps: int) -> None:
    """The page changes by itself until the campaign is over."""
    await expect(page.locator("#live .badge.state-active").first).to_be_visible()
    await expect(page.locator("#live .badge.state-finished")).to_be_visible(timeout=_SECONDS * 1000)
    await page.goto("/campaigns/from-the-page")
    rows = page.locator("#sessions tbody tr")
    await expect(rows).to_have_count(apps)
    packages = await rows.locator("th").all_inner_texts()
    assert len(set(packages)) == apps, packages
    await expect(page.locator("#sessions .badge.verdict-violation").first).to_be_visible()


async def _follow(page: Page) -> str:
    """From the campaign to the finding, to the request, to the byte; what runs there is counted."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.goto("/campaigns/from-the-page?verdict=violation")
    await page.click("#sessions tbody tr:has-text('com.example.eager') a")
    session = page.url.rsplit("/", 1)[1].split("?")[0]
    await page.click("a[href*='/findings/']")
    await page.wait_for_url("**/findings/*")
    await page.click("a.button[href*='/flows/']")
    await page.wait_for_url("**/flows/**")
    marked = page.locator("mark")
    await expect(marked.first).to_be_visible()
    assert await page.evaluate("window.farmBroken") is None
    assert dialogs == []
    return session


async def _sign(context: BrowserContext, answer: str) -> Page:
    """Sign the first notice that waits."""
    page = await context.new_page()
    await page.goto("/reviews?mine=yes")
    await page.click("main tbody tr th a")
    await page.check(f"input[name=answer][value={answer}]")
    await page.fill("#reason", "The recording shows it before the dialog.")
    await page.click("main form[action^='/reviews/'] button.primary")
    await expect(page.locator("input[name=answer]")).to_have_count(0)
    return page


async def _export(page: Page, session: str, folder: Path) -> Path:
    await page.goto(f"/sessions/{session}")
    async with page.expect_download(timeout=60_000) as waiting:
        await page.click("form[action$='/evidence'] button")
    download = await waiting.value
    target = folder / "pack.zip"
    await download.save_as(target)
    return target


def _verify(pack: Path, folder: Path) -> None:
    """Run the commands of the pack's own VERIFY.txt, as anybody would who has only the pack."""
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(folder)
    text = (folder / "VERIFY.txt").read_text()
    blocks = re.findall(r"\n\n((?: {3,}\S.*\n)+)", text)
    commands = "\n".join(
        block for block in blocks if any(tool in block for tool in ("openssl", "sha256sum"))
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    assert "analysis.json: OK" in done.stdout
    assert "FAILED" not in done.stdout
    flows = next((folder / "recording").glob("flows.mitm*"))
    flows.write_bytes(flows.read_bytes() + b"x")
    again = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert again.returncode != 0, "a changed recording passes the documented commands"
