"""A TCP relay that can be cut, as a cable (nothing arrives) or broken (connections end)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Wire:
    """Between a client and a server, such as a worker and the database."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._whole = asyncio.Event()
        self._whole.set()
        self.port = 0
        self.sent = 0
        """Bytes that went towards the server."""
        self._break_at: int | None = None

    def break_after(self, count: int) -> None:
        """End every connection once so many more bytes were sent, and take no new ones."""
        self._break_at = self.sent + count

    def cut(self) -> None:
        """Packets vanish; connections stay as they are, as with a pulled cable."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._break_at = None
        self._whole.set()

    @property
    def _broken(self) -> bool:
        return self._break_at is not None and self.sent >= self._break_at

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._whole.wait()
                if self._broken:
                    break
                target.write(data)
                await target.drain()
                self.sent += len(data) if counts else 0
        with contextlib.suppress(OSError):
            target.close()

    async def _serve(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        if self._broken:
            target.close()
            return
        try:
            far_source, far_target = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            target.close()
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(source, far_target, counts=True))
                group.create_task(self._pump(far_source, target, counts=False))
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
