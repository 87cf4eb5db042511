"""Takes the pictures of pages that stand in docs: `python -m tests.web.pictures [FOLDER]`.

The lab is made up, with the farm's own ledger, register and cases; no phone is needed.
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import BrowserContext

from farm.campaign.database import Database, migrate
from farm.campaign.postgres import EmbeddedPostgres
from farm.campaign.store import Store
from farm.web.accounts.roles import Role
from farm.web.app import create_app
from farm.web.settings import WebSettings
from tests.web.filling import fill
from tests.web.serving import chromium, serving, signed_in
from tests.web.session.recordings import analysis_of, eager, put
from tests.web.visiting import visiting

DOCS = Path(__file__).parents[2] / "docs" / "web"
SESSION = "20231114T221320Z-eager"
PAGES = {
    "campaigns": "/campaigns",
    "campaign": "/campaigns/c1",
    "new-campaign": "/campaigns/new",
    "queue": "/queue",
    "phones": "/phones",
    "phone": "/phones/p2",
    "apps": "/apps",
    "app": "/apps/com.example.shop",
    "cases": "/cases",
    "case": "/cases/1",
    "reviews": "/reviews",
    "review": "/reviews/1",
    "statistics": "/statistics",
    "rules": "/rules",
    "document": "/rules/MIIT-164",
    "engines": "/engines",
    "self-check": "/self-check",
    "sessions": "/sessions",
    "session": f"/sessions/{SESSION}",
    "finding": f"/sessions/{SESSION}/findings/{{finding}}",
    "call": f"/sessions/{SESSION}/events/api:2",
    "flow": f"/sessions/{SESSION}/flows/flow1",
    "account": "/account",
    "audit": "/audit",
}
_WIDTHS = {"": 1280, "-phone": 390}


async def take(folder: Path, only: str = "") -> None:
    """Write one WebP a page, language and width."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="farm-pictures-") as name:
        home = Path(name)
        home.chmod(0o711)
        async with EmbeddedPostgres(home / "server", tcp=True) as server:
            url = server.connection.tcp_url()
            await migrate(url)
            async with Database(url) as database, chromium() as browser:
                store = Store(str(home / "store"))
                await fill(database, store)
                finding = analysis_of(put(eager(SESSION), home / "home")).findings[0].finding_id
                app = create_app(WebSettings(home=home / "home"), database, store)
                async with visiting(app, database) as site, serving(app) as address:
                    await site.person("otto", *Role)
                    for language in ("en", "zh"):
                        for suffix, width in _WIDTHS.items():
                            async with signed_in(
                                browser, address, "otto", language=language, width=width
                            ) as context:
                                for title, path in PAGES.items():
                                    if only in title:
                                        target = folder / f"{title}-{language}{suffix}.webp"
                                        path = path.replace("{finding}", finding)
                                        await _picture(context, path, target)


async def _picture(context: BrowserContext, path: str, target: Path) -> None:
    page = await context.new_page()
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status == 200, (path, answer.status)
    await page.wait_for_load_state("load")
    if await page.locator("#plot").count():
        await page.wait_for_selector("#plot[data-ready=true]")
    png = await page.screenshot(full_page=True)
    await page.close()
    with Image.open(io.BytesIO(png)) as picture:
        shown = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, 1800)))
        shown.save(target, "WEBP", quality=70, method=6)
    sys.stdout.write(f"{target.name}: {target.stat().st_size // 1024} KiB\n")


if __name__ == "__main__":
    asyncio.run(
        take(
            Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS,
            sys.argv[2] if len(sys.argv) > 2 else "",
        )
    )
