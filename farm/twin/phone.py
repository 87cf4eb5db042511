"""The composition root of the twin: one phone from its two halves, and a fleet of them.

Folders of a fleet lie in one folder with the owner's pid, so that the next start can remove what
an owner that was killed has left behind.
"""

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from farm.twin.adb.connection import AdbConnection, Service
from farm.twin.adb.daemon import LOOPBACK, AdbDaemon
from farm.twin.adb.tasks import PhoneTasks
from farm.twin.contracts import Identity, RuntimeHalf, SystemHalf
from farm.twin.runtime.broadcasts import BOOT_COMPLETED
from farm.twin.system.clock import PhoneClock
from farm.twin.system.faults import Faults
from farm.twin.system.identity import make_identity
from farm.twin.system.phone_system import PhoneSystem
from farm.twin.system.profile import TwinProfile, load_profile
from farm.twin.system.services import Services

RuntimeFactory = Callable[[SystemHalf], RuntimeHalf]
BOOT_SECONDS = 0.5
SHUTDOWN_SECONDS = 10.0
FLEET_PREFIX = "farm-twins-"
OWNER_FILE = "owner.pid"
EMULATOR_PORTS = range(5555, 5586)
"""Every adb server scans these for emulators: a twin there would be listed twice."""

logger = logging.getLogger(__name__)


class TwinPhone:
    """One twin: `async with TwinPhone(...) as phone` boots it and takes it down."""

    def __init__(
        self,
        profile: TwinProfile | str,
        runtime: RuntimeFactory,
        *,
        folder: Path,
        seed: int = 0,
        port: int = 0,
        clock_offset_ns: int = 0,
        clock_drift_ppm: float = 0.0,
        certificates: Sequence[str] = (),
        boot_seconds: float = BOOT_SECONDS,
    ) -> None:
        self.profile = load_profile(profile) if isinstance(profile, str) else profile
        self.identity: Identity = make_identity(seed, self.profile.mac_prefix)
        self.faults = Faults(self)
        self._folder = folder
        self._runtime_factory = runtime
        self._clock = PhoneClock(clock_offset_ns, clock_drift_ppm)
        self._certificates = certificates
        self._boot_seconds = boot_seconds
        self._port = port
        self._rebooting = asyncio.Lock()
        self._tasks = PhoneTasks()
        self._stopping = asyncio.Event()
        self.system: PhoneSystem
        self.runtime: RuntimeHalf
        self.daemon: AdbDaemon
        self.services: Services

    @property
    def port(self) -> int:
        """The loopback port of its adbd."""
        return self.daemon.port

    @property
    def serial(self) -> str:
        """The name the adb server gives it after `adb connect`."""
        return f"{LOOPBACK}:{self.daemon.port}"

    async def __aenter__(self) -> Self:
        root = self._folder / "root"
        staging = self._folder / "staging"
        root.mkdir(parents=True, exist_ok=True)
        staging.mkdir(exist_ok=True)
        self.daemon = AdbDaemon(self._port, lambda: self.services.banner(), self._open)
        await self._tasks.__aenter__()
        try:
            self.daemon.start(self._tasks)
            await self._listen()
            self.system = await asyncio.to_thread(self._build_system, root, staging)
            self.system.start(self._tasks)
            self.system.before_command = self.faults.before_command
            self.system.request_reboot = self._reboot_soon
            self.services = Services(self.system)
            self.runtime = self._runtime_factory(self.system)
            self.system.runtime = self.runtime
            self.system.reset_for_boot()
            await self.runtime.boot()
            self.system.boot_completed()
        except BaseException:
            await self.daemon.unplug()
            self._stopping.set()
            await self._leave()
            raise
        return self

    def _build_system(self, root: Path, staging: Path) -> PhoneSystem:
        return PhoneSystem(
            profile=self.profile,
            identity=self.identity,
            serial=self.serial,
            root=root,
            staging=staging,
            clock=self._clock,
            certificates=self._certificates,
        )

    async def _listen(self) -> None:
        while True:
            await self.daemon.plug()
            if self._port or self.daemon.port not in EMULATOR_PORTS:
                return
            await self.daemon.unplug()
            self.daemon.port = 0

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        try:
            await self.daemon.unplug()
            async with asyncio.timeout(SHUTDOWN_SECONDS):
                await self.runtime.shutdown()
        except TimeoutError:
            logger.exception("twin %s: the runtime did not shut down in time", self.serial)
        finally:
            await self._leave()
            self.system.providers.close()
            await asyncio.to_thread(shutil.rmtree, self._folder, True)

    async def _leave(self) -> None:
        """Cancel what still runs and leave the task group."""
        self._tasks.cancel_all()
        await self._tasks.__aexit__(None, None, None)

    async def _open(self, connection: AdbConnection, name: str) -> Service | None:
        if not hasattr(self, "services"):
            return None
        return await self.services.open(connection, name)

    def _reboot_soon(self, reason: str) -> None:
        self._tasks.create_task(self.reboot())

    async def reboot(self) -> None:
        """Restart the phone: connections drop, apps end, state that does not survive is gone."""
        async with self._rebooting:
            if self._stopping.is_set():
                return
            was_plugged = self.daemon.plugged
            await self.daemon.unplug()
            self.system.processes.stop_all()
            self.services.reverses.clear()
            await self.runtime.shutdown()
            await asyncio.sleep(self._boot_seconds)
            self.system.reset_for_boot()
            if was_plugged:
                await self.daemon.plug()
            await self.runtime.boot()
            self.system.boot_completed()
            await self.runtime.broadcast(BOOT_COMPLETED)


