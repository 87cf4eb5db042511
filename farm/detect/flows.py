"""Finds known values in the session's traffic and links each to the calls that handed it over.

A link needs the call to lie before the flow's start, as far as the clock bounds allow that to be
said. What a link means for consent is decided in `findings`.
"""

import bisect
from collections.abc import Mapping, Sequence

import msgspec

from farm.detect.decode.carriers import carriers
from farm.detect.decode.node import Limits
from farm.detect.decode.walk import leaves
from farm.detect.identifiers import Known
from farm.detect.matching import Hit, Matcher, select
from farm.detect.timeline import Interval, Placed, Timeline
from farm.model.events import Call, Request
from farm.model.exchange import Exchange
from farm.model.vocabulary import CANARY_HOST, Stream


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One known value in one exchange: where, when, and which calls can have supplied it."""

    exchange: Exchange
    event: str  # reference of the request, "" if the stream lacks it
    interval: Interval  # while the bytes left the app
    known: Known
    hits: list[Hit]
    calls: list[Placed]  # certainly or possibly before the flow: first and last of each stack
    ordered: bool  # at least one of the calls lies certainly before the flow's start


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """What the search found, and what it had to leave out."""

    carried: list[Carried]
    cut: dict[str, list[str]]  # flow id -> reasons why parts were not searched
    matcher: Matcher


def is_own(host: str) -> bool:
    """Whether the host is the farm's own proof of life."""
    name = host.lower().rstrip(".")
    return name == CANARY_HOST or name.endswith("." + CANARY_HOST)


def search(
    exchanges: Sequence[Exchange],
    known: Sequence[Known],
    timeline: Timeline,
    limits: Limits | None = None,
) -> Traffic:
    """Search everything the app sent for the known values, in the order the flows began."""
    matcher = Matcher(known)
    requests = _requests(timeline)
    sources = [_Sources(one.calls) for one in known]
    carried: list[Carried] = []
    cut: dict[str, list[str]] = {}
    for exchange in sorted(exchanges, key=lambda one: (one.started, one.flow_id)):
        if is_own(exchange.host):
            continue
        hits: list[Hit] = []
        if "request" in exchange.truncated:
            cut[exchange.flow_id] = ["the recording holds only the first part of the request"]
        if "websocket" in exchange.truncated:
            cut.setdefault(exchange.flow_id, []).append("later messages are not in the recording")
        for carrier in carriers(exchange):
            found, reasons = leaves(carrier, limits)
            if reasons:
                cut.setdefault(exchange.flow_id, []).extend(reasons)
            for leaf in found:
                hits += matcher.search(leaf, carrier.time)
        carried += _group(exchange, select(hits, known), known, sources, requests)
    return Traffic(carried=carried, cut=cut, matcher=matcher)


class _Sources:
    """The calls that handed a value over, by their stack, ready to be asked what came before."""

    def __init__(self, calls: Sequence[Placed]) -> None:
        by_stack: dict[tuple[str, ...], list[Placed]] = {}
        for placed in calls:
            call = placed.event.body
            stack = tuple(call.stack) if isinstance(call, Call) else ()
            by_stack.setdefault(stack, []).append(placed)
        for members in by_stack.values():
            members.sort(key=lambda one: (one.interval.lo, one.event.n))
        self._by_stack = list(by_stack.values())
        self._starts = [[one.interval.lo for one in members] for members in self._by_stack]

    def before(self, time: int) -> list[Placed]:
        """The first and the last call of each stack that may lie before `time` (host ns)."""
        found: list[Placed] = []
        for members, starts in zip(self._by_stack, self._starts, strict=True):
            count = bisect.bisect_right(starts, time)
            if count:
                found.append(members[0])
            if count > 1:
                found.append(members[count - 1])
        return sorted(found, key=lambda one: one.event.n)


def _requests(timeline: Timeline) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    for placed in timeline.of(Stream.NETWORK, Request):
        body = placed.event.body
        assert isinstance(body, Request)  # noqa: S101 - `of` returns nothing else
        found.setdefault(body.flow_id, placed)
    return found


def _group(
    exchange: Exchange,
    hits: Sequence[Hit],
    known: Sequence[Known],
    sources: Sequence["_Sources"],
    requests: Mapping[str, Placed],
) -> list[Carried]:
    request = requests.get(exchange.flow_id)
    grouped: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits:
        grouped.setdefault((hit.known, hit.time), []).append(hit)
    carried: list[Carried] = []
    for (index, time), members in sorted(grouped.items()):
        # A request leaves between its first byte and its last; a message at once.
        last = request.event.t if request is not None and time == exchange.started else time
        interval = Interval(time, max(time, last))
        value = known[index]
        possible = sources[index].before(interval.lo)
        carried.append(
            Carried(
                exchange=exchange,
                event=request.event.reference if request is not None else "",
                interval=interval,
                known=value,
                hits=sorted(members, key=lambda hit: (hit.leaf.location, hit.leaf.path)),
                calls=possible,
                ordered=any(call.interval.hi <= interval.lo for call in possible),
            )
        )
    return carried
