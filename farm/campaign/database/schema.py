"""Brings a database to the schema this code was written for: Alembic for ours, pgqueuer's own for
the queue. Never takes a newer schema for its own."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pgqueuer.queries import Queries
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from farm.campaign.database.connect import connect
from farm.model.errors import SetupError

_LOCK = 0x6661726D  # "farm": an advisory lock of ours


async def migrate(url: str) -> str:
    """Bring the database up to date and return its revision. Safe to call at the same time.

    Raises:
        SetupError: the database is newer than this farm, or cannot be reached.
    """
    client = await connect(url)
    try:
        await client.execute("SELECT pg_advisory_lock($1)", _LOCK)
        current = await _revision(client)
        scripts = ScriptDirectory.from_config(_config())
        head = scripts.get_current_head()
        assert head is not None  # noqa: S101 - the first migration ships with the farm
        if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
            raise SetupError(
                f"the database has schema {current}, which this farm ({head}) does not know: "
                "update the farm on this host"
            )
        queries = Queries.from_asyncpg_connection(client)
        if not await queries.schema_is_installed():
            await queries.install()
        elif current != head:
            await queries.apply_upgrade()
        if current != head:
            await _upgrade(url)
        return head
    finally:
        await client.close(timeout=5)


async def _revision(client: Any) -> str | None:
    if not await client.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
        return None
    found: str | None = await client.fetchval("SELECT version_num FROM alembic_version")
    return found


async def _upgrade(url: str) -> None:
    async def open_client() -> Any:
        return await asyncpg.connect(url, timeout=10)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=open_client)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run_migrations)
    finally:
        await engine.dispose()
        await asyncio.sleep(0)


def _run_migrations(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
