"""`app`: is the app still there, and may it be started again.

An app that went away is a fact about the app. It is started again only while the policy has
restarts left; the session does the starting, so that hooks are in place before it runs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from farm.explore.driver import AppControl, Driver, Journal
from farm.explore.policy import Policy
from farm.files import sha256_of
from farm.model.errors import UsageError
from farm.model.events import DeviceNote, Expectation
from farm.model.expectations import APP_STARTS_AGAIN

LogIn = Callable[[], Awaitable[bool]]


class Settle(Protocol):
    """Watching for a while, as the run does it."""

    async def __call__(
        self, seconds: float, *, revive: bool = False, interruptions: bool = False
    ) -> None: ...


class AppView:
    """The app under test, as a scenario sees it."""

    def __init__(
        self, control: AppControl, driver: Driver, journal: Journal, policy: Policy
    ) -> None:
        self._control = control
        self._driver = driver
        self._journal = journal
        self._policy = policy
        self._restarts_left = policy.restarts
        self._looked = float("-inf")
        self._alive = True
        self._end_noted = False
        self._settle: Settle | None = None
        self._login: LogIn | None = None

    def equip(self, *, settle: Settle, login: LogIn) -> None:
        """Give what `watch` and `log_in` stand on; the run does it once."""
        self._settle = settle
        self._login = login

    async def watch(
        self, seconds: float, *, revive: bool = False, interruptions: bool = True
    ) -> None:
        """Keep looking at the app for so long.

        Args:
            seconds: how long; restarts of the app do not shorten it.
            revive: start the app again if its process ended and the policy allows it.
            interruptions: answer permission requests by the policy and close notices on the
                way; without it nothing on the phone is touched.
        """
        assert self._settle is not None  # noqa: S101 - the run equips before any scenario
        await self._settle(seconds, revive=revive, interruptions=interruptions)

    async def log_in(self) -> bool:
        """Log in with the test account of the app's hints; False if that did not work.

        Raises:
            UsageError: the hints have no log-in, or no store knows the account.
            NotOnScreen: a field of the form did not come.
        """
        assert self._login is not None  # noqa: S101 - the run equips before any scenario
        return await self._login()

    @property
    def package(self) -> str:
        """The app's package name."""
        return self._control.package

    async def alive(self) -> bool:
        """Whether a process of the app runs, asked now.

        Raises:
            DeviceGone: the phone vanished.
        """
        self._alive = await self._control.alive()
        self._looked = asyncio.get_running_loop().time()
        if self._alive:
            self._end_noted = False
        return self._alive

    async def lately_alive(self) -> bool:
        """The same, asked at most every `Policy.alive_interval` seconds."""
        if asyncio.get_running_loop().time() - self._looked < self._policy.alive_interval:
            return self._alive
        return await self.alive()

    async def restart(self) -> bool:
        """Start the app again; False if no restart is left or it could not be started."""
        if self._restarts_left <= 0:
            return False
        self._restarts_left -= 1
        return await self._start_again("after its process ended")

    async def _start_again(self, when: str) -> bool:
        started = await self._control.restart()
        self._alive = started
        self._looked = asyncio.get_running_loop().time()
        self._end_noted = False
        self._journal.emit(Expectation(name=APP_STARTS_AGAIN, held=started, detail=when))
        return started

    async def revive(self) -> bool:
        """Note that the app went away, and start it again if the policy allows it.

        Returns:
            Whether the app was started again.
        """
        self.note_end("its process ended although nothing asked it to")
        if self._restarts_left <= 0:
            return False
        await asyncio.sleep(self._policy.restart_pause)
        return await self.restart()

    def note_end(self, detail: str) -> None:
        """Record once that the app is gone, from memory or from the screen."""
        if not self._end_noted:
            self._end_noted = True
            self._journal.emit(Expectation(name="app_stays_running", held=False, detail=detail))

    async def home(self) -> None:
        """Send the app to the background."""
        await self._control.home()

    async def foreground(self) -> None:
        """Bring the app back to the front, as a user does who taps its icon."""
        await self._control.foreground()
        self._looked = float("-inf")

    async def stop(self) -> None:
        """End all processes of the app, as a user does who closes it in the list of recents."""
        await self._control.stop()
        self._alive = False
        self._end_noted = True  # asked for: no fact about the app

    async def reopen(self) -> bool:
        """End the app and start it anew with hooks in place; does not use up a restart."""
        await self.stop()
        return await self._start_again("after the scenario ended it")

    async def upgrade(self, apk: Path) -> bool:
        """Install another version over the app and start it; False if that could not be done.

        Raises:
            AppError: the phone refuses the package.
        """
        digest = await asyncio.to_thread(_sha256, apk)
        await self.stop()
        await self._driver.install([apk])
        self._journal.emit(DeviceNote(name="app_upgraded", detail=f"apk sha256 {digest}"))
        return await self._start_again("after the upgrade")


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
