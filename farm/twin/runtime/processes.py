"""The app processes of one twin: start, the loopback listener they join by, death.

What messages mean, and whether a process may run its app yet, is decided by the observer.
"""

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Protocol

from farm.twin.contracts import InstalledPackage, ProcessInfo, SystemHalf
from farm.twin.runtime.app_process import LINE_BYTES, AppProcess, Message, read_message
from farm.twin.runtime.launcher import Launcher
from farm.twin.runtime.options import RuntimeOptions

_JOIN_SECONDS = 10


class ProcessStartError(Exception):
    """The process ended or stayed silent before it joined; the message says what it printed."""


class Observer(Protocol):
    """Who is told of processes."""

    def received(self, process: AppProcess, message: Message) -> Coroutine[None, None, None] | None:
        """A message came from a process; what takes longer is given back to be run beside."""

    def ended(self, process: AppProcess) -> None:
        """The process is gone; `process.end_reason` is empty when nobody here ended it."""


class Processes:
    """Starts and ends app processes."""

    def __init__(self, system: SystemHalf, options: RuntimeOptions, observer: Observer) -> None:
        self._system = system
        self._options = options
        self._observer = observer
        self._server: asyncio.Server | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._launcher: Launcher | None = None
        self._by_token: dict[str, AppProcess] = {}
        self._connections: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen for processes to join."""
        self._folder = tempfile.TemporaryDirectory(
            # beside the sandbox: whoever removes a killed twin removes this with it
            dir=self._system.root.parent,
            prefix="processes-",
        )
        folder = Path(self._folder.name)
        self._launcher = await asyncio.to_thread(Launcher, folder, self._options)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LINE_BYTES)

    async def close(self) -> None:
        """Kill everything and forget it."""
        for process in list(self._by_token.values()):
            process.kill("shutdown")
        for process in list(self._by_token.values()):
            with contextlib.suppress(TimeoutError):
                await process.reap()
        if self._server is not None:
            self._server.close()
        for writer in list(self._connections):
            writer.close()
        # handlers notice the closed connections and finish by themselves
        for _ in range(200):
            if not self._connections:
                break
            await asyncio.sleep(0.01)
        self._server = None
        self._by_token.clear()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)
            self._folder = None

    def all(self) -> list[AppProcess]:
        """Processes that run and joined."""
        return [p for p in self._by_token.values() if p.alive and p.attached.is_set()]

    def running(self) -> list[ProcessInfo]:
        """What `ps` shows."""
        return [
            ProcessInfo(pid=p.pid, name=p.name, package=p.package, uid=p.uid)
            for p in self._by_token.values()
            if p.alive
        ]

    def tokens(self) -> set[str]:
        """Tokens of all processes whose end is not worked off yet."""
        return set(self._by_token)

    def by_pid(self, pid: int) -> AppProcess | None:
        """The running process of that id."""
        return next((p for p in self._by_token.values() if p.pid == pid and p.alive), None)

    def of(self, package: str) -> list[AppProcess]:
        """The running processes of an app."""
        return [p for p in self._by_token.values() if p.package == package and p.alive]

    def named(self, name: str) -> AppProcess | None:
        """The running process of that name."""
        return next((p for p in self._by_token.values() if p.name == name and p.alive), None)

    async def start(
        self,
        package: InstalledPackage,
        name: str,
        activity: str,
        extras: dict[str, str],
        cause: str = "activity",
    ) -> AppProcess:
        """Start a process and wait until it joined; `cause` is activity, service or broadcast.

        Raises:
            ProcessStartError: it did not.
        """
        if self._launcher is None or self._server is None:
            raise ProcessStartError("the phone is off")
        process = AppProcess(name, package.package, package.uid, secrets.token_hex(16))
        process.activity, process.extras, process.cause = activity, extras, cause
        self._by_token[process.token] = process
        port = self._server.sockets[0].getsockname()[1]
        try:
            child = await self._launcher.start(name, port, process.token, self._system.clock_skew())
        except OSError as error:
            del self._by_token[process.token]
            raise ProcessStartError(f"{name}: cannot be started: {error.strerror}") from None
        process.started(child)
        self._system.log_event(
            "am_proc_start",
            f"[0,{process.pid},{process.uid},{name},{cause},{package.package}/{activity}]",
        )
        self._system.log(
            "I",
            "ActivityManager",
            f"Start proc {process.pid}:{name}/u0a{process.uid % 100000 - 10000} for {cause} "
            f"{package.package}/{activity}",
        )
        try:
            await self._joined(process)
        except BaseException:
            process.kill("start failed")
            with contextlib.suppress(TimeoutError):
                await process.reap()
            self._forget(process)
            raise
        return process

    async def _joined(self, process: AppProcess) -> None:
        deadline = asyncio.get_running_loop().time() + self._options.start_seconds
        while not process.attached.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await process.attached.wait()
                    return
            late = asyncio.get_running_loop().time() > deadline
            if late or not process.alive:
                printed = await asyncio.to_thread(self._printed, process)
                what = "did not join" if late else "ended before it joined"
                raise ProcessStartError(f"process {process.name} {what}: {printed}")

    def _printed(self, process: AppProcess) -> str:
        if self._launcher is None:
            return ""
        try:
            with self._launcher.output_file(process.token).open("rb") as file:
                return file.read(2000).decode(errors="replace").strip() or "it printed nothing"
        except OSError:
            return "its output is gone"

    def _forget(self, process: AppProcess) -> None:
        self._by_token.pop(process.token, None)
        if self._launcher is not None:
            self._launcher.remove_output(process.token)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            process = await self._identify(reader)
            if process is not None:
                await self._converse(process, reader, writer)
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _identify(self, reader: asyncio.StreamReader) -> AppProcess | None:
        """The process whose token the connection says first; nobody else may join."""
        try:
            async with asyncio.timeout(_JOIN_SECONDS):
                message = await read_message(reader)
        except (TimeoutError, ValueError):
            return None
        if message is None or message.get("op") != "attach":
            return None
        process = self._by_token.get(str(message.get("token", "")))
        return process if process is not None and not process.attached.is_set() else None

    async def _converse(
        self, process: AppProcess, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        process.connected(writer)
        try:
            async with asyncio.TaskGroup() as group:
                while (message := await read_message(reader)) is not None:
                    work = self._observer.received(process, message)
                    if work is not None:
                        group.create_task(work)
        except* ValueError as error:
            # beyond what a Binder transaction would carry; Android kills the sender as well
            self._system.log(
                "E",
                "ActivityManager",
                f"{process.name}: bad transaction: {error.exceptions[0]}",
                process.pid,
            )
            process.kill("bad transaction")
        finally:
            if process.alive and not process.end_reason:
                process.kill("")  # it closed its connection: the process is beyond use
            with contextlib.suppress(TimeoutError):
                await process.reap()
            if process.token in self._by_token:
                self._forget(process)
                self._observer.ended(process)
