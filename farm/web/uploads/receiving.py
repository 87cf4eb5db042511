"""Writes what somebody sends to a file of its own, bounded; it is gone if it does not end well."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import msgspec

from farm.model.errors import UsageError

_CHUNK = 1 << 20  # bytes that are gathered before a thread writes them


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came in whole."""

    path: Path
    size: int
    sha256: str


@contextlib.asynccontextmanager
async def received(
    chunks: AsyncIterator[bytes], folder: Path, largest: int
) -> AsyncIterator[Received]:
    """Receive a file; it exists as long as the block runs.

    Raises:
        UsageError: it is larger than `largest` bytes, or empty.
    """
    file = await asyncio.to_thread(_open, folder)
    path = Path(file.name)
    try:
        hasher, size = hashlib.sha256(), 0
        waiting = bytearray()
        async for chunk in chunks:
            size += len(chunk)
            if size > largest:
                raise UsageError(f"the file is larger than {largest >> 20} MiB")
            waiting += chunk
            if len(waiting) >= _CHUNK:
                await asyncio.to_thread(_write, file, hasher, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(_write, file, hasher, bytes(waiting))
        await asyncio.to_thread(file.close)
        if not size:
            raise UsageError("no file came in; choose an APK")
        yield Received(path=path, size=size, sha256=hasher.hexdigest())
    finally:
        _discard(file, path)


def _open(folder: Path) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="upload-", suffix=".apk")
    os.close(descriptor)
    return Path(name).open("wb")


def _write(file: IO[bytes], hasher: "hashlib._Hash", data: bytes) -> None:
    hasher.update(data)
    file.write(data)


def _discard(file: IO[bytes], path: Path) -> None:
    file.close()
    path.unlink(missing_ok=True)
