"""Connections of the app by every library, with their stack; and searches for instruments."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from farm.model.events import Connected, InstrumentationSought
from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import Portal, Victim, free_port, tracker

# Of Android's and glibc's headers: whatever takes a path to open it, or to say what is there.
FUNCTIONS = (
    *("open", "open64", "__open_2", "openat", "openat64", "__openat_2", "fopen", "fopen64"),
    *("access", "faccessat", "stat", "stat64", "lstat", "lstat64", "fstatat", "fstatat64"),
    *("__xstat64", "__lxstat64", "__fxstatat64", "readlink", "opendir"),
)


class Server:
    """Listens, keeps the first bytes of each connection, and hangs up."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[tuple[int, bytes]] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep who it was and what came."""
        peer = writer.get_extra_info("peername")[1]
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(2):
                self.heard.append((peer, await reader.read(4096)))
        writer.close()


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[Server]:
    """A server on a port of its own."""
    one = Server()
    listening = await asyncio.start_server(one.answer, "127.0.0.1", 0)
    one.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield one


def client_random(hello: bytes) -> bytes:
    """The random of a ClientHello at the beginning of a TLS stream (RFC 8446 section 4.1.2)."""
    assert (hello[0], hello[5]) == (22, 1)
    return hello[11:43]


async def test_tcp_and_udp_are_told_with_both_ports_and_the_stack(portal: Portal) -> None:
    udp, quic = free_port(), 443
    async with server() as there, Victim(portal) as victim, Hooked(portal, victim) as hooked:
        by_socket = int(await victim.do(f"net socket {there.port}"))
        by_channel = int(await victim.do(f"net channel {there.port}"))
        by_udp = int(await victim.do(f"net udp {udp}"))
        await victim.do(f"net quic {quic}")
        await until(lambda: len(hooked.bodies(Connected)) >= 4)
        await hooked.stop()
    seen = hooked.bodies(Connected)
    assert [one.transport for one in seen] == ["tcp", "tcp", "udp", "quic"]  # each peer once
    assert [one.port for one in seen] == [there.port, there.port, udp, quic]
    assert [one.address for one in seen] == ["127.0.0.1", "127.0.0.1", "127.0.0.9", "127.0.0.9"]
    assert [one.local_port for one in seen[:3]] == [by_socket, by_channel, by_udp]
    for one in seen:
        assert [frame for frame in one.stack if "com.example.victim.Net.run(" in frame]
    assert len({one.socket for one in seen}) == 4
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_tls_is_named_by_the_random_that_the_server_sees(portal: Portal) -> None:
    library = await asyncio.to_thread(tracker)
    async with server() as there, Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do(f"net tls {there.port}") == "failed"
        await victim.do(f"native load {library}")
        assert await victim.do(f"native tls {there.port}") == "failed"
        await until(lambda: sum(bool(one.client_random) for one in hooked.bodies(Connected)) >= 2)
        await hooked.stop()
    by_jdk, by_native = (one for one in hooked.bodies(Connected) if one.client_random)
    (jdk_port, jdk_hello), (native_port, native_hello) = there.heard
    assert by_jdk.client_random == client_random(jdk_hello)
    assert (by_jdk.host, by_jdk.port) == ("localhost", there.port)
    assert by_jdk.local_port == jdk_port
    assert [frame for frame in by_jdk.stack if "com.example.victim.Net.run(" in frame]
    assert by_native.client_random == client_random(native_hello)
    assert by_native.local_port == native_port
    assert [frame for frame in by_native.stack if frame.startswith("libtracker.so+0x")]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


def sought(hooked: Hooked) -> list[InstrumentationSought]:
    """Every search for instruments so far."""
    return hooked.bodies(InstrumentationSought)


async def test_looking_for_instruments_is_noticed_and_not_hindered(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("net su 0") == "false"
        assert await victim.do("net maps 0") == "true"
        assert await victim.do("net scan 27030") == "scanned"
        await until(lambda: len(sought(hooked)) >= 5)
        await hooked.stop()
    seen = {(one.way, one.detail): one for one in sought(hooked)}
    assert len(sought(hooked)) == len(seen) == 5  # 27042, 27043, and what is asserted below
    assert ("su", "/system/xbin/su") in seen
    assert ("port", "127.0.0.1:27042") in seen
    assert ("port", "20 ports of 127.0.0.1") in seen
    maps = seen["maps", "/proc/self/maps"]
    assert [frame for frame in maps.stack if "com.example.victim.Net.run(" in frame]


async def test_every_function_that_looks_a_path_up_is_heard_once(portal: Portal) -> None:
    library = await asyncio.to_thread(tracker)
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        await victim.do(f"native load {library}")
        assert await victim.do("native search") == "nothing"
        await until(lambda: any("opendir" in one.detail for one in sought(hooked)))  # the last
        await hooked.stop()
    # Functions end in one another: what was one look for the app is told once.
    assert sorted(one.detail for one in sought(hooked)) == sorted(
        f"/system/{function}/su" for function in FUNCTIONS
    )
    for one in sought(hooked):
        assert one.stack[0].startswith("libtracker.so+0x"), one


async def test_ordinary_files_and_ports_are_no_search(portal: Portal) -> None:
    async with server() as there, Victim(portal) as victim, Hooked(portal, victim) as hooked:
        await victim.do(f"net socket {there.port}")
        await victim.do("imei")
        await until(lambda: hooked.bodies(Connected))
        await hooked.stop()
    assert not sought(hooked)
