"""Packets of the shell protocol (`shell,v2`): standard streams and the exit code in one stream.

Source: AOSP packages/modules/adb, `shell_protocol.h`.
"""

import asyncio
import struct
from typing import Protocol

from farm.twin.adb.stream import AdbStream

HEADER = struct.Struct("<BI")
STDIN = 0
STDOUT = 1
STDERR = 2
EXIT = 3
CLOSE_STDIN = 4
WINDOW_SIZE = 5
MAX_PACKET = 1024 * 1024
CHUNK = 32 * 1024


class Input(Protocol):
    """Where a process reads its standard input from."""

    async def read(self) -> bytes:
        """The next bytes, empty at the end."""


class Output(Protocol):
    """Where a process writes."""

    async def write(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            BrokenPipeError: nobody reads any more.
        """


class PacketInput:
    """Standard input unpacked from `shell,v2`; window sizes are ignored."""

    def __init__(self, stream: AdbStream) -> None:
        self._stream = stream
        self._ended = False

    async def read(self) -> bytes:
        """The next bytes from the host, empty at the end."""
        while not self._ended:
            try:
                kind, length = HEADER.unpack(await self._stream.read_exactly(HEADER.size))
                if length > MAX_PACKET:
                    break
                data = await self._stream.read_exactly(length)
            except asyncio.IncompleteReadError:
                break
            if kind == CLOSE_STDIN:
                break
            if kind == STDIN and data:
                return data
        self._ended = True
        return b""


class PacketOutput:
    """One of the output streams packed into `shell,v2`."""

    def __init__(self, stream: AdbStream, kind: int) -> None:
        self._stream = stream
        self._kind = kind

    async def write(self, data: bytes) -> None:
        """Send `data` in packets.

        Raises:
            BrokenPipeError: the host closed the stream.
        """
        for start in range(0, len(data), CHUNK):
            chunk = data[start : start + CHUNK]
            await self._stream.write(HEADER.pack(self._kind, len(chunk)) + chunk)


async def send_exit(stream: AdbStream, code: int) -> None:
    """Tell the exit code (0 to 255) of the process."""
    await stream.write(HEADER.pack(EXIT, 1) + bytes([code & 0xFF]))
