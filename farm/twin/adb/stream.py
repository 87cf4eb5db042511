"""One stream multiplexed over an ADB connection, with the protocol's flow control.

Each side should have at most one unacknowledged WRITE in flight; a chunk from the host is
acknowledged when the service takes it, which is what slows a fast sender down. The adb server
itself breaks that rule when its client leaves: it sends all that is left at once, then CLOSE.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from farm.twin.adb.wire import CLSE, OKAY, WRTE, Message, ProtocolError

_MOST_WAITING = 64  # chunks; what an adb server has read ahead of a client that left is a few

SendMessage = Callable[[Message], None]


class AdbStream:
    """A two-way byte stream between a service of the phone and a client of the adb server."""

    def __init__(self, local_id: int, remote_id: int, max_payload: int, send: SendMessage) -> None:
        self.local_id = local_id
        self.remote_id = remote_id
        self.hangup = asyncio.Event()
        """Set once the host closed the stream: no more input comes, output goes nowhere."""
        self._max_payload = max_payload
        self._send = send
        self._incoming: deque[bytes] = deque()
        self._readable = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._acknowledged.set()
        self._writing = asyncio.Lock()
        self._closed = False
        self._leftover = b""

    # What the connection tells the stream

    def on_data(self, data: bytes) -> None:
        """A WRITE arrived.

        Raises:
            ProtocolError: the host sends on and on without waiting for an acknowledgement.
        """
        if self._closed or self.hangup.is_set():
            return
        if len(self._incoming) >= _MOST_WAITING:
            raise ProtocolError(f"stream {self.local_id}: WRITEs that nobody acknowledged")
        self._incoming.append(data)
        self._readable.set()

    def on_acknowledged(self) -> None:
        """The host took our last WRITE."""
        self._acknowledged.set()

    def on_close(self) -> None:
        """The host closed the stream, or the connection is gone."""
        self.hangup.set()
        self._readable.set()
        self._acknowledged.set()

    # What a service does

    async def read(self) -> bytes:
        """The next chunk from the host; empty at the end of input."""
        if self._leftover:
            data, self._leftover = self._leftover, b""
            return data
        while not self._incoming:
            if self.hangup.is_set():
                return b""
            self._readable.clear()
            await self._readable.wait()
        data = self._incoming.popleft()
        if not self.hangup.is_set():
            self._send(Message(OKAY, self.local_id, self.remote_id))
        return data

    async def read_exactly(self, size: int) -> bytes:
        """Exactly `size` bytes.

        Raises:
            asyncio.IncompleteReadError: the input ended before.
        """
        parts: list[bytes] = []
        missing = size
        while missing:
            data = await self.read()
            if not data:
                raise asyncio.IncompleteReadError(b"".join(parts), size)
            if len(data) > missing:
                self._leftover = data[missing:]
                data = data[:missing]
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    async def write(self, data: bytes) -> None:
        """Send all of `data`; returns when its last part is on the wire.

        Raises:
            BrokenPipeError: the host closed the stream.
        """
        async with self._writing:
            for start in range(0, len(data), self._max_payload):
                await self._acknowledged.wait()
                if self.hangup.is_set() or self._closed:
                    raise BrokenPipeError("the host closed the stream")
                self._acknowledged.clear()
                chunk = data[start : start + self._max_payload]
                self._send(Message(WRTE, self.local_id, self.remote_id, chunk))

    async def close(self) -> None:
        """End the stream once the host has acknowledged everything that was written."""
        if self._closed:
            return
        async with self._writing:
            await self._acknowledged.wait()
            self._closed = True
            self._send(Message(CLSE, self.local_id, self.remote_id))
