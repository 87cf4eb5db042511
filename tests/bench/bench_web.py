"""Pages and operations of the web page at 100,000 apps: median and worst, on PostgreSQL.

Over HTTP on loopback, signed in. Pages that show counts of all jobs keep them for some seconds;
for these it is also measured what the one visitor waits who comes when they are to be made anew.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.register.queries import apps
from farm.web.accounts import tokens, users
from farm.web.accounts.passwords import Passwords
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from farm.web.app import create_app
from farm.web.recent import Recent
from farm.web.settings import WebSettings
from tests.bench.database import fresh_database, say
from tests.bench.many_apps import fill
from tests.web.serving import serving
from tests.web.visiting import PASSWORD, Visit

APPS = int(os.environ.get("FARM_BENCH_APPS", "100000"))
ROUNDS = 20
_Value = TypeVar("_Value")
_WIDE = "1000000/minute"
_CAMPAIGN = "all-apps"
_COUNTING = ("/campaigns", f"/campaigns/{_CAMPAIGN}", "/queue", "/statistics", "/engines")


class _Never(Recent):
    """Keeps nothing."""

    async def get(
        self, key: tuple[Any, ...], seconds: float, make: Callable[[], Awaitable[_Value]]
    ) -> _Value:
        """Make every answer anew."""
        return await make()


def main() -> None:
    """Fill a database and visit it."""
    asyncio.run(_measure())


async def _measure() -> None:
    async with fresh_database() as (home, url):
        began = time.perf_counter()
        counts = await fill(url, APPS)
        say(f"filled in {time.perf_counter() - began:.0f} s: {counts}")
        async with Database(url, connections=10) as database:
            settings = WebSettings(home=home / "home", requests=_WIDE, api_requests=_WIDE)
            store = Store(str(home / "store"))
            async with serving(create_app(settings, database, store)) as address:
                session = await _visit(database, address)
            say("with counts made anew for every request:")
            async with serving(create_app(settings, database, store, _Never())) as address:
                async with httpx.AsyncClient(
                    base_url=address, timeout=60, cookies=session
                ) as client:
                    for path in _COUNTING:
                        await _time(client, path, {})


async def _visit(database: Database, address: str) -> httpx.Cookies:
    user = await users.add(database, "bench", await Passwords().hash(PASSWORD), list(Role))
    token = await tokens.create(database, user, "bench", [Scope.READ], 1)
    package = (await apps(database)).items[7].package
    async with database.transaction() as client:
        await client.execute(
            "UPDATE campaign SET name = $1 WHERE id = (SELECT min(id) FROM campaign)", _CAMPAIGN
        )
        case = await client.fetchval("SELECT max(id) FROM case_file")
        review = await client.fetchval("SELECT max(id) FROM review")
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        visit = Visit(client)
        await visit.sign_in("bench")
        pages = [
            "/campaigns", f"/campaigns/{_CAMPAIGN}", f"/campaigns/{_CAMPAIGN}?verdict=violation",
            f"/campaigns/{_CAMPAIGN}/live", "/campaigns/new", "/campaigns/new/apps?q=shop",
            "/queue", "/phones", "/apps", "/apps?search=bank&category=12", "/apps?offending=yes",
            f"/apps/{package}", "/cases", "/cases?open=yes", f"/cases/{case}", "/reviews",
            f"/reviews/{review}", "/statistics", "/rules", "/rules/MIIT-164", "/engines",
            "/self-check",
            "/audit", "/account",
        ]  # fmt: skip
        for path in pages:
            await _time(client, path, {})
        bearer = {"authorization": f"Bearer {token}"}
        for path in ("campaigns", f"campaigns/{_CAMPAIGN}", f"campaigns/{_CAMPAIGN}/sessions",
                     "apps?search=shop",
                     f"apps/{package}", "cases?open=true", f"cases/{case}", "phones"):  # fmt: skip
            await _time(client, f"/api/v1/{path}", bearer)
        return client.cookies


async def _time(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = await client.get(path, headers=headers)
        seconds.append(time.perf_counter() - began)
        if answer.status_code not in (200, 286):
            say(f"{path}: status {answer.status_code}")
            return
    say(
        f"{path:46} median {statistics.median(seconds) * 1e3:6.1f} ms, "
        f"worst {max(seconds) * 1e3:6.1f} ms, {len(answer.content) / 1024:6.1f} KiB"
    )
