"""What the capture proxy saw."""

from farm.model.events.base import Body


class Request(Body, frozen=True, kw_only=True, tag="request"):
    """A request went out in full; its bytes stand in `flows.mitm` under `flow_id`."""

    flow_id: str
    method: str
    scheme: str
    host: str
    port: int
    path: str
    http_version: str
    body_size: int
    started: int  # first byte from the app, ns, host clock
    address: str = ""  # the server's address as connected
    client_random: bytes = b""  # of the app's ClientHello, as in `Connected`


class Response(Body, frozen=True, kw_only=True, tag="response"):
    """The answer to the request of `flow_id`, or why there was none (`error`)."""

    flow_id: str
    status: int = 0
    body_size: int = 0
    error: str = ""


class WebSocketMessage(Body, frozen=True, kw_only=True, tag="websocket"):
    """One WebSocket message; its bytes stand in `flows.mitm` under `flow_id`, number `index`."""

    flow_id: str
    index: int
    from_app: bool
    size: int
    is_text: bool


class NameLookup(Body, frozen=True, kw_only=True, tag="dns"):
    """A DNS question that passed through the proxy."""

    name: str
    record_type: str
    answers: list[str] = []


class TlsFailed(Body, frozen=True, kw_only=True, tag="tls_failed"):
    """TLS could not be established: `side` "app" (pinning, no trust) or "server"."""

    host: str
    port: int
    side: str
    reason: str


class RawConnection(Body, frozen=True, kw_only=True, tag="raw_connection"):
    """A connection whose protocol the proxy could not read; only its size is known."""

    host: str
    port: int
    bytes_sent: int
    bytes_received: int
