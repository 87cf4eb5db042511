"""Finds known values in the session's traffic and links each to the calls that handed it over.

A link needs the call to lie before the flow's start, as far as the clock bounds allow that to be
said. What a link means for consent is decided in `findings`.
"""

import bisect
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from farm.detect.connections import Connections
from farm.detect.decode.carriers import carriers
from farm.detect.decode.node import Limits
from farm.detect.echo import Received, first_answer, received
from farm.detect.identify.known import Known
from farm.detect.identify.recognise import Chance, Hit, Recogniser
from farm.detect.identify.typed import Typed
from farm.detect.identify.weigh import select
from farm.detect.matching import Scan, Scanner
from farm.detect.opaque import Readable
from farm.detect.replay import without_bytes
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.detect.transforms import trace
from farm.model.events import Call, Connected, Request, Response
from farm.model.exchange import Exchange
from farm.model.vocabulary import CANARY_HOST, LinkStrength, Stream

PLAUSIBLE_CHANCE = 0.05
"""What is more likely an accident than this is no match at all."""

_MOST_TYPED = 2000


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
    request: Request | None = None


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A number in one exchange that its own check proves, unknown to this session."""

    exchange: Exchange
    event: str
    interval: Interval
    typed: Typed
    chance: float
    request: Request | None = None


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """What the search found, and what it had to leave out."""

    exchanges: list[Exchange]  # all, without their bytes
    carried: list[Carried]
    checked: list[Checked]
    cut: dict[str, list[str]]  # flow id -> reasons why parts were not searched or not readable
    chance: Chance
    operations: dict[int, Placed]  # `Transform` events by ordinal
    echoed: list[str]  # one line each: known values that only came back


def is_own(host: str) -> bool:
    """Whether the host is the farm's own proof of life."""
    name = host.lower().rstrip(".")
    return name == CANARY_HOST or name.endswith("." + CANARY_HOST)


def search(
    exchanges: Iterable[Exchange],
    known: Sequence[Known],
    timeline: Timeline,
    salts: Sequence[str] = (),
    limits: Limits | None = None,
) -> Traffic:
    """Search everything the app sent for the known values.

    One exchange at a time is needed with its bytes; results are in the order the flows began.

    Args:
        exchanges: the traffic with its bytes, in any order; gone through twice.
        known: the values of this session.
        timeline: all events.
        salts: text that the app may mix into digests: its package, its signer.
        limits: bounds of decoding.
    """
    base = Recogniser.of(known, salts)
    traced = trace(timeline, known, base)
    recogniser = base.also(traced.forms)
    scanner = Scanner(recogniser.needles, recogniser.shapes, limits)
    requests = _requests(timeline)
    readable = Readable(traced)
    linker = _Linker(known, Connections(timeline), requests)
    carried: list[Carried] = []
    typed: list[tuple[Exchange, int, Typed]] = []
    cut: dict[str, list[str]] = {}
    fields = shapes = 0
    seen: list[Exchange] = []
    answered = _answered(timeline)
    earliest = FOREVER
    for whole in exchanges:
        exchange = without_bytes(whole)
        seen.append(exchange)
        earliest = min(earliest, first_answer(whole, answered.get(whole.flow_id)))
        if is_own(exchange.host):
            continue
        if "request" in exchange.truncated:
            cut[exchange.flow_id] = ["the recording holds only the first part of the request"]
        if "websocket" in exchange.truncated:
            cut.setdefault(exchange.flow_id, []).append("later messages are not in the recording")
        scans = scanner.scan(carriers(whole))
        fields += len(scans)
        hits: list[Hit] = []
        for scan in scans:
            for occurrence in scan.occurrences:
                hits += recogniser.hits(occurrence, scan.carrier.time)
                for one in recogniser.typed(occurrence):
                    shapes += 1
                    typed.append((exchange, scan.carrier.time, one))
        chosen = select(hits, known)
        reasons = _unread(scans, chosen, readable)
        if reasons:
            cut.setdefault(exchange.flow_id, []).extend(reasons)
        carried += linker.group(exchange, chosen)
    carried.sort(key=lambda one: (one.exchange.started, one.exchange.flow_id))
    typed.sort(key=lambda one: (one[0].started, one[0].flow_id))
    searched = scanner.bytes_searched + traced.bytes_searched
    chance = Chance(recogniser.forms, searched, fields)
    carried = _plausible(carried, chance)
    checked = _checked(typed[:_MOST_TYPED], known, requests, shapes)
    first = received(_texts_sent(carried, checked), exchanges, answered, earliest)
    carried, checked, echoed = _without_echoes(carried, checked, first)
    return Traffic(
        exchanges=sorted(seen, key=lambda one: (one.started, one.flow_id)),
        carried=carried,
        checked=checked,
        cut=cut,
        chance=chance,
        operations=traced.operations,
        echoed=echoed,
    )


