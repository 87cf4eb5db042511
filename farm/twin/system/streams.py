"""Standard streams of the shell's programs: files, buffers and pipes between them."""

import asyncio
from typing import IO

from farm.twin.adb.shell_protocol import Input

MAX_CAPTURE = 8 * 1024 * 1024
PIPE_CHUNKS = 16


class NoInput:
    """`/dev/null` as standard input."""

    async def read(self) -> bytes:
        """Always at the end."""
        return b""


class BytesInput:
    """A here-document."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        """All of it, then the end."""
        data, self._data = self._data, b""
        return data


class FileInput:
    """A file as standard input."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def read(self) -> bytes:
        """The next 64 KiB."""
        return self._file.read(65536)


class FileOutput:
    """A file as standard output."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def write(self, data: bytes) -> None:
        """Write to the page cache."""
        self._file.write(data)


class Capture:
    """Collects output in memory, at most `MAX_CAPTURE` bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, data: bytes) -> None:
        """Keep the data; what exceeds the bound breaks the pipe."""
        if len(self.data) + len(data) > MAX_CAPTURE:
            raise BrokenPipeError("output too long")
        self.data += data


class Discard:
    """`/dev/null` as output."""

    async def write(self, data: bytes) -> None:
        """Forget the data."""


class Pipe:
    """Connects two programs; bounded, so the faster one waits."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(PIPE_CHUNKS)
        self._reader_gone = asyncio.Event()
        self._ended = False

    async def write(self, data: bytes) -> None:
        """Hand data to the reader.

        Raises:
            BrokenPipeError: the reader ended.
        """
        if not data:
            return
        if self._reader_gone.is_set():
            raise BrokenPipeError("the reader of the pipe ended")
        await self._queue.put(data)
        if self._reader_gone.is_set():
            raise BrokenPipeError("the reader of the pipe ended")

    async def read(self) -> bytes:
        """The next chunk, empty at the end."""
        if self._ended:
            return b""
        data = await self._queue.get()
        self._ended = not data
        return data

    async def close_writer(self) -> None:
        """The writer ended: the reader sees the end after what is queued."""
        if not self._reader_gone.is_set():
            await self._queue.put(b"")

    def close_reader(self) -> None:
        """The reader ended: the writer fails at its next write."""
        self._reader_gone.set()
        while not self._queue.empty():
            self._queue.get_nowait()


class LineReader:
    """Reads lines or exact sizes from an input."""

    def __init__(self, source: Input) -> None:
        self._source = source
        self._buffer = b""

    async def line(self, limit: int = 1024 * 1024) -> bytes:
        """The next line with its newline; empty at the end; cut at `limit`."""
        while b"\n" not in self._buffer and len(self._buffer) < limit:
            data = await self._source.read()
            if not data:
                break
            self._buffer += data
        end = self._buffer.find(b"\n") + 1 or min(len(self._buffer), limit)
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    async def read(self) -> bytes:
        """Whatever is there next, empty at the end."""
        if self._buffer:
            data, self._buffer = self._buffer, b""
            return data
        return await self._source.read()


async def read_all(source: Input, limit: int = MAX_CAPTURE) -> bytes:
    """Everything up to the end, at most `limit` bytes."""
    data = bytearray()
    while len(data) < limit and (chunk := await source.read()):
        data += chunk
    return bytes(data[:limit])
