"""One HTTP/1.1 server that answers every request with JSON and remembers it, within bounds.

Names and certificates are `world.py` and `certificates.py`. Source: RFC 9112.
"""

import asyncio
import contextlib
import ssl
import time
from collections import deque

import msgspec

MAX_REQUESTS = 10_000
KEPT_BODY_BYTES = 1 << 20
_LINE_BYTES = 128 * 1024
_MAX_HEADERS = 200
_MAX_BODY_BYTES = 64 << 20
_IDLE_SECONDS = 60.0
_HANDSHAKE_SECONDS = 10.0


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it arrived; `body` holds its first MiB, `body_bytes` its whole size."""

    t: int  # ns since epoch, host clock
    host: str
    tls: bool
    method: str
    target: str  # path and query
    headers: list[tuple[str, str]]
    body: bytes
    body_bytes: int


class BadRequest(Exception):
    """What came is not HTTP, or too large; the status says how."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Server:
    """Serves one loopback port; requests go to `received`, the oldest fall out."""

    def __init__(
        self,
        context: ssl.SSLContext | None,
        received: deque[Received],
        news: asyncio.Event,
    ) -> None:
        self._context = context
        self._received = received
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self._news = news  # set at each arrival

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(
            self._serve,
            "127.0.0.1",
            0,
            limit=_LINE_BYTES,
            ssl=self._context,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS if self._context else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        for _ in range(200):
            if not self._open:
                break
            await asyncio.sleep(0.01)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError
            ):
                await self._converse(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    request = await self._request(reader, writer)
            except BadRequest as error:
                writer.write(
                    f"HTTP/1.1 {error.status}\r\nContent-Length: 0\r\n"
                    "Connection: close\r\n\r\n".encode()
                )
                await writer.drain()
                return
            if request is None:
                return
            self._received.append(request)
            self._news.set()
            close = _header(request.headers, "connection").lower() == "close"
            body = msgspec.json.encode(
                {"code": 0, "message": "ok", "time": time.time_ns() // 1_000_000}
            )
            writer.write(
                b"HTTP/1.1 200 OK\r\nServer: world\r\nContent-Type: application/json\r\n"
                + f"Content-Length: {len(body)}\r\n".encode()
                + (b"Connection: close\r\n\r\n" if close else b"\r\n")
                + (b"" if request.method == "HEAD" else body)
            )
            await writer.drain()
            if close:
                return

    async def _request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Received | None:
        """The next request; None where the client is done."""
        first = await _line(reader)
        if not first:
            return None
        parts = first.split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest("400 Bad Request")
        headers = await _headers(reader)
        if _header(headers, "expect").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body, size = await _body(reader, headers)
        method, target = parts[0], parts[1]
        host = _header(headers, "host")
        if target.lower().startswith(("http://", "https://")):
            _, _, rest = target.partition("://")
            host, slash, path = rest.partition("/")
            target = slash + path or "/"
        return Received(
            t=time.time_ns(),
            host=host.partition(":")[0].lower(),
            tls=self._context is not None,
            method=method,
            target=target,
            headers=headers,
            body=body,
            body_bytes=size,
        )


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readline()).decode("latin-1").rstrip("\r\n")
    except ValueError:
        raise BadRequest("414 URI Too Long") from None


async def _headers(reader: asyncio.StreamReader) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    while line := await _line(reader):
        name, colon, value = line.partition(":")
        if not colon or len(headers) >= _MAX_HEADERS:
            raise BadRequest("431 Request Header Fields Too Large")
        headers.append((name, value.strip()))
    return headers


def _header(headers: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


async def _body(reader: asyncio.StreamReader, headers: list[tuple[str, str]]) -> tuple[bytes, int]:
    """The first part of the body, and its whole size."""
    kept = bytearray()
    size = 0
    chunked = _header(headers, "transfer-encoding").lower() == "chunked"
    left = _number(_header(headers, "content-length") or "0", 10)
    while True:
        if chunked:
            left = _number((await _line(reader)).partition(";")[0], 16)
        if size + left > _MAX_BODY_BYTES:
            raise BadRequest("413 Content Too Large")
        size += left
        last = left == 0 or not chunked
        while left:
            data = await reader.readexactly(min(left, 65536))
            kept += data[: KEPT_BODY_BYTES - len(kept)]
            left -= len(data)
        if chunked:
            await _line(reader)
        if last:
            return bytes(kept), size


def _number(text: str, base: int) -> int:
    try:
        number = int(text.strip(), base)
    except ValueError:
        raise BadRequest("400 Bad Request") from None
    if number < 0:
        raise BadRequest("400 Bad Request")
    return number
