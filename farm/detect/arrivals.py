"""Where a tap of the scenario reached the app, as the hooks saw it.

The host knows between which moments a tap was under way; the phone's own clock knows when the
finger was there. What an answer means is the business of `phases`.
"""

import msgspec

from farm.detect.timeline import FOREVER, Placed, Timeline
from farm.model.events import Tap, Touched
from farm.model.vocabulary import Stream

_SAME_PLACE = 4  # pixels between a tap and the touch it made: a scaled display rounds
_LATEST_TOUCH_NS = 2_000_000_000  # after the tap's confirmation: an app may be busy


class Arrival(msgspec.Struct, frozen=True):
    """An accepting tap that the hooks saw reach the app."""

    phone: int  # the phone's wall clock, ns
    border: int  # the end of the tap's border, host ns: what is later is after the consent


def arrival_of(tap: Tap, timeline: Timeline) -> Placed | None:
    """The touch by which a tap reached the app; None where the hooks saw none.

    Of several in the tap's time the last one counts. An app may move its window of grace back by
    at most the time the tap was under way: by forging a touch of its own before the true one.
    """
    touches = [
        placed
        for placed in timeline.of(Stream.API, Touched)
        if isinstance(body := placed.event.body, Touched)
        and abs(body.x - tap.x) <= _SAME_PLACE
        and abs(body.y - tap.y) <= _SAME_PLACE
        and placed.interval.hi >= tap.sent
        and -FOREVER < placed.interval.lo <= tap.confirmed + _LATEST_TOUCH_NS
    ]
    under_way = [placed for placed in touches if placed.interval.lo <= tap.confirmed]
    if under_way:
        return max(under_way, key=lambda placed: placed.event.t)
    return min(touches, key=lambda placed: placed.event.t, default=None)
