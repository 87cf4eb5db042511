"""Explores an app with a strategy: looks, chooses, acts, learns, until the budget is spent.

Keeps to the app: other apps are left, a dead app is started again, dialogs are answered as the
run's policy says, and what costs money or reaches people is not touched. Decides nothing about
what it saw.
"""

from collections.abc import Awaitable, Callable

import msgspec

from farm.explore.app import AppView
from farm.explore.consent import Consent
from farm.explore.dialogs import Recognised, ScreenState
from farm.explore.dialogs.labels import Role, role_of
from farm.explore.driver import Driver
from farm.explore.explorer.abstraction import Abstraction
from farm.explore.explorer.actions import actions_of
from farm.explore.explorer.graph import Graph, Place
from farm.explore.explorer.progress import Progress
from farm.explore.explorer.strategies import ModelBased, Strategy
from farm.explore.explorer.values import Action, ActionKind, Budget, Report, Wall
from farm.explore.interruptions import Interruptions
from farm.explore.pictures.words import Word
from farm.explore.screen_actions import Screen
from farm.model.errors import DeviceError, DeviceGone, FarmError
from farm.model.vocabulary import ConsentAnswer, DialogKind

_VAIN_RESTARTS = 5  # in a row, with no screen of the app in between
_MOST_TAPS_ON_CONSENT = 3
_LOOKS_AT_START = 10
_PLACELESS = {DialogKind.PERMISSION, DialogKind.CRASH}
_PASSABLE = {
    DialogKind.ADVERTISEMENT,
    DialogKind.UPDATE,
    DialogKind.RATING,
    DialogKind.BATTERY_SAVER,
}

Novelty = Callable[[], Awaitable[set[str]]]
"""What the recorders heard so far, as names: "api:telephony.imei", "host:ads.example"."""


async def no_novelty() -> set[str]:
    """Stand in where nobody can say what the recorders heard."""
    return set()


