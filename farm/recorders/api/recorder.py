"""The api recorder of one session: launch under the hooks, keep every process hooked, say what is lost.

It works against any frida endpoint (server or gadget) behind an address. It does not start the app
by itself nor judge a call: the session gives `start_app` and `find_pids`.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from farm.model.errors import AppError, DeviceError, DeviceGone, FarmError
from farm.model.events import Event, ProcessSeen, Started, Stopped
from farm.model.vocabulary import GapCause
from farm.paths import HOOK_BUNDLE
from farm.recorders.api.build import bundle_sha256, read_bundle
from farm.recorders.api.catalogue import Catalogue, compile_catalogue, load_catalogue
from farm.recorders.api.client import VERSION, Endpoint, NotOffered, ProcessGone, call
from farm.recorders.api.journal import Journal, Writer
from farm.recorders.api.process import HookedProcess

LAUNCH_SECONDS = 40.0
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.5
SILENT_SECONDS = 5.0
MOST_ATTEMPTS = 5

StartApp = Callable[[], Awaitable[object]]
FindPids = Callable[[], Awaitable[dict[int, str]]]


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """How the app was started: times are the host's, in ns."""

    pid: int
    process: str
    early: bool  # hooks were in place before the app's first instruction
    requested: int  # just before the start was asked for
    sent: int  # the app was let go between `sent` and `confirmed`
    confirmed: int


