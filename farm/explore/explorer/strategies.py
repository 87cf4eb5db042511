"""Which action is taken next. Pure but for the random generator, whose seed is the run's.

`ModelBased` is ours. The others are baselines, kept so that the difference can be measured:
`Monkey` picks uniformly, `BreadthFirst` follows DroidBot's greedy breadth-first policy (Li et
al., DroidBot, ICSE-C 2017; `UtgGreedySearchPolicy` with `bfs_greedy`), written anew.
"""

import hashlib
import random
from collections import deque
from typing import Protocol

from farm.explore.dialogs import ScreenState
from farm.explore.explorer.graph import Graph, Place
from farm.explore.explorer.values import Action, ActionKind
from farm.explore.hierarchy import Hierarchy

_STEP_DISCOUNT = 0.88  # an action one step away is worth this much of one here
_MOST_REPEATS = 3
_PRIOR = {
    ActionKind.TAP: 1.0,
    ActionKind.TYPE: 0.7,
    ActionKind.SCROLL: 0.55,
    ActionKind.BACK: 0.12,
}


class Strategy(Protocol):
    """Chooses actions; told where each one led."""

    name: str
    knows_dialogs: bool  # dialogs are answered by the engine before the strategy sees a screen

    def choose(
        self, place: Place, graph: Graph, state: ScreenState, actions: list[Action]
    ) -> Action | None:
        """The next action on the screen; None: start the app anew."""

    def arrived(self, place: Place, state: ScreenState, news: bool) -> None:
        """The last action led here; `news` says whether it brought anything new."""


class ModelBased:
    """Goes where something new is most likely, near first.

    The worth of an action never tried is what its kind and its like have brought so far, less
    a discount for each step to the screen it is on. Screens that stopped bringing anything
    (rows of a feed, photos of a gallery) fade by themselves; nothing is ever ruled out.
    """

    name = "model"
    knows_dialogs = True

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._expected = ""
        self._way: tuple[str, str] | None = None  # screen and key of a step on a known way

    def choose(
        self, place: Place, graph: Graph, state: ScreenState, actions: list[Action]
    ) -> Action | None:
        """Take the best action anywhere, or the first step on the way to it."""
        self._way = None
        present = {each.key: each for each in actions}
        best: tuple[float, int, str, str] | None = None
        distances = graph.distances(place.name)
        for name, (steps, first) in distances.items():
            target = graph.places.get(name)
            if target is None:
                continue
            for key, action in target.actions.items():
                if steps == 0 and key not in present:
                    continue
                worth = self._worth(target, action, graph) * _STEP_DISCOUNT**steps
                # Ties go to the older screen and the earlier button, so that runs repeat.
                candidate = (worth, -target.number, first, key)
                if worth > 0 and (best is None or candidate[:2] > best[:2]):
                    best = candidate
        if best is None or best[0] < 0.002:
            return self._anything(place, actions, graph)
        _, _, first, key = best
        if not first:
            return present[key]
        if first in present:
            tried = place.tried[first]
            self._way = (place.name, first)
            self._expected = graph.resolve(tried.leads_to)
            return present[first]
        place.tried[first].failures += 1
        return self._anything(place, actions, graph)

    def arrived(self, place: Place, state: ScreenState, news: bool) -> None:
        """A known way that led elsewhere is trusted less; see `Graph.distances`."""
        self._way = None

    def missed(self, graph: Graph, arrived_at: str) -> None:
        """Note whether the step on a known way came out where it was expected to."""
        if self._way is None:
            return
        name, key = self._way
        place = graph.places.get(graph.resolve(name))
        if place is not None and key in place.tried:
            tried = place.tried[key]
            tried.failures = 0 if arrived_at == self._expected else tried.failures + 1

    def _worth(self, place: Place, action: Action, graph: Graph) -> float:
        if action.avoid or place.wall:
            return 0.0
        tried = place.tried.get(action.key)
        times = tried.times if tried else 0
        if action.kind is ActionKind.SCROLL:
            if times >= _MOST_REPEATS:
                return 0.0
        elif times:
            return 0.0
        group = graph.groups.get(action.group)
        rate = group.rate if group else 2.0 / 3.0
        local = self._local_rate(place, action, graph)
        return _PRIOR[action.kind] * rate * local * 0.6**times

    @staticmethod
    def _local_rate(place: Place, action: Action, graph: Graph) -> float:
        """How the like of this action did on this very screen: a feed's rows all look alike."""
        same = [
            tried
            for key, tried in place.tried.items()
            if key in place.actions and place.actions[key].group == action.group
        ]
        if len(same) < 2:
            return 1.0
        targets = {graph.resolve(tried.leads_to) for tried in same} - {place.name, ""}
        return (len(targets) + 1.0) / (len(same) + 1.0)

    def _anything(self, place: Place, actions: list[Action], graph: Graph) -> Action | None:
        """Nothing new is in sight: do what was done least, or start anew."""
        allowed = [each for each in actions if not each.avoid]
        if not allowed or self._random.random() < 0.1:
            return None
        times = {
            each.key: place.tried[each.key].times if each.key in place.tried else 0
            for each in allowed
        }
        least = min(times.values())
        return self._random.choice([each for each in allowed if times[each.key] == least])