class TwinFleet:
    """Several twins in one process, below one folder that has an owner."""

    def __init__(
        self, runtime: RuntimeFactory, *, port_base: int = 0, certificates: Sequence[str] = ()
    ) -> None:
        self._runtime = runtime
        self._port_base = port_base
        self._certificates = certificates
        self._stack = AsyncExitStack()
        self._folder: Path | None = None
        self.phones: list[TwinPhone] = []

    async def __aenter__(self) -> Self:
        self._folder = await asyncio.to_thread(make_fleet_folder)
        return self

    async def add(
        self,
        profile: TwinProfile | str,
        *,
        seed: int | None = None,
        clock_offset_ns: int = 0,
        clock_drift_ppm: float = 0.0,
        boot_seconds: float = BOOT_SECONDS,
    ) -> TwinPhone:
        """Boot one more twin; the seed defaults to its number.

        Raises:
            OSError: its port is taken.
            UsageError: there is no such profile.
        """
        if self._folder is None:
            raise RuntimeError("the fleet has not been entered")
        number = len(self.phones)
        phone = TwinPhone(
            profile,
            self._runtime,
            folder=self._folder / f"phone-{number}",
            seed=number if seed is None else seed,
            port=self._port_base + number if self._port_base else 0,
            clock_offset_ns=clock_offset_ns,
            clock_drift_ppm=clock_drift_ppm,
            certificates=self._certificates,
            boot_seconds=boot_seconds,
        )
        self.phones.append(await self._stack.enter_async_context(phone))
        return phone

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._stack.aclose()
        finally:
            if self._folder is not None:
                await asyncio.to_thread(shutil.rmtree, self._folder, True)


def make_fleet_folder() -> Path:
    """A new folder for a fleet; folders whose owner is gone are removed first."""
    remove_stale_folders()
    folder = Path(tempfile.mkdtemp(prefix=FLEET_PREFIX))
    (folder / OWNER_FILE).write_text(f"{os.getpid()} {_start_time(os.getpid())}\n")
    return folder


def remove_stale_folders() -> list[Path]:
    """Remove fleet folders that belong to no living process; the removed ones."""
    removed: list[Path] = []
    for folder in Path(tempfile.gettempdir()).glob(f"{FLEET_PREFIX}*"):
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
            continue
        try:
            pid_text, start = (folder / OWNER_FILE).read_text().split()
            alive = _start_time(int(pid_text)) == start
        except (OSError, ValueError):
            continue  # just being made by another process
        if not alive:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder)
    return removed


def _start_time(pid: int) -> str:
    """When a process started, in clock ticks since boot: tells a reused pid from the owner."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "gone"
    return "gone" if fields[0] == "Z" else fields[19]
