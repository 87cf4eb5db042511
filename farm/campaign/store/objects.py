"""Objects by name over obstore: put once, get with a digest, list, delete. Knows no recording.

obstore's own errors end here. A folder's objects are synced to disk before a put returns, which
obstore does not do by itself. Big files go to S3 in parts that survive a cut (`multipart`).
"""

import asyncio
import datetime
import hashlib
import os
import tempfile
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from farm.campaign.store.multipart import (
    PART,
    FileChanged,
    PartsFailed,
    PartUploads,
    Stopped,
)
from farm.files import sha256_of
from farm.model.errors import FarmError, SetupError
from farm.recording.files import sync_file, sync_folder

CHUNK = 8 << 20
"""Bytes that are in memory for one transfer at a time."""

_BIG_AT_ONCE = 2  # big files in flight; one part of each is in memory
_SCHEMES = ("s3", "gs", "az", "abfss")


class StoreError(FarmError):
    """The store holds something else than it should; trying again does not help."""


class StoreUnavailable(FarmError):
    """The store cannot be reached or refused: the caller tries again later."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One object."""

    name: str
    size: int


class Store:
    """A store by its address: a folder's path, `file://`, or `s3://BUCKET/PREFIX`."""

    def __init__(self, address: str) -> None:
        self.address = address
        scheme = urlsplit(address).scheme
        self.folder: Path | None = None
        """The folder it is in, where it is one on this machine."""
        self._objects: Any
        self._parts = PartUploads(address) if scheme == "s3" else None
        # Parts of an hour's length must not keep the threads of everybody else.
        self._threads = ThreadPoolExecutor(_BIG_AT_ONCE, thread_name_prefix="store")
        if scheme in ("", "file"):
            path = Path(urlsplit(address).path if scheme else address).absolute()
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SetupError(f"{path}: cannot be made: {error.strerror}") from error
            self.folder = path
            self._objects = LocalStore(prefix=path)
        elif scheme in _SCHEMES:
            config: Any = {"checksum_algorithm": "SHA256"} if scheme == "s3" else {}
            try:
                self._objects = from_url(address, config=config)
            except (BaseError, ValueError) as error:
                raise SetupError(f"{address}: {_first_line(error)}") from error
        else:
            raise SetupError(
                f"{address}: expected a folder, or an address of {', '.join(_SCHEMES)}"
            )

    async def put_file(self, name: str, source: Path, sha256: str) -> bool:
        """Store a file under a name; False where it was there already.

        Raises:
            StoreError: the file does not have this digest, or other bytes have the name.
            StoreUnavailable: the store failed; nothing is half there, and of a big file in S3 the
                parts that arrived are not sent again.
        """
        size = (await asyncio.to_thread(source.stat)).st_size
        there = await self.size(name)
        if there is not None:
            if there == size and await self.digest(name) == sha256:
                return False
            raise StoreError(f"{self.address}/{name}: holds other bytes than {source}")
        if self._parts is not None and size > PART:
            await self._put_parts(self._parts, name, source, sha256)
            return True
        if await asyncio.to_thread(sha256_of, source) != sha256:
            raise StoreError(f"{source}: changed since its digest was taken")
        await self._put(name, source)
        await self._check_local(name, sha256)
        return True

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes under a name; the same bytes again are no error.

        Raises:
            StoreError: other bytes have the name.
            StoreUnavailable: the store failed; nothing is half there.
        """
        digest = hashlib.sha256(data).hexdigest()
        if await self.size(name) is not None:
            if await self.digest(name) == digest:
                return
            raise StoreError(f"{self.address}/{name}: holds other bytes")
        await self._put(name, data)
        await self._check_local(name, digest)

    async def get_file(self, name: str, target: Path, sha256: str = "") -> None:
        """Fetch an object into a file, which appears only when whole and verified.

        Raises:
            FileNotFoundError: there is no such object.
            StoreError: its bytes do not have the digest.
            StoreUnavailable: the store failed.
        """
        hasher = hashlib.sha256()
        partial = await asyncio.to_thread(_temporary_beside, target)
        try:
            async for chunk in self._stream(name):
                hasher.update(chunk)
                await asyncio.to_thread(_append, partial, chunk)
            if sha256 and hasher.hexdigest() != sha256:
                raise StoreError(
                    f"{self.address}/{name}: its bytes do not have the digest {sha256}"
                )
            await asyncio.to_thread(partial.replace, target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise

    async def get_bytes(self, name: str, largest: int = 64 << 20) -> bytes:
        """Fetch a small object.

        Raises:
            FileNotFoundError: there is no such object.
            StoreError: it is larger than `largest` bytes.
            StoreUnavailable: the store failed.
        """
        data = bytearray()
        async for chunk in self._stream(name):
            data += chunk
            if len(data) > largest:
                raise StoreError(f"{self.address}/{name}: larger than {largest} bytes")
        return bytes(data)

    async def size(self, name: str) -> int | None:
        """An object's size in bytes, None where there is none."""
        try:
            meta = await obstore.head_async(self._objects, name)
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise self._unavailable(name, error) from error
        return int(meta["size"])

    async def digest(self, name: str) -> str:
        """The SHA-256 of an object's bytes as they are in the store now."""
        hasher = hashlib.sha256()
        async for chunk in self._stream(name):
            hasher.update(chunk)
        return hasher.hexdigest()

    async def names(self, prefix: str) -> AsyncIterator[Stored]:
        """Every object below a prefix."""
        try:
            async for batch in obstore.list(self._objects, prefix):
                for meta in batch:
                    yield Stored(name=meta["path"], size=int(meta["size"]))
        except (BaseError, OSError) as error:
            raise self._unavailable(prefix, error) from error

    async def delete(self, names: list[str]) -> None:
        """Delete objects in this order; ones that are gone are no error."""
        for name in names:
            try:
                await obstore.delete_async(self._objects, name)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise self._unavailable(name, error) from error

    async def give_up_uploads(self, older_than: datetime.timedelta) -> int:
        """End uploads that were begun so long ago and never completed; returns how many.

        Raises:
            StoreUnavailable: the store failed.
        """
        if self._parts is None:
            return 0
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._parts.give_up, datetime.datetime.now(datetime.UTC) - older_than
            )
        except PartsFailed as error:
            raise self._unavailable("", error) from error

    async def _stream(self, name: str) -> AsyncIterator[bytes]:
        try:
            found = await obstore.get_async(self._objects, name)
            async for chunk in found.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise self._unavailable(name, error) from error

    async def _put(self, name: str, source: Path | bytes) -> None:
        try:
            await obstore.put_async(self._objects, name, source, chunk_size=CHUNK)
        except (BaseError, OSError) as error:
            raise self._unavailable(name, error) from error

    async def _put_parts(self, parts: PartUploads, name: str, source: Path, sha256: str) -> None:
        stop = threading.Event()
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._threads, parts.put, name, source, sha256, stop
            )
        except (PartsFailed, Stopped) as error:
            raise self._unavailable(name, error) from error
        except FileChanged as error:
            raise StoreError(f"{source}: changed since its digest was taken") from error
        finally:
            stop.set()  # a thread is not cancelled with its caller: it ends after its part

    async def _check_local(self, name: str, sha256: str) -> None:
        """A folder's object is synced and read back; S3 verified the digest of what it took."""
        if self.folder is None:
            return
        path = self.folder / name
        await asyncio.to_thread(_sync, path, self.folder)
        if await asyncio.to_thread(sha256_of, path) != sha256:
            raise StoreUnavailable(f"{path}: reads back other bytes than were written")

    def _unavailable(self, name: str, error: BaseException) -> StoreUnavailable:
        return StoreUnavailable(f"{self.address}/{name}: {_first_line(error)}")


def _sync(path: Path, top: Path) -> None:
    sync_file(path)
    folder = path.parent
    while True:
        sync_folder(folder)
        if folder == top:
            return
        folder = folder.parent


def _temporary_beside(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".fetch-")
    os.close(descriptor)
    return Path(name)


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.split("\n", 1)[0][:300]
