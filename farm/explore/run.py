"""Puts the parts of a run together, and plays a scenario on them.

Every wait ends by itself. A step that runs out of time is recorded as failed and the scenario
goes on; a vanished phone and a full disk end it; a mistake in the script is a fact in the
recording, which goes on without it.
"""

import asyncio
import traceback
from collections.abc import Callable, Mapping
from functools import partial

from farm.explore.app import AppView
from farm.explore.app_text import clean
from farm.explore.binding import Value, read_signature, secrets_of
from farm.explore.consent import Consent
from farm.explore.driver import AnswerCallback, AppControl, Driver, Journal
from farm.explore.expect import Expect
from farm.explore.explorer.engine import Novelty, no_novelty
from farm.explore.explorer.tool import Explore
from farm.explore.hints import Hints
from farm.explore.interruptions import Interruptions
from farm.explore.login import LoginForm
from farm.explore.masking import MaskingJournal
from farm.explore.phone import PhoneView
from farm.explore.policy import Policy
from farm.explore.screen import ScreenView
from farm.explore.screen_actions import Screen
from farm.explore.search import Searcher
from farm.explore.secrets import SecretStore
from farm.explore.seeking import Seeker
from farm.explore.step import Steps
from farm.model.errors import DeviceError, DiskFull, FarmError
from farm.model.events import Expectation
from farm.model.expectations import SCENARIO_RUNS
from farm.model.vocabulary import ConsentAnswer


async def _nothing(answer: ConsentAnswer) -> None:
    """Stand in where nobody wants to be called around an answer."""


class Run:
    """One scenario's hands and eyes: an attribute for each name of `binding.GIVEN`."""

    def __init__(
        self,
        *,
        driver: Driver,
        journal: Journal,
        app: AppControl,
        before_answer: AnswerCallback = _nothing,
        after_answer: AnswerCallback = _nothing,
        policy: Policy | None = None,
        hints: Hints | None = None,
        secrets: SecretStore | None = None,
        novelty: Novelty = no_novelty,
    ) -> None:
        self.policy = policy or Policy()
        self.hints = hints or Hints()
        self._journal = MaskingJournal(journal)
        view = ScreenView(driver, self._journal, self.policy, app.package)
        self.app = AppView(app, driver, self._journal, self.policy)
        self.permissions = Interruptions(driver, self._journal, self.policy, view)
        self.consent = Consent(
            driver=driver,
            journal=self._journal,
            screen=view,
            app=self.app,
            interruptions=self.permissions,
            policy=self.policy,
            before_answer=before_answer,
            after_answer=after_answer,
        )
        self.screen = Screen(
            view=view,
            driver=driver,
            journal=self._journal,
            consent=self.consent,
            hints=self.hints,
            policy=self.policy,
        )
        self.phone = PhoneView(driver, self._journal, app.package)
        self.step = Steps(self._journal, view)
        self.expect = Expect(self._journal)
        login = LoginForm(self.screen, self._journal, self.hints, secrets or SecretStore())
        self.app.equip(settle=self.settle, login=login.log_in)
        searcher = Searcher(
            screen=self.screen,
            app=self.app,
            permissions=self.permissions,
            driver=driver,
            hints=self.hints,
            policy=self.policy,
        )
        self.explore = Explore(
            screen=self.screen,
            app=self.app,
            permissions=self.permissions,
            consent=self.consent,
            driver=driver,
            journal=self._journal,
            searcher=searcher,
            seeker=Seeker(
                screen=self.screen,
                app=self.app,
                journal=self._journal,
                searcher=searcher,
                policy=self.policy,
            ),
            novelty=novelty,
            has_account=self.hints.login is not None,
        )

    async def play(
        self, function: Callable[..., object], values: Mapping[str, Value] | None = None
    ) -> bool:
        """Play a scenario function; False if it ended by a mistake of its own.

        Raises:
            DeviceError: the phone vanished or fails; the session decides what follows.
            DiskFull: there is no room for what the scenario sees.
        """
        self._journal.add(*secrets_of(function, values or {}))
        given = {name: getattr(self, name) for name in read_signature(function).given}
        return await self._guarded(function, partial(function, **given, **(values or {})))

    async def look_after_restart(self, function: Callable[..., object]) -> bool:
        """Let a scenario function's `restart_at_the_end` look at the phone; as `play`."""
        assert self.phone.after_restart is not None  # noqa: S101 - asked for by the caller
        return await self._guarded(function, self.phone.after_restart)

    async def _guarded(self, function: Callable[..., object], work: Callable[[], object]) -> bool:
        try:
            await work()  # type: ignore[misc]
        except (DeviceError, DiskFull):
            raise
        except Exception as error:  # noqa: BLE001 - the script's edge: recorded as a fact
            self._journal.emit(
                Expectation(name=SCENARIO_RUNS, held=False, detail=_place(error, function))
            )
            return False
        return True

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


def _place(error: Exception, function: Callable[..., object]) -> str:
    """`decline.py:14: NotOnScreen: tap: ...`, the line being the script's own."""
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    lines = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == file and frame.lineno
    ]
    where = f"{file.rpartition('/')[2]}:{lines[-1].lineno}: " if lines else ""
    name = "" if isinstance(error, FarmError) else f"{type(error).__name__}: "
    return clean(f"{where}{name}{error}")[:500]
