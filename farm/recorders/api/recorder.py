"""Hooks in every process of the app, from before its first instruction until the session's end.

One launch path serves every endpoint: gate spawns, start the app, take its process from the
spawn announcement or from the phone's own process list, hook it, and only then let it run.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from farm.model.errors import AppError, DeviceError
from farm.model.events import Event, Launched, ProcessSeen, Started, Stopped
from farm.model.vocabulary import GapCause
from farm.paths import HOOK_CATALOGUE
from farm.recorders.api.absences import Absences
from farm.recorders.api.build import bundle_sha256, read_bundle
from farm.recorders.api.catalogue import compile_catalogue, load_catalogue
from farm.recorders.api.client import VERSION, Endpoint, ProcessGone
from farm.recorders.api.entry import Api
from farm.recorders.api.gate import Gate
from farm.recorders.api.journal import Journal, Writer
from farm.recorders.api.process import HookedProcess

StartApp = Callable[[], Awaitable[None]]
FindProcesses = Callable[[], Awaitable[dict[int, str]]]

_FIND_SECONDS = 30.0
_POLL_SECONDS = 0.1
_WATCH_SECONDS = 1.0
_KNOWN_SECONDS = 10.0  # a busy endpoint lists a new process this late


class ApiRecorder:
    """Writes the api stream of one session; an async context manager, or `start` and `stop`."""

    def __init__(
        self,
        *,
        address: str,
        bundle: Path,
        writer: Writer,
        package: str,
        mode: str = "server",
        catalogue: Path = HOOK_CATALOGUE,
        hooks: Sequence[Path] = (),
        bypass_pinning: bool = False,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self._endpoint = Endpoint(address)
        self._gate = Gate(self._endpoint)
        self._bundle_path = bundle
        self._package = package
        self._mode = mode
        self._catalogue_path = catalogue
        self._bypass_pinning = bypass_pinning
        self._hooks = tuple(hooks)  # folders that extend the catalogue
        self._journal = Journal(writer, on_event)
        self._absences = Absences(self._journal)
        self._bundle = ""
        self._sha256 = ""
        self._configuration: dict[str, Any] = {}
        self._apis: dict[str, Api] = {}
        self._processes: dict[int, HookedProcess] = {}
        self._hooking: set[int] = set()
        self._given_up: set[int] = set()
        self._launching = False
        self._find: FindProcesses | None = None
        self._tasks = asyncio.TaskGroup()
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect to the endpoint and begin to gate spawns.

        Raises:
            DeviceError: nobody answers at the endpoint.
            UsageError: the catalogue or the bundle cannot be used.
        """
        catalogue = await asyncio.to_thread(load_catalogue, self._catalogue_path, self._hooks)
        self._apis = catalogue.by_id()
        self._configuration = compile_catalogue(catalogue) | {
            "package": self._package,
            "bypass_pinning": self._bypass_pinning,
        }
        self._bundle = await asyncio.to_thread(read_bundle, self._bundle_path)
        self._sha256 = await asyncio.to_thread(bundle_sha256, self._bundle_path)
        self._journal.write(Started(versions={"frida": VERSION}))
        if self._mode != "gadget":
            await self._connect()

    async def _connect(self) -> None:
        await self._endpoint.open()
        await self._gate.close()

    async def launch(self, start_app: StartApp, find_processes: FindProcesses) -> Launched:
        """Start the app with hooks in place before its first instruction.

        Args:
            start_app: asks the phone to start the app; returns once the phone accepted it.
            find_processes: process ids and names of the app, as the phone lists them.

        Raises:
            AppError: no process of the app appeared, or it ended before it was hooked.
            DeviceError: the process could not be hooked.
        """
        self._find = find_processes
        known = set(self._processes)
        self._launching = True  # the new main process is ours to hook, not the watcher's
        try:
            await start_app()
            if self._mode == "gadget":  # each process brings a gadget of its own along
                with contextlib.suppress(DeviceError):
                    await self._endpoint.close()
                await self._connect_to_gadget()
            pid, name = await self._main_process(known)
            process = await self._hook(pid, name, held=self._gate.closed or self._mode == "gadget")
            sent = time.time_ns()
            await self._gate.let_go(pid)
        finally:
            self._launching = False
        launched = Launched(
            package=self._package, pid=process.pid, sent=sent, confirmed=time.time_ns()
        )
        if self._watcher is None:
            await self._tasks.__aenter__()
            self._watcher = self._tasks.create_task(self._watch())
        return launched

    async def canary(self, token: str, timeout: float) -> bool:
        """Make a call through the hooks of every live process; whether all came out in time."""
        alive = [process for process in self._processes.values() if not process.detached]
        if not alive:
            return False
        async with asyncio.TaskGroup() as group:
            heard = [
                group.create_task(process.canary(f"{token}{number or ''}", timeout))
                for number, process in enumerate(alive)
            ]
        return all(one.result() for one in heard)

    async def stop(self) -> None:
        """Fetch the last calls, leave every process, and end the stream."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tasks.__aexit__(None, None, None)
            self._watcher = None
        for process in self._processes.values():
            await process.leave()
        if self._endpoint.device is not None:
            await self._gate.open()
            with contextlib.suppress(DeviceError):
                await self._endpoint.close()
        self._journal.write(Stopped())
        if self._journal.failure is not None:
            raise self._journal.failure

    async def __aenter__(self) -> "ApiRecorder":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def _ours(self, name: str) -> bool:
        return name == self._package or name.startswith(self._package + ":")

    async def _connect_to_gadget(self) -> None:
        """The gadget listens once the app has begun to load it."""
        deadline = time.monotonic() + _FIND_SECONDS
        while True:
            try:
                await self._connect()
                return
            except DeviceError:
                with contextlib.suppress(DeviceError):
                    await self._endpoint.close()
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_POLL_SECONDS * 2)

    async def _main_process(self, known: set[int]) -> tuple[int, str]:
        """Wait for the app's new main process, by announcement or by the phone's list."""
        assert self._find is not None  # noqa: S101 - set by `launch`
        deadline = time.monotonic() + _FIND_SECONDS
        while time.monotonic() < deadline:
            for pid, name in self._gate.waiting():
                if name == self._package:
                    self._gate.take(pid)
                    return pid, name
                if not self._ours(name):
                    await self._gate.let_go(pid)
            for pid, name in sorted((await self._find()).items()):
                if pid not in known and name == self._package:
                    return pid, name
            await self._gate.announcement(_POLL_SECONDS)
        raise AppError(f"{self._package}: no process appeared within {_FIND_SECONDS:g} s")

    async def _lists(self, pid: int) -> bool:
        """Whether the phone still lists a process of the app."""
        return self._find is not None and pid in await self._find()

    async def _hook(self, pid: int, name: str, *, held: bool) -> HookedProcess:
        """Put the bundle into a process; `held`: its first instruction waits for our resume."""
        self._hooking.add(pid)
        deadline = time.monotonic() + _KNOWN_SECONDS
        try:
            while True:
                process = HookedProcess(
                    pid,
                    name,
                    self._journal,
                    self._apis,
                    self._sha256,
                    held,
                    self._absences.detached,
                )
                try:
                    await process.hook(self._endpoint.device, self._bundle, self._configuration)
                except ProcessGone:
                    # One that was just forked may not be known to the endpoint yet.
                    if time.monotonic() > deadline or not await self._lists(pid):
                        raise
                    await asyncio.sleep(_POLL_SECONDS)
                    continue
                self._processes[pid] = process
                self._journal.write(ProcessSeen(pid=pid, process=name, state="started"))
                return process
        finally:
            self._hooking.discard(pid)

    async def _watch(self) -> None:
        """New processes, lost hooks and silent bundles, until cancelled."""
        while True:
            await self._gate.announcement(_WATCH_SECONDS)
            try:
                await self._look()
            except DeviceError as error:
                now = self._journal.now()
                self._journal.gap(
                    GapCause.RECORDER_FAILED, now, now, detail=f"processes unknown: {error}"
                )

    async def _look(self) -> None:
        assert self._find is not None  # noqa: S101 - set by `launch`
        alive = await self._find()
        held: set[int] = set()
        for pid, name in self._gate.waiting():
            if not self._ours(name):
                await self._gate.let_go(pid)
            elif not (self._launching and name == self._package):
                self._gate.take(pid)
                self._given_up.discard(pid)  # the number of a process that ended, given anew
                alive[pid] = name
                held.add(pid)
        for pid, name in sorted(alive.items()):
            process = self._processes.get(pid)
            if self._launching and name == self._package and process is None:
                continue
            if process is None and self._ours(name):
                await self._hook_late(pid, name, held=pid in held)
            elif process is not None and process.detached and pid not in self._given_up:
                await self._hook_again(pid, name, held=pid in held)
        for pid, process in self._processes.items():
            if pid in alive and not process.detached:
                self._absences.listen(process)
            elif pid not in alive:
                self._absences.over(pid)

    async def _hook_late(self, pid: int, name: str, *, held: bool) -> None:
        if pid in self._hooking or pid in self._given_up:
            return
        try:
            await self._hook(pid, name, held=held)
        except DeviceError as error:
            self._given_up.add(pid)
            if not isinstance(error, ProcessGone):
                self._journal.open_gap(
                    GapCause.PROCESS_NOT_HOOKED, scope=f"{name} ({pid})", detail=str(error)
                )
        finally:
            await self._gate.let_go(pid)

    async def _hook_again(self, pid: int, name: str, *, held: bool) -> None:
        try:
            await self._hook(pid, name, held=held)
        except DeviceError:
            return  # tried again at the next look; the gap stays open
        finally:
            if held:
                await self._gate.let_go(pid)
        self._absences.over(pid)
