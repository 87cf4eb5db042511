"""Processes that wait before their first instruction until they are let go.

Where the endpoint offers no gate (a gadget, an old server), nothing waits here. An announcement
stays until somebody takes it: a process whose announcement were lost would stand still for ever.
"""

import asyncio
import contextlib
from typing import Any

from farm.model.errors import DeviceError
from farm.recorders.api.client import Endpoint, NotOffered, ProcessGone, call

_MOST_WAITING = 1000


class Gate:
    """The gate of one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.closed = False
        self._endpoint = endpoint
        self._announcements: dict[int, str] = {}  # process id -> name
        self._news = asyncio.Event()

    async def close(self) -> None:
        """Let new processes wait from now on; the endpoint has to be open."""
        device = self._endpoint.device
        device.on("spawn-added", self._announced)
        try:
            await call(device.enable_spawn_gating(), "gate spawns")
            self.closed = True
        except NotOffered:
            self.closed = False

    async def open(self) -> None:
        """Let nothing wait any more."""
        if self.closed:
            with contextlib.suppress(DeviceError):
                await call(self._endpoint.device.disable_spawn_gating(), "release spawns", 5.0)

    def waiting(self) -> list[tuple[int, str]]:
        """Process ids and names that were announced and not taken, the first first."""
        return list(self._announcements.items())

    def take(self, pid: int) -> None:
        """Whoever calls sees to the process from now on."""
        self._announcements.pop(pid, None)

    async def announcement(self, seconds: float) -> None:
        """Wait until a process is announced, which stands still meanwhile; at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()

    async def let_go(self, pid: int) -> None:
        """Let one process run, if it waits."""
        self.take(pid)
        try:
            await call(self._endpoint.device.resume(pid), f"resume {pid}")
        except (NotOffered, ProcessGone):
            return  # it was not held, or is gone, which the watcher sees

    def _announced(self, spawn: Any) -> None:
        if len(self._announcements) < _MOST_WAITING:
            self._announcements[int(spawn.pid)] = str(spawn.identifier or "")
        self._news.set()
