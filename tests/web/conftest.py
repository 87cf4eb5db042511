"""A server over a database of the test's own, and people signed in to it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.app import create_app
from farm.web.settings import WebSettings
from tests.web.visiting import Site, visiting


@pytest.fixture
def settings(tmp_path: Path) -> WebSettings:
    """A server's settings, reached in the clear. Deadlines start today and know weekends only."""
    deadlines = tmp_path / "deadlines.yaml"
    deadlines.write_text("notice_days: 15\n")
    return WebSettings(home=tmp_path / "home", deadlines=deadlines, largest_app=8 << 20)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path / "store"))


@pytest.fixture
async def site(database: Database, settings: WebSettings, store: Store) -> AsyncIterator[Site]:
    """A server without a network: requests go straight into the application."""
    async with visiting(create_app(settings, database, store), database) as site:
        yield site


@pytest.fixture(scope="module")
def empty_url(server_url: str, migrated: str) -> Iterator[str]:
    """A database that all tests of a module share."""
    name = f"test_{secrets.token_hex(6)}"

    async def tell(statement: str) -> None:
        admin = await asyncpg.connect(server_url)
        await admin.execute(statement)
        await admin.close()

    asyncio.run(tell(f"CREATE DATABASE {name} TEMPLATE {migrated}"))
    yield server_url.rsplit("/", 1)[0] + f"/{name}"
    asyncio.run(tell(f"DROP DATABASE {name} WITH (FORCE)"))
