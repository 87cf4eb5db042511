"""Finds known values in what a session sent: requests, messages, bare streams, DNS questions.

`links` ties each to the calls that handed it over; what that means for consent is decided in
`findings`.
"""

from collections.abc import Iterable, Sequence

import msgspec

from farm.detect.authorship import announces, launched, of_the_app, pages
from farm.detect.connections import Connections
from farm.detect.credible import (
    checked_numbers,
    plausible,
    texts_sent,
    without_echoes,
)
from farm.detect.decode.carriers import Carrier, carriers, name_carriers
from farm.detect.decode.node import Limits
from farm.detect.echo import first_answer, received
from farm.detect.helpers import Searcher
from farm.detect.identify.known import Known
from farm.detect.identify.recognise import Chance, Hit, Recogniser
from farm.detect.identify.typed import Typed
from farm.detect.identify.weigh import select
from farm.detect.links import Carried, Checked, Linker
from farm.detect.matching import Scan
from farm.detect.opaque import Readable
from farm.detect.replay import without_bytes
from farm.detect.timeline import FOREVER, Placed, Timeline
from farm.detect.transforms import trace
from farm.model.events import NameLookup, Request, Response
from farm.model.exchange import Exchange
from farm.model.vocabulary import CANARY_HOST, Stream

_MOST_TYPED = 2000
_DNS_PORT = 53
_MISSING = {
    "request": "the recording holds only the first part of the request",
    "websocket": "later messages are not in the recording",
}


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an exchange that was not searched, or that nobody can read, and why."""

    reason: str
    size: int = 0  # bytes; 0 where the recording does not tell
    place: str = ""  # "body > json $.d > base64"


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """What the search found, and what it had to leave out."""

    exchanges: list[Exchange]  # all, without their bytes
    carried: list[Carried]
    checked: list[Checked]
    unread: dict[str, list[Unread]]  # flow id -> parts that were not searched or not readable
    untraced: list[str]  # why operations of the app could not be followed
    chance: Chance
    operations: dict[int, Placed]  # `Transform` events by ordinal
    echoed: list[str]  # one line each: known values that only came back
    earlier: list[str]  # one line each: known values that left before the app ran


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
    package: str = "",
    helpers: int = 0,
) -> Traffic:
    """Search everything the app sent for the known values.

    One exchange at a time is needed with its bytes; results are in the order the flows began.

    Args:
        exchanges: the traffic with its bytes, in any order; gone through twice.
        known: the values of this session.
        timeline: all events.
        salts: text that the app may mix into digests: its package, its signer.
        limits: bounds of decoding.
        helpers: processes that may search besides this one.
        package: of the app.
    """
    base = Recogniser.of(known, salts)
    traced = trace(timeline, known, base)
    recogniser = base.also(traced.forms)
    searcher = Searcher(recogniser.needles, recogniser.shapes, limits, helpers)
    requests = _requests(timeline)
    readable = Readable(traced)
    opened = pages(timeline)
    linker = Linker(known, Connections(timeline), timeline)
    carried: list[Carried] = []
    typed: list[tuple[Exchange, int, Typed]] = []
    unread: dict[str, list[Unread]] = {}
    fields = shapes = 0
    seen: list[Exchange] = []
    answered = _answered(timeline)
    earliest = FOREVER

    def search_one(
        exchange: Exchange,
        scans: Sequence[Scan],
        event: Placed | None,
        whole: Exchange | None = None,
    ) -> None:
        nonlocal fields, shapes
        fields += len(scans)
        hits: list[Hit] = []
        for scan in scans:
            for occurrence in scan.occurrences:
                hits += recogniser.hits(occurrence, scan.carrier.time)
                for one in recogniser.typed(occurrence):
                    shapes += 1
                    typed.append((exchange, scan.carrier.time, one))
        chosen = select(hits, known)
        parts = _unread(scans, chosen, readable)
        if parts:
            unread.setdefault(exchange.flow_id, []).extend(parts)
        if chosen:  # most carry nothing
            announced = whole is not None and announces(whole, package, opened)
            carried.extend(linker.group(exchange, chosen, event, announced=announced))

    for whole, scans in searcher.scan_all(exchanges, _sent):
        exchange = without_bytes(whole)
        seen.append(exchange)
        earliest = min(earliest, first_answer(whole, answered.get(whole.flow_id)))
        if is_own(exchange.host):
            continue
        missing = [Unread(reason=_MISSING[what]) for what in exchange.truncated if what in _MISSING]
        if missing:
            unread[exchange.flow_id] = missing
        search_one(exchange, scans, requests.get(exchange.flow_id), whole)
    for name, placed in _names_asked(timeline).items():
        question = _question(name, placed)
        requests[question.flow_id] = placed
        search_one(question, searcher.scan(name_carriers(name, question.started)), placed)
    carried.sort(key=lambda one: (one.exchange.started, one.exchange.flow_id))
    typed.sort(key=lambda one: (one[0].started, one[0].flow_id))
    searched = searcher.bytes_searched + traced.bytes_searched
    chance = Chance(recogniser.forms, searched, fields)
    carried = plausible(carried, chance)
    checked = checked_numbers(typed[:_MOST_TYPED], known, requests, shapes, timeline)
    first = received(texts_sent(carried, checked), exchanges, answered, earliest)
    carried, checked, echoed = without_echoes(carried, checked, first)
    carried, checked, earlier = of_the_app(carried, checked, launched(timeline))
    return Traffic(
        exchanges=sorted(seen, key=lambda one: (one.started, one.flow_id)),
        carried=carried,
        checked=checked,
        unread=unread,
        untraced=traced.cut,
        chance=chance,
        operations=traced.operations,
        echoed=echoed,
        earlier=earlier,
    )


def _sent(exchange: Exchange) -> Iterable[Carrier]:
    """What is searched of an exchange: nothing of the farm's own."""
    return () if is_own(exchange.host) else carriers(exchange)


