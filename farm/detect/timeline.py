"""Places every event of a session on the host's clock, as an interval that certainly holds it.

Knows clocks only: what an event means for consent is the business of `phases`.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from farm.detect.host_clock import jumps
from farm.model.events import Event, Launched, Restarted, Tap, Withdrawn
from farm.model.session import ClockFit
from farm.model.vocabulary import STREAM_CLOCK, Clock, Stream

FOREVER = 1 << 62
"""Nanoseconds beyond every session: the bound of an event whose clock is not known."""


class Interval(msgspec.Struct, frozen=True):
    """Host time, ns: the event happened at some point of [`lo`, `hi`]."""

    lo: int
    hi: int

    @property
    def middle(self) -> int:
        """The best single time, ns."""
        return (self.lo + self.hi) // 2

    @property
    def bound(self) -> int:
        """Half the width: how far `middle` can be off, ns."""
        return (self.hi - self.lo + 1) // 2


class Placed(msgspec.Struct, frozen=True):
    """An event together with its interval on the host's clock."""

    event: Event
    interval: Interval


class Timeline:
    """All events of one session, each with its interval.

    Within one stream the order is exact (the ordinal); across streams only disjoint intervals
    are ordered.
    """

    def __init__(self, streams: Mapping[Stream, Sequence[Event]], clock: ClockFit | None) -> None:
        ordered = sorted(streams.get(Stream.DEVICE, ()), key=lambda event: event.n)
        self.host_jumps = jumps(ordered)
        if self.host_jumps:
            clock = None  # fitted to a clock that was set meanwhile
        self.clock = clock
        self._twice = [Interval(jump.lo, jump.hi) for jump in self.host_jumps if jump.back]
        self._streams: dict[Stream, list[Placed]] = {
            stream: [
                Placed(event, self.certain(place(event, clock)))
                for event in sorted(streams.get(stream, ()), key=lambda event: event.n)
            ]
            for stream in Stream
        }
        self._by_kind: dict[Stream, dict[type, list[Placed]]] = {}

    def certain(self, interval: Interval) -> Interval:
        """With the whole of a stretch that the host's clock went through twice, if it is in it."""
        for stretch in self._twice:
            if interval.lo <= stretch.hi and interval.hi >= stretch.lo:
                interval = Interval(min(interval.lo, stretch.lo), max(interval.hi, stretch.hi))
        return interval

    def stream(self, stream: Stream) -> list[Placed]:
        """The stream's events in their exact order."""
        return self._streams[stream]

    def of(self, stream: Stream, *kinds: type) -> list[Placed]:
        """The stream's events whose body is one of `kinds`."""
        by_kind = self._by_kind.get(stream)
        if by_kind is None:
            by_kind = self._by_kind[stream] = {}
            for placed in self._streams[stream]:
                by_kind.setdefault(type(placed.event.body), []).append(placed)
        found = [by_kind[kind] for kind in by_kind if issubclass(kind, kinds)]
        if len(found) == 1:
            return list(found[0])
        return sorted(itertools.chain.from_iterable(found), key=lambda placed: placed.event.n)

    def everything(self) -> Iterable[Placed]:
        """All events, by middle time, then stream, then ordinal."""
        placed = [one for events in self._streams.values() for one in events]
        return sorted(placed, key=lambda one: (one.interval.middle, one.event.stream, one.event.n))

    def span(self, created: int, ended: int | None) -> Interval:
        """From the session's creation to its last certain sign of life, host ns."""
        last = max(
            (
                one.interval.hi
                for events in self._streams.values()
                for one in events
                if one.interval.hi < FOREVER
            ),
            default=created,
        )
        first = min(
            (
                one.interval.lo
                for events in self._streams.values()
                for one in events
                if one.interval.lo > -FOREVER
            ),
            default=created,
        )
        return Interval(min(first, created), max(last, ended or created))


def place(event: Event, clock: ClockFit | None) -> Interval:
    """Return where on the host's clock the event certainly lies.

    Taps and launches use the measured `sent`..`confirmed`; other events of host-clock streams
    are exact; events stamped by the phone go through the clock fit, and without a fit they may
    lie anywhere.
    """
    body = event.body
    if isinstance(body, Tap | Withdrawn | Launched | Restarted):
        return Interval(min(body.sent, body.confirmed), max(body.sent, body.confirmed))
    if STREAM_CLOCK[event.stream] is Clock.HOST:
        return Interval(event.t, event.t)
    return from_phone(event.t, clock)


def from_phone(phone_ns: int, clock: ClockFit | None) -> Interval:
    """Map a phone time to the host's clock; without a fit the interval is unbounded."""
    if clock is None:
        return Interval(-FOREVER, FOREVER)
    host, bound = clock.to_host(phone_ns)
    return Interval(host - bound, host + bound)
