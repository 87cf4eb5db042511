"""`phone`: what a scenario may do to the phone itself, beside the app's own screen.

Whatever changes how the phone behaves is noted in the recording, because the evidence is read
without the scenario.
"""

import asyncio
from collections.abc import Awaitable, Callable

from farm.devices.outputs.packages import read_package, read_package_list
from farm.devices.outputs.starts import read_starts
from farm.explore.driver import Driver, Journal
from farm.explore.touch import press_enter
from farm.model.errors import DeviceError, DeviceGone
from farm.model.events import DeviceNote

_BOOT = "android.intent.action.BOOT_COMPLETED"
_LONGEST_ADVANCE = 30 * 24 * 3600.0


class PhoneView:
    """The phone under the app."""

    def __init__(self, driver: Driver, journal: Journal, package: str) -> None:
        self._driver = driver
        self._journal = journal
        self._package = package
        self._log_refused = False
        self.after_restart: Callable[[], Awaitable[None]] | None = None

    async def press(self, key: str) -> None:
        """Press `back`, `home` or `enter`."""
        if key == "enter":
            await press_enter(self._driver, self._journal)
        else:
            await self._driver.press(key)

    async def lock(self) -> None:
        """Switch the screen off, which locks it."""
        await self._shell("input", "keyevent", "KEYCODE_SLEEP")
        self._note("screen_locked")

    async def unlock(self) -> None:
        """Switch the screen on and put the keyguard away (a phone of the farm has no PIN)."""
        await self._shell("input", "keyevent", "KEYCODE_WAKEUP")
        await self._shell("wm", "dismiss-keyguard")
        self._note("screen_unlocked")

    async def announce_boot(self) -> bool:
        """Tell the app that the phone has booted, as Android does after a start.

        Needs root: no shell may send this broadcast otherwise. The phone is not restarted, so
        that the recorders go on hearing.

        Returns:
            False, with a note in the recording, where the phone is not rooted or refuses it.
        """
        return await self._try_as_root(
            "boot_announced", "am", "broadcast", "-a", _BOOT, "-p", self._package
        )

    def restart_at_the_end(self, then: Callable[[], Awaitable[None]]) -> None:
        """Restart the phone once nothing is recorded any more, and await `then` on it.

        No recorder hears an app that starts with the phone, so nothing but what `then` looks at
        is claimed of it; what the app did before is recorded as ever. It takes minutes. Where the
        session fails before its end, the phone is not restarted.
        """
        self.after_restart = then

    async def starts_since_boot(self) -> list[str]:
        """What the system started the app's processes for since it booted, by its event log.

        Such as `broadcast com.example/.Booted`; empty where nothing started it, where the log was
        full since, and, with a note in the recording, where the phone does not show its log.
        """
        try:
            server = (await self._shell("pidof", "system_server")).strip()
            log = await self._shell("logcat", "-b", "events", "-d", "-v", "brief")
        except DeviceGone:
            raise
        except DeviceError as error:  # Android 5 has no pidof
            if not self._log_refused:
                self._log_refused = True
                self._note("event_log_refused", str(error)[:300])
            return []
        return read_starts(log, self._package, int(server)) if server.isdecimal() else []

    async def end_process(self) -> bool:
        """End the app's process in the background, as the system does for want of memory.

        Unlike a forced stop this leaves the app able to hear broadcasts.

        Returns:
            False, with a note in the recording, where the phone refuses it.
        """
        return await self._try_as_root("process_ended", "am", "kill", self._package)

    async def _try_as_root(self, name: str, *argv: str) -> bool:
        try:
            await self._shell(*argv, root=True)
        except DeviceGone:
            raise
        except DeviceError as error:
            self._note(f"{name}_refused", str(error)[:300])
            return False
        self._note(name, " ".join(argv))
        return True

    async def advance_clock(self, seconds: float) -> None:
        """Set the phone's clock forward, to see what an app does days later. Needs root.

        The recording says so; calls can be placed on the host's clock only up to this moment,
        so nothing after it becomes a finding that needs a phase.

        Raises:
            DeviceError: the phone is not rooted, or its `date` refuses.
        """
        if not 0 < seconds <= _LONGEST_ADVANCE:
            raise ValueError(f"seconds: expected more than 0 and at most {_LONGEST_ADVANCE:g}")
        self._note("clock_will_be_advanced", f"{seconds:g} s")
        now = await self._shell("date", "+%s")
        try:
            target = int(now.strip()) + round(seconds)
        except ValueError:
            raise DeviceError(f"date gave no time: {now[:60]!r}") from None
        await self._shell("settings", "put", "global", "auto_time", "0")
        await self._shell("date", f"@{target}", root=True)
        self._note("clock_advanced", f"{seconds:g} s")

    async def other_apps(self) -> set[str]:
        """Packages of the other apps that somebody installed on this phone."""
        listed = await self._shell("pm", "list", "packages", "-3")
        return set(read_package_list(listed)) - {self._package}

    async def running(self, packages: set[str]) -> set[str]:
        """Which of the packages have a process now."""
        names = await self._shell("ps", "-A", "-o", "NAME")
        processes = {line.strip().partition(":")[0] for line in names.splitlines()}
        return packages & processes

    async def granted_permissions(self) -> set[str]:
        """Permissions that the app holds now."""
        found = read_package(await self._shell("dumpsys", "package", self._package), self._package)
        return set(found.granted) if found is not None else set()

    async def rest(self, seconds: float) -> None:
        """Let time pass without looking at the screen or touching anything."""
        await asyncio.sleep(seconds)

    async def _shell(self, *argv: str, root: bool = False) -> str:
        result = await self._driver.shell(*argv, root=root)
        if result.exit_code != 0:
            words = " ".join((result.stderr or result.stdout).split())[:300]
            raise DeviceError(f"{' '.join(argv)}: exit {result.exit_code}: {words}")
        return result.stdout

    def _note(self, name: str, detail: str = "") -> None:
        self._journal.emit(DeviceNote(name=name, detail=detail))
