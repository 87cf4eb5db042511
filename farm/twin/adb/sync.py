"""The file transfer service `sync:`: stat, list, push and pull on any file system.

Source: AOSP packages/modules/adb, `file_sync_protocol.h` and `SYNC.TXT`.
"""

import asyncio
import errno
import os
import stat
import struct
from collections.abc import Iterator
from typing import IO, NamedTuple, Protocol

from farm.twin.adb.stream import AdbStream

MAX_PATH = 1024
"""Longest path in a request, in bytes (adbd refuses more)."""
MAX_DATA = 64 * 1024
REQUEST = struct.Struct("<4sI")
STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
DENT_V2 = struct.Struct("<4sIQQIIIIQqqqI")


class FileStat(NamedTuple):
    """What `stat` tells; times in seconds since the epoch."""

    mode: int
    size: int
    mtime: int
    uid: int = 0
    gid: int = 0
    inode: int = 1
    links: int = 1


class SyncFiles(Protocol):
    """The file system as the transfer service needs it; every method raises OSError."""

    def stat(self, path: str, follow: bool) -> FileStat:
        """Facts of a file."""

    def entries(self, path: str) -> Iterator[tuple[str, FileStat]]:
        """Entries of a folder."""

    def open_read(self, path: str) -> IO[bytes]:
        """Open for reading."""

    def create(self, path: str, mode: int) -> IO[bytes]:
        """Create or replace a file, with the folders above it."""

    def symlink(self, target: str, path: str) -> None:
        """Create a symbolic link."""

    def set_mtime(self, path: str, mtime: int) -> None:
        """Set the time of the last change."""


class SyncService:
    """Serves one `sync:` stream until QUIT or a broken request."""

    def __init__(self, stream: AdbStream, files: SyncFiles) -> None:
        self._stream = stream
        self._files = files

    async def serve(self) -> None:
        """Answer requests one after the other."""
        while True:
            head = await self._stream.read_exactly(REQUEST.size)
            command, length = REQUEST.unpack(head)
            if command == b"QUIT":
                return
            if length > MAX_PATH + 16:
                await self._fail("path too long")
                return
            path = (await self._stream.read_exactly(length)).decode("utf-8", "surrogateescape")
            if command in (b"STAT", b"LST2", b"STA2"):
                await self._stat(command, path)
            elif command in (b"LIST", b"LIS2"):
                await self._list(command, path)
            elif command == b"RECV":
                await self._receive(path)
            elif command == b"SEND":
                if not await self._send(path):
                    return
            else:
                await self._fail(f"unknown command {command.hex()}")
                return

    async def _stat(self, command: bytes, path: str) -> None:
        facts = FileStat(0, 0, 0, inode=0, links=0)
        code = 0
        try:
            facts = self._files.stat(path, follow=command == b"STA2")
        except OSError as error:
            code = error.errno or errno.EIO
        if command == b"STAT":
            size = min(facts.size, 0xFFFFFFFF)
            answer = struct.pack("<4sIII", b"STAT", facts.mode, size, facts.mtime & 0xFFFFFFFF)
        else:
            answer = STAT_V2.pack(
                command, code, 1, facts.inode, facts.mode, facts.links, facts.uid, facts.gid,
                facts.size, facts.mtime, facts.mtime, facts.mtime,
            )  # fmt: skip
        await self._stream.write(answer)

    async def _list(self, command: bytes, path: str) -> None:
        answer = bytearray()
        try:
            for name, facts in self._files.entries(path):
                raw = os.fsencode(name)
                if command == b"LIST":
                    answer += struct.pack(
                        "<4sIIII", b"DENT", facts.mode, min(facts.size, 0xFFFFFFFF),
                        facts.mtime & 0xFFFFFFFF, len(raw),
                    )  # fmt: skip
                else:
                    answer += DENT_V2.pack(
                        b"DNT2", 0, 1, facts.inode, facts.mode, facts.links, facts.uid, facts.gid,
                        facts.size, facts.mtime, facts.mtime, facts.mtime, len(raw),
                    )  # fmt: skip
                answer += raw
        except OSError:
            answer.clear()  # adbd answers an unreadable folder with an empty listing
        done_size = 16 if command == b"LIST" else DENT_V2.size - 4
        await self._stream.write(bytes(answer) + b"DONE" + bytes(done_size))

    async def _receive(self, path: str) -> None:
        try:
            source = self._files.open_read(path)
        except OSError as error:
            await self._fail(f"open failed: {error.strerror}")
            return
        with source:
            while data := source.read(MAX_DATA):
                await self._stream.write(b"DATA" + struct.pack("<I", len(data)) + data)
        await self._stream.write(b"DONE" + bytes(4))

    async def _send(self, request: str) -> bool:
        """Take a file; False when the request was broken and the stream must end."""
        path, comma, mode_text = request.rpartition(",")
        if not comma or not mode_text.isascii() or not mode_text.isdigit() or len(mode_text) > 10:
            await self._fail("missing , in ID_SEND_V1")
            return False
        mode = int(mode_text)
        problem = ""
        target: IO[bytes] | None = None
        link = bytearray()
        is_link = stat.S_ISLNK(mode)
        if not is_link:
            try:
                target = self._files.create(path, mode & 0o777)
            except OSError as error:
                problem = f"couldn't create file: {error.strerror}"
        try:
            while True:
                command, value = REQUEST.unpack(await self._stream.read_exactly(REQUEST.size))
                if command == b"DONE":
                    break
                if command != b"DATA" or value > MAX_DATA:
                    await self._fail("invalid data message")
                    return False
                data = await self._stream.read_exactly(value)
                if is_link:
                    link += data[:MAX_PATH]
                elif target is not None and not problem:
                    try:
                        target.write(data)
                    except OSError as error:
                        problem = f"write failed: {error.strerror}"
        finally:
            if target is not None:
                await asyncio.to_thread(target.close)
        try:
            if is_link:
                self._files.symlink(bytes(link).rstrip(b"\0").decode("utf-8", "replace"), path)
            elif not problem:
                self._files.set_mtime(path, value)
        except OSError as error:
            problem = f"{error.strerror}"
        if problem:
            await self._fail(problem)
        else:
            await self._stream.write(b"OKAY" + bytes(4))
        return True

    async def _fail(self, text: str) -> None:
        raw = text.encode("utf-8", "replace")
        await self._stream.write(b"FAIL" + struct.pack("<I", len(raw)) + raw)
