"""The listening side: accepts adb servers on a loopback port and can be unplugged and plugged.

Owns the connections; what the services do is handed in as `open_service`.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from farm.twin.adb.connection import AdbConnection, OpenService

LOOPBACK = "127.0.0.1"
MAX_CONNECTIONS = 16

logger = logging.getLogger(__name__)


class AdbDaemon:
    """adbd on `127.0.0.1:port`; port 0 takes a free one at the first `plug`."""

    def __init__(self, port: int, banner: Callable[[], bytes], open_service: OpenService) -> None:
        self.port = port
        self.authorized = asyncio.Event()
        self.authorized.set()
        self.silent = False
        """While true, new connections are accepted and never answered: adb shows `offline`."""
        self._banner = banner
        self._open_service = open_service
        self._server: asyncio.Server | None = None
        self._connections: set[AdbConnection] = set()
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def plugged(self) -> bool:
        """Whether an adb server can connect."""
        return self._server is not None

    @property
    def connections(self) -> list[AdbConnection]:
        """The adb servers that are connected now."""
        return list(self._connections)

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Set the owner of all connection tasks; call `plug` next."""
        self._tasks = tasks

    async def plug(self) -> None:
        """Listen again.

        Raises:
            OSError: the port is taken.
        """
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Stop listening and drop every connection, as when the cable is pulled."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.drop_connections()
        if server is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await server.wait_closed()

    def drop_connections(self) -> None:
        """Drop every connection but go on listening."""
        for connection in list(self._connections):
            connection.drop()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._tasks is None or self._server is None or len(self._connections) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        connection = AdbConnection(
            reader, writer, self._banner, self._open_service, self.authorized
        )
        self._connections.add(connection)
        self._tasks.create_task(self._serve(connection))

    async def _serve(self, connection: AdbConnection) -> None:
        try:
            if self.silent:
                await connection.closed.wait()
                return
            await connection.serve()
        except ExceptionGroup:  # the edge of one connection: the phone outlives a broken host
            logger.exception("adb connection failed")
        finally:
            connection.drop()
            self._connections.discard(connection)
