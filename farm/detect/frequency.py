"""How often a data type was read: a minute, in the background, a page. Facts, no judgement."""

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

from farm.detect.phases import Phases
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.model.events import Screen
from farm.model.finding import Frequency
from farm.model.vocabulary import Phase, Stream

_MINUTE_NS = 60_000_000_000
_MOST_PAGES = 20
# Dialogs that the system draws over an app: the app below is still what the user looks at.
_OVER_THE_APP = (
    "com.android.permissioncontroller",
    "com.google.android.permissioncontroller",
    "com.android.packageinstaller",
    "com.lbe.security.miui",
)


class Screens:
    """Which app and page was on the screen, between what the scenario saw."""

    def __init__(self, timeline: Timeline, package: str) -> None:
        self._seen = [
            (placed.interval, placed.event.body)
            for placed in timeline.of(Stream.UI, Screen)
            if isinstance(placed.event.body, Screen)
        ]
        self._times = [interval.lo for interval, _ in self._seen]
        self._package = package
        self._away = self._stretches()

    def background(self, interval: Interval) -> bool:
        """Whether another app was on the screen for certain: before and after the interval."""
        return any(one.lo <= interval.lo and interval.hi <= one.hi for one in self._away)

    def page(self, interval: Interval) -> str:
        """The activity last seen before the interval; empty where none was."""
        index = bisect.bisect_right(self._times, interval.middle) - 1
        if index < 0:
            return ""
        screen = self._seen[index][1]
        return screen.activity[:200] if screen.package == self._package else screen.package[:200]

    def _stretches(self) -> list[Interval]:
        return [
            Interval(before.hi, after.lo)
            for (before, one), (after, other) in itertools.pairwise(self._seen)
            if self._other(one) and self._other(other)
        ]

    def _other(self, screen: Screen) -> bool:
        return screen.package not in {"", self._package, *_OVER_THE_APP}


def frequency(
    calls: Sequence[Placed], phase: Phase, phases: Phases, span: Interval, screens: Screens
) -> Frequency:
    """Count the calls of one data type in one phase."""
    placed = sorted(
        (one for one in calls if one.interval.lo > -FOREVER and one.interval.hi < FOREVER),
        key=lambda one: (one.interval.middle, one.event.n),
    )
    length = sum(
        min(one.hi, span.hi) - max(one.lo, span.lo)
        for one in phases.segments
        if one.phase is phase and one.hi > span.lo and one.lo < span.hi
    )
    minutes = length / _MINUTE_NS
    pages = Counter(screens.page(one.interval) for one in placed)
    pages.pop("", None)
    most = sorted(pages.items(), key=lambda page: (-page[1], page[0]))[:_MOST_PAGES]
    gaps = [
        later.interval.middle - earlier.interval.middle
        for earlier, later in itertools.pairwise(placed)
    ]
    return Frequency(
        calls=len(calls),
        minutes=round(minutes, 3),
        # A phase shorter than a minute says nothing about a rate: it counts as a minute.
        per_minute=round(len(placed) / max(1.0, minutes), 2),
        busiest_minute=busiest_minute(placed),
        background=sum(screens.background(one.interval) for one in placed),
        per_page=dict(most),
        shortest_interval_ms=min(gaps) // 1_000_000 if gaps else None,
    )


def busiest_minute(calls: Sequence[Placed]) -> int:
    """How many calls lie within 60 s at most; `calls` are in the order of their times."""
    first, last = _busiest(calls)
    return last - first


def busiest_calls(calls: Iterable[Placed]) -> list[Placed]:
    """The most calls within 60 s, in time order; those whose time is unknown do not count."""
    placed = sorted(
        (one for one in calls if -FOREVER < one.interval.lo and one.interval.hi < FOREVER),
        key=lambda one: one.interval.middle,
    )
    first, last = _busiest(placed)
    return placed[first:last]


def _busiest(calls: Sequence[Placed]) -> tuple[int, int]:
    """The first of the longest rows of calls that certainly lie within a minute: from the
    earliest the first may be to the latest of the last."""
    best = (0, 0)
    first = 0
    for last, one in enumerate(calls):
        while first < last and one.interval.hi - calls[first].interval.lo > _MINUTE_NS:
            first += 1
        if last + 1 - first > best[1] - best[0]:
            best = (first, last + 1)
    return best
