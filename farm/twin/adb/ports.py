"""Device-side TCP ports of one phone: a table, not listeners of the host.

Both services of the phone (uiautomator2, Frida) and `adb reverse` stand in it; a connection is a
pair of local sockets, so that flow control works as over loopback.
"""

import asyncio
import errno
import logging
import socket
from contextlib import suppress

from farm.twin.contracts import PortHandler

logger = logging.getLogger(__name__)

STREAM_LIMIT = 256 * 1024


class PortTable:
    """Who serves which port of the phone."""

    def __init__(self) -> None:
        self._handlers: dict[int, PortHandler] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Set the owner of the handlers' tasks."""
        self._tasks = tasks

    def listen(self, port: int, handler: PortHandler) -> None:
        """Serve `port`.

        Raises:
            OSError: EADDRINUSE when somebody serves it, EINVAL when it is no port.
        """
        if not 0 < port < 65536:
            raise OSError(errno.EINVAL, f"no TCP port: {port}")
        if port in self._handlers:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        self._handlers[port] = handler

    def unlisten(self, port: int) -> None:
        """Stop serving; connections that are open stay until their handler ends."""
        self._handlers.pop(port, None)

    def listening(self) -> list[int]:
        """The served ports, in order."""
        return sorted(self._handlers)

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a served port.

        Raises:
            ConnectionRefusedError: nobody serves it.
        """
        handler = self._handlers.get(port)
        if handler is None or self._tasks is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"connection refused: port {port}")
        near, far = socket.socketpair()
        try:
            reader, writer = await asyncio.open_connection(sock=near, limit=STREAM_LIMIT)
            far_reader, far_writer = await asyncio.open_connection(sock=far, limit=STREAM_LIMIT)
        except BaseException:
            near.close()
            far.close()
            raise
        self._tasks.create_task(self._serve(port, handler, far_reader, far_writer))
        return reader, writer

    async def _serve(
        self,
        port: int,
        handler: PortHandler,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await handler(reader, writer)
        except Exception:  # the edge of one connection: a bug in a service must not end the phone
            logger.exception("service on device port %d failed", port)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
