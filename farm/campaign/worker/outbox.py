"""What a worker owes the farm, on its own disk until the farm has it.

One SQLite file, every change synced before it counts: an attempt stands in it from before its
start until its report was acknowledged. Writes of many slots share one sync.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from farm.campaign.ledger.values import Report, Work
from farm.model.errors import SetupError

_T = TypeVar("_T")


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt that the farm has not acknowledged."""

    work: Work
    slot: str
    folder: str = ""  # of its recording on this host
    uploaded: bool = False
    report: Report | None = None  # None: it has not ended, or its worker was killed

    @property
    def name(self) -> tuple[int, int]:
        """Job and fencing number."""
        return self.work.job, self.work.fence


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Debt)


class Outbox:
    """Async context manager over one worker's file; a second worker on it is refused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._waiting: list[tuple[str, tuple[object, ...]]] = []
        self._flush: asyncio.Future[None] | None = None
        self._flushing = asyncio.Lock()

    async def __aenter__(self) -> "Outbox":
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise SetupError(
                f"{self._path}: another worker of this name runs on this host; stop it, or start "
                "this one with another --name"
            ) from None
        await self._in_thread(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(sqlite3.Error):
            await self._in_thread(self._close)
        self._thread.shutdown()
        if self._lock is not None:
            os.close(self._lock)

    def _open(self) -> None:
        try:
            connection = sqlite3.connect(self._path, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS debt (job INTEGER, fence INTEGER, body BLOB NOT NULL, "
                "PRIMARY KEY (job, fence)) WITHOUT ROWID"
            )
            connection.commit()
        except sqlite3.Error as error:
            raise SetupError(
                f"{self._path}: {error}: the outbox must be on a sound disk"
            ) from error
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    async def put(self, debts: Sequence[Debt]) -> None:
        """Keep attempts, or what has become of them; durable when this returns."""
        await self._write(
            [
                (
                    "INSERT OR REPLACE INTO debt VALUES (?, ?, ?)",
                    (*debt.name, _ENCODER.encode(debt)),
                )
                for debt in debts
            ]
        )

    async def forget(self, names: Sequence[tuple[int, int]]) -> None:
        """Drop attempts that the farm has acknowledged."""
        await self._write(
            [("DELETE FROM debt WHERE job = ? AND fence = ?", name) for name in names]
        )

    async def all(self) -> list[Debt]:
        """Everything owed, oldest job first."""
        rows = await self._in_thread(self._read)
        return [_DECODER.decode(body) for (body,) in rows]

    def _read(self) -> list[tuple[bytes]]:
        assert self._connection is not None  # noqa: S101 - only inside the context
        return self._connection.execute("SELECT body FROM debt ORDER BY job, fence").fetchall()

    async def _write(self, statements: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        """Join the next transaction; the first to come carries everybody's statements."""
        if not statements:
            return
        self._waiting.extend(statements)
        if self._flush is None:
            self._flush = asyncio.get_running_loop().create_future()
        mine = self._flush
        async with self._flushing:
            if mine.done():
                mine.result()
                return
            batch, self._waiting = self._waiting, []
            self._flush = None
            work = asyncio.get_running_loop().run_in_executor(self._thread, self._commit, batch)
            try:
                # A cancelled slot must not take the others' statements with it.
                await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.wait([work])
                self._settle(mine, work)
                raise
            except BaseException:
                self._settle(mine, work)
                raise
            self._settle(mine, work)

    @staticmethod
    def _settle(mine: asyncio.Future[None], work: asyncio.Future[None]) -> None:
        error = work.exception()
        if error is None:
            mine.set_result(None)
        else:
            mine.set_exception(error)
            mine.exception()  # read by whoever waits; nobody waiting is no defect

    def _commit(self, batch: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        assert self._connection is not None  # noqa: S101 - only inside the context
        with self._connection:
            for statement, values in batch:
                self._connection.execute(statement, values)

    async def _in_thread(self, action: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, action)
