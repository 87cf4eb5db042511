"""The world's servers answer HTTP as clients send it, and remember what came."""

import asyncio
import json
import ssl
from pathlib import Path

import pytest

from farm.twin.building.keys import pin_of, server_key
from farm.twin.world import HOSTS, World
from farm.twin.world.server import KEPT_BODY_BYTES


async def exchange(world: World, host: str, data: bytes, *, tls: bool = True) -> bytes:
    """Send bytes to a host's server and read until it closes."""
    address, tls_port, plain_port = world.routes[host]
    context = ssl.create_default_context(cadata=world.ca_pem) if tls else None
    reader, writer = await asyncio.open_connection(
        address, tls_port if tls else plain_port, ssl=context, server_hostname=host if tls else None
    )
    try:
        writer.write(data)
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


def request(host: str, head: str = "GET / HTTP/1.1", body: bytes = b"", extra: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{head}\r\nHost: {host}\r\nConnection: close\r\n{extra}{length}\r\n".encode() + body


async def test_every_name_has_a_certificate_clients_accept() -> None:
    async with World() as world:
        for host in HOSTS:
            answer = await exchange(world, host, request(host))
            assert answer.startswith(b"HTTP/1.1 200 OK")
        assert [received.host for received in world.received()] == list(HOSTS)


async def test_another_world_s_authority_is_not_trusted() -> None:
    async with World() as world, World() as other:
        context = ssl.create_default_context(cadata=other.ca_pem)
        address, port, _ = world.routes["hostile.example"]
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(
                address, port, ssl=context, server_hostname="hostile.example"
            )


async def test_body_is_kept_up_to_a_bound_and_counted_whole() -> None:
    host = "hostile.example"
    async with World() as world:
        body = b"x" * (KEPT_BODY_BYTES + 5)
        await exchange(world, host, request(host, "POST /b HTTP/1.1", body))
        (received,) = world.received(host)
    assert (len(received.body), received.body_bytes) == (KEPT_BODY_BYTES, KEPT_BODY_BYTES + 5)


async def test_chunked_and_plain_and_absolute_targets() -> None:
    host = "hostile.example"
    async with World() as world:
        chunked = request(host, "POST /c HTTP/1.1", extra="Transfer-Encoding: chunked\r\n")
        await exchange(world, host, chunked + b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        await exchange(world, host, request("x", f"GET http://{host}/p?q HTTP/1.1"), tls=False)
        first, second = world.received(host)
    assert first.body == b"abcde"
    assert (second.target, second.tls) == ("/p?q", False)


async def test_keep_alive_serves_several_requests() -> None:
    host = "api.compliant.example"
    async with World() as world:
        head = f"GET /1 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        answer = await exchange(world, host, head + request(host, "GET /2 HTTP/1.1"))
        assert answer.count(b"200 OK") == 2
        assert [received.target for received in world.received()] == ["/1", "/2"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
    ],
)
async def test_what_is_not_a_request_is_refused(data: bytes, status: bytes) -> None:
    async with World() as world:
        try:
            answer = await exchange(world, "hostile.example", data, tls=False)
        except ConnectionResetError:
            answer = b"HTTP/1.1 " + status  # closed before all of the request was read
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert world.received() == []


async def test_hosts_file_names_both_ports(tmp_path: Path) -> None:
    async with World() as world:
        world.write_hosts(tmp_path / "hosts.json")
        hosts = json.loads((tmp_path / "hosts.json").read_text())
        address, tls, plain = world.routes["hostile.example"]
    assert hosts["hostile.example:443"] == [address, tls]
    assert hosts["hostile.example:80"] == [address, plain]


async def test_wait_for_gives_up_in_time() -> None:
    async with World() as world:
        with pytest.raises(TimeoutError):
            await world.wait_for("hostile.example", seconds=0.1)


async def test_ports_are_closed_afterwards() -> None:
    async with World() as world:
        address, tls, plain = world.routes["hostile.example"]
    for port in (tls, plain):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address, port)


def test_the_pinned_key_lasts(tmp_path: Path) -> None:
    first = pin_of(server_key("api.pinned.example", tmp_path))
    assert pin_of(server_key("api.pinned.example", tmp_path)) == first
    assert pin_of(server_key("another.example", tmp_path)) != first
