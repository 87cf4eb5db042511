"""`farm run` as a process of its own, on twins that the test holds: to be stopped and killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil

from farm.cli.twin_host import write_frida_files
from farm.model.events import AnyBody
from farm.session.live import follow
from farm.twin.building.apk import APKS
from tests.end_to_end.twin_lab import SCENARIOS, TwinLab

_START_SECONDS = 90.0


class Controller:
    """One `farm run`; leaving the context ends it whatever happened."""

    def __init__(self, lab: TwinLab, folder: Path, app: str = "eager", watched: float = 60) -> None:
        self.home = folder / "controller"
        self.temporary = folder / "tmp"
        self._lab = lab
        self._arguments = [
            str(APKS / f"{app}.apk"),
            *("--scenario", str(SCENARIOS / "glance.py"), "--set", f"watched={watched:g}"),
            *("--settle", "0", "--home", str(self.home), "--phone", lab.twin.serial),
        ]
        self.process: asyncio.subprocess.Process

    async def __aenter__(self) -> "Controller":
        self.home.mkdir()
        self.temporary.mkdir()
        write_frida_files(self.home / "frida")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "farm",
            "run",
            *self._arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ
            | {"ANDROID_ADB_SERVER_PORT": str(self._lab.adb_port), "TMPDIR": str(self.temporary)},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    @property
    def recording(self) -> Path:
        """The only recording it made."""
        [folder] = [path for path in (self.home / "recordings").iterdir() if path.is_dir()]
        return folder

    async def until(self, kind: type[AnyBody]) -> None:
        """Wait until its recording holds an event of this kind."""
        finished = asyncio.Event()
        async with asyncio.timeout(_START_SECONDS):
            while not any(self._folders()):
                await asyncio.sleep(0.1)
            async for event in follow(self.recording, finished):
                if isinstance(event.body, kind):
                    return

    async def stop(self, number: signal.Signals, seconds: float = 60) -> int:
        """Send a signal and wait for its end; its exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    async def kill(self) -> list[psutil.Process]:
        """Kill it as the kernel would for want of memory; the processes it had started."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        await self.process.wait()
        return children

    def _folders(self) -> list[Path]:
        recordings = self.home / "recordings"
        return list(recordings.iterdir()) if recordings.is_dir() else []


async def all_gone(processes: list[psutil.Process], seconds: float = 20) -> None:
    """Wait until none of the processes runs any more."""
    async with asyncio.timeout(seconds):
        while any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes):
            await asyncio.sleep(0.1)
