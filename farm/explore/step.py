"""`step`: a named part of a scenario with a deadline and a picture at its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from farm.explore.app_text import clean
from farm.explore.driver import Journal
from farm.explore.screen import ScreenView
from farm.model.errors import DeviceError
from farm.model.events import Step

DEFAULT_DEADLINE = 120.0
_PICTURE_SECONDS = 30.0


class Steps:
    """`async with step("name", deadline=30): ...`"""

    def __init__(self, journal: Journal, screen: ScreenView) -> None:
        self._journal = journal
        self._screen = screen
        self.failed: list[str] = []

    @asynccontextmanager
    async def __call__(self, name: str, deadline: float = DEFAULT_DEADLINE) -> AsyncIterator[None]:
        """Begin a step; its end is an event, and so is the screen as it was left.

        A step that lasts longer than `deadline` seconds is cut off and recorded as failed, and
        the scenario goes on behind it. Any other error is recorded and goes on upwards.
        """
        self._journal.emit(Step(name=name, state="begin"))
        limit = asyncio.timeout(deadline)
        try:
            async with limit:
                yield
        except TimeoutError as error:
            if limit.expired():
                await self._keep()
                self._fail(name, f"not done after {deadline:g} s")
                return
            self._fail(name, f"{type(error).__name__}: {error}")
            raise
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, DeviceError):
                await self._keep()
            self._fail(name, f"{type(error).__name__}: {error}")
            raise
        await self._keep()
        self._journal.emit(Step(name=name, state="end"))

    async def _keep(self) -> None:
        """Keep the screen as the step left it; a phone that cannot show it is noted elsewhere."""
        try:
            async with asyncio.timeout(_PICTURE_SECONDS):
                await self._screen.recognise(keep=True)
        except TimeoutError:
            return

    def _fail(self, name: str, detail: str) -> None:
        self.failed.append(name)
        self._journal.emit(Step(name=name, state="failed", detail=clean(detail)[:500]))
