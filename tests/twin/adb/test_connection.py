"""Hostile and broken hosts on the wire: the phone outlives each and serves the next."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.twin.adb.connection import AdbConnection, Service
from farm.twin.adb.daemon import AdbDaemon
from farm.twin.adb.stream import AdbStream
from farm.twin.adb.wire import (
    AUTH,
    CLSE,
    CNXN,
    HEADER,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    Message,
    encode,
    read_message,
)

HELLO = Message(CNXN, VERSION, MAX_PAYLOAD, b"host::features=shell_v2")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(stream: AdbStream) -> None:
    while data := await stream.read():
        await stream.write(data)


async def _open(_connection: AdbConnection, name: str) -> Service | None:
    return _echo if name == "echo:" else None


@pytest.fixture
async def daemon() -> AsyncIterator[AdbDaemon]:
    daemon = AdbDaemon(0, lambda: b"device::", _open)
    async with asyncio.TaskGroup() as tasks:
        daemon.start(tasks)
        await daemon.plug()
        yield daemon
        await daemon.unplug()


async def _connect(daemon: AdbDaemon, *messages: Message) -> Streams:
    reader, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
    for message in messages:
        writer.write(encode(message))
    return reader, writer


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        pass


async def _serves(daemon: AdbDaemon) -> None:
    """A new host is served in full."""
    reader, writer = await _connect(daemon, HELLO, Message(OPEN, 5, 0, b"echo:\0"))
    async with asyncio.timeout(5):
        assert (await read_message(reader)).command == CNXN
        opened = await read_message(reader)
        assert (opened.command, opened.arg1) == (OKAY, 5)
        writer.write(encode(Message(WRTE, 5, opened.arg0, b"hello")))
        answers = [await read_message(reader), await read_message(reader)]
    assert [m.command for m in answers] == [OKAY, WRTE]
    assert answers[1].payload == b"hello"
    await _close(writer)


BAD_MAGIC = HEADER.pack(OPEN, 1, 0, 0, 0, 0)
OVERSIZE = HEADER.pack(WRTE, 1, 1, MAX_PAYLOAD + 1, 0, WRTE ^ 0xFFFFFFFF)
UNKNOWN = HEADER.pack(0x41414141, 0, 0, 0, 0, 0x41414141 ^ 0xFFFFFFFF)


@pytest.mark.parametrize("frame", [BAD_MAGIC, OVERSIZE, UNKNOWN, b"GET / HTTP/1.1\r\n\r\n" * 4])
@pytest.mark.parametrize("greeted", [False, True])
async def test_a_broken_frame_ends_only_its_connection(
    daemon: AdbDaemon, frame: bytes, greeted: bool
) -> None:
    reader, writer = await _connect(daemon, *([HELLO] if greeted else []))
    writer.write(frame)
    async with asyncio.timeout(5):
        try:
            await reader.read()
        except ConnectionResetError:
            pass
    await _close(writer)
    await _serves(daemon)


async def test_messages_before_the_greeting_are_refused(daemon: AdbDaemon) -> None:
    reader, writer = await _connect(daemon, Message(OPEN, 1, 0, b"echo:\0"))
    async with asyncio.timeout(5):
        try:
            assert await reader.read() == b""
        except ConnectionResetError:
            pass
    await _close(writer)
    await _serves(daemon)


async def test_an_unknown_service_is_closed(daemon: AdbDaemon) -> None:
    reader, writer = await _connect(daemon, HELLO, Message(OPEN, 9, 0, b"jdwp:1\0"))
    await read_message(reader)
    assert await read_message(reader) == Message(CLSE, 0, 9)
    await _close(writer)


async def test_what_a_leaving_client_left_arrives_whole(daemon: AdbDaemon) -> None:
    """Debian's adb server sends the rest unacknowledged when its client is gone."""
    reader, writer = await _connect(daemon, HELLO, Message(OPEN, 5, 0, b"echo:\0"))
    await read_message(reader)
    local = (await read_message(reader)).arg0
    for part in (b"a", b"b", b"c"):
        writer.write(encode(Message(WRTE, 5, local, part * 10)))
    heard = b""
    async with asyncio.timeout(5):
        while len(heard) < 30:
            message = await read_message(reader)
            if message.command == WRTE:
                heard += message.payload
                writer.write(encode(Message(OKAY, 5, local)))
    assert heard == b"a" * 10 + b"b" * 10 + b"c" * 10
    await _close(writer)


async def test_a_host_that_never_waits_is_unplugged(daemon: AdbDaemon) -> None:
    reader, writer = await _connect(daemon, HELLO, Message(OPEN, 5, 0, b"echo:\0"))
    await read_message(reader)
    local = (await read_message(reader)).arg0
    # One write of the service stays unacknowledged, so that it takes no further input.
    for _ in range(1000):
        writer.write(encode(Message(WRTE, 5, local, b"x" * 10)))
    async with asyncio.timeout(5):
        try:
            await reader.read()
        except ConnectionResetError:
            pass
    await _close(writer)
    await _serves(daemon)


async def test_unauthorized_until_somebody_allows(daemon: AdbDaemon) -> None:
    daemon.authorized.clear()
    reader, writer = await _connect(daemon, HELLO)
    assert (await read_message(reader)).command == AUTH
    writer.write(encode(Message(AUTH, 2, 0, b"signature")))
    assert (await read_message(reader)).command == AUTH
    writer.write(encode(Message(AUTH, 3, 0, b"key\0")))
    await asyncio.sleep(0.05)
    daemon.authorized.set()
    async with asyncio.timeout(5):
        assert (await read_message(reader)).command == CNXN
    await _close(writer)


COMMANDS = st.sampled_from([AUTH, CLSE, CNXN, OKAY, OPEN, WRTE])
MESSAGES = st.builds(
    Message, COMMANDS, st.integers(0, 6), st.integers(0, 6), st.binary(max_size=40)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(MESSAGES, max_size=12))
def test_any_sequence_of_messages_leaves_the_phone_alive(messages: list[Message]) -> None:
    async def play() -> None:
        daemon = AdbDaemon(0, lambda: b"device::", _open)
        async with asyncio.TaskGroup() as tasks:
            daemon.start(tasks)
            await daemon.plug()
            _reader, writer = await _connect(daemon, HELLO, *messages)
            await asyncio.sleep(0.005)
            await _close(writer)
            await _serves(daemon)
            await daemon.unplug()

    asyncio.run(play())