def _unread(scans: Sequence[Scan], hits: Sequence[Hit], readable: Readable) -> list[Unread]:
    """The parts that could not be read, but for those whose plain bytes hooks saw."""
    understood = {hit.leaf.location for hit in hits if hit.transforms}
    return [
        Unread(reason=one.reason, size=one.size, place=" > ".join(one.path))
        for scan in scans
        for one in scan.undecoded
        if not one.opaque or not (one.location in understood or readable.explains(scan.carrier))
    ]


def _names_asked(timeline: Timeline) -> dict[str, Placed]:
    """The names that the app asked a DNS server for, each with its first question."""
    asked: dict[str, Placed] = {}
    for placed in timeline.of(Stream.NETWORK, NameLookup):
        body = placed.event.body
        if isinstance(body, NameLookup) and not is_own(body.name):
            asked.setdefault(body.name, placed)
    return asked


def _question(name: str, placed: Placed) -> Exchange:
    """A DNS question as an exchange with the servers of its domain, to whom every label goes."""
    return Exchange(
        flow_id=f"dns {placed.event.reference}",
        started=placed.interval.lo,
        method="",
        scheme="dns",
        host=name,
        port=_DNS_PORT,
        path="",
        request_headers=[],
        request_body=b"",
    )


def _requests(timeline: Timeline) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    for placed in timeline.of(Stream.NETWORK, Request):
        body = placed.event.body
        assert isinstance(body, Request)  # noqa: S101 - `of` returns nothing else
        found.setdefault(body.flow_id, placed)
    return found


def _answered(timeline: Timeline) -> dict[str, int]:
    """When each flow's response was complete, host ns."""
    answered: dict[str, int] = {}
    for placed in timeline.of(Stream.NETWORK, Response):
        body = placed.event.body
        if isinstance(body, Response):
            answered.setdefault(body.flow_id, placed.event.t)
    return answered
