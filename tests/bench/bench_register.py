"""Queries of the register and of cases at 100,000 apps: median and worst, on PostgreSQL."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable

from farm.campaign.database import Database
from farm.cases import queries
from farm.cases.reviews import reviews
from farm.cases.values import CaseFilter
from farm.cases.vocabulary import CaseState
from farm.register.queries import app_page, apps, sessions
from farm.register.values import AppFilter
from tests.bench.database import fresh_database, say
from tests.bench.many_apps import fill

APPS = int(os.environ.get("FARM_BENCH_APPS", "100000"))
ROUNDS = 20


def main() -> None:
    """Fill a database and ask it."""
    asyncio.run(_measure())


async def _measure() -> None:
    async with fresh_database() as (_, url):
        began = time.perf_counter()
        counts = await fill(url, APPS)
        say(f"filled in {time.perf_counter() - began:.0f} s: {counts}")
        async with Database(url) as database:
            await _ask(database)


async def _ask(database: Database) -> None:
    first = (await apps(database)).items[7]
    deep = await _deep(database)
    page = await app_page(database, first.package)
    version = page.versions[0].app_id
    case = (await queries.cases(database)).items[0]
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "apps, first page": lambda: apps(database),
        "apps, a page far down": lambda: apps(database, after=deep),
        "apps, search 'shop'": lambda: apps(database, AppFilter(search="shop")),
        "apps, search '云'": lambda: apps(database, AppFilter(search="云")),
        "apps, search by package": lambda: apps(database, AppFilter(search=first.package)),
        "apps, search 'com.'": lambda: apps(database, AppFilter(search="com.")),
        "apps, search nothing has": lambda: apps(database, AppFilter(search="zzzz")),
        "apps of a category": lambda: apps(database, AppFilter(category=30)),
        "apps of a developer": lambda: apps(database, AppFilter(developer=900)),
        "apps of a store": lambda: apps(database, AppFilter(store="Meizu")),
        "apps with flagged signers": lambda: apps(database, AppFilter(flagged=True)),
        "apps with open cases": lambda: apps(database, AppFilter(offending=True)),
        "apps, search, category, store": lambda: apps(
            database, AppFilter(search="bank", category=12, store="OPPO")
        ),
        "app page": lambda: app_page(database, first.package),
        "sessions of a version": lambda: sessions(database, version),
        "cases, first page": lambda: queries.cases(database),
        "cases overdue": lambda: queries.cases(database, CaseFilter(state=CaseState.OVERDUE)),
        "cases of an SDK": lambda: queries.cases(database, CaseFilter(sdk="CN017")),
        "cases of a store and category": lambda: queries.cases(
            database, CaseFilter(store="Meizu", category=20)
        ),
        "cases of an app": lambda: queries.cases(database, CaseFilter(package=case.package)),
        "case page": lambda: queries.case_page(database, case.id),
        "statistics": lambda: queries.statistics(database),
        "offenders": lambda: queries.offenders(database),
        "reviews": lambda: reviews(database, not_signed_by="li"),
    }
    for name, ask in asked.items():
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            await ask()
            seconds.append(time.perf_counter() - began)
        say(
            f"{name:32} median {statistics.median(seconds) * 1e3:6.1f} ms, "
            f"worst {max(seconds) * 1e3:6.1f} ms"
        )


async def _deep(database: Database) -> str:
    after = ""
    for _ in range(20):
        after = (await apps(database, after=after, limit=200)).after or after
    return after
