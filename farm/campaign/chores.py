"""What is done once a day for the whole farm, by whichever worker comes first.

A lock of the database's own, held by a connection of its own, sees to it that one does it at a
time; a worker that dies loses the connection, and with it the lock.
"""

import asyncio
import datetime
import logging
from collections.abc import Awaitable, Callable

import asyncpg

from farm.campaign.database import Database, DatabaseUnavailable
from farm.campaign.database.connect import connect
from farm.campaign.store import Store, StoreError, StoreUnavailable
from farm.campaign.store.compact import Compacted, compact
from farm.model.errors import SetupError

log = logging.getLogger(__name__)

_LOCK = 0x6661726F
_EVERY = datetime.timedelta(hours=24)
_LOOK_SECONDS = 300.0
_SECONDS = 10.0


async def compact_alone(
    url: str, store: Store, *, days: int = 1, due_only: bool = False
) -> Compacted | None:
    """Compact the store's Parquet unless somebody else does; None where somebody does, or did.

    Args:
        url: of the database, which knows who is at it.
        days: that a day must be over to be compacted.
        due_only: do nothing where it was done within a day.

    Raises:
        SetupError: the database cannot be reached.
        StoreUnavailable: the store failed; what is half done is taken up next time.
    """
    client = await connect(url)
    try:
        if not await client.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            return None
        now: datetime.datetime = await client.fetchval("SELECT now()")
        done = await client.fetchval("SELECT done FROM chore WHERE name = 'compact'")
        if due_only and done is not None and now - done < _EVERY:
            return None

        async def still_alone() -> bool:
            try:
                return await client.fetchval("SELECT true", timeout=_SECONDS) is True
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                return False  # the lock went with the connection

        made = await compact(store, now.date(), days=days, still_alone=still_alone)
        await client.execute(
            "INSERT INTO chore (name, done, detail) VALUES ('compact', now(), $1) "
            "ON CONFLICT (name) DO UPDATE SET done = now(), detail = $1",
            f"{made.files} files into {made.parts} parts",
        )
        return made
    finally:
        await client.close(timeout=_SECONDS)


async def chores(
    database: Database, store: Store, first: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Look now and then whether something is due, until cancelled; failures are tried again.

    Args:
        first: done once before, such as putting this host's hooks into the store.
    """
    pending = first
    while True:
        try:
            if pending is not None:
                await pending()
                pending = None
            made = await compact_alone(database.url, store, due_only=True)
            if made is not None and made.parts:
                log.info("%d small files became %d larger ones", made.files, made.parts)
        except (DatabaseUnavailable, SetupError, StoreUnavailable, StoreError) as error:
            log.warning("chores: %s", error)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            log.warning("chores: the database ended in between: %s", error)
        await asyncio.sleep(_LOOK_SECONDS)
