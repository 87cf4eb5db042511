"""One exchange of a session's traffic with all its bytes, as read back from the flow file."""

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One WebSocket message, or one segment or datagram of a protocol that is no HTTP."""

    from_app: bool
    content: bytes
    is_text: bool
    time: int  # ns, host clock


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request with its response. Bodies are as on the wire: content encodings not undone."""

    flow_id: str
    started: int  # first byte from the app, ns, host clock
    method: str
    scheme: str  # "http", "https"; "tcp", "udp": only `messages` say something
    host: str
    port: int
    path: str  # with the query, as on the wire
    request_headers: list[tuple[bytes, bytes]]
    request_body: bytes
    http_version: str = ""  # between app and proxy, "HTTP/2.0"; empty: not known
    status: int = 0  # 0: no response
    response_headers: list[tuple[bytes, bytes]] = []
    response_body: bytes = b""
    messages: list[Message] = []
    truncated: list[str] = []  # cut at the bound: "request", "response", "websocket"

    @property
    def url(self) -> str:
        """The full URL."""
        default = {"http": 80, "https": 443}.get(self.scheme)
        port = "" if self.port == default else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"
