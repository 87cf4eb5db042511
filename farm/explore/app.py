"""`run.app`: is the app still there, and may it be started again.

An app that went away is a fact about the app. It is started again only while the policy has
restarts left; the session does the starting, so that hooks are in place before it runs.
"""

import asyncio

from farm.explore.driver import AppControl, Journal
from farm.explore.policy import Policy
from farm.model.events import Expectation


class AppView:
    """The app under test, as a scenario sees it."""

    def __init__(self, control: AppControl, journal: Journal, policy: Policy) -> None:
        self._control = control
        self._journal = journal
        self._policy = policy
        self._restarts_left = policy.restarts
        self._looked = float("-inf")
        self._alive = True
        self._end_noted = False

    @property
    def package(self) -> str:
        """The app's package name."""
        return self._control.package

    @property
    def restarts_left(self) -> int:
        """How often the app may still be started again."""
        return self._restarts_left

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
        started = await self._control.restart()
        self._alive = started
        self._looked = asyncio.get_running_loop().time()
        self._end_noted = False
        self._journal.emit(
            Expectation(name="app_starts_again", held=started, detail="after its process ended")
        )
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
