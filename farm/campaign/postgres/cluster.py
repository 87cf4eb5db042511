"""One data folder: create it, start and stop its server, tell a live server from a dead one.

Decides nothing about who needs the server; `embedded` does.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

from farm.campaign.postgres.binaries import Account, find_binaries
from farm.model.errors import SetupError

_START_SECONDS = 60
_STOP_SECONDS = 30
_QUIT_SECONDS = 10
_ORPHANS_SECONDS = 20.0
_LONGEST_SOCKET_FOLDER = 80  # a socket's path has 107 bytes (unix(7)), its name takes up to 24
_LONGEST_LOG = 16 << 20  # bytes
SUPERUSER = "farm"


class ServerFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Where one server keeps what. `base` belongs to the account that runs it."""

    base: Path
    socket: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.base / "server.log"


def socket_folder(base: Path) -> Path:
    """A folder for the socket: in `base`, or a short one of its own where that is too long."""
    inside = base / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    return Path(tempfile.mkdtemp(prefix="farm-pg-", dir="/tmp"))


class Cluster:
    """The data folder and its server. Every method may be called from any process of the farm."""

    def __init__(
        self, files: ServerFiles, account: Account | None, *, port: int, tcp: bool
    ) -> None:
        self.files = files
        self._account = account
        self._port = port
        self._tcp = tcp

    @property
    def exists(self) -> bool:
        """Whether the data folder was created to its end."""
        return (self.files.data / "PG_VERSION").is_file()

    async def create(self, password: str) -> None:
        """Create the data folder; one that a crash left half made is thrown away first.

        Raises:
            SetupError: initdb failed; its words are in the message.
        """
        binaries = await asyncio.to_thread(find_binaries, self._account)
        fresh = self.files.base / "data.new"
        secret = self.files.base / "password.new"
        await asyncio.to_thread(self._own_folders, fresh)
        try:
            await asyncio.to_thread(self._write_secret, secret, password)
            code, said = await self._run(
                [
                    binaries.path("initdb"), "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8",
                    "--locale=C", "-A", "scram-sha-256", f"--pwfile={secret}", "--data-checksums",
                ],
                timeout=120,
            )  # fmt: skip
        finally:
            secret.unlink(missing_ok=True)
        if code:
            raise SetupError(f"{fresh}: initdb failed: {said}")
        fresh.rename(self.files.data)

    def configure(self, socket: Path) -> None:
        """Write the settings that are ours; they hold from the server's next start."""
        lines = [
            "include_if_exists = 'postgresql.auto.conf'",
            f"unix_socket_directories = '{_quoted(socket)}'",
            "unix_socket_permissions = 0700",
            f"listen_addresses = '{'127.0.0.1' if self._tcp else ''}'",
            f"port = {self._port}",
            "max_connections = 200",
            "shared_buffers = 128MB",
            "password_encryption = scram-sha-256",
            "idle_in_transaction_session_timeout = 30s",
            "tcp_keepalives_idle = 30",
            "max_wal_size = 1GB",
            "log_min_messages = warning",
        ]
        path = self.files.data / "postgresql.conf"
        temporary = path.with_suffix(".farm")
        temporary.write_text("\n".join(lines) + "\n")
        if self._account:
            os.chown(temporary, self._account.uid, self._account.gid)
        temporary.chmod(0o600)
        temporary.replace(path)

    def postmaster(self) -> psutil.Process | None:
        """The live server process of this data folder, or None.

        A zombie or a foreign process that inherited the number is no server.
        """
        try:
            pid = int((self.files.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            at_home = Path(process.cwd()).resolve() == self.files.data.resolve()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if at_home else None

    async def start(self) -> None:
        """Start the server and wait until it accepts connections.

        Raises:
            SetupError: it does not start; the end of its log is in the message.
        """
        await asyncio.to_thread(self._end_orphans)
        await asyncio.to_thread(self._forget_dead_server)
        binaries = await asyncio.to_thread(find_binaries, self._account, self._major())
        code, said = await self._run(
            [
                binaries.path("pg_ctl"), "start", "-s", "-w", "-t", str(_START_SECONDS),
                "-D", str(self.files.data), "-l", str(self.files.log),
            ],
            timeout=_START_SECONDS + 10,
        )  # fmt: skip
        if code:
            raise SetupError(
                f"{self.files.data}: PostgreSQL does not start: {said} {self._log_tail()}"
            )

    async def stop(self) -> None:
        """Stop the server: politely, then at once, then by force. No server is no error."""
        process = self.postmaster()
        if process is None:
            return
        for number, seconds in (
            (signal.SIGINT, _STOP_SECONDS),  # fast: ends sessions, writes a checkpoint
            (signal.SIGQUIT, _QUIT_SECONDS),  # immediate: recovery at the next start
            (signal.SIGKILL, _QUIT_SECONDS),
        ):
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
            if await _until(lambda: self.postmaster() is None, seconds):
                break
        await asyncio.to_thread(self._end_orphans)

    def _forget_dead_server(self) -> None:
        """Remove what names a process that is gone: a zombie's number would count as alive."""
        (self.files.data / "postmaster.pid").unlink(missing_ok=True)
        for left in self.files.socket.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            if self.files.log.stat().st_size > _LONGEST_LOG:
                self.files.log.replace(self.files.log.with_suffix(".log.1"))

    def _major(self) -> int:
        return int((self.files.data / "PG_VERSION").read_text().strip())

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self.files.log.read_text(errors="replace")[-600:].strip().replace("\n", " | ")
        return ""

    def _end_orphans(self) -> None:
        """Wait for children of a killed server, which may still write, then end them.

        Only after this may `postmaster.pid` be removed: it is what keeps two servers off one
        data folder.
        """
        home = self.files.data.resolve()
        orphans = []
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error, OSError):
                if process.info["name"] == "postgres" and Path(process.cwd()).resolve() == home:
                    orphans.append(process)
        _, alive = psutil.wait_procs(orphans, timeout=_ORPHANS_SECONDS)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(alive, timeout=5)

    def _own_folders(self, fresh: Path) -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in (self.files.base, self.files.socket, fresh):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._account:
                os.chown(folder, self._account.uid, self._account.gid)

    def _write_secret(self, path: Path, password: str) -> None:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            if self._account:
                os.fchown(descriptor, self._account.uid, self._account.gid)
            file.write(password + "\n")

    async def _run(self, argv: list[str], timeout: float) -> tuple[int, str]:
        """Run a program as the server's account; `(exit code, what it said)`."""
        account = self._account
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile() as said:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.files.base,
                start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.files.base)},
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                umask=0o077,
            )
            try:
                async with asyncio.timeout(timeout):
                    code = await process.wait()
            except TimeoutError:
                code = -1
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            said.seek(0)
            text = said.read(4000).decode(errors="replace").strip().replace("\n", " | ")
        return code, text if code != -1 else f"no end within {timeout:g} s: {text}"


def prepare(files: ServerFiles, account: Account | None) -> None:
    """Make the folders that the server needs, for its account alone."""
    for folder in (files.base, files.socket):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if account:
            os.chown(folder, account.uid, account.gid)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    for _ in range(round(seconds / 0.05)):
        if condition():
            return True
        await asyncio.sleep(0.05)
    return condition()
