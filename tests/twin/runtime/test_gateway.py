"""The phone's network: routes by name, unknown names, the global proxy setting."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from farm.model.errors import UsageError
from farm.twin.runtime.gateway import Gateway
from farm.twin.runtime.options import load_routes
from tests.twin.runtime.phone import SmallPhone


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """Answers what it was sent, once."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + await reader.read(65536))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def ask(gateway: Gateway, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


async def test_names_lead_to_the_worlds_servers(tmp_path: Path, echo: int) -> None:
    phone = SmallPhone(tmp_path)
    gateway = Gateway(
        phone, {"api.example": ("127.0.0.1", echo), "*.cdn.example": ("127.0.0.1", echo)}
    )
    await gateway.open()
    try:
        plain = await ask(
            gateway, b"GET http://API.example/a?b=c HTTP/1.1\r\nHost: api.example\r\n\r\n"
        )
        assert b"GET /a?b=c HTTP/1.1\r\nConnection: close\r\nHost: api.example" in plain
        assert b"GET / " in await ask(gateway, b"GET http://x.cdn.example HTTP/1.1\r\nA: b\r\n\r\n")
        for unknown in ("cdn.example", "evil.test", "127.0.0.1"):
            head = f"GET http://{unknown}/ HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            assert (await ask(gateway, head)).startswith(b"HTTP/1.1 502 ")
        assert (await ask(gateway, b"CONNECT no.test:443 HTTP/1.1\r\n\r\n")).startswith(
            b"HTTP/1.1 502"
        )
        assert (await ask(gateway, b"nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    finally:
        await gateway.close()


async def test_tunnel_carries_raw_bytes(tmp_path: Path, echo: int) -> None:
    gateway = Gateway(SmallPhone(tmp_path), {"api.example:443": ("127.0.0.1", echo)})
    await gateway.open()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n")
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x16\x03\x01raw")
        assert (await reader.read()).endswith(b"\x16\x03\x01raw")
        writer.close()
    finally:
        await gateway.close()


async def test_with_a_proxy_set_all_bytes_go_there_unread(tmp_path: Path, echo: int) -> None:
    phone = SmallPhone(tmp_path)
    gateway = Gateway(phone, {"api.example": ("127.0.0.1", 1)})
    await gateway.open()
    try:
        phone.settings[("global", "http_proxy")] = f"127.0.0.1:{echo}"
        sent = b"CONNECT api.example:443 HTTP/1.1\r\nHost: x\r\n\r\n"
        assert (await ask(gateway, sent)).endswith(sent)
        phone.settings[("global", "http_proxy")] = "127.0.0.1:1"  # nobody listens there
        assert await ask(gateway, sent) == b""
        phone.settings[("global", "http_proxy")] = ":0"  # how the setting is cleared
        assert (await ask(gateway, sent)).startswith(b"HTTP/1.1 502 ")
    finally:
        await gateway.close()


def test_routes_are_read_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    file.write_text('{"a.example": ["127.0.0.1", 8443]}')
    assert load_routes(file) == {"a.example": ("127.0.0.1", 8443)}
    file.write_text('{"a.example": 1}')
    with pytest.raises(UsageError, match=r"routes\.json"):
        load_routes(file)
