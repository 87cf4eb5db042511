"""One leased phone: everything a session may ask of it, each with a deadline.

Knows how to become root on it by its profile. Keeps no session state but what it opened itself.
"""

import asyncio
import contextlib
import shlex
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from farm.devices import adb_streams, clock
from farm.devices.adb import Adb
from farm.devices.outputs.activities import read_start
from farm.devices.outputs.packages import read_package_list
from farm.devices.outputs.processes import processes_of
from farm.devices.outputs.properties import read_setting
from farm.devices.outputs.windows import read_focus, read_resumed
from farm.devices.profiles import DeviceProfile
from farm.devices.ui import Screen
from farm.devices.values import ShellResult
from farm.devices.workers import Overdue
from farm.model.errors import AppError, DeviceError, DeviceGone
from farm.model.events import ClockSample
from farm.model.session import DeviceInfo
from farm.model.vocabulary import AccessMode

_REFUSAL_SECONDS = 0.05


class Phone:
    """A phone and its profile. `suspect` is set by any call that outlived its deadline."""

    def __init__(
        self,
        adb: Adb,
        info: DeviceInfo,
        profile: DeviceProfile,
        *,
        shell_v2: bool = True,
    ) -> None:
        self.adb = adb
        self.info = info
        self.profile = profile
        self.serial = info.serial
        self.suspect = ""
        self._shell_v2 = shell_v2
        self._screen = Screen(adb, info.serial)
        self._forwards: dict[int, int] = {}
        self.gone = asyncio.Event()  # set by the pool when the phone vanished or was given up
        self.restarting = False  # its lessee restarts it: the pool does not end the lease for it
        self._why_gone = "vanished from the adb server"
        self._whole: Phone | None = None  # the phone that this object is a hold on

    def hold(self) -> "Phone":
        """The same phone once more, which can be taken away without taking this one away."""
        held = Phone(self.adb, self.info, self.profile, shell_v2=self._shell_v2)
        held._whole, held._screen, held._forwards = self, self._screen, self._forwards
        return held

    def take_away(self, reason: str) -> None:
        """Refuse every further call: whoever holds this object may not touch the phone any more."""
        self._why_gone = reason
        self.gone.set()

    async def shell(
        self, *argv: str, timeout: float = 20, root: bool = False, stdin: bytes = b""
    ) -> ShellResult:
        """Run a command; `argv` is quoted, so nothing in it is interpreted by the phone's shell.

        Raises:
            DeviceGone: the phone vanished.
            DeviceError: no answer in time, or root is asked of a phone without it.
        """
        async with self._noticing():
            return await self.adb.shell(
                self.serial,
                self._as_root(argv) if root else argv,
                timeout=timeout,
                shell_v2=self._shell_v2,
                stdin=stdin,
            )

    async def check(self, *argv: str, timeout: float = 20, root: bool = False) -> str:
        """Run a command that must exit 0; return its standard output.

        Raises:
            DeviceError: it exited otherwise; the message has its words.
        """
        result = await self.shell(*argv, timeout=timeout, root=root)
        if result.exit_code != 0:
            words = (result.stderr.strip() or result.text)[:300]
            command = shlex.join(argv)[:200]
            raise DeviceError(f"{self.serial}: {command}: exit {result.exit_code}: {words}")
        return result.stdout

    def _as_root(self, argv: Sequence[str]) -> list[str]:
        if self.profile.access is AccessMode.ADB_ROOT:
            return list(argv)
        if self.profile.access is AccessMode.SU:
            return [*self.profile.su, shlex.join(argv)]
        raise DeviceError(f"{self.serial}: {argv[0]} needs root, which {self.profile.name} has not")

    async def push(self, data: bytes | Path, remote: str, mode: int = 0o644) -> None:
        """Write a file on the phone."""
        async with self._noticing():
            await self.adb.push(self.serial, data, remote, mode)

    async def pull(self, remote: str) -> bytes:
        """Return a file of the phone."""
        async with self._noticing():
            return await self.adb.pull(self.serial, remote)

    async def install(
        self, apks: Sequence[Path], grant: bool = False, timeout: float = 300
    ) -> None:
        """Install an app, base APK first.

        Raises:
            AppError: the phone refuses this app.
            DeviceError: the phone is the reason.
        """
        async with self._noticing():
            await self.adb.install(self.serial, apks, grant=grant, timeout=timeout)

    async def uninstall(self, package: str) -> bool:
        """Remove an app with its data; False if it was not installed.

        Raises:
            DeviceError: it stays. Of an app of the system image only the update goes, with success:
                what its user agreed to before may stay with it, so it cannot be inspected.
        """
        result = await self.shell("pm", "uninstall", package, timeout=60)
        if package in read_package_list(await self.check("pm", "list", "packages")):
            raise DeviceError(
                f"{self.serial}: {package} cannot be removed: {result.text[:200]}; an app of the "
                "system image is inspected on a phone that does not have it"
            )
        return "Success" in result.stdout

    async def reverse(self, remote_port: int, local_port: int) -> None:
        """Let the phone's port lead to the host's."""
        async with self._noticing():
            await self.adb.reverse(self.serial, remote_port, local_port)

    async def remove_reverse(self, remote_port: int) -> None:
        """Close a port opened by `reverse`."""
        async with self._noticing():
            await self.adb.remove_reverse(self.serial, remote_port)

    async def forward(self, remote_port: int) -> int:
        """Return a host port that leads to the phone's port; the same one for the same port."""
        if remote_port not in self._forwards:
            async with self._noticing():
                self._forwards[remote_port] = await self.adb.forward(self.serial, remote_port)
        return self._forwards[remote_port]

    async def remove_forward(self, remote_port: int) -> None:
        """Close the host port that leads to the phone's port."""
        local = self._forwards.pop(remote_port, None)
        if local is not None:
            await self.adb.remove_forward(self.serial, local)

    async def start_app(self, package: str, activity: str) -> None:
        """Start an activity; returns once the phone accepted it.

        Raises:
            AppError: the activity cannot be started.
        """
        result = await self.shell("am", "start", "-n", f"{package}/{activity}", timeout=30)
        answer = read_start(result.stdout + "\n" + result.stderr)
        if answer.error:
            raise AppError(f"{package}/{activity} cannot be started: {answer.error}")

    async def force_stop(self, package: str) -> None:
        """End all processes of an app."""
        await self.check("am", "force-stop", package)

    async def pids(self, package: str) -> dict[int, str]:
        """Process ids and names of an app's processes."""
        option = ("-A",) if self.info.sdk >= 26 else ()
        return processes_of(await self.check("ps", *option), package)

    async def current(self) -> tuple[str, str]:
        """Package and activity in front; empty texts when nothing has the focus."""
        focus = read_focus((await self.shell("dumpsys", "window", timeout=15)).stdout)
        if focus is None:
            dump = await self.shell("dumpsys", "activity", "activities", timeout=15)
            focus = read_resumed(dump.stdout)
        return focus or ("", "")

    async def setting(self, namespace: str, key: str) -> str | None:
        """A value of `settings get`, None if unset."""
        return read_setting(await self.check("settings", "get", namespace, key))

    async def hierarchy(self) -> str:
        """XML of the screen."""
        async with self._noticing():
            return await self._screen.hierarchy()

    async def screenshot(self) -> bytes:
        """PNG or JPEG of the screen."""
        async with self._noticing():
            return await self._screen.screenshot()

    async def tap(self, x: int, y: int) -> tuple[int, int]:
        """Tap; host times (ns) before and after."""
        async with self._noticing():
            return await self._screen.tap(x, y)

    async def press(self, key: str) -> None:
        """Press `back`, `home` or `enter`."""
        async with self._noticing():
            await self._screen.press(key)

    async def type_text(self, text: str) -> None:
        """Type into the focused field."""
        async with self._noticing():
            await self._screen.type_text(text)

    async def clipboard(self) -> str:
        """The clipboard's text; empty where it holds none."""
        async with self._noticing():
            return await self._screen.clipboard()

    async def set_clipboard(self, text: str) -> None:
        """Replace the clipboard's text."""
        async with self._noticing():
            await self._screen.set_clipboard(text)

    async def start_screen(self) -> None:
        """Start the screen's server now, so that the first look does not pay for it."""
        async with self._noticing():
            await self._screen.start()

    async def clock_sample(self) -> ClockSample:
        """Read the phone's clock once.

        Raises:
            DeviceError: the phone's `date` gives no time.
        """
        sent = time.time_ns()
        result = await self.shell(*clock.CLOCK_COMMAND, timeout=10)
        received = time.time_ns()
        read = clock.read_date(result.text)
        if read is None:
            raise DeviceError(f"{self.serial}: date gave no time: {result.text[:60]!r}")
        phone, resolution = read
        # A clock that shows whole seconds was read up to one later: widen both sides by half.
        half = resolution // 2
        return ClockSample(sent=sent - half, received=received + half, phone=phone + half)

    @contextlib.asynccontextmanager
    async def open_port(
        self, port: int
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Connect to a TCP port on the phone's loopback.

        Raises:
            DeviceError: nobody listens there.
        """
        await self._check_there()
        async with self.adb.stream(self.serial, f"tcp:{port}") as streams:
            yield streams

    async def logcat(self, *options: str) -> AsyncIterator[str]:
        """Yield log lines as they come (`logcat -v threadtime -T 1` by default).

        Ends when the phone ends the stream; lines are cut at 64 KiB.
        """
        await self._check_there()
        argv = ["logcat", *(options or ("-v", "threadtime", "-T", "1"))]
        async with self.adb.stream(self.serial, f"shell:exec {shlex.join(argv)}") as (reader, _):
            async for line in adb_streams.lines(reader):
                yield line

    async def forget_connections(self) -> None:
        """End the screen's server and forget forwarded ports: none outlives a restart."""
        await self._screen.stop()
        self._forwards.clear()

    async def release(self) -> None:
        """Close what this object opened on the host; the phone may be away."""
        await self._screen.stop()
        for remote in list(self._forwards):
            with contextlib.suppress(DeviceError):
                await self.remove_forward(remote)

    async def _check_there(self) -> None:
        if self._whole is not None:
            await self._whole._check_there()
        if self.gone.is_set():
            # A script that tries again and again must not keep everybody else from running.
            await asyncio.sleep(_REFUSAL_SECONDS)
            raise DeviceGone(f"{self.serial}: {self._why_gone}")

    @contextlib.asynccontextmanager
    async def _noticing(self) -> AsyncIterator[None]:
        await self._check_there()
        try:
            yield
        except Overdue as error:
            whole = self._whole or self
            whole.suspect = whole.suspect or str(error)
            raise
