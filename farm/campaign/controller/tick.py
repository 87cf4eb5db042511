"""The controller's loop: short transactions, one controller at a time, nothing kept in memory."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from farm.campaign.controller.feed import WINDOW, feed
from farm.campaign.controller.mend import (
    finish_campaigns,
    mend,
    note_silent_hosts,
    prune,
)
from farm.campaign.database import Database, DatabaseUnavailable
from farm.campaign.database.connect import Client

log = logging.getLogger(__name__)

_LOCK = 0x6661726E  # one controller acts at a time
_MEND_SECONDS = 15.0
_PRUNE_SECONDS = 3600.0


class Controller:
    """Run `run()` as a task; any number of processes may."""

    def __init__(
        self,
        database: Database,
        *,
        lease: float,
        interval: float = 1.0,
        window: int = WINDOW,
        schedules: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._lease = lease
        self._interval = interval
        self._window = window
        self._schedules = schedules
        self._mended = 0.0
        self._pruned = time.monotonic()

    async def run(self) -> None:
        """Tick until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.tick()
                if self._schedules is not None:
                    await self._schedules()
            except DatabaseUnavailable as error:
                log.warning("controller: %s", error)
            await asyncio.sleep(self._interval)

    async def tick(self) -> int:
        """One round; returns how many jobs were queued."""
        async with self._database.transaction(seconds=60) as client:
            if not await client.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                return 0
            # A frozen controller must not keep the lock.
            await client.execute("SET LOCAL idle_in_transaction_session_timeout = '10s'")
            fed = await feed(client, self._window)
            await finish_campaigns(client)
            await self._now_and_then(client)
            return fed

    async def _now_and_then(self, client: Client) -> None:
        now = time.monotonic()
        if now - self._mended >= _MEND_SECONDS:
            self._mended = now
            mended = await mend(client, self._lease)
            if mended:
                log.warning("controller: %d jobs had lost their queue entry", mended)
            await note_silent_hosts(client, self._lease)
        if now - self._pruned >= _PRUNE_SECONDS:
            self._pruned = now
            await prune(client)
