"""Processes that wait before their first instruction until they are let go.

Where the endpoint offers no gate (a gadget, an old server), nothing waits here.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

from farm.model.errors import DeviceError
from farm.recorders.api.client import Endpoint, NotOffered, ProcessGone, call

_MOST_WAITING = 1000


class Gate:
    """The gate of one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.closed = False
        self._endpoint = endpoint
        self._spawned: asyncio.Queue[tuple[int, str]] = asyncio.Queue(maxsize=_MOST_WAITING)

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

    def waiting(self) -> Iterator[tuple[int, str]]:
        """Process ids and names that were announced; those not taken are given the next time."""
        while not self._spawned.empty():
            yield self._spawned.get_nowait()

    async def let_go(self, pid: int) -> None:
        """Let one process run, if it waits."""
        try:
            await call(self._endpoint.device.resume(pid), f"resume {pid}")
        except (NotOffered, ProcessGone):
            return  # it was not held, or is gone, which the watcher sees

    def _announced(self, spawn: Any) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._spawned.put_nowait((int(spawn.pid), str(spawn.identifier or "")))
