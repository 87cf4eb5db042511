"""Connections to PostgreSQL: pooled, bounded in time, and honest about a server that is away.

Knows no table. Every failure that may pass by itself becomes `DatabaseUnavailable`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from farm.model.errors import FarmError, SetupError

_CONNECT_SECONDS = 5.0

Client = Any
"""An asyncpg connection; the package carries no types."""

_PASSING = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke in the middle of its own set-up
    asyncpg.PostgresConnectionError,
    # Classes of SQLSTATE (PostgreSQL manual, appendix A): a server that is going, coming or
    # crashed, its disk or memory full, its disk failing, a stand-by after a failover, and
    # transactions that got in each other's way.
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)


class DatabaseUnavailable(FarmError):
    """The database cannot be reached or gave no answer: the caller tries again later."""


class Database:
    """Async context manager over a pool that is opened at the first use."""

    def __init__(self, url: str, *, connections: int = 4, seconds: float = 20.0) -> None:
        check_url(url)
        self.url = url
        self._connections = connections
        self._seconds = seconds
        self._pool: Any = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()

    @contextlib.asynccontextmanager
    async def transaction(self, seconds: float | None = None) -> AsyncIterator[Client]:
        """One transaction, committed at the end of the block.

        Raises:
            DatabaseUnavailable: no connection, or no end within `seconds`. What was sent may or
                may not have been committed.
        """
        pool = await self._opened()
        try:
            client = await pool.acquire(timeout=_CONNECT_SECONDS)
        except _PASSING as error:
            raise self._unavailable(error) from error
        usable = False
        try:
            async with asyncio.timeout(seconds or self._seconds), client.transaction():
                yield client
            usable = True
        except _PASSING as error:
            raise self._unavailable(error) from error
        except (asyncpg.PostgresError, FarmError):
            usable = True
            raise
        finally:
            # A connection that broke has left the pool by itself.
            with contextlib.suppress(*_PASSING):
                if not usable:
                    # Mid-statement or half dead: a polite end could take for ever.
                    client.terminate()
                await pool.release(client, timeout=_CONNECT_SECONDS)

    async def _opened(self) -> Any:
        async with self._opening:
            if self._pool is None:
                try:
                    self._pool = await asyncpg.create_pool(
                        self.url,
                        min_size=0,
                        max_size=self._connections,
                        timeout=_CONNECT_SECONDS,
                        command_timeout=self._seconds,
                        max_inactive_connection_lifetime=120,
                    )
                except _PASSING as error:
                    raise self._unavailable(error) from error
        return self._pool

    def _unavailable(self, error: BaseException) -> DatabaseUnavailable:
        why = str(error) or type(error).__name__
        return DatabaseUnavailable(f"{shown_url(self.url)}: {why}")


async def connect(url: str) -> Client:
    """One connection of its own, for set-up work.

    Raises:
        SetupError: the server cannot be reached or refuses; the message carries no password.
    """
    check_url(url)
    try:
        return await asyncpg.connect(url, timeout=_CONNECT_SECONDS, command_timeout=300)
    except (*_PASSING, asyncpg.PostgresError, ValueError) as error:
        why = str(error) or type(error).__name__
        raise SetupError(
            f"{shown_url(url)}: cannot connect: {why}; check --database and that the server runs"
        ) from error


def check_url(url: str) -> None:
    """Refuse what is no PostgreSQL address.

    Raises:
        SetupError: see the message.
    """
    if urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise SetupError(
            "--database: expected postgresql://USER:PASSWORD@HOST:PORT/NAME, "
            f"got the scheme {urlsplit(url).scheme or 'none'!r}"
        )


def shown_url(url: str) -> str:
    """The address without its password, for messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or 'socket'}{parts.path}"
