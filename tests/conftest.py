"""One embedded PostgreSQL for the whole run, where a test asks for it; every test gets its own
database in it."""

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from farm.campaign.database import Database, migrate

_TEMPLATE = "farm_template"

# The same examples in every run, so that a change is judged by itself and not by the day's luck;
# HYPOTHESIS_PROFILE=random looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("random")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole sessions first: a file of them takes minutes, and the last one would run alone."""
    items.sort(key=lambda item: item.get_closest_marker("end_to_end") is None)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that a server's account can reach: pytest's own are closed to everybody else."""
    with tempfile.TemporaryDirectory(prefix="farm-campaign-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="session")
def server_url(open_folder: Path) -> Iterator[str]:
    """Address of a server over loopback, in a process of its own."""
    home = open_folder / "server"
    home.mkdir(mode=0o711)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.campaign.server", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "the server process ended before it was up"
        yield url
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(60)


@pytest.fixture(scope="session")
def migrated(server_url: str) -> str:
    """Name of an empty database with the farm's schema, to be copied and never written to."""

    async def make() -> None:
        admin = await asyncpg.connect(server_url)
        try:
            await admin.execute(f"CREATE DATABASE {_TEMPLATE}")
            await migrate(server_url.rsplit("/", 1)[0] + f"/{_TEMPLATE}")
        finally:
            await admin.close()

    asyncio.run(make())
    return _TEMPLATE


@pytest.fixture
async def database_url(server_url: str, migrated: str) -> AsyncIterator[str]:
    """An empty database with the farm's schema, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
        url = server_url.rsplit("/", 1)[0] + f"/{name}"
        yield url
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connections to a database of this test's own."""
    async with Database(database_url) as opened:
        yield opened