class Monkey:
    """Uniformly random: any action, or any point as Android's own monkey does.

    Args of the constructor: `pixels` taps random points of the screen instead of views.
    """

    knows_dialogs = False

    def __init__(self, seed: int, pixels: bool = False) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._pixels = pixels
        self.name = "pixel monkey" if pixels else "monkey"

    def choose(
        self, place: Place, graph: Graph, state: ScreenState, actions: list[Action]
    ) -> Action | None:
        """Any of them. With `pixels`: mostly a tap somewhere, sometimes a swipe or back."""
        if not self._pixels:
            return self._random.choice(actions)
        draw = self._random.random()
        back = actions[-1]
        scrolls = [each for each in actions if each.kind is ActionKind.SCROLL]
        if draw < 0.1:
            return back
        if draw < 0.25 and scrolls:
            return self._random.choice(scrolls)
        boxes = [node.bounds for node in state.hierarchy.nodes if not node.bounds.empty]
        right = max((box.right for box in boxes), default=1080)
        bottom = max((box.bottom for box in boxes), default=1920)
        x, y = self._random.randrange(right), self._random.randrange(bottom)
        return Action(kind=ActionKind.TAP, key="point", group="point", label="point", x=x, y=y)

    def arrived(self, place: Place, state: ScreenState, news: bool) -> None:
        """Remembers nothing."""


class BreadthFirst:
    """DroidBot's greedy breadth-first policy.

    Its screens are told apart by every view and every text. On a screen with events not yet
    explored the first of them is taken, the back key last; else the way goes to a reachable
    screen that has some; else the app is started anew.
    """

    name = "breadth-first"
    knows_dialogs = False

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._events: dict[str, list[str]] = {}
        self._explored: set[tuple[str, str]] = set()
        self._edges: dict[str, dict[str, str]] = {}  # screen -> event -> screen
        self._last: tuple[str, str] | None = None
        self._plan: list[str] = []
        self._missed = 0

    def choose(
        self, place: Place, graph: Graph, state: ScreenState, actions: list[Action]
    ) -> Action | None:
        """Follow the policy."""
        name = exact_name(state.hierarchy)
        present = {each.key: each for each in actions}
        self._events.setdefault(name, [each.key for each in actions])
        if self._last is not None:
            self._edges.setdefault(self._last[0], {})[self._last[1]] = name
        key = self._next(name, present)
        if key is None:
            self._last = None
            self._plan = []
            return None
        self._explored.add((name, key))
        self._last = (name, key)
        return present[key]

    def arrived(self, place: Place, state: ScreenState, news: bool) -> None:
        """It looks for itself, at the next choice."""

    def _next(self, name: str, present: dict[str, Action]) -> str | None:
        if self._plan:
            key = self._plan.pop(0)
            if key in present:
                return key
            self._plan = []
        for key in self._events[name]:
            if (name, key) not in self._explored and key in present:
                return key
        self._plan = self._way(name)
        if self._plan and self._plan[0] in present:
            return self._plan.pop(0)
        self._plan = []
        self._missed += 1
        if self._missed % 3:
            return None
        return self._random.choice(list(present))  # as DroidBot does when it keeps coming back

    def _way(self, origin: str) -> list[str]:
        queue = deque([(origin, [])])  # type: deque[tuple[str, list[str]]]
        seen = {origin}
        while queue:
            name, way = queue.popleft()
            if way and any((name, key) not in self._explored for key in self._events.get(name, ())):
                return way
            for key, target in self._edges.get(name, {}).items():
                if target not in seen:
                    seen.add(target)
                    queue.append((target, [*way, key]))
        return []


def exact_name(hierarchy: Hierarchy) -> str:
    """DroidBot's idea of a screen: every view with its id, class, state and text."""
    signatures = sorted(
        f"{node.class_name}|{node.resource_id}|{node.text}|{node.checked}|{node.enabled}"
        for node in hierarchy.nodes
        if not node.bounds.empty
    )
    return hashlib.sha256("\n".join(signatures).encode()).hexdigest()[:16]
