"""A small HTTP/1.1 server loop for device-side ports: bounded, keep-alive, one at a time."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

_MAX_BODY = 8 * 1024 * 1024
_IDLE_SECONDS = 120
Handler = Callable[[str, str, bytes], Awaitable[tuple[int, str, bytes]]]


async def serve_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler
) -> None:
    """Answer requests until the client closes; `handler(method, path, body)` gives the answer."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while True:
            async with asyncio.timeout(_IDLE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                request, _, fields = head.partition(b"\r\n")
                headers = _headers(fields)
                size = int(headers.get("content-length", "0"))
                if not 0 <= size <= _MAX_BODY:
                    break
                body = await reader.readexactly(size)
            parts = request.decode("latin-1").split(" ")
            if len(parts) != 3:
                break
            status, kind, answer = await handler(parts[0], parts[1], body)
            keep = headers.get("connection", "").lower() != "close" and parts[2] != "HTTP/1.0"
            reason = {200: "OK", 404: "Not Found"}.get(status, "Error")
            writer.write(
                f"HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {len(answer)}\r\n"
                f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n".encode()
                + answer
            )
            await writer.drain()
            if not keep:
                break
    except (
        OSError,
        TimeoutError,
        ValueError,
        asyncio.IncompleteReadError,
        asyncio.LimitOverrunError,
    ):
        pass  # the client went away, or does not speak HTTP
    finally:
        writer.close()


def _headers(block: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in block.decode("latin-1").split("\r\n"):
        name, mark, value = line.partition(":")
        if mark:
            found[name.strip().lower()] = value.strip()
    return found
