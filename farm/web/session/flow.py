"""One exchange taken apart as detection took it apart: where each found value stands, in the bytes
that went out and in every layer that was decoded to reach it.

Searches with detection's own decoders, so that what is shown is what was judged.
"""

from collections.abc import Iterable

import msgspec

from farm.detect.decode.carriers import RAW, Carrier, carriers
from farm.detect.matching import Scan, Scanner
from farm.detect.needles import Needle
from farm.model.exchange import Exchange
from farm.model.finding import Analysis, Finding, FlowEvidence, ValueMatch
from farm.report.masking import Masker, visible
from farm.web.session.decoding import MOST_PLACES, Ways, verbatim, without_encodings
from farm.web.session.octets import Layer, Place, layer

_MOST_HEADERS = 200
_MOST_MESSAGES = 200
_OWN_HEADERS = frozenset(
    {"host", "content-type", "content-length", "content-encoding", "accept", "accept-encoding"}
)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one finding in this exchange."""

    number: int
    finding: Finding
    evidence: FlowEvidence
    match: ValueMatch
    found: str  # masked
    value: str
    path: list[str]
    layers: list[Layer]  # from the bytes on the wire to the value
    located: bool  # whether the value was found again where the analysis says


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """One header line; `marked` where a value was found in it."""

    name: str
    value: str
    marked: bool = False


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One WebSocket message or segment."""

    index: int
    from_app: bool
    size: int
    time: int  # ns, host clock
    marked: bool


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of one exchange shows."""

    url: str
    method: str
    status: int
    started: int
    scheme: str
    truncated: list[str]
    matches: list[Match]
    request_headers: list[Header]
    request_body: list[Layer]
    response_headers: list[Header]
    response_body: list[Layer]
    messages: list[Part]
    message_count: int


def take_apart(exchange: Exchange, analysis: Analysis, masker: Masker) -> Flow:
    """Lay out one exchange with everything that was found in it. Blocks on large bodies."""
    listed = _matches(analysis, exchange.flow_id)
    sent = {carrier.location: carrier for carrier in carriers(exchange)}
    known = _needles(match for _, _, match in listed)
    scans, ways = _scan(exchange, known), Ways(known)
    matches = [
        _match(number, finding, evidence, match, sent, known, scans, ways, exchange, masker)
        for number, (finding, evidence, match) in enumerate(listed, 1)
    ]
    locations = {match.location for _, _, match in listed}
    in_body = _needles(match for _, _, match in listed if match.location == "body")
    body = sent.get("body")
    return Flow(
        url=masker.url(exchange.url),
        method=visible(exchange.method, 40),
        status=exchange.status,
        started=exchange.started,
        scheme=exchange.scheme,
        truncated=exchange.truncated,
        matches=matches,
        request_headers=_headers(exchange.request_headers, masker, locations),
        request_body=_outer(body, body.data, ways.plain(body), in_body, masker) if body else [],
        response_headers=_headers(exchange.response_headers, masker, set()),
        response_body=_answer(exchange, masker),
        messages=[
            Part(
                index=index,
                from_app=one.from_app,
                size=len(one.content),
                time=one.time,
                marked=f"websocket message {index}" in locations,
            )
            for index, one in enumerate(exchange.messages[:_MOST_MESSAGES])
        ],
        message_count=len(exchange.messages),
    )


def _matches(analysis: Analysis, flow_id: str) -> list[tuple[Finding, FlowEvidence, ValueMatch]]:
    return [
        (finding, flow, match)
        for finding in [*analysis.findings, *analysis.undetermined]
        for flow in finding.flows
        if flow.flow_id == flow_id
        for match in flow.matches
    ]


def needles_of(match: ValueMatch) -> list[bytes]:
    """The bytes that a match may stand for: evidence shows bytes that are no text in hex."""
    found = [match.found.encode("utf-8", "surrogateescape")]
    if len(match.found) % 2 == 0 and match.found:
        try:
            found.append(bytes.fromhex(match.found))
        except ValueError:
            return found
    return found


def _needles(matches: Iterable[ValueMatch]) -> list[bytes]:
    return list(dict.fromkeys(one for match in matches for one in needles_of(match) if one))


def _scan(exchange: Exchange, needles: list[bytes]) -> list[Scan]:
    if not needles:
        return []
    return list(Scanner([Needle(needle) for needle in needles]).scan(carriers(exchange)))


def _match(
    number: int,
    finding: Finding,
    evidence: FlowEvidence,
    match: ValueMatch,
    sent: dict[str, Carrier],
    known: list[bytes],
    scans: list[Scan],
    ways: Ways,
    exchange: Exchange,
    masker: Masker,
) -> Match:
    layers: list[Layer] = []
    needles = needles_of(match)
    carrier = sent.get(match.location)
    if carrier is not None:
        raw, plain = _raw(carrier, exchange), ways.plain(carrier)
        layers += _outer(carrier, raw, plain, needles, masker)
    leaf = _leaf(match, needles, known, scans)
    if leaf is not None:
        data, places = leaf
        same = carrier is not None and data == carrier.data
        if carrier is not None:
            layers = ways.through(layers, carrier, match, needles, masker)
        if not same or len(match.path) > 1:
            steps = [masker.text(step) for step in match.path]
            layers.append(layer("value", steps, data, places, masker))
    return Match(
        number=number,
        finding=finding,
        evidence=evidence,
        match=match,
        found=masker.value(match.found),
        value=masker.value(match.value),
        path=[masker.text(step) for step in match.path],
        layers=layers,
        located=leaf is not None,
    )


def _leaf(
    match: ValueMatch, needles: list[bytes], known: list[bytes], scans: list[Scan]
) -> tuple[bytes, list[Place]] | None:
    """The piece that the analysis names, and where the value stands in it."""
    best: tuple[bytes, list[Place]] | None = None
    for scan in scans:
        if scan.carrier.location != match.location:
            continue
        for occurrence in scan.occurrences:
            if known[occurrence.needle] not in needles:
                continue
            exact = occurrence.leaf.path == tuple(match.path)
            place = (occurrence.start, occurrence.end)
            if exact and best is not None and best[0] is occurrence.leaf.data:
                best[1].append(place)
            elif exact:
                best = (occurrence.leaf.data, [place])
        if best is not None:
            return best[0], best[1][:MOST_PLACES]
    return None


def _raw(carrier: Carrier, exchange: Exchange) -> bytes:
    """The bytes as they went out: of a part of the URL, those of all of it."""
    if carrier.location.startswith("url ") and carrier.location != "url host":
        return exchange.path.encode("utf-8", "surrogateescape")
    return carrier.data


def _outer(
    carrier: Carrier, raw: bytes, plain: bytes | None, needles: list[bytes], masker: Masker
) -> list[Layer]:
    """The bytes as they went out, and with the content encodings undone where there are any."""
    start = masker.text(carrier.location)
    layers = [layer("raw", [start], raw, verbatim(raw, needles), masker)]
    if plain is not None:
        steps = [start, *carrier.content_encodings]
        layers.append(layer("without", steps, plain, verbatim(plain, needles), masker))
    return layers


def _answer(exchange: Exchange, masker: Masker) -> list[Layer]:
    if exchange.scheme in RAW or not exchange.response_body:
        return []
    encodings = [
        part.strip().lower()
        for name, value in exchange.response_headers
        if name.lower() == b"content-encoding"
        for part in value.decode("ascii", "replace").split(",")
    ]
    carrier = Carrier(
        location="body",
        start="body",
        data=exchange.response_body,
        time=exchange.started,
        content_encodings=encodings[:4],
    )
    return _outer(carrier, carrier.data, without_encodings(carrier), [], masker)


def _headers(
    headers: list[tuple[bytes, bytes]], masker: Masker, locations: set[str]
) -> list[Header]:
    shown: list[Header] = []
    for raw_name, raw_value in headers[:_MOST_HEADERS]:
        name = raw_name.decode("ascii", "backslashreplace")[:80]
        value = raw_value.decode("utf-8", "backslashreplace")
        lower = name.lower()
        marked = f"header {name}" in locations or (
            lower == "cookie" and any(one.startswith("cookie ") for one in locations)
        )
        plain = lower in _OWN_HEADERS
        shown.append(
            Header(
                name=visible(name),
                value=masker.text(value) if plain else masker.value(value[:4000]),
                marked=marked,
            )
        )
    return shown
