"""Where the host's own clock was set during a session, so that one time may mean two moments.

Setting it forwards leaves the order of what was stamped by it as it was; setting it back does not.
What was stamped within the repeated stretch may lie anywhere in it.
"""

from collections.abc import Sequence

import msgspec

from farm.model.events import Event, Heartbeat
from farm.model.vocabulary import MONOTONIC

_LEAST_NS = 5_000_000
"""Less is no more than what lies between two readings."""

_UNSEEN_NS = 2_000_000_000
"""Without readings of the monotonic clock: how far from the heartbeats on both sides it may have
been set. They come once a second."""


class Jump(msgspec.Struct, frozen=True):
    """The clock was set: [`lo`, `hi`] host ns is the stretch that it went through twice, or not."""

    lo: int
    hi: int
    back: bool


def jumps(events: Sequence[Event]) -> list[Jump]:
    """Find where the clock was set, from the session's heartbeats.

    Args:
        events: those of the device stream, in their order.
    """
    found: list[Jump] = []
    last: Event | None = None
    for event in events:
        if not isinstance(event.body, Heartbeat):
            continue
        jump = _between(last, event) if last is not None else None
        if jump is not None:
            found.append(jump)
        last = event
    return found


def _between(before: Event, after: Event) -> Jump | None:
    readings = [
        event.body.counts.get(MONOTONIC) if isinstance(event.body, Heartbeat) else None
        for event in (before, after)
    ]
    if readings[0] is None or readings[1] is None:  # a recording of an older version
        if after.t >= before.t:
            return None
        return Jump(after.t - _UNSEEN_NS, before.t + _UNSEEN_NS, True)
    passed = readings[1] - readings[0]
    moved = after.t - before.t - passed
    if abs(moved) < _LEAST_NS:
        return None
    lo, hi = sorted((after.t - passed, before.t + passed))
    return Jump(lo, hi, moved < 0)