def _unread(scans: Sequence[Scan], hits: Sequence[Hit], readable: Readable) -> list[str]:
    """Why parts of an exchange could not be read, but for those whose plain bytes hooks saw."""
    understood = {hit.leaf.location for hit in hits if hit.transforms}
    reasons: list[str] = []
    for scan in scans:
        for one in scan.undecoded:
            if one.opaque and (one.location in understood or readable.explains(scan.carrier)):
                continue
            reasons.append(one.reason)
    return list(dict.fromkeys(reasons))


class _Sources:
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


def _requests(timeline: Timeline) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    for placed in timeline.of(Stream.NETWORK, Request):
        body = placed.event.body
        assert isinstance(body, Request)  # noqa: S101 - `of` returns nothing else
        found.setdefault(body.flow_id, placed)
    return found


def _left(exchange: Exchange, request: Placed | None, time: int) -> Interval:
    """While the bytes left: a request between its first byte and its last, a message at once."""
    last = request.event.t if request is not None and time == exchange.started else time
    return Interval(time, max(time, last))


class _Linker:
    """Ties what was found in flows to calls, processes and connections."""

    def __init__(
        self, known: Sequence[Known], connections: Connections, requests: Mapping[str, Placed]
    ) -> None:
        self._known = known
        self._sources = [_Sources(one.calls) for one in known]
        self._read = [
            min((call.interval.lo for call in one.calls), default=FOREVER) for one in known
        ]
        self._connections = connections
        self._requests = requests

    def group(self, exchange: Exchange, hits: Sequence[Hit]) -> list[Carried]:
        """One `Carried` for each value and time at which it left in this exchange."""
        request = self._requests.get(exchange.flow_id)
        grouped: dict[tuple[int, int], list[Hit]] = {}
        for hit in hits:
            grouped.setdefault((hit.known, hit.time), []).append(hit)
        connection = self._connections.of(request)
        carried: list[Carried] = []
        for (index, time), members in sorted(grouped.items()):
            interval = _left(exchange, request, time)
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
                    event=request.event.reference if request is not None else "",
                    interval=interval,
                    known=one,
                    hits=sorted(members, key=lambda hit: (hit.leaf.location, hit.leaf.path)),
                    calls=possible,
                    learned=min(interval.lo, self._read[index] - 1),
                    ordered=ordered,
                    connection=connection,
                    link=self._strength(members, possible, ordered, connection),
                    echo=None,
                    request=body if isinstance(body, Request) else None,
                )
            )
        return carried

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


def _pid(placed: Placed) -> int:
    body = placed.event.body
    return body.pid if isinstance(body, Call | Connected) else -1


def _of_process(calls: list[Placed], connection: Placed | None) -> list[Placed]:
    """The calls of the process that opened the connection, where any of it had the value."""
    if connection is None:
        return calls
    same = [call for call in calls if _pid(call) == _pid(connection)]
    return same or calls