class ApiRecorder:
    """Hooks the app's processes and writes what they call.

    `start`, `launch`, `canary`, `stop` in this order, `start` and `stop` from the same task.
    """

    def __init__(
        self,
        address: str,
        bundle: Path = HOOK_BUNDLE,
        *,
        writer: Writer,
        package: str,
        catalogue: Catalogue | None = None,
        mode: Literal["server", "gadget"] = "server",
        on_event: Callable[[Event], None] | None = None,
        phone_time: Callable[[], int] | None = None,
    ) -> None:
        self._endpoint = Endpoint(address)
        self._bundle_path = bundle
        self._package = package
        self._catalogue = catalogue
        self._mode = mode
        self._journal = Journal(writer, on_event, phone_time)
        self._processes: dict[int, HookedProcess] = {}
        self._gone: dict[int, float] = {}  # pid -> when it went, so that it is not met again
        self._attempts: dict[int, int] = {}
        self._not_hooked: dict[int, str] = {}  # pid -> open gap
        self._detached: dict[int, str] = {}  # pid -> open gap
        self._spawned: asyncio.Queue[tuple[int, str]] = asyncio.Queue(1000)
        self._find_pids: FindPids | None = None
        self._stack = contextlib.AsyncExitStack()
        self._group: asyncio.TaskGroup | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._gating = False
        self._stopping = False
        self._bundle = ""
        self._sha256 = ""
        self._configuration: dict[str, Any] = {}

    @property
    def failure(self) -> FarmError | None:
        """The first failure to write the stream (disk full), if any."""
        return self._journal.failure

    @property
    def bundle_sha256(self) -> str:
        """Digest of the bundle; known after `start`."""
        return self._sha256

    @property
    def processes(self) -> dict[int, str]:
        """Hooked processes: pid to name."""
        return {pid: one.name for pid, one in self._processes.items()}

    async def start(self) -> None:
        """Connect to the endpoint and switch spawn gating on.

        Raises:
            DeviceError: no frida endpoint answers; SetupError: bundle or catalogue unusable.
        """
        self._catalogue = self._catalogue or await asyncio.to_thread(load_catalogue)
        self._bundle = await asyncio.to_thread(read_bundle, self._bundle_path)
        self._sha256 = await asyncio.to_thread(bundle_sha256, self._bundle_path)
        self._configuration = compile_catalogue(self._catalogue)
        await self._endpoint.open()
        device = self._endpoint.device
        device.on("spawn-added", self._spawn_added)
        note = "on"
        try:
            if self._mode == "server":
                await call(device.enable_spawn_gating(), "enable spawn gating")
                self._gating = True
            else:
                note = "gadget"
        except NotOffered as error:
            note = str(error)[:200]
        self._journal.write(
            Started(
                versions={
                    "frida": VERSION,
                    "bundle": self._sha256,
                    "catalogue": self._catalogue.sha256,
                    "spawn_gating": note,
                }
            )
        )
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())

    async def launch(self, start_app: StartApp, find_pids: FindPids) -> Launch:
        """Start the app with the hooks in place before its first instruction; also to restart it.

        Raises:
            AppError: no process of the app appeared. DeviceError: it could not be hooked.
        """
        if self._group is None:
            raise DeviceError("the api recorder was not started")
        await self._end_watch()
        self._find_pids = find_pids
        before = set(await find_pids()) if self._mode == "server" else set()
        requested = time.time_ns()
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(_run(start_app))
            try:
                pid, name, gated = await self._first_process(starting, before)
                process = await self._hook_until(pid, name, gated)
            except FarmError as error:
                starting.cancel()
                failure: FarmError | None = error
            else:
                failure = None
            if failure is None:
                sent = time.time_ns()
                await self._resume(pid)
                confirmed = time.time_ns()
        if failure is not None:
            raise failure
        problem = starting.result()
        if problem is not None:
            raise problem
        if not process.early:
            self._journal.gap(
                GapCause.HOOKS_NOT_READY,
                self._journal.now() - (confirmed - requested),
                process.last_heard_ns,
                scope=name,
                detail="the app may have run before the hooks were in place",
            )
        self._watcher = self._group.create_task(self._watch())
        return Launch(
            pid=pid,
            process=process.name,
            early=process.early,
            requested=requested,
            sent=sent,
            confirmed=confirmed,
        )

    async def canary(self, token: str, timeout: float = 5.0) -> bool:
        """Make a call through the hooks of every process; whether each came out as an event."""
        processes = list(self._processes.values())
        if not processes:
            return False
        return all(await asyncio.gather(*(process.canary(token, timeout) for process in processes)))

    async def stop(self) -> None:
        """Fetch the waiting calls, let go of every process, write `Stopped`. Never raises.

        What could not be written stands in `failure`.
        """
        self._stopping = True
        await self._end_watch()
        for process in list(self._processes.values()):
            await process.leave()
        self._processes.clear()
        device = self._endpoint.device
        if self._gating:
            with contextlib.suppress(DeviceError):
                await call(device.disable_spawn_gating(), "disable spawn gating")
            self._gating = False
        if device is not None:
            device.off("spawn-added", self._spawn_added)
        while not self._spawned.empty():
            await self._let_go(self._spawned.get_nowait()[0])
        with contextlib.suppress(FarmError):
            await self._endpoint.close()
        await self._stack.aclose()
        self._group = None
        self._journal.write(Stopped())

    # launching

    def _is_mine(self, name: str) -> bool:
        return name == self._package or name.startswith(f"{self._package}:")

    def _spawn_added(self, spawn: Any) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._spawned.put_nowait((int(spawn.pid), str(spawn.identifier or "")))

    async def _first_process(
        self, starting: "asyncio.Task[FarmError | None]", before: set[int]
    ) -> tuple[int, str, bool]:
        deadline = time.monotonic() + LAUNCH_SECONDS
        while time.monotonic() < deadline:
            if starting.done() and (problem := starting.result()) is not None:
                raise problem
            while not self._spawned.empty():
                pid, name = self._spawned.get_nowait()
                if name == self._package:
                    return pid, name, True
                if self._is_mine(name):
                    await self._adopt(pid, name, gated=True)
                else:
                    await self._let_go(pid)
            for pid, name in (await self._pids()).items():
                if name == self._package and pid not in before and pid not in self._processes:
                    return pid, name, False
            await asyncio.sleep(POLL_SECONDS)
        raise AppError(
            f"{self._package}: no process appeared within {LAUNCH_SECONDS:g} s of its start"
        )

    async def _pids(self) -> dict[int, str]:
        if self._mode == "gadget":
            found = await call(self._endpoint.device.enumerate_processes(), "list processes")
            return {one.pid: self._package for one in found[:1]}
        assert self._find_pids is not None  # noqa: S101 - set by launch
        return {pid: name for pid, name in (await self._find_pids()).items() if self._is_mine(name)}

    async def _hook_until(self, pid: int, name: str, gated: bool) -> HookedProcess:
        """Hook it; a process that is listed may need a moment before it can be attached to."""
        deadline = time.monotonic() + LAUNCH_SECONDS
        while True:
            try:
                return await self._hook(pid, name, gated)
            except ProcessGone:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(POLL_SECONDS)

    async def _hook(self, pid: int, name: str, gated: bool) -> HookedProcess:
        assert self._catalogue is not None  # noqa: S101 - set by start
        apis = {api.id: api.data_type for api in self._catalogue.apis}
        process = HookedProcess(
            pid, name, self._journal, apis, self._sha256, gated, self._process_lost
        )
        await process.hook(self._endpoint.device, self._bundle, self._configuration)
        self._processes[pid] = process
        self._journal.write(ProcessSeen(pid=pid, process=name, state="started"))
        return process

    async def _resume(self, pid: int) -> None:
        """Let it run; one that nobody held needs no resume."""
        with contextlib.suppress(NotOffered, ProcessGone):
            await call(self._endpoint.device.resume(pid), f"resume {pid}")

    async def _let_go(self, pid: int) -> None:
        with contextlib.suppress(DeviceError):
            await call(self._endpoint.device.resume(pid), f"resume {pid}")

    # watching

    async def _end_watch(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])
            self._watcher = None

    async def _watch(self) -> None:
        silent: dict[int, str] = {}
        while True:
            try:
                await self._round(silent)
            except DeviceGone as error:
                await self._wait_for_phone(error)
            except FarmError as error:
                now = self._journal.now()
                self._journal.gap(GapCause.RECORDER_FAILED, now, now, detail=str(error))
            await asyncio.sleep(WATCH_SECONDS)

    async def _round(self, silent: dict[int, str]) -> None:
        while not self._spawned.empty():
            pid, name = self._spawned.get_nowait()
            if self._is_mine(name):
                await self._adopt(pid, name, gated=True)
            else:
                await self._let_go(pid)
        alive = await self._pids()
        for pid, name in alive.items():
            if pid not in self._processes:
                await self._adopt(pid, name, gated=False)
        for pid in [*self._detached, *self._not_hooked]:
            if pid not in alive:
                self._process_ended(pid)
        for pid, process in self._processes.items():
            quiet = time.monotonic() - process.last_heard > SILENT_SECONDS
            if quiet and pid not in silent:
                silent[pid] = self._journal.open_gap(
                    GapCause.EVENTS_DROPPED,
                    scope=process.name,
                    detail="the hooks show no sign of life",
                    start=process.last_heard_ns,
                )
            elif not quiet and pid in silent:
                self._journal.close_gap(silent.pop(pid))

    async def _adopt(self, pid: int, name: str, *, gated: bool) -> None:
        """Hook a further process, or one whose hooks were lost."""
        attempts = self._attempts.get(pid, 0)
        if attempts >= MOST_ATTEMPTS:
            return
        self._attempts[pid] = attempts + 1
        if not gated and pid not in self._detached and pid not in self._not_hooked:
            self._not_hooked[pid] = self._journal.open_gap(
                GapCause.PROCESS_NOT_HOOKED, scope=name, detail=f"process {pid} ran unhooked"
            )
        try:
            await self._hook(pid, name, gated)
        except DeviceError as error:
            if pid not in self._not_hooked and pid not in self._detached:
                self._not_hooked[pid] = self._journal.open_gap(
                    GapCause.PROCESS_NOT_HOOKED, scope=name, detail=str(error)
                )
        else:
            self._attempts.pop(pid, None)
            for gaps in (self._detached, self._not_hooked):
                gap = gaps.pop(pid, None)
                if gap is not None:
                    self._journal.close_gap(gap)
        await self._resume(pid)

    def _process_lost(self, process: HookedProcess, reason: str) -> None:
        """Called by a process whose session ended without our doing."""
        self._processes.pop(process.pid, None)
        if self._stopping:
            return
        start = process.last_heard_ns or self._journal.now()
        self._detached[process.pid] = self._journal.open_gap(
            GapCause.FRIDA_DETACHED, scope=process.name, detail=reason, start=start
        )
        state = "exited" if reason == "process-terminated" else "detached"
        self._journal.write(
            ProcessSeen(pid=process.pid, process=process.name, state=state, reason=reason[:300])
        )
        if state == "exited":
            self._process_ended(process.pid, told=True)

    def _process_ended(self, pid: int, *, told: bool = False) -> None:
        lost = self._detached.pop(pid, None)
        unhooked = self._not_hooked.pop(pid, None)
        self._attempts.pop(pid, None)
        if not told and (lost is not None or unhooked is not None):
            self._journal.write(ProcessSeen(pid=pid, process=self._package, state="exited"))
        for gap in (lost, unhooked):
            if gap is not None:
                self._journal.close_gap(gap)

    async def _wait_for_phone(self, error: DeviceError) -> None:
        gap = self._journal.open_gap(GapCause.PHONE_LOST, detail=str(error))
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                with contextlib.suppress(FarmError):
                    await self._endpoint.close()
                await self._endpoint.open()
                self._endpoint.device.on("spawn-added", self._spawn_added)
                if self._gating:
                    await call(self._endpoint.device.enable_spawn_gating(), "gate spawns")
            except FarmError:
                continue
            self._journal.close_gap(gap)
            return


async def _run(start_app: StartApp) -> FarmError | None:
    """Start the app; its failure is a value, so that the task group around it stays whole."""
    try:
        await start_app()
    except FarmError as error:
        return error
    return None
