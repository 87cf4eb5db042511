"""`run`: what a scenario is given. Puts screen, consent, permissions and app together.

Every wait ends by itself. A step that runs out of time is recorded as failed and the scenario
goes on; a vanished phone and a full disk end it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from farm.explore.app import AppView
from farm.explore.consent import Answer, Consent
from farm.explore.driver import AnswerCallback, AppControl, Driver, Journal
from farm.explore.hierarchy import clean
from farm.explore.interruptions import Interruptions
from farm.explore.policy import PermissionPolicy, Policy
from farm.explore.screen import ScreenView
from farm.model.events import Expectation, Step
from farm.model.vocabulary import ConsentAnswer

__all__ = ["Answer", "PermissionPolicy", "Policy", "Run"]


async def _nothing(answer: ConsentAnswer) -> None:
    """Stand in where nobody wants to be called around an answer."""


class Run:
    """One scenario's hands and eyes.

    Attributes:
        app: the app under test: alive, restart, home.
        screen: what the phone shows: observe, recognise.
        consent: the app's consent dialog: wait, accept, decline.
        permissions: how requests of the system are answered on the way.
        policy: limits and habits of this run.
    """

    def __init__(
        self,
        *,
        driver: Driver,
        journal: Journal,
        app: AppControl,
        before_answer: AnswerCallback = _nothing,
        after_answer: AnswerCallback = _nothing,
        policy: Policy | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self._journal = journal
        self.driver = driver
        self.screen = ScreenView(driver, journal, self.policy)
        self.app = AppView(app, journal, self.policy)
        self.permissions = Interruptions(driver, journal, self.policy)
        self.consent = Consent(
            driver=driver,
            journal=journal,
            screen=self.screen,
            app=self.app,
            interruptions=self.permissions,
            policy=self.policy,
            before_answer=before_answer,
            after_answer=after_answer,
        )

    async def settle(
        self, seconds: float, *, revive: bool = False, interruptions: bool = False
    ) -> None:
        """Keep observing for so long.

        Args:
            seconds: how long; restarts of the app do not shorten it.
            revive: start the app again if its process ended and the policy allows it.
            interruptions: answer permission requests and close notices on the way; without it
                nothing on the phone is touched.

        Raises:
            DeviceGone: the phone vanished.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while clock() < end:
            _, found = await self.screen.recognise()
            if interruptions and await self.permissions.handle(found, self.app.package):
                continue
            if not await self.app.lately_alive():
                if not revive:
                    self.app.note_end("its process ended while the screen was watched")
                    continue
                before = clock()
                await self.app.revive()
                end += clock() - before

    @asynccontextmanager
    async def step(self, name: str, timeout: float = 120.0) -> AsyncIterator[None]:
        """Name a part of the scenario; begin and end are events.

        A step that lasts longer than `timeout` seconds is cut off and recorded as failed, and
        the scenario goes on behind it. Any other error is recorded and goes on upwards.
        """
        self._journal.emit(Step(name=name, state="begin"))
        limit = asyncio.timeout(timeout)
        try:
            async with limit:
                yield
        except TimeoutError as error:
            if limit.expired():
                detail = f"not done after {timeout:g} s"
                self._journal.emit(Step(name=name, state="failed", detail=detail))
                return
            self._fail(name, error)
            raise
        except BaseException as error:
            self._fail(name, error)
            raise
        self._journal.emit(Step(name=name, state="end"))

    def expect(self, name: str, held: bool, detail: str = "") -> bool:
        """Record whether something the scenario expects is so; return `held`."""
        self._journal.emit(Expectation(name=name, held=held, detail=clean(detail)[:500]))
        return held

    def _fail(self, name: str, error: BaseException) -> None:
        detail = clean(f"{type(error).__name__}: {error}")[:500]
        self._journal.emit(Step(name=name, state="failed", detail=detail))
