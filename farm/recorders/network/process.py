"""Capture for a whole controller: which child process serves which phone, and what when one dies.

A child serves a few phones and is replaced between sessions before it grows old. When one dies,
its sessions go on in a new one on the same ports, and their recordings say what was missed.
"""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from farm.model.errors import FarmError
from farm.recorders.network.options import CaptureOptions
from farm.recorders.network.protocol import (
    CanarySeen,
    Close,
    Configure,
    DiskIsFull,
    Open,
    Ping,
    Report,
)
from farm.recorders.network.session import CaptureSession
from farm.recorders.network.worker import CaptureDied, Worker

_COMMAND_SECONDS = 20.0
_PING_SECONDS = 5.0
_RESTARTS = 3


class CaptureProcess:
    """The capture processes of one controller, as an async context manager.

    `home` is the folder that keeps the interception CA (mode 0700, made if missing).
    """

    def __init__(self, home: Path, options: CaptureOptions | None = None) -> None:
        self._home = home
        self._options = options or CaptureOptions()
        self._workers: list[Worker] = []
        self._sessions: dict[str, tuple[CaptureSession, Worker | None]] = {}
        self._opened = 0
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = False
        self.ca_certificate = b""
        self.version = ""

    async def __aenter__(self) -> "CaptureProcess":
        """Start the first process.

        Raises:
            SetupError: it does not start, or the CA cannot be made.
        """
        await self._stack.__aenter__()
        try:
            self._tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
            self._stack.push_async_callback(self._stop_all)
            worker = await self._start_worker()
        except BaseException as error:
            await self._stack.__aexit__(type(error), error, error.__traceback__)
            raise
        self.ca_certificate, self.version = worker.certificate, worker.version
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all processes; their recordings are closed."""
        await self._stack.__aexit__(kind, error, trace)

    @property
    def pids(self) -> list[int]:
        """The child processes that run."""
        return [worker.pid for worker in self._workers if worker.alive]

    async def open(self, folder: Path, port: int = 0) -> CaptureSession:
        """Begin to record a phone's traffic into the recording in `folder`.

        `port` on 127.0.0.1 is where the phone's proxy setting has to lead; 0 takes a free one.

        Raises:
            FarmError: the port is taken, or the folder cannot be recorded into.
            SetupError: no capture process can be started.
        """
        async with self._lock:
            self._opened += 1
            name = f"{self._opened}"
            session = CaptureSession(name, folder, self._close)
            worker = await self._worker_with_room()
            worker.sessions.add(name)
            self._sessions[name] = (session, worker)
            try:
                await self._listen(session, worker, port, resumed=False)
            except BaseException as error:
                self._sessions.pop(name, None)
                worker.sessions.discard(name)
                if isinstance(error, CaptureDied):
                    raise FarmError(f"capture could not begin: {error}") from error
                raise
            worker.served += 1
            return session

    async def healthy(self) -> bool:
        """Ask every process whether it answers; one that does not is killed and replaced."""
        answered = True
        for worker in list(self._workers):
            try:
                await worker.ask(lambda number: Ping(request=number), _PING_SECONDS)
            except CaptureDied:
                answered = False
                await worker.kill()
        return answered

    async def _listen(
        self, session: CaptureSession, worker: Worker, port: int, *, resumed: bool
    ) -> None:
        done = await worker.ask(
            lambda number: Open(
                request=number,
                session=session.name,
                folder=os.path.abspath(session.folder),
                port=port,
                resumed=resumed,
            ),
            _COMMAND_SECONDS,
        )
        session.port = done.port

    async def _close(self, session: CaptureSession) -> None:
        async with self._lock:
            entry = self._sessions.pop(session.name, None)
            if entry is None:
                return
            worker = entry[1]
            if worker is None:
                return
            worker.sessions.discard(session.name)
            try:
                await worker.ask(
                    lambda number: Close(request=number, session=session.name), _COMMAND_SECONDS
                )
            except CaptureDied as error:
                await worker.kill()  # gives up the file locks, so that the gap can be written
                await session.note_down(str(error))
            options = self._options
            if worker.served >= options.recycle_sessions or (
                worker.resident > options.recycle_memory
            ):
                worker.retiring = True
            if worker.retiring and not worker.sessions:
                self._workers.remove(worker)
                await worker.stop()

    async def _worker_with_room(self) -> Worker:
        for worker in self._workers:
            room = len(worker.sessions) < self._options.max_phones
            if worker.alive and not worker.retiring and room:
                return worker
        return await self._start_worker()

    async def _start_worker(self) -> Worker:
        options = self._options
        worker = Worker(self._on_report)
        await worker.start(
            Configure(
                authority_folder=str(self._home.absolute()),
                hosts=dict(options.hosts),
                extra_trust=options.extra_trust.decode(),
                body_limit=options.body_limit,
                heartbeat=options.heartbeat,
            ),
            options.start_timeout,
        )
        self._workers.append(worker)
        if self._tasks is None:
            raise FarmError("CaptureProcess is used outside of its `async with`")
        self._tasks.create_task(self._watch(worker))
        return worker

    async def _watch(self, worker: Worker) -> None:
        await worker.listen()
        if self._closing or (worker.retiring and not worker.sessions):
            return
        async with self._lock:
            if self._closing:
                return
            await worker.kill()
            if worker in self._workers:
                self._workers.remove(worker)
            for name in sorted(worker.sessions):
                if name in self._sessions:
                    await self._resume(name)

    async def _resume(self, name: str) -> None:
        """Go on with a session whose process died, or say in its recording that it ended."""
        session, _ = self._sessions[name]
        problem = "the capture process died"
        for _ in range(_RESTARTS):
            try:
                worker = await self._worker_with_room()
                await self._listen(session, worker, session.port, resumed=True)
            except FarmError as error:
                problem = str(error)
                await asyncio.sleep(0.2)
                continue
            worker.sessions.add(name)
            self._sessions[name] = (session, worker)
            return
        self._sessions[name] = (session, None)
        session.down = True
        await session.note_down(problem)

    def _on_report(self, worker: Worker, report: Report) -> None:
        if not isinstance(report, CanarySeen | DiskIsFull):
            return
        entry = self._sessions.get(report.session)
        if entry is None:
            return
        if isinstance(report, DiskIsFull):
            entry[0].disk_full = True
        elif self._tasks is not None:
            self._tasks.create_task(entry[0].note_canary(report.token))

    async def _stop_all(self) -> None:
        self._closing = True
        for worker in self._workers:
            await worker.stop()
        self._workers.clear()
        self._sessions.clear()
