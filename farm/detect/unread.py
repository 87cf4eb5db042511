"""States what of the traffic nobody could read: how much, where it went, why. Judges nothing."""

from farm.detect.flows import Traffic, Unread, is_own
from farm.detect.timeline import Interval, Placed, Timeline
from farm.model.events import Request
from farm.model.finding import CoverageGap
from farm.model.vocabulary import Stream

_CAUSE = "content_not_searched"
_NOT_STORED = "the request was seen, but its bytes are not in the flow file"
_MOST_EVENTS = 20
_LONGEST = 500


class _Unseen:
    """What could not be read of the flows to one host, for one reason."""

    def __init__(self, interval: Interval) -> None:
        self.interval = interval
        self.events: list[str] = []
        self._flows: set[str] = set()
        self._size = 0
        self._largest = Unread(reason="")

    def add(self, flow_id: str, placed: Placed, part: Unread) -> None:
        """Count one part."""
        at = placed.interval
        self.interval = Interval(min(self.interval.lo, at.lo), max(self.interval.hi, at.hi))
        if flow_id not in self._flows:
            self._flows.add(flow_id)
            self.events.append(placed.event.reference)
        self._size += part.size
        if part.size > self._largest.size:
            self._largest = part

    @property
    def extent(self) -> str:
        """How much it is, where that is known."""
        if not self._size:
            return ""
        flows = f"{len(self._flows)} flow{'s' if len(self._flows) > 1 else ''}"
        largest = f"the largest part {self._largest.size} bytes ({self._largest.place})"
        return f": {self._size} bytes in {flows}, {largest}"


def unread_gaps(timeline: Timeline, traffic: Traffic, span: Interval) -> list[CoverageGap]:
    """One gap for each host and reason, with the bytes that went there unread."""
    stored = {exchange.flow_id for exchange in traffic.exchanges}
    unseen: dict[tuple[str, str], _Unseen] = {}
    for placed in timeline.of(Stream.NETWORK, Request):
        request = placed.event.body
        assert isinstance(request, Request)  # noqa: S101 - `of` returns nothing else
        if is_own(request.host):
            continue
        parts = list(traffic.unread.get(request.flow_id, []))
        if request.flow_id not in stored:
            parts.append(Unread(reason=_NOT_STORED))
        for part in parts:
            key = (request.host, part.reason)
            unseen.setdefault(key, _Unseen(placed.interval)).add(request.flow_id, placed, part)
    gaps = [
        _gap(f"flow to {host}", one.interval, reason + one.extent, one.events)
        for (host, reason), one in unseen.items()
    ]
    return gaps + [_gap("operations of the app", span, reason, []) for reason in traffic.untraced]


def _gap(what: str, interval: Interval, detail: str, events: list[str]) -> CoverageGap:
    return CoverageGap(
        what=what[:300],
        cause=_CAUSE,
        start=interval.lo,
        end=interval.hi,
        detail=detail[:_LONGEST],
        events=events[:_MOST_EVENTS],
    )