def _plausible(carried: Iterable[Carried], chance: Chance) -> list[Carried]:
    kept: list[Carried] = []
    for one in carried:
        hits = [
            hit
            for hit in one.hits
            if chance.of(hit.bits, named=bool(hit.key)) <= PLAUSIBLE_CHANCE or _in_company(hit, one)
        ]
        if hits:
            kept.append(msgspec.structs.replace(one, hits=hits))
    return kept


def _in_company(hit: Hit, one: Carried) -> bool:
    """Whether it counted together with others: then the others carry the bound."""
    return one.known.weak and not hit.key and one.known.together > 1


def _checked(
    typed: Sequence[tuple[Exchange, int, Typed]],
    known: Sequence[Known],
    requests: Mapping[str, Placed],
    tries: int,
) -> list[Checked]:
    """Checked numbers that no known value of the session explains.

    Where the phone's own value of a type is known, another one of that type is somebody else's.
    """
    types = {one.data_type for one in known}
    values = [_bare(one.value) for one in known]
    kept: list[Checked] = []
    for exchange, time, one in typed:
        bare = _bare(one.value)
        if one.data_type in types or any(bare in value or value in bare for value in values):
            continue
        chance = min(1.0, one.passes * max(1, tries))
        if not one.key and chance > PLAUSIBLE_CHANCE:
            continue
        request = requests.get(exchange.flow_id)
        body = request.event.body if request is not None else None
        kept.append(
            Checked(
                exchange=exchange,
                event=request.event.reference if request is not None else "",
                interval=_left(exchange, request, time),
                typed=one,
                chance=float(f"{chance:.3g}"),
                request=body if isinstance(body, Request) else None,
            )
        )
    return kept


def _bare(value: str) -> str:
    return "".join(character for character in value.lower() if character.isalnum())


def _answered(timeline: Timeline) -> dict[str, int]:
    """When each flow's response was complete, host ns."""
    answered: dict[str, int] = {}
    for placed in timeline.of(Stream.NETWORK, Response):
        body = placed.event.body
        if isinstance(body, Response):
            answered.setdefault(body.flow_id, placed.event.t)
    return answered


def _texts_sent(carried: Sequence[Carried], checked: Sequence[Checked]) -> dict[str, int]:
    """What the app sent, with the last time at which an answer can have taught it that."""
    texts: dict[str, int] = {}
    for one in carried:
        for text in _texts(one):
            texts[text] = max(texts.get(text, -FOREVER), one.learned)
    for other in checked:
        value = other.typed.value
        texts[value] = max(texts.get(value, -FOREVER), other.interval.lo)
    return texts


def _without_echoes(
    carried: Sequence[Carried], checked: Sequence[Checked], first: Mapping[str, Received]
) -> tuple[list[Carried], list[Checked], list[str]]:
    """Marks values that a server sent first, and leaves out those that nothing else explains."""
    kept: list[Carried] = []
    echoed: dict[str, int] = {}
    for one in carried:
        came = [first[text] for text in _texts(one) if text in first]
        echo = min(came, key=lambda got: (got.time, got.flow_id), default=None)
        if echo is None or echo.time > one.learned:
            kept.append(one)
            continue
        if not one.calls and not one.known.identities:
            host = one.exchange.host
            line = f"{one.known.data_type}: a server had sent it (flow {echo.flow_id}): {host}"
            echoed[line] = echoed.get(line, 0) + 1
            continue
        kept.append(msgspec.structs.replace(one, echo=echo, link=LinkStrength.VALUE))
    others = [
        one
        for one in checked
        if one.typed.value not in first or first[one.typed.value].time > one.interval.lo
    ]
    return kept, others, [f"{line}, {count} times" for line, count in sorted(echoed.items())]


def _texts(one: Carried) -> list[str]:
    return [one.known.value, *(hit.found for hit in one.hits if not hit.transforms)]
