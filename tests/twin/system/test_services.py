"""The real adb client against a twin: shell, files, ports, root, reboot."""

import asyncio
import os
from pathlib import Path

import adbutils
import pytest

from farm.twin.phone import TwinFleet, TwinPhone
from tests.twin.adb_server import AdbServer, bundled_adb
from tests.twin.system.conftest import Adb


async def test_is_listed_as_device_by_debians_adb(
    phone: TwinPhone, adb: Adb, server: AdbServer
) -> None:
    listed = (await server.run("devices", "-l")).text
    assert f"{phone.serial}" in listed
    assert "device product:dipper model:MI_8 device:dipper" in listed


async def test_is_listed_as_device_by_the_adb_of_adbutils(phone: TwinPhone) -> None:
    server = AdbServer(bundled_adb())
    try:
        assert "connected" in (await server.run("connect", phone.serial)).text
        answer = await server.run("-s", phone.serial, "shell", "echo ok; exit 7")
        assert (answer.code, answer.out) == (7, b"ok\n")
    finally:
        await server.stop()


async def test_shell_tells_exit_code_and_keeps_streams_apart(adb: Adb) -> None:
    answer = await adb("shell", "echo out; echo err >&2; exit 3")
    assert answer == (3, b"out\n", b"err\n")


async def test_shell_reads_standard_input_to_its_end(adb: Adb) -> None:
    data = os.urandom(300_000)
    answer = await adb("shell", "cat", data=data)
    assert answer.out == data


async def test_exec_out_is_binary(adb: Adb) -> None:
    answer = await adb("exec-out", "screencap", "-p")
    assert answer.out.startswith(b"\x89PNG")
    assert answer.out.endswith(bytes(range(256)))


async def test_exec_in_sees_the_end_of_input(adb: Adb) -> None:
    await adb("exec-in", "cat > /data/local/tmp/in", data=b"x" * 100_000)
    for _ in range(400):
        if (await adb("shell", "stat -c %s /data/local/tmp/in")).out == b"100000\n":
            return
        await asyncio.sleep(0.05)
    pytest.fail("the file never became whole")


async def test_push_and_pull_five_megabytes_are_equal(adb: Adb, tmp_path: Path) -> None:
    data = os.urandom(5_000_000)
    (tmp_path / "sent").write_bytes(data)
    pushed = await adb("push", str(tmp_path / "sent"), "/data/local/tmp/big")
    assert pushed.code == 0, pushed.text
    assert (await adb("pull", "/data/local/tmp/big", str(tmp_path / "back"))).code == 0
    assert (tmp_path / "back").read_bytes() == data


async def test_pull_of_a_folder_and_of_nothing(adb: Adb, tmp_path: Path) -> None:
    await adb("shell", "mkdir -p /sdcard/d/e && echo 1 > /sdcard/d/a && echo 2 > /sdcard/d/e/b")
    assert (await adb("pull", "/sdcard/d", str(tmp_path))).code == 0
    assert (tmp_path / "d" / "e" / "b").read_bytes() == b"2\n"
    missing = await adb("pull", "/sdcard/none", str(tmp_path))
    assert missing.code == 1
    assert "No such file or directory" in missing.text


async def test_push_to_a_forbidden_place_fails_in_androids_words(adb: Adb, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 200_000)
    refused = await adb("push", str(tmp_path / "f"), "/data/data/f")
    assert refused.code == 1
    assert "Permission denied" in refused.text
    assert "Read-only file system" in (await adb("push", str(tmp_path / "f"), "/system/f")).text


async def test_reverse_leads_from_the_phone_to_the_host(phone: TwinPhone, adb: Adb) -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data.upper())
            await writer.drain()
        writer.close()

    local = await asyncio.start_server(shout, "127.0.0.1", 0)
    port = local.sockets[0].getsockname()[1]
    try:
        assert (await adb("reverse", "tcp:8080", f"tcp:{port}")).code == 0
        assert f"tcp:8080 tcp:{port}" in (await adb("reverse", "--list")).text
        reader, writer = await phone.system.connect(8080)
        writer.write(b"a" * 300_000)
        async with asyncio.timeout(10):
            assert await reader.readexactly(300_000) == b"A" * 300_000
        writer.close()
        assert (await adb("reverse", "--remove", "tcp:8080")).code == 0
        with pytest.raises(ConnectionRefusedError):
            await phone.system.connect(8080)
        assert (await adb("reverse", "--remove", "tcp:8080")).code == 1
    finally:
        local.close()


async def test_forward_leads_from_the_host_to_the_phone(phone: TwinPhone, adb: Adb) -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readexactly(5)).upper())
        await writer.drain()

    phone.system.listen(9100, shout)
    port = int((await adb("forward", "tcp:0", "tcp:9100")).out)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    async with asyncio.timeout(10):
        assert await reader.read() == b"HELLO"
    writer.close()
    await writer.wait_closed()
    await adb("forward", "--remove", f"tcp:{port}")


async def test_adb_root_by_profile(fleet: TwinFleet, server: AdbServer) -> None:
    emulator = await fleet.add("emulator-android9-root")
    await server.run("connect", emulator.serial)
    assert "restarting adbd as root" in (await server.run("-s", emulator.serial, "root")).text
    await server.wait_for_state(emulator.serial, "device")
    assert (await server.run("-s", emulator.serial, "shell", "id -u")).out == b"0\n"
    assert "already" in (await server.run("-s", emulator.serial, "root")).text
    assert "succeeded" in (await server.run("-s", emulator.serial, "remount")).text
    assert (await server.run("-s", emulator.serial, "shell", "touch /system/x")).code == 0
    await server.run("disconnect", emulator.serial)


async def test_adb_root_is_refused_on_a_user_build(adb: Adb) -> None:
    assert "cannot run as root in production builds" in (await adb("root")).text


async def test_reboot_changes_the_boot_id_and_comes_back(
    phone: TwinPhone, adb: Adb, server: AdbServer
) -> None:
    before = (await adb("shell", "cat /proc/sys/kernel/random/boot_id")).out
    await adb("shell", "su -c 'mount -t tmpfs tmpfs /system/etc/security/cacerts'")
    await adb("reverse", "tcp:8080", "tcp:9")
    await adb("reboot")
    await server.wait_for_state(phone.serial, "device")
    assert (await adb("shell", "getprop sys.boot_completed")).out == b"1\n"
    after = (await adb("shell", "cat /proc/sys/kernel/random/boot_id")).out
    assert after != before
    assert b"tmpfs" not in (await adb("shell", "mount")).out
    assert (await adb("reverse", "--list")).out.strip() == b""


async def test_logcat_dumps_follows_and_clears(
    phone: TwinPhone, adb: Adb, server: AdbServer
) -> None:
    phone.system.log("E", "Tag", "one\ntwo", 77)
    dumped = (await adb("logcat", "-d", "-v", "epoch", "Tag:*", "*:S")).out.decode()
    assert "77    77 E Tag     : one\n" in dumped
    assert ": two\n" in dumped
    device = adbutils.AdbClient("127.0.0.1", server.port).device(phone.serial)
    stream = await asyncio.to_thread(device.shell, "logcat -v raw -T 1 Late:*", stream=True)
    phone.system.log("I", "Late", "news", 1)
    try:
        seen = b""
        async with asyncio.timeout(10):
            while b"news" not in seen:
                seen += await asyncio.to_thread(stream.conn.recv, 4096)
    finally:
        stream.close()
    await adb("logcat", "-c")
    assert b"one" not in (await adb("logcat", "-d")).out
