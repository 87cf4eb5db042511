"""`explore`: what a scenario calls to let the farm find the rest by itself."""

from farm.explore.app import AppView
from farm.explore.consent import Consent
from farm.explore.driver import Driver
from farm.explore.explorer.engine import Explorer, Novelty, no_novelty
from farm.explore.explorer.outside import OutsideReport, run_fastbot, run_monkey
from farm.explore.explorer.strategies import BreadthFirst, ModelBased, Monkey, Strategy
from farm.explore.explorer.values import Budget, Report
from farm.explore.interruptions import Interruptions
from farm.explore.masking import MaskingJournal
from farm.explore.screen_actions import Screen
from farm.explore.search import Searcher, Way
from farm.explore.seeking import Seeker
from farm.model.events import Exploration
from farm.model.expectations import Standard
from farm.model.vocabulary import ConsentAnswer

STRATEGIES = ("model", "monkey", "pixel-monkey", "breadth-first")


class Explore:
    """Lets the farm walk through the app."""

    def __init__(
        self,
        *,
        screen: Screen,
        app: AppView,
        permissions: Interruptions,
        consent: Consent,
        driver: Driver,
        journal: MaskingJournal,
        searcher: Searcher,
        seeker: Seeker,
        novelty: Novelty = no_novelty,
        has_account: bool = False,
    ) -> None:
        self._screen = screen
        self._app = app
        self._permissions = permissions
        self._consent = consent
        self._driver = driver
        self._journal = journal
        self._searcher = searcher
        self._seeker = seeker
        self._novelty = novelty
        self._has_account = has_account

    async def __call__(
        self,
        *,
        events: int = 0,
        seconds: float = 0.0,
        until_idle: int = 0,
        seed: int = 0,
        consent: str = "accept",
        strategy: str = "model",
        read_pictures: bool = True,
    ) -> Report:
        """Explore until a limit is reached; at least one of the first three must be given.

        Args:
            events: how many taps, keys, swipes and texts may be sent.
            seconds: how long it may take.
            until_idle: end after so many events that brought no new screen, API or host.
            seed: the same seed makes the same choices on the same screens.
            consent: "accept" or "decline" a privacy consent on the way, or "leave" it.
            strategy: one of `STRATEGIES`; those after the first are baselines.
            read_pictures: read words from pictures (RapidOCR, if installed) where an app draws
                its screens itself.

        Raises:
            ValueError: no limit, or a word that is not known.
        """
        if events <= 0 and seconds <= 0 and until_idle <= 0:
            raise ValueError("explore: expected events=, seconds= or until_idle=")
        answers = {"accept": ConsentAnswer.ACCEPT, "decline": ConsentAnswer.DECLINE, "leave": None}
        if consent not in answers:
            raise ValueError(f"consent={consent!r}: expected accept, decline or leave")
        explorer = Explorer(
            screen=self._screen,
            app=self._app,
            permissions=self._permissions,
            consent=self._consent,
            driver=self._driver,
            strategy=make_strategy(strategy, seed),
            seed=seed,
            budget=Budget(events=events, seconds=seconds, idle_events=until_idle),
            answer=answers[consent],
            novelty=self._novelty,
            log_in=self._app.log_in if self._has_account else None,
        )
        with self._screen.reading_pictures(read_pictures):
            report = await explorer.run()
        self._journal.emit(
            Exploration(
                strategy=report.strategy,
                seed=report.seed,
                events=report.events,
                screens=report.screens,
                ended=report.ended,
                restarts=report.restarts,
                foreign=report.foreign[:50],
                walls=[wall.title for wall in report.walls if not wall.passed][:50],
                avoided=report.avoided,
                found=report.found[-5000:],
                script=report.script,
            )
        )
        return report

    async def monkey(self, *, events: int, seed: int = 0) -> OutsideReport:
        """Let Android's own monkey tap at random; agree to the consent before.

        Its taps are not recorded one by one. Without an agreement before, whatever follows is
        undetermined; after a refusal it does not run at all.

        Raises:
            ValueError: the consent was refused before.
        """
        self._nothing_refused("monkey")
        return await run_monkey(
            self._driver, self._journal, self._app.package, events=events, seed=seed
        )

    async def fastbot(self, *, minutes: int) -> OutsideReport:
        """Let Fastbot2 explore, where the operator put its files on the phone.

        Raises:
            SetupError: they are not there.
            ValueError: the consent was refused before.
        """
        self._nothing_refused("fastbot")
        return await run_fastbot(self._driver, self._journal, self._app.package, minutes=minutes)

    def _nothing_refused(self, tool: str) -> None:
        if self._consent.last_answer is ConsentAnswer.DECLINE:
            raise ValueError(
                f"{tool}: the consent was refused, and {tool} might agree unseen; agree before"
            )

    async def search(self, goal: str, *, taps: int = 6, asked: bool = False) -> Way | None:
        """Look for a thing where it usually is; not finding it proves nothing.

        What was looked at is recorded. Where `asked` says that a standard asks for the thing, a
        search in vain is put before a person, together with what was searched.

        Args:
            goal: "policy", "account_deletion", "withdrawal", "advertising", "push", "guest" or
                "contact".
            taps: how many taps deep, the thing's own included.

        Returns:
            The way to it, with the thing on the screen and not yet tapped; None: not found.
        """
        return await self._seeker.search(goal, taps, asked=asked)

    async def within(
        self, goal: str, standard: Standard, *, most: int = 4, taps: int = 7
    ) -> Way | None:
        """Look for a thing that must be at most `most` taps away, and say whether it is."""
        return await self._seeker.within(goal, standard, most, taps)

    async def switch_off(self, goal: str, way: Way, standard: Standard) -> None:
        """Switch off what `search` ended at, and say whether it is off then."""
        await self._seeker.switch_off(goal, way, standard)

    async def withdraw(self, way: Way) -> bool:
        """Withdraw the consent at what `search` ended at; whether the app showed that it is so.

        From then on the recording is in the phase "after withdrawal".
        """
        return await self._seeker.withdraw(way)

    async def open(self, way: Way, goal: str) -> bool:
        """Tap the thing that `search` ended at; False if it is no longer there."""
        return await self._searcher.open(way, goal)


def make_strategy(name: str, seed: int) -> Strategy:
    """Return the strategy of that name.

    Raises:
        ValueError: there is none.
    """
    if name == "model":
        return ModelBased(seed)
    if name == "monkey":
        return Monkey(seed)
    if name == "pixel-monkey":
        return Monkey(seed, pixels=True)
    if name == "breadth-first":
        return BreadthFirst(seed)
    raise ValueError(f"strategy {name!r}: expected one of {', '.join(STRATEGIES)}")
