"""What was learned of an app: screens, what was done on them and where it led. No phone here."""

from collections import deque
from collections.abc import Iterator

import msgspec

from farm.explore.explorer.values import Action


class Tried(msgspec.Struct):
    """One action of one screen: how often it was done, and where it led the last time."""

    times: int = 0
    leads_to: str = ""
    failures: int = 0  # it was meant to lead somewhere and did not


class Place(msgspec.Struct):
    """One abstract screen."""

    name: str
    number: int  # in the order of discovery
    actions: dict[str, Action] = {}
    tried: dict[str, Tried] = {}
    visits: int = 0
    wall: bool = False


class Yield(msgspec.Struct):
    """How often actions of one group were done, and how often that brought something new."""

    times: int = 0
    news: int = 0

    @property
    def rate(self) -> float:
        """The chance that the next one brings something new; 2/3 where nothing is known."""
        return (self.news + 2.0) / (self.times + 3.0)


class Graph:
    """Screens and transitions; names that turned out to mean one screen are joined."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.groups: dict[str, Yield] = {}
        self.start = ""
        self._alias: dict[str, str] = {}

    def resolve(self, name: str) -> str:
        """The name under which a screen is known now."""
        while name in self._alias:
            name = self._alias[name]
        return name

    def see(self, name: str, actions: list[Action]) -> tuple[Place, bool]:
        """Note that a screen is there; returns it and whether it is new."""
        name = self.resolve(name)
        place = self.places.get(name)
        fresh = place is None
        if place is None:
            place = Place(name=name, number=len(self.places), actions={}, tried={})
            self.places[name] = place
        place.visits += 1
        for action in actions:
            place.actions[action.key] = action
        return place, fresh

    def join(self, name: str, older: list[str]) -> None:
        """Say that older names mean the screen `name`."""
        for each in older:
            old = self.resolve(each)
            if old == self.resolve(name):
                continue
            place = self.places.pop(old, None)
            self._alias[old] = name
            if place is None:
                continue
            kept = self.places.setdefault(
                name, Place(name=name, number=place.number, actions={}, tried={})
            )
            kept.number = min(kept.number, place.number)
            kept.visits += place.visits
            kept.wall = kept.wall or place.wall
            kept.actions = place.actions | kept.actions
            for key, tried in place.tried.items():
                mine = kept.tried.setdefault(key, Tried())
                mine.times += tried.times
                mine.leads_to = mine.leads_to or tried.leads_to

    def done(self, place: Place, action: Action, leads_to: str, news: bool) -> None:
        """Note what an action did."""
        tried = place.tried.setdefault(action.key, Tried())
        tried.times += 1
        tried.leads_to = leads_to
        group = self.groups.setdefault(action.group, Yield())
        group.times += 1
        group.news += news

    def distances(self, origin: str) -> dict[str, tuple[int, str]]:
        """Steps from a screen to each known one, and the key of the first action on the way."""
        origin = self.resolve(origin)
        found: dict[str, tuple[int, str]] = {origin: (0, "")}
        queue = deque([origin])
        while queue:
            name = queue.popleft()
            steps, first = found[name]
            for key, target in self._ways(name):
                if target not in found:
                    found[target] = (steps + 1, first or key)
                    queue.append(target)
        return found

    def _ways(self, name: str) -> Iterator[tuple[str, str]]:
        place = self.places.get(name)
        if place is None:
            return
        for key, tried in place.tried.items():
            target = self.resolve(tried.leads_to) if tried.leads_to else ""
            if target and target != name and target in self.places and tried.failures < 2:
                yield key, target
