"""Links a value that stands in a flow to the calls that can have handed it over.

A link needs the call to lie before the flow's start, as far as the clock bounds allow that to be
said. What was met and whether that is no accident is the business of `flows`.
"""

import bisect
from collections.abc import Sequence

import msgspec

from farm.detect.connections import Connections, Opener
from farm.detect.echo import Received
from farm.detect.identify.known import Known, handed_over
from farm.detect.identify.recognise import Hit
from farm.detect.identify.typed import Typed
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.model.events import Call, Connected, Request
from farm.model.exchange import Exchange
from farm.model.vocabulary import DataType, LinkStrength


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One known value in one exchange: where, when, and which calls can have supplied it."""

    exchange: Exchange
    event: str  # reference of the request, "" if the stream lacks it
    interval: Interval  # while the bytes left the app
    known: Known
    hits: list[Hit]
    calls: list[Placed]  # certainly or possibly before the flow: first and last of each stack
    learned: int  # host ns: what a server sent later is not where the app had the value from
    ordered: bool  # at least one of the calls lies certainly before the flow's start
    connection: Placed | None  # the `Connected` event of the same TLS connection
    link: LinkStrength
    echo: Received | None  # a server had sent it before any call handed it over
    opener: Opener  # of the connection
    request: Request | None = None

    @property
    def proven(self) -> bool:
        """Whether it was the app that sent the value, and had it from the phone.

        Every program of a phone uses its proxy, and the system's own send what the phone is. A
        value that only the farm knew is the app's doing where its process opened the connection; a
        value that a call handed to the app, unless hooks that told of the app's other connections
        said nothing of this one.
        """
        if self.echo is not None:
            return False
        if self.calls:
            return self.opener is not Opener.UNSEEN
        return bool(self.known.identities) and self.opener is Opener.APP


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A number in one exchange that its own check proves, unknown to this session."""

    exchange: Exchange
    event: str
    interval: Interval
    typed: Typed
    chance: float
    request: Request | None = None


class Sources:
    """The calls that handed a value over, by their stack, ready to be asked what came before."""

    def __init__(self, calls: Sequence[Placed]) -> None:
        by_stack: dict[tuple[object, ...], list[Placed]] = {}
        for placed in calls:
            call = placed.event.body
            stack = (call.pid, *call.stack) if isinstance(call, Call) else ()
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


def left(exchange: Exchange, request: Placed | None, time: int) -> Interval:
    """While the bytes left: a request between its first byte and its last, a message at once."""
    last = request.event.t if request is not None and time == exchange.started else time
    return Interval(time, max(time, last))


class Linker:
    """Ties what was found in flows to calls, processes and connections."""

    def __init__(
        self, known: Sequence[Known], connections: Connections, timeline: Timeline
    ) -> None:
        self._timeline = timeline
        self._known = known
        self._sources = [Sources(one.calls) for one in known]
        self._read = [
            min((call.interval.lo for call in one.calls), default=FOREVER) for one in known
        ]
        self._connections = connections

    def group(
        self,
        exchange: Exchange,
        hits: Sequence[Hit],
        seen: Placed | None,
        *,
        announced: bool = False,
    ) -> list[Carried]:
        """One `Carried` for each value and time at which it left in this exchange.

        Args:
            exchange: which.
            hits: what was met in it.
            seen: the event that tells of it: a `Request` or a `NameLookup`.
            announced: the request itself says that it is the app's.
        """
        request = seen if seen is not None and isinstance(seen.event.body, Request) else None
        grouped: dict[tuple[int, int], list[Hit]] = {}
        for hit in hits:
            grouped.setdefault((hit.known, hit.time), []).append(hit)
        connection = self._connections.of(request)
        opener = Opener.APP if announced else self._connections.opener(request)
        carried: list[Carried] = []
        for (index, time), members in sorted(grouped.items()):
            interval = self._timeline.certain(left(exchange, request, time))
            one = self._known[index].up_to(interval.hi)
            if not one.calls and not one.identities:
                continue  # a place of the phone's way that it had not reached yet
            possible = self._sources[index].before(interval.lo)
            possible = _of_process(possible, connection)
            ordered = any(call.interval.hi <= interval.lo for call in possible)
            body = request.event.body if request is not None else None
            carried.append(
                Carried(
                    exchange=exchange,
                    event=seen.event.reference if seen is not None else "",
                    interval=interval,
                    known=one,
                    hits=sorted(members, key=lambda hit: (hit.leaf.location, hit.leaf.path)),
                    calls=possible,
                    learned=min(interval.lo, self._read[index] - 1),
                    ordered=ordered,
                    connection=connection,
                    link=self._strength(members, possible, ordered, connection),
                    echo=None,
                    opener=opener,
                    request=body if isinstance(body, Request) else None,
                )
            )
        return _explained(carried)

    def _strength(
        self,
        hits: Sequence[Hit],
        calls: Sequence[Placed],
        ordered: bool,
        connection: Placed | None,
    ) -> LinkStrength:
        if calls and any(hit.transforms for hit in hits):
            return LinkStrength.TRANSFORM
        pids = {_pid(call) for call in calls}
        if ordered and connection is not None and _pid(connection) in pids:
            return LinkStrength.SOCKET
        if ordered and len(self._connections.processes | pids) == 1:
            return LinkStrength.PROCESS
        return LinkStrength.TIME if ordered else LinkStrength.VALUE


def _explained(carried: list[Carried]) -> list[Carried]:
    """Without positions that were known later only, where one that was known stands for the bytes.

    A phone that moves has many positions that a rounded one may stand for.
    """
    told = {spot for one in carried if _had(one) for spot in _spots(one)}
    return [one for one in carried if _had(one) or not (spots := _spots(one)) or spots - told]


def _had(one: Carried) -> bool:
    return bool(one.calls or one.known.identities)


def _spots(one: Carried) -> set[tuple[str, tuple[str, ...], int]]:
    """Where the positions of one value stand in the exchange."""
    places = (hit for hit in one.hits if hit.place is not None)
    return {(hit.leaf.location, hit.leaf.path, hit.start) for hit in places}


def silent_reads(calls: Sequence[Placed], package: str) -> dict[DataType, Sources]:
    """Calls that gave the app information without a value on record: rows of a cursor, say."""
    found: dict[DataType, list[Placed]] = {}
    for placed in calls:
        call = placed.event.body
        if isinstance(call, Call) and not call.values and handed_over(call, package):
            found.setdefault(call.data_type, []).append(placed)
    return {data_type: Sources(members) for data_type, members in found.items()}


def certainly_before(sources: Sources, one: Carried) -> list[Placed]:
    """Calls that certainly came before a flow, of the process that opened its connection."""
    time = one.interval.lo
    earlier = [placed for placed in sources.before(time) if placed.interval.hi <= time]
    return _of_process(earlier, one.connection)


def _pid(placed: Placed) -> int:
    body = placed.event.body
    return body.pid if isinstance(body, Call | Connected) else -1


def _of_process(calls: list[Placed], connection: Placed | None) -> list[Placed]:
    """The calls of the process that opened the connection, where any of it had the value."""
    if connection is None:
        return calls
    same = [call for call in calls if _pid(call) == _pid(connection)]
    return same or calls
