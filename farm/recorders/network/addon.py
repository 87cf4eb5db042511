"""mitmproxy's hooks turned into events: which session, what happened, which bytes.

Times are mitmproxy's own. Answers the farm's canary itself; changes nothing else in the traffic.
"""

from collections.abc import Callable, Mapping

from mitmproxy import connection, dns, http, tcp, tls
from mitmproxy.net.dns import types as dns_types
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from farm.model.events import NameLookup, RawConnection, Request, Response
from farm.model.vocabulary import CANARY_HOST
from farm.recorders.network.bodies import Keeper, expected_size, finish_body
from farm.recorders.network.session_log import SessionLog, bounded
from farm.recorders.network.websockets import WebSockets
from farm.recording.flows import claimed_host, nanoseconds, receiver_host

_NOTED = "farm_request_noted"
_LONGEST_PATH = 8192
_LONGEST_TOKEN = 128
_RAW_KEPT = 1 << 20


class Recorder:
    """The addon that records. `sessions` maps a listener's port to its log."""

    def __init__(
        self,
        sessions: Mapping[int, SessionLog],
        body_limit: int,
        canary_seen: Callable[[SessionLog, str], None],
    ) -> None:
        self._sessions = sessions
        self._body_limit = body_limit
        self._canary_seen = canary_seen
        self._silent: dict[str, tuple[str, int]] = {}  # client id -> whom it did TLS for
        self.websockets = WebSockets()
        self._randoms: dict[str, bytes] = {}  # client id -> random of its newest ClientHello
        self._raw: dict[str, list[int]] = {}

    def _log(self, client: connection.Client) -> SessionLog | None:
        port = client.proxy_mode.custom_listen_port
        return None if port is None else self._sessions.get(port)

    # Connections

    def client_connected(self, client: connection.Client) -> None:
        """A connection from the phone; one that no session expects is dropped."""
        log = self._log(client)
        if log is None:
            client.error = "no session listens here"
        else:
            log.counts["connections"] += 1

    def client_disconnected(self, client: connection.Client) -> None:
        """A connection that did TLS and then asked nothing may be a refusal: pinning libraries
        check the certificate after the handshake (OkHttp's CertificatePinner does)."""
        unused = self._silent.pop(client.id, None)
        self._randoms.pop(client.id, None)
        log = self._log(client)
        if log is None:
            return
        log.forget(client)
        if unused is not None:
            reason = "closed after the handshake without a request"
            log.tls_failed(*unused, "app", reason, nanoseconds(client.timestamp_start))

    def server_disconnected(self, data: ServerConnectionHookData) -> None:
        """What is kept of a connection goes with it."""
        log = self._log(data.client)
        if log is not None:
            log.forget(data.server)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Nothing ever connects to the canary's host."""
        if data.server.address and data.server.address[0] == CANARY_HOST:
            data.server.error = "the farm's canary stays in the proxy"

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """The app's random names this TLS connection on both sides of it."""
        random = client_random(data.client_hello)
        if random:
            self._randoms[data.context.client.id] = random

    def tls_established_client(self, data: tls.TlsData) -> None:
        """The app accepted our certificate, as far as the handshake can tell."""
        self._silent[data.context.client.id] = _destination(data)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """The app refused our certificate, or gave up."""
        log = self._log(data.context.client)
        if log is not None:
            host, port = _destination(data)
            since = nanoseconds(data.context.client.timestamp_start)
            log.tls_failed(host, port, "app", data.conn.error or "unknown", since)

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """The server's certificate or protocol was not acceptable to us."""
        log = self._log(data.context.client)
        if log is not None:
            host, port = _destination(data)
            log.tls_failed(host, port, "server", data.conn.error or "unknown", 0)

    # HTTP

    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """The app asked for a tunnel that could not be made: whom it meant is evidence."""
        self._note_request(flow)
        self._note_response(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Bodies of unknown or great length are streamed through a keeper."""
        self._silent.pop(flow.client_conn.id, None)
        size = expected_size(flow, None)
        if size is None or size < 0 or size > self._body_limit:
            flow.request.stream = Keeper(self._body_limit)

    def request(self, flow: http.HTTPFlow) -> None:
        """The request is here in full; the canary is answered and goes nowhere."""
        self._note_request(flow)
        if flow.request.host == CANARY_HOST:
            flow.response = http.Response.make(204)
            log = self._log(flow.client_conn)
            if log is not None:
                log.counts["canaries"] += 1
                self._canary_seen(log, bounded(flow.request.path.lstrip("/"), _LONGEST_TOKEN))

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """As for requests. A WebSocket's answer has no body."""
        response = flow.response
        if response is None or response.status_code == 101:
            return
        size = expected_size(flow, response)
        if size is None or size < 0 or size > self._body_limit:
            response.stream = Keeper(self._body_limit)

    def response(self, flow: http.HTTPFlow) -> None:
        """The answer is here in full."""
        self._note_response(flow)
        if flow.websocket is None:
            self._store(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """The exchange broke off; what was seen of it is recorded."""
        self._note_request(flow)
        self._note_response(flow)
        if flow.websocket is not None:
            self.websocket_end(flow)
        else:
            self._store(flow)

    def _note_request(self, flow: http.HTTPFlow) -> None:
        log = self._log(flow.client_conn)
        if log is None or flow.metadata.get(_NOTED):
            return
        flow.metadata[_NOTED] = True
        request = flow.request
        size = finish_body(flow, "request")
        host = receiver_host(flow)
        peer = flow.server_conn.peername
        log.counts["requests"] += 1
        if request.scheme == "https" and flow.request.method != "CONNECT":
            address = flow.server_conn.address or (host, request.port)
            log.tls_worked(claimed_host(flow.client_conn.sni, address[0]), address[1])
        log.add(
            Request(
                flow_id=flow.id,
                method=bounded(request.method, 64),
                scheme=bounded(request.scheme, 16),
                host=bounded(host, 300),
                port=request.port,
                path=bounded(request.path, _LONGEST_PATH),
                http_version=bounded(request.http_version, 16),
                body_size=size,
                started=nanoseconds(request.timestamp_start),
                address=bounded(peer[0], 64) if peer else "",
                client_random=self._randoms.get(flow.client_conn.id, b""),
            ),
            nanoseconds(request.timestamp_end) or None,
        )

    def _note_response(self, flow: http.HTTPFlow) -> None:
        log = self._log(flow.client_conn)
        if log is None:
            return
        log.counts["responses"] += 1
        response = flow.response
        size = finish_body(flow, "response") if response else 0
        log.add(
            Response(
                flow_id=flow.id,
                status=response.status_code if response else 0,
                body_size=size,
                error=bounded(_trouble(flow), 500),
            ),
            (nanoseconds(response.timestamp_end) if response else 0) or None,
        )

    def _store(self, flow: http.HTTPFlow) -> None:
        log = self._log(flow.client_conn)
        if log is not None:
            log.add_flow(flow)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """One message, either way."""
        log = self._log(flow.client_conn)
        if log is not None:
            self.websockets.message(flow, log)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """The WebSocket is over."""
        log = self._log(flow.client_conn)
        if log is not None:
            self.websockets.end(flow, log)

    # Other protocols

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        """Bytes of a protocol that we cannot read."""
        self._silent.pop(flow.client_conn.id, None)
        self._raw[flow.id] = [0, 0, 0]

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Count the bytes, keep the first of them."""
        totals = self._raw.get(flow.id)
        if totals is None:
            return
        message = flow.messages[-1]
        totals[0 if message.from_client else 1] += len(message.content)
        totals[2] += len(message.content)
        if totals[2] > _RAW_KEPT:  # mitmproxy holds the message by itself until it is sent
            flow.messages.pop()

    def tcp_end(self, flow: tcp.TCPFlow) -> None:
        """The connection is over."""
        log = self._log(flow.client_conn)
        totals = self._raw.pop(flow.id, [0, 0, 0])
        if log is None:
            return
        address = flow.server_conn.address or ("", 0)
        log.counts["raw_connections"] += 1
        log.add(
            RawConnection(
                host=bounded(claimed_host(flow.client_conn.sni, address[0]), 300),
                port=address[1],
                bytes_sent=totals[0],
                bytes_received=totals[1],
            )
        )
        log.add_flow(flow)

    def tcp_error(self, flow: tcp.TCPFlow) -> None:
        """The connection broke."""
        self.tcp_end(flow)

    def dns_response(self, flow: dns.DNSFlow) -> None:
        """A DNS answer that passed through the proxy."""
        log = self._log(flow.client_conn)
        if log is None or flow.response is None:
            return
        for question in flow.request.questions[:16]:
            log.add(
                NameLookup(
                    name=bounded(question.name, 300),
                    record_type=dns_types.to_str(question.type),
                    answers=[bounded(str(answer), 300) for answer in flow.response.answers[:32]],
                )
            )


def _destination(data: tls.TlsData) -> tuple[str, int]:
    address = data.context.server.address or ("", 0)
    return claimed_host(data.context.client.sni, address[0]), address[1]


def _trouble(flow: http.HTTPFlow) -> str:
    if flow.error:
        return flow.error.msg
    if flow.request.method == "CONNECT":
        return flow.server_conn.error or "no tunnel"
    return ""


def client_random(hello: tls.ClientHello) -> bytes:
    """The 32 random bytes of a ClientHello (RFC 8446, section 4.1.2); empty for DTLS.

    They follow the two bytes of the version.
    """
    try:
        raw = hello.raw_bytes(wrap_in_record=False)
    except NotImplementedError:
        return b""
    return raw[2:34] if len(raw) >= 34 else b""
