"""Looks for one thing in an app, as a person does: where it usually is, few taps deep.

Finding it proves that it is there and how many taps away. Not finding it proves nothing, and no
caller may turn that into an accusation.
"""

import asyncio

import msgspec

from farm.explore.app import AppView
from farm.explore.dialogs import ScreenState
from farm.explore.dialogs.vocabulary import fold
from farm.explore.driver import Driver
from farm.explore.explorer.actions import Goal, avoided, goals, label_of, says
from farm.explore.hierarchy import Hierarchy, Node
from farm.explore.hints import Hints
from farm.explore.interruptions import Interruptions
from farm.explore.policy import Policy
from farm.explore.screen_actions import Screen
from farm.model.vocabulary import DialogKind

_MOST_TAPS = 60  # in one search
_BRANCHES = 4  # labels tried on one screen


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a thing was reached from the app's main screen. The thing itself was not tapped."""

    labels: list[str]  # tapped, in order; the last one is the thing's own and was not tapped
    taps: int  # needed from the main screen, the thing's own included


class Record(msgspec.Struct):
    """What one search did."""

    screens: int = 0
    followed: list[str] = []
    ended: str = ""


class Searcher:
    """Breadth is bounded by the words on the way, depth by the number of taps."""

    def __init__(
        self,
        *,
        screen: Screen,
        app: AppView,
        permissions: Interruptions,
        driver: Driver,
        hints: Hints,
        policy: Policy,
    ) -> None:
        self._screen = screen
        self._app = app
        self._permissions = permissions
        self._driver = driver
        self._hints = hints
        self._policy = policy
        self.last = Record()

    async def search(self, name: str, taps: int = 6) -> Way | None:
        """Look for a goal of `data/explore.yaml` from the screen that is shown.

        A path of that name in the app's hints is tried first. The search ends on the screen that
        shows the thing.

        Args:
            name: "policy", "account_deletion", "withdrawal", "advertising", "push", "guest",
                "contact".
            taps: how deep, the thing's own tap included.

        Raises:
            ValueError: no such goal.
        """
        if name not in goals():
            raise ValueError(f"{name!r}: expected one of {', '.join(goals())}")
        goal = goals()[name]
        self.last = Record(ended="everything followed")
        path = self._hints.paths.get(name)
        if path:
            reached = await self._screen.tap_through(path[:-1])
            last = self._hints.selector(path[-1])
            if reached == len(path) - 1 and await self._screen.wait_for_selector(last, 10):
                self.last.ended = "by the app's hints"
                return Way(labels=list(path), taps=len(path))
        way = await self._below(goal, [], taps, set())
        if way is not None:
            self.last.ended = "found"
        return way

    async def open(self, way: Way, name: str) -> bool:
        """Tap the thing that a search ended at."""
        state = await self._look()
        node = self._goal_on(state.hierarchy, goals()[name])
        if node is None:
            path = self._hints.paths.get(name)
            if not path:
                return False
            await self._screen.tap_selector(self._hints.selector(path[-1]))
            return True
        await self._screen.tap_node(state, node)
        await asyncio.sleep(self._policy.screen_opens)
        return True

    async def _below(self, goal: Goal, labels: list[str], taps: int, seen: set[str]) -> Way | None:
        state = await self._look()
        mark = _mark(state)
        if mark in seen or self._app.package not in state.hierarchy.packages:
            return None
        seen.add(mark)
        self.last.screens += 1
        node = self._goal_on(state.hierarchy, goal)
        if node is not None:
            label = label_of(state.hierarchy, node)
            return Way(labels=[*labels, label], taps=len(labels) + 1)
        if len(labels) + 1 >= taps:
            return None
        candidates = [
            each for each in self._candidates(state.hierarchy, goal) if each not in labels
        ]
        for label in candidates[:_BRANCHES]:
            if len(self.last.followed) >= _MOST_TAPS:
                self.last.ended = "too many taps"
                return None
            state = await self._look()
            target = _labelled(state.hierarchy, self._app.package, label)
            if target is None:
                continue
            self.last.followed.append(label)
            await self._screen.tap_node(state, target)
            await asyncio.sleep(self._policy.screen_opens)
            found = await self._below(goal, [*labels, label], taps, seen)
            if found is not None:
                return found
            await self._back_to(mark)
        return None

    async def _back_to(self, mark: str) -> None:
        for _ in range(2):
            if _mark(await self._look()) == mark:
                return
            await self._driver.press("back")
            await asyncio.sleep(self._policy.screen_opens)

    async def _look(self) -> ScreenState:
        """The screen, once what the system and advertisements put over it is answered."""
        for _ in range(6):
            state, found = await self._screen.recognise()
            if found.kind is DialogKind.NONE or not await self._permissions.handle(
                found, self._app.package
            ):
                return state
        return state

    def _goal_on(self, hierarchy: Hierarchy, goal: Goal) -> Node | None:
        """The view that is the thing: short, of the app, and it says so."""
        return self._saying(hierarchy, goal.goal, longest=24)

    def _saying(self, hierarchy: Hierarchy, words: list[str], longest: int) -> Node | None:
        for word in words:
            for node in hierarchy.nodes:
                label = node.label.strip()
                if (
                    node.package == self._app.package
                    and label
                    and len(label) <= max(longest, 2 * len(word))
                    and not node.bounds.empty
                    and node.visible
                    and says(fold(label), word)
                ):
                    return node
        return None

    def _candidates(self, hierarchy: Hierarchy, goal: Goal) -> list[str]:
        """Labels to follow, the most promising first."""
        found: dict[str, None] = {}
        for word in goal.through:
            node = self._saying(hierarchy, [word], longest=12)
            if node is not None and not avoided(node.label):
                found.setdefault(node.label.strip(), None)
        return list(found)


def _labelled(hierarchy: Hierarchy, package: str, label: str) -> Node | None:
    return next(
        (
            node
            for node in hierarchy.nodes
            if node.package == package
            and node.label.strip() == label
            and not node.bounds.empty
            and node.visible
        ),
        None,
    )


def _mark(state: ScreenState) -> str:
    return f"{state.activity}\0{state.hierarchy.fingerprint}\0" + "\0".join(
        state.hierarchy.texts[:30]
    )