class Explorer:
    """One exploration. Build it, call `run` once, read the report."""

    def __init__(
        self,
        *,
        screen: Screen,
        app: AppView,
        permissions: Interruptions,
        consent: Consent,
        driver: Driver,
        strategy: Strategy,
        seed: int,
        budget: Budget,
        answer: ConsentAnswer | None,
        novelty: Novelty = no_novelty,
        log_in: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._screen = screen
        self._app = app
        self._permissions = permissions
        self._consent = consent
        self._driver = driver
        self._strategy = strategy
        self._seed = seed
        self._answer = answer
        self._novelty = novelty
        self._log_in = log_in
        self.graph = Graph()
        self._abstraction = Abstraction()
        self._progress = Progress(budget, self.graph)
        self._heard: set[str] = set()
        self._vain_restarts = 0
        self._consent_taps = 0
        self._last: tuple[Place, Action] | None = None

    async def run(self) -> Report:
        """Explore until the budget is spent or nothing is left to do.

        Raises:
            DeviceGone: the phone vanished.
        """
        self._progress.begin()
        while not (ended := self._progress.spent()):
            if not await self._round():
                ended = "app does not start"
                break
        return self._progress.report(self._strategy.name, self._seed, ended)

    async def _round(self) -> bool:
        """Look once and do one thing; False if the app cannot be brought back."""
        state, recognised = await self._screen.recognise()
        if recognised.kind in _PLACELESS:
            if await self._permissions.handle(recognised, self._app.package):
                self._progress.did(f"dialog {recognised.kind}", news=False)
                return True
            return await self._leave(state)
        if state.package != self._app.package and (
            self._app.package not in state.hierarchy.packages
        ):
            # A question of the system about the app, such as the battery saver's, hides the app
            # and is no other app.
            if recognised.kind in _PASSABLE and await self._permissions.handle(
                recognised, self._app.package
            ):
                self._progress.did(f"dialog {recognised.kind}", news=False)
                return True
            return await self._leave(state)
        if self._strategy.knows_dialogs and await self._dialog(recognised):
            return True
        words = state.words if self._strategy.knows_dialogs else ()
        actions = [
            self._unagreeing(each) for each in actions_of(state.hierarchy, self._app.package, words)
        ]
        place, news = await self._arrive(state, recognised, actions, words)
        action = self._strategy.choose(place, self.graph, state, actions)
        if action is None:
            return await self._restart()
        if action.avoid:  # a baseline may choose it; the farm does not do it for any of them
            action = next(each for each in actions if each.kind is ActionKind.BACK)
        self._progress.did(f"{place.number} {action.key}", news)
        self._last = (place, action)
        await self._act(state, action)
        return True

    def _unagreeing(self, action: Action) -> Action:
        """After a refusal nothing may be agreed to: it would pass for the app's doing."""
        if self._answer is ConsentAnswer.ACCEPT or action.avoid:
            return action
        if role_of(action.label) in {Role.AGREE, Role.AGREE_LOGIN}:
            return msgspec.structs.replace(action, avoid="agree")
        return action

    async def _arrive(
        self,
        state: ScreenState,
        recognised: Recognised,
        actions: list[Action],
        words: tuple[Word, ...],
    ) -> tuple[Place, bool]:
        picture = "|".join(sorted(word.text for word in words))
        name, older = self._abstraction.name(state, self._app.package, actions, picture)
        self.graph.join(name, older)
        place, fresh = self.graph.see(name, actions)
        self._progress.activities.add(state.activity)
        self._vain_restarts = 0
        self._permissions.begin_anew()
        heard = await self._novelty()
        news = fresh or bool(heard - self._heard)
        self._heard |= heard
        for action in actions:
            if action.avoid:
                self._progress.avoid(action.avoid, f"{place.name} {action.key}")
        if recognised.kind is DialogKind.LOGIN and place.name not in self._progress.walls:
            await self._wall(place, recognised)
        if self._last is not None:
            before, action = self._last
            self.graph.done(before, action, place.name, news)
            if isinstance(self._strategy, ModelBased):
                self._strategy.missed(self.graph, place.name)
            self._last = None
        self._strategy.arrived(place, state, news)
        if news:
            self._progress.idle = 0
        return place, news

    async def _wall(self, place: Place, recognised: Recognised) -> None:
        """Report a log-in wall, and pass it with the test account where the hints have one."""
        passed = False
        if self._log_in is not None:
            try:
                passed = await self._log_in()
            except DeviceError:
                raise
            except FarmError:  # the form was not as the hints say: it stays a wall
                passed = False
        self._progress.walls[place.name] = Wall(
            screen=place.name, title=recognised.title[:200], passed=passed
        )

    async def _dialog(self, recognised: Recognised) -> bool:
        """Answer a dialog of the app itself; True if something was done."""
        if (
            recognised.kind is DialogKind.PRIVACY_CONSENT
            and recognised.package == self._app.package
            and self._consent_taps < _MOST_TAPS_ON_CONSENT
            and self._answer is not None
        ):
            self._consent_taps += 1
            accept = self._answer is ConsentAnswer.ACCEPT
            answer = await (self._consent.accept() if accept else self._consent.decline())
            for _ in range(max(answer.taps, 1)):
                self._progress.did(f"consent {self._answer}", news=False)
            return True
        if recognised.kind in _PASSABLE and await self._permissions.handle(
            recognised, self._app.package
        ):
            self._progress.did(f"dialog {recognised.kind}", news=False)
            return True
        return False

    async def _act(self, state: ScreenState, action: Action) -> None:
        try:
            if action.kind is ActionKind.BACK:
                await self._driver.press("back")
            elif action.kind is ActionKind.SCROLL:
                await self._screen.scroll()
            elif action.node >= 0:
                await self._screen.tap_node(state, state.hierarchy.nodes[action.node])
                if action.kind is ActionKind.TYPE:
                    await self._driver.type_text(action.text)
                    await self._screen.press_enter()
            else:
                await self._screen.tap_point(state, action.x, action.y, action.label)
        except DeviceGone:
            raise
        except DeviceError:  # recorded by whoever sent it; the next look shows what came of it
            return

    async def _leave(self, state: ScreenState) -> bool:
        """Come back from another app, or from none at all."""
        self._note_last("")
        if not await self._app.alive():
            return await self._restart()
        if state.package and state.package != self._app.package:
            self._progress.foreign.setdefault(state.package, None)
        await self._app.foreground()
        self._progress.did("foreground", news=False)
        state = await self._screen.observe()
        if self._app.package in state.hierarchy.packages:
            return True
        await self._app.home()  # takes away what a start of the app leaves standing over it
        return await self._restart()

    async def _restart(self) -> bool:
        if self._vain_restarts >= _VAIN_RESTARTS:
            return False
        self._progress.restarts += 1
        self._vain_restarts += 1
        self._note_last("")
        self._progress.did("restart", news=False)
        await self._app.reopen()  # if that fails, the next look finds no app and tries again
        await self._drawn()
        return True

    async def _drawn(self) -> None:
        """Wait for the first screen: what stands there before is no screen to explore."""
        before = ""
        for _ in range(_LOOKS_AT_START):
            hierarchy = (await self._screen.observe()).hierarchy
            now = hierarchy.fingerprint if self._app.package in hierarchy.packages else ""
            if hierarchy.texts and now and now == before:
                return
            before = now

    def _note_last(self, leads_to: str) -> None:
        if self._last is not None:
            place, action = self._last
            self.graph.done(place, action, leads_to, False)
            self._last = None
