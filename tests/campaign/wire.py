"""A TCP relay that can be cut: what is on the wire then goes nowhere, and nothing new gets in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Wire:
    """Between a worker and the database."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._whole = asyncio.Event()
        self._whole.set()
        self.port = 0

    def cut(self) -> None:
        """Packets vanish; connections stay as they are, as with a pulled cable."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._whole.set()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._whole.wait()
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError):
            target.close()

    async def _serve(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        try:
            far_source, far_target = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            target.close()
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(source, far_target))
                group.create_task(self._pump(far_source, target))
        finally:
            target.close()
            far_target.close()


@contextlib.asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    """Open a relay to a port of this machine."""
    wire = Wire(port)
    server = await asyncio.start_server(wire._serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        wire.mend()
        server.close()
