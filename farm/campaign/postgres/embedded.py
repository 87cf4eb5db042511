"""The server as a context manager shared by every farm process of one home folder.

The first user starts it, the last one stops it. A server that outlived killed users is adopted
when it answers and ended when it does not; a server that dies under its users is started again.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import asyncpg
import msgspec

from farm.campaign.postgres.binaries import Account, server_account
from farm.campaign.postgres.cluster import (
    SUPERUSER,
    Cluster,
    ServerFiles,
    prepare,
    socket_folder,
)
from farm.model.errors import SetupError

log = logging.getLogger(__name__)

DATABASE = "farm"
_LOOK_SECONDS = 0.5
_ANSWER_SECONDS = 30.0
_LOCK_SECONDS = 150.0  # somebody else may be creating the cluster
_SHARED_BASE = Path("/var/lib/farm-postgres")


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """`connection.json`: how to reach the server of this home; readable by its owner alone."""

    password: str
    port: int
    base: str
    socket: str
    tcp: bool = False

    def url(self, database: str = DATABASE) -> str:
        """The address for clients on this machine, over the socket."""
        return (
            f"postgresql://{SUPERUSER}:{self.password}@/{database}"
            f"?host={quote(self.socket, safe='')}&port={self.port}"
        )

    def tcp_url(self, database: str = DATABASE) -> str:
        """The address over loopback, for a server that was told to listen there."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"


class EmbeddedPostgres:
    """Async context manager over the server below `home/postgres`."""

    def __init__(self, home: Path, *, tcp: bool = False) -> None:
        self._folder = home / "postgres"
        self._tcp = tcp
        self._account: Account | None = None
        self._connection: Connection | None = None
        self._cluster: Cluster | None = None
        self._users: int | None = None  # descriptor that holds our share of users.lock
        self._group = asyncio.TaskGroup()
        self._watcher: asyncio.Task[None] | None = None

    @property
    def connection(self) -> Connection:
        """How to reach the server."""
        assert self._connection is not None  # noqa: S101 - only inside the context
        return self._connection

    @property
    def url(self) -> str:
        """The database's address."""
        return self.connection.url()

    async def __aenter__(self) -> "EmbeddedPostgres":
        self._account = server_account()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with self._exclusively():
            self._connection = await asyncio.to_thread(self._load_or_choose)
            self._cluster = self._make_cluster(self._connection)
            if not self._cluster.exists:
                await self._cluster.create(self._connection.password)
            await self._ensure_running()
            await self._ensure_database()
            self._users = os.open(self._folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
        await self._group.__aenter__()
        self._watcher = self._group.create_task(self._watch())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._watcher is not None:
                self._watcher.cancel()
            await self._group.__aexit__(None, None, None)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        """Give up our share; the last one stops the server."""
        users, self._users = self._users, None
        if users is None:
            return
        try:
            async with self._exclusively():
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if self._cluster is not None:
                        await self._cluster.stop()
        finally:
            os.close(users)

    async def _watch(self) -> None:
        cluster = self._cluster
        assert cluster is not None  # noqa: S101 - started after it was set
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if await asyncio.to_thread(cluster.postmaster) is not None:
                continue
            try:
                async with self._exclusively():
                    if cluster.postmaster() is None:
                        log.warning("the embedded PostgreSQL ended; starting it again")
                        await cluster.start()
            except SetupError as error:
                log.warning("%s", error)
                await asyncio.sleep(5)

    async def _ensure_running(self) -> None:
        """Adopt a server that answers; end one that does not; start where there is none."""
        cluster = self._cluster
        assert cluster is not None  # noqa: S101 - set by the caller
        if cluster.postmaster() is not None:
            if await self._answers(_ANSWER_SECONDS):
                return
            log.warning("a PostgreSQL of an earlier run does not answer; ending it")
            await cluster.stop()
        prepare(cluster.files, self._account)
        cluster.configure(cluster.files.socket)
        await cluster.start()

    async def _answers(self, seconds: float) -> bool:
        """Whether the server lets us in and is the one of our data folder."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        client = await asyncpg.connect(self.connection.url("postgres"), timeout=10)
                    except asyncpg.InvalidPasswordError:
                        return False
                    except (OSError, asyncpg.PostgresError):
                        await asyncio.sleep(0.2)
                        continue
                    try:
                        return bool(await client.fetchval("SELECT true"))
                    finally:
                        await client.close(timeout=5)
        return False

    async def _ensure_database(self) -> None:
        client = await asyncpg.connect(self.connection.url("postgres"), timeout=20)
        try:
            if not await client.fetchval(
                "SELECT true FROM pg_database WHERE datname = $1", DATABASE
            ):
                await client.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await client.close(timeout=5)

    def _make_cluster(self, connection: Connection) -> Cluster:
        files = ServerFiles(base=Path(connection.base), socket=Path(connection.socket))
        return Cluster(files, self._account, port=connection.port, tcp=connection.tcp)

    def _load_or_choose(self) -> Connection:
        path = self._folder / "connection.json"
        try:
            known = msgspec.json.decode(path.read_bytes(), type=Connection)
        except FileNotFoundError:
            known = None
        except (OSError, msgspec.DecodeError) as error:
            raise SetupError(
                f"{path}: cannot be read ({error}): restore it, or remove the folder with all "
                "campaigns in it"
            ) from error
        if known is not None and (known.tcp or not self._tcp):
            return known
        if known is None:
            base = _base_for(self._folder, self._account)
            prepare(ServerFiles(base=base, socket=base / "socket"), self._account)
            known = Connection(
                password=secrets.token_urlsafe(32),
                port=5432,
                base=str(base),
                socket=str(socket_folder(base)),
            )
        if self._tcp:
            known = msgspec.structs.replace(known, tcp=True, port=_free_port())
        _write_private(path, msgspec.json.encode(known))
        return known

    @contextlib.asynccontextmanager
    async def _exclusively(self) -> AsyncIterator[None]:
        """Hold the lock under which servers are started and stopped."""
        descriptor = os.open(self._folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                async with asyncio.timeout(_LOCK_SECONDS):
                    while True:
                        try:
                            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                            break
                        except BlockingIOError:
                            await asyncio.sleep(0.05)
            except TimeoutError:
                raise SetupError(
                    f"{self._folder / 'start.lock'}: held by another farm process for more than "
                    f"{_LOCK_SECONDS:g} s: see which one hangs (fuser start.lock)"
                ) from None
            yield
        finally:
            os.close(descriptor)


def _base_for(folder: Path, account: Account | None) -> Path:
    """Where the server's files go: in the home, unless its account cannot get there.

    Folders above are never opened for it.
    """
    if account is None:
        return folder / "server"
    for parent in (folder.parent, *folder.parent.resolve().parents):
        if not parent.stat().st_mode & 0o001:
            name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
            _SHARED_BASE.mkdir(parents=True, exist_ok=True, mode=0o711)
            return _SHARED_BASE / name
    folder.chmod(0o711)  # ours alone: the account passes through, and lists nothing
    return folder / "server"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _write_private(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
