"""What an exploration has done and met so far: its budget, and the report that comes of it."""

import asyncio

from farm.explore.explorer.graph import Graph
from farm.explore.explorer.values import Budget, Report, Wall, digest_of


class Progress:
    """Counts one exploration; `graph` holds the screens that are known."""

    def __init__(self, budget: Budget, graph: Graph) -> None:
        self._budget = budget
        self._graph = graph
        self._began = 0.0
        self._events = 0
        self._avoided: dict[str, set[str]] = {}
        self._found: list[int] = []
        self._script: list[str] = []
        self.idle = 0  # events in a row that brought nothing new
        self.restarts = 0
        self.activities: set[str] = set()
        self.foreign: dict[str, None] = {}  # packages of other apps that were in front
        self.walls: dict[str, Wall] = {}  # by name of the screen

    def begin(self) -> None:
        """The budget's time counts from now."""
        self._began = asyncio.get_running_loop().time()

    def did(self, what: str, news: bool) -> None:
        """Count one event, which brought something new or not."""
        self._events += 1
        self.idle = 0 if news else self.idle + 1
        self._found.append(len(self._graph.places))
        self._script.append(what)

    def avoid(self, reason: str, button: str) -> None:
        """Note a button that is left alone."""
        self._avoided.setdefault(reason, set()).add(button)

    def spent(self) -> str:
        """Which part of the budget is spent, empty while none is."""
        budget = self._budget
        if budget.events and self._events >= budget.events:
            return "events"
        lasted = asyncio.get_running_loop().time() - self._began
        if budget.seconds and lasted >= budget.seconds:
            return "seconds"
        if budget.idle_events and self.idle >= budget.idle_events:
            return "nothing new"
        return ""

    def report(self, strategy: str, seed: int, ended: str) -> Report:
        """What it came to."""
        return Report(
            strategy=strategy,
            seed=seed,
            events=self._events,
            screens=len(self._graph.places),
            activities=sorted(self.activities),
            ended=ended,
            restarts=self.restarts,
            foreign=list(self.foreign),
            walls=list(self.walls.values()),
            avoided={reason: len(buttons) for reason, buttons in sorted(self._avoided.items())},
            found=self._found,
            script=digest_of(self._script),
        )
