"""The adb room: a server that lies at the wire, and a twin that hangs."""

import asyncio
import time
from typing import Any

import pytest

from farm.devices.adb import Adb
from farm.devices.server import check_version, read_version
from farm.devices.workers import Overdue
from farm.model.errors import DeviceError, DeviceGone, SetupError


async def fake_server(answer: bytes) -> asyncio.Server:
    """Accepts every request of a client and gives `answer` as the shell's stream."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while header := await reader.read(4):
                request = await reader.readexactly(int(header, 16))
                writer.write(b"OKAY")
                if request.startswith(b"host:tport"):
                    writer.write(bytes(8))
                elif request.startswith(b"shell"):
                    writer.write(answer)
                    await writer.drain()
                    return
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("answer", "shell_v2"),
    [
        (b"", True),
        (b"\1\3\0\0\0abc", True),
        (b"\1\xff\xff\0\0abc", True),
        (b"", False),
        (b"half", False),
    ],
)
async def test_a_lost_phone_is_never_taken_for_success(answer: bytes, shell_v2: bool) -> None:
    async with await fake_server(answer) as server:
        async with Adb(port=server.sockets[0].getsockname()[1]) as adb:
            with pytest.raises(DeviceGone):
                await adb.shell("x", ["true"], timeout=5, shell_v2=shell_v2)


async def file_server(stat: bytes, sent: bytes, read: bytes) -> asyncio.Server:
    """Gives these as the answers to STAT, DONE and RECV of the sync protocol, and hangs up then."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for answer in (b"OKAY" + bytes(8), b"OKAY"):  # the transport, then "sync:"
                await reader.readexactly(int(await reader.readexactly(4), 16))
                writer.write(answer)
            asked = b""
            while not asked.startswith((b"STAT", b"RECV")) and b"DONE" not in asked:
                asked += await reader.read(4096) or b"STAT"
            answers = {b"STAT": stat, b"RECV": read}
            writer.write(answers.get(asked[:4], sent))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


NO_FILE = b"STAT" + bytes(12)


@pytest.mark.parametrize(
    ("stat", "sent"),
    [
        (b"", b""),
        (b"ST", b""),
        (b"STAT", b""),
        (b"STAT" + bytes(5), b""),
        (NO_FILE, b""),
        (NO_FILE, b"OK"),
    ],
)
async def test_a_phone_lost_while_a_file_is_pushed(stat: bytes, sent: bytes) -> None:
    async with await file_server(stat, sent, b"") as server:
        async with Adb(port=server.sockets[0].getsockname()[1]) as adb:
            with pytest.raises(DeviceGone):
                await adb.push("x", b"data", "/data/local/tmp/file", timeout=5)


@pytest.mark.parametrize("read", [b"", b"DA", b"DATA", b"DATA\4\0\0\0ab", b"DATA\2\0\0\0ab"])
async def test_a_phone_lost_while_a_file_is_pulled(read: bytes) -> None:
    async with await file_server(NO_FILE, b"", read) as server:
        async with Adb(port=server.sockets[0].getsockname()[1]) as adb:
            with pytest.raises(DeviceGone):
                await adb.pull("x", "/data/local/tmp/file", timeout=5)


async def test_a_phone_that_refuses_a_file_is_there() -> None:
    refused = b"FAIL" + (7).to_bytes(4, "little") + b"no room"
    async with await file_server(NO_FILE, refused, refused) as server:
        async with Adb(port=server.sockets[0].getsockname()[1]) as adb:
            for work in (adb.push("x", b"data", "/data/file"), adb.pull("x", "/data/file")):
                with pytest.raises(DeviceError) as refusal:
                    await work
                assert not isinstance(refusal.value, DeviceGone)


async def test_exit_code_and_outputs_apart() -> None:
    answer = b"\1\2\0\0\0ou\2\3\0\0\0err\1\1\0\0\0t\3\1\0\0\0\7"
    async with await fake_server(answer) as server:
        async with Adb(port=server.sockets[0].getsockname()[1]) as adb:
            result = await adb.shell("x", ["true"], timeout=5)
    assert (result.exit_code, result.stdout, result.stderr) == (7, "out", "err")


async def test_a_hanging_call_is_abandoned_and_its_thread_comes_back(
    adb: Adb, connect: Any
) -> None:
    twin = await connect("xiaomi-mi8-android9-su")
    twin.faults.hang_shell()
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(40):  # more than there are threads
            group.create_task(overdue(adb, twin.serial))
    twin.faults.hang_shell(False)
    assert (await adb.shell(twin.serial, ["echo", "a b; $(id)"], timeout=10)).text == "a b; $(id)"
    assert time.monotonic() - began < 10


async def overdue(adb: Adb, serial: str) -> None:
    with pytest.raises(Overdue):
        await adb.shell(serial, ["id"], timeout=0.5)


async def test_no_phone_and_no_listener(adb: Adb, connect: Any) -> None:
    with pytest.raises(DeviceGone):
        await adb.shell("nobody", ["id"], timeout=5)
    twin = await connect("xiaomi-mi8-android9-su")
    with pytest.raises(DeviceError):
        async with adb.stream(twin.serial, "tcp:4999"):
            pass
    with pytest.raises(DeviceError, match="No such file"):
        await adb.pull(twin.serial, "/data/local/tmp/none")
    await adb.push(twin.serial, b"data", "/data/local/tmp/some")
    assert await adb.pull(twin.serial, "/data/local/tmp/some") == b"data"


def test_too_old_an_adb_is_refused() -> None:
    old = read_version("/usr/bin/adb", "Android Debug Bridge version 1.0.39\nVersion 1:8.1.0\n")
    new = read_version("/usr/bin/adb", "Android Debug Bridge version 1.0.41\nVersion 29.0.6-debian")
    assert old is not None
    assert new is not None
    check_version(new)
    with pytest.raises(SetupError, match=r"adb 1\.0\.39"):
        check_version(old)
    assert read_version("/bin/true", "") is None
