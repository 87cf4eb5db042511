"""Traffic read back from `flows.mitm`: mitmproxy's flows as exchanges of our own model.

The only place that reads mitmproxy's format; its errors end here.
"""

import io
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import msgspec
from mitmproxy import exceptions, http, tcp, udp
from mitmproxy.flow import Flow
from mitmproxy.io import FlowReader

from farm.model.errors import RecordingError
from farm.model.exchange import Exchange, Message
from farm.model.vocabulary import CANARY_HOST
from farm.recording.flow_file import flows_with, whole_flows_end

TRUNCATED = "farm_truncated"
"""Key in a flow's metadata: what ("request", "response", "websocket") was cut at the bound."""

CONTINUES = "farm_continues"
"""Key in a flow's metadata: the id of the WebSocket's flow whose messages go on here."""

_CUT = ("request", "response", "websocket")


def read_exchanges(path: Path) -> Iterator[Exchange]:
    """Yield the exchanges in the flow file, also of bare TCP and UDP; a torn last flow is left out.

    One flow at a time is in memory, and the WebSockets, whose pieces are joined: they come last.

    Raises:
        RecordingError: a flow before the end is damaged.
    """
    sockets: dict[str, list[Exchange]] = {}
    for flow in _flows(path):
        exchange = _exchange(flow)
        if exchange is None:
            continue
        first = str(flow.metadata.get(CONTINUES, ""))
        if first in sockets:
            sockets[first].append(exchange)
        elif isinstance(flow, http.HTTPFlow) and flow.websocket is not None:
            sockets[exchange.flow_id] = [exchange]
        else:
            yield exchange
    for pieces in sockets.values():
        yield _joined(pieces)


def read_exchange(path: Path, flow_id: str) -> Exchange | None:
    """Return one exchange by its id, None where the file does not hold it.

    Only flows that name the id are taken apart: of a large file that is a small part.

    Raises:
        RecordingError: a flow that names it is damaged.
    """
    pieces: list[Exchange] = []
    for data in flows_with(path, flow_id.encode()):
        try:
            flow = next(iter(FlowReader(io.BytesIO(data)).stream()), None)
        except (exceptions.FlowReadException, ValueError, KeyError, TypeError) as error:
            raise RecordingError(f"{path.name}: the flow {flow_id} is damaged: {error}") from error
        if flow is None or flow_id not in (flow.id, flow.metadata.get(CONTINUES)):
            continue
        exchange = _exchange(flow)
        if exchange is not None:
            pieces.append(exchange)
    return _joined(pieces) if pieces else None


def _flows(path: Path) -> Iterator[Flow]:
    end = whole_flows_end(path)
    with path.open("rb") as file:
        stream = iter(FlowReader(file).stream())
        while file.tell() < end:
            try:
                flow = next(stream, None)
            except (exceptions.FlowReadException, ValueError, KeyError, TypeError) as error:
                raise RecordingError(
                    f"{path.name}: damaged flow before byte {file.tell()}: {error}"
                ) from error
            if flow is None:
                return
            yield flow


def _joined(pieces: list[Exchange]) -> Exchange:
    first, *later = pieces
    if not later:
        return first
    return msgspec.structs.replace(
        first,
        messages=[message for piece in pieces for message in piece.messages],
        truncated=list(dict.fromkeys(what for piece in pieces for what in piece.truncated)),
    )


def torn_bytes(path: Path) -> int:
    """Return how many bytes at the file's end belong to a flow that was not written whole."""
    return path.stat().st_size - whole_flows_end(path)


def nanoseconds(seconds: float | None) -> int:
    """Return mitmproxy's time stamp (s, double) in ns; its resolution is below 1 us."""
    return 0 if seconds is None else round(seconds * 1_000_000) * 1000


def safe_text(text: str) -> str:
    """Return text from the wire as valid Unicode: bytes that were no UTF-8 stand as `\\xNN`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def receiver_host(flow: http.HTTPFlow) -> str:
    """Return the name of who was asked for.

    The name that the app connected to; for a bare address the name in its TLS hello (RFC 6066,
    section 3), then that of its Host header, which an app may fill as it likes.
    """
    host = flow.request.host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return safe_text(host)
    return claimed_host(flow.client_conn.sni, flow.request.pretty_host, host)


def claimed_host(*names: str | None) -> str:
    """The first of several names that an app gave for whom it talked to, the address last.

    The farm's own canary is passed over: nothing ever connects to it, so that who names it in a
    hello or a header means to be taken for the farm.
    """
    for name in names:
        if name and not is_canary(name):
            return safe_text(name)
    return safe_text(names[-1] or "") if names else ""


def is_canary(host: str) -> bool:
    """Whether a name is that of the farm's proof of life, or below it."""
    name = host.lower().rstrip(".")
    return name == CANARY_HOST or name.endswith("." + CANARY_HOST)


def _exchange(flow: Flow) -> Exchange | None:
    if isinstance(flow, tcp.TCPFlow | udp.UDPFlow):
        return _raw(flow)
    if not isinstance(flow, http.HTTPFlow):
        return None
    request, response = flow.request, flow.response
    cut = flow.metadata.get(TRUNCATED, "")
    return Exchange(
        flow_id=flow.id,
        started=nanoseconds(request.timestamp_start),
        method=safe_text(request.method),
        scheme=safe_text(request.scheme),
        host=receiver_host(flow),
        port=request.port,
        path=safe_text(request.path),
        request_headers=list(request.headers.fields),
        request_body=request.raw_content or b"",
        http_version=safe_text(request.http_version),
        status=response.status_code if response else 0,
        response_headers=list(response.headers.fields) if response else [],
        response_body=(response.raw_content or b"") if response else b"",
        messages=[
            Message(
                from_app=message.from_client,
                content=message.content,
                is_text=message.is_text,
                time=nanoseconds(message.timestamp),
            )
            for message in (flow.websocket.messages if flow.websocket else [])
        ],
        truncated=[what for what in _CUT if what in str(cut).split()],
    )


def _raw(flow: tcp.TCPFlow | udp.UDPFlow) -> Exchange:
    host, port = (flow.server_conn.address or ("", 0))[:2]
    return Exchange(
        flow_id=flow.id,
        started=nanoseconds(flow.timestamp_start),
        method="",
        scheme="tcp" if isinstance(flow, tcp.TCPFlow) else "udp",
        host=claimed_host(flow.client_conn.sni, host),
        port=port,
        path="",
        request_headers=[],
        request_body=b"",
        messages=[
            Message(
                from_app=message.from_client,
                content=message.content,
                is_text=False,
                time=nanoseconds(message.timestamp),
            )
            for message in flow.messages
        ],
    )
