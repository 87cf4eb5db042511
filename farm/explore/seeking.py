"""Things that a standard asks for: look for them, use them, and record what came of it.

What was looked at is recorded whether or not the thing was found, so that whoever reads the
recording can judge how much a search in vain is worth. The verdict is not this module's.
"""

import asyncio
import time

from farm.explore.app import AppView
from farm.explore.dialogs.vocabulary import fold
from farm.explore.driver import Journal
from farm.explore.explorer.actions import withdrawal_words
from farm.explore.policy import Policy
from farm.explore.screen_actions import Screen
from farm.explore.search import Searcher, Way
from farm.model.events import Expectation, Searched, Withdrawn
from farm.model.expectations import Standard
from farm.model.vocabulary import DialogKind, SearchGoal

_LOOKS_FOR_WORD = 5  # at the screen, for the app's own word that the consent is withdrawn


class Seeker:
    """Searches on behalf of a standard."""

    def __init__(
        self,
        *,
        screen: Screen,
        app: AppView,
        journal: Journal,
        searcher: Searcher,
        policy: Policy,
    ) -> None:
        self._screen = screen
        self._app = app
        self._journal = journal
        self._searcher = searcher
        self._policy = policy

    async def search(self, goal: str, taps: int, *, asked: bool) -> Way | None:
        """Search, and record what was searched; `asked`: a standard asks for the thing.

        Raises:
            ValueError: no such goal.
        """
        way = await self._searcher.search(goal, taps)
        record = self._searcher.last
        self._journal.emit(
            Searched(
                goal=SearchGoal(goal),
                found=way is not None,
                asked=asked,
                way=way.labels if way is not None else [],
                deepest=taps,
                screens=record.screens,
                followed=record.followed,
                ended=record.ended,
            )
        )
        return way

    async def within(self, goal: str, standard: Standard, most: int, taps: int) -> Way | None:
        """Search, and expect the thing to be at most so many taps away."""
        way = await self.search(goal, taps, asked=True)
        if way is not None:
            self._expect(standard, way.taps <= most, f"{way.taps} taps: {_shown(way)}")
        return way

    async def switch_off(self, goal: str, way: Way, standard: Standard) -> None:
        """Switch off what a search ended at, and expect it to be off afterwards."""
        label = way.labels[-1]
        if not await self._screen.has_switch(label):
            await self._searcher.open(way, goal)
        on = await self._screen.switch_off(label)
        if on is not None:
            self._expect(standard, not on, f"{_shown(way)}: {'stays on' if on else 'off'}")

    async def withdraw(self, way: Way) -> bool:
        """Withdraw the consent at the entry that a search ended at; whether it came about.

        Only the app's own word makes it a fact: it says so, asks for consent anew, ends, or its
        switch stands at off. What merely changed the screen is not a withdrawal.
        """
        before = await self._screen.texts()
        sent = time.time_ns()
        await self._searcher.open(way, SearchGoal.WITHDRAWAL)
        shown = ""
        if await self._screen.has_switch(way.labels[-1]):
            if await self._screen.switch_off(way.labels[-1]) is False:
                shown = "its switch is off"
        for word in withdrawal_words().confirm:
            if await self._screen.shows(word):
                await self._screen.tap(word)
                break
        word = await self._word(before)
        shown = word or shown
        if shown:
            self._journal.emit(
                Withdrawn(way=way.labels, shown=shown, sent=sent, confirmed=time.time_ns())
            )
            self._expect(Standard.CONSENT_CAN_BE_WITHDRAWN, True, f"{_shown(way)}: {shown}")
        return bool(shown)

    async def _word(self, before: list[str]) -> str:
        """By what the app shows that the consent is withdrawn, empty if by nothing."""
        for _ in range(_LOOKS_FOR_WORD):
            if not await self._app.alive():
                return "the app ended"
            state, found = await self._screen.recognise()
            if found.kind is DialogKind.PRIVACY_CONSENT:
                return "it asks for consent anew"
            for text in state.hierarchy.texts:
                folded = fold(text)
                if text not in before and any(
                    fold(word) in folded for word in withdrawal_words().done
                ):
                    return f"it says: {text[:100]}"
            await asyncio.sleep(self._policy.screen_opens)
        return ""

    def _expect(self, name: Standard, held: bool, detail: str) -> None:
        self._journal.emit(Expectation(name=name, held=held, detail=detail[:500]))


def _shown(way: Way) -> str:
    return " > ".join(way.labels)
